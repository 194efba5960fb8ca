"""The table of one axis: which samples an output reads, and how much of each. No arithmetic on pixels here."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastresample.conventions.records import Arithmetic
from fastresample.filters import Filter
from fastresample.geometry import AxisMap


@dataclass(frozen=True, eq=False)
class Table:
    """Windows and weights of one axis.

    Every window lies inside the source. Fixed-point tables are padded: all ``taps`` columns are readable from
    ``first`` on and each row sums to ``2**bits``. Floating-point tables are read up to ``count`` only.
    """

    first: NDArray[np.int32]  # (n_out,)
    count: NDArray[np.int32]  # (n_out,)
    weights: NDArray[Any]  # (n_out, taps)
    bits: int  # fraction bits of fixed-point weights, else 0

    @property
    def taps(self) -> int:
        """Return the width of the table."""
        return int(self.weights.shape[1])

    @property
    def end(self) -> NDArray[np.int32]:
        """Return the sample behind each output's window."""
        return self.first + (np.int32(self.taps) if self.bits else self.count)

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Return what the kernels take."""
        return self.first, self.count, self.weights


def nearest_index(axis: AxisMap, build: Any) -> NDArray[np.int32]:
    """Return the source sample of each output, by the compiled builder ``build``."""
    index = np.empty(axis.n_out, np.int32)
    build(axis.stride, axis.offset, axis.unit, axis.n_in, index)
    return index


def table(axis: AxisMap, filter_: Filter, antialias: bool, arithmetic: Arithmetic, build: Any, quantise: Any) -> Table:
    """Return the table of one axis, by the compiled builders ``build`` and ``quantise``.

    ``antialias`` stretches the filter by the step when shrinking.
    """
    if axis.identity:
        first = np.arange(axis.n_out, dtype=np.int32)
        count, weights = np.ones_like(first), np.ones((axis.n_out, 1))
    else:
        spread = max(axis.stride, axis.unit) if antialias else axis.unit
        taps = min(math.ceil(2 * filter_.support * spread / axis.unit), axis.n_in)
        first, count = np.empty(axis.n_out, np.int32), np.empty(axis.n_out, np.int32)
        weights = np.empty((axis.n_out, taps))
        build(
            axis.stride, axis.offset, axis.unit, spread, filter_.support, filter_.code, axis.n_in, first, count, weights
        )
        widest = int(count.max())
        if widest < taps:
            weights = np.ascontiguousarray(weights[:, :widest])
    if not arithmetic.most_bits:
        return Table(first, count, weights.astype(arithmetic.weight, copy=False), 0)
    fixed = np.empty(weights.shape, arithmetic.weight)
    bits = quantise(first, count, weights, axis.n_in, arithmetic.most_bits, fixed)
    return Table(first, count, fixed, int(bits))


def accumulator(arithmetic: Arithmetic, last: Table) -> str:
    """Return the dtype that holds the sums of the last pass: 16-bit words times ``last``'s weights, and a half."""
    if last.bits and 15 + last.bits > 31:
        return "int64"
    return arithmetic.accumulator
