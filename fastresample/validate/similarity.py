"""The structural similarity of images, taken in by blocks of rows; the moments of an image serve all its pairs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

WINDOW = 7  # rows and columns
COUNT = WINDOW * WINDOW
STABILITY = 0.01, 0.03  # K1 and K2 of the definition
PIECE = 1 << 17  # samples at a time: what is worked on stays in the processor's cache

Reals = NDArray[np.float64]


class _Moments(NamedTuple):
    """Of one image, in all its windows; half of each constant is added, for a pair adds two of them up."""

    samples: Reals
    mean: Reals
    square: Reals  # of the mean, and c1 / 2
    variance: Reals  # and c2 / 2


class Similarity:
    """Add up the similarity of pairs of images that come in matching blocks of rows.

    Notes
    -----
    Wang et al. (2004), averaged over all windows of 7 x 7 samples of one channel that lie inside the image::

        (2 mx my + c1) (2 cov + c2) / ((mx^2 + my^2 + c1) (vx + vy + c2)),   c = (K range)^2,  K = 0.01, 0.03

    with the means m, sample variances v and the sample covariance of the two in the window: the defaults of
    ``skimage.metrics.structural_similarity`` for ``data_range=range``.
    """

    def __init__(self, pairs: Sequence[tuple[str, str]], peak: float) -> None:
        self._sums = dict.fromkeys(pairs, 0.0)
        self._names = list(dict.fromkeys(name for pair in pairs for name in pair))
        self._constants = tuple(k * peak * k * peak for k in STABILITY)  # a power would raise where this is infinite
        self._above: dict[str, NDArray[Any]] = {}  # the last rows so far, of which the next windows begin
        self._windows = 0

    def add(self, blocks: Mapping[str, NDArray[Any]]) -> None:
        """Take in the same rows of every image, (rows, W) or (rows, W, C)."""
        joined = {n: np.concatenate([self._above[n], blocks[n]]) if self._above else blocks[n] for n in self._names}
        rows, columns = next(iter(joined.values())).shape[:2]
        if columns >= WINDOW:
            for begin, end in _pieces(rows, next(iter(joined.values()))[0].size):
                self._add({name: joined[name][begin:end] for name in self._names})
        self._above = {name: joined[name][max(0, rows - WINDOW + 1) :].copy() for name in self._names}

    def _add(self, parts: Mapping[str, NDArray[Any]]) -> None:
        with np.errstate(over="ignore", invalid="ignore"):  # what no number describes becomes NaN
            moments = {name: _moments(part, *self._constants) for name, part in parts.items()}
            for first, second in self._sums:
                self._sums[first, second] += _total(moments[first], moments[second], *self._constants)
        self._windows += next(iter(moments.values())).mean.size

    def of(self, first: str, second: str) -> float | None:
        """Return the mean over all windows; None if none fits, or where samples are not finite."""
        total = self._sums[first, second]
        return total / self._windows if self._windows and np.isfinite(total) else None


def _pieces(rows: int, row_size: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of rows whose windows are all windows, each once."""
    step = max(WINDOW, PIECE // row_size)
    for begin in range(0, rows - WINDOW + 1, step):
        yield begin, min(begin + step, rows - WINDOW + 1) + WINDOW - 1


def _moments(part: NDArray[Any], c1: float, c2: float) -> _Moments:
    samples = part.astype(np.float64)
    mean = _sums(samples) / COUNT
    square = np.square(mean)
    variance = (_sums(np.square(samples)) / COUNT - square) * (COUNT / (COUNT - 1))
    return _Moments(samples, mean, square + c1 / 2, variance + c2 / 2)


def _total(x: _Moments, y: _Moments, c1: float, c2: float) -> float:
    """Return the sum of the similarities of all windows; in place, for these are the most arrays of a comparison."""
    product = x.mean * y.mean
    value = _sums(x.samples * y.samples)
    value /= COUNT
    value -= product
    value *= 2 * COUNT / (COUNT - 1)
    value += c2
    product *= 2
    product += c1
    value *= product
    below = np.add(x.square, y.square, out=product)
    below *= x.variance + y.variance
    value /= below
    return float(value.sum())


def _sums(values: Reals) -> Reals:
    """Return the sums over all windows of 7 x 7."""
    by_rows = _sums_of_seven(values)
    return _sums_of_seven(by_rows.swapaxes(0, 1)).swapaxes(0, 1)


def _sums_of_seven(values: Reals) -> Reals:
    two = values[:-1] + values[1:]
    four = two[:-2] + two[2:]
    out = four[:-3] + two[4:-1]
    out += values[6:]
    return out
