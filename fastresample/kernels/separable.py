"""One stage: a weighted sum along rows and a weighted sum of rows, in either order, for ``[begin, end)`` output rows.

Horizontal first keeps each filtered source row once in a ring; vertical first sums source rows into one row and
filters that. The intermediate image never exists. Row numbers beyond the source mean its edge rows.
"""

from typing import Any, NamedTuple

import numpy as np

from fastresample import codes
from fastresample.kernels.common import Kernel, inline
from fastresample.kernels.pixels import filter_two_words, spread_weights
from fastresample.kernels.rows import (
    add_high,
    add_rows,
    add_wide,
    copy_line,
    filter_forward,
    filter_inward,
    filter_two,
    filter_words,
    fuse_rows,
    gather_line,
    repeat_edges,
    rounded,
    scatter_line,
    store_cast,
    store_floor,
    store_plus,
    store_rounded,
    store_shifted,
    weigh_row,
)


class Weighing(NamedTuple):
    """What is fixed of one pass when a stage is compiled; types are NumPy scalar types."""

    weight: Any
    sum: int  # codes.SUM_*
    accumulator: Any
    store: int  # codes.STORE_*


class Specialisation(NamedTuple):
    """What is fixed when a stage is compiled."""

    channels: int  # 1, 3, 4 or 0 = given at run time
    taps_x: int  # codes.IDENTITY, TWO or ANY
    order: int  # codes.HORIZONTAL_FIRST or VERTICAL_FIRST
    direct: bool  # C-contiguous (planes, rows, columns * channels); else any (planes, rows, columns, channels)
    edges: bool  # windows reach beyond the columns, where the edge pixel repeats; horizontal first only
    source: Any
    first: Weighing
    between: Any  # kept between the passes
    last: Weighing
    result: Any
    tail: tuple[Any, int]  # accumulator and store of what SUM_BACKWARD leaves at the end of a row


def _limits(kind: Any) -> tuple[int, int]:
    """Return the range of an integer type that the passes may store."""
    if np.dtype(kind).kind not in "iu":
        return (0, 0)
    return int(np.iinfo(kind).min), int(np.iinfo(kind).max)


@inline
def _tail(ring, rows_in, start, n, weights, row, head, real, integral, store, lowest, highest):
    """Sum and store the samples from ``head`` on, forward, in the type ``real``."""
    number = row.dtype.type
    for i in range(head, row.size):
        total = real(0)
        for k in range(n):
            r = min(max(start + k, 0), rows_in - 1)
            total = real(total + real(real(ring[r % ring.shape[0], i]) * real(weights[k])))
        if integral:
            row[i] = number(rounded(total, real, store, real(lowest), real(highest)))
        else:
            row[i] = number(total)


