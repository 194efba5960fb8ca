"""What the pictures are made of: random numbers, gradient noise, paint, round strokes and letters.

Everything here is exactly rounded arithmetic (+ - * / and square root, no sine or exponential), so that a
picture made of it has the same pixels on every machine and with every version of NumPy.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]
Point = Sequence[float] | Array  # x, y in pixels

LATTICE = 256  # cells after which the noise repeats

# Capitals as pen strokes: a stroke is a chain of points, a point two digits, x in 0..4 and y in 0..6 (baseline 0).
GLYPHS = {
    "A": "0004264440 0242", "B": "00063645443303 3342413000", "C": "4536160501103041", "D": "00063645413000",
    "E": "46060040 0333", "F": "460600 0333", "G": "45361605011030414323", "H": "0006 4046 0343",
    "I": "1636 2620 1030", "J": "4641301001", "K": "0006 4602 1340", "L": "060040", "M": "0006234640",
    "N": "00064046", "O": "160501103041453616", "P": "00063645443303", "Q": "160501103041453616 2240",
    "R": "00063645443303 2340", "S": "453616050413334241301001", "T": "0646 2620", "U": "060110304146",
    "V": "062046", "W": "0610233046", "X": "0046 0640", "Y": "062346 2320", "Z": "06460040",
    "0": "160501103041453616 0145", "1": "152620 1030", "2": "05163645440040",
    "3": "0516364544334241301001 1333", "4": "30360242", "5": "460603334241301001", "6": "453616050110304142" "3303",
    "7": "064610", "8": "163645443313040516 130201103041423313", "9": "0110304145361605041343",
    ".": "2020", ",": "2110", "-": "1333", "/": "0046", ":": "2121 2424", "=": "1232 1434", " ": "",
}  # fmt: skip
CAP_HEIGHT, ADVANCE = 6.0, 6.0  # in the units of GLYPHS


def uniform(seed: int, *shape: int) -> Array:
    """Numbers in [0, 1) from the raw 64-bit output of PCG64, which NumPy promises never to change."""
    raw = np.random.PCG64(seed).random_raw(math.prod(shape))
    return (np.asarray(raw) >> 11).reshape(shape) * 2.0**-53


def smoothstep(low: float, high: float, value: ArrayLike) -> Array:
    """0 below `low`, 1 above `high`, smooth in between."""
    t = np.clip((np.asarray(value) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def perlin(x: Array, y: Array, seed: int) -> Array:
    """Gradient noise at the points (x, y), in lattice cells: within about +-0.7, and 0 on the lattice."""
    slope_x, slope_y = 2 * uniform(seed, 2, LATTICE, LATTICE) - 1
    left, top = np.floor(x), np.floor(y)
    u, v = x - left, y - top
    column, row = left.astype(np.int64), top.astype(np.int64)

    def plane(right: int, below: int) -> Array:
        node = (row + below) % LATTICE * LATTICE + (column + right) % LATTICE
        return slope_x.take(node) * (u - right) + slope_y.take(node) * (v - below)

    fade_x, fade_y = u * u * u * (u * (6 * u - 15) + 10), v * v * v * (v * (6 * v - 15) + 10)
    upper_left, lower_left = plane(0, 0), plane(0, 1)
    upper = upper_left + fade_x * (plane(1, 0) - upper_left)
    lower = lower_left + fade_x * (plane(1, 1) - lower_left)
    return upper + fade_y * (lower - upper)


def fractal(x: Array, y: Array, seed: int, octaves: int) -> Array:
    """Octaves of `perlin`, each twice as fine and half as strong as the one before."""
    return sum((0.5**k * perlin(x * 2.0**k, y * 2.0**k, seed + k) for k in range(octaves)), np.zeros(()))


def paint(canvas: Array, coverage: Array, colour: ArrayLike) -> None:
    """Lay `colour` (one, or one per pixel) over `canvas` (H, W, channels) with weight `coverage` (H, W)."""
    canvas += coverage[..., None] * (np.asarray(colour) - canvas)


def stroke(canvas: Array, start: Point, end: Point, radius: float) -> None:
    """Draw a segment with round ends into `canvas` (H, W) as coverage 0..1.

    Points are (x, y) in pixels; the centre of pixel (row i, column j) is (j + 0.5, i + 0.5). A stroke thinner than
    a pixel (radius below 0.5) keeps its position and gets fainter instead.
    """
    (x0, y0), (x1, y1) = start, end
    reach = radius + 1
    left, right = max(math.floor(min(x0, x1) - reach), 0), max(math.ceil(max(x0, x1) + reach), 0)
    top, bottom = max(math.floor(min(y0, y1) - reach), 0), max(math.ceil(max(y0, y1) + reach), 0)
    window = canvas[top:bottom, left:right]
    x = np.arange(window.shape[1]) + (left + 0.5 - x0)
    y = np.arange(window.shape[0])[:, None] + (top + 0.5 - y0)
    dx, dy = x1 - x0, y1 - y0
    length2 = dx * dx + dy * dy
    along = np.clip((x * dx + y * dy) / length2, 0, 1) if length2 else np.zeros(())
    off_x, off_y = x - along * dx, y - along * dy
    distance = np.sqrt(off_x * off_x + off_y * off_y)
    np.maximum(window, np.clip(radius + 0.5 - distance, 0, min(1, 2 * radius)), out=window)


def polyline(canvas: Array, points: Iterable[Point], radius: float) -> None:
    """Draw the strokes from each point to the next."""
    for start, end in pairwise(points):
        stroke(canvas, start, end, radius)


def letters(canvas: Array, text: str, left: float, baseline: float, cap_height: float, weight: float = 0.16) -> None:
    """Write capitals into `canvas` (H, W) as coverage; `cap_height` in pixels, `weight` = pen width / cap height."""
    unit = cap_height / CAP_HEIGHT
    for index, character in enumerate(text):
        origin = left + index * ADVANCE * unit
        for chain in GLYPHS[character].split():
            corners = zip(chain[::2], chain[1::2], strict=True)
            points = [(origin + int(x) * unit, baseline - int(y) * unit) for x, y in corners]
            polyline(canvas, points, weight * cap_height / 2)
