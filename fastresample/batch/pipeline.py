"""One image from file to files: decode, resize, encode, write; what goes wrong becomes a reason, not a traceback."""

import hashlib
import os
import time
from pathlib import Path

from fastresample.batch.errors import ChangedError
from fastresample.batch.files.confinement import check_within
from fastresample.batch.files.naming import Job
from fastresample.batch.files.writing import write_atomic
from fastresample.batch.memory import Budget
from fastresample.batch.options import Options
from fastresample.batch.planning import check_lossless
from fastresample.batch.rendering import Apply, Rendering, render
from fastresample.batch.reports.manifest import Manifest, State
from fastresample.batch.reports.reasons import Reason, explain, name_taken
from fastresample.batch.reports.report import Outcome, Result


def convert(job: Job, options: Options, apply: Apply, budget: Budget, manifest: Manifest | None = None) -> Outcome:
    """Resize one image file to all its sizes.

    Parameters
    ----------
    job : Job
        The file to read and the names to write.
    options : Options
        How.
    apply : callable
        ``apply(samples, placement) -> samples`` for arrays (H, W) or (H, W, C); called from many threads at once.
    budget : Budget
        The memory that all images at work share.
    manifest : Manifest or None
        Where results are recorded; those that it knows may be replaced.
    """
    began = time.perf_counter()
    state = State.of(job.source)  # before it is read: of what changes during that, a rerun finds another state
    targets = tuple(output.target for output in job.outputs)
    target, pixels = targets[0], None
    results: list[Result] = []
    notes: dict[str, None] = {}  # each once, in order
    failure: BaseException | None = None
    reason: Reason | None = None
    try:
        with budget.share() as admit:
            for rendering in render(job.source, job.outputs, options, apply, admit=admit):
                target, pixels = rendering.output.target, rendering.source_size
                notes.update(dict.fromkeys(rendering.notes))
                if rendering.kept and options.in_place:
                    continue
                try:
                    results.append(_write(job, state, rendering, options, manifest))
                except FileExistsError:
                    if options.existing != "skip":
                        raise
    except FileExistsError as error:
        failure, reason = error, name_taken(target)
    except BaseException as error:  # in a worker's thread even SystemExit may cost no more than this file
        failure, reason = error, explain(error, target)
    return Outcome(
        job.source,
        targets,
        status="failed" if reason else "written" if results else "existing",
        kind=reason.kind if reason else "",
        reason=reason.text if reason else "",
        notes=tuple(notes) if results else (),
        results=tuple(results),
        pixels=pixels,
        bytes=state.bytes if state else None,
        seconds=time.perf_counter() - began,
        error=failure,
        stops=reason is not None and reason.stops,
    )


def _write(job: Job, state: State | None, rendering: Rendering, options: Options, manifest: Manifest | None) -> Result:
    """Give a result its name."""
    output, data = rendering.output, rendering.data
    sha256 = hashlib.sha256(data).hexdigest()
    ours = manifest is not None and manifest.made(output.target)
    mode_of = job.source if options.in_place else None

    def announce(status: os.stat_result) -> None:
        if manifest is not None:
            manifest.record(job.source, state, *output, sha256, status)
        if options.in_place:
            _check_unchanged(job.source, state)

    if job.top is not None:
        check_within(output.target.parent, job.top)
    if options.in_place:
        check_lossless(rendering.lost)
        _check_unchanged(job.source, state)
    write_atomic(output.target, data, replace=options.replaces or ours, mode_of=mode_of, announce=announce)
    return Result(output.target, *rendering.size, len(data), sha256)


def _check_unchanged(source: Path, state: State | None) -> None:
    """Refuse to replace what is not what was read."""
    if State.of(source) != state:
        raise ChangedError("changed during the run and was left as it is; run again")
