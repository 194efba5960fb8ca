"""Bytes from one place to another: words, rows, copies of those rows that wide loads would overrun."""

from ctypes import addressof, c_char
from typing import Any

import numpy as np

from fastresample.kernels.common import forced
from fastresample.kernels.simd.floats import store_quarter_bytes
from fastresample.kernels.simd.memory import (
    load_bytes,
    load_first_bytes,
    load_i32,
    load_i64,
    load_quarter_bytes,
    store_bytes,
    store_i32,
    store_i64,
)
from fastresample.kernels.simd.narrow import load_u8, store_u8
from fastresample.kernels.vectors import address_of

LINE = 64  # bytes of a vector and of a line of the cache
LARGE = 1 << 24  # bytes of an image that caches do not hold: what comes next is worth asking for


def aligned(size):
    """Return so many bytes, not cleared, that begin at a multiple of the line."""
    buffer: Any = np.empty(size + LINE, np.uint8)
    first = -addressof(c_char.from_buffer(buffer)) % LINE  # a tenth of the time of what NumPy offers
    return buffer[first : first + size]


@forced
def copy_bytes(source, target, count):
    """Copy exactly ``count`` bytes; whole vectors are written, the rest of the last one with zeros."""
    for i in range(0, count - 63, 64):
        store_bytes(target + i, load_bytes(source + i))
    left = count & 63
    if left:
        store_bytes(target + count - left, load_first_bytes(source + count - left, left))


@forced
def move_word(source, target, size):
    """Move a word of 1, 4, 8 or 16 bytes."""
    if size == 1:
        store_u8(target, load_u8(source))
    elif size == 4:
        store_i32(target, load_i32(source))
    elif size == 8:
        store_i64(target, load_i64(source))
    else:
        store_quarter_bytes(target, load_quarter_bytes(source))


@forced
def row_or_copy(source, number, safe, length, width, line):
    """Address of a source row; of one that windows would overrun, from ``safe`` on, a copy in ``line``."""
    if number < safe:
        return source + number * length
    copy_bytes(source + number * length, line, width)
    return line


@forced
def four_rows(src, plane, row, safe, width, lines, room):
    """Addresses of the source rows from ``row`` on, of the last one behind it; copies are ``room`` bytes apart."""
    source, length, origin = address_of(src), src.shape[2], plane * src.shape[1]
    last = src.shape[1] - 1
    return (
        row_or_copy(source, origin + min(row, last), safe, length, width, lines),
        row_or_copy(source, origin + min(row + 1, last), safe, length, width, lines + room),
        row_or_copy(source, origin + min(row + 2, last), safe, length, width, lines + 2 * room),
        row_or_copy(source, origin + min(row + 3, last), safe, length, width, lines + 3 * room),
    )


@forced
def four_slots(ring, row, slots, size):
    """Addresses of four rows of a ring from ``row`` on."""
    return (
        ring + row % slots * size,
        ring + (row + 1) % slots * size,
        ring + (row + 2) % slots * size,
        ring + (row + 3) % slots * size,
    )
