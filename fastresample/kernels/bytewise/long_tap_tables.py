"""Which resizes `long_taps` serves, and their tables."""

from functools import cache
from typing import Any

import numpy as np

from fastresample import codes
from fastresample.kernels.bytewise import tap_requests
from fastresample.kernels.bytewise.long_taps import Special
from fastresample.kernels.bytewise.memory import LINE, aligned
from fastresample.kernels.bytewise.spans import ORDERS
from fastresample.kernels.bytewise.sums import WORDS
from fastresample.kernels.common import array_type

# Adding this makes every digit of base 256 positive; the bytes are then digits plus 128.
_BIAS = np.uint32(0x808080)
# The largest weights of one digit, of two and of three.
_LARGEST = (127, 0x7F7F, 0x7F7F7F)
# By channels, from where on windows are filtered faster so: columns for one of the result, of bytes; taps of words.
_SHORTEST_STEP, _FEWEST_TAPS = (24, 24, 12, 12), (48, 40, 32, 32)
# Sums of lowest digits, at most 255 * 128 or 32767 * 128 each, must fit 32 bits.
_MOST, _MOST_OF_WORDS = 1 << 15, 480
TABLES = (array_type(np.uint8, 1), array_type(np.int32, 1), array_type(np.int32, 1), array_type(np.uint32, 2))


def matches(request: Any) -> bool:
    """Say whether this arithmetic is known, along both axes; words come down the columns only."""
    if not tap_requests.matches(request) or request.taps_x == codes.IDENTITY:
        return False
    return bool(request.order == codes.VERTICAL_FIRST or request.arithmetic.between == "uint8")


def prepare(request: Any, tables: Any) -> tuple[Special, tuple[Any, ...]] | None:
    """Return what the kernel is specialised on and its tables, or None where these are beyond it."""
    sizes, first_x, _, weights_x, first_y, _, weights_y, numbers = tables
    channels, width_in = int(sizes[0]), int(sizes[1])
    words, rows_first = request.arithmetic.between == "int16", request.order == codes.HORIZONTAL_FIRST
    taps = weights_x.shape[1]
    if channels > 4 or not long(words, channels, width_in // channels / first_x.size, taps):
        return None
    if (first_y[1:] < first_y[:-1]).any():
        return None
    shift_x, shift_y = (int(shift) for shift in (numbers[:2] if rows_first else numbers[1::-1]))
    whole_x = np.rint(weights_x * 2.0**shift_x).astype(np.int32) if words else weights_x.astype(np.int32)
    whole_y = weights_y.astype(np.int32)
    most_x, most_y = int(np.abs(whole_x).max()), int(np.abs(whole_y).max())
    digits = 2 if (most_y if words else max(most_x, most_y)) <= _LARGEST[1] else 3
    if max(most_x, most_y) > _LARGEST[2] or not 8 * (digits - 1) <= shift_y <= 31 or not 8 * words < shift_x <= 31:
        return None
    if weights_y.shape[1] > _MOST or (words and taps > _MOST_OF_WORDS):
        return None
    groups, spans = _spans(whole_x, channels, WORDS if words else digits)
    blocks, step, sample = spans.shape[1], 4 * channels * groups, 2 if words else 1
    end = sample * channels * int(first_x.max()) + step * (blocks - 1) + LINE
    quads, across = _quads(first_y, whole_y, digits)
    blob = aligned(ORDERS + 4 * spans.size)
    blob[:ORDERS], blob[ORDERS:] = _orders(channels, sample), spans.reshape(-1).view(np.uint8)
    values = (
        int(sizes[2]), width_in, max(0, end - sample * width_in), channels, blocks, step, shift_x, shift_y,
        weights_y.shape[1], quads,
    )  # fmt: skip
    packed = np.array(values, np.int64), blob, first_x, first_y, across
    return Special(rows_first, digits, words), packed


def long(words: bool, channels: int, step: float, taps: int) -> bool:
    """Whether windows are so long that they are filtered faster so."""
    return taps >= _FEWEST_TAPS[channels - 1] if words else step >= _SHORTEST_STEP[channels - 1]


def _bytes_of(whole: Any, digits: int) -> Any:
    """Return each weight's digits, the lowest first."""
    return ((whole.view(np.uint32) + _BIAS) ^ _BIAS).view(np.uint8).reshape(*whole.shape, 4)[..., :digits]


def _padded(weights: Any, width: int) -> Any:
    return np.pad(weights, ((0, 0), (0, width - weights.shape[1])))


def _spans(weights: Any, channels: int, digits: int) -> tuple[int, Any]:
    """Return the groups of taps in 64 bytes, and a pixel's weights, digit by digit, for all lanes."""
    groups, each = 16 // channels, 2 if digits == WORDS else 4
    count, taps = weights.shape
    blocks = -(-taps // (groups * each))
    lanes = _padded(weights, blocks * groups * each).reshape(count, blocks, groups, each)
    if digits == WORDS:
        above = (lanes + 128) >> 8
        parts = np.stack((lanes - above * 256, above), 2).astype(np.int16)
    else:
        parts = np.ascontiguousarray(_bytes_of(lanes, digits).transpose(0, 1, 4, 2, 3))
    parts = parts.view(np.uint32)  # (pixels, blocks, digits, groups, 1)
    spans = np.zeros((*parts.shape[:3], 16), np.uint32)
    spans[..., : groups * channels].reshape(*parts.shape[:4], channels)[...] = parts
    return groups, spans


def _quads(first: Any, weights: Any, digits: int) -> tuple[int, Any]:
    """Return the most quads of rows that a window has, and the digits of their weights."""
    count, taps = weights.shape
    before = first & 3
    quads = int(before.max() + taps + 3) // 4
    whole = np.zeros((count, 4 * quads), np.int32)
    whole[np.arange(count)[:, None], before[:, None] + np.arange(taps)] = weights
    parts = _bytes_of(whole.reshape(count, quads, 4), digits)
    packed = np.ascontiguousarray(parts.transpose(0, 1, 3, 2)).view(np.uint32)
    return quads, packed.reshape(count, quads * digits)


@cache
def _orders(channels: int, sample: int) -> Any:
    """Return the orders of `spans`; of two vectors the second one's bytes are numbered from 64 on."""
    groups, each = 16 // channels, 4 // sample  # samples of a lane
    window = np.zeros((16, 4), np.int64)
    lane = np.arange(groups * channels)
    byte = np.arange(4)
    window[lane] = ((each * (lane // channels))[:, None] + byte // sample) * channels * sample
    window[lane] += (lane % channels * sample)[:, None] + byte % sample
    two = np.arange(16)
    half, four = two // 8, two % 8
    near, far, last = 16 * half + four, 16 * half + 8 + four, 16 * half + 15
    if channels == 3:  # lane 15 is nothing
        group, channel = four // 4, four % 4
        nothing = 16 * half + 15
        near, far, last = (
            np.where((channel < 3) & (begin + group < groups), 16 * half + 3 * (begin + group) + channel, nothing)
            for begin in (0, 2, 4)
        )
    block, place = two // 4, two % 4
    even = 8 * block + place  # lanes of two pairs
    ints = (near, far, last, even, even + 4, 4 * block + (place + 2) % 4, 4 * block + (place ^ 1))
    orders = [window.reshape(-1), *((4 * order[:, None] + byte).reshape(-1) for order in ints)]
    orders.append(np.arange(64) % 4 * 16 + np.arange(64) // 4 % 16)
    return np.concatenate(orders).astype(np.uint8)
