"""What a run would do, from the headers of its files alone."""

import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from fastresample.batch.codecs.headers import read_header
from fastresample.batch.codecs.opening import strict_pillow
from fastresample.batch.errors import ImageError
from fastresample.batch.files.naming import Inputs, Output, others_files
from fastresample.batch.memory import Budget, default_budget
from fastresample.batch.options import Options
from fastresample.batch.pixels.layout import Pair
from fastresample.batch.planning import check_planned, plan
from fastresample.batch.reports.reasons import explain


class Preview(NamedTuple):
    """What would become of one image in one size.

    Attributes
    ----------
    source, target : Path
        The file, and the name of its result.
    status : {"written", "existing", "failed"}
        As in `Outcome`.
    before, after : (int, int) or None
        Height and width in pixels; None where they are not known.
    reason : str
        Why nothing would be written, or on what it depends; empty if something would in any case.
    """

    source: Path
    target: Path
    status: str
    before: Pair | None
    after: Pair | None
    reason: str


def preview(inputs: Inputs, options: Options) -> Iterator[Preview]:
    """Say what `process` would do; files are opened, but their pixels not read, and nothing is written."""
    budget = Budget(options.memory or default_budget())
    for job in inputs.done:
        yield from _existing(job.source, job.outputs)
    taken = set(others_files(inputs)) if options.existing == "skip" else set()
    with strict_pillow(options.max_pixels):
        for job in inputs.jobs:
            there = [output for output in job.outputs if output.target in taken]
            yield from _existing(job.source, there)
            if todo := [output for output in job.outputs if output not in there]:
                yield from _foreseen(job.source, todo, options, budget)


def _existing(source: Path, outputs: Sequence[Output]) -> Iterator[Preview]:
    for output in outputs:
        yield Preview(source, output.target, "existing", None, None, "there already")


def _foreseen(source: Path, outputs: Sequence[Output], options: Options, budget: Budget) -> list[Preview]:
    """Return what becomes of a file; one result that fails is a failure of all, as in a run."""
    shape = None
    try:
        header = read_header(source, options.limits)
        shape = header.shape
        whole = plan(header, outputs, options)
        budget.check(whole.needed)
        told = []
        for result in whole.results:
            if result.kept and options.in_place:
                told.append(Preview(source, source, "existing", shape, None, "stays as it is"))
                continue
            reason = check_planned(header, result, options)
            _check_writable(result.output.target)
            told.append(Preview(source, result.output.target, "written", shape, result.placement.canvas, reason))
        return told
    except (ImageError, OSError) as error:
        reason = explain(error, outputs[0].target).text
        return [Preview(source, output.target, "failed", shape, None, reason) for output in outputs]


def _check_writable(target: Path) -> None:
    """Raise OSError if a file of this name could not be made, as far as that can be seen."""
    folder = next(parent for parent in target.parents if os.path.lexists(parent))
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
