"""Windows of many rows on bytes by vectors of 256 bits: rows of the source are read once, and then from rings.

Strip by strip of columns rows are interleaved, two at a time, in a ring that the nearest cache holds, where all rows of
the result whose windows have them read them; what comes next is asked for meanwhile. Where rows displace each other in
caches, several strips are read side by side and nothing is asked for before it is needed. Along rows see `taps`, for
the arithmetic `sums`.
"""

import numpy as np

from fastresample.kernels.bytewise.narrow.columns import add_pair, as_words, packed, rounded
from fastresample.kernels.bytewise.narrow.sums import half_of
from fastresample.kernels.bytewise.narrow.taps import HEADER, filter_lines
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.common import forced
from fastresample.kernels.simd.memory import load_i64, prefetch, store_half_bytes
from fastresample.kernels.simd.narrow import (
    half_bytes_in_turn,
    half_bytes_in_turn_upper,
    join_lower,
    join_upper,
    load_half_bytes,
    store_half_words,
    zero_half_words,
)
from fastresample.kernels.vectors import address_of

# Columns of a strip, and the bytes of two interleaved rows of it.
STRIP, _PAIR = 128, 256
# Rows so many bytes apart displace each other; strips that are then read side by side.
_CROWDED, _BESIDE = 2048, 4
# The most lines that wait for the second pass, and their bytes.
_MOST, _BYTES = 64, 1 << 21


@forced
def _make_pairs(place, length, rows, begin, end, ring, slots, strip, strips, last_strip):
    """Interleave pairs [begin, end) of rows, strip by strip; what is behind the last row is it again."""
    slot, last = begin % slots, place + (rows - 1) * length
    one = place + 2 * begin * length
    for _ in range(begin, end):
        two, goal = min(one + length, last), ring + slot * _PAIR
        for number in range(strips):
            x = min(strip + number * STRIP, last_strip)
            for column in range(0, STRIP, 32):
                near, far = load_half_bytes(one + x + column), load_half_bytes(two + x + column)
                store_half_bytes(goal + 2 * column, half_bytes_in_turn(near, far))
                store_half_bytes(goal + 2 * column + 32, half_bytes_in_turn_upper(near, far))
            goal += slots * _PAIR
        one += 2 * length
        slot = slot + 1 if slot + 1 < slots else 0


@forced
def _ask(place, length, begin, end, part, parts, size):
    """Ask for a part of rows [begin, end), of so many bytes each."""
    first, last = begin + (end - begin) * part // parts, begin + (end - begin) * (part + 1) // parts
    for row in range(first, last):
        for x in range(0, size, 64):
            prefetch(place + row * length + x)


@forced
def _add_pairs(sums, place, weights, count, stop, size, digits):
    """Add pairs of rows of a ring to the sums of 32 columns; return these, and where the next pair and its weights are.

    The ring has ``size`` bytes and stops at ``stop``.
    """
    while count > 0:
        some = min(count, (stop - place + _PAIR - 1) // _PAIR)
        for _ in range(some):
            sums = add_pair(sums, load_half_bytes(place), load_half_bytes(place + 32), weights, digits)
            place, weights = place + _PAIR, weights + 8
        count -= some
        place = place if place < stop else place - size
    return sums, place, weights


def make(special):
    """Source rows are summed down the columns into lines, then these are filtered, four at a time."""
    _, _, parts, three, digits, words = special
    digits_x, sample = (WORDS, 2) if words else (digits, 1)

    def narrow_long_taps(src, out, begin, end, numbers, blob):
        rows, width, length = out.shape[1], out.shape[2], src.shape[2]
        rows_in, width_in, overrun, chunks, groups, step = (
            numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5],
        )  # fmt: skip
        shift_x, most_pairs, shift_y, slots = numbers[6], numbers[7], numbers[8], numbers[7]
        entries = address_of(numbers) + 8 * HEADER
        row_table = entries + 8 * (1 + 4 * parts) * chunks
        weights_y = address_of(blob) + numbers[9]
        line = (sample * width_in + overrun + 127) // 64 * 64
        most = max(min(_BYTES // line, _MOST, end - begin), 4)
        size, last_strip = slots * _PAIR, width_in - STRIP
        crowded = length % _CROWDED == 0
        strips = min(_BESIDE if crowded else 1, width_in // STRIP)
        scratch = np.empty(strips * size + most * line + 128, np.uint8)
        spare = (address_of(scratch) + 63) & -64
        ring = spare + 64
        lines = ring + strips * size
        half, zero = half_of(shift_y), zero_half_words()
        row = begin
        while row < end:
            p, y = row // rows, row % rows
            count, place = min(most, end - row, rows - y), address_of(src) + p * src.shape[1] * length
            for strip in range(0, width_in, STRIP * strips):
                ready, beside = np.int64(0), min(strips, (width_in - strip + STRIP - 1) // STRIP)
                for i in range(count):
                    entry, weights_i = row_table + 32 * (y + i), weights_y + (y + i) * most_pairs * 8
                    first, pairs = load_i64(entry), load_i64(entry + 8)
                    fine, fine_too = load_i64(entry + 16), load_i64(entry + 24)
                    fresh, ready = max(ready, first), first + pairs
                    _make_pairs(place, length, rows_in, fresh, ready, ring, slots, strip, beside, last_strip)
                    asked, asked_too, there = fresh, ready, place + strip + 2 * STRIP
                    if crowded:
                        after = entry + 32 if i + 1 < count else row_table + 32 * y
                        asked, asked_too = load_i64(after), load_i64(after) + load_i64(after + 8)
                        asked = max(asked, ready) if i + 1 < count else asked
                        there = place + strip + (0 if i + 1 < count else STRIP * strips)
                    for number in range(beside):
                        x, own = min(strip + number * STRIP, last_strip), ring + number * size
                        goal, stop = lines + i * line + sample * x, own + size
                        for chunk in range(STRIP // 32):
                            part, parts_too = STRIP // 32 * number + chunk, STRIP // 32 * beside
                            _ask(there, length, 2 * asked, 2 * asked_too, part, parts_too, STRIP * beside)
                            here, weights = own + first % slots * _PAIR + 64 * chunk, weights_i
                            sums = half, half, half, half, zero, zero
                            sums, here, weights = _add_pairs(sums, here, weights, fine, stop, size, 1)
                            if digits == 2:
                                some, rest = fine_too - fine, pairs - fine_too
                                sums, here, weights = _add_pairs(sums, here, weights, some, stop, size, 2)
                                sums, here, weights = _add_pairs(sums, here, weights, rest, stop, size, 1)
                            if words:
                                lower, upper = as_words(sums, shift_y, digits)
                                store_half_words(goal + 64 * chunk, join_lower(lower, upper))
                                store_half_words(goal + 64 * chunk + 32, join_upper(lower, upper))
                            else:
                                store_half_bytes(goal + 32 * chunk, packed(rounded(sums, shift_y, digits), digits))
            for i in range(0, count, 4):
                here, target = lines + i * line, address_of(out) + (row + i) * width
                filter_lines(
                    here, line, min(4, count - i), target, width, entries, address_of(blob), chunks, groups, step,
                    shift_x, parts, three, digits_x, spare,
                )  # fmt: skip
            row += count
        return scratch.size  # an address is not a use: this keeps the array alive

    return narrow_long_taps
