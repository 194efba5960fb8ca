"""Which files a run reads and under which names it writes; everything here happens before the first write."""

import os
import stat
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

StrPath = str | os.PathLike[str]


class Job(NamedTuple):
    """One file to read and the name under which its result goes."""

    source: Path
    target: Path


class Failure(NamedTuple):
    """A file or folder that could not be used, and why, in words for its owner."""

    path: Path
    reason: str


@dataclass
class Inputs:
    """What was found: the jobs, how many files were passed over by kind, and folders that could not be read."""

    jobs: list[Job] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)


class OutputExistsError(FileExistsError):
    """Outputs exist already and the run was not told what to do with them.

    Attributes
    ----------
    paths : list of Path
        The names that are taken, in the order of the inputs.
    """

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths
        others = f" and {len(paths) - 1} more exist" if len(paths) > 1 else " exists"
        super().__init__(f"{paths[0]}{others} already; choose existing='overwrite' or existing='skip'")


def find_inputs(sources: Sequence[StrPath], destination: StrPath, extensions: Collection[str]) -> Inputs:
    """List the images of `sources` and name their outputs.

    A single folder's tree is mirrored into `destination`; of several inputs, folders keep their names there, as
    with ``cp -r``. A single file goes to `destination` itself when that is a file name.

    Parameters
    ----------
    sources : sequence of path
        Files and folders. Folders are searched through; links to folders and links that lead out of the folder
        are not followed, and `destination` is left out when it lies inside.
    destination : path
        A folder, made later when it is missing, or a file name for a single file.
    extensions : collection of str
        Lower-case endings of image files, with the dot. In folders, files with other endings are counted and left
        alone; a file given by name is always taken.

    Raises
    ------
    FileNotFoundError
        If a source does not exist.
    NotADirectoryError
        If `destination` is a file but has to be a folder.
    TypeError
        If a path is neither text nor a path object.
    ValueError
        If a path is empty or holds NUL; if a source is the destination, or two outputs would get one name, or an output
        is one of the inputs.
    """
    found = Inputs()
    paths = [_checked_path(source, "source") for source in sources]
    _checked_path(destination, "destination")
    if not paths:
        raise ValueError("source names no file and no folder")
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"{path} {'is a broken link' if path.is_symlink() else 'does not exist'}")
    if len(paths) == 1 and not paths[0].is_dir():
        found.jobs.append(Job(paths[0], _target_of_file(paths[0], destination, extensions)))
    else:
        _refuse_file_as_folder(Path(destination))
        for path in paths:
            _add(path, Path(destination), len(paths) > 1, found, extensions)
    _refuse_duplicates(found.jobs)
    _refuse_inputs_as_targets(found.jobs)
    return found


def taken_targets(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs whose output name is taken already, by whatever kind of file."""
    return [job for job in jobs if os.path.lexists(job.target)]


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


def _target_of_file(source: Path, destination: StrPath, extensions: Collection[str]) -> Path:
    path, text = Path(destination), os.fspath(destination)
    if path.suffix and not path.is_dir() and not text.endswith(("/", os.sep)):
        if path.suffix.lower() in extensions:
            return path
        raise ValueError(
            f"{text} ends in {path.suffix}, which is no format that can be written; accepted are "
            f"{', '.join(sorted(extensions))}, or a slash at the end for a folder"
        )
    _refuse_file_as_folder(path)
    return path / source.name


def _refuse_file_as_folder(path: Path) -> None:
    if path.exists() and not path.is_dir():
        raise NotADirectoryError(f"{path} is a file, but the output has to be a folder here")


def _add(source: Path, destination: Path, named: bool, found: Inputs, extensions: Collection[str]) -> None:
    """Add one of the inputs; `named`: a folder keeps its own name below the destination."""
    if not source.is_dir():
        found.jobs.append(Job(source, destination / source.name))
        return
    if _identity(source) == _identity(destination):
        raise ValueError(f"{source} is both the input and the output; choose another folder for the results")
    root = destination / Path(os.path.abspath(source)).name if named else destination
    for path in _walk(source, _identity(destination), found):
        if path.name.startswith("._"):  # what macOS stores beside "x" on foreign disks, with x's own ending
            found.skipped["macOS side files"] += 1
        elif path.suffix.lower() in extensions:
            found.jobs.append(Job(path, root / path.relative_to(source)))
        else:
            found.skipped[path.suffix.lower() or "without an ending"] += 1


def _walk(root: Path, excluded: tuple[int, int] | None, found: Inputs) -> Iterator[Path]:
    """Yield the regular files below `root`, sorted within each folder; record what is passed over in `found`."""
    inside = root.resolve()
    folders = [root]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                listing = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            found.failures.append(Failure(folder, f"the folder cannot be read ({error.strerror})"))
            continue
        below = []
        for entry in listing:
            path = folder / entry.name
            if entry.is_dir(follow_symlinks=False):
                if excluded is None or _identity(path) != excluded:
                    below.append(path)
            elif kind := _reason_to_skip(path, inside):
                found.skipped[kind] += 1
            else:
                yield path
        folders.extend(reversed(below))


def _reason_to_skip(path: Path, inside: Path) -> str:
    """Say why a directory entry that is no folder is not read; empty for regular files and links to such inside."""
    try:
        mode = path.stat().st_mode
        if path.is_symlink() and (stat.S_ISDIR(mode) or not path.resolve().is_relative_to(inside)):
            return "links out of the folder or to folders"
    except (OSError, RuntimeError):  # RuntimeError: a loop of links
        return "broken links"
    return "" if stat.S_ISREG(mode) else "special files"


def _refuse_duplicates(jobs: Sequence[Job]) -> None:
    """Refuse two outputs that are one file somewhere: names that differ in case or Unicode form only count as equal."""
    first: dict[str, Job] = {}
    for job in jobs:
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", os.fspath(job.target)).casefold())
        if key in first:
            raise ValueError(
                f"{first[key].source} and {job.source} would both be written to {job.target} (names that differ only "
                "in upper and lower case or in Unicode form count as one); rename one, or use two output folders"
            )
        first[key] = job


def _refuse_inputs_as_targets(jobs: Sequence[Job]) -> None:
    inputs = {identity: job.source for job in jobs if (identity := _identity(job.source)) is not None}
    for job in jobs:
        identity = _identity(job.target)
        if identity is not None and identity in inputs:
            raise ValueError(f"{job.target} would replace the input {inputs[identity]}; choose another output")


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode: equal for two spellings of one file, also through links and on case-blind file systems."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino
