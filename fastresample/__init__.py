"""Fast, exact image resampling on NumPy arrays.

Public names are loaded on first use, so that importing the package (and asking the command line for help)
costs next to nothing and never imports Numba, OpenCV, Pillow or PyTorch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "ConvMatrix",
    "Resizer",
    "__version__",
    "avg_pool2d",
    "batch",
    "bilinear_kernel",
    "compat",
    "conv2d",
    "conv_matrix",
    "conv_output_size",
    "conv_transpose2d",
    "conv_transpose_output_size",
    "get_num_threads",
    "insert_zeros",
    "loops",
    "max_pool2d",
    "max_unpool2d",
    "output_padding_for",
    "receptive_field",
    "resize",
    "set_num_threads",
    "validate",
    "warmup",
]

if TYPE_CHECKING:
    from fastresample import batch, compat, loops, validate
    from fastresample.constructions import ConvMatrix, bilinear_kernel, conv_matrix, insert_zeros
    from fastresample.convolution import conv2d, conv_transpose2d
    from fastresample.pooling import avg_pool2d, max_pool2d, max_unpool2d
    from fastresample.resizing import Resizer, resize
    from fastresample.sizes import conv_output_size, conv_transpose_output_size, output_padding_for, receptive_field
    from fastresample.threads import get_num_threads, set_num_threads
    from fastresample.warming import warmup

_HOMES = {
    "ConvMatrix": "constructions",
    "Resizer": "resizing",
    "avg_pool2d": "pooling",
    "bilinear_kernel": "constructions",
    "conv2d": "convolution",
    "conv_matrix": "constructions",
    "conv_output_size": "sizes",
    "conv_transpose2d": "convolution",
    "conv_transpose_output_size": "sizes",
    "get_num_threads": "threads",
    "insert_zeros": "constructions",
    "max_pool2d": "pooling",
    "max_unpool2d": "pooling",
    "output_padding_for": "sizes",
    "receptive_field": "sizes",
    "resize": "resizing",
    "set_num_threads": "threads",
    "warmup": "warming",
}
_SUBMODULES = ("batch", "compat", "loops", "validate")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(f"fastresample.{_HOMES[name]}"), name)
    elif name in _SUBMODULES:
        value = import_module(f"fastresample.{name}")
    else:
        raise AttributeError(f"module 'fastresample' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
