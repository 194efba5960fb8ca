"""Tables for `four_taps`: windows of a row, and which of their samples, how weighed, make a chunk of results."""

from functools import cache

import numpy as np
from numba import types

from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced

# How many windows the 32 samples of a chunk are found in, of equal length, and one after the other where it is one.
NONE, ONE, TWO, FOUR, EIGHT = 0, 1, 2, 4, 8
_ROOM = 32
# Windows of a chunk and its results, which are more than eight only where there are two taps; the best first.
_CHOICES = ((ONE, 16), (TWO, 16), (FOUR, 16), (FOUR, 12), (ONE, 8), (TWO, 8), (FOUR, 8), (EIGHT, 8), (TWO, 6))


@forced
def _reached(first, count, channels, begin, end):
    """Return the first and the last sample that results [begin, end) are made of."""
    x, z = begin // channels, (end - 1) // channels
    low, high = np.int64(1 << 62), np.int64(-1)
    for k in range(x, z + 1):
        near, far = np.int64(first[k]) * channels, np.int64(first[k] + count[k] - 1) * channels
        low = min(low, near + (begin - x * channels if k == x else 0))
        high = max(high, far + (end - 1 - z * channels if k == z else channels - 1))
    return low, high


@forced
def _fits(first, count, channels, columns, parts, lanes):
    """Whether equal parts of each chunk of so many results need no more samples than a window has."""
    length, width, room = first.size * channels, lanes // parts, _ROOM // parts
    for begin in range(0, length, width):
        low, high = _reached(first, count, channels, begin, min(begin + width, length))
        if high - low >= room:
            return False
    return columns * channels >= room


@forced
def _choose(first, count, channels, columns, two):
    """Return the windows of a chunk and its results."""
    for parts, lanes in _CHOICES:
        if (two or lanes <= 8) and _fits(first, count, channels, columns, parts, lanes):
            return parts, lanes
    return NONE, 8


@forced
def _needed_rows(first, count):
    """Return the first row that an output row or a later one needs, and how many rows these and its own are at most.

    Windows whose outer weights are 0 begin later than others.
    """
    needed, low, most = np.empty_like(first), first[first.size - 1], np.int64(0)
    for k in range(first.size):
        y = first.size - 1 - k
        low = min(low, first[y])
        needed[y] = low
        most = max(most, np.int64(first[y] + count[y] - low))
    return needed, most


@forced
def _averages(count, weights):
    """Whether sums stay between their samples, so that nothing has to be clipped."""
    inside = True
    for x in range(count.size):
        total = 0.0
        for k in range(count[x]):
            inside &= weights[x, k] >= 0.0
            total += weights[x, k]
        inside &= total < 1.0 + 2.0**-40
    return inside


def pack(first, count, weights, first_y, count_y, weights_y, channels, columns, size, whole):
    """Return the windows and the results of a chunk, whether there are two taps at most, and the tables.

    In these taps are ordered as they are added. Sums of a single one begin with 0, which makes no difference to
    ``whole`` samples, for these have no -0.

    Tables: the first row that an output row or a later one needs; at which byte windows begin, of samples of ``size``
    bytes; which taps of a chunk's results count, 32 bits; where these are; the weights.
    """
    needed, most = _needed_rows(first_y, count_y)
    two = weights.shape[1] == 2 or (whole and weights.shape[1] == 1 and weights_y.shape[1] <= 2)
    served = most <= 4 and not (two and (weights_y.shape[1] > 2 or not _averages(count_y, weights_y)))
    if not served or weights.shape[1] > 4 or (two and not _averages(count, weights)):
        parts, lanes = NONE, 8
    else:
        parts, lanes = _choose(first, count, channels, columns, two)
    length, room = first.size * channels, _ROOM // parts if parts else 0
    chunks, last = (length + lanes - 1) // lanes if parts else 0, columns * channels - room
    begins, counted = np.zeros(chunks * parts, np.int64), np.zeros(chunks, np.int64)
    index, spread = np.zeros(chunks * _ROOM, np.uint8), np.full(chunks * _ROOM, -0.0)
    if parts == NONE:
        return parts, lanes, two, needed, begins, counted, index, spread
    width, apart = lanes // parts, 16 if lanes > 8 else 8
    for part in range(chunks * parts):
        q = part // parts
        begin = q * lanes + part % parts * width
        end, low = min(begin + width, length), last
        x, c = begin // channels, begin % channels
        if begin < end:
            low = min(low, _reached(first, count, channels, begin, end)[0])
        begins[part], shift, here = low * size, part % parts * room - low, q * _ROOM + begin - q * lanes
        for _ in range(begin, end):
            place, n = np.int64(first[x]) * channels + c + shift, np.int64(count[x])
            for k in range(n):
                # The first and the last, then what is between them.
                slot = k if k == 0 else (1 if k == n - 1 else k + 1)
                index[here + apart * slot] = place + k * channels
                spread[here + apart * slot] = weights[x, k]
                counted[q] |= 1 << (here - q * _ROOM + apart * slot)
            here, c = here + 1, c + 1
            if c == channels:
                x, c = x + 1, np.int64(0)
    return parts, lanes, two, needed, begins, counted, index, spread


@cache
def packer() -> Kernel:
    """Return ``pack``, compiled."""
    index, real = array_type(np.int32, 1), array_type(np.float64, 2)
    return compile_kernel(pack, "pack_real_four_taps", (*(index, index, real) * 2, *(types.int64,) * 3, types.boolean))
