"""Pillow 13.0.0: ``Image.resize`` and ``Image.reduce`` on the samples that an image stores.

Boxes and their lengths are float32 numbers. Filters are widened when shrinking and renormalised at the image's edges.
8-bit samples are weighed with 22 fraction bits and rounded after each pass; others are summed in float64, tap after
tap, and rounded after each pass to their own type. Alpha and palettes are the caller's business (compat.pillow).
"""

import math

import numpy as np

from fastresample import codes
from fastresample.arithmetic import Arithmetic, Mean, Pass
from fastresample.conventions.records import Convention, Method, Operation, Promise, Rule, Task
from fastresample.filters import FILTERS, Filter
from fastresample.geometry import Grid

_FILTERS = {
    **{name: FILTERS[name] for name in ("box", "bilinear", "hamming", "bicubic", "lanczos3")},
    # The quadratic B-spline followed by a sharpening that is ever closer to its inverse: piecewise parabolas.
    # J. P. Costella, Magic Kernel Sharp, 2013 and 2021 (johncostella.com/magic).
    "mks2013": Filter(codes.MKS2013, 2.5),
    "mks2021": Filter(codes.MKS2021, 4.5),
}

SUPPORTS = {name: filter_.support for name, filter_ in _FILTERS.items()}  # in source pixels, before any widening


# Integer sums are the same in any order.
_WORDS = Pass("int32", codes.WEIGHT_AWAY, 22, codes.SUM_INWARD, "int32", codes.STORE_SHIFT)


def _double(store: int) -> Pass:
    return Pass("float64", codes.WEIGHT_REAL, 0, codes.SUM_FORWARD, "float64", store)


_PASSES = {
    "uint8": _WORDS,
    "uint16": _double(codes.STORE_AWAY),
    "int32": _double(codes.STORE_AWAY_LOWEST),
    "float32": _double(codes.STORE_PLUS),
}
_ARITHMETIC = {dtype: Arithmetic(how, dtype, 0, how) for dtype, how in _PASSES.items()}
MEANS = {
    "uint8": Mean(codes.MEAN_SINGLY, "uint32", codes.FINISH_HALF_UP),
    "int32": Mean(codes.MEAN_SQUARES, "float64", codes.FINISH_INVERSE),
    "float32": Mean(codes.MEAN_SQUARES, "float64", codes.FINISH_INVERSE),
}


def _edges(grid: Grid) -> tuple[float, float]:
    """Return where the box starts and how long it is."""
    start = np.float32(grid.start)
    return float(start), float(np.float32(grid.stop) - start)


def _unchanged(method: str, grid: Grid) -> bool:
    return method != "reduce" and grid.n_in == grid.n_out and _edges(grid) == (0.0, grid.n_out)


def _crop(grid: Grid) -> bool:
    start, length = _edges(grid)
    return start.is_integer() and length == grid.n_out


def _operation(task: Task) -> Operation:
    rows, columns = task.rows, task.columns
    if task.method == "reduce":
        return Operation("mean", _block(rows), _block(columns), MEANS[task.dtype])
    if _crop(rows) and _crop(columns):
        return Operation("gather", _copied(rows), _copied(columns))
    if task.method == "nearest":
        rule = "placed" if task.dtype == "uint16" else "drifting"
        return Operation("gather", _nearest(rule, rows), _nearest(rule, columns))
    filter_ = _FILTERS[task.method]
    across, along = (None if _unchanged(task.method, g) else _window(g, filter_) for g in (rows, columns))
    shrunk = max(2 * (columns.n_in - columns.n_out), 0)  # sizes of the images, not of the box
    # A single pass is the same in either order: vertical first reads the rows in place.
    vertical_first = along is None or (across is not None and rows.n_in - rows.n_out > shrunk)
    order = codes.VERTICAL_FIRST if vertical_first else codes.HORIZONTAL_FIRST
    return Operation("separable", across, along, _ARITHMETIC[task.dtype], order)


def _steps(grid: Grid) -> tuple[float, float]:
    start, length = _edges(grid)
    return start, length / grid.n_out


def _window(grid: Grid, filter_: Filter) -> Rule:
    start, step = _steps(grid)
    taps = math.ceil(2 * filter_.support * max(step, 1.0)) + 1
    numbers = (start, step, filter_.support, float(filter_.code), float(grid.n_in))
    return Rule("centred", numbers, min(taps, grid.n_in))


def _copied(grid: Grid) -> Rule:
    return Rule("nearest", (1.0, _edges(grid)[0], 1.0, float(grid.n_in)))


def _nearest(rule: str, grid: Grid) -> Rule:
    return Rule(rule, (*_steps(grid), float(grid.n_in)))


def _block(grid: Grid) -> Rule:
    return Rule("blocks", (float(round(1 / grid.factor)), float(grid.n_in)), 0)


_COPIED = ("bool", *_ARITHMETIC)

PILLOW = Convention(
    methods={
        "nearest": Method(_COPIED, axes=(1, 2), boxes=True),
        **{name: Method(tuple(_ARITHMETIC), (True,), axes=(1, 2), boxes=True) for name in _FILTERS},
    },
    operation=_operation,
    unchanged=_unchanged,
    joint=False,
    version="13.0.0",
    promises=(
        Promise("nearest", _COPIED, (False,), "exact"),
        *(Promise(name, tuple(_ARITHMETIC), (True,), "exact") for name in _FILTERS),
        Promise("reduce", tuple(MEANS), (False,), "exact"),
    ),
)
