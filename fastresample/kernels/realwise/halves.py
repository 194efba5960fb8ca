"""Means of 2 x 2 samples, of float32 or of 16 bits: whole pixels of a result, as many as 16 samples hold, at a time.

A permutation, the same everywhere, brings the two pixels of a source row together. Four integers are added exactly.
"""

from typing import Any

import numpy as np

from fastresample import codes
from fastresample.kernels.common import Kernel, array_type, forced
from fastresample.kernels.simd.arithmetic import (
    add_words,
    bytes_as_words,
    dot_words,
    ints_as_words,
    shift_right,
    words_as_bytes,
)
from fastresample.kernels.simd.columns import permute_two_floats
from fastresample.kernels.simd.floats import load_bytes_as_ints
from fastresample.kernels.simd.kinds import Ints
from fastresample.kernels.simd.memory import (
    load_bytes,
    load_first_bytes,
    load_floats,
    store_first_bytes,
    store_floats,
)
from fastresample.kernels.simd.permutations import permute_bytes, spread_f32, spread_i16, spread_i32
from fastresample.kernels.simd.reals import add_reals, add_zero, load_first_reals, multiply_reals, store_first_reals
from fastresample.kernels.tiers import VBMI, tier
from fastresample.kernels.vectors import address_of

TABLES = (array_type(np.uint8, 1),)
_LANES = 16
# How a block of floats becomes its mean: by weights of 1/2, each product rounded; or as a quarter of a sum, of pairs'
# sums or of one sample after the other, which is never -0.
_WEIGHED, _PAIRS, _FOURS = range(3)
_quarter = shift_right(Ints, 2)


def matches(request: Any) -> bool:
    """Whether each result is the mean of four samples, but for blocks that an end may cut."""
    if not (tier() is VBMI and request.direct and request.source == request.result):
        return False
    if request.family == "mean":
        finish = codes.FINISH_RECIPROCAL if request.source == "float32" else codes.FINISH_QUARTER
        return request.source in ("float32", "uint16", "int16") and bool(request.arithmetic.finish == finish)
    if not request.halving or request.source != "float32":
        return bool(request.halving) and request.source in ("uint16", "int16")
    last = request.arithmetic.last
    inward = last.sum == codes.SUM_INWARD and last.store == codes.STORE_CAST
    return inward and last.accumulator == "float32" and bool(request.order == codes.HORIZONTAL_FIRST)


def prepare(request: Any, tables: Any) -> Any:
    """Return the order of pixels, behind the samples of a step; None where blocks are cut.

    A step is whole pixels of the result, at most 16 samples.
    """
    mean, (channels, own, rows_in) = request.family == "mean", (int(size) for size in tables[0][:3])
    if mean and tuple(tables[-1]) != (2, 2):
        return None
    columns, rows = tables[1].size, tables[3 if mean else 4].size
    if channels > _LANES or own != 2 * columns * channels or rows_in != 2 * rows:
        return None
    step = _LANES // channels * channels
    place = np.arange(step)
    left = 2 * place - place % channels
    if request.source == "float32":
        order = np.zeros(2 * _LANES, np.uint8)
        order[:step], order[_LANES : _LANES + step] = left, left + channels
    else:
        words = np.zeros(4 * _LANES, np.uint8)
        words[: 2 * step : 2], words[1 : 2 * step : 2] = left, left + channels
        words[2 * _LANES : 3 * _LANES] = 2 * np.arange(_LANES)  # every other word
        order = np.stack((2 * words, 2 * words + 1), axis=-1).ravel()
    fours = mean and request.arithmetic.sum != codes.MEAN_PAIRS
    adding = _FOURS if fours else _PAIRS if mean else _WEIGHED
    return (np.dtype(request.source).type, adding), (np.array((step,), np.int64), order)


@forced
def _mean(a, b, half):
    return add_reals(multiply_reals(a, half), multiply_reals(b, half))


