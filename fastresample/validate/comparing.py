"""One comparison: every library on the same image, against each other and against the exact value."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import fastresample
from fastresample.conventions import CONVENTIONS
from fastresample.spec import check_method
from fastresample.validate import crops
from fastresample.validate.calls import Image, Make, Size, same_version, version
from fastresample.validate.comparison import OURS, Comparison, Row
from fastresample.validate.crops import Crop
from fastresample.validate.exact import exact_blocks, exact_part
from fastresample.validate.libraries import LIBRARIES, choose, operator_name, ours, reproduced, settings
from fastresample.validate.measuring import EXACT, clipped, measure

FITS = ("contain", "stretch")


def compare(
    image: NDArray[Any],
    size: Any,
    *,
    fit: str = "contain",
    method: str = "bilinear",
    antialias: bool | None = None,
    convention: str = "native",
    libraries: Sequence[str] | None = None,
) -> Comparison:
    """Resize ``image`` with this package and with every installed library, and measure the differences.

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C)
        Any dtype that `fastresample.resize` takes; a library that cannot take it is left out, with the reason.
    size : tuple of int, str or fastresample.batch.Size
        ``(height, width)`` of the result, in pixels, or a rule as the command line takes it: ``"800"`` (longest side),
        ``"800x600"`` (width x height), ``"x600"``, ``"50%"``, ``"2MP"``.
    fit : {"contain", "stretch"}
        Of a rule: whether the aspect ratio is kept, or given up for the width and height that it names.
    method : str
        What the libraries are asked for: a method of `fastresample.resize`.
    antialias : bool, optional
        Whether the filter is widened where an axis shrinks; None is the convention's habit, off for ``native``. A
        library that has no such choice does what it does, and its rows say so.
    convention : str
        Whose arithmetic this package uses.
    libraries : sequence of str, optional
        Names of rows of `LIBRARIES`, such as ``("opencv", "pillow")``. Default: all that are installed and have the
        method.

    Returns
    -------
    Comparison
        A row per result against the exact value (float64, unrounded, clipped to the range of an integer dtype), and a
        row per pair of results, this package first.

    Raises
    ------
    TypeError, ValueError
        For an unknown method or library, an image that is no image, or what `fastresample.resize` refuses.
    ModuleNotFoundError
        If a library that ``libraries`` names is not installed; the message says how to install it.

    Notes
    -----
    OpenCV runs without IPP, whose results depend on the processor; the switch is put back afterwards.

    The exact value is that of the method as `fastresample.resize` defines it, whatever the convention: where a library,
    and with it our convention, follows another rule, the rows say how (``a = -0.75``).

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample.validate import compare
    >>> ramp = np.arange(64, dtype=np.uint8).reshape(8, 8)
    >>> compare(ramp, (4, 4), libraries=()).row("fastresample").metrics.misrounded
    0.0
    """
    method, smooth = check_method(method, antialias, convention)
    operator = operator_name(method, smooth, convention)
    image = _checked_image(image)
    names, left_out = choose(operator, libraries)
    size = _checked_size(size, fit, image, method, smooth, convention)
    table = LIBRARIES[operator]
    results = {OURS: _result(ours(method, smooth, convention), image, size)}
    with settings({table[name].module for name in names}, ipp=False):
        for name in names:
            try:
                results[name] = _result(table[name].make_plain, image, size)
            except Exception as error:  # a library that fails on an image is left out, whatever it raises
                left_out[name] = _reason(error)
    versions = {name: version(table[name].module if name in table else OURS) for name in results}
    departing = {OURS: reproduced(method, convention)}  # ours departs where the library does that it reproduces
    rules = {name: table.get(departing.get(name, name)) for name in results}
    remarks = {name: rule.differences(image, size) if rule else () for name, rule in rules.items()}
    asked = image, size, operator.split()[0], smooth
    with np.errstate(over="ignore", invalid="ignore"):  # sums of the largest finite numbers, which are then infinite
        measured = measure(image, results, exact_blocks(*asked))
        crop = _crop(results, *asked)
    rows = [
        Row(first, second, metrics, "; ".join(remarks[first]) if second == EXACT else _between(remarks, first, second))
        for (first, second), metrics in measured.pairs.items()
    ]
    return Comparison(
        operator=operator,
        convention=convention,
        shape=image.shape,
        size=size,
        dtype=image.dtype.name,
        rows=tuple(rows),
        versions=versions,
        left_out=left_out,
        notes=tuple(_notes(method, smooth, convention, image.dtype.name, versions)),
        errors=measured.errors,
        scale=measured.scale,
        crop=crop,
    )


def check_fit(fit: str) -> None:
    """Raise ValueError unless ``fit`` is one that `compare` knows."""
    if fit not in FITS:
        raise ValueError(f"fit must be one of {', '.join(FITS)}, got {fit!r}: a crop or bars are no resize")


def _checked_image(image: NDArray[Any]) -> Image:
    if not isinstance(image, np.ndarray) or image.ndim not in (2, 3) or image.size == 0:
        shape = getattr(image, "shape", type(image).__name__)
        raise ValueError(f"image must be a non-empty array (H, W) or (H, W, C), got {shape}")
    return np.require(image, image.dtype.newbyteorder("="), ["C_CONTIGUOUS", "ALIGNED", "WRITEABLE"])


def _checked_size(size: Any, fit: str, image: Image, method: str, antialias: bool, convention: str) -> Size:
    """Return ``(height, width)`` as plain integers."""
    check_fit(fit)
    if isinstance(size, str | fastresample.batch.Size):
        shape = image.shape[0], image.shape[1]
        size = fastresample.batch.place(shape, fastresample.batch.parse_size(size), fit).canvas
    options: Any = {"method": method, "antialias": antialias, "convention": convention}
    height, width = fastresample.Resizer(image.shape, size, image.dtype, **options).shape_out[:2]
    return height, width


def _result(make: Make, image: Image, size: Size) -> Image:
    call = make(image, size)
    return call.array(call.run())


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, NotImplementedError) else f"{type(error).__name__}: {error}".splitlines()[0]


def _crop(results: dict[str, Image], image: Image, size: Size, method: str, antialias: bool) -> Crop:
    part = rows, columns = crops.choose(results)
    samples = {name: result[part].copy() for name, result in results.items()}
    samples[EXACT] = clipped(exact_part(image, size, method, antialias, rows, columns), image.dtype)
    return Crop(rows.start, columns.start, size, samples, crops.overview(results[OURS]))


def _between(remarks: dict[str, tuple[str, ...]], first: str, second: str) -> str:
    """Say in what two results differ by rule: what both do is no difference."""
    theirs, alone = remarks[second], remarks[first]
    name = "ours" if first == OURS else first
    return "; ".join(
        [*(text for text in theirs if text not in alone), *(f"{name}: {text}" for text in alone if text not in theirs)]
    )


def _notes(method: str, antialias: bool, convention: str, dtype: str, versions: dict[str, str]) -> list[str]:
    """Say what the convention promises for this comparison, and where a library is not the version that it means."""
    record = CONVENTIONS[convention]
    notes = [
        f"convention {convention} promises {promise.bound}" + (f" ({promise.reason})" if promise.reason else "")
        for promise in record.promises
        if promise.method == method and dtype in promise.dtypes and antialias in promise.antialias
    ]
    name = reproduced(method, convention)
    if name in versions and not same_version(versions[name], record.version):
        notes.append(
            f"convention {convention} reproduces version {record.version}, installed is {versions[name]}: "
            "differences may be those of the versions"
        )
    return notes
