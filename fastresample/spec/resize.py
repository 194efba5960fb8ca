"""The arguments of ``resize`` checked and normalised into a ``ResizeSpec``."""

import math
import operator
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fastresample.conventions import CONVENTIONS, Convention
from fastresample.geometry import COORDINATES, AxisMap, axis_map, output_size

Factor = float | Sequence[float]
Size = int | Sequence[int]

_ALIASES = {"linear": "bilinear"}
_NAMES = {1: "(length)", 2: "(height, width)", 3: "(depth, height, width)"}
_COUNTS = {1: "one", 2: "two", 3: "three"}
_MOST = 2**31 - 1  # tables hold 32-bit sample numbers


@dataclass(frozen=True)
class Axis:
    """One resized axis of an array and the map of its samples."""

    number: int
    map: AxisMap


@dataclass(frozen=True)
class ResizeSpec:
    """A resize without its pixels: hashable, valid, the only thing that the planner sees."""

    shape: tuple[int, ...]
    dtype: str  # name in native byte order
    axes: tuple[Axis, ...]  # ascending
    method: str
    antialias: bool
    convention: str

    @property
    def shape_out(self) -> tuple[int, ...]:
        """Return the shape of the result."""
        sizes = {axis.number: axis.map.n_out for axis in self.axes}
        return tuple(sizes.get(number, size) for number, size in enumerate(self.shape))


def resize_spec(
    shape: tuple[int, ...],
    dtype: np.dtype[Any],
    size: Size | None,
    factor: Factor | None,
    method: str,
    antialias: bool | None,
    convention: str,
    coordinates: str | None,
    box: Sequence[float] | None,
    axes: int | Sequence[int] | None,
) -> ResizeSpec:
    """Check every argument and return the spec; raise TypeError or ValueError naming the argument."""
    rules = CONVENTIONS[_choice("convention", convention, CONVENTIONS)]
    method = _choice("method", _ALIASES.get(method, method) if isinstance(method, str) else method, rules.families)
    if not isinstance(antialias, bool | np.bool_ | None):
        raise TypeError(f"antialias must be True, False or None, got {antialias!r}")
    nearest = rules.families[method] == "gather"
    if nearest and antialias:
        raise ValueError("antialias must be False or None for method 'nearest', which copies pixels, got True")
    coordinates = _choice("coordinates", rules.coordinates if coordinates is None else coordinates, COORDINATES)
    name = _check_dtype(dtype, method, nearest, rules)
    numbers = _check_axes(axes, len(shape))
    lengths = [shape[number] for number in numbers]
    sizes = _sizes(size, factor, lengths)
    edges = _box(box, lengths)
    maps = [axis_map(n_in, n_out, coordinates, *edge) for n_in, n_out, edge in zip(lengths, sizes, edges, strict=True)]
    placed = sorted((Axis(number, axis) for number, axis in zip(numbers, maps, strict=True)), key=lambda a: a.number)
    _check_room(shape, placed, dtype)
    smooth = False if nearest else rules.antialias if antialias is None else bool(antialias)
    return ResizeSpec(tuple(shape), name, tuple(placed), method, smooth, convention)


def _check_room(shape: tuple[int, ...], axes: list[Axis], dtype: np.dtype[Any]) -> None:
    """Refuse results that no memory can hold, before any table is built."""
    sizes = {axis.number: axis.map.n_out for axis in axes}
    result = [sizes.get(number, size) for number, size in enumerate(shape)]
    if math.prod(result) * dtype.itemsize > sys.maxsize:
        raise ValueError(f"the result must fit into memory, got shape {tuple(result)} of {dtype}")


