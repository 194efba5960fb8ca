"""The options of ``fastresample resize``, in the sections of its help; most are fields of `batch.Options`."""

import click

from fastresample import batch
from fastresample.batch.codecs.damage import POLICIES
from fastresample.batch.codecs.formats import BY_OPTION
from fastresample.batch.codecs.limits import MAX_BYTES, MAX_FRAMES
from fastresample.batch.files.templates import FIELDS, ONE_SIZE, SEVERAL_SIZES
from fastresample.batch.options import ICC, METADATA, METHODS
from fastresample.batch.pixels.layout import FITS, GRAVITIES
from fastresample.batch.pixels.sizes import MAX_MEGAPIXELS, MAX_PIXELS
from fastresample.batch.quantities import in_bytes
from fastresample.cli.options import Choice


def _parse_sizes(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[batch.Size, ...]:
    if not value:
        raise click.UsageError("--size is missing: such as --size 800 (longest side), --size 800x600 or --size 50%")
    try:
        return batch.parse_sizes(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _option(*names: str, text: str, **settings: object) -> click.Option:
    return click.Option(names, help=text, **settings)  # type: ignore[arg-type]


def _choice(*names: str, choices: tuple[str, ...], metavar: str, text: str, default: str | None = None) -> click.Option:
    """Return an option with few values; a list in its text wraps, where click would make one long word of it."""
    kind = Choice(choices)
    return _option(*names, type=kind, default=default, show_default=True, metavar=metavar, text=text)


SECTIONS = {
    "Size": (
        _option(
            "--size",
            multiple=True,
            callback=_parse_sizes,
            metavar="SIZE",
            text="800 (longest side in pixels), 800x600 (width x height), x600 (height), 800x (width), 50% (of each "
            "side) or 2MP (megapixels); with > at the end only shrink, with < only enlarge (in quotes). Several "
            "results of each picture: --size 1600,400.  [required]",
        ),
        _choice(
            "--fit",
            choices=FITS,
            default="contain",
            metavar="FIT",
            text="contain: the whole picture inside the size; cover: fill the size and crop; pad: fill it with bars; "
            "stretch: give up the aspect ratio.",
        ),
        _choice(
            "--gravity",
            choices=tuple(GRAVITIES),
            default="center",
            metavar="SIDE",
            text=f"What a crop keeps, where a padded picture lies: {', '.join(GRAVITIES)}.",
        ),
        _option(
            "--background",
            metavar="COLOUR",
            text="Colour of bars, and under transparency where the format has none: white, #336699, ...",
        ),
        _option("--only-shrink", is_flag=True, text="Keep the size of smaller pictures, as > behind a size does."),
        _option("--only-grow", is_flag=True, text="Keep the size of larger pictures, as < behind a size does."),
    ),
    "Pixels": (
        _choice(
            "--method",
            choices=METHODS,
            default="lanczos3",
            metavar="METHOD",
            text=f"How pixels are made from their neighbours: {', '.join(METHODS)}.",
        ),
        _option(
            "--antialias/--no-antialias",
            default=True,
            show_default=True,
            text="Let all pixels count when shrinking (nearest never does, area always).",
        ),
        _option("--linear", is_flag=True, text="Mix light, not stored levels: thin lines keep their brightness."),
        _option(
            "--shrink-on-load/--no-shrink-on-load",
            default=True,
            show_default=True,
            text="Decode JPEG files at 1/2, 1/4 or 1/8 where that leaves twice the pixels of the result.",
        ),
    ),
    "Colour and metadata": (
        _choice(
            "--icc",
            choices=ICC,
            default="keep",
            metavar="POLICY",
            text="Colour profiles: keep them (BMP and GIF, which hold none, get srgb), convert colours to srgb (also "
            "from CMYK), or strip them off.",
        ),
        _choice(
            "--metadata",
            choices=METADATA,
            default="keep",
            metavar="POLICY",
            text="EXIF, XMP, pixel density: keep, strip, or strip-gps: keep without the coordinates of the place.",
        ),
    ),
    "Files": (
        _choice(
            "--format",
            choices=tuple(BY_OPTION),
            metavar="FORMAT",
            text=f"Of all results: {', '.join(BY_OPTION)}  [default: what their names say]",
        ),
        _option(
            "--quality",
            type=click.IntRange(1, 100),
            metavar="1-100",
            text="Of JPEG, WebP and AVIF  [default: 90, AVIF 80]",
        ),
        _option(
            "--name",
            metavar="TEMPLATE",
            text=f"Names of the results, with {', '.join(f'{{{field}}}' for field in FIELDS)}; with / the path below "
            f"OUTPUT  [default: {ONE_SIZE}, with several sizes {SEVERAL_SIZES}]",
        ),
        _option(
            "--include", multiple=True, metavar="PATTERN", text="In folders, take only such files: '*.jpg', 'may/*'."
        ),
        _option("--exclude", multiple=True, metavar="PATTERN", text="In folders, leave out such files and folders."),
        _option("--overwrite", is_flag=True, text="Replace outputs that exist."),
        _option("--skip-existing", is_flag=True, text="Leave outputs that exist and do the others."),
        _option(
            "--resume",
            is_flag=True,
            text="Do only what is missing, has changed or was made with other options; give it from the first run on.",
        ),
        _option(
            "--in-place", is_flag=True, text="Replace the inputs, but none of which something would be lost; no OUTPUT."
        ),
    ),
    "Damage and limits": (
        _choice(
            "--on-damage",
            choices=POLICIES,
            default="fail",
            metavar="POLICY",
            text="Damaged files: fail, or warn: keep what could be decoded.",
        ),
        _option(
            "--max-pixels",
            type=click.UNPROCESSED,
            default=MAX_PIXELS,
            metavar="PIXELS",
            text=f"Refuse larger pictures.  [default: {MAX_MEGAPIXELS}MP]",
        ),
        _option(
            "--max-frames",
            type=click.IntRange(min=1),
            default=MAX_FRAMES,
            metavar="N",
            text=f"Refuse files with more pictures (frames, pages).  [default: {MAX_FRAMES}]",
        ),
        _option(
            "--max-bytes",
            type=click.UNPROCESSED,
            default=MAX_BYTES,
            metavar="BYTES",
            text=f"Refuse larger files.  [default: {in_bytes(MAX_BYTES).replace(' ', '')}]",
        ),
        _option(
            "--memory",
            metavar="BYTES",
            text="What all images at work together may take, such as 2GB; one that needs more is refused  [default: "
            "half of what the process may use]",
        ),
    ),
    "Run": (
        _option("-n", "--dry-run", is_flag=True, text="Say what would be done; write nothing."),
        _option("--workers", type=click.IntRange(min=1), metavar="N", text="Images at once  [default: one per core]"),
        _option(
            "--report",
            multiple=True,
            type=click.Path(dir_okay=False),
            metavar="FILE",
            text="Write what became of each image: .jsonl (lines of JSON, as the run goes) or .html (a page); may be "
            "repeated.",
        ),
        _option("-v", "--verbose", is_flag=True, text="Print a line for each image."),
        _option("-q", "--quiet", is_flag=True, text="Print failures only."),
    ),
}
