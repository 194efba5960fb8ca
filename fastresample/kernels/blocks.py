"""Two-dimensional means: exact halving, where two linear taps of 1/2 each way are the mean of a 2 x 2 block."""

from typing import Any, NamedTuple

import numpy as np

from fastresample import codes
from fastresample.kernels.common import Kernel

_U = np.uintp


class Specialisation(NamedTuple):
    """What is fixed when a block mean is compiled; types are NumPy scalar types."""

    channels: int  # 1, 3, 4 or 0 = given at run time
    store: int  # codes.STORE_*: integers are rounded with ties up, floating point is kept
    sample: Any
    wide: Any  # holds four samples (integers), or the sum of the plain arithmetic


def make_halve(special: Specialisation) -> Kernel:
    """Return the stage for one specialisation; source and output are C-contiguous (planes, rows, columns * channels).

    Integers: ``(a + b + c + d + 2) >> 2``, which is what the separable stage gives, whose sums are exact here.
    Floating point: the sums of the separable stage, horizontal first.
    """
    channels, store, sample, wide = special
    whole = store != codes.STORE_CAST

    def halve(src, out, begin, end, layout, fx, cx, wx, fy, cy, wy, shifts):
        c_n = _U(channels if channels else layout[0])
        rows = out.shape[1]
        columns = _U(out.shape[2]) // c_n
        for row in range(begin, end):
            p, y = row // rows, row % rows
            upper, lower, target = src[p, 2 * y], src[p, 2 * y + 1], out[p, y]
            for x in range(columns):
                left, here = _U(2) * x * c_n, x * c_n
                for c in range(c_n):
                    a, b = wide(upper[left + c]), wide(upper[left + c_n + c])
                    d, e = wide(lower[left + c]), wide(lower[left + c_n + c])
                    if whole:
                        top, bottom = wide(a + b), wide(d + e)
                        target[here + c] = sample(wide(wide(top + bottom) + wide(2)) >> wide(2))
                    else:
                        half = wide(0.5)
                        one, two = wide(wide(a * half) + wide(b * half)), wide(wide(d * half) + wide(e * half))
                        target[here + c] = sample(wide(wide(one * half) + wide(two * half)))

    return halve
