"""Windows of several taps on bytes in fixed point, rows first, with words between the passes.

Source rows are filtered four at a time into a ring whose rows are pairs: words of a row and of the next one in turn.
So any window of rows is a few of the ring's, whether it begins at an even or an odd one, and `dot_words` adds two rows
at once. Where all weights of an axis are whole multiples of a power of two, as where sizes are doubled or halved, it is
taken from them and from the shift; a single digit is then enough.
"""

from typing import Any, NamedTuple

import numpy as np

from fastresample import codes
from fastresample.kernels.bytewise.memory import LARGE, four_rows, four_slots
from fastresample.kernels.bytewise.row_tables import (
    CHUNKS,
    COLUMNS,
    GROUPS,
    HEAD,
    LANES,
    OVERRUN,
    STEP,
    ask_ahead,
)
from fastresample.kernels.bytewise.sums import WORDS, clipped, filter_four, total
from fastresample.kernels.bytewise.word_tap_tables import packed
from fastresample.kernels.common import Kernel, array_type, forced, inline
from fastresample.kernels.simd.arithmetic import bytes_as_ints, dot_words, join_words, shift_right
from fastresample.kernels.simd.kinds import Ints
from fastresample.kernels.simd.memory import (
    load_bytes,
    load_i32,
    load_i64,
    store_bytes,
    store_first_bytes,
)
from fastresample.kernels.simd.permutations import in_order_fours, spread_bytes, spread_i32, zero_ints
from fastresample.kernels.tiers import VBMI, tier
from fastresample.kernels.vectors import address_of

_U = np.uintp
_second_of_pair = shift_right(Ints, 16)


class Specialisation(NamedTuple):
    """What is fixed when a kernel is compiled."""

    parts: int  # windows that the lanes of a chunk are gathered from
    wide: bool  # whether these have 128 bytes, not 64
    single: bool  # whether one digit, a byte along rows and a word across, is enough; else three and two


def matches(request: Any) -> bool:
    """Whether filtered rows are words, unclipped, that real numbers weigh exactly."""
    if not (request.direct and request.source == request.result == "uint8" and tier() is VBMI):
        return False
    first, between, _, last, _ = request.arithmetic
    fixed = (first.weight, first.sum, first.accumulator, first.store)
    inside = request.order == codes.HORIZONTAL_FIRST and not request.edges and request.taps_x != codes.IDENTITY
    words = between == "int16" and fixed == ("int32", codes.SUM_INWARD, "int32", codes.STORE_SHIFT)
    exact = (last.weight, last.sum, last.store) == ("float64", codes.SUM_INWARD, codes.STORE_UP)
    return bool(inside and words and exact)


def prepare(request: Any, tables: Any) -> tuple[Specialisation, tuple[Any, ...]] | None:
    """Return what the kernel is specialised on and its tables, or None where these are beyond it."""
    found = packed(tables)
    if found is None:
        return None
    parts, wide, single, packed_tables = found
    return Specialisation(parts, wide, single), packed_tables


TABLES = (array_type(np.uint8, 1), array_type(np.int32, 1), array_type(np.uint32, 2), array_type(np.int64, 1))


@forced
def _filter_rows(four, goals, ahead, header, entries, tables, groups, half, last, parts, wide, digits):
    """Filter four source rows into pairs: the second row of the one before, which begins as the one before that ends.

    ``groups`` is given, for where it is known to be one there need not be a loop. What lies ``ahead`` unless that is 0
    will be wanted next.
    """
    lanes, step = header[LANES], header[STEP]
    before, goal_a, goal_b, goal_c, goal_d = goals
    for chunk in range(header[CHUNKS]):
        entry, x = entries + 8 * chunk * (parts + 1), 4 * lanes * chunk
        table = tables + load_i64(entry)
        if ahead:
            ask_ahead(four, ahead, entry + 8, parts)
        a, b, c, d = filter_four(four, entry + 8, table, groups, step, half, last, parts, wide, digits)
        store_bytes(goal_a + x, join_words(_second_of_pair(bytes_as_ints(load_bytes(before + x))), a))
        store_bytes(goal_b + x, join_words(a, b))
        store_bytes(goal_c + x, join_words(b, c))
        store_bytes(goal_d + x, join_words(c, d))


@forced
def _add_pair(sums, place, low, high, single):
    """Weigh and add a pair of rows, 64 columns of it."""
    a0, b0, c0, d0, a1, b1, c1, d1 = sums
    a, b, c, d = load_bytes(place), load_bytes(place + 64), load_bytes(place + 128), load_bytes(place + 192)
    a0, b0, c0, d0 = dot_words(a0, a, low), dot_words(b0, b, low), dot_words(c0, c, low), dot_words(d0, d, low)
    if not single:
        a1, b1, c1, d1 = dot_words(a1, a, high), dot_words(b1, b, high), dot_words(c1, c, high), dot_words(d1, d, high)
    return a0, b0, c0, d0, a1, b1, c1, d1


