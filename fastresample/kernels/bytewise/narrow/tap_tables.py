"""Tables of `taps`: weights as two digits, and the windows that lanes are gathered from."""

from functools import cache

import numpy as np
from numba import types

from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced

_U = np.uintp


@forced
def _split(weight, places):
    """Return the upper and the lower digit of a weight."""
    high = (weight + (1 << (places - 1))) >> places
    return high, weight - (high << places)


@forced
def _words(a, b):
    """Two words in the halves of an integer."""
    return np.uint32((a & 65535) | (b & 65535) << 16)


@forced
def _bytes(a, b):
    """Two bytes in a word."""
    return (a & 255) | (b & 255) << 8


@forced
def _weight(weights, row, tap):
    """Return a weight, nothing beyond the table."""
    return np.int64(weights[_U(row), _U(tap)]) if 0 <= tap < weights.shape[1] else np.int64(0)


@forced
def _used(weights, row):
    """Return how many taps there are up to the last one that has a weight."""
    used = weights.shape[1]
    while used > 1 and weights[_U(row), _U(used - 1)] == 0:
        used -= 1
    return used


def measure(first, weights, digits, starts):
    """Return how many taps have weights anywhere, and the largest sum of two neighbours' upper digits.

    They are counted from ``starts`` on, which get the table's but only ascend: weights of 0 may be cut off in front.
    """
    taps, most, last = 1, np.int64(0), first.size - 1
    for i in range(first.size - 1, -1, -1):
        starts[_U(i)] = min(first[_U(i)], starts[_U(min(i + 1, last))]) if i < last else first[_U(i)]
        ahead, used = np.int64(first[_U(i)]) - starts[_U(i)], _used(weights, i)
        taps = max(taps, ahead + used)
        if digits == 2:
            for k in range(-1, used):
                a, b = _split(_weight(weights, i, k), 16)[0], _split(_weight(weights, i, k + 1), 16)[0]
                most = max(most, abs(a), abs(b), abs(a + b))
    return taps, most


def pack_rows(first, weights, digits, starts, pairs, rows, blob):
    """Fill the first source row and the number of pairs of each output row, and the digits of each pair."""
    width = weights.shape[1]
    for y in range(first.size):
        ahead = np.int64(first[_U(y)]) - starts[_U(y)]
        count = (ahead + _used(weights, y) + 1) // 2
        rows[_U(2 * y)], rows[_U(2 * y + 1)] = starts[_U(y)], count
        for k in range(count):
            tap = 2 * k - ahead
            a = np.int64(weights[_U(y), _U(tap)]) if 0 <= tap < width else np.int64(0)
            b = np.int64(weights[_U(y), _U(tap + 1)]) if -1 <= tap < width - 1 else np.int64(0)
            place = 2 * (y * pairs + k)
            upper = np.uint32(0)
            if digits == WORDS:
                (high, a), (high_too, b) = _split(a, 8), _split(b, 8)
                upper = _words(high, high_too)
            elif digits == 2:
                (high, a), (high_too, b) = _split(a, 16), _split(b, 16)
                upper = _words(_bytes(high, high_too), _bytes(high, high_too))
            blob[_U(place)], blob[_U(place + 1)] = _words(a, b), upper


