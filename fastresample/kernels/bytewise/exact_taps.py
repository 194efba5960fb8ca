"""Windows of several taps on bytes whose sums along rows are kept exactly, and then weighed by words or real numbers.

Source rows are filtered four at a time, sharing what is read from the tables, into a ring of as many rows as a window
has and three more. Down the columns 64 sums at a time stay in registers. Sums of 32 bits wrap as the plain ones do; as
float32 they are exact too.
"""

from typing import Any, NamedTuple

import numpy as np

from fastresample import codes
from fastresample.arithmetic import Pass
from fastresample.kernels.bytewise.memory import LARGE, four_rows, four_slots
from fastresample.kernels.bytewise.row_tables import (
    CHUNKS,
    COLUMNS,
    GROUPS,
    HEAD,
    IN_ORDER,
    LANES,
    OVERRUN,
    STEP,
    ask_ahead,
    packed,
)
from fastresample.kernels.bytewise.sums import clipped, gather
from fastresample.kernels.common import Kernel, array_type, forced
from fastresample.kernels.rows import rounded
from fastresample.kernels.simd.arithmetic import (
    add_ints,
    dot_bytes,
    multiply_ints,
    shift_left,
    shift_right_by,
)
from fastresample.kernels.simd.floats import (
    add_floats,
    floats_to_ints,
    ints_to_floats,
    load_f32,
    multiply_floats,
)
from fastresample.kernels.simd.kinds import Ints
from fastresample.kernels.simd.memory import (
    load_bytes,
    load_floats,
    load_i64,
    load_ints,
    store_bytes,
    store_first_bytes,
    store_floats,
    store_ints,
)
from fastresample.kernels.simd.permutations import in_order_fours, spread_f32, spread_i32, zero_ints
from fastresample.kernels.tiers import VBMI, tier
from fastresample.kernels.vectors import address_of


class Specialisation(NamedTuple):
    """What is fixed when a kernel is compiled."""

    parts: int  # windows that the lanes of a chunk are gathered from
    wide: bool  # whether these have 128 bytes, not 64
    real: bool  # rows are weighed by real numbers; else by words


_U = np.uintp


def _exact(how: Any) -> bool:
    return bool(how == Pass("int16", how.rounding, how.bits, codes.SUM_INWARD, "int32", codes.STORE_CAST))


def matches(request: Any) -> bool:
    """Whether sums along rows are kept as they are, and what follows is one of the two ways to add rows."""
    if not (request.direct and request.source == request.result == "uint8" and tier() is VBMI):
        return False
    first, between, _, last, tail = request.arithmetic
    inside = request.order == codes.HORIZONTAL_FIRST and not request.edges and request.taps_x != codes.IDENTITY
    return bool(inside and _exact(first) and between == "int32" and (_by_words(last) or _by_reals(last, tail)))


def _by_words(last: Any) -> bool:
    how = (last.weight, last.sum, last.accumulator, last.store)
    return how == ("int16", codes.SUM_INWARD, "int32", codes.STORE_SHIFT)


def _by_reals(last: Any, tail: Any) -> bool:
    how = (last.weight, last.sum, last.accumulator, last.store)
    known = how == ("float32", codes.SUM_BACKWARD, "float32", codes.STORE_EVEN)
    return known and tail[1:] == ("float64", codes.STORE_UP)


def prepare(request: Any, tables: Any) -> tuple[Specialisation, tuple[Any, ...]] | None:
    """Return what the kernel is specialised on and its tables, or None where these are beyond it."""
    sizes, first_x, _, weights_x, first_y, _, weights_y, numbers = tables
    real = request.arithmetic.last.weight == "float32"
    if (real and weights_y.shape[1] != 4) or (not real and numbers[1] < 1):
        return None
    found = packed(sizes, (first_x, weights_x, np.full(first_x.size, IN_ORDER)), first_y, 2)
    if found is None:
        return None
    parts, wide, header, blob = found
    return Specialisation(parts, wide, real), (header, blob, first_y, weights_y, numbers)


def tables_of(request: Any) -> tuple[Any, ...]:
    """Return the types of what `prepare` packs but for the header."""
    weights = array_type(request.arithmetic.last.weight, 2)
    return (array_type(np.uint8, 1), array_type(np.int32, 1), weights, array_type(np.int64, 1))


