"""The ONNX operator Resize (opset 19): coordinates and borders in exact arithmetic, sums as accurate as ``native``'s.

Positions are fractions of whole numbers, so that which sample is nearest, and what lies outside, never depends on
rounding. The operator's text is followed; where it is ambiguous, its reference implementation: ``width``, the length of
the result before it is rounded, is what align_corners and tf_crop_and_resize divide by; integers are rounded half to
even.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample import codes
from fastresample.arithmetic import Arithmetic, floating
from fastresample.conventions.records import Convention, Method, Operation, Options, Promise, Rule, Task
from fastresample.filters import FILTERS
from fastresample.geometry import Grid, axis_map, identity

_HALF = Fraction(1, 2)


class Extent(NamedTuple):
    """One axis as the operator sees it."""

    n_in: int
    n_out: int
    zoom: Fraction  # the operator's scale: as given, or the ratio of the sizes
    start: Fraction  # the region of interest, normalised to the axis
    end: Fraction

    @property
    def width(self) -> Fraction:
        """Length of the result before it is rounded to a whole number."""
        return self.n_in * self.zoom


Line = tuple[Fraction, Fraction]  # slope and intercept of a coordinate as a function of the output's number


def _half_pixel(axis: Extent) -> Line:
    return 1 / axis.zoom, (1 / axis.zoom - 1) / 2


def _half_pixel_symmetric(axis: Extent) -> Line:
    slope, intercept = _half_pixel(axis)
    return slope, intercept + Fraction(axis.n_in, 2) * (1 - axis.n_out / axis.width)


def _pytorch_half_pixel(axis: Extent) -> Line:
    return _half_pixel(axis) if axis.n_out > 1 else (Fraction(0), Fraction(0))


def _align_corners(axis: Extent) -> Line:
    return (axis.n_in - 1) / (axis.width - 1) if axis.n_out > 1 else Fraction(0), Fraction(0)


def _asymmetric(axis: Extent) -> Line:
    return 1 / axis.zoom, Fraction(0)


def _tf_crop_and_resize(axis: Extent) -> Line:
    if axis.n_out == 1:
        return Fraction(0), (axis.start + axis.end) / 2 * (axis.n_in - 1)
    return (axis.end - axis.start) * (axis.n_in - 1) / (axis.width - 1), axis.start * (axis.n_in - 1)


COORDINATES: dict[str, Callable[[Extent], Line]] = {
    "half_pixel": _half_pixel,
    "half_pixel_symmetric": _half_pixel_symmetric,
    "pytorch_half_pixel": _pytorch_half_pixel,
    "align_corners": _align_corners,
    "asymmetric": _asymmetric,
    "tf_crop_and_resize": _tf_crop_and_resize,
}

ROUNDINGS = {
    "round_prefer_floor": codes.NEAREST_DOWN,
    "round_prefer_ceil": codes.NEAREST_UP,
    "floor": codes.NEAREST_FLOOR,
    "ceil": codes.NEAREST_CEIL,
}

METHODS = {"nearest": "nearest", "linear": "bilinear", "cubic": "bicubic"}


@lru_cache(maxsize=256)
def grid_of(coordinates: str, axis: Extent) -> Grid:
    """Return the grid of an axis, with its exact map."""
    slope, intercept = COORDINATES[coordinates](axis)
    unit = math.lcm(slope.denominator, intercept.denominator)
    affine = (int(slope * unit), int(intercept * unit), unit)
    factor = 0.0 if axis.width == axis.n_out else float(axis.zoom)
    return Grid(axis.n_in, axis.n_out, coordinates, 0.0, float(axis.n_in), factor, affine)


def _positions(grid: Grid) -> tuple[NDArray[np.int64], NDArray[Any], int]:
    """Return the coordinates of the outputs as whole numbers and rests, the latter in the returned unit."""
    stride, offset, unit = (int(number) for number in axis_map(grid))
    largest = abs(stride) * grid.n_out + abs(offset) + unit
    outputs = np.arange(grid.n_out, dtype=np.int64 if largest < 2**62 else object)
    numerators = outputs * stride + offset
    # So far outside nothing depends on how far.
    return np.clip(numerators // unit, -(2**40), 2**40).astype(np.int64), numerators % unit, unit


def _nearest(grid: Grid, rounding: int) -> NDArray[np.int64]:
    """Return the sample that each output copies; it may lie outside."""
    whole, rest, unit = _positions(grid)
    up = {
        codes.NEAREST_DOWN: 2 * rest > unit,
        codes.NEAREST_UP: 2 * rest >= unit,
        codes.NEAREST_FLOOR: rest < 0,
        codes.NEAREST_CEIL: rest > 0,
    }[rounding]
    return whole + up.astype(np.int64)


def beyond(grid: Grid) -> NDArray[np.bool_]:
    """Say which outputs lie outside the samples' centres: tf_crop_and_resize gives them a value of their own."""
    floor, ceiling = _nearest(grid, codes.NEAREST_FLOOR), _nearest(grid, codes.NEAREST_CEIL)
    return (floor < 0) | (ceiling >= grid.n_in)


