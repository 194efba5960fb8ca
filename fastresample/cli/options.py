"""Options that several commands share."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from fastresample import batch
from fastresample.conventions import CONVENTIONS

Decorator = Callable[[Any], Any]


def _parse_size(ctx: click.Context, param: click.Parameter, value: str) -> batch.Size:
    try:
        return batch.parse_size(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


size_option = click.option(
    "--size",
    required=True,
    callback=_parse_size,
    metavar="SIZE",
    help="800 (longest side in pixels), 800x600 (fit inside, width x height), x600 (height), 800x (width), "
    "50% (of each side) or 2MP (megapixels). The aspect ratio is kept.",
)


def method_option(methods: Sequence[str], default: str) -> Decorator:
    """Return the option ``--method``; a wrapped list in its help, where click would make one long word of it."""
    return click.option(
        "--method",
        type=click.Choice(methods),
        default=default,
        show_default=True,
        metavar="METHOD",
        help=f"How pixels are made from their neighbours: {', '.join(methods)}.",
    )


convention_option = click.option(
    "--convention",
    type=click.Choice(tuple(CONVENTIONS)),
    default="native",
    show_default=True,
    help="Whose arithmetic this package uses.",
)
