"""Sums of products of bytes or words by vectors of 256 bits, in fixed point, exactly; those along a row.

One instruction multiplies words and adds two products. A weight of bytes is ``high * 2**16 + low``: the words of
``low`` give sums of 32 bits, the bytes of ``high`` sums of 16, which wrap like the upper half that they are added to. A
weight of words is ``high * 2**8 + low``, both words; ``(low >> 8) + high`` loses nothing that a later shift keeps.

Along a row a lane is a sample of the result; four bytes of its window, samples or two words, are weighed together, for
four rows alike. Lanes are filled from a window of 16 bytes for each four, or from one of eight bytes for each pixel.
Down a column samples of two rows lie next to each other: see `columns`.
"""

import numpy as np

from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.common import forced
from fastresample.kernels.simd.arithmetic import (
    add_ints,
    add_words,
    bytes_as_words,
    ints_as_words,
    multiply_add_bytes,
    shift_left,
    shift_right,
    words_as_ints,
)
from fastresample.kernels.simd.kinds import Ints
from fastresample.kernels.simd.memory import load_i64
from fastresample.kernels.simd.narrow import (
    add_neighbours,
    even_bytes,
    load_blocks,
    load_eights,
    load_half_bytes,
    load_half_words,
    multiply_add_half_words,
    odd_bytes,
    permute_blocks,
    shift_half_ints_right_by,
    spread_alternate_i32,
    spread_half_i16,
    spread_half_i32,
)

_next_digit, _raised = shift_right(Ints, 8), shift_left(Ints, 16)


@forced
def _gather(line, base, index, parts):
    """Four bytes of eight lanes: of a window for each four lanes, or of one for each pixel; in order as they are."""
    if parts == 1:
        return permute_blocks(load_blocks(line + load_i64(base), line + load_i64(base + 8)), index)
    a, b = line + load_i64(base), line + load_i64(base + 8)
    value = load_eights(a, b, line + load_i64(base + 16), line + load_i64(base + 24))
    return permute_blocks(value, index) if parts == 2 else value


@forced
def _first(low, value, weights, digits):
    """Return the sums that the first products make, with ``low`` in the lower one; see `_add`."""
    if digits == WORDS:
        words = bytes_as_words(value)
        low = add_ints(low, multiply_add_half_words(words, load_half_words(weights)))
        return low, multiply_add_half_words(words, load_half_words(weights + 32))
    low = add_ints(low, multiply_add_half_words(even_bytes(value), load_half_words(weights)))
    low = add_ints(low, multiply_add_half_words(odd_bytes(value), load_half_words(weights + 32)))
    if digits == 2:
        return low, words_as_ints(multiply_add_bytes(value, load_half_bytes(weights + 64)))
    return low, low


@forced
def _add(sums, value, weights, digits):
    """Add products of samples and weights; the upper sums are words where the weights' upper digits are bytes."""
    low, high = sums
    if digits == WORDS:
        words = bytes_as_words(value)
        low = add_ints(low, multiply_add_half_words(words, load_half_words(weights)))
        return low, add_ints(high, multiply_add_half_words(words, load_half_words(weights + 32)))
    low = add_ints(low, multiply_add_half_words(even_bytes(value), load_half_words(weights)))
    low = add_ints(low, multiply_add_half_words(odd_bytes(value), load_half_words(weights + 32)))
    if digits == 2:
        more = multiply_add_bytes(value, load_half_bytes(weights + 64))
        high = words_as_ints(add_words(ints_as_words(high), more))
    return low, high


@forced
def _settled(sums, digits):
    """Add the upper digits' sums to the lower ones' where they are parts of one number."""
    low, high = sums
    if digits == 2:
        pairs = multiply_add_half_words(ints_as_words(high), spread_half_i16(np.int16(1)))
        low = add_ints(low, _raised(pairs))
    return low, high


@forced
def _filter_lanes(rows, base, table, groups, step, half, parts, digits):
    """Return the sums of eight lanes for four rows; ``table`` has their indices and then their weights."""
    row_a, row_b, row_c, row_d = rows
    index = load_half_bytes(table)
    weights = table + 32
    a = _first(half, _gather(row_a, base, index, parts), weights, digits)
    b = _first(half, _gather(row_b, base, index, parts), weights, digits)
    c = _first(half, _gather(row_c, base, index, parts), weights, digits)
    d = _first(half, _gather(row_d, base, index, parts), weights, digits)
    for _ in range(1, groups):
        weights += 96 if digits == 2 else 64
        row_a, row_b, row_c, row_d = row_a + step, row_b + step, row_c + step, row_d + step
        a = _add(a, _gather(row_a, base, index, parts), weights, digits)
        b = _add(b, _gather(row_b, base, index, parts), weights, digits)
        c = _add(c, _gather(row_c, base, index, parts), weights, digits)
        d = _add(d, _gather(row_d, base, index, parts), weights, digits)
    return _settled(a, digits), _settled(b, digits), _settled(c, digits), _settled(d, digits)


@forced
def total(sums, shift, digits):
    """Put the sums of the digits together and round them down."""
    low, high = sums
    if digits == WORDS:
        return shift_half_ints_right_by(add_ints(_next_digit(low), high), np.int32(shift - 8))
    return shift_half_ints_right_by(low, np.int32(shift))


@forced
def _neighbours(a, b):
    return add_neighbours(a[0], b[0]), add_neighbours(a[1], b[1])


@forced
def filter_four(rows, base, table, size, groups, step, shift, parts, digits):
    """Return the rounded sums of eight lanes for four rows; with four parts, of twice as many halves of a window.

    Tables of eight lanes have ``size`` bytes.
    """
    # Halves of a window are added: one of them brings what rounds.
    half = spread_alternate_i32(np.int32(1) << np.int32(shift - 1)) if parts == 4 else half_of(shift)
    a, b, c, d = _filter_lanes(rows, base, table, groups, step, half, parts, digits)
    if parts == 4:
        e, f, g, h = _filter_lanes(rows, base + 32, table + size, groups, step, half, parts, digits)
        a, b, c, d = _neighbours(a, e), _neighbours(b, f), _neighbours(c, g), _neighbours(d, h)
    return total(a, shift, digits), total(b, shift, digits), total(c, shift, digits), total(d, shift, digits)


@forced
def half_of(shift):
    """Return what rounds a sum that is going to be shifted."""
    return spread_half_i32(np.int32(1) << np.int32(shift - 1))