@forced
def _store(sums, target, count, last, single):
    """Round the sums of 64 columns and store the first ``count``."""
    a0, b0, c0, d0, a1, b1, c1, d1 = sums
    zero, digits = zero_ints(), 1 if single else WORDS
    left = total(a0, a1, zero, digits, last), total(b0, b1, zero, digits, last)
    right = total(c0, c1, zero, digits, last), total(d0, d1, zero, digits, last)
    value = in_order_fours(clipped((*left, *right)))
    if count >= 64:
        store_bytes(target, value)
    else:
        store_first_bytes(target, value, count)


@forced
def _digit(weights, number):
    return spread_bytes(load_i32(weights + 4 * number))


@inline
def _add_two_pairs(places, weights, target, width, half, last, single):
    """Make a row of the result of two pairs: as the next, but what does not change is read once."""
    zero = zero_ints()
    place, other = load_i64(places), load_i64(places + 8)
    low, low_too = _digit(weights, 0), _digit(weights, 1 if single else 2)
    high, high_too = (low, low) if single else (_digit(weights, 1), _digit(weights, 3))
    for x in range(0, width, 64):
        sums = (half, half, half, half, zero, zero, zero, zero)
        sums = _add_pair(sums, place + 4 * x, low, high, single)
        sums = _add_pair(sums, other + 4 * x, low_too, high_too, single)
        _store(sums, target + x, width - x, last, single)


@inline
def _add_pairs(places, count, weights, target, width, half, last, single):
    """Make a row of the result: weigh and add pairs of rows."""
    zero, digits = zero_ints(), 1 if single else 2
    for x in range(0, width, 64):
        sums = (half, half, half, half, zero, zero, zero, zero)
        for k in range(count):
            low = _digit(weights, digits * k)
            high = low if single else _digit(weights, digits * k + 1)
            sums = _add_pair(sums, load_i64(places + 8 * k) + 4 * x, low, high, single)
        _store(sums, target + x, width - x, last, single)


@forced
def _half(shift):
    return spread_i32(np.int32(np.int32(1) << np.int32(shift - 1)))


def make(special: Specialisation) -> Kernel:
    """Return the kernel for one specialisation."""
    parts, wide, single = special
    digits = 1 if single else 3

    def word_taps(src, out, begin, end, header, blob, first, pairs, numbers):
        rows, width, length, rows_in = out.shape[1], out.shape[2], src.shape[2], src.shape[1]
        columns, overrun, taps = header[COLUMNS], header[OVERRUN], numbers[2]
        entries, tables = address_of(header) + 8 * HEAD, address_of(blob)
        half_x, half_y = _half(numbers[0]), _half(numbers[1])
        last_x = np.int32(numbers[0] - 8 * (digits - 1))
        last_y = np.int32(numbers[1] - (0 if single else 8))
        # A ring's row is named after its first one. All of a window, three more, and two that begin before it.
        slots, count, odd = taps + 5, (taps + 1) // 2, taps & 1
        size = (max(width, header[LANES] * header[CHUNKS] + 16) + 79) // 64 * 256
        line = (columns + overrun + 191) // 64 * 64
        scratch, places = np.empty(slots * size + 4 * line + 64, np.uint8), np.empty(count, np.int64)
        ring = (address_of(scratch) + 63) & -64
        lines, window = ring + slots * size, address_of(places)
        safe = src.shape[0] * rows_in - (overrun + length - 1) // length
        large, groups = src.size > LARGE, header[GROUPS]
        ready = np.int64(0)
        for row in range(begin, end):
            p, y = row // rows, row % rows
            near, following = np.int64(first[_U(y)]), np.int64(first[_U(min(y + 1, rows - 1))])
            stop = near + taps  # what is beyond the source is its last row, and weighs nothing
            if y == 0 or row == begin or ready < near:
                ready = near
            while ready < stop:
                far = ready + 4 if ready + 4 < stop else max(ready + 4, following)
                four = four_rows(src, p, ready, safe, columns, lines, line)
                before = ring + (ready + slots - 2) % slots * size
                goals = (before, *four_slots(ring, ready + slots - 1, slots, size))
                ahead = (far - ready) * length if large else 0
                if parts < 16 and groups == 1:
                    _filter_rows(four, goals, ahead, header, entries, tables, 1, half_x, last_x, parts, wide, digits)
                else:
                    _filter_rows(
                        four, goals, ahead, header, entries, tables, groups, half_x, last_x, parts, wide, digits
                    )  # fmt: skip
                ready += 4
            for k in range(count):
                places[_U(k)] = ring + (near - odd + 2 * k + slots) % slots * size
            target, weights = address_of(out) + row * width, address_of(pairs) + 4 * pairs.shape[1] * y
            if count == 2:
                _add_two_pairs(window, weights, target, width, half_y, last_y, single)
            else:
                _add_pairs(window, count, weights, target, width, half_y, last_y, single)
        return scratch.size + places.size  # an address is not a use: this keeps the arrays alive

    return word_taps
