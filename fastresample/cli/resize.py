"""``fastresample resize``: image files and folders in, resized ones out."""

from pathlib import Path
from typing import Any

import click

from fastresample import batch
from fastresample.batch.options import METHODS
from fastresample.cli import terminal
from fastresample.cli.options import method_option, size_option


class _Refused(click.ClickException):
    """The command has to be changed; nothing was done."""

    exit_code = 2


def _refuse_empty(ctx: click.Context, param: click.Parameter, value: Any) -> Any:
    """An unset variable of a shell gives an empty argument, which as a path would mean the current folder."""
    if "" in (value if isinstance(value, tuple) else (value,)):
        name = (param.metavar or "").removesuffix("...")
        raise click.UsageError(f"{name} is empty; write . for the current folder")
    return value


@click.command(
    "resize",
    epilog="Exit codes: 0 all done, 1 some files failed, 2 nothing done because the command has to be changed, "
    "130 interrupted (143 by SIGTERM).",
)
@click.argument("inputs", metavar="INPUT...", nargs=-1, callback=_refuse_empty, type=click.Path())
@click.argument("output", metavar="OUTPUT", callback=_refuse_empty, type=click.Path())
@size_option
@method_option(METHODS, default="lanczos3")
@click.option(
    "--antialias/--no-antialias",
    default=True,
    show_default=True,
    help="Let all pixels count when shrinking (nearest never does, area always).",
)
@click.option("--overwrite", is_flag=True, help="Replace outputs that exist.")
@click.option("--skip-existing", is_flag=True, help="Leave outputs that exist and do the others.")
@click.option("--workers", type=click.IntRange(min=1), metavar="N", help="Images at once  [default: one per core]")
@click.option("-q", "--quiet", is_flag=True, help="Print failures only.")
@click.pass_context
def command(
    ctx: click.Context,
    inputs: tuple[str, ...],
    output: str,
    size: batch.Size,
    method: str,
    antialias: bool,
    overwrite: bool,
    skip_existing: bool,
    workers: int | None,
    quiet: bool,
) -> None:
    """Resize image files and folders of them (JPEG, PNG, WebP, TIFF, BMP, GIF).

    A folder's tree is mirrored into the folder OUTPUT, which is made when missing. One file may also go to a file
    name. Pictures come out upright, with their format, name, EXIF and colour profile; the inputs are never touched.

    \b
    Examples:
      fastresample resize photos small --size 50%
      fastresample resize photos scans out --size 1600 --skip-existing
      fastresample resize photo.jpg thumbnail.jpg --size 320x240
      fastresample resize --size x600 -- -odd-name.png out
    """
    if not inputs:
        raise click.UsageError("OUTPUT is missing: first the inputs, then the name for the results")
    if overwrite and skip_existing:
        raise click.UsageError("--overwrite and --skip-existing exclude each other; give one of them")
    existing = "overwrite" if overwrite else "skip" if skip_existing else "error"
    options = batch.Options(size, method, antialias, existing, workers)
    try:
        report = _run(inputs, output, options, quiet)
    except batch.Interrupted as interruption:
        _conclude(interruption.report, output, quiet)
        raise
    if report.stopped:
        terminal.say(f"stopped: {report.stopped}")
    _conclude(report, output, quiet)
    ctx.exit(0 if report.ok else 1)


def _run(inputs: tuple[str, ...], output: str, options: batch.Options, quiet: bool) -> batch.Report:
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


def _existing_outputs(error: batch.OutputExistsError, output: str) -> str:
    if error.paths == [Path(output)]:
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


def _conclude(report: batch.Report, output: str, quiet: bool) -> None:
    """Say how the run ended: notes on stderr, the summary on stdout."""
    if not quiet:
        for note, paths in report.notes.items():
            more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
            terminal.say(f"note: {paths[0]}{more}: {note}")
    if not quiet:
        click.echo(terminal.printable(f"{report} -> {output}"))
