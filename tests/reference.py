"""Slow float64 oracle: resizing straight from the definitions, for tests only.

Nothing here knows how the package works. Coordinates and distances are exact rationals, weights are float64 values of
them, divided by their sum; each output sample is the direct sum of its taps in float64. Axes are resized one after the
other, which for separable rules is the double sum written in two steps.

A coordinate ``r`` counts in source pixels, pixel ``j`` having its centre at ``r = j``; ``step`` is the distance of two
neighbouring output samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Taps = list[tuple[int, float]]
Edges = tuple[float, float] | None

HALF = Fraction(1, 2)


# --- coordinates --------------------------------------------------------------------------------------------------


def coordinate_map(n_in: int, n_out: int, coordinates: str, edges: Edges) -> tuple[Fraction, Fraction]:
    """Return ``(r of output 0, step)``; output i lies at ``r_0 + i * step``."""
    low, high = (Fraction(0), Fraction(n_in)) if edges is None else (Fraction(edges[0]), Fraction(edges[1]))
    if coordinates == "half_pixel":
        step = (high - low) / n_out
        return low + HALF * step - HALF, step
    if coordinates == "asymmetric":
        return low, (high - low) / n_out
    if coordinates == "align_corners":
        # A single output, or a box of less than one pixel, leaves only the first centre.
        return low, max((high - low - 1) / (n_out - 1), Fraction(0)) if n_out > 1 else Fraction(0)
    raise ValueError(f"unknown coordinates {coordinates!r}")


def nearest_pixel(r: Fraction, n_in: int) -> int:
    """The pixel whose centre is nearest; halfway between two, the higher one."""
    return min(max(math.floor(r + HALF), 0), n_in - 1)


# --- filters h(x), x >= 0 -----------------------------------------------------------------------------------------


def rectangle(x: Fraction) -> Fraction:
    """1 inside, 1/2 on the very edge, where two windows share a pixel."""
    return Fraction(1) if x < HALF else HALF


def triangle(x: Fraction) -> Fraction:
    return 1 - x


def cubic(b: Fraction, c: Fraction, x: Fraction) -> Fraction:
    """The two-parameter family of Mitchell and Netravali."""
    if x < 1:
        return ((12 - 9 * b - 6 * c) * x**3 + (12 * b + 6 * c - 18) * x**2 + 6 - 2 * b) / 6
    return ((-b - 6 * c) * x**3 + (6 * b + 30 * c) * x**2 + (-12 * b - 48 * c) * x + 8 * b + 24 * c) / 6


def sinc(x: Fraction) -> float:
    """``sin(pi x) / (pi x)``: exactly 1 at 0 and 0 at every other whole number."""
    whole = round(x)
    if x == whole:
        return float(x == 0)
    return (-1) ** whole * math.sin(math.pi * float(x - whole)) / (math.pi * float(x))


def lanczos(lobes: int, x: Fraction) -> float:
    return sinc(x) * sinc(x / lobes)


def hamming(x: Fraction) -> float:
    return sinc(x) * (0.54 + 0.46 * math.cos(math.pi * float(x)))


def gaussian(sigma: Fraction, x: Fraction) -> float:
    return math.exp(-float(x * x / (2 * sigma * sigma)))


class Filter(NamedTuple):
    """``value`` is 0 from ``support`` on, except that the rectangle has a value there."""

    support: Fraction
    value: Callable[[Fraction], Fraction | float]


KEYS = Filter(Fraction(2), partial(cubic, Fraction(0), HALF))
FILTERS = {
    "box": Filter(HALF, rectangle),
    "bilinear": Filter(Fraction(1), triangle),
    "hamming": Filter(Fraction(1), hamming),
    "bicubic": KEYS,
    "catmull_rom": KEYS,
    "mitchell": Filter(Fraction(2), partial(cubic, Fraction(1, 3), Fraction(1, 3))),
    "gaussian": Filter(Fraction(3, 2), partial(gaussian, HALF)),
    **{f"lanczos{lobes}": Filter(Fraction(lobes), partial(lanczos, lobes)) for lobes in (2, 3, 4, 5)},
}
ALIASES = {"linear": "bilinear", "trilinear": "bilinear", "cubic": "bicubic", "lanczos": "lanczos3"}
METHODS = ("nearest", "area", *FILTERS)


# --- taps ---------------------------------------------------------------------------------------------------------


def coverage(r: Fraction, step: Fraction) -> dict[int, Fraction | float]:
    """How much of the window of width ``step`` around ``r`` lies on each pixel."""
    low, high = r - step / 2, r + step / 2
    shares = {
        j: min(high, j + HALF) - max(low, j - HALF) for j in range(math.floor(low + HALF), math.ceil(high - HALF) + 1)
    }
    return {j: share for j, share in shares.items() if share > 0}


def window(filter_: Filter, r: Fraction, stretch: Fraction) -> dict[int, Fraction | float]:
    """Weight of each pixel, on the image or not, by a filter ``stretch`` times as wide."""
    reach = filter_.support * stretch
    closed = filter_.value is rectangle
    pixels = [j for j in range(math.ceil(r - reach), math.floor(r + reach) + 1) if abs(j - r) < reach or closed]
    return {j: filter_.value(abs(j - r) / stretch) for j in pixels}


def on_image(weights: dict[int, Fraction | float], n_in: int, repeat: bool) -> dict[int, float]:
    """Drop the weights of pixels outside the image, or add them to the edge pixel, which is ``repeat``-ed there."""
    if not repeat:
        return {j: float(weight) for j, weight in weights.items() if 0 <= j < n_in}
    held: dict[int, list[float]] = {}
    for j, weight in weights.items():
        held.setdefault(min(max(j, 0), n_in - 1), []).append(float(weight))
    return {j: math.fsum(parts) for j, parts in held.items()}


def normalised(weights: dict[int, float], instead: int) -> Taps:
    """Divide by the sum; cut zeros off the ends, so that what is not weighed is not read; ``instead`` if all is cut."""
    ends = [j for j, weight in weights.items() if weight]
    if not ends:
        return [(instead, 1.0)]
    kept = {j: weight for j, weight in weights.items() if ends[0] <= j <= ends[-1]}
    total = math.fsum(kept.values())
    assert total > 0
    return [(j, weight / total) for j, weight in kept.items()]


@lru_cache(maxsize=1000)
def taps(
    n_in: int, n_out: int, method: str, antialias: bool, coordinates: str = "half_pixel", edges: Edges = None
) -> list[Taps]:
    """Return the taps of every output, pixels in ascending order.

    Without ``antialias`` a filter keeps its width and the edge pixel repeats outside the image. With it, a filter is
    stretched by ``max(step, 1)``, pixels outside drop out and the others are divided by what is left. Area is the
    coverage of a window of one step, so it knows no other way. Where the outputs are pixels, one after the other, there
    is nothing to filter: a crop is a crop with every method.
    """
    first, step = coordinate_map(n_in, n_out, coordinates, edges)
    method = ALIASES.get(method, method)
    if step == 1 and first.denominator == 1:
        return [[(first.numerator + i, 1.0)] for i in range(n_out)]
    if method == "nearest" and antialias:
        raise ValueError("nearest has no antialiased form")
    rows: list[Taps] = []
    for i in range(n_out):
        r = first + i * step
        if method == "nearest":
            weights: dict[int, Fraction | float] = {}
        elif method == "area":
            weights = coverage(r, step)
        else:
            weights = window(FILTERS[method], r, max(step, Fraction(1)) if antialias else Fraction(1))
        repeat = method != "area" and not antialias
        rows.append(normalised(on_image(weights, n_in, repeat), nearest_pixel(r, n_in)))
    return rows


# --- images -------------------------------------------------------------------------------------------------------


def apply_taps(image: NDArray, rows: list[Taps], axis: int) -> NDArray[np.float64]:
    """Direct float64 sums along ``axis``: a tap that is not in the list is never read."""
    source = np.moveaxis(image, axis, 0)
    out = np.empty((len(rows), *source.shape[1:]), np.float64)
    for i, row in enumerate(rows):
        first, last = row[0][0], row[-1][0]
        assert [j for j, _ in row] == list(range(first, last + 1))
        weights = np.array([weight for _, weight in row])
        out[i] = np.tensordot(weights, source[first : last + 1].astype(np.float64), 1)
    return np.moveaxis(out, 0, axis)


def default_axes(ndim: int) -> tuple[int, ...]:
    if ndim > 3:
        raise ValueError(f"axes are needed for {ndim} dimensions")
    return (0,) if ndim == 1 else (0, 1)


def resize(
    image: NDArray,
    size: int | tuple[int, ...],
    *,
    method: str = "bilinear",
    antialias: bool = False,
    coordinates: str = "half_pixel",
    box: tuple[float, ...] | None = None,
    axes: int | tuple[int, ...] | None = None,
) -> NDArray:
    """Resize ``image`` along ``axes`` (default: the one axis of 1-D, else the first two).

    ``box`` gives the low edges of all axes, then the high ones, as ``(top, left, bottom, right)`` does. Nearest returns
    copies of pixels in the image's dtype, every other method the unrounded float64 values.
    """
    chosen = default_axes(image.ndim) if axes is None else (axes,) if isinstance(axes, int) else tuple(axes)
    sizes = (size,) if isinstance(size, int) else tuple(size)
    if len(sizes) != len(chosen):
        raise ValueError(f"{len(sizes)} sizes for {len(chosen)} axes")
    for position, (axis, n_out) in enumerate(zip(chosen, sizes, strict=True)):
        edges = None if box is None else (float(box[position]), float(box[position + len(chosen)]))
        rows = taps(image.shape[axis], n_out, method, antialias, coordinates, edges)
        if method == "nearest":
            image = np.take(image, [row[0][0] for row in rows], axis)
        else:
            image = apply_taps(image, rows, axis)
    return image
