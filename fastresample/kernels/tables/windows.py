"""Windows of the continuous filters and of exact coverage, from exact positions.

Positions are the affine map of ``geometry.AxisMap``: output i samples the source at ``(stride * i + offset) / unit``.
For whole-number boxes all three are integers held in float64, so every numerator below is exact (up to
``n_in * n_out = 2**51``) and mirrored outputs get mirrored weights, bit for bit.
"""

import numpy as np

from fastresample import codes
from fastresample.kernels.common import inline
from fastresample.kernels.tables.filters import weigh


@inline
def _mirrored_sum(weights, i, begin, end):
    """Sum from the ends inwards: a mirrored row has the same sum, bit for bit."""
    total = 0.0
    i, low, high = np.uintp(i), np.uintp(begin), np.uintp(max(begin, end))
    while high - low > np.uintp(1):
        high -= np.uintp(1)
        total += weights[i, low] + weights[i, high]
        low += np.uintp(1)
    if low < high:
        total += weights[i, low]
    return total


@inline
def _finish(i, left, begin, end, position, unit, n_in, first, count, weights):
    """Make columns [begin, end) window ``i``, divided by their sum; column 0 is sample ``left``. Return the largest.

    Zeros at the ends are cut off: what is not weighed is not read. A window of zeros becomes the nearest sample.
    """
    while begin < end and weights[i, begin] == 0.0:
        begin += 1
    while begin < end and weights[i, end - 1] == 0.0:
        end -= 1
    total = _mirrored_sum(weights, i, begin, end)
    if not total > 0.0:
        weights[i, 0] = 1.0
        first[i] = min(max(np.floor((2.0 * position + unit) / (2.0 * unit)), 0.0), n_in - 1.0)
        count[i] = 1
        return 1.0
    peak = 0.0
    for k in range(end - begin):
        weights[i, k] = weights[i, begin + k] / total
        peak = max(peak, weights[i, k])
    first[i] = left + begin
    count[i] = end - begin
    return peak


def filtered(numbers, first, count, weights):
    """Weights of a continuous filter.

    Numbers: stride, offset, unit, n_in, then spread, support, code and two parameters of the filter, then repeat. A
    sample at distance d weighs ``filter(d * unit / spread)``: ``spread / unit`` stretches the filter. Samples outside
    the image are as the edge sample, to whose weight theirs are added (repeat), or they drop out.
    """
    stride, offset, unit, n_in = numbers[0], numbers[1], numbers[2], numbers[3]
    spread, reach, code = numbers[4], numbers[5] * numbers[4], int(numbers[6])
    a, b, repeat = numbers[7], numbers[8], numbers[9] != 0.0
    peak = 0.0
    for i in range(first.size):
        position = stride * i + offset
        if code == codes.BOX:
            left, right = np.ceil((position - reach) / unit), np.floor((position + reach) / unit)
        else:
            left, right = np.floor((position - reach) / unit) + 1.0, np.ceil((position + reach) / unit) - 1.0
        if not repeat:
            left, right = max(left, 0.0), min(right, n_in - 1.0)
        right = min(right, left + weights.shape[1] - 1.0)  # a rounded position never leaves the table
        taps = max(int(right - left) + 1, 0)
        for k in range(taps):
            weights[i, k] = abs(unit * (left + k) - position) / spread
        weigh(code, a, b, weights, i, taps)
        begin, end = max(int(-left), 0), taps - max(int(right - n_in) + 1, 0)
        if begin < end:
            for k in range(begin):
                weights[i, begin] += weights[i, k]
            for k in range(taps - 1, end - 1, -1):
                weights[i, end - 1] += weights[i, k]
        peak = max(peak, _finish(i, left, begin, end, position, unit, n_in, first, count, weights))
    return peak


def covered(numbers, first, count, weights):
    """How much of a window of one step around each position lies on each sample. Numbers: stride, offset, unit, n_in.

    Sample j covers ``[j - 1/2, j + 1/2]``; what lies outside the image drops out. Edges are in units of
    ``1 / (2 * unit)``.
    """
    stride, offset, unit, n_in = numbers[0], numbers[1], numbers[2], numbers[3]
    peak = 0.0
    for i in range(first.size):
        position = stride * i + offset
        begin, end = 2.0 * position - stride, 2.0 * position + stride
        low = max(np.floor((begin + unit) / (2.0 * unit)), 0.0)
        high = min(np.ceil((end + unit) / (2.0 * unit)) - 1.0, n_in - 1.0)
        taps = max(min(int(high - low) + 1, weights.shape[1]), 0)
        for k in range(taps):
            left = (2.0 * (low + k) - 1.0) * unit
            weights[i, k] = max(min(end, left + 2.0 * unit) - max(begin, left), 0.0)
        peak = max(peak, _finish(i, low, 0, taps, position, unit, n_in, first, count, weights))
    return peak


BUILDERS = (filtered, covered)
