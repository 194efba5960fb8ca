"""A validated spec becomes a plan: stages with their tables, immutable, cached, free of buffers."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from types import ModuleType
from typing import Any

import numpy as np

from fastresample import codes, forking, weights
from fastresample.arithmetic import Arithmetic, Mean
from fastresample.conventions import CONVENTIONS, Operation, Rule, Task
from fastresample.geometry import unchanged
from fastresample.layout import Array
from fastresample.spec import Axis, ResizeSpec
from fastresample.stage import Stage

# Measured on plain kernels, one 4 GHz core: the cost of one sample in each step, in nanoseconds.
_GATHER_NS, _TAP_NS, _SUM_NS = 0.4, 0.4, 0.1
# Bits of a product that these sums drop.
_DROPPED = {codes.SUM_HIGH: 16, codes.SUM_WIDE: 32}
# Up to so many samples behind a resized axis count as channels of its columns.
_FEW_SAMPLES = 64
# A neighbour that merely makes rows needs a table too: not worth it for longer ones.
_MOST_ROWS = 1 << 16
# Plans with larger tables (long signals) are not kept, in bytes; of others so many, by specs and by calls' arguments.
_LARGEST_REMEMBERED = 1 << 20
_MOST_REMEMBERED = 256


@dataclass(eq=False, slots=True)  # not frozen: that would make it slow to make
class Plan:
    """Everything about a resize that does not depend on the pixels."""

    spec: ResizeSpec
    shape_out: tuple[int, ...]
    stages: tuple[Stage, ...]
    middles: tuple[tuple[tuple[int, ...], str], ...]  # shape and dtype between one stage and the next

    def run(self, image: Array, out: Array, threads: int | None) -> None:
        """Fill ``out``; the arrays fit the spec and do not overlap."""
        stages = self.stages
        if len(stages) == 1:
            stages[0].run(image, out, threads)
            return
        if not stages:
            np.copyto(out, image)
            return
        targets = [*(np.empty(shape, dtype) for shape, dtype in self.middles), out]
        for stage, target in zip(stages, targets, strict=True):
            stage.run(image, target, threads)
            image = target


def make(spec: ResizeSpec) -> Plan:
    """Return the plan of a spec; one of ordinary size is remembered."""
    return _remembered(spec) if _ordinary(spec) else _make(spec)


def _ordinary(spec: ResizeSpec) -> bool:
    samples = 0
    for axis in spec.axes:
        grid = axis.grid
        samples += 2 * grid.n_out + 8 * max(grid.n_in, grid.n_out)
    return 8 * samples <= _LARGEST_REMEMBERED


def recall(asked: Hashable) -> Plan | None:
    """Return the plan of a call's own arguments, or None."""
    return _asked.get(asked)


def make_kept(spec: ResizeSpec, asked: Hashable) -> Plan:
    """Return the plan of a spec; one of ordinary size is remembered by a call's own arguments.

    So they need not be checked again. The caller sees to it that arguments that are equal are alike.
    """
    made = _make(spec)
    if _ordinary(spec):
        if len(_asked) >= _MOST_REMEMBERED:
            _asked.clear()
        _asked[asked] = made
    return made


def _make(spec: ResizeSpec) -> Plan:
    convention, method = CONVENTIONS[spec.convention], spec.method
    changing = [axis for axis in spec.axes if not convention.unchanged(method, axis.grid)]
    if changing and len(spec.axes) == 2 and convention.joint:
        changing = list(spec.axes)
    shape_out = spec.shape_out
    if len(changing) == 2:
        return Plan(spec, shape_out, (_stage(spec, spec.shape, changing[0], changing[1], (True, True)),), ())
    # A volume: rows and columns of every slice, then the slices; and so on.
    groups = [changing[max(end - 2, 0) : end] for end in range(len(changing), 0, -2)]
    stages, middles = [], []
    shape = list(spec.shape)
    for number, group in enumerate(groups):
        ends = (number == 0, number == len(groups) - 1)
        stages.append(_stage(spec, shape, *_rows_and_columns(shape, group), ends))
        for axis in group:
            shape[axis.number] = axis.grid.n_out
        middles.append((tuple(shape), stages[-1].request.result or spec.dtype))
    return Plan(spec, shape_out, tuple(stages), tuple(middles[:-1]))


