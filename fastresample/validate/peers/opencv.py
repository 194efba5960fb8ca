"""OpenCV, ``cv2.resize``: it never antialiases, except by INTER_AREA."""

import numpy as np

from fastresample.validate.calls import (
    NEVER_ANTIALIASES,
    REPEATS_EDGE,
    STEEP_CUBIC,
    TOP_LEFT,
    Call,
    Image,
    Library,
    Make,
    Remark,
    Size,
    channels,
    grows,
    require,
    result_shape,
    shrinks,
)

_MOST = "uint8 uint16 int16 float32 float64"
_COPIED = "bool int8 uint32 int32 float16 " + _MOST
_EXACT = "int8 int32 " + _MOST


def _call(flag: str, dtypes: str = _MOST) -> Make:
    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        import cv2

        most = 4 if flag == "INTER_AREA" else 128
        require("OpenCV", image, image.dtype.name in dtypes.split() and channels(image) <= most)
        interpolation = getattr(cv2, flag)
        shape = result_shape(image, size)
        out = np.empty(shape, image.dtype) if planned else None
        return Call(
            lambda: cv2.resize(image, size[::-1], dst=out, interpolation=interpolation),
            lambda result: np.asarray(result).reshape(shape),
        )

    return make


def _mixed(image: Image, size: Size) -> bool:
    return shrinks(image, size) and grows(image, size)


def _row(flag: str, *remarks: Remark, dtypes: str = _MOST) -> Library:
    return Library("cv2", _call(flag, dtypes), remarks)


_CUBIC = "INTER_CUBIC"
_TWO_PIXELS = Remark("takes two pixels of an axis that shrinks", _mixed, incomparable=True)
ROWS = {
    "nearest": {
        "opencv": _row("INTER_NEAREST", TOP_LEFT, dtypes=_COPIED),
        "opencv-exact": _row("INTER_NEAREST_EXACT", dtypes=_COPIED),
    },
    "bilinear": {"opencv": _row("INTER_LINEAR"), "opencv-exact": _row("INTER_LINEAR_EXACT", dtypes=_EXACT)},
    "bilinear antialiased": {"opencv": _row("INTER_LINEAR", NEVER_ANTIALIASES)},
    "bicubic": {"opencv": _row(_CUBIC, STEEP_CUBIC)},
    "bicubic antialiased": {"opencv": _row(_CUBIC, STEEP_CUBIC, REPEATS_EDGE, NEVER_ANTIALIASES)},
    "lanczos4": {"opencv": _row("INTER_LANCZOS4")},
    "lanczos4 antialiased": {"opencv": _row("INTER_LANCZOS4", REPEATS_EDGE, NEVER_ANTIALIASES)},
    "area": {"opencv": _row("INTER_AREA", _TWO_PIXELS)},
}
