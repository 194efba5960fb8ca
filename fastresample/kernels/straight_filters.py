"""Tables of continuous filters for whole images of bytes: both axes in one compiled call, then packed as ever.

Weights are those of `cut`, with words between the passes.
"""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from fastresample.kernels.bytewise import long_tap_tables, tap_tables, word_tap_tables
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.taps import Special
from fastresample.kernels.bytewise.word_taps import Specialisation
from fastresample.kernels.common import Kernel, array_type, compile_kernel, inline
from fastresample.kernels.straight import Sizes, Straight, made
from fastresample.kernels.tables import quantised, windows
from fastresample.kernels.tiers import VBMI, tier

# Those of the planner: the most fraction bits of a weight, and the largest absolute sum of a window's words.
_MOST_BITS, _MOST_GAIN = 22, 2.0**23 - 2.0**16
_filtered, _cut = inline(windows.filtered), inline(quantised.cut)


def filter_both(numbers, near, words_near, far, words_far, found):
    """Fill the windows of two passes, whose numbers are those of `filtered`, and their whole weights.

    Return the fraction bits of the words between the passes; ``found``: of the weights, and how wide the tables are.
    """
    fraction = np.int64(0)
    for last in range(2):
        first, words, n_in = (near, far)[last], (words_near, words_far)[last], np.int64(numbers[last, 3])
        count, weights = np.empty(first.size, np.int32), np.empty((first.size, words.size // first.size))
        _filtered(numbers[last], first, count, weights)
        # The planner's last weights are these times a power of two, real numbers, whose windows stay where they are.
        bits, gain, wide = _cut(first, count, weights, -1 if last else n_in, _MOST_BITS, np.inf, _MOST_GAIN, 0.0, words)
        found[last], found[2 + last] = bits, wide
        if last == 0:
            fraction = bits - 16
            while 255.0 * gain * 2.0**fraction > 32767.0:
                fraction -= 1
    return fraction


@cache
def _filter_both() -> Kernel:
    words, found = array_type(np.int32, 1, writable=True), array_type(np.int64, 1, writable=True)
    return compile_kernel(filter_both, "filter_both", (array_type(np.float64, 2), words, words, words, words, found))


class Filtered(NamedTuple):
    """A kernel with its tables, and how many taps these have along rows and columns."""

    straight: Straight
    taps_x: int
    taps_y: int


def filtered(sizes: Sizes, numbers: Any, room_x: int, room_y: int, vertical_first: bool) -> Filtered | None:
    """Return how windows of several taps are weighed; None for tables that other kernels serve.

    ``numbers``: those of the builder `filtered`, of rows and of columns. ``room_x``, ``room_y``: the most taps along
    rows and columns.
    """
    if tier() is not VBMI:
        return None
    rows_in, columns_in, rows, columns, channels = sizes
    near, room, far, room_far = columns, room_x, rows, room_y
    if vertical_first:
        near, room, far, room_far = far, room_far, near, room
    else:
        numbers = numbers[::-1]
    first_near, first_far = np.empty(near, np.int32), np.empty(far, np.int32)
    words, words_far, found = np.empty(near * room, np.int32), np.empty(far * room_far, np.int32), np.empty(4, np.int64)
    fraction = _filter_both()(np.array(numbers), first_near, words, first_far, words_far, found)
    bits, bits_far, wide, wide_far = found.tolist()
    whole, whole_far = words[: near * wide].reshape(near, wide), words_far[: far * wide_far].reshape(far, wide_far)
    shift, shift_far = bits - fraction, bits_far + fraction
    layout = np.array((channels, columns_in * channels, rows_in))
    taps_x, taps_y = (wide_far, wide) if vertical_first else (wide, wide_far)
    if vertical_first:
        if channels > 4 or long_tap_tables.long(True, channels, 0.0, taps_x):
            return None
    else:
        found_words = word_tap_tables.packed_whole(
            layout, (first_near, whole), shift, (first_far, whole_far), shift_far
        )
        if found_words is not None:
            parts, wide_windows, single, tables = found_words
            kernel, speed = made("separable", "word taps", "uint8", Specialisation(parts, wide_windows, single))
            return Filtered(Straight(kernel, tables, speed), taps_x, taps_y)
    first, last = (
        tap_tables.Axis(first_near, whole, shift, 3),
        tap_tables.Axis(first_far, whole_far, shift_far, WORDS),
    )
    x, y = (last, first) if vertical_first else (first, last)
    packed = tap_tables.packed_tables(layout, x, y, not vertical_first)
    if packed is None:
        return None
    (parts, wide_windows), tables = packed
    special = Special(not vertical_first, True, parts, wide_windows, 3, True)
    kernel, speed = made("separable", "taps", "uint8", special)
    return Filtered(Straight(kernel, tables, speed), taps_x, taps_y)
