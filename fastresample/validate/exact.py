"""The exact value of a resize in float64: positions are ratios of integers, no kernel is used, memory stays bounded.

Output sample i of an axis lies at ``((2 i + 1) n_in - n_out) / (2 n_out)`` in source pixels, pixel j at j. In units of
``1 / (2 n_out)`` every position is an integer. The formulas are written here a second time, for whole arrays, so that
an error in the kernels' own cannot hide.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]

BLOCK_BYTES = 32 << 20


def _sinc(x: Reals) -> Reals:
    """``sin(pi x) / (pi x)``; exactly 0 at whole numbers, for the sine is taken of the distance to the nearest one."""
    whole = np.rint(x)
    sine = np.where(whole % 2, -1.0, 1.0) * np.sin(np.pi * (x - whole))
    out = np.ones_like(x)
    np.divide(sine, np.pi * x, out=out, where=x != 0)
    return out


def _cubic(b: float, c: float, x: Reals) -> Reals:
    """Mitchell and Netravali's family; Keys' cubic of slope a is ``b = 0, c = -a``."""
    near = ((12 - 9 * b - 6 * c) * x + (12 * b + 6 * c - 18)) * x * x + (6 - 2 * b)
    rest = 2 - x  # in powers of the distance to the end nothing cancels
    far = ((b + 6 * c) * rest - 6 * c) * rest * rest
    return np.where(x < 1, near, far) / 6


def _lanczos(lobes: int, x: Reals) -> Reals:
    return _sinc(x) * _sinc(x / lobes)


def _hamming(x: Reals) -> Reals:
    return _sinc(x) * (0.54 + 0.46 * np.cos(np.pi * x))


def _magic(sharpening: tuple[float, ...], x: Reals) -> Reals:
    """Costella's Magic Kernel Sharp: quadratic B-splines at whole distances k, each weighed by ``sharpening[|k|]``."""
    total = sharpening[0] * _spline(x)
    for k, weight in enumerate(sharpening[1:], start=1):
        total += weight * (_spline(x - k) + _spline(x + k))
    return total


def _spline(x: Reals) -> Reals:
    x = np.abs(x)
    return np.where(x < 0.5, 0.75 - x * x, np.square(np.maximum(1.5 - x, 0)) / 2)


class _Filter(NamedTuple):
    support: float
    value: Callable[[Reals], Reals]  # of the distance x, 0 <= x < support
    edge: float = 0.0  # value at x = support


_KEYS = _Filter(2, partial(_cubic, 0.0, 0.5))
_FILTERS = {
    "box": _Filter(0.5, np.ones_like, 0.5),  # on the edge two windows share a pixel
    "bilinear": _Filter(1, lambda x: 1 - x),
    "hamming": _Filter(1, _hamming),
    "bicubic": _KEYS,
    "catmull_rom": _KEYS,
    "mitchell": _Filter(2, partial(_cubic, 1 / 3, 1 / 3)),
    "gaussian": _Filter(1.5, lambda x: np.exp(-2 * x * x)),  # sigma = 1/2
    **{f"lanczos{lobes}": _Filter(lobes, partial(_lanczos, lobes)) for lobes in (2, 3, 4, 5)},
    "mks2013": _Filter(2.5, partial(_magic, (3 / 2, -1 / 4))),
    "mks2021": _Filter(4.5, partial(_magic, (17 / 12, -35 / 144, 1 / 24, -1 / 144))),
}
_ALIASES = {"linear": "bilinear", "trilinear": "bilinear", "cubic": "bicubic", "lanczos": "lanczos3"}


class Bands(NamedTuple):
    """The banded matrix of one axis: output i is the sum over k of ``weights[i, k] * source[first[i] + k]``."""

    first: NDArray[np.int64]
    weights: Reals  # (n_out, taps), 0 where a row has fewer taps


