"""Tables of `taps`: weights as digits of base 256, and the windows that chunks of lanes are gathered from."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels.bytewise.memory import LINE, aligned
from fastresample.kernels.bytewise.repeats import repeated_chunks
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.taps import HEADER
from fastresample.kernels.common import array_type, compile_kernel, forced, inline

LANES = 16
_WIDE = 128  # bytes of a window of two vectors
# The largest weights of two and of three digits.
_LARGEST_OF_2, _LARGEST_OF_3 = 127 * 256 + 127, (127 * 256 + 127) * 256 + 127
# Adding this makes every digit of base 256 positive; the bytes are then digits plus 128.
_BIAS = 0x808080


@forced
def _four(weights, row, tap, scale, digits):
    """Return words of the digits of four weights: byte by byte, or the halves' lower and upper, pair by pair."""
    a = b = c = d = np.int64(0)
    for k in range(4):
        if tap + k < 0 or tap + k >= weights.shape[1]:
            continue
        weight = np.int64(np.rint(weights[row, tap + k] * scale))
        if digits == WORDS:
            places, above = 16 * (k & 1), (weight + 128) >> 8
            lower, upper = ((weight - above * 256) & 65535) << places, (above & 65535) << places
            if k < 2:
                a, b = a | lower, b | upper
            else:
                c, d = c | lower, d | upper
        else:
            signed, places = (weight + _BIAS) ^ _BIAS, 8 * k
            a |= (signed & 255) << places
            b |= (signed >> 8 & 255) << places
            c |= (signed >> 16 & 255) << places
    return a, b, c, d


@forced
def _serves(first, weights, scale, largest):
    """Whether windows ascend and all weights are small enough."""
    limit, flat = largest / scale, weights.reshape(weights.size)
    for i in range(1, first.size):
        if first[i] < first[i - 1]:
            return False
    for k in range(flat.size):
        if not abs(np.float64(flat[k])) <= limit:
            return False
    return True


@inline
def _span(first, channels, lanes, width, sample):
    """Return how many bytes ``width`` of a chunk's ``lanes`` span at most; any number beyond `_WIDE`."""
    width, most = min(width, lanes), np.int64(0)
    # Pixels that so many lanes may reach beyond the first one's, and how far they lie apart.
    steps = width // channels - 1 if width % channels == 0 else (width + channels - 2) // channels
    for i in range(max(1, first.size - steps)):
        far = np.int64(first[min(i + steps, first.size - 1)]) - np.int64(first[i])
        span = (far * sample + 4) * channels  # four bytes of each lane
        if span > _WIDE:
            return span
        most = max(most, span)
    return most


