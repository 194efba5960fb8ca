"""Which files a run reads; nothing here is opened or written."""

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from fastresample.batch.files.patterns import matches
from fastresample.batch.files.writing import OURS

StrPath = str | os.PathLike[str]

# Kinds of what is passed over although it may be an image.
_NOT_INCLUDED, _EXCLUDED, _LINKS = "not included", "excluded", "links"
_LINKS_OUT, _BROKEN_LINKS = "links out of the folder or to folders", "broken links"
LEFT_OUT = (_NOT_INCLUDED, _EXCLUDED, _LINKS, _LINKS_OUT, _BROKEN_LINKS)


class Source(NamedTuple):
    """A file to read and where its results belong.

    Attributes
    ----------
    path : Path
        The file.
    root : Path
        The folder for the results of this input.
    parent : Path
        The file's folder below the input, relative; results mirror it below `root`.
    name : str
        What the result is called where nothing else is wished: the file's own name, or the one that was given for it.
    """

    path: Path
    root: Path
    parent: Path
    name: str


class Failure(NamedTuple):
    """A file or folder that could not be used, why, in words for its owner, and the class of that (`reasons.KINDS`)."""

    path: Path
    reason: str
    kind: str


@dataclass
class Found:
    """What was found: the files, how many were passed over by kind, folders that could not be read, and the folder that
    all results lie in, None in place.
    """

    sources: list[Source] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    output: Path | None = None


def find_inputs(
    sources: Sequence[StrPath],
    destination: StrPath | None,
    extensions: Collection[str],
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    in_place: bool = False,
) -> Found:
    """List the images of `sources` and where their results belong.

    A single folder's tree is mirrored into `destination`; of several inputs, folders keep their names there, as
    with ``cp -r``. A single file goes to `destination` itself when that is a file name.

    Parameters
    ----------
    sources : sequence of path
        Files and folders. Folders are searched through; links to folders and links that lead out of the folder
        are not followed, and `destination` is left out when it lies inside.
    destination : path or None
        A folder, made later when it is missing, or a file name for a single file; None: results belong where their
        sources are, if there are any.
    extensions : collection of str
        Lower-case endings of image files, with the dot. In folders, files with other endings are counted and left
        alone; a file given by name is always taken.
    include, exclude : sequence of str
        Patterns (`patterns.matches`): in folders only files that match one of the first, and no files and folders that
        match one of the second.
    in_place : bool
        Whether the files are to be replaced, each of which is taken once then. Links in folders are passed over, and
        one that is given stands for its file.

    Raises
    ------
    FileNotFoundError
        If a source does not exist.
    NotADirectoryError
        If `destination` is a file but has to be a folder.
    TypeError
        If a path is neither text nor a path object.
    ValueError
        If a path is empty or holds NUL; if a source is the destination.
    """
    found = Found()
    paths = [_checked_path(source, "source") for source in sources]
    to = None if destination is None else _checked_path(destination, "destination")
    if not paths:
        raise ValueError("source names no file and no folder")
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path} {'is a broken link' if path.is_symlink() else 'does not exist'}")
    if to is not None and destination is not None and len(paths) == 1 and not paths[0].is_dir():
        found.sources.append(_source_of_file(paths[0], destination, extensions))
        found.output = found.sources[0].root
        return found
    found.output = to
    if to is not None:
        _refuse_file_as_folder(to)
    for path in paths:
        if not path.is_dir():
            file = path.resolve() if in_place and path.is_symlink() else path  # the file is replaced, not the link
            found.sources.append(Source(file, file.parent if to is None else to, Path(), file.name))
            continue
        if to is not None and identity(path) == identity(to):
            raise ValueError(
                f"{path} is both the input and the output; choose another folder for the results, or ask for them "
                "in place"
            )
        root = path if to is None else to / Path(os.path.abspath(path)).name if len(paths) > 1 else to
        found.sources += _Walk(path, root, to, extensions, include, exclude, in_place, found).sources()
    if in_place:
        found.sources = list({_entry(source.path): source for source in found.sources}.values())
    return found


