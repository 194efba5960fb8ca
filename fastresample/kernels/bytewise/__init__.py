"""Images of bytes by explicit vectors: rows are flat, lanes are bytes or sums of bytes, whatever the channels.

Every variant here gives the bits of the plain kernels. They need `fastresample.kernels.tiers.VBMI`.
"""

import numpy as np
from numba import types

from fastresample import codes
from fastresample.kernels.bytewise import tap_tables, taps
from fastresample.kernels.common import array_type, compile_kernel
from fastresample.kernels.tiers import VBMI, tier
from fastresample.kernels.variants import Variant


def _are_bytes(request):
    return tier() is VBMI and request.direct and request.source == request.result == "uint8"


def _can_taps(request):
    """Fixed point in both passes, bytes between them, windows inside the image."""
    if not _are_bytes(request) or request.edges or request.arithmetic.between != "uint8":
        return False
    passes = (request.arithmetic.first, request.arithmetic.last)
    fixed = all(how.weight in ("int16", "int32") and how.store == codes.STORE_SHIFT for how in passes)
    return fixed and all(how.sum == codes.SUM_INWARD and how.accumulator == "int32" for how in passes)


def _prepare_taps(request, tables):
    columns_last = request.order == codes.HORIZONTAL_FIRST and request.taps_x != codes.IDENTITY
    shifts = [int(shift) for shift in tables[-1][:2]]
    shift_x, shift_y = shifts if request.order == codes.HORIZONTAL_FIRST else shifts[::-1]
    along = request.taps_x != codes.IDENTITY
    packed = tap_tables.packed(tables, shift_x, shift_y, columns_last, along)
    return packed and ((columns_last, along, *packed[0]), packed[1])


def _make_taps(request, special):
    columns_last, along, parts, wide, digits = special
    if columns_last:
        kernel = taps.make_columns_last(parts, wide, digits)
    else:
        kernel = taps.make_columns_first(parts, wide, digits, along)
    return _compile("taps", kernel, special)


def _compile(name, kernel, special):
    rows, numbers, blob = array_type(np.uint8, 3), array_type(np.int64, 1), array_type(np.uint8, 1)
    out = array_type(np.uint8, 3, writable=True)
    parts = "_".join(str(int(part)) for part in special)
    return compile_kernel(kernel, f"bytes_{name}_{parts}", (rows, out, types.int64, types.int64, numbers, blob))


TAPS = Variant("separable", "bytes", _can_taps, _make_taps, prepare=_prepare_taps)
