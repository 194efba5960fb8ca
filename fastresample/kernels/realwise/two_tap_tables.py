"""Tables of two taps for `two_taps`: windows of a row, and which of their samples, how weighed, 16 results are made of."""

from functools import cache

import numpy as np
from numba import types

from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced

# How the samples of a chunk of results are found: in one window of 16; in two of 16, or four of eight, that are indexed
# together; or in 4, 8 or 16 windows of 16, each for equally many results.
NONE, ONE, TWO, FOUR, MANY = 0, 1, 2, 3, 4


@forced
def _ends(first, channels, margin, columns, k):
    """Return the nearer and the farther sample of the ``k``th result; edges repeat."""
    x = k // channels
    pixel, c = np.int64(first[x]) - margin, k % channels
    return min(max(pixel, 0), columns - 1) * channels + c, min(max(pixel + 1, 0), columns - 1) * channels + c


@forced
def _fits(first, channels, margin, columns, parts, room):
    """Whether equal parts of each chunk of 16 results need so many samples only."""
    length, width = first.size * channels, 16 // parts
    for begin in range(0, length, width):
        last = min(begin + width, length) - 1
        low, high = _ends(first, channels, margin, columns, begin)[0], _ends(first, channels, margin, columns, last)[1]
        inside = begin - begin % channels + channels  # the next pixel begins further to the left than this one ends
        if inside <= last:
            low = min(low, _ends(first, channels, margin, columns, inside)[0])
            high = max(high, _ends(first, channels, margin, columns, last - last % channels - 1)[1])
        if high - low >= room:
            return False
    return True


@forced
def _choose(first, channels, margin, columns):
    """Return the scheme, the results of a chunk, its windows and the samples of a window."""
    if _fits(first, channels, margin, columns, 1, 16):
        return ONE, 16, 1, 16
    if _fits(first, channels, margin, columns, 2, 16):
        return TWO, 16, 2, 16
    if channels >= 2 and channels <= 4:
        return FOUR, 4 * channels, 4, 8
    for parts in (4, 8, 16):
        if _fits(first, channels, margin, columns, parts, 16):
            return MANY, 16, parts, 16
    return NONE, 16, 0, 16


def pack(first, count, weights, channels, columns, margin):
    """Return the scheme, the results of a chunk and its windows, and the tables: where windows begin, as samples; in

    which of the chunk's results both samples are weighed; which two each takes, and by what these are weighed.
    """
    scheme, lanes, parts, room = _choose(first, channels, margin, columns)
    length, last = first.size * channels, columns * channels - room
    chunks = (length + lanes - 1) // lanes
    begins, both = np.zeros(chunks * parts, np.int64), np.zeros(chunks, np.int64)
    index, spread = np.zeros(chunks * 32, np.uint8), np.zeros(chunks * 32, np.float32)
    if scheme == NONE:
        return scheme, lanes, parts, begins, both, index, spread
    width = lanes // parts
    for part in range(chunks * parts):
        begin = part // parts * lanes + part % parts * width
        end = min(begin + width, length)
        low = np.int64(1 << 62)
        for k in range(begin, end):
            low = min(low, _ends(first, channels, margin, columns, k)[0])
        low = min(low, last)
        begins[part] = low if begin < end else 0
        shift = 0 if scheme == MANY else part % parts * room
        for k in range(begin, end):
            x, q = k // channels, part // parts
            near, far = _ends(first, channels, margin, columns, k)
            here = q * 32 + k - q * lanes
            index[here], spread[here], spread[here + 16] = np.uint8(near - low + shift), weights[x, 0], -0.0
            if count[x] == 2:
                index[here + 16], spread[here + 16] = np.uint8(far - low + shift), weights[x, 1]
                both[q] |= 1 << (k - q * lanes)
    return scheme, lanes, parts, begins, both, index, spread


@cache
def packer() -> Kernel:
    """Return ``pack``, compiled."""
    index, real = array_type(np.int32, 1), array_type(np.float32, 2)
    return compile_kernel(pack, "pack_real_two_taps", (index, index, real, types.int64, types.int64, types.int64))
