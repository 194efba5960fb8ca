"""``conv2d`` and ``conv_transpose2d``: arguments become a spec, arrays become what kernels read, a plan fills one."""

from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastresample import forking
from fastresample.operands import Target, native
from fastresample.spec.convolution import (
    ConvolutionSpec,
    Operands,
    check_operands,
    conv_spec,
    conv_transpose_spec,
)
from fastresample.threads import check_threads

Array = NDArray[Any]


def conv2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    out: Array | None = None,
    threads: int | None = None,
) -> Array:
    """Convolve images with kernels as networks do: weigh and sum the window around each place, all channels together.

    Parameters
    ----------
    x : numpy.ndarray, shape (N, C_in, H, W) or (C_in, H, W)
        float32 or float64, of any memory layout and byte order; never written to. N may be 0, nothing else may.
    weight : numpy.ndarray, shape (C_out, C_in / groups, kh, kw)
        Of the dtype of ``x``.
    bias : numpy.ndarray, shape (C_out,), optional
        Added to each output channel, of the dtype of ``x``.
    stride : int or (int, int)
        Rows and columns between neighbouring windows, at least 1. This and the next two are one number for both axes
        or a pair (vertical, horizontal), at most 2147483647.
    padding : int, (int, int), 'same' or 'valid'
        Zeros put before and after each row and column, at least 0. ``'valid'`` is 0; ``'same'``, with stride 1 only,
        gives a result of the input's size: ``dilation * (k - 1)`` zeros in all, an odd one at the end.
    dilation : int or (int, int)
        Rows and columns between neighbouring taps of the kernel, at least 1.
    groups : int
        Divides C_in and C_out; each group of output channels sees its own group of input channels only.
    out : numpy.ndarray, shape of the result, optional
        Where to write the result: of the dtype of ``x`` in native byte order, any layout, not overlapping an input.
    threads : int, optional
        Most threads to use; `get_num_threads` by default. The result does not depend on it.

    Returns
    -------
    numpy.ndarray, shape (N, C_out, H_out, W_out) or (C_out, H_out, W_out)
        ``out``, or a new array. Heights and widths are those of `conv_output_size`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted; nothing has been written then.

    Notes
    -----
    With s for stride, p for padding, d for dilation and each group's channels counted from 0 [1]_::

        out[n, o, y, z] = bias[o] + sum over c, ky, kx of
            weight[o, c, ky, kx] * x[n, c, y * s - p + ky * d, z * s - p + kx * d]

    The kernel is not flipped: signal processing calls this a cross-correlation. Places outside ``x`` count nothing,
    even if a weight is infinite or NaN. Products are summed in chunks in a fixed order in the dtype of ``x``, so the
    result has the same bits for any number of threads.

    References
    ----------
    .. [1] V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285, 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample import conv2d
    >>> x = np.arange(16.0).reshape(1, 4, 4)
    >>> conv2d(x, np.ones((1, 1, 3, 3)))
    array([[[45., 54.],
            [81., 90.]]])
    >>> conv2d(x, np.array([[[[-1.0, 1.0]]]]), stride=(2, 1), padding="valid")  # steps to the right, every second row
    array([[[1., 1., 1.],
            [1., 1., 1.]]])
    """
    operands = check_operands(x, weight, bias)
    return _filled(conv_spec(operands, stride, padding, dilation, groups), operands, out, threads)


