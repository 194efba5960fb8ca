"""From one image file to the bytes of its results: decoded once, animations picture by picture, nothing written."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import Image

from fastresample.batch.codecs import decoding, encoding, jpeg
from fastresample.batch.codecs.decoding import Origin
from fastresample.batch.codecs.formats import EXTENSIONS, Format
from fastresample.batch.codecs.frames import Animation
from fastresample.batch.codecs.headers import Header
from fastresample.batch.codecs.metadata import exif_of_srgb, under_policy
from fastresample.batch.files.naming import Output
from fastresample.batch.memory import Admit
from fastresample.batch.options import Options
from fastresample.batch.pixels import canvas, colour, layout, profiles, turning
from fastresample.batch.pixels.colour import Samples
from fastresample.batch.pixels.layout import Placement
from fastresample.batch.planning import ONE_OF_SEVERAL, both_move, icc_policy, plan, planned
from fastresample.batch.resizing import Resize

_INKS = "is CMYK, whose inks were mixed as they are and not in linear light"
# The notes that tell of no loss.
_HARMLESS = {jpeg.UNHEARD, jpeg.UNCHECKED, profiles.KEPT, _INKS}

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
    kept : bool
        Whether the content is that of the source, because nothing had to change.
    """

    output: Output
    data: bytes
    size: tuple[int, int]
    source_size: tuple[int, int]
    notes: tuple[str, ...]
    kept: bool = False

    @property
    def lost(self) -> tuple[str, ...]:
        """The notes that tell what the result does not hold of its source."""
        return tuple(note for note in self.notes if note not in _HARMLESS)


class _Draft(NamedTuple):
    """A result that is being made: what it becomes, and its pictures so far."""

    output: Output
    target: Format
    placement: Placement
    images: list[Image.Image | colour.DeepImage]


def render(
    source: Path | BinaryIO,
    outputs: Sequence[Output],
    options: Options,
    apply: Apply,
    admit: Admit = lambda needed: None,
) -> Iterator[Rendering]:
    """Decode a file once and encode it in all its sizes.

    Parameters
    ----------
    source : Path or seekable binary file
        The picture.
    outputs : sequence of Output
        Where their names end as those of images do, that decides the format, else the options or the source; in place,
        the content does.
    options : Options
        How.
    apply : callable
        ``apply(samples, placement) -> samples`` for arrays (H, W) or (H, W, C).
    admit : callable
        ``admit(needed)`` waits for that many bytes of memory.

    Raises
    ------
    ImageError
        If the file cannot be used, or a result not be stored.
    """
    prepare = partial(_prepare, outputs=outputs, options=options, apply=apply, admit=admit)
    with decoding.opened(source, options.limits, prepare, lenient=options.on_damage == "warn") as picture:
        results = planned(outputs, options, picture.origin.format, picture.shape, picture.turn)
        kept = [result for result in results if result.kept]
        drafts = [_Draft(*result[:3], []) for result in results if not result.kept]
        moving = [draft for draft in drafts if picture.pictures > 1 and both_move(picture.origin.format, draft.target)]
        origin = _under_policy(picture.origin, options)
        has_profile = origin.metadata.icc is not None
        icc = icc_policy(options, [result.target for result in results], has_profile=has_profile)
        durations = []
        for frame in chain([picture.first], picture.later if moving or kept else ()):  # what is kept must be whole
            durations.append(frame.duration)
            if frame is picture.first:
                origin = _with_profile(origin, _draw(frame, drafts, origin, picture, options, icc, apply), options, icc)
            elif moving:
                _draw(frame, moving, origin, picture, options, icc, apply)
        animation = Animation(tuple(durations), picture.plays, picture.poster)
        del frame  # its memory, before encoders need some
        content = picture.content() if kept else b""
    size = (picture.shape[1], picture.shape[0])
    for result in kept:
        notes = tuple(note for note in picture.origin.notes if note == jpeg.UNHEARD)  # others are of what was decoded
        yield Rendering(result.output, content, size, size, notes, kept=True)
    common = (*origin.notes, *dict.fromkeys(picture.said))
    for draft in drafts:
        data, notes = encoding.encode(
            draft.images, draft.target, origin, options.quality, animation if draft in moving else None
        )
        if picture.pictures > 1 and draft not in moving:
            notes = (*notes, ONE_OF_SEVERAL)
        if colour.is_deep(picture.first.mode) and picture.first.mode not in draft.target.modes:
            words = "grey" if picture.first.mode == colour.DEEP_GREY else "colour"
            notes = (*notes, f"has 16-bit {words}, of which {draft.target.name} holds 8 bits")
        yield Rendering(
            draft.output,
            data,
            draft.images[0].size,
            size,
            (*common, *notes, *(() if options.in_place else _misnamed(source, origin))),
        )


