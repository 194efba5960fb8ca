"""Options that several commands share."""

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

import click

from fastresample.conventions import CONVENTIONS

Decorator = Callable[[Any], Any]


# What is often said for values that are called otherwise here, and is not near enough to be guessed.
_MEANT = {"lanczos": "lanczos3", "linear": "bilinear", "cubic": "bicubic", "centre": "center", "cv2": "opencv"}


class Choice(click.Choice[str]):
    """One of a few values; a wrong one is answered with the one that was meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            known = [str(choice) for choice in self.choices]
            self.fail(f"{error.message}{_hint(value, known)}", param, ctx)


def _hint(value: str, known: Sequence[str]) -> str:
    """Ask whether a known value was meant; empty if none is near."""
    near = [_MEANT[value]] if _MEANT.get(value) in known else get_close_matches(value, known, n=1)
    return "".join(f" Did you mean {name!r}?" for name in near)


convention_option = click.option(
    "--convention",
    type=Choice(tuple(CONVENTIONS)),
    default="native",
    show_default=True,
    help="Whose arithmetic this package uses.",
)


def split_names(known: Sequence[str], what: str) -> Callable[..., tuple[str, ...] | None]:
    """Return a callback that reads names separated by commas, of an option that may be repeated or not.

    An option that is left out gives None, or its own default.
    """

    def split(
        ctx: click.Context, param: click.Parameter, value: str | tuple[str, ...] | None
    ) -> tuple[str, ...] | None:
        if value is None:
            return None
        texts = [value] if isinstance(value, str) else value
        names = tuple(dict.fromkeys(name.strip() for text in texts for name in text.split(",") if name.strip()))
        if not names:
            raise click.BadParameter(f"names no {what}; leave the option out for all")
        for name in names:
            if name not in known:
                raise click.BadParameter(f"{name!r} is not one of {', '.join(known)}.{_hint(name, known)}")
        return names

    return split
