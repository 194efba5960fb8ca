"""Pixels of four bytes as one word: their two taps are fetched word by word, then weighed sample by sample.

Compilers make vectors of neither where a loop does both: apart, the row filter is 2.5 times as fast.
"""

import numpy as np

from fastresample.kernels.common import inline

_U = np.uintp


@inline
def spread_weights(weights, near, far):
    """Repeat the two weights of each pixel for its four samples."""
    for i in range(_U(near.size)):
        near[i], far[i] = weights[i // _U(4), _U(0)], weights[i // _U(4), _U(1)]


@inline
def filter_two_words(line, sums, first, near, far, near_weights, far_weights):
    """Like `rows.filter_two` for pixels of four bytes; ``line``, ``near`` and ``far`` are the kernel's own: aligned."""
    number = sums.dtype.type
    pixels, left, right = line.view(np.uint32), near.view(np.uint32), far.view(np.uint32)
    for x in range(_U(first.size)):
        place = _U(first[x])
        left[x], right[x] = pixels[place], pixels[place + _U(1)]
    for i in range(_U(sums.size)):
        a, b = number(number(near[i]) * number(near_weights[i])), number(number(far[i]) * number(far_weights[i]))
        sums[i] = number(a + b)
