"""One stage: a weighted sum along rows and a weighted sum of rows, in either order, for ``[begin, end)`` output rows.

Horizontal first keeps each filtered source row once in a ring; vertical first sums source rows into one row and
filters that. The intermediate image never exists. Sums run from both ends of a window inwards, so that mirrored
inputs give mirrored results bit for bit in floating point too. Helpers know multiply and add only; how a sum is
stored (``codes.STORE_*``) is pruned into the body, because the stores differ in type.
"""

from typing import Any, NamedTuple

import numpy as np

from fastresample import codes
from fastresample.kernels.common import Kernel, inline

# Indices are unsigned throughout: a signed index costs a wraparound test at each access (1.3 to 1.5 times in all).
_U = np.uintp


@inline
def _weigh_row(line, sums, weight):
    """Set ``sums = weight * line``: a row that is not filtered along its length."""
    number = sums.dtype.type
    w = number(weight)
    for i in range(_U(sums.size)):
        sums[i] = number(number(line[i]) * w)


@inline
def _filter_two(line, sums, channels, padded, first, count, weights):
    """Set ``sums[x, c]`` to the weighted sum of pixels ``first[x]`` and the next, on flat interleaved rows.

    Where a table is not padded, ``count`` says whether the second one is read at all (0 * NaN must not happen).
    """
    number = sums.dtype.type
    c_n = _U(channels)
    for x in range(_U(first.size)):
        near, here = _U(first[x]) * c_n, x * c_n
        far = near + c_n
        w0, w1 = number(weights[x, _U(0)]), number(weights[x, _U(1)])
        if channels == 4 and padded:
            # All four before the first store, which might alias a later load: LLVM keeps loads and stores in order.
            a0 = number(number(number(line[near]) * w0) + number(number(line[far]) * w1))
            a1 = number(number(number(line[near + _U(1)]) * w0) + number(number(line[far + _U(1)]) * w1))
            a2 = number(number(number(line[near + _U(2)]) * w0) + number(number(line[far + _U(2)]) * w1))
            a3 = number(number(number(line[near + _U(3)]) * w0) + number(number(line[far + _U(3)]) * w1))
            sums[here], sums[here + _U(1)], sums[here + _U(2)], sums[here + _U(3)] = a0, a1, a2, a3
        elif padded or count[x] == 2:
            for c in range(c_n):
                sums[here + c] = number(number(number(line[near + c]) * w0) + number(number(line[far + c]) * w1))
        else:
            for c in range(c_n):
                sums[here + c] = number(number(line[near + c]) * w0)


