"""One image from file to files: decode, resize, encode, write; what goes wrong becomes a reason, not a traceback."""

import errno
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from fastresample.batch import canvas, colour, decoding, encoding, jpeg, layout, profiles
from fastresample.batch.colour import Samples
from fastresample.batch.decoding import Header, Origin
from fastresample.batch.errors import ImageError
from fastresample.batch.formats import EXTENSIONS, Format
from fastresample.batch.layout import Placement
from fastresample.batch.memory import Admit, Budget, needed
from fastresample.batch.metadata import under_policy
from fastresample.batch.naming import Job, Output
from fastresample.batch.options import Options
from fastresample.batch.report import Outcome
from fastresample.batch.writing import write_atomic

# apply(samples, placement) -> the placement's inner size, made of its box; called from many threads at once.
Apply = Callable[[Samples, Placement], Samples]

# Errors of the output's disk as a whole: no space, quota used up, read-only file system.
_DISK_ERRORS = {errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)}


class Result(NamedTuple):
    """One encoded result."""

    output: Output
    data: bytes
    notes: tuple[str, ...]


def convert(job: Job, options: Options, apply: Apply, budget: Budget) -> Outcome:
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
    """
    targets = tuple(output.target for output in job.outputs)
    writing = job.outputs[0].target
    notes: dict[str, None] = {}  # each once, in order
    existing = 0
    try:
        with budget.share() as admit:
            for (writing, _), data, said in render(job.source, job.outputs, options, apply, admit=admit):
                notes.update(dict.fromkeys(said))
                try:
                    write_atomic(
                        writing, data, replace=options.replaces, mode_of=job.source if options.in_place else None
                    )
                except FileExistsError as error:
                    if options.existing != "skip":
                        return Outcome(job.source, targets, "failed", _name_taken(writing), error=error)
                    existing += 1
    except Exception as error:
        stops = isinstance(error, OSError) and error.errno in _DISK_ERRORS
        return Outcome(job.source, targets, "failed", _reason(error, job, writing), error=error, stops=stops)
    return Outcome(job.source, targets, "existing" if existing == len(targets) else "written", notes=tuple(notes))


def render(
    source: Path | BinaryIO,
    outputs: Sequence[Output],
    options: Options,
    apply: Apply,
    format_: Format | None = None,
    admit: Admit = lambda needed: None,
) -> Iterator[Result]:
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
        resized = colour.from_working(
            apply(working.samples, layout.of_shrunk(placement, picture.shape, picture.factor)), working
        )
        data, notes = _encode(resized, mode, placement, target, origin, options)
        yield Result(output, data, origin.notes + notes + _misnamed(source, origin))


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


def _name_taken(target: Path) -> str:
    return f"{target} appeared during the run and was left as it is; remove it or overwrite existing files"


def _reason(error: Exception, job: Job, target: Path) -> str:
    if isinstance(error, ImageError):
        return str(error)
    if isinstance(error, MemoryError):
        return "not enough memory for this image; use fewer workers"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the disk of {target.parent} is full; free some space and run again, skipping existing files"
    if isinstance(error, NotADirectoryError):
        return f"{target} cannot be written ({error.strerror}); move that file, or choose another output"
    if isinstance(error, OSError) and target.is_dir():
        return f"{target} is a folder; move it, or choose another output"
    if isinstance(error, OSError):
        return f"{target} cannot be written ({error.strerror or error}); check the folder's permissions and its disk"
    return f"unexpected {type(error).__name__}: {error}; please report this with the file"
