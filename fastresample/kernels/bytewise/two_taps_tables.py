"""Tables of two taps packed for two_taps.py: permutations inside windows of the source row, and weights beside them."""

from functools import cache

import numpy as np
from numba import types

from fastresample.kernels.common import Kernel, array_type, compile_kernel, inline

# The header: what follows, then four integers for each output row, then the entry of each chunk of 32 samples.
COLUMNS, SECOND, APART, HEAD = 0, 1, 2, 3
# Fraction bits of the words between the passes where sums are exact: 255 * 2**7 still fits.
FRACTION = 7
# With how many of the last permutations a new one is compared.
_MOST_SHARED = 16
_U = np.uintp


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
    """Set the lowest and the highest sample that each four outputs read; groups behind the last output repeat it."""
    n, c_n = _U(first.size), _U(channels)
    lowest[:], highest[:] = np.int64(1 << 62), np.int64(-1)
    for x in range(n):
        place = np.int64(first[x]) * channels
        for lane in range(x * c_n, (x + _U(1)) * c_n):
            group = lane >> _U(2)
            lowest[group], highest[group] = min(lowest[group], place), max(highest[group], place + far)
            place += 1
    last = (n * c_n - _U(1)) >> _U(2)
    for k in range(last + _U(1), _U(lowest.size)):
        lowest[k], highest[k] = lowest[last], highest[last]


@inline
def _windows(lowest, highest, length):
    """Return how many windows of two vectors a chunk needs: 0 = one of a single vector; -1 = too many."""
    for parts in (0, 1, 2, 4, 8):
        groups, room = 8 // max(parts, 1), _room(parts, length)
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
def _second(length):
    """Return how far behind its first vector a window's second one lies: inside the row."""
    return max(min(64, length - 64), 0)


@inline
def _room(parts, length):
    """Return the width of a window."""
    return 64 + _second(length) if parts else np.int64(64)


@inline
def _pack_rows(first, weights, rows_in, places, high, table):
    """Fill the four integers of each output row: the nearer source row, the other, and their weights.

    Where sums are exact: twice the other's weight, negative because 1 does not fit a word. Return whether no source row
    is read twice.
    """
    two, apart = weights.shape[1] == 2, True
    for y in range(first.size):
        near = min(max(np.int64(first[y]), 0), rows_in - 1)
        far = min(max(np.int64(first[y]) + two, 0), rows_in - 1)
        w0, w1 = np.int64(weights[y, 0]), np.int64(weights[y, 1]) if two else np.int64(0)
        if w1 > w0:
            near, far, w0, w1 = far, near, w1, w0
        if w1 == 0:
            far = near
        table[4 * y], table[4 * y + 1] = near, far
        table[4 * y + 2], table[4 * y + 3] = (w0, w1) if high else (-2 * (w1 << places), 0)
        if y and (min(near, far) <= max(table[4 * y - 4], table[4 * y - 3])):
            apart = False
    return apart


@inline
def _place_windows(lowest, length, parts, entries):
    """Fill the entries of the chunks: where the permutation is (one after the other), then each window's start."""
    count, groups = max(parts, 1), 8 // max(parts, 1)
    furthest = max(length - _room(parts, length), 0)
    for chunk in range(entries.shape[0]):
        entries[chunk, 0] = chunk
        for part in range(count):
            start = chunk * 8 + part * groups
            base = lowest[start]
            for k in range(start + 1, start + groups):
                base = min(base, lowest[k])
            entries[chunk, 1 + part] = min(base, furthest)


