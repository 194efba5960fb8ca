"""Plans of the commonest calls straight from their sizes: whole C-contiguous images, copied, halved or filtered.

The general planner would choose the same kernels and hand them the same numbers, but takes several times as long; it
serves what does not fit here, and arrays of other layouts.
"""

import math
import sys
from collections.abc import Callable, Hashable
from functools import partial
from itertools import product
from typing import Any

import numpy as np

from fastresample import families, plan, spec, weights
from fastresample.conventions import CONVENTIONS, native
from fastresample.filters import FILTERS, Filter
from fastresample.geometry import AxisMap, Grid, axis_map
from fastresample.layout import Array
from fastresample.stage import PLAIN, WORDS, Whole

_TRIANGLE = FILTERS["bilinear"]
_BYTES = np.dtype("uint8")
# Channels of which the convention ``opencv`` rounds means of four as the other does.
_QUARTERED = (1, 3, 4)


class Short:
    """A plan of one shape; what it is not for is left to the general planner."""

    __slots__ = ("_asked", "_general", "_whole", "shape_out")

    def __init__(self, shape_out: tuple[int, ...], whole: Whole, asked: tuple[Any, ...]) -> None:
        self.shape_out, self._whole, self._asked = shape_out, whole, asked
        self._general: plan.Plan | None = None

    def run(self, image: Array, out: Array, threads: int | None) -> None:
        """Fill ``out``; the arrays fit what was planned and do not overlap."""
        if not self._whole.run(image, out, threads):
            if self._general is None:
                shape, dtype, size, method, antialias, convention, coordinates, axes = self._asked
                self._general = plan.make(
                    spec.resize_spec(shape, dtype, size, None, method, antialias, convention, coordinates, None, axes)
                )
            self._general.run(image, out, threads)


def _copying(kernels: Any, dtype: np.dtype[Any], sizes: Any, convention: str) -> Whole | None:
    """Whole pixels are copied as words where there is one of their size."""
    size, pixel = dtype.itemsize, dtype.itemsize * sizes.channels
    if sizes.channels > 1 and pixel in WORDS:
        size, sizes = pixel, sizes._replace(channels=1)
    name, word = WORDS[size]
    made = kernels.straight.mapped(sizes, name, convention == "opencv")
    return None if made is None else _whole(dtype, None if dtype == word else word, sizes, made, families.GATHER_NS)


def _weighing(kernels: Any, dtype: np.dtype[Any], sizes: Any, convention: str) -> Whole | None:
    rows_in, columns_in, rows, columns, channels = sizes
    halved = rows_in == 2 * rows and columns_in == 2 * columns
    if dtype != _BYTES:
        straight = kernels.straight_reals
        made = straight.halved(channels, dtype.name) if halved else straight.two_tapped(sizes, dtype)
    elif halved:
        made = kernels.straight.halved(channels) if convention == "native" or channels in _QUARTERED else None
    else:
        made = kernels.straight.two_tapped(sizes, convention == "opencv")
    if made is None:
        return None
    if halved and convention == "opencv":
        return _whole(dtype, None, sizes, made, families.mean_ns(2.0, 2.0))
    return _whole(dtype, None, sizes, made, families.separable_ns(rows_in / rows, columns_in / columns, 2, 2))


def _halving(kernels: Any, dtype: np.dtype[Any], sizes: Any, convention: str) -> Whole | None:
    halved = sizes.rows_in == 2 * sizes.rows and sizes.columns_in == 2 * sizes.columns
    return _weighing(kernels, dtype, sizes, convention) if halved else None


def _enlarging(kernels: Any, dtype: np.dtype[Any], sizes: Any, convention: str) -> Whole | None:
    """Filters are stretched where an axis shrinks; at the ends dropping samples is the same as repeating them."""
    enlarged = sizes.rows_in < sizes.rows and sizes.columns_in < sizes.columns
    return _weighing(kernels, dtype, sizes, convention) if enlarged else None


