"""The images that a command reads one after the other, each file or folder given by name."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from numpy.typing import NDArray

from fastresample import batch
from fastresample.batch.codecs.decoding import read
from fastresample.batch.codecs.formats import EXTENSIONS
from fastresample.batch.codecs.opening import strict_pillow
from fastresample.batch.files.scanning import find_inputs
from fastresample.cli import terminal
from fastresample.validate.matrix import Skipped

input_argument_type = click.Path(exists=True, path_type=Path)


class Pictures:
    """Iterate over names and samples, (H, W) or (H, W, C); a file that cannot be read is a line on stderr.

    Attributes
    ----------
    paths : list of Path
        The files, those of folders in the order of their names.
    unread : list of Skipped
        The files and folders that could not be read so far.
    """

    def __init__(self, inputs: Sequence[Path]) -> None:
        found = find_inputs(inputs, None, EXTENSIONS)
        self.paths = [source.path for source in found.sources]
        self.unread: list[Skipped] = []
        for failure in found.failures:
            self._pass_over(failure.path, failure.reason)

    def __iter__(self) -> Iterator[tuple[str, NDArray[Any]]]:
        for path in self.paths:
            try:
                with strict_pillow():
                    samples = read(path).upright
            except (batch.ImageError, MemoryError) as error:
                self._pass_over(path, str(error) or "not enough memory for this image")
                continue
            yield terminal.printable(path), samples

    def _pass_over(self, path: Path, reason: str) -> None:
        self.unread.append(Skipped(terminal.printable(path), "", "", reason))
        terminal.say(f"{path}: {reason}")
