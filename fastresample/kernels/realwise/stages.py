"""The stages: rows are filtered, many at once, into a ring that is summed down the columns; or the other way round."""

from typing import Any, NamedTuple

import numpy as np

from fastresample import codes
from fastresample.kernels.common import Kernel, forced
from fastresample.kernels.realwise.columns import TILE, VECTOR, filter_rows, filter_sums
from fastresample.kernels.realwise.sums import store_line, store_sums
from fastresample.kernels.simd.memory import load_first_bytes, load_i64, store_bytes, store_i64
from fastresample.kernels.vectors import address_of

_NEAR = 1 << 15  # bytes that the nearest cache holds beside others


class Special(NamedTuple):
    """What is fixed when a kernel is compiled; types are NumPy scalar types."""

    columns_last: bool  # rows are filtered first, then summed down the columns; else the other way round
    source: Any
    real: Any  # of weights and sums
    first: tuple[int, int]  # codes.SUM_* and STORE_* of the pass that comes first
    single: bool  # its sums are kept as float32, whatever they are
    last: tuple[int, int]
    result: Any
    along: bool  # whether rows are filtered at all
    short: bool = False  # samples wait as float32 for being summed


def _limits(kind: Any) -> tuple[float, float]:
    """Return the range of an integer type; nothing is clipped for others."""
    if np.dtype(kind).kind not in "iu":
        return (0.0, 0.0)
    return float(np.iinfo(kind).min), float(np.iinfo(kind).max)


@forced
def _inside(row, rows):
    return min(max(np.int64(row), 0), rows - 1)


@forced
def _list_rows(rows, plane, length, first, taps, rows_in):
    """List the addresses of a window's rows."""
    for k in range(taps):
        store_i64(rows + 8 * k, plane + _inside(first + k, rows_in) * length)


