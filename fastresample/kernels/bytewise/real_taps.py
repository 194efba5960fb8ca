"""Bytes weighed by float32 and added in order, each sum rounded as it grows: 16 bytes of a result at a time.

Both passes stay in registers: the sum along each source row, then the sum of those. Every tap picks its 16 bytes from
windows of the source row, one or several that serve equally many lanes, and up to four rows share what is read from
the tables. Zero weights fill up windows that are shorter than others: they change no sum. Windows end with the row.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample import codes
from fastresample.kernels.bytewise.real_tap_tables import pack
from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced
from fastresample.kernels.simd.arithmetic import bytes_as_ints, ints_as_bytes
from fastresample.kernels.simd.floats import (
    add_floats,
    floats_to_bytes,
    ints_to_floats,
    load_bytes_as_ints,
    load_f32,
    multiply_floats,
    quarter_bytes_as_bytes,
    store_quarter_bytes,
    zero_floats,
)
from fastresample.kernels.simd.memory import (
    load_bytes,
    load_first_bytes,
    load_floats,
    load_i64,
    prefetch,
    store_first_bytes,
)
from fastresample.kernels.simd.permutations import blend_bytes, permute_bytes, permute_two_bytes, spread_f32, zero_bytes
from fastresample.kernels.tiers import VBMI, tier
from fastresample.kernels.vectors import address_of

# The lowest byte of each 32-bit lane.
_LOWEST = 0x1111111111111111


class Specialisation(NamedTuple):
    """What is fixed when a kernel is compiled."""

    parts: int  # windows for 16 lanes: 1, 2 or 4, which stay in registers; 0 = 8 or 16
    wide: bool  # of 128 bytes instead of 64
    short: bool  # rows of less than 64 bytes are one window, of which the rest is not read


_INDEX, _REAL, _NUMBERS = array_type(np.int32, 1), array_type(np.float32, 2), array_type(np.int64, 1)
_PACKED = (_NUMBERS, array_type(np.uint8, 1), array_type(np.float32, 1))
TABLES = (_INDEX, _INDEX, _REAL, *_PACKED)  # behind an array of int64


def can_add(request: Any) -> bool:
    """Whether these are such sums, of rows that lie in place, and the processor permutes bytes."""
    if not (request.direct and request.source == request.result == "uint8" and tier() is VBMI):
        return False
    how = request.arithmetic
    passes = all(part.weight == part.accumulator == "float32" for part in (how.first, how.last))
    forward = how.first.sum == how.last.sum == codes.SUM_FORWARD and how.between == "float32"
    stores = (how.first.store, how.last.store) == (codes.STORE_CAST, codes.STORE_EVEN)
    inside = request.order == codes.HORIZONTAL_FIRST and not request.edges and request.taps_x != codes.IDENTITY
    return passes and forward and stores and inside


def prepare(request: Any, tables: Any) -> tuple[Specialisation, tuple[Any, ...]] | None:
    """Say where the windows are, and which of their bytes each tap takes; None if windows descend."""
    sizes, first, count, weights, *across, _ = tables
    channels, row_bytes = int(sizes[0]), int(sizes[1])
    parts, wide, group, begins, lanes, spread = _packer()(first, count, weights, channels, row_bytes)
    if not parts:
        return None
    header = np.array((weights.shape[1], group, row_bytes, parts), np.int64)
    special = Specialisation(parts if parts <= 4 else 0, bool(wide), row_bytes < 64)
    return special, (header, *across, begins, lanes, spread)


@cache
def _packer() -> Kernel:
    return compile_kernel(pack, "pack_real_taps", (_INDEX, _INDEX, _REAL, types.int64, types.int64))


@forced
def _picked(low, high, order, part, parts, wide, others):
    """Return the bytes of one part of the lanes in front of those of the others."""
    lanes = permute_two_bytes(low, order, high) if wide else permute_bytes(low, order)
    bits = 64 // parts
    mask = np.int64(_LOWEST) if parts == 1 else np.int64((_LOWEST & ((1 << bits) - 1)) << (bits * part))
    return blend_bytes(mask, lanes, others)


@forced
def _added(total, lanes, weights):
    return add_floats(total, multiply_floats(ints_to_floats(bytes_as_ints(lanes)), weights))


@forced
def _load(address, row_bytes, short):
    return load_first_bytes(address, row_bytes) if short else load_bytes(address)


@forced
def _weighed(total, sums, weights, row, last):
    """Add the sum of a row to the total; rows behind the last one do not count."""
    weight = load_f32(weights + row * 4) if row <= last else np.float32(0)
    return add_floats(total, multiply_floats(sums, spread_f32(weight)))


@forced
def _add_rows(total, line, stride, ahead, row, last, weights, row_bytes, tapping, tables, parts, wide, short, slots):
    """Add the weighed sums of ``slots // parts`` rows, from ``row`` on; those behind the last weigh nothing."""
    (taps, group), (begins, lanes, spread) = tapping, tables
    none = zero_bytes()
    sum0 = sum1 = sum2 = sum3 = zero_floats()
    line0, line1 = line + row * stride, line + min(row + 1 // parts, last) * stride
    line2, line3 = line + min(row + 2 // parts, last) * stride, line + min(row + 3 // parts, last) * stride
    for start in range(0, taps, group):
        here0, here1 = line0 + load_i64(begins), line1 + load_i64(begins + 1 % parts * 8)
        here2, here3 = line2 + load_i64(begins + 2 % parts * 8), line3 + load_i64(begins + 3 % parts * 8)
        begins += parts * 8
        low0, low1 = _load(here0, row_bytes, short), _load(here1, row_bytes, short)
        high0, high1 = low0, low1
        low2, low3, high2, high3 = low0, low1, low0, low1
        prefetch(here0 + ahead)
        prefetch(here1 + ahead)
        if slots > 2:
            low2, low3 = _load(here2, row_bytes, short), _load(here3, row_bytes, short)
            prefetch(here2 + ahead)
            prefetch(here3 + ahead)
        if wide:
            high0, high1 = load_bytes(here0 + 64), load_bytes(here1 + 64)
            prefetch(here0 + ahead + 64)
            prefetch(here1 + ahead + 64)
            if slots > 2:
                high2, high3 = load_bytes(here2 + 64), load_bytes(here3 + 64)
                prefetch(here2 + ahead + 64)
                prefetch(here3 + ahead + 64)
        for t in range(start, min(start + group, taps)):
            order, weight = ints_as_bytes(load_bytes_as_ints(lanes + t * 16)), load_floats(spread + t * 64)
            if parts == 1:
                sum0 = _added(sum0, _picked(low0, high0, order, 0, 1, wide, none), weight)
                sum1 = _added(sum1, _picked(low1, high1, order, 0, 1, wide, none), weight)
                if slots > 2:
                    sum2 = _added(sum2, _picked(low2, high2, order, 0, 1, wide, none), weight)
                    sum3 = _added(sum3, _picked(low3, high3, order, 0, 1, wide, none), weight)
            else:
                near = _picked(low1, high1, order, 1, parts, wide, _picked(low0, high0, order, 0, parts, wide, none))
                far = none if parts == 2 else near
                far = _picked(low2, high2, order, 2 % parts, parts, wide, far)
                far = _picked(low3, high3, order, 3 % parts, parts, wide, far)
                if parts == 2:
                    sum0, sum1 = _added(sum0, near, weight), _added(sum1, far, weight)
                else:
                    sum0 = _added(sum0, far, weight)
    total = _weighed(total, sum0, weights, row, last)
    if parts < 4:
        total = _weighed(total, sum1, weights, row + 1, last)
    if parts == 1 and slots > 2:
        total = _weighed(_weighed(total, sum2, weights, row + 2, last), sum3, weights, row + 3, last)
    return total


@forced
def _add_row(total, line, ahead, weight, taps, group, tables, parts, wide):
    """Add the weighed sum of one row, from any number of windows."""
    begins, lanes, spread = tables
    sums, bits = zero_floats(), np.int64(64 // parts)
    first = np.int64(np.int64(_LOWEST) & ((np.int64(1) << bits) - 1))
    for start in range(0, taps, group):
        for part in range(parts):
            prefetch(line + ahead + load_i64(begins + part * 8))
        for t in range(start, min(start + group, taps)):
            order, mask, picked = ints_as_bytes(load_bytes_as_ints(lanes + t * 16)), first, zero_bytes()
            for part in range(parts):
                place = line + load_i64(begins + part * 8)
                if wide:
                    window = permute_two_bytes(load_bytes(place), order, load_bytes(place + 64))
                else:
                    window = permute_bytes(load_bytes(place), order)
                picked = blend_bytes(mask, window, picked)
                mask = np.int64(mask << bits)
            sums = _added(sums, picked, load_floats(spread + t * 64))
        begins += parts * 8
    return add_floats(total, multiply_floats(sums, spread_f32(load_f32(weight))))


def make(special: Specialisation) -> Kernel:
    """Return the stage of two weighted sums, its columns packed by ``pack``."""
    parts, wide, short = special

    def real_taps(src, out, begin, end, header, first, count, weights, begins, lanes, spread):
        taps, group, row_bytes, many = header[0], header[1], header[2], header[3]
        rows, length, stride = out.shape[1], out.shape[2], src.shape[2]
        chunks, groups = (length + 15) // 16, (taps + group - 1) // group
        for row in range(begin, end):
            p, y = row // rows, row % rows
            line = address_of(src) + (p * src.shape[1] + first[y]) * stride
            ahead = (first[y + 1] - first[y]) * stride if y + 1 < rows else 0
            n, across = np.int64(count[y]), address_of(weights) + y * weights.shape[1] * 4
            for q in range(chunks):
                tables = (
                    address_of(begins) + q * groups * many * 8,
                    address_of(lanes) + q * taps * 16,
                    address_of(spread) + q * taps * 64,
                )
                total, j = zero_floats(), np.int64(0)
                while j < n:
                    if parts == 0:
                        weight, here = across + j * 4, line + j * stride
                        total = _add_row(total, here, ahead, weight, taps, group, tables, many, wide)
                        j += 1
                    else:
                        slots = 2 if parts == 1 and n - j <= 2 else 4
                        given = (stride, ahead, j, n - 1, across, row_bytes, (taps, group), tables)
                        if parts == 1 and slots == 2:
                            total = _add_rows(total, line, *given, parts, wide, short, 2)
                        else:
                            total = _add_rows(total, line, *given, parts, wide, short, 4)
                        j += slots // parts
                target = address_of(out) + row * length + max(min(q * 16, length - 16), 0)
                if length < 16:
                    store_first_bytes(target, quarter_bytes_as_bytes(floats_to_bytes(total)), length)
                else:
                    store_quarter_bytes(target, floats_to_bytes(total))

    return real_taps
