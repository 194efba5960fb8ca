"""PyTorch, ``torch.nn.functional.interpolate`` on the CPU.

Timed is the tensor that an image is without a copy, channels last. Bits are those of the contiguous tensor that a
network is given: for floats they are other kernels, whose results differ in the last place.
"""

import numpy as np

from fastresample.validate.calls import (
    CLIPS_BETWEEN,
    STEEP_CUBIC,
    TOP_LEFT,
    Call,
    Image,
    Library,
    Make,
    Remark,
    Size,
    require,
    result_shape,
)

_FLOATS = "float32 float64"


def _call(mode: str, antialias: bool, dtypes: str, contiguous: bool = False) -> Make:
    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        import torch
        from torch.nn.functional import interpolate

        require("torch", image, image.dtype.name in dtypes.split())
        height, width = image.shape[:2]
        tensor = torch.from_numpy(image.reshape(height, width, -1)).permute(2, 0, 1)[None]
        tensor = tensor.contiguous() if contiguous else tensor
        shape = result_shape(image, size)
        return Call(
            lambda: interpolate(tensor, size=size, mode=mode, antialias=antialias),
            lambda result: np.ascontiguousarray(result[0].permute(1, 2, 0).numpy()).reshape(shape),
        )

    return make


def _row(mode: str, *remarks: Remark, antialias: bool = False, dtypes: str = "uint8 " + _FLOATS) -> Library:
    timed, plain = (_call(mode, antialias, dtypes, contiguous) for contiguous in (False, True))
    return Library("torch", timed, remarks, plain)


def _fractional(image: Image, size: Size) -> bool:
    return any(n_in % n_out and n_out % n_in for n_in, n_out in zip(image.shape, size, strict=False))


ROWS = {
    "nearest": {"torch": _row("nearest", TOP_LEFT), "torch-exact": _row("nearest-exact")},
    "bilinear": {"torch": _row("bilinear")},
    "bilinear antialiased": {"torch": _row("bilinear", antialias=True)},
    "bicubic": {"torch": _row("bicubic", STEEP_CUBIC, CLIPS_BETWEEN)},
    "bicubic antialiased": {"torch": _row("bicubic", CLIPS_BETWEEN, antialias=True)},
    "lanczos3 antialiased": {"torch": _row("lanczos", CLIPS_BETWEEN, antialias=True)},
    "area": {"torch": _row("area", Remark("averages whole pixels", _fractional), dtypes=_FLOATS)},
}
