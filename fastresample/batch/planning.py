"""What will become of a picture, from its header: formats, places, the memory that it takes."""

from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from fastresample.batch.codecs import jpeg
from fastresample.batch.codecs.encoding import check_holds
from fastresample.batch.codecs.formats import BY_NAME, BY_OPTION, EXTENSIONS, Format
from fastresample.batch.codecs.headers import Header
from fastresample.batch.codecs.metadata import Metadata
from fastresample.batch.errors import FormatError, UnsupportedError
from fastresample.batch.files.naming import Output
from fastresample.batch.memory import needed
from fastresample.batch.options import Options
from fastresample.batch.pixels import colour, layout
from fastresample.batch.pixels.layout import Pair, Placement

ONE_OF_SEVERAL = "holds several pictures (frames or pages); only the first was resized"


class Planned(NamedTuple):
    """What one result becomes.

    Attributes
    ----------
    output : Output
    target : Format
    placement : Placement
    kept : bool
        Whether it would only be its source encoded again, where the size's rule leaves such pictures alone.
    """

    output: Output
    target: Format
    placement: Placement
    kept: bool


class Plan(NamedTuple):
    """What a file becomes.

    Attributes
    ----------
    results : list of Planned
    factor : int
        By how much it is shrunk while it is decoded.
    needed : int
        About how many bytes of memory that takes.
    """

    results: list[Planned]
    factor: int
    needed: int


def plan(header: Header, outputs: Sequence[Output], options: Options) -> Plan:
    """Plan the results of a file.

    Raises
    ------
    ImageError
        If one of them would be too large.
    """
    source = BY_NAME[header.format]
    results = planned(outputs, options, source, header.shape, header.turn)
    placements = [result.placement for result in results]
    drawn = layout.drawn_size(placements, header.shape)
    factor = jpeg.factor_for(header.shape, drawn) if options.shrinks and header.format == "JPEG" else 1
    bytes_ = needed(
        header,
        factor,
        [placement.canvas for placement in placements],
        options.blends,
        formats={result.target.name for result in results},
        held=header.frames if any(both_move(source, result.target) for result in results) else 1,
        linear=options.linear,
        converts=icc_policy(options, [result.target for result in results], has_profile=header.has_profile) == "srgb",
    )
    return Plan(results, factor, bytes_)


def planned(
    outputs: Sequence[Output], options: Options, source: Format, shape: Pair, turn: Image.Transpose | None
) -> list[Planned]:
    """Plan results of an upright picture of ``shape = (height, width)``, which lies turned in a file of a format.

    Names decide about formats, then the option, then the source; in place, the source alone.
    """
    otherwise = BY_OPTION[options.format] if options.format else source
    results = []
    for output in outputs:
        target = source if options.in_place else EXTENSIONS.get(output.target.suffix.lower(), otherwise)
        placement = options.place(shape, output.size)
        same_pixels = placement.box is None and placement.inner == placement.canvas == shape and turn is None
        kept = bool(output.size.only) and same_pixels and target is source and options.keeps
        results.append(Planned(output, target, placement, kept))
    return results


def icc_policy(options: Options, targets: Sequence[Format], *, has_profile: bool) -> str:
    """Return how a profile is treated: formats that hold none mean sRGB, so that one to be kept is applied for them."""
    if options.icc != "keep" or any(target.metadata for target in targets):
        return options.icc
    return "srgb" if has_profile else "keep"


def both_move(source: Format, target: Format) -> bool:
    """Whether animations of one format stay animations in another."""
    return source.animation is not None and target.animation is not None


def check_lossless(lost: Sequence[str]) -> None:
    """Raise ImageError if a result that replaces its source would not hold all of it."""
    if lost:
        raise UnsupportedError(
            f"was left as it is, for its result would not hold all of it ({'; '.join(lost)}); resize it into "
            "another folder"
        )


def check_planned(header: Header, result: Planned, options: Options) -> str:
    """Return what would keep a result from being written that only pixels can tell; empty if nothing would.

    Raises
    ------
    ImageError
        If it will not be written whatever they are: the format cannot hold it, or in place it would lose something.
    """
    if result.kept:
        return ""
    if options.in_place:
        moves = both_move(BY_NAME[header.format], result.target)
        check_lossless((*header.lost, ONE_OF_SEVERAL) if header.frames > 1 and not moves else header.lost)
    converts = icc_policy(options, [result.target], has_profile=header.has_profile) == "srgb"
    mode = "RGB" if header.samples == "CMYK" and converts else header.samples
    mode = mode if mode in result.target.modes else colour.of_eight_bits(mode)
    opaque = colour.without_alpha(mode)
    if options.background is None and colour.has_alpha(mode) and opaque in result.target.modes:
        try:
            check_holds(result.target, mode, Metadata())
        except FormatError as error:
            return f"if it is opaque everywhere: {error}"
    check_holds(result.target, mode if mode in result.target.modes else opaque, Metadata())
    return ""