def nothing(grid: Grid, rounding: int) -> NDArray[np.bool_]:
    """Say which outputs have no nearest sample: with ``exclude_outside`` they are 0."""
    index = _nearest(grid, rounding)
    return (index < 0) | (index >= grid.n_in)


def _places(grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the coordinates of the outputs as whole numbers and fractions."""
    whole, rest, unit = _positions(grid)
    return whole.astype(np.float64), (rest / unit).astype(np.float64)


def _spread(grid: Grid, antialias: bool) -> float:
    """By how much the filter is stretched."""
    step = 1.0 / grid.factor if grid.factor else grid.n_in / grid.n_out
    return max(step, 1.0) if antialias else 1.0


def _real(dtype: str, store: int) -> Arithmetic:
    return floating(dtype, codes.SUM_INWARD, store)


_ROUNDED = _real("float64", codes.STORE_EVEN)
_INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32")
_FLOATS = ("float16", "float32", "float64")
_ARITHMETIC = {
    **dict.fromkeys(_INTEGERS, _ROUNDED),
    "float16": _real("float32", codes.STORE_CAST),
    "float32": _real("float32", codes.STORE_CAST),
    "float64": _real("float64", codes.STORE_CAST),
}
# Windows of more taps are summed in float64.
_LONG = 32


def _operation(task: Task) -> Operation:
    if task.method == "nearest":
        rows, columns = (_copies(grid, task.options) for grid in (task.rows, task.columns))
        return Operation("gather", rows, columns)
    rows, columns = (_window(task, grid) for grid in (task.rows, task.columns))
    arithmetic = _ARITHMETIC[task.dtype]
    if task.dtype in _FLOATS and max(rule.taps if rule else 1 for rule in (rows, columns)) > _LONG:
        arithmetic = _ARITHMETIC["float64"]
    # Rows first where many shrink to one: the row filter, the costlier pass, then runs on few rows.
    vertical_first = task.antialias and task.rows.n_in > task.rows.n_out
    order = codes.VERTICAL_FIRST if vertical_first else codes.HORIZONTAL_FIRST
    return Operation("separable", rows, columns, arithmetic, order)


def _copies(grid: Grid, options: Options) -> Rule | None:
    if identity(grid):
        return None
    index = np.clip(_nearest(grid, options.rounding), 0, grid.n_in - 1)
    return Rule("given", index.astype(np.float64))


def _window(task: Task, grid: Grid) -> Rule | None:
    if _unchanged(task.method, grid):
        return None
    filter_, spread = FILTERS[task.method], _spread(grid, task.antialias)
    a, b = (0.0, -task.options.cubic) if task.method == "bicubic" else filter_.parameters
    head = (grid.n_in, spread, filter_.support, filter_.code, a, b, not task.options.exclude_outside)
    numbers = np.concatenate([np.array(head, np.float64), *_places(grid)])
    return Rule("placed", numbers, min(math.ceil(2 * filter_.support * spread), grid.n_in))


def _unchanged(method: str, grid: Grid) -> bool:
    """Whether an axis is copied: a stretched filter would not leave it alone."""
    return identity(grid) and not 0 < grid.factor < 1


_COORDINATES = ("half_pixel", "align_corners", "asymmetric")
_COPIED = (*_INTEGERS, *_FLOATS, "bool", "int64", "uint64")

_TIES = "but where the real value is closer to half an integer than 4 eps of float64, in the unit of float results"
_SUMS = "times the largest sample and the sum of the absolute weights: the operator prescribes no order of its sums"

ONNX = Convention(
    methods={
        "nearest": Method(_COPIED, coordinates=_COORDINATES),
        "bilinear": Method((*_INTEGERS, *_FLOATS), (False, True), coordinates=_COORDINATES),
        "bicubic": Method((*_INTEGERS, *_FLOATS), (False, True), coordinates=_COORDINATES),
    },
    operation=_operation,
    unchanged=_unchanged,
    joint=False,
    promises=(
        Promise("nearest", _COPIED, (False,), "exact"),
        Promise("bilinear", _INTEGERS, (False, True), "exact", _TIES),
        Promise("bilinear", _FLOATS, (False, True), "4 eps", _SUMS),
        Promise("bicubic", _INTEGERS, (False, True), "exact", _TIES),
        Promise("bicubic", _FLOATS, (False, True), "4 eps", _SUMS),
    ),
)
