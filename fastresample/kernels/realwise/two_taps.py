"""Two taps in float32, along rows and down columns: bilinear, of samples that float32 holds.

16 results are made at a time: both samples of each are picked from windows of the row, two rows at once. Where rows are
not used again, those two are summed at once; else they are kept in a ring of four.
"""

from typing import Any, NamedTuple

import numpy as np

from fastresample.kernels.common import Kernel, array_type, forced
from fastresample.kernels.realwise.sums import rounded
from fastresample.kernels.realwise.two_tap_tables import FOUR, ONE, TWO
from fastresample.kernels.simd.columns import (
    blend_floats,
    load_halves,
    load_quarters,
    permute_floats,
    permute_two_floats,
)
from fastresample.kernels.simd.floats import finish_streams, load_bytes_as_ints, load_f32, stream_floats, zero_floats
from fastresample.kernels.simd.memory import load_floats, load_i64, prefetch
from fastresample.kernels.simd.permutations import spread_f32
from fastresample.kernels.simd.reals import (
    add_reals,
    fuse_reals,
    load_reals,
    multiply_reals,
    store_first_reals,
    store_reals,
)
from fastresample.kernels.vectors import address_of

# Results of more samples than these stay in no cache: they are stored past it.
_STREAMED = 1 << 22
_NUMBERS, _INDEX = array_type(np.int64, 1), array_type(np.int32, 1)
# Behind an array of int64: the tables down the columns, then those of `two_tap_tables.pack`.
TABLES = (
    _INDEX,
    _INDEX,
    array_type(np.float32, 2),
    _NUMBERS,
    _NUMBERS,
    array_type(np.uint8, 1),
    array_type(np.float32, 1),
)


class Special(NamedTuple):
    """What is fixed when a kernel is compiled."""

    source: Any
    result: Any
    windows: int  # of `two_tap_tables`
    fuse: bool  # whether the nearer sample's product is fused with the addition
    store: int  # codes.STORE_*


@forced
def _picked(sample, line, size, begins, near, far, both, windows):
    """Return the nearer samples of 16 results and the farther ones, 0 where these do not count."""
    real, at = np.float32(0), line + size * load_i64(begins)
    if windows == ONE:
        low = load_reals(sample, real, at)
        return permute_floats(low, near), blend_floats(both, permute_floats(low, far), zero_floats())
    second = line + size * load_i64(begins + 8)
    if windows == TWO:
        low, high = load_reals(sample, real, at), load_reals(sample, real, second)
    else:
        third, fourth = line + size * load_i64(begins + 16), line + size * load_i64(begins + 24)
        if windows == FOUR:
            low, high = load_halves(sample, at, second), load_halves(sample, third, fourth)
        else:
            fifth, sixth = line + size * load_i64(begins + 32), line + size * load_i64(begins + 40)
            seventh, eighth = line + size * load_i64(begins + 48), line + size * load_i64(begins + 56)
            low = load_quarters(sample, at, second, third, fourth)
            high = load_quarters(sample, fifth, sixth, seventh, eighth)
    return permute_two_floats(low, near, high), blend_floats(both, permute_two_floats(low, far, high), zero_floats())


@forced
def _weighed(a, weight_a, b, weight_b, fuse):
    far = multiply_reals(b, weight_b)
    return fuse_reals(a, weight_a, far) if fuse else add_reals(multiply_reals(a, weight_a), far)


@forced
def _store_some(result, target, value, left):
    if left >= 16:
        store_reals(result, target, value)
    else:
        store_first_reals(result, target, value, left)


@forced
def _prefetch(line, size, begins, windows):
    """Ask for the windows of a row that comes next."""
    for window in range(windows):
        prefetch(line + size * load_i64(begins + 8 * window))


@forced
def _filter_two(sample, size, lines, goals, length, tables, lanes, windows, fuse):
    """Filter two rows into two others, which have room for whole vectors."""
    begins, both, index, spread = tables
    for x in range(0, length, lanes):
        near, far, mask = load_bytes_as_ints(index), load_bytes_as_ints(index + 16), load_i64(both)
        w0, w1 = load_floats(spread), load_floats(spread + 64)
        a, b = _picked(sample, lines[0], size, begins, near, far, mask, windows)
        store_reals(np.float32(0), goals[0] + 4 * x, _weighed(a, w0, b, w1, fuse))
        a, b = _picked(sample, lines[1], size, begins, near, far, mask, windows)
        store_reals(np.float32(0), goals[1] + 4 * x, _weighed(a, w0, b, w1, fuse))
        begins, both, index, spread = begins + 8 * windows, both + 8, index + 32, spread + 128


@forced
def _stream_two(a, b, w0, w1, target, length, fuse):
    """Store the weighed sum of two rows of float32 past the caches."""
    head = min((-target & 63) >> 2, length)  # samples before whole lines
    store_first_reals(np.float32(0), target, _weighed(load_floats(a), w0, load_floats(b), w1, fuse), head)
    a, b, target, length = a + 4 * head, b + 4 * head, target + 4 * head, length - head
    for _ in range(0, length - 15, 16):
        stream_floats(target, _weighed(load_floats(a), w0, load_floats(b), w1, fuse))
        a, b, target = a + 64, b + 64, target + 64
    store_first_reals(np.float32(0), target, _weighed(load_floats(a), w0, load_floats(b), w1, fuse), length & 15)


