"""Tables of continuous filters for whole images of bytes: both axes in one compiled call, then packed as ever.

Weights are those of `cut`, whole numbers in the first pass and exact real ones in the second, with words between them.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels.bytewise import long_tap_tables, row_tables, tap_tables, word_tap_tables
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.taps import Special
from fastresample.kernels.bytewise.word_taps import Specialisation
from fastresample.kernels.common import Kernel, array_type, compile_kernel, forced
from fastresample.kernels.straight import Sizes, Straight, made
from fastresample.kernels.tables import quantised, windows
from fastresample.kernels.tiers import VBMI, tier

# Those of the planner: the most fraction bits of a weight, and the largest absolute sum of a window's words.
_MOST_BITS, _MOST_GAIN = 22, 2.0**23 - 2.0**16
_filtered, _cut = forced(windows.filtered), forced(quantised.cut)
_survey, _divide, _pack_pairs = (
    forced(function) for function in (word_tap_tables.survey, word_tap_tables.divide, word_tap_tables.pack)
)


def filter_both(support, code, a, b, stretched, near_in, near, words, far_in, far, reals, found):
    """Fill the windows and the weights of two passes: whole ones, then real ones, whose sums are exact.

    ``support``, ``code``, ``a``, ``b``: of the filter. ``near_in``, ``far_in``: samples of the axes. Return the
    fraction bits of the words between the passes; ``found``: of the weights, and how wide the tables are.
    """
    fraction = 0
    for last in range(2):
        first, table = (near, far)[last], (words, reals)[last]
        count, weights = np.empty(first.size, np.int32), np.empty((first.size, table.size // first.size))
        n_in, n_out = (near_in, far_in)[last], first.size
        stride, unit, repeat = 2.0 * n_in, 2.0 * n_out, 0.0 if stretched else 1.0
        spread = max(stride, unit) if stretched else unit
        numbers = (stride, float(n_in - n_out), unit, float(n_in), spread, support, float(code), a, b, repeat)
        _filtered(numbers, first, count, weights)
        inside, scale = (-1, 2.0**-fraction) if last else (n_in, 0.0)
        bits, gain, wide = _cut(first, count, weights, inside, _MOST_BITS, np.inf, _MOST_GAIN, scale, table)
        found[last], found[2 + last] = bits, wide
        if last == 0:
            fraction = bits - 16
            while 255.0 * gain * 2.0**fraction > 32767.0:
                fraction -= 1
    return fraction


@cache
def _filter_both() -> Kernel:
    index, real, found = (array_type(dtype, 1, writable=True) for dtype in (np.int32, np.float64, np.int64))
    length, number = types.int64, types.float64
    signature = (
        *(number, length, number, number, types.boolean),
        *(length, index, real, length, index, real, found),
    )
    return compile_kernel(filter_both, "filter_both", signature)


def split_words(first_x, words_x, first_y, reals_y, shift_x, shift_y, whole_x, order, pairs, found):
    """Fill what `word_taps` takes but for its windows, as `word_tap_tables.packed` does.

    Return whether single digits serve; -1 where windows descend or weights are too large. ``found``: the two shifts.
    """
    for first in (first_x, first_y):
        for i in range(1, first.size):
            if first[i] < first[i - 1]:
                return -1
    taps_x, taps_y = words_x.size // first_x.size, reals_y.size // first_y.size
    plain_x, whole_y = np.empty((first_x.size, taps_x), np.int32), np.empty((first_y.size, taps_y), np.int32)
    for i in range(first_x.size):
        for k in range(taps_x):
            plain_x[i, k] = np.int32(words_x[i * taps_x + k])
    scale = 2.0**shift_y
    for i in range(first_y.size):
        for k in range(taps_y):
            whole_y[i, k] = np.int32(np.rint(reals_y[i * taps_y + k] * scale))
    (places_x, most_x), (places_y, most_y) = _survey(plain_x), _survey(whole_y)
    places_x, places_y = min(places_x, shift_x - 1), min(places_y, shift_y - 1)
    whole_x[:], order[:] = 0, row_tables.IN_ORDER
    single = (most_y >> places_y) * taps_y < 1 << 16 and _divide(plain_x, places_x, most_x, whole_x, order)
    if not single:
        if shift_x < 16 or shift_x > 31 or shift_y < 9 or shift_y > 31 or taps_y > 480 or most_y > 0x7F7FFF:
            return -1
        places_x = places_y = 0
        whole_x[:], order[:] = 0, row_tables.IN_ORDER
        for i in range(first_x.size):
            for k in range(taps_x):
                whole_x[i, k] = plain_x[i, k]
    for i in range(first_y.size):
        for k in range(taps_y):
            whole_y[i, k] >>= places_y
    width = (taps_y + 1) // 2 * (1 if single else 2)
    _pack_pairs(whole_y, single, pairs[: first_y.size * width].reshape((first_y.size, width)))
    found[0], found[1], found[2] = shift_x - places_x, shift_y - places_y, taps_y
    return 1 if single else 0


@cache
def _split_words() -> Kernel:
    index, whole = array_type(np.int32, 1), array_type(np.int32, 2, writable=True)
    real, words = array_type(np.float64, 1), array_type(np.uint32, 1, writable=True)
    axes, found = (index, real, index, real), array_type(np.int64, 1, writable=True)
    return compile_kernel(split_words, "split_words", (*axes, types.int64, types.int64, whole, words, words, found))


class Filtered(NamedTuple):
    """A kernel with its tables, and how many taps these have along rows and columns."""

    straight: Straight
    taps_x: int
    taps_y: int


def filtered(
    sizes: Sizes, filter_: Any, stretched: bool, room_x: int, room_y: int, vertical_first: bool
) -> Filtered | None:
    """Return how windows of several taps are weighed; None for tables that other kernels serve.

    ``filter_``: its support, code and parameters. ``room_x``, ``room_y``: the most taps along rows and columns.
    """
    if tier() is not VBMI:
        return None
    rows_in, columns_in, rows, columns, channels = sizes
    near_in, near, room, far_in, far, room_far = columns_in, columns, room_x, rows_in, rows, room_y
    if vertical_first:
        near_in, near, room, far_in, far, room_far = far_in, far, room_far, near_in, near, room
    first_near, first_far = np.empty(near, np.int32), np.empty(far, np.int32)
    words, reals, found = np.empty(near * room), np.empty(far * room_far), np.empty(4, np.int64)
    fraction = _filter_both()(*filter_, stretched, near_in, first_near, words, far_in, first_far, reals, found)
    bits, last_bits, wide, wide_far = found.tolist()
    words, reals = words[: near * wide], reals[: far * wide_far]
    shift, last_shift = bits - fraction, last_bits + fraction
    layout = (channels, columns_in * channels, rows_in)
    taps_x, taps_y = (wide_far, wide) if vertical_first else (wide, wide_far)
    if vertical_first:
        if channels > 4 or long_tap_tables.long(True, channels, 0.0, taps_x):
            return None
    else:
        straight = _word_taps(layout, first_near, words, wide, shift, first_far, reals, wide_far, last_shift)
        if straight is not None:
            return Filtered(straight, taps_x, taps_y)
    axis = tap_tables.Axis(first_near, words.reshape(-1, wide), shift, 3)
    last = tap_tables.Axis(first_far, reals.reshape(-1, wide_far), last_shift, WORDS, 2.0**last_shift)
    x, y = (last, axis) if vertical_first else (axis, last)
    packed = tap_tables.packed_tables(np.array(layout), x, y, not vertical_first)
    if packed is None:
        return None
    (parts, wide_windows), tables = packed
    special = Special(not vertical_first, True, parts, wide_windows, 3, True)
    kernel, speed = made("separable", "taps", "uint8", special)
    return Filtered(Straight(kernel, tables, speed), taps_x, taps_y)


def _word_taps(
    layout: Any, first: Any, words: Any, taps: int, shift: int, across: Any, reals: Any, taps_across: int, last: int
) -> Straight | None:
    """Return how rows are filtered first, with words between the passes; None where tables are beyond these kernels."""
    whole, order = np.empty((first.size, -(-taps // 4) * 4), np.int32), np.empty(first.size, np.uint32)
    width, numbers = (taps_across + 1) // 2, np.empty(3, np.int64)
    pairs = np.empty(across.size * width * 2, np.uint32)
    single = _split_words()(first, words, across, reals, shift, last, whole, order, pairs, numbers)
    if single < 0:
        return None
    rows = row_tables.packed(layout, (first, whole, order), across, 1 if single else 3)
    if rows is None:
        return None
    parts, wide, header, blob = rows
    width *= 1 if single else 2
    pairs = pairs[: across.size * width].reshape(-1, width)
    kernel, speed = made("separable", "word taps", "uint8", Specialisation(parts, wide, bool(single)))
    return Straight(kernel, (header, blob, across, pairs, numbers), speed)
