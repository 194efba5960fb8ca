"""Index maps on processors whose bytes move inside 16 bytes only: windows of 16 bytes where images grow, else pixels.

A row is bytes, whatever its words and channels. 16 bytes of a result are picked from a window of the source row, which
ends with the row; where that reaches too little, pixels are moved one by one, each as a word of 1 to 16 bytes, of which
the next one overwrites what is too much.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels.bytewise.narrow.memory import copy_exactly, copy_overlapping
from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced
from fastresample.kernels.simd.floats import store_quarter_bytes
from fastresample.kernels.simd.memory import (
    load_i32,
    load_i64,
    load_quarter_bytes,
    store_half_bytes,
    store_i32,
    store_i64,
)
from fastresample.kernels.simd.narrow import load_blocks, load_half_bytes, load_u8, permute_blocks, store_u8
from fastresample.kernels.tiers import AVX2, AVX512, tier
from fastresample.kernels.vectors import address_of

_U = np.uintp
_ITEMS = {f"uint{8 * size}": size for size in (1, 2, 4, 8)}
_CHUNK = 32  # bytes of a result, from two windows
TABLES = (array_type(np.int32, 1), array_type(np.int64, 1), array_type(np.uint8, 1))


class Special(NamedTuple):
    """What is fixed when a kernel is compiled."""

    word: int  # bytes at once of pixels moved one by one, 1, 4, 8 or 16; 0 = there are windows
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
    begins, lanes = np.empty(max(2 * chunks, index_x.size + 1), np.int64), np.empty(_CHUNK * chunks, np.uint8)
    word = _packer()(index_x, pixel, row_bytes, begins, lanes)
    if word < 0:
        return None
    return Special(int(word), pixel if 0 < word <= 4 else 0), (sizes, index_y, begins, lanes)


@cache
def _packer() -> Kernel:
    begins, lanes = array_type(np.int64, 1, writable=True), array_type(np.uint8, 1, writable=True)
    return compile_kernel(
        pack, "pack_narrow_windows", (array_type(np.int32, 1), types.int64, types.int64, begins, lanes)
    )


def pack(index, pixel, row_bytes, begins, lanes):
    """Fill the tables of windows, where each begins and which of its bytes go where, or where each pixel begins.

    Return the word of `Special`; -1 if there is none. Behind the last pixel stands how many may be moved as words.
    """
    length, ascends, fits = index.size * pixel, True, row_bytes >= 16 and index.size * pixel >= 32
    for x in range(_U(1), _U(index.size)):
        ascends &= index[x] >= index[x - _U(1)]
    if not ascends:
        return -1
    chunk = 0
    while fits and chunk < begins.size and chunk * 16 < (length + 31) // 32 * 32:
        begin = min(chunk // 2 * 32, length - 32) + chunk % 2 * 16
        x, c = begin // pixel, begin % pixel
        low, high = np.int64(1) << 40, np.int64(0)
        for _ in range(16):
            place = np.int64(index[_U(x)]) * pixel + c
            low, high = min(low, place), max(high, place)
            c += 1
            if c == pixel:
                x, c = x + 1, 0
        base = min(low, row_bytes - 16)
        fits = high - base < 16
        begins[_U(chunk)] = base
        x, c = begin // pixel, begin % pixel
        for lane in range(16):
            lanes[_U(chunk * 16 + lane)] = np.uint8(np.int64(index[_U(x)]) * pixel + c - base)
            c += 1
            if c == pixel:
                x, c = x + 1, 0
        chunk += 1
    if fits:
        return 0
    word = 1 if pixel == 1 else 4 if pixel <= 4 else 8 if pixel <= 8 else 16
    if pixel == 2 or pixel > 16:
        return -1
    whole = 0
    for x in range(index.size):
        begins[_U(x)] = np.int64(index[_U(x)]) * pixel
        if begins[_U(x)] + word <= row_bytes and x * pixel + word <= length:
            whole = x + 1
    begins[_U(index.size)] = whole
    return word


@forced
def _fill_windows(line, goal, length, begins, lanes):
    for chunk in range((length + 31) // 32):
        pair = begins + 16 * chunk
        value = load_blocks(line + load_i64(pair), line + load_i64(pair + 8))
        value = permute_blocks(value, load_half_bytes(lanes + 32 * chunk))
        store_half_bytes(goal + min(32 * chunk, length - 32), value)


@forced
def _move(address, target, word):
    if word == 1:
        store_u8(target, load_u8(address))
    elif word == 4:
        store_i32(target, load_i32(address))
    elif word == 8:
        store_i64(target, load_i64(address))
    else:
        store_quarter_bytes(target, load_quarter_bytes(address))


@forced
def _fill_pixels(line, goal, places, count, pixel, word):
    """Fill a row pixel by pixel: as whole words where nothing lies in the way, then as so many bytes."""
    whole = load_i64(places + count * 8)
    fours = whole // 4 * 4
    for x in range(0, fours, 4):
        place, target = places + 8 * x, goal + x * pixel
        _move(line + load_i64(place), target, word)
        _move(line + load_i64(place + 8), target + pixel, word)
        _move(line + load_i64(place + 16), target + 2 * pixel, word)
        _move(line + load_i64(place + 24), target + 3 * pixel, word)
    for x in range(fours, whole):
        _move(line + load_i64(places + 8 * x), goal + x * pixel, word)
    for x in range(whole, count):
        copy_exactly(line + load_i64(places + x * 8), goal + x * pixel, pixel)


def make(special: Special) -> Kernel:
    """Return the stage ``out[p, y, x] = src[p, index_y[y], index_x[x]]``, its columns packed by `pack`."""
    word, known = special

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
                _fill_windows(line, goal, length, address_of(begins), address_of(lanes))
            for k in range(1, count):
                copy_overlapping(goal, goal + k * length, length)
            row += count

    return narrow_windows