def conv_transpose2d(
    x: Array,
    weight: Array,
    bias: Array | None = None,
    *,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    output_size: int | Sequence[int] | None = None,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
    out: Array | None = None,
    threads: int | None = None,
) -> Array:
    """Spread each sample as a weighed kernel and add up: transposed convolution, the "deconvolution" of networks.

    Parameters
    ----------
    x : numpy.ndarray, shape (N, C_in, H, W) or (C_in, H, W)
        float32 or float64, of any memory layout and byte order; never written to. N may be 0, nothing else may.
    weight : numpy.ndarray, shape (C_in, C_out / groups, kh, kw)
        Of the dtype of ``x``. The same array as for the convolution that this transposes.
    bias : numpy.ndarray, shape (C_out,), optional
        Added to each output channel, of the dtype of ``x``.
    stride : int or (int, int)
        Rows and columns of the result between the kernels of neighbouring samples, at least 1: the factor of the
        enlargement. This and the next four are one number for both axes or a pair (vertical, horizontal), at most
        2147483647.
    padding : int or (int, int)
        Rows and columns cut off at each end of the result, at least 0: the padding of the convolution.
    output_padding : int or (int, int)
        Rows and columns more at the end of the result, less than the larger of stride and dilation. They are
        computed as all others.
    output_size : int or (int, int), optional
        Rows and columns of the result, instead of ``output_padding``: from
        ``s * (i - 1) - 2 * p + d * (k - 1) + 1`` for i samples to ``s - 1`` more, see `output_padding_for`.
    dilation : int or (int, int)
        Rows and columns between neighbouring taps of the kernel, at least 1.
    groups : int
        Divides C_in and C_out; each group of input channels reaches its own group of output channels only.
    out : numpy.ndarray, shape of the result, optional
        Where to write the result: of the dtype of ``x`` in native byte order, any layout, not overlapping an input.
    threads : int, optional
        Most threads to use; `get_num_threads` by default. The result does not depend on it.

    Returns
    -------
    numpy.ndarray, shape (N, C_out, H_out, W_out) or (C_out, H_out, W_out)
        ``out``, or a new array. Heights and widths are those of `conv_transpose_output_size`.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted; nothing has been written then.

    Notes
    -----
    With s for stride, p for padding, d for dilation and each group's channels counted from 0 [1]_::

        out[n, o, v * s - p + ky * d, u * s - p + kx * d] += weight[c, o, ky, kx] * x[n, c, v, u]

    for all samples and taps, ``out`` being the bias before. It is computed from the side of the result: place r
    receives tap k if s divides ``r + p - k * d``, from sample ``(r + p - k * d) / s``, which depends on ``r mod s``
    only. So there are s * s ordinary correlations of few taps, and no zero is inserted or multiplied.

    As matrices, `conv2d` of these parameters is C and this is C transposed: ``<C x, y> = <x, C^T y>``. It restores the
    size that a convolution took away, not the values. Deconvolutional networks look at learned features with it
    [2]_ [3]_; networks for segmentation enlarge by it, from a bilinear kernel on [4]_.

    References
    ----------
    .. [1] V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285, 2016.
    .. [2] M. Zeiler, D. Krishnan, G. Taylor, R. Fergus, "Deconvolutional networks", CVPR 2010.
    .. [3] M. Zeiler, G. Taylor, R. Fergus, "Adaptive deconvolutional networks for mid and high level feature
       learning", ICCV 2011.
    .. [4] J. Long, E. Shelhamer, T. Darrell, "Fully convolutional networks for semantic segmentation", CVPR 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample import conv_transpose2d
    >>> x = np.array([[[1.0, 2.0]]])
    >>> conv_transpose2d(x, np.ones((1, 1, 1, 3)), stride=(1, 2))  # the kernels of neighbours meet in the middle
    array([[[1., 1., 3., 2., 2.]]])
    >>> conv_transpose2d(x, np.ones((1, 1, 1, 3)), stride=(1, 2), output_size=(1, 6))
    array([[[1., 1., 3., 2., 2., 0.]]])
    """
    operands = check_operands(x, weight, bias)
    spec = conv_transpose_spec(operands, stride, padding, output_padding, output_size, dilation, groups)
    return _filled(spec, operands, out, threads)


def _filled(spec: ConvolutionSpec, operands: Operands, out: Array | None, threads: int | None) -> Array:
    """Return the result of a checked call, in ``out`` if there is one."""
    x, weight, bias, _ = operands
    dtype = np.dtype(spec.dtype)
    whole = (spec.shape[0], spec.channels, *spec.size)
    shape = whole if x.ndim == 4 else whole[1:]
    count = None if threads is None else check_threads(threads)
    target = Target(out, shape, dtype, "the result", x=x, weight=weight, bias=bias)
    added = np.zeros(spec.channels, dtype) if bias is None else native(bias, dtype)
    samples = native(x, dtype).reshape(spec.shape)
    _correlation().run(spec, samples, native(weight, dtype), added, target.filled.reshape(whole), count)
    return target.written()


@cache
def _correlation() -> ModuleType:
    """Import the compiled side, and Numba with it, on first use."""
    with forking.loading():
        from fastresample import correlation
    return correlation


def compile_usual(dtype: str) -> None:
    """Compile what the operators of strides 1 and 2 need for a dtype."""
    _correlation().compile_usual(dtype)
