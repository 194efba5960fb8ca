"""The folder of compiled kernels: where it is, whether it can be trusted, seals, clearing.

Compiled kernels are pickles and machine code: whoever can write them runs code as this user, and a damaged file fails
every later start. So the folder is private, anything unsafe is refused, and every kernel's files carry a seal (their
SHA-256) that is checked before Numba opens them. Trouble here is reported once and never stops a call. Needs no Numba.
"""

import contextlib
import hashlib
import logging
import os
import shutil
import stat
import sys
from pathlib import Path
from typing import NamedTuple

logger = logging.getLogger("fastresample")

_PARTS = "v*-numba*"  # the folders below the root, one per environment (kernels/common.py names them)
_warned: set[str] = set()


class State(NamedTuple):
    """What ``fastresample info`` says of the folder."""

    root: Path  # "~" for a user without a home folder
    problem: str | None
    kernels: int
    bytes: int


def root() -> Path:
    """Return ``$FASTRESAMPLE_CACHE_DIR``, else ``fastresample`` in the user's cache folder (it may not exist yet).

    Raises FileNotFoundError for a user without a home folder.
    """
    chosen = os.environ.get("FASTRESAMPLE_CACHE_DIR")
    if chosen:
        path = chosen
    elif sys.platform == "win32":
        path = os.path.join(os.environ.get("LOCALAPPDATA") or "~/AppData/Local", "fastresample")
    elif sys.platform == "darwin":
        path = "~/Library/Caches/fastresample"
    else:
        path = os.path.join(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "fastresample")
    expanded = os.path.expanduser(path)
    if expanded.startswith("~"):
        raise FileNotFoundError(f"{path} is unknown: this user has no home folder; set FASTRESAMPLE_CACHE_DIR")
    return Path(expanded).absolute()


def folder(key: str) -> Path | None:
    """Return the folder for kernels of one environment, created private, or None when no safe one is to be had."""
    try:
        path = root()
        for level in (path, path / key):
            level.mkdir(mode=0o700, parents=True, exist_ok=True)
            problem = _distrust(level)
            if problem:
                raise PermissionError(problem)
        if not os.access(path / key, os.W_OK | os.X_OK):
            raise PermissionError(f"{path / key} is not writable")
    except OSError as fault:
        warn_once(f"compiled kernels are not kept ({fault}); every process compiles again")
        return None
    return path / key


def _distrust(path: Path) -> str | None:
    """Say why ``path`` must not be loaded from: no folder, another owner, or others may write to it."""
    status = path.stat()
    if not stat.S_ISDIR(status.st_mode):
        return f"{path} is not a folder"
    if not hasattr(os, "getuid"):
        return None
    if status.st_uid != os.getuid():
        return f"{path} belongs to user {status.st_uid}, not to this user"
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"{path} is writable by others (mode {stat.S_IMODE(status.st_mode):o})"
    return None


def warn_once(message: str) -> None:
    """Log a warning about the cache, once per process and text."""
    if message not in _warned:
        _warned.add(message)
        logger.warning(message)


def _files(where: Path, name: str) -> list[Path]:
    """Numba's index and data files of the kernel ``name``: ``<source folder>/<module>.<name>-<version>.nb[ic]``."""
    return sorted(path for path in where.glob(f"*/*.{name}-*.nb[ic]") if path.is_file())


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _seal_path(where: Path, name: str) -> Path:
    return where / f"{name}.sha256"


def seal(where: Path, name: str) -> None:
    """Record the digest of a kernel's files just written; without it they are not used again."""
    temporary = where / f"{name}.{os.getpid()}.tmp"
    try:
        temporary.write_text(_digest(_files(where, name)))
        os.replace(temporary, _seal_path(where, name))
    except OSError as fault:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        discard(where, name)
        warn_once(f"a compiled kernel could not be kept ({fault})")


def verify(where: Path, name: str) -> bool:
    """Tell whether the kernel's files are whole and this user's; files that are not are removed."""
    try:
        files = _files(where, name)
        own = not hasattr(os, "getuid") or all(path.stat().st_uid == os.getuid() for path in files)
        if own and len(files) >= 2 and _seal_path(where, name).read_text() == _digest(files):
            return True
    except (OSError, UnicodeDecodeError):
        pass
    discard(where, name)
    return False


def discard(where: Path, name: str) -> None:
    """Remove a kernel's files and seal, as far as that is possible."""
    for path in [*_files(where, name), _seal_path(where, name)]:
        try:
            path.unlink(missing_ok=True)
        except OSError as fault:
            warn_once(f"a damaged compiled kernel could not be removed ({fault})")


def state() -> State:
    """Describe the cache folder without creating it."""
    path, problem = Path("~"), None
    files: list[Path] = []
    try:
        path = root()
        if path.exists():
            problem = _distrust(path)
            files = [file for part in path.glob(_PARTS) for file in part.rglob("*") if file.is_file()]
        size = sum(file.stat().st_size for file in files)
    except OSError as fault:
        return State(path, str(fault), 0, 0)
    return State(path, problem, sum(file.suffix == ".sha256" for file in files), size)


def clear() -> State:
    """Delete every compiled kernel and return what was there.

    Only folders that this package made are removed (their names begin with ``v``); the root itself stays.
    """
    before = state()
    if before.problem:
        raise PermissionError(f"the cache folder is not touched: {before.problem}")
    for child in before.root.glob(_PARTS):
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
    return before
