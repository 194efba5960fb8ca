"""Two taps along both axes, 8-bit samples and 16-bit words between the passes, for processors with AVX2 only.

Results come in blocks of eight, two blocks at a time; the samples of a block are fetched from one to eight windows of
16 bytes. Where pixels of three channels lie far apart a block has six results, a window for each pixel. Filtered rows
are kept: two of them make an output row. The arithmetic is that of `two_words`.
"""

from typing import Any, NamedTuple

import numpy as np

from fastresample import codes
from fastresample.kernels.bytewise.narrow.memory import copy_exactly
from fastresample.kernels.bytewise.narrow.two_taps_tables import packed
from fastresample.kernels.bytewise.two_taps_tables import APART, COLUMNS, HEAD
from fastresample.kernels.bytewise.two_words import HALF, SAMPLE, SIGNS, TWO, between, known, weighed
from fastresample.kernels.common import Kernel, forced
from fastresample.kernels.simd.memory import load_i64, prefetch_later, store_half_bytes
from fastresample.kernels.simd.narrow import (
    load_blocks,
    load_half_bytes,
    load_half_words,
    lower_half_bytes_of_two,
    merge_blocks,
    permute_blocks,
    spread_half_i16,
    store_blocks,
)
from fastresample.kernels.tiers import PLAIN, tier
from fastresample.kernels.vectors import address_of


class Specialisation(NamedTuple):
    """What is fixed when the kernel is compiled."""

    lanes: int  # results of a block: 8, or 6 from two windows
    windows: int  # of a block: 1, 2, 4 or 8
    high: bool  # which arithmetic


def matches(request: Any) -> bool:
    """Say whether the arithmetic is one of the two; which tables are served, `prepare` finds out."""
    return tier() is not PLAIN and known(request)


def prepare(request: Any, given: Any) -> Any:
    """Pack the tables, or return None where they have other taps or pixels are longer than half a window."""
    high = request.arithmetic.last.sum == codes.SUM_HIGH
    found = packed(given, high)
    if found is None:
        return None
    (lanes, windows), *tables = found
    return Specialisation(lanes, windows, high), tuple(tables)


_second_of_2, _second_pixel = merge_blocks(8, 16), merge_blocks(6, 12)
_second_of_4, _third_of_4, _fourth_of_4 = (merge_blocks(place, place + 4) for place in (4, 8, 12))
_second_of_8, _third_of_8, _fourth_of_8, _fifth_of_8 = (merge_blocks(place, place + 2) for place in (2, 4, 6, 8))
_sixth_of_8, _seventh_of_8, _eighth_of_8 = (merge_blocks(place, place + 2) for place in (10, 12, 14))


@forced
def _fetch(line, base, windows, number, index):
    """Permute a window of each block."""
    lower, upper = load_i64(base + 8 * number), load_i64(base + 8 * (windows + number))
    return permute_blocks(load_blocks(line + lower, line + upper), index)


@forced
def _pairs(line, base, index, lanes, windows):
    """Fetch the two samples of each result."""
    v = _fetch(line, base, windows, 0, index)
    if lanes == 6:
        v = _second_pixel(_fetch(line, base, windows, 1, index), v)
    elif windows == 2:
        v = _second_of_2(_fetch(line, base, windows, 1, index), v)
    if windows == 4:
        v = _second_of_4(_fetch(line, base, windows, 1, index), v)
        v = _third_of_4(_fetch(line, base, windows, 2, index), v)
        v = _fourth_of_4(_fetch(line, base, windows, 3, index), v)
    if windows == 8:
        v = _second_of_8(_fetch(line, base, windows, 1, index), v)
        v = _third_of_8(_fetch(line, base, windows, 2, index), v)
        v = _fourth_of_8(_fetch(line, base, windows, 3, index), v)
        v = _fifth_of_8(_fetch(line, base, windows, 4, index), v)
        v = _sixth_of_8(_fetch(line, base, windows, 5, index), v)
        v = _seventh_of_8(_fetch(line, base, windows, 6, index), v)
        v = _eighth_of_8(_fetch(line, base, windows, 7, index), v)
    return v


