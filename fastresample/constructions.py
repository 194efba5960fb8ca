"""What shows how convolutions and their transposes work: bilinear kernels, inserted zeros, convolution as a matrix.

NumPy only. These are for understanding, for tests and for initialising networks: `fastresample.conv2d` and
`fastresample.conv_transpose2d` compute the same without a matrix and without multiplying a single inserted zero.
"""

import math
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fastresample.sizes import check_integer, check_pair, conv_output_size

Array = NDArray[Any]
Pair = int | tuple[int, int]


def bilinear_kernel(
    in_channels: int, out_channels: int, kernel_size: Pair, dtype: DTypeLike = "float32"
) -> NDArray[np.floating[Any]]:
    """Return the weights with which a transposed convolution is bilinear interpolation: FCN's initialisation.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input and of the result, at least 1. Channel c goes to channel c and nowhere else.
    kernel_size : int or (int, int)
        Taps, or ``(vertical, horizontal)``, at least 1. To enlarge s times: ``2 * s - s % 2``.
    dtype : dtype
        Floating point.

    Returns
    -------
    numpy.ndarray, shape (in_channels, out_channels, kh, kw)
        Weights of `conv_transpose2d`. For ``groups=channels`` repeat the kernel of one channel:
        ``np.repeat(bilinear_kernel(1, 1, k), channels, axis=0)``, which does the same in less time.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted.

    Notes
    -----
    Tap t of k weighs ``1 - abs(t - centre) / factor``, where ``factor = (k + 1) // 2`` and ``centre`` is
    ``factor - 1`` for odd k and ``factor - 1/2`` for even k; a kernel is the product of its row's and its column's
    weights [1]_. With ``k = 2 * s - s % 2`` the factor is s, and with stride s and padding ``(k - s) // 2`` the result
    is `resize`'s bilinear one, s times as large, but for the outermost ``s // 2`` rows and columns: there resize
    repeats the edge, and a transposed convolution has nothing to add, so that the result fades.

    References
    ----------
    .. [1] J. Long, E. Shelhamer, T. Darrell, "Fully convolutional networks for semantic segmentation", CVPR 2015,
       arXiv:1411.4038, section 3.3.

    Examples
    --------
    >>> from fastresample import bilinear_kernel
    >>> 16 * bilinear_kernel(1, 1, 4)[0, 0]
    array([[1., 3., 3., 1.],
           [3., 9., 9., 3.],
           [3., 9., 9., 3.],
           [1., 3., 3., 1.]], dtype=float32)
    """
    channels = check_integer("in_channels", in_channels, 1), check_integer("out_channels", out_channels, 1)
    rows, columns = (_triangle(taps) for taps in check_pair("kernel_size", kernel_size, 1))
    kind = np.dtype(dtype)
    if kind.kind != "f":
        raise TypeError(f"dtype must be floating point, got {kind}")
    kernel = np.outer(rows, columns)
    return (np.eye(*channels)[:, :, None, None] * kernel).astype(kind)


def _triangle(taps: int) -> NDArray[np.float64]:
    """Return the weights of linear interpolation along one axis."""
    factor = (taps + 1) // 2
    centre = factor - 1 if taps % 2 else factor - 0.5
    distance = np.abs(np.arange(taps, dtype=np.float64) - centre)
    return 1 - distance / factor


