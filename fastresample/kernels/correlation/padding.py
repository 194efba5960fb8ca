"""How a correlation lies in memory: the sizes that its kernels share, and the padded copy of the input."""

from typing import NamedTuple

import numpy as np

from fastresample.kernels.common import inline


class Sizes(NamedTuple):
    """Integers of one correlation; distances are in samples. See ``fastresample.phases`` for phases and steps."""

    images: int
    channels: int  # of the input, over all groups
    rows: int
    columns: int
    groups: int
    group_channels: int  # input channels of a group
    group_outputs: int  # output channels of a group
    rows_out: int
    columns_out: int
    phases_y: int
    phases_x: int
    step_y: int  # from one output of a phase to the next, in the input
    step_x: int
    tap_chunk: int
    channel_block: int
    most_rows: int  # of any phase
    tiles: int  # per row of a phase
    top: int  # zeros above the input, in the padded copy
    left: int
    rows_padded: int
    width: int  # of a padded row's part: columns of one residue modulo step_x


@inline
def sizes(t):
    """Return the sizes that a table of integers holds: kernels take tables, for these are quicker to hand over."""
    return Sizes(
        t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], t[10], t[11],
        t[12], t[13], t[14], t[15], t[16], t[17], t[18], t[19], t[20],
    )  # fmt: skip


@inline
def fill_padded(x, padded, begin, end, origin, size):
    """Copy rows ``[begin, end)`` of all images' padded rows to ``padded``, which begins with row ``origin``.

    A padded row holds, channel by channel, every step-th column, then every step-th from the second on, and so on:
    along columns every correlation reads neighbours.
    """
    zero, step, columns = padded.dtype.type(0), np.uintp(size.step_x), size.columns
    for unit in range(begin, end):
        image, y = unit // size.rows_padded, unit % size.rows_padded - size.top
        inside = 0 <= y < size.rows
        for residue in range(size.step_x):
            shift = residue - size.left
            first = min(max(0, -(shift // size.step_x)), size.width) if inside else size.width
            last = max(first, min(size.width, -((shift - columns) // size.step_x)))
            for channel in range(size.channels):
                line = ((unit - origin) * size.channels + channel) * size.step_x + residue
                target, stop = np.uintp(line * size.width), np.uintp((line + 1) * size.width)
                copied, behind = target + np.uintp(first), target + np.uintp(last)
                source = np.uintp(
                    ((image * size.channels + channel) * size.rows + y) * columns + shift + first * size.step_x
                )
                for i in range(target, copied):
                    padded[i] = zero
                if size.step_x == 1:
                    for i in range(behind - copied):
                        padded[copied + i] = x[source + i]
                else:
                    for i in range(behind - copied):
                        padded[copied + i] = x[source + i * step]
                for i in range(behind, stop):
                    padded[i] = zero