@forced
def _filter_row(line, ahead, width, lanes, entry, tables, words, windows, high):
    """Filter one source row, and ask for the blocks of a row ``ahead`` unless that is 0.

    ``words`` has room for whole blocks.
    """
    signs, sample, half = spread_half_i16(SIGNS), spread_half_i16(SAMPLE), spread_half_i16(HALF)
    for _ in range(0, width, 2 * lanes):
        table = tables + load_i64(entry)
        pairs = _pairs(line, entry + 8, load_half_bytes(table), lanes, windows)
        if ahead:
            prefetch_later(line + ahead + load_i64(entry + 8))
            prefetch_later(line + ahead + load_i64(entry + 8 + 8 * windows))
        first = load_half_bytes(table + 32)
        second = load_half_bytes(table + 64) if high else first
        store_blocks(words, words + 2 * lanes, weighed(pairs, first, second, signs, sample, half, high))
        entry += 8 * (1 + 2 * windows)
        words += 4 * lanes


@forced
def _add_rows(a, b, w0, w1, target, width, high):
    """Store whole vectors of one output row; what overhangs is the caller's to cut."""
    first, second, two = spread_half_i16(w0), spread_half_i16(w1), spread_half_i16(TWO)
    for x in range(0, width, 32):
        left = between(load_half_words(a + 2 * x), load_half_words(b + 2 * x), first, second, two, high)
        right = between(load_half_words(a + 2 * x + 32), load_half_words(b + 2 * x + 32), first, second, two, high)
        store_half_bytes(target + x, lower_half_bytes_of_two(left, right))


def make(special: Specialisation) -> Kernel:
    """Return the kernel for one specialisation."""
    lanes, windows, high = special

    def narrow_two_taps(src, out, begin, end, header, blob):
        length, rows, width, stride = header[COLUMNS], out.shape[1], out.shape[2], src.shape[2]
        tables, entries = address_of(blob), address_of(header) + 8 * HEAD + 32 * rows
        # A source row that is shorter than a window, or the end of a result; two filtered rows.
        room = (width + 63) // 32 * 64 + 64
        buffer = np.zeros(2 * room + 64, np.uint8)
        words_a, words_b = address_of(buffer) + 64, address_of(buffer) + 64 + room
        held_a = held_b = np.int64(-1)
        whole = width & -32
        for row in range(begin, end):
            plane, y = row // rows * src.shape[1], row % rows
            place = address_of(header) + 8 * HEAD + 32 * y
            a, b = plane + load_i64(place), plane + load_i64(place + 8)
            following = place + 32 if y + 1 < rows else place
            if held_a != a and (held_b == a or held_a == b):
                held_a, held_b, words_a, words_b = held_b, held_a, words_b, words_a
            for k in range(2):
                r = b if k else a
                if r == (held_b if k else held_a) or (k and a == b):
                    continue
                line, ahead = address_of(src) + r * stride, np.int64(0)
                if header[APART]:  # the processor does not see which rows come next
                    ahead = (load_i64(following + 8 * k) + plane - r) * stride
                if length < 16:
                    copy_exactly(line, address_of(buffer), length)
                    line = address_of(buffer)
                _filter_row(line, ahead, width, lanes, entries, tables, words_b if k else words_a, windows, high)
                if k:
                    held_b = r
                else:
                    held_a = r
            w0, w1 = np.int16(load_i64(place + 16)), np.int16(load_i64(place + 24))
            other = words_a if a == b else words_b
            target = address_of(out) + row * width
            _add_rows(words_a, other, w0, w1, target, whole, high)
            if whole < width:
                _add_rows(words_a + 2 * whole, other + 2 * whole, w0, w1, address_of(buffer), width - whole, high)
                copy_exactly(address_of(buffer), target + whole, width - whole)
        buffer[0] = 0  # addresses keep nothing alive

    return narrow_two_taps
