"""Where output samples lie in the source: sizes and coordinate maps of one axis. Knows no pixels and no filters."""

from collections.abc import Callable
from typing import NamedTuple


class AxisMap(NamedTuple):
    """Output i samples the source coordinate ``(stride * i + offset) / unit``; sample j lies at coordinate j.

    The three are whole numbers for whole-number boxes, so numerators are exact in float64.
    """

    n_in: int
    n_out: int
    stride: float
    offset: float
    unit: float

    @property
    def step(self) -> float:
        """Source samples per output sample."""
        return self.stride / self.unit

    @property
    def identity(self) -> bool:
        """Whether output i is source sample i, for all of them."""
        return self.n_in == self.n_out and self.stride == self.unit and self.offset == 0

    @property
    def halving(self) -> bool:
        """Whether output i lies midway between source samples 2i and 2i + 1."""
        return self.stride == 2 * self.unit and 2 * self.offset == self.unit


def unchanged(n: int) -> AxisMap:
    """Return the identity of an axis of ``n`` samples."""
    return AxisMap(n, n, 1.0, 0.0, 1.0)


def output_size(n_in: int, factor: float) -> int:
    """Return ``round(n_in * factor)``, at least 1."""
    return max(round(n_in * factor), 1)


def _half_pixel(start: float, length: float, n_out: int) -> tuple[float, float, float]:
    """Centres map to centres: ``start + (i + 1/2) * length / n_out - 1/2``."""
    return 2.0 * length, length - n_out + 2.0 * n_out * start, 2.0 * n_out


def _align_corners(start: float, length: float, n_out: int) -> tuple[float, float, float]:
    """First and last centres map to first and last centres: ``start + i * (length - 1) / (n_out - 1)``."""
    if n_out == 1:
        return 0.0, start, 1.0
    return max(length - 1.0, 0.0), start * (n_out - 1.0), n_out - 1.0


def _asymmetric(start: float, length: float, n_out: int) -> tuple[float, float, float]:
    """First centre maps to first centre: ``start + i * length / n_out``."""
    return float(length), start * float(n_out), float(n_out)


COORDINATES: dict[str, Callable[[float, float, int], tuple[float, float, float]]] = {
    "half_pixel": _half_pixel,
    "align_corners": _align_corners,
    "asymmetric": _asymmetric,
}


def axis_map(n_in: int, n_out: int, coordinates: str, start: float, stop: float) -> AxisMap:
    """Return the map of one axis; the box ``[start, stop]`` is in source pixels, edges at whole numbers."""
    return AxisMap(n_in, n_out, *COORDINATES[coordinates](start, stop - start, n_out))
