"""Continuous filters for whole images of bytes: tables packed without a planner's way to the packers."""

from typing import Any

import numpy as np

from fastresample.kernels.bytewise import long_tap_tables, tap_tables, word_tap_tables
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.bytewise.taps import Special
from fastresample.kernels.bytewise.word_taps import Specialisation
from fastresample.kernels.straight import Sizes, Straight, made
from fastresample.kernels.tiers import VBMI, tier


def serves() -> bool:
    """Whether the processor has the vectors that these kernels need."""
    return tier() is VBMI


def filtered(sizes: Sizes, near: Any, far: Any, vertical_first: bool) -> Straight | None:
    """Return how windows of several taps are weighed; None for tables that other kernels serve.

    ``near`` and ``far``, of the first and of the last pass: first samples, whole weights of 32 bits, and how many bits
    their sums drop; words are kept between the passes.
    """
    rows_in, columns_in, _, _, channels = sizes
    layout = np.array((channels, columns_in * channels, rows_in))
    (first_near, whole, shift), (first_far, whole_far, shift_far) = near, far
    if vertical_first:
        if channels > 4 or long_tap_tables.long(True, channels, 0.0, whole_far.shape[1]):
            return None
    else:
        found = word_tap_tables.packed_whole(layout, (first_near, whole), shift, (first_far, whole_far), shift_far)
        if found is not None:
            parts, wide, single, tables = found
            kernel, speed = made("separable", "word taps", "uint8", Specialisation(parts, wide, single))
            return Straight(kernel, tables, speed)
    first = tap_tables.Axis(first_near, whole, shift, 3)
    last = tap_tables.Axis(first_far, whole_far, shift_far, WORDS)
    x, y = (last, first) if vertical_first else (first, last)
    packed = tap_tables.packed_tables(layout, x, y, not vertical_first)
    if packed is None:
        return None
    (parts, wide), tables = packed
    special = Special(not vertical_first, True, parts, wide, 3, True)
    kernel, speed = made("separable", "taps", "uint8", special)
    return Straight(kernel, tables, speed)
