"""Rows of bytes or words weighed and summed down their columns by vectors of 256 bits; see `sums`.

Rows are given by the addresses of each two that follow each other, their weights likewise. Many rows are summed in
several goes, over a strip of columns: what has been summed is kept beside.
"""

import numpy as np

from fastresample.kernels.bytewise.narrow.memory import copy_exactly
from fastresample.kernels.bytewise.narrow.sums import half_of, total
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.common import forced
from fastresample.kernels.simd.arithmetic import add_ints, add_words, bytes_as_words, multiply_add_bytes, shift_right
from fastresample.kernels.simd.kinds import Ints
from fastresample.kernels.simd.memory import load_i32, load_i64, prefetch, store_half_bytes
from fastresample.kernels.simd.narrow import (
    half_bytes_in_turn,
    half_bytes_in_turn_upper,
    half_words_in_turn,
    half_words_in_turn_upper,
    in_order_half,
    join_lower,
    join_upper,
    load_half_bytes,
    load_half_ints,
    load_half_words,
    multiply_add_half_words,
    pack_half_ints,
    pack_half_words,
    raise_lower,
    raise_upper,
    shift_half_ints_right_by,
    spread_half_bytes,
    spread_half_i32,
    store_half_ints,
    store_half_words,
    widen_lower,
    widen_upper,
    zero_half_ints,
    zero_half_words,
)

# What becomes of the sums: bytes, words, or bytes by way of words.
TO_BYTES, TO_WORDS, TO_BYTES_TWICE = 0, 1, 2
# Pairs of rows that are summed in one go, and the bytes of what is kept of 32 columns.
_PAIRS, _KEPT = 20, 192
_halved = shift_right(Ints, 1)


@forced
def add_pair(sums, lower, upper, weights, digits):
    """Add two rows of 32 columns, in turn, to sums: four vectors of lower digits, two of upper ones."""
    a, b, c, d, high, high_too = sums
    digit = bytes_as_words(spread_half_bytes(load_i32(weights)))
    a = add_ints(a, multiply_add_half_words(widen_lower(lower), digit))
    b = add_ints(b, multiply_add_half_words(widen_upper(lower), digit))
    c = add_ints(c, multiply_add_half_words(widen_lower(upper), digit))
    d = add_ints(d, multiply_add_half_words(widen_upper(upper), digit))
    if digits == 2:
        digit = spread_half_bytes(load_i32(weights + 4))
        high = add_words(high, multiply_add_bytes(lower, digit))
        high_too = add_words(high_too, multiply_add_bytes(upper, digit))
    return a, b, c, d, high, high_too


@forced
def _add_pairs(sums, places, x, weights, pairs, digits):
    """Add pairs of rows of bytes to the sums of 32 columns, as `add_pair`."""
    for _ in range(pairs):
        near, far = load_half_bytes(load_i64(places) + x), load_half_bytes(load_i64(places + 8) + x)
        lower, upper = half_bytes_in_turn(near, far), half_bytes_in_turn_upper(near, far)
        sums = add_pair(sums, lower, upper, weights, digits)
        places, weights = places + 16, weights + 8
    return sums


@forced
def rounded(sums, shift, digits):
    """Return the rounded sums of 32 columns, as packing takes them."""
    a, b, c, d, high, high_too = sums
    if digits == 2:
        a, b = add_ints(a, raise_lower(high)), add_ints(b, raise_upper(high))
        c, d = add_ints(c, raise_lower(high_too)), add_ints(d, raise_upper(high_too))
    places = np.int32(shift)
    return (
        shift_half_ints_right_by(a, places),
        shift_half_ints_right_by(b, places),
        shift_half_ints_right_by(c, places),
        shift_half_ints_right_by(d, places),
    )


@forced
def as_words(sums, shift, digits):
    """Return the rounded sums of 32 columns as words; of two digits a shift drops the lower words of the sums."""
    a, b, c, d = rounded(sums, shift, 1)
    lower, upper = pack_half_ints(a, b), pack_half_ints(c, d)
    if digits == 2:
        lower, upper = add_words(lower, sums[4]), add_words(upper, sums[5])
    return lower, upper


