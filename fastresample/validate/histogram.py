"""Signed errors counted on one axis for all: linear about 0, logarithmic further out, as long as errors can be."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

PER_DOUBLING = 4  # bins


class Scale(NamedTuple):
    """What an error is measured by, and the largest that is told apart.

    Error e lies at ``sign(e) log2(1 + 2 |e| / unit)``: half a unit at 1, one unit at 1.58, from then on a doubling
    takes about 1.
    """

    unit: float  # one level of integers, the last place of the largest float
    largest: float

    @property
    def reach(self) -> float:
        """Where the largest error lies."""
        return math.log2(1 + 2 * (self.largest / self.unit))

    @property
    def bins(self) -> int:
        """How many bins there are: as many for errors below 0 as above, and one about 0."""
        return 2 * math.ceil(self.reach * PER_DOUBLING) + 1

    def places(self, errors: NDArray[Any]) -> NDArray[np.float64]:
        """Return where errors lie; what is not finite lies at the end."""
        distance = np.nan_to_num(np.abs(errors), nan=self.largest, posinf=self.largest)
        places = np.log2(1 + 2 * (np.minimum(distance, self.largest) / self.unit))
        signed: NDArray[np.float64] = np.copysign(places, errors)
        return signed


def scale_of(dtype: np.dtype[Any], peak: float) -> Scale:
    """Return the scale of errors of images of a dtype whose range is ``peak``."""
    return Scale(float(np.finfo(dtype).eps) * peak if dtype.kind == "f" else 1.0, peak)


class Histogram:
    """Count signed errors."""

    def __init__(self, scale: Scale) -> None:
        self._scale = scale
        self._counts = np.zeros(scale.bins, np.int64)

    def add(self, result: NDArray[Any], exact: NDArray[np.float64]) -> None:
        """Take in a block of rows of a result and of its exact value."""
        with np.errstate(over="ignore", invalid="ignore"):
            errors = np.subtract(result, exact, dtype=np.float64)
        errors[(result == exact) | ((result != result) & (exact != exact))] = 0
        places = self._scale.places(errors) * PER_DOUBLING
        # An error at the border of two bins, such as that of a tie, is in the nearer one whatever float64 made of it.
        bins = np.copysign(np.ceil(np.abs(places) - 1e-6), places).astype(np.int64) + len(self._counts) // 2
        self._counts += np.bincount(bins.ravel(), minlength=len(self._counts))

    def shares(self) -> tuple[float, ...]:
        """Return the share of samples in each bin."""
        return tuple((self._counts / max(1, self._counts.sum())).tolist())
