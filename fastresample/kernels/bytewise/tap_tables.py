"""Tables of `taps`: weights as digits of base 256, and the windows that chunks of lanes are gathered from."""

import numpy as np
from numba import types

from fastresample.kernels.bytewise.memory import LINE, aligned
from fastresample.kernels.bytewise.taps import HEADER
from fastresample.kernels.common import array_type, compile_kernel, inline

LANES = 16
# Bytes of a window by its width, and the numbers of windows that the lanes may be divided among, cheapest first.
_SHAPES = ((1, False), (1, True), (2, False), (2, True), (4, False), (4, True))
# Sums of low digits, at most 255 * 128 each, must fit 32 bits.
_MOST_TAPS = 1 << 15
_LARGEST = {2: 127 * 256 + 127, 3: (127 * 256 + 127) * 256 + 127}


@inline
def _digit(word, place):
    """Digit ``place`` of base 256, -128 to 127, the lowest first."""
    for _ in range(place):
        word = (word + 128) >> 8
    return ((word + 128) & 255) - 128


@inline
def _four_digits(weights, row, begin, place):
    """One digit of four weights of a row, from ``begin`` on, in the bytes of a 32-bit word; zeros beyond the table."""
    word = 0
    for k in range(4):
        if 0 <= begin + k < weights.shape[1]:
            word |= (_digit(np.int64(weights[row, begin + k]), place) & 255) << (8 * k)
    return np.uint32(word)


