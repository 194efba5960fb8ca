"""``max_pool2d``, ``max_unpool2d`` and ``avg_pool2d``: arguments become a spec, a spec a plan, a plan fills arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastresample import windows
from fastresample.operands import Target
from fastresample.spec.arrays import check_samples
from fastresample.spec.pooling import (
    check_divisor,
    check_flag,
    check_indices,
    outside_message,
    pool_spec,
    unpool_spec,
)
from fastresample.threads import check_threads

Array = NDArray[Any]
Pair = int | Sequence[int]

_PLACE = np.dtype(np.int64)


def max_pool2d(
    x: Array,
    kernel_size: Pair,
    *,
    stride: Pair | None = None,
    padding: Pair = 0,
    dilation: Pair = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
    out: Array | tuple[Array, Array] | None = None,
    threads: int | None = None,
) -> Array | tuple[Array, Array]:
    """Take the largest sample of each window, and say where it was.

    Parameters
    ----------
    x : numpy.ndarray, shape (N, C, H, W) or (C, H, W)
        float32 or float64, of any memory layout and byte order; never written to. N may be 0, nothing else may.
    kernel_size : int or (int, int)
        Rows and columns of a window, at least 1. This and the next three are one number for both axes or a pair
        (vertical, horizontal), at most 2147483647.
    stride : int or (int, int), optional
        Rows and columns between neighbouring windows, at least 1; ``kernel_size`` by default.
    padding : int or (int, int)
        Rows and columns by which windows reach beyond each end of the input, at most half of ``kernel_size``. They
        count as minus infinity.
    dilation : int or (int, int)
        Rows and columns between neighbouring samples of a window, at least 1.
    ceil_mode : bool
        Have a last window that is not whole, if it starts within the input or the padding before it.
    return_indices : bool
        Return the places of the maxima, too.
    out : numpy.ndarray or (numpy.ndarray, numpy.ndarray), optional
        Where to write the result: of the dtype of ``x`` in native byte order, any layout, not overlapping ``x``. With
        ``return_indices`` a pair: for the values, and an array of int64 for the places.
    threads : int, optional
        Most threads to use; `get_num_threads` by default. The result does not depend on it.

    Returns
    -------
    values : numpy.ndarray, shape (N, C, H_out, W_out) or (C, H_out, W_out)
        ``out``, or a new array.
    indices : numpy.ndarray of int64, the same shape
        With ``return_indices`` only: ``row * W + column`` of each maximum in its own plane of H * W samples.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted; nothing has been written then.

    Notes
    -----
    With k for kernel_size, s for stride, p for padding and d for dilation::

        out[n, c, y, z] = max over ky, kx of x[n, c, y * s - p + ky * d, z * s - p + kx * d]

    and ``H_out = floor((H + 2 * p - d * (k - 1) - 1) / s) + 1`` (rounded up with ``ceil_mode``). Of equal samples the
    first counts, row by row. NaN is larger than anything; of several, the last counts. A window with dilation may miss
    a small input altogether: then its value is minus infinity, and its place is no sample's.

    Values and places equal those of PyTorch 2.13, bit for bit. `max_unpool2d` takes the places: the "switches" that a
    deconvolutional network sends its signals back by [1]_, and SegNet's way of enlarging [2]_.

    References
    ----------
    .. [1] M. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014.
    .. [2] V. Badrinarayanan, A. Kendall, R. Cipolla, "SegNet: a deep convolutional encoder-decoder architecture for
       image segmentation", IEEE Transactions on PAMI 39, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample import max_pool2d
    >>> x = np.array([[[1.0, 5.0, 2.0, 0.0], [3.0, 4.0, 2.0, 7.0]]])
    >>> values, indices = max_pool2d(x, 2, return_indices=True)
    >>> values
    array([[[5., 7.]]])
    >>> indices  # columns 1 of row 0 and 3 of row 1: 0 * 4 + 1 and 1 * 4 + 3
    array([[[1, 7]]])
    >>> max_pool2d(x, 3, stride=1, padding=1)
    array([[[5., 5., 7., 7.],
            [5., 5., 7., 7.]]])
    """
    samples, dtype = check_samples(x)
    spec = pool_spec(dtype.name, samples.shape, kernel_size, stride, padding, dilation, ceil_mode)
    wanted = check_flag("return_indices", return_indices)
    count = None if threads is None else check_threads(threads)
    shape = (*samples.shape[:-2], *spec.size)
    if not wanted:
        values = Target(out, shape, dtype, "x", x=samples)
        windows.max_plan(spec, False).run(count, samples, values.filled, np.empty(0, _PLACE))
        return values.written()
    pair: Any = (None, None) if out is None else out
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        raise TypeError(f"out must be a pair (values, indices) with return_indices=True, got {type(out).__name__}")
    values = Target(pair[0], shape, dtype, "x", "out[0]", x=samples)
    places = Target(pair[1], shape, _PLACE, "the indices", "out[1]", x=samples, **{"out[0]": values.result})
    windows.max_plan(spec, True).run(count, samples, values.filled, places.filled)
    return values.written(), places.written()


def max_unpool2d(
    x: Array,
    indices: Array,
    kernel_size: Pair,
    *,
    stride: Pair | None = None,
    padding: Pair = 0,
    output_size: Pair | None = None,
    out: Array | None = None,
    threads: int | None = None,
) -> Array:
    """Put each sample back to the place where `max_pool2d` found it, with zeros everywhere else.

    Parameters
    ----------
    x : numpy.ndarray, shape (N, C, H, W) or (C, H, W)
        float32 or float64, of any memory layout and byte order; never written to. N may be 0, nothing else may.
    indices : numpy.ndarray of int64, the shape of ``x``
        Places, ``row * W_out + column`` in a plane of the result. If two samples of a plane have the same place, the
        later one stays, row by row.
    kernel_size, stride, padding : int or (int, int)
        Those of the pooling, one number for both axes or a pair (vertical, horizontal); they say nothing but the size.
    output_size : int or sequence of int, optional
        Rows and columns of the result, or a whole shape of four numbers, of which the last two count: that of the
        pooling's input, which the pooling's parameters leave open by up to a stride less one.
    out : numpy.ndarray, shape of the result, optional
        Where to write the result: of the dtype of ``x`` in native byte order, any layout, not overlapping an input.
    threads : int, optional
        Most threads to use; `get_num_threads` by default. The result does not depend on it.

    Returns
    -------
    numpy.ndarray, shape (N, C, H_out, W_out) or (C, H_out, W_out)
        ``out``, or a new array.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted, also for an index outside its plane and a size that no
        pooling of these parameters starts from; nothing has been written then.

    Notes
    -----
    By default ``H_out = (H - 1) * stride - 2 * padding + kernel_size``; ``output_size`` may differ from it by less
    than ``stride``, either way. With the indices of a pooling whose windows do not overlap, pooling the result gives
    ``x`` again where it is positive. Results equal those of PyTorch 2.13.

    Deconvolutional networks show by it which pixels a unit answered to: signals go back through the "switches" that
    the pooling recorded [1]_. SegNet enlarges its maps by it, so that edges stay where they were [2]_.

    References
    ----------
    .. [1] M. Zeiler, R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014.
    .. [2] V. Badrinarayanan, A. Kendall, R. Cipolla, "SegNet: a deep convolutional encoder-decoder architecture for
       image segmentation", IEEE Transactions on PAMI 39, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample import max_pool2d, max_unpool2d
    >>> x = np.array([[[1.0, 5.0, 2.0, 0.0, 9.0], [3.0, 4.0, 2.0, 7.0, 8.0]]])
    >>> values, indices = max_pool2d(x, 2, return_indices=True)
    >>> max_unpool2d(values, indices, 2, output_size=(2, 5))
    array([[[0., 5., 0., 0., 0.],
            [0., 0., 0., 7., 0.]]])
    """
    samples, dtype = check_samples(x)
    places = check_indices(indices, samples.shape)
    spec = unpool_spec(dtype.name, samples.shape, kernel_size, stride, padding, output_size)
    count = None if threads is None else check_threads(threads)
    target = Target(out, (*samples.shape[:-2], *spec.size), dtype, "x", x=samples, indices=places)
    if not windows.unpool(spec, count, samples, places, target.filled):
        raise ValueError(outside_message(places, spec.size))
    return target.written()


def avg_pool2d(
    x: Array,
    kernel_size: Pair,
    *,
    stride: Pair | None = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    out: Array | None = None,
    threads: int | None = None,
) -> Array:
    """Take the mean of each window.

    Parameters
    ----------
    x, kernel_size, stride, ceil_mode
        As for `max_pool2d`.
    padding : int or (int, int)
        Rows and columns of zeros at each end of the input, at most half of ``kernel_size``.
    count_include_pad : bool
        Divide by the samples of a window with these zeros; else by those of the input alone.
    divisor_override : int, optional
        Divide by this number instead, which is not 0.
    out : numpy.ndarray, shape of the result, optional
        Where to write the result: of the dtype of ``x`` in native byte order, any layout, not overlapping ``x``.
    threads : int, optional
        Most threads to use; `get_num_threads` by default. The result does not depend on it.

    Returns
    -------
    numpy.ndarray, shape (N, C, H_out, W_out) or (C, H_out, W_out)
        ``out``, or a new array. Heights and widths are those of `max_pool2d` without dilation.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted; nothing has been written then.

    Notes
    -----
    With k for kernel_size, s for stride and p for padding::

        out[n, c, y, z] = sum over ky, kx of x[n, c, y * s - p + ky, z * s - p + kx] / divisor

    What a last window of ``ceil_mode`` has beyond the padding is never counted. Samples are added one by one in
    row-major order, in the dtype of ``x``, and the sum is divided once: results equal those of PyTorch 2.13 bit for
    bit (of a NaN neither sign nor payload is promised).

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample import avg_pool2d
    >>> x = np.array([[[1.0, 5.0, 2.0, 0.0], [3.0, 3.0, 2.0, 8.0]]])
    >>> avg_pool2d(x, 2)
    array([[[3., 3.]]])
    >>> avg_pool2d(x, 2, padding=1, count_include_pad=False)
    array([[[1. , 3.5, 0. ],
            [3. , 2.5, 8. ]]])
    """
    samples, dtype = check_samples(x)
    spec = pool_spec(dtype.name, samples.shape, kernel_size, stride, padding, 1, ceil_mode)
    padded, divisor = check_flag("count_include_pad", count_include_pad), check_divisor(divisor_override)
    count = None if threads is None else check_threads(threads)
    target = Target(out, (*samples.shape[:-2], *spec.size), dtype, "x", x=samples)
    windows.mean_plan(spec).run(count, samples, target.filled, numbers=(int(padded), divisor))
    return target.written()


def compile_usual(dtype: str) -> None:
    """Compile what the three operators need for a dtype."""
    windows.compile_usual(dtype)
