"""Windows of the continuous filters and of exact coverage, from exact positions.

Positions are the affine map of ``geometry.AxisMap``: output i samples the source at ``(stride * i + offset) / unit``.
For whole-number boxes all three are integers held in float64, so every numerator below is exact (up to
``n_in * n_out = 2**51``), mirrored outputs get mirrored weights, bit for bit, and windows repeat (`geometry.Repeats`):
they are copied.
"""

import numpy as np

from fastresample import codes
from fastresample.kernels.common import forced
from fastresample.kernels.tables.filters import weigh

_U = np.uintp


@forced
def _repeat(begin, end, numbers, first, count, flat):
    """Copy the windows that repeat."""
    width, period, advance = flat.size // first.size, np.int64(numbers[6]), np.int32(numbers[7])
    for i in range(_U(begin), _U(end)):
        first[i] = first[i - _U(period)] + advance
        count[i] = count[i - _U(period)]
    for j in range(_U(begin * width), _U(end * width)):
        flat[j] = flat[j - _U(period * width)]


@forced
def _finish(start, stop, stride, offset, unit, n_in, first, count, flat):
    """Make windows of the outputs [start, stop), divided by their sums; return the largest weight.

    They are given as ``count`` weights from sample ``first`` on. What lies outside the image is added to the outermost
    sample inside. Zeros at the ends are cut off: what is not weighed is not read. A window of zeros becomes the nearest
    sample. Rows are summed from the ends inwards, so that a mirrored row has the same sum, bit for bit.
    """
    width, peak = flat.size // first.size, 0.0
    for i in range(_U(start), _U(stop)):
        row, left = np.int64(i) * width, np.int64(first[i])
        begin, end = row + max(-left, 0), row + min(np.int64(n_in) - left, np.int64(count[i]))
        if begin < end:
            for k in range(_U(row), _U(begin)):
                flat[_U(begin)] += flat[k]
            for k in range(row + np.int64(count[i]) - 1, end - 1, -1):
                flat[_U(end - 1)] += flat[_U(k)]
        while begin < end and flat[_U(begin)] == 0.0:
            begin += 1
        while begin < end and flat[_U(end - 1)] == 0.0:
            end -= 1
        total, low, high = 0.0, begin, end - 1
        while low < high:
            total += flat[_U(low)] + flat[_U(high)]
            low += 1
            high -= 1
        if low == high:
            total += flat[_U(low)]
        moved = begin - row
        if total > 0.0:
            for k in range(_U(row), _U(end - moved)):
                flat[k] = flat[k + _U(moved)] / total
                peak = max(peak, flat[k])
            first[i], count[i] = np.int32(left + moved), np.int32(end - begin)
        else:
            position = stride * np.float64(np.int64(i)) + offset
            nearest = np.floor((2.0 * position + unit) / (2.0 * unit))
            first[i], count[i] = np.int32(min(max(nearest, 0.0), n_in - 1.0)), 1
            flat[_U(row)] = peak = 1.0
        for k in range(_U(row + np.int64(count[i])), _U(row + width)):
            flat[k] = 0.0
    return peak


def filtered(numbers, first, count, weights):
    """Weights of a continuous filter.

    Numbers: stride, offset, unit, n_in, then begin, end, period and advance of the windows that repeat, then spread,
    support, code and two parameters of the filter, then clamp. A sample at distance d weighs
    ``filter(d * unit / spread)``: ``spread / unit`` stretches the filter. Samples outside the image are as the edge
    sample, to whose weight theirs are added (clamp), or they drop out.
    """
    stride, offset, unit, n_in = numbers[0], numbers[1], numbers[2], numbers[3]
    begin, end = np.int64(numbers[4]), np.int64(numbers[5])
    spread, reach, code = numbers[8], numbers[9] * numbers[8], int(numbers[10])
    a, b, clamp = numbers[11], numbers[12], numbers[13] != 0.0
    n, width, flat = first.size, weights.shape[1], weights.reshape(weights.size)
    box, lowest, highest = code == codes.BOX, 0.0, n_in - 1.0
    if clamp:
        lowest, highest = -np.inf, np.inf
    peak = 0.0
    for part in range(2):
        start, stop = (end, n) if part else (0, begin)
        for i in range(_U(start), _U(stop)):
            position = stride * np.float64(np.int64(i)) + offset
            low, high = (position - reach) / unit, (position + reach) / unit
            left = np.ceil(low) if box else np.floor(low) + 1.0
            right = np.floor(high) if box else np.ceil(high) - 1.0
            left, right = max(left, lowest), min(right, highest)
            # A rounded position never leaves the table.
            first[i], count[i] = np.int32(left), np.int32(max(min(right - left + 1.0, np.float64(width)), 0.0))
            for k in range(_U(width)):
                flat[i * _U(width) + k] = abs(unit * (left + np.float64(np.int64(k))) - position) / spread
        weigh(code, a, b, flat, start * width, stop * width)
        peak = max(peak, _finish(start, stop, stride, offset, unit, n_in, first, count, flat))
    _repeat(begin, end, numbers, first, count, flat)
    return peak


def linear(numbers, first, count, weights):
    """Weights of linear interpolation between two samples; the edge samples reach on for ever.

    Numbers: stride, offset, unit, n_in.
    """
    stride, offset, unit, farthest = numbers[0], numbers[1], numbers[2], numbers[2] * (numbers[3] - 1.0)
    peak, width, flat = 0.0, weights.shape[1], weights.reshape(weights.size)
    for i in range(_U(first.size)):
        position = min(max(stride * np.float64(np.int64(i)) + offset, 0.0), farthest)
        low = np.floor(position / unit)
        near, far = (unit * (low + 1.0) - position) / unit, (position - unit * low) / unit
        first[i], count[i] = np.int32(low), np.int32(2 if far > 0.0 else 1)
        flat[i * _U(width) + _U(width - 1)] = far
        flat[i * _U(width)] = near  # the only one where the axis has one sample
        peak = max(peak, max(near, far))
    return peak


def covered(numbers, first, count, weights):
    """How much of a window of one step around each position lies on each sample.

    Numbers: stride, offset, unit, n_in, then begin, end, period and advance of the windows that repeat. Sample j covers
    ``[j - 1/2, j + 1/2]``; what lies outside the image drops out. Edges are in units of ``1 / (2 * unit)``.
    """
    stride, offset, unit, n_in = numbers[0], numbers[1], numbers[2], numbers[3]
    n, width, flat = first.size, weights.shape[1], weights.reshape(weights.size)
    begin, end = np.int64(numbers[4]), np.int64(numbers[5])
    peak = 0.0
    for part in range(2):
        start, stop = (end, n) if part else (0, begin)
        for i in range(_U(start), _U(stop)):
            position = stride * np.float64(np.int64(i)) + offset
            lower, upper = 2.0 * position - stride, 2.0 * position + stride
            low = max(np.floor((lower + unit) / (2.0 * unit)), 0.0)
            high = min(np.ceil((upper + unit) / (2.0 * unit)) - 1.0, n_in - 1.0)
            for k in range(_U(width)):
                left = (2.0 * (low + np.float64(np.int64(k))) - 1.0) * unit
                flat[i * _U(width) + k] = max(min(upper, left + 2.0 * unit) - max(lower, left), 0.0)
            first[i], count[i] = np.int32(low), np.int32(max(min(high - low + 1.0, np.float64(width)), 0.0))
        peak = max(peak, _finish(start, stop, stride, offset, unit, n_in, first, count, flat))
    _repeat(begin, end, numbers, first, count, flat)
    return peak


BUILDERS = (filtered, linear, covered)
