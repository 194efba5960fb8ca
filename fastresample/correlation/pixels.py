"""Correlation with pixels in the lanes: slabs of rows are padded, multiplied and stored while they are in the cache."""

import math

import numpy as np

from fastresample import threads
from fastresample.correlation.padded import padded, row_taps
from fastresample.correlation.tables import Tables, by_group
from fastresample.kernels.correlation import PixelKernels, Request, lanes
from fastresample.layout import Array
from fastresample.spec.convolution import ConvolutionSpec

_SLAB_BYTES = 1 << 18  # a quarter of a usual second cache
_COPIED_PER_NS = 4


class Pixels:
    """Runs the kernels of one plan; holds no buffers."""

    # Vectors of sums that wait in memory for those of other phases, as a part of all in a tile.
    _kept = 1

    def __init__(self, spec: ConvolutionSpec, tables: Tables, request: Request, kernels: PixelKernels) -> None:
        tile = kernels.tile
        self._spec, self._kernels, self._tables = spec, kernels, tables
        self._across = tile.vectors * lanes(spec.dtype)
        layout = padded(spec, tables, tile.rows, self._across)
        self._size, self._shape, self._offsets, self._reach = layout.size, layout.shape, layout.offsets, layout.reach
        self._behind, size = layout.behind, layout.size
        self._row_groups = -(-size.most_rows // tile.rows)
        rows = np.arange(self._row_groups * tile.rows).reshape(1, -1, tile.rows)
        self._row_taps = row_taps(spec, tables, np.repeat(rows, size.phases_y, axis=0))
        step = tile.rows * size.step_y
        self._packed = size.groups * -(-size.group_outputs // tile.outputs) * tile.outputs * size.group_channels
        products = size.groups * size.group_outputs * size.group_channels * tables.order.size
        self._unit_ns = products * tile.rows * max(tables.x.counts) / 30
        cached = _SLAB_BYTES // (layout.line * np.dtype(spec.dtype).itemsize) - layout.reach
        # Each slab copies the rows anew that it shares with the one before: an eighth of the time, or of the rows.
        shared_ns = layout.reach * layout.line / _COPIED_PER_NS
        least = min(8 * shared_ns / self._unit_ns, 8 * layout.reach / step)
        self._slab_groups = min(self._row_groups, max(cached // step, math.ceil(least)))
        slab_rows = (self._slab_groups - 1) * step + (tile.rows - 1) * size.step_y + layout.reach
        self._slab_samples = slab_rows * layout.line + layout.behind
        self._totals = self._kept * size.phases_x * tile.rows * tile.outputs * self._across

    def __call__(self, x: Array, weight: Array, bias: Array, out: Array, thread_count: int | None) -> bool:
        """Fill ``out``; return whether all weights are finite."""
        tables, size = self._tables, self._size
        grouped = by_group(self._spec, weight)
        packed = np.empty(self._packed * tables.order.size, x.dtype)
        if not self._kernels.pack(grouped.reshape(*grouped.shape[:3], -1), tables.order, packed):
            return False
        source, result = x.reshape(-1), out.reshape(-1)
        added = np.concatenate([bias, np.zeros(self._kernels.tile.outputs, x.dtype)])  # tiles read whole

        def band(begin: int, end: int) -> None:
            slab = np.empty(self._slab_samples, x.dtype)
            slab[-self._behind :] = 0
            totals = np.empty(self._totals, x.dtype)
            self._kernels.correlate(
                source, packed, added, result, slab, totals, begin, end, self._slab_groups, self._reach, self._shape,
                tables.y.counts, self._row_taps, tables.pair_begin, self._offsets,
            )  # fmt: skip

        threads.run(band, size.images * self._row_groups, self._unit_ns, thread_count)
        return True


class Images(Pixels):
    """The same with sums of all phases in registers; kernels have a place in the slab for every tap and channel."""

    _kept = 0

    def __init__(self, spec: ConvolutionSpec, tables: Tables, request: Request, kernels: PixelKernels) -> None:
        super().__init__(spec, tables, request, kernels)
        channels = np.arange(self._size.group_channels) * self._size.step_x * self._size.width
        self._offsets = np.add.outer(self._offsets, channels).ravel() * np.dtype(spec.dtype).itemsize
