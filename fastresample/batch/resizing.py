"""The resize that options describe, as a function of an image's samples."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from threading import Thread

import numpy as np

import fastresample
from fastresample.batch.options import Options
from fastresample.batch.pixels.colour import Samples
from fastresample.batch.pixels.layout import Placement


@dataclass(frozen=True)
class Resize:
    """``resize(samples, placement)``: one thread, because workers are many."""

    options: Options

    def expect(self) -> None:
        """Load compiled code in the background, which takes half a second: a picture is about to be decoded."""
        self._loading  # noqa: B018

    @cached_property
    def _loading(self) -> Thread:
        thread = Thread(target=self._load, name="fastresample-loading")
        thread.start()
        return thread

    def _load(self) -> None:
        with suppress(Exception):  # what fails here fails again where it is reported
            self(np.zeros((5, 5, 3), np.float32 if self.options.linear else np.uint8), Placement((2, 2), None, (2, 2)))

    def __call__(self, samples: Samples, placement: Placement) -> Samples:
        """Return the placement's box of the samples in its inner size."""
        method, antialias = self.options.method, self.options.antialias and self.options.blends
        return fastresample.resize(
            samples, placement.inner, box=placement.box, method=method, antialias=antialias, threads=1
        )
