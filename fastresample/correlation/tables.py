"""Tables of one correlation: what its kernels know of phases, taps and memory."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample.layout import Array
from fastresample.phases import AxisPhases, axis_phases
from fastresample.spec.convolution import ConvolutionSpec

Index = NDArray[np.int64]

# Products in one chain of additions. Errors of a chain grow with its length, and so do those of the sum of all chains
# with their number: near the square root of what is usual (500 to 8000 products), both stay small.
_CHAIN = 128


class Tables(NamedTuple):
    """Phases of both axes, the taps of every pair of them, and the order of additions."""

    y: AxisPhases
    x: AxisPhases
    pair_begin: (
        Index  # pair (phase of rows, phase of columns) has the taps order[pair_begin[pair] : pair_begin[pair + 1]]
    )
    order: Index  # taps of the kernel, counted row by row, as the pairs use them; then those that no output has
    row: Index  # of each tap in use: offset of the row that it reads from its output's origin
    column: Index
    channel_block: int
    tap_chunk: int


def _by_tap(axis: AxisPhases) -> tuple[Index, Index]:
    """Return phase and offset of every tap of an axis; taps that no output has are of a phase that does not exist."""
    phase, offset = np.full_like(axis.tap, axis.counts.size), np.empty_like(axis.tap)
    phase[axis.tap[: axis.tap_begin[-1]]] = np.repeat(np.arange(axis.counts.size), np.diff(axis.tap_begin))
    offset[axis.tap] = axis.offset
    return phase, offset


def make(spec: ConvolutionSpec) -> Tables:
    """Return the tables of a convolution or its transpose."""
    y, x = (
        axis_phases(spec.transposed, *of_axis)
        for of_axis in zip(spec.size, spec.kernel, spec.stride, spec.padding, spec.dilation, strict=True)
    )
    (phase_y, row), (phase_x, column) = _by_tap(y), _by_tap(x)
    pairs = y.counts.size * x.counts.size
    unused = np.logical_or.outer(phase_y == y.counts.size, phase_x == x.counts.size)
    pair = np.where(unused, pairs, np.add.outer(phase_y * x.counts.size, phase_x)).ravel()
    order = np.argsort(pair, kind="stable")  # within a pair the taps stay in the kernel's order
    begin = np.searchsorted(pair[order], np.arange(pairs + 1))
    channels = spec.shape[1] // spec.groups
    block = -(-channels // -(-channels // _CHAIN))
    ky, kx = np.divmod(order[: begin[-1]], spec.kernel[1])
    return Tables(y, x, begin, order, row[ky], column[kx], block, max(1, _CHAIN // block))


def by_group(spec: ConvolutionSpec, weight: Array) -> Array:
    """Return a view of either operator's weights as (group, output channel, input channel, row, column)."""
    first = (spec.shape[1] if spec.transposed else spec.channels) // spec.groups
    grouped = weight.reshape(spec.groups, first, *weight.shape[1:])
    return grouped.swapaxes(1, 2) if spec.transposed else grouped
