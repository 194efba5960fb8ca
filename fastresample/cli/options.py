"""Options that several commands share."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from fastresample.conventions import CONVENTIONS

Decorator = Callable[[Any], Any]


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
