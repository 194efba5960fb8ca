"""Samples back to the places that max pooling took them from, zeros elsewhere."""

from typing import Any

import numpy as np

from fastresample.kernels.common import Kernel

# Unsigned indices: a signed one costs a wraparound test at each access.
_U = np.uintp
_POSITIVE = np.int64(2**63 - 1)
# Samples put back at a time: what they need stays in the innermost cache.
CHUNK = 256


def outside(index, begin, end, size):
    """Tell whether any of ``index[begin:end]`` lies outside ``[0, size)``: negative, or beyond ``size - 1``."""
    last, signs = np.int64(size - 1), np.int64(0)
    for i in range(_U(begin), _U(end)):
        # Negative if the place or its distance to the last one is; the mask keeps the difference within 64 bits.
        signs |= index[i] | (last - (index[i] & _POSITIVE))
    return signs < 0


def make_plain(number: Any) -> Kernel:
    """Return the kernel for arrays of the NumPy scalar type ``number``."""

    def unpool(x, index, out, begin, end, samples, size):
        """Fill the planes ``[begin, end)`` of ``out``, of ``size`` samples each, from as many planes of ``samples``.

        All arrays are flat; indices lie in ``[0, size)``. Of several samples for one place the last one stays.
        """
        count = _U(samples)
        for plane in range(begin, end):
            source, target = _U(plane * samples), _U(plane * size)
            for i in range(_U(size)):
                out[target + i] = number(0)
            for i in range(count):
                out[target + _U(index[source + i])] = x[source + i]

    return unpool


def make_ahead(number: Any) -> Kernel:
    """Return the same, writing zeros just ahead of the samples, as far as the next few of them reach.

    Places of pooled samples ascend by and large, so a line of the cache is fetched once for zeros and samples. In any
    other order it is the plain kernel, a little later.
    """

    def unpool(x, index, out, begin, end, samples, size):
        """See `make_plain`."""
        for plane in range(begin, end):
            source, target, cleared = _U(plane * samples), _U(plane * size), _U(0)
            for first in range(0, samples, CHUNK):
                here, count = source + _U(first), _U(min(CHUNK, samples - first))
                farthest = np.int64(0)
                for i in range(count):
                    farthest = max(farthest, index[here + i])
                for i in range(cleared, _U(farthest) + _U(1)):
                    out[target + i] = number(0)
                cleared = max(cleared, _U(farthest) + _U(1))
                for i in range(count):
                    out[target + _U(index[here + i])] = x[here + i]
            for i in range(cleared, _U(size)):
                out[target + i] = number(0)

    return unpool
