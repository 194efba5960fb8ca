"""A validated spec becomes a plan: stages with their tables, immutable, cached, free of buffers."""

import math
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np

from fastresample import codes, forking, weights
from fastresample.conventions import CONVENTIONS, Arithmetic
from fastresample.filters import FILTERS
from fastresample.geometry import AxisMap, unchanged
from fastresample.layout import Array, Axes
from fastresample.spec import Axis, ResizeSpec
from fastresample.stage import Stage

# Measured on plain kernels, one 4 GHz core: the cost of one sample in each step, in nanoseconds.
_GATHER_NS, _TAP_NS, _SUM_NS = 0.4, 0.4, 0.1
# Up to so many samples behind a resized axis count as channels of its columns.
_FEW_SAMPLES = 64
# A neighbour that merely makes rows needs a table too: not worth it for longer ones.
_MOST_ROWS = 1 << 16
# Plans with larger tables (long signals) are not kept, in bytes; 256 plans of this size are the most memory held.
_LARGEST_REMEMBERED = 1 << 20


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything about a resize that does not depend on the pixels."""

    spec: ResizeSpec
    stages: tuple[Stage, ...]
    middles: tuple[tuple[tuple[int, ...], str], ...]  # shape and dtype between one stage and the next

    def run(self, image: Array, out: Array, threads: int | None) -> None:
        """Fill ``out``; the arrays fit the spec and do not overlap."""
        if not self.stages:
            np.copyto(out, image)
            return
        targets = [*(np.empty(shape, dtype) for shape, dtype in self.middles), out]
        for stage, target in zip(self.stages, targets, strict=True):
            stage.run(image, target, threads)
            image = target


def make(spec: ResizeSpec) -> Plan:
    """Return the plan of a spec; one of ordinary size is remembered."""
    samples = sum(axis.map.n_out * (2 + 2 * max(axis.map.step, 1.0)) for axis in spec.axes)
    return _remembered(spec) if 8 * samples <= _LARGEST_REMEMBERED else _make(spec)


def _make(spec: ResizeSpec) -> Plan:
    changing = [axis for axis in spec.axes if not axis.map.identity]
    if len(changing) <= 2:
        groups = [changing] if changing else []
    else:  # a volume: rows and columns of every slice, then the slices
        groups = [changing[1:], changing[:1]]
    stages, middles = [], []
    shape = list(spec.shape)
    for number, group in enumerate(groups):
        ends = (number == 0, number == len(groups) - 1)
        stages.append(_stage(spec, *_rows_and_columns(shape, group), ends))
        for axis in group:
            shape[axis.number] = axis.map.n_out
        middles.append((tuple(shape), stages[-1].request.result or spec.dtype))
    return Plan(spec, tuple(stages), tuple(middles[:-1]))


_remembered = lru_cache(maxsize=256)(_make)


def _rows_and_columns(shape: list[int], group: list[Axis]) -> tuple[Axis | None, Axis | None]:
    """Say what the rows and the columns of a stage are; None is an axis of length one, to be inserted.

    A single axis makes columns where few samples (channels) lie behind it, its neighbour before it then makes the rows;
    else it makes rows, whose many samples are added as a whole.
    """
    if len(group) == 2:
        return group[0], group[1]
    (axis,) = group
    if math.prod(shape[axis.number + 1 :]) > _FEW_SAMPLES:
        return axis, None
    before = axis.number - 1
    if axis.number == 0 or shape[before] > _MOST_ROWS:
        return None, axis
    return Axis(before, unchanged(shape[before])), axis


def load_kernels() -> ModuleType:
    """Import the compiled side, and Numba with it, on first use: the only place that does."""
    with forking.whole:
        from fastresample import kernels
    return kernels


def clear() -> None:
    """Forget every plan made so far."""
    _remembered.cache_clear()


def _stage(spec: ResizeSpec, rows: Axis | None, columns: Axis | None, ends: tuple[bool, bool]) -> Stage:
    """Plan one stage; ``ends`` says whether it reads the caller's input and writes the caller's output."""
    axes = (rows.number if rows else None, columns.number if columns else None)
    maps = (rows.map if rows else unchanged(1), columns.map if columns else unchanged(1))
    operator = {"gather": _gather, "separable": _separable}[CONVENTIONS[spec.convention].families[spec.method]]
    return operator(spec, axes, *maps, ends)


def _gather(spec: ResizeSpec, axes: Axes, rows: AxisMap, columns: AxisMap, ends: tuple[bool, bool]) -> Stage:
    kernels = load_kernels()
    build = kernels.tables.builder(kernels.tables.nearest)
    index_x, index_y = weights.nearest_index(columns, build), weights.nearest_index(rows, build)
    request = kernels.Request("gather", direct=False, channels=0, source="", result="")
    sizes = (rows.n_in, columns.n_in)
    return Stage(axes, request, kernels.select, sizes, index_y, index_y + 1, (index_x,), (index_y,), (), _GATHER_NS)


def _separable(spec: ResizeSpec, axes: Axes, rows: AxisMap, columns: AxisMap, ends: tuple[bool, bool]) -> Stage:
    kernels = load_kernels()
    convention = CONVENTIONS[spec.convention]
    arithmetic = convention.arithmetic[spec.dtype]
    if not all(ends):
        arithmetic = convention.chained.get(spec.dtype, arithmetic)
    builders = [kernels.tables.builder(f) for f in (kernels.tables.filtered, kernels.tables.quantised)]
    filter_ = FILTERS[spec.method]
    x, y = (weights.table(axis, filter_, spec.antialias, arithmetic, *builders) for axis in (columns, rows))
    order = convention.order(spec.antialias, rows.step)
    first, last = (y, x) if order == codes.VERTICAL_FIRST else (x, y)
    source, result = _dtypes(spec.dtype, arithmetic, ends)
    request = kernels.Request(
        "separable",
        direct=False,
        channels=0,
        source=source,
        result=result,
        weight=arithmetic.weight,
        between=arithmetic.between,
        sums=(arithmetic.accumulator, weights.accumulator(arithmetic, last)),
        store=arithmetic.store if ends[1] else codes.STORE_CAST,
        order=order,
        taps_x=codes.IDENTITY if columns.identity else codes.TWO if x.taps == 2 else codes.ANY,
        halving=rows.halving and columns.halving and x.taps == y.taps == 2,
    )
    fraction = arithmetic.fraction_bits
    shifts = np.array((first.bits - fraction, last.bits + fraction) if first.bits else (0, 0), np.int64)
    filtered_rows = 1.0 if order == codes.VERTICAL_FIRST else min(max(rows.step, 1.0 / y.taps), y.taps)
    cost = filtered_rows * (x.taps + 1) * _TAP_NS + y.taps * _SUM_NS * max(columns.step, 1.0)
    return Stage(
        axes, request, kernels.select, (rows.n_in, columns.n_in), y.first, y.end, x.arrays, y.arrays, (shifts,), cost
    )


def _dtypes(dtype: str, arithmetic: Arithmetic, ends: tuple[bool, bool]) -> tuple[str, str]:
    """Return what the kernel reads and writes: the caller's dtype, widened where kernels lack it, or the middle's."""
    own: Any = "float32" if dtype == "float16" else dtype
    return own if ends[0] else arithmetic.between, own if ends[1] else arithmetic.between
