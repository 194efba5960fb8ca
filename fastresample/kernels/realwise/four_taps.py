"""Up to four taps in float64, along rows and down columns, of samples that float32 holds: bicubic, and two of integers.

Chunks of up to eight results are made at a time, from 32 samples of a row: a vector of float32 holds two taps of each;
where there are two taps only it may hold one, of up to sixteen results.
Four rows are filtered at once, into a ring that is summed down the columns.
"""

from typing import Any, NamedTuple

import numpy as np

from fastresample import codes
from fastresample.kernels.common import Kernel, array_type, forced
from fastresample.kernels.realwise.four_tap_tables import FOUR, ONE, TWO
from fastresample.kernels.realwise.sums import rounded
from fastresample.kernels.simd.columns import blend_floats, load_halves, load_quarters, permute_two_floats
from fastresample.kernels.simd.floats import finish_streams, load_bytes_as_ints, stream_floats, zero_floats
from fastresample.kernels.simd.memory import load_i64, prefetch, prefetch_to_write, store_i64
from fastresample.kernels.simd.reals import (
    add_half,
    add_reals,
    add_zero,
    clip_reals,
    join_singles,
    load_reals,
    lower_doubles,
    multiply_reals,
    round_down,
    spread_real,
    store_first_reals,
    store_reals,
    upper_doubles,
)
from fastresample.kernels.vectors import address_of

_NUMBERS, _INDEX = array_type(np.int64, 1), array_type(np.int32, 1)
# Behind an array of int64: the tables down the columns, then those of `four_tap_tables.pack`.
TABLES = (
    _INDEX,
    _INDEX,
    array_type(np.float64, 2),
    _INDEX,
    _NUMBERS,
    _NUMBERS,
    array_type(np.uint8, 1),
    array_type(np.float64, 1),
)
_ROWS, _SLOTS = 4, 8  # rows filtered at once; those that the ring holds
# Results of a row, in whole chunks, that are made at a time: where rows are used again, their sums stay in the first
# cache; else longer runs of memory are faster.
_NARROW, _WIDE = 768, 6144
_AHEAD = 2048  # bytes between what is filtered and what is asked for, where it is in no cache
_STREAMED = 1 << 22  # results of more samples stay in no cache: they are stored past it


class Special(NamedTuple):
    """What is fixed when a kernel is compiled."""

    source: Any
    result: Any
    windows: int  # of `four_tap_tables`
    two: bool  # whether there are two taps at most, both ways
    wide: bool  # whether a vector of float32 holds one tap of each result, not two
    store: int  # codes.STORE_*


def strip(length: int, enlarged: bool) -> int:
    """Return how many results of so long rows to make at a time."""
    return min(length + -length % 48, _NARROW if enlarged else _WIDE)


@forced
def _places(begins, windows):
    """Return where the windows of a chunk begin, in bytes from that of a row; some mean nothing."""
    a = load_i64(begins)
    b = load_i64(begins + 8) if windows > ONE else a
    c, d = (load_i64(begins + 16), load_i64(begins + 24)) if windows > TWO else (a, b)
    if windows > FOUR:
        return a, b, c, d, load_i64(begins + 32), load_i64(begins + 40), load_i64(begins + 48), load_i64(begins + 56)
    return a, b, c, d, a, b, c, d


@forced
def _prefetch(lines, places, windows):
    """Ask for the windows of four rows."""
    for window in range(windows):
        for line in lines:
            prefetch(line + places[window])


@forced
def _samples(sample, line, size, places, windows):
    """Return the 32 samples of a chunk."""
    a, b, c, d, e, f, g, h = places
    real = np.float32(0)
    if windows == ONE:
        return load_reals(sample, real, line + a), load_reals(sample, real, line + a + 16 * size)
    if windows == TWO:
        return load_reals(sample, real, line + a), load_reals(sample, real, line + b)
    if windows == FOUR:
        return load_halves(sample, line + a, line + b), load_halves(sample, line + c, line + d)
    low = load_quarters(sample, line + a, line + b, line + c, line + d)
    return low, load_quarters(sample, line + e, line + f, line + g, line + h)


@forced
def _inward(a, b, c, d):
    """Add four products, of the first and the last tap and of what is between them."""
    return add_reals(add_reals(a, b), add_reals(c, d))


