"""Windows of several taps on bytes, in fixed point; what is kept between the passes is bytes or words, unclipped.

The result is the plain kernel's. See `sums` for the arithmetic and `tap_tables` for the tables.
"""

from typing import NamedTuple

import numpy as np

from fastresample.kernels.bytewise.memory import LARGE, four_rows
from fastresample.kernels.bytewise.row_tables import ask_ahead
from fastresample.kernels.bytewise.sums import (
    WORDS,
    add_rows,
    add_word_rows,
    clipped,
    filter_four,
    interleaved,
    no_sums,
    totals,
)
from fastresample.kernels.common import forced, inline
from fastresample.kernels.simd.arithmetic import (
    add_words,
    blocks_in_turn,
    blocks_in_turn_upper,
    join_words,
    pack_ints,
    pack_words,
    shift_right,
    shift_words_right_by,
)
from fastresample.kernels.simd.kinds import Words
from fastresample.kernels.simd.memory import (
    load_bytes,
    load_first_bytes,
    load_i64,
    load_words,
    prefetch_later,
    store_bytes,
    store_first_bytes,
    store_words,
)
from fastresample.kernels.simd.permutations import (
    in_order_eights,
    in_order_fours,
    quarter_first,
    spread_i16,
    spread_i32,
    transpose_fours,
)
from fastresample.kernels.vectors import address_of

# Numbers that a kernel takes before its tables of chunks and rows: see `tap_tables`.
HEADER = 12


class Special(NamedTuple):
    """What is fixed when a kernel is compiled."""

    columns_last: bool  # rows are filtered first, then summed down the columns; else the other way round
    along: bool  # whether rows are filtered at all
    parts: int  # windows that the lanes of a chunk are gathered from
    wide: bool  # whether these have 128 bytes, not 64
    digits: int  # of a weight of bytes
    words: bool  # kept between the passes, unclipped, instead of bytes


_halved = shift_right(Words, 1)
_quarter_b, _quarter_c, _quarter_d = (quarter_first(row) for row in (1, 2, 3))


@forced
def _half(shift):
    return spread_i32(np.int32(1) << np.int32(shift - 1))


@forced
def _load_some(address, count):
    return load_bytes(address) if count == 64 else load_first_bytes(address, count)


@forced
def _sum_block(place, length, first, rows, target, count, weights, groups, half, last, digits, words):
    """Weigh and sum up to 64 columns of rows from ``first`` on; those beyond the last weigh nothing."""
    sums = no_sums(half)
    for group in range(groups):
        top = first + 4 * group
        a = _load_some(place + min(top, rows - 1) * length, count)
        b = _load_some(place + min(top + 1, rows - 1) * length, count)
        c = _load_some(place + min(top + 2, rows - 1) * length, count)
        d = _load_some(place + min(top + 3, rows - 1) * length, count)
        sums = add_rows(sums, interleaved(a, b, c, d), weights + 4 * digits * group, digits)
    a, b, c, d = totals(sums, digits, last)
    if words:
        lower, upper = pack_ints(a, b), pack_ints(c, d)
        store_words(target, blocks_in_turn(lower, upper))
        store_words(target + 64, blocks_in_turn_upper(lower, upper))
    elif count == 64:
        store_bytes(target, clipped((a, b, c, d)))
    else:
        store_first_bytes(target, clipped((a, b, c, d)), count)


@inline
def _sum_rows(source, length, first, rows, target, width, weights, groups, half, last, digits, words, fresh, stop):
    """Weigh and sum rows of the source from ``first`` on into a line.

    The line gets clipped bytes or, whole vectors of them, ``words``. Rows ``[fresh, stop)`` will be wanted next.
    """
    size, whole = 2 if words else 1, width // 64 * 64
    for x in range(0, whole, 64):
        place, ahead = source + x, source + fresh * length + x * (stop - fresh)
        for line in range(stop - fresh):  # in the order of memory, by the second cache: the first holds no such rows
            prefetch_later(ahead + 64 * line)
        _sum_block(place, length, first, rows, target + size * x, 64, weights, groups, half, last, digits, words)
    if whole < width:
        place, goal, count = source + whole, target + size * whole, width - whole
        _sum_block(place, length, first, rows, goal, count, weights, groups, half, last, digits, words)


