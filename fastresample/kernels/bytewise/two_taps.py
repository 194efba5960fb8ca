"""Two taps along both axes, 8-bit samples and 16-bit words between the passes, 32 samples at a time.

A chunk's pairs of neighbours are fetched by permutations of bytes out of a few windows of the source row. Filtered rows
are kept: two of them make an output row. The arithmetic is that of `two_words`.
"""

from typing import Any, NamedTuple

import numpy as np

from fastresample import codes
from fastresample.kernels.bytewise.two_taps_tables import APART, COLUMNS, HEAD, SECOND, packed
from fastresample.kernels.bytewise.two_words import HALF, SAMPLE, SIGNS, TWO, between, known, weighed
from fastresample.kernels.common import Kernel, forced, inline
from fastresample.kernels.simd.arithmetic import lower_bytes, lower_bytes_of_two
from fastresample.kernels.simd.memory import (
    load_bytes,
    load_first_bytes,
    load_i64,
    load_words,
    prefetch_later,
    store_bytes,
    store_first_bytes,
    store_half_bytes,
    store_words,
)
from fastresample.kernels.simd.permutations import merge_bytes, permute_bytes, permute_two_bytes, spread_i16
from fastresample.kernels.tiers import VBMI, tier
from fastresample.kernels.vectors import address_of


class Specialisation(NamedTuple):
    """What is fixed when the kernel is compiled."""

    windows: int  # 1, 2 or 4 of two vectors for each chunk, or 0: one of a single vector
    high: bool  # which arithmetic


def matches(request: Any) -> bool:
    """Say whether the arithmetic is one of the two; which tables are served, `prepare` finds out."""
    return tier() is VBMI and known(request)


def prepare(request: Any, tables: Any) -> Any:
    """Pack the tables, or return None where they have other taps or windows that are too far apart."""
    high = request.arithmetic.last.sum == codes.SUM_HIGH
    found = packed(tables, high)
    return None if found is None else (Specialisation(found[0], high), found[1:])


_second_of_2 = merge_bytes(2, 1)
_second_of_4, _third_of_4, _fourth_of_4 = (merge_bytes(4, part) for part in range(1, 4))


@forced
def _fetch(line, base, second, index):
    """Permute a window of two vectors, the second one ``second`` bytes behind the first."""
    place = line + load_i64(base)
    return permute_two_bytes(load_bytes(place), index, load_bytes(place + second))


@forced
def _pairs(line, base, second, index, windows):
    """Fetch the two samples of each of 32 outputs."""
    if windows == 0:
        return permute_bytes(load_bytes(line + load_i64(base)), index)
    v = _fetch(line, base, second, index)
    if windows == 2:
        v = _second_of_2(_fetch(line, base + 8, second, index), v)
    if windows == 4:
        v = _second_of_4(_fetch(line, base + 8, second, index), v)
        v = _third_of_4(_fetch(line, base + 16, second, index), v)
        v = _fourth_of_4(_fetch(line, base + 24, second, index), v)
    return v


@forced
def _weighed(pairs, table, high):
    """Return the words of 32 outputs; the weights are behind their permutation."""
    first = load_bytes(table + 64)
    second = load_bytes(table + 128) if high else first
    return weighed(pairs, first, second, spread_i16(SIGNS), spread_i16(SAMPLE), spread_i16(HALF), high)


@forced
def _ask(line, entry, windows):
    """Ask for what a chunk will need of a line that is read later."""
    for part in range(windows):
        place = line + load_i64(entry + 8 * part)
        prefetch_later(place)
        prefetch_later(place + 64)


@inline
def _filter_row(line, width, entry, second, tables, words, windows, high):
    """Filter one source row."""
    for _ in range(0, width, 32):
        table = tables + load_i64(entry)
        pairs = _pairs(line, entry + 8, second, load_bytes(table), windows)
        store_words(words, _weighed(pairs, table, high))
        entry += 8 * (1 + max(windows, 1))
        words += 64


@inline
def _add_rows(a, b, w0, w1, target, width, high):
    """Store one output row; filtered rows have room for whole vectors."""
    first, second, two = spread_i16(w0), spread_i16(w1), spread_i16(TWO)
    x = 0
    while x < width:
        left = between(load_words(a + 2 * x), load_words(b + 2 * x), first, second, two, high)
        right = between(load_words(a + 2 * x + 64), load_words(b + 2 * x + 64), first, second, two, high)
        result = lower_bytes_of_two(left, right)
        if x + 64 <= width:
            store_bytes(target + x, result)
        else:
            store_first_bytes(target + x, result, width - x)
        x += 64


