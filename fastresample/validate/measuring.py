"""Every result against the exact value and against every other one, in one walk over the blocks of the exact value."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample.validate.calls import Image
from fastresample.validate.histogram import Histogram, Scale, scale_of
from fastresample.validate.metrics import Metrics, Tally, peak
from fastresample.validate.similarity import Similarity

EXACT = "exact"


class Measured(NamedTuple):
    """What was found: figures of the pairs ``first - second``, and shares of the signed errors of each result."""

    pairs: dict[tuple[str, str], Metrics]  # first those against the exact value
    errors: dict[str, tuple[float, ...]]
    scale: Scale  # of the errors


def measure(
    image: Image, results: Mapping[str, Image], exact_blocks: Iterable[tuple[int, NDArray[np.float64]]]
) -> Measured:
    """Measure all pairs of ``results``, whose source is ``image``."""
    scale, integers = peak(image), image.dtype.kind in "iu"
    errors = {(name, EXACT): Tally(scale, rounds=integers) for name in results}
    pairs = {pair: Tally(scale) for pair in combinations(results, 2)}
    tallies = errors | pairs
    similarity = Similarity(list(tallies), scale)
    axis = scale_of(image.dtype, scale)
    histograms = {name: Histogram(axis) for name in results}
    for begin, exact in exact_blocks:
        blocks = {name: result[begin : begin + len(exact)] for name, result in results.items()}
        blocks[EXACT] = clipped(exact, image.dtype)
        for (first, second), tally in tallies.items():
            tally.add(blocks[first], blocks[second])
        for name, histogram in histograms.items():
            histogram.add(blocks[name], blocks[EXACT])
        similarity.add(blocks)
    return Measured(
        {pair: tally.metrics(similarity.of(*pair)) for pair, tally in tallies.items()},
        {name: histogram.shares() for name, histogram in histograms.items()},
        axis,
    )


def clipped(exact: NDArray[np.float64], dtype: np.dtype[Any]) -> NDArray[np.float64]:
    """Return exact values in the range of an integer dtype; those of other dtypes as they are."""
    if dtype.kind not in "iu":
        return exact
    info = np.iinfo(dtype)
    return np.clip(exact, info.min, info.max)
