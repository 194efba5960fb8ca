"""Where output samples lie in the source: sizes and coordinate maps of one axis. Knows no pixels and no filters."""

import math
from collections.abc import Callable
from typing import NamedTuple

# Numerators below this are exact in quarters, and their quotients never round up to a whole number.
_EXACT = 2.0**50


class Grid(NamedTuple):
    """What was asked of one axis, before any library's arithmetic."""

    n_in: int
    n_out: int
    coordinates: str  # a row of COORDINATES
    start: float  # the box [start, stop] fills the output, in source samples; edges at whole numbers
    stop: float
    factor: float = 0.0  # zoom that was given where the grid follows it and not the sizes; 0 = none
    affine: tuple[float, float, float] | None = None  # the map itself, where no row of COORDINATES has it

    @property
    def length(self) -> float:
        """Length of the box in source samples."""
        return self.stop - self.start

    @property
    def whole(self) -> bool:
        """Whether the box is the whole axis."""
        return self.start == 0 and self.stop == self.n_in


class AxisMap(NamedTuple):
    """Output i samples the source coordinate ``(stride * i + offset) / unit``; sample j lies at coordinate j.

    The three are whole numbers for whole-number boxes, so numerators are exact in float64.
    """

    stride: float
    offset: float
    unit: float

    @property
    def step(self) -> float:
        """Source samples per output sample."""
        return self.stride / self.unit

    @property
    def identity(self) -> bool:
        """Whether output i lies at source sample i, for all of them."""
        return self.stride == self.unit and self.offset == 0

    @property
    def period(self) -> float:
        """After how many outputs they lie the same between samples; infinite where numbers are not whole."""
        if not all(number.is_integer() for number in self):
            return math.inf
        return self.unit / math.gcd(int(self.stride), int(self.unit))

    @property
    def halving(self) -> bool:
        """Whether output i lies midway between source samples 2i and 2i + 1."""
        return self.stride == 2 * self.unit and 2 * self.offset == self.unit


class Repeats(NamedTuple):
    """Outputs ``[begin, end)`` weigh as those ``period`` earlier, ``advance`` samples further on; none: begin = end."""

    begin: float
    end: float
    period: float
    advance: float


def repeats(place: AxisMap, n_in: int, n_out: int, reach: float) -> Repeats:
    """Return which windows repeat, bit for bit, where they reach ``reach / unit`` samples to either side.

    Away from the ends one output lies like another a period before: exactly, where numbers are whole.
    """
    stride, offset, unit = place
    period = place.period
    if period < n_out and stride >= 1.0 and (4.0 * reach).is_integer():
        most = max(abs(offset) + stride * n_out, unit * (n_in + 4.0)) + reach
        begin = max(math.ceil((reach + 2.0 * unit - offset) / stride), 0) + period
        end = min(math.floor((unit * (n_in - 3.0) - reach - offset) / stride) + 1, n_out)
        if begin < end and most < _EXACT:
            return Repeats(begin, float(end), period, stride * period / unit)
    return Repeats(float(n_out), float(n_out), 1.0, 0.0)


def unchanged(n: int) -> Grid:
    """Return the identity of an axis of ``n`` samples."""
    return Grid(n, n, "half_pixel", 0.0, float(n))


def output_size(n_in: int, factor: float) -> int:
    """Return ``round(n_in * factor)``, at least 1."""
    return max(round(n_in * factor), 1)


def _half_pixel(grid: Grid) -> tuple[float, float, float]:
    """Centres map to centres: ``start + (i + 1/2) * length / n_out - 1/2``."""
    n_out, length = grid.n_out, grid.stop - grid.start
    return 2.0 * length, length - n_out + 2.0 * n_out * grid.start, 2.0 * n_out


def _align_corners(grid: Grid) -> tuple[float, float, float]:
    """First and last centres map to first and last centres: ``start + i * (length - 1) / (n_out - 1)``."""
    if grid.n_out == 1:
        return 0.0, grid.start, 1.0
    return max(grid.length - 1.0, 0.0), grid.start * (grid.n_out - 1.0), grid.n_out - 1.0


def _asymmetric(grid: Grid) -> tuple[float, float, float]:
    """First centre maps to first centre: ``start + i * length / n_out``."""
    return float(grid.length), grid.start * float(grid.n_out), float(grid.n_out)


COORDINATES: dict[str, Callable[[Grid], tuple[float, float, float]]] = {
    "half_pixel": _half_pixel,
    "align_corners": _align_corners,
    "asymmetric": _asymmetric,
}


def axis_map(grid: Grid) -> AxisMap:
    """Return the affine map of a grid."""
    return AxisMap(*(grid.affine or COORDINATES[grid.coordinates](grid)))


def identity(grid: Grid) -> bool:
    """Whether every output is the source sample of the same number."""
    return grid.n_in == grid.n_out and axis_map(grid).identity