def make_columns_last(special: Special) -> Kernel:
    """Source rows are filtered along their length into a ring; that is summed down the columns."""
    _, source, number, (sum_x, store_x), single, (sum_y, store_y), result, along, _ = special
    item, size, wide = np.dtype(number).itemsize, np.dtype(source).itemsize, np.dtype(result).itemsize
    lanes = VECTOR // item
    inward = sum_x == codes.SUM_INWARD
    (low_x, high_x), (low, high) = _limits(source), _limits(result)
    backward = sum_y == codes.SUM_BACKWARD
    step, after = lanes * (item if along else size), lanes * wide

    def reals_columns_last(src, out, begin, end, layout, fx, cx, wx, fy, cy, wy, numbers):
        sample, real, kind = source(0), number(0), result(0)
        summed = real if along else sample
        from_zero = inward and wx.shape[1] != 2  # as the plain kernel, which has a loop for two taps
        channels, width_in, rows_in, margin = layout[0], layout[1], layout[2], numbers[2] * layout[0]
        rows, width, length, taps = out.shape[1], out.shape[2], src.shape[2] * size, wy.shape[1]
        slots, line = taps + lanes, (width * item + 5 * VECTOR - 1) // (4 * VECTOR) * (4 * VECTOR) + VECTOR
        slot_of, lists = np.empty(rows_in if along else 0, np.int64), np.empty(2 * lanes + taps, np.int64)
        sources, goals, window = address_of(lists), address_of(lists) + 8 * lanes, address_of(lists) + 16 * lanes
        spare = (width_in + 2 * margin + 4) * VECTOR + (lanes + 4) * VECTOR
        scratch = np.empty((slots + 1) * line + spare + VECTOR if along else 0, np.uint8)
        ring = (address_of(scratch) + VECTOR - 1) & -VECTOR
        short = ring + (slots + 1) * line  # copies of rows of less than four samples
        buffer = short + lanes * VECTOR
        columns = buffer + 4 * VECTOR + margin * VECTOR
        how, finish = (item, step, sum_y, False), (after, store_y, low, high)
        row, top, made, begun = begin, np.int64(0), 0, np.int64(-1)
        while row < end:
            p, y = row // rows, row % rows
            stop, last = min(rows, y + end - row), y
            plane = address_of(src) + p * src.shape[1] * length
            if along:
                if p != begun:  # rows of another plane
                    begun, top = p, np.int64(0)
                pending = 0
                while last < stop and pending < lanes:
                    fresh = max(_inside(fy[last], rows_in), top)
                    if fresh > _inside(fy[last] + cy[last] - 1, rows_in):
                        last += 1
                        continue
                    here = plane + fresh * length
                    if width_in < 4:
                        store_bytes(short + VECTOR * pending, load_first_bytes(here, width_in * size))
                        here = short + VECTOR * pending
                    store_i64(sources + 8 * pending, here)
                    store_i64(goals + 8 * pending, ring + made % slots * line)
                    slot_of[fresh] = made % slots
                    made, pending, top = made + 1, pending + 1, fresh + 1
                for k in range(pending, lanes):  # lanes that mean nothing
                    store_i64(sources + 8 * k, load_i64(sources))
                    store_i64(goals + 8 * k, ring + slots * line)
                if pending:
                    widths, windows = (width_in, width, channels, margin), (fx, cx, wx)
                    filter_rows(
                        sample, real, sources, size, widths, windows, (item, VECTOR, sum_x, from_zero),
                        (store_x, single, low_x, high_x), columns, buffer, goals,
                    )  # fmt: skip
            else:
                last += 1
            for k in range(y, last):
                n, weights = np.int64(cy[k]), address_of(wy) + item * taps * k
                target = address_of(out) + (row + k - y) * width * wide
                if along:
                    for j in range(n):
                        store_i64(window + 8 * j, ring + slot_of[_inside(fy[k] + j, rows_in)] * line)
                    store_sums(real, real, window, weights, n, how, kind, target, width, finish)
                else:
                    _list_rows(window, plane, length, fy[k], n, rows_in)
                    store_sums(sample, real, window, weights, n, how, kind, target, width, finish)
                if backward:  # the end of the row is summed forward
                    head = width // numbers[3] * numbers[3]
                    for j in range(n):
                        store_i64(window + 8 * j, load_i64(window + 8 * j) + head * (step // lanes))
                    rest, target = (item, step, codes.SUM_FORWARD, True), target + head * wide
                    store_sums(summed, real, window, weights, n, rest, kind, target, width - head, finish)
            row += last - y
        return scratch.size + lists.size  # an address is not a use: this keeps the arrays alive

    return reals_columns_last


@forced
def _list_kept(rows, ring, room, slots, first, taps, rows_in):
    """List where the rows of a window are in a ring."""
    for k in range(taps):
        store_i64(rows + 8 * k, ring + _inside(first + k, rows_in) % slots * room)


def make_columns_first(special: Special) -> Kernel:
    """Source rows are summed down the columns, into as many rows as a vector has lanes; these are filtered."""
    _, source, number, (sum_y, store_y), single, (sum_x, store_x), result, _, short = special
    item, size, wide = np.dtype(number).itemsize, np.dtype(source).itemsize, np.dtype(result).itemsize
    lanes, waiting = VECTOR // item, np.float32 if short else number
    kept_size = np.dtype(waiting).itemsize
    room = 4 * lanes * kept_size  # bytes of a row in a tile
    inward = sum_x == codes.SUM_INWARD
    (low_y, high_y), (low, high) = _limits(source), _limits(result)

    def reals_columns_first(src, out, begin, end, layout, fx, cx, wx, fy, cy, wy, numbers):
        sample, kept, real, kind = source(0), waiting(0), number(0), result(0)
        from_zero = inward and wx.shape[1] != 2
        channels, width_in, rows_in = layout[0], layout[1], layout[2]
        rows, width, length, taps = out.shape[1], out.shape[2], src.shape[2] * size, wy.shape[1]
        line = (width * item + VECTOR - 1) // VECTOR * VECTOR + VECTOR
        lists = np.empty(5 * lanes + lanes * taps, np.int64)
        goals, table, bounds = address_of(lists), address_of(lists) + 8 * lanes, address_of(lists) + 16 * lanes
        windows, slots, stop = bounds + 24 * lanes, np.int64(1), np.int64(0)
        whole = np.int64(1)  # rows that all sums of a group are made of
        for y in range(rows):
            stop = max(stop, _inside(fy[y] + cy[y] - 1, rows_in) + 1)
            slots = max(slots, stop - _inside(fy[y], rows_in))
            whole = max(whole, stop - _inside(fy[max(y - lanes + 1, 0)], rows_in))
        together = whole * room <= _NEAR
        slots = whole if together else slots
        spare = lanes * TILE + slots * room + (width_in + 4 * lanes + 6) * VECTOR
        scratch = np.zeros(lanes * line + spare, np.uint8)
        lines = (address_of(scratch) + VECTOR - 1) & -VECTOR
        tile = lines + lanes * line
        ring = tile + lanes * TILE
        buffer = ring + slots * room
        columns = buffer + 4 * VECTOR
        for i in range(lanes):
            store_i64(goals + 8 * i, lines + i * line)
            store_i64(table + 8 * i, tile + TILE * i)
        row = begin
        while row < end:
            p, y = row // rows, row % rows
            count = min(lanes, end - row, rows - y)
            plane, stop = address_of(src) + p * src.shape[1] * length, np.int64(0)
            for i in range(count):
                first, n = np.int64(fy[y + i]), np.int64(cy[y + i])
                _list_kept(windows + 8 * taps * i, ring, room, slots, first, n, rows_in)
                fresh = max(_inside(first, rows_in), stop)
                stop = max(fresh, _inside(first + n - 1, rows_in) + 1)
                store_i64(bounds + 24 * i, fresh if i == 0 or not together else stop)
                store_i64(bounds + 24 * i + 8, stop)
                store_i64(bounds + 24 * i + 16, fresh % slots)
            if together:
                store_i64(bounds + 8, stop)
            down = (windows, bounds, address_of(wy), cy, taps, y, count)
            tiles = (table, tile, ring, slots, plane, length)
            hows = (item, VECTOR, sum_y, False), (item, VECTOR, sum_x, from_zero)
            filter_sums(
                sample, kept, real, size, kept_size, down, tiles, (width_in, width, channels), (fx, cx, wx), hows,
                (store_y, single, low_y, high_y), columns, buffer, goals,
            )  # fmt: skip
            for i in range(count):
                target = address_of(out) + (row + i) * width * wide
                store_line(real, item, lines + i * line, kind, target, width, (lanes * wide, store_x, low, high))
            row += count
        return scratch.size + lists.size  # an address is not a use: this keeps the arrays alive

    return reals_columns_first


def make(special: Special) -> Kernel:
    """Return the stage for one specialisation."""
    return make_columns_last(special) if special.columns_last else make_columns_first(special)
