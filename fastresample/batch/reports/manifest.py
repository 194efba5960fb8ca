"""What earlier runs made of which files: a line per result, so that a rerun does only what is missing or changed."""

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from fastresample.batch.errors import UnwritableError
from fastresample.batch.files.writing import OURS, LineFile, open_ours, rewrite_lines
from fastresample.batch.options import Options
from fastresample.batch.pixels.sizes import Size
from fastresample.batch.reports.reasons import FULL

NAME = f"{OURS}manifest.jsonl"

_ABOUT = {
    "about": "What fastresample resize --resume goes by: a line per result. It may be deleted; then all is done again.",
    "schema": 1,
}
# A manifest is rewritten when it has more lines than so many for each result, and a few.
_SUPERSEDED, _FEW = 3, 1000

# The options that do not change what is in a result; a new option is taken for one that does.
_NOT_SHAPING = {
    *("size", "sizes", "name", "template", "include", "exclude"),  # each size is asked for by itself
    *("existing", "in_place", "workers", "on_error", "resume", "report"),
    *("max_pixels", "max_frames", "max_bytes", "memory"),
}


class State(NamedTuple):
    """By what a file is known again. States are equal or not; none is older or newer, whatever clocks do."""

    bytes: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> "State | None":
        """Return the state of a file; None if there is none."""
        try:
            status = path.stat()
        except (OSError, ValueError):
            return None
        return cls(status.st_size, status.st_mtime_ns)


class Entry(NamedTuple):
    """A line: what was written, of what, and how."""

    output: State
    sha256: str
    source: str
    source_state: State
    options: str


class Manifest:
    """The manifests of a run, one in each of its output folders.

    Parameters
    ----------
    folders : iterable of Path
        The roots of the results; of those that hold one, the innermost counts.
    options : Options
        Those of the run.

    Attributes
    ----------
    problems : dict of Path to str
        Manifests that cannot be written, and why: what is done there will be done again, which is no reason to stop.
    """

    def __init__(self, folders: Iterable[Path], options: Options) -> None:
        self._options = options
        self._entries = {folder: _read(folder / NAME) for folder in folders}
        self._shaping = {
            field.name: repr(getattr(options, field.name))
            for field in fields(options)
            if field.name not in _NOT_SHAPING
        }
        self._hows: dict[Size, str] = {}
        self._lock = Lock()
        self.problems: dict[Path, str] = {}

    def tidy(self) -> None:
        """Rewrite manifests whose lines are mostly about files that have been made again since."""
        for folder, names in self._entries.items():
            if sum(map(len, names.values())) > _SUPERSEDED * len(names) + _FEW:
                with suppress(OSError):
                    rewrite_lines(folder / NAME, partial(_needed, folder))

    def done(self, source: Path, target: Path, size: Size) -> bool:
        """Whether a result is what this run would make: of the same file, in the same way, and untouched since.

        In place, the result took the file's name: what was written there in the same way is done.
        """
        name, state, how = os.path.abspath(source), State.of(source), self._how(size)
        return any(
            (self._options.in_place or (entry.source, entry.source_state) == (name, state))
            and entry.options == how
            and _holds(target, entry)
            for entry in self._of(target)
        )

    def made(self, target: Path) -> bool:
        """Whether a file is as some run wrote it, so that nobody loses anything when a newer result replaces it."""
        return any(_holds(target, entry) for entry in self._of(target))

    def record(
        self, source: Path, state: State | None, target: Path, size: Size, sha256: str, status: os.stat_result
    ) -> None:
        """Add a line for a result that is about to get its name.

        Before and not after: a run that is killed in between leaves a line without a file, which harms nothing, and
        never a file that nobody knows.

        Raises
        ------
        OSError
            If the disk is full.
        UnwritableError
            In place, if the line cannot be written: a rerun would take the result for a source.
        """
        folder = self._folder(target)
        path = folder / NAME
        if state is None or path in self.problems:
            return
        line = {
            "output": os.fspath(target.relative_to(folder)),
            "bytes": status.st_size,
            "mtime_ns": status.st_mtime_ns,
            "sha256": sha256,
            "source": os.path.abspath(source),
            "source_bytes": state.bytes,
            "source_mtime_ns": state.mtime_ns,
            "options": self._how(size),
        }
        try:
            with (
                self._lock,
                LineFile(path, fresh=False, ours=True) as file,
            ):  # opened each time: there may be very many folders
                if file.empty:
                    file.append(json.dumps(_ABOUT))
                file.append(json.dumps(line))
        except OSError as error:
            if error.errno in FULL:
                raise
            problem = f"cannot be written ({error.strerror or error})"
            if self._options.in_place:
                raise UnwritableError(
                    f"was left as it is: {path} {problem}, without which a rerun would resize the result again; make "
                    "it writable, or leave out resume"
                ) from error
            self.problems[path] = f"{problem}; a rerun will do all again"

    def _folder(self, target: Path) -> Path:
        return next(folder for folder in target.parents if folder in self._entries)

    def _of(self, target: Path) -> list[Entry]:
        folder = self._folder(target)
        return self._entries[folder].get(os.fspath(target.relative_to(folder)), [])

    def _how(self, size: Size) -> str:
        """Return a short name for everything that shapes a result."""
        if size not in self._hows:
            text = json.dumps([repr(size), self._shaping]).encode()
            self._hows[size] = hashlib.sha256(text).hexdigest()[:16]
        return self._hows[size]


def _needed(folder: Path, lines: list[str]) -> list[str]:
    """Return the lines that are worth keeping: of each name the last one, for another run may be at it, and the last
    one about the file as it is.
    """
    by_name: dict[str, list[tuple[int, Entry]]] = {}
    for index, (name, entry) in _entries(lines).items():
        by_name.setdefault(name, []).insert(0, (index, entry))
    kept = set()
    for name, found in by_name.items():
        kept.add(found[0][0])
        kept.add(next((index for index, entry in found if _holds(folder / name, entry)), found[0][0]))
    return [json.dumps(_ABOUT), *(lines[index] for index in sorted(kept))]


def _read(path: Path) -> dict[str, list[Entry]]:
    """Return the entries of every name, as far as the lines can be understood."""
    entries: dict[str, list[Entry]] = {}
    with suppress(OSError), open(path, encoding="ascii", errors="replace", opener=open_ours) as file:
        for name, entry in _entries(file).values():
            entries.setdefault(name, []).append(entry)
    return entries


def _entries(lines: Iterable[str]) -> dict[int, tuple[str, Entry]]:
    """Return name and entry of the lines that can be understood, by their place."""
    found = {}
    for index, line in enumerate(lines):
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            found[index] = _parse(json.loads(line))
    return found


def _parse(line: dict[str, Any]) -> tuple[str, Entry]:
    texts = [line[name] for name in ("output", "sha256", "source", "options")]
    numbers = [line[name] for name in ("bytes", "mtime_ns", "source_bytes", "source_mtime_ns")]
    if not all(isinstance(text, str) for text in texts) or not all(type(number) is int for number in numbers):
        raise TypeError("not a line of a manifest")
    return texts[0], Entry(State(*numbers[:2]), texts[1], texts[2], State(*numbers[2:]), texts[3])


def _holds(target: Path, entry: Entry) -> bool:
    """Whether a file is an entry's: by its state or, where it was copied or its disk is coarse, by its content."""
    state = State.of(target)
    if state is None or state.bytes != entry.output.bytes:
        return False
    if state == entry.output:
        return True
    try:
        with open(target, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == entry.sha256
    except OSError:
        return False
