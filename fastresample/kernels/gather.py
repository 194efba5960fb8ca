"""Nearest neighbour, or any index map: copy whole pixels, as unsigned words that know nothing of their dtype."""

from typing import Any, NamedTuple

import numpy as np

from fastresample.kernels.common import Kernel

# Unsigned indices: a signed one costs a wraparound test at each access.
_U = np.uintp


class Specialisation(NamedTuple):
    """What is fixed when a gather is compiled."""

    channels: int  # words per pixel: 1, 3, 4 or 0 = given at run time
    direct: bool  # C-contiguous (planes, rows, columns * channels); else any (planes, rows, columns, channels)
    word: Any  # NumPy scalar type: uint8, uint16, uint32 or uint64


def make_gather(special: Specialisation) -> Kernel:
    """Return the stage ``out[p, y, x] = src[p, index_y[y], index_x[x]]`` for one specialisation."""
    channels, direct, _ = special

    def gather(src, out, begin, end, layout, index_x, index_y):
        c_n = _U(channels if channels else layout[0])
        rows = out.shape[1]
        for row in range(begin, end):
            p, y = row // rows, row % rows
            if direct and row > begin and y > 0 and index_y[y] == index_y[y - 1]:
                line, target = out[p, y - 1], out[p, y]
                for i in range(_U(target.size)):
                    target[i] = line[i]
            elif direct:
                line, target = src[p, index_y[y]], out[p, y]
                for x in range(_U(index_x.size)):
                    there, here = _U(index_x[x]) * c_n, x * c_n
                    for c in range(c_n):
                        target[here + c] = line[there + c]
            else:
                pixels, goal = src[p, index_y[y]], out[p, y]
                for x in range(_U(index_x.size)):
                    for c in range(c_n):
                        goal[x, c] = pixels[_U(index_x[x]), c]

    return gather
