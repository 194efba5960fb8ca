"""pyvips, libvips: ``affine`` interpolates, ``reduceh`` and ``reducev`` antialias, ``shrink`` averages blocks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from fastresample.validate.calls import (
    CLIPS_BETWEEN,
    REPEATS_EDGE,
    Call,
    Image,
    Library,
    Make,
    Remark,
    Size,
    channels,
    require,
    result_shape,
    shrinks,
)

_FORMATS = {
    "uint8": "uchar",
    "int8": "char",
    "uint16": "ushort",
    "int16": "short",
    "uint32": "uint",
    "int32": "int",
    "float32": "float",
    "float64": "double",
}
_KERNELS = {  # that shrink
    "bilinear": "linear",
    "bicubic": "cubic",
    "mitchell": "mitchell",
    "lanczos2": "lanczos2",
    "lanczos3": "lanczos3",
    "mks2013": "mks2013",
    "mks2021": "mks2021",
}
_INTERPOLATORS = ("bilinear", "bicubic")
_COARSE = Remark("coordinates in 64ths of a pixel")
_WIDE = (REPEATS_EDGE, _COARSE, CLIPS_BETWEEN)


def _affine(source: Any, size: Size, interpolation: str, shift: float = 0.5) -> Any:
    """Map the rows and columns of a vips image onto ``size`` with pixel centres on pixel centres, edges repeated."""
    import pyvips

    height, width = size
    return source.affine(
        [width / source.width, 0, 0, height / source.height],
        interpolate=pyvips.Interpolate.new(interpolation),
        idx=shift,
        idy=shift,
        odx=-0.5,
        ody=-0.5,
        oarea=[0, 0, width, height],
        extend="copy",
    )


def _nearest(source: Any, size: Size) -> Any:
    return _affine(source, size, "nearest", 0.0)  # this interpolator rounds down, so corners are its centres


def _antialiased(method: str, source: Any, size: Size) -> Any:
    height, width = size
    if method not in _INTERPOLATORS and (height > source.height or width > source.width):
        raise NotImplementedError(f"pyvips has {method} only where no axis grows")
    if height < source.height:
        source = source.reducev(source.height / height, kernel=_KERNELS[method])
    if width < source.width:
        source = source.reduceh(source.width / width, kernel=_KERNELS[method])
    return source if (source.height, source.width) == size else _affine(source, size, method)


def _averaged(source: Any, size: Size) -> Any:
    if source.height % size[0] or source.width % size[1]:
        raise NotImplementedError("pyvips averages whole blocks only")
    return source.shrink(source.width // size[1], source.height // size[0])


def _call(pipeline: Callable[[Any, Size], Any]) -> Make:
    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        import pyvips

        require("pyvips", image, image.dtype.name in _FORMATS)
        height, width = image.shape[:2]
        source = pyvips.Image.new_from_memory(image.data, width, height, channels(image), _FORMATS[image.dtype.name])
        pipeline(source, size)  # says what it cannot do; computes nothing yet
        shape = result_shape(image, size)
        return Call(
            lambda: pipeline(source, size).write_to_memory(),
            lambda result: np.frombuffer(result, image.dtype).reshape(shape),
        )

    return make


def _row(pipeline: Callable[[Any, Size], Any], *remarks: Remark) -> dict[str, Library]:
    return {"pyvips": Library("pyvips", _call(pipeline), remarks)}


ROWS = {
    "nearest": _row(_nearest),
    "area": _row(_averaged),
    "bilinear": _row(partial(_affine, interpolation="bilinear")),
    "bicubic": _row(partial(_affine, interpolation="bicubic"), _COARSE),
    "bilinear antialiased": _row(partial(_antialiased, "bilinear"), *(r._replace(holds=shrinks) for r in _WIDE[:2])),
    **{f"{method} antialiased": _row(partial(_antialiased, method), *_WIDE) for method in list(_KERNELS)[1:]},
}
