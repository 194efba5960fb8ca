"""The files that a command writes its findings to: checked before anything is computed, written whole or not at all."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from fastresample.batch.codecs.formats import EXTENSIONS
from fastresample.batch.files.writing import write_atomic
from fastresample.cli import terminal
from fastresample.cli.options import Decorator


def output_option(kind: str, text: str) -> Decorator:
    """Return the option ``--json``, ``--csv`` or ``--html`` that names a file."""
    path = click.Path(dir_okay=False, path_type=Path)
    return click.option(f"--{kind}", f"{kind}_path", type=path, metavar="FILE", help=text)


def check_outputs(outputs: Mapping[str, Path | None], inputs: Iterable[Path]) -> None:
    """Refuse one name for two files, and to replace what is no such file: with a pattern, FILE is easily a picture."""
    inputs, taken = tuple(inputs), dict[Path, str]()
    for kind, path in outputs.items():
        if path is None:
            continue
        _check(kind, path, inputs)
        if (other := taken.setdefault(path.resolve(), kind)) != kind:
            raise click.UsageError(f"--{other} and --{kind} name one file, {terminal.printable(path)}; give two names")


def _check(kind: str, path: Path, inputs: Iterable[Path]) -> None:
    shown = f"--{kind} {terminal.printable(path)}"
    if path.suffix.lower() in EXTENSIONS or any(path.exists() and path.samefile(one) for one in inputs):
        raise click.UsageError(f"{shown} is an image; give a name that ends in .{kind} before the images")
    if path.exists() and path.suffix.lower() != f".{kind}":
        raise click.UsageError(f"{shown} exists and is no .{kind} file; give another name")
    if not path.parent.is_dir():
        raise click.UsageError(f"{shown}: there is no folder {terminal.printable(path.parent)}")


def write_output(path: Path, text: str) -> None:
    """Write a file of findings; an error ends the command."""
    try:
        write_atomic(path, text.encode(), replace=True)
    except OSError as error:
        raise click.FileError(str(path), error.strerror or str(error)) from None