def _entry(path: Path) -> tuple[object, ...]:
    """Return what two spellings of one name have in common; two hard links to a file are two names."""
    name = unicodedata.normalize("NFC", path.name).casefold()
    return identity(path.parent), identity(path), name


def _checked_path(value: StrPath, name: str) -> Path:
    """Return an argument as a path; empty text (an unset variable of a shell) would mean the current folder."""
    text: object = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(text, str):
        raise TypeError(f"{name} must be text or a path object, got {value!r}")
    if not text:
        raise ValueError(f"{name} is empty; write . for the current folder")
    if "\0" in text:
        raise ValueError(f"{name} {text!r} holds a NUL character, which no file's name can")
    return Path(text)


def _source_of_file(source: Path, destination: StrPath, extensions: Collection[str]) -> Source:
    path, text = Path(destination), os.fspath(destination)
    if path.suffix and not path.is_dir() and not text.endswith(("/", os.sep)):
        if path.suffix.lower() in extensions:
            return Source(source, path.parent, Path(), path.name)
        raise ValueError(
            f"{text} ends in {path.suffix}, which is no format that can be written; accepted are "
            f"{', '.join(sorted(extensions))}, or a slash at the end for a folder"
        )
    _refuse_file_as_folder(path)
    return Source(source, path, Path(), source.name)


def _refuse_file_as_folder(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(f"{path} is a file, but the output has to be a folder here")


class _Walk(NamedTuple):
    """A walk through one folder; what is passed over is recorded in `found`."""

    top: Path
    root: Path
    excluded: Path | None
    extensions: Collection[str]
    include: Sequence[str]
    exclude: Sequence[str]
    in_place: bool
    found: Found

    def sources(self) -> Iterator[Source]:
        """Yield the images below the folder, sorted within each folder."""
        skipped = self.found.skipped
        for path in self._files():
            below = path.relative_to(self.top)
            if path.name.startswith("._"):  # what macOS stores beside "x" on foreign disks, with x's own ending
                skipped["macOS side files"] += 1
            elif path.suffix.lower() not in self.extensions:
                skipped[path.suffix.lower() or "without an ending"] += 1
            elif self.include and not matches(PurePosixPath(below), self.include):
                skipped[_NOT_INCLUDED] += 1
            else:
                yield Source(path, self.root, below.parent, path.name)

    def _files(self) -> Iterator[Path]:
        """Yield the regular files below the folder."""
        inside, left_out = self.top.resolve(), self.excluded and identity(self.excluded)
        folders = [self.top]
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(folder) as entries:
                    listing = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self.found.failures.append(
                    Failure(folder, f"the folder cannot be read ({error.strerror})", "unreadable")
                )
                continue
            below = []
            for entry in listing:
                path = folder / entry.name
                if entry.name.startswith(OURS):
                    continue
                if self.exclude and matches(PurePosixPath(path.relative_to(self.top)), self.exclude):
                    self.found.skipped[_EXCLUDED] += 1
                elif entry.is_dir(follow_symlinks=False):
                    if left_out is None or identity(path) != left_out:
                        below.append(path)
                elif kind := self._reason_to_skip(path, inside):
                    self.found.skipped[kind] += 1
                else:
                    yield path
            folders.extend(reversed(below))

    def _reason_to_skip(self, path: Path, inside: Path) -> str:
        """Say why a directory entry that is no folder is not read; empty for regular files and links to such inside."""
        try:
            mode = path.stat().st_mode
            if path.is_symlink():
                if self.in_place:
                    return _LINKS
                if stat.S_ISDIR(mode) or not path.resolve().is_relative_to(inside):
                    return _LINKS_OUT
        except (OSError, RuntimeError):  # RuntimeError: a loop of links
            return _BROKEN_LINKS
        return "" if stat.S_ISREG(mode) else "special files"


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode: equal for two spellings of one file, also through links and on case-blind file systems."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
