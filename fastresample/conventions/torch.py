"""``torch.nn.functional.interpolate`` on the CPU, as the x86-64 builds with fused multiply-add compute it.

Of several kernels torch chooses by memory layout, size and number of threads. These rules are those of a contiguous
``(N, C, spatial...)`` tensor with two threads or more. Channels are the samples behind the columns, or, where there is
only one, the axis before the rows.

Coordinates are rounded to the samples' type (uint8: to float64 for weights, to float32 for indices), so their error
grows with the index; a step that comes from a given factor is its reciprocal, not the ratio of the sizes.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fastresample import codes
from fastresample.arithmetic import Arithmetic, Mean, Pass, Tail, floating
from fastresample.conventions.records import Convention, Method, Operation, Promise, Rule, Task
from fastresample.geometry import Grid

_FLOATS = ("float32", "float64")
_ALL = ("uint8", *_FLOATS)
_BOTH = ("half_pixel", "align_corners")
# Width of the filter and a of Keys' cubic, plain and antialiased.
_WIDTHS = {"bilinear": 2.0, "bicubic": 4.0, "lanczos3": 6.0}
_KEYS, _KEYS_STRETCHED = -0.75, -0.5
# Rows and columns of an output that is small enough for the kernels that vectorise over channels.
_SMALL = 128
_VECTOR_BYTES = 32

# As many fraction bits as keep the largest weight of the axis in 16-bit words; uint8 between the passes.
_WORDS = Pass("int16", codes.WEIGHT_FIT, 22, codes.SUM_INWARD, "int32", codes.STORE_SHIFT)
_FIXED = Arithmetic(_WORDS, "uint8", 0, _WORDS)


def _real(dtype: str, order: int) -> Arithmetic:
    lanes = _VECTOR_BYTES // np.dtype(dtype).itemsize
    return floating(dtype, order, codes.STORE_CAST)._replace(tail=Tail(lanes, dtype, codes.STORE_CAST))


_FUSED = {dtype: _real(dtype, codes.SUM_FUSED) for dtype in _FLOATS}
_BLOCKED = {dtype: _real(dtype, codes.SUM_BLOCKED) for dtype in _FLOATS}


def _step(grid: Grid, number: Callable[[float], Any]) -> Any:
    """Return the source samples per output sample in the type ``number``."""
    if grid.coordinates == "align_corners":
        return number(grid.n_in - 1) / number(max(grid.n_out - 1, 1)) if grid.n_out > 1 else number(0)
    return number(1.0 / grid.factor) if grid.factor else number(grid.n_in) / number(grid.n_out)


def _operation(task: Task) -> Operation:
    if task.axes != 2 and (task.antialias or (task.dtype == "uint8" and task.method == "bilinear")):
        what = "antialias=True" if task.antialias else "dtype uint8"
        raise ValueError(
            f"method {task.method!r} of convention 'torch' takes {what} on two axes only, got {task.axes}; "
            "other numbers of axes are resized in float32 and float64 without antialias"
        )
    axes = (task.rows, task.columns)
    if task.method in ("nearest", "nearest_exact"):
        return Operation("gather", _index(task, task.rows), _index(task, task.columns))
    if task.method == "area":
        rows, columns = (Rule("adaptive", (float(grid.n_in), float(grid.n_out)), 0) for grid in axes)
        return Operation("mean", rows, columns, Mean(codes.MEAN_SINGLY, task.dtype, codes.FINISH_EXTENTS))
    if task.dtype == "uint8":
        return Operation("separable", _fixed_rule(task, task.rows), _fixed_rule(task, task.columns), _FIXED)
    if task.antialias:
        y, x = (_stretched(task, grid, task.dtype) for grid in axes)
        return Operation("separable", y, x, _BLOCKED[task.dtype])
    family = "corners" if _at_once(task) else "separable"
    return Operation(family, _plain_rule(task, task.rows), _plain_rule(task, task.columns), _FUSED[task.dtype])


def _small(task: Task) -> bool:
    return task.axes == 2 and task.rows.n_out + task.columns.n_out <= _SMALL


def _at_once(task: Task) -> bool:
    """Whether the four corners are added in one sum; a single pixel lies in memory as channels-last images do."""
    channels = task.channels if task.channels > 1 else task.planes
    pixel = task.axes == 2 and task.rows.n_in == task.columns.n_in == 1 and channels > 3
    return task.method == "bilinear" and (_small(task) or pixel)


def _index(task: Task, grid: Grid) -> Rule | None:
    n_in, exact = float(grid.n_in), task.method == "nearest_exact"
    if _stays(grid):
        return None
    if _small(task):
        if exact:
            return Rule("floor_centred", (float(_step(grid, np.float32)), n_in))
        ratio = grid.n_out / grid.n_in
        step = 1.0 / ratio if ratio in (1.0, 2.0) else float(_step(grid, np.float32))  # whatever factor was given
        return Rule("floor_scaled", (step, n_in, 0.0))
    double = task.dtype == "float64"
    step = float(_step(grid, np.float64 if double else np.float32))
    return Rule("floor_fused" if exact else "floor_scaled", (step, n_in, float(double)))


def _fixed_rule(task: Task, grid: Grid) -> Rule | None:
    if task.antialias or grid.n_in == grid.n_out:
        return _stretched(task, grid, "float64")
    aligned = float(grid.coordinates == "align_corners")
    width = _WIDTHS[task.method]
    numbers = (float(_step(grid, np.float64)), float(grid.n_in), aligned, width, _KEYS)
    return Rule("folded", numbers, min(int(width), grid.n_in))


def _stretched(task: Task, grid: Grid, dtype: str) -> Rule | None:
    if grid.n_in == grid.n_out:
        return None
    number = np.dtype(dtype).type
    step, width = _step(grid, number), _WIDTHS[task.method]
    support = number(width * 0.5 * max(float(step), 1.0))
    numbers = (float(step), float(grid.n_in), width, _KEYS_STRETCHED)
    taps = min(2 * math.ceil(support) + 1, grid.n_in)
    return Rule("stretched_double" if dtype == "float64" else "stretched_single", numbers, taps)


def _plain_rule(task: Task, grid: Grid) -> Rule | None:
    if _stays(grid) or (task.method == "bilinear" and grid.n_in == grid.n_out):
        return None
    precision = "double" if task.dtype == "float64" else "single"
    step = float(_step(grid, np.dtype(task.dtype).type))
    numbers = (step, float(grid.n_in), float(grid.coordinates == "align_corners"))
    if task.method == "bilinear":
        return Rule(f"linear_{precision}", numbers, 2, outside=True)
    return Rule(f"keys_{precision}", (*numbers, _KEYS), 4, outside=True)


def _stays(grid: Grid) -> bool:
    """Whether the rules, all but those with a shortcut for equal sizes, copy the axis."""
    return grid.n_in == grid.n_out and (grid.factor in (0.0, 1.0) or grid.coordinates == "align_corners")


def _unchanged(method: str, grid: Grid) -> bool:
    return _stays(grid)


TORCH = Convention(
    methods={
        "nearest": Method(_ALL, coordinates=("asymmetric",)),
        "nearest_exact": Method(_ALL),
        "bilinear": Method(_ALL, (False, True), coordinates=_BOTH),
        "bicubic": Method(_ALL, (False, True), axes=(2,), coordinates=_BOTH),
        "lanczos3": Method(_ALL, (True,), axes=(2,)),
        "area": Method(_FLOATS),
    },
    operation=_operation,
    unchanged=_unchanged,
    joint=True,  # the size of both axes decides how each is computed
    version="2.13",
    promises=(
        Promise("nearest", _ALL, (False,), "exact"),
        Promise("nearest_exact", _ALL, (False,), "exact"),
        Promise("bilinear", ("uint8",), (False, True), "exact"),
        Promise("bilinear", _FLOATS, (False, True), "exact", "builds with fused multiply-add"),
        Promise("bilinear", _FLOATS, (False,), "4 eps", "volumes of one voxel and more than three channels"),
        Promise("bicubic", ("uint8",), (False, True), "exact"),
        Promise("bicubic", _FLOATS, (False, True), "exact", "builds with fused multiply-add"),
        Promise("lanczos3", ("uint8",), (True,), "exact"),
        Promise("lanczos3", _FLOATS, (True,), "exact", "builds with fused multiply-add that call the C library's sine"),
        Promise("area", _FLOATS, (False,), "exact", "on one or two axes, results of more than one sample"),
        Promise("area", _FLOATS, (False,), "n eps", "1x1 results, volumes: n samples summed in another order"),
    ),
)
