"""Windows of several taps on bytes, in fixed point, bytes also between the passes: sums of byte-by-byte products.

A weight is three digits of base 256, each -128 to 127, or two: ``dot_bytes`` adds four products of a digit's, exactly.
The digits' sums are put together by ``((low >> 8) + middle >> 8) + high``, whose floors commute with whole numbers.
So the result is the plain kernel's ``(sum + half) >> shift``.

Along a row, 16 lanes are 16 outputs in turn, bytes of whichever pixel and channel; every four taps of all lanes come
from one permutation. Four rows are filtered together, sharing weights and indices. Down a column four source rows lie
interleaved in the 32-bit lanes, so that the very same operation sums them.
"""

import numpy as np

from fastresample.kernels.bytewise.memory import copy_bytes
from fastresample.kernels.common import forced
from fastresample.kernels.simd import (
    Ints,
    add_ints,
    dot_bytes,
    interleave_bytes_high,
    interleave_bytes_low,
    interleave_words_high,
    interleave_words_low,
    in_order_fours,
    load_bytes,
    load_first_bytes,
    load_i32,
    load_i64,
    merge_bytes,
    pack_ints,
    pack_words,
    permute_bytes,
    permute_two_bytes,
    prefetch,
    quarter_first,
    shift_right,
    shift_right_by,
    spread_bytes,
    spread_i32,
    store_bytes,
    store_first_bytes,
    transpose_fours,
    zero_ints,
)
from fastresample.kernels.vectors import address_of

# Numbers that a kernel takes before its tables of chunks and rows: see `tap_tables`.
HEADER = 12
_next_digit = shift_right(Ints, 8)
_quarter_b, _quarter_c, _quarter_d = (quarter_first(row) for row in (1, 2, 3))
_second_of_two, _second, _third, _fourth = (merge_bytes(2, 1), *(merge_bytes(4, part) for part in (1, 2, 3)))


@forced
def _window(address, index, wide):
    """Bytes of a window of 64 or, ``wide``, 128 bytes."""
    if wide:
        return permute_two_bytes(load_bytes(address), index, load_bytes(address + 64))
    return permute_bytes(load_bytes(address), index)


@forced
def _gather(line, base, index, parts, wide):
    """Four taps of 16 lanes: equal parts of the lanes are taken from windows of their own."""
    value = _window(line + load_i64(base), index, wide)
    if parts == 2:
        value = _second_of_two(_window(line + load_i64(base + 8), index, wide), value)
    if parts == 4:
        value = _second(_window(line + load_i64(base + 8), index, wide), value)
        value = _third(_window(line + load_i64(base + 16), index, wide), value)
        value = _fourth(_window(line + load_i64(base + 24), index, wide), value)
    return value


@forced
def _total(low, middle, high, digits, last):
    """Put the sums of the digits together and round down."""
    if digits == 2:
        return shift_right_by(add_ints(_next_digit(low), middle), last)
    return shift_right_by(add_ints(_next_digit(add_ints(_next_digit(low), middle)), high), last)


@forced
def _add(low, middle, high, value, weights, digits):
    low, middle = dot_bytes(low, value, load_bytes(weights)), dot_bytes(middle, value, load_bytes(weights + 64))
    if digits == 3:
        high = dot_bytes(high, value, load_bytes(weights + 128))
    return low, middle, high


@forced
def _filter_four(rows, base, table, groups, step, half, last, parts, wide, digits):
    """Sums of 16 lanes for four rows, as bytes: each 128 bits hold four lanes of the first row, of the second ..."""
    row_a, row_b, row_c, row_d = rows
    index = load_bytes(table)
    weights = table + 64
    zero = zero_ints()
    a0, a1, a2, b0, b1, b2 = half, zero, zero, half, zero, zero
    c0, c1, c2, d0, d1, d2 = half, zero, zero, half, zero, zero
    for _ in range(groups):
        a0, a1, a2 = _add(a0, a1, a2, _gather(row_a, base, index, parts, wide), weights, digits)
        b0, b1, b2 = _add(b0, b1, b2, _gather(row_b, base, index, parts, wide), weights, digits)
        c0, c1, c2 = _add(c0, c1, c2, _gather(row_c, base, index, parts, wide), weights, digits)
        d0, d1, d2 = _add(d0, d1, d2, _gather(row_d, base, index, parts, wide), weights, digits)
        weights += 64 * digits
        row_a, row_b, row_c, row_d = row_a + step, row_b + step, row_c + step, row_d + step
    return pack_words(
        pack_ints(_total(a0, a1, a2, digits, last), _total(b0, b1, b2, digits, last)),
        pack_ints(_total(c0, c1, c2, digits, last), _total(d0, d1, d2, digits, last)),
    )