@forced
def _add_two(result, wide, a, b, w0, w1, n, target, length, fuse, store, limits):
    """Store the weighed sum of two rows, or of one."""
    low, high = limits
    for x in range(0, length, 16):
        value = load_floats(a)
        value = _weighed(value, w0, load_floats(b), w1, fuse) if n == 2 else multiply_reals(value, w0)
        _store_some(result, target, rounded(value, store, low, high), length - x)
        a, b, target = a + 64, b + 64, target + wide


@forced
def _add_direct(sample, size, lines, ahead, result, wide, weights, n, target, length, tables, lanes, how):
    """Filter two rows, or one, and store their weighed sum."""
    (windows, fuse, store, low, high), (begins, both, index, spread) = how, tables
    down0, down1 = spread_f32(load_f32(weights)), spread_f32(load_f32(weights + 4) if n == 2 else np.float32(-0.0))
    for x in range(0, length, lanes):
        near, far, mask = load_bytes_as_ints(index), load_bytes_as_ints(index + 16), load_i64(both)
        w0, w1 = load_floats(spread), load_floats(spread + 64)
        if ahead:
            _prefetch(lines[0] + ahead, size, begins, windows)
            _prefetch(lines[1] + ahead, size, begins, windows)
        a, b = _picked(sample, lines[0], size, begins, near, far, mask, windows)
        value = _weighed(a, w0, b, w1, fuse)
        if n == 2:
            a, b = _picked(sample, lines[1], size, begins, near, far, mask, windows)
            value = _weighed(value, down0, _weighed(a, w0, b, w1, fuse), down1, fuse)
        else:
            value = multiply_reals(value, down0)
        value = rounded(value, store, low, high)
        left = length - x
        if left >= 16:
            store_reals(result, target, value)
        else:
            store_first_reals(result, target, value, min(left, lanes))
        target += wide * lanes // 16
        begins, both, index, spread = begins + 8 * windows, both + 8, index + 32, spread + 128


@forced
def _inside(row, rows):
    return min(max(np.int64(row), 0), rows - 1)


def make(special: Special) -> Kernel:
    """Return the stage of two taps each way, its columns packed by `two_tap_tables.pack`."""
    source, kind, windows, fuse, store = special
    size, wide = np.dtype(source).itemsize, 16 * np.dtype(kind).itemsize
    direct, single = windows > TWO, kind is np.float32
    low, high = (float(np.iinfo(kind).min), float(np.iinfo(kind).max)) if np.dtype(kind).kind in "iu" else (0.0, 0.0)

    def real_two_taps(src, out, begin, end, header, fy, cy, wy, begins, both, index, spread):
        sample, result = source(0), kind(0)
        rows_in, lanes, large = header[0], header[1], header[2]
        rows, length, stride = out.shape[1], out.shape[2], src.shape[2] * size
        stream = single and out.size > _STREAMED
        tables = (address_of(begins), address_of(both), address_of(index), address_of(spread))
        slot = (length + 31) // 16 * 64
        slot += 64 if slot % 4096 == 0 else 0
        ring = np.empty(0 if direct else 5 * slot + 64, np.uint8)
        slots = (address_of(ring) + 63) & -64
        oldest, ready = np.int64(0), np.int64(0)  # rows that are in the ring
        for row in range(begin, end):
            p, y = row // rows, row % rows
            plane = address_of(src) + p * src.shape[1] * stride
            n, a = np.int64(cy[y]), _inside(fy[y], rows_in)
            b = _inside(fy[y] + n - 1, rows_in)
            weights, target = address_of(wy) + y * wy.shape[1] * 4, address_of(out) + row * length * wide // 16
            if direct:
                ahead = (_inside(fy[y + 1], rows_in) - a) * stride if large and y + 1 < rows else 0
                _add_direct(
                    sample, size, (plane + a * stride, plane + b * stride), ahead, result, wide, weights, n, target,
                    length, tables, lanes, (windows, fuse, store, low, high),
                )  # fmt: skip
            else:
                if y == 0 or row == begin or a < oldest or a > ready:
                    oldest = ready = a
                last = min(row - y + rows, end) - (row - y) - 1  # output row of this plane
                last = max(_inside(fy[last] + cy[last] - 1, rows_in), b)
                while ready <= b:
                    one, two = ready, min(ready + 1, last)
                    goals = (slots + one % 4 * slot, slots + (two % 4 if two > one else 4) * slot)
                    lines = (plane + one * stride, plane + two * stride)
                    _filter_two(sample, size, lines, goals, length, tables, lanes, windows, fuse)
                    ready = two + 1
                    oldest = max(oldest, ready - 4)
                a, b, w0 = slots + a % 4 * slot, slots + b % 4 * slot, spread_f32(load_f32(weights))
                w1 = spread_f32(load_f32(weights + 4) if n == 2 else np.float32(-0.0))
                if stream and n == 2:
                    _stream_two(a, b, w0, w1, target, length, fuse)
                else:
                    _add_two(result, wide, a, b, w0, w1, n, target, length, fuse, store, (low, high))
        if stream:
            finish_streams()
        return ring.size + begins.size + both.size + index.size + spread.size  # an address is not a use

    return real_two_taps
