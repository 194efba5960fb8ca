"""What is shown of large results: the part where they differ most from one another, and where in the whole it lies."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample.validate.calls import Image

SIDE = 256  # larger results are shown in part
TILE = 8  # the part begins at a multiple of this
ROWS = 64  # at a time: large results need no float64 copy
OVERVIEW = 160


class Crop(NamedTuple):
    """The shown part of all results.

    ``samples`` has a result per name; that of the exact value is float64 and unrounded. ``overview`` is this package's
    whole result, made small.
    """

    top: int
    left: int
    whole: tuple[int, int]  # height and width of the results
    samples: dict[str, Image]
    overview: Image

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the part."""
        height, width = next(iter(self.samples.values())).shape[:2]
        return height, width

    def part(self, side: int) -> "Crop":
        """Return the middle of this part, at most ``side`` in each direction."""
        top, left = (max(0, (length - side) // 2) for length in self.size)
        inside = slice(top, top + side), slice(left, left + side)
        samples = {name: picture[inside] for name, picture in self.samples.items()}
        return self._replace(top=self.top + top, left=self.left + left, samples=samples)


def choose(results: Mapping[str, Image]) -> tuple[slice, slice]:
    """Return the rows and columns of the part, at most 256 each, where results differ most from one another.

    The measure is the range of the results at a sample, summed over the part. Where nothing differs it is the middle.
    """
    height, width = next(iter(results.values())).shape[:2]
    if height <= SIDE and width <= SIDE:
        return slice(0, height), slice(0, width)
    inside = min(height, SIDE), min(width, SIDE)
    tiles = np.concatenate([_spread_of_tiles(results, begin) for begin in range(0, height, ROWS)])
    sums = _window_sums(tiles, tuple(-(-n // TILE) for n in inside))
    if sums.any():
        top, left = (TILE * int(i) for i in np.unravel_index(np.argmax(sums), sums.shape))
    else:
        top, left = (height - inside[0]) // 2, (width - inside[1]) // 2
    top, left = min(top, height - inside[0]), min(left, width - inside[1])
    return slice(top, top + inside[0]), slice(left, left + inside[1])


def _spread_of_tiles(results: Mapping[str, Image], begin: int) -> NDArray[np.float64]:
    """Return the sums of the range of the results over the tiles of a few rows."""
    first, *others = (result[begin : begin + ROWS] for result in results.values())
    low, high = first.copy(), first.copy()
    for other in others:
        np.fmin(low, other, out=low)
        np.fmax(high, other, out=high)
    with np.errstate(over="ignore", invalid="ignore"):
        spread = np.nan_to_num(np.subtract(high, low, dtype=np.float64), posinf=0.0)
    return _block_sums(spread.reshape(*spread.shape[:2], -1).sum(axis=2), TILE)


def _block_sums(values: NDArray[Any], side: int) -> NDArray[np.float64]:
    """Return the sums over blocks of rows and columns, the last ones smaller."""
    rows, columns = (np.arange(0, n, side) for n in values.shape[:2])
    sums: NDArray[np.float64] = np.add.reduceat(np.add.reduceat(values, rows, axis=0), columns, axis=1)
    return sums


def _window_sums(tiles: NDArray[np.float64], window: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the sums over all windows of so many tiles."""
    for axis, length in enumerate(window):
        length = min(length, tiles.shape[axis])
        sums = np.insert(np.cumsum(tiles, axis=axis), 0, 0.0, axis=axis)
        count = tiles.shape[axis] - length + 1
        tiles = sums.take(range(length, length + count), axis=axis) - sums.take(range(count), axis=axis)
    return tiles


def overview(result: Image) -> Image:
    """Return an image as means of blocks, at most 160 in each direction."""
    step = -(-max(result.shape[:2]) // OVERVIEW)
    return np.concatenate([_means(result[begin : begin + step], step) for begin in range(0, len(result), step)])


def _means(rows: Image, side: int) -> Image:
    """Return the means of the blocks of one row of blocks."""
    with np.errstate(over="ignore", invalid="ignore"):
        sums = _block_sums(rows.astype(np.float64), side)
        widths = np.minimum(side, rows.shape[1] - np.arange(0, rows.shape[1], side))
        means = sums / (len(rows) * widths).reshape(1, -1, *[1] * (rows.ndim - 2))
    rounded: Image = (np.rint(means) if rows.dtype.kind in "iub" else means).astype(rows.dtype)
    return rounded
