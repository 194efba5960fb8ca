"""Convolution and its transpose as one plain loop: the definition that every faster kernel reproduces bit for bit.

The terms of a sum are ordered by block of channels, chunk of taps, tap and channel. Each chunk is a chain of fused
multiply-adds from zero, the sums of the chunks are added in order, and the bias comes last. Taps outside the input
are passed over, so that no infinite weight meets a padded zero, but keep their place in the chunks.
"""

from functools import cache
from typing import Any

import numpy as np
from numba import types

from fastresample.kernels.common import Kernel, array_type, compile_kernel, inline
from fastresample.kernels.fused import fused

# Unsigned indices: a signed one costs a wraparound test at each access.
_U = np.uintp


@inline
def _inside(offset, step, size, count):
    """Return the range of those t below ``count`` for which ``t * step + offset`` lies in ``[0, size)``."""
    first = min(max(0, -(offset // step)), count)
    return first, max(first, min(count, -((offset - size) // step)))


@inline
def _add_products(sums, first, count, factor, samples, place, step):
    """Add ``factor`` times each of ``count`` samples, which lie ``step`` apart, to the sums from ``first`` on."""
    if step == 1:  # a loop of its own, so that it becomes vector instructions
        for t in range(count):
            sums[first + t] = fused(factor, samples[place + t], sums[first + t])
    else:
        for t in range(count):
            sums[first + t] = fused(factor, samples[place + t * step], sums[first + t])


def make_plain(number: Any) -> Kernel:
    """Return the correlation of arrays of the NumPy scalar type ``number``, float32 or float64."""

    def correlate(
        x, weight, bias, out, begin, end, channel_block, tap_chunk,
        count_y, begin_y, tap_y, offset_y, output_step_y, input_step_y,
        count_x, begin_x, tap_x, offset_x, output_step_x, input_step_x,
    ):  # fmt: skip
        """Fill the rows ``[begin, end)`` of ``out``, counted over all images and channels.

        ``weight[group, output channel, input channel, row, column]``; the tables are `fastresample.phases.AxisPhases`.
        """
        samples, (_, channels_in, height, width) = x.reshape(-1), x.shape
        _, outputs, rows, columns = out.shape
        _, group_outputs, channels, _, _ = weight.shape
        sums, totals = np.empty(columns, number), np.empty(columns, number)
        plane, step = _U(height * width), _U(input_step_x)
        for unit in range(begin, end):
            image, output, row = unit // (outputs * rows), unit // rows % outputs, unit % rows
            group, member = output // group_outputs, output % group_outputs
            phase_y, top = row % output_step_y, row // output_step_y * input_step_y
            first_plane = image * channels_in + group * channels
            for phase_x in range(count_x.size):
                count, across = count_x[phase_x], begin_x[phase_x + 1] - begin_x[phase_x]
                taps = (begin_y[phase_y + 1] - begin_y[phase_y]) * across
                for t in range(_U(count)):
                    totals[t] = number(0)
                for block in range(0, channels, channel_block):
                    for chunk in range(0, taps, tap_chunk):
                        for t in range(_U(count)):
                            sums[t] = number(0)
                        for tap in range(chunk, min(chunk + tap_chunk, taps)):
                            ky, kx = begin_y[phase_y] + tap // across, begin_x[phase_x] + tap % across
                            y, left = top + offset_y[ky], offset_x[kx]
                            if y < 0 or y >= height:
                                continue
                            first, last = _inside(left, input_step_x, width, count)
                            if first == last:
                                continue
                            line = (first_plane + block) * height + y
                            place = _U(line * width + first * input_step_x + left)
                            for channel in range(_U(block), _U(min(block + channel_block, channels))):
                                factor = weight[_U(group), _U(member), channel, _U(tap_y[ky]), _U(tap_x[kx])]
                                _add_products(sums, _U(first), _U(last - first), factor, samples, place, step)
                                place += plane
                        for t in range(_U(count)):
                            totals[t] += sums[t]
                for t in range(_U(count)):
                    out[image, output, row, phase_x + t * _U(output_step_x)] = totals[t] + bias[output]

    return correlate


@cache
def plain(dtype: str) -> Kernel:
    """Return the compiled kernel for a dtype."""
    index, integer = array_type(np.int64, 1), types.int64
    axis = (index, index, index, index, integer, integer)
    signature = (
        array_type(dtype, 4),
        array_type(dtype, 5, "A"),
        array_type(dtype, 1),
        array_type(dtype, 4, writable=True),
        *[integer] * 4,
        *axis,
        *axis,
    )
    return compile_kernel(make_plain(np.dtype(dtype).type), f"correlate_{dtype}", signature)
