"""``fastresample validate``: whether what the conventions promise holds here."""

from pathlib import Path

import click

from fastresample.cli import terminal
from fastresample.cli.options import split_names
from fastresample.cli.outputs import check_outputs, output_option, write_output
from fastresample.cli.pictures import Pictures, input_argument_type
from fastresample.conventions import CONVENTIONS
from fastresample.validate import Finding, check_promises
from fastresample.validate.promises import jobs

DTYPES = tuple(
    dict.fromkeys(dtype for convention in CONVENTIONS.values() for p in convention.promises for dtype in p.dtypes)
)


@click.command(
    "validate",
    epilog="Exit codes: 0 no promise is broken, 1 one is broken or a file could not be read, 2 the command has to be "
    "changed, 130 interrupted (143 by SIGTERM).",
)
@click.argument("inputs", metavar="[INPUT]...", nargs=-1, type=input_argument_type)
@click.option(
    "--convention",
    "conventions",
    callback=split_names(tuple(CONVENTIONS), "convention"),
    metavar="NAMES",
    help=f"Whose promises, separated by commas: {', '.join(CONVENTIONS)}  [default: all]",
)
@click.option(
    "--dtype",
    "dtypes",
    callback=split_names(DTYPES, "dtype"),
    metavar="NAMES",
    help="Promises about these samples only, such as uint8,float32  [default: all]",
)
@output_option("json", "Write all findings to FILE, a row per promise and dtype.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    inputs: tuple[Path, ...],
    conventions: tuple[str, ...] | None,
    dtypes: tuple[str, ...] | None,
    json_path: Path | None,
) -> None:
    """Check on this machine what each convention promises: the bits of OpenCV, Pillow and PyTorch, or a stated bound.

    Built-in pictures (noise, extremes, a ramp, an edge; one, three and four channels), and INPUT, images and folders
    of images, are resized by this package and by the installed libraries, OpenCV without IPP; native is held against
    the exact value. A library of another version than is promised may differ: this is named, and breaks no promise.
    The first run compiles every kernel, which takes minutes; later ones take seconds.

    \b
    Examples:
      fastresample validate
      fastresample validate --convention pillow,torch --dtype uint8
      fastresample validate photos --dtype uint8 --json promises.json
    """
    pictures = Pictures(inputs) if inputs else None
    check_outputs({"json": json_path}, pictures.paths if pictures else ())
    conventions = conventions or tuple(CONVENTIONS)
    try:
        total = len(jobs(conventions, dtypes))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    with terminal.progress_bar(total, unit="promise") as bar, terminal.library_log():

        def show(finding: Finding) -> None:
            bar.update()

        found = check_promises(pictures or {}, conventions=conventions, dtypes=dtypes, progress=show)
    click.echo(found)
    if json_path is not None:
        write_output(json_path, found.to_json())
    unread = pictures is not None and (pictures.unread or not pictures.paths)
    ctx.exit(1 if found.broken or unread else 0)