_remembered = lru_cache(maxsize=_MOST_REMEMBERED)(_make)
_asked: dict[Hashable, Plan] = {}


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


@cache
def load_kernels() -> ModuleType:
    """Import the compiled side, and Numba with it, on first use: the only place that does."""
    with forking.loading():
        from fastresample import kernels
    return kernels


def clear() -> None:
    """Forget every plan made so far."""
    _remembered.cache_clear()
    _asked.clear()


def _stage(
    spec: ResizeSpec, shape: Sequence[int], rows: Axis | None, columns: Axis | None, ends: tuple[bool, bool]
) -> Stage:
    """Plan one stage; ``ends`` says whether it reads the caller's input and writes the caller's output."""
    first, last = rows or columns, columns or rows
    assert first is not None
    assert last is not None
    task = Task(
        spec.method,
        spec.antialias,
        spec.dtype,
        rows.grid if rows else unchanged(1),
        columns.grid if columns else unchanged(1),
        math.prod(shape[last.number + 1 :]),
        shape[first.number - 1] if first.number else 1,
        ends[0] and ends[1],
        len(spec.axes),
        spec.options,
    )
    axes = (rows.number if rows else None, columns.number if columns else None)
    operation = CONVENTIONS[spec.convention].operation(task)
    return FAMILIES[operation.family](operation, task, axes, ends)


def _gather(operation: Operation, task: Task, axes: Any, ends: tuple[bool, bool]) -> Stage:
    kernels = load_kernels()
    index_x = index_y = weights.index(operation.columns, task.columns.n_out, kernels.tables)
    if task.rows != task.columns or operation.rows is not operation.columns:
        index_y = weights.index(operation.rows, task.rows.n_out, kernels.tables)
    request = kernels.Request("gather", direct=False, channels=0, source="", result="")
    sizes = (task.rows.n_in, task.columns.n_in)
    read = partial(_lines_read, index_y)
    return Stage(axes, request, kernels, sizes, read, (index_x,), (index_y,), (), _GATHER_NS)


def _separable(operation: Operation, task: Task, axes: Any, ends: tuple[bool, bool]) -> Stage:
    kernels = load_kernels()
    arithmetic, order, rows, columns = operation.arithmetic, operation.order, task.rows, task.columns
    assert isinstance(arithmetic, Arithmetic)
    passes = [(operation.columns, columns), (operation.rows, rows)]
    if order == codes.VERTICAL_FIRST:
        passes.reverse()
    (rule, grid), (other, across) = passes
    along, tables = arithmetic.first, kernels.tables
    first = last = weights.table(rule, grid.n_in, grid.n_out, along, tables)
    fraction = weights.fraction(arithmetic, first, task.dtype)
    if not (rows == columns and along[:3] == arithmetic.last[:3] and _same(rule, other)):
        # Real weights that are cut drop the fraction of the words.
        last = weights.table(other, across.n_in, across.n_out, arithmetic.last, tables, 2.0**-fraction)
    x, y = (last, first) if order == codes.VERTICAL_FIRST else (first, last)
    arithmetic = weights.resolved(arithmetic, first, last, task.dtype)
    dropped = _DROPPED.get(arithmetic.last.sum, 0)
    shifts = (first.bits - fraction, last.bits + fraction - dropped)
    source, result = _dtypes(task.dtype, arithmetic, ends)
    two = x.taps == 2 and (arithmetic.last if order == codes.VERTICAL_FIRST else along).sum != codes.SUM_BLOCKED
    request = kernels.Request(
        "separable",
        direct=True,
        channels=task.channels,
        source=source,
        result=result,
        arithmetic=_asked_for(arithmetic, ends[1]),
        order=order,
        taps_x=codes.IDENTITY if operation.columns is None else codes.TWO if two else codes.ANY,
        edges=bool(x.margin),
        halving=operation.halving,
    )
    numbers = np.array([*shifts, x.margin, arithmetic.tail.lanes], np.int64)
    tables_x = (x.first + np.int32(x.margin), x.count, x.weights) if x.margin else x.arrays
    step_x, step_y = columns.n_in / columns.n_out, rows.n_in / rows.n_out
    taps_x, taps_y = x.taps, y.taps
    filtered_rows = 1.0 if order == codes.VERTICAL_FIRST else min(max(step_y, 1.0 / taps_y), taps_y)
    cost = filtered_rows * (taps_x + 1) * _TAP_NS + taps_y * _SUM_NS * max(step_x, 1.0)
    sizes = (rows.n_in, columns.n_in)
    return Stage(axes, request, kernels, sizes, partial(y.rows, rows.n_in), tables_x, y.arrays, (numbers,), cost)