@forced
def _add_rows(sums, values, weights, digits):
    """Add four interleaved rows of 64 columns, weighed by one set of digits, to their twelve sums."""
    a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2 = sums
    a, b, c, d = values
    low, middle = spread_bytes(load_i32(weights)), spread_bytes(load_i32(weights + 4))
    a0, b0, c0, d0 = dot_bytes(a0, a, low), dot_bytes(b0, b, low), dot_bytes(c0, c, low), dot_bytes(d0, d, low)
    a1, b1, c1, d1 = (
        dot_bytes(a1, a, middle),
        dot_bytes(b1, b, middle),
        dot_bytes(c1, c, middle),
        dot_bytes(d1, d, middle),
    )
    if digits == 3:
        high = spread_bytes(load_i32(weights + 8))
        a2, b2, c2, d2 = dot_bytes(a2, a, high), dot_bytes(b2, b, high), dot_bytes(c2, c, high), dot_bytes(d2, d, high)
    return a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2


@forced
def _packed(sums, digits, last):
    """Bytes of 64 columns; each 128 bits hold four of the first sixteen, four of the next ..."""
    a0, a1, a2, b0, b1, b2, c0, c1, c2, d0, d1, d2 = sums
    return pack_words(
        pack_ints(_total(a0, a1, a2, digits, last), _total(b0, b1, b2, digits, last)),
        pack_ints(_total(c0, c1, c2, digits, last), _total(d0, d1, d2, digits, last)),
    )


@forced
def _interleaved(a, b, c, d):
    """Four rows in the 32-bit lanes, in the order that packing undoes."""
    low, low_too = interleave_bytes_low(a, b), interleave_bytes_low(c, d)
    high, high_too = interleave_bytes_high(a, b), interleave_bytes_high(c, d)
    return (
        interleave_words_low(low, low_too),
        interleave_words_high(low, low_too),
        interleave_words_low(high, high_too),
        interleave_words_high(high, high_too),
    )


@forced
def _sum_rows(source, length, first, rows, target, width, weights, groups, half, last, digits):
    """Weigh and sum rows of the source from ``first`` on into a line; rows beyond the last weigh nothing."""
    zero = zero_ints()
    for x in range(0, width, 64):
        count = min(width - x, 64)
        sums = (half, zero, zero, half, zero, zero, half, zero, zero, half, zero, zero)
        for group in range(groups):
            top, place = first + 4 * group, source + x
            a = load_first_bytes(place + min(top, rows - 1) * length, count)
            b = load_first_bytes(place + min(top + 1, rows - 1) * length, count)
            c = load_first_bytes(place + min(top + 2, rows - 1) * length, count)
            d = load_first_bytes(place + min(top + 3, rows - 1) * length, count)
            sums = _add_rows(sums, _interleaved(a, b, c, d), weights + 4 * digits * group, digits)
        store_first_bytes(target + x, _packed(sums, digits, last), count)


@forced
def _sum_quads(ring, slots, size, quad, target, width, weights, groups, half, last, digits):
    """Weigh and sum ``groups`` slots of the ring, of ``size`` bytes, from ``quad`` on into a row."""
    zero = zero_ints()
    for x in range(0, width, 64):
        slot = quad % slots
        sums = (half, zero, zero, half, zero, zero, half, zero, zero, half, zero, zero)
        for group in range(groups):
            place = ring + slot * size + 4 * x
            values = load_bytes(place), load_bytes(place + 64), load_bytes(place + 128), load_bytes(place + 192)
            sums = _add_rows(sums, values, weights + 4 * digits * group, digits)
            slot = slot + 1 if slot + 1 < slots else 0
        store_first_bytes(target + x, in_order_fours(_packed(sums, digits, last)), min(width - x, 64))


@forced
def _row(source, number, safe, length, width, line):
    """Address of a source row; of one that windows would overrun a copy, in ``line``."""
    if number < safe:
        return source + number * length
    copy_bytes(source + number * length, line, width)
    return line


@forced
def _half(shift):
    return spread_i32(np.int32(1) << np.int32(shift - 1))


