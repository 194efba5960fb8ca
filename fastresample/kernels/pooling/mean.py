"""Mean of each window: by the definition, by rows, four windows at a time, all with the same bits but those of NaN.

Samples are added one by one in row-major order from zero, in their own type; the sum is divided once. A zero is
added last, which makes minus zero (an underflow, or a negative divisor) zero.
"""

from typing import Any

import numpy as np

from fastresample.kernels.common import Kernel, inline
from fastresample.kernels.pooling.windows import inside

# Unsigned indices: a signed one costs a wraparound test at each access.
_U = np.uintp


@inline
def _divisor(top, left, w, padded, divisor):
    """Return ``divisor`` unless it is 0, else the samples of a window: with its padding (``padded``) or without."""
    bottom, right = min(top + w.kernel_y, w.rows + w.padding_y), min(left + w.kernel_x, w.columns + w.padding_x)
    if divisor != 0:
        return divisor
    if padded != 0:
        return (bottom - top) * (right - left)
    return (min(bottom, w.rows) - max(top, 0)) * (min(right, w.columns) - max(left, 0))


@inline
def _quotient(total, divisor, number):
    return number(number(0) + number(total / number(divisor)))


@inline
def _mean(x, plane, top, left, number, w, padded, divisor):
    """Return the mean of the window at row ``top``, column ``left``."""
    first_y, end_y = inside(top, w.kernel_y, 1, w.rows)
    first_x, end_x = inside(left, w.kernel_x, 1, w.columns)
    total = number(0)
    for y in range(first_y, end_y):
        for z in range(first_x, end_x):
            total = number(total + x[_U((plane + y) * w.columns + z)])
    return _quotient(total, _divisor(top, left, w, padded, divisor), number)


def make_plain(number: Any) -> Kernel:
    """Return the definition for arrays of the NumPy scalar type ``number``."""

    def avg_pool(x, out, begin, end, w, padded, divisor):
        """Fill the rows ``[begin, end)`` of ``out``, counted over all planes; both arrays are flat."""
        for unit in range(begin, end):
            plane, top = unit // w.rows_out * w.rows, unit % w.rows_out * w.stride_y - w.padding_y
            for ox in range(w.columns_out):
                left = ox * w.stride_x - w.padding_x
                out[unit * w.columns_out + ox] = _mean(x, plane, top, left, number, w, padded, divisor)

    return avg_pool


@inline
def _add_row(x, at, s, taps, out, to, count, number):
    """Add to the sums of a row's windows their samples of one input row, the first window's first at ``x[at]``."""
    pairs = taps // _U(2) * _U(2)
    for tap in range(_U(0), pairs, _U(2)):
        here = at + tap
        for j in range(count):
            out[to + j] = number(number(out[to + j] + x[here + s * j]) + x[here + s * j + _U(1)])
    for tap in range(pairs, taps):
        here = at + tap
        for j in range(count):
            out[to + j] = number(out[to + j] + x[here + s * j])


def make_rows(number: Any, two_apart: bool) -> Kernel:
    """Return a kernel that adds one row of the input at a time to the sums of all windows of an output row.

    ``two_apart`` fixes the stride along the columns at 2.
    """

    def avg_pool(x, out, begin, end, w, padded, divisor):
        """Fill the rows ``[begin, end)`` of ``out``, counted over all planes; both arrays are flat."""
        whole = w.end_whole - w.first_whole
        count, s = _U(whole), _U(2 if two_apart else w.stride_x)
        for unit in range(begin, end):
            plane, top = unit // w.rows_out * w.rows, unit % w.rows_out * w.stride_y - w.padding_y
            first, stop = inside(top, w.kernel_y, 1, w.rows)
            if whole > 0:
                to = _U(unit * w.columns_out + w.first_whole)
                for j in range(count):
                    out[to + j] = number(0)
                for y in range(first, stop):
                    at = _U((plane + y) * w.columns + w.first_whole * w.stride_x - w.padding_x)
                    _add_row(x, at, s, _U(w.kernel_x), out, to, count, number)
                share = _divisor(top, 0, w, padded, divisor)
                for j in range(count):
                    out[to + j] = _quotient(out[to + j], share, number)
            for edge in range(w.columns_out - whole):
                ox = edge if edge < w.first_whole else edge + whole
                left = ox * w.stride_x - w.padding_x
                out[_U(unit * w.columns_out + ox)] = _mean(x, plane, top, left, number, w, padded, divisor)

    return avg_pool


@inline
def _add_four(x, starts, number, w):
    """Return the sums of four whole windows: four chains of additions, none of which waits for another."""
    a, b, c, d = number(0), number(0), number(0), number(0)
    for y in range(w.kernel_y):
        down = _U(y * w.columns)
        at_a, at_b, at_c, at_d = starts[0] + down, starts[1] + down, starts[2] + down, starts[3] + down
        for z in range(_U(w.kernel_x)):
            a, b = number(a + x[at_a + z]), number(b + x[at_b + z])
            c, d = number(c + x[at_c + z]), number(d + x[at_d + z])
    return a, b, c, d


def make_fours(number: Any) -> Kernel:
    """Return a kernel that adds up four windows at a time, wherever they are: for windows far apart or few in a row."""

    def avg_pool(x, out, begin, end, w, padded, divisor):
        """Fill the rows ``[begin, end)`` of ``out``, counted over all planes; both arrays are flat."""
        starts, targets, waiting = np.empty(4, _U), np.empty(4, _U), 0
        whole = _divisor(0, 0, w, padded, divisor)
        for unit in range(begin, end):
            plane, top = unit // w.rows_out * w.rows, unit % w.rows_out * w.stride_y - w.padding_y
            for ox in range(w.columns_out):
                left, target = ox * w.stride_x - w.padding_x, _U(unit * w.columns_out + ox)
                if top < 0 or top + w.kernel_y > w.rows or ox < w.first_whole or ox >= w.end_whole:
                    out[target] = _mean(x, plane, top, left, number, w, padded, divisor)
                    continue
                starts[waiting], targets[waiting] = _U((plane + top) * w.columns + left), target
                waiting += 1
                if waiting == 4:
                    waiting = 0
                    sums = _add_four(x, starts, number, w)
                    for i in range(4):
                        out[targets[i]] = _quotient(sums[i], whole, number)
        if waiting > 0:
            for i in range(waiting, 4):
                starts[i] = starts[0]
            sums = _add_four(x, starts, number, w)
            for i in range(waiting):
                out[targets[i]] = _quotient(sums[i], whole, number)

    return avg_pool
