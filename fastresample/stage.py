"""One kernel over one pair of arrays: how they are read (in place, line by line, converted), cut into bands, run."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample import threads
from fastresample.layout import Array, Axes, as_words, canonical_pairs, flat_rows

# Rows are converted in pieces of about this many bytes where kernels can neither read nor write them in place.
_PIECE_BYTES = 1 << 18


class Direct(NamedTuple):
    """How contiguous arrays of some shape and dtypes are handed to a kernel: shapes first, then words."""

    kernel: Any
    tables: tuple[Array, ...]
    shapes: tuple[tuple[int, int, int], tuple[int, int, int]]
    words: tuple[Any, Any]


@dataclass(frozen=True, eq=False)
class Stage:
    """Tables and kernel request of one or two axes; holds no buffers, so any number of threads may run it at once."""

    axes: Axes  # of rows and of columns
    request: Any  # kernels.Request; layout, channels and (for a gather) the word are filled in per call
    kernels: Any  # the compiled side: ``select`` and ``bind``
    size_in: tuple[int, int]  # rows and columns that the tables were made for
    first_row: NDArray[np.int32]  # source rows that output row y reads: [first_row[y], end_row[y])
    end_row: NDArray[np.int32]
    tables_x: tuple[Array, ...]
    tables_y: tuple[Array, ...]  # a row per output row; the first one holds row numbers of the source
    constants: tuple[Array, ...]
    sample_ns: float  # estimated cost of one output sample
    _bound: dict[Any, Any] = field(default_factory=dict)  # kernels and their tables, by request and layout
    _direct: dict[Any, Direct] = field(default_factory=dict)  # what contiguous arrays were found to need

    def run(self, src: Array, out: Array, thread_count: int | None) -> None:
        """Fill ``out`` from ``src``; both are arrays of any layout that have the stage's axes."""
        contiguous = src.flags.c_contiguous and out.flags.c_contiguous
        if contiguous and self._run_as_before(src, out, thread_count):
            return
        for source, result in canonical_pairs(src, out, self.axes):
            if source.shape[1:3] != self.size_in:  # kernels trust the tables
                raise RuntimeError(f"planned for {self.size_in} rows and columns, got {source.shape[1:3]}")
            whole = contiguous and source.flags.c_contiguous and source.size == src.size
            band = self._band(source, result, (src.shape, src.dtype, out.dtype) if whole else None)
            planes, rows, columns, channels = result.shape
            threads.run(band, planes * rows, columns * channels * self.sample_ns, thread_count)

    def _run_as_before(self, src: Array, out: Array, thread_count: int | None) -> bool:
        """Fill ``out`` if contiguous arrays like these came before: a tenth of the time to look at them again."""
        known = self._direct.get((src.shape, src.dtype, out.dtype))
        if known is None:
            return False
        kernel, tables, shapes, words = known
        source, result = src.reshape(shapes[0]), out.reshape(shapes[1])
        if words[0] is not src.dtype:
            source, result = source.view(words[0]), result.view(words[1])
        if not (source.flags.aligned and result.flags.aligned):
            return False
        planes, rows, samples = shapes[1]
        work = samples * self.sample_ns
        threads.run(lambda begin, end: kernel(source, result, begin, end, *tables), planes * rows, work, thread_count)
        return True

    def _band(self, src: Array, out: Array, arrays: Any = None) -> threads.Band:
        """Return the function that computes rows ``[begin, end)``, counted over all planes.

        How whole contiguous ``arrays`` are handed to the kernel is remembered.
        """
        shapes = tuple((a.shape[0], a.shape[1], a.shape[2] * a.shape[3]) for a in (src, out))
        if self.request.family == "gather":
            src, out = as_words(src, out)
            request = self.request._replace(source=f"uint{8 * src.itemsize}", result=f"uint{8 * src.itemsize}")
        else:
            request = self.request
        request = request._replace(channels=src.shape[3])
        sizes = np.array((src.shape[3], src.shape[2] * src.shape[3], src.shape[1], 0), np.int64)
        if not (_readable(src, request.source) and _readable(out, request.result)):
            return self._converting(src, out, request, sizes)
        flat = flat_rows(src) if out.flags.c_contiguous else None
        if flat is not None:
            src, out = flat, out.reshape(*out.shape[:2], -1)
        request = request._replace(direct=flat is not None)
        if request not in self._bound:
            tables = (sizes, *self.tables_x, *self.tables_y, *self.constants)
            self._bound[request] = self.kernels.bind(request, tables)
        kernel, tables = self._bound[request]
        if arrays is not None and request.direct:
            self._direct[arrays] = Direct(kernel, tables, (shapes[0], shapes[1]), (src.dtype, out.dtype))
        return lambda begin, end: kernel(src, out, begin, end, *tables)

    def _converting(self, src: Array, out: Array, request: Any, whole: NDArray[np.int64]) -> threads.Band:
        """Like ``_band``, for byte-swapped, misaligned or half-precision samples: a few rows at a time."""
        kernel = self.kernels.select(request._replace(direct=True))
        rows_in, rows = src.shape[1], out.shape[1]
        bytes_in = src[:1, :1].size * src.itemsize * max(rows_in / rows, 1.0)
        piece = max(1, int(_PIECE_BYTES / (bytes_in + out[:1, :1].size * out.itemsize)))

        def band(begin: int, end: int) -> None:
            while begin < end:
                plane, top = divmod(begin, rows)
                bottom = min(rows, top + piece, top + end - begin)
                low, high = int(self.first_row[top:bottom].min()), int(self.end_row[top:bottom].max())
                native = np.empty((1, high - low, src.shape[2] * src.shape[3]), request.source)
                np.copyto(native.reshape(src[:1, low:high].shape), src[plane : plane + 1, low:high], casting="unsafe")
                result = np.empty((1, bottom - top, out.shape[2] * out.shape[3]), request.result)
                near, *others = (table[top:bottom] for table in self.tables_y)
                sizes = np.array((*whole[:2], high - low, plane), np.int64)
                tables = (sizes, *self.tables_x, near - np.int32(low), *others, *self.constants)
                kernel(native, result, 0, bottom - top, *tables)
                with np.errstate(over="ignore"):  # beyond half precision it is infinite, as in the other dtypes
                    np.copyto(out[plane, top:bottom], result.reshape(out[0, top:bottom].shape), casting="unsafe")
                begin += bottom - top

        return band


def _readable(array: Array, name: str) -> bool:
    """Whether a kernel compiled for the dtype ``name`` can work on the array in place."""
    return array.dtype == np.dtype(name) and array.dtype.isnative and array.flags.aligned
