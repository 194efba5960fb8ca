"""How a stage is made for each family of kernels: its tables, its request, what it costs."""

from functools import cache, lru_cache, partial
from types import ModuleType
from typing import Any

import numpy as np

from fastresample import codes, forking, weights
from fastresample.arithmetic import Arithmetic, Mean
from fastresample.conventions import Operation, Rule, Task
from fastresample.layout import Array
from fastresample.stage import Stage

# Measured on plain kernels, one 4 GHz core: the cost of one sample in each step, in nanoseconds.
GATHER_NS, _TAP_NS, _SUM_NS = 0.4, 0.4, 0.1
# Bits of a product that these sums drop.
_DROPPED = {codes.SUM_HIGH: 16, codes.SUM_WIDE: 32}


@cache
def load_kernels() -> ModuleType:
    """Import the compiled side, and Numba with it, on first use: the only place that does."""
    with forking.loading():
        from fastresample import kernels
    return kernels


def _gather(operation: Operation, task: Task, axes: Any, ends: tuple[bool, bool]) -> Stage:
    kernels = load_kernels()
    index_x = index_y = weights.index(operation.columns, task.columns.n_out, kernels.tables)
    if task.rows != task.columns or operation.rows is not operation.columns:
        index_y = weights.index(operation.rows, task.rows.n_out, kernels.tables)
    request = kernels.Request("gather", direct=False, channels=0, source="", result="")
    sizes = (task.rows.n_in, task.columns.n_in)
    read = partial(_lines_read, index_y)
    return Stage(axes, request, kernels, sizes, read, (index_x,), (index_y,), (), GATHER_NS)


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
    vertical_first = order == codes.VERTICAL_FIRST
    cost = separable_ns(rows.n_in / rows.n_out, columns.n_in / columns.n_out, x.taps, y.taps, vertical_first)
    sizes = (rows.n_in, columns.n_in)
    return Stage(axes, request, kernels, sizes, partial(y.rows, rows.n_in), tables_x, y.arrays, (numbers,), cost)


def separable_ns(step_y: float, step_x: float, taps_x: int, taps_y: int, vertical_first: bool = False) -> float:
    """Return the estimated cost of one sample of two weighted sums."""
    filtered_rows = 1.0 if vertical_first else min(max(step_y, 1.0 / taps_y), taps_y)
    return filtered_rows * (taps_x + 1) * _TAP_NS + taps_y * _SUM_NS * max(step_x, 1.0)


def mean_ns(step_y: float, step_x: float) -> float:
    """Return the estimated cost of one mean."""
    return step_y * step_x * _TAP_NS + _SUM_NS


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
    cost = mean_ns(rows.n_in / rows.n_out, columns.n_in / columns.n_out)
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
