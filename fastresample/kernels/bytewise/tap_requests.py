"""Which resizes `taps` serves, and how they are put to it: passes in fixed point as axes with digits and shifts."""

import numpy as np

from fastresample import codes
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.tap_tables import Axis, packed_tables
from fastresample.kernels.bytewise.taps import Special
from fastresample.kernels.tiers import VBMI, tier

_ONE = 22  # fraction bits of a weight of 1


def _fixed(how):
    whole = how.weight in ("int16", "int32") and how.accumulator == "int32"
    return whole and how.sum == codes.SUM_INWARD and how.store == codes.STORE_SHIFT


def matches(request):
    """Windows inside the image, fixed point in the first pass; then bytes and the same again, or words."""
    if not (tier() is VBMI and request.direct and request.source == request.result == "uint8"):
        return False
    if request.edges or not _fixed(request.arithmetic.first):
        return False
    _, between, _, last, _ = request.arithmetic
    words = (last.weight, last.sum, last.store) == ("float64", codes.SUM_INWARD, codes.STORE_UP)
    return _fixed(last) if between == "uint8" else between == "int16" and words


def prepare(request, tables):
    """Return what the kernel is specialised on and its tables, or None where these are beyond it."""
    sizes, first_x, _, weights_x, first_y, _, weights_y, numbers = tables
    columns_last, along = request.order == codes.HORIZONTAL_FIRST, request.taps_x != codes.IDENTITY
    columns_last &= along  # a single pass is the same in either order
    words = request.arithmetic.between == "int16"
    in_order = [(first_x, weights_x), (first_y, weights_y)]
    if request.order == codes.VERTICAL_FIRST:
        in_order.reverse()
    first, last = (
        Axis(first, weights, int(shift), 2 if weights.dtype == np.int16 else 3)
        for (first, weights), shift in zip(in_order, numbers[:2], strict=True)
    )
    fraction = 1
    if words:
        # Real weights are whole numbers of these units.
        last = last._replace(scale=2.0**last.shift, digits=WORDS)
        if not along:  # weights of 1 give the words' fraction away
            fraction = _ONE - first.shift if request.order == codes.HORIZONTAL_FIRST else last.shift - _ONE
            words = request.order == codes.VERTICAL_FIRST
            last = last._replace(shift=last.shift - fraction, digits=3)  # rows as they are, not as words
    x, y = (last, first) if request.order == codes.VERTICAL_FIRST else (first, last)
    found = packed_tables(sizes, x if along else None, y, columns_last, fraction)
    if found is None:
        return None
    (parts, wide), tables = found
    return Special(columns_last, along, parts, wide, first.digits if along else y.digits, words), tables
