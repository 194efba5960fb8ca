"""Arguments of a convolution or its transpose become a frozen spec, or an error that names them."""

import math
import operator
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample.sizes import conv_output_size, conv_transpose_output_size
from fastresample.spec.arrays import FLOATS, check_array, check_samples

Array = NDArray[Any]
Pair = tuple[int, int]
Shape = tuple[int, ...]
Shapes = tuple[Shape, Shape, Shape | None]  # of x, weight and bias

# Larger than any axis; keeps every index of a kernel within 64 bits.
LARGEST = 2**31 - 1


class ConvolutionSpec(NamedTuple):
    """A convolution or its transpose; pairs are (vertical, horizontal)."""

    transposed: bool
    dtype: str  # 'float32' or 'float64'
    shape: tuple[int, int, int, int]  # of the input: N, C_in, H, W
    channels: int  # C_out
    kernel: Pair
    stride: Pair
    padding: Pair  # before the first row and column; what follows the last one shows in size only
    dilation: Pair
    groups: int
    size: Pair  # rows and columns of the result


class Operands(NamedTuple):
    """What was given as arrays, of any layout and byte order."""

    x: Array
    weight: Array
    bias: Array | None
    dtype: str

    @property
    def shapes(self) -> Shapes:
        """Shapes of x, weight and bias."""
        return self.x.shape, self.weight.shape, None if self.bias is None else self.bias.shape


def check_operands(x: object, weight: object, bias: object) -> Operands:
    """Return the arrays and the dtype that they share."""
    samples, dtype = check_samples(x)
    weight = check_array("weight", weight)
    bias = None if bias is None else check_array("bias", bias)
    for name, array in (("weight", weight), ("bias", bias)):
        if array is not None and FLOATS.get(array.dtype) != dtype:
            raise TypeError(f"{name} must have dtype {dtype}, as x, got {array.dtype}")
    return Operands(samples, weight, bias, dtype.name)


def conv_spec(operands: Operands, stride: Any, padding: Any, dilation: Any, groups: Any) -> ConvolutionSpec:
    """Return the spec of a convolution."""
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise ValueError(f"padding must be 'same', 'valid', an integer or a pair of integers, got {padding!r}")
    else:
        padding = check_pair("padding", padding, 0)
    return _conv(
        operands.dtype,
        operands.shapes,
        check_pair("stride", stride, 1),
        padding,
        check_pair("dilation", dilation, 1),
        _check_groups(groups),
    )


def conv_transpose_spec(
    operands: Operands, stride: Any, padding: Any, output_padding: Any, output_size: Any, dilation: Any, groups: Any
) -> ConvolutionSpec:
    """Return the spec of a transposed convolution."""
    return _conv_transpose(
        operands.dtype,
        operands.shapes,
        check_pair("stride", stride, 1),
        check_pair("padding", padding, 0),
        check_pair("output_padding", output_padding, 0),
        None if output_size is None else check_pair("output_size", output_size, 1),
        check_pair("dilation", dilation, 1),
        _check_groups(groups),
    )


def check_pair(name: str, value: Any, least: int) -> Pair:
    """Return an integer, or a pair of them, as a pair (vertical, horizontal)."""
    given = (value, value) if type(value) is int else value
    if type(given) is tuple and len(given) == 2:  # nearly always, and ten times faster
        vertical, horizontal = given
        if type(vertical) is type(horizontal) is int and least <= vertical <= LARGEST >= horizontal >= least:
            return vertical, horizontal
    accepted = f"{name} must be an integer or a pair (vertical, horizontal), from {least} to {LARGEST}"
    try:
        single = not isinstance(value, Iterable) or (isinstance(value, np.ndarray) and not value.ndim)
        numbers = [_index(part) for part in ((value, value) if single else value)]
    except TypeError:
        raise TypeError(f"{accepted}, got {value!r}") from None
    if len(numbers) != 2 or min(numbers) < least or max(numbers) > LARGEST:
        raise ValueError(f"{accepted}, got {value!r}")
    return _pair(numbers)


def _index(value: Any) -> int:
    """Return an integer of any kind as an int; a Boolean is none."""
    if isinstance(value, bool | np.bool_):
        raise TypeError
    return operator.index(value)


def _check_groups(groups: Any) -> int:
    try:
        count = _index(groups)
    except TypeError:
        raise TypeError(f"groups must be a positive integer, got {groups!r}") from None
    if count < 1:
        raise ValueError(f"groups must be a positive integer, got {groups!r}")
    return count


# Calls repeat: what is below runs once per set of arguments. They are integers in tuples, so that no key equals that
# of another type.


