"""Which resizes `taps` serves, and how they are put to it: passes in fixed point as axes with digits and shifts."""

import numpy as np

from fastresample import codes
from fastresample.kernels.bytewise.ascending import ascending
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.tap_tables import Axis, packed_tables
from fastresample.kernels.bytewise.taps import Special
from fastresample.kernels.tiers import VBMI, tier

_ONE = 22  # fraction bits of a weight of 1


def _fixed(how):
    whole = how.weight in ("int16", "int32") and how.accumulator == "int32"
    return whole and how.sum == codes.SUM_INWARD and how.store == codes.STORE_SHIFT


def known(request):
    """Windows inside the image, fixed point in the first pass; then bytes and the same again, or words."""
    if not (request.direct and request.source == request.result == "uint8"):
        return False
    if request.edges or not _fixed(request.arithmetic.first):
        return False
    _, between, _, last, _ = request.arithmetic
    words = (last.weight, last.sum, last.store) == ("float64", codes.SUM_INWARD, codes.STORE_UP)
    return _fixed(last) if between == "uint8" else between == "int16" and words


def matches(request):
    """Say whether the processor permutes bytes, and this arithmetic is known."""
    return tier() is VBMI and known(request)


def _widened(first, last):
    """Give both axes a third digit, for words beyond two: the weights grow as much as the shift."""
    if first.digits != 2 or last.digits != 2:
        return first, last
    grown = []
    for axis in (first, last):
        places = max(16 - axis.shift, 0)
        grown.append(Axis(axis.first, axis.weights.astype(np.int32) << places, axis.shift + places, 3))
    return grown


def _ascending(axis):
    first, weights = ascending(axis.first, axis.weights)
    return axis._replace(first=first, weights=weights)


def _packed(sizes, near, far, rows_first, columns_last, along, fraction):
    x, y = (near, far) if rows_first else (far, near)
    return packed_tables(sizes, x if along else None, y, columns_last, fraction)


def prepare(request, tables):
    """Return what the kernel is specialised on and its tables, or None where these are beyond it."""
    sizes, first_x, _, weights_x, first_y, _, weights_y, numbers = tables
    along, rows_first = request.taps_x != codes.IDENTITY, request.order == codes.HORIZONTAL_FIRST
    columns_last = rows_first and along  # a single pass is the same in either order
    words, fraction, scale = request.arithmetic.between == "int16", 1, 1.0
    shift, last_shift = int(numbers[0]), int(numbers[1])
    if rows_first:
        first, weights, last, last_weights = first_x, weights_x, first_y, weights_y
    else:
        first, weights, last, last_weights = first_y, weights_y, first_x, weights_x
    last_digits = 2 if last_weights.dtype == np.int16 else 3
    if words:
        scale, last_digits = 2.0**last_shift, WORDS  # real weights are whole numbers of these units
        if not along:  # weights of 1 give the words' fraction away
            fraction = _ONE - shift if rows_first else last_shift - _ONE
            words = not rows_first
            last_shift, last_digits = last_shift - fraction, 3  # rows as they are, not as words
    near = Axis(first, weights, shift, 2 if weights.dtype == np.int16 else 3)
    far = Axis(last, last_weights, last_shift, last_digits, scale)
    found = _packed(sizes, near, far, rows_first, columns_last, along, fraction)
    if found is None:
        near, far = (_ascending(axis) for axis in _widened(near, far))
        found = _packed(sizes, near, far, rows_first, columns_last, along, fraction)
    if found is None:
        return None
    (parts, wide), packed = found
    digits = (near if along or not rows_first else far).digits
    return Special(columns_last, along, parts, wide, digits, words), packed
