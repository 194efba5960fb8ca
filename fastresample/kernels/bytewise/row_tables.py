"""Tables of rows filtered four at a time: which bytes 16 sums take for each four taps, and the weights' digits."""

from functools import cache
from typing import Any

import numpy as np
from numba import types

from fastresample.kernels.bytewise.memory import LINE, aligned
from fastresample.kernels.bytewise.repeats import repeated_chunks
from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced, inline
from fastresample.kernels.simd.memory import load_i64, prefetch

# The header; behind it the place of each chunk's table in the blob, in bytes, and where its windows begin.
COLUMNS, STEP, OVERRUN, CHUNKS, LANES, GROUPS, HEAD = range(7)
# Adding this makes every digit of base 256 positive; the bytes are then digits plus 128.
_BIAS, _BYTE = np.uint32(0x808080), np.uint32(255)
# Numbers of taps, in the bytes of a word.
IN_ORDER = np.uint32(0x03020100)
_WIDE = 128  # bytes of a window of two vectors


@inline
def _farthest(first, channels, lanes, width):
    """Return how many bytes ``width`` lanes of a chunk read at most, four taps each; any number beyond `_WIDE`."""
    most, length = np.int64(0), first.size * channels
    for chunk in range(0, length, lanes):
        stop = min(chunk + lanes, length)
        for begin in range(chunk, stop, width):
            x, last = begin // channels, (min(begin + width, stop) - 1) // channels
            reach = (np.int64(first[last]) - np.int64(first[x]) + 4) * channels
            if reach > _WIDE:  # to leave here keeps LLVM from vectorising divisions, which takes it a second
                return reach
            most = max(most, reach)
    return most