@lru_cache(maxsize=1024)
def _conv(
    dtype: str, shapes: Shapes, stride: Pair, padding: Pair | str, dilation: Pair, groups: int
) -> ConvolutionSpec:
    images, channels_in, *sides = image_shape(shapes[0])
    channels, group_channels, *kernel = _weight_shape(shapes[1], "(C_out, C_in / groups, kernel rows, kernel columns)")
    if channels_in != group_channels * groups:
        raise ValueError(
            f"x must have {group_channels * groups} channels, {group_channels} (second size of weight) times {groups} "
            f"groups, got {channels_in} of shape {shapes[0]}"
        )
    if channels % groups:
        raise ValueError(f"groups must divide the {channels} output channels (first size) of weight, got {groups}")
    if padding == "same":
        if stride != (1, 1):
            raise ValueError(f"stride must be 1 with padding 'same', got {stride}")
        # d * (k - 1) zeros keep the size; an odd one lies behind the last row or column.
        before = _both(lambda k, d: d * (k - 1) // 2, kernel, dilation)
        size = _pair(sides)
    else:
        before = (0, 0) if isinstance(padding, str) else padding
        size = _both(conv_output_size, sides, kernel, stride, before, dilation)
    shape = (images, channels_in, *_pair(sides))
    spec = ConvolutionSpec(False, dtype, shape, channels, _pair(kernel), stride, before, dilation, groups, size)
    return _checked(spec, shapes[2])


@lru_cache(maxsize=1024)
def _conv_transpose(
    dtype: str,
    shapes: Shapes,
    stride: Pair,
    padding: Pair,
    output_padding: Pair,
    output_size: Pair | None,
    dilation: Pair,
    groups: int,
) -> ConvolutionSpec:
    images, channels_in, *sides = image_shape(shapes[0])
    channels, group_outputs, *kernel = _weight_shape(shapes[1], "(C_in, C_out / groups, kernel rows, kernel columns)")
    if channels_in != channels:
        raise ValueError(
            f"x must have {channels} channels, the first size of weight, got {channels_in} of shape {shapes[0]}"
        )
    if channels_in % groups:
        raise ValueError(f"groups must divide the {channels_in} channels of x, got {groups}")
    if output_size is None:
        size = _both(conv_transpose_output_size, sides, kernel, stride, padding, output_padding, dilation)
    elif output_padding != (0, 0):
        raise ValueError(
            f"output_padding must be 0 if output_size is given, which implies it, got {output_padding} and "
            f"output_size {output_size}"
        )
    else:
        size = _both(_within_reach, output_size, sides, kernel, stride, padding, dilation)
    shape = (images, channels_in, *_pair(sides))
    spec = ConvolutionSpec(
        True, dtype, shape, group_outputs * groups, _pair(kernel), stride, padding, dilation, groups, size
    )
    return _checked(spec, shapes[2])


def _pair(values: Sequence[int]) -> Pair:
    vertical, horizontal = values
    return vertical, horizontal


def _both(rule: Callable[..., int], *pairs: Sequence[int]) -> Pair:
    """Apply a rule to both axes; its errors say to which."""
    results = []
    for name, values in zip(("vertically", "horizontally"), zip(*pairs, strict=True), strict=True):
        try:
            results.append(rule(*values))
        except ValueError as fault:
            raise ValueError(f"{name}, {fault}") from None
    return _pair(results)


def image_shape(shape: Shape) -> Shape:
    """Return the shape with its number of images, which may be none."""
    if len(shape) not in (3, 4):
        raise ValueError(f"x must have shape (N, C, H, W) or (C, H, W), got {shape}")
    if 0 in shape[-3:]:
        raise ValueError(f"x must have at least one channel, row and column, got shape {shape}")
    return shape if len(shape) == 4 else (1, *shape)


def _weight_shape(shape: Shape, accepted: str) -> Shape:
    if len(shape) != 4 or 0 in shape:
        raise ValueError(f"weight must have shape {accepted}, none of them 0, got {shape}")
    return shape


def _within_reach(wanted: int, n: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Return the size wanted of a transposed convolution if some output_padding below the stride gives it."""
    smallest = conv_transpose_output_size(n, kernel, stride, 0, 0, dilation) - 2 * padding
    largest = smallest + stride - 1
    if not smallest <= wanted <= largest:
        raise ValueError(
            f"output_size must be from {smallest} to {largest} for {n} samples, {kernel} taps, stride {stride}, "
            f"padding {padding} and dilation {dilation}, got {wanted}"
        )
    return wanted


def _checked(spec: ConvolutionSpec, bias: Shape | None) -> ConvolutionSpec:
    """Return the spec if the bias fits its result, and its result the memory."""
    if bias not in (None, (spec.channels,)):
        raise ValueError(f"bias must have shape ({spec.channels},), one value per output channel, got {bias}")
    shape = (spec.shape[0], spec.channels, *spec.size)
    if max(spec.size) > LARGEST or math.prod(shape) * np.dtype(spec.dtype).itemsize > sys.maxsize:
        raise ValueError(f"the result must fit into memory, got shape {shape} of {spec.dtype}")
    return spec
