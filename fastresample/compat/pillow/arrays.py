"""What Pillow's C core does to stored samples: arrays in and out, no modes, no alpha, no Pillow."""

import math
import operator
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastresample import plan
from fastresample.conventions import CONVENTIONS
from fastresample.conventions.pillow import MEANS
from fastresample.geometry import Grid
from fastresample.spec import Axis, ResizeSpec

Array = NDArray[Any]
Box = tuple[float, float, float, float]

NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX, HAMMING, MKS2013, MKS2021 = range(8)

_NAMES = ("NEAREST", "LANCZOS", "BILINEAR", "BICUBIC", "BOX", "HAMMING", "MKS2013", "MKS2021")
METHODS = ("nearest", "lanczos3", "bilinear", "bicubic", "box", "hamming", "mks2013", "mks2021")
_MOST = 2**31 - 1


def resize_array(array: Array, size: Sequence[int], resample: int, box: Sequence[float] | None = None) -> Array:
    """Resize the stored samples of an image as Pillow's C core does.

    Parameters
    ----------
    array : numpy.ndarray, (height, width) or (height, width, channels)
        uint8 (L, RGB, ...), uint16 (I;16), int32 (I) or float32 (F), with NEAREST also bool (1); any number of
        channels, byte order and memory layout. Channels are independent: alpha does not weigh colours.
    size : sequence of two int
        ``(width, height)`` of the result in pixels.
    resample : int
        NEAREST, BOX, BILINEAR, HAMMING, BICUBIC, LANCZOS, MKS2013 or MKS2021, which equal Pillow's numbers.
    box : sequence of four float, optional
        ``(left, upper, right, lower)`` in source pixels: the part that fills the result. Filters read beyond it.

    Returns
    -------
    numpy.ndarray
        A new array of the same dtype.

    Raises
    ------
    TypeError, ValueError, OverflowError, MemoryError
        The kind that Pillow raises for the same fault, naming the argument.

    Notes
    -----
    With ``step = (right - left) / width``, output i is the mean of the source pixels j weighed by
    ``h((j + 1/2 - left - (i + 1/2) step) / max(step, 1))``, over the pixels inside the image; first along one axis,
    then along the other, rounded to the dtype after each. NEAREST takes the pixel that holds ``left + (i + 1/2) step``.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample.compat import pillow
    >>> pillow.resize_array(np.array([[0, 100]], np.uint8), (4, 1), pillow.BILINEAR)
    array([[  0,  25,  75, 100]], dtype=uint8)
    """
    array = _checked(array)
    method = METHODS[check_filter(resample)]
    known, dtype = CONVENTIONS["pillow"].methods[method].dtypes, array.dtype.name
    if dtype not in known:
        raise TypeError(f"array must have one of the dtypes {', '.join(known)} for {method!r}, got {array.dtype}")
    width, height = _integers("size", size, 2, "(width, height)")
    left, upper, right, lower = (0.0, 0.0, *map(float, array.shape[1::-1])) if box is None else _edges(box)
    if min(width, height) < 1:
        raise ValueError(f"height and width must be > 0, got size={size!r}")
    if box is not None:
        _check_box((left, upper, right, lower), array, box)
        if right < left or lower < upper:
            raise ValueError(f"box can't be empty, got {box!r}")
    out = _new((height, width, *array.shape[2:]), array.dtype)
    beyond = left == array.shape[1] or upper == array.shape[0]
    if array.size == 0 or (beyond and method in ("nearest", "box")):
        out.fill(0)  # no pixels at all, or none near a box without length at the far edge
        return out
    rows = Grid(array.shape[0], height, "half_pixel", upper, lower)
    columns = Grid(array.shape[1], width, "half_pixel", left, right)
    axes = Axis(0, rows), Axis(1, columns)
    plan.make(ResizeSpec(array.shape, dtype, axes, method, method != "nearest", "pillow")).run(array, out, None)
    return out


