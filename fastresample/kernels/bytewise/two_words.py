"""Two taps of 8-bit samples in 16-bit words, exactly: the arithmetics of `two_taps` and `narrow.two_taps`.

- high (`codes.SUM_HIGH`; weights of 11 bits, four bits of a row's sum dropped): a weight is ``128 * h + l``, so the sum
  is ``8 * (p . h) + (p . l >> 4)``, of two dot products that cannot saturate.
- else, weights of 14 or 15 bits that sum to one: the nearer sample, plus the difference times the other's weight,
  at most 1/2; `multiply_round` rounds that as a shift of the whole sum would, and across rows only the floor of the
  product matters. Rows are kept with the half added that the last shift rounds by.

Vectors may be whole or halves; what is a literal is handed over, spread over the same number of lanes.
"""

from typing import Any

import numpy as np

from fastresample import codes
from fastresample.kernels.bytewise.two_taps_tables import FRACTION
from fastresample.kernels.common import forced
from fastresample.kernels.simd.arithmetic import (
    add_words,
    and_words,
    bytes_as_words,
    multiply_add_bytes,
    multiply_high,
    multiply_round,
    or_words,
    shift_left,
    shift_right,
    subtract_words,
    words_as_bytes,
)
from fastresample.kernels.simd.kinds import Words

# What the words of a vector are filled with: bytes of 64 and -64 in turn, a word of a sample, the half of a last shift.
SIGNS, SAMPLE, HALF, TWO = np.int16(-16320), np.int16(0x7F80), np.int16(64), np.int16(2)
_HIGH = (codes.STORE_FLOOR, codes.SUM_HIGH, "int16")
_times_8, _times_128 = shift_left(Words, 3), shift_left(Words, FRACTION)
_by_16, _by_4, _by_128 = (shift_right(Words, places) for places in (4, 2, FRACTION))


def known(request: Any) -> bool:
    """Say whether these are bytes, filtered along their rows first, by one of the two arithmetics."""
    samples = request.source == request.result == "uint8" and request.order == codes.HORIZONTAL_FIRST
    arithmetic = request.arithmetic
    first, last = arithmetic.first, arithmetic.last
    words = (first.weight, last.weight, arithmetic.between, first.accumulator) == ("int16", "int16", "int16", "int32")
    how = (first.store, last.sum, last.accumulator)
    exact = how == (codes.STORE_SHIFT, codes.SUM_INWARD, "int32")
    sums = first.sum == codes.SUM_INWARD and last.store == codes.STORE_SHIFT and (exact or how == _HIGH)
    return bool(samples and request.direct and not request.edges and words and sums)


@forced
def weighed(pairs, first, second, signs, sample, half, high):
    """Weigh pairs of samples by pairs of weights, or of their upper and lower digits; the nearer sample comes first."""
    if not high:
        # The difference, nearer less other; then the nearer sample with the half of the last shift.
        difference = multiply_add_bytes(pairs, words_as_bytes(signs))
        nearer = or_words(and_words(_times_128(bytes_as_words(pairs)), sample), half)
        return add_words(nearer, multiply_round(difference, bytes_as_words(first)))
    upper, lower = multiply_add_bytes(pairs, first), multiply_add_bytes(pairs, second)
    return add_words(_times_8(upper), _by_16(lower))


@forced
def between(a, b, first, second, two, high):
    """Weigh the samples of two filtered rows; the result is in the lower bytes."""
    if not high:
        return _by_128(add_words(a, multiply_high(subtract_words(a, b), first)))
    return _by_4(add_words(add_words(multiply_high(a, first), multiply_high(b, second)), two))