def make_separable(special: Specialisation) -> Kernel:
    """Return the stage for one specialisation."""
    channels, taps_x, order, direct, edges, source, first, between, last, result, (tail_type, tail_store) = special
    # Booleans and whole names, tested in the kernel's own body: Numba prunes such branches before it inlines or types.
    vertical_first, horizontal_first = order == codes.VERTICAL_FIRST, order == codes.HORIZONTAL_FIRST
    identity, two = taps_x == codes.IDENTITY, taps_x == codes.TWO
    along, across = (last, first) if vertical_first else (first, last)
    weight_x = along.weight
    type_x, type_y, store_x, store_y = along.accumulator, across.accumulator, along.store, across.store
    padded_x, padded_y = (np.dtype(how.weight).kind == "i" for how in (along, across))
    inward_x, fuse_x, blocked_x = _is(along.sum, codes.SUM_INWARD, codes.SUM_FUSED, codes.SUM_BLOCKED)
    inward, fuse, blocked = _is(across.sum, codes.SUM_INWARD, codes.SUM_FUSED, codes.SUM_BLOCKED)
    backward, high, wide = _is(across.sum, codes.SUM_BACKWARD, codes.SUM_HIGH, codes.SUM_WIDE)
    cast_x, plus_x = _is(store_x, codes.STORE_CAST, codes.STORE_PLUS)
    shift_x, floor_x = _is(store_x, codes.STORE_SHIFT, codes.STORE_FLOOR)
    cast_y, plus_y = _is(store_y, codes.STORE_CAST, codes.STORE_PLUS)
    shift_y, floor_y = _is(store_y, codes.STORE_SHIFT, codes.STORE_FLOOR)
    phase_x, phase_y = int(vertical_first), int(horizontal_first)
    low_x, high_x = _limits(result if vertical_first else between)
    low_y, high_y = _limits(between if vertical_first else result)
    # Filtered rows go straight into the ring where nothing has to be rounded.
    straight = horizontal_first and cast_x and type_x == between
    words = two and padded_x and channels == 4 and source is np.uint8 and horizontal_first
    buffered = horizontal_first and (edges or not direct or words)
    strided = vertical_first and not direct
    integral = np.dtype(result).kind in "iu"

    def separable(src, out, begin, end, layout, fx, cx, wx, fy, cy, wy, numbers):
        c_n = channels if channels else layout[0]
        width_in, rows_in, rows = layout[1], layout[2], out.shape[1]
        width = out.shape[2] if direct else out.shape[2] * out.shape[3]
        margin = numbers[2] * c_n
        sums_x = np.empty(0 if straight else width, type_x)
        sums_y = np.empty(width_in if vertical_first else width, type_y)
        ring = np.empty((1 if vertical_first else wy.shape[1], sums_y.size), between)
        slots, block = ring.shape[0], 16 // sums_y.itemsize
        if buffered or strided:
            line_a, line_b = np.empty(width_in + 2 * margin, source), np.empty(width_in, source)
        if words:
            near_pixels, far_pixels = np.empty(width, source), np.empty(width, source)
            near_weights, far_weights = np.empty(width, weight_x), np.empty(width, weight_x)
            spread_weights(wx, near_weights, far_weights)
        if not direct:
            line_out = np.empty(width, result)
        oldest, ready, stop = 0, 0, 1
        for row in range(begin, end):
            p, y = row // rows, row % rows
            start, n = fy[y], wy.shape[1] if padded_y else cy[y]
            target = out[p, y] if direct else line_out
            if horizontal_first:
                near = min(max(start, 0), rows_in - 1)
                # The ring holds rows [oldest, stop). A window may begin before the last one, whose zeros were cut off.
                if y == 0 or row == begin or near < oldest or near > stop:
                    oldest = ready = near
                else:
                    ready = stop
                stop = max(ready, min(start + n, rows_in), 1)
                oldest = max(oldest, stop - slots)
            for phase in range(2):
                if phase == phase_x:
                    for r in range(ready, stop):
                        if vertical_first:
                            line = ring[0]
                        elif buffered:
                            if direct:
                                copy_line(src[p, r], line_a, width_in, margin)
                            else:
                                gather_line(src[p, r], line_a, margin)
                            if edges:
                                repeat_edges(line_a, width_in, margin, c_n)
                            line = line_a
                        else:
                            line = src[p, r]
                        goal = target if vertical_first else ring[r % slots]
                        sums = goal if straight else sums_x
                        if identity:
                            weigh_row(line, sums, wx[0, 0])
                        elif words:
                            filter_two_words(line, sums, fx, near_pixels, far_pixels, near_weights, far_weights)
                        elif two:
                            filter_two(line, sums, c_n, padded_x, fuse_x, fx, cx, wx)
                        elif padded_x:
                            filter_words(line, sums, c_n, fx, wx)
                        elif inward_x:
                            filter_inward(line, sums, c_n, fx, cx, wx)
                        else:
                            filter_forward(line, sums, c_n, fuse_x, blocked_x, fx, cx, wx)
                        if straight:
                            pass
                        elif cast_x:
                            store_cast(sums, goal)
                        elif plus_x:
                            store_plus(sums, goal)
                        elif shift_x:
                            store_shifted(sums, goal, numbers[phase_x], low_x, high_x)
                        elif floor_x:
                            store_floor(sums, goal, numbers[phase_x])
                        else:
                            store_rounded(sums, goal, store_x, low_x, high_x)
                else:
                    for k in range(n if blocked else (n + 1) // 2):
                        # The taps that come next: i and j.
                        if inward:
                            i, j = k, n - 1 - k
                        elif blocked:
                            i, j = k, k
                        elif backward:
                            i, j = n - 1 - 2 * k, max(n - 2 - 2 * k, 0)
                        else:
                            i, j = 2 * k, min(2 * k + 1, n - 1)
                        near, far = min(max(start + i, 0), rows_in - 1), min(max(start + j, 0), rows_in - 1)
                        if horizontal_first:
                            a, b = ring[near % slots], ring[far % slots]
                        elif direct:
                            a, b = src[p, near], src[p, far]
                        else:
                            gather_line(src[p, near], line_a, 0)
                            gather_line(src[p, far], line_b, 0)
                            a, b = line_a, line_b
                        if high:
                            add_high(sums_y, a, wy[y, i], b, wy[y, j])
                        elif wide:
                            add_wide(sums_y, a, wy[y, i], b, wy[y, j])
                        elif fuse:
                            fuse_rows(sums_y, k == 0, i != j, a, wy[y, i], b, wy[y, j])
                        elif blocked:
                            if k < 1 + (n - 1) // block * block:
                                add_rows(sums_y, k == 0, False, False, a, wy[y, i], b, wy[y, j])
                            else:
                                fuse_rows(sums_y, False, False, a, wy[y, i], b, wy[y, j])
                        else:
                            add_rows(sums_y, k == 0, i != j, inward, a, wy[y, i], b, wy[y, j])
                    goal = ring[0] if vertical_first else target
                    if cast_y:
                        store_cast(sums_y, goal)
                    elif plus_y:
                        store_plus(sums_y, goal)
                    elif shift_y:
                        store_shifted(sums_y, goal, numbers[phase_y], low_y, high_y)
                    elif floor_y:
                        store_floor(sums_y, goal, numbers[phase_y])
                    else:
                        store_rounded(sums_y, goal, store_y, low_y, high_y)
                    if backward:
                        head = width // numbers[3] * numbers[3]
                        _tail(
                            ring, rows_in, start, n, wy[y], goal, head, tail_type, integral, tail_store, low_y, high_y
                        )
            if not direct:
                scatter_line(line_out, out[p, y])

    return separable


def _is(code: int, *known: int) -> tuple[bool, ...]:
    return tuple(code == other for other in known)