def insert_zeros(x: Array, stride: Pair) -> Array:
    """Put ``stride - 1`` zeros between the samples of the last two axes: the fractional stride, made visible.

    Parameters
    ----------
    x : numpy.ndarray, at least 2-D
        Any dtype; never written to.
    stride : int or (int, int)
        Distance of the samples in the result, or ``(vertical, horizontal)``, at least 1.

    Returns
    -------
    numpy.ndarray
        A new array of the dtype of ``x``; n samples of an axis become ``stride * (n - 1) + 1``.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted.

    Notes
    -----
    A transposed convolution of stride s is an ordinary one, of stride 1, of the input with zeros inserted: the kernel
    turned by 180 degrees moves over it by one sample of the result, which is 1/s of an input sample, with padding
    ``dilation * (k - 1) - padding`` [1]_. A kernel with zeros inserted is that of a dilated convolution.

    References
    ----------
    .. [1] V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285, 2016,
       chapter 4.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample import insert_zeros
    >>> insert_zeros(np.array([[1, 2], [3, 4]]), 2)
    array([[1, 0, 2],
           [0, 0, 0],
           [3, 0, 4]])
    """
    x = _array("x", x)
    if x.ndim < 2 or 0 in x.shape[-2:]:
        raise ValueError(f"x must have at least two dimensions and no empty row or column, got shape {x.shape}")
    down, across = check_pair("stride", stride, 1)
    height, width = x.shape[-2:]
    result = np.zeros((*x.shape[:-2], down * (height - 1) + 1, across * (width - 1) + 1), x.dtype)
    result[..., ::down, ::across] = x
    return result


