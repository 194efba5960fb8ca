"""Resize files and folders of images: trees are mirrored, metadata kept, and no name ever holds half a file."""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import fastresample
from fastresample.batch import workers
from fastresample.batch.codecs.formats import EXTENSIONS
from fastresample.batch.codecs.headers import read_header
from fastresample.batch.codecs.opening import strict_pillow
from fastresample.batch.errors import ImageError
from fastresample.batch.files.naming import (
    Inputs,
    Job,
    Output,
    OutputExistsError,
    leave_out,
    name_outputs,
    others_files,
    result_roots,
)
from fastresample.batch.files.scanning import Failure, StrPath, find_inputs
from fastresample.batch.files.writing import remove_leftovers
from fastresample.batch.memory import Budget, default_budget
from fastresample.batch.options import Options
from fastresample.batch.pipeline import convert
from fastresample.batch.pixels.layout import Placement, place
from fastresample.batch.pixels.sizes import Size, parse_size, parse_sizes
from fastresample.batch.preview import Preview, preview
from fastresample.batch.rendering import Apply
from fastresample.batch.reports.manifest import Manifest
from fastresample.batch.reports.report import Outcome, Report, Result
from fastresample.batch.reports.reporting import Reports
from fastresample.batch.resizing import Resize
from fastresample.batch.single import resize_bytes, resize_stream

__all__ = [
    "EXTENSIONS",
    "Failure",
    "ImageError",
    "Inputs",
    "Interrupted",
    "Job",
    "Options",
    "Outcome",
    "Output",
    "OutputExistsError",
    "Placement",
    "Preview",
    "Report",
    "Result",
    "Size",
    "parse_size",
    "parse_sizes",
    "place",
    "prepare",
    "preview",
    "process",
    "resize_bytes",
    "resize_folder",
    "resize_stream",
]

