"""What each convention promises, held against the libraries that are installed here."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import fastresample
from fastresample.conventions import CONVENTIONS
from fastresample.conventions.records import Promise
from fastresample.validate.calls import INSTALL, Call, Image, Make, Size, installed, same_version, version
from fastresample.validate.exact import exact_blocks
from fastresample.validate.libraries import LIBRARIES, operator_name, ours, reproduced, settings
from fastresample.validate.measuring import clipped
from fastresample.validate.synthetic import REDUCED, SIZES, pictures
from fastresample.validate.validation import BROKEN, HOLDS, OTHER, UNCHECKED, Finding, Validation

_REDUCE = "reduce"  # Image.reduce, whose place among the operators is with area
# Promises about what no image here can show, and about results of one sample.
_NOT_HERE = {("torch", "bilinear", "4 eps"): "volumes are no images"}
_ONE_SAMPLE = ("torch", "area", "n eps")


class Job(NamedTuple):
    """One promise, for one dtype and one choice of antialiasing."""

    convention: str
    promise: Promise
    dtype: str
    antialias: bool


def jobs(conventions: Sequence[str], dtypes: Sequence[str] | None) -> list[Job]:
    """Return what there is to check; raises ValueError as `check_promises` does."""
    for name in conventions:
        if name not in CONVENTIONS:
            raise ValueError(f"unknown convention {name!r}; choose from {', '.join(CONVENTIONS)}")
    known = {dtype for name in conventions for promise in CONVENTIONS[name].promises for dtype in promise.dtypes}
    for dtype in dtypes or ():
        if dtype not in known:
            raise ValueError(f"no promise of {', '.join(conventions)} is about {dtype!r}; choose from {sorted(known)}")
    return [
        Job(name, promise, dtype, antialias)
        for name in conventions
        for promise in CONVENTIONS[name].promises
        for dtype in promise.dtypes
        if dtypes is None or dtype in dtypes
        for antialias in promise.antialias
    ]


def check_promises(
    images: Mapping[str, NDArray[Any]] | Iterable[tuple[str, NDArray[Any]]] = (),
    *,
    conventions: Sequence[str] = tuple(CONVENTIONS),
    dtypes: Sequence[str] | None = None,
    progress: Callable[[Finding], object] = lambda finding: None,
) -> Validation:
    """Hold what conventions promise against the libraries that are installed.

    Parameters
    ----------
    images : mapping or iterable of (str, ndarray)
        Images to try beside the built-in ones (noise, extremes, a ramp, an edge), in their own dtype.
    conventions : sequence of str
        Whose promises.
    dtypes : sequence of str, optional
        Only promises about these. Default: all.
    progress : callable
        Called with each `Finding` as it is made.

    Returns
    -------
    Validation
        A row per promise, dtype and antialiasing: whether it holds, and what was measured. ``native`` is held against
        the exact value, which needs no library.

    Raises
    ------
    ValueError
        For a convention or a dtype of which no promise speaks.

    Examples
    --------
    >>> from fastresample.validate import check_promises
    >>> validation = check_promises(conventions=["native"], dtypes=["bool"])
    >>> [(finding.promise.method, finding.status) for finding in validation.findings]
    [('nearest', 'holds')]
    """
    asked = jobs(conventions, dtypes)
    own: dict[str, list[Image]] = {}
    for _, image in images.items() if isinstance(images, Mapping) else images:
        own.setdefault(image.dtype.name, []).append(np.ascontiguousarray(image))
    findings = []
    for job in asked:
        findings.append(_check(*job, own.get(job.dtype, ())))
        progress(findings[-1])
    missing = {f.convention: f.note for f in findings if f.note.startswith("not installed")}
    return Validation(tuple(findings), missing)


def _check(convention: str, promise: Promise, dtype: str, antialias: bool, own: Sequence[Image]) -> Finding:
    """Resize every picture that the library takes, by both, until one difference is too large or all are done."""
    blank = Finding(convention, promise, dtype, antialias, UNCHECKED, "", 0, 0, 0, 0.0)
    if reason := _NOT_HERE.get((convention, promise.method, promise.bound)):
        return blank._replace(note=reason)
    exact = convention == "native"
    theirs: Make | None
    if exact:
        against, module, theirs = "exact value", "numpy", None
    else:
        name, module, theirs = _library(convention, promise, antialias)
        if theirs is None:
            return blank._replace(note="no library here computes it; the tests hold it against its specification")
        if not installed(module):
            return blank._replace(note=f"not installed ({INSTALL[module]})", against=name)
        against = f"{name} {version(module)}"
    finding = blank._replace(against=against)
    mine, refused = _ours(convention, promise, antialias), ""
    with settings({module}, ipp=False):
        for image, size in _cases(convention, promise, dtype, own):
            try:
                expected = _call(theirs, image, size) if theirs else _exact(image, size, promise.method, antialias)
            except Exception as error:  # what a library cannot do, whatever it raises, is no case
                refused = refused or str(error).splitlines()[0]
                continue
            finding = _with_case(finding, image, _call(mine, image, size), expected)
    if not finding.cases:
        return finding._replace(note=refused)
    if not finding.differing:
        return finding._replace(status=HOLDS)
    expected_version = CONVENTIONS[convention].version
    if not exact and not same_version(version(module), expected_version):
        return finding._replace(status=OTHER, note=f"promised of {expected_version}")
    return finding._replace(status=BROKEN)


def _library(convention: str, promise: Promise, antialias: bool) -> tuple[str, str, Make | None]:
    """Return name, module and call of the library that a promise is about."""
    if promise.method == _REDUCE:
        row = LIBRARIES["area"]["pillow"]
        return "pillow", row.module, row.make_plain
    name = reproduced(promise.method, convention)
    operator = operator_name(promise.method, None if promise.method == "area" else antialias, convention)
    table = LIBRARIES[operator]
    if name not in table:  # the exact variant where there is only one
        name = convention
    return (name, table[name].module, table[name].make_plain) if name in table else (convention, "", None)


def _ours(convention: str, promise: Promise, antialias: bool) -> Make:
    if promise.method != _REDUCE:
        return ours(promise.method, antialias, convention)

    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        factor = image.shape[1] // size[1], image.shape[0] // size[0]
        return Call(lambda: fastresample.compat.pillow.reduce_array(image, factor), np.asarray)

    return make


def _cases(convention: str, promise: Promise, dtype: str, own: Sequence[Image]) -> Iterator[tuple[Image, Size]]:
    sizes: Sequence[Size] = SIZES
    if promise.method == _REDUCE:
        sizes = REDUCED
    elif (convention, promise.method, promise.bound) == _ONE_SAMPLE:
        sizes = ((1, 1),)
    for image in pictures(dtype):
        for size in sizes:
            yield image, size
    for image in own:
        height, width = image.shape[:2]
        if promise.method == _REDUCE:
            image = image[: height // 2 * 2, : width // 2 * 2]
            yield np.ascontiguousarray(image), (height // 2, width // 2)
        elif sizes is SIZES:
            for size in ((224, 224), (max(1, height // 2), max(2, width // 2)), (height * 3 // 2, width * 3 // 2)):
                yield image, size


def _call(make: Make, image: Image, size: Size) -> Image:
    call = make(image, size)
    return call.array(call.run())


def _exact(image: Image, size: Size, method: str, antialias: bool) -> NDArray[np.float64]:
    blocks = [block for _, block in exact_blocks(image, size, method, antialias)]
    return clipped(np.concatenate(blocks), image.dtype)


def _with_case(finding: Finding, image: Image, result: Image, expected: NDArray[Any]) -> Finding:
    """Add one resize to a finding."""
    with np.errstate(over="ignore", invalid="ignore"):
        distance = np.abs(np.subtract(result, expected, dtype=np.float64))
        distance[(result == expected) | ((result != result) & (expected != expected))] = 0
        distance = np.nan_to_num(distance, nan=np.inf)
    bound = 0.0
    if finding.promise.bound != "exact":
        factor, unit = finding.promise.bound.split()
        if unit == "eps":
            distance /= float(np.finfo(image.dtype).eps) * float(np.abs(image).max()) or 1.0
        bound = float(np.prod(image.shape[:2])) if factor == "n" else float(factor)
    return finding._replace(
        cases=finding.cases + 1,
        samples=finding.samples + distance.size,
        differing=finding.differing + int(np.count_nonzero(distance > bound)),
        worst=max(finding.worst, float(distance.max(initial=0.0))),
    )
