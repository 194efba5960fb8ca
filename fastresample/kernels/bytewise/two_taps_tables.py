"""Tables of two taps packed for two_taps.py: permutations inside windows of the source row, and weights beside them."""

from functools import cache

import numpy as np
from numba import types

from fastresample.kernels.common import Kernel, array_type, compile_kernel, inline

LANES = 32  # samples of a chunk
# The header: what follows, then four integers for each output row, then the windows of each chunk.
COLUMNS, ROWS_IN, SECOND, HEAD = 0, 1, 2, 3
# Fraction bits of the words between the passes where sums are exact: 255 * 2**7 still fits.
FRACTION = 7


@inline
def _unit(weights, high):
    """Return what each row of weights sums to, 0 where rows differ or some weight is not between nothing and all."""
    taps = weights.shape[1]
    unit = 2048 if high else np.int64(weights[0, 0]) + (np.int64(weights[0, 1]) if taps == 2 else 0)
    for i in range(weights.shape[0]):
        near = np.int64(weights[i, 0])
        far = np.int64(weights[i, 1]) if taps == 2 else np.int64(0)
        # Weights that were rounded one by one: with two more than 2048 in both passes results still fit a byte.
        sums = near + far <= unit + 2 and near <= unit and far <= unit if high else near + far == unit
        if near < 0 or far < 0 or not sums:
            return np.int64(0)
    return np.int64(unit)


@inline
def _known(wx, wy, numbers, high):
    """Return how many places the weights of columns and of rows have to be moved to have 15 bits; -1: not served."""
    if wx.shape[1] > 2 or wy.shape[1] > 2:
        return -1, -1
    if high and (wx.shape[1] < 2 or wy.shape[1] < 2 or numbers[0] != 4 or numbers[1] != 2):
        return -1, -1
    unit_x, unit_y = _unit(wx, high), _unit(wy, high)
    if high:
        return (0, 0) if unit_x and unit_y else (-1, -1)
    if unit_x == 1 << (numbers[0] + FRACTION) and unit_y == 1 << (numbers[1] - FRACTION):
        places_x, places_y = 15 - FRACTION - numbers[0], 15 + FRACTION - numbers[1]
        if min(places_x, places_y) >= 0:
            return places_x, places_y
    return -1, -1


@inline
def _reach(first, channels, far, lowest, highest):
    """Set the lowest and the highest sample that each four outputs read."""
    x, c, last = 0, 0, first.size - 1
    for group in range(lowest.size):
        least, most = np.int64(1 << 62), np.int64(-1)
        for _ in range(4):
            place = np.int64(first[x]) * channels + c
            least, most = min(least, place), max(most, place + far)
            if c + 1 < channels:
                c += 1
            elif x < last:
                x, c = x + 1, 0
        lowest[group], highest[group] = least, most


@inline
def _windows(lowest, highest, length):
    """Return how many windows of two vectors a chunk needs: 0 = one of a single vector; -1 = too many."""
    second = max(min(64, length - 64), 0)
    for parts in (0, 1, 2, 4, 8):
        groups, room = 8 // max(parts, 1), 64 + second if parts else np.int64(64)
        fits = True
        for start in range(0, lowest.size, groups):
            least, most = lowest[start], highest[start]
            for k in range(start + 1, start + groups):
                least, most = min(least, lowest[k]), max(most, highest[k])
            if most - least >= room and length > room:
                fits = False
                break
        if fits:
            return parts
    return -1


@inline
def _pack_rows(first, weights, rows_in, places, high, table):
    """Fill the four integers of each output row: two source rows and their weights.

    Where sums are exact: the nearer row, the other, and twice its weight, negative because 1 does not fit a word.
    """
    two = weights.shape[1] == 2
    for y in range(first.size):
        near = min(max(np.int64(first[y]), 0), rows_in - 1)
        far = min(max(np.int64(first[y]) + two, 0), rows_in - 1)
        w0, w1 = np.int64(weights[y, 0]), np.int64(weights[y, 1]) if two else np.int64(0)
        if not high and w1 > w0:
            near, far, w0, w1 = far, near, w1, w0
        table[4 * y], table[4 * y + 1] = near, far
        table[4 * y + 2], table[4 * y + 3] = (w0, w1) if high else (-2 * (w1 << places), 0)


@inline
def _pack_columns(first, weights, channels, length, parts, places, high, lowest, bases, blob):
    """Fill the windows' first samples, and for each chunk its permutation and its weights."""
    far = channels if weights.shape[1] == 2 else np.int64(0)
    second = max(min(64, length - 64), 0)
    reach = 64 + second if parts else np.int64(64)
    words, size = blob.view(np.int16), 64 * (3 if high else 2)
    count, groups, last = max(parts, 1), 8 // max(parts, 1), first.size - 1
    x, c = 0, 0
    for window in range(bases.size):
        base = lowest[window * groups]
        for k in range(1, groups):
            base = min(base, lowest[window * groups + k])
        base = max(min(base, length - reach), 0)
        bases[window] = base
        chunk, part = window // count, window % count
        for lane in range(part * groups * 4, (part + 1) * groups * 4):
            near = np.int64(first[x]) * channels + c - base
            other = near + far
            w0, w1 = np.int64(weights[x, 0]), np.int64(weights[x, 1]) if far else np.int64(0)
            if not high and w1 > w0:
                near, other, w0, w1 = other, near, w1, w0
            place = chunk * size + 2 * lane
            blob[place] = near if near < 64 else 64 + near - second
            blob[place + 1] = other if other < 64 else 64 + other - second
            if high:
                low0, low1 = ((w0 + 64) & 127) - 64, ((w1 + 64) & 127) - 64
                blob[place + 64], blob[place + 65] = (w0 - low0) >> 7, (w1 - low1) >> 7
                blob[place + 128], blob[place + 129] = low0 & 255, low1 & 255
            else:
                words[(place + 64) // 2] = -2 * (w1 << places)
            if c + 1 < channels:
                c += 1
            elif x < last:
                x, c = x + 1, 0


def pack(sizes, fx, wx, fy, wy, numbers, high):
    """Return the number of windows, the header and the permutations with weights; -1 where two_taps.py cannot serve."""
    channels, length, rows_in = sizes[0], sizes[1], sizes[2]
    header, blob = np.empty(0, np.int64), np.empty(0, np.uint8)
    places_x, places_y = _known(wx, wy, numbers, high)
    if places_x < 0:
        return -1, header, blob
    chunks = (fx.size * channels + LANES - 1) // LANES
    lowest, highest = np.empty(8 * chunks, np.int64), np.empty(8 * chunks, np.int64)
    _reach(fx, channels, channels if wx.shape[1] == 2 else np.int64(0), lowest, highest)
    parts = _windows(lowest, highest, length)
    if parts < 0:
        return -1, header, blob
    bases = HEAD + 4 * fy.size
    header = np.empty(bases + chunks * max(parts, 1), np.int64)
    header[COLUMNS], header[ROWS_IN], header[SECOND] = length, rows_in, max(min(64, length - 64), 0)
    _pack_rows(fy, wy, rows_in, places_y, high, header[HEAD:bases])
    blob = np.empty(chunks * 64 * (3 if high else 2), np.uint8)
    _pack_columns(fx, wx, channels, length, parts, places_x, high, lowest, header[bases:], blob)
    return parts, header, blob


@cache
def packer() -> Kernel:
    """Return the compiled `pack`."""
    index, words, integers = array_type(np.int32, 1), array_type(np.int16, 2), array_type(np.int64, 1)
    return compile_kernel(pack, "pack_two_taps", (integers, index, words, index, words, integers, types.boolean))
