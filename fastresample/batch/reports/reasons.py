"""Why a file failed: a class from a short list for programs, and words for its owner."""

import errno
from pathlib import Path
from typing import NamedTuple

from fastresample.batch.errors import ImageError

KINDS = {
    "damaged": "the file is empty, incomplete or corrupt",
    "unsupported": "no picture of a kind that is read, or a result that its format cannot hold",
    "too-large": "the picture, or what is asked of it, goes beyond a limit",
    "unreadable": "the file or folder cannot be opened, or is gone",
    "unwritable": "the result cannot be written under its name",
    "disk-full": "no room is left, or a quota is used up; the run stops",
    "exists": "a file of the result's name appeared during the run",
    "changed": "the file changed during the run and was left as it is, in place",
    "memory": "there is not enough memory",
    "internal": "a mistake in this program",
}

# Errors of the output's disk as a whole: every further file would fail in the same way.
FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_DISK = {*FULL, errno.EROFS}


class Reason(NamedTuple):
    """Why a file failed.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    text : str
        The reason, and what can be done.
    stops : bool
        Whether every further file would fail in the same way.
    """

    kind: str
    text: str
    stops: bool = False


def explain(error: BaseException, target: Path) -> Reason:
    """Say why an image failed, from the error that ended it and the name that was being written."""
    if isinstance(error, ImageError):
        return Reason(error.kind, str(error))
    if isinstance(error, MemoryError):
        return Reason("memory", "not enough memory for this image; use fewer workers")
    if isinstance(error, OSError):
        kind = "disk-full" if error.errno in FULL else "unwritable"
        return Reason(kind, _of_the_disk(error, target), error.errno in _DISK)
    return Reason("internal", f"unexpected {type(error).__name__}: {error}; please report this with the file")


def name_taken(target: Path) -> Reason:
    """Say that a file appeared under a result's name."""
    text = f"{target} appeared during the run and was left as it is; remove it or overwrite existing files"
    return Reason("exists", text)


def _of_the_disk(error: OSError, target: Path) -> str:
    if error.errno == errno.ENOSPC:
        return f"the disk of {target.parent} is full; free some space and run again, skipping existing files"
    if isinstance(error, NotADirectoryError):
        return f"{target} cannot be written ({error.strerror}); move that file, or choose another output"
    if target.is_dir():
        return f"{target} is a folder; move it, or choose another output"
    return f"{target} cannot be written ({error.strerror or error}); check the folder's permissions and its disk"