@forced
def _rounded(words, places):
    """Drop the fraction of words, ties up."""
    one = spread_i16(np.int16(1))
    return _halved(add_words(shift_words_right_by(words, np.int32(places - 1)), one))


@inline
def _round_words(line, target, width, places):
    """Drop the fraction of a line of words and clip them to bytes."""
    for x in range(0, width, 64):
        lower, upper = load_words(line + 2 * x), load_words(line + 2 * x + 64)
        value = in_order_eights(pack_words(_rounded(lower, places), _rounded(upper, places)))
        store_first_bytes(target + x, value, min(width - x, 64))


@forced
def _load_four(place):
    return load_bytes(place), load_bytes(place + 64), load_bytes(place + 128), load_bytes(place + 192)


@inline
def _sum_quads(ring, slots, size, quad, target, width, weights, groups, half, last, digits):
    """Weigh and sum ``groups`` slots of the ring, of ``size`` bytes, from ``quad`` on into a row."""
    for x in range(0, width, 64):
        slot = quad % slots
        sums = no_sums(half)
        for group in range(groups):
            place = ring + slot * size + 4 * x
            if digits == WORDS:
                sums = add_word_rows(sums, _load_four(place), _load_four(place + size // 2), weights + 16 * group)
            else:
                sums = add_rows(sums, _load_four(place), weights + 4 * digits * group, digits)
            slot = slot + 1 if slot + 1 < slots else 0
        store_first_bytes(target + x, in_order_fours(clipped(totals(sums, digits, last))), min(width - x, 64))


@forced
def _filter_quad(four, ahead, groups, goal, half_slot, filtering, parts, wide, digits, words):
    """Filter four rows into a slot of the ring. What lies ``ahead`` unless that is 0 will be wanted next.

    ``groups`` is given, for where it is known to be one there need not be a loop.
    """
    chunks, lanes, chunk_table, weights, step, half, last = filtering
    for chunk in range(chunks):
        entry = chunk_table + 8 * chunk * (parts + 1)
        if ahead:
            ask_ahead(four, ahead, entry + 8, parts)
        sums = filter_four(four, entry + 8, weights + load_i64(entry), groups, step, half, last, parts, wide, digits)
        here = goal + 4 * lanes * chunk
        if words:
            store_bytes(here, join_words(sums[0], sums[1]))
            store_bytes(here + half_slot, join_words(sums[2], sums[3]))
        else:
            store_bytes(here, transpose_fours(clipped(sums)))


def make_columns_last(special):
    """Source rows are filtered along their length, four at a time, into a ring; that is summed down the columns."""
    _, _, parts, wide, digits, words = special
    digits_y = WORDS if words else digits
    bytes_y = 16 if words else 4 * digits  # of four rows' weights

    def taps_columns_last(src, out, begin, end, numbers, blob):
        rows, width, length = out.shape[1], out.shape[2], src.shape[2]
        rows_in, width_in, overrun, chunks, lanes = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
        groups_x, step, groups_y, taps_y = numbers[5], numbers[6], numbers[8], numbers[9]
        half_x, half_y = _half(numbers[7]), _half(numbers[10])
        last_x = np.int32(numbers[7] - 8 * (digits - 1))
        last_y = np.int32(numbers[10] - (8 if words else 8 * (digits - 1)))
        chunk_table = address_of(numbers) + 8 * HEADER
        row_table = chunk_table + 8 * chunks * (parts + 1)
        target = address_of(out)
        weights_x, weights_y = address_of(blob), address_of(blob) + numbers[11]
        half_slot = (max(width, chunks * lanes) + 127) // 64 * 256
        size = 2 * half_slot if words else half_slot
        line = (width_in + overrun + 191) // 64 * 64
        scratch = np.empty(groups_y * size + 4 * line + 64, np.uint8)
        ring = (address_of(scratch) + 63) & -64
        lines = ring + groups_y * size
        safe = (src.shape[0] - 1) * src.shape[1] + rows_in - (overrun + length - 1) // length
        ready, large = 0, src.size > LARGE
        for row in range(begin, end):
            p, y = row // rows, row % rows
            first = load_i64(row_table + 8 * y)
            # Windows end with weights of 0 where the source ends.
            quad, stop = first >> 2, (min(first + taps_y, rows_in) + 3) >> 2
            if y == 0 or row == begin or ready < quad:
                ready = quad
            for made in range(ready, stop):
                four = four_rows(src, p, 4 * made, safe, width_in, lines, line)
                goal = ring + made % groups_y * size
                filtering = (chunks, lanes, chunk_table, weights_x, step, half_x, last_x)
                ahead = 4 * length if large else 0
                if parts < 16 and groups_x == 1:
                    _filter_quad(four, ahead, 1, goal, half_slot, filtering, parts, wide, digits, words)
                else:
                    _filter_quad(four, ahead, groups_x, goal, half_slot, filtering, parts, wide, digits, words)
            ready = max(ready, stop)
            _sum_quads(
                ring, groups_y, size, quad, target + row * width, width, weights_y + y * groups_y * bytes_y,
                stop - quad, half_y, last_y, digits_y,
            )  # fmt: skip
        return scratch.size  # an address is not a use: this keeps the array alive

    return taps_columns_last


def make_columns_first(special):
    """Source rows are summed down the columns into four lines, then these are filtered, if ``along``."""
    _, along, parts, wide, digits, words = special
    digits_x = WORDS if words else digits

    def taps_columns_first(src, out, begin, end, numbers, blob):
        rows, width, length = out.shape[1], out.shape[2], src.shape[2]
        rows_in, width_in, overrun, chunks, lanes = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
        groups_x, step, groups_y, taps_y = numbers[5], numbers[6], numbers[8], numbers[9]
        half_x, half_y = _half(numbers[7]), _half(numbers[10])
        last_x = np.int32(numbers[7] - (8 if words else 8 * (digits - 1)))
        last_y = np.int32(numbers[10] - 8 * (digits - 1))
        chunk_table = address_of(numbers) + 8 * HEADER
        row_table = chunk_table + 8 * chunks * (parts + 1)
        source, target = address_of(src), address_of(out)
        weights_x, weights_y = address_of(blob), address_of(blob) + numbers[11]
        line = ((2 if words else 1) * width_in + overrun + 255) // 64 * 64
        scratch = np.empty(4 * line + 64, np.uint8)
        lines = (address_of(scratch) + 63) & -64
        row = begin
        while row < end:
            p, y = row // rows, row % rows
            count = min(4, end - row, rows - y)
            plane = source + p * src.shape[1] * length
            for i in range(count):
                goal = lines + i * line if along or words else target + (row + i) * width
                first, weights = load_i64(row_table + 8 * (y + i)), weights_y + (y + i) * groups_y * 4 * digits
                following = load_i64(row_table + 8 * min(y + i + 1, rows - 1))
                fresh, stop = min(first + taps_y, rows_in), min(following + taps_y, rows_in)
                _sum_rows(
                    plane, length, first, rows_in, goal, width_in, weights, groups_y, half_y, last_y, digits, words,
                    fresh, stop,
                )  # fmt: skip
                if words and not along:
                    _round_words(goal, target + (row + i) * width, width, numbers[7])
            if along:
                four = (
                    lines,
                    lines + min(1, count - 1) * line,
                    lines + min(2, count - 1) * line,
                    lines + min(3, count - 1) * line,
                )
                for chunk in range(chunks):
                    entry = chunk_table + 8 * chunk * (parts + 1)
                    table = weights_x + load_i64(entry)
                    sums = filter_four(four, entry + 8, table, groups_x, step, half_x, last_x, parts, wide, digits_x)
                    value = in_order_fours(clipped(sums))
                    place, left = target + row * width + chunk * lanes, min(16, width - chunk * lanes)
                    store_first_bytes(place, value, left)
                    if count > 1:
                        store_first_bytes(place + width, _quarter_b(value), left)
                    if count > 2:
                        store_first_bytes(place + 2 * width, _quarter_c(value), left)
                    if count > 3:
                        store_first_bytes(place + 3 * width, _quarter_d(value), left)
            row += count
        return scratch.size  # an address is not a use: this keeps the array alive

    return taps_columns_first


def make(special):
    """Return the stage for one specialisation."""
    return make_columns_last(special) if special.columns_last else make_columns_first(special)