@forced
def _keep(sums, place, digits):
    a, b, c, d, high, high_too = sums
    store_half_ints(place, a)
    store_half_ints(place + 32, b)
    store_half_ints(place + 64, c)
    store_half_ints(place + 96, d)
    if digits == 2:
        store_half_words(place + 128, high)
        store_half_words(place + 160, high_too)


@forced
def _kept(place, digits):
    high, high_too = zero_half_words(), zero_half_words()
    if digits == 2:
        high, high_too = load_half_words(place + 128), load_half_words(place + 160)
    lower = load_half_ints(place), load_half_ints(place + 32)
    return lower[0], lower[1], load_half_ints(place + 64), load_half_ints(place + 96), high, high_too


@forced
def _add_words(sums, words, low, high):
    return add_ints(sums[0], multiply_add_half_words(words, low)), add_ints(
        sums[1], multiply_add_half_words(words, high)
    )


@forced
def four_weights(weights):
    """Weights of two pairs of rows of words."""
    return (
        bytes_as_words(spread_half_bytes(load_i32(weights))),
        bytes_as_words(spread_half_bytes(load_i32(weights + 4))),
        bytes_as_words(spread_half_bytes(load_i32(weights + 8))),
        bytes_as_words(spread_half_bytes(load_i32(weights + 12))),
    )


@forced
def _weigh_four(a, b, c, d, weights, half):
    """Return the sums of eight columns of four rows of words, interleaved by twos: of those of ``a``, ``b``, ..."""
    low, high, low_too, high_too = weights
    near, far = half_words_in_turn(a, b), half_words_in_turn(c, d)
    first = add_ints(half, multiply_add_half_words(near, low)), multiply_add_half_words(near, high)
    near, more = half_words_in_turn_upper(a, b), half_words_in_turn_upper(c, d)
    second = add_ints(half, multiply_add_half_words(near, low)), multiply_add_half_words(near, high)
    return _add_words(first, far, low_too, high_too), _add_words(second, more, low_too, high_too)


@forced
def sum_four_words(rows, x, weights, shift):
    """Return the rounded sums of 32 columns of four rows of words, as `sum_words` does."""
    a, b, c, d = rows[0] + 2 * x, rows[1] + 2 * x, rows[2] + 2 * x, rows[3] + 2 * x
    half = half_of(shift)
    e, f = _weigh_four(load_half_words(a), load_half_words(b), load_half_words(c), load_half_words(d), weights, half)
    g, h = _weigh_four(
        load_half_words(a + 32),
        load_half_words(b + 32),
        load_half_words(c + 32),
        load_half_words(d + 32),
        weights,
        half,
    )
    return total(e, shift, WORDS), total(f, shift, WORDS), total(g, shift, WORDS), total(h, shift, WORDS)


@forced
def sum_words(places, x, weights, pairs, shift):
    """Return the rounded sums of 32 columns of pairs of rows of words; see `sum_bytes`."""
    half, zero = half_of(shift), zero_half_ints()
    a, b, c, d = (half, zero), (half, zero), (half, zero), (half, zero)
    for _ in range(pairs):
        near, far = load_i64(places) + 2 * x, load_i64(places + 8) + 2 * x
        low = bytes_as_words(spread_half_bytes(load_i32(weights)))
        high = bytes_as_words(spread_half_bytes(load_i32(weights + 4)))
        one, two = load_half_words(near), load_half_words(far)
        a = _add_words(a, half_words_in_turn(one, two), low, high)
        b = _add_words(b, half_words_in_turn_upper(one, two), low, high)
        one, two = load_half_words(near + 32), load_half_words(far + 32)
        c = _add_words(c, half_words_in_turn(one, two), low, high)
        d = _add_words(d, half_words_in_turn_upper(one, two), low, high)
        places, weights = places + 16, weights + 8
    return total(a, shift, WORDS), total(b, shift, WORDS), total(c, shift, WORDS), total(d, shift, WORDS)


