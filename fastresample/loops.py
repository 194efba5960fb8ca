"""The documents' algorithms as plain loops, callable from a user's own ``@njit`` function, inside ``prange`` too.

`lerp` and `bilerp` interpolate between two and four points; `nearest` and `bilinear` fill a whole picture. They take no
plan, start no threads and allocate nothing: `fastresample.resize` is the fast way, this is the readable one.
"""

from fastresample.kernels.loops import bilerp, bilinear, lerp, nearest

__all__ = ["bilerp", "bilinear", "lerp", "nearest"]
