"""``cv2.resize`` of OpenCV 5.0.0: its signature, its defaults, its results, computed here; cv2 need not be installed.

The results are those of cv2 with its IPP code off: see `fastresample.conventions.opencv`.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample import plan
from fastresample.compat.opencv_inputs import (
    KEPT,
    MOST,
    BadArgumentError,
    NoMemoryError,
    error,
    image_of,
    real_number,
    size_of,
    target_of,
    whole_number,
)
from fastresample.conventions import CONVENTIONS
from fastresample.conventions.opencv import whole_steps
from fastresample.geometry import Grid
from fastresample.spec import Axis, ResizeSpec, check_room

__all__ = [
    "INTER_AREA",
    "INTER_CUBIC",
    "INTER_LANCZOS4",
    "INTER_LINEAR",
    "INTER_LINEAR_EXACT",
    "INTER_NEAREST",
    "INTER_NEAREST_EXACT",
    "error",
    "resize",
]

INTER_NEAREST = 0
INTER_LINEAR = 1
INTER_CUBIC = 2
INTER_AREA = 3
INTER_LANCZOS4 = 4
INTER_LINEAR_EXACT = 5
INTER_NEAREST_EXACT = 6

_METHODS = {
    INTER_NEAREST: "nearest",
    INTER_LINEAR: "bilinear",
    INTER_CUBIC: "bicubic",
    INTER_AREA: "area",
    INTER_LANCZOS4: "lanczos4",
    INTER_LINEAR_EXACT: "bilinear_exact",
    INTER_NEAREST_EXACT: "nearest_exact",
}
_RULES = CONVENTIONS["opencv"].methods


def resize(
    src: NDArray[Any],
    dsize: Sequence[int] | None,
    dst: NDArray[Any] | None = None,
    fx: float | None = 0,
    fy: float | None = 0,
    interpolation: int | None = INTER_LINEAR,
) -> NDArray[Any]:
    """Resize an image as ``cv2.resize`` does.

    Parameters
    ----------
    src : numpy.ndarray, shape (height, width) or (height, width, channels)
        Of any layout and byte order. Every dtype of OpenCV with INTER_NEAREST and INTER_NEAREST_EXACT; uint8, uint16,
        int16, float32, float64 with the others, INTER_LINEAR_EXACT also int8 and int32. int64 and uint64 become int32,
        keeping the low 32 bits. Any number of channels.
    dsize : (int, int) or None
        Width and height of the result in pixels. None, or a size that is not positive: see ``fx``.
    dst : numpy.ndarray, optional
        Where to write the result if shape and dtype fit and its pixels are contiguous; else a new array is made.
    fx, fy : float, optional
        Factors of width and height, used without ``dsize`` only. The size is ``round(n * factor)``, ties to even, and
        the sampling grid follows the factors as given, not the sizes.
    interpolation : int, optional
        One of the ``INTER_*`` constants.

    Returns
    -------
    numpy.ndarray
        ``dst`` where it was filled, or a new array in native byte order; a last axis of length 1 is dropped.

    Raises
    ------
    error
        A ValueError, for everything that makes cv2 raise ``cv2.error``, with the same code; also a TypeError where an
        argument is of the wrong type.

    Notes
    -----
    With ``step = 1 / factor``, output i lies at ``x = (i + 1/2) * step - 1/2``, rounded to float32. INTER_LINEAR
    weighs two samples, INTER_CUBIC four (Keys, a = -3/4), INTER_LANCZOS4 eight; none widens when shrinking. INTER_AREA
    averages the samples that a cell covers, and enlarges like INTER_LINEAR from ``i * step``. An exact 2 x 2 reduction
    by INTER_LINEAR is INTER_AREA.

    Unlike cv2: any number of channels (cv2 refuses more than 128, or 4 for most of INTER_AREA); numbers and tuples in
    place of ``src``, which cv2 takes for a column of float64, are refused; the byte order of arrays counts; where
    ``dst`` shares memory with ``src``, the result is that of an unshared one.

    References
    ----------
    OpenCV 5.0.0, documentation of ``cv::resize`` and ``cv::InterpolationFlags``.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample.compat import opencv
    >>> opencv.resize(np.array([[0, 100]], np.uint8), (4, 1))
    array([[  0,  25,  75, 100]], dtype=uint8)
    >>> opencv.resize(np.arange(4.0).reshape(1, 4), None, fx=0.5, fy=1, interpolation=opencv.INTER_AREA)
    array([[0.5, 2.5]])
    """
    image = image_of(src)
    size = size_of(dsize)
    target = target_of(dst)
    factors = real_number("fx", fx), real_number("fy", fy)
    flag = whole_number("interpolation", INTER_LINEAR if interpolation is None else interpolation)
    return _run(_spec(image.shape, KEPT[image.dtype], size, factors, flag), image, target, dst)


@lru_cache(maxsize=256)
def _spec(
    shape: tuple[int, ...], dtype: str, size: tuple[int, int], factors: tuple[float, float], flag: int
) -> ResizeSpec:
    if 0 in shape:
        raise error(f"src must not be empty, got shape {shape}")
    grids = _grids(shape, size, factors)
    same = (grids.rows.n_out, grids.columns.n_out) == shape[:2]
    method = "nearest" if same else _method(flag, shape, dtype, grids)
    axes = (Axis(0, grids.rows), Axis(1, grids.columns))
    spec = ResizeSpec(shape, dtype, axes, method, method == "area", "opencv")
    try:
        check_room(spec)
    except ValueError as fault:
        raise NoMemoryError(str(fault)) from None
    return spec


class _Grids(NamedTuple):
    rows: Grid
    columns: Grid


def _grids(shape: tuple[int, ...], size: tuple[int, int], factors: tuple[float, float]) -> _Grids:
    """Return what is asked of rows and columns."""
    height, width = shape[:2]
    if min(size) > 0:
        sizes, given = size, (0.0, 0.0)
    else:
        if not (factors[0] > 0 and factors[1] > 0):
            got = f"dsize={size} and fx={factors[0]}, fy={factors[1]}"
            raise error(f"dsize must be two positive integers, or fx and fy positive numbers, got {got}")
        ends = [n * factor for n, factor in zip((width, height), factors, strict=True)]
        if not all(0.5 < end <= MOST for end in ends):  # 0.5 rounds to zero
            raise error(f"fx and fy must make 1 to {MOST} pixels, got {tuple(ends)} of {(width, height)}")
        sizes, given = (round(ends[0]), round(ends[1])), factors
    pairs = zip((width, height), sizes, given, strict=True)
    columns, rows = (Grid(n_in, n_out, "half_pixel", 0.0, float(n_in), factor) for n_in, n_out, factor in pairs)
    return _Grids(rows, columns)


def _method(flag: int, shape: tuple[int, ...], dtype: str, grids: _Grids) -> str:
    """Return the method of a flag that changes the size."""
    if flag not in _METHODS:
        known = ", ".join(name for name in __all__ if name.startswith("INTER"))
        raise BadArgumentError(f"unknown interpolation {flag}; choose from {known}")
    method = _METHODS[flag]
    if dtype not in _RULES[method].dtypes:
        raise error(
            f"src must have one of the dtypes {', '.join(_RULES[method].dtypes)} for method {method!r}, got {dtype}"
        )
    if (
        method == "bilinear_exact"
        and dtype in ("int8", "int32")
        and shape[2:] != (2,)
        and whole_steps(*grids) == (2, 2)
    ):
        raise error(f"src of dtype {dtype} cannot be halved exactly by INTER_LINEAR_EXACT but with 2 channels")
    return method


def _run(spec: ResizeSpec, image: NDArray[Any], target: NDArray[Any] | None, dst: Any) -> NDArray[Any]:
    """Fill ``dst`` if it fits, else a new array."""
    whole = spec.shape_out
    shape = _squeezed(whole)
    if target is not None and (target.dtype.newbyteorder("=") != image.dtype or _squeezed(target.shape) != shape):
        target = None
    if target is None or not target.dtype.isnative or np.may_share_memory(target, image):
        try:
            out = np.empty(whole, image.dtype)
        except MemoryError as fault:
            raise NoMemoryError(str(fault)) from None
    else:
        out = target
    plan.make(spec).run(image, out.reshape(whole, copy=False), None)
    if target is None:
        return out.reshape(shape)
    if out is not target:
        np.copyto(target, out.reshape(target.shape))
    return dst  # type: ignore[no-any-return]


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return shape[:2] if shape[2:] == (1,) else shape