@inline
def _pack_columns(first, weights, channels, length, parts, places, high, entries, words):
    """Fill each chunk's permutation and weights: bytes of two samples and of their weights in a word."""
    two = weights.shape[1] == 2
    far, gap = channels if two else np.int64(0), 64 - _second(length)
    c_n, size = _U(channels), _U(words.shape[1])
    shift = _U(5 - (parts >> 1) + (parts >> 3))  # 32 lanes by 1, 2, 4 or 8 windows
    row = words.reshape(-1)
    for x in range(_U(first.size)):
        place = np.int64(first[x]) * channels
        w0, w1 = np.int64(weights[x, 0]), np.int64(weights[x, 1]) if two else np.int64(0)
        swapped = not high and w1 > w0
        upper, lower = np.int64(0), np.int64(0)
        if high:
            low0, low1 = ((w0 + 64) & 127) - 64, ((w1 + 64) & 127) - 64
            upper = (w0 - low0) >> 7 | (w1 - low1) >> 7 << 8
            lower = (low0 & 255) | (low1 & 255) << 8
        else:
            upper = -2 * ((w0 if swapped else w1) << places)
        for lane in range(x * c_n, (x + _U(1)) * c_n):
            chunk = lane >> _U(5)
            within = lane & _U(31)
            near = place - entries[chunk, _U(1) + (within >> shift)]
            other = near + far
            near, other = near + (gap if near >= 64 else 0), other + (gap if other >= 64 else 0)
            there = chunk * size + within
            row[there] = np.int16(other | near << 8) if swapped else np.int16(near | other << 8)
            row[there + _U(32)] = np.int16(upper)
            if high:
                row[there + _U(64)] = np.int16(lower)
            place += 1


@inline
def _share(entries, blob):
    """Keep equal permutations and weights once; steps that are simple fractions have a few. Return how many remain."""
    kept, same = 0, 0
    for chunk in range(blob.shape[0]):
        found = -1
        # What repeats does so soon, or the tables differ all along.
        for k in range(min(kept, _MOST_SHARED) if same or chunk < 2 * _MOST_SHARED else 0):
            other, equal = kept - 1 - k, True
            for i in range(blob.shape[1]):
                if blob[chunk, i] != blob[other, i]:
                    equal = False
                    break
            if equal:
                found = other
                break
        if found < 0:
            found = kept
            kept += 1
            for i in range(blob.shape[1]):
                blob[found, i] = blob[chunk, i]
        else:
            same += 1
        entries[chunk, 0] = found * blob.shape[1] * 8
    return kept


def pack(sizes, fx, wx, fy, wy, numbers, high):
    """Return the number of windows, the header and the permutations with weights; -1 where two_taps.py cannot serve."""
    channels, length, rows_in = sizes[0], sizes[1], sizes[2]
    header, words = np.empty(0, np.int64), np.empty(0, np.int16)
    places_x, places_y = _known(wx, wy, numbers, high)
    if places_x < 0:
        return -1, header, words.view(np.uint8)
    chunks = (fx.size * channels + 31) // 32
    lowest, highest = np.empty(8 * chunks, np.int64), np.empty(8 * chunks, np.int64)
    _reach(fx, channels, channels if wx.shape[1] == 2 else np.int64(0), lowest, highest)
    parts = _windows(lowest, highest, length)
    if parts < 0:
        return -1, header, words.view(np.uint8)
    start, width = HEAD + 4 * fy.size, 1 + max(parts, 1)
    header = np.empty(start + chunks * width, np.int64)
    header[COLUMNS], header[SECOND] = length, _second(length)
    header[APART] = _pack_rows(fy, wy, rows_in, places_y, high, header[HEAD:start])
    entries = header[start:].reshape(chunks, width)
    _place_windows(lowest, length, parts, entries)
    size = 32 * (3 if high else 2)
    words = np.zeros(chunks * size, np.int16)
    _pack_columns(fx, wx, channels, length, parts, places_x, high, entries, words.reshape(chunks, size))
    kept = _share(entries, words.view(np.int64).reshape(chunks, size // 4))
    return parts, header, words[: kept * size].view(np.uint8)


@cache
def packer() -> Kernel:
    """Return the compiled `pack`."""
    index, words, integers = array_type(np.int32, 1), array_type(np.int16, 2), array_type(np.int64, 1)
    return compile_kernel(pack, "pack_two_taps", (integers, index, words, index, words, integers, types.boolean))
