"""Tables of two taps packed for two_taps.py: permutations inside windows of the source row, and weights beside them."""

from functools import cache
from typing import Any

import numpy as np
from numba import types

from fastresample.kernels.bytewise.repeats import repeated_chunks
from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced, inline

# The header: what follows, then four integers for each output row, then the entry of each chunk of 32 samples.
COLUMNS, SECOND, APART, HEAD = 0, 1, 2, 3
# Fraction bits of the words between the passes where sums are exact: 255 * 2**7 still fits.
FRACTION = 7
LANES = 32  # of a chunk


@forced
def _unit(weights, high):
    """Return what each row of weights sums to, 0 where rows differ or some weight is not between nothing and all."""
    far, unit = np.int64(0), np.int64(2048)
    for i in range(weights.shape[0]):
        near = np.int64(weights[i, 0])
        if weights.shape[1] == 2:
            far = np.int64(weights[i, 1])
        if not high and i == 0:
            unit = near + far
        # Weights that were rounded one by one: with two more than 2048 in both passes results still fit a byte.
        more = near + far - unit
        if near < 0 or far < 0 or near > unit or far > unit or more > 2 or (more != 0 and not high):
            return np.int64(0)
    return unit


@inline
def known(wx, wy, numbers, high):
    """Return how many places the weights of columns and of rows have to be moved to have 15 bits; -1: not served."""
    unit_x, unit_y, places_x, places_y = _unit(wx, high), _unit(wy, high), np.int64(0), np.int64(0)
    if high:
        served = wx.shape[1] == 2 and wy.shape[1] == 2 and numbers[0] == 4 and numbers[1] == 2
        served = served and unit_x != 0 and unit_y != 0
    else:
        places_x, places_y = 15 - FRACTION - numbers[0], 15 + FRACTION - numbers[1]
        served = unit_x == 1 << (numbers[0] + FRACTION) and unit_y << FRACTION == 1 << numbers[1]
        served = served and places_x >= 0 and places_y >= 0
    return (places_x, places_y) if served else (np.int64(-1), np.int64(-1))


