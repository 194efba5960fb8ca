"""Tables of `taps`: weights as digits of base 256, and the windows that chunks of lanes are gathered from."""

from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels.bytewise.memory import LINE, aligned
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.taps import HEADER
from fastresample.kernels.common import array_type, compile_kernel, inline

LANES = 16
# Bytes of a window by its width, and the numbers of windows that the lanes may be divided among, cheapest first.
_PARTS = (1, 2, 4, LANES)
_SHAPES = [(parts, wide) for parts in _PARTS for wide in (False, True)]
_LARGEST = {2: 127 * 256 + 127, 3: (127 * 256 + 127) * 256 + 127}


@inline
def _digit(word, place):
    """Digit ``place`` of base 256, -128 to 127, the lowest first."""
    for _ in range(place):
        word = (word + 128) >> 8
    return ((word + 128) & 255) - 128


@inline
def _weight(weights, row, tap):
    """A weight of a row; zero beyond the table."""
    return np.int64(weights[row, tap]) if 0 <= tap < weights.shape[1] else np.int64(0)


@inline
def _four_digits(weights, row, begin, place):
    """One digit of four weights of a row, from ``begin`` on, in the bytes of a 32-bit word."""
    word = 0
    for k in range(4):
        word |= (_digit(_weight(weights, row, begin + k), place) & 255) << (8 * k)
    return np.uint32(word)


@inline
def _two_digits(weights, row, begin, upper):
    """The lowest digit of two weights of a row, from ``begin`` on, or all that is above it, in the halves of a word."""
    word = 0
    for k in range(2):
        weight = _weight(weights, row, begin + k)
        word |= ((((weight + 128) >> 8) if upper else _digit(weight, 0)) & 65535) << (16 * k)
    return np.uint32(word)


