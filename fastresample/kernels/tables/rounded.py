"""Windows and indices from coordinates that are rounded in the samples' own type, multiplications and additions fused.

The step (source samples per output sample) is given rounded, and every coordinate and weight is computed in single or
double precision as the name of a builder says. Single-precision weights stand in the float64 table without loss.
"""

import math

import numpy as np

from fastresample.kernels.common import Kernel, inline
from fastresample.kernels.fused import fused


@inline
def _floor(r):
    """Floor in single precision, whatever the type."""
    return math.floor(np.float32(r))


def floor_scaled(numbers, index):
    """Numbers: step, n_in, double. Output i takes sample ``floor(i * step)``, in single or double precision."""
    step, n_in, double = numbers[0], numbers[1], numbers[2] > 0.0
    for i in range(index.size):
        place = np.float64(i) if double else np.float64(np.float32(i))
        index[i] = min(_floor(place * step), n_in - 1.0)


def floor_centred(numbers, index):
    """Numbers: step, n_in. Output i takes sample ``floor((i + 1/2) * step)``, a product in double precision."""
    step, n_in = numbers[0], numbers[1]
    for i in range(index.size):
        index[i] = min(_floor((i + 0.5) * step), n_in - 1.0)


def floor_fused(numbers, index):
    """Numbers: step, n_in, double. Output i takes sample ``floor(max(fma(step, i + 1/2, -1/2), 0) + 1/2)``."""
    step, n_in, double = numbers[0], numbers[1], numbers[2] > 0.0
    for i in range(index.size):
        if double:
            place = max(fused(np.float64(step), i + np.float64(0.5), np.float64(-0.5)), 0.0) + 0.5
        else:
            half = np.float32(0.5)
            centre = fused(np.float32(step), np.float32(np.float32(i) + half), np.float32(-0.5))
            place = np.float64(np.float32(max(centre, np.float32(0)) + half))
        index[i] = min(_floor(place), n_in - 1.0)


@inline
def _coordinate(step, i, aligned, number):
    """Coordinate of output i: ``fma(step, i + 1/2, -1/2)``; where the corners are aligned ``step * i``."""
    if aligned:
        return number(step * number(i))
    return fused(step, number(number(i) + number(0.5)), number(-0.5))


@inline
def _inner_lobe(x, a, number, last_fused):
    """Keys' cubic for x <= 1."""
    inner = number(fused(number(a + number(2)), x, -number(a + number(3))) * x)
    return fused(inner, x, number(1)) if last_fused else number(number(inner * x) + number(1))


@inline
def _outer_lobe(x, a, number, last_fused):
    """Keys' cubic for 1 < x < 2."""
    inner = fused(fused(a, x, -number(number(5) * a)), x, number(number(8) * a))
    last = number(number(4) * a)
    return fused(inner, x, -last) if last_fused else number(number(inner * x) - last)


@inline
def _sinc(x, number):
    if x == number(0):
        return number(1)
    angle = number(x * number(math.pi))
    return number(number(math.sin(angle)) / angle)  # in single precision the C library's sinf


@inline
def _weight(width, x, a, number):
    """Filter of the given width at the distance x >= 0: the triangle (2), Keys' cubic (4), Lanczos with 3 lobes (6)."""
    if width == 2.0:
        return max(number(number(1) - x), number(0))
    if width == 4.0:
        if x < number(1):
            return _inner_lobe(x, a, number, True)
        return _outer_lobe(x, a, number, True) if x < number(2) else number(0)
    if x < number(3):
        return number(np.float64(_sinc(x, number)) * _sinc(np.float64(x) / 3.0, np.float64))
    return number(0)


def _make_linear(number: type) -> Kernel:
    """Return the builder of two taps. Numbers: step, n_in, aligned. Windows reach one sample beyond the end."""

    def linear(numbers, first, count, weights):
        step, n_in, aligned = number(numbers[0]), numbers[1], numbers[2] > 0.0
        for i in range(first.size):
            r = max(_coordinate(step, i, aligned, number), number(0))
            low = min(_floor(r), n_in - 1.0)
            upper = min(max(number(r - number(low)), number(0)), number(1))
            first[i], count[i] = low, 2
            weights[i, 0], weights[i, 1] = number(number(1) - upper), upper
        return 1.0

    return linear


