"""Arguments of pooling and unpooling become a frozen spec, or an error that names them."""

import math
import operator
import sys
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample.spec.arrays import check_array
from fastresample.spec.convolution import LARGEST, Pair, Shape, check_pair, image_shape

Array = NDArray[Any]

_AXES = ("vertically", "horizontally")
_INDICES = frozenset(np.dtype(order + "i8") for order in "<>")


class PoolSpec(NamedTuple):
    """Windows over planes; pairs are (vertical, horizontal)."""

    dtype: str  # 'float32' or 'float64'
    shape: tuple[int, int, int, int]  # of the input: N, C, H, W
    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair
    size: Pair  # rows and columns of the result


class UnpoolSpec(NamedTuple):
    """Samples to be put back into larger planes."""

    dtype: str
    shape: tuple[int, int, int, int]  # of the input: N, C, h, w
    size: Pair  # rows and columns of the result


def check_indices(indices: object, shape: Shape) -> Array:
    """Return the array of places, as many as there are samples; their values are checked later."""
    array = check_array("indices", indices)
    if array.dtype not in _INDICES:
        raise TypeError(f"indices must have dtype int64, as max_pool2d returns them, got {array.dtype}")
    if array.shape != shape:
        raise ValueError(f"indices must have shape {shape}, as x, got {array.shape}")
    return array


def outside_message(indices: Array, size: Pair) -> str:
    """Return the error about the first index that lies outside a plane of ``size``; there is one."""
    samples = size[0] * size[1]
    bad = ((indices < 0) | (indices >= samples)).ravel()
    position = tuple(int(number) for number in np.unravel_index(int(bad.argmax()), indices.shape))
    return (
        f"indices must lie from 0 to {samples - 1}, in planes of {size[0]} rows and {size[1]} columns, "
        f"got {indices[position]} at {position}"
    )


def check_flag(name: str, value: object) -> bool:
    """Return a Boolean argument."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def check_divisor(value: Any) -> int:
    """Return the argument divisor_override as an integer, 0 for None."""
    if value is None:
        return 0
    accepted = f"divisor_override must be an integer of 64 bits other than 0, or None, got {value!r}"
    try:
        divisor = operator.index(value)
    except TypeError:
        raise TypeError(accepted) from None
    if isinstance(value, bool | np.bool_):
        raise TypeError(accepted)
    if divisor == 0 or not -(2**63) <= divisor < 2**63:
        raise ValueError(accepted)
    return divisor


def pool_spec(
    dtype: str, shape: Shape, kernel_size: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: Any
) -> PoolSpec:
    """Return the spec of a pooling."""
    kernel = check_pair("kernel_size", kernel_size, 1)
    return _pool(
        dtype,
        shape,
        kernel,
        kernel if stride is None else check_pair("stride", stride, 1),
        check_pair("padding", padding, 0),
        check_pair("dilation", dilation, 1),
        check_flag("ceil_mode", ceil_mode),
    )


def unpool_spec(dtype: str, shape: Shape, kernel_size: Any, stride: Any, padding: Any, output_size: Any) -> UnpoolSpec:
    """Return the spec of an unpooling; ``output_size`` may be a whole shape, of which the last two numbers count."""
    kernel = check_pair("kernel_size", kernel_size, 1)
    if isinstance(output_size, list | tuple) and len(output_size) == 4:
        output_size = output_size[2:]
    return _unpool(
        dtype,
        shape,
        kernel,
        kernel if stride is None else check_pair("stride", stride, 1),
        check_pair("padding", padding, 0),
        None if output_size is None else check_pair("output_size", output_size, 1),
    )


# Calls repeat: what is below runs once per set of arguments. They are integers in tuples, so that no key equals that
# of another type.


@lru_cache(maxsize=1024)
def _pool(
    dtype: str, shape: Shape, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> PoolSpec:
    images, channels, rows, columns = image_shape(shape)
    most = (kernel[0] // 2, kernel[1] // 2)
    if padding[0] > most[0] or padding[1] > most[1]:
        raise ValueError(f"padding must be at most half of kernel_size {kernel}, which is {most}, got {padding}")
    down, across = (
        _windows(name, n, k, s, p, d, ceil_mode)
        for name, n, k, s, p, d in zip(_AXES, (rows, columns), kernel, stride, padding, dilation, strict=True)
    )
    return PoolSpec(dtype, (images, channels, rows, columns), kernel, stride, padding, dilation, (down, across))


def _windows(axis: str, n: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """Return how many windows lie along an axis.

    With ``ceil_mode`` the last one may reach beyond the padding, if it starts within the input or the padding before.
    """
    room = n + 2 * padding - dilation * (kernel - 1) - 1
    count = (room + stride - 1 if ceil_mode else room) // stride + 1
    if ceil_mode and (count - 1) * stride >= n + padding:
        count -= 1
    if count < 1:
        raise ValueError(
            f"{axis}, kernel_size must fit the padded input: {kernel} samples with dilation {dilation} span "
            f"{dilation * (kernel - 1) + 1}, got {n} with padding {padding} on both sides, which is {n + 2 * padding}"
        )
    return count


@lru_cache(maxsize=1024)
def _unpool(
    dtype: str, shape: Shape, kernel: Pair, stride: Pair, padding: Pair, output_size: Pair | None
) -> UnpoolSpec:
    images, channels, rows, columns = image_shape(shape)
    usual = [(n - 1) * s + k - 2 * p for n, k, s, p in zip((rows, columns), kernel, stride, padding, strict=True)]
    given = f"{(rows, columns)} samples, kernel_size {kernel}, stride {stride} and padding {padding}"
    if output_size is None:
        if min(usual) < 1:
            raise ValueError(f"padding must leave a sample of the result, got {tuple(usual)} for {given}")
        size = (usual[0], usual[1])
    else:
        size = output_size
        for axis, wanted, middle, s in zip(_AXES, size, usual, stride, strict=True):
            if not middle - s < wanted < middle + s:
                raise ValueError(
                    f"{axis}, output_size must be from {max(middle - s + 1, 1)} to {middle + s - 1} for {given}, "
                    f"got {wanted}"
                )
    whole = (images, channels, *size)
    if max(size) > LARGEST or math.prod(whole) * np.dtype(dtype).itemsize > sys.maxsize:
        raise ValueError(f"the result must fit into memory, got shape {whole} of {dtype}")
    return UnpoolSpec(dtype, (images, channels, rows, columns), size)
