"""Tables of `taps`: weights as digits of base 256, and the windows that chunks of lanes are gathered from."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels.bytewise.memory import LINE
from fastresample.kernels.bytewise.repeats import repeated_chunks
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.taps import HEADER
from fastresample.kernels.common import array_type, compile_kernel, forced
from fastresample.kernels.vectors import address_of

LANES = 16
# The largest weights of two and of three digits.
_LARGEST_OF_2, _LARGEST_OF_3 = 127 * 256 + 127, (127 * 256 + 127) * 256 + 127
# Adding this makes every digit of base 256 positive; the bytes are then digits plus 128.
_BIAS = np.uint32(0x808080)
_U, _ZERO = np.uintp, np.uint32(0)


@forced
def _add_digits(words, weight, k, digits):
    """Put the digits of weight ``k`` of four into words: byte by byte, or the halves' lower and upper, pair by pair."""
    a, b, c, d = words
    if digits == WORDS:
        places, above = np.uint32(16 * (k & 1)), np.int32(np.int32(weight + np.int32(128)) >> np.int32(8))
        lower = np.uint32(np.uint32(weight - np.int32(above << np.int32(8))) & np.uint32(65535)) << places
        upper = np.uint32(np.uint32(above) & np.uint32(65535)) << places
        if k < 2:
            a, b = a | lower, b | upper
        else:
            c, d = c | lower, d | upper
    else:
        signed, low, places = np.uint32(np.uint32(weight) + _BIAS) ^ _BIAS, np.uint32(255), np.uint32(8 * k)
        a |= np.uint32((signed & low) << places)
        b |= np.uint32(((signed >> np.uint32(8)) & low) << places)
        c |= np.uint32(((signed >> np.uint32(16)) & low) << places)
    return a, b, c, d


@forced
def _serves(first, weights, scale, largest):
    """Whether windows ascend and all weights are small enough."""
    serves, limit, flat = True, largest / scale, weights.reshape(weights.size)
    for i in range(_U(1), _U(first.size)):
        serves &= first[i] >= first[i - _U(1)]
    for k in range(_U(flat.size)):
        serves &= abs(np.float64(flat[k])) <= limit
    return serves