@inline
def _reach(first, channels, far, begin, end, lowest, highest):
    """Set the lowest and the highest sample that each four outputs read, of chunks but for those in [begin, end).

    Groups behind the last output repeat it.
    """
    outputs = first.size * channels
    for chunk in range(lowest.size // 8):
        if begin <= chunk and chunk < end:
            continue
        lane = chunk * LANES
        x, c = lane // channels, lane % channels
        for group in range(8 * chunk, 8 * chunk + 8):
            least, most = np.int64(1 << 62), np.int64(-1)
            for _ in range(4):
                place = np.int64(first[x]) * channels + c
                least, most = min(least, place), max(most, place + far)
                lane += 1
                c += 1
                if c == channels and lane < outputs:
                    x, c = x + 1, 0
                elif lane >= outputs:
                    c -= 1
            lowest[group], highest[group] = least, most


@inline
def _windows(lowest, highest, begin, end, length, wide):
    """Return how many windows of two vectors a chunk needs: 0 = one of a single vector; -1 = too many."""
    for number in range(4):
        parts = (1 << number) >> 1
        groups, room = 8 // max(parts, 1), wide if parts else np.int64(64)
        fits, start = True, 0
        while start < lowest.size and fits:
            if start == 8 * begin and begin < end:
                start = 8 * end
                continue
            least, most = lowest[start], highest[start]
            for k in range(start + 1, start + groups):
                least, most = min(least, lowest[k]), max(most, highest[k])
            fits = most - least < room or length <= room
            start += groups
        if fits:
            return parts
    return -1


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
def _pack_columns(
    first, weights, channels, gap, furthest, parts, places, high, begin, end, apart, entries, lowest, header, words
):
    """Fill each chunk's permutation and weights: bytes of two samples and of their weights in a word."""
    outputs, count = first.size * channels, max(parts, 1)
    far, size, groups = channels if weights.shape[1] == 2 else np.int64(0), 96 if high else 64, 8 // count
    shift, kept = 5 - (parts >> 1), 0  # 32 lanes by 1, 2 or 4 windows
    for chunk in range(lowest.size // 8):
        entry = entries + chunk * (1 + count)
        if begin <= chunk and chunk < end:
            other = entry - apart * (1 + count)
            further = (
                np.int64(first[chunk * LANES // channels]) - first[(chunk - apart) * LANES // channels]
            ) * channels
            header[entry] = header[other]
            for window in range(count):
                header[entry + 1 + window] = header[other + 1 + window] + further
            continue
        for window in range(count):
            base = furthest
            for k in range(8 * chunk + window * groups, 8 * chunk + (window + 1) * groups):
                base = min(base, lowest[k])
            header[entry + 1 + window] = base
        header[entry] = kept * size * 2
        there, lane = kept * size, chunk * LANES
        kept += 1
        x, c = lane // channels, lane % channels
        for within in range(LANES):
            if lane + within >= outputs:
                words[there + within] = words[there + within + 32] = 0
                if high:
                    words[there + within + 64] = 0
                continue
            swapped, upper, lower = paired(weights, x, places, high)
            near = np.int64(first[x]) * channels + c - header[entry + 1 + (within >> shift)]
            other = near + far
            near, other = near + (gap if near >= 64 else 0), other + (gap if other >= 64 else 0)
            words[there + within] = np.int16(other | near << 8) if swapped else np.int16(near | other << 8)
            words[there + within + 32] = np.int16(upper)
            if high:
                words[there + within + 64] = np.int16(lower)
            c += 1
            if c == channels:
                x, c = x + 1, 0


def pack(sizes, fx, wx, fy, wy, numbers, high, reach, header, words):
    """Fill the header, and the permutations with weights; return the number of windows.

    It is -1 where two_taps.py cannot serve. ``reach`` has room for eight numbers of each chunk, twice, the header for
    four windows of each.
    """
    channels, length = sizes[0], sizes[1]
    places_x, places_y = known(wx, wy, numbers, high)
    if places_x < 0:
        return -1
    lowest, highest = reach[0], reach[1]
    # How far behind its first vector a window's second one lies: inside the row.
    second = max(min(64, length - 64), 0)
    # Windows near the end of the row are moved back inside it.
    begin, end, apart = repeated_chunks(fx, wx.reshape(wx.size), wx.shape[1], channels, LANES, length - 127 - channels)
    _reach(fx, channels, channels if wx.shape[1] == 2 else np.int64(0), begin, end, lowest, highest)
    parts = _windows(lowest, highest, begin, end, length, 64 + second)
    if parts < 0:
        return -1
    start, gap, furthest = HEAD + 4 * fy.size, 64 - second, max(length - 64 - (second if parts else 0), 0)
    header[COLUMNS], header[SECOND] = length, second
    header[APART] = pack_rows(fy, wy, sizes[2], places_y, high, header)
    _pack_columns(
        fx, wx, channels, gap, furthest, parts, places_x, high, begin, end, apart, start, lowest, header, words
    )
    return parts


@cache
def _packer() -> Kernel:
    index, words, numbers = array_type(np.int32, 1), array_type(np.int16, 2), array_type(np.int64, 1)
    filled, packed = array_type(np.int64, 1, writable=True), array_type(np.int16, 1, writable=True)
    grid = array_type(np.int64, 2, writable=True)
    tables = (numbers, index, words, index, words, numbers, types.boolean)
    return compile_kernel(pack, "pack_two_taps", (*tables, grid, filled, packed))


def packed(tables: Any, high: bool) -> Any:
    """Return the number of windows, the header and the permutations with weights; None where they cannot serve."""
    sizes, fx, _, wx, fy, _, wy, numbers = tables
    if wx.shape[1] > 2 or wy.shape[1] > 2:
        return None
    chunks = -(-fx.size * int(sizes[0]) // 32)
    reach = np.empty((2, 8 * chunks), np.int64)
    header = np.empty(HEAD + 4 * fy.size + 5 * chunks, np.int64)
    words = np.empty(chunks * (96 if high else 64), np.int16)
    windows = _packer()(sizes, fx, wx, fy, wy, numbers, high, reach, header, words)
    return None if windows < 0 else (windows, header, words.view(np.uint8))
