"""The resize that options describe, as a function of an image's samples."""

from dataclasses import dataclass

import fastresample
from fastresample.batch.colour import Samples
from fastresample.batch.layout import Placement
from fastresample.batch.options import Options


@dataclass(frozen=True)
class Resize:
    """``resize(samples, placement)``: one thread, because workers are many."""

    options: Options

    def __call__(self, samples: Samples, placement: Placement) -> Samples:
        """Return the placement's box of the samples in its inner size."""
        method, antialias = self.options.method, self.options.antialias and self.options.blends
        return fastresample.resize(
            samples, placement.inner, box=placement.box, method=method, antialias=antialias, threads=1
        )
