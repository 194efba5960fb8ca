"""Which resizes `taps` serves, and their tables: as those of whole vectors, with other digits."""

from typing import Any, NamedTuple

import numpy as np

from fastresample import codes
from fastresample.kernels.bytewise.memory import aligned
from fastresample.kernels.bytewise.narrow.long_taps import STRIP
from fastresample.kernels.bytewise.narrow.tap_tables import packers
from fastresample.kernels.bytewise.narrow.taps import HEADER, Special
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.tap_requests import known
from fastresample.kernels.common import Kernel
from fastresample.kernels.tiers import AVX2, AVX512, VBMI, tier

_ONE = 22  # fraction bits of a weight of 1
# Bytes of a window, and the absolute sum of two upper digits, bytes, whose products do not saturate.
_WINDOW, _MOST_PAIR = 16, 127
# Lower digits of more words' weights would not fit 32 bits.
_MOST_TAPS_OF_WORDS = 480
# What sums down the columns drop before they become words: the lower word of two digits.
_WORD = 16
# From how many rows of a window on, times how many windows have each row, `long_taps` is faster; and where rows of so
# many bytes displace each other in caches.
_LONG, _LONG_CROWDED, _CROWDED = 180, 30, 4096
# How far ahead of a table's window one may start, so that they ascend.
_MOST_AHEAD = 8


def matches(request: Any) -> bool:
    """Say whether the processor has vectors of 256 bits, and this arithmetic is known."""
    return tier() in (AVX2, AVX512, VBMI) and known(request)


class _Axis(NamedTuple):
    """A table of one axis in fixed point."""

    first: Any
    weights: Any
    shift: int  # fraction bits that its sums drop
    digits: int  # of `sums`


class _Passes(NamedTuple):
    """Both passes of a resize."""

    x: _Axis | None  # None: rows are not filtered
    y: _Axis
    columns_last: bool  # rows are filtered first, then summed down the columns
    words: bool  # kept between the passes
    fraction: int  # bits that rows of words drop where they are not filtered


def _passes(request: Any, tables: Any) -> _Passes:
    """Return the passes in fixed point."""
    _, first_x, _, weights_x, first_y, _, weights_y, numbers = tables
    rows_first, along = request.order == codes.HORIZONTAL_FIRST, request.taps_x != codes.IDENTITY
    in_order = [(first_x, weights_x), (first_y, weights_y)]
    first, last = (
        _Axis(first, weights, int(shift), 1 if weights.dtype == np.int16 else 2)
        for (first, weights), shift in zip(in_order if rows_first else reversed(in_order), numbers[:2], strict=True)
    )
    fraction, words = 1, request.arithmetic.between == "int16"
    if words:
        whole = np.rint(last.weights * 2.0**last.shift)  # real weights are whole numbers of these units
        last = last._replace(weights=whole.astype(np.int32), digits=WORDS)
        if not along:  # weights of 1 give the words' fraction away
            fraction = _ONE - first.shift if rows_first else last.shift - _ONE
            words = not rows_first
            last = last._replace(shift=last.shift - fraction, digits=2)  # rows as they are, not as words
    x, y = (first, last) if rows_first else (last, first)
    return _Passes(x if along else None, y, rows_first and along, words, fraction)


class _Measured(NamedTuple):
    """An axis with two digits: what the functions above take, how many taps it has, what its sums drop."""

    table: tuple[Any, Any, int, Any]  # first, weights, digits, starts
    taps: int
    shift: int

    @property
    def packers(self) -> tuple[Kernel, Kernel, Kernel]:
        return packers(self.table[1].dtype.name)

    @property
    def digits(self) -> int:
        return self.table[2]

    @property
    def starts(self) -> Any:
        return self.table[3]


def _measured(axis: _Axis) -> _Measured | None:
    """Return an axis as the kernels take it; None where its weights are beyond them."""
    digits, starts = axis.digits, np.empty_like(axis.first)
    table = (axis.first, axis.weights, digits, starts)
    taps, pair = packers(axis.weights.dtype.name)[0](*table)
    few = digits != WORDS or (taps <= _MOST_TAPS_OF_WORDS and axis.shift > 8)
    served = pair <= _MOST_PAIR and few and 1 <= axis.shift <= 31 and taps <= axis.weights.shape[1] + _MOST_AHEAD
    return _Measured(table, int(taps), axis.shift) if served else None


class _Windows(NamedTuple):
    """How rows are filtered."""

    parts: int = 1  # windows that four lanes are gathered from
    three: bool = False  # whether a fourth lane of each pixel is nothing
    chunks: int = 0  # of sixteen lanes
    groups: int = 0  # of taps that are weighed at once
    step: int = 0  # bytes from one group to the next
    size: int = 0  # bytes of their tables


