"""Where results may go: below the output, and not under names that are ours."""

from collections.abc import Iterable
from pathlib import Path

from fastresample.batch.errors import UnwritableError
from fastresample.batch.files.writing import OURS


def check_names(names: Iterable[str]) -> None:
    """Refuse names, of a result or of folders above it, that lead elsewhere or that a later run takes for its own.

    Raises
    ------
    UnwritableError

    Examples
    --------
    >>> check_names(["may", "a.jpg"])
    """
    for name in names:
        if name in (".", ".."):
            raise UnwritableError(
                f"its result would go to a folder called {name!r}; rename it, or use another template"
            )
        if name.startswith(OURS):
            raise UnwritableError(
                f"the name {name} of its result begins as those of temporary files do ({OURS}), which later runs "
                "remove; rename it, or use another template"
            )


def check_within(folder: Path, top: Path) -> None:
    """Refuse a folder for results, existing or not, that leads out of the output by a link.

    Raises
    ------
    UnwritableError
    """
    try:
        real = folder.resolve()
        leads_out = not real.is_relative_to(top.resolve())
    except (OSError, RuntimeError):  # RuntimeError: a loop of links
        raise UnwritableError(f"{folder}, where its result belongs, is a loop of links; remove them") from None
    if leads_out:
        raise UnwritableError(
            f"{folder}, where its result belongs, leads to {real} by a link, out of {top}; remove the link, or choose "
            "another output"
        )