@forced
def _twice(sums, places):
    """Drop fraction bits, ties up."""
    one, places = spread_half_i32(np.int32(1)), np.int32(places - 1)
    a, b, c, d = sums
    return (
        _halved(add_ints(shift_half_ints_right_by(a, places), one)),
        _halved(add_ints(shift_half_ints_right_by(b, places), one)),
        _halved(add_ints(shift_half_ints_right_by(c, places), one)),
        _halved(add_ints(shift_half_ints_right_by(d, places), one)),
    )


@forced
def packed(sums, digits):
    """Bytes of the sums of 32 columns."""
    value = pack_half_words(pack_half_ints(sums[0], sums[1]), pack_half_ints(sums[2], sums[3]))
    return in_order_half(value) if digits == WORDS else value


@forced
def sum_strip(
    places, weights, pairs, target, begin, end, width, beside, shift, fraction, digits, kind, near, count, off
):
    """Weigh and sum columns ``[begin, end)`` of pairs of rows of bytes into a row of ``kind``, ``width`` bytes or more.

    Less than a vector of bytes goes by way of ``beside``, where there is room for a strip's sums. Of ``count`` rows,
    whose addresses are at ``near``, columns ``off`` from these will be wanted next.
    """
    half, zero = half_of(shift), zero_half_words()
    for block in range(0, pairs, _PAIRS):
        some, place = min(pairs - block, _PAIRS), beside
        for chunk in range(begin, end, 32):
            x = max(min(chunk, width - 32), 0)
            sums = half, half, half, half, zero, zero
            if block > 0:
                sums = _kept(place, digits)
            elif not chunk & 32:
                for row in range(count):
                    prefetch(load_i64(near + 8 * row) + x + off)
            sums = _add_pairs(sums, places + 16 * block, x, weights + 8 * block, some, digits)
            if block + some < pairs:
                _keep(sums, place, digits)
            elif kind == TO_WORDS:
                lower, upper = as_words(sums, shift, digits)
                store_half_words(target + 2 * x, join_lower(lower, upper))
                store_half_words(target + 2 * x + 32, join_upper(lower, upper))
            else:
                whole = rounded(sums, shift, digits)
                value = packed(_twice(whole, fraction) if kind == TO_BYTES_TWICE else whole, digits)
                store_half_bytes(beside if width < 32 else target + x, value)
            place += _KEPT
    if kind != TO_WORDS and width < 32:
        copy_exactly(beside, target, width)


@forced
def sum_kept_rows(places, weights, pairs, target, width, beside, shift, digits):
    """Weigh and sum pairs of filtered rows, of words or bytes, into bytes; see `sum_strip`."""
    if digits != WORDS:
        sum_strip(places, weights, pairs, target, 0, width, width, beside, shift, 0, digits, TO_BYTES, 0, 0, 0)
        return
    if pairs == 2:
        rows = load_i64(places), load_i64(places + 8), load_i64(places + 16), load_i64(places + 24)
        spread = four_weights(weights)
        for chunk in range(0, width, 32):
            x = max(min(chunk, width - 32), 0)
            value = packed(sum_four_words(rows, x, spread, shift), WORDS)
            store_half_bytes(beside if width < 32 else target + x, value)
    else:
        for chunk in range(0, width, 32):
            x = max(min(chunk, width - 32), 0)
            value = packed(sum_words(places, x, weights, pairs, shift), WORDS)
            store_half_bytes(beside if width < 32 else target + x, value)
    if width < 32:
        copy_exactly(beside, target, width)


@forced
def strip_of(pairs, rows_in, rows):
    """Return how wide a strip of columns is whose windows, of four results, stay in the cache; and the room beside."""
    window = 2 * pairs + 3 * (rows_in // rows)
    strip = max(512, ((1 << 15) // window) & ~63)
    return strip, _KEPT * (strip // 32)
