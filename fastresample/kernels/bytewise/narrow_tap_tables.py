"""Tables of `narrow_taps`: weights as two digits, and the windows that lanes are gathered from."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels.bytewise.memory import aligned
from fastresample.kernels.bytewise.narrow_taps import HEADER, Special
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.tap_requests import known, passes
from fastresample.kernels.bytewise.tap_tables import Axis, farthest_apart
from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced
from fastresample.kernels.tiers import AVX2, AVX512, VBMI, tier

# Digits of weights by those of `taps`, whose digits are bytes.
_DIGITS = {2: 1, 3: 2, WORDS: WORDS}
# Bytes of a window, and the absolute sum of two upper digits whose products cannot saturate.
_WINDOW, _MOST_PAIR = 16, 128
_MOST_TAPS_OF_WORDS = 480
# How far behind a table's window one may start, so that they ascend.
_MOST_AHEAD = 8
_U = np.uintp


def matches(request: Any) -> bool:
    """Say whether the processor has vectors of 256 bits, and this arithmetic is known."""
    return tier() in (AVX2, AVX512, VBMI) and known(request)


@forced
def _high(weight, digits):
    """Return the upper digit of a weight."""
    if digits == 1:
        return np.int64(0)
    return (weight + 128) >> 8 if digits == WORDS else (weight + 32768) >> 16


@forced
def _low(weight, digits):
    """Return the lower digit of a weight."""
    return weight - (_high(weight, digits) << (8 if digits == WORDS else 16))


@forced
def _words(a, b):
    """Two words in the halves of an integer."""
    return np.uint32((a & 65535) | (b & 65535) << 16)


@forced
def _weight(weights, row, tap):
    """Return a weight, nothing beyond the table."""
    return np.int64(weights[_U(row), _U(tap)]) if 0 <= tap < weights.shape[1] else np.int64(0)


@forced
def _used(weights, row):
    """Return how many taps there are up to the last one that has a weight."""
    used = weights.shape[1]
    while used > 1 and weights[_U(row), _U(used - 1)] == 0:
        used -= 1
    return used


def measure(first, weights, digits, starts):
    """Return how many taps have weights anywhere, and the largest sum of two neighbours' upper digits.

    They are counted from ``starts`` on, which get the table's but only ascend: weights of 0 may be cut off in front.
    """
    taps, most, last = 1, np.int64(0), first.size - 1
    for i in range(first.size - 1, -1, -1):
        starts[_U(i)] = min(first[_U(i)], starts[_U(min(i + 1, last))]) if i < last else first[_U(i)]
        ahead, used = np.int64(first[_U(i)]) - starts[_U(i)], _used(weights, i)
        taps = max(taps, ahead + used)
        if digits == 2:
            for k in range(-1, used):
                a, b = _high(_weight(weights, i, k), digits), _high(_weight(weights, i, k + 1), digits)
                most = max(most, abs(a), abs(b), abs(a + b))
    return taps, most


def pack_rows(first, weights, digits, starts, pairs, rows, blob):
    """Fill the first source row and the number of pairs of each output row, and the digits of each pair."""
    for y in range(first.size):
        ahead = np.int64(first[_U(y)]) - starts[_U(y)]
        count = (ahead + _used(weights, y) + 1) // 2
        rows[_U(2 * y)], rows[_U(2 * y + 1)] = starts[_U(y)], count
        for k in range(count):
            a, b = _weight(weights, y, 2 * k - ahead), _weight(weights, y, 2 * k + 1 - ahead)
            upper = _words(_high(a, digits), _high(b, digits))
            if digits == 2:
                both = (_high(a, digits) & 255) | (_high(b, digits) & 255) << 8
                upper = _words(both, both)
            place = 2 * (y * pairs + k)
            blob[_U(place)], blob[_U(place + 1)] = _words(_low(a, digits), _low(b, digits)), upper


@forced
def _pack_lane(weights, pixel, tap, digits, blob, place):
    """Write the digits that one lane weighs four bytes by."""
    a, b = _weight(weights, pixel, tap), _weight(weights, pixel, tap + 1)
    if digits == WORDS:
        blob[_U(place)] = _words(_low(a, digits), _low(b, digits))
        blob[_U(place + 8)] = _words(_high(a, digits), _high(b, digits))
        return
    c, d = _weight(weights, pixel, tap + 2), _weight(weights, pixel, tap + 3)
    blob[_U(place)], blob[_U(place + 8)] = (
        _words(_low(a, digits), _low(c, digits)),
        _words(_low(b, digits), _low(d, digits)),
    )
    if digits == 2:
        near = (_high(a, digits) & 255) | (_high(b, digits) & 255) << 8
        far = (_high(c, digits) & 255) | (_high(d, digits) & 255) << 8
        blob[_U(place + 16)] = _words(near, far)


@forced
def _lane(starts, head, lane, parts, four, channels, last):
    """Return the pixel that a lane of four is for, the first of which is for sample ``head``, and its first sample."""
    sample = min(head + (lane // 2 if parts == 4 else min(lane, four - 1)), last)
    pixel = sample // channels
    return pixel, np.int64(starts[_U(pixel)]) * channels + sample - pixel * channels


@forced
def _index(offset, sample, stride):
    """Which four bytes of a window a lane takes: of one sample after another, ``stride`` bytes apart."""
    index = np.int64(0)
    for k in range(4):
        index |= ((offset + k // sample * stride + k % sample) & 127) << (8 * k)
    return np.uint32(index)


def pack_columns(first, weights, digits, starts, channels, parts, three, groups, entries, blob):
    """Fill the first sample of each chunk and where its windows begin; and its indices and digits.

    Lanes are samples in turn; with four parts two lanes are halves of one, with ``three`` a fourth lane of each pixel
    is nothing. The first vector of a chunk has the first and the third four of its lanes, the second one the others.
    The last chunk is whole, too, and overlaps the one before.
    """
    sample = 2 if digits == WORDS else 1
    length, four = first.size * channels, 3 if three else 4  # samples of four lanes
    halves, shared = 2 if parts == 4 else 1, 4 if parts == 1 else 2  # lanes that share a window
    taps, dwords = 4 // sample, 24 if digits == 2 else 16  # of a lane at a time
    place, size = 0, 8 + groups * dwords
    for chunk in range(entries.shape[0]):
        start = max(min(chunk * 4 * four, length - 4 * four), 0)
        entries[_U(chunk), _U(0)] = start
        entry = 1
        for number in range(2 * halves):
            for block in range(2):
                head = start + (number // halves + 2 * block) * four + number % halves * 2
                before, base = np.int64(-1), np.int64(0)
                for lane in range(4):
                    pixel, origin = _lane(starts, head, lane, parts, four, channels, length - 1)
                    if lane % shared == 0:
                        base = origin
                        for other in range(lane + 1, lane + shared):
                            base = min(base, _lane(starts, head, other, parts, four, channels, length - 1)[1])
                        entries[_U(chunk), _U(entry)] = base * sample
                        entry += 1
                    here = place + block * 4 + lane
                    offset = (origin - base) * sample + lane // shared * 8
                    blob[_U(here)] = _index(offset, sample, channels * sample)
                    tap = starts[_U(pixel)] - np.int64(first[_U(pixel)]) + (lane % 2 * taps if parts == 4 else 0)
                    for there in range(here + 8, here + size, dwords):
                        if pixel == before and parts != 4:  # other channels of it
                            for k in range(there, there + dwords, 8):
                                blob[_U(k)] = blob[_U(k - 1)]
                        else:
                            _pack_lane(weights, pixel, tap, digits, blob, there)
                        tap += taps * halves
                    before = pixel
            place += size


_INDEX, _WORDS = array_type(np.int32, 1), array_type(np.uint32, 1, writable=True)
_NUMBERS, _GRID = array_type(np.int64, 1, writable=True), array_type(np.int64, 2, writable=True)


@cache
def _packers(weight: str) -> tuple[Kernel, Kernel, Kernel]:
    """Return the compiled functions above for weights of a dtype."""
    integer, axis = types.int64, (_INDEX, array_type(weight, 2), types.int64)
    rows = (*axis, _INDEX, integer, _NUMBERS, _WORDS)
    columns = (*axis, _INDEX, integer, integer, types.boolean, integer, _GRID, _WORDS)
    return (
        compile_kernel(measure, f"narrow_taps_measure_{weight}", (*axis, array_type(np.int32, 1, writable=True))),
        compile_kernel(pack_rows, f"narrow_taps_rows_{weight}", rows),
        compile_kernel(pack_columns, f"narrow_taps_columns_{weight}", columns),
    )


class _Measured(NamedTuple):
    """An axis with two digits: what the functions above take, how many taps it has, what its sums drop."""

    table: tuple[Any, Any, int, Any]  # first, weights, digits, starts
    taps: int
    shift: int

    @property
    def packers(self) -> tuple[Kernel, Kernel, Kernel]:
        return _packers(self.table[1].dtype.name)

    @property
    def digits(self) -> int:
        return self.table[2]

    @property
    def starts(self) -> Any:
        return self.table[3]


def _measured(axis: Axis) -> _Measured | None:
    """Return an axis as the kernels take it; None where its weights are beyond them."""
    digits, starts = _DIGITS[axis.digits], np.empty_like(axis.first)
    table = (axis.first, axis.weights, digits, starts)
    taps, pair = _packers(axis.weights.dtype.name)[0](*table)
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
    moves = farthest_apart(starts, [(3, 1, 1, 0)[channels - 1]])  # from the first to the last of four samples' pixels
    move = int(moves[0])
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
    axis_x, axis_y, columns_last, words, fraction = passes(request, tables)
    channels, width_in, rows_in = (int(size) for size in tables[0][:3])
    if axis_x is not None and channels > 4:
        return None
    x, y = None if axis_x is None else _measured(axis_x), _measured(axis_y)
    if y is None or (x is None and axis_x is not None):
        return None
    windows = _Windows() if x is None else _windows(x, channels)
    pairs, columns = (y.taps + 1) // 2, windows.chunks * (1 + 4 * windows.parts)
    numbers = np.empty(HEADER + columns + 2 * y.starts.size, np.int64)
    blob = aligned(windows.size + y.starts.size * pairs * 8)
    entries, weights, overrun = numbers[HEADER : HEADER + columns], blob[: windows.size], 0
    if x is not None:
        overrun = _pack_windows(x, windows, channels, width_in, entries, weights)
    y.packers[1](*y.table, pairs, numbers[HEADER + columns :], blob[windows.size :].view(np.uint32))
    _, _, chunks, groups, step, size = windows
    numbers[:HEADER] = (
        rows_in, width_in, overrun, chunks, groups, step, 1 if x is None else x.shift, pairs, y.shift, size,
        2 * pairs + 4, fraction,
    )  # fmt: skip
    digits = x.digits if x is not None and columns_last else y.digits
    return Special(columns_last, x is not None, windows.parts, windows.three, digits, words), (numbers, blob)
