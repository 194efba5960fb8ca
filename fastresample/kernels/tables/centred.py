"""Windows around centres in float64, weighed at pixel centres and renormalised; index maps from the same centres.

Output i lies at ``start + (i + 1/2) * step``, edges of pixels at whole numbers. The order of operations is part of the
rule, and so are the formulas' own: the filters are those of filters.py, each in the form that this rule computes.
"""

import math

import numpy as np

from fastresample import codes
from fastresample.kernels.common import inline

_HAMMING = (float(np.float32(0.54)), float(np.float32(0.46)))  # the rule's constants are single precision


@inline
def _sinc(x):
    if x == 0.0:
        return 1.0
    angle = x * math.pi
    return math.sin(angle) / angle


@inline
def _hamming(x):
    if x == 0.0 or x >= 1.0:
        return 1.0 if x == 0.0 else 0.0
    angle = x * math.pi
    return math.sin(angle) / angle * (_HAMMING[0] + _HAMMING[1] * math.cos(angle))


@inline
def _keys(x):
    """Cubic with a = -1/2."""
    if x < 1.0:
        return (1.5 * x - 2.5) * x * x + 1.0
    if x < 2.0:
        return (((x - 5.0) * x + 8.0) * x - 4.0) * -0.5
    return 0.0


@inline
def _mks2013(x):
    if x < 0.5:
        return 17.0 / 16.0 - 7.0 / 4.0 * (x * x)
    if x < 1.5:
        return (1.0 - x) * (7.0 / 4.0 - x)
    if x < 2.5:
        return -1.0 / 8.0 * ((x - 2.5) * (x - 2.5))
    return 0.0


@inline
def _mks2021(x):
    if x < 0.5:
        return 577.0 / 576.0 - 239.0 / 144.0 * (x * x)
    if x < 1.5:
        return 35.0 / 36.0 * (x - 1.0) * (x - 239.0 / 140.0)
    if x < 2.5:
        return 1.0 / 6.0 * (x - 2.0) * (65.0 / 24.0 - x)
    if x < 3.5:
        return 1.0 / 36.0 * (x - 3.0) * (x - 15.0 / 4.0)
    if x < 4.5:
        return -1.0 / 288.0 * ((x - 4.5) * (x - 4.5))
    return 0.0


@inline
def _weight(code, x):
    """Weight at the distance x, which has a sign: the box and Lanczos are half-open."""
    if code == codes.BOX:
        return 1.0 if x > -0.5 and x <= 0.5 else 0.0
    if code == codes.LANCZOS:
        return _sinc(x) * _sinc(x / 3.0) if x >= -3.0 and x < 3.0 else 0.0
    distance = abs(x)
    if code == codes.TRIANGLE:
        return 1.0 - distance if distance < 1.0 else 0.0
    if code == codes.HAMMING:
        return _hamming(distance)
    if code == codes.CUBIC:
        return _keys(distance)
    if code == codes.MKS2013:
        return _mks2013(distance)
    if code == codes.MKS2021:
        return _mks2021(distance)
    return math.nan


def centred(numbers, first, count, weights):
    """Numbers: start, step, radius, code, n_in. A filter is widened by the step where that exceeds one.

    Samples outside the axis are dropped. A window that has none left, around a point on the axis's far end, weighs the
    last sample by 0.
    """
    start, step, radius, code, n_in = numbers[0], numbers[1], numbers[2], int(numbers[3]), int(numbers[4])
    stretch = max(step, 1.0)
    reach, inverse = radius * stretch, 1.0 / stretch
    peak = 0.0
    for i in range(first.size):
        centre = start + (i + 0.5) * step
        low = max(int(centre - reach + 0.5), 0)
        taps = min(int(centre + reach + 0.5), n_in) - low
        if taps < 1:
            first[i], count[i], weights[i, 0] = n_in - 1, 1, 0.0
            continue
        total = 0.0
        for k in range(taps):
            weights[i, k] = _weight(code, ((low + k) - centre + 0.5) * inverse)
            total += weights[i, k]
        for k in range(taps):
            if total != 0.0:
                weights[i, k] /= total
            peak = max(peak, abs(weights[i, k]))
        first[i] = low
        count[i] = taps
    return peak


def drifting(numbers, index):
    """Pixel that holds each centre; a centre is the last one plus the step, and rounds. Numbers: start, step, n_in."""
    step, last = numbers[1], int(numbers[2]) - 1
    centre = numbers[0] + step * 0.5
    for i in range(index.size):
        index[i] = min(int(centre), last)
        centre += step


def placed(numbers, index):
    """Pixel that holds each centre, a product and a sum. Numbers: start, step, n_in."""
    start, step, last = numbers[0], numbers[1], int(numbers[2]) - 1
    for i in range(index.size):
        index[i] = min(int(step * (i + 0.5) + start), last)


INDEX_BUILDERS = (drifting, placed)
BUILDERS = (centred,)
