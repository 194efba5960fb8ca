"""The documents' algorithms as plain loops, callable from a user's own ``@njit`` function, inside ``prange`` too.

`lerp` and `bilerp` interpolate between two and four points; `nearest` and `bilinear` fill a whole picture;
`conv_transpose2d` is the deconvolution of networks. They take no plan, start no threads and allocate nothing:
`fastresample.resize` and `fastresample.conv_transpose2d` are the fast way, this is the readable one.
"""

from fastresample.kernels.loops import bilerp, bilinear, conv_transpose2d, lerp, nearest

__all__ = ["bilerp", "bilinear", "conv_transpose2d", "lerp", "nearest"]