def make_columns_last(parts, wide, digits):
    """Rows of four are filtered along their length into a ring, then the ring is summed down the columns."""

    def taps_columns_last(src, out, begin, end, numbers, blob):
        rows, width, length = out.shape[1], out.shape[2], src.shape[2]
        rows_in, width_in, overrun, chunks, lanes = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
        groups_x, step, taps_y, groups_y = numbers[5], numbers[6], numbers[9], numbers[8]
        half_x, half_y = _half(numbers[7]), _half(numbers[10])
        last_x, last_y = np.int32(numbers[7] - 8 * (digits - 1)), np.int32(numbers[10] - 8 * (digits - 1))
        chunk_table = address_of(numbers) + 8 * HEADER
        row_table = chunk_table + 8 * chunks * (parts + 1)
        source, target = address_of(src), address_of(out)
        weights_x, weights_y = address_of(blob), address_of(blob) + numbers[11]
        size = (max(width, chunks * lanes) + 127) // 64 * 256
        line = (width_in + overrun + 191) // 64 * 64
        scratch = np.empty(groups_y * size + 4 * line + 64, np.uint8)
        ring = (address_of(scratch) + 63) & -64
        lines = ring + groups_y * size
        safe = (src.shape[0] - 1) * src.shape[1] + rows_in - (overrun + length - 1) // length
        ready = 0
        for row in range(begin, end):
            p, y = row // rows, row % rows
            first = load_i64(row_table + 8 * y)
            quad, stop = first >> 2, (first + taps_y + 3) >> 2
            if y == 0 or row == begin or ready < quad:
                ready = quad
            for made in range(ready, stop):
                top, origin = 4 * made, p * src.shape[1]
                four = (
                    _row(source, origin + top, safe, length, width_in, lines),
                    _row(source, origin + min(top + 1, rows_in - 1), safe, length, width_in, lines + line),
                    _row(source, origin + min(top + 2, rows_in - 1), safe, length, width_in, lines + 2 * line),
                    _row(source, origin + min(top + 3, rows_in - 1), safe, length, width_in, lines + 3 * line),
                )
                goal = ring + made % groups_y * size
                for chunk in range(chunks):
                    entry = chunk_table + 8 * chunk * (parts + 1)
                    ahead = load_i64(entry + 8) + 4 * length
                    for one in four:
                        prefetch(one + ahead)
                        if wide or parts > 1:
                            prefetch(one + ahead + 64)
                    value = _filter_four(
                        four,
                        entry + 8,
                        weights_x + load_i64(entry),
                        groups_x,
                        step,
                        half_x,
                        last_x,
                        parts,
                        wide,
                        digits,
                    )
                    store_bytes(goal + 4 * lanes * chunk, transpose_fours(value))
            ready = max(ready, stop)
            weights = weights_y + y * groups_y * 4 * digits
            _sum_quads(
                ring, groups_y, size, quad, target + row * width, width, weights, stop - quad, half_y, last_y, digits
            )
        return scratch.size  # an address is not a use: this keeps the array alive

    return taps_columns_last


def make_columns_first(parts, wide, digits, along):
    """Source rows are summed down the columns into four lines, then these are filtered, if ``along``."""

    def taps_columns_first(src, out, begin, end, numbers, blob):
        rows, width, length = out.shape[1], out.shape[2], src.shape[2]
        rows_in, width_in, overrun, chunks, lanes = numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
        groups_x, step, groups_y = numbers[5], numbers[6], numbers[8]
        half_x, half_y = _half(numbers[7]), _half(numbers[10])
        last_x, last_y = np.int32(numbers[7] - 8 * (digits - 1)), np.int32(numbers[10] - 8 * (digits - 1))
        chunk_table = address_of(numbers) + 8 * HEADER
        row_table = chunk_table + 8 * chunks * (parts + 1)
        source, target = address_of(src), address_of(out)
        weights_x, weights_y = address_of(blob), address_of(blob) + numbers[11]
        line = (width_in + overrun + 191) // 64 * 64
        scratch = np.empty(4 * line + 64, np.uint8)
        lines = (address_of(scratch) + 63) & -64
        row = begin
        while row < end:
            p, y = row // rows, row % rows
            count = min(4, end - row, rows - y)
            plane = source + p * src.shape[1] * length
            for i in range(count):
                goal = lines + i * line if along else target + (row + i) * width
                first, weights = load_i64(row_table + 8 * (y + i)), weights_y + (y + i) * groups_y * 4 * digits
                _sum_rows(plane, length, first, rows_in, goal, width_in, weights, groups_y, half_y, last_y, digits)
            if along:
                four = (
                    lines,
                    lines + min(1, count - 1) * line,
                    lines + min(2, count - 1) * line,
                    lines + min(3, count - 1) * line,
                )
                for chunk in range(chunks):
                    entry = chunk_table + 8 * chunk * (parts + 1)
                    value = in_order_fours(
                        _filter_four(
                            four,
                            entry + 8,
                            weights_x + load_i64(entry),
                            groups_x,
                            step,
                            half_x,
                            last_x,
                            parts,
                            wide,
                            digits,
                        )
                    )
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
