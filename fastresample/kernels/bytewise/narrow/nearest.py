"""Index maps on processors whose bytes move inside 16 bytes only: windows of 16 bytes where these reach, else pixels.

A row is bytes, whatever its words and channels. 16 bytes of a result are picked from one window of the source row or
several, which serve equally many of them and end with the row. Where these reach too little, pixels are moved one by
one, each as a word of 1 to 16 bytes, of which the next one overwrites what is too much.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels.bytewise.memory import move_word
from fastresample.kernels.bytewise.narrow.memory import copy_exactly, copy_overlapping
from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced
from fastresample.kernels.simd.arithmetic import bytes_as_words, or_words, words_as_bytes
from fastresample.kernels.simd.memory import (
    load_i64,
    store_half_bytes,
)
from fastresample.kernels.simd.narrow import load_blocks, load_half_bytes, permute_blocks
from fastresample.kernels.tiers import AVX2, AVX512, tier
from fastresample.kernels.vectors import address_of

_U = np.uintp
_ITEMS = {f"uint{8 * size}": size for size in (1, 2, 4, 8)}
_CHUNK = 32  # bytes of a result that are stored together
# What an index has that no byte is taken by.
_NOTHING = 128
TABLES = (array_type(np.int32, 1), array_type(np.int64, 1), array_type(np.uint8, 1))


class Special(NamedTuple):
    """What is fixed when a kernel is compiled."""

    windows: int  # that 16 bytes of a result come from: 1, 2, 4 or 8; 0 = pixels are moved one by one
    word: int  # bytes at once of pixels moved one by one, 1, 4, 8 or 16
    pixel: int  # bytes of such pixels where words have 4 or less; 0 = given at run time


def matches(request: Any) -> bool:
    """Say whether the processor has vectors of 256 bits and no better ones, and rows lie in place."""
    return request.direct and tier() in (AVX2, AVX512)


def prepare(request: Any, tables: Any) -> tuple[Special, tuple[Any, ...]] | None:
    """Choose how an index map is followed, and say where everything is; None if it descends or pixels are others."""
    sizes, index_x, index_y = tables
    item = _ITEMS[request.source]
    pixel, row_bytes = int(sizes[0]) * item, int(sizes[1]) * item
    chunks = -(-index_x.size * pixel // _CHUNK)
    most = max(8 // pixel, 2)  # more than these take longer than pixels one by one
    begins, lanes = (
        np.empty(max(2 * most * chunks, index_x.size + 1), np.int64),
        np.empty((chunks, most, _CHUNK), np.uint8),
    )
    windows, word = _packer()(index_x, pixel, row_bytes, most, begins, lanes.reshape(-1))
    if not (windows or word):
        return None
    return Special(windows, word, pixel if 0 < word <= 4 else 0), (sizes, index_y, begins, lanes.reshape(-1))


@cache
def _packer() -> Kernel:
    begins, lanes = array_type(np.int64, 1, writable=True), array_type(np.uint8, 1, writable=True)
    signature = (array_type(np.int32, 1), types.int64, types.int64, types.int64, begins, lanes)
    return compile_kernel(pack, "pack_narrow_windows", signature)


@forced
def _fill(index, pixel, row_bytes, windows, begins, lanes):
    """Fill the tables of windows; return whether they reach far enough.

    For each 32 bytes of a result: where the first windows of both 16 begin, then the second ones, ...; and of each two
    which bytes go where. The last 32 are whole, too, and overlap those before.
    """
    length, width = index.size * pixel, 16 // windows
    for chunk in range((length + 31) // 32):
        begin = min(chunk * 32, length - 32)
        for window in range(2 * windows):
            block, part = window // windows, window % windows
            entry = (chunk * windows + part) * 2 + block
            x, c = (begin + window * width) // pixel, (begin + window * width) % pixel
            base = np.int64(index[_U(x)]) * pixel + c
            if c + width > pixel and x + 1 < index.size:
                base = min(base, np.int64(index[_U(x + 1)]) * pixel)
            base = min(base, row_bytes - 16)
            begins[_U(entry)] = base
            for lane in range(16):
                here, inside = entry * 16 + lane, lane // width == part
                place = np.int64(index[_U(x)]) * pixel + c - base
                if inside and place >= 16:
                    return False
                lanes[_U(here)] = np.uint8(place if inside else _NOTHING)
                c += 1 if inside else 0
                if c == pixel and lane < 15:
                    x, c = min(x + 1, index.size - 1), 0
    return True


def pack(index, pixel, row_bytes, most, begins, lanes):
    """Fill the tables of windows or, where these reach too little, say where each pixel begins.

    Return the windows and the word of `Special`; neither if there are none. Behind the last pixel stands how many may
    be moved as words.
    """
    length = index.size * pixel
    for x in range(_U(1), _U(index.size)):
        if index[x] < index[x - _U(1)]:
            return 0, 0
    if row_bytes >= 16 and length >= 32:
        windows = 1
        while windows <= most:
            if _fill(index, pixel, row_bytes, windows, begins, lanes):
                return windows, 0
            windows *= 2
    if pixel == 2 or pixel > 16:
        return 0, 0
    word = 1 if pixel == 1 else 4 if pixel <= 4 else 8 if pixel <= 8 else 16
    whole = 0
    for x in range(index.size):
        begins[_U(x)] = np.int64(index[_U(x)]) * pixel
        if begins[_U(x)] + word <= row_bytes and x * pixel + word <= length:
            whole = x + 1
    begins[_U(index.size)] = whole
    return 0, word


@forced
def _picked(line, begins, lanes):
    return permute_blocks(load_blocks(line + load_i64(begins), line + load_i64(begins + 8)), load_half_bytes(lanes))


@forced
def _fill_windows(line, goal, length, begins, lanes, windows):
    for chunk in range((length + 31) // 32):
        value = _picked(line, begins, lanes)
        for window in range(1, windows):
            other = bytes_as_words(_picked(line, begins + 16 * window, lanes + 32 * window))
            value = words_as_bytes(or_words(bytes_as_words(value), other))
        store_half_bytes(goal + min(32 * chunk, length - 32), value)
        begins, lanes = begins + 16 * windows, lanes + 32 * windows


@forced
def _fill_pixels(line, goal, places, count, pixel, word):
    """Fill a row pixel by pixel: as whole words where nothing lies in the way, then as so many bytes."""
    whole = load_i64(places + count * 8)
    fours = whole // 4 * 4
    for x in range(0, fours, 4):
        place, target = places + 8 * x, goal + x * pixel
        move_word(line + load_i64(place), target, word)
        move_word(line + load_i64(place + 8), target + pixel, word)
        move_word(line + load_i64(place + 16), target + 2 * pixel, word)
        move_word(line + load_i64(place + 24), target + 3 * pixel, word)
    for x in range(fours, whole):
        move_word(line + load_i64(places + 8 * x), goal + x * pixel, word)
    for x in range(whole, count):
        copy_exactly(line + load_i64(places + x * 8), goal + x * pixel, pixel)


def make(special: Special) -> Kernel:
    """Return the stage ``out[p, y, x] = src[p, index_y[y], index_x[x]]``, its columns packed by `pack`."""
    windows, word, known = special

    def narrow_windows(src, out, begin, end, layout, index_y, begins, lanes):
        rows, length, stride = out.shape[1], out.shape[2] * out.itemsize, src.shape[2] * src.itemsize
        pixel = known if known else layout[0] * src.itemsize
        row = begin
        while row < end:
            p, y = row // rows, row % rows
            rest, count = min(end - row, rows - y), 1
            while count < rest and index_y[y + count] == index_y[y]:
                count += 1
            line = address_of(src) + (p * src.shape[1] + index_y[y]) * stride
            goal = address_of(out) + row * length
            if word:
                _fill_pixels(line, goal, address_of(begins), length // pixel, pixel, word)
            else:
                _fill_windows(line, goal, length, address_of(begins), address_of(lanes), windows)
            for k in range(1, count):
                copy_overlapping(goal, goal + k * length, length)
            row += count

    return narrow_windows