@forced
def _placed(weight, digits, k):
    """Where the digits of the ``k``-th weight of a lane belong, in three numbers of 32 bits."""
    if digits == WORDS:
        high, low = _split(weight, 8)
        return (low & 65535) << (16 * k), (high & 65535) << (16 * k), np.int64(0)
    high, low = _split(weight, 16)
    if digits == 1:
        high, low = np.int64(0), weight
    word = (low & 65535) << (16 * (k // 2))
    return (np.int64(0) if k % 2 else word), (word if k % 2 else np.int64(0)), (high & 255) << (8 * k)


@forced
def _fill_samples(starts, channels, pixels, origins):
    """Set the pixel of each sample of a row, and the first sample that it is made of."""
    sample = 0
    for x in range(starts.size):
        for channel in range(channels):
            pixels[_U(sample)], origins[_U(sample)] = x, starts[_U(x)] * channels + channel
            sample += 1


@forced
def _sample(head, lane, parts, three, last):
    """Return the sample that a lane of four is for, the first of which is for ``head``."""
    own = lane // 2 if parts == 4 else lane
    return min(head + (min(own, 2) if three else own), last)


@forced
def _index(offset, sample, stride):
    """Which four bytes of a window a lane takes: of one sample after another, ``stride`` bytes apart."""
    index = np.int64(0)
    for k in range(4):
        index |= ((offset + k // sample * stride + k % sample) & 127) << (8 * k)
    return np.uint32(index)


def pack_columns(first, weights, digits, starts, channels, parts, three, groups, entries, blob):
    """Fill the first sample of each chunk and where its windows begin; and its indices and digits.

    Lanes are samples in turn; with four parts two lanes are halves of one, with ``three`` a fourth lane of each pixel
    is nothing. The first vector of a chunk has the first and the third four of its lanes, the second one the others.
    The last chunk is whole, too, and overlaps the one before.
    """
    sample, numbers = 2 if digits == WORDS else 1, 3 if digits == 2 else 2  # bytes of one; of four bytes' digits
    length, four = first.size * channels, 3 if three else 4  # samples of four lanes
    halves, shared = 2 if parts == 4 else 1, 4 if parts == 1 else 2  # lanes that share a window
    taps, units = 4 // sample, groups * halves  # of a lane at a time
    packed = np.empty(first.size * units * numbers, np.uint32)
    for x in range(first.size):
        ahead = np.int64(first[_U(x)]) - starts[_U(x)]
        for unit in range(units):
            a, b, c = np.int64(0), np.int64(0), np.int64(0)
            for k in range(taps):  # by hand: each call that hands an array on counts its references
                tap = unit * taps + k - ahead
                weight = np.int64(weights[_U(x), _U(tap)]) if 0 <= tap < weights.shape[1] else np.int64(0)
                near, far, upper = _placed(weight, digits, k)
                a, b, c = a | near, b | far, c | upper
            there = (x * units + unit) * numbers
            packed[_U(there)], packed[_U(there + 1)] = np.uint32(a), np.uint32(b)
            if numbers == 3:
                packed[_U(there + 2)] = np.uint32(c)
    pixels, origins = np.empty(length, np.int64), np.empty(length, np.int64)
    _fill_samples(starts, channels, pixels, origins)
    place = 0
    for chunk in range(entries.shape[0]):
        start = max(min(chunk * 4 * four, length - 4 * four), 0)
        entries[_U(chunk), _U(0)] = start
        entry = 1
        for number in range(2 * halves):
            for block in range(2):
                head = start + (number // halves + 2 * block) * four + number % halves * 2
                base = np.int64(0)
                for lane in range(4):
                    own = _sample(head, lane, parts, three, length - 1)
                    if lane % shared == 0:
                        base = origins[_U(own)]
                        for other in range(lane + 1, lane + shared):
                            base = min(base, origins[_U(_sample(head, other, parts, three, length - 1))])
                        entries[_U(chunk), _U(entry)] = base * sample
                        entry += 1
                    here = place + block * 4 + lane
                    offset = (origins[_U(own)] - base) * sample + lane // shared * 8
                    blob[_U(here)] = _index(offset, sample, channels * sample)
                    there = (pixels[_U(own)] * units + (lane % 2 if parts == 4 else 0)) * numbers
                    for _ in range(groups):
                        blob[_U(here + 8)], blob[_U(here + 16)] = packed[_U(there)], packed[_U(there + 1)]
                        if numbers == 3:
                            blob[_U(here + 24)] = packed[_U(there + 2)]
                        here, there = here + 8 * numbers, there + halves * numbers
            place += 8 + groups * 8 * numbers


_INDEX, _WORDS = array_type(np.int32, 1), array_type(np.uint32, 1, writable=True)
_NUMBERS, _GRID = array_type(np.int64, 1, writable=True), array_type(np.int64, 2, writable=True)


@cache
def packers(weight: str) -> tuple[Kernel, Kernel, Kernel]:
    """Return the compiled functions above for weights of a dtype."""
    integer, axis = types.int64, (_INDEX, array_type(weight, 2), types.int64)
    rows = (*axis, _INDEX, integer, _NUMBERS, _WORDS)
    columns = (*axis, _INDEX, integer, integer, types.boolean, integer, _GRID, _WORDS)
    return (
        compile_kernel(measure, f"narrow_taps_measure_{weight}", (*axis, array_type(np.int32, 1, writable=True))),
        compile_kernel(pack_rows, f"narrow_taps_rows_{weight}", rows),
        compile_kernel(pack_columns, f"narrow_taps_columns_{weight}", columns),
    )
