"""How libraries differ: every installed one on the same image, against each other and against the exact value."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import fastresample
from fastresample.validate.calls import Call, Image, Size, version
from fastresample.validate.comparison import EXACT, OURS, Comparison, Row
from fastresample.validate.exact import exact_blocks
from fastresample.validate.libraries import LIBRARIES, choose, operator_name, ours, settings
from fastresample.validate.metrics import Metrics, Tally, peak

__all__ = ["LIBRARIES", "Comparison", "Metrics", "Row", "compare"]


def compare(
    image: NDArray[Any],
    size: tuple[int, int] | str,
    *,
    method: str = "bilinear",
    antialias: bool = False,
    convention: str = "native",
    libraries: Sequence[str] | None = None,
) -> Comparison:
    """Resize ``image`` with this package and with every installed library, and measure the differences.

    Parameters
    ----------
    image : ndarray, (H, W) or (H, W, C)
        Any dtype that `fastresample.resize` takes; a library that cannot take it is left out, with the reason.
    size : tuple of int or str
        ``(height, width)`` of the result, in pixels, or a string that keeps the aspect ratio: ``"800"`` (longest side),
        ``"800x600"`` (fit inside width x height), ``"x600"``, ``"50%"``, ``"2MP"``.
    method : {"nearest", "bilinear"}
        What the libraries are asked for.
    antialias : bool
        Whether the filter is widened where an axis shrinks. A library that has no such choice does what it does, and
        its rows say so.
    convention : str
        Whose arithmetic this package uses.
    libraries : sequence of str, optional
        Names of rows of `LIBRARIES`, such as ``("opencv", "pillow")``. Default: all that are installed.

    Returns
    -------
    Comparison
        A row per result against the exact value (float64, unrounded), and a row of this package against each library.

    Raises
    ------
    ValueError
        For an unknown method or library, an image that is no image, or a size that `fastresample.resize` refuses.
    ModuleNotFoundError
        If a library that ``libraries`` names is not installed; the message says how to install it.

    Notes
    -----
    OpenCV runs without IPP, whose results depend on the processor; the switch is put back afterwards.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample.validate import compare
    >>> ramp = np.arange(64, dtype=np.uint8).reshape(8, 8)
    >>> compare(ramp, (4, 4), libraries=()).row("fastresample").metrics.misrounded
    0.0
    """
    operator = operator_name(method, antialias)
    image = _checked_image(image)
    table = LIBRARIES[operator]
    names, left_out = choose(operator, libraries)
    if isinstance(size, str):
        size = fastresample.batch.parse_size(size).of(*image.shape[:2])
    results = {OURS: _result(ours(method, antialias, convention)(image, size))}
    with settings({table[name].module for name in names}, ipp=False):
        for name in names:
            try:
                results[name] = _result(table[name].make(image, size))
            except NotImplementedError as error:
                left_out[name] = str(error)
    remarks = {name: table[name].difference(image.shape, size) for name in results}
    return Comparison(
        operator=operator,
        convention=convention,
        shape=image.shape,
        size=size,
        dtype=image.dtype.name,
        rows=tuple(_rows(image, size, results, remarks, method, antialias)),
        versions={name: version(table[name].module) for name in results},
        left_out=left_out,
    )


def _checked_image(image: NDArray[Any]) -> Image:
    if not isinstance(image, np.ndarray) or image.ndim not in (2, 3) or image.size == 0:
        shape = getattr(image, "shape", type(image).__name__)
        raise ValueError(f"image must be a non-empty array (H, W) or (H, W, C), got {shape}")
    return np.require(image, image.dtype.newbyteorder("="), ["C_CONTIGUOUS", "ALIGNED", "WRITEABLE"])


def _result(call: Call) -> Image:
    return call.array(call.run())


def _rows(
    image: Image, size: Size, results: dict[str, Image], remarks: dict[str, str], method: str, antialias: bool
) -> list[Row]:
    """Measure all results in one walk over the blocks of the exact value."""
    scale = peak(image)
    errors = {name: Tally(scale, rounds=image.dtype.kind in "iu") for name in results}
    pairs = {name: Tally(scale) for name in results if name != OURS}
    for begin, exact in exact_blocks(image, size, method, antialias):
        rows = slice(begin, begin + len(exact))
        for name, tally in errors.items():
            tally.add(results[name][rows], exact)
        for name, tally in pairs.items():
            tally.add(results[OURS][rows], results[name][rows])
    return [Row(name, EXACT, tally.metrics(), remarks[name]) for name, tally in errors.items()] + [
        Row(OURS, name, tally.metrics(), remarks[name]) for name, tally in pairs.items()
    ]
