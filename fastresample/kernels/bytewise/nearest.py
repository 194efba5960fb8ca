"""Index maps as permutations of bytes: a row is bytes, whatever its words and channels; 64 of a result at a time.

Each 64 bytes of a result are picked from windows of the source row, of 64 or 128 bytes, which serve equally many of
them. Where the windows begin and which of their bytes are taken is the same for all rows. Windows end with the row, so
nothing behind it is read. Small pixels that lie far apart are moved one by one instead, each as a word of 4, 8 or 16
bytes, of which the next one overwrites what is too much.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels.bytewise.memory import move_word
from fastresample.kernels.bytewise.repeats import repeated_chunks
from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced
from fastresample.kernels.simd.memory import (
    load_bytes,
    load_first_bytes,
    load_i64,
    prefetch,
    prefetch_to_write,
    store_bytes,
    store_first_bytes,
)
from fastresample.kernels.simd.permutations import blend_bytes, permute_bytes, permute_two_bytes, zero_bytes
from fastresample.kernels.tiers import VBMI, tier
from fastresample.kernels.vectors import address_of

_U = np.uintp
_ITEMS = {f"uint{8 * size}": size for size in (1, 2, 4, 8)}
# What a window costs, of 64 bytes and of 128, in pixels moved one by one.
_COSTS = (2, 5)


class Specialisation(NamedTuple):
    """What is fixed when a kernel is compiled."""

    windows: int  # per 64 bytes of the result: 1, 2, 4, 8 or 16
    wide: bool  # of 128 bytes instead of 64: one or 16, for between them twice as many small ones are cheaper
    short: bool  # rows of less than 64 bytes are one window, of which the rest is not read
    word: int  # bytes at once of pixels moved one by one, 4, 8 or 16; 0 = there are windows


TABLES = (array_type(np.int32, 1), array_type(np.int64, 1), array_type(np.uint8, 1))


def can_permute(request: Any) -> bool:
    """Whether the processor permutes bytes, and rows lie in place."""
    return request.direct and tier() is VBMI


def prepare(request: Any, tables: Any) -> tuple[Specialisation, tuple[Any, ...]] | None:
    """Choose how an index map is followed, and say where everything is; None if it descends or reaches too far."""
    sizes, index_x, index_y = tables
    item, n = _ITEMS[request.source], index_x.size
    pixel, row_bytes = int(sizes[0]) * item, int(sizes[1]) * item
    chunks = (n * pixel + 63) // 64
    begins, lanes = np.empty(max(16 * chunks, n + 1), np.int64), np.empty(64 * chunks, np.uint8)
    windows, wide, word = _packer()(index_x, pixel, row_bytes, begins, lanes)
    if not (windows or word):
        return None
    special = Specialisation(windows, bool(wide), bool(windows) and row_bytes < 64, word)
    return special, (sizes, index_y, begins, lanes)


@cache
def _packer() -> Kernel:
    begins, lanes = array_type(np.int64, 1, writable=True), array_type(np.uint8, 1, writable=True)
    return compile_kernel(pack, "pack_windows", (array_type(np.int32, 1), types.int64, types.int64, begins, lanes))


@forced
def reach(index, pixel, begin, end):
    """Return the lowest and the highest byte of the source that bytes [begin, end) of the result are."""
    x, y = begin // pixel, (end - 1) // pixel
    low, high = index[x] * pixel + begin % pixel, index[y] * pixel + (end - 1) % pixel
    if x < y:
        low, high = min(low, index[x + 1] * pixel), max(high, index[y - 1] * pixel + pixel - 1)
    return low, high


@forced
def _chunk_begin(q, length):
    """Return where chunk ``q`` of a row begins; the last one is whole, too, and overlaps the one before."""
    return max(min(q * 64, length - 64), 0)


@forced
def _choose(index, pixel, row_bytes, first, end):
    """Return the cheapest windows that reach far enough, how many and whether wide, and what they cost; none are 0.

    Chunks [first, end) are like others.
    """
    length = index.size * pixel
    windows, wide, least = 0, 0, 1 << 30
    for choice in range(10):
        count, twice = 1 << (choice // 2), choice % 2
        cost, room, width = count * _COSTS[twice], 64 << twice, 64 // count
        if cost >= least or (twice and (row_bytes < 128 or (count != 1 and count != 16))):
            continue
        fits, q = True, 0
        while fits and q * 64 < length:
            if q == first and first < end:
                q = end
                continue
            begin = _chunk_begin(q, length)
            for k in range(begin, min(begin + 64, length), width):
                last = min(k + width, length) - 1
                x, y = k // pixel, last // pixel
                low, high = index[_U(x)] * pixel + k % pixel, index[_U(y)] * pixel + last % pixel
                if x < y:
                    low = min(low, index[_U(x + 1)] * pixel)
                    high = max(high, index[_U(y - 1)] * pixel + pixel - 1)
                fits = fits and high - low < room
            q += 1
        if fits:
            windows, wide, least = count, twice, cost
    return windows, wide, least


@forced
def _fill_windows(index, pixel, row_bytes, windows, wide, first, end, apart, begins, lanes):
    """Set where each window begins, and which of its bytes go to the lanes that it serves.

    Chunks [first, end) are those so many earlier, moved on.
    """
    length, width, last = index.size * pixel, 64 // windows, max(row_bytes - (64 << wide), 0)
    for q in range((length + 63) // 64):
        begin, here = _chunk_begin(q, length), q * windows
        if first <= q and q < end:
            moved = np.int64(index[_U(begin // pixel)]) - np.int64(index[_U((begin - 64 * apart) // pixel)])
            for window in range(windows):
                begins[_U(here + window)] = begins[_U(here - apart * windows + window)] + moved * pixel
            for lane in range(_U(q * 64), _U(q * 64 + 64)):
                lanes[lane] = lanes[lane - _U(64 * apart)]
            continue
        x, c, low = begin // pixel, begin % pixel, np.int64(0)
        for lane in range(64):
            inside = begin + lane < length
            place = np.int64(index[_U(x)]) * pixel + c if inside else low
            if lane % width == 0:
                low = min(place, last) if inside else np.int64(0)
                if inside and c + width > pixel and x + 1 < index.size:
                    low = min(low, np.int64(index[_U(x + 1)]) * pixel)
                begins[_U(here + lane // width)] = low
            lanes[_U(q * 64 + lane)] = np.uint8(place - low if inside else 0)
            c += 1
            if c == pixel and x + 1 < index.size:
                x, c = x + 1, 0


@forced
def _fill_places(index, pixel, row_bytes, word, places):
    """Set where each pixel begins and, behind the last one, how many may be moved as whole words."""
    whole = 0
    for x in range(index.size):
        places[_U(x)] = index[_U(x)] * pixel
        if index[_U(x)] * pixel + word <= row_bytes and x * pixel + word <= index.size * pixel:
            whole = x + 1
    places[index.size] = whole


def pack(index, pixel, row_bytes, begins, lanes):
    """Say how to follow a map, as in `Specialisation`, and fill its tables; neither windows nor a word if it cannot be.

    Rows have ``row_bytes``. Tables: where windows begin, and which bytes of them go where; or where pixels begin.
    """
    ascends = True
    for x in range(_U(1), _U(index.size)):
        ascends &= index[x] >= index[x - _U(1)]
    if not ascends:
        return 0, 0, 0
    # Windows near the end of the row are moved back inside it.
    first, end, apart = repeated_chunks(index, index, 0, pixel, 64, row_bytes - 128 - pixel)
    windows, wide, cost = _choose(index, pixel, row_bytes, first, end)
    few = windows > 0 and windows < (8 if pixel <= 8 else 4)
    if pixel >= 3 and pixel <= 16 and not few and cost * pixel >= 64:
        word = 4 if pixel <= 4 else (8 if pixel <= 8 else 16)
        _fill_places(index, pixel, row_bytes, word, begins)
        return 0, 0, word
    if windows:
        _fill_windows(index, pixel, row_bytes, windows, wide, first, end, apart, begins, lanes)
    return windows, wide, 0


@forced
def _picked(line, ahead, begins, lanes, windows, wide):
    """Return 64 bytes of a row; the row that comes next lies ``ahead`` of it."""
    order, result = load_bytes(lanes), zero_bytes()
    width = np.int64(64 // windows)
    chosen = np.int64((1 << width) - 1) if windows > 1 else np.int64(-1)
    for window in range(windows):
        address = line + load_i64(begins + window * 8)
        if wide:
            part = permute_two_bytes(load_bytes(address), order, load_bytes(address + 64))
        else:
            part = permute_bytes(load_bytes(address), order)
        if windows > 1:
            prefetch(address + ahead)
            result = blend_bytes(chosen, part, result)
            chosen = np.int64(chosen << width)
        else:
            result = part
    return result


@forced
def _fill_row(line, row_bytes, ahead, goal, again, length, begins, lanes, windows, wide, short):
    """Fill a row of the result, and the same one ``again`` bytes behind it unless that is 0."""
    for q in range((length + 63) // 64):
        if short:
            pixels = permute_bytes(load_first_bytes(line, row_bytes), load_bytes(lanes + q * 64))
        else:
            pixels = _picked(line, ahead, begins + q * windows * 8, lanes + q * 64, windows, wide)
        target = goal + max(min(q * 64, length - 64), 0)
        if length < 64:
            store_first_bytes(target, pixels, length)
            if again:
                store_first_bytes(target + again, pixels, length)
        else:
            store_bytes(target, pixels)
            prefetch_to_write(target + again + length)
            if again:
                store_bytes(target + again, pixels)
                prefetch_to_write(target + 2 * again + length)


@forced
def _fill_pixels(line, ahead, goal, places, count, pixel, word):
    """Fill a row pixel by pixel: as whole words where nothing lies in the way, then as so many bytes."""
    whole = load_i64(places + count * 8)
    pairs = whole // 2 * 2
    for x in range(0, pairs, 2):
        address, target = line + load_i64(places + x * 8), goal + x * pixel
        prefetch(address + ahead)  # the line of its neighbour comes by itself: to ask for it, too, takes longer
        move_word(address, target, word)
        move_word(line + load_i64(places + x * 8 + 8), target + pixel, word)
    if pairs < whole:
        move_word(line + load_i64(places + pairs * 8), goal + pairs * pixel, word)
    for x in range(whole, count):
        store_first_bytes(goal + x * pixel, load_first_bytes(line + load_i64(places + x * 8), pixel), pixel)


@forced
def _copy_row(line, goal, length):
    if length < 64:
        store_first_bytes(goal, load_first_bytes(line, length), length)
    else:
        for q in range((length + 63) // 64):
            place = min(q * 64, length - 64)
            store_bytes(goal + place, load_bytes(line + place))


def make(special: Specialisation) -> Kernel:
    """Return the stage ``out[p, y, x] = src[p, index_y[y], index_x[x]]``, its columns packed by `pack`."""
    windows, wide, short, word = special

    def gather_windows(src, out, begin, end, layout, index_y, begins, lanes):
        rows, length, stride = out.shape[1], out.shape[2] * out.itemsize, src.shape[2] * src.itemsize
        row_bytes = layout[1] * src.itemsize
        row = begin
        while row < end:
            p, y = row // rows, row % rows
            rest = min(end - row, rows - y)
            count = 1
            while count < rest and index_y[y + count] == index_y[y]:
                count += 1
            ahead = (index_y[y + count] - index_y[y]) * stride if count < rest else 0
            line = address_of(src) + (p * src.shape[1] + index_y[y]) * stride
            goal = address_of(out) + row * length
            if word:
                pixel = layout[0] * src.itemsize
                _fill_pixels(line, ahead, goal, address_of(begins), length // pixel, pixel, word)
            else:
                again, tables = length if count > 1 else 0, (address_of(begins), address_of(lanes))
                _fill_row(line, row_bytes, ahead, goal, again, length, *tables, windows, wide, short)
            for k in range(1 if word else 2, count):
                _copy_row(goal, goal + k * length, length)
            row += count

    return gather_windows
