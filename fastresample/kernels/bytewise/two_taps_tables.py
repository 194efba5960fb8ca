"""Tables of two taps packed for two_taps.py: permutations inside windows of the source row, and weights beside them."""

from functools import cache
from typing import Any

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
def known(wx, wy, numbers, high):
    """Return how many places the weights of columns and of rows have to be moved to have 15 bits; -1: not served."""
    if high and (wx.shape[1] < 2 or wy.shape[1] < 2 or numbers[0] != 4 or numbers[1] != 2):
        return -1, -1
    unit_x, unit_y = _unit(wx, high), _unit(wy, high)
    if high:
        return (0, 0) if unit_x and unit_y else (-1, -1)
    if unit_x == 1 << (numbers[0] + FRACTION) and unit_y << FRACTION == 1 << numbers[1]:
        places_x, places_y = 15 - FRACTION - numbers[0], 15 + FRACTION - numbers[1]
        if min(places_x, places_y) >= 0:
            return places_x, places_y
    return -1, -1


@inline
def _reach(first, channels, far, lowest, highest):
    """Set the lowest and the highest sample that each four outputs read; groups behind the last output repeat it."""
    n, c_n = _U(first.size), _U(channels)
    for k in range(_U(lowest.size)):
        lowest[k], highest[k] = np.int64(1 << 62), np.int64(-1)
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
def pack_rows(first, weights, rows_in, places, high, header):
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
        here = HEAD + 4 * y
        header[here], header[here + 1], header[here + 2], header[here + 3] = near, far, w0, w1
        if not high:
            header[here + 2] = -2 * (w1 << places)
        if y and min(near, far) <= max(header[here - 4], header[here - 3]):
            apart = False
    return apart


@inline
def _place_windows(lowest, length, parts, start, header):
    """Fill the first samples of the windows in the chunks' entries, which begin at ``start``."""
    count, groups = max(parts, 1), 8 // max(parts, 1)
    furthest = max(length - _room(parts, length), 0)
    for window in range(lowest.size // groups):
        base = furthest
        for k in range(window * groups, (window + 1) * groups):
            base = min(base, lowest[k])
        header[start + window // count * (1 + count) + 1 + window % count] = base


@inline
def paired(weights, x, places, high):
    """Return whether the second sample is the nearer one, and words of weights.

    Where sums are high: the upper digits of both, and the lower ones. Else: minus twice the other sample's weight, and
    nothing.
    """
    w0, w1 = np.int64(weights[x, 0]), np.int64(weights[x, 1]) if weights.shape[1] == 2 else np.int64(0)
    if high:
        low0, low1 = ((w0 + 64) & 127) - 64, ((w1 + 64) & 127) - 64
        return False, (w0 - low0) >> 7 | (w1 - low1) >> 7 << 8, (low0 & 255) | (low1 & 255) << 8
    return w1 > w0, -2 * (min(w0, w1) << places), np.int64(0)


@inline
def _pack_columns(first, weights, channels, length, parts, places, high, entries, header, words):
    """Fill each chunk's permutation and weights: bytes of two samples and of their weights in a word."""
    far, gap = channels if weights.shape[1] == 2 else np.int64(0), 64 - _second(length)
    c_n, size, start, width = _U(channels), _U(96 if high else 64), _U(entries), _U(1 + max(parts, 1))
    shift = _U(5 - (parts >> 1) + (parts >> 3))  # 32 lanes by 1, 2, 4 or 8 windows
    for k in range(_U(words.size) - size, _U(words.size)):
        words[k] = 0  # lanes behind the last output
    for x in range(_U(first.size)):
        place = np.int64(first[x]) * channels
        swapped, upper, lower = paired(weights, x, places, high)
        for lane in range(x * c_n, (x + _U(1)) * c_n):
            chunk, within = lane >> _U(5), lane & _U(31)
            near = place - header[start + chunk * width + _U(1) + (within >> shift)]
            other = near + far
            near, other = near + (gap if near >= 64 else 0), other + (gap if other >= 64 else 0)
            there = chunk * size + within
            words[there] = np.int16(other | near << 8) if swapped else np.int16(near | other << 8)
            words[there + _U(32)] = np.int16(upper)
            if high:
                words[there + _U(64)] = np.int16(lower)
            place += 1


@inline
def share(parts, size, start, header, blob):
    """Keep equal permutations and weights once: steps that are simple fractions have a few. Enter where each lies."""
    kept, same = 0, 0
    for chunk in range(blob.size // size):
        found = -1
        # What repeats does so soon, or the tables differ all along.
        for k in range(min(kept, _MOST_SHARED) if same or chunk < 2 * _MOST_SHARED else 0):
            other, equal = kept - 1 - k, True
            for i in range(size):
                if blob[chunk * size + i] != blob[other * size + i]:
                    equal = False
                    break
            if equal:
                found = other
                break
        if found < 0:
            found = kept
            kept += 1
            for i in range(size):
                blob[found * size + i] = blob[chunk * size + i]
        else:
            same += 1
        header[start + chunk * (1 + max(parts, 1))] = found * size * 8


def pack(sizes, fx, wx, fy, wy, numbers, high, lowest, highest, header, words, blob):
    """Fill the header, and the permutations with weights; return the number of windows.

    It is -1 where two_taps.py cannot serve. ``lowest`` and ``highest`` have room for eight numbers of each chunk, the
    header for eight windows of each; ``words`` and ``blob`` are the same memory.
    """
    channels, length = sizes[0], sizes[1]
    places_x, places_y = known(wx, wy, numbers, high)
    if places_x < 0:
        return -1
    _reach(fx, channels, channels if wx.shape[1] == 2 else np.int64(0), lowest, highest)
    parts = _windows(lowest, highest, length)
    if parts < 0:
        return -1
    start = HEAD + 4 * fy.size
    header[COLUMNS], header[SECOND] = length, _second(length)
    header[APART] = pack_rows(fy, wy, sizes[2], places_y, high, header)
    _place_windows(lowest, length, parts, start, header)
    _pack_columns(fx, wx, channels, length, parts, places_x, high, start, header, words)
    share(parts, 24 if high else 16, start, header, blob)
    return parts


@cache
def _packer() -> Kernel:
    index, words, numbers = array_type(np.int32, 1), array_type(np.int16, 2), array_type(np.int64, 1)
    filled, packed = array_type(np.int64, 1, writable=True), array_type(np.int16, 1, writable=True)
    tables = (numbers, index, words, index, words, numbers, types.boolean)
    return compile_kernel(pack, "pack_two_taps", (*tables, filled, filled, filled, packed, filled))


def packed(tables: Any, high: bool) -> Any:
    """Return the number of windows, the header and the permutations with weights; None where they cannot serve."""
    sizes, fx, _, wx, fy, _, wy, numbers = tables
    if wx.shape[1] > 2 or wy.shape[1] > 2:
        return None
    chunks = -(-fx.size * int(sizes[0]) // 32)
    reach = np.empty((2, 8 * chunks), np.int64)
    header = np.empty(HEAD + 4 * fy.size + 9 * chunks, np.int64)
    words = np.empty(chunks * (96 if high else 64), np.int16)
    windows = _packer()(sizes, fx, wx, fy, wy, numbers, high, *reach, header, words, words.view(np.int64))
    return None if windows < 0 else (windows, header, words.view(np.uint8))