@inline
def _blend_rows(a, b, next_a, next_b, w0, w1, target, width, entry, second, tables, windows, high):
    """Make one output row of two source rows that no other needs, or of one; ask for those of the next."""
    first, last, two = spread_i16(w0), spread_i16(w1), spread_i16(TWO)
    for x in range(0, width, 32):
        table = tables + load_i64(entry)
        entry += 8
        index = load_bytes(table)
        left = right = _weighed(_pairs(a, entry, second, index, windows), table, high)
        _ask(next_a, entry, windows)
        if a != b:
            right = _weighed(_pairs(b, entry, second, index, windows), table, high)
            _ask(next_b, entry, windows)
        result = between(left, right, first, last, two, high)
        if x + 32 <= width:
            store_half_bytes(target + x, lower_bytes(result))
        else:
            store_first_bytes(target + x, lower_bytes_of_two(result, result), width - x)
        entry += 8 * max(windows, 1)


@inline
def _shrink(src, out, begin, end, header, blob, windows, high):
    """Make rows that have no source row in common."""
    second, rows, width, stride = header[SECOND], out.shape[1], out.shape[2], src.shape[2]
    target, tables = address_of(out) + begin * width, address_of(blob)
    entries = address_of(header) + 8 * HEAD + 32 * rows
    for row in range(begin, end):
        plane = address_of(src) + row // rows * src.shape[1] * stride
        place = address_of(header) + 8 * HEAD + 32 * (row % rows)
        following = place + 32 if row % rows + 1 < rows else place
        a, b = plane + load_i64(place) * stride, plane + load_i64(place + 8) * stride
        next_a, next_b = plane + load_i64(following) * stride, plane + load_i64(following + 8) * stride
        w0, w1 = np.int16(load_i64(place + 16)), np.int16(load_i64(place + 24))
        _blend_rows(a, b, next_a, next_b, w0, w1, target, width, entries, second, tables, windows, high)
        target += width


@inline
def _filter(src, out, begin, end, header, blob, buffer, windows, high):
    """Make rows of two filtered source rows, which are kept for those that follow."""
    length, second, rows, width, stride = header[COLUMNS], header[SECOND], out.shape[1], out.shape[2], src.shape[2]
    target, tables = address_of(out) + begin * width, address_of(blob)
    entries = address_of(header) + 8 * HEAD + 32 * rows
    short = (address_of(buffer) + 63) // 64 * 64
    words_a, words_b = short + 64, short + 64 + _room(width)
    held_a = held_b = np.int64(-1)
    for row in range(begin, end):
        plane = row // rows * src.shape[1]
        place = address_of(header) + 8 * HEAD + 32 * (row % rows)
        a, b = plane + load_i64(place), plane + load_i64(place + 8)
        if held_a != a and (held_b == a or held_a == b):
            held_a, held_b, words_a, words_b = held_b, held_a, words_b, words_a
        for k in range(2):
            r = b if k else a
            if r == (held_b if k else held_a) or (k and a == b):
                continue
            line = address_of(src) + r * stride
            if length < 64:
                store_bytes(short, load_first_bytes(line, length))
                line = short
            _filter_row(line, width, entries, second, tables, words_b if k else words_a, windows, high)
            if k:
                held_b = r
            else:
                held_a = r
        w0, w1 = np.int16(load_i64(place + 16)), np.int16(load_i64(place + 24))
        _add_rows(words_a, words_a if a == b else words_b, w0, w1, target, width, high)
        target += width


@forced
def _room(width):
    """Return the bytes of a filtered row, whole vectors of results."""
    return (width + 63) // 64 * 128


def make(special: Specialisation) -> Kernel:
    """Return the kernel for one specialisation."""
    windows, high = special

    def two_taps(src, out, begin, end, header, blob):
        if windows and header[APART]:
            _shrink(src, out, begin, end, header, blob, windows, high)
        else:
            # Two filtered rows, and a source row that is shorter than a vector.
            buffer = np.empty(2 * _room(out.shape[2]) + 128, np.uint8)
            _filter(src, out, begin, end, header, blob, buffer, windows, high)
            buffer[0] = 0  # addresses keep nothing alive

    return two_taps