@inline
def _filter_any(line, sums, channels, padded, first, count, weights):
    """Set ``sums[x, c]`` to the sum over k of ``weights[x, k] * line[first[x] + k, c]``, from both ends inwards."""
    number = sums.dtype.type
    c_n = _U(channels)
    for x in range(_U(first.size)):
        n = _U(weights.shape[1]) if padded else _U(count[x])
        start, here = _U(first[x]) * c_n, x * c_n
        for c in range(c_n):
            total = number(0)
            low, high = start + c, start + c + (n - _U(1)) * c_n
            for k in range(n // _U(2)):
                a = number(number(line[low + k * c_n]) * number(weights[x, k]))
                b = number(number(line[high - k * c_n]) * number(weights[x, n - _U(1) - k]))
                total = number(total + number(a + b))
            if n % _U(2):
                middle = n // _U(2)
                total = number(total + number(number(line[low + middle * c_n]) * number(weights[x, middle])))
            sums[here + c] = total


@inline
def _add_rows(sums, fresh, a, weight_a, b, weight_b, paired):
    """Set (``fresh``) or increase ``sums`` by ``weight_a * a`` or, ``paired``, ``weight_a * a + weight_b * b``."""
    number = sums.dtype.type
    wa, wb = number(weight_a), number(weight_b)
    n = _U(sums.size)
    if paired and fresh:
        for i in range(n):
            sums[i] = number(number(number(a[i]) * wa) + number(number(b[i]) * wb))
    elif paired:
        for i in range(n):
            sums[i] = number(sums[i] + number(number(number(a[i]) * wa) + number(number(b[i]) * wb)))
    elif fresh:
        for i in range(n):
            sums[i] = number(number(a[i]) * wa)
    else:
        for i in range(n):
            sums[i] = number(sums[i] + number(number(a[i]) * wa))


@inline
def _gather_line(pixels, line):
    """Copy one row of any layout, (columns, channels), into a contiguous line."""
    channels = _U(pixels.shape[1])
    for x in range(_U(pixels.shape[0])):
        for c in range(channels):
            line[x * channels + c] = pixels[x, c]


@inline
def _scatter_line(line, pixels):
    """Copy a contiguous line into one row of any layout, (columns, channels)."""
    channels = _U(pixels.shape[1])
    for x in range(_U(pixels.shape[0])):
        for c in range(channels):
            pixels[x, c] = line[x * channels + c]


@inline
def _store_cast(sums, row):
    number = row.dtype.type
    for i in range(_U(row.size)):
        row[i] = number(sums[i])


@inline
def _store_round(sums, row, lowest, highest):
    real, number = sums.dtype.type, row.dtype.type
    low, high = real(lowest), real(highest)
    for i in range(_U(row.size)):
        row[i] = number(min(max(np.floor(real(sums[i] + real(0.5))), low), high))


@inline
def _store_shift(sums, row, shift, lowest, highest):
    whole, number = sums.dtype.type, row.dtype.type
    half, places = whole((1 << shift) >> 1), whole(shift)
    low, high = whole(lowest), whole(highest)
    for i in range(_U(row.size)):
        row[i] = number(min(max(whole(whole(sums[i] + half) >> places), low), high))


class Specialisation(NamedTuple):
    """What is fixed when a stage is compiled; types are NumPy scalar types."""

    channels: int  # 1, 3, 4 or 0 = given at run time
    taps_x: int  # codes.IDENTITY, TWO or ANY
    order: int  # codes.HORIZONTAL_FIRST or VERTICAL_FIRST
    store: int  # codes.STORE_*: CAST and ROUND sum in floating point, SHIFT in integers with padded tables
    direct: bool  # C-contiguous (planes, rows, columns * channels); else any (planes, rows, columns, channels)
    source: Any
    between: Any  # kept between the passes
    sums: tuple[Any, Any]  # accumulators of the first and of the last pass
    result: Any
    limits: tuple[int, int]  # of an integer result


def make_separable(special: Specialisation) -> Kernel:
    """Return the stage for one specialisation."""
    channels, taps_x, order, store, direct, source, between, (first_sum, last_sum), result, (lowest, highest) = special
    # Booleans and whole names, for Numba prunes only those branches before typing.
    padded, rounded = store == codes.STORE_SHIFT, store == codes.STORE_ROUND
    vertical_first, horizontal_first = order == codes.VERTICAL_FIRST, order == codes.HORIZONTAL_FIRST
    identity, two = taps_x == codes.IDENTITY, taps_x == codes.TWO
    type_x, type_y = (last_sum, first_sum) if vertical_first else (first_sum, last_sum)

    def separable(src, out, begin, end, layout, fx, cx, wx, fy, cy, wy, shifts):
        c_n = channels if channels else layout[0]
        width_in, rows = layout[1], out.shape[1]
        width = out.shape[2] if direct else out.shape[2] * out.shape[3]
        sums_x = np.empty(width, type_x)
        sums_y = np.empty(width_in if vertical_first else width, type_y)
        ring = np.empty((1 if vertical_first else wy.shape[1], sums_y.size), between)
        if not direct:
            line_a, line_b, line_out = np.empty(width_in, source), np.empty(width_in, source), np.empty(width, result)
        ready = 0
        for row in range(begin, end):
            p, y = row // rows, row % rows
            start, n = fy[y], wy.shape[1] if padded else cy[y]
            if horizontal_first:
                ready = start if y == 0 or row == begin else max(ready, start)
                for r in range(ready, start + n):
                    if direct:
                        line = src[p, r]
                    else:
                        _gather_line(src[p, r], line_a)
                        line = line_a
                    if identity:
                        _weigh_row(line, sums_x, wx[0, 0])
                    elif two:
                        _filter_two(line, sums_x, c_n, padded, fx, cx, wx)
                    else:
                        _filter_any(line, sums_x, c_n, padded, fx, cx, wx)
                    if padded:
                        _store_shift(sums_x, ring[r % ring.shape[0]], shifts[0], -32768, 32767)
                    else:
                        _store_cast(sums_x, ring[r % ring.shape[0]])
                ready = start + n
            for k in range((n + 1) // 2):
                near, far = start + k, start + n - 1 - k
                if horizontal_first:
                    a, b = ring[near % ring.shape[0]], ring[far % ring.shape[0]]
                elif direct:
                    a, b = src[p, near], src[p, far]
                else:
                    _gather_line(src[p, near], line_a)
                    _gather_line(src[p, far], line_b)
                    a, b = line_a, line_b
                _add_rows(sums_y, k == 0, a, wy[y, k], b, wy[y, n - 1 - k], near != far)
            if vertical_first:
                if padded:
                    _store_shift(sums_y, ring[0], shifts[0], -32768, 32767)
                else:
                    _store_cast(sums_y, ring[0])
                if identity:
                    _weigh_row(ring[0], sums_x, wx[0, 0])
                elif two:
                    _filter_two(ring[0], sums_x, c_n, padded, fx, cx, wx)
                else:
                    _filter_any(ring[0], sums_x, c_n, padded, fx, cx, wx)
            last = sums_x if vertical_first else sums_y
            target = out[p, y] if direct else line_out
            if padded:
                _store_shift(last, target, shifts[1], lowest, highest)
            elif rounded:
                _store_round(last, target, lowest, highest)
            else:
                _store_cast(last, target)
            if not direct:
                _scatter_line(line_out, out[p, y])

    return separable