@forced
def _means(upper, lower, left, right, part, adding):
    """Return the means of blocks, of two vectors of each row; ``part`` is 1/2, or 1/4 of a sum."""
    a, b = permute_two_floats(upper[0], left, upper[1]), permute_two_floats(upper[0], right, upper[1])
    c, d = permute_two_floats(lower[0], left, lower[1]), permute_two_floats(lower[0], right, lower[1])
    if adding == _WEIGHED:
        return _mean(_mean(a, b, part), _mean(c, d, part), part)
    if adding == _PAIRS:
        return multiply_reals(add_reals(add_reals(a, b), add_reals(c, d)), part)
    return multiply_reals(add_zero(add_reals(add_reals(add_reals(a, b), c), d)), part)


@forced
def _some(place, count):
    """Return the last ``count`` samples of a row, in two vectors."""
    real, first = np.float32(0), min(count, _LANES)
    return load_first_reals(real, real, place, first), load_first_reals(real, real, place + 4 * first, count - first)


def make_halves_of_floats(adding: int) -> Kernel:
    """Return the stage for float32. Pairs are added where results fill groups of four in a row, else all in turn."""
    share = np.float32(0.5 if adding == _WEIGHED else 0.25)

    def halves_of_floats(src, out, begin, end, header, order):
        real, part = np.float32(0), spread_f32(share)
        step, width, stride = header[0], out.shape[2], src.shape[2] * 4
        left, right = load_bytes_as_ints(address_of(order)), load_bytes_as_ints(address_of(order) + 16)
        for row in range(begin, end):
            above, target = address_of(src) + 2 * row * stride, address_of(out) + row * width * 4
            below, x = above + stride, 0
            while x + _LANES <= width:
                upper = load_floats(above + 8 * x), load_floats(above + 8 * x + 64)
                lower = load_floats(below + 8 * x), load_floats(below + 8 * x + 64)
                store_floats(target + 4 * x, _means(upper, lower, left, right, part, adding))
                x += step
            while x < width:
                count = min(step, width - x)
                upper, lower = _some(above + 8 * x, 2 * count), _some(below + 8 * x, 2 * count)
                value = _means(upper, lower, left, right, part, _FOURS if adding == _PAIRS else adding)
                store_first_reals(real, target + 4 * x, value, count)
                if adding == _PAIRS:
                    value = _means(upper, lower, left, right, part, adding)
                    store_first_reals(real, target + 4 * x, value, min(count, width // 4 * 4 - x))
                x += step
        return order.size  # an address is not a use

    return halves_of_floats


@forced
def _sums_of_words(upper, lower, pairs, flip):
    """Return the means of words, in the lower halves of 32 bits."""
    ones = words_as_bytes(spread_i16(np.int16(1)))
    a, b = (
        words_as_bytes(add_words(bytes_as_words(upper), flip)),
        words_as_bytes(add_words(bytes_as_words(lower), flip)),
    )
    total = dot_words(spread_i32(np.int32(2)), permute_bytes(a, pairs), ones)
    return ints_as_words(_quarter(dot_words(total, permute_bytes(b, pairs), ones)))


def make_halves_of_words(kind: Any) -> Kernel:
    """Return the stage for samples of 16 bits; unsigned ones are moved to where signed ones are."""
    unsigned = np.dtype(kind).kind == "u"

    def halves_of_words(src, out, begin, end, header, order):
        step, width, stride = header[0], out.shape[2], src.shape[2] * 2
        pairs, narrow = load_bytes(address_of(order)), load_bytes(address_of(order) + 64)
        flip = spread_i16(np.int16(-32768) if unsigned else np.int16(0))
        for row in range(begin, end):
            upper, target = address_of(src) + 2 * row * stride, address_of(out) + row * width * 2
            lower, x = upper + stride, 0
            while x < width:
                if x + _LANES <= width:
                    a, b = load_bytes(upper + 4 * x), load_bytes(lower + 4 * x)
                else:
                    count = 4 * min(step, width - x)
                    a, b = load_first_bytes(upper + 4 * x, count), load_first_bytes(lower + 4 * x, count)
                value = permute_bytes(words_as_bytes(add_words(_sums_of_words(a, b, pairs, flip), flip)), narrow)
                store_first_bytes(target + 2 * x, value, 2 * min(step, width - x))
                x += step
        return order.size  # an address is not a use

    return halves_of_words


def make(special: tuple[Any, int]) -> Kernel:
    """Return the kernel for samples of one type."""
    kind, adding = special
    return make_halves_of_floats(adding) if kind is np.float32 else make_halves_of_words(kind)
