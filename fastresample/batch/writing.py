"""Put bytes under a name so that the name never holds half a file."""

import errno
import os
import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

TEMPORARY_PREFIX = ".fastresample-"


def write_atomic(target: Path, data: bytes, *, replace: bool, mode_of: Path | None = None) -> None:
    """Write `data` to a temporary file beside `target`, check it, and only then give it its name.

    Parameters
    ----------
    target : Path
        The final name; its folder is made when missing.
    data : bytes
        The whole content.
    replace : bool
        Replace a file of that name; without it a file that is there, or appears meanwhile, stays untouched.
    mode_of : Path or None
        The file whose permissions the new one gets; None: those of any new file.

    Raises
    ------
    FileExistsError
        If `replace` is false and the name is taken.
    NotADirectoryError
        If there is a file where the target's folder should be.
    OSError
        If the content cannot be written in full; nothing is left behind then.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:  # which would say that the target exists
        raise NotADirectoryError(errno.ENOTDIR, "a file stands where its folder should be", target.parent) from error
    temporary, file = _create_temporary(target.parent)
    try:
        with file:
            file.write(data)
            file.flush()
            # A full disk or a quota may cut a file short without an error from the last write.
            if (written := os.fstat(file.fileno()).st_size) != len(data):
                raise OSError(f"only {written} of {len(data)} bytes were written")
        if mode_of is not None:
            shutil.copymode(mode_of, temporary)
        if replace:
            os.replace(temporary, target)
        else:
            _rename_to_new(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _create_temporary(folder: Path) -> tuple[Path, BinaryIO]:
    """Make a file with a short name (the target's name may already be as long as names can be)."""
    while True:
        path = folder / f"{TEMPORARY_PREFIX}{secrets.token_hex(6)}"
        try:
            return path, open(path, "xb")
        except FileExistsError:
            continue


def _rename_to_new(temporary: Path, target: Path) -> None:
    """Rename, but fail if `target` exists: a hard link cannot replace a file, where a rename silently does."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError, AttributeError):
        # No hard links here (FAT, some network drives): check, then rename; on Windows rename refuses by itself.
        if os.path.lexists(target):
            raise FileExistsError(f"{target} exists") from None
        os.rename(temporary, target)
    else:
        temporary.unlink()