def reach(first, channels, lanes, sample, spans):
    """Set the bytes that the windows of one, two, four and 16 parts of 16 lanes span.

    Samples have ``sample`` bytes; a window has four bytes of every lane. Tell whether ``first`` only ascends.
    """
    outputs = first.size * channels
    for number in range(4):
        parts = 1 << number if number < 3 else 16
        width, widest = 16 // parts, 0
        for chunk in range(0, outputs, lanes):
            for part in range(parts):
                begin = chunk + part * width
                end = min(min(begin + width, chunk + lanes), outputs) - 1
                if end >= begin:
                    apart = first[end // channels] - first[begin // channels]
                    widest = max(widest, (sample * apart + 4) * channels)
        spans[number] = widest
    ascends = True
    for i in range(1, first.size):
        ascends &= first[i] >= first[i - 1]
    return ascends


def pack_columns(first, weights, channels, lanes, parts, digits, chunks, blob):
    """Fill ``chunks[chunk] = place, bases`` and, at each place of the blob, indices and digits; return the bytes used.

    A chunk that needs the tables of an earlier one, as in whole-number ratios, is sent there.
    """
    outputs = first.size * channels
    sample, taps, vectors = (2, 2, 2) if digits == WORDS else (1, 4, digits)  # of a group of four bytes
    groups = (weights.shape[1] + taps - 1) // taps
    size = 16 + groups * vectors * 16  # words of 32 bits
    packed = np.empty((first.size, groups * vectors), np.uint32)
    for x in range(first.size):
        for group in range(groups):
            for digit in range(vectors):
                if digits == WORDS:
                    packed[x, group * vectors + digit] = _two_digits(weights, x, taps * group, digit)
                else:
                    packed[x, group * vectors + digit] = _four_digits(weights, x, taps * group, digit)
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
            chunks[chunk, 1 + part] = sample * base
            x, c = output // channels, output % channels
            index = 0
            for k in range(4):
                place = (first[x] + k // sample) * channels + c - base
                index |= (sample * place + k % sample) << (8 * k)
            blob[here + lane] = np.uint32(index)
            check = check * np.uint64(1000003) + np.uint64(index)
            for i in range(groups * vectors):
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
    """Fill the first source row of each output row and the digits of every four, of a window from there on.

    ``in_quads`` the fours begin at multiples of 4.
    """
    vectors = 4 if digits == WORDS else digits
    for y in range(first.size):
        rows[y] = first[y]
        begin = -(first[y] & 3) if in_quads else 0
        for group in range(blob.shape[1] // vectors):
            for number in range(vectors):
                if digits == WORDS:
                    word = _two_digits(weights, y, begin + 4 * group + number % 2 * 2, number // 2)
                else:
                    word = _four_digits(weights, y, begin + 4 * group, number)
                blob[y, group * vectors + number] = word


_INDEX, _WORDS = array_type(np.int32, 1), array_type(np.uint32, 1, writable=True)
_NUMBERS, _GRID = array_type(np.int64, 1, writable=True), array_type(np.int64, 2, writable=True)


class Axis(NamedTuple):
    """A table of one axis in fixed point."""

    first: Any
    weights: Any  # int16 or int32
    shift: int  # fraction bits that its sums drop
    digits: int  # of `sums`

    @property
    def fits(self):
        """Whether the kernels can compute with it."""
        most = max(int(self.weights.max()), -int(self.weights.min()))
        # Sums of lowest digits, at most 255 * 128 or 32767 * 128 each, must fit 32 bits.
        taps, largest = (480, _LARGEST[3]) if self.digits == WORDS else (1 << 15, _LARGEST[self.digits])
        lowest = 8 * max(self.digits - 1, 1)
        return self.weights.shape[1] <= taps and most <= largest and lowest <= self.shift <= 31


def _packers(weight):
    """Return the compiled functions above for weights of a dtype."""
    table = array_type(weight, 2)
    integers = [types.int64] * 4
    return (
        compile_kernel(pack_columns, f"taps_columns_{weight}", (_INDEX, table, *integers, _GRID, _WORDS)),
        compile_kernel(
            pack_rows,
            f"taps_rows_{weight}",
            (_INDEX, table, types.int64, types.boolean, _NUMBERS, array_type(np.uint32, 2, writable=True)),
        ),
    )


def _spans(first, channels, lanes, sample):
    """Return by number of windows the bytes that they span; None if the windows do not ascend."""
    spans = np.empty(len(_PARTS), np.int64)
    find = compile_kernel(reach, "taps_reach", (_INDEX, *[types.int64] * 3, _NUMBERS))
    return dict(zip(_PARTS, spans.tolist(), strict=True)) if find(first, channels, lanes, sample, spans) else None


def packed(sizes, x, y, columns_last, fraction=1):
    """Return (parts, wide) of the windows and the packed tables, or None where these tables are beyond the kernels.

    ``x`` is None where rows are not filtered, but words of so many bits of ``fraction`` rounded. The packed tables are
    the ``numbers`` and the ``blob`` of `taps`.
    """
    channels, width_in, rows_in = (int(size) for size in sizes[:3])
    if not (y.fits and (x is None or x.fits)) or _spans(y.first, 1, LANES, 1) is None:
        return None
    parts, wide, chunks, lanes, groups_x, shift_x, used, overrun = 1, False, 0, LANES, 0, fraction, 0, 0
    if x is not None:
        lanes = 15 if channels == 3 else LANES  # whole pixels
        sample, taps, vectors = (2, 2, 2) if x.digits == WORDS else (1, 4, x.digits)
        spans = _spans(x.first, channels, lanes, sample)
        fitting = [shape for shape in _SHAPES if spans is not None and spans[shape[0]] <= 64 << shape[1]]
        if not fitting:
            return None
        parts, wide = fitting[0]
        chunks, groups_x, shift_x = -(-x.first.size * channels // lanes), -(-x.weights.shape[1] // taps), x.shift
    outputs, taps_y = y.weights.shape
    groups_y = ((int((y.first & 3).max()) if columns_last else 0) + taps_y + 3) // 4
    words_y = groups_y * (4 if y.digits == WORDS else y.digits)
    numbers = np.zeros(HEADER + chunks * (parts + 1) + outputs, np.int64)
    table = numbers[HEADER : HEADER + chunks * (parts + 1)].reshape(chunks, parts + 1)
    size_x = chunks * (1 + groups_x * vectors) * LINE if x is not None else 0
    blob = aligned(size_x + outputs * words_y * 4)
    if x is not None:
        fill_columns, _ = _packers(x.weights.dtype.name)
        used = fill_columns(x.first, x.weights, channels, lanes, parts, x.digits, table, blob[:size_x].view(np.uint32))
        last = int(table[:, 1:].max()) + 4 * channels * (groups_x - 1) + (64 << wide)
        overrun = max(0, last - sample * width_in)
    whole = blob[: used + outputs * words_y * 4]
    _, fill_rows = _packers(y.weights.dtype.name)
    rows = whole[used:].view(np.uint32).reshape(outputs, words_y)
    fill_rows(y.first, y.weights, y.digits, columns_last, numbers[HEADER + table.size :], rows)
    numbers[:HEADER] = (
        rows_in, width_in, overrun, chunks, lanes, groups_x, 4 * channels, shift_x, groups_y, taps_y, y.shift, used,
    )  # fmt: skip
    return (parts, wide), (numbers, whole)
