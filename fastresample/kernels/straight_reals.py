"""Tables of two taps in float32 and of halving for whole images, straight from their sizes."""

from functools import cache, lru_cache
from typing import Any

import numpy as np
from numba import types

from fastresample import codes
from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced, inline
from fastresample.kernels.realwise import halves, requests, two_tap_tables, two_taps
from fastresample.kernels.resizes import Request
from fastresample.kernels.straight import Sizes, Straight, made, triangle
from fastresample.kernels.tiers import VBMI, tier

_pack = inline(two_tap_tables.pack)
_SHORTEST = 16  # samples of a row of the source


@lru_cache(maxsize=64)
def halved(channels: int, dtype: str) -> Straight | None:
    """Return how blocks of 2 x 2 pixels are averaged, whatever their number; None for too many channels."""
    if tier() is not VBMI:
        return None
    one = np.zeros(1, np.int32)
    request = Request("separable", True, channels, dtype, dtype)
    found = halves.prepare(request, ((channels, 2 * channels, 2), *[one] * 4))
    if found is None:
        return None
    kernel, speed = made("separable", "real halves", dtype, found[0])
    return Straight(kernel, found[1], speed)


@forced
def _pairs(n_in, first, count, weights):
    """Fill the windows of two taps as float32; return whether there are any of two samples."""
    nearer, farther = np.empty(first.size), np.empty(first.size)
    pairs = triangle(n_in, first, nearer, farther) > 0.0
    for i in range(first.size):
        weights[i, 0], weights[i, 1] = np.float32(nearer[i]), np.float32(farther[i])
        count[i] = 2 if farther[i] > 0.0 else 1
    return pairs


def place_pairs(rows_in, columns_in, columns, channels, first_y, count_y, weights_y):
    """Fill the tables of the rows; return those of the columns as `two_tap_tables.pack` does.

    There are -1 windows where these have one sample.
    """
    first, count, weights = np.empty(columns, np.int32), np.empty(columns, np.int32), np.empty((columns, 2), np.float32)
    served = _pairs(rows_in, first_y, count_y, weights_y)
    served = _pairs(columns_in, first, count, weights) and served
    windows, lanes, begins, both, index, spread = _pack(first, count, weights, channels, columns_in, 0)
    return windows if served else -1, lanes, begins, both, index, spread


@cache
def _placer() -> Kernel:
    index, weights = array_type(np.int32, 1, writable=True), array_type(np.float32, 2, writable=True)
    return compile_kernel(place_pairs, "place_pairs", (*[types.int64] * 4, index, index, weights))


def two_tapped(sizes: Sizes, dtype: np.dtype[Any]) -> Straight | None:
    """Return how two taps both ways are weighed; None where windows have one sample or reach too far."""
    rows_in, columns_in, rows, columns, channels = sizes
    width_in = columns_in * channels
    if width_in < _SHORTEST or tier() is not VBMI:
        return None
    first, count, weights = np.empty(rows, np.int32), np.empty(rows, np.int32), np.empty((rows, 2), np.float32)
    windows, lanes, *arrays = _placer()(rows_in, columns_in, columns, channels, first, count, weights)
    if windows <= two_tap_tables.NONE or (windows > two_tap_tables.TWO and rows > rows_in):
        return None
    store = codes.STORE_CAST if dtype.kind == "f" else codes.STORE_UP
    special = two_taps.Special(dtype.type, dtype.type, windows, False, store)
    kernel, speed = made("separable", "real two taps", dtype.name, special)
    header = np.array((rows_in, lanes, requests.large(rows, width_in, dtype.itemsize)), np.int64)
    return Straight(kernel, (header, first, count, weights, *arrays), speed)
