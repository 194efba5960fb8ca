"""Windows of several taps on bytes by vectors of 256 bits, in fixed point, as `taps` does by wider ones.

The result is the plain kernel's. See `sums` for the arithmetic and `tap_requests` for the tables.
"""

from typing import NamedTuple

import numpy as np

from fastresample.kernels.bytewise.narrow.columns import (
    TO_BYTES,
    TO_BYTES_TWICE,
    TO_WORDS,
    strip_of,
    sum_kept_rows,
    sum_strip,
)
from fastresample.kernels.bytewise.narrow.memory import copy_exactly
from fastresample.kernels.bytewise.narrow.sums import filter_four
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.common import forced
from fastresample.kernels.simd.arithmetic import words_as_bytes
from fastresample.kernels.simd.memory import load_i64, prefetch, store_half_bytes
from fastresample.kernels.simd.narrow import (
    drop_fourth_bytes,
    drop_fourth_words,
    in_order_half,
    pack_half_ints,
    pack_half_words,
    store_half_words,
    store_lower,
    store_lower_eight,
    store_lower_third,
    store_upper,
    store_upper_eight,
    store_upper_third,
)
from fastresample.kernels.vectors import address_of

# Numbers that a kernel takes before its tables of chunks and rows: see `tap_requests`.
HEADER = 12


class Special(NamedTuple):
    """What is fixed when a kernel is compiled."""

    columns_last: bool  # rows are filtered first, then summed down the columns; else the other way round
    along: bool  # whether rows are filtered at all
    parts: int  # windows that four lanes are gathered from; four parts: their halves
    three: bool  # whether pixels have three channels, of four lanes
    digits: int  # of a weight of bytes
    words: bool  # kept between the passes, unclipped, instead of bytes


