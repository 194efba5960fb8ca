"""What the operator Resize is given, checked: tensors and attributes. Every message names the one it is about."""

import math
import operator
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample.conventions import CONVENTIONS
from fastresample.conventions.onnx import COORDINATES, METHODS, ROUNDINGS, Extent

Array = NDArray[Any]

_MOST = 2**31 - 1  # tables hold 32-bit sample numbers


class Attributes(NamedTuple):
    """The operator's attributes and their defaults."""

    antialias: Any = 0
    axes: Any = None
    coordinate_transformation_mode: Any = "half_pixel"
    cubic_coeff_a: Any = -0.75
    exclude_outside: Any = 0
    extrapolation_value: Any = 0.0
    keep_aspect_ratio_policy: Any = "stretch"
    mode: Any = "nearest"
    nearest_mode: Any = "round_prefer_floor"


_CHOICES = {
    "coordinate_transformation_mode": tuple(COORDINATES),
    "keep_aspect_ratio_policy": ("stretch", "not_larger", "not_smaller"),
    "mode": tuple(METHODS),
    "nearest_mode": tuple(ROUNDINGS),
}


def check_image(image: object) -> Array:
    """Return X as a plain array."""
    if not isinstance(image, np.ndarray) or isinstance(image, np.ma.MaskedArray):
        raise TypeError(f"X must be a plain NumPy array, got {type(image).__name__}")
    if image.ndim == 0:
        raise ValueError("X must have at least one dimension, got shape ()")
    return np.asarray(image)


def check_dtype(image: Array, mode: str) -> str:
    """Return the name of the dtype."""
    method = METHODS[mode]
    methods, name = CONVENTIONS["onnx"].methods, image.dtype.name
    if name not in methods[method].dtypes:
        if name in methods["nearest"].dtypes:
            raise TypeError(f"X of dtype {name} can be resized with mode 'nearest' only, got mode {mode!r}")
        raise TypeError(f"X must have one of the dtypes {', '.join(methods['nearest'].dtypes)}, got {image.dtype}")
    return name


def check_attributes(attributes: dict[str, Any]) -> Attributes:
    """Return checked attributes: flags as bool, numbers as the float32 that a model holds."""
    for name in attributes:
        if name not in Attributes._fields:
            raise TypeError(f"unknown attribute {name!r}; Resize has {', '.join(Attributes._fields)}")
    given = Attributes(**attributes)
    for name, known in _CHOICES.items():
        value = getattr(given, name)
        if not isinstance(value, str):
            raise TypeError(f"{name} must be a string, got {value!r}; choose from {', '.join(known)}")
        if value not in known:
            raise ValueError(f"unknown {name} {value!r}; choose from {', '.join(known)}")
    antialias, exclude_outside = _flag("antialias", given.antialias), _flag("exclude_outside", given.exclude_outside)
    if antialias and given.mode == "nearest":
        raise ValueError("antialias must be 0 for mode 'nearest', which copies samples; linear and cubic have it")
    return given._replace(
        antialias=antialias,
        exclude_outside=exclude_outside,
        cubic_coeff_a=_numbers("cubic_coeff_a", [given.cubic_coeff_a], np.float32)[0],
        extrapolation_value=_numbers("extrapolation_value", [given.extrapolation_value], np.float32)[0],
    )


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, int | np.integer | np.bool_):
        raise TypeError(f"{name} must be 0 or 1, got {value!r}")
    if value not in (0, 1):
        raise ValueError(f"{name} must be 0 or 1, got {value!r}")
    return bool(value)


def _numbers(name: str, values: list[Any], kind: Any) -> list[float]:
    """Return finite numbers as what the operator holds them in."""
    if any(isinstance(value, str | bytes | bool | np.bool_) for value in values):
        raise TypeError(f"{name} must be real numbers, got {values!r}")
    try:
        with np.errstate(over="ignore"):
            numbers = [float(kind(value)) for value in values]
    except OverflowError:
        numbers = [math.inf]
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be real numbers, got {values!r}") from None
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"{name} must be finite, got {values!r}")
    return numbers


