"""Tables of coordinates that follow a given step and are rounded to float32 as a whole, and of their copies.

Output i lies at ``(i + 1/2) * step - 1/2``. Weights are computed in float32, in the order written here, and stored
exactly. Windows start where the coordinate says, also outside the axis, unless a builder says otherwise.
"""

import math

import numpy as np

from fastresample.kernels.common import inline


def corner(numbers, index):
    """Numbers: step, n_in. The sample that holds the top-left corner ``i * step`` of each cell."""
    step, n_in = numbers[0], numbers[1]
    for i in range(index.size):
        index[i] = min(math.floor(i * step), n_in - 1.0)


def accumulated(numbers, index):
    """Numbers: step, n_in. The sample that holds each cell's centre, ``step / 2`` plus one step at a time."""
    step, n_in = numbers[0], numbers[1]
    centre = step * 0.5
    for i in range(index.size):
        index[i] = min(math.floor(centre), n_in - 1.0)
        centre += step


@inline
def _position(i, step):
    """Return the sample at or below the coordinate, and the fraction above it, both float32."""
    coordinate = np.float32((i + 0.5) * step - 0.5)
    lower = np.floor(coordinate)
    return lower, np.float32(coordinate - lower)


@inline
def _two_taps(i, lower, x, n_in, inside, first, count, weights):
    """Fill a row of two taps, ``1 - x`` and ``x``, and return the larger one.

    ``inside``: beyond the outermost centres the fraction is dropped, and the last sample is copied rather than weighed.
    """
    if inside and (lower < 0.0 or lower >= n_in - 1.0):
        lower, x = min(max(lower, 0.0), n_in - 1.0), np.float32(0.0)
    first[i] = int(lower)
    count[i] = 1 if inside and lower >= n_in - 1.0 else 2
    weights[i, 0] = np.float32(np.float32(1.0) - x)
    weights[i, 1] = x
    return max(weights[i, 0], weights[i, 1])


def single_linear(numbers, first, count, weights):
    """Numbers: step, n_in, inside."""
    step, n_in, inside = numbers[0], numbers[1], numbers[2] != 0.0
    peak = 0.0
    for i in range(first.size):
        lower, x = _position(i, step)
        peak = max(peak, _two_taps(i, float(lower), x, n_in, inside, first, count, weights))
    return peak


def cover_linear(numbers, first, count, weights):
    """Numbers: factor, step, n_in, inside. The second weight is the part of the cell that the next sample covers."""
    factor, step, n_in, inside = numbers[0], numbers[1], numbers[2], numbers[3] != 0.0
    peak = 0.0
    for i in range(first.size):
        lower = float(math.floor(i * step))
        x = np.float32((i + 1.0) - (lower + 1.0) * factor)
        x = np.float32(0.0) if x <= np.float32(0.0) else np.float32(x - np.floor(x))
        peak = max(peak, _two_taps(i, lower, x, n_in, inside, first, count, weights))
    return peak


def stepped_linear(numbers, first, count, weights):
    """Numbers: step, n_in, one, inside. Coordinates stay float64; weights are whole multiples of ``1 / one``.

    Beyond the outermost centres the fraction is dropped; the last sample stands alone only where ``inside`` says so.
    """
    step, n_in, one, inside = numbers[0], numbers[1], numbers[2], numbers[3] != 0.0
    peak = 0.0
    for i in range(first.size):
        coordinate = step * (i + 0.5) - 0.5
        lower = float(math.floor(coordinate))
        words = float(np.rint((coordinate - lower) * one))
        if lower < 0.0 or lower >= n_in - 1.0:
            lower, words = min(max(lower, 0.0), n_in - 1.0), 0.0
        first[i] = int(lower)
        count[i] = 1 if inside and lower >= n_in - 1.0 else 2
        weights[i, 0] = (one - words) / one
        weights[i, 1] = words / one
        peak = max(peak, weights[i, 0], weights[i, 1])
    return peak