@dataclass(frozen=True, eq=False)
class ConvMatrix:
    """A sparse matrix: element ``rows[i], columns[i]`` is ``values[i]``, everything else is zero.

    ``C @ x`` multiplies it by a vector or by the columns of a matrix, ``y @ C`` from the other side, ``C.T`` is the
    transpose. What is not stored is not multiplied: NaN spreads along stored elements only.

    Attributes
    ----------
    rows, columns : numpy.ndarray of int64, shape (stored,)
        Places, each at most once.
    values : numpy.ndarray, shape (stored,)
        What stands there; may be 0.
    shape : (int, int)
        Rows and columns of the matrix.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample import conv_matrix
    >>> c = conv_matrix(np.array([[1, 2, 3]]), (1, 5), stride=2)
    >>> c
    ConvMatrix(2 x 5, 6 stored, int64)
    >>> c.toarray()
    array([[1, 2, 3, 0, 0],
           [0, 0, 1, 2, 3]])
    >>> c @ np.array([1, 10, 100, 1000, 10000])
    array([  321, 32100])
    >>> c.T @ np.array([1, 10])
    array([ 1,  2, 13, 20, 30])
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: Array
    shape: tuple[int, int]

    __array_ufunc__ = None  # array @ ConvMatrix is ours

    @property
    def T(self) -> "ConvMatrix":  # noqa: N802 - as NumPy's
        """The transpose; shares the arrays."""
        return ConvMatrix(self.columns, self.rows, self.values, self.shape[::-1])

    def __matmul__(self, other: Array) -> Array:
        """Multiply by a vector or by the columns of a matrix; each sum in the order in which elements are stored."""
        other = _array("the right factor", other)
        if other.ndim not in (1, 2) or other.shape[0] != self.shape[1]:
            raise ValueError(f"the right factor must have {self.shape[1]} rows, got shape {other.shape}")
        result = np.zeros((self.shape[0], *other.shape[1:]), np.result_type(self.values, other))
        products = self.values.reshape(-1, *[1] * (other.ndim - 1)) * other[self.columns]
        np.add.at(result, self.rows, products)
        return result

    def __rmatmul__(self, other: Array) -> Array:
        """Multiply a vector or the rows of a matrix by this matrix."""
        other = _array("the left factor", other)
        if other.ndim not in (1, 2) or other.shape[-1] != self.shape[0]:
            raise ValueError(f"the left factor must have {self.shape[0]} columns, got shape {other.shape}")
        return (self.T @ other.T).T

    def toarray(self) -> Array:
        """Return the whole matrix, zeros and all."""
        dense = np.zeros(self.shape, self.values.dtype)
        dense[self.rows, self.columns] = self.values
        return dense

    def to_scipy(self) -> Any:
        """Return a ``scipy.sparse.csr_array``; ImportError without SciPy, which this package does not need."""
        try:
            sparse = import_module("scipy.sparse")
        except ImportError as missing:
            raise ImportError("ConvMatrix.to_scipy needs SciPy: pip install scipy") from missing
        return sparse.csr_array((self.values, (self.rows, self.columns)), shape=self.shape)

    def __repr__(self) -> str:
        """Say how large it is, not what is in it."""
        rows, columns = self.shape
        return f"ConvMatrix({rows} x {columns}, {len(self.values)} stored, {self.values.dtype})"


def conv_matrix(
    weight: Array, input_size: tuple[int, int], stride: Pair = 1, padding: Pair = 0, dilation: Pair = 1
) -> ConvMatrix:
    """Return the matrix C of a convolution: ``C @ x.ravel()`` is `conv2d`, ``C.T @ y.ravel()`` `conv_transpose2d`.

    Parameters
    ----------
    weight : numpy.ndarray, shape (kh, kw) or (C_out, C_in, kh, kw)
        Any dtype of numbers; two dimensions stand for one channel.
    input_size : (int, int)
        Rows and columns of x, at least 1.
    stride, padding, dilation : int or (int, int)
        Of the convolution, or ``(vertical, horizontal)``, as in `conv_output_size`.

    Returns
    -------
    ConvMatrix
        A row for each sample of the convolution's result, a column for each of its input, ``(channel, row, column)``
        in C order. Stored is each tap that meets a sample: padding has no column. Row by row, columns ascending.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted; also if the kernel does not fit.

    Notes
    -----
    ``C[(o, i, j), (c, y, z)] = weight[o, c, ky, kx]`` where ``y = i * stride - padding + ky * dilation`` and
    ``z = j * stride - padding + kx * dilation`` [1]_. For any x and y, ``<C x, y> = <x, C.T y>``: this is what
    "transposed" means, and why the gradient of the one is the other. C.T undoes the change of size, not C: no inverse.

    References
    ----------
    .. [1] V. Dumoulin, F. Visin, "A guide to convolution arithmetic for deep learning", arXiv:1603.07285, 2016,
       section 4.1.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample import conv_matrix
    >>> conv_matrix(np.array([[1, 2], [3, 4]]), (2, 3)).toarray()
    array([[1, 2, 0, 3, 4, 0],
           [0, 1, 2, 0, 3, 4]])
    """
    weight = _array("weight", weight)
    if weight.dtype.kind not in "iufc":
        raise TypeError(f"weight must have a dtype of numbers, got {weight.dtype}")
    if weight.ndim not in (2, 4) or 0 in weight.shape:
        raise ValueError(f"weight must have shape (kh, kw) or (C_out, C_in, kh, kw), got {weight.shape}")
    if not isinstance(input_size, tuple | list):
        raise TypeError(f"input_size must be (rows, columns), got {input_size!r}")
    size = check_pair("input_size", input_size, 1)
    options = check_pair("stride", stride, 1), check_pair("padding", padding, 0), check_pair("dilation", dilation, 1)
    weight = weight.reshape((1, 1, *weight.shape)[-4:])
    outputs, inputs, *taps = weight.shape
    y, z = (_samples_read(size[axis], taps[axis], *(pair[axis] for pair in options)) for axis in (0, 1))
    result, source = (outputs, len(y), len(z)), (inputs, *size)
    # What each weight meets, in the order of the loops: channel, row and column of the result; channel and tap.
    met = ((y >= 0) & (y < size[0]))[:, None, None, :, None] & ((z >= 0) & (z < size[1]))[None, :, None, None, :]
    o, i, j, c, ky, kx = np.nonzero(np.broadcast_to(met, (*result, inputs, *taps)))
    rows = np.ravel_multi_index((o, i, j), result)
    columns = np.ravel_multi_index((c, y[i, ky], z[j, kx]), source)
    return ConvMatrix(rows, columns, weight[o, c, ky, kx], (math.prod(result), math.prod(source)))


def _samples_read(n: int, kernel: int, stride: int, padding: int, dilation: int) -> NDArray[np.int64]:
    """Return which sample of an axis each window reads by each tap; those outside lie in the padding."""
    windows = np.arange(conv_output_size(n, kernel, stride, padding, dilation))
    return windows[:, None] * stride - padding + np.arange(kernel) * dilation


def _array(name: str, value: object) -> Array:
    if not isinstance(value, np.ndarray) or isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must be a plain NumPy array, got {type(value).__name__}")
    return np.asarray(value)