def _listed(name: str, values: Any, count: int, of: str) -> list[Any]:
    """Return an input's elements, of which there must be ``count``."""
    try:
        elements = list(values)
    except TypeError:
        raise TypeError(f"{name} must be a sequence, got {values!r}") from None
    if len(elements) != count or getattr(values, "ndim", 1) != 1:
        raise ValueError(f"{name} must have {count} elements, {of}, got {values!r}")
    return elements


def _integers(name: str, values: list[Any]) -> list[int]:
    try:
        if any(isinstance(value, bool | np.bool_) for value in values):
            raise TypeError
        return [operator.index(value) for value in values]
    except TypeError:
        raise TypeError(f"{name} must be integers, got {values!r}") from None


def _axes(axes: Any, rank: int) -> list[int]:
    if axes is None:
        return list(range(rank))
    try:
        given = list(axes)
    except TypeError:
        raise TypeError(f"axes must be a sequence of integers, got {axes!r}") from None
    numbers = _integers("axes", given)
    if not numbers or any(not -rank <= number < rank for number in numbers):
        raise ValueError(f"axes must be one or more of {-rank} to {rank - 1}, got {axes!r}")
    positive = [number % rank for number in numbers]
    if len(set(positive)) < len(positive):
        raise ValueError(f"axes must differ from each other, got {axes!r}")
    return positive


def _absent(values: Any) -> bool:
    """Whether an input is missing: None, or empty as older models pass it."""
    return values is None or getattr(values, "size", None) == 0 or (isinstance(values, list | tuple) and not values)


def check_extents(shape: tuple[int, ...], roi: Any, scales: Any, sizes: Any, given: Attributes) -> dict[int, Extent]:
    """Return what becomes of each axis that is named."""
    axes = _axes(given.axes, len(shape))
    if _absent(scales) == _absent(sizes):
        raise ValueError(f"give exactly one of scales and sizes, got scales={scales!r} and sizes={sizes!r}")
    lengths, each = [shape[axis] for axis in axes], f"one for each of {len(axes)} axes"
    if _absent(sizes):
        factors = _numbers("scales", _listed("scales", scales, len(axes), each), np.float32)
        if min(factors) <= 0:
            raise ValueError(f"scales must be positive, got {scales!r}")
        zooms = [Fraction(factor) for factor in factors]
        outputs = [math.floor(n * zoom) for n, zoom in zip(lengths, zooms, strict=True)]
    else:
        outputs = _integers("sizes", _listed("sizes", sizes, len(axes), each))
        if min(outputs) < 0:
            raise ValueError(f"sizes must not be negative, got {sizes!r}")
        zooms, outputs = _zooms(lengths, outputs, given.keep_aspect_ratio_policy)
    if max(*lengths, *outputs) > _MOST:
        raise ValueError(f"sizes must be at most {_MOST} samples, got {tuple(lengths)} -> {tuple(outputs)}")
    corners = [Fraction(0)] * 2 * len(axes)
    if given.coordinate_transformation_mode == "tf_crop_and_resize":
        if roi is None:
            raise ValueError(f"roi must have {2 * len(axes)} elements for tf_crop_and_resize, got None")
        listed = _listed("roi", roi, 2 * len(axes), "the starts and the ends of the axes")
        corners = [Fraction(corner) for corner in _numbers("roi", listed, float)]
    starts, ends = corners[: len(axes)], corners[len(axes) :]
    return {axis: Extent(*extent) for axis, *extent in zip(axes, lengths, outputs, zooms, starts, ends, strict=True)}


def _zooms(lengths: list[int], sizes: list[int], policy: str) -> tuple[list[Fraction], list[int]]:
    """Return zoom and size of each axis."""
    if 0 in lengths:
        if any(sizes[k] for k, n in enumerate(lengths) if n == 0):
            raise ValueError(f"sizes must be 0 where X is empty, got {sizes} for {lengths}")
        return [Fraction(1)] * len(sizes), sizes
    zooms = [Fraction(size, n) for size, n in zip(sizes, lengths, strict=True)]
    if policy == "stretch":
        return zooms, sizes
    zoom = min(zooms) if policy == "not_larger" else max(zooms)
    return [zoom] * len(sizes), [math.floor(n * zoom + Fraction(1, 2)) for n in lengths]