def _choice(argument: str, value: object, known: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{argument} must be a string, got {value!r}; choose from {', '.join(sorted(known))}")
    if value not in known:
        raise ValueError(f"unknown {argument} {value!r}; choose from {', '.join(sorted(known))}")
    return value


def _check_dtype(dtype: np.dtype[Any], method: str, nearest: bool, rules: Convention) -> str:
    name = dtype.name
    if name in rules.arithmetic or (nearest and name in rules.exact):
        return name
    if name in rules.exact:
        raise TypeError(f"dtype {name} can be resized with method 'nearest' only, got method {method!r}")
    known = ", ".join([*rules.arithmetic, *sorted(rules.exact)])
    raise TypeError(f"image must have one of the dtypes {known}, got {dtype}")


def _check_axes(axes: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    if axes is None:
        if ndim > 3:
            raise ValueError(
                f"axes must be given for an image of {ndim} dimensions: (-2, -1) for (..., C, H, W), "
                "(1, 2) for (N, H, W, C), three for volumes"
            )
        return (0,) if ndim == 1 else (0, 1)
    numbers = [_integer("axes", axis, axes) for axis in _sequence(axes)]
    if not 1 <= len(numbers) <= min(3, ndim):
        raise ValueError(f"axes must name one to {min(3, ndim)} of {ndim} dimensions, got {axes!r}")
    if any(not -ndim <= number < ndim for number in numbers):
        raise ValueError(f"axes must lie between {-ndim} and {ndim - 1}, got {axes!r}")
    positive = tuple(number % ndim for number in numbers)
    if len(set(positive)) < len(positive):
        raise ValueError(f"axes must differ from each other, got {axes!r}")
    return positive


def _scalar(value: Any) -> bool:
    return isinstance(value, str | bytes) or not hasattr(value, "__iter__") or getattr(value, "ndim", 1) == 0


def _sequence(value: Any) -> list[Any]:
    if isinstance(value, str | bytes):
        return [value]
    try:
        return list(value)
    except TypeError:
        return [value]


def _integer(argument: str, value: Any, given: object) -> int:
    try:
        if isinstance(value, bool | np.bool_):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{argument} must be integers, got {given!r}") from None


def _sizes(size: Size | None, factor: Factor | None, lengths: list[int]) -> list[int]:
    if (size is None) == (factor is None):
        got = "neither" if size is None else f"size={size!r} and factor={factor!r}"
        raise ValueError(f"give exactly one of size and factor, got {got}")
    sizes = _given_sizes(size, len(lengths)) if factor is None else _scaled_sizes(factor, lengths)
    if max(*sizes, *lengths) > _MOST:
        raise ValueError(f"sizes must be at most {_MOST} samples, got {tuple(lengths)} -> {tuple(sizes)}")
    return sizes


def _given_sizes(size: Any, axes: int) -> list[int]:
    wanted = f"{_COUNTS[axes]} positive integer{'s' if axes > 1 else ''} {_NAMES[axes]}"
    numbers = _sequence(size)
    if axes > 1 and _scalar(size):
        hint = f"is it a square, ({size!r}, {size!r}), or one edge, to be reached with factor?"
        raise TypeError(f"size must be {wanted}, got {size!r}: {hint}")
    sizes = [_integer(f"size must be {wanted}; its parts", number, size) for number in numbers]
    if len(sizes) != axes or min(sizes) < 1:
        raise ValueError(f"size must be {wanted}, got {size!r}")
    return sizes


def _scaled_sizes(factor: Any, lengths: list[int]) -> list[int]:
    factors = _sequence(factor)
    wanted = "a positive finite number" + (f" or {_COUNTS[len(lengths)]}, one per axis" if len(lengths) > 1 else "")
    values = _floats("factor", factors, wanted, factor)
    if len(values) == 1:
        values *= len(lengths)
    if len(values) != len(lengths) or not all(math.isfinite(value) and value > 0 for value in values):
        raise ValueError(f"factor must be {wanted}, got {factor!r}")
    if max(n_in * value for n_in, value in zip(lengths, values, strict=True)) > 2 * _MOST:
        raise ValueError(f"sizes must be at most {_MOST} samples, got {tuple(lengths)} times factor={factor!r}")
    return [output_size(n_in, value) for n_in, value in zip(lengths, values, strict=True)]


def _floats(argument: str, values: list[Any], wanted: str, given: object) -> list[float]:
    try:
        if any(isinstance(value, str | bytes | bool | np.bool_) for value in values):
            raise TypeError
        return [float(value) for value in values]
    except OverflowError:
        raise ValueError(f"{argument} must be {wanted}, got {given!r}") from None
    except (TypeError, ValueError):
        raise TypeError(f"{argument} must be {wanted}, got {given!r}") from None


def _box(box: Sequence[float] | None, lengths: list[int]) -> list[tuple[float, float]]:
    if box is None:
        return [(0.0, float(n_in)) for n_in in lengths]
    count = len(lengths)
    order = {1: "(start, stop)", 2: "(top, left, bottom, right)", 3: "(front, top, left, back, bottom, right)"}[count]
    wanted = f"{2 * count} numbers {order} in source pixels"
    edges = _floats("box", _sequence(box), wanted, box)
    if len(edges) != 2 * count:
        raise ValueError(f"box must be {wanted}, got {box!r}")
    pairs = list(zip(edges[:count], edges[count:], strict=True))
    for (start, stop), n_in in zip(pairs, lengths, strict=True):
        if not 0 <= start < stop <= n_in:
            inside = f"inside the image of size {tuple(lengths)}"
            raise ValueError(f"box must be {wanted}, start < stop, {inside}, got {box!r}")
    return pairs
