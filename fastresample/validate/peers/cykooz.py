"""cykooz-resizer: fast_image_resize, in Rust."""

from typing import Any

import numpy as np

from fastresample.validate.calls import (
    CLIPS_BETWEEN,
    DROPS_OUTSIDE,
    ONE_OF_TIE,
    Call,
    Image,
    Library,
    Make,
    Remark,
    Size,
    channels,
    require,
    result_shape,
)

_TYPES = {"uint8": "U8", "uint16": "U16", "int32": "I32", "float32": "F32"}
_FILTERS = {
    "box": "box",
    "bilinear": "bilinear",
    "bicubic": "catmull_rom",
    "mitchell": "mitchell",
    "gaussian": "gaussian",
    "lanczos3": "lanczos3",
}
_OWN = {
    "box": (ONE_OF_TIE,),
    "bicubic": (CLIPS_BETWEEN,),
    "mitchell": (CLIPS_BETWEEN,),
    "gaussian": (Remark("reaches twice as far"),),
    "lanczos3": (CLIPS_BETWEEN,),
}


def _call(algorithm: str, filter_name: str) -> Make:
    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        import cykooz_resizer as cykooz

        count = channels(image)
        name = _TYPES.get(image.dtype.name, "") + (f"x{count}" if count > 1 else "")
        require("cykooz-resizer", image, name in cykooz.PixelType.__members__)
        pixel_type = cykooz.PixelType[name]
        rule = cykooz.ResizeAlg()
        if filter_name:
            rule = cykooz.ResizeAlg.convolution(cykooz.FilterType[filter_name])
            rule._algorithm = cykooz.Algorithm[algorithm]  # "interpolation" has no public constructor
        pool = cykooz.ResizerThreadPool(threads) if threads is not None and threads > 1 else None
        options = cykooz.ResizeOptions(resize_alg=rule, use_alpha=False, thread_pool=pool)
        source = cykooz.ImageData(image.shape[1], image.shape[0], pixel_type, image.tobytes())
        ready = (cykooz.Resizer(), cykooz.ImageData(size[1], size[0], pixel_type)) if planned else None

        def run() -> Any:
            resizer, out = ready or (cykooz.Resizer(), cykooz.ImageData(size[1], size[0], pixel_type))
            resizer.resize(source, out, options)
            return out

        shape = result_shape(image, size)
        return Call(run, lambda result: np.frombuffer(result.get_buffer(), image.dtype).reshape(shape))

    return make


def _row(method: str, antialias: bool) -> Library:
    remarks = list(_OWN.get(method, ()))
    if not antialias and method not in ("box", "bilinear"):
        remarks.append(DROPS_OUTSIDE)
    algorithm = "convolution" if antialias else "interpolation"
    return Library("cykooz_resizer", _call(algorithm, _FILTERS[method]), tuple(remarks))


ROWS = {
    "nearest": {"cykooz-resizer": Library("cykooz_resizer", _call("nearest", ""))},
    **{method: {"cykooz-resizer": _row(method, antialias=False)} for method in _FILTERS},
    **{f"{method} antialiased": {"cykooz-resizer": _row(method, antialias=True)} for method in _FILTERS},
}
