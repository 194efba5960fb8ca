"""Small two-dimensional linear results: all four corners in one sum, each weighed by the product of its two weights.

Unlike in two passes, nothing is rounded between rows and columns. Channels in whole vectors are added from the last
corner back, those left over from the first corner on.
"""

from typing import Any, NamedTuple

import numpy as np

from fastresample.kernels.common import Kernel, inline
from fastresample.kernels.fused import fused
from fastresample.kernels.rows import gather_line, scatter_line

_U = np.uintp


class Specialisation(NamedTuple):
    """What is fixed when a stage is compiled."""

    channels: int  # 1, 3, 4 or 0 = given at run time
    direct: bool  # C-contiguous (planes, rows, columns * channels); else any (planes, rows, columns, channels)
    number: Any  # NumPy scalar type of samples, weights and sums


@inline
def _row(upper, lower, target, c_n, head, wy0, wy1, fx, cx, wx):
    """Fill one row; of each pixel the first ``head`` channels are added backward. ``cx`` is 1 where an axis stays."""
    number = target.dtype.type
    last = _U(upper.size) - c_n
    for x in range(_U(fx.size)):
        wx0, wx1 = number(wx[x, _U(0)]), number(wx[x, _U(1)])
        w00, w01, w10, w11 = number(wy0 * wx0), number(wy0 * wx1), number(wy1 * wx0), number(wy1 * wx1)
        near, here = _U(fx[x]) * c_n, x * c_n
        far = min(near + _U(cx[x] - 1) * c_n, last)
        for c in range(head):
            total = fused(lower[far + c], w11, number(lower[near + c] * w10))
            target[here + c] = fused(upper[near + c], w00, fused(upper[far + c], w01, total))
        for c in range(head, c_n):
            total = fused(upper[near + c], w00, number(upper[far + c] * w01))
            target[here + c] = fused(lower[far + c], w11, fused(lower[near + c], w10, total))


def make_corners(special: Specialisation) -> Kernel:
    """Return the stage for one specialisation.

    Numbers: how many channels there are, how many of them fill whole vectors, and whether they lie behind the columns;
    else the planes are channels.
    """
    channels, direct, sample = special

    def corners(src, out, begin, end, layout, fx, cx, wx, fy, cy, wy, numbers):
        c_n = _U(channels if channels else layout[0])
        rows, rows_in, plane = out.shape[1], layout[2], layout[3]
        period, whole, behind = numbers[0], numbers[1], numbers[2] > 0
        if not direct:
            line_a, line_b = np.empty(layout[1], sample), np.empty(layout[1], sample)
            line_out = np.empty(out.shape[2] * out.shape[3], sample)
        for row in range(begin, end):
            p, y = row // rows, row % rows
            near = fy[y]
            far = min(near + cy[y] - 1, rows_in - 1)
            head = _U(whole) if behind else c_n if (p + plane) % period < whole else _U(0)
            if direct:
                width = layout[1]
                _row(src[p, near, :width], src[p, far, :width], out[p, y], c_n, head, wy[y, 0], wy[y, 1], fx, cx, wx)
            else:
                gather_line(src[p, near], line_a, 0)
                gather_line(src[p, far], line_b, 0)
                _row(line_a, line_b, line_out, c_n, head, wy[y, 0], wy[y, 1], fx, cx, wx)
                scatter_line(line_out, out[p, y])

    return corners