_next_digit = shift_left(Ints, 8)


@forced
def _filter_four(rows, base, table, groups, step, parts, wide):
    """Return the sums of 16 lanes for four rows; ``table`` has their indices and then their weights."""
    row_a, row_b, row_c, row_d = rows
    index, weights, zero = load_bytes(table), table + 64, zero_ints()
    a0, a1, b0, b1, c0, c1, d0, d1 = zero, zero, zero, zero, zero, zero, zero, zero
    for _ in range(groups):
        low, high = load_bytes(weights), load_bytes(weights + 64)
        a, b = gather(row_a, base, index, parts, wide), gather(row_b, base, index, parts, wide)
        c, d = gather(row_c, base, index, parts, wide), gather(row_d, base, index, parts, wide)
        a0, a1, b0, b1 = dot_bytes(a0, a, low), dot_bytes(a1, a, high), dot_bytes(b0, b, low), dot_bytes(b1, b, high)
        c0, c1, d0, d1 = dot_bytes(c0, c, low), dot_bytes(c1, c, high), dot_bytes(d0, d, low), dot_bytes(d1, d, high)
        weights += 128
        row_a, row_b, row_c, row_d = row_a + step, row_b + step, row_c + step, row_d + step
    return (
        add_ints(a0, _next_digit(a1)),
        add_ints(b0, _next_digit(b1)),
        add_ints(c0, _next_digit(c1)),
        add_ints(d0, _next_digit(d1)),
    )


@forced
def _keep(place, sums, real):
    if real:
        store_floats(place, ints_to_floats(sums))
    else:
        store_ints(place, sums)


@forced
def _filter_rows(four, goals, ahead, header, entries, tables, groups, parts, wide, real):
    """Filter four source rows into their slots. What lies ``ahead`` unless that is 0 will be wanted next.

    ``groups`` is given, for where it is known to be one there need not be a loop.
    """
    lanes, step = header[LANES], header[STEP]
    goal_a, goal_b, goal_c, goal_d = goals
    for chunk in range(header[CHUNKS]):
        entry, x = entries + 8 * chunk * (parts + 1), 4 * lanes * chunk
        if ahead:
            ask_ahead(four, ahead, entry + 8, parts)
        a, b, c, d = _filter_four(four, entry + 8, tables + load_i64(entry), groups, step, parts, wide)
        _keep(goal_a + x, a, real)
        _keep(goal_b + x, b, real)
        _keep(goal_c + x, c, real)
        _keep(goal_d + x, d, real)


@forced
def _store(sums, target, count):
    value = in_order_fours(clipped(sums))
    if count >= 64:
        store_bytes(target, value)
    else:
        store_first_bytes(target, value, count)


@forced
def _add_words(slots, taps, weights, target, width, shift):
    """Make a row of the result by words, whose products wrap; the order does not matter."""
    half = spread_i32(np.int32(np.int32(1) << np.int32(shift - 1)))
    for x in range(0, width, 64):
        a, b, c, d = half, half, half, half
        for k in range(taps):
            place, weight = load_i64(slots + 8 * k) + 4 * x, spread_i32(np.int32(weights[_U(k)]))
            a = add_ints(a, multiply_ints(load_ints(place), weight))
            b = add_ints(b, multiply_ints(load_ints(place + 64), weight))
            c = add_ints(c, multiply_ints(load_ints(place + 128), weight))
            d = add_ints(d, multiply_ints(load_ints(place + 192), weight))
        a, b, c, d = (
            shift_right_by(a, shift),
            shift_right_by(b, shift),
            shift_right_by(c, shift),
            shift_right_by(d, shift),
        )
        _store((a, b, c, d), target + x, width - x)


@forced
def _added(total, place, weight):
    return add_floats(total, multiply_floats(load_floats(place), weight))