def _parts(starts: Any, channels: int, sample: int) -> tuple[int, bool]:
    """Return how many windows four lanes are gathered from, and whether a fourth lane of each pixel is nothing."""
    apart = min((3, 1, 1, 0)[channels - 1], starts.size - 1)  # from the first to the last of four samples' pixels
    move = int((starts[apart:] - starts[: starts.size - apart]).max())
    last = (move, 2 * move + 1, max(3 * move, 2), 3)[channels - 1]
    if (last + (4 // sample - 1) * channels + 1) * sample <= _WINDOW:
        return 1, False
    return (4 // channels, False) if channels <= 2 else (1, channels == 3)


def _windows(x: _Measured, channels: int) -> _Windows:
    """Return how rows of an axis are filtered."""
    sample = 2 if x.digits == WORDS else 1
    parts, three = _parts(x.starts, channels, sample)
    step = 8 if parts == 4 else 4 * channels
    groups, chunks = -(-x.taps * sample * channels // step), -(-x.starts.size * channels // (12 if three else 16))
    size = chunks * (4 if parts == 4 else 2) * (32 + groups * (96 if x.digits == 2 else 64))
    return _Windows(parts, three, chunks, groups, step, size)


def _pack_windows(x: _Measured, windows: _Windows, channels: int, width: int, numbers: Any, blob: Any) -> int:
    """Fill the tables of the columns; return how far windows reach beyond rows of ``width`` samples."""
    parts, three, chunks, groups, step, _ = windows
    entries = numbers.reshape(chunks, -1)
    x.packers[2](*x.table, channels, parts, three, groups, entries, blob.view(np.uint32))
    end = int(entries[:, 1:].max()) + step * (groups - 1) + (_WINDOW if parts == 1 else 8)
    return max(0, end - width * (2 if x.digits == WORDS else 1))


def prepare(request: Any, tables: Any) -> tuple[Special, tuple[Any, ...]] | None:
    """Return what the kernel is specialised on and its tables, or None where these are beyond it."""
    return _prepared(request, tables, long=False)


def prepare_long(request: Any, tables: Any) -> tuple[Special, tuple[Any, ...]] | None:
    """Return the same of `long_taps`, or None where windows have few rows."""
    columns_first = request.order == codes.VERTICAL_FIRST and request.taps_x != codes.IDENTITY
    (count, taps), width_in, rows_in = tables[6].shape, int(tables[0][1]), int(tables[0][2])
    least = _LONG if width_in % _CROWDED else _LONG_CROWDED
    if not columns_first or taps * taps * count < least * rows_in or width_in < STRIP:
        return None
    return _prepared(request, tables, long=True)


def _prepared(request: Any, tables: Any, long: bool) -> tuple[Special, tuple[Any, ...]] | None:
    axis_x, axis_y, columns_last, words, fraction = _passes(request, tables)
    channels, width_in, rows_in = (int(size) for size in tables[0][:3])
    if axis_x is not None and channels > 4:
        return None
    x, y = None if axis_x is None else _measured(axis_x), _measured(axis_y)
    if y is None or (x is None and axis_x is not None):
        return None
    if words and x is not None and not columns_last and y.digits == 2 and y.shift != _WORD:
        return None
    if long:  # pairs of rows are the same for all windows
        y = y._replace(taps=y.taps + int((y.starts & 1).max()))
        np.bitwise_and(y.starts, -2, out=y.starts)
    windows = _Windows() if x is None else _windows(x, channels)
    pairs, columns = (y.taps + 1) // 2, windows.chunks * (1 + 4 * windows.parts)
    numbers = np.empty(HEADER + columns + (4 if long else 2) * y.starts.size, np.int64)
    blob = aligned(windows.size + y.starts.size * pairs * 8)
    entries, weights, overrun = numbers[HEADER : HEADER + columns], blob[: windows.size], 0
    if x is not None:
        overrun = _pack_windows(x, windows, channels, width_in, entries, weights)
    rows, across = numbers[HEADER + columns :], blob[windows.size :].view(np.uint32)
    if long:
        _pack_long(y, pairs, rows.reshape(-1, 4), across)
    else:
        y.packers[1](*y.table, pairs, rows, across)
    _, _, chunks, groups, step, size = windows
    numbers[:HEADER] = (
        rows_in, width_in, overrun, chunks, groups, step, 1 if x is None else x.shift, pairs, y.shift, size,
        2 * pairs + 4, fraction,
    )  # fmt: skip
    digits = x.digits if x is not None and columns_last else y.digits
    return Special(columns_last, x is not None, windows.parts, windows.three, digits, words), (numbers, blob)


def _pack_long(y: _Measured, pairs: int, rows: Any, across: Any) -> None:
    """Fill each window's first pair of rows, how many there are, and which of them have upper digits."""
    short = np.empty(2 * len(rows), np.int64)
    y.packers[1](*y.table, pairs, short, across)
    counts = short[1::2]
    numbers = np.arange(pairs)
    upper = (across.reshape(-1, pairs, 2)[..., 1] != 0) & (numbers < counts[:, None])
    fine = np.where(upper, numbers, pairs).min(1)
    rows[:, 0], rows[:, 1] = short[::2] // 2, counts
    rows[:, 2] = np.minimum(fine, counts)
    rows[:, 3] = np.maximum(np.where(upper, numbers + 1, 0).max(1), rows[:, 2])
