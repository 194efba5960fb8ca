"""Which files of a folder are taken: patterns that include and exclude, as shells write them."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import PurePosixPath


def check_patterns(name: str, patterns: Iterable[str]) -> tuple[str, ...]:
    """Return patterns as a tuple; TypeError or ValueError for what is none."""
    if isinstance(patterns, str):
        patterns = (patterns,)
    checked = tuple(patterns)
    for pattern in checked:
        if not isinstance(pattern, str):
            raise TypeError(f"{name} must be patterns such as '*.jpg', got {pattern!r}")
        if not pattern.strip("/"):
            raise ValueError(f"{name} {pattern!r} matches nothing; write a pattern such as '*.jpg' or 'drafts/*'")
    return checked


def matches(path: PurePosixPath, patterns: Iterable[str]) -> bool:
    """Whether a path below the input matches one of the patterns.

    A pattern without ``/`` is held against the name, one with ``/`` against the whole path below the input; ``*``
    matches any text, ``/`` included, ``?`` one character, ``[abc]`` one of them; upper and lower case differ.

    Examples
    --------
    >>> matches(PurePosixPath("2024/may/a.jpg"), ["*.jpg"]), matches(PurePosixPath("2024/may/a.jpg"), ["2025/*"])
    (True, False)
    """
    return any(
        fnmatchcase(str(path) if "/" in pattern.strip("/") else path.name, pattern.strip("/")) for pattern in patterns
    )
