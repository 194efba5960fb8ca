"""Largest sample of each window and its place: by the definition, by rows, by columns, all with the same bits.

A sample replaces the best before it if it is larger or NaN, in row-major order: the first of equal maxima stays, and
the last NaN. The place is ``row * columns + column``. With dilation a window may miss the plane: it gives minus
infinity and the place that its first tap, stepped past the padding, would have.
"""

from typing import Any

import numpy as np

from fastresample.kernels.common import Kernel, inline
from fastresample.kernels.pooling.windows import inside

# Unsigned indices: a signed one costs a wraparound test at each access.
_U = np.uintp


@inline
def _beats(value, best):
    return (value > best) | (value != value)


@inline
def _maximum(x, plane, top, left, number, w):
    """Return the maximum of the window at row ``top``, column ``left``, and its place."""
    first_y, end_y = inside(top, w.kernel_y, w.dilation_y, w.rows)
    first_x, end_x = inside(left, w.kernel_x, w.dilation_x, w.columns)
    best, place = number(-np.inf), first_y * w.columns + first_x
    for y in range(first_y, end_y, w.dilation_y):
        for z in range(first_x, end_x, w.dilation_x):
            value = x[_U((plane + y) * w.columns + z)]
            if _beats(value, best):
                best, place = value, y * w.columns + z
    return best, place


def make_plain(number: Any, indices: bool) -> Kernel:
    """Return the definition for arrays of the NumPy scalar type ``number``; ``indices`` asks for places."""

    def max_pool(x, out, index, begin, end, w):
        """Fill the rows ``[begin, end)`` of ``out`` and ``index``, counted over all planes; all arrays are flat."""
        for unit in range(begin, end):
            plane, top = unit // w.rows_out * w.rows, unit % w.rows_out * w.stride_y - w.padding_y
            for ox in range(w.columns_out):
                best, place = _maximum(x, plane, top, ox * w.stride_x - w.padding_x, number, w)
                out[unit * w.columns_out + ox] = best
                if indices:
                    index[unit * w.columns_out + ox] = place

    return max_pool


# Reducing a row: the maximum within each window's columns, for the windows that lie within the plane's columns. The
# first of them has its first sample at x[at], ``s`` samples lie between neighbouring windows, ``d`` between taps.
# Places leave out the window's own column. Values are chosen before any is stored: else no vector instructions.


@inline
def _reduce_two(x, at, s, d, line, place, to, count, base, indices):
    """Reduce windows of two columns."""
    second = np.int32(base + np.int32(d))
    for j in range(count):
        a, b = x[at + s * j], x[at + s * j + d]
        right = _beats(b, a)
        best, where = b if right else a, second if right else base
        line[to + j] = best
        if indices:
            place[to + j] = where


@inline
def _reduce_three(x, at, s, d, line, place, to, count, base, indices):
    """Reduce windows of three columns."""
    second, third = np.int32(base + np.int32(d)), np.int32(base + np.int32(d + d))
    for j in range(count):
        a, b, c = x[at + s * j], x[at + s * j + d], x[at + s * j + d + d]
        right = _beats(b, a)
        best, where = b if right else a, second if right else base
        last = _beats(c, best)
        best, where = c if last else best, third if last else where
        line[to + j] = best
        if indices:
            place[to + j] = where


@inline
def _reduce_any(x, at, s, d, taps, line, place, to, count, base, indices, taken):
    """Reduce windows of any number of columns, tap by tap; ``taken`` holds the samples of a tap that are far apart."""
    for j in range(count):
        line[to + j] = x[at + s * j]
        if indices:
            place[to + j] = base
    for tap in range(_U(1), taps):
        here, there = at + tap * d, np.int32(base + np.int32(tap * d))
        if s == _U(1):
            _merge_tap(x, here, there, line, place, to, count, indices)
        else:
            for j in range(count):
                taken[j] = x[here + s * j]
            _merge_tap(taken, _U(0), there, line, place, to, count, indices)


@inline
def _merge_tap(samples, here, there, line, place, to, count, indices):
    for j in range(count):
        value, best, where = samples[here + j], line[to + j], place[to + j]
        better = _beats(value, best)
        best, where = value if better else best, there if better else where
        line[to + j] = best
        if indices:
            place[to + j] = where


@inline
def _reduce_edges(x, row, line, place, to, whole, base, number, indices, w):
    """Reduce the windows that reach beyond the columns."""
    for edge in range(w.columns_out - whole):
        ox = edge if edge < w.first_whole else edge + whole
        left = ox * w.stride_x - w.padding_x
        first, stop = inside(left, w.kernel_x, w.dilation_x, w.columns)
        best, tap = number(-np.inf), first - left
        for z in range(first, stop, w.dilation_x):
            value = x[_U(row + z)]
            if _beats(value, best):
                best, tap = value, z - left
        line[to + _U(ox)] = best
        if indices:
            place[to + _U(ox)] = np.int32(base + np.int32(tap))


