"""Tables of `word_taps`: weights divided by what they have in common, and digits of the weights of pairs of rows."""

from functools import cache
from typing import Any

import numpy as np
from numba import types

from fastresample.kernels.bytewise.ascending import ascending
from fastresample.kernels.bytewise.row_tables import IN_ORDER
from fastresample.kernels.bytewise.row_tables import packed as packed_rows
from fastresample.kernels.common import Kernel, array_type, compile_kernel

_U = np.uintp


def packed(tables: Any) -> tuple[int, bool, bool, tuple[Any, ...]] | None:
    """Return the windows, whether they are wide, whether single digits serve, and the tables; None if none can."""
    sizes, first_x, _, weights_x, first_y, _, weights_y, numbers = tables
    shift_x, shift_y = int(numbers[0]), int(numbers[1])
    x, y = ascending(first_x, weights_x), ascending(first_y, np.rint(weights_y * 2.0**shift_y).astype(np.int32))
    return packed_whole(sizes, x, shift_x, y, shift_y)


def packed_whole(
    sizes: Any, x: Any, shift_x: int, y: Any, shift_y: int
) -> tuple[int, bool, bool, tuple[Any, ...]] | None:
    """Do the same for axes of whole weights, that are given as first samples and weights."""
    (first_x, weights_x), (first_y, whole) = x, y
    taps = whole.shape[1]
    (places_x, most_x), (places_y, most_y) = _survey()(weights_x), _survey()(whole)
    places_x, places_y = min(places_x, shift_x - 1), min(places_y, shift_y - 1)
    digits_x = np.zeros((first_x.size, -(-weights_x.shape[1] // 4) * 4), np.int32)
    order = np.full(first_x.size, IN_ORDER)
    # Sums of words must fit 32 bits.
    single = (most_y >> places_y) * taps < 1 << 16 and _divide()(weights_x, places_x, most_x, digits_x, order)
    if single:
        weights_x, whole = digits_x, whole >> places_y
        shift_x, shift_y = shift_x - places_x, shift_y - places_y
    elif not (16 <= shift_x <= 31 and 9 <= shift_y <= 31 and taps <= 480 and most_y <= 0x7F7FFF):
        return None
    else:
        order[:] = IN_ORDER  # a division that fails may have changed it
    found = packed_rows(sizes, (first_x, weights_x, order), first_y, 1 if single else 3)
    if found is None:
        return None
    parts, wide, header, blob = found
    pairs = np.empty((first_y.size, (taps + 1) // 2 * (1 if single else 2)), np.uint32)
    _pack()(whole, single, pairs)
    return parts, wide, single, (header, blob, first_y, pairs, np.array((shift_x, shift_y, taps), np.int64))


def survey(weights):
    """Return by which power of two all weights can be divided, and the largest magnitude."""
    every, most = np.int64(0), np.int64(0)
    for i in range(_U(weights.shape[0])):
        for k in range(_U(weights.shape[1])):
            weight = np.int64(weights[i, k])
            every |= weight
            most = max(most, abs(weight))
    places = np.int64(0)
    while places < 31 and not (every >> places) & 1:
        places += 1
    return places, most


def divide(weights, places, most, target, order):
    """Divide weights by a power of two and return whether they are bytes then.

    Where there are four, what exceeds a byte goes to another tap, one that weighs nothing: ``order`` has whose it is.
    """
    if most >> places > (254 if target.shape[1] == 4 else 127):
        return False
    for i in range(weights.shape[0]):
        for k in range(weights.shape[1]):
            target[i, k] = weights[i, k] >> places
        for k in range(weights.shape[1]):
            if target[i, k] <= 127:
                continue
            free = 0
            while free < 4 and target[i, free] != 0:
                free += 1
            if free == 4:
                return False
            target[i, free], target[i, k] = target[i, k] - 127, 127
            order[i] = order[i] ^ np.uint32((free ^ k) << (8 * free))
    return True


def pack(weights, single, pairs):
    """Fill the weights of each two rows: one word of both, or their lower digits and then their upper ones.

    An odd number of rows begins with one that weighs nothing.
    """
    taps, low = weights.shape[1], np.uint32(0xFFFF)
    for y in range(weights.shape[0]):
        for pair in range((taps + 1) // 2):
            k = 2 * pair - (taps & 1)
            a, b = weights[y, k] if k >= 0 else np.int32(0), weights[y, k + 1]
            if single:
                pairs[y, pair] = (np.uint32(a) & low) | (np.uint32(b) << np.uint32(16))
            else:
                up_a, up_b = (np.int64(a) + 128) >> 8, (np.int64(b) + 128) >> 8
                down_a, down_b = np.int64(a) - up_a * 256, np.int64(b) - up_b * 256
                pairs[y, 2 * pair] = (np.uint32(down_a) & low) | (np.uint32(down_b) << np.uint32(16))
                pairs[y, 2 * pair + 1] = (np.uint32(up_a) & low) | (np.uint32(up_b) << np.uint32(16))


@cache
def _survey() -> Kernel:
    return compile_kernel(survey, "survey_word_taps", (array_type(np.int32, 2),))


@cache
def _divide() -> Kernel:
    words, target = array_type(np.int32, 2), array_type(np.int32, 2, writable=True)
    order = array_type(np.uint32, 1, writable=True)
    return compile_kernel(divide, "divide_word_taps", (words, types.int64, types.int64, target, order))


@cache
def _pack() -> Kernel:
    pairs = array_type(np.uint32, 2, writable=True)
    return compile_kernel(pack, "pack_word_taps", (array_type(np.int32, 2), types.boolean, pairs))