@forced
def _safe(src, rows_in, overrun):
    """Return how many rows there are in all, and behind how many of them windows would leave the memory."""
    rows, length = (src.shape[0] - 1) * src.shape[1] + rows_in, src.shape[2]
    return rows, max(rows - (overrun + length - 1) // length, 0)


@forced
def _row(source, number, safe, length, tail):
    """Address of a source row; those that windows would leave lie in ``tail``, too."""
    return source + number * length if number < safe else tail + (number - safe) * length


@forced
def _two_rows(a, b, c, d, three):
    """Bytes of two rows from the sums of each one's sixteen lanes, a block each."""
    value = in_order_half(pack_half_words(pack_half_ints(a, b), pack_half_ints(c, d)))
    return drop_fourth_bytes(value) if three else value


@forced
def _store_words(place, a, b, three):
    """Store the sums of sixteen lanes as words."""
    words = pack_half_ints(a, b)
    if three:
        value = drop_fourth_words(words_as_bytes(words))
        store_lower(place, value)
        store_upper(place + 12, value)
    else:
        store_half_words(place, words)


@forced
def _store_two(place, next_place, value, both, three, spare, count):
    """Store exactly the bytes of a chunk of one or two rows; a row of less than a chunk has ``count``."""
    if count < (12 if three else 16):
        store_half_bytes(spare, value)
        copy_exactly(spare, place, count)
        if both:
            copy_exactly(spare + 16, next_place, count)
    elif three:
        store_lower_eight(place, value)
        store_lower_third(place + 8, value)
        if both:
            store_upper_eight(next_place, value)
            store_upper_third(next_place + 8, value)
    else:
        store_lower(place, value)
        if both:
            store_upper(next_place, value)


@forced
def filter_lines(
    lines, line, count, place, width, entries, table, chunks, groups, step, shift, parts, three, digits, spare
):
    """Filter one to four lines, ``line`` bytes apart, along their length into rows of ``width`` bytes."""
    four = (
        lines,
        lines + min(1, count - 1) * line,
        lines + min(2, count - 1) * line,
        lines + min(3, count - 1) * line,
    )
    size = 32 + groups * (96 if digits == 2 else 64)
    for _ in range(chunks):
        goal, base = place + load_i64(entries), entries + 8
        a, b, c, d = filter_four(four, base, table, size, groups, step, shift, parts, digits)
        base, table = base + 16 * parts, table + size * (2 if parts == 4 else 1)
        e, f, g, h = filter_four(four, base, table, size, groups, step, shift, parts, digits)
        entries, table = base + 16 * parts, table + size * (2 if parts == 4 else 1)
        _store_two(goal, goal + width, _two_rows(a, e, b, f, three), count > 1, three, spare, width)
        if count > 2:
            goal += 2 * width
            _store_two(goal, goal + width, _two_rows(c, g, d, h, three), count > 3, three, spare, width)


def make_columns_last(special):
    """Source rows are filtered along their length, four at a time, into a ring; that is summed down the columns."""
    _, _, parts, three, digits, words = special
    digits_y = WORDS if words else digits
    sample = 2 if words else 1

    def narrow_columns_last(src, out, begin, end, numbers, blob):
        rows, width, length = out.shape[1], out.shape[2], src.shape[2]
        rows_in, width_in, overrun, chunks, groups, step = (
            numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5],
        )  # fmt: skip
        shift_x, most_pairs, shift_y, slots = numbers[6], numbers[7], numbers[8], numbers[10]
        entries, entry_size = address_of(numbers) + 8 * HEADER, 8 * (1 + 4 * parts)
        row_table = entries + entry_size * chunks
        weights_x, weights_y = address_of(blob), address_of(blob) + numbers[9]
        table_size = 32 + groups * (96 if digits == 2 else 64)
        chunk_size = table_size * (4 if parts == 4 else 2)
        source, target = address_of(src), address_of(out)
        total, safe = _safe(src, rows_in, overrun)
        left = max((total - safe - 1) * length + width_in, 0)
        size = (sample * max(width, 32) + 127) // 64 * 64
        room = 64 if words else 6 * width + 256
        scratch = np.empty(room + slots * size + left + overrun + 256, np.uint8)
        places = np.empty(2 * most_pairs, np.int64)
        spare = (address_of(scratch) + 63) & -64
        ring = spare + room // 64 * 64
        tail, lines = ring + slots * size, address_of(places)
        if safe < total:
            copy_exactly(source + safe * length, tail, left)
        ready = 0
        for row in range(begin, end):
            p, y = row // rows, row % rows
            first, pairs = load_i64(row_table + 16 * y), load_i64(row_table + 16 * y + 8)
            stop, origin = min(first + 2 * pairs, rows_in), p * src.shape[1]
            if y == 0 or row == begin or ready < first:
                ready = first
            while ready < stop:  # four at a time, be they wanted or not
                four = (
                    _row(source, origin + ready, safe, length, tail),
                    _row(source, origin + min(ready + 1, rows_in - 1), safe, length, tail),
                    _row(source, origin + min(ready + 2, rows_in - 1), safe, length, tail),
                    _row(source, origin + min(ready + 3, rows_in - 1), safe, length, tail),
                )
                goals = (
                    ring + ready % slots * size,
                    ring + (ready + 1) % slots * size,
                    ring + (ready + 2) % slots * size,
                    ring + (ready + 3) % slots * size,
                )
                for chunk in range(chunks):
                    entry, table = entries + chunk * entry_size, weights_x + chunk * chunk_size
                    here, base = sample * load_i64(entry), entry + 8
                    ahead = load_i64(base) + 4 * length
                    for one in four:
                        prefetch(one + ahead)
                    a, b, c, d = filter_four(four, base, table, table_size, groups, step, shift_x, parts, digits)
                    base, table = base + 16 * parts, table + chunk_size // 2
                    e, f, g, h = filter_four(four, base, table, table_size, groups, step, shift_x, parts, digits)
                    if words:
                        _store_words(goals[0] + here, a, e, three)
                        _store_words(goals[1] + here, b, f, three)
                        _store_words(goals[2] + here, c, g, three)
                        _store_words(goals[3] + here, d, h, three)
                    else:
                        value = _two_rows(a, e, b, f, three)
                        store_lower(goals[0] + here, value)
                        store_upper(goals[1] + here, value)
                        value = _two_rows(c, g, d, h, three)
                        store_lower(goals[2] + here, value)
                        store_upper(goals[3] + here, value)
                ready += 4
            for k in range(2 * pairs):
                places[k] = ring + min(first + k, rows_in - 1) % slots * size
            weights = weights_y + y * most_pairs * 8
            sum_kept_rows(lines, weights, pairs, target + row * width, width, spare, shift_y, digits_y)
        return scratch.size + places.size  # an address is not a use: this keeps the arrays alive

    return narrow_columns_last


