"""One kernel over one pair of arrays: how they are read (in place, line by line, converted), cut into bands, run."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter_ns
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample import threads
from fastresample.layout import Array, Axes, as_words, canonical_pairs, flat_rows

# Rows are converted in pieces of about this many bytes where kernels can neither read nor write them in place.
_PIECE_BYTES = 1 << 18
# Bits of ``ndarray.flags.num``.
_ALIGNED = 0x100
PLAIN = 0x001 | _ALIGNED  # C-contiguous
# Whole pixels are copied as words of these sizes.
WORDS = {size: (f"uint{8 * size}", np.dtype(f"u{size}")) for size in (1, 2, 4, 8)}
# Where an estimate leaves doubt, so many calls run in one thread and are timed: the first ones meet cold caches.
_TIMINGS = 4
Indices = NDArray[np.int32]


class Whole(NamedTuple):
    """How C-contiguous arrays of one shape are run; nothing is left to find out when they come."""

    source: np.dtype[Any]
    result: np.dtype[Any]
    word: np.dtype[Any] | None  # what samples or pixels are viewed as
    flat_in: tuple[int, int, int]
    flat_out: tuple[int, int, int]
    rows: int  # over all planes
    row_ns: float
    kernel: Any
    tables: tuple[Any, ...]
    timed: list[int]  # nanoseconds that whole calls in one thread took

    def run(self, src: Array, out: Array, thread_count: int | None) -> bool:
        """Fill ``out``, or return False where the arrays are not what this is for."""
        source, result, word, flat_in, flat_out, rows, row_ns, kernel, tables, timed = self
        plain = src.flags.num & out.flags.num & PLAIN == PLAIN
        if not (plain and src.dtype == source and out.dtype == result):
            return False
        if word is not None:
            src, out = src.reshape(-1).view(word), out.reshape(-1).view(word)
            if not src.flags.num & out.flags.num & _ALIGNED:  # of pixels, not only of samples
                return False
        src, out = src.reshape(flat_in), out.reshape(flat_out)
        if threads.alone(rows * row_ns, thread_count):
            kernel(src, out, 0, rows, *tables)
        elif len(timed) < _TIMINGS and threads.doubtful(rows * row_ns):
            begin = perf_counter_ns()
            kernel(src, out, 0, rows, *tables)
            timed.append(perf_counter_ns() - begin)
        else:
            row_ns = min(timed) / rows if timed else row_ns
            threads.run(_calling(kernel, src, out, tables), rows, row_ns, thread_count)
        return True


@dataclass(eq=False, slots=True)  # not frozen: that would make it slow to make
class Stage:
    """Tables and kernel request of one or two axes; holds no buffers, so any number of threads may run it at once."""

    axes: Axes  # of rows and of columns
    request: Any  # kernels.Request for C-contiguous arrays; others, and a gather's words, are filled in per call
    kernels: Any  # the compiled side: ``select`` and ``bind``
    size_in: tuple[int, int]  # rows and columns that the tables were made for
    rows_read: Callable[[], tuple[Indices, Indices]]  # source rows of output row y: [first[y], end[y])
    tables_x: tuple[Array, ...]
    tables_y: tuple[Array, ...]  # a row per output row; the first one holds row numbers of the source
    constants: tuple[Array, ...]
    sample_ns: float  # estimated cost of one output sample
    _bound: dict[Any, Any] = field(default_factory=dict)  # kernels and their tables, by layout, channels and word
    _whole: dict[Any, Any] = field(default_factory=dict)  # the shape last met, and how its arrays are run

    def run(self, src: Array, out: Array, thread_count: int | None) -> None:
        """Fill ``out`` from ``src``; both are arrays of any layout that have the stage's axes."""
        whole = self._whole.get(src.shape)
        if whole is not None and whole.run(src, out, thread_count):
            return
        if whole is None and src.flags.num & out.flags.num & PLAIN == PLAIN:
            whole = self._described(src, out)
            if whole is not None:
                self._whole.clear()  # a plan has one shape
                self._whole[src.shape] = whole
                if whole.run(src, out, thread_count):
                    return
        for source, result in canonical_pairs(src, out, self.axes):
            self._check_size(source.shape[1:3])
            planes, rows, columns, channels = result.shape
            band, speed = self._band(source, result)
            threads.run(band, planes * rows, columns * channels * self.sample_ns / speed, thread_count)

    def _check_size(self, size: tuple[int, ...]) -> None:
        """Raise RuntimeError unless the tables, which kernels trust, are for so many rows and columns."""
        if size != self.size_in:
            raise RuntimeError(f"planned for {self.size_in} rows and columns, got {size}")

    def _described(self, src: Array, out: Array) -> Whole | None:
        """Say how C-contiguous arrays are run, or return None where their axes or samples have to be rearranged."""
        rows, columns = self.axes
        first = columns if rows is None else rows
        last = rows if columns is None else columns
        if first is None or last is None or last - first > 1:
            return None
        shape, (height, width) = src.shape, self.size_in
        self._check_size((1 if rows is None else shape[rows], 1 if columns is None else shape[columns]))
        lines = 1 if rows is None else out.shape[rows]
        planes, channels = math.prod(shape[:first]), math.prod(shape[last + 1 :])
        word, name = None, ""
        if self.request.family == "gather":
            size = src.itemsize
            if channels > 1 and size * channels in WORDS:
                size, channels = size * channels, 1
            name, word = WORDS[size]
            word = None if src.dtype == word == out.dtype else word
        elif not (src.dtype == self.request.source and out.dtype == self.request.result):
            return None
        row_length = (1 if columns is None else out.shape[columns]) * channels
        kernel, tables, speed = self._bind(True, channels, name)
        return Whole(
            src.dtype,
            out.dtype,
            word,
            (planes, height, width * channels),
            (planes, lines, row_length),
            planes * lines,
            row_length * self.sample_ns / speed,
            kernel,
            tables,
            [],
        )

    def _bind(self, direct: bool, channels: int, word: str) -> tuple[Any, tuple[Any, ...], float]:
        """Return the kernel for arrays of this kind, its tables and its speed relative to the plain one."""
        bound = self._bound.get((direct, channels, word))
        if bound is None:
            request = self._request(direct, channels, word)
            rows, columns = self.size_in
            sizes = np.array((channels, columns * channels, rows, 0), np.int64)
            bound = self.kernels.bind(request, (sizes, *self.tables_x, *self.tables_y, *self.constants))
            self._bound[direct, channels, word] = bound
        return bound  # type: ignore[no-any-return]

    def _request(self, direct: bool, channels: int, word: str) -> Any:
        request = self.request
        if word:
            return request._replace(direct=direct, channels=channels, source=word, result=word)
        if direct == request.direct and channels == request.channels:
            return request
        return request._replace(direct=direct, channels=channels)

    def _band(self, src: Array, out: Array) -> tuple[threads.Band, float]:
        """Return the function that computes rows ``[begin, end)``, counted over all planes, and its relative speed."""
        word, source, result = "", self.request.source, self.request.result
        if self.request.family == "gather":
            src, out = as_words(src, out)
            word = source = result = f"uint{8 * src.itemsize}"
        if not (_readable(src, source) and _readable(out, result)):
            return self._converting(src, out, self._request(True, src.shape[3], word)), 1.0
        flat = flat_rows(src) if out.flags.c_contiguous else None
        kernel, tables, speed = self._bind(flat is not None, src.shape[3], word)
        if flat is not None:
            src, out = flat, out.reshape(*out.shape[:2], -1)
        return _calling(kernel, src, out, tables), speed

    def _converting(self, src: Array, out: Array, request: Any) -> threads.Band:
        """Like ``_band``, for byte-swapped, misaligned or half-precision samples: a few rows at a time."""
        kernel = self.kernels.select(request)
        first_row, end_row = self.rows_read()
        rows_in, rows = src.shape[1], out.shape[1]
        bytes_in = src[:1, :1].size * src.itemsize * max(rows_in / rows, 1.0)
        piece = max(1, int(_PIECE_BYTES / (bytes_in + out[:1, :1].size * out.itemsize)))

        def band(begin: int, end: int) -> None:
            while begin < end:
                plane, top = divmod(begin, rows)
                bottom = min(rows, top + piece, top + end - begin)
                low, high = int(first_row[top:bottom].min()), int(end_row[top:bottom].max())
                native = np.empty((1, high - low, src.shape[2] * src.shape[3]), request.source)
                np.copyto(native.reshape(src[:1, low:high].shape), src[plane : plane + 1, low:high], casting="unsafe")
                result = np.empty((1, bottom - top, out.shape[2] * out.shape[3]), request.result)
                near, *others = (table[top:bottom] for table in self.tables_y)
                sizes = np.array((src.shape[3], native.shape[2], high - low, plane), np.int64)
                tables = (sizes, *self.tables_x, near - np.int32(low), *others, *self.constants)
                kernel(native, result, 0, bottom - top, *tables)
                with np.errstate(over="ignore"):  # beyond half precision it is infinite, as in the other dtypes
                    np.copyto(out[plane, top:bottom], result.reshape(out[0, top:bottom].shape), casting="unsafe")
                begin += bottom - top

        return band


def _calling(kernel: Any, src: Array, out: Array, tables: tuple[Any, ...]) -> threads.Band:
    return lambda begin, end: kernel(src, out, begin, end, *tables)


def _readable(array: Array, name: str) -> bool:
    """Whether a kernel compiled for the dtype ``name`` can work on the array in place."""
    return array.dtype == np.dtype(name) and array.dtype.isnative and array.flags.aligned
