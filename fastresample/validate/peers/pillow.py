"""Pillow, ``Image.resize`` and ``Image.reduce``: its filters always antialias."""

from typing import Any

import numpy as np

from fastresample.validate.calls import (
    ALWAYS_ANTIALIASES,
    CLIPS_BETWEEN,
    DROPS_OUTSIDE,
    ONE_OF_TIE,
    Call,
    Image,
    Library,
    Make,
    Size,
    channels,
    result_shape,
)

# RGBX and La: the stored samples as they are; RGBA and LA would be multiplied by their alpha
_MODES = {
    ("uint8", 1): "L",
    ("uint8", 2): "La",
    ("uint8", 3): "RGB",
    ("uint8", 4): "RGBX",
    ("uint16", 1): "I;16",
    ("int32", 1): "I",
    ("float32", 1): "F",
}
_FILTERS = {
    "box": "BOX",
    "bilinear": "BILINEAR",
    "hamming": "HAMMING",
    "bicubic": "BICUBIC",
    "lanczos3": "LANCZOS",
    "mks2013": "MKS2013",
    "mks2021": "MKS2021",
}
_NARROW = ("box", "bilinear", "hamming")  # outside the image they reach one pixel, whose weight the edge pixel takes


def _picture(image: Image) -> Any:
    from PIL import Image as Pillow

    if image.dtype == bool and channels(image) == 1:
        return Pillow.fromarray(image.reshape(image.shape[:2]))  # mode 1, whose pixels are bits
    mode = _MODES.get((image.dtype.name, channels(image)))
    if mode is None:
        raise NotImplementedError(f"Pillow has no mode for {channels(image)}-channel {image.dtype} images")
    return Pillow.frombuffer(mode, (image.shape[1], image.shape[0]), image.tobytes(), "raw", mode, 0, 1)


def _filtered(name: str) -> Make:
    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        from PIL import Image as Pillow

        if name not in Pillow.Resampling.__members__:
            raise NotImplementedError(f"this Pillow has no filter {name}")
        picture, resample = _picture(image), Pillow.Resampling[name]
        shape = result_shape(image, size)
        return Call(lambda: picture.resize(size[::-1], resample), lambda result: np.asarray(result).reshape(shape))

    return make


def _reduced(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
    if image.shape[0] % size[0] or image.shape[1] % size[1] or image.dtype == np.uint16:
        raise NotImplementedError("Pillow averages whole blocks only, of other samples than 16 bits (Image.reduce)")
    picture, factor = _picture(image), (image.shape[1] // size[1], image.shape[0] // size[0])
    shape = result_shape(image, size)
    return Call(lambda: picture.reduce(factor), lambda result: np.asarray(result).reshape(shape))


def _row(method: str, antialias: bool) -> Library:
    remarks = [] if antialias else [ALWAYS_ANTIALIASES]
    if method == "box":
        remarks.append(ONE_OF_TIE)
    if method not in _NARROW:
        remarks += [CLIPS_BETWEEN] if antialias else [DROPS_OUTSIDE, CLIPS_BETWEEN]
    return Library("PIL", _filtered(_FILTERS[method]), tuple(remarks))


ROWS = {
    "nearest": {"pillow": Library("PIL", _filtered("NEAREST"))},
    "area": {"pillow": Library("PIL", _reduced)},
    **{method: {"pillow": _row(method, antialias=False)} for method in _FILTERS if not method.startswith("mks")},
    **{f"{method} antialiased": {"pillow": _row(method, antialias=True)} for method in _FILTERS},
}
