"""The arguments of ``resize`` checked and normalised into a ``ResizeSpec``."""

import math
import operator
import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from fastresample.conventions import CONVENTIONS, Method, Options
from fastresample.geometry import Grid, output_size

Factor = float | Sequence[float]
Size = int | Sequence[int]

ALIASES = {"linear": "bilinear", "trilinear": "bilinear", "cubic": "bicubic", "lanczos": "lanczos3"}
_NAMES = {1: "(length)", 2: "(height, width)", 3: "(depth, height, width)"}
_COUNTS = {1: "one", 2: "two", 3: "three"}
PLAIN = Options()
_MOST = 2**31 - 1  # tables hold 32-bit sample numbers


class Axis(NamedTuple):
    """One resized axis of an array and what was asked of it."""

    number: int
    grid: Grid


class ResizeSpec(NamedTuple):
    """A resize without its pixels: hashable, valid, the only thing that the planner sees."""

    shape: tuple[int, ...]
    dtype: str  # name in native byte order
    axes: tuple[Axis, ...]  # ascending
    method: str
    antialias: bool
    convention: str
    options: Options = PLAIN

    @property
    def shape_out(self) -> tuple[int, ...]:
        """Return the shape of the result."""
        sizes = list(self.shape)
        for axis in self.axes:
            sizes[axis.number] = axis.grid.n_out
        return tuple(sizes)


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
    method, smooth, rules, coordinates, name = _checked_names(dtype, method, antialias, convention, coordinates)
    numbers = _check_axes(axes, len(shape))
    if len(numbers) not in rules.axes:
        counts = " or ".join(_COUNTS[count] for count in rules.axes)
        raise ValueError(f"method {method!r} of convention {convention!r} resizes {counts} axes, got axes {numbers}")
    lengths = [shape[number] for number in numbers]
    sizes = _sizes(size, factor, lengths)
    if box is not None and not rules.boxes:
        raise ValueError(f"box must be None for method {method!r} of convention {convention!r}, got {box!r}")
    placed = [
        Axis(number, Grid(n_in, n_out, coordinates, *edge))
        for number, n_in, n_out, edge in zip(numbers, lengths, sizes, _box(box, lengths), strict=True)
    ]
    placed.sort()  # by their numbers, which differ
    spec = ResizeSpec(shape, name, tuple(placed), method, smooth, convention)
    check_room(spec)
    return spec


def _check_names(
    dtype: np.dtype[Any], method: str, antialias: bool | None, convention: str, coordinates: str | None
) -> tuple[str, bool, Method, str, str]:
    """Return the method, whether it antialiases, its rules, the coordinates and the dtype by name."""
    method, smooth = check_method(method, antialias, convention)
    methods = CONVENTIONS[convention].methods
    rules = methods[method]
    coordinates = rules.coordinates[0] if coordinates is None else coordinates
    choice("coordinates", coordinates, rules.coordinates, convention)
    return method, smooth, rules, coordinates, _check_dtype(dtype, method, methods, convention)


_remembered_names = lru_cache(maxsize=256, typed=True)(_check_names)


def _checked_names(*given: Any) -> tuple[str, bool, Method, str, str]:
    try:
        return _remembered_names(*given)
    except TypeError:  # what cannot be looked up is refused, like other types, by the checks themselves
        return _check_names(*given)


def check_method(method: str, antialias: bool | None, convention: str) -> tuple[str, bool]:
    """Return the method's own name and whether it antialiases; None is the convention's habit."""
    methods = CONVENTIONS[choice("convention", convention, CONVENTIONS)].methods
    method = choice("method", ALIASES.get(method, method) if isinstance(method, str) else method, methods, convention)
    return method, _antialias(antialias, method, methods[method], convention)


def check_room(spec: ResizeSpec) -> None:
    """Refuse results that no memory can hold, before any table is built."""
    if math.prod(spec.shape_out) * _item_size(spec.dtype) > sys.maxsize:
        raise ValueError(f"the result must fit into memory, got shape {spec.shape_out} of {spec.dtype}")


@lru_cache(maxsize=64)
def _item_size(dtype: str) -> int:
    return np.dtype(dtype).itemsize


@lru_cache(maxsize=64)
def _name(dtype: np.dtype[Any]) -> str:
    """Return ``dtype.name``, which takes NumPy a microsecond."""
    return dtype.name


def choice(argument: str, value: object, known: Any, convention: str = "native") -> str:
    """Return ``value`` if it is one of the names ``known``."""
    if isinstance(value, str) and value in known:
        return value
    names = ", ".join(sorted(known))
    if not isinstance(value, str):
        raise TypeError(f"{argument} must be a string, got {value!r}; choose from {names}")
    whose = "" if convention == "native" else f" for convention {convention}"
    raise ValueError(f"unknown {argument} {value!r}{whose}; choose from {names}")


def _antialias(antialias: Any, method: str, rules: Method, convention: str) -> bool:
    if not isinstance(antialias, bool | np.bool_ | None):
        raise TypeError(f"antialias must be True, False or None, got {antialias!r}")
    if antialias is None:
        return rules.antialias[0]
    if bool(antialias) not in rules.antialias:
        why = "which copies pixels" if method.startswith("nearest") else f"by convention {convention!r}"
        accepted = f"antialias must be {rules.antialias[0]} or None for method {method!r}"
        raise ValueError(f"{accepted}, {why}, got {antialias}")
    return bool(antialias)


def _check_dtype(dtype: np.dtype[Any], method: str, methods: Any, convention: str) -> str:
    name = _name(dtype)
    if name in methods[method].dtypes:
        return name
    able = [other for other in methods if name in methods[other].dtypes]
    if able:
        only = " or ".join(repr(other) for other in able)
        raise TypeError(f"dtype {name} can be resized with method {only} only, got method {method!r}")
    known = ", ".join(dict.fromkeys(name for rules in methods.values() for name in rules.dtypes))
    whose = "" if convention == "native" else f" for convention {convention!r}"
    raise TypeError(f"image must have one of the dtypes {known}{whose}, got {dtype}")


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
    if type(size) is tuple and len(size) == axes and {*map(type, size)} == {int} and min(size) >= 1:
        return list(size)
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
