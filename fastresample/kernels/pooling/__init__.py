"""Pooling and unpooling of planes: the plain definitions and what is faster beside them, with the same bits.

NaN of a mean is an exception: which of several NaN it is, is nowhere promised.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels.common import Kernel, array_type, compile_kernel
from fastresample.kernels.pooling import maximum, mean, unpool
from fastresample.kernels.pooling.windows import Window
from fastresample.kernels.variants import Variant, always

__all__ = ["VARIANTS", "MaxRequest", "MeanRequest", "UnpoolRequest", "Unpooling", "Window"]

_INT = types.int64
_WINDOW = types.NamedUniTuple(_INT, len(Window._fields), Window)
# Fewer outputs in a row, or farther apart: what goes along a row of outputs does not pay.
_FEWEST_OUTPUTS, _LARGEST_STRIDE = 4, 3


class MaxRequest(NamedTuple):
    """A maximum to be computed; the integers are those of the columns."""

    dtype: str
    indices: bool  # whether places are asked for
    kernel: int
    stride: int
    dilation: int
    outputs: int
    short: bool  # 32 bits hold every place
    family: str = "max_pool"


class MeanRequest(NamedTuple):
    """A mean to be computed; the integers are those of the columns."""

    dtype: str
    kernel: int
    stride: int
    outputs: int
    family: str = "avg_pool"


class UnpoolRequest(NamedTuple):
    """Samples to be put back."""

    dtype: str
    family: str = "unpool"


class Unpooling(NamedTuple):
    """The check that comes before anything is written, and the writing."""

    outside: Kernel
    unpool: Kernel


def _types(dtype: str) -> tuple[Any, Any, Any]:
    """Return the NumPy scalar type and the flat arrays to read and to write."""
    return np.dtype(dtype).type, array_type(dtype, 1), array_type(dtype, 1, writable=True)


def _compile_max(request: MaxRequest, name: str, kernel: Kernel, *special: int) -> Kernel:
    _, read, write = _types(request.dtype)
    name = "_".join(["max_pool", name, request.dtype, *(["indices"] if request.indices else []), *map(str, special)])
    return compile_kernel(kernel, name, (read, write, array_type(np.int64, 1, writable=True), _INT, _INT, _WINDOW))


def _make_max_rows(request: MaxRequest) -> Kernel:
    fixed = request.stride == 2 and request.dilation == 1 and request.kernel in (2, 3)
    taps = request.kernel if fixed else 0
    kernel = maximum.make_rows(np.dtype(request.dtype).type, request.indices, taps)
    return _compile_max(request, "rows", kernel, taps)


def _make_max_columns(request: MaxRequest) -> Kernel:
    return _compile_max(request, "columns", maximum.make_columns(np.dtype(request.dtype).type, request.indices))


def _make_max_plain(request: MaxRequest) -> Kernel:
    return _compile_max(request, "plain", maximum.make_plain(np.dtype(request.dtype).type, request.indices))


def _is_short(request: MaxRequest) -> bool:
    return request.short


def _in_rows(request: MaxRequest | MeanRequest) -> bool:
    return request.outputs >= _FEWEST_OUTPUTS and request.stride <= _LARGEST_STRIDE


def _compile_mean(request: MeanRequest, name: str, kernel: Kernel, *special: int) -> Kernel:
    _, read, write = _types(request.dtype)
    name = "_".join(["avg_pool", name, request.dtype, *map(str, special)])
    return compile_kernel(kernel, name, (read, write, _INT, _INT, _WINDOW, _INT, _INT))


def _make_mean_rows(request: MeanRequest) -> Kernel:
    two_apart = request.stride == 2
    return _compile_mean(request, "rows", mean.make_rows(np.dtype(request.dtype).type, two_apart), int(two_apart))


def _make_mean_fours(request: MeanRequest) -> Kernel:
    return _compile_mean(request, "fours", mean.make_fours(np.dtype(request.dtype).type))


def _make_mean_plain(request: MeanRequest) -> Kernel:
    return _compile_mean(request, "plain", mean.make_plain(np.dtype(request.dtype).type))


def _compile_unpool(request: UnpoolRequest, name: str, kernel: Kernel) -> Unpooling:
    _, read, write = _types(request.dtype)
    index = array_type(np.int64, 1)
    signature = (read, index, write, _INT, _INT, _INT, _INT)
    return Unpooling(
        compile_kernel(unpool.outside, "unpool_outside", (index, _INT, _INT, _INT)),
        compile_kernel(kernel, f"unpool_{name}_{request.dtype}", signature),
    )


def _make_unpool_ahead(request: UnpoolRequest) -> Unpooling:
    return _compile_unpool(request, "ahead", unpool.make_ahead(np.dtype(request.dtype).type))


def _make_unpool_plain(request: UnpoolRequest) -> Unpooling:
    return _compile_unpool(request, "plain", unpool.make_plain(np.dtype(request.dtype).type))


# First match that suits wins; the last row of a family is its plain definition.
VARIANTS = (
    Variant("max_pool", "rows", _is_short, _make_max_rows, _in_rows),
    Variant("max_pool", "columns", _is_short, _make_max_columns),
    Variant("max_pool", "plain", always, _make_max_plain),
    Variant("avg_pool", "rows", always, _make_mean_rows, _in_rows),
    Variant("avg_pool", "fours", always, _make_mean_fours),
    Variant("avg_pool", "plain", always, _make_mean_plain),
    Variant("unpool", "ahead", always, _make_unpool_ahead),
    Variant("unpool", "plain", always, _make_unpool_plain),
)