@forced
def _filter_chunk(sample, line, size, places, windows, two, wide, counted, ends, middles, weights, goal):
    """Store the sums of a chunk."""
    low, high = _samples(sample, line, size, places, windows)
    one = blend_floats(counted, permute_two_floats(low, ends, high), zero_floats())
    other = blend_floats(counted >> 16, permute_two_floats(low, middles, high), zero_floats())
    a, b = multiply_reals(lower_doubles(one), weights[0]), multiply_reals(upper_doubles(one), weights[1])
    c, d = multiply_reals(lower_doubles(other), weights[2]), multiply_reals(upper_doubles(other), weights[3])
    if wide:
        store_reals(np.float64(0), goal, add_reals(a, c))
        store_reals(np.float64(0), goal + 64, add_reals(b, d))
    elif two:
        store_reals(np.float64(0), goal, add_reals(a, b))
    else:
        store_reals(np.float64(0), goal, add_zero(_inward(a, b, c, d)))  # sums begin with 0, never -0


@forced
def _filter_four(sample, size, lines, goals, length, tables, lanes, windows, two, wide, ahead):
    """Filter four rows into others, which have room for whole vectors."""
    (begins, counted, index, spread), real = tables, np.float64(0)
    (a, b, c, d), (to_a, to_b, to_c, to_d) = lines, goals
    for _ in range(0, length, lanes):
        ends, middles, mask = load_bytes_as_ints(index), load_bytes_as_ints(index + 16), load_i64(counted)
        weights = (
            load_reals(real, real, spread),
            load_reals(real, real, spread + 64),
            load_reals(real, real, spread + 128),
            load_reals(real, real, spread + 192),
        )
        places = _places(begins, windows)
        if ahead:
            _prefetch((a + _AHEAD, b + _AHEAD, c + _AHEAD, d + _AHEAD), places, windows)
        _filter_chunk(sample, a, size, places, windows, two, wide, mask, ends, middles, weights, to_a)
        _filter_chunk(sample, b, size, places, windows, two, wide, mask, ends, middles, weights, to_b)
        _filter_chunk(sample, c, size, places, windows, two, wide, mask, ends, middles, weights, to_c)
        _filter_chunk(sample, d, size, places, windows, two, wide, mask, ends, middles, weights, to_d)
        begins, counted, index, spread = begins + 8 * windows, counted + 8, index + 32, spread + 256
        to_a, to_b, to_c, to_d = to_a + 8 * lanes, to_b + 8 * lanes, to_c + 8 * lanes, to_d + 8 * lanes


@forced
def _finished(value, two, store, low, high):
    """Round, or leave it to the conversion, which cuts off the fractions of what is not below 0."""
    if store != codes.STORE_UP:
        return rounded(value, store, low, high)
    value = add_half(value)
    if low < 0:
        value = round_down(value)
    return value if two else clip_reals(value, low, high)  # the mean of two samples is between them


@forced
def _down(rows, x, weights, two, store, low, high):
    """Return the sum of eight samples of four rows, rounded."""
    (a, b, c, d), (wa, wb, wc, wd), real = rows, weights, np.float64(0)
    first = multiply_reals(load_reals(real, real, a + x), wa)
    last = multiply_reals(load_reals(real, real, b + x), wb)
    if two:
        value = add_reals(first, last)
    else:
        third = multiply_reals(load_reals(real, real, c + x), wc)
        value = _inward(first, last, third, multiply_reals(load_reals(real, real, d + x), wd))
    return _finished(value, two, store, low, high)


@forced
def _add_four(result, rows, weights, two, target, length, finish, stream, further):
    """Store the sums of four rows; the next row of results lies ``further`` bytes behind."""
    (vector, store, low, high), real, x = finish, np.float64(0), np.int64(0)
    a, b, c, d = weights
    weights = (spread_real(real, a), spread_real(real, b), spread_real(real, c), spread_real(real, d))
    if stream:
        head = min((-target & 63) >> 2, length)  # samples before whole lines
        if head:
            store_first_reals(result, target, _down(rows, x, weights, two, store, low, high), min(head, 8))
            if head > 8:
                store_first_reals(result, target + 32, _down(rows, x + 64, weights, two, store, low, high), head - 8)
        x, target, length = x + 8 * head, target + 4 * head, length - head
        for _ in range(0, length - 15, 16):
            near = _down(rows, x, weights, two, store, low, high)
            far = _down(rows, x + 64, weights, two, store, low, high)
            stream_floats(target, join_singles(near, far))
            x, target = x + 128, target + 64
    else:
        for _ in range(0, length - 15, 16):
            store_reals(result, target, _down(rows, x, weights, two, store, low, high))
            prefetch_to_write(target + further)
            store_reals(result, target + vector, _down(rows, x + 64, weights, two, store, low, high))
            x, target = x + 128, target + 2 * vector
    for left in range(length % 16, 0, -8):
        store_first_reals(result, target, _down(rows, x, weights, two, store, low, high), min(left, 8))
        x, target = x + 64, target + vector


