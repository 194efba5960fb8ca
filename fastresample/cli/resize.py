"""``fastresample resize``: image files and folders in, resized ones out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from fastresample import batch
from fastresample.batch.damage import POLICIES
from fastresample.batch.formats import BY_OPTION
from fastresample.batch.layout import FITS, GRAVITIES
from fastresample.batch.limits import MAX_BYTES, MAX_FRAMES
from fastresample.batch.names import FIELDS as NAME_FIELDS
from fastresample.batch.names import ONE_SIZE, SEVERAL_SIZES
from fastresample.batch.options import ICC, METADATA, METHODS
from fastresample.batch.quantities import in_bytes
from fastresample.batch.sizes import MAX_MEGAPIXELS, MAX_PIXELS
from fastresample.cli import terminal
from fastresample.cli.options import method_option


class _Refused(click.ClickException):
    """The command has to be changed; nothing was done."""

    exit_code = 2


def _several(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[batch.Size, ...]:
    try:
        return batch.parse_sizes(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command(
    "resize",
    epilog="Exit codes: 0 all done, 1 some files failed, 2 nothing done because the command has to be changed, "
    "130 interrupted (143 by SIGTERM).",
)
@click.argument("paths", metavar="INPUT... OUTPUT", nargs=-1, type=click.Path())
@click.option(
    "--size",
    required=True,
    multiple=True,
    callback=_several,
    metavar="SIZE",
    help="800 (longest side in pixels), 800x600 (width x height), x600 (height), 800x (width), 50% (of each side) or "
    "2MP (megapixels); with > at the end only shrink, with < only enlarge (in quotes). Several: --size 1600,400.",
)
@click.option(
    "--fit",
    type=click.Choice(FITS),
    default="contain",
    show_default=True,
    help="contain: the whole picture inside the size; cover: fill the size and crop; pad: fill it with bars; "
    "stretch: give up the aspect ratio.",
)
@click.option(
    "--gravity",
    type=click.Choice(tuple(GRAVITIES)),
    default="center",
    show_default=True,
    metavar="SIDE",
    help=f"What a crop keeps, where a padded picture lies: {', '.join(GRAVITIES)}.",
)
@click.option(
    "--background",
    metavar="COLOUR",
    help="Of bars, and under transparency where the format has none: white, #336699, ...",
)
@method_option(METHODS, default="lanczos3")
@click.option(
    "--antialias/--no-antialias",
    default=True,
    show_default=True,
    help="Let all pixels count when shrinking (nearest never does, area always).",
)
@click.option("--linear", is_flag=True, help="Mix light, not stored levels: thin lines keep their brightness.")
@click.option("--only-shrink", is_flag=True, help="Leave the size of smaller pictures, as > after a size does.")
@click.option("--only-grow", is_flag=True, help="Leave the size of larger pictures, as < after a size does.")
@click.option(
    "--icc",
    type=click.Choice(ICC),
    default="keep",
    show_default=True,
    help="Colour profiles: keep them, convert colours to sRGB (also from CMYK), or drop them as they are.",
)
@click.option(
    "--metadata",
    type=click.Choice(METADATA),
    default="keep",
    show_default=True,
    help="EXIF, XMP, pixel density: keep, leave out, or keep without the coordinates of the place.",
)
@click.option("--format", type=click.Choice(tuple(BY_OPTION)), help="Format of all results  [default: as names say]")
@click.option(
    "--quality", type=click.IntRange(1, 100), metavar="1-100", help="Of JPEG, WebP and AVIF  [default: 90, AVIF 80]"
)
@click.option(
    "--name",
    metavar="TEMPLATE",
    help=f"Names of the results, with {', '.join(f'{{{field}}}' for field in NAME_FIELDS)}; with / the path below "
    f"OUTPUT  [default: {ONE_SIZE}, with several sizes {SEVERAL_SIZES}]",
)
@click.option("--include", multiple=True, metavar="PATTERN", help="In folders, take only such files: '*.jpg', 'may/*'.")
@click.option("--exclude", multiple=True, metavar="PATTERN", help="In folders, leave out such files and folders.")
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist.")
@click.option("--skip-existing", is_flag=True, help="Leave outputs that exist and do the others.")
@click.option("--in-place", is_flag=True, help="Replace the inputs; there is no OUTPUT then.")
@click.option(
    "--on-damage",
    type=click.Choice(POLICIES),
    default="fail",
    show_default=True,
    help="Damaged files: a failure, or keep what could be decoded and warn.",
)
@click.option(
    "--shrink-on-load/--no-shrink-on-load",
    default=True,
    show_default=True,
    help="Decode JPEG files at 1/2, 1/4 or 1/8 where that leaves twice the pixels of the result.",
)
@click.option(
    "--max-pixels",
    type=click.UNPROCESSED,
    default=MAX_PIXELS,
    show_default=f"{MAX_MEGAPIXELS}MP",
    metavar="PIXELS",
    help="Refuse larger pictures.",
)
@click.option("--max-frames", type=click.IntRange(min=1), default=MAX_FRAMES, show_default=True, help="Refuse more.")
@click.option(
    "--max-bytes",
    type=click.UNPROCESSED,
    default=MAX_BYTES,
    show_default=in_bytes(MAX_BYTES),
    metavar="BYTES",
    help="Refuse larger files.",
)
@click.option(
    "--memory",
    metavar="BYTES",
    help="Of all images at work together: 2GB; larger ones are refused  [default: half of what the process may use]",
)
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Images at once  [default: one per core]")
@click.option("-q", "--quiet", is_flag=True, help="Print failures only.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    overwrite: bool,
    skip_existing: bool,
    only_shrink: bool,
    only_grow: bool,
    quiet: bool,
    **fields: Any,
) -> None:
    """Resize image files and folders of them (JPEG, PNG, WebP, AVIF, TIFF, BMP, GIF).

    A folder's tree is mirrored into the folder OUTPUT, which is made when missing. One file may also go to a file
    name. Pictures come out upright, with their format, name, EXIF and colour profile; the inputs are never touched.

    \b
    Examples:
      fastresample resize photos small --size 50%
      fastresample resize photos scans out --size 1600 --skip-existing
      fastresample resize photo.jpg thumbnail.jpg --size 320x240
      fastresample resize --size x600 -- -odd-name.png out
    """
    inputs, output = _split(paths, fields["in_place"])
    _refuse_both("--overwrite", overwrite, "--skip-existing", skip_existing)
    _refuse_both("--only-shrink", only_shrink, "--only-grow", only_grow)
    if only := "shrink" if only_shrink else "grow" if only_grow else "":
        fields["size"] = tuple(replace(size, only=only) for size in fields["size"])
    try:
        options = batch.Options(existing="overwrite" if overwrite else "skip" if skip_existing else "error", **fields)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    try:
        report = _run(inputs, output, options, quiet)
    except batch.Interrupted as interruption:
        _conclude(interruption.report, output, quiet)
        raise
    if report.stopped:
        terminal.say(f"stopped: {report.stopped}")
    _conclude(report, output, quiet)
    ctx.exit(0 if report.ok else 1)


def _split(paths: tuple[str, ...], in_place: bool) -> tuple[tuple[str, ...], str | None]:
    """Part the inputs from the output."""
    if not paths:
        raise click.UsageError("INPUT is missing: name files and folders of images")
    if "" in paths:  # an unset variable of a shell; as a path it would mean the current folder
        name = "OUTPUT" if paths[-1] == "" and not in_place else "INPUT"
        raise click.UsageError(f"{name} is empty; write . for the current folder")
    if in_place:
        return paths, None
    if len(paths) == 1:
        raise click.UsageError("OUTPUT is missing: first the inputs, then the name for the results")
    return paths[:-1], paths[-1]


def _refuse_both(first: str, has_first: bool, second: str, has_second: bool) -> None:
    if has_first and has_second:
        raise click.UsageError(f"{first} and {second} exclude each other; give one of them")


def _run(inputs: tuple[str, ...], output: str | None, options: batch.Options, quiet: bool) -> batch.Report:
    try:
        found = batch.prepare(inputs, output, options)
    except batch.OutputExistsError as error:
        raise _Refused(_existing_outputs(error, output)) from None
    except (OSError, ValueError) as error:
        raise _Refused(terminal.printable(error)) from None
    for failure in found.failures:
        terminal.say(f"{failure.path}: {failure.reason}")
    if not found.jobs:
        terminal.say(f"no images found in {', '.join(inputs)}")
    with terminal.progress_bar(len(found.jobs), unit="image", quiet=quiet) as bar, terminal.library_log(quiet=quiet):

        def show(outcome: batch.Outcome, done: int, total: int) -> None:
            if outcome.status == "failed":
                terminal.say(f"{outcome.source}: {outcome.reason}")
            bar.total = total  # without those that are skipped
            bar.update()

        return batch.process(found, options, progress=show)


def _existing_outputs(error: batch.OutputExistsError, output: str | None) -> str:
    if output is not None and error.paths == [Path(output)]:
        return (
            f"OUTPUT (the last argument) {terminal.printable(output)} exists already; add an output if this is an "
            "input, else --overwrite to replace it, or --skip-existing to leave it"
        )
    others = len(error.paths) - 1
    exist = f"and {others} more exist" if others else "exists"
    return (
        f"{terminal.printable(error.paths[0])} {exist} already; add --overwrite to replace "
        f"{'them' if others else 'it'}, or --skip-existing to do only what is missing"
    )


def _conclude(report: batch.Report, output: str | None, quiet: bool) -> None:
    """Say how the run ended: notes on stderr, the summary on stdout."""
    if not quiet:
        for note, paths in report.notes.items():
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            terminal.say(f"note: {paths[0]}{more}: {note}")
    if not quiet:
        click.echo(terminal.printable(f"{report} -> {output or 'in place'}"))
