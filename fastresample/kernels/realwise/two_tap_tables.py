"""Tables of two taps for `two_taps`: windows of a row, and which of their samples, how weighed, make 16 results."""

from functools import cache

import numpy as np
from numba import types

from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced

# How many windows the samples of a chunk of results are found in: one of 16, or several that have 32 in all, indexed
# together. Four serve a pixel each, eight a result each.
NONE, ONE, TWO, FOUR, EIGHT = 0, 1, 2, 4, 8


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
    """Return the windows of a chunk, its results, and the samples of a window."""
    if _fits(first, channels, margin, columns, 1, 16):
        return ONE, 16, 16
    if _fits(first, channels, margin, columns, 2, 16):
        return TWO, 16, 16
    if channels == 1:
        return EIGHT, 8, 4
    if channels <= 4:
        return FOUR, 4 * channels, 8
    return NONE, 16, 16


def pack(first, count, weights, channels, columns, margin):
    """Return the windows and the results of a chunk, and the tables.

    Tables: at which sample windows begin; for which of a chunk's results both samples count; which two each takes, and
    by what they are weighed.
    """
    parts, lanes, room = _choose(first, channels, margin, columns)
    length, last = first.size * channels, columns * channels - room
    chunks = (length + lanes - 1) // lanes
    begins, both = np.zeros(chunks * parts, np.int64), np.zeros(chunks, np.int64)
    index, spread = np.zeros(chunks * 32, np.uint8), np.zeros(chunks * 32, np.float32)
    if parts == NONE:
        return parts, lanes, begins, both, index, spread
    # Sums inward of any number of taps begin with 0, those of two with a product.
    width, none = lanes // parts, -0.0 if weights.shape[1] == 2 else 0.0
    for part in range(chunks * parts):
        begin = part // parts * lanes + part % parts * width
        end = min(begin + width, length)
        low = np.int64(1 << 62)
        for k in range(begin, end):
            low = min(low, _ends(first, channels, margin, columns, k)[0])
        low = min(low, last)
        begins[part] = low if begin < end else 0
        shift = part % parts * room
        for k in range(begin, end):
            x, q = k // channels, part // parts
            near, far = _ends(first, channels, margin, columns, k)
            here = q * 32 + k - q * lanes
            index[here], spread[here], spread[here + 16] = np.uint8(near - low + shift), weights[x, 0], none
            if count[x] == 2:
                index[here + 16], spread[here + 16] = np.uint8(far - low + shift), weights[x, 1]
                both[q] |= 1 << (k - q * lanes)
    return parts, lanes, begins, both, index, spread


@cache
def packer() -> Kernel:
    """Return ``pack``, compiled."""
    index, real = array_type(np.int32, 1), array_type(np.float32, 2)
    return compile_kernel(pack, "pack_real_two_taps", (index, index, real, types.int64, types.int64, types.int64))
