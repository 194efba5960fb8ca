"""Continuous filters for whole images of bytes: the tables of `filtered` and `cut`, packed without a planner's way."""

import math
from typing import Any, NamedTuple

import numpy as np

from fastresample.kernels.bytewise import long_tap_tables, tap_tables, word_tap_tables
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.taps import Special
from fastresample.kernels.bytewise.word_taps import Specialisation
from fastresample.kernels.straight import Sizes, Straight, made
from fastresample.kernels.tables import cut_builder, window_builder
from fastresample.kernels.tiers import VBMI, tier

# Those of the planner: the most fraction bits of a weight, and the largest absolute sum of a window's words.
_MOST_BITS, _MOST_GAIN = 22, 2.0**23 - 2.0**16


def _words(numbers: Any, n_out: int, taps: int, inside: int) -> tuple[Any, Any, int, float]:
    """Return the first samples of windows, their whole weights, the fraction bits of these, the largest sum."""
    first, count = np.empty(n_out, np.int32), np.empty(n_out, np.int32)
    weights, words = np.empty((n_out, taps)), np.empty(n_out * taps)
    window_builder("filtered")(np.array(numbers), first, count, weights)
    bits, gain, wide = cut_builder()(first, count, weights, inside, _MOST_BITS, math.inf, _MOST_GAIN, 0.0, words)
    return first, words[: n_out * wide].reshape(n_out, wide).astype(np.int32), bits, gain


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
    first_near, whole, shift, gain = _words(numbers[0], near, room, int(numbers[0][3]))
    fraction = shift - 16  # of the words between the passes, which overshoot must fit
    while 255.0 * gain * 2.0**fraction > 32767.0:
        fraction -= 1
    # The planner's last weights are these times a power of two, real numbers, whose windows stay where they are.
    first_far, whole_far, shift_far, _ = _words(numbers[1], far, room_far, -1)
    shift, shift_far = shift - fraction, shift_far + fraction
    wide, wide_far = whole.shape[1], whole_far.shape[1]
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