@forced
def _inside(row, rows):
    return min(max(np.int64(row), 0), rows - 1)


def make(special: Special) -> Kernel:
    """Return the stage of up to four taps each way, its columns packed by `four_tap_tables.pack`."""
    source, kind, windows, two, wide, store = special
    size, vector = np.dtype(source).itemsize, 8 * np.dtype(kind).itemsize
    low, high = (float(np.iinfo(kind).min), float(np.iinfo(kind).max)) if np.dtype(kind).kind in "iu" else (0.0, 0.0)
    single = kind is np.float32

    def real_four_taps(src, out, begin, end, header, fy, cy, wy, needed, begins, counted, index, spread):
        sample, result = source(0), kind(0)
        rows_in, lanes, strip, ahead = header[0], header[1], header[2], header[3]
        stream, finish = single and out.size > _STREAMED, (vector, store, low, high)
        slot_bytes = 8 * (strip + 24)  # no power of two, whose multiples would share places of the cache
        rows, length, stride = out.shape[1], out.shape[2], src.shape[2] * size
        scratch, slot_of = np.zeros((_SLOTS + 2) * slot_bytes + 64, np.uint8), np.empty(rows_in, np.int64)
        lists, absent = np.empty(2 * _ROWS, np.int64), np.full(1, -0.0)
        ring, none = (address_of(scratch) + 63) & -64, address_of(absent)
        nothing, spare = ring + _SLOTS * slot_bytes, ring + (_SLOTS + 1) * slot_bytes
        sources, goals = address_of(lists), address_of(lists) + 8 * _ROWS
        for x in range(0, length, strip):
            q = x // lanes
            tables = (
                address_of(begins) + 8 * windows * q, address_of(counted) + 8 * q,
                address_of(index) + 32 * q, address_of(spread) + 256 * q,
            )  # fmt: skip
            width = min(strip, length - x)
            row, top, made, begun = begin, np.int64(0), 0, np.int64(-1)
            while row < end:
                p, y = row // rows, row % rows
                stop, last = min(rows, y + end - row), y
                plane = address_of(src) + p * src.shape[1] * stride
                if p != begun:  # rows of another plane
                    begun, top = p, np.int64(0)
                pending = 0
                while last < stop and pending < _ROWS:
                    fresh = max(_inside(needed[last], rows_in), top)
                    if fresh > _inside(fy[last] + cy[last] - 1, rows_in):
                        last += 1
                        continue
                    store_i64(sources + 8 * pending, plane + fresh * stride)
                    slot_of[fresh] = ring + made % _SLOTS * slot_bytes
                    store_i64(goals + 8 * pending, slot_of[fresh])
                    made, pending, top = made + 1, pending + 1, fresh + 1
                if pending:
                    for k in range(pending, _ROWS):
                        store_i64(sources + 8 * k, load_i64(sources))
                        store_i64(goals + 8 * k, spare)
                    lines = (load_i64(sources), load_i64(sources + 8), load_i64(sources + 16), load_i64(sources + 24))
                    slots = (load_i64(goals), load_i64(goals + 8), load_i64(goals + 16), load_i64(goals + 24))
                    _filter_four(sample, size, lines, slots, width, tables, lanes, windows, two, wide, ahead)
                for k in range(y, last):
                    n, weights = np.int64(cy[k]), address_of(wy) + 8 * wy.shape[1] * k
                    lines = (
                        slot_of[_inside(fy[k], rows_in)],
                        slot_of[_inside(fy[k] + n - 1, rows_in)] if n > 1 else nothing,
                        slot_of[_inside(fy[k] + 1, rows_in)] if n > 2 else nothing,
                        slot_of[_inside(fy[k] + 2, rows_in)] if n > 3 else nothing,
                    )
                    factors = (
                        weights, weights + 8 * (n - 1) if n > 1 else none,
                        weights + 8 if n > 2 else none, weights + 16 if n > 3 else none,
                    )  # fmt: skip
                    target = address_of(out) + ((row + k - y) * length + x) * (vector // 8)
                    _add_four(result, lines, factors, two, target, width, finish, stream, length * (vector // 8))
                row += last - y
        if stream:
            finish_streams()
        return scratch.size + lists.size + absent.size + begins.size + counted.size + index.size + spread.size

    return real_four_taps