def _make_keys(number: type) -> Kernel:
    """Return the builder of Keys' cubic. Numbers: step, n_in, aligned, a. Windows reach beyond both ends."""

    def keys(numbers, first, count, weights):
        step, n_in, aligned, a = number(numbers[0]), numbers[1], numbers[2] > 0.0, number(numbers[3])
        one = number(1)
        for i in range(first.size):
            r = _coordinate(step, i, aligned, number)
            low = min(_floor(r), n_in - 1.0)
            t = min(max(number(r - number(low)), number(0)), one)
            u = number(one - t)
            first[i], count[i] = low - 1.0, 4
            weights[i, 0], weights[i, 1] = (
                _outer_lobe(number(t + one), a, number, False),
                _inner_lobe(t, a, number, False),
            )
            weights[i, 2], weights[i, 3] = (
                _inner_lobe(u, a, number, False),
                _outer_lobe(number(u + one), a, number, False),
            )
        return 1.0

    return keys


def _make_stretched(number: type) -> Kernel:
    """Return the builder of filters stretched by the step. Numbers: step, n_in, width, a. Outside samples drop out."""

    def stretched(numbers, first, count, weights):
        step, n_in, width, a = number(numbers[0]), int(numbers[1]), numbers[2], number(numbers[3])
        support = number(width * 0.5 * np.float64(max(step, number(1))))
        inverse = 1.0 if step < number(1) else np.float64(number(1.0 / np.float64(step)))
        most = 2 * math.ceil(support) + 1
        peak = 0.0
        for i in range(first.size):
            centre = number(np.float64(step) * (i + 0.5))
            low = min(max(int(np.float64(number(centre - support)) + 0.5), 0), n_in - 1)
            high = min(int(np.float64(number(centre + support)) + 0.5), n_in)
            taps = min(high - low, most)
            total = number(0)
            for k in range(taps):
                x = number(abs((np.float64(number(number(low + k) - centre)) + 0.5) * inverse))
                value = _weight(width, x, a, number)
                weights[i, k] = value
                total = number(total + value)
            if taps < 1:
                taps, weights[i, 0] = 1, 0.0
            for k in range(taps):
                if total != number(0):
                    weights[i, k] = number(number(weights[i, k]) / total)
                peak = max(peak, weights[i, k])
            for k in range(taps, weights.shape[1]):
                weights[i, k] = 0.0
            first[i], count[i] = low, taps
        return peak

    return stretched


def folded(numbers, first, count, weights):
    """Numbers: step, n_in, aligned, width, a. What lies outside is added onto the edge sample; double precision.

    The largest weight also counts the sums that an edge sample passes through.
    """
    step, n_in, aligned, width, a = np.float64(numbers[0]), int(numbers[1]), numbers[2] > 0.0, numbers[3], numbers[4]
    taps = int(width)
    peak = 0.0
    for i in range(first.size):
        r = _coordinate(step, i, aligned, np.float64)
        if taps == 2:
            r = max(r, 0.0)
        middle = min(int(_floor(r)), n_in - 1)
        fraction = min(max(r - middle, 0.0), 1.0)
        low = middle + 1 - taps // 2
        start = min(max(low, 0), n_in - 1)
        stop = max(min(low + taps, n_in), start + 1)
        for k in range(weights.shape[1]):
            weights[i, k] = 0.0
        for k in range(taps):
            place = min(max(low + k, 0), n_in - 1) - start
            weights[i, place] += _weight(width, np.float64(abs(low + k - middle - fraction)), np.float64(a), np.float64)
            peak = max(peak, weights[i, place])
        first[i], count[i] = start, stop - start
    return peak


def _named(make: Kernel) -> tuple[Kernel, Kernel]:
    """Return a rule's builders in single and in double precision, under names of their own."""
    single, double = make(np.float32), make(np.float64)
    single.__name__, double.__name__ = f"{single.__name__}_single", f"{double.__name__}_double"
    return single, double


INDEX_BUILDERS = (floor_scaled, floor_centred, floor_fused)
BUILDERS = (*_named(_make_linear), *_named(_make_keys), *_named(_make_stretched), folded)
