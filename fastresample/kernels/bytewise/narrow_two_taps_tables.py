"""Tables of two taps packed for narrow_two_taps.py: permutations inside windows of 16 bytes, weights beside them."""

from functools import cache
from typing import Any

import numpy as np
from numba import types

from fastresample.kernels.bytewise.two_taps_tables import APART, COLUMNS, HEAD, known, pack_rows, paired, share
from fastresample.kernels.common import Kernel, array_type, compile_kernel, inline

# Results of a block of 128 bits and the windows that they are divided among, cheapest first: 6 are two pixels of three.
_SHAPES = ((8, 1), (8, 2), (6, 2), (8, 4), (8, 8))
_WINDOW = 16
_U = np.uintp


@inline
def _fits(first, channels, far, results):
    """Say whether so many results in turn always read from one window; ``far`` is between the two samples of one."""
    lane, lowest, highest = 0, 0, 0
    for x in range(_U(first.size)):
        place = np.int64(first[x]) * channels
        for sample in range(place, place + channels):
            lowest, highest = (min(lowest, sample), max(highest, sample)) if lane else (sample, sample)
            if highest + far - lowest >= _WINDOW:
                return False
            lane = lane + 1 if lane + 1 < results else 0
    return True


@inline
def _shape(first, channels, far):
    """Return the cheapest shape whose windows hold what their results read: results of a block, windows; or (0, 0)."""
    for lanes, windows in _SHAPES:
        if (lanes == 8 or channels == 3) and _fits(first, channels, far, lanes // windows):
            return lanes, windows
    return 0, 0


@inline
def _place_windows(first, channels, length, lanes, windows, start, header):
    """Fill the first samples of the windows in the chunks' entries, which begin at ``start``."""
    results, furthest = lanes // windows, max(length - _WINDOW, 0)
    window, lane, base = start + 1, 0, furthest
    for x in range(_U(first.size)):
        for sample in range(np.int64(first[x]) * channels, (np.int64(first[x]) + 1) * channels):
            base = min(base, sample)
            header[window] = base
            lane += 1
            if lane == results:
                window, lane, base = window + 1, 0, furthest
                if (window - start) % (1 + 2 * windows) == 0:
                    window += 1


@inline
def _pack_columns(first, weights, channels, far, lanes, windows, places, high, start, header, words):
    """Fill each chunk's permutation and weights."""
    size = 48 if high else 32
    for k in range(_U(words.size)):
        words[k] = 0
    block, lane, results = 0, 0, lanes // windows
    window, within = start + 1, 0
    for x in range(_U(first.size)):
        place = np.int64(first[x]) * channels
        swapped, upper, lower = paired(weights, x, places, high)
        for sample in range(place, place + channels):
            near = sample - header[window]
            other, there = near + far, (block >> 1) * size + (block & 1) * 8 + lane
            words[there] = np.int16(other | near << 8) if swapped else np.int16(near | other << 8)
            words[there + 16] = np.int16(upper)
            if high:
                words[there + 32] = np.int16(lower)
            lane, within = lane + 1, within + 1
            if within == results:
                window, within = window + 1, 0
            if lane == lanes:
                block, lane = block + 1, 0
                window += 1 - (block & 1)  # over the place of the tables


def pack(sizes, fx, wx, fy, wy, numbers, high, header, words, blob):
    """Fill the header, as two_taps_tables.py has it, and the permutations with weights.

    Return the number of results and of windows of a block, both 0 where narrow_two_taps.py cannot serve. The header has
    room for eight windows of each block; ``words`` and ``blob`` are the same memory.
    """
    channels, length = sizes[0], sizes[1]
    places_x, places_y = known(wx, wy, numbers, high)
    far = channels if wx.shape[1] == 2 else np.int64(0)
    lanes, windows = _shape(fx, channels, far)
    if places_x < 0 or not windows:
        return 0, 0
    start = HEAD + 4 * fy.size
    header[COLUMNS] = length
    header[APART] = pack_rows(fy, wy, sizes[2], places_y, high, header)
    for k in range(_U(start), _U(header.size)):
        header[k] = 0  # windows behind the last result
    _place_windows(fx, channels, length, lanes, windows, start, header)
    _pack_columns(fx, wx, channels, far, lanes, windows, places_x, high, start, header, words)
    share(2 * windows, 12 if high else 8, start, header, blob)
    return lanes, windows


@cache
def _packer() -> Kernel:
    index, words, numbers = array_type(np.int32, 1), array_type(np.int16, 2), array_type(np.int64, 1)
    filled, packed = array_type(np.int64, 1, writable=True), array_type(np.int16, 1, writable=True)
    tables = (numbers, index, words, index, words, numbers, types.boolean)
    return compile_kernel(pack, "pack_narrow_two_taps", (*tables, filled, packed, filled))


def packed(tables: Any, high: bool) -> Any:
    """Return the shape, the header and the permutations with weights; None where they cannot serve."""
    sizes, fx, _, wx, fy, _, wy, numbers = tables
    if wx.shape[1] > 2 or wy.shape[1] > 2:
        return None
    chunks = -(-fx.size * int(sizes[0]) // 12)  # of two blocks, of six results at least
    header = np.empty(HEAD + 4 * fy.size + 17 * chunks, np.int64)
    words = np.empty(chunks * (48 if high else 32), np.int16)
    shape = _packer()(sizes, fx, wx, fy, wy, numbers, high, header, words, words.view(np.int64))
    return (shape, header, words.view(np.uint8)) if shape[1] else None
