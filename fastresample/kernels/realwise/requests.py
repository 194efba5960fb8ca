"""Which requests the stages of `stages` serve, and how these are specialised for them."""

from typing import Any

import numpy as np

from fastresample import codes
from fastresample.kernels.realwise import four_tap_tables, four_taps, two_taps
from fastresample.kernels.realwise.stages import Special
from fastresample.kernels.realwise.two_tap_tables import NONE, TWO, packer
from fastresample.kernels.tiers import VBMI, tier

_SAMPLES = ("uint8", "int8", "uint16", "int16", "int32", "uint32", "float32", "float64")
_SINGLE = ("uint8", "int8", "uint16", "int16", "float32")  # float32 has them all
_SUMS = (codes.SUM_INWARD, codes.SUM_FORWARD, codes.SUM_FUSED, codes.SUM_BLOCKED)
_STORES = (codes.STORE_UP, codes.STORE_EVEN, codes.STORE_AWAY, codes.STORE_AWAY_LOWEST)
# Columns take 64 bytes for each sample of a row: longer ones stay in memory as they are.
_LONGEST = 1 << 16
# Windows of more rows do not stay in the nearest cache as float64, a tile of each.
_LONG = 190
# More bytes than these are not expected in any cache, and asked for ahead.
_CACHED = 1 << 24


def _stores(how: Any, real: str, kept: str) -> bool:
    """Whether sums become samples of the type ``kept``."""
    if np.dtype(kept).kind in "iu":
        return how.store in _STORES
    return how.store in (codes.STORE_CAST, codes.STORE_PLUS) and kept in ("float32", real)


def matches(request: Any) -> bool:
    """Whether these are sums in real numbers, of rows that lie in place."""
    if not (tier() is VBMI and request.direct and request.source in _SAMPLES):
        return False
    first, between, _, last, tail = request.arithmetic
    real = first.accumulator
    if {first.weight, last.weight, last.accumulator} != {real} or real not in ("float32", "float64"):
        return False
    if not (request.source == real or request.source != "float64"):
        return False
    orders = first.sum in _SUMS and last.sum in (*_SUMS, codes.SUM_BACKWARD)
    if last.sum == codes.SUM_BACKWARD:
        orders &= request.order == codes.HORIZONTAL_FIRST and tail[1:] == (real, last.store)
    own = between == real or between == request.source
    return orders and own and _stores(first, real, between) and _stores(last, real, request.result)


def prepare(request: Any, tables: Any) -> Any:
    """Return what the kernel is specialised on and its tables; None for windows that descend, or long rows."""
    sizes, first_x, _, _, first_y = tables[:5]
    if sizes[1] > _LONGEST or (first_x[1:] < first_x[:-1]).any() or (first_y[1:] < first_y[:-1]).any():
        return None
    first, between, _, last, _ = request.arithmetic
    kind, along = np.dtype(first.accumulator), request.taps_x != codes.IDENTITY
    if not along and request.order == codes.VERTICAL_FIRST:
        last = first._replace(store=last.store)
    columns_first = along and request.order == codes.VERTICAL_FIRST
    special = Special(
        not columns_first,
        np.dtype(request.source).type,
        kind.type,
        (first.sum, first.store),
        between == "float32" and kind != between,
        (last.sum, last.store),
        np.dtype(request.result).type,
        along,
        columns_first and kind == "float64" and request.source in _SINGLE and tables[6].shape[1] > _LONG,
    )
    return special, tables


def has_two(request: Any) -> bool:
    """Whether these may be sums of two at most, both ways in float32, which the samples are, too."""
    if not (matches(request) and request.taps_x != codes.IDENTITY and request.order == codes.HORIZONTAL_FIRST):
        return False
    first, between, _, last, _ = request.arithmetic
    fused = [how.sum == codes.SUM_FUSED for how in (first, last)]
    same = fused[0] == fused[1] and last.sum in _SUMS[:3] and request.source in _SINGLE
    return same and first.accumulator == between == "float32" and first.store == codes.STORE_CAST


def prepare_two(request: Any, tables: Any) -> Any:
    """Return what the kernel is specialised on and its tables; None where windows reach too far."""
    sizes, first, count, weights, first_y, count_y, weights_y, numbers = tables
    channels, width_in, rows_in = (int(number) for number in sizes[:3])
    if max(weights_y.shape[1], weights.shape[1]) > 2 or width_in < 16 or (first_y[1:] < first_y[:-1]).any():
        return None
    if (first[1:] < first[:-1]).any() or (weights.shape[1] == 1 and request.arithmetic.first.sum != codes.SUM_INWARD):
        return None
    packed = packer()(first, count, weights, channels, width_in // channels, int(numbers[2]))
    windows, lanes, *arrays = packed
    if windows == NONE or (windows > TWO and first_y.size > rows_in):
        return None
    item = np.dtype(request.source).itemsize
    header = np.array((rows_in, lanes, large(first_y.size, width_in, item)), np.int64)
    kind, sums = np.dtype(request.source).type, request.arithmetic.last
    result = np.dtype(request.result).type
    special = two_taps.Special(kind, result, windows, sums.sum == codes.SUM_FUSED, sums.store)
    return special, (header, first_y, count_y, weights_y, *arrays)


def large(rows: int, width_in: int, item: int) -> bool:
    """Whether two source rows for each of the result, of so many samples, are expected in no cache."""
    return 2 * rows * width_in * item > _CACHED


def has_four(request: Any) -> bool:
    """Whether these are sums inward, both ways in float64, of rows of samples that float32 has, which come first."""
    if not (matches(request) and request.taps_x != codes.IDENTITY and request.order == codes.HORIZONTAL_FIRST):
        return False
    first, between, _, last, _ = request.arithmetic
    inward = first.sum == last.sum == codes.SUM_INWARD and first.store == codes.STORE_CAST
    return inward and request.source in _SINGLE and first.accumulator == between == "float64"


def prepare_four(request: Any, tables: Any) -> Any:
    """Return what the kernel is specialised on and its tables; None for more taps, and where windows reach too far."""
    sizes, first, _, _, first_y, count_y, weights_y, numbers = tables
    channels, width_in, rows_in = (int(number) for number in sizes[:3])
    if numbers[2]:
        return None
    kind, result = np.dtype(request.source).type, np.dtype(request.result).type
    windows, lanes, two, *arrays = four_tap_tables.packer()(
        *tables[1:7], channels, width_in // channels, np.dtype(kind).itemsize, request.source != "float32"
    )
    if windows == four_tap_tables.NONE:
        return None
    rows_read, width = min(weights_y.shape[1] * first_y.size, rows_in), first.size * channels
    enlarged, wide = first_y.size > rows_in, rows_read * width_in * np.dtype(kind).itemsize > _CACHED
    header = np.array((rows_in, lanes, four_taps.strip(width, enlarged), wide and not enlarged), np.int64)
    special = four_taps.Special(kind, result, windows, two, lanes > 8, request.arithmetic.last.store)
    return special, (header, first_y, count_y, weights_y, *arrays)
