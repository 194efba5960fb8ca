"""How far two images are apart, summed up block by block so that large images need no float64 copy."""

import math
import sys
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_BYTE_DIFFERENCES = np.arange(-255, 256)
PIECE = 1 << 16  # samples at a time: what is worked on stays in the processor's cache


class Metrics(NamedTuple):
    """The differences ``first - second`` of two images, in the image's own units (levels for integers).

    A NaN or an infinity that only one of the two has counts as an infinite difference.
    """

    equal: float  # fraction of samples that are the same
    max_abs: float
    mean_abs: float
    rmse: float
    psnr: float  # dB over `peak`; infinite for equal images
    ssim: float | None  # see `similarity.Similarity`; None for images too small for it, or not finite
    bias: float  # mean of first - second: its sign says which one is brighter
    misrounded: float | None  # fraction of integers not nearest to the exact value (a tie: both are); None for floats


def peak(image: NDArray[Any]) -> float:
    """Return the range that PSNR refers to: that of an integer dtype, or of the finite values of a float image."""
    if image.dtype.kind == "f":
        finite = image[np.isfinite(image)]
        span = float(finite.max()) - float(finite.min()) if finite.size else 0.0  # of plain floats: no overflow warns
        return min(span, sys.float_info.max) if span > 0 else 1.0
    if image.dtype.kind == "b":
        return 1.0
    info = np.iinfo(image.dtype)
    return float(info.max) - float(info.min)


class Tally:
    """Add up the differences of two images given in matching blocks.

    ``rounds`` says that the first image holds integers and the second their exact, real values.
    """

    def __init__(self, peak: float, rounds: bool = False) -> None:
        self._peak = peak
        self._rounds = rounds
        self._half = 0.5 + 1e-12 * peak  # float64's own rounding must not turn a tie into a fault
        self._count = self._equal = self._misrounded = 0
        self._max = self._sum = self._sum_abs = self._sum_squares = 0.0

    def add(self, first: NDArray[Any], second: NDArray[Any]) -> None:
        """Take in a block of rows of each image, of equal shapes and any real dtypes."""
        rows = max(1, PIECE * len(first) // max(first.size, 1))
        # A difference, its square or a sum beyond float64 is infinite, which is what it says; two infinities make NaN.
        with np.errstate(over="ignore", invalid="ignore"):
            for begin in range(0, len(first), rows):
                self._add(first[begin : begin + rows], second[begin : begin + rows])

    def _add(self, first: NDArray[Any], second: NDArray[Any]) -> None:
        if first.dtype == second.dtype == np.uint8:
            self._add_bytes(first, second)
            return
        same = (first == second) | ((first != first) & (second != second))
        difference = np.zeros(first.shape)
        np.subtract(first, second, out=difference, where=~same, dtype=np.float64)
        difference[np.isnan(difference)] = np.inf
        distance = np.abs(difference)
        self._count += difference.size
        self._equal += int(np.count_nonzero(same))
        self._misrounded += int(np.count_nonzero(distance > self._half))
        self._max = max(self._max, float(distance.max(initial=0.0)))
        self._sum_abs += float(distance.sum())
        self._sum_squares += float(np.square(distance).sum())
        if math.isfinite(self._max):
            self._sum += float(difference.sum())

    def _add_bytes(self, first: NDArray[Any], second: NDArray[Any]) -> None:
        """Do the same from the counts of the 511 differences that bytes can have."""
        counts = np.bincount((first.astype(np.int16) - second + 255).ravel(), minlength=511)
        distance = np.abs(_BYTE_DIFFERENCES)
        self._count += first.size
        self._equal += int(counts[255])
        self._max = max(self._max, float(distance[counts > 0].max(initial=0)))
        self._sum += float(counts @ _BYTE_DIFFERENCES)
        self._sum_abs += float(counts @ distance)
        self._sum_squares += float(counts @ distance**2)

    def metrics(self, ssim: float | None = None) -> Metrics:
        """Return the figures of all blocks so far, with a similarity measured elsewhere."""
        count = max(self._count, 1)
        rmse = math.sqrt(self._sum_squares / count)
        return Metrics(
            equal=self._equal / count,
            max_abs=self._max,
            mean_abs=self._sum_abs / count,
            rmse=rmse,
            psnr=20 * math.log10(self._peak / rmse) if 0 < rmse < math.inf else (math.inf if rmse == 0 else -math.inf),
            ssim=ssim,
            bias=self._sum / count if math.isfinite(self._max) else math.nan,
            misrounded=self._misrounded / count if self._rounds else None,
        )
