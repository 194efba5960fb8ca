"""Windows of many taps on bytes, in fixed point, where images shrink much: every sample is read and put in order once.

Down the columns 64 bytes of the source's rows at a time become quads, four rows interleaved, in a ring that the nearest
cache holds, where all rows of the result whose windows have them read them. Along rows see `spans`, for the arithmetic
`sums`.
"""

from typing import NamedTuple

import numpy as np

from fastresample.kernels.bytewise.memory import four_rows
from fastresample.kernels.bytewise.spans import ORDERS, filter_spans
from fastresample.kernels.bytewise.sums import WORDS, add_rows, clipped, interleaved, no_sums, totals
from fastresample.kernels.common import forced
from fastresample.kernels.simd.arithmetic import blocks_in_turn, blocks_in_turn_upper, pack_ints
from fastresample.kernels.simd.memory import (
    load_bytes,
    load_first_bytes,
    prefetch,
    store_bytes,
    store_first_bytes,
    store_words,
)
from fastresample.kernels.simd.permutations import (
    in_order_fours,
    quarter_first,
    spread_i32,
    transpose_fours,
)
from fastresample.kernels.vectors import address_of

_U = np.uintp
# Rows of the source that are read before the next columns of them; how far ahead these are asked for, in bytes.
_REACH, _AHEAD = 1500, 256
# The most lines that wait for the second pass, and their bytes.
_MOST, _BYTES = 64, 1 << 21
_quarter_b, _quarter_c, _quarter_d = (quarter_first(row) for row in (1, 2, 3))


class Special(NamedTuple):
    """What is fixed when a kernel is compiled."""

    columns_last: bool  # rows are filtered first, then summed down the columns; else the other way round
    digits: int  # of a weight of bytes
    words: bool  # kept between the passes, unclipped, instead of bytes


# Numbers that a kernel takes.
ROWS_IN, WIDTH_IN, OVERRUN, CHANNELS, BLOCKS, STEP, SHIFT_X, SHIFT_Y, TAPS_Y, GROUPS_Y = range(10)


@forced
def _half(shift):
    return spread_i32(np.int32(np.int32(1) << np.int32(shift - 1)))


@forced
def _add_quads(quads, slots, size, quad, weights, groups, half, digits):
    """Weigh and add ``groups`` quads of a ring, ``size`` bytes apart, from number ``quad`` on."""
    slot, sums = quad % slots, no_sums(half)
    place, stop = quads + slot * size, quads + slots * size
    for _ in range(groups):
        four = load_bytes(place), load_bytes(place + 64), load_bytes(place + 128), load_bytes(place + 192)
        sums = add_rows(sums, four, weights, digits)
        weights += 4 * digits
        place += size
        place = place if place < stop else quads
    return sums


@forced
def _make_quads(place, length, rows, ready, stop, ring, slots, count):
    """Interleave up to 64 columns of the source's rows, four by four; those behind the last row are it again."""
    slot, one, last, some = ready % slots, place + 4 * ready * length, place + (rows - 1) * length, min(count, 64)
    for _ in range(ready, stop):
        a, b = load_first_bytes(one, some), load_first_bytes(min(one + length, last), some)
        c, d = load_first_bytes(min(one + 2 * length, last), some), load_first_bytes(min(one + 3 * length, last), some)
        ahead = one + _AHEAD
        prefetch(ahead)
        prefetch(ahead + length)
        prefetch(ahead + 2 * length)
        prefetch(ahead + 3 * length)
        a, b, c, d = interleaved(a, b, c, d)
        goal = ring + slot * 256
        store_bytes(goal, a)
        store_bytes(goal + 64, b)
        store_bytes(goal + 128, c)
        store_bytes(goal + 192, d)
        one += 4 * length
        slot = slot + 1 if slot + 1 < slots else 0


@forced
def _keep(sums, target, last, digits, words):
    """Round the sums of 64 columns and store them, with what is behind them."""
    a, b, c, d = totals(sums, digits, last)
    if words:
        lower, upper = pack_ints(a, b), pack_ints(c, d)
        store_words(target, blocks_in_turn(lower, upper))
        store_words(target + 64, blocks_in_turn_upper(lower, upper))
    else:
        store_bytes(target, clipped((a, b, c, d)))


@forced
def _part_rows(line, target, width, count):
    """Store up to four rows, whose bytes lie in turn."""
    for x in range(0, width, 16):
        value, left = in_order_fours(transpose_fours(load_bytes(line + 4 * x))), min(width - x, 16)
        store_first_bytes(target + x, value, left)
        if count > 1:
            store_first_bytes(target + width + x, _quarter_b(value), left)
        if count > 2:
            store_first_bytes(target + 2 * width + x, _quarter_c(value), left)
        if count > 3:
            store_first_bytes(target + 3 * width + x, _quarter_d(value), left)


