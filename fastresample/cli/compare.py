"""``fastresample compare``: how the libraries differ on the user's own images."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from fastresample import batch
from fastresample.cli import terminal
from fastresample.cli.options import Choice, convention_option, split_names
from fastresample.cli.outputs import check_outputs, output_option, write_output
from fastresample.cli.pictures import Pictures, input_argument_type
from fastresample.conventions import CONVENTIONS
from fastresample.validate import Cell, Comparisons, compare_all
from fastresample.validate.calls import installed
from fastresample.validate.comparing import FITS
from fastresample.validate.libraries import NAMES
from fastresample.validate.matrix import check_request, line
from fastresample.validate.page import MISSING

METHODS = tuple(dict.fromkeys(method for convention in CONVENTIONS.values() for method in convention.methods))
PICTURES = 24  # comparisons that a page shows pictures of, at most


def _parse_sizes(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[batch.Size, ...]:
    try:
        return batch.parse_sizes(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _check_limit(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is no limit; give a number of levels, such as 0 or 1.5")
    return value


@click.command(
    "compare",
    epilog="Exit codes: 0 all done, 1 some files failed, none was found or a difference is above the limit, 2 the "
    "command has to be changed, 130 interrupted (143 by SIGTERM).",
)
@click.argument("inputs", metavar="INPUT...", nargs=-1, required=True, type=input_argument_type)
@click.option(
    "--size",
    "sizes",
    required=True,
    multiple=True,
    callback=_parse_sizes,
    metavar="SIZE",
    help="800 (longest side in pixels), 800x600 (width x height), x600 (height), 800x (width), 50% (of each side) or "
    "2MP (megapixels). Several: --size 224x224,50%.",
)
@click.option(
    "--fit",
    type=Choice(FITS),
    default="contain",
    show_default=True,
    help="contain: keep the aspect ratio inside the size; stretch: take width and height as they are.",
)
@click.option(
    "--method",
    "methods",
    multiple=True,
    default=("bilinear",),
    show_default=True,
    callback=split_names(METHODS, "method"),
    metavar="METHOD",
    help=f"How pixels are made from their neighbours: {', '.join(METHODS)}. Several: --method bilinear,bicubic.",
)
@click.option(
    "--antialias/--no-antialias",
    default=None,
    help="Widen the filter when shrinking, so that all pixels count.  [default: off; on for convention pillow]",
)
@convention_option
@click.option(
    "--against",
    "libraries",
    callback=split_names(NAMES, "library"),
    metavar="NAMES",
    help="Libraries, separated by commas, such as opencv,pillow,torch  [default: all that are installed]",
)
@output_option("html", "Write a page with pictures, differences and figures, which needs no network.")
@output_option("json", "Write all figures to FILE.")
@output_option("csv", "Write all figures to FILE, a line per pair of results.")
@click.option(
    "--fail-above",
    type=click.FloatRange(min=0),
    callback=_check_limit,
    metavar="LEVELS",
    help="For tests: exit with 1 if, in any comparison, any sample of this package's result is more than LEVELS away "
    "from that of a library, or a library named by --against was not compared.",
)
@click.option("--full", is_flag=True, help="Print all figures of every comparison, also where there are several.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[Path, ...],
    html_path: Path | None,
    json_path: Path | None,
    csv_path: Path | None,
    fail_above: float | None,
    full: bool,
    **asked: Any,
) -> None:
    """Show how resized images differ from library to library, and how far each one is from the exact value.

    INPUT are images and folders of images. Every sample is resized as it is stored (RGBA without alpha weighting),
    OpenCV without IPP. Figures are in levels of the image; "misrounded" are the samples that are not the integer
    nearest to the exact value. One comparison is printed in full, of several a line each and a summary.

    \b
    Examples:
      fastresample compare photo.jpg --size 50%
      fastresample compare photos --size 224x224,50% --method bilinear,bicubic --html report.html
      fastresample compare *.png --size 800 --antialias --against pillow,torch --json differences.json
      fastresample compare photos --size 224 --convention pillow --against pillow --fail-above 0
    """
    try:
        check_request(**asked)
    except (ValueError, ModuleNotFoundError) as error:
        raise click.UsageError(str(error)) from None
    if html_path and not installed("jinja2"):
        raise click.UsageError(MISSING)
    outputs = {"html": html_path, "json": json_path, "csv": csv_path}
    pictures = Pictures(inputs)
    check_outputs(outputs, pictures.paths)
    if not pictures.paths:
        terminal.say(f"no images found in {', '.join(map(str, inputs))}")
    one = len(pictures.paths) * len(asked["sizes"]) * len(asked["methods"]) == 1

    def show(cell: Cell) -> None:
        click.echo(f"{cell.image}: {cell.comparison}\n" if one or full else line(cell))

    with terminal.library_log():
        found = compare_all(pictures, pictures=PICTURES if html_path else 0, progress=show, **asked)
    for skipped in found.skipped:
        terminal.say(f"{skipped.label}: {skipped.reason}")
    found = replace(found, skipped=(*pictures.unread, *found.skipped))
    if not one and found.cells:
        click.echo("\n".join(["", *found.summary_lines()]))
    _write(found, outputs)
    failed = bool(found.skipped or not found.cells)
    ctx.exit(1 if _above(found, fail_above) or failed else 0)


def _write(found: Comparisons, outputs: dict[str, Path | None]) -> None:
    texts = {"html": found.to_html, "json": found.to_json, "csv": found.to_csv}
    for kind, path in outputs.items():
        if path is not None:
            write_output(path, texts[kind]())


def _above(found: Comparisons, levels: float | None) -> bool:
    """Print where results are farther apart than is allowed."""
    if levels is None:
        return False
    breaches = found.above(levels)
    for breach in breaches:
        terminal.say(f"above {levels:g}: {breach}")
    if found.cells and not breaches:
        click.echo(f"no library is more than {levels:g} away from this package, in {len(found.cells)} comparisons")
    return bool(breaches)
