"""The size arithmetic of convolutions along one axis: how many samples come out, and how far back they look.

Call once per axis. Plain integers, no arrays; pooling counts as a convolution with its window as the kernel.
"""

import operator
from collections.abc import Iterable
from typing import Any


def conv_output_size(n: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Return how many samples a convolution makes of ``n``.

    Parameters
    ----------
    n : int
        Samples of the input along the axis, at least 1.
    kernel : int
        Taps of the kernel along the axis, at least 1.
    stride : int
        Distance of neighbouring windows in input samples, at least 1.
    padding : int
        Zeros put before the first sample and after the last one, at least 0 each.
    dilation : int
        Distance of neighbouring taps in input samples, at least 1: the window spans ``dilation * (kernel - 1) + 1``.

    Returns
    -------
    int
        ``floor((n + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1``: the windows that fit [1]_.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted; also if not even one window fits.

    References
    ----------
    .. [1] V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285, 2016.

    Examples
    --------
    >>> from fastresample import conv_output_size
    >>> conv_output_size(224, 7, stride=2, padding=3)
    112
    >>> [conv_output_size(n, 3, stride=2) for n in (7, 8, 9)]  # two sizes share each result
    [3, 3, 4]
    """
    n, kernel, stride, padding, dilation = _checked(n, kernel, stride, padding, dilation)
    room = n + 2 * padding - _span(kernel, dilation)
    if room < 0:
        raise ValueError(
            f"kernel must fit the padded input: {kernel} taps with dilation {dilation} span {_span(kernel, dilation)} "
            f"samples, got {n} with padding {padding} on both sides, which is {n + 2 * padding}"
        )
    return room // stride + 1


def conv_transpose_output_size(
    n: int, kernel: int, stride: int = 1, padding: int = 0, output_padding: int = 0, dilation: int = 1
) -> int:
    """Return how many samples a transposed convolution makes of ``n``.

    Parameters
    ----------
    n : int
        Samples of the input along the axis, at least 1.
    kernel : int
        Taps of the kernel along the axis, at least 1.
    stride : int
        Distance in the output of what neighbouring input samples are spread to, at least 1.
    padding : int
        Samples cut off at both ends of the result, at least 0: the padding of the convolution that this transposes.
    output_padding : int
        Samples that the result is longer at its end, at least 0 and less than ``stride`` or ``dilation``. No zeros are
        appended: they are computed as all others, see `output_padding_for`.
    dilation : int
        Distance of neighbouring taps in the output, at least 1.

    Returns
    -------
    int
        ``stride * (n - 1) - 2 * padding + dilation * (kernel - 1) + output_padding + 1`` [1]_.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted; also if nothing is left.

    References
    ----------
    .. [1] V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285, 2016.

    Examples
    --------
    >>> from fastresample import conv_transpose_output_size
    >>> conv_transpose_output_size(16, 4, stride=2, padding=1)
    32
    >>> [conv_transpose_output_size(3, 3, stride=2, output_padding=extra) for extra in (0, 1)]
    [7, 8]
    """
    n, kernel, stride, padding, dilation = _checked(n, kernel, stride, padding, dilation)
    output_padding = check_integer("output_padding", output_padding, 0)
    if output_padding >= max(stride, dilation):
        raise ValueError(
            f"output_padding must be less than stride or dilation, got {output_padding} "
            f"with stride {stride} and dilation {dilation}"
        )
    size = _smallest(n, kernel, stride, padding, dilation) + output_padding
    if size < 1:
        raise ValueError(
            f"padding must leave a sample of the result, got {padding}, which cuts {2 * padding} off "
            f"{size + 2 * padding} ({n} samples, {kernel} taps, stride {stride}, dilation {dilation}, "
            f"output_padding {output_padding})"
        )
    return size


def output_padding_for(n: int, n_out: int, kernel: int, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """Return the output_padding with which a transposed convolution makes ``n_out`` samples of ``n``.

    Parameters
    ----------
    n, n_out : int
        Samples of the input and of the result along the axis, at least 1.
    kernel, stride, padding, dilation : int
        As for `conv_transpose_output_size`.

    Returns
    -------
    int
        ``n_out - conv_transpose_output_size(n, kernel, stride, padding, 0, dilation)``, from 0 to ``stride - 1``.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted; also if no output_padding gives ``n_out``, with the
        sizes that there are.

    Notes
    -----
    A convolution rounds down: its windows leave ``(i + 2 * padding - dilation * (kernel - 1) - 1) mod stride`` of i
    samples unused at the end, so ``stride`` neighbouring sizes i share one output size. On the way back the
    transposed convolution cannot know which of them it was. It takes the smallest unless output_padding, which is
    exactly that remainder, tells it otherwise.

    Examples
    --------
    >>> from fastresample import conv_output_size, output_padding_for
    >>> conv_output_size(7, 3, stride=2), conv_output_size(8, 3, stride=2)
    (3, 3)
    >>> output_padding_for(3, 7, 3, stride=2), output_padding_for(3, 8, 3, stride=2)
    (0, 1)
    """
    n, kernel, stride, padding, dilation = _checked(n, kernel, stride, padding, dilation)
    n_out = check_integer("n_out", n_out, 1)
    smallest = _smallest(n, kernel, stride, padding, dilation)
    if not smallest <= n_out < smallest + stride:
        raise ValueError(
            f"n_out must be from {smallest} to {smallest + stride - 1} for {n} samples, {kernel} taps, "
            f"stride {stride}, padding {padding} and dilation {dilation}, got {n_out}"
        )
    return n_out - smallest


def receptive_field(layers: Iterable[tuple[int, int, int]]) -> int:
    """Return how many input samples along the axis one output of a stack of convolutions depends on.

    Parameters
    ----------
    layers : iterable of (kernel, stride, dilation)
        From the input on; each at least 1. Pooling is a layer like any other.

    Returns
    -------
    int
        ``1 + sum of dilation * (kernel - 1) * jump``, where a layer's jump, the distance of its input samples in those
        of the first layer, is the product of the strides before it.

    Raises
    ------
    TypeError, ValueError
        Naming the layer, the value and what is accepted.

    Notes
    -----
    Strides multiply what follows them, and so make the field grow exponentially at the price of resolution. Dilations
    1, 2, 4, ... do the same at full resolution [1]_.

    References
    ----------
    .. [1] F. Yu, V. Koltun, "Multi-scale context aggregation by dilated convolutions", ICLR 2016, arXiv:1511.07122.

    Examples
    --------
    >>> from fastresample import receptive_field
    >>> dilated = [(3, 1, 1), (3, 1, 2), (3, 1, 4)]
    >>> [receptive_field(dilated[:depth]) for depth in (1, 2, 3)]
    [3, 7, 15]
    >>> receptive_field([(3, 2, 1), (3, 2, 1), (3, 2, 1)])
    15
    """
    field, jump = 1, 1
    for number, layer in enumerate(layers):
        if not isinstance(layer, tuple | list) or len(layer) != 3:
            raise TypeError(f"layers[{number}] must be (kernel, stride, dilation), got {layer!r}")
        names = (f"layers[{number}]'s {name}" for name in ("kernel", "stride", "dilation"))
        kernel, stride, dilation = (check_integer(name, value, 1) for name, value in zip(names, layer, strict=True))
        field += dilation * (kernel - 1) * jump
        jump *= stride
    return field


def _span(kernel: int, dilation: int) -> int:
    """Return how many samples lie under a kernel, from its first tap to its last one."""
    return dilation * (kernel - 1) + 1


def _smallest(n: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """Return the size of a transposed convolution without output_padding; below 1 if padding cuts off everything."""
    return stride * (n - 1) + _span(kernel, dilation) - 2 * padding


def _checked(n: int, kernel: int, stride: int, padding: int, dilation: int) -> tuple[int, int, int, int, int]:
    return (
        check_integer("n", n, 1),
        check_integer("kernel", kernel, 1),
        check_integer("stride", stride, 1),
        check_integer("padding", padding, 0),
        check_integer("dilation", dilation, 1),
    )


def check_integer(name: str, value: Any, least: int) -> int:
    """Return an integer of at least ``least``; raise TypeError or ValueError naming the argument."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
    if isinstance(value, bool):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {number}")
    return number


def check_pair(name: str, value: Any, least: int) -> tuple[int, int]:
    """Return ``(vertical, horizontal)`` of one integer for both axes or of two, as `check_integer` does."""
    if isinstance(value, tuple | list):
        if len(value) != 2:
            raise ValueError(f"{name} must be an integer or (vertical, horizontal), got {value!r}")
        return check_integer(f"{name}[0]", value[0], least), check_integer(f"{name}[1]", value[1], least)
    number = check_integer(name, value, least)
    return number, number
