"""The documents' algorithms as short plain loops, for the user's own ``@njit`` code.

Compiled with the user's function, whatever its dtypes: no plan, no threads, no allocation.
"""

import math

import numpy as np
from numba import njit


@njit
def lerp(x0, y0, x1, y1, x):
    """Return the value at ``x`` of the line through ``(x0, y0)`` and ``(x1, y1)``, ``x0 != x1``; extrapolates outside.

    Parameters
    ----------
    x0, y0, x1, y1, x : float
        Two points and a position.

    Returns
    -------
    float
        ``y0 + (y1 - y0) * (x - x0) / (x1 - x0)``, weighted so that both ends are met exactly.

    Examples
    --------
    >>> from fastresample.loops import lerp
    >>> lerp(0.0, 10.0, 2.0, 20.0, 0.5)
    12.5
    """
    t = (float(x) - float(x0)) / (float(x1) - float(x0))
    return (1.0 - t) * y0 + t * y1


@njit
def bilerp(x0, y0, x1, y1, v00, v01, v10, v11, x, y):
    """Return the value at ``(x, y)`` of the bilinear surface over four points; extrapolates outside.

    Parameters
    ----------
    x0, y0, x1, y1 : float
        Corners of a rectangle, ``x0 != x1``, ``y0 != y1``.
    v00, v01, v10, v11 : float
        Values at ``(x0, y0)``, ``(x1, y0)``, ``(x0, y1)`` and ``(x1, y1)``: first the row, then the column.
    x, y : float
        Position.

    Returns
    -------
    float
        Linear in x along both rows, then linear in y between them.

    Examples
    --------
    >>> from fastresample.loops import bilerp
    >>> bilerp(0.0, 0.0, 1.0, 1.0, 10.0, 20.0, 30.0, 40.0, 0.5, 0.5)
    25.0
    """
    return lerp(y0, lerp(x0, v00, x1, v01, x), y1, lerp(x0, v10, x1, v11, x), y)


@njit
def nearest(src, out):
    """Fill ``out`` with the nearest pixels of ``src``, half-pixel centres, halfway goes up.

    Parameters
    ----------
    src : numpy.ndarray, shape (H, W) or (H, W, C)
        Any dtype that Numba can load (not float16).
    out : numpy.ndarray, shape (h, w) or (h, w, C)
        The source's dtype.

    Notes
    -----
    Output y takes source row ``floor((y + 1/2) * H / h)``, in integers ``((2 * y + 1) * H) // (2 * h)``; x likewise.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample.loops import nearest
    >>> out = np.empty((1, 4), np.uint8)
    >>> nearest(np.array([[3, 9]], np.uint8), out)
    >>> out
    array([[3, 3, 9, 9]], dtype=uint8)
    """
    h, w = out.shape[0], out.shape[1]
    for y in range(h):
        row = ((2 * y + 1) * src.shape[0]) // (2 * h)
        for x in range(w):
            out[y, x] = src[row, ((2 * x + 1) * src.shape[1]) // (2 * w)]


@njit
def _around(i, n_in, n_out):
    """Return the sample at or before the centre of output ``i`` and the weight of the next; 0 at the edges."""
    position = (2 * i + 1) * n_in - n_out
    low = position // (2 * n_out)
    if low < 0 or low >= n_in - 1:
        return min(max(low, 0), n_in - 1), 0.0
    return low, (position - low * 2 * n_out) / (2 * n_out)


@njit
def _between(a, b, t):
    """Weigh two samples; the second is not touched by weight 0 (0 * NaN must not happen)."""
    return 1.0 * a if t == 0.0 else (1.0 - t) * a + t * b


@njit
def bilinear(src, out):
    """Fill ``out`` by bilinear interpolation of ``src``, half-pixel centres, the edge repeated.

    Parameters
    ----------
    src : numpy.ndarray, shape (H, W) or (H, W, C)
        Integers up to 32 bits, float32 or float64.
    out : numpy.ndarray, shape (h, w) or (h, w, C)
        Integers are rounded (ties up), which cannot leave the range of the source.

    Notes
    -----
    The centre of output y lies at ``(y + 1/2) * H / h - 1/2`` in source rows; x likewise. Each pixel is the weighted
    mean of the four around it, in float64. The usual mistakes: an index of -1 wraps to the
    opposite edge, a last row without a successor gets weight zero, and conversion to integers truncates. Here indices
    are clamped and sums rounded.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample.loops import bilinear
    >>> out = np.empty((1, 4), np.uint8)
    >>> bilinear(np.array([[0, 100]], np.uint8), out)
    >>> out
    array([[  0,  25,  75, 100]], dtype=uint8)
    """
    rounding = out.dtype.type(0.5) == 0
    for y in range(out.shape[0]):
        y0, v = _around(y, src.shape[0], out.shape[0])
        y1 = min(y0 + 1, src.shape[0] - 1)
        for x in range(out.shape[1]):
            x0, u = _around(x, src.shape[1], out.shape[1])
            x1 = min(x0 + 1, src.shape[1] - 1)
            for c in np.ndindex(out.shape[2:]):
                upper = _between(src[(y0, x0, *c)], src[(y0, x1, *c)], u)
                lower = _between(src[(y1, x0, *c)], src[(y1, x1, *c)], u)
                value = _between(upper, lower, v)
                out[(y, x, *c)] = math.floor(value + 0.5) if rounding else value


@njit
def conv_transpose2d(x, weight, out, stride, padding, dilation):
    """Fill ``out`` with the transposed convolution ("deconvolution") of ``x``: every input sample spreads the kernel.

    Parameters
    ----------
    x : numpy.ndarray, shape (C_in, H, W)
        Floating point.
    weight : numpy.ndarray, shape (C_in, C_out, kh, kw)
        The dtype of ``x``.
    out : numpy.ndarray, shape (C_out, h, w)
        The dtype of ``x``, not sharing memory with it. `fastresample.conv_transpose_output_size` gives h and w; any
        other size will do: a smaller result is cut off at its end, a larger one goes on, which is all that
        output_padding is.
    stride, padding, dilation : int
        Of both axes.

    Raises
    ------
    ValueError
        If the channels do not match (under ``prange`` Numba turns it into a SystemError); nothing is written then.

    Notes
    -----
    Sample ``x[c, y, z]`` times ``weight[c, o, ky, kx]`` is added to output ``o`` in row
    ``y * stride - padding + ky * dilation`` and column ``z * stride - padding + kx * dilation``, if that exists.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample.loops import conv_transpose2d
    >>> x = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    >>> out = np.empty((1, 4, 4))
    >>> conv_transpose2d(x, np.ones((1, 1, 2, 2)), out, 2, 0, 1)
    >>> out[0]
    array([[1., 1., 2., 2.],
           [1., 1., 2., 2.],
           [3., 3., 4., 4.],
           [3., 3., 4., 4.]])
    """
    if weight.shape[0] != x.shape[0] or weight.shape[1] != out.shape[0]:
        raise ValueError("weight must have shape (channels of x, channels of out, rows, columns)")
    for place in np.ndindex(out.shape):
        out[place] = 0
    for c, o, ky, kx in np.ndindex(weight.shape):
        for y in range(x.shape[1]):
            row = y * stride - padding + ky * dilation
            if 0 <= row < out.shape[1]:
                for z in range(x.shape[2]):
                    column = z * stride - padding + kx * dilation
                    if 0 <= column < out.shape[2]:
                        out[o, row, column] += x[c, y, z] * weight[c, o, ky, kx]
