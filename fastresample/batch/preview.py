"""What a run would do, from the headers of its files alone."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fastresample.batch.codecs.decoding import upright_shape
from fastresample.batch.codecs.opening import strict_pillow
from fastresample.batch.errors import ImageError
from fastresample.batch.files.naming import Inputs
from fastresample.batch.options import Options
from fastresample.batch.pixels.layout import Pair


class Preview(NamedTuple):
    """What would become of one image in one size.

    Attributes
    ----------
    source, target : Path
        The file, and the name of its result.
    before, after : (int, int) or None
        Height and width in pixels; None where they are not known.
    reason : str
        Why nothing would be written; empty if something would.
    """

    source: Path
    target: Path
    before: Pair | None
    after: Pair | None
    reason: str


def preview(inputs: Inputs, options: Options) -> Iterator[Preview]:
    """Say what `process` would do; files are opened, but their pixels not read, and nothing is written."""
    with strict_pillow(options.max_pixels):
        for job in inputs.jobs:
            shape, reason = None, ""
            try:
                shape = upright_shape(job.source)
            except ImageError as error:
                reason = str(error)
            for output in job.outputs:
                if not reason and options.existing == "skip" and _stays(output.target, inputs):
                    yield Preview(job.source, output.target, shape, None, "there already")
                    continue
                after = options.place(shape, output.size).canvas if shape else None
                yield Preview(job.source, output.target, shape, after, reason)


def _stays(target: Path, inputs: Inputs) -> bool:
    """Whether there is a file that is not replaced: one that no run of the manifest wrote."""
    return os.path.lexists(target) and not (inputs.manifest and inputs.manifest.made(target))
