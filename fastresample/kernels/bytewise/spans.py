"""Rows filtered by long windows: 64 bytes of a window at a time, whose sums are added up across the lanes at its end.

A lane is four taps of bytes, or two of words, of one channel; lanes are groups of taps, channel by channel. Four rows
are filtered together, sharing weights. All windows have the same order of bytes, and each pixel has weights of its own.
"""

import numpy as np

from fastresample.kernels.bytewise.sums import WORDS, add_products, total
from fastresample.kernels.common import forced
from fastresample.kernels.simd.arithmetic import (
    add_ints,
    bytes_as_ints,
    ints_as_bytes,
    pack_ints,
    pack_words,
    shift_left,
)
from fastresample.kernels.simd.kinds import Ints
from fastresample.kernels.simd.memory import load_bytes, prefetch, store_bytes
from fastresample.kernels.simd.permutations import permute_bytes, permute_two_bytes, zero_ints

# Orders of bytes that the tables begin with, a vector each: of a window; of two rows' sums, in two steps and, of an odd
# number of groups, a third; of two such pairs; of halves and quarters of a row's four lanes; of bytes of four rows.
WINDOW, NEAR, FAR, LAST, EVEN, ODD, HALVES, QUARTERS, ROWS, ORDERS = (64 * k for k in range(10))
_times_256, _times_65536 = shift_left(Ints, 8), shift_left(Ints, 16)


@forced
def _picked(a, b, order):
    return bytes_as_ints(permute_two_bytes(ints_as_bytes(a), order, ints_as_bytes(b)))


@forced
def _paired(a, b, orders, channels):
    """Add the lanes of two rows up to eight for each."""
    pair = add_ints(_picked(a, b, load_bytes(orders + NEAR)), _picked(a, b, load_bytes(orders + FAR)))
    return add_ints(pair, _picked(a, b, load_bytes(orders + LAST))) if channels == 3 else pair


@forced
def _turned(value, order):
    return bytes_as_ints(permute_bytes(ints_as_bytes(value), order))


@forced
def _across(a, b, c, d, orders, channels):
    """Add up the lanes of four rows: each row's sums, channel by channel, in four lanes."""
    ab, cd = _paired(a, b, orders, channels), _paired(c, d, orders, channels)
    value = add_ints(_picked(ab, cd, load_bytes(orders + EVEN)), _picked(ab, cd, load_bytes(orders + ODD)))
    if channels <= 2:
        value = add_ints(value, _turned(value, load_bytes(orders + HALVES)))
    if channels == 1:
        value = add_ints(value, _turned(value, load_bytes(orders + QUARTERS)))
    return value


@forced
def _whole(low, middle, high, digits):
    """Put the sums of the digits together; what does not fit 32 bits wraps, and comes back in the end."""
    whole = add_ints(low, _times_256(middle))
    return add_ints(whole, _times_65536(high)) if digits == 3 else whole


@forced
def _filter_pixel(rows, weights, blocks, orders, channels, step, ahead, half, last, digits):
    """Return a pixel's rounded sums, of four rows one after the other, four lanes each."""
    row_a, row_b, row_c, row_d = rows
    order, zero = load_bytes(orders + WINDOW), zero_ints()
    a0, a1, a2, b0, b1, b2 = zero, zero, zero, zero, zero, zero
    c0, c1, c2, d0, d1, d2 = zero, zero, zero, zero, zero, zero
    for _ in range(blocks):
        a0, a1, a2 = add_products(a0, a1, a2, permute_bytes(load_bytes(row_a), order), weights, digits)
        b0, b1, b2 = add_products(b0, b1, b2, permute_bytes(load_bytes(row_b), order), weights, digits)
        c0, c1, c2 = add_products(c0, c1, c2, permute_bytes(load_bytes(row_c), order), weights, digits)
        d0, d1, d2 = add_products(d0, d1, d2, permute_bytes(load_bytes(row_d), order), weights, digits)
        if ahead:
            prefetch(row_a + ahead)
            prefetch(row_b + ahead)
            prefetch(row_c + ahead)
            prefetch(row_d + ahead)
        weights += 128 if digits == WORDS else 64 * digits
        row_a, row_b, row_c, row_d = row_a + step, row_b + step, row_c + step, row_d + step
    if digits == WORDS:
        low = add_ints(_across(a0, b0, c0, d0, orders, channels), half)
        return total(low, _across(a1, b1, c1, d1, orders, channels), zero, digits, last)
    a, b = _whole(a0, a1, a2, digits), _whole(b0, b1, b2, digits)
    c, d = _whole(c0, c1, c2, digits), _whole(d0, d1, d2, digits)
    return total(add_ints(_across(a, b, c, d, orders, channels), half), zero, zero, 1, last)


@forced
def filter_spans(four, ahead, first, weights, spans, half, last, digits, goal):
    """Filter four rows into bytes of each in turn; 64 bytes behind the last are overwritten.

    ``first`` are the windows' first pixels. What lies ``ahead`` unless that is 0 will be wanted next.
    """
    orders, blocks, channels, step = spans
    sample = 2 if digits == WORDS else 1
    size = blocks * (128 if digits == WORDS else 64 * digits)
    row_a, row_b, row_c, row_d = four
    in_turn = load_bytes(orders + ROWS)
    for x in range(np.uintp(first.size)):
        place = np.int64(first[x]) * (channels * sample)
        rows = (row_a + place, row_b + place, row_c + place, row_d + place)
        sums = _filter_pixel(rows, weights, blocks, orders, channels, step, ahead, half, last, digits)
        words = pack_ints(sums, sums)
        store_bytes(goal, permute_bytes(pack_words(words, words), in_turn))
        weights, goal = weights + size, goal + 4 * channels
