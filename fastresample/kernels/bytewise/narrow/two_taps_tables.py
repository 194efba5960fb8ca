"""Tables of two taps packed for two_taps.py: permutations inside windows of 16 bytes, weights beside them."""

from functools import cache
from typing import Any

import numpy as np
from numba import types

from fastresample.kernels.bytewise.repeats import repeated_chunks
from fastresample.kernels.bytewise.two_taps_tables import APART, COLUMNS, HEAD, known, pack_rows, paired
from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced

# Results of a block of 128 bits and the windows that they are divided among, cheapest first: 6 are two pixels of three.
_SHAPES = ((8, 1), (8, 2), (6, 2), (8, 4), (8, 8))
_WINDOW = 16
_U = np.uintp


@forced
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


@forced
def _shape(first, channels, far):
    """Return the cheapest shape whose windows hold what their results read: results of a block, windows; or (0, 0)."""
    for lanes, windows in _SHAPES:
        if (lanes == 8 or channels == 3) and _fits(first, channels, far, lanes // windows):
            return lanes, windows
    return 0, 0


@forced
def _pack_columns(
    first, weights, channels, far, furthest, lanes, windows, places, high, begin, end, apart, entries, header, words
):
    """Fill each chunk's windows, permutation and weights; chunks [begin, end) are those ``apart`` earlier, moved on."""
    outputs, count, size, results = first.size * channels, 2 * windows, 48 if high else 32, lanes // windows
    kept = 0
    for chunk in range((outputs + 2 * lanes - 1) // (2 * lanes)):
        entry, there, lane = entries + chunk * (1 + count), kept * size, 2 * lanes * chunk
        x, c = lane // channels, lane % channels
        if begin <= chunk and chunk < end:
            other, before = entry - apart * (1 + count), (lane - 2 * lanes * apart) // channels
            header[_U(entry)] = header[_U(other)]
            further = (np.int64(first[_U(x)]) - np.int64(first[_U(before)])) * channels
            for window in range(count):
                header[_U(entry + 1 + window)] = header[_U(other + 1 + window)] + further
            continue
        header[_U(entry)], kept = there * 2, kept + 1
        for k in range(size):
            words[_U(there + k)] = 0  # lanes behind the last result
        for window in range(count):
            base, near_x, near_c, many = furthest, x, c, max(min(results, outputs - lane), 0)
            for _ in range(many):
                base = min(base, np.int64(first[_U(near_x)]) * channels + near_c)
                near_x, near_c = (near_x + 1, 0) if near_c + 1 == channels else (near_x, near_c + 1)
            header[_U(entry + 1 + window)] = base
            word = there + window // windows * 8 + window % windows * results
            for _ in range(many):
                swapped, upper, lower = paired(weights, x, places, high)
                near = np.int64(first[_U(x)]) * channels + c - base
                other = near + far
                words[_U(word)] = np.int16(other | near << 8) if swapped else np.int16(near | other << 8)
                words[_U(word + 16)] = np.int16(upper)
                if high:
                    words[_U(word + 32)] = np.int16(lower)
                word += 1
                x, c = (x + 1, 0) if c + 1 == channels else (x, c + 1)
            lane += results


def pack(sizes, fx, wx, fy, wy, numbers, high, header, words):
    """Fill the header, as two_taps_tables.py has it, and the permutations with weights.

    Return the number of results and of windows of a block, both 0 where two_taps.py cannot serve. The header has
    room for eight windows of each block.
    """
    channels, length = sizes[0], sizes[1]
    places_x, places_y = known(wx, wy, numbers, high)
    far, furthest = channels if wx.shape[1] == 2 else np.int64(0), max(length - _WINDOW, 0)
    lanes, windows = _shape(fx, channels, far)
    if places_x < 0 or not windows:
        return 0, 0
    header[COLUMNS] = length
    header[APART] = pack_rows(fy, wy, sizes[2], places_y, high, header)
    # Windows near the end of the row are moved back inside it.
    limit = length - _WINDOW - channels
    begin, end, apart = repeated_chunks(fx, wx.reshape(wx.size), wx.shape[1], channels, 2 * lanes, limit)
    entries = HEAD + 4 * fy.size
    _pack_columns(
        fx, wx, channels, far, furthest, lanes, windows, places_x, high, begin, end, apart, entries, header, words
    )
    return lanes, windows


@cache
def _packer() -> Kernel:
    index, words, numbers = array_type(np.int32, 1), array_type(np.int16, 2), array_type(np.int64, 1)
    filled, packed = array_type(np.int64, 1, writable=True), array_type(np.int16, 1, writable=True)
    tables = (numbers, index, words, index, words, numbers, types.boolean)
    return compile_kernel(pack, "pack_narrow_two_taps", (*tables, filled, packed))


def packed(tables: Any, high: bool) -> Any:
    """Return the shape, the header and the permutations with weights; None where they cannot serve."""
    sizes, fx, _, wx, fy, _, wy, numbers = tables
    if wx.shape[1] > 2 or wy.shape[1] > 2:
        return None
    chunks = -(-fx.size * int(sizes[0]) // 12)  # of two blocks, of six results at least
    header = np.empty(HEAD + 4 * fy.size + 17 * chunks, np.int64)
    words = np.empty(chunks * (48 if high else 32), np.int16)
    shape = _packer()(sizes, fx, wx, fy, wy, numbers, high, header, words)
    return (shape, header, words.view(np.uint8)) if shape[1] else None