def _mean(operation: Operation, task: Task, axes: Any, ends: tuple[bool, bool]) -> Stage:
    kernels = load_kernels()
    mean, rows, columns = operation.arithmetic, task.rows, task.columns
    assert isinstance(mean, Mean)
    fx, cx, whole_x = weights.windows(operation.columns, columns.n_out, kernels.tables)
    fy, cy, whole_y = weights.windows(operation.rows, rows.n_out, kernels.tables)
    dtype = "float32" if task.dtype == "float16" else task.dtype
    request = kernels.Request("mean", direct=True, channels=task.channels, source=dtype, result=dtype, arithmetic=mean)
    if mean.sum == codes.MEAN_PAIRS or mean.finish == codes.FINISH_QUARTER:
        assert (whole_y, whole_x) == (2, 2)  # kernels rely on it
    numbers = np.array([whole_y, whole_x], np.int64)
    cost = (rows.n_in / rows.n_out) * (columns.n_in / columns.n_out) * _TAP_NS + _SUM_NS
    sizes = (rows.n_in, columns.n_in)
    return Stage(axes, request, kernels, sizes, partial(_lines_read, fy, cy), (fx, cx), (fy, cy), (numbers,), cost)


def _corners(operation: Operation, task: Task, axes: Any, ends: tuple[bool, bool]) -> Stage:
    kernels = load_kernels()
    arithmetic, rows, columns = operation.arithmetic, task.rows, task.columns
    assert isinstance(arithmetic, Arithmetic)
    x = weights.table(operation.columns, columns.n_in, columns.n_out, arithmetic.first, kernels.tables).paired
    y = weights.table(operation.rows, rows.n_in, rows.n_out, arithmetic.last, kernels.tables).paired
    request = kernels.Request("corners", True, task.channels, task.dtype, task.dtype, arithmetic)
    behind = task.channels > 1
    channels = task.channels if behind else task.planes
    numbers = np.array([channels, channels // arithmetic.tail.lanes * arithmetic.tail.lanes, behind], np.int64)
    sizes, cost = (rows.n_in, columns.n_in), 4 * _TAP_NS
    return Stage(axes, request, kernels, sizes, partial(y.rows, rows.n_in), x.arrays, y.arrays, (numbers,), cost)


def _lines_read(first: Array, count: Array | None = None) -> tuple[Array, Array]:
    """Return the first source row that each output row reads, and the one behind the last."""
    return first, first + (np.int32(1) if count is None else count)


def _same(rows: Rule | None, columns: Rule | None) -> bool:
    """Whether both axes of a square have one table."""
    return rows is not None and columns is not None and type(rows.numbers) is tuple and rows == columns


@lru_cache(maxsize=256)
def _asked_for(arithmetic: Arithmetic, last_stage: bool) -> Arithmetic:
    """Return what kernels are asked for: the fraction is in their numbers; between stages nothing is rounded."""
    if not last_stage:
        arithmetic = arithmetic._replace(last=arithmetic.last._replace(store=codes.STORE_CAST))
    return arithmetic._replace(fraction=0)


def _dtypes(dtype: str, arithmetic: Arithmetic, ends: tuple[bool, bool]) -> tuple[str, str]:
    """Return what the kernel reads and writes: the caller's dtype, widened where kernels lack it, or the middle's."""
    own: Any = "float32" if dtype == "float16" else dtype
    return own if ends[0] else arithmetic.between, own if ends[1] else arithmetic.between


# How a stage is made for each family of kernels.
FAMILIES = {"gather": _gather, "separable": _separable, "mean": _mean, "corners": _corners}
