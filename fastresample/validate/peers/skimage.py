"""scikit-image, ``skimage.transform``: floats out, whatever goes in; the caller rounds.

``resize`` is SciPy's ``zoom`` on pixel centres (``grid_mode``): order 0 picks, order 1 is bilinear, order 3 a cubic
B-spline through the pixels, which is no convolution with a short kernel. ``anti_aliasing`` is a Gaussian blur of the
source, ``sigma = (step - 1) / 2`` along axes that shrink, and then the same interpolation. ``resize_local_mean`` is
area.
``preserve_range=True`` keeps levels; without it, integers come out as fractions of their range.
"""

from typing import Any

import numpy as np

from fastresample.validate.calls import (
    ONE_OF_TIE,
    Call,
    Image,
    Library,
    Make,
    Remark,
    Size,
    grows,
    require,
    shrinks,
)

_DTYPES = "uint8 int8 uint16 int16 float32 float64"
_BLURS = Remark("blurs by a Gaussian first", shrinks, incomparable=True)
_SPLINE = Remark("cubic B-spline through the pixels")


def _resized(order: int, blurs: bool = False) -> Make:
    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        from skimage.transform import resize

        require("scikit-image", image, image.dtype.name in _DTYPES.split())
        options: dict[str, Any] = {"order": order, "mode": "edge", "anti_aliasing": blurs, "preserve_range": True}
        return Call(lambda: resize(image, size, clip=False, **options), lambda result: _stored(result, image.dtype))

    return make


def _averaged(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
    from skimage.transform import resize_local_mean

    require("scikit-image", image, image.dtype.name in _DTYPES.split() and not grows(image, size))
    channel_axis = 2 if image.ndim == 3 else None
    return Call(
        lambda: resize_local_mean(image, size, preserve_range=True, channel_axis=channel_axis),
        lambda result: _stored(result, image.dtype),
    )


def _stored(result: Any, dtype: np.dtype[Any]) -> Image:
    """Return a result in the image's dtype: integers rounded (ties to even), and clipped."""
    if dtype.kind == "f":
        return np.asarray(result).astype(dtype, copy=False)
    info = np.iinfo(dtype)
    rounded: Image = np.clip(np.rint(result), info.min, info.max).astype(dtype)
    return rounded


def _row(make: Make, *remarks: Remark) -> dict[str, Library]:
    return {"scikit-image": Library("skimage", make, remarks)}


ROWS = {
    "nearest": _row(_resized(0), ONE_OF_TIE),
    "bilinear": _row(_resized(1)),
    "bilinear antialiased": _row(_resized(1, blurs=True), _BLURS),
    "bicubic": _row(_resized(3), _SPLINE),
    "bicubic antialiased": _row(_resized(3, blurs=True), _SPLINE, _BLURS),
    "area": _row(_averaged),
}
