"""``fastresample resize`` with ``-``: one picture from standard input, or to standard output."""

import io
import sys
from pathlib import Path
from typing import BinaryIO

import click

from fastresample import batch
from fastresample.batch.files.naming import check_ending
from fastresample.batch.files.writing import write_atomic
from fastresample.cli import telling, terminal

STREAM = "-"
_OF_FOLDERS = ("in_place", "name", "include", "exclude", "resume", "report")


def resize(inputs: tuple[str, ...], output: str | None, options: batch.Options, *, dry_run: bool, quiet: bool) -> int:
    """Resize one picture and return the exit code."""
    given = [name for name in _OF_FOLDERS if getattr(options, name)] + ["dry_run"] * dry_run
    if given or output is None:
        shown = " and ".join(f"--{name.replace('_', '-')}" for name in given)
        raise click.UsageError(
            f"{shown} {'is' if len(given) == 1 else 'are'} for files and folders by their names, - is standard input "
            "or output; leave one of both out (a file that is called so is ./-)"
        )
    if len(inputs) > 1:
        raise click.UsageError(f"with - there is one picture, but {len(inputs)} inputs are named")
    if output == STREAM and sys.stdout.isatty():
        raise click.UsageError("OUTPUT - would write a picture's bytes to the terminal; send them to a file or a pipe")
    target = None if output == STREAM else Path(output)
    if target is not None:
        _check_target(target, options)
        if target.exists() and options.existing == "skip":
            return 0
    try:
        data, notes = batch.resize_stream(_opened(inputs[0]), options, target)
    except (batch.ImageError, MemoryError) as error:
        name = "standard input" if inputs[0] == STREAM else inputs[0]
        terminal.say(f"{name}: {error or 'not enough memory for this image'}")
        return 1
    except ValueError as error:
        raise click.UsageError(telling.in_options(str(error))) from None
    for note in () if quiet else notes:
        terminal.say(f"note: {note}")
    return _write(data, target, options)


def _opened(name: str) -> Path | BinaryIO:
    if name == STREAM:
        return io.BytesIO(sys.stdin.buffer.read())
    path = Path(name)
    if not path.is_file():
        kind = "is no file" if path.exists() else "does not exist"
        raise click.UsageError(f"{terminal.printable(name)} {kind}; with - there is one picture, a file's or from -")
    return path


def _check_target(target: Path, options: batch.Options) -> None:
    shown = terminal.printable(target)
    if target.is_dir():
        raise click.UsageError(f"{shown} is a folder; a picture from standard input has no name: give that of a file")
    if target.exists() and options.existing == "error":
        raise click.UsageError(f"{shown} exists already; add --overwrite to replace it, or --skip-existing to leave it")
    try:
        check_ending(target, options.format)
    except ValueError as error:
        raise click.UsageError(terminal.printable(error)) from None
    if options.format is None and target.suffix.lower() not in batch.EXTENSIONS:
        raise click.UsageError(f"{shown} does not end as image files do; give another name, or --format")


def _write(data: bytes, target: Path | None, options: batch.Options) -> int:
    try:
        if target is None:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        else:
            write_atomic(target, data, replace=options.replaces)
    except OSError as error:
        terminal.say(f"{target or 'standard output'} cannot be written ({error.strerror or error})")
        return 1
    return 0