def make_rows(number: Any, indices: bool, taps: int) -> Kernel:
    """Return a kernel that reduces each row of the input once, then the rows of each window.

    Columns first, then rows: that keeps the row-major order in which equal samples are told apart, and memory is read
    in order, which is worth more than the passes that it takes. ``taps`` 2 and 3 are windows of so many columns, 2
    apart and without dilation; 0 are any others. Places have 32 bits until they are stored: comparisons of float32
    then select them without widening.
    """
    # A captured function would keep the kernel out of the disk cache; branches on captured Booleans are pruned.
    two, three, two_apart = taps == 2, taps == 3, taps in (2, 3)

    def max_pool(x, out, index, begin, end, w):
        """Fill the rows ``[begin, end)`` of ``out`` and ``index``, counted over all planes; all arrays are flat."""
        n = _U(w.columns_out)
        slots = min((w.kernel_y - 1) * w.dilation_y + 1, w.rows)
        # A ring of reduced rows, and behind it two by turns for the best so far: a loop that writes where it reads, at
        # an offset unknown to the compiler, runs without vector instructions.
        line = np.empty((slots + 2) * w.columns_out, number)
        place = np.empty((slots + 2) * w.columns_out, np.int32)
        taken = np.empty(w.columns_out, number)
        held = np.zeros(slots, np.int64)  # number of the row in a slot, from 1 on
        merged, other = _U(slots * w.columns_out), _U((slots + 1) * w.columns_out)
        whole = w.end_whole - w.first_whole
        s, d = _U(2 if two_apart else w.stride_x), _U(1 if two_apart else w.dilation_x)
        for unit in range(begin, end):
            plane, top = unit // w.rows_out * w.rows, unit % w.rows_out * w.stride_y - w.padding_y
            first, stop = inside(top, w.kernel_y, w.dilation_y, w.rows)
            best = merged
            if first >= stop:
                _fill_missed(line, place, merged, first, number, indices, w)
            for y in range(first, stop, w.dilation_y):
                slot = y % slots
                here = _U(slot * w.columns_out)
                if held[slot] != plane + y + 1:
                    held[slot] = plane + y + 1
                    row, base = (plane + y) * w.columns, np.int32(y * w.columns)
                    if whole > 0:
                        at, to = _U(row + w.first_whole * w.stride_x - w.padding_x), here + _U(w.first_whole)
                        if two:
                            _reduce_two(x, at, s, d, line, place, to, _U(whole), base, indices)
                        elif three:
                            _reduce_three(x, at, s, d, line, place, to, _U(whole), base, indices)
                        else:
                            _reduce_any(x, at, s, d, _U(w.kernel_x), line, place, to, _U(whole), base, indices, taken)
                    _reduce_edges(x, row, line, place, here, whole, base, number, indices, w)
                if y == first:
                    best = here
                    continue
                for j in range(n):
                    value, before, there, where = line[here + j], line[best + j], place[here + j], place[best + j]
                    better = _beats(value, before)
                    before, where = value if better else before, there if better else where
                    line[merged + j] = before
                    if indices:
                        place[merged + j] = where
                best = merged
                merged, other = other, merged
            to = _U(unit * w.columns_out)
            for j in range(n):
                out[to + j] = line[best + j]
            if indices:
                left, stride = np.int32(-w.padding_x), np.int32(w.stride_x)
                for j in range(n):
                    own = np.int32(left + np.int32(stride * np.int32(j)))
                    index[to + j] = np.int64(np.int32(place[best + j] + own))

    return max_pool


@inline
def _fill_missed(line, place, to, first_y, number, indices, w):
    """Fill a row whose windows lie below the plane."""
    for ox in range(w.columns_out):
        line[to + _U(ox)] = number(-np.inf)
        if indices:
            left = ox * w.stride_x - w.padding_x
            first_x, _ = inside(left, w.kernel_x, w.dilation_x, w.columns)
            place[to + _U(ox)] = np.int32(first_y * w.columns + first_x - left)


@inline
def _precedes(value, place, best, before):
    """Whether a sample replaces the best so far, whatever the order in which samples come."""
    larger = (value > best) | ((value == best) & (place < before))
    return larger | ((value != value) & ((best == best) | (place > before)))


def make_columns(number: Any, indices: bool) -> Kernel:
    """Return a kernel that reduces the rows of each window first, for all columns of the input, then its columns.

    For windows far apart or few: its passes are as wide as the input. Places are kept in any case, since they decide
    between equal samples (zeros of both signs, NaN), which do not come in row-major order here.
    """

    def max_pool(x, out, index, begin, end, w):
        """Fill the rows ``[begin, end)`` of ``out`` and ``index``, counted over all planes; all arrays are flat."""
        n = _U(w.columns)
        line, place = np.empty(w.columns, number), np.empty(w.columns, np.int32)
        for unit in range(begin, end):
            plane, top = unit // w.rows_out * w.rows, unit % w.rows_out * w.stride_y - w.padding_y
            first_y, end_y = inside(top, w.kernel_y, w.dilation_y, w.rows)
            base = np.int32(first_y * w.columns)
            for z in range(n):
                line[z] = number(-np.inf)
                place[z] = np.int32(base + np.int32(z))
            for y in range(first_y, end_y, w.dilation_y):
                row, base = _U((plane + y) * w.columns), np.int32(y * w.columns)
                for z in range(n):
                    value, best, where, there = x[row + z], line[z], place[z], np.int32(base + np.int32(z))
                    better = _beats(value, best)
                    best, where = value if better else best, there if better else where
                    line[z], place[z] = best, where
            for ox in range(w.columns_out):
                first_x, end_x = inside(ox * w.stride_x - w.padding_x, w.kernel_x, w.dilation_x, w.columns)
                best, where = number(-np.inf), np.int32(first_y * w.columns + first_x)
                for z in range(first_x, end_x, w.dilation_x):
                    value, there = line[_U(z)], place[_U(z)]
                    better = _precedes(value, there, best, where)
                    best, where = value if better else best, there if better else where
                out[_U(unit * w.columns_out + ox)] = best
                if indices:
                    index[_U(unit * w.columns_out + ox)] = np.int64(where)

    return max_pool