def reduce_array(array: Array, factor: int | Sequence[int], box: Sequence[int] | None = None) -> Array:
    """Average whole blocks of the stored samples of an image as Pillow's C core does.

    Parameters
    ----------
    array : numpy.ndarray, (height, width) or (height, width, channels)
        uint8 (L, RGB, ...), int32 (I) or float32 (F); any number of channels, byte order and memory layout.
    factor : int or sequence of two int
        Size of a block in source pixels, ``(width, height)`` or both at once.
    box : sequence of four int, optional
        ``(left, upper, right, lower)`` in source pixels: the part to reduce; the whole image by default.

    Returns
    -------
    numpy.ndarray
        A new array of the same dtype, its size rounded up: the last blocks average the pixels that are left.

    Raises
    ------
    TypeError, ValueError, OverflowError
        The kind that Pillow raises for the same fault, naming the argument.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample.compat import pillow
    >>> pillow.reduce_array(np.array([[1, 2, 9], [3, 4, 7]], np.uint8), 2)
    array([[3, 8]], dtype=uint8)
    """
    array = _checked(array)
    dtype = array.dtype.name
    if dtype not in MEANS:
        kind = ValueError if dtype in ("bool", "uint16") else TypeError
        raise kind(f"image has wrong mode: blocks of uint8, int32 and float32 can be averaged, got {array.dtype}")
    pair = factor if isinstance(factor, list | tuple) else (factor, factor)
    fx, fy = _integers("factor", pair, 2, "(width, height)")
    height, width = array.shape[:2]
    left, upper, right, lower = (0, 0, width, height) if box is None else _integers("box", box, 4, _BOX)
    if min(fx, fy) < 1:
        raise ValueError(f"scale must be > 0, got factor={factor!r}")
    _check_box((left, upper, right, lower), array, box)
    if right <= left or lower <= upper:
        raise ValueError(f"box can't be empty, got {(left, upper, right, lower)}")
    array = array[upper:lower, left:right]
    if fx == fy == 1:
        return array.copy()
    rows, columns = (_blocks(n, block) for n, block in zip(array.shape, (fy, fx), strict=False))
    out = _new((rows.n_out, columns.n_out, *array.shape[2:]), array.dtype)
    if out.size:
        axes = Axis(0, rows), Axis(1, columns)
        plan.make(ResizeSpec(array.shape, dtype, axes, "reduce", False, "pillow")).run(array, out, None)
    return out


def _blocks(n: int, block: int) -> Grid:
    """Return the grid of an axis cut into blocks; one that is longer than the axis is never a whole one."""
    return Grid(n, -(-n // block), "half_pixel", 0.0, float(n), factor=1 / min(block, n + 1))


def check_filter(resample: Any) -> int:
    """Return the number of a filter; raise for an unknown one."""
    if resample not in range(len(_NAMES)):
        filters = [f"{name} ({number})" for number, name in enumerate(_NAMES)]
        raise ValueError(f"Unknown resampling filter ({resample}). Use {', '.join(filters[:-1])} or {filters[-1]}")
    try:
        return operator.index(resample)
    except TypeError:
        raise TypeError(f"resample must be an integer, got {resample!r}") from None


_BOX = "(left, upper, right, lower)"


def _checked(array: object) -> Array:
    if not isinstance(array, np.ndarray) or isinstance(array, np.ma.MaskedArray):
        raise TypeError(f"array must be a plain NumPy array, got {type(array).__name__}")
    if array.ndim not in (2, 3):
        raise ValueError(f"array must be (height, width) or (height, width, channels), got shape {array.shape}")
    return np.asarray(array)


def _sequence(argument: str, values: Any, count: int, order: str) -> list[Any]:
    try:
        items = list(values)
    except TypeError:
        raise TypeError(f"{argument} must be {count}-item sequence {order}, got {values!r}") from None
    if len(items) != count:
        raise TypeError(f"{argument} must be sequence of length {count}, not {len(items)}: {order}, got {values!r}")
    return items


def _integers(argument: str, values: Any, count: int, order: str) -> list[int]:
    items = _sequence(argument, values, count, order)
    try:
        numbers = [operator.index(item) for item in items]
    except TypeError as fault:
        raise TypeError(f"{argument} must be {count} integers {order}: {fault}, got {values!r}") from None
    if max(map(abs, numbers)) > _MOST:
        raise OverflowError(f"{argument} must hold integers up to {_MOST}, got {values!r}")
    return numbers


def _edges(box: Any) -> Box:
    """Return the four edges as the float32 numbers that the C core keeps."""
    values = _sequence("box", box, 4, _BOX)
    try:
        if any(isinstance(value, str | bytes) for value in values):
            raise TypeError("must be real number, not str")
        with np.errstate(over="ignore"):
            left, upper, right, lower = (float(np.float32(float(value))) for value in values)
    except TypeError as fault:
        raise TypeError(f"box must be 4 numbers {_BOX}: {fault}, got {box!r}") from None
    if any(math.isnan(edge) for edge in (left, upper, right, lower)):
        raise ValueError(f"box must be 4 numbers {_BOX}, got {box!r}")
    return left, upper, right, lower


def _check_box(edges: Sequence[float], array: Array, box: object) -> None:
    height, width = array.shape[:2]
    if min(edges[:2]) < 0:
        raise ValueError(f"box offset can't be negative, got {box!r}")
    if edges[2] > np.float32(width) or edges[3] > np.float32(height):
        raise ValueError(f"box can't exceed original image size, got {box!r} for width {width} and height {height}")


def _new(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Allocate the result before any table, so that absurd sizes fail first."""
    if math.prod(shape) * dtype.itemsize > sys.maxsize:
        raise MemoryError(f"the result must fit into memory, got shape {shape} of {dtype}")
    return np.empty(shape, dtype)
