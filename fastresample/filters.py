"""The continuous filters: one row each, with the formula and its citation.

``sinc(x)`` is ``sin(pi x) / (pi x)``. Formulas hold inside the support; weights are divided by their sum, so a filter
needs no factor that makes its integral one.
"""

from typing import NamedTuple

from fastresample import codes


class Filter(NamedTuple):
    """A symmetric filter h(x), x in source samples, before any stretching."""

    code: int  # which scalar h(x) of kernels/tables/filters.py
    support: float  # h(x) = 0 for |x| >= support (the box: for |x| > support)
    parameters: tuple[float, float] = (0.0, 0.0)  # of the formula, such as (B, C) or sigma


_KEYS = Filter(codes.CUBIC, 2.0, (0.0, 0.5))

FILTERS: dict[str, Filter] = {
    # h(x) = 1, and 1/2 at |x| = 1/2, where two windows share a sample: the nearest one, or with antialias the mean.
    # W. K. Pratt, Digital Image Processing, 3rd ed. (2001), section 4.3.
    "box": Filter(codes.BOX, 0.5),
    # h(x) = 1 - |x|: linear interpolation. W. K. Pratt, as above.
    "bilinear": Filter(codes.TRIANGLE, 1.0),
    # h(x) = sinc(x) (0.54 + 0.46 cos(pi x)): one lobe under Hamming's window.
    # F. J. Harris, On the use of windows for harmonic analysis, Proceedings of the IEEE 66 (1978).
    "hamming": Filter(codes.HAMMING, 1.0),
    # h(x) = 3/2 |x|^3 - 5/2 x^2 + 1 up to 1, then -1/2 |x|^3 + 5/2 x^2 - 4 |x| + 2: a = -1/2, third-order accurate.
    # R. G. Keys, Cubic convolution interpolation, IEEE Transactions on ASSP 29 (1981).
    "bicubic": _KEYS,
    # The same function as a spline. E. Catmull, R. Rom, A class of local interpolating splines (1974).
    "catmull_rom": _KEYS,
    # The family of bicubic at (B, C) = (1/3, 1/3): a little blur against ringing.
    # D. P. Mitchell, A. N. Netravali, Reconstruction filters in computer graphics, SIGGRAPH (1988).
    "mitchell": Filter(codes.CUBIC, 2.0, (1 / 3, 1 / 3)),
    # h(x) = exp(-x^2 / (2 sigma^2)), sigma = 1/2, cut at 3 sigma: the widths of TensorFlow's tf.image.resize.
    # P. S. Heckbert, Fundamentals of Texture Mapping and Image Warping (1989), section 3.5.
    "gaussian": Filter(codes.GAUSSIAN, 1.5, (0.5, 0.0)),
    # h(x) = sinc(x) sinc(x / n), n lobes on either side.
    # C. E. Duchon, Lanczos filtering in one and two dimensions, Journal of Applied Meteorology 18 (1979).
    **{f"lanczos{lobes}": Filter(codes.LANCZOS, float(lobes), (float(lobes), 0.0)) for lobes in (2, 3, 4, 5)},
}
