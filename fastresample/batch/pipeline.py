"""One image from file to files: decode, resize, encode, write; what goes wrong becomes a reason, not a traceback."""

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from fastresample.batch import canvas, colour, decoding, encoding, jpeg, layout, profiles, turning
from fastresample.batch.colour import Samples
from fastresample.batch.decoding import Header, Origin
from fastresample.batch.formats import EXTENSIONS, Format
from fastresample.batch.layout import Placement
from fastresample.batch.manifest import Manifest, State
from fastresample.batch.memory import Admit, Budget, needed
from fastresample.batch.metadata import under_policy
from fastresample.batch.naming import Job, Output
from fastresample.batch.options import Options
from fastresample.batch.reasons import Reason, explain, name_taken
from fastresample.batch.report import Outcome, Result
from fastresample.batch.writing import write_atomic

# apply(samples, placement) -> the placement's inner size, made of its box; called from many threads at once.
Apply = Callable[[Samples, Placement], Samples]


class Rendering(NamedTuple):
    """One encoded result.

    Attributes
    ----------
    output : Output
        Under which name it goes.
    data : bytes
        The file's content.
    size, source_size : (int, int)
        Width and height of the result and of its source's picture, upright.
    notes : tuple of str
        What the owner should know.
    """

    output: Output
    data: bytes
    size: tuple[int, int]
    source_size: tuple[int, int]
    notes: tuple[str, ...]


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
    announce, ours = None, False
    if manifest is not None:
        ours = manifest.made(output.target)
        announce = partial(manifest.record, job.source, state, *output, sha256)
    mode_of = job.source if options.in_place else None
    write_atomic(output.target, data, replace=options.replaces or ours, mode_of=mode_of, announce=announce)
    return Result(output.target, *rendering.size, len(data), sha256)


def render(
    source: Path | BinaryIO,
    outputs: Sequence[Output],
    options: Options,
    apply: Apply,
    format_: Format | None = None,
    admit: Admit = lambda needed: None,
) -> Iterator[Rendering]:
    """Decode a file once and encode it in all its sizes.

    Parameters
    ----------
    source : Path or seekable binary file
        The picture.
    outputs : sequence of Output
        Where their names end as those of images do, that decides the format.
    options : Options
        How.
    apply : callable
        As for `convert`.
    format_ : Format or None
        The format where no name says one; None: that of the source.
    admit : callable
        ``admit(needed)`` waits for that many bytes of memory.

    Raises
    ------
    ImageError
        If the file cannot be used, or a result not be stored.
    """
    prepare = partial(_prepare, outputs=outputs, options=options, admit=admit)
    picture = decoding.read(source, options.limits, prepare, lenient=options.on_damage == "warn")
    samples, mode, origin = _under_policies(picture.samples, picture.mode, picture.origin, options)
    working = colour.to_working(samples, mode, blends=options.blends, linear=options.linear)
    for output in outputs:
        target = EXTENSIONS.get(output.target.suffix.lower(), format_ or origin.format)
        placement = options.place(picture.shape, output.size)
        _check_holds(target, samples, mode, origin, options)
        lying = turning.lying(placement, picture.shape, picture.turn)
        resized = apply(working.samples, layout.of_shrunk(lying, picture.stored, picture.factor))
        resized = turning.turned(colour.from_working(resized, working), picture.turn)
        data, notes = _encode(resized, mode, placement, target, origin, options)
        said = origin.notes + notes + _misnamed(source, origin)
        yield Rendering(output, data, placement.canvas[::-1], picture.shape[::-1], said)


def _prepare(header: Header, outputs: Sequence[Output], options: Options, admit: Admit) -> int:
    """Wait for the memory that a picture needs, and say by how much it may be shrunk while it is decoded."""
    placements = [options.place(header.shape, output.size) for output in outputs]
    drawn = layout.drawn_size(placements, header.shape)
    factor = jpeg.factor_for(header.shape, drawn) if options.shrinks and header.format == "JPEG" else 1
    canvases = [placement.canvas for placement in placements]
    admit(needed(header, factor, canvases, options.blends, linear=options.linear, converts=options.icc == "srgb"))
    return factor


def _under_policies(samples: Samples, mode: str, origin: Origin, options: Options) -> tuple[Samples, str, Origin]:
    """Treat metadata and colour profile as the options say, before anything is mixed."""
    metadata, notes = under_policy(origin.metadata, options.metadata)
    samples, mode, icc, more_notes = profiles.apply_policy(samples, mode, metadata.icc, options.icc)
    if options.linear and options.blends and mode == "CMYK":
        more_notes = (*more_notes, "is CMYK, whose inks were mixed as they are and not in linear light")
    origin = origin._replace(metadata=metadata._replace(icc=icc), notes=origin.notes + notes + more_notes)
    return samples, mode, origin


def _check_holds(target: Format, samples: Samples, mode: str, origin: Origin, options: Options) -> None:
    """Refuse what the format cannot hold before the work is done."""
    if mode not in target.modes and (options.background is not None or colour.is_opaque(samples, mode)):
        mode = mode.removesuffix("A")
    encoding.check_holds(target, mode, origin.metadata)


def _encode(
    samples: Samples, mode: str, placement: Placement, target: Format, origin: Origin, options: Options
) -> tuple[bytes, tuple[str, ...]]:
    if mode not in target.modes and mode in ("LA", "RGBA"):
        samples, mode = canvas.flattened(samples, mode, options.background or canvas.WHITE)
    samples, mode = canvas.padded(samples, mode, placement, options.background)
    return encoding.encode(colour.to_image(samples, mode), target, origin, options.quality)


def _misnamed(source: Path | BinaryIO, origin: Origin) -> tuple[str, ...]:
    if not isinstance(source, Path) or EXTENSIONS.get(source.suffix.lower(), origin.format) is origin.format:
        return ()
    return (f"is a {origin.format.name} file by its content, whatever its name says",)
