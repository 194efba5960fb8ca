"""Checks of the arrays that go in and out."""

import operator
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Both byte orders of what layers of networks compute with, and the native one.
FLOATS = {np.dtype(order + code): np.dtype(code) for code in ("f4", "f8") for order in "<>"}
_OVERLAP_WORK = 10_000  # effort of the exact test; arrays that are harder to tell apart count as overlapping


def check_image(image: object) -> NDArray[Any]:
    """Return the image as a plain array; raise TypeError when it is none."""
    return check_array("image", image)


def check_array(name: str, array: object) -> NDArray[Any]:
    """Return the argument ``name`` as a plain array; raise TypeError when it is none."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} must be a NumPy array, got {type(array).__name__}; numpy.asarray({name}) may make one")
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError(f"{name} must be a plain NumPy array, got a masked array; {name}.filled(...) makes one")
    return np.asarray(array)


def check_samples(x: object) -> tuple[NDArray[Any], np.dtype[Any]]:
    """Return the array, of any layout and byte order, and its dtype in native byte order."""
    array = check_array("x", x)
    dtype = FLOATS.get(array.dtype)
    if dtype is None:
        raise TypeError(f"x must have dtype float32 or float64, got {array.dtype}")
    return array, dtype


def check_shape(shape: Iterable[int]) -> tuple[int, ...]:
    """Return the shape of images that can be resized."""
    try:
        given = tuple(shape)
        if any(isinstance(size, bool | np.bool_) for size in given):
            raise TypeError
        sizes = tuple(operator.index(size) for size in given)
    except TypeError:
        raise TypeError(f"shape must be a sequence of 1 to 5 positive integers, got {shape!r}") from None
    if not 1 <= len(sizes) <= 5:
        raise ValueError(f"image must have 1 to 5 dimensions, got shape {sizes}")
    if min(sizes) < 1:
        raise ValueError(f"image must not be empty, got shape {sizes}")
    return sizes


def check_out(out: object, image: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return ``out`` when the result can be written to it."""
    return check_result(out, shape, image.dtype, "the image", image=image)


def check_result(
    out: object, shape: tuple[int, ...], dtype: np.dtype[Any], like: str, argument: str = "out", **others: Any
) -> NDArray[Any]:
    """Return ``out`` when a result of this shape and dtype (``like`` says whose) can be written to it.

    ``argument`` is what messages call it; ``others`` are the arrays (or None), by the names of their arguments, that it
    must not overlap.
    """
    if not isinstance(out, np.ndarray):
        raise TypeError(f"{argument} must be a NumPy array or None, got {type(out).__name__}")
    if out.shape != shape:
        raise ValueError(f"{argument} must have shape {shape}, got {out.shape}")
    if out.dtype != dtype:
        raise TypeError(f"{argument} must have dtype {dtype}, as {like}, got {out.dtype}")
    if not out.flags.writeable:
        raise ValueError(f"{argument} must be writable, got a read-only array")
    for name, array in others.items():
        if array is not None and np.may_share_memory(out, array) and _overlap(out, array):
            raise ValueError(f"{argument} must not overlap {name}: both share memory")
    if not out.flags.c_contiguous and _self_overlapping(out):
        raise ValueError(f"{argument} must have a place of its own for each element, got strides {out.strides}")
    return np.asarray(out)


def _overlap(a: NDArray[Any], b: NDArray[Any]) -> bool:
    try:
        return np.shares_memory(a, b, max_work=_OVERLAP_WORK)  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return True


def _self_overlapping(array: NDArray[Any]) -> bool:
    """Tell whether elements share memory: each stride must step over all that the shorter ones reach."""
    reach = array.itemsize
    for stride, size in sorted((abs(s), n) for s, n in zip(array.strides, array.shape, strict=True) if n > 1):
        if stride < reach:
            return True
        reach += stride * (size - 1)
    return False