@forced
def _add_reals(slots, weights, target, width):
    """Make a row of the result of four rows by real numbers, the last row first."""
    one, two, three, four = load_i64(slots), load_i64(slots + 8), load_i64(slots + 16), load_i64(slots + 24)
    weight, weight_2 = spread_f32(weights[_U(0)]), spread_f32(weights[_U(1)])
    weight_3, weight_4 = spread_f32(weights[_U(2)]), spread_f32(weights[_U(3)])
    for x in range(0, 4 * width, 256):
        a = multiply_floats(load_floats(four + x), weight_4)
        b = multiply_floats(load_floats(four + x + 64), weight_4)
        c = multiply_floats(load_floats(four + x + 128), weight_4)
        d = multiply_floats(load_floats(four + x + 192), weight_4)
        a, b = _added(a, three + x, weight_3), _added(b, three + x + 64, weight_3)
        c, d = _added(c, three + x + 128, weight_3), _added(d, three + x + 192, weight_3)
        a, b = _added(a, two + x, weight_2), _added(b, two + x + 64, weight_2)
        c, d = _added(c, two + x + 128, weight_2), _added(d, two + x + 192, weight_2)
        a, b = _added(a, one + x, weight), _added(b, one + x + 64, weight)
        c, d = _added(c, one + x + 128, weight), _added(d, one + x + 192, weight)
        sums = floats_to_ints(a), floats_to_ints(b), floats_to_ints(c), floats_to_ints(d)
        _store(sums, target + x // 4, width - x // 4)


@forced
def _add_tail(slots, weights, begin, row):
    """Sum the samples of a row that fill no group: forward, in double precision."""
    for i in range(begin, row.size):
        total = np.float64(0)
        for k in range(4):
            total += np.float64(load_f32(load_i64(slots + 8 * k) + 4 * i)) * np.float64(weights[_U(k)])
        row[_U(i)] = np.uint8(rounded(total, np.float64, codes.STORE_UP, 0.0, 255.0))


def make(special: Specialisation) -> Kernel:
    """Return the kernel for one specialisation."""
    parts, wide, real = special

    def exact_taps(src, out, begin, end, header, blob, first, weights, numbers):
        rows, width, length, rows_in = out.shape[1], out.shape[2], src.shape[2], src.shape[1]
        taps, overrun = weights.shape[1], header[OVERRUN]
        entries, tables = address_of(header) + 8 * HEAD, address_of(blob)
        size = (max(width, header[LANES] * header[CHUNKS] + 16) + 79) // 64 * 256
        slots = taps + 3
        columns = header[COLUMNS]
        line = (columns + overrun + 191) // 64 * 64
        scratch, places = np.empty(slots * size + 4 * line + 64, np.uint8), np.empty(taps, np.int64)
        ring = (address_of(scratch) + 63) & -64
        lines, window = ring + slots * size, address_of(places)
        safe = src.shape[0] * rows_in - (overrun + length - 1) // length
        large, groups, shift = src.size > LARGE, header[GROUPS], np.int32(numbers[1])
        ready = np.int64(0)
        for row in range(begin, end):
            p, y = row // rows, row % rows
            start, last = np.int64(first[_U(y)]), rows_in - 1
            near, stop = min(max(start, 0), last), max(min(start + taps, rows_in), 1)
            following = min(max(np.int64(first[_U(min(y + 1, rows - 1))]), 0), last)
            if y == 0 or row == begin or ready < near:
                ready = near
            while ready < stop:
                far = ready + 4 if ready + 4 < stop else max(ready + 4, following)
                ahead = (far - ready) * length if large else 0
                four = four_rows(src, p, ready, safe, columns, lines, line)
                goals = four_slots(ring, ready, slots, size)
                if parts < 16 and groups == 1:
                    _filter_rows(four, goals, ahead, header, entries, tables, 1, parts, wide, real)
                else:
                    _filter_rows(four, goals, ahead, header, entries, tables, groups, parts, wide, real)
                ready += 4
            for k in range(taps):
                places[_U(k)] = ring + min(max(start + k, 0), last) % slots * size
            target = address_of(out) + row * width
            if real:
                _add_reals(window, weights[y], target, width)
                _add_tail(window, weights[y], width // numbers[3] * numbers[3], out[p, y])
            else:
                _add_words(window, taps, weights[y], target, width, shift)
        return scratch.size + places.size  # an address is not a use: this keeps the arrays alive

    return exact_taps
