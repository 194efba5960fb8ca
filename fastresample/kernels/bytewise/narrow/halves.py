"""Means of 2 x 2 bytes, rounded with ties up, for processors with AVX2 only: four blocks of whole pixels at a time.

A block is as many pixels of the result as eight bytes hold; their sources, side by side, are sixteen bytes at most.
"""

from typing import Any

import numpy as np

from fastresample.kernels.bytewise import halves
from fastresample.kernels.common import Kernel, array_type, forced
from fastresample.kernels.simd.arithmetic import add_words, multiply_add_bytes, shift_right, words_as_bytes
from fastresample.kernels.simd.kinds import Words
from fastresample.kernels.simd.memory import store_half_bytes
from fastresample.kernels.simd.narrow import (
    load_blocks,
    lower_half_bytes_of_two,
    permute_blocks,
    spread_half_i16,
    store_eights,
)
from fastresample.kernels.tiers import PLAIN, tier
from fastresample.kernels.vectors import address_of

TABLES = (array_type(np.uint8, 1),)
_LANES = 8
_quarter = shift_right(Words, 2)


def matches(request: Any) -> bool:
    """Whether the processor has AVX2, and `halves.halving`."""
    return tier() is not PLAIN and halves.halving(request)


def prepare(request: Any, tables: Any) -> tuple[tuple[()], tuple[Any, ...]] | None:
    """Return what `halves.prepare` does, for a block."""
    return halves.prepare(request, tables, _LANES)


@forced
def _means(upper, lower, step, order, ones):
    a, b = load_blocks(upper, upper + 2 * step), load_blocks(lower, lower + 2 * step)
    sums = multiply_add_bytes(permute_blocks(a, order), ones), multiply_add_bytes(permute_blocks(b, order), ones)
    return _quarter(add_words(add_words(sums[0], sums[1]), spread_half_i16(np.int16(2))))


def narrow_halves(src, out, begin, end, header, order):
    """Make rows [begin, end) of the result."""
    step, channels, rows, width, stride = header[0], header[1], out.shape[1], out.shape[2], src.shape[2]
    index, ones = load_blocks(address_of(order), address_of(order)), words_as_bytes(spread_half_i16(np.int16(0x0101)))
    needed = 3 * step + _LANES
    for row in range(begin, end):
        upper, target = address_of(src) + 2 * row * stride, address_of(out) + row * width
        lower = upper + stride
        x = 0
        while x < width:
            if x + needed > width:  # the last blocks overlap those before them
                last = (width - needed) // channels * channels
                if last < 0 or last + 4 * step <= x:
                    break
                x = last
            near = _means(upper + 2 * x, lower + 2 * x, step, index, ones)
            far = _means(upper + 2 * x + 4 * step, lower + 2 * x + 4 * step, step, index, ones)
            value = lower_half_bytes_of_two(near, far)
            if step == _LANES:
                store_half_bytes(target + x, value)
            else:
                store_eights(target + x, step, value)
            x += 4 * step
        p, y = row // rows, row % rows
        for k in range(x, width):
            near = 2 * k - k % channels
            total = np.int64(src[p, 2 * y, near]) + np.int64(src[p, 2 * y, near + channels])
            total += np.int64(src[p, 2 * y + 1, near]) + np.int64(src[p, 2 * y + 1, near + channels])
            out[p, y, k] = (total + 2) >> 2


def make(_: tuple[()]) -> Kernel:
    """Return the kernel, which is not specialised on anything."""
    return narrow_halves