def _prepare(header: Header, outputs: Sequence[Output], options: Options, apply: Apply, admit: Admit) -> int:
    """Wait for the memory that a picture needs, and say by how much it may be shrunk while it is decoded."""
    whole = plan(header, outputs, options)
    admit(whole.needed)
    if isinstance(apply, Resize):
        apply.expect()
    return whole.factor


def _draw(
    frame: decoding.Frame,
    drafts: Sequence[_Draft],
    origin: Origin,
    picture: decoding.Picture,
    options: Options,
    icc: str,
    apply: Apply,
) -> profiles.Converted:
    """Add one of the source's pictures to the drafts; return what its profile made of it."""
    samples, mode = frame.samples, frame.mode
    if icc == "srgb" and not any(mode in draft.target.modes for draft in drafts):
        samples, mode = colour.to_eight_bits(samples, mode)  # which are converted, where 16 are not
    colours = profiles.apply_policy(samples, mode, picture.origin.metadata.icc, icc)
    if frame is picture.first:
        for draft in drafts:
            _check_holds(draft.target, colours.samples, colours.mode, origin, options)
    working = colour.to_working(colours.samples, colours.mode, blends=options.blends, linear=options.linear)
    for draft in drafts:
        lying = turning.lying(draft.placement, picture.shape, picture.turn)
        resized = apply(working.samples, layout.of_shrunk(lying, picture.stored, picture.factor))
        upright = turning.turned(colour.from_working(resized, working), picture.turn)
        draft.images.append(_laid_out(upright, colours.mode, draft, options))
    return colours


def _under_policy(origin: Origin, options: Options) -> Origin:
    """Return what results keep of their source, by the option on metadata."""
    metadata, notes = under_policy(origin.metadata, options.metadata)
    return origin._replace(metadata=metadata, notes=origin.notes + notes)


def _with_profile(origin: Origin, colours: profiles.Converted, options: Options, icc: str) -> Origin:
    """Return what results keep of their source, by what became of the profile."""
    notes, metadata = colours.notes, origin.metadata
    if options.linear and options.blends and colours.mode == "CMYK":
        notes = (*notes, _INKS)
    if icc == "srgb" and colours.icc is None and metadata.exif is not None:
        exif, was_adobe = exif_of_srgb(metadata.exif)
        if was_adobe and metadata.icc is None:
            notes = (*notes, "is Adobe RGB by its EXIF, but has no colour profile; its colours were taken for sRGB")
        metadata = metadata._replace(exif=exif)
    return origin._replace(metadata=metadata._replace(icc=colours.icc), notes=origin.notes + notes)


def _check_holds(target: Format, samples: Samples, mode: str, origin: Origin, options: Options) -> None:
    """Refuse what the format cannot hold before the work is done."""
    if colour.of_eight_bits(mode) not in target.modes and (
        options.background is not None or colour.is_opaque(samples, mode)
    ):
        mode = colour.without_alpha(mode)
    if mode not in target.modes:
        mode = colour.of_eight_bits(mode)
    encoding.check_holds(target, mode, origin.metadata)


def _laid_out(samples: Samples, mode: str, draft: _Draft, options: Options) -> Image.Image | colour.DeepImage:
    """Return a resized picture as it is stored: without alpha and depth that the format cannot hold, on its canvas."""
    if mode not in draft.target.modes:
        samples, mode = colour.to_eight_bits(samples, mode)
    if mode not in draft.target.modes and colour.has_alpha(mode):
        samples, mode = canvas.flattened(samples, mode, options.background or canvas.WHITE)
    samples, mode = canvas.padded(samples, mode, draft.placement, options.background)
    return colour.to_image(samples, mode)


def _misnamed(source: Path | BinaryIO, origin: Origin) -> tuple[str, ...]:
    if not isinstance(source, Path) or EXTENSIONS.get(source.suffix.lower(), origin.format) is origin.format:
        return ()
    return (f"is a {origin.format.name} file by its content, whatever its name says",)