@inline
def _choose(first, channels, lanes):
    """Return the fewest windows that the lanes of every chunk fit into, and whether these are wide; or no windows."""
    for number in range(4):
        parts = 1 << number if number < 3 else 16
        reach = _farthest(first, channels, lanes, 16 // parts)
        if reach <= _WIDE:
            return parts, int(reach > 64)
    return 0, 0


@inline
def _fill_digits(weights, digits, begin, end, own):
    """Set words of the digits of each four weights, lowest first, but for the pixels of [begin, end); zeros beyond."""
    taps = weights.shape[1]
    for x in range(weights.shape[0]):
        if begin <= x and x < end:
            continue
        for tap in range(0, taps, 4):
            a = b = c = np.uint32(0)
            for k in range(min(4, taps - tap)):
                signed = np.uint32(np.uint32(np.int32(weights[x, tap + k])) + _BIAS) ^ _BIAS
                places = np.uint32(8 * k)
                a |= np.uint32((signed & _BYTE) << places)
                b |= np.uint32((signed >> np.uint32(8) & _BYTE) << places)
                c |= np.uint32((signed >> np.uint32(16) & _BYTE) << places)
            place = tap // 4 * digits
            own[x, place] = a
            if digits > 1:
                own[x, place + 1] = b
            if digits > 2:
                own[x, place + 2] = c


@inline
def _served(first, weights, across, digits):
    """Whether windows ascend along both axes and weights are so many signed bytes."""
    served, largest = True, np.int64(0)
    for _ in range(digits):
        largest = largest * 256 + 127
    for i in range(1, first.size):
        served &= first[i] >= first[i - 1]
    for i in range(1, across.size):
        served &= across[i] >= across[i - 1]
    for x in range(weights.shape[0]):
        for k in range(weights.shape[1]):
            served &= -largest <= weights[x, k] and weights[x, k] <= largest
    return served


@inline
def _repeated(first, weights, order, channels, lanes):
    """Return `repeated_chunks`, but none where the order of taps does not repeat."""
    begin, end, apart = repeated_chunks(
        first, weights.reshape(weights.size), weights.shape[1], channels, lanes, np.int64(1 << 62)
    )
    earlier = apart * lanes // channels
    for x in range(begin * lanes // channels, min(end * lanes // channels, first.size)):
        if order[x] != order[x - earlier]:
            return end, end, apart
    return begin, end, apart


def pack(first, weights, order, across, channels, lanes, digits, chunks, blob):
    """Fill ``chunks[chunk] = place, first bytes of windows`` and the blob, words of 32 bits.

    Return the number of windows, whether they are wide, and the words used; no windows where tables cannot be served.
    """
    parts, wide = _choose(first, channels, lanes) if _served(first, weights, across, digits) else (0, 0)
    if parts == 0:
        return 0, 0, 0
    words = (weights.shape[1] + 3) // 4 * digits  # of a pixel
    width, length, own = 16 // parts, first.size * channels, np.empty((first.size, words), np.uint32)
    begin, end, apart = _repeated(first, weights, order, channels, lanes)
    _fill_digits(weights, digits, begin * lanes // channels + 1, end * lanes // channels, own)
    used = 0
    for chunk in range(chunks.shape[0]):
        x, c = chunk * lanes // channels, chunk * lanes % channels
        if begin <= chunk and chunk < end:
            moved = np.int64(first[x]) - np.int64(first[x - apart * lanes // channels])
            chunks[chunk, 0] = chunks[chunk - apart, 0]
            for part in range(1, 1 + parts):
                chunks[chunk, part] = chunks[chunk - apart, part] + moved * channels
            continue
        last, base = min(lanes, length - chunk * lanes) - 1, np.int64(0)
        chunks[chunk, 0] = used * 4
        for lane in range(16):
            if lane % width == 0:
                base = np.int64(first[x]) * channels
                chunks[chunk, 1 + lane // width] = base
            start = np.int64(first[x]) * channels + c - base
            index = np.uint32(0)
            for k in range(4):
                tap = np.int64((order[x] >> np.uint32(8 * k)) & np.uint32(255))
                index |= np.uint32(np.uint32(start + tap * channels) << np.uint32(8 * k))
            blob[used + lane] = index
            for k in range(words):
                blob[used + 16 * (1 + k) + lane] = own[x, k]
            if lane < last:  # lanes behind the last repeat it
                c += 1
                if c == channels:
                    c, x = 0, x + 1
        used += 16 * (1 + words)
    return parts, wide, used


@cache
def _packer(weight: str) -> Kernel:
    index, words = array_type(np.int32, 1), array_type(weight, 2)
    grid, blob = array_type(np.int64, 2, writable=True), array_type(np.uint32, 1, writable=True)
    signature = (index, words, array_type(np.uint32, 1), index, *[types.int64] * 3, grid, blob)
    return compile_kernel(pack, f"pack_exact_taps_{weight}", signature)


def packed(sizes: Any, x: Any, across: Any, digits: int) -> tuple[int, bool, Any, Any] | None:
    """Return the number of windows, whether they are wide, the header and the tables; None where they cannot serve.

    ``x``: first samples, weights, and which of each four taps weigh (`IN_ORDER`). ``across``: another axis's first
    samples, which must ascend too.
    """
    first, weights, order = x
    channels, width_in = int(sizes[0]), int(sizes[1])
    if 4 * channels > 128:
        return None
    lanes, groups = 15 if channels == 3 else 16, -(-weights.shape[1] // 4)
    count = -(-first.size * channels // lanes)
    chunks, blob = np.empty((count, 17), np.int64), aligned(count * LINE * (1 + digits * groups))
    fill = _packer(weights.dtype.name)
    parts, wide, used = fill(first, weights, order, across, channels, lanes, digits, chunks, blob.view(np.uint32))
    if parts == 0:
        return None
    chunks = chunks[:, : 1 + parts]
    end = int(chunks[-1, -1]) + 4 * channels * (groups - 1) + (64 << wide)
    head = np.array((width_in, 4 * channels, max(0, end - width_in), count, lanes, groups), np.int64)
    return parts, bool(wide), np.concatenate((head, chunks.reshape(-1))), blob[: 4 * used]


@forced
def ask_ahead(four, ahead, windows, parts):
    """Ask for a chunk's windows of the four rows that lie ``ahead`` of these; they need not exist."""
    for part in range(parts):
        place = load_i64(windows + 8 * part) + ahead
        for one in four:
            prefetch(one + place)
            prefetch(one + place + 64)
