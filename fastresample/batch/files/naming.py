"""Under which names a run writes: settled, and held against each other, before the first write."""

import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from fastresample.batch.codecs.formats import BY_OPTION, EXTENSIONS
from fastresample.batch.errors import ImageError
from fastresample.batch.files.confinement import check_names, check_within
from fastresample.batch.files.scanning import Failure, Found, Source, identity
from fastresample.batch.files.templates import Template
from fastresample.batch.options import Options
from fastresample.batch.pixels.sizes import Size
from fastresample.batch.reports.manifest import Manifest

Shape = tuple[int, int]


class Output(NamedTuple):
    """One result: the name under which it goes, and its size."""

    target: Path
    size: Size


class Job(NamedTuple):
    """One file to read, what is made of it, and the folder that no result may leave (None: in place)."""

    source: Path
    outputs: tuple[Output, ...]
    top: Path | None = None


@dataclass
class Inputs:
    """What a run is about.

    Attributes
    ----------
    jobs : list of Job
        What is to be done.
    done : list of Job
        What earlier runs have done, by the manifest.
    skipped : Counter
        How many files were passed over, by kind.
    failures : list of Failure
        What could not be read.
    manifest : Manifest or None
        What earlier runs have done, where the options ask for it.
    """

    jobs: list[Job] = field(default_factory=list)
    done: list[Job] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    manifest: Manifest | None = None


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


def name_outputs(found: Found, options: Options, measure: Callable[[Path], Shape]) -> Inputs:
    """Name the outputs of all sources.

    Parameters
    ----------
    found : Found
        From `scanning.find_inputs`.
    options : Options
        Of these: the sizes, their fit, the name's template, the format, and whether files are replaced in place.
    measure : callable
        ``measure(path) -> (height, width)`` of the upright picture; asked where the template has them. Its ImageError
        makes the file one of the failures, and so does a name that leads out of the output.

    Raises
    ------
    ValueError
        If two outputs would get one name, or one that is a folder of another; if an output is one of the inputs; if a
        name asks for another format than the options.
    """
    inputs = Inputs(skipped=found.skipped, failures=found.failures)
    confine = cache(check_within)
    measured = bool(options.template.fields & {"width", "height"})
    for source in found.sources:
        try:
            shape = measure(source.path) if measured else None
            outputs = tuple(_output(source, size, shape, options) for size in options.sizes)
            if found.output is not None:
                for output in outputs:
                    confine(output.target.parent, found.output)
        except ImageError as error:
            inputs.failures.append(Failure(source.path, str(error), error.kind))
            continue
        inputs.jobs.append(Job(source.path, outputs, found.output))
    if not options.in_place:
        _refuse_clashes(inputs.jobs)
        _refuse_inputs_as_targets(inputs.jobs)
    return inputs


def taken_targets(jobs: Iterable[Job]) -> list[Path]:
    """Return the output names that are taken already, by whatever kind of file."""
    return [output.target for job in jobs for output in job.outputs if os.path.lexists(output.target)]


def others_files(inputs: Inputs) -> list[Path]:
    """Return the output names that are taken by files which no run of the manifest wrote."""
    made = inputs.manifest.made if inputs.manifest else lambda target: False
    return [target for target in taken_targets(inputs.jobs) if not made(target)]


def leave_out(jobs: Iterable[Job], is_done: Callable[[Path, Output], bool]) -> tuple[list[Job], list[Job]]:
    """Return what is left of the jobs, and those of which nothing is left; ``is_done(source, output)`` decides."""
    todo, done = [], []
    for job in jobs:
        outputs = tuple(output for output in job.outputs if not is_done(job.source, output))
        if outputs:
            todo.append(job._replace(outputs=outputs))
        else:
            done.append(job)
    return todo, done


def result_roots(found: Found) -> set[Path]:
    """Return the folders for what is remembered of results: the output; in place, each folder with sources.

    In place, a run of a part of the tree has to know what one of the whole did.
    """
    return {source.path.parent for source in found.sources} if found.output is None else {found.output}


def _output(source: Source, size: Size, shape: Shape | None, options: Options) -> Output:
    if options.in_place:
        check_names([source.path.name])
        return Output(source.path, size)
    name = Path(source.name)
    values: dict[str, object] = {"stem": name.stem, "ext": _ending(source, options.format), "size": size.label}
    if shape is not None:
        values["height"], values["width"] = options.place(shape, size).canvas
    template: Template = options.template
    target = template.path(source.root, source.parent, **values)
    check_ending(target, options.format)
    return Output(target, size)


def check_ending(target: Path, format_name: str | None) -> None:
    """Raise ValueError if a name ends as images of another format do than the option says."""
    ending = target.suffix.lower()
    if format_name is None or ending not in EXTENSIONS or EXTENSIONS[ending] is BY_OPTION[format_name]:
        return
    accepted = ", ".join(BY_OPTION[format_name].extensions)
    raise ValueError(f"{target.name} does not end as {format_name} files do ({accepted}); name one of both")


def _ending(source: Source, format_name: str | None) -> str:
    """Return the ending of a result's name, which decides its format."""
    ending = Path(source.name).suffix
    if format_name is None:
        return ending
    extensions = BY_OPTION[format_name].extensions
    given = source.name != source.path.name  # by the user, and it is not changed
    return ending if given or ending.lower() in extensions else extensions[0]


def _refuse_clashes(jobs: Sequence[Job]) -> None:
    """Refuse two outputs that are one file somewhere, and one that is a folder of another.

    Names that differ in case or Unicode form only count as equal.
    """
    real = cache(Path.resolve)
    files: dict[str, tuple[Path, Path]] = {}
    folders: dict[str, Path] = {}
    for job in jobs:
        for target, _ in job.outputs:
            parent = real(target.parent)
            key = _key(parent / target.name)
            if key in files:
                first, _ = files[key]
                both = f"{first} and {job.source}" if first != job.source else f"two sizes of {job.source}"
                raise ValueError(
                    f"{both} would both be written to {target} (names that differ only in upper and lower case or in "
                    "Unicode form count as one); rename one, use two output folders, or another template of names"
                )
            files[key] = job.source, target
            for folder in (parent, *parent.parents):
                if (key := _key(folder)) in folders:
                    break
                folders[key] = target
    for key in files.keys() & folders.keys():
        source, target = files[key]
        raise ValueError(
            f"the result {target} of {source} would stand where {folders[key]} needs a folder; rename one, use two "
            "output folders, or another template of names"
        )


def _key(path: Path) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", os.fspath(path)).casefold())


def _refuse_inputs_as_targets(jobs: Sequence[Job]) -> None:
    inputs = {key: job.source for job in jobs if (key := identity(job.source)) is not None}
    for job in jobs:
        for target, _ in job.outputs:
            key = identity(target)
            if key is not None and key in inputs:
                raise ValueError(f"{target} would replace the input {inputs[key]}; choose another output")
