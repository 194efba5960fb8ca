"""``fastresample resize``: image files and folders in, resized ones out."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from fastresample import batch
from fastresample.cli import streams, telling, terminal
from fastresample.cli.resize_options import SECTIONS
from fastresample.cli.sections import Sectioned


class _Refused(click.ClickException):
    """The command has to be changed; nothing was done."""

    exit_code = 2


@click.command(
    "resize",
    cls=Sectioned,
    no_args_is_help=True,
    sections=SECTIONS,
    epilog="Exit codes: 0 all done, 1 some files failed or no image was found, 2 nothing done because the command has "
    "to be changed, 130 interrupted (143 by SIGTERM).",
)
@click.argument("paths", metavar="INPUT... OUTPUT", nargs=-1, type=click.Path(readable=False))
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    overwrite: bool,
    skip_existing: bool,
    only_shrink: bool,
    only_grow: bool,
    dry_run: bool,
    verbose: bool,
    quiet: bool,
    **fields: Any,
) -> None:
    """Resize image files and folders of them (JPEG, PNG, WebP, AVIF, TIFF, BMP, GIF).

    A folder's tree is mirrored into the folder OUTPUT, which is made when missing. One file may also go to a file
    name, and - is standard input or output. Pictures come out upright, with their format, name, EXIF and colour
    profile; the inputs are left as they are, except with --in-place.

    \b
    Examples:
      fastresample resize photos small --size 50%
      fastresample resize photos scans out --size 1600 --skip-existing
      fastresample resize photos web --size 1600,400 --format webp --name "{size}/{stem}{ext}"
      fastresample resize photo.jpg square.jpg --size 400x400 --fit cover
      fastresample resize photos web --size 1600 --resume --report run.html
      fastresample resize photos --in-place --size "2000>"
      fastresample resize - - --size 320x240 <photo.jpg >small.jpg
      fastresample resize --size x600 -- -odd-name.png out
    """
    inputs, output = _split(paths, fields["in_place"])
    _refuse_both("--overwrite", overwrite, "--skip-existing", skip_existing)
    _refuse_both("--verbose", verbose, "--quiet", quiet)
    _refuse_both("--dry-run", dry_run, "--report", bool(fields["report"]))
    _refuse_both("--only-shrink", only_shrink, "--only-grow", only_grow)
    if only := "shrink" if only_shrink else "grow" if only_grow else "":
        fields["size"] = tuple(replace(size, only=only) for size in fields["size"])
    try:
        options = batch.Options(existing="overwrite" if overwrite else "skip" if skip_existing else "error", **fields)
    except ValueError as error:
        raise click.UsageError(telling.in_options(str(error))) from None
    if streams.STREAM in paths:
        ctx.exit(streams.resize(inputs, output, options, dry_run=dry_run, quiet=quiet))
    if dry_run:
        ctx.exit(_preview(inputs, output, options, quiet))
    try:
        report = _run(inputs, output, options, quiet, verbose)
    except batch.Interrupted as interruption:
        telling.conclude(interruption.report, output, options, quiet)
        raise
    if report.stopped:
        terminal.say(f"stopped: {report.stopped}")
    telling.conclude(report, output, options, quiet)
    ctx.exit(0 if report.ok and (report.written or report.existing) else 1)


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
    if paths[-1].isdecimal() and not Path(paths[-1]).exists():
        raise click.UsageError(
            f"OUTPUT (the last argument) is {paths[-1]}: if it belongs to the size, write it as 800x600; if a folder "
            f"shall be called so, write ./{paths[-1]}"
        )
    return paths[:-1], paths[-1]


def _refuse_both(first: str, has_first: bool, second: str, has_second: bool) -> None:
    if has_first and has_second:
        raise click.UsageError(f"{first} and {second} exclude each other; give one of them")


def _prepare(inputs: tuple[str, ...], output: str | None, options: batch.Options) -> batch.Inputs:
    try:
        found = batch.prepare(inputs, output, options)
    except batch.OutputExistsError as error:
        raise _Refused(telling.existing_outputs(error, output)) from None
    except NotADirectoryError as error:
        raise _Refused(f"{terminal.printable(error)}; the last argument is the output") from None
    except (OSError, ValueError) as error:
        raise _Refused(terminal.printable(error)) from None
    for failure in found.failures:
        terminal.say(f"{failure.path}: {failure.reason}")
    if not found.jobs and not found.done and not found.failures:
        terminal.say(f"no images found in {', '.join(inputs)}")
    return found


def _preview(inputs: tuple[str, ...], output: str | None, options: batch.Options, quiet: bool) -> int:
    """Print what would be done, a line per result, and return the exit code."""
    found = _prepare(inputs, output, options)
    failures = dict.fromkeys(failure.path for failure in found.failures)
    for told in batch.preview(found, options):
        if told.status == "failed":
            if told.source not in failures:  # once, however many sizes it has
                terminal.say(f"{told.source}: {told.reason}")
            failures[told.source] = None
        elif not quiet:
            click.echo(terminal.printable(telling.foretold(told)))
    return 1 if failures or not (found.jobs or found.done) else 0


def _run(
    inputs: tuple[str, ...], output: str | None, options: batch.Options, quiet: bool, verbose: bool
) -> batch.Report:
    found = _prepare(inputs, output, options)
    failed: list[Path] = []
    with terminal.progress_bar(len(found.jobs), unit="image", quiet=quiet) as bar, terminal.library_log(quiet=quiet):

        def show(outcome: batch.Outcome, done: int, total: int) -> None:
            if outcome.status == "failed":
                terminal.say(f"{outcome.source}: {outcome.reason}")
                failed.append(outcome.source)
                bar.set_postfix_str(f"{len(failed)} failed", refresh=False)
            elif verbose:
                terminal.say(f"{outcome.source}: {telling.told(outcome)}")
            bar.total = total  # without those that are skipped
            bar.update()

        return batch.process(found, options, progress=show)
