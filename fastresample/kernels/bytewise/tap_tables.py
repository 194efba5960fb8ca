"""Tables of `taps`: weights as digits of base 256, and the windows that chunks of lanes are gathered from."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels.bytewise.memory import LINE, aligned
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.taps import HEADER
from fastresample.kernels.common import array_type, compile_kernel, forced

LANES = 16
# Bytes of a window by its width, and the numbers of windows that the lanes may be divided among, cheapest first.
_PARTS = (1, 2, 4, LANES)
_SHAPES = [(parts, wide) for parts in _PARTS for wide in (False, True)]
LARGEST = {2: 127 * 256 + 127, 3: (127 * 256 + 127) * 256 + 127}


# Adding this makes every digit of base 256 positive; the bytes are then digits plus 128.
_BIAS = np.uint32(0x808080)
_U = np.uintp


@forced
def _digits(weights, row, tap):
    """The digits of a weight, signed bytes, the lowest first; zeros beyond the table."""
    if 0 <= tap < weights.shape[1]:
        return np.uint32(np.uint32(np.int32(weights[_U(row), _U(tap)])) + _BIAS) ^ _BIAS
    return np.uint32(0)


@forced
def _four_digits(a, b, c, d, place):
    """One digit of four weights in the bytes of a word."""
    places, low = np.uint32(8 * place), np.uint32(255)
    word = ((a >> places) & low) | (((b >> places) & low) << np.uint32(8))
    return np.uint32(word | (((c >> places) & low) << np.uint32(16)) | (((d >> places) & low) << np.uint32(24)))


@forced
def _two_digits(weights, row, tap, upper):
    """The lowest digit of two weights, or all that is above it, in the halves of a word; zeros beyond the table."""
    word = np.uint32(0)
    for k in range(2):
        if 0 <= tap + k < weights.shape[1]:
            weight = np.int32(weights[_U(row), _U(tap + k)])
            above = np.int32(np.int32(weight + np.int32(128)) >> np.int32(8))
            digit = above if upper else np.int32(weight - np.int32(above << np.int32(8)))
            word |= np.uint32(np.uint32(np.uint32(digit) & np.uint32(65535)) << np.uint32(16 * k))
    return word


@forced
def _pack_four(weights, row, tap, digits, in_pairs, target, place):
    """Write the digits of four weights from ``tap`` on: digit by digit, or those of each pair."""
    if digits == WORDS:
        for number in range(4):
            pair, upper = (number // 2, number % 2) if in_pairs else (number % 2, number // 2)
            target[_U(place + number)] = _two_digits(weights, row, tap + 2 * pair, upper)
    else:
        a, b = _digits(weights, row, tap), _digits(weights, row, tap + 1)
        c, d = _digits(weights, row, tap + 2), _digits(weights, row, tap + 3)
        for digit in range(digits):
            target[_U(place + digit)] = _four_digits(a, b, c, d, digit)


def farthest(first, apart, spans):
    """Set how far ``first`` moves at most in each number of steps ``apart``; tell whether it only ascends."""
    for number in range(apart.size):
        steps, far = apart[number], np.int64(0)
        for i in range(_U(max(0, first.size - steps))):
            step = np.int64(first[i + _U(steps)]) - np.int64(first[i])
            far = step if step > far else far
        if steps >= first.size:
            far = np.int64(first[first.size - 1]) - np.int64(first[0])
        spans[number] = far
    ascends = True
    for i in range(_U(1), _U(first.size)):
        ascends &= first[i] >= first[i - _U(1)]
    return ascends


def pack_columns(first, weights, channels, lanes, parts, digits, chunks, blob):
    """Fill ``chunks[chunk] = place, bases`` and, at each place of the blob, indices and digits; return the bytes used.

    A chunk that needs the tables of an earlier one, as where ratios are simple, is sent there.
    """
    outputs = first.size * channels
    sample, vectors = (2, 4) if digits == WORDS else (1, digits)  # of four weights
    fours = (weights.shape[1] + 3) // 4
    own = (weights.shape[1] + 1) // 2 * 2 if digits == WORDS else fours * vectors  # words of a pixel
    packed, marks = np.empty(first.size * fours * vectors, np.uint32), np.empty(first.size, np.uint64)
    stride, prime = fours * vectors, np.uint64(0x9E3779B97F4A7C15)
    for x in range(first.size):
        mark = np.uint64(0)
        for four in range(fours):
            _pack_four(weights, x, 4 * four, digits, True, packed, x * stride + four * vectors)
        for i in range(own):
            mark = (mark + np.uint64(packed[_U(x * stride + i)])) * prime
        marks[_U(x)] = mark
    size, width = 16 + own * 16, 16 // parts  # of a chunk's tables, in words
    seen, pixels, members = np.full(1024, -1), np.empty(16, np.int64), np.empty(16, np.int64)
    used, x, c = 0, 0, 0
    for chunk in range(chunks.shape[0]):
        last = min(lanes, outputs - chunk * lanes) - 1
        head, mark = first[_U(x)], np.uint64(c * 16 + last)
        for lane in range(16):
            if 0 < lane <= last:
                c += 1
                if c == channels:
                    c, x = 0, x + 1
            if lane == 0 or (lane <= last and c == 0):
                mark = (mark ^ marks[_U(x)] ^ np.uint64(first[_U(x)] - head)) * prime
            pixels[_U(lane)], members[_U(lane)] = x, c
            if lane % width == 0:
                chunks[chunk, 1 + lane // width] = sample * channels * first[_U(x)]
        slot = _U(mark >> np.uint64(54))
        known = seen[slot]
        same = known >= 0
        if same:
            there = known * lanes // channels - pixels[0]
            same = known * lanes % channels == members[0]
            for pixel in range(pixels[0], pixels[15] + 1):
                same &= first[_U(pixel)] - head == first[_U(pixel + there)] - first[_U(pixels[0] + there)]
                for i in range(own):
                    same &= packed[_U(pixel * stride + i)] == packed[_U((pixel + there) * stride + i)]
        if same:
            chunks[chunk, 0] = chunks[known, 0]
        else:
            seen[slot] = chunk
            here = used * size
            chunks[chunk, 0], used = here * 4, used + 1
            for lane in range(16):
                pixel = pixels[_U(lane)]
                base = first[_U(pixels[_U(lane // width * width)])]
                start, index = sample * ((first[_U(pixel)] - base) * channels + members[_U(lane)]), 0
                for k in range(4):
                    index |= (start + k // sample * sample * channels + k % sample) << (8 * k)
                blob[_U(here + lane)] = np.uint32(index)
                for i in range(own):
                    blob[_U(here + 16 + i * 16 + lane)] = packed[_U(pixel * stride + i)]
        c += 1
        if c == channels:
            c, x = 0, x + 1
    return used * size * 4


def pack_rows(first, weights, digits, in_quads, rows, blob):
    """Fill the first source row of each output row and the digits of every four, of a window from there on.

    ``in_quads`` the fours begin at multiples of 4.
    """
    vectors = 4 if digits == WORDS else digits
    fours = blob.size // (first.size * vectors)
    for y in range(first.size):
        rows[y] = first[y]
        begin = -(first[y] & 3) if in_quads else 0
        for four in range(fours):
            _pack_four(weights, y, begin + 4 * four, digits, False, blob, (y * fours + four) * vectors)


_INDEX, _INDEX64, _WORDS = array_type(np.int32, 1), array_type(np.int64, 1), array_type(np.uint32, 1, writable=True)
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
        taps, largest = (480, LARGEST[3]) if self.digits == WORDS else (1 << 15, LARGEST[self.digits])
        lowest = 8 * max(self.digits - 1, 1)
        return self.weights.shape[1] <= taps and most <= largest and lowest <= self.shift <= 31


@cache
def _packers(weight):
    """Return the compiled functions above for weights of a dtype."""
    table = array_type(weight, 2)
    integers = [types.int64] * 4
    rows = (_INDEX, table, types.int64, types.boolean, _NUMBERS, _WORDS)
    return (
        compile_kernel(pack_columns, f"taps_columns_{weight}", (_INDEX, table, *integers, _GRID, _WORDS)),
        compile_kernel(pack_rows, f"taps_rows_{weight}", rows),
    )


@cache
def _farthest():
    """Return the compiled function above."""
    return compile_kernel(farthest, "taps_farthest", (_INDEX, _INDEX64, _NUMBERS))


def farthest_apart(first, apart):
    """Return how far windows move in some numbers of outputs; None if they do not ascend."""
    spans = np.empty(len(apart), np.int64)
    return spans if _farthest()(first, np.array(apart), spans) else None


def _window(first, channels, lanes, sample):
    """Return the fewest windows that the lanes of every chunk fit into, and whether these are wide; or None."""
    widths = [min(LANES // parts, lanes) for parts in _PARTS]
    # Pixels that so many lanes may reach beyond the first one's.
    apart = [n // channels - 1 if n % channels == 0 else (n + channels - 2) // channels for n in widths]
    moves = farthest_apart(first, apart)
    if moves is None:
        return None
    spans = (moves * sample + 4) * channels  # four bytes of each lane
    fitting = (shape for shape in _SHAPES if spans[_PARTS.index(shape[0])] <= 64 << shape[1])
    return next(fitting, None)


def packed_tables(sizes, x, y, columns_last, fraction=1):
    """Return (parts, wide) of the windows and the packed tables, or None where these tables are beyond the kernels.

    ``x`` is None where rows are not filtered, but words of so many bits of ``fraction`` rounded. The packed tables are
    the ``numbers`` and the ``blob`` of `taps`.
    """
    channels, width_in, rows_in = (int(size) for size in sizes[:3])
    if not (y.fits and (x is None or x.fits)) or farthest_apart(y.first, [0]) is None:
        return None
    parts, wide, chunks, lanes, groups_x, shift_x, used, overrun = 1, False, 0, LANES, 0, fraction, 0, 0
    if x is not None:
        lanes = 15 if channels == 3 else LANES  # whole pixels
        sample, taps, vectors = (2, 2, 2) if x.digits == WORDS else (1, 4, x.digits)
        window = _window(x.first, channels, lanes, sample)
        if window is None:
            return None
        parts, wide = window
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
    rows = whole[used:].view(np.uint32)
    fill_rows(y.first, y.weights, y.digits, columns_last, numbers[HEADER + table.size :], rows)
    numbers[:HEADER] = (
        rows_in, width_in, overrun, chunks, lanes, groups_x, 4 * channels, shift_x, groups_y, taps_y, y.shift, used,
    )  # fmt: skip
    return (parts, wide), (numbers, whole)
