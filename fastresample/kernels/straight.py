"""Tables of whole images of bytes straight from their sizes: index maps, two taps, halving.

One compiled call makes what `nearest` and `two_taps` pack of the tables of both axes, the very numbers, without these.
"""

from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels import packed, resizes
from fastresample.kernels.bytewise import halves, nearest, two_taps, two_taps_tables
from fastresample.kernels.bytewise.narrow import halves as narrow_halves
from fastresample.kernels.bytewise.narrow import two_taps as narrow_two_taps
from fastresample.kernels.bytewise.narrow import two_taps_tables as narrow_tables
from fastresample.kernels.bytewise.two_taps_tables import FRACTION, HEAD, LANES
from fastresample.kernels.common import Kernel, array_type, compile_kernel, inline
from fastresample.kernels.resizes import Request
from fastresample.kernels.tables import indices, quantised, single
from fastresample.kernels.tiers import PLAIN, VBMI, tier

# The largest word of a weight, the most fraction bits of one; those of a weight where sums are high.
_LARGEST, _MOST_BITS, _HIGH_BITS = 32766.0, 22, 11
_corner, _nearest, _pack_map = inline(single.corner), inline(indices.nearest), inline(nearest.pack)
_fixed, _single_linear = inline(quantised.fixed), inline(single.single_linear)
_pack_wide, _pack_narrow = inline(two_taps_tables.pack), inline(narrow_tables.pack)


class Sizes(NamedTuple):
    """Images before and after, along both axes; samples of a pixel."""

    rows_in: int
    columns_in: int
    rows: int
    columns: int
    channels: int


def serves() -> bool:
    """Whether the processor has vectors that some of these kernels need."""
    return tier() is not PLAIN


class Straight(NamedTuple):
    """A kernel, the tables that it takes, and about how many times as fast as the plain kernel it is."""

    kernel: Kernel
    tables: tuple[Any, ...]
    speed: float


_SIZES = {f"uint{8 * size}": size for size in (1, 2, 4, 8)}
_VARIANTS = {(variant.family, variant.name): variant for variant in (*resizes.PLAIN, *packed.VARIANTS)}


@cache
def made(family: str, name: str, source: str, special: Any, channels: int = 0) -> tuple[Kernel, float]:
    """Return a compiled kernel and its speed: a plain one for images of some channels, or one of vectors."""
    variant, request = _VARIANTS[family, name], Request(family, True, channels, source, source)
    return variant.make(request, *([] if special is None else [special])), variant.speed


@lru_cache(maxsize=64)
def halved(channels: int) -> Straight | None:
    """Return how blocks of 2 x 2 pixels are averaged, whatever their number; None for too many channels."""
    one = np.zeros(1, np.int32)
    request, tables = Request("separable", True, channels, "uint8", "uint8"), ((channels, 2 * channels, 2), *[one] * 4)
    wide = tier() is VBMI
    found = (halves if wide else narrow_halves).prepare(request, tables)
    if found is None:
        return None
    kernel, speed = made("separable", "halves" if wide else "narrow halves", "uint8", ())
    return Straight(kernel, found[1], speed)


def _make_follow(corner: bool) -> Kernel:
    def follow_map(rows_in, columns_in, channels, item, layout, index_x, index_y, begins, lanes):
        """Fill what the kernels take, from sizes in words of ``item`` bytes; return what `nearest.pack` does."""
        for axis in range(2):
            index, n_in = (index_x, index_y)[axis], (columns_in, rows_in)[axis]
            n_out = index.size
            if corner:
                _corner((1.0 / (n_out / n_in), float(n_in)), index)
            else:
                _nearest((2.0 * n_in, float(n_in - n_out), 2.0 * n_out, float(n_in)), index)
        layout[0], layout[1], layout[2], layout[3] = channels, columns_in * channels, rows_in, 0
        return _pack_map(index_x, channels * item, columns_in * channels * item, begins, lanes)

    return follow_map


@cache
def _follower(corner: bool) -> Kernel:
    index, numbers = array_type(np.int32, 1, writable=True), array_type(np.int64, 1, writable=True)
    signature = (*[types.int64] * 4, numbers, index, index, numbers, array_type(np.uint8, 1, writable=True))
    return compile_kernel(_make_follow(corner), f"follow_map_{corner}", signature)


def mapped(sizes: Sizes, source: str, corner: bool) -> Straight | None:
    """Return how pixels are copied, each of ``channels`` words; None where bytes are not permuted."""
    if tier() is not VBMI:
        return None
    rows_in, columns_in, rows, columns, channels = sizes
    item = _SIZES[source]
    chunks = (columns * channels * item + 63) // 64
    layout, index_x, index_y = np.empty(4, np.int64), np.empty(columns, np.int32), np.empty(rows, np.int32)
    begins, lanes = np.empty(max(16 * chunks, columns + 1), np.int64), np.empty(64 * chunks, np.uint8)
    follow = _follower(corner)
    windows, wide, word = follow(rows_in, columns_in, channels, item, layout, index_x, index_y, begins, lanes)
    if not (windows or word):  # the map reaches too far
        known = resizes.known_channels(Request("gather", True, channels, source, source))
        kernel, speed = made("gather", "plain", source, None, known)
        return Straight(kernel, (layout, index_x, index_y), speed)
    short = bool(windows) and columns_in * channels * item < 64
    kernel, speed = made("gather", "windows", source, nearest.Specialisation(windows, bool(wide), short, word))
    return Straight(kernel, (layout, index_y, begins, lanes), speed)