def reach(first, channels, lanes, spans):
    """Set the bytes that the windows of one, two and four parts of 16 lanes span; tell whether rows only ascend."""
    outputs = first.size * channels
    for number in range(3):
        width, widest = 16 >> number, 0
        for chunk in range(0, outputs, lanes):
            for part in range(1 << number):
                begin = min(chunk + part * width, outputs - 1)
                end = min(min(begin + width - 1, chunk + lanes - 1), outputs - 1)
                if end >= begin:
                    here = first[begin // channels] * channels
                    widest = max(widest, first[end // channels] * channels + 4 * channels - here)
        spans[number] = widest
    for i in range(1, first.size):
        if first[i] < first[i - 1]:
            return False
    return True


def pack_columns(first, weights, channels, lanes, parts, digits, chunks, blob):
    """Fill ``chunks[chunk] = place, bases`` and, at each place of the blob, indices and digits; return the bytes used.

    A chunk that needs the tables of an earlier one, as in whole-number ratios, is sent there.
    """
    outputs, groups = first.size * channels, (weights.shape[1] + 3) // 4
    size = 16 + groups * digits * 16  # words of 32 bits
    packed = np.empty((first.size, groups * digits), np.uint32)
    for x in range(first.size):
        for group in range(groups):
            for digit in range(digits):
                packed[x, group * digits + digit] = _four_digits(weights, x, 4 * group, digit)
    seen = np.full(1024, -1)
    used, width = 0, 16 // parts
    for chunk in range(chunks.shape[0]):
        here = used * size
        check = np.uint64(0)
        for lane in range(16):
            output = min(chunk * lanes + min(lane, lanes - 1), outputs - 1)
            part = lane // width
            leader = min(chunk * lanes + min(part * width, lanes - 1), outputs - 1)
            base = first[leader // channels] * channels
            chunks[chunk, 1 + part] = base
            x, c = output // channels, output % channels
            index = 0
            for k in range(4):
                index |= ((first[x] + k) * channels + c - base) << (8 * k)
            blob[here + lane] = np.uint32(index)
            check = check * np.uint64(1000003) + np.uint64(index)
            for i in range(groups * digits):
                blob[here + 16 + i * 16 + lane] = packed[x, i]
            check = check * np.uint64(1000003) + np.uint64(packed[x, 0])
        slot = np.int64((check >> np.uint64(20)) & np.uint64(1023))
        same = seen[slot] >= 0
        if same:
            for i in range(size):
                same &= blob[seen[slot] * size + i] == blob[here + i]
        if same:
            chunks[chunk, 0] = seen[slot] * size * 4
        else:
            seen[slot] = used
            chunks[chunk, 0] = here * 4
            used += 1
    return used * size * 4


def pack_rows(first, weights, digits, in_quads, rows, blob):
    """Fill the first source row of each output row and its digits, from there on or, ``in_quads``, from a multiple of 4."""
    groups = blob.shape[1] // digits
    for y in range(first.size):
        rows[y] = first[y]
        begin = -(first[y] & 3) if in_quads else 0
        for group in range(groups):
            for digit in range(digits):
                blob[y, group * digits + digit] = _four_digits(weights, y, begin + 4 * group, digit)


_INDEX, _WORDS = array_type(np.int32, 1), array_type(np.uint32, 1, writable=True)
_NUMBERS, _GRID = array_type(np.int64, 1, writable=True), array_type(np.int64, 2, writable=True)


def _packers(weight):
    """Return the compiled functions above for weights of a dtype."""
    table = array_type(weight, 2)
    integers = [types.int64] * 4
    return (
        compile_kernel(reach, "taps_reach", (_INDEX, *integers[:2], _NUMBERS)),
        compile_kernel(pack_columns, f"taps_columns_{weight}", (_INDEX, table, *integers, _GRID, _WORDS)),
        compile_kernel(
            pack_rows,
            f"taps_rows_{weight}",
            (_INDEX, table, types.int64, types.boolean, _NUMBERS, array_type(np.uint32, 2, writable=True)),
        ),
    )


def packed(tables, shift_x, shift_y, columns_last, along):
    """Return the shape of the windows and the packed tables, or None where these tables are beyond the kernels.

    The shape is (parts, wide, digits) of `taps`; the packed tables are its ``numbers`` and ``blob``.
    """
    (channels, width_in, rows_in, _), first_x, _, weights_x, first_y, _, weights_y, _ = tables
    digits = 2 if weights_x.dtype == np.int16 else 3
    least_shift = 8 * (digits - 1) + 1
    if max(weights_x.shape[1], weights_y.shape[1]) > _MOST_TAPS or min(shift_x, shift_y) < least_shift:
        return None
    if max(_largest(weights_x), _largest(weights_y)) > _LARGEST[digits]:
        return None
    find_reach, fill_columns, fill_rows = _packers(weights_x.dtype.name)
    spans = np.empty(3, np.int64)
    if not find_reach(first_y, 1, LANES, spans):
        return None
    parts, wide, chunks, lanes, groups_x = 1, False, 0, LANES, 0
    if along:
        lanes = 15 if channels == 3 else LANES  # whole pixels
        if not find_reach(first_x, channels, lanes, spans):
            return None
        fitting = [shape for shape in _SHAPES if spans[shape[0] // 2] <= (128 if shape[1] else 64)]
        if not fitting:
            return None
        parts, wide = fitting[0]
        chunks, groups_x = -(-first_x.size * channels // lanes), (weights_x.shape[1] + 3) // 4
    taps_y = weights_y.shape[1]
    reach_y = int((first_y & 3).max()) + taps_y if columns_last else taps_y
    groups_y = (reach_y + 3) // 4
    numbers = np.zeros(HEADER + chunks * (parts + 1) + first_y.size, np.int64)
    table = numbers[HEADER : HEADER + chunks * (parts + 1)].reshape(chunks, parts + 1)
    size_x, size_y = chunks * (LINE + groups_x * digits * LINE), first_y.size * groups_y * digits * 4
    blob = aligned(size_x + size_y)
    used = overrun = 0
    if along:
        words = blob[:size_x].view(np.uint32)
        used = fill_columns(first_x, weights_x, channels, lanes, parts, digits, table, words)
        last = int(table[:, 1:].max()) + 4 * channels * (groups_x - 1) + (128 if wide else 64)
        overrun = max(0, last - width_in)
    rows = blob[used : used + size_y].view(np.uint32).reshape(first_y.size, groups_y * digits)
    fill_rows(first_y, weights_y, digits, columns_last, numbers[HEADER + table.size :], rows)
    numbers[:HEADER] = (
        rows_in, width_in, overrun, chunks, lanes, groups_x, 4 * channels, shift_x, groups_y, taps_y, shift_y, used,
    )  # fmt: skip
    return (parts, wide, digits), (numbers, blob[: used + size_y])


def _largest(weights):
    """Return the largest magnitude of some weights."""
    return max(int(weights.max()), -int(weights.min()))
