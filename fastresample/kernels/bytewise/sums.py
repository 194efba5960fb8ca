"""Sums of products of bytes or words, in fixed point, exactly: along rows and down columns.

A weight is several digits of base 256: three, each -128 to 127, two or one; ``dot_bytes`` adds four products of bytes
with one digit. Words are weighed with two digits, the upper one a word itself; ``dot_words`` adds two products. The
digits' sums are put together by ``((low >> 8) + middle >> 8) + high``, whose floors commute with whole numbers, so what
comes out is ``(sum + half) >> shift``.

Along a row, 16 lanes are 16 outputs in turn, of whichever pixel and channel; the four bytes of all lanes, four samples
or two words, come from one permutation. Four rows are filtered together, sharing weights and indices. Down a column
four rows lie interleaved in the 32-bit lanes, so that the very same operations sum them.
"""

import numpy as np

from fastresample.kernels.common import forced
from fastresample.kernels.simd.arithmetic import (
    add_ints,
    dot_bytes,
    dot_words,
    pack_ints,
    pack_words,
    shift_right,
    shift_right_by,
)
from fastresample.kernels.simd.kinds import Ints
from fastresample.kernels.simd.memory import load_bytes, load_i32, load_i64
from fastresample.kernels.simd.permutations import (
    interleave_bytes_high,
    interleave_bytes_low,
    interleave_words_high,
    interleave_words_low,
    merge_bytes,
    permute_bytes,
    permute_two_bytes,
    spread_bytes,
    take_lane,
    zero_ints,
)

# Digits of a weight: three, two or one, of bytes; or two, of words.
WORDS = 0
_next_digit = shift_right(Ints, 8)
_second_of_two, _second, _third, _fourth = (merge_bytes(2, 1), *(merge_bytes(4, part) for part in (1, 2, 3)))


@forced
def _window(address, index, wide):
    """Bytes of a window of 64 or, ``wide``, 128 bytes."""
    if wide:
        return permute_two_bytes(load_bytes(address), index, load_bytes(address + 64))
    return permute_bytes(load_bytes(address), index)


@forced
def gather(line, base, index, parts, wide):
    """Four bytes of 16 lanes: equal parts of the lanes are taken from windows of their own."""
    value = _window(line + load_i64(base), index, wide)
    if parts == 2:
        value = _second_of_two(_window(line + load_i64(base + 8), index, wide), value)
    if parts == 4:
        value = _second(_window(line + load_i64(base + 8), index, wide), value)
        value = _third(_window(line + load_i64(base + 16), index, wide), value)
        value = _fourth(_window(line + load_i64(base + 24), index, wide), value)
    if parts == 16:
        for lane in range(1, 16):
            value = take_lane(value, _window(line + load_i64(base + 8 * lane), index, wide), np.int32(lane))
    return value


@forced
def total(low, middle, high, digits, last):
    """Put the sums of the digits together and round down."""
    if digits == 1:
        return shift_right_by(low, last)
    if digits == 3:
        return shift_right_by(add_ints(_next_digit(add_ints(_next_digit(low), middle)), high), last)
    return shift_right_by(add_ints(_next_digit(low), middle), last)


@forced
def add_products(low, middle, high, value, weights, digits):
    if digits == WORDS:
        return dot_words(low, value, load_bytes(weights)), dot_words(middle, value, load_bytes(weights + 64)), high
    low = dot_bytes(low, value, load_bytes(weights))
    if digits > 1:
        middle = dot_bytes(middle, value, load_bytes(weights + 64))
    if digits == 3:
        high = dot_bytes(high, value, load_bytes(weights + 128))
    return low, middle, high


@forced
def filter_four(rows, base, table, groups, step, half, last, parts, wide, digits):
    """Return the rounded sums of 16 lanes for four rows; ``table`` has their indices and then their weights."""
    row_a, row_b, row_c, row_d = rows
    index = load_bytes(table)
    weights = table + 64
    zero = zero_ints()
    a0, a1, a2, b0, b1, b2 = half, zero, zero, half, zero, zero
    c0, c1, c2, d0, d1, d2 = half, zero, zero, half, zero, zero
    for _ in range(groups):
        a0, a1, a2 = add_products(a0, a1, a2, gather(row_a, base, index, parts, wide), weights, digits)
        b0, b1, b2 = add_products(b0, b1, b2, gather(row_b, base, index, parts, wide), weights, digits)
        c0, c1, c2 = add_products(c0, c1, c2, gather(row_c, base, index, parts, wide), weights, digits)
        d0, d1, d2 = add_products(d0, d1, d2, gather(row_d, base, index, parts, wide), weights, digits)
        weights += 128 if digits == WORDS else 64 * digits
        row_a, row_b, row_c, row_d = row_a + step, row_b + step, row_c + step, row_d + step
    return (
        total(a0, a1, a2, digits, last),
        total(b0, b1, b2, digits, last),
        total(c0, c1, c2, digits, last),
        total(d0, d1, d2, digits, last),
    )


@forced
def clipped(sums):
    """Bytes of four vectors of sums; each 128 bits hold four of the first, four of the second ..."""
    a, b, c, d = sums
    return pack_words(pack_ints(a, b), pack_ints(c, d))


@forced
def _dot(total, values, digits, words):
    return dot_words(total, values, digits) if words else dot_bytes(total, values, digits)


@forced
def _add_digit(sums, values, weights, words):
    """Add products of bytes or ``words`` with one digit of their weights, of 64 columns."""
    a, b, c, d = sums
    digit = spread_bytes(load_i32(weights))
    return (
        _dot(a, values[0], digit, words),
        _dot(b, values[1], digit, words),
        _dot(c, values[2], digit, words),
        _dot(d, values[3], digit, words),
    )


@forced
def no_sums(half):
    """Return what the sums of the digits of 64 columns begin with."""
    zero = zero_ints()
    return (half, half, half, half), (zero, zero, zero, zero), (zero, zero, zero, zero)


@forced
def add_rows(sums, values, weights, digits):
    """Add four interleaved rows of bytes of 64 columns, weighed by one set of digits."""
    low, middle, high = sums
    low, middle = _add_digit(low, values, weights, False), _add_digit(middle, values, weights + 4, False)
    if digits == 3:
        high = _add_digit(high, values, weights + 8, False)
    return low, middle, high


@forced
def add_word_rows(sums, near, far, weights):
    """Add four rows of words of 64 columns, interleaved by twos, weighed by two digits for either pair."""
    low, middle, high = sums
    low = _add_digit(_add_digit(low, near, weights, True), far, weights + 4, True)
    middle = _add_digit(_add_digit(middle, near, weights + 8, True), far, weights + 12, True)
    return low, middle, high


@forced
def totals(sums, digits, last):
    """Return the rounded sums of 64 columns, in four vectors."""
    low, middle, high = sums
    return (
        total(low[0], middle[0], high[0], digits, last),
        total(low[1], middle[1], high[1], digits, last),
        total(low[2], middle[2], high[2], digits, last),
        total(low[3], middle[3], high[3], digits, last),
    )


@forced
def interleaved(a, b, c, d):
    """Four rows of bytes in the 32-bit lanes, in the order that packing undoes."""
    low, low_too = interleave_bytes_low(a, b), interleave_bytes_low(c, d)
    high, high_too = interleave_bytes_high(a, b), interleave_bytes_high(c, d)
    return (
        interleave_words_low(low, low_too),
        interleave_words_high(low, low_too),
        interleave_words_low(high, high_too),
        interleave_words_high(high, high_too),
    )
