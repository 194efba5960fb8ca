"""Correlation with output channels in the lanes: blocks of channels, each over groups of rows."""

from typing import NamedTuple

import numpy as np

from fastresample import threads
from fastresample.correlation.padded import padded, row_taps
from fastresample.correlation.tables import Index, Tables
from fastresample.kernels.correlation import ChannelKernels, Request, lanes
from fastresample.layout import Array
from fastresample.spec.convolution import ConvolutionSpec

# Panels of packed weights up to this size in all are made ahead, once; larger ones by each band as it needs them: then
# they stay in its cache, and to write a copy of huge weights costs more than to pack some of them again.
_PANELS_BYTES = 16 << 20
# Totals of the rows between a block's first and last channels; with one block they are stored at once.
_TOTALS_BYTES, _TOTALS_BYTES_AT_ONCE = 768 << 10, 256 << 10
_ALIGNMENT = 64
# Of every lane. Twice as many as there are, so that bands are twice as long as others: each takes some steps of Python,
# for which threads wait for one another.
_PRODUCTS_PER_NS = 12


class _Rows(NamedTuple):
    """Rows of every phase of rows, all images one below the other, rounded up to whole groups by repeating the last."""

    counts: Index
    begin: Index  # (phases, rows): first sample that a row reads, in the padded copy
    taps: Index  # (phases, groups of rows, [first, last, all]): which taps along the rows meet the image
    out: Index  # (phases, rows): first sample that it fills, of channel 0