@inline
def _cubic_near(x):
    """Keys' cubic of a = -3/4 at a distance up to one."""
    a, one = np.float32(-0.75), np.float32(1.0)
    outer, inner = np.float32(a + np.float32(2.0)), np.float32(a + np.float32(3.0))
    return np.float32(np.float32(np.float32(np.float32(np.float32(outer * x) - inner) * x) * x) + one)


@inline
def _cubic_far(t):
    """The same at a distance from one to two."""
    a = np.float32(-0.75)
    five, eight, four = (
        np.float32(np.float32(5.0) * a),
        np.float32(np.float32(8.0) * a),
        np.float32(np.float32(4.0) * a),
    )
    return np.float32(np.float32(np.float32(np.float32(np.float32(np.float32(a * t) - five) * t) + eight) * t) - four)


def single_cubic(numbers, first, count, weights):
    """Numbers: step, n_in, words. The last weight is what the others leave of one. ``words``: see `_place`."""
    step, n_in, words = numbers[0], int(numbers[1]), numbers[2]
    one = np.float32(1.0)
    taps = np.empty(4)
    peak = 0.0
    for i in range(first.size):
        lower, x = _position(i, step)
        w0, w1, w2 = _cubic_far(np.float32(x + one)), _cubic_near(x), _cubic_near(np.float32(one - x))
        taps[0], taps[1], taps[2] = w0, w1, w2
        taps[3] = np.float32(np.float32(np.float32(one - w0) - w1) - w2)
        peak = max(peak, _place(i, int(lower) - 1, taps, n_in, words, first, count, weights))
    return peak


_R = math.sqrt(0.5)
# Sine and cosine of the first tap's angle turned by k quarters of pi, up to a common sign.
_OF_SINE = np.array([1.0, -_R, 0.0, _R, -1.0, _R, 0.0, -_R])
_OF_COSINE = np.array([0.0, -_R, 1.0, -_R, 0.0, _R, -1.0, _R])


def single_lanczos4(numbers, first, count, weights):
    """Numbers: step, n_in, words. One sine and one cosine, float64, serve all eight taps. ``words``: see `_place`."""
    step, n_in, words = numbers[0], int(numbers[1]), numbers[2]
    taps = np.empty(8)
    peak = 0.0
    for i in range(first.size):
        lower, x = _position(i, step)
        start = np.float32(x + np.float32(3.0))
        angle = -float(start) * math.pi * 0.25
        sine, cosine = math.sin(angle), math.cos(angle)
        total = np.float32(0.0)
        for k in range(8):
            distance = np.float32(start - np.float32(k))
            w = np.float32(1e30)
            if abs(float(distance)) >= np.float32(1e-6):
                y = -float(distance) * math.pi * 0.25
                w = np.float32((_OF_SINE[k] * sine + _OF_COSINE[k] * cosine) / (y * y))
            taps[k] = w
            total = np.float32(total + w)
        inverse = np.float32(np.float32(1.0) / total)
        for k in range(8):
            taps[k] = np.float32(np.float32(taps[k]) * inverse)
        peak = max(peak, _place(i, int(lower) - 3, taps, n_in, words, first, count, weights))
    return peak


@inline
def _place(i, start, taps, n_in, words, first, count, weights):
    """Make the taps row i, from sample ``start`` on, and return the largest weight.

    ``words`` > 0: weights are rounded to multiples of ``1 / words``, and those outside are added to the edge samples',
    which in whole numbers is the same as repeating the edge.
    """
    peak = 0.0
    if words == 0.0:
        first[i], count[i] = start, taps.size
        for k in range(taps.size):
            weights[i, k] = taps[k]
            peak = max(peak, abs(taps[k]))
        return peak
    n = min(taps.size, n_in)
    near = min(max(start, 0), n_in - n)
    first[i], count[i] = near, n
    for k in range(n):
        weights[i, k] = 0.0
    for k in range(taps.size):
        weights[i, min(max(start + k - near, 0), n - 1)] += np.rint(taps[k] * words) / words
    for k in range(n):
        peak = max(peak, abs(weights[i, k]))
    return peak


INDICES = (corner, accumulated)
BUILDERS = (single_linear, cover_linear, stepped_linear, single_cubic, single_lanczos4)
