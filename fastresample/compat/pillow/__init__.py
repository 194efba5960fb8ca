"""Drop-in replacements for Pillow 13.0.0's ``Image.resize``, ``Image.reduce`` and ``Image.thumbnail``.

The same arguments, defaults, results and kinds of error, for every mode. ``resize_array`` and ``reduce_array`` do to
arrays what Pillow's C core does to the samples that an image stores, for any number of channels and without Pillow.

Sizes are ``(width, height)`` and boxes ``(left, upper, right, lower)``, in pixels, as Pillow has them.

Two things differ: a box with NaN in it is an error here, where Pillow returns a black image, and an interpolated image
of mode PA keeps its palette, which Pillow half forgets.
"""

from fastresample.compat.pillow.arrays import (
    BICUBIC,
    BILINEAR,
    BOX,
    HAMMING,
    LANCZOS,
    MKS2013,
    MKS2021,
    NEAREST,
    reduce_array,
    resize_array,
)
from fastresample.compat.pillow.images import reduce, resize, thumbnail

__all__ = [
    "BICUBIC",
    "BILINEAR",
    "BOX",
    "HAMMING",
    "LANCZOS",
    "MKS2013",
    "MKS2021",
    "NEAREST",
    "reduce",
    "reduce_array",
    "resize",
    "resize_array",
    "thumbnail",
]
