"""The ONNX operator Resize, opset 19, in real numbers: coordinates and decisions are exact, sums are float64.

Where the operator's text leaves a choice, or its parts disagree, this is what was chosen:

* The attributes and ``scales`` are float32, as in a model; the scale is the one given, not ``n_out / n_in``.
* ``n_out = floor(n_in * scale)``. The text has ``(roi_end - roi_start)`` as a factor; the reference has not.
* ``length_resized`` is ``n_in * scale`` before it is rounded to a whole number: the operator's documentation has an
  example (align_corners, scale 0.6: 3.142857) and its author confirmed it (github.com/onnx/onnx issue 2462).
* ``length_resized > 1`` asks for the whole number, though: a single output of pytorch_half_pixel lies at 0, one of
  tf_crop_and_resize in the middle. The reference puts the first at -0.5, which cubic and antialias can tell apart.
* ``exclude_outside`` holds in every mode, as in the reference. A sample with nothing left inside is 0.
* Antialiased weights always sum to 1. What lies outside repeats the edge sample unless ``exclude_outside``.
* Integers are rounded half to even and saturate.
"""

import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

HALF = Fraction(1, 2)


class Axis(NamedTuple):
    """One axis in the operator's words: ``width`` is length_resized, ``n_out`` the same as a whole number."""

    n_in: int
    n_out: int
    width: Fraction
    scale: Fraction
    start: Fraction
    end: Fraction


def half_pixel(i: int, axis: Axis) -> Fraction:
    return (i + HALF) / axis.scale - HALF


def half_pixel_symmetric(i: int, axis: Axis) -> Fraction:
    return Fraction(axis.n_in, 2) * (1 - axis.n_out / axis.width) + half_pixel(i, axis)


def pytorch_half_pixel(i: int, axis: Axis) -> Fraction:
    return half_pixel(i, axis) if axis.n_out > 1 else Fraction(0)


def align_corners(i: int, axis: Axis) -> Fraction:
    return i * (axis.n_in - 1) / (axis.width - 1) if i else Fraction(0)


def asymmetric(i: int, axis: Axis) -> Fraction:
    return i / axis.scale


def tf_crop_and_resize(i: int, axis: Axis) -> Fraction:
    if axis.n_out > 1:
        return axis.start * (axis.n_in - 1) + i * (axis.end - axis.start) * (axis.n_in - 1) / (axis.width - 1)
    return HALF * (axis.start + axis.end) * (axis.n_in - 1)


COORDINATES = {
    f.__name__: f
    for f in (half_pixel, half_pixel_symmetric, pytorch_half_pixel, align_corners, asymmetric, tf_crop_and_resize)
}

NEAREST = {
    "round_prefer_floor": lambda x: math.ceil(x - HALF),
    "round_prefer_ceil": lambda x: math.floor(x + HALF),
    "floor": math.floor,
    "ceil": math.ceil,
}


def linear(x: float) -> float:
    """Triangle of half-width 1."""
    return max(1 - abs(x), 0.0)


def cubic(x: float, a: float) -> float:
    """R. G. Keys (1981): the cubic of half-width 2 whose slope at 1 is ``a``."""
    x = abs(x)
    return (1 - x) * (1 + x - (a + 2) * x**2) if x < 1 else a * (x - 1) * max(2 - x, 0.0) ** 2


def geometry(shape, roi, scales, sizes, axes, policy) -> dict[int, Axis]:
    """Each axis that the arguments refer to; the others do not change."""
    rank = len(shape)
    axes = range(rank) if axes is None else [axis % rank for axis in axes]
    if sizes is None:
        factors = [Fraction(float(np.float32(scale))) for scale in scales]
        sizes = [math.floor(shape[axis] * scale) for axis, scale in zip(axes, factors, strict=True)]
    else:
        factors = [Fraction(int(size), shape[axis]) for axis, size in zip(axes, sizes, strict=True)]
        if policy != "stretch":
            factors = [min(factors) if policy == "not_larger" else max(factors)] * len(factors)
            sizes = [math.floor(shape[axis] * factors[0] + HALF) for axis in axes]
    corners = [Fraction(float(corner)) for corner in roi] if roi is not None else [Fraction(0)] * 2 * len(axes)
    return {
        axis: Axis(shape[axis], int(sizes[k]), shape[axis] * factors[k], factors[k], corners[k], corners[k + len(axes)])
        for k, axis in enumerate(axes)
    }