@forced
def _window(first, channels, lanes, sample):
    """Return the fewest windows that the lanes of every chunk fit into, and whether these are wide; or 0."""
    for number in range(4):
        parts = 1 << number if number < 3 else LANES
        width = min(LANES // parts, lanes)
        # Pixels that so many lanes may reach beyond the first one's, and how far they lie apart.
        steps = width // channels - 1 if width % channels == 0 else (width + channels - 2) // channels
        far = np.int64(first[_U(first.size - 1)]) - np.int64(first[0]) if steps >= first.size else np.int64(0)
        for i in range(_U(max(0, first.size - steps))):
            far = max(far, np.int64(first[i + _U(steps)]) - np.int64(first[i]))
        span = (far * sample + 4) * channels  # four bytes of each lane
        if span <= 128:
            return parts, 1 if span > 64 else 0
    return 0, 0


@forced
def _pack_columns(first, weights, scale, channels, lanes, parts, digits, skip, numbers, blob):
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
            moved = np.int64(first[_U(lane_0 // channels)]) - np.int64(first[_U((lane_0 - apart * lanes) // channels)])
            numbers[_U(entry)] = numbers[_U(other)]
            for part in range(1, entry_size):
                numbers[_U(entry + part)] = numbers[_U(other + part)] + moved * channels * sample
            continue
        numbers[_U(entry)] = skip + 4 * here
        x, c, last = lane_0 // channels, lane_0 % channels, min(lanes, outputs - lane_0) - 1
        base, fresh = np.int64(0), True
        for lane in range(LANES):
            if lane % width == 0:
                base = np.int64(first[_U(x)])
                numbers[_U(entry + 1 + lane // width)] = sample * channels * base
                farthest = max(farthest, sample * channels * base)
            if fresh:
                for four in range(fours):
                    place, four_words = _U(four * vectors), (_ZERO, _ZERO, _ZERO, _ZERO)
                    for k in range(4):
                        weight = np.int32(0)
                        if 4 * four + k < taps:
                            weight = np.int32(np.rint(np.float64(weights[_U(x), _U(4 * four + k)]) * scale))
                        four_words = _add_digits(four_words, weight, k, digits)
                    word_a, word_b, word_c, word_d = four_words
                    packed[place], packed[place + _U(1)] = word_a, word_b
                    packed[place + _U(2)], packed[place + _U(3)] = word_c, word_d  # the next four overwrite too much
                fresh = False
            start, index = sample * ((np.int64(first[_U(x)]) - base) * channels + c), 0
            for k in range(4):
                index |= (start + k // sample * sample * channels + k % sample) << (8 * k)
            blob[_U(here + lane)] = np.uint32(index)
            for i in range(_U(own)):
                blob[_U(here + 16 + lane) + i * _U(16)] = packed[i]
            if lane < last:
                c += 1
                if c == channels:
                    x, c, fresh = x + 1, 0, True
        here += 16 + own * 16
    last_entry = HEADER + ((outputs + lanes - 1) // lanes - 1) * entry_size
    for part in range(1, entry_size):
        farthest = max(farthest, numbers[_U(last_entry + part)])
    return here, farthest


def pack(sizes, fx, wx, scale_x, digits_x, shift_x, fy, wy, scale_y, digits_y, shift_y, columns_last, numbers, blob):
    """Fill the ``numbers`` and the ``blob`` of `taps`; return how many windows, or 0, and whether they are wide.

    Without ``fx`` rows are not filtered. Weights times the scale are whole.
    """
    channels, width_in = sizes[0], sizes[1]
    largest_x = _LARGEST_OF_2 if digits_x == 2 else _LARGEST_OF_3
    largest_y = _LARGEST_OF_2 if digits_y == 2 else _LARGEST_OF_3
    if not _serves(fy, wy, scale_y, largest_y):
        return 0, 0
    words = blob.view(np.uint32)
    skip = -address_of(blob) & (LINE - 1)
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
        used, farthest = _pack_columns(
            fx, wx, scale_x, channels, lanes, parts, digits_x, skip, numbers, words[_U(skip // 4) :]
        )
        overrun = max(0, farthest + 4 * channels * (groups_x - 1) + (64 << wide) - sample * width_in)
    taps, vectors, beyond = wy.shape[1], 4 if digits_y == WORDS else digits_y, np.int64(0)
    if columns_last:  # windows begin at multiples of four rows
        for y in range(_U(fy.size)):
            beyond = max(beyond, np.int64(fy[y]) & 3)
    groups_y, rows = (beyond + wy.shape[1] + 3) // 4, HEADER + chunks * (parts + 1)
    place = skip // 4 + used
    for y in range(fy.size):
        numbers[_U(rows + y)] = fy[_U(y)]
        begin = -(np.int64(fy[_U(y)]) & 3) if columns_last else np.int64(0)
        for tap in range(begin, begin + 4 * groups_y, 4):
            four_words = (_ZERO, _ZERO, _ZERO, _ZERO)
            for k in range(4):
                weight = np.int32(0)
                if tap + k >= 0 and tap + k < taps:
                    weight = np.int32(np.rint(np.float64(wy[_U(y), _U(tap + k)]) * scale_y))
                four_words = _add_digits(four_words, weight, k, digits_y)
            word_a, word_b, word_c, word_d = four_words
            if digits_y == WORDS:  # lower ones first
                word_b, word_c = word_c, word_b
            words[_U(place)], words[_U(place + 1)] = word_a, word_b
            if vectors > 2:
                words[_U(place + 2)] = word_c
            if vectors > 3:
                words[_U(place + 3)] = word_d
            place += vectors
    numbers[0], numbers[1], numbers[2], numbers[3], numbers[4] = sizes[2], width_in, overrun, chunks, lanes
    numbers[5], numbers[6], numbers[7], numbers[8] = groups_x, 4 * channels, shift_x, groups_y
    numbers[9], numbers[10], numbers[11] = wy.shape[1], shift_y, skip + 4 * used
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


_INDEX = array_type(np.int32, 1)
_AXIS = (types.float64, types.int64, types.int64)


@cache
def _packer(along, across):
    """Return the compiled function above for weights of two dtypes."""
    numbers, blob = array_type(np.int64, 1, writable=True), array_type(np.uint8, 1, writable=True)
    x, y = (_INDEX, array_type(along, 2), *_AXIS), (_INDEX, array_type(across, 2), *_AXIS)
    return compile_kernel(pack, "pack_taps", (array_type(np.int64, 1), *x, *y, types.boolean, numbers, blob))


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
    numbers, blob = np.empty(HEADER + 17 * chunks + outputs, np.int64), np.empty(size + LINE, np.uint8)
    pack_both = _packer(x.weights.dtype, y.weights.dtype)
    parts, wide = pack_both(
        sizes, x.first, x.weights, x.scale, x.digits, x.shift,
        y.first, y.weights, y.scale, y.digits, y.shift, columns_last, numbers, blob,
    )  # fmt: skip
    return ((parts, bool(wide)), (numbers, blob)) if parts else None
