"""The exact value of a resize in float64: weights are ratios of integers, no kernel is used, memory stays bounded.

Output sample i of an axis lies at ``((2 i + 1) n_in - n_out) / (2 n_out)`` in source pixels, pixel j at j. In units of
``1 / (2 n_out)`` every position and every weight is an integer.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

BLOCK_BYTES = 32 << 20


class Bands(NamedTuple):
    """The banded matrix of one axis: output i is the sum over k of ``weights[i, k] * source[first[i] + k]``."""

    first: NDArray[np.int64]
    weights: NDArray[np.float64]  # (n_out, taps), 0 where a row has fewer taps


def nearest_bands(n_in: int, n_out: int) -> Bands:
    """Return the pixel whose area holds the output's centre; a centre on a border belongs to the right one."""
    i = np.arange(n_out, dtype=np.int64)
    return Bands((2 * i + 1) * n_in // (2 * n_out), np.ones((n_out, 1)))


def triangle_bands(n_in: int, n_out: int, antialias: bool) -> Bands:
    """Return the triangle's weights, stretched by the step if ``antialias``; pixels outside the image drop out."""
    unit = 2 * n_out
    position = (2 * np.arange(n_out, dtype=np.int64) + 1) * n_in - n_out
    width = 2 * max(n_in, n_out) if antialias else unit
    first = (position - width) // unit + 1  # the lowest pixel nearer than the width
    tap = first[:, None] + np.arange(-(-2 * width // unit), dtype=np.int64)
    raw = np.maximum(width - np.abs(unit * tap - position[:, None]), 0)
    raw[(tap < 0) | (tap >= n_in)] = 0
    return Bands(first, raw / raw.sum(axis=1, keepdims=True))


def bands(n_in: int, n_out: int, method: str, antialias: bool) -> Bands:
    """Return the matrix of ``method`` for one axis."""
    return nearest_bands(n_in, n_out) if method == "nearest" else triangle_bands(n_in, n_out, antialias)


def _weighted_rows(source: NDArray[Any], axis: Bands, begin: int, end: int) -> NDArray[np.float64]:
    """Sum rows ``begin`` to ``end``; a tap of weight 0 is not read, so NaN and infinity stay where they belong."""
    out = np.zeros((end - begin, *source.shape[1:]))
    product = np.empty(source.shape[1:])
    for row, first, weights in zip(out, axis.first[begin:end].tolist(), axis.weights[begin:end].tolist(), strict=True):
        for k, weight in enumerate(weights):
            if weight:
                row += np.multiply(source[first + k], weight, out=product, dtype=np.float64)
    return out


def exact_blocks(
    image: NDArray[Any], size: tuple[int, int], method: str, antialias: bool
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """Yield the exact, unrounded result by blocks of rows.

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C)
        Any real dtype.
    size : tuple of int
        ``(height, width)`` of the result.
    method : {"nearest", "bilinear"}
        Half-pixel centres, edges repeated.
    antialias : bool
        Stretch the triangle by the step where an axis shrinks.

    Yields
    ------
    begin : int
        The row of the result with which the block starts.
    block : ndarray of float64, (rows, width) or (rows, width, C)
        About 32 MB at most, or one row.
    """
    rows, columns = (bands(n_in, n_out, method, antialias) for n_in, n_out in zip(image.shape, size, strict=False))
    row_bytes = 8 * max(image[0].size, image[0].size // image.shape[1] * size[1])
    step = max(1, BLOCK_BYTES // row_bytes)
    for begin in range(0, size[0], step):
        block = _weighted_rows(image, rows, begin, min(begin + step, size[0]))
        sideways = np.ascontiguousarray(block.swapaxes(0, 1))
        yield begin, _weighted_rows(sideways, columns, 0, size[1]).swapaxes(0, 1)
