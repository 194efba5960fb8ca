"""What ``fastresample resize`` says: about each image, about outputs that exist, and at the end."""

import dataclasses
import re
from pathlib import Path

import click

from fastresample import batch
from fastresample.cli import terminal
from fastresample.printable import size_text

_FIELDS = [field.name for field in dataclasses.fields(batch.Options) if field.init]
_TWO_WORDS = "|".join(name for name in _FIELDS if "_" in name)
# Where a message of `batch.Options` speaks of a field, and does not use a word that is called like one.
_NAMED = re.compile(rf"(?:^|(?<=leave out )|(?<=but ))(?:{'|'.join(_FIELDS)})(?= |$)|(?<!['/\w])(?:{_TWO_WORDS})\b")
_FLAGS = {"existing='skip'": "--skip-existing", "existing='overwrite'": "--overwrite"}
_VALUE = re.compile(rf"\b({'|'.join(_FIELDS)})='([a-z-]+)'")


def in_options(message: str) -> str:
    """Return what `batch.Options` says of its fields, said of the command's options."""
    for value, option in _FLAGS.items():
        message = message.replace(value, option)
    return _NAMED.sub(lambda match: f"--{match[0].replace('_', '-')}", _VALUE.sub(r"\1 \2", message))


def foretold(told: batch.Preview) -> str:
    """Return what a run would do for one result."""
    before, after = (f"{shape[1]}x{shape[0]}" if shape else "" for shape in (told.before, told.after))
    sizes = f"{before} -> {after}" if after else before
    return f"{told.source} -> {told.target} ({'; '.join(filter(None, (sizes, told.reason)))})"


def existing_outputs(error: batch.OutputExistsError, output: str | None) -> str:
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


def told(outcome: batch.Outcome) -> str:
    """Return what happened to an image in one line, for those who want to see each."""
    if outcome.status == "existing":
        return f"{', '.join(map(str, outcome.targets))} stays as it is"
    width, height = outcome.pixels or (0, 0)
    results = (f"{made.target} ({made.width} x {made.height}, {size_text(made.bytes)})" for made in outcome.results)
    return (
        f"{width} x {height}, {size_text(outcome.bytes or 0)} -> {', '.join(results)} in {outcome.seconds * 1e3:.0f} ms"
    )


def conclude(report: batch.Report, output: str | None, options: batch.Options, quiet: bool) -> None:
    """Say how the run ended: reports that failed and notes on stderr, the summary on stdout."""
    for failure in report.failures:
        if failure.path in options.report:
            terminal.say(f"{failure.path}: {failure.reason}")
    if quiet:
        return
    for note, paths in report.notes.items():
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        terminal.say(f"note: {paths[0]}{more}: {note}")
    click.echo(terminal.printable(f"{report} -> {output or 'in place'}"))
