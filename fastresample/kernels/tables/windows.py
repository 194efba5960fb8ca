"""Builders of the tables of one axis, compiled because a one-shot call has microseconds for them.

Positions are the affine map of ``geometry.AxisMap``: output i samples the source at ``(stride * i + offset) / unit``.
For whole-number boxes all three are integers held in float64, so every numerator below is exact (up to
``n_in * n_out = 2**51``) and mirrored outputs get mirrored weights, bit for bit.
"""

import math
from functools import cache

import numpy as np
from numba import types

from fastresample import codes
from fastresample.kernels.common import Kernel, array_type, compile_kernel, inline


@inline
def _filter_value(code, x):
    """Weight of the filter ``code`` at the distance ``x >= 0``, in units of the (stretched) sample spacing."""
    if code == codes.TRIANGLE:
        return max(1.0 - x, 0.0)
    return math.nan


@inline
def _mirrored_sum(weights, count):
    """Sum from the ends inwards: a mirrored row has the same sum, bit for bit."""
    total = 0.0
    for k in range(count // 2):
        total += weights[k] + weights[count - 1 - k]
    if count % 2:
        total += weights[count // 2]
    return total


def nearest(stride, offset, unit, n_in, index):
    """Fill ``index`` with the source sample nearest to each position; halfway goes up."""
    for i in range(index.size):
        position = math.floor((2.0 * (stride * i + offset) + unit) / (2.0 * unit))
        index[i] = min(max(position, 0.0), n_in - 1.0)


def filtered(stride, offset, unit, spread, radius, code, n_in, first, count, weights):
    """Fill the window (first, count) and the weights of each output.

    A sample at distance d (source samples) weighs ``filter(d * unit / spread)``; ``spread / unit`` stretches the
    filter, ``radius`` is its support in that unit. Samples outside the image are dropped and the rest renormalised,
    which for two linear taps is the same as repeating the edge.
    """
    reach = radius * spread
    for i in range(first.size):
        position = stride * i + offset
        # Clamped twice, for a rounded position may lie a hair outside: every window has a sample.
        low = min(max(math.floor((position - reach) / unit) + 1.0, 0.0), n_in - 1.0)
        high = max(min(math.ceil((position + reach) / unit) - 1.0, n_in - 1.0), low)
        taps = int(high - low) + 1
        for k in range(taps):
            weights[i, k] = _filter_value(code, abs(unit * (low + k) - position) / spread)
        total = _mirrored_sum(weights[i], taps)
        if not total > 0.0:
            taps, total, weights[i, 0] = 1, 1.0, 1.0
        for k in range(taps):
            weights[i, k] /= total
        for k in range(taps, weights.shape[1]):
            weights[i, k] = 0.0
        first[i] = low
        count[i] = taps


def quantised(first, count, weights, n_in, most_bits, fixed):
    """Turn weights into 16-bit words that sum to ``2**bits`` exactly, and return ``bits``.

    Each row is cut from its rounded running sum, so no rounding error can pile up, and ties go to even, so a mirrored
    row is cut alike. Rows shift until all ``taps`` columns lie inside the source: the kernels then read every column.
    """
    taps = weights.shape[1]
    peak = 0.0
    for i in range(first.size):
        for k in range(count[i]):
            peak = max(peak, abs(weights[i, k]))
    bits = most_bits
    while peak * 2.0**bits > 32766.0:  # one below the limit: cutting a running sum may add one
        bits -= 1
    one = 2.0**bits
    for i in range(first.size):
        shift = max(first[i] + taps - n_in, 0)
        first[i] -= shift
        for k in range(taps):
            fixed[i, k] = 0
        running = 0.0
        cut = 0.0
        for k in range(count[i]):
            running += weights[i, k]
            edge = one if k == count[i] - 1 else np.rint(running * one)
            fixed[i, k + shift] = np.int16(edge - cut)
            cut = edge
    return bits


_INDEX = array_type(np.int32, 1, writable=True)
_REAL = array_type(np.float64, 2, writable=True)
_SIGNATURES = {
    nearest: (types.float64, types.float64, types.float64, types.int64, _INDEX),
    filtered: (*[types.float64] * 5, types.int64, types.int64, _INDEX, _INDEX, _REAL),
    quantised: (_INDEX, _INDEX, _REAL, types.int64, types.int64, array_type(np.int16, 2, writable=True)),
}


@cache
def builder(function: Kernel) -> Kernel:
    """Return the compiled form of one of the builders above."""
    return compile_kernel(function, f"table_{function.__name__}", _SIGNATURES[function])
