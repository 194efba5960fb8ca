"""A validated spec becomes a plan: stages with their tables, immutable, cached, free of buffers."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from fastresample import families
from fastresample.conventions import CONVENTIONS, Task
from fastresample.geometry import unchanged
from fastresample.layout import Array
from fastresample.spec import Axis, ResizeSpec
from fastresample.stage import Stage

# Up to so many samples behind a resized axis count as channels of its columns.
_FEW_SAMPLES = 64
# A neighbour that merely makes rows needs a table too: not worth it for longer ones.
_MOST_ROWS = 1 << 16
# Plans with larger tables (long signals) are not kept, in bytes; of others so many, by specs and by calls' arguments.
_LARGEST_REMEMBERED = 1 << 20
_MOST_REMEMBERED = 256


class Runs(Protocol):
    """What is remembered by a call's arguments."""

    shape_out: tuple[int, ...]

    def run(self, image: Array, out: Array, threads: int | None) -> None:
        """Fill ``out``; the arrays fit what was planned and do not overlap."""


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
    numbers = 0
    for axis in spec.axes:
        numbers += table_size(axis.grid.n_in, axis.grid.n_out)
    return worth_keeping(numbers)


def table_size(n_in: int, n_out: int) -> int:
    """Return about how many numbers the tables of an axis have."""
    return 2 * n_out + 8 * max(n_in, n_out)


def worth_keeping(numbers: int) -> bool:
    """Say whether a plan whose tables have so many numbers is remembered."""
    return 8 * numbers <= _LARGEST_REMEMBERED


def recall(asked: Hashable) -> Runs | None:
    """Return the plan of a call's own arguments, or None."""
    return _asked.get(asked)


def make_kept(spec: ResizeSpec, asked: Hashable) -> Plan:
    """Return the plan of a spec; one of ordinary size is remembered by a call's own arguments.

    So they need not be checked again. The caller sees to it that arguments that are equal are alike.
    """
    made = _make(spec)
    if _ordinary(spec):
        keep(made, asked)
    return made


def keep(made: Runs, asked: Hashable) -> None:
    """Remember a plan by a call's own arguments."""
    if len(_asked) >= _MOST_REMEMBERED:
        _asked.clear()
    _asked[asked] = made


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
_asked: dict[Hashable, Runs] = {}


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
    return families.FAMILIES[operation.family](operation, task, axes, ends)