def make_columns_first(special):
    """Source rows are summed down the columns into many lines, 64 bytes at a time; then these are filtered."""
    _, digits, words = special
    digits_x, sample = WORDS if words else digits, 2 if words else 1

    def long_taps_columns_first(src, out, begin, end, numbers, blob, first_x, first_y, weights_y):
        rows, width, length = out.shape[1], out.shape[2], src.shape[2]
        rows_in, width_in, taps, slots = numbers[ROWS_IN], numbers[WIDTH_IN], numbers[TAPS_Y], numbers[GROUPS_Y]
        half_x, half_y = _half(numbers[SHIFT_X]), _half(numbers[SHIFT_Y])
        last_x = np.int32(numbers[SHIFT_X] - (8 if words else 0))
        last_y = np.int32(numbers[SHIFT_Y] - 8 * (digits - 1))
        spans = address_of(blob), numbers[BLOCKS], numbers[CHANNELS], numbers[STEP]
        line, ring_size = (sample * width_in + numbers[OVERRUN] + 255) // 64 * 64, 256 * slots
        few = max(min((_REACH - taps) * rows // rows_in, _BYTES // line, _MOST) // 4 * 4, 4)
        most = min(few, rows, end - begin)
        scratch = np.empty(ring_size + most * line + 4 * width + 128, np.uint8)
        ring = (address_of(scratch) + 63) & -64
        lines = ring + ring_size
        mixed, row = lines + most * line, begin
        while row < end:
            p, y = row // rows, row % rows
            count, plane = min(most, end - row, rows - y), address_of(src) + p * src.shape[1] * length
            for x in range(0, width_in, 64):
                ready = np.int64(0)
                for i in range(count):
                    first = np.int64(first_y[_U(y + i)])
                    quad, stop = first >> 2, (min(first + taps, rows_in) + 3) >> 2
                    _make_quads(plane + x, length, rows_in, max(ready, quad), stop, ring, slots, width_in - x)
                    ready = max(ready, stop)
                    weights = address_of(weights_y) + 4 * weights_y.shape[1] * (y + i)
                    sums = _add_quads(ring, slots, 256, quad, weights, stop - quad, half_y, digits)
                    _keep(sums, lines + i * line + sample * x, last_y, digits, words)
            for i in range(0, count, 4):
                here, left = lines + i * line, count - i
                four = (
                    here,
                    here + min(1, left - 1) * line,
                    here + min(2, left - 1) * line,
                    here + min(3, left - 1) * line,
                )
                filter_spans(four, 0, first_x, spans[0] + ORDERS, spans, half_x, last_x, digits_x, mixed)
                _part_rows(mixed, address_of(out) + (row + i) * width, width, left)
            row += count
        return scratch.size  # an address is not a use: this keeps the array alive

    return long_taps_columns_first


def make_columns_last(special):
    """Source rows are filtered along their length, four at a time, into a ring; that is summed down the columns."""
    _, digits, _ = special

    def long_taps_columns_last(src, out, begin, end, numbers, blob, first_x, first_y, weights_y):
        rows, width, length = out.shape[1], out.shape[2], src.shape[2]
        rows_in, width_in, taps, slots = numbers[ROWS_IN], numbers[WIDTH_IN], numbers[TAPS_Y], numbers[GROUPS_Y]
        half_x, half_y = _half(numbers[SHIFT_X]), _half(numbers[SHIFT_Y])
        last_x, last_y = np.int32(numbers[SHIFT_X]), np.int32(numbers[SHIFT_Y] - 8 * (digits - 1))
        spans = address_of(blob), numbers[BLOCKS], numbers[CHANNELS], numbers[STEP]
        size, overrun = (4 * width + 319) // 64 * 64, numbers[OVERRUN]
        line = (width_in + overrun + 191) // 64 * 64
        scratch = np.empty(slots * size + 4 * line + 64, np.uint8)
        ring = (address_of(scratch) + 63) & -64
        lines = ring + slots * size
        safe = (src.shape[0] - 1) * src.shape[1] + rows_in - (overrun + length - 1) // length
        ready = np.int64(0)
        for row in range(begin, end):
            p, y = row // rows, row % rows
            first = np.int64(first_y[_U(y)])
            quad, stop = first >> 2, (min(first + taps, rows_in) + 3) >> 2
            if y == 0 or row == begin or ready < quad:
                ready = quad
            for made in range(ready, stop):
                four = four_rows(src, p, 4 * made, safe, width_in, lines, line)
                goal = ring + made % slots * size
                filter_spans(four, 4 * length, first_x, spans[0] + ORDERS, spans, half_x, last_x, digits, goal)
            ready = max(ready, stop)
            weights, target = address_of(weights_y) + 4 * weights_y.shape[1] * y, address_of(out) + row * width
            for x in range(0, width, 64):
                sums = _add_quads(ring + 4 * x, slots, size, quad, weights, stop - quad, half_y, digits)
                value = in_order_fours(clipped(totals(sums, digits, last_y)))
                store_first_bytes(target + x, value, min(width - x, 64))
        return scratch.size  # an address is not a use: this keeps the array alive

    return long_taps_columns_last


def make(special):
    """Return the stage for one specialisation."""
    return make_columns_last(special) if special.columns_last else make_columns_first(special)
