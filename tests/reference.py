"""Slow float64 oracle: resizing straight from the definitions, for tests only.

Nothing here knows how the package works. Coordinates and weights are exact rationals, and each output sample is
the direct sum of its taps in float64. Axes are resized one after the other, which for separable rules is the
double sum written in two steps.

A coordinate ``r`` counts in source pixels, pixel ``j`` having its centre at ``r = j``; ``step`` is the distance of two
neighbouring output samples.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Taps = list[tuple[int, Fraction]]

HALF = Fraction(1, 2)


def coordinate_map(
    n_in: int, n_out: int, coordinates: str, edges: tuple[float, float] | None
) -> tuple[Fraction, Fraction]:
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


def nearest_taps(n_in: int, n_out: int, coordinates: str, edges: tuple[float, float] | None) -> list[Taps]:
    """One tap each: the pixel whose centre is nearest; halfway between two, the higher one."""
    first, step = coordinate_map(n_in, n_out, coordinates, edges)
    pixels = [math.floor(first + i * step + HALF) for i in range(n_out)]
    return [[(min(max(pixel, 0), n_in - 1), Fraction(1))] for pixel in pixels]


def triangle_taps(
    n_in: int, n_out: int, coordinates: str, edges: tuple[float, float] | None, antialias: bool
) -> list[Taps]:
    """Taps of the triangle ``1 - |x|``, stretched by the step if ``antialias``; outside pixels drop out."""
    first, step = coordinate_map(n_in, n_out, coordinates, edges)
    width = max(step, Fraction(1)) if antialias else Fraction(1)
    rows = []
    for i in range(n_out):
        r = first + i * step
        inside = range(max(math.ceil(r - width), 0), min(math.floor(r + width), n_in - 1) + 1)
        weights = [(j, 1 - abs(j - r) / width) for j in inside if abs(j - r) < width]
        total = sum(weight for _, weight in weights)
        rows.append([(j, weight / total) for j, weight in weights])
    return rows


def apply_taps(image: NDArray, rows: list[Taps], axis: int) -> NDArray[np.float64]:
    """Direct float64 sums along ``axis``: a tap that is not in the list is never read."""
    source = np.moveaxis(image, axis, 0)
    out = np.zeros((len(rows), *source.shape[1:]), np.float64)
    for i, taps in enumerate(rows):
        for j, weight in taps:
            out[i] += float(weight) * source[j].astype(np.float64)
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
    copies of pixels in the image's dtype, bilinear the unrounded float64 values.
    """
    chosen = default_axes(image.ndim) if axes is None else (axes,) if isinstance(axes, int) else tuple(axes)
    sizes = (size,) if isinstance(size, int) else tuple(size)
    if len(sizes) != len(chosen):
        raise ValueError(f"{len(sizes)} sizes for {len(chosen)} axes")
    for position, (axis, n_out) in enumerate(zip(chosen, sizes, strict=True)):
        edges = None if box is None else (box[position], box[position + len(chosen)])
        n_in = image.shape[axis]
        if method == "nearest" and not antialias:
            index = [taps[0][0] for taps in nearest_taps(n_in, n_out, coordinates, edges)]
            image = np.take(image, index, axis)
        elif method == "bilinear":
            image = apply_taps(image, triangle_taps(n_in, n_out, coordinates, edges, antialias), axis)
        else:
            raise ValueError(f"no rule for method {method!r} with antialias={antialias}")
    return image