@inline
def _window(first, channels, lanes, sample):
    """Return the fewest windows that the lanes of every chunk fit into, and whether these are wide; or 0."""
    for number in range(4):
        parts = 1 << number if number < 3 else LANES
        span = _span(first, channels, lanes, LANES // parts, sample)
        if span <= _WIDE:
            return parts, 1 if span > 64 else 0
    return 0, 0


@inline
def _pack_columns(first, weights, scale, channels, lanes, parts, digits, numbers, blob):
    """Fill each chunk's place and bases and, at each place of the blob, indices and digits.

    Return the words used and the farthest base. A chunk that needs the tables of an earlier one is sent there.
    """
    taps, outputs, entry_size = weights.shape[1], first.size * channels, parts + 1
    sample, vectors, fours = (2 if digits == WORDS else 1), (4 if digits == WORDS else digits), (taps + 3) // 4
    groups = (taps + 1) // 2 if digits == WORDS else fours
    own = 2 * groups if digits == WORDS else fours * vectors  # words of a pixel
    width = LANES // parts
    begin, end, apart = repeated_chunks(first, weights.reshape(weights.size), taps, channels, lanes, np.int64(1 << 62))
    packed, here, farthest = np.empty(fours * vectors + 2, np.uint32), np.int64(0), np.int64(0)
    for chunk in range((outputs + lanes - 1) // lanes):
        entry, lane_0 = HEADER + chunk * entry_size, chunk * lanes
        if begin <= chunk and chunk < end:
            other = entry - apart * entry_size
            moved = np.int64(first[lane_0 // channels]) - np.int64(first[(lane_0 - apart * lanes) // channels])
            numbers[entry] = numbers[other]
            for part in range(1, entry_size):
                numbers[entry + part] = numbers[other + part] + moved * channels * sample
            continue
        numbers[entry] = 4 * here
        x, c, last = lane_0 // channels, lane_0 % channels, min(lanes, outputs - lane_0) - 1
        base, fresh = np.int64(0), True
        for lane in range(LANES):
            if lane % width == 0:
                base = np.int64(first[x])
                numbers[entry + 1 + lane // width] = sample * channels * base
                farthest = max(farthest, sample * channels * base)
            if fresh:
                for four in range(fours):
                    at = four * vectors
                    word_a, word_b, word_c, word_d = _four(weights, x, 4 * four, scale, digits)
                    packed[at], packed[at + 1] = word_a, word_b
                    packed[at + 2], packed[at + 3] = word_c, word_d  # the next four overwrite too much
                fresh = False
            start, index = sample * ((np.int64(first[x]) - base) * channels + c), 0
            for k in range(4):
                index |= (start + k // sample * sample * channels + k % sample) << (8 * k)
            blob[here + lane] = np.uint32(index)
            for i in range(own):
                blob[here + 16 + lane + i * 16] = packed[i]
            if lane < last:
                c += 1
                if c == channels:
                    x, c, fresh = x + 1, 0, True
        here += 16 + own * 16
    last_entry = HEADER + ((outputs + lanes - 1) // lanes - 1) * entry_size
    for part in range(1, entry_size):
        farthest = max(farthest, numbers[last_entry + part])
    return here, farthest


def pack(sizes, fx, wx, scale_x, digits_x, shift_x, fy, wy, scale_y, digits_y, shift_y, columns_last, numbers, words):
    """Fill the ``numbers`` and the ``words`` of `taps`; return how many windows, or 0, and whether they are wide.

    Without ``fx`` rows are not filtered. Weights times the scale are whole.
    """
    channels, width_in = sizes[0], sizes[1]
    largest_x = _LARGEST_OF_2 if digits_x == 2 else _LARGEST_OF_3
    largest_y = _LARGEST_OF_2 if digits_y == 2 else _LARGEST_OF_3
    if not _serves(fy, wy, scale_y, largest_y):
        return 0, 0
    parts, wide, lanes, chunks, groups_x, used, overrun = 1, 0, LANES, 0, 0, 0, 0
    if fx.size:
        if not _serves(fx, wx, scale_x, largest_x):
            return 0, 0
        lanes = 15 if channels == 3 else LANES  # whole pixels
        sample = 2 if digits_x == WORDS else 1
        parts, wide = _window(fx, channels, lanes, sample)
        if parts == 0:
            return 0, 0
        groups_x = (wx.shape[1] + 1) // 2 if digits_x == WORDS else (wx.shape[1] + 3) // 4
        chunks = (fx.size * channels + lanes - 1) // lanes
        used, farthest = _pack_columns(fx, wx, scale_x, channels, lanes, parts, digits_x, numbers, words)
        overrun = max(0, farthest + 4 * channels * (groups_x - 1) + (64 << wide) - sample * width_in)
    vectors, beyond = 4 if digits_y == WORDS else digits_y, np.int64(0)
    if columns_last:  # windows begin at multiples of four rows
        for y in range(fy.size):
            beyond = max(beyond, np.int64(fy[y]) & 3)
    groups_y, rows = (beyond + wy.shape[1] + 3) // 4, HEADER + chunks * (parts + 1)
    place = used
    for y in range(fy.size):
        numbers[rows + y] = fy[y]
        begin = -(np.int64(fy[y]) & 3) if columns_last else np.int64(0)
        for tap in range(begin, begin + 4 * groups_y, 4):
            word_a, word_b, word_c, word_d = _four(wy, y, tap, scale_y, digits_y)
            if digits_y == WORDS:  # lower ones first
                word_b, word_c = word_c, word_b
            words[place], words[place + 1] = word_a, word_b
            if vectors > 2:
                words[place + 2] = word_c
            if vectors > 3:
                words[place + 3] = word_d
            place += vectors
    numbers[0], numbers[1], numbers[2], numbers[3], numbers[4] = sizes[2], width_in, overrun, chunks, lanes
    numbers[5], numbers[6], numbers[7], numbers[8] = groups_x, 4 * channels, shift_x, groups_y
    numbers[9], numbers[10], numbers[11] = wy.shape[1], shift_y, 4 * used
    return parts, wide


class Axis(NamedTuple):
    """A table of one axis in fixed point."""

    first: Any
    weights: Any  # int16 or int32, or real
    shift: int  # fraction bits that its sums drop
    digits: int  # of `sums`
    scale: float = 1.0  # makes weights whole

    @property
    def fits(self):
        """Whether the kernels can compute with so many taps and bits."""
        # Sums of lowest digits, at most 255 * 128 or 32767 * 128 each, must fit 32 bits.
        taps = 480 if self.digits == WORDS else 1 << 15
        return self.weights.shape[1] <= taps and 8 * max(self.digits - 1, 1) <= self.shift <= 31


_AXIS = (array_type(np.int32, 1), array_type(np.float64, 2), types.float64, types.int64, types.int64)


@cache
def _packer():
    numbers, words = array_type(np.int64, 1, writable=True), array_type(np.uint32, 1, writable=True)
    return compile_kernel(pack, "pack_taps", (array_type(np.int64, 1), *_AXIS, *_AXIS, types.boolean, numbers, words))


def packed_tables(sizes, x, y, columns_last, fraction=1):
    """Return (parts, wide) of the windows and the packed tables, or None where these tables are beyond the kernels.

    ``x`` is None where rows are not filtered, but words of so many bits of ``fraction`` rounded. The packed tables are
    the ``numbers`` and the ``blob`` of `taps`.
    """
    if not (y.fits and (x is None or x.fits)):
        return None
    channels, (outputs, taps_y) = int(sizes[0]), y.weights.shape
    chunks, size = 0, outputs * ((taps_y + 6) // 4) * (16 if y.digits == WORDS else 4 * y.digits)
    if x is None:
        x = Axis(y.first[:0], y.weights, fraction, y.digits)
    else:
        chunks = -(-x.first.size * channels // (15 if channels == 3 else LANES))
        taps_x = x.weights.shape[1]
        size += chunks * LINE * (1 + ((taps_x + 1) // 2 * 2 if x.digits == WORDS else (taps_x + 3) // 4 * x.digits))
    numbers, blob = np.empty(HEADER + 17 * chunks + outputs, np.int64), aligned(size)
    parts, wide = _packer()(
        sizes, x.first, x.weights.astype(np.float64, copy=False), x.scale, x.digits, x.shift,
        y.first, y.weights.astype(np.float64, copy=False), y.scale, y.digits, y.shift,
        columns_last, numbers, blob.view(np.uint32),
    )  # fmt: skip
    return ((parts, bool(wide)), (numbers, blob)) if parts else None
