"""What the kernels of register tiles share: the padded copy's shape and the tile's request."""

import math
from typing import NamedTuple

import numpy as np

from fastresample.correlation.tables import Index, Tables
from fastresample.kernels.correlation import Request, Sizes, lanes, tiles
from fastresample.phases import AxisPhases
from fastresample.spec.convolution import ConvolutionSpec

_FEW_WEIGHTS = 1 << 14


class Padded(NamedTuple):
    """Sizes for the kernels, and where taps lie in the padded copy."""

    size: Sizes
    shape: Index  # the same as a table
    offsets: Index
    line: int  # samples of a padded row, all channels
    behind: int  # samples that tiles read behind the last row: whole tiles cover the columns of every row
    reach: int  # padded rows that one output row may read


def _reach(axis: AxisPhases) -> int:
    """Return the length of an axis from the first input that is read, or the first there is, to the last."""
    first = min(0, int(axis.offset.min()))
    return (int(axis.counts.max()) - 1) * axis.input_step + int(axis.offset.max()) - first + 1


def request(spec: ConvolutionSpec, tables: Tables) -> Request:
    """Return what is asked of the variants."""
    y, x = tables.y, tables.x
    outputs = spec.channels // spec.groups
    pairs = y.counts.size * x.counts.size
    products = spec.shape[1] // spec.groups * tables.order.size // pairs
    rows = spec.shape[0] * int(y.counts.max())
    samples = math.prod(spec.shape) + spec.shape[0] * spec.channels * math.prod(spec.size)
    work = spec.shape[0] * spec.channels * math.prod(spec.size) * products
    copied = spec.shape[0] * spec.shape[1] * _reach(y) * _reach(x)
    extent = tiles.Extent(lanes(spec.dtype), int(x.counts.max()), rows, pairs, outputs, products, work, samples, copied)
    most_taps = int(np.diff(tables.pair_begin).max())
    one_chunk = tables.channel_block >= spec.shape[1] // spec.groups and tables.tap_chunk >= most_taps
    return Request(spec.dtype, x.counts.size, _depthwise_taps(spec), one_chunk, extent)


def _depthwise_taps(spec: ConvolutionSpec) -> tuple[int, int]:
    """Return the most taps of any phase where each channel is by itself, undilated, transposed or of stride 1.

    Else (0, 0), and also where a channel's weights, one for each sample of a period of the columns and each phase of
    the rows, would be more than its results: where strides are large and odd.
    """
    taps_y, taps_x = (-(-k // s) for k, s in zip(spec.kernel, spec.stride, strict=True))
    weights = spec.stride[0] * taps_y * taps_x * math.lcm(spec.stride[1], lanes(spec.dtype))
    few = weights <= max(_FEW_WEIGHTS, math.prod(spec.size))
    alone = spec.groups == spec.shape[1] == spec.channels
    kind = spec.dilation == (1, 1) and (spec.transposed or spec.stride == (1, 1))
    return (taps_y, taps_x) if alone and kind and few else (0, 0)


def padded(spec: ConvolutionSpec, tables: Tables, tile_rows: int, tile_columns: int) -> Padded:
    """Return how the input is padded for tiles of so many rows and columns."""
    y, x = tables.y, tables.x
    top, left = -int(tables.row.min(initial=0)), -int(tables.column.min(initial=0))
    rows, columns = tables.row + top, tables.column + left
    most_rows = int(y.counts.max())
    tile_count = -(-int(x.counts.max()) // tile_columns)
    width = int(columns.max(initial=0)) // x.input_step + int(x.counts.max())
    reach = int(rows.max(initial=0)) + 1
    covered = -(-most_rows // tile_rows) * tile_rows
    size = Sizes(
        images=spec.shape[0],
        channels=spec.shape[1],
        rows=spec.shape[2],
        columns=spec.shape[3],
        groups=spec.groups,
        group_channels=spec.shape[1] // spec.groups,
        group_outputs=spec.channels // spec.groups,
        rows_out=spec.size[0],
        columns_out=spec.size[1],
        phases_y=y.output_step,
        phases_x=x.output_step,
        step_y=y.input_step,
        step_x=x.input_step,
        tap_chunk=tables.tap_chunk,
        channel_block=tables.channel_block,
        most_rows=most_rows,
        tiles=tile_count,
        top=top,
        left=left,
        rows_padded=(covered - 1) * y.input_step + reach,
        width=width,
    )
    line = size.channels * size.step_x * width
    offsets = rows * line + columns % size.step_x * width + columns // size.step_x
    return Padded(size, np.array(size), offsets, line, tile_columns, reach)


def row_taps(spec: ConvolutionSpec, tables: Tables, rows: Index) -> Index:
    """Return which taps meet the image: (phase, group, [first, last, all]) of taps along the rows.

    ``rows`` (phase, group, row) are the numbers of output rows within their phase; taps of a group are those of any of
    its rows. They are neighbours, because what a phase's taps read lies in order.
    """
    y = tables.y
    result = np.zeros((*rows.shape[:2], 3), np.int64)
    for phase, taps in enumerate(np.diff(y.tap_begin)):
        offset = y.offset[y.tap_begin[phase] : y.tap_begin[phase + 1]]
        origin = rows[phase] * y.input_step
        if spec.transposed:  # later taps read earlier rows
            last, first = (taps - np.searchsorted(offset[::-1], end - origin) for end in (0, spec.shape[2]))
        else:
            first, last = (np.searchsorted(offset, end - origin) for end in (0, spec.shape[2]))
        meets = first < last
        first, last = np.where(meets, first, taps).min(axis=1), np.where(meets, last, 0).max(axis=1)
        result[phase] = np.stack([np.minimum(first, last), last, np.full_like(last, max(1, taps))], axis=1)
    return result
