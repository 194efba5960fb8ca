"""Put bytes under a name so that the name never holds half a file."""

import errno
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import BinaryIO

if sys.platform != "win32":  # where an open file can be neither renamed nor removed: the lock is built in
    import fcntl

OURS = ".fastresample-"  # how every file begins that is ours and no result
_TEMPORARY = re.compile(re.escape(OURS) + "[0-9a-f]{12}")


def write_atomic(
    target: Path,
    data: bytes,
    *,
    replace: bool,
    mode_of: Path | None = None,
    announce: Callable[[os.stat_result], None] | None = None,
) -> None:
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
        The file whose permissions the new one gets, and its owner where the system allows it; None: those of any new
        file.
    announce : callable, optional
        ``announce(status)`` is called with the state of the finished file right before it gets its name, which changes
        neither its size nor its time of modification.

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
    temporary, file, lock = _create_temporary(target.parent)
    try:
        with file:
            file.write(data)
            file.flush()
            # A full disk or a quota may cut a file short without an error from the last write.
            status = os.fstat(file.fileno())
            if status.st_size != len(data):
                raise OSError(f"only {status.st_size} of {len(data)} bytes were written")
        # Closed before it gets its name, because some network disks report a failed write only then.
        if mode_of is not None:
            _copy_owner(mode_of, temporary)  # before the permissions, of which a new owner takes some away
            shutil.copymode(mode_of, temporary)
        if announce is not None:
            announce(status)
        if replace:
            os.replace(temporary, target)
        else:
            _rename_to_new(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        if lock is not None:
            os.close(lock)


def _copy_owner(source: Path, target: Path) -> None:
    status = source.stat()
    with suppress(OSError, AttributeError):  # only root may give files away; Windows has no such call
        os.chown(target, status.st_uid, status.st_gid)


def remove_leftovers(folder: Path) -> int:
    """Remove the temporary files of killed processes from a folder; return how many.

    Whoever writes a temporary file holds a lock on it, which ends with the process, however that ends. A file that is
    locked, or lies where there are no locks, stays.
    """
    removed = 0
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _TEMPORARY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    _remove_unlocked(entry.path)
                    removed += 1
    return removed


def _remove_unlocked(path: str) -> None:
    if sys.platform == "win32":
        os.unlink(path)
        return
    with open(path, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.unlink(path)


def _create_temporary(folder: Path) -> tuple[Path, BinaryIO, int | None]:
    """Make a file with a short name (the target's name may already be as long as names can be), and lock it.

    The lock is held by a number of its own, so that it outlives the closing of the file.
    """
    while True:
        path = folder / f"{OURS}{secrets.token_hex(6)}"
        try:
            file = open(path, "xb")  # noqa: SIM115
        except FileExistsError:
            continue
        try:
            lock = _locked(file)
        except BaseException:
            file.close()
            path.unlink(missing_ok=True)
            raise
        if lock is None or os.fstat(lock).st_nlink:
            return path, file, lock
        # Between its making and its locking another run took it for a leftover.
        file.close()
        os.close(lock)


def _locked(file: BinaryIO) -> int | None:
    if sys.platform == "win32":
        return None
    lock = os.dup(file.fileno())
    with suppress(OSError):  # a disk without locks: a killed process leaves its temporary file there
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


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


class LineFile:
    """A text file that grows line by line; whatever happens, only its last line can be incomplete.

    Parameters
    ----------
    path : Path
        Its folder is made when missing.
    fresh : bool
        Begin anew, instead of behind the lines that are there.
    ours : bool
        Refuse what is no regular file, links too: the name is one that nobody else gives.

    Attributes
    ----------
    empty : bool
        Whether there was nothing in it when it was opened.

    Raises
    ------
    OSError
        If it cannot be opened, or a line not be written.
    """

    def __init__(self, path: Path, *, fresh: bool, ours: bool = False) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | (os.O_TRUNC if fresh else 0)
        opener = open_ours if ours else _open
        self._file = _open_shared(path, flags | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0), opener)
        self._lock = Lock()
        self.empty = not os.fstat(self._file).st_size
        self._torn = not self.empty and self._ends_within_a_line()

    def append(self, line: str) -> None:
        """Add a line, given without its end; of several threads one after the other."""
        with self._lock:
            rest = memoryview(("\n" * self._torn + line + "\n").encode())
            self._torn = True
            while rest:  # one write, but on a disk that fills up
                rest = rest[os.write(self._file, rest) :]
            self._torn = False

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def __enter__(self) -> "LineFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ends_within_a_line(self) -> bool:
        os.lseek(self._file, -1, os.SEEK_END)
        return os.read(self._file, 1) != b"\n"


def _open(path: str | Path, flags: int) -> int:
    return os.open(path, flags, 0o666)


def open_ours(path: str | Path, flags: int) -> int:
    """Open a file whose name nobody else gives, also as ``opener`` of `open`; a link or a pipe there is a trap.

    Raises
    ------
    OSError
        If it is no regular file.
    """
    try:
        file = _open(path, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise OSError(errno.ELOOP, "it is a link", path) from None
    if stat.S_ISREG(os.fstat(file).st_mode):
        return file
    os.close(file)
    raise OSError(errno.EINVAL, "it is no regular file", path)


def _open_shared(path: Path, flags: int, opener: Callable[[Path, int], int]) -> int:
    """Open a file of lines, and hold it so that it is not rewritten meanwhile."""
    while True:
        file = opener(path, flags)
        if sys.platform == "win32":
            return file
        with suppress(OSError):  # a disk without locks, where nothing is rewritten
            fcntl.flock(file, fcntl.LOCK_SH)
        if _is_at(path, file):
            return file
        os.close(file)  # it was rewritten between opening and locking: its name is another file's now


def rewrite_lines(path: Path, choose: Callable[[list[str]], list[str]]) -> None:
    """Replace the lines of a file of ours by ``choose(lines)``, unless somebody has it open to add some.

    Raises
    ------
    OSError
        If it cannot be read or written; it is as it was then.
    """
    if sys.platform == "win32":
        return
    with open(path, "rb", opener=open_ours) as file, suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(path, file.fileno()):
            lines = choose(file.read().decode("utf-8", "replace").splitlines())
            write_atomic(path, "".join(f"{line}\n" for line in lines).encode(), replace=True, mode_of=path)


def _is_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False