def make_columns_first(special):
    """Source rows are summed down the columns into four lines, then these are filtered, if ``along``."""
    _, along, parts, three, digits, words = special
    digits_x = WORDS if words else digits
    kind = (TO_WORDS if along else TO_BYTES_TWICE) if words else TO_BYTES

    def narrow_columns_first(src, out, begin, end, numbers, blob):
        rows, width, length = out.shape[1], out.shape[2], src.shape[2]
        rows_in, width_in, overrun, chunks, groups, step = (
            numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5],
        )  # fmt: skip
        shift_x, most_pairs, shift_y, fraction = numbers[6], numbers[7], numbers[8], numbers[11]
        entries, entry_size = address_of(numbers) + 8 * HEADER, 8 * (1 + 4 * parts)
        row_table = entries + entry_size * chunks
        weights_x, weights_y = address_of(blob), address_of(blob) + numbers[9]
        source, target = address_of(src), address_of(out)
        total, safe = _safe(src, rows_in, max(32 - width_in, 0))
        left = max((total - safe - 1) * length + width_in, 0)
        line = ((2 if words else 1) * max(width_in, 32) + overrun + 127) // 64 * 64
        strip, room = strip_of(most_pairs, rows_in, rows)
        scratch = np.empty(room + 4 * line + left + 256, np.uint8)
        places = np.empty(5 * 2 * most_pairs, np.int64)  # of rows of the source, for four results and one more
        counts = np.empty(5, np.int64)
        spare = (address_of(scratch) + 63) & -64
        lines = spare + room
        tail = lines + 4 * line
        if safe < total:
            copy_exactly(source + safe * length, tail, left)
        row = begin
        while row < end:
            p, y = row // rows, row % rows
            count, origin = min(4, end - row, rows - y), p * src.shape[1]
            for i in range(count + 1):
                entry = row_table + 16 * min(y + i, rows - 1)
                first, pairs = load_i64(entry), load_i64(entry + 8)
                counts[i] = 2 * pairs
                for k in range(2 * pairs):
                    there = _row(source, origin + min(first + k, rows_in - 1), safe, length, tail)
                    places[i * 2 * most_pairs + k] = there
            for x in range(0, width_in, strip):
                stop = min(x + strip, width_in)
                for i in range(count):
                    goal = lines + i * line if along else target + (row + i) * width
                    here = address_of(places) + 16 * most_pairs * i
                    near, fresh, off = here + 16 * most_pairs, counts[i + 1], 0
                    if i + 1 < count:  # most of its rows are these
                        first, following = load_i64(row_table + 16 * (y + i)), load_i64(row_table + 16 * (y + i + 1))
                        known = min(max(first + counts[i] - following, 0), fresh)
                        near, fresh = near + 8 * known, fresh - known
                    elif stop < width_in:
                        near, fresh, off = address_of(places), counts[0], strip
                    else:
                        off = -x
                    sum_strip(
                        here, weights_y + (y + i) * most_pairs * 8, counts[i] // 2, goal, x, stop, width_in, spare,
                        shift_y, fraction, digits, kind, near, fresh, off,
                    )  # fmt: skip
            if along:
                filter_lines(
                    lines, line, count, target + row * width, width, entries, weights_x, chunks, groups, step, shift_x,
                    parts, three, digits_x, spare,
                )  # fmt: skip
            row += count
        return scratch.size + places.size + counts.size  # an address is not a use: this keeps the arrays alive

    return narrow_columns_first


def make(special):
    """Return the stage for one specialisation."""
    return make_columns_last(special) if special.columns_last else make_columns_first(special)
