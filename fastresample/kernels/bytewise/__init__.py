"""Images of bytes by explicit vectors: rows are flat, lanes are bytes or sums of bytes, whatever the channels.

Every variant here gives the bits of the plain kernels. They need `fastresample.kernels.tiers.VBMI`.
"""

import numpy as np
from numba import types

from fastresample import codes
from fastresample.kernels.bytewise import sums, tap_tables, taps
from fastresample.kernels.common import array_type, compile_kernel
from fastresample.kernels.tiers import VBMI, tier
from fastresample.kernels.variants import Variant

_ONE = 22  # fraction bits of a weight of 1


def _are_bytes(request):
    return tier() is VBMI and request.direct and request.source == request.result == "uint8"


def _fixed(how):
    whole = how.weight in ("int16", "int32") and how.accumulator == "int32"
    return whole and how.sum == codes.SUM_INWARD and how.store == codes.STORE_SHIFT


def _can_taps(request):
    """Windows inside the image, fixed point in the first pass; then bytes and the same again, or words."""
    if not _are_bytes(request) or request.edges or not _fixed(request.arithmetic.first):
        return False
    _, between, _, last, _ = request.arithmetic
    words = (last.weight, last.sum, last.store) == ("float64", codes.SUM_INWARD, codes.STORE_UP)
    return _fixed(last) if between == "uint8" else between == "int16" and words


def _prepare_taps(request, tables):
    sizes, first_x, _, weights_x, first_y, _, weights_y, numbers = tables
    columns_last, along = request.order == codes.HORIZONTAL_FIRST, request.taps_x != codes.IDENTITY
    columns_last &= along  # a single pass is the same in either order
    words = request.arithmetic.between == "int16"
    in_order = [(first_x, weights_x), (first_y, weights_y)]
    if request.order == codes.VERTICAL_FIRST:
        in_order.reverse()
    first, last = (
        tap_tables.Axis(first, weights, int(shift), 2 if weights.dtype == np.int16 else 3)
        for (first, weights), shift in zip(in_order, numbers[:2], strict=True)
    )
    fraction = 1
    if words:
        # Real weights are whole numbers of these units.
        whole = np.rint(last.weights * 2.0**last.shift)
        last = last._replace(weights=whole.astype(np.int32), digits=sums.WORDS)
        if not along:  # weights of 1 give the words' fraction away
            fraction = _ONE - first.shift if request.order == codes.HORIZONTAL_FIRST else last.shift - _ONE
            words = request.order == codes.VERTICAL_FIRST
            last = last._replace(shift=last.shift - fraction, digits=3)  # rows as they are, not as words
    x, y = (last, first) if request.order == codes.VERTICAL_FIRST else (first, last)
    packed = tap_tables.packed(sizes, x if along else None, y, columns_last, fraction)
    return packed and ((columns_last, along, *packed[0], y.digits if not along else first.digits, words), packed[1])


def _make_taps(request, special):
    columns_last, along, parts, wide, digits, words = special
    if columns_last:
        kernel = taps.make_columns_last(parts, wide, digits, words)
    else:
        kernel = taps.make_columns_first(parts, wide, digits, words, along)
    return _compile("taps", kernel, special)


def _compile(name, kernel, special):
    rows, numbers, blob = array_type(np.uint8, 3), array_type(np.int64, 1), array_type(np.uint8, 1)
    out = array_type(np.uint8, 3, writable=True)
    parts = "_".join(str(int(part)) for part in special)
    return compile_kernel(kernel, f"bytes_{name}_{parts}", (rows, out, types.int64, types.int64, numbers, blob))


TAPS = Variant("separable", "bytes", _can_taps, _make_taps, prepare=_prepare_taps)