def _aligned(samples: int, dtype: np.dtype[np.floating]) -> Array:
    """Return an array that begins at a multiple of the alignment."""
    extra = _ALIGNMENT // dtype.itemsize
    buffer = np.empty(samples + extra, dtype)
    first = -(buffer.ctypes.data // dtype.itemsize) % extra
    return buffer[first : first + samples]


class Channels:
    """Runs the kernels of one plan; holds no buffers."""

    def __init__(self, spec: ConvolutionSpec, tables: Tables, request: Request, kernels: ChannelKernels) -> None:
        tile = kernels.tile
        self._kernels, self._tables = kernels, tables
        layout = padded(spec, tables, 1, tile.pixels)
        self._size, self._shape, self._offsets, self._line = layout.size, layout.shape, layout.offsets, layout.line
        self._behind, size = layout.behind, layout.size
        self._lanes = lanes(spec.dtype)
        self._outputs = tile.vectors * self._lanes  # of a block
        self._rows = self._row_tables(spec)
        self._row_groups = self._rows.begin.shape[1] // tile.rows
        self._blocks = -(-size.group_outputs // self._outputs)
        self._group_totals = size.phases_y * size.phases_x * size.tiles * tile.rows * tile.pixels * self._outputs
        at_once = size.channel_block >= size.group_channels
        most = (_TOTALS_BYTES_AT_ONCE if at_once else _TOTALS_BYTES) // np.dtype(spec.dtype).itemsize
        parts = -(-self._row_groups // max(1, most // self._group_totals))
        self._part = -(-self._row_groups // parts)
        taps = tables.order.size
        self._slots = np.empty_like(tables.order)
        self._slots[tables.order] = np.arange(taps)
        # From a weight to the next output's and the next channel's: the transpose stores (channel, output, tap).
        steps = (taps, size.group_outputs * taps) if spec.transposed else (size.group_channels * taps, taps)
        self._output_step, self._channel_step = steps
        self._panel = self._outputs * size.group_channels * taps  # samples of a block's
        self._panels = size.groups * self._blocks * self._panel
        self._ahead = self._panels * np.dtype(spec.dtype).itemsize <= _PANELS_BYTES
        self._unit_ns = self._panel * tile.rows * max(tables.x.counts) / (_PRODUCTS_PER_NS * self._lanes)

    def _row_tables(self, spec: ConvolutionSpec) -> _Rows:
        size, tile = self._size, self._kernels.tile
        of_phase = self._tables.y.counts[:, None]
        count = size.images * self._tables.y.counts
        rows = np.arange(-(-int(count.max()) // tile.rows) * tile.rows)
        image, t = np.divmod(np.minimum(rows, np.maximum(0, count - 1)[:, None]), np.maximum(1, of_phase))
        begin = (image * size.rows_padded + t * size.step_y) * self._line
        y = np.arange(of_phase.size)[:, None] + t * size.phases_y
        taps = row_taps(spec, self._tables, t.reshape(len(t), -1, tile.rows))
        return _Rows(count, begin, taps, (image * spec.channels * size.rows_out + y) * size.columns_out)

    def __call__(self, x: Array, weight: Array, bias: Array, out: Array, thread_count: int | None) -> bool:
        """Fill ``out``; return whether all weights are finite."""
        size = self._size
        rows = size.images * size.rows_padded
        copy = np.empty(rows * self._line + self._behind, x.dtype)
        copy[-self._behind :] = 0
        source, weights, result = x.reshape(-1), weight.reshape(-1), out.reshape(-1)
        panels = _aligned(self._panels if self._ahead else 0, x.dtype)
        finite = []

        def prepare(begin: int, end: int) -> None:
            if begin < rows:
                self._kernels.fill(source, copy, begin, min(end, rows), self._shape)
            if end > rows:
                finite.append(self._pack_ahead(weights, panels, max(begin, rows) - rows, end - rows))

        scratch: list[Array] = []  # of threads that are done with it

        def band(begin: int, end: int) -> None:
            try:
                totals = scratch.pop()
            except IndexError:
                # Whole vectors are transposed, also from behind the last tile.
                totals = _aligned(self._part * self._group_totals + self._lanes * self._outputs, copy.dtype)
            finite.append(self._band(copy, weights, panels, bias, result, totals, begin, end))
            scratch.append(totals)

        packed = size.groups * self._blocks * size.group_channels if self._ahead else 0
        prepare_ns = (rows * self._line + packed * self._outputs * self._slots.size) / 4 / (rows + packed)
        threads.run(prepare, rows + packed, prepare_ns, thread_count)
        units = size.groups * self._blocks * self._row_groups
        threads.run(band, units, self._unit_ns, thread_count)
        return all(finite)

    def _block(self, number: int) -> tuple[int, int, int, int]:
        """Return group, first output channel within it, number of outputs and first weight of a block."""
        size = self._size
        group, block = divmod(number, self._blocks)
        output = block * self._outputs
        first = group * size.group_channels * size.group_outputs * self._slots.size + output * self._output_step
        return group, output, min(self._outputs, size.group_outputs - output), first

    def _pack(self, weights: Array, panel: Array, number: int, inner: int, begin: int, end: int, count: int) -> bool:
        """Pack channels ``[begin, end)`` of a block's chunk of ``count`` from ``inner`` on; tell if all are finite."""
        _, _, outputs, first = self._block(number)
        places = np.empty(self._slots.size, np.int64)
        finite: bool = self._kernels.pack(
            weights, panel, self._slots, places, first + inner * self._channel_step, outputs, begin, end, count,
            self._output_step, self._channel_step,
        )  # fmt: skip
        return finite

    def _chunk(self, inner: int) -> int:
        """Return the channels of the chunk that begins with channel ``inner``."""
        return min(self._size.channel_block, self._size.group_channels - inner)

    def _pack_ahead(self, weights: Array, panels: Array, begin: int, end: int) -> bool:
        """Pack channels ``[begin, end)``, counted block by block."""
        finite = True
        while begin < end:
            number, channel = divmod(begin, self._size.group_channels)
            offset = channel % self._size.channel_block
            inner = channel - offset
            count = self._chunk(inner)
            last = min(count, offset + end - begin)
            finite &= self._pack(weights, self._ahead_of(panels, number, inner), number, inner, offset, last, count)
            begin += last - offset
        return finite

    def _ahead_of(self, panels: Array, number: int, inner: int) -> Array:
        """Return where the panel of a block's chunk begins among those that are packed ahead."""
        return panels[number * self._panel + inner * self._slots.size * self._outputs :]

    def _band(
        self,
        copy: Array,
        weights: Array,
        panels: Array,
        bias: Array,
        result: Array,
        totals: Array,
        begin: int,
        end: int,
    ) -> bool:
        """Compute groups of rows ``[begin, end)``, counted block by block."""
        size, tile = self._size, self._kernels.tile
        panel = panels if self._ahead else _aligned(self._slots.size * size.channel_block * self._outputs, copy.dtype)
        added = np.zeros(self._outputs, copy.dtype)
        finite = True
        while begin < end:
            number, first = divmod(begin, self._row_groups)
            last = min(self._row_groups, first + end - begin)
            group, output, outputs, _ = self._block(number)
            output += group * size.group_outputs
            added[:outputs] = bias[output : output + outputs]
            packed = self._ahead
            for top in range(first, last, self._part):
                bottom = min(last, top + self._part)
                for inner in range(0, size.group_channels, size.channel_block):
                    count = self._chunk(inner)
                    if not packed:
                        finite &= self._pack(weights, panel, number, inner, 0, count, count)
                        packed = size.channel_block >= size.group_channels
                    self._kernels.multiply(
                        copy, self._ahead_of(panels, number, inner) if self._ahead else panel, totals, top, bottom,
                        group * size.group_channels + inner, count, int(inner > 0), self._shape,
                        self._rows.counts, self._rows.begin, self._rows.taps, self._tables.pair_begin, self._offsets,
                    )  # fmt: skip
                self._kernels.store(
                    totals, added, result, top, bottom, output, outputs, tile.rows, tile.pixels, self._shape,
                    self._rows.counts, self._rows.out,
                )  # fmt: skip
            begin += last - first
        return finite