def taps(x: Fraction, axis: Axis, kernel, support: int, antialias: bool, exclude_outside: bool, absolute: bool):
    """Source samples and weights of the output that lies at ``x``; they may weigh nothing inside the axis."""
    stretch = max(1 / axis.scale, Fraction(1)) if antialias else Fraction(1)
    near = np.arange(math.floor(x - support * stretch) + 1, math.ceil(x + support * stretch))
    weights = np.array([kernel(float((int(j) - x) / stretch)) for j in near])
    used = (near >= 0) & (near < axis.n_in) if exclude_outside else np.ones(near.size, bool)
    total = (weights[used].sum() or 1.0) if antialias or exclude_outside else 1.0
    if absolute:
        used, weights, total = np.ones(near.size, bool), np.abs(weights), abs(total)
    return np.clip(near[used], 0, axis.n_in - 1), weights[used] / total


def resize(
    X: NDArray,  # noqa: N803 - the operator's name
    roi=None,
    scales=None,
    sizes=None,
    *,
    antialias=0,
    axes=None,
    coordinate_transformation_mode="half_pixel",
    cubic_coeff_a=-0.75,
    exclude_outside=0,
    extrapolation_value=0.0,
    keep_aspect_ratio_policy="stretch",
    mode="nearest",
    nearest_mode="round_prefer_floor",
    real=False,
    absolute=False,
) -> NDArray:
    """The operator. ``real=True``: before the result is rounded to the dtype of ``X``, unless ``mode`` is nearest.

    ``absolute=True``: with the absolute values of all weights, also of dropped ones: rounding errors grow by their sum.
    """
    a = float(np.float32(cubic_coeff_a))
    kernel, support = (linear, 1) if mode == "linear" else (lambda x: cubic(x, a), 2)
    y = X if mode == "nearest" else X.astype(np.float64)
    nothing, beyond = [], []  # (axis, output): nearest sample outside, coordinate outside
    for number, axis in geometry(X.shape, roi, scales, sizes, axes, keep_aspect_ratio_policy).items():
        x = [COORDINATES[coordinate_transformation_mode](i, axis) for i in range(axis.n_out)]
        if mode == "nearest":
            index = np.array([NEAREST[nearest_mode](v) for v in x], np.intp)
            if exclude_outside:
                nothing += [(number, i) for i, j in enumerate(index) if not 0 <= j < axis.n_in]
            y = np.take(y, np.clip(index, 0, axis.n_in - 1), number)
        else:
            windows = [taps(v, axis, kernel, support, antialias, exclude_outside, absolute) for v in x]
            sums = [np.tensordot(weights, np.take(y, near, number), (0, number)) for near, weights in windows]
            y = np.stack(sums, number) if sums else np.take(y, [], number)
        if coordinate_transformation_mode == "tf_crop_and_resize":
            beyond += [(number, i) for i, v in enumerate(x) if not 0 <= v <= axis.n_in - 1]
    y = y if real else stored(y, X.dtype)
    for places, value in ((nothing, 0.0), (beyond, float(np.float32(extrapolation_value)))):
        for number, i in places:
            y[(slice(None),) * number + (i,)] = stored(np.float64(value), y.dtype)
    return y


def stored(values: NDArray, dtype) -> NDArray:
    """Real numbers as ``dtype``; integers are rounded half to even and saturate."""
    if np.dtype(dtype).kind in "iu" and values.dtype.kind == "f":
        limits = np.iinfo(dtype)
        return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
    return values.astype(dtype)