def nearest_bands(n_in: int, n_out: int) -> Bands:
    """Return the pixel whose area holds the output's centre; a centre on a border belongs to the right one."""
    i = np.arange(n_out, dtype=np.int64)
    return Bands((2 * i + 1) * n_in // (2 * n_out), np.ones((n_out, 1)))


def area_bands(n_in: int, n_out: int) -> Bands:
    """Return how much of ``[i step, (i + 1) step]`` lies on each pixel, as a part of the step."""
    start = np.arange(n_out, dtype=np.int64) * n_in  # in units of 1 / n_out; pixel j covers [j n_out, (j + 1) n_out]
    first = start // n_out
    left = (first[:, None] + np.arange((n_in - 1) // n_out + 2)) * n_out
    shared = np.minimum(left + n_out, start[:, None] + n_in) - np.maximum(left, start[:, None])
    return Bands(first, np.maximum(shared, 0) / n_in)


def filter_bands(n_in: int, n_out: int, filter_: _Filter, antialias: bool) -> Bands:
    """Return the weights of a filter, divided by their sum.

    With ``antialias`` it is stretched by the step where the axis shrinks, and pixels outside the image drop out;
    without, they are as the edge pixel, to whose weight theirs are added.
    """
    unit = 2 * n_out
    position = (2 * np.arange(n_out, dtype=np.int64) + 1) * n_in - n_out
    width = 2 * max(n_in, n_out) if antialias else unit
    reach = int(2 * filter_.support) * width // 2
    first = -((reach - position) // unit)  # the lowest pixel within reach
    tap = first[:, None] + np.arange(2 * reach // unit + 1, dtype=np.int64)
    distance = np.abs(unit * tap - position[:, None])
    raw = np.where(distance < reach, filter_.value(distance / width), (distance == reach) * filter_.edge)
    outside = (tap < 0) | (tap >= n_in)
    if not antialias:
        row, _ = np.nonzero(outside)
        np.add.at(raw, (row, np.clip(tap[outside], 0, n_in - 1) - first[row]), raw[outside])
    raw[outside] = 0
    return Bands(first, raw / raw.sum(axis=1, keepdims=True))


def bands(n_in: int, n_out: int, method: str, antialias: bool) -> Bands:
    """Return the matrix of ``method`` for one axis."""
    method = _ALIASES.get(method, method)
    if method == "nearest" or n_in == n_out:  # an axis whose size is unchanged is not filtered
        return nearest_bands(n_in, n_out)
    if method == "area":
        return area_bands(n_in, n_out)
    return filter_bands(n_in, n_out, _FILTERS[method], antialias)


def _weighted_rows(source: NDArray[Any], axis: Bands, begin: int, end: int) -> Reals:
    """Sum rows ``begin`` to ``end``, from the first tap to the last whose weight is not 0: NaN spreads no further."""
    out = np.zeros((end - begin, *source.shape[1:]))
    product = np.empty(source.shape[1:])
    for row, first, weights in zip(out, axis.first[begin:end].tolist(), axis.weights[begin:end], strict=True):
        taps = np.flatnonzero(weights)
        for k in range(taps[0], taps[-1] + 1):
            row += np.multiply(source[first + k], weights[k], out=product, dtype=np.float64)
    return out


def exact_blocks(
    image: NDArray[Any], size: tuple[int, int], method: str, antialias: bool
) -> Iterator[tuple[int, Reals]]:
    """Yield the exact, unrounded result by blocks of rows.

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C)
        Any real dtype.
    size : tuple of int
        ``(height, width)`` of the result.
    method : str
        A method of `fastresample.resize`, half-pixel centres.
    antialias : bool
        Stretch the filter by the step where an axis shrinks, and drop pixels outside the image instead of repeating
        the edge. For ``nearest`` and ``area`` it means nothing.

    Yields
    ------
    begin : int
        The row of the result with which the block starts.
    block : ndarray of float64, (rows, width) or (rows, width, C)
        About 32 MB at most, or one row.
    """
    axes = _axes(image, size, method, antialias)
    row_bytes = 8 * max(image[0].size, image[0].size // image.shape[1] * size[1])
    step = max(1, BLOCK_BYTES // row_bytes)
    for begin in range(0, size[0], step):
        yield begin, _block(image, axes, slice(begin, min(begin + step, size[0])), slice(0, size[1]))


def exact_part(
    image: NDArray[Any], size: tuple[int, int], method: str, antialias: bool, rows: slice, columns: slice
) -> Reals:
    """Return a part of what `exact_blocks` yields, the given rows and columns of the result."""
    return _block(image, _axes(image, size, method, antialias), rows, columns)


def _axes(image: NDArray[Any], size: tuple[int, int], method: str, antialias: bool) -> tuple[Bands, Bands]:
    rows, columns = (bands(n_in, n_out, method, antialias) for n_in, n_out in zip(image.shape, size, strict=False))
    return rows, columns


def _block(image: NDArray[Any], axes: tuple[Bands, Bands], rows: slice, columns: slice) -> Reals:
    block = _weighted_rows(image, axes[0], rows.start, rows.stop)
    sideways = np.ascontiguousarray(block.swapaxes(0, 1))
    return _weighted_rows(sideways, axes[1], columns.start, columns.stop).swapaxes(0, 1)