def _filtering(
    filter_: Filter, antialias: bool, kernels: Any, dtype: np.dtype[Any], sizes: Any, convention: str
) -> Whole | None:
    rows_in, columns_in, rows, columns, channels = sizes
    if filter_ is _TRIANGLE and (rows_in < rows or columns_in < columns):
        return _enlarging(kernels, dtype, sizes, convention)
    if not kernels.straight_filters.serves():
        return None
    down, across = _whole_axis(rows_in, rows), _whole_axis(columns_in, columns)
    rule_y = native.filtering(filter_, antialias, down, rows_in, rows)
    rule_x = native.filtering(filter_, antialias, across, columns_in, columns)
    arithmetic = native.fine(max(rule_x.taps, rule_y.taps))
    if arithmetic is None:
        return None
    vertical_first = antialias and rows_in > rows
    if vertical_first:
        vertical_first = not native.along_first(down, across, columns, channels * rule_x.taps)
    passes = [(rule_x, columns_in, columns), (rule_y, rows_in, rows)]
    (rule, n_in, n_out), (other, _, n_far) = reversed(passes) if vertical_first else passes
    first = weights.table(rule, n_in, n_out, arithmetic.first, kernels.tables)
    fraction = weights.fraction(arithmetic, first, "uint8")
    # The planner's last weights are these times a power of two, real numbers, whose windows stay where they are.
    last = weights.table(other, sys.maxsize, n_far, arithmetic.first, kernels.tables)
    near, far = (first.first, first.weights, first.bits - fraction), (last.first, last.weights, last.bits + fraction)
    made = kernels.straight_filters.filtered(sizes, near, far, vertical_first)
    if made is None:
        return None
    x, y = (last, first) if vertical_first else (first, last)
    sample_ns = families.separable_ns(rows_in / rows, columns_in / columns, x.taps, y.taps, vertical_first)
    return _whole(dtype, None, sizes, made, sample_ns)


def _whole_axis(n_in: int, n_out: int) -> AxisMap:
    return axis_map(Grid(n_in, n_out, "half_pixel", 0.0, float(n_in)))


def _whole(dtype: np.dtype[Any], word: np.dtype[Any] | None, sizes: Any, made: Any, sample_ns: float) -> Whole:
    rows_in, columns_in, rows, columns, channels = sizes
    length = columns * channels
    kernel, tables, speed = made
    flat_in, flat_out = (1, rows_in, columns_in * channels), (1, rows, length)
    return Whole(dtype, dtype, word, flat_in, flat_out, rows, length * sample_ns / speed, kernel, tables, [])


# By convention, method, ``antialias`` and dtype.
_WAYS: dict[Hashable, Callable[[Any, np.dtype[Any], Any, str], Whole | None]] = {}
for _convention, _smooth in product(("native", "opencv"), (None, False)):
    for _dtype in map(np.dtype, CONVENTIONS[_convention].methods["nearest"].dtypes):
        _WAYS[_convention, "nearest", _smooth, _dtype] = _copying
    for _name in ("bilinear", "linear"):
        _WAYS[_convention, _name, _smooth, _BYTES] = _weighing
for _dtype in (_BYTES, *map(np.dtype, ("float32", "uint16", "int16"))):
    for _name, _smooth, _way in (
        *product(("bilinear", "linear"), (None, False), (_weighing,)),
        *product(("bilinear", "linear"), (True,), (_enlarging,)),
        *product(("area",), (None, True), (_halving,)),
        *product(("box",), (None, False), (_halving,)),
    ):
        _WAYS["native", _name, _smooth, _dtype] = _way
for _method, _filter in FILTERS.items():
    # Unstretched, the others have two taps or fewer.
    for _smooth in (None, False, True) if _filter.support > 1.0 else (True,):
        for _name in (_method, *(alias for alias, name in spec.ALIASES.items() if name == _method)):
            _WAYS["native", _name, _smooth, _BYTES] = partial(_filtering, _filter, bool(_smooth))


def make_kept(image: Array, asked: tuple[Any, ...]) -> Short | None:
    """Return the plan of a call's arguments, remembered where it is of ordinary size; None for any other call.

    They are those of `plan.make_kept`, in the order of `resize`: the shape, the dtype, then ``size`` and so on.
    """
    shape, dtype, size, method, antialias, convention, coordinates, axes = asked
    way = _WAYS.get((convention, method, antialias, dtype))
    if way is None or coordinates is not None or axes is not None or type(size) is not tuple:
        return None
    if len(size) != 2 or not 2 <= len(shape) <= 3 or None in size or image.flags.num & PLAIN != PLAIN:
        return None
    (rows, columns), (rows_in, columns_in) = size, shape[:2]
    channels = shape[2] if len(shape) == 3 else 1
    if rows < 1 or columns < 1 or rows == rows_in or columns == columns_in or math.prod(shape) == 0:
        return None
    kernels = families.load_kernels()
    numbers = plan.table_size(rows_in, rows) + plan.table_size(columns_in, columns)
    if not (kernels.straight.serves() and plan.worth_keeping(numbers)):
        return None
    whole = way(kernels, dtype, kernels.straight.Sizes(rows_in, columns_in, rows, columns, channels), convention)
    if whole is None:
        return None
    made = Short((rows, columns, *shape[2:]), whole, asked)
    plan.keep(made, asked)
    return made
