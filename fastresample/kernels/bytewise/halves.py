"""Means of 2 x 2 bytes, rounded with ties up: whole pixels of a result, as many as 32 bytes hold, at a time.

One permutation, the same everywhere, puts the two pixels of a source row side by side; pairs are added as words.
"""

from typing import Any

import numpy as np

from fastresample import codes
from fastresample.kernels.common import Kernel, array_type, forced
from fastresample.kernels.simd.arithmetic import (
    add_words,
    lower_bytes,
    lower_bytes_of_two,
    multiply_add_bytes,
    shift_right,
    words_as_bytes,
)
from fastresample.kernels.simd.kinds import Words
from fastresample.kernels.simd.memory import load_bytes, load_first_bytes, store_first_bytes, store_half_bytes
from fastresample.kernels.simd.permutations import permute_bytes, spread_i16
from fastresample.kernels.tiers import VBMI, tier
from fastresample.kernels.vectors import address_of

TABLES = (array_type(np.uint8, 1),)
_LANES = 32
_quarter = shift_right(Words, 2)


def matches(request: Any) -> bool:
    """Whether the processor permutes bytes, and `halving`."""
    return tier() is VBMI and halving(request)


def halving(request: Any) -> bool:
    """Whether each result is the mean of four bytes, but for blocks that an end may cut."""
    if not (request.direct and request.source == request.result == "uint8"):
        return False
    return bool(request.halving if request.family == "separable" else request.arithmetic.finish == codes.FINISH_QUARTER)


def prepare(request: Any, tables: Any, lanes: int = _LANES) -> tuple[tuple[()], tuple[Any, ...]] | None:
    """Return the order of bytes of paired pixels, behind the bytes of a step and of a pixel; None where blocks are cut.

    A step is whole pixels of the result, at most ``lanes`` bytes.
    """
    channels, own, rows_in = (int(size) for size in tables[0][:3])
    columns, rows = tables[1].size, tables[4 if request.family == "separable" else 3].size
    if channels > lanes or own != 2 * columns * channels or rows_in != 2 * rows:
        return None
    step = lanes // channels * channels
    place = np.arange(step)
    near = 2 * place - place % channels
    order = np.zeros(2 * lanes, np.uint8)
    order[: 2 * step : 2], order[1 : 2 * step : 2] = near, near + channels
    return (), (np.array((step, channels), np.int64), order)


@forced
def _means(upper, lower, order, ones):
    sums = add_words(
        multiply_add_bytes(permute_bytes(upper, order), ones), multiply_add_bytes(permute_bytes(lower, order), ones)
    )
    return _quarter(add_words(sums, spread_i16(np.int16(2))))


def halves(src, out, begin, end, header, order):
    """Make rows [begin, end) of the result."""
    step, width, stride = header[0], out.shape[2], src.shape[2]
    index, ones = load_bytes(address_of(order)), words_as_bytes(spread_i16(np.int16(0x0101)))
    for row in range(begin, end):
        upper, target = address_of(src) + 2 * row * stride, address_of(out) + row * width
        lower = upper + stride
        x = 0
        while x + _LANES <= width:
            value = _means(load_bytes(upper + 2 * x), load_bytes(lower + 2 * x), index, ones)
            store_half_bytes(target + x, lower_bytes(value))
            x += step
        while x < width:
            count = min(step, width - x)
            a, b = load_first_bytes(upper + 2 * x, 2 * count), load_first_bytes(lower + 2 * x, 2 * count)
            value = _means(a, b, index, ones)
            store_first_bytes(target + x, lower_bytes_of_two(value, value), count)
            x += step


def make(_: tuple[()]) -> Kernel:
    """Return the kernel, which is not specialised on anything."""
    return halves