Progress = Callable[[Outcome, int, int], None]


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a run: running images were finished, no new ones were started.

    Attributes
    ----------
    report : Report
        What was done until then.
    """

    def __init__(self, report: Report) -> None:
        super().__init__("interrupted; what was done is in the attribute report")
        self.report = report


def resize_folder(
    source: StrPath | Sequence[StrPath],
    destination: StrPath | None = None,
    *,
    size: Any,
    progress: Progress | None = None,
    **options: Any,
) -> Report:
    """Resize image files; what ``fastresample resize`` does.

    Parameters
    ----------
    source : path or sequence of paths
        Files and folders. Folders are searched through; files in them without an image's ending are counted and left
        alone. Read are JPEG, PNG, WebP, AVIF, TIFF, BMP and GIF.
    destination : path or None
        The folder for the results, made when missing; for a single source file also a file name. A single source
        folder's tree is mirrored into it; of several sources, folders keep their names in it. None with
        ``in_place=True``.
    size : str, int, (int, int), Size or a sequence of these
        ``800``: longest side in pixels; ``"800x600"``: width x height; ``"x600"``, ``"800x"``: one side; ``"50%"``;
        ``"2MP"``; or ``(height, width)``; several for several results of each picture.
    progress : callable, optional
        ``progress(outcome, done, total)`` after each image, from a worker's thread, one at a time.
    **options
        The other fields of `Options`: fit, method, format, names, what happens with existing files, workers.

    Returns
    -------
    Report
        Counts, failures with their reasons, notes.

    Raises
    ------
    TypeError, ValueError
        For unusable options and paths, empty ones too; for two inputs with one output name; for an output that is an
        input.
    FileNotFoundError, NotADirectoryError
        If a source is missing; if a folder is needed and `destination` is a file.
    OutputExistsError
        If outputs exist and `existing` is ``"error"``.
    RuntimeError
        With ``on_error="raise"``, for the first file that fails.
    Interrupted
        A ``KeyboardInterrupt`` that carries the report so far.

    Notes
    -----
    The EXIF orientation is applied to the pixels and reset; EXIF and ICC profile are kept in the formats that have
    them. Colours are weighted by their opacity. Where a filter overshoots, integers are clipped to their range; float
    pictures are not. Results are encoded in memory, written under a temporary name in the
    target folder and renamed. During the run ``PIL.ImageFile.LOAD_TRUNCATED_IMAGES`` is off and Pillow's warnings are
    silent in the whole process.

    Examples
    --------
    >>> report = resize_folder("photos", "small", size="800x600", existing="skip")  # doctest: +SKIP
    >>> print(report)  # doctest: +SKIP
    12 resized, 1 skipped (no image: .txt), 0 failed in 1.2 s
    """
    record = Options(size, **options)
    return process(prepare(source, destination, record), record, progress=progress)


def prepare(source: StrPath | Sequence[StrPath], destination: StrPath | None, options: Options) -> Inputs:
    """Find the images and name their outputs, as `resize_folder` describes; nothing is written.

    Raises
    ------
    OSError, TypeError, ValueError
        As `resize_folder` before the first write.
    """
    if isinstance(source, bytes) or not isinstance(source, (str, os.PathLike, Iterable)):
        raise TypeError(f"source must be a path or a sequence of paths, got {source!r}")
    if options.in_place is not (destination is None):
        raise ValueError("destination must be a path, or None with in_place=True, which replaces the sources")
    sources = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    patterns = {"include": options.include, "exclude": options.exclude}
    found = find_inputs(sources, destination, EXTENSIONS, in_place=options.in_place, **patterns)
    with strict_pillow(options.max_pixels):
        inputs = name_outputs(found, options, lambda path: read_header(path, options.limits).shape)
    if options.resume:
        manifest = inputs.manifest = Manifest(result_roots(found), options)
        inputs.jobs, inputs.done = leave_out(inputs.jobs, lambda source, output: manifest.done(source, *output))
    if options.existing == "error" and not options.in_place and (taken := others_files(inputs)):
        raise OutputExistsError(taken)
    return inputs


def process(
    inputs: Inputs, options: Options, *, apply: Apply | None = None, progress: Progress | None = None
) -> Report:
    """Resize what `prepare` found.

    Parameters
    ----------
    inputs : Inputs
        From `prepare`.
    options : Options
        The same that `prepare` had.
    apply : callable, optional
        ``apply(samples, placement) -> samples`` in place of the resize that the options describe, called from many
        threads.
    progress : callable, optional
        As for `resize_folder`.

    Returns
    -------
    Report
    """
    if inputs.failures and options.on_error == "raise":
        raise RuntimeError(f"{inputs.failures[0].path}: {inputs.failures[0].reason}")
    began = time.perf_counter()
    apply = apply or Resize(options)
    jobs, there = _without_existing(inputs, options)
    report = Report(existing=len(there), skipped=inputs.skipped, failures=list(inputs.failures), left=len(jobs))
    reports = Reports(options)
    first_error: list[Outcome] = []

    def collect(outcome: Outcome) -> bool:
        report.add(outcome)
        reports.add(outcome)
        if progress is not None:
            progress(outcome, len(jobs) - report.left, len(jobs))
        if outcome.error is not None and options.on_error == "raise":
            first_error.append(outcome)
        return not (first_error or report.stopped)

    count = min(options.workers or fastresample.get_num_threads(), len(jobs))
    try:
        if workers.outlast(lambda: reports.begin(len(jobs), _known(inputs, there))):
            raise KeyboardInterrupt
        for folder in {output.target.parent for job in inputs.jobs + there for output in job.outputs}:
            remove_leftovers(folder)
        if inputs.manifest:
            inputs.manifest.tidy()
        if jobs:
            budget = Budget(options.memory or default_budget())
            with strict_pillow(options.max_pixels):
                workers.run(jobs, lambda job: convert(job, options, apply, budget, inputs.manifest), collect, count)
    except KeyboardInterrupt:
        report.stopped = "interrupted"
        raise Interrupted(report) from None
    finally:
        report.seconds = time.perf_counter() - began
        for path, problem in inputs.manifest.problems.items() if inputs.manifest else ():
            report.notes[problem] = [path]
        report.failures.sort()
        workers.outlast(lambda: reports.end(report))
    if first_error:
        raise RuntimeError(f"{first_error[0].source}: {first_error[0].reason}") from first_error[0].error
    return report


def _known(inputs: Inputs, there: list[Job]) -> Iterator[Outcome]:
    """Yield what became of files before the first is opened."""
    for failure in inputs.failures:
        yield Outcome(failure.path, (), "failed", failure.kind, failure.reason)
    for job in there:
        yield Outcome(job.source, tuple(output.target for output in job.outputs), "existing")


def _without_existing(inputs: Inputs, options: Options) -> tuple[list[Job], list[Job]]:
    """Part what is to be done from what is there already, where outputs that exist are to be skipped."""
    if options.existing != "skip" or options.in_place:
        return inputs.jobs, inputs.done
    taken = set(others_files(inputs))
    todo, there = leave_out(inputs.jobs, lambda source, output: output.target in taken)
    return todo, inputs.done + there