@inline
def triangle(n_in, first, nearer, farther):
    """Fill the windows of two taps and their weights, as `linear` does; return the largest, 0 if all have one tap.

    Numerators are exact: output i lies at ``((2 i + 1) n_in - n_out) / (2 n_out)``.
    """
    n_out = first.size
    unit, peak, pairs = 2 * n_out, 0.0, False
    place = n_in - n_out
    left = place // unit
    rest, whole, part = place - left * unit, n_in // n_out, 2 * n_in - n_in // n_out * unit
    for i in range(n_out):
        a, b = 1.0, 0.0
        if rest != 0 and left >= 0 and left < n_in - 1:
            a, b, pairs = (unit - rest) / unit, rest / unit, True
        nearer[i], farther[i], first[i], peak = a, b, min(max(left, 0), n_in - 1), max(peak, a, b)
        left += whole
        rest += part
        if rest >= unit:
            left, rest = left + 1, rest - unit
    return peak if pairs else 0.0


@inline
def _words(n_in, first, words):
    """Fill the windows of two taps, as `linear` and `cut` do; return the fraction bits, 0 where all have one tap."""
    n_out, bits = first.size, _MOST_BITS
    nearer, farther = np.empty(n_out), np.empty(n_out)
    peak = triangle(n_in, first, nearer, farther)
    if peak == 0.0:
        return 0
    while peak * 2.0**bits > _LARGEST:
        bits -= 1
    one = 2.0**bits
    for i in range(n_out):
        word = np.rint(nearer[i] * one)
        words[2 * i], words[2 * i + 1] = np.int16(word), np.int16(one - word)
        if first[i] == n_in - 1:  # a window ends with the axis
            first[i], words[2 * i], words[2 * i + 1] = n_in - 2, 0, np.int16(one)
    return bits


@inline
def _linear(n_in, inside, first, words):
    """Fill the windows of two taps, as `single_linear` and `fixed` do; return the fraction bits, 0 for one tap."""
    n_out = first.size
    count, weights = np.empty(n_out, np.int32), np.empty((n_out, 2))
    _single_linear((1.0 / (n_out / n_in), float(n_in), 1.0 if inside else 0.0), first, count, weights)
    taps = _fixed(first, count, weights, n_in if inside else -1, _HIGH_BITS, True, words)
    return _HIGH_BITS if taps == 2 else 0


def _make_place(high: bool, narrow: bool) -> Kernel:
    def place_two_taps(rows_in, columns_in, rows, columns, channels, header, words):
        """Fill what the kernel takes; return the results of a block (0: whole vectors) times 16, plus its windows.

        It is -1 where windows have one sample or reach too far.
        """
        fx, wx = np.empty(columns, np.int32), np.empty(2 * columns, np.int16)
        fy, wy = np.empty(rows, np.int32), np.empty(2 * rows, np.int16)
        bits_x = bits_y = np.int64(0)
        for axis in range(2):  # not two calls: their code is copied
            first, words_of_axis, n_in = (fx, fy)[axis], (wx, wy)[axis], (columns_in, rows_in)[axis]
            if high:
                bits = _linear(n_in, axis == 0, first, words_of_axis)
            else:
                bits = _words(n_in, first, words_of_axis)
            if bits == 0:
                return -1
            bits_x, bits_y = bits_y, bits
        shifts = (bits_x - FRACTION, bits_y + FRACTION - (16 if high else 0))
        pairs_x, pairs_y = wx.reshape((columns, 2)), wy.reshape((rows, 2))
        sizes = (channels, columns_in * channels, rows_in)
        if narrow:
            lanes, windows = _pack_narrow(sizes, fx, pairs_x, fy, pairs_y, shifts, high, header, words)
            return 16 * lanes + windows if windows else -1
        reach = np.empty((2, words.size // (96 if high else 64) * 8), np.int64)
        return _pack_wide(sizes, fx, pairs_x, fy, pairs_y, shifts, high, reach, header, words)

    return place_two_taps


@cache
def _placer(high: bool, narrow: bool) -> Kernel:
    filled = array_type(np.int64, 1, writable=True), array_type(np.int16, 1, writable=True)
    name = f"place_{'narrow_' if narrow else ''}two_taps_{high}"
    return compile_kernel(_make_place(high, narrow), name, (*[types.int64] * 5, *filled))


def two_tapped(sizes: Sizes, high: bool) -> Straight | None:
    """Return how two taps both ways are weighed; None where windows have one sample or reach too far."""
    wide = _placed(sizes, high, False) if tier() is VBMI else None
    return wide or _placed(sizes, high, True)


def _placed(sizes: Sizes, high: bool, narrow: bool) -> Straight | None:
    # Chunks are of two blocks, of six results at least, and up to eight windows; or of whole vectors and up to four.
    lanes, entry, word = (12, 17, 16) if narrow else (LANES, 5, 32)
    chunks = -(-sizes.columns * sizes.channels // lanes)
    header = np.empty(HEAD + 4 * sizes.rows + entry * chunks, np.int64)
    words = np.empty(chunks * word * (3 if high else 2), np.int16)
    found = _placer(high, narrow)(*sizes, header, words)
    if found < 0:
        return None
    if narrow:
        special: Any = narrow_two_taps.Specialisation(found // 16, found % 16, high)
    else:
        special = two_taps.Specialisation(found, high)
    kernel, speed = made("separable", "narrow two taps" if narrow else "two taps", "uint8", special)
    return Straight(kernel, (header, words.view(np.uint8)), speed)
