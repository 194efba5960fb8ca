"""``resize`` and ``Resizer``: arguments become a spec, a spec becomes a plan, a plan fills an array."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fastresample import plan, shortcuts, spec
from fastresample.threads import check_threads

Array = NDArray[Any]
_OWN = {int, type(None)}


class Resizer:
    """A resize planned once and applied to many images, from any thread.

    Parameters
    ----------
    shape : tuple of int
        Shape of the images, 1 to 5 dimensions.
    size : int or sequence of int, optional
        Size of the result in samples, one per resized axis, ``(height, width)`` for images.
    dtype : dtype
        Of the images.
    factor, method, antialias, convention, coordinates, box, axes
        As for `resize`.

    Attributes
    ----------
    shape_in, shape_out : tuple of int
        Shapes of the images and of the results.
    dtype : numpy.dtype
        Of both.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted.

    Examples
    --------
    >>> import numpy as np
    >>> import fastresample
    >>> resizer = fastresample.Resizer((4, 6, 3), (2, 3), np.uint8)
    >>> frames = np.full((5, 4, 6, 3), 7, np.uint8)
    >>> [resizer(frame).shape for frame in frames]
    [(2, 3, 3), (2, 3, 3), (2, 3, 3), (2, 3, 3), (2, 3, 3)]
    """

    def __init__(
        self,
        shape: Sequence[int],
        size: int | Sequence[int] | None = None,
        dtype: DTypeLike = np.uint8,
        *,
        factor: float | Sequence[float] | None = None,
        method: str = "bilinear",
        antialias: bool | None = None,
        convention: str = "native",
        coordinates: str | None = None,
        box: Sequence[float] | None = None,
        axes: int | Sequence[int] | None = None,
    ) -> None:
        self.dtype = np.dtype(dtype)
        self.shape_in = spec.check_shape(shape)
        self._plan = plan.make(
            spec.resize_spec(
                self.shape_in, self.dtype, size, factor, method, antialias, convention, coordinates, box, axes
            )
        )
        self.shape_out = self._plan.shape_out

    def __call__(self, image: Array, out: Array | None = None, threads: int | None = None) -> Array:
        """Return the resized image.

        Parameters
        ----------
        image : numpy.ndarray, shape ``shape_in``
            Of the dtype planned for, in any byte order and memory layout; never written to.
        out : numpy.ndarray, shape ``shape_out``, optional
            Where to write the result: of the image's dtype, any layout, not overlapping the image.
        threads : int, optional
            Most threads to use; `get_num_threads` by default. The result does not depend on it.

        Returns
        -------
        numpy.ndarray, shape ``shape_out``
            ``out``, or a new array of the image's dtype.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit what was planned.
        """
        if type(image) is not np.ndarray or image.shape != self.shape_in or image.dtype != self.dtype:
            image = self._checked(image)
        count = None if threads is None else check_threads(threads)
        if out is None:
            result = np.empty(self.shape_out, image.dtype)
        else:
            result = spec.check_out(out, image, self.shape_out)
        self._plan.run(image, result, count)
        return result if out is None else out

    def _checked(self, image: Any) -> Array:
        """Return the image, which may be of another byte order, as a plain array."""
        image = spec.check_image(image)
        if image.shape != self.shape_in:
            raise ValueError(f"image must have shape {self.shape_in}, as planned, got {image.shape}")
        if image.dtype.newbyteorder("=") != self.dtype.newbyteorder("="):
            raise TypeError(f"image must have dtype {self.dtype}, as planned, got {image.dtype}")
        plain: Array = image
        return plain

    def __repr__(self) -> str:
        """Name what is done to which arrays."""
        planned = self._plan.spec
        smooth = ", antialias=True" if planned.antialias else ""
        return f"Resizer({self.shape_in} -> {self.shape_out}, {self.dtype}, {planned.method!r}{smooth})"


def resize(
    image: Array,
    size: int | Sequence[int] | None = None,
    *,
    factor: float | Sequence[float] | None = None,
    method: str = "bilinear",
    antialias: bool | None = None,
    convention: str = "native",
    coordinates: str | None = None,
    box: Sequence[float] | None = None,
    axes: int | Sequence[int] | None = None,
    out: Array | None = None,
    threads: int | None = None,
) -> Array:
    """Resize an image, or one to three axes of any array.

    Parameters
    ----------
    image : numpy.ndarray, 1-D to 5-D
        ``(length,)``, ``(height, width)`` or ``(height, width, channels)``, or anything else together with ``axes``;
        any number of channels, any memory layout and byte order; never written to. Dtypes: uint8, int8, uint16, int16,
        uint32, int32, float16, float32, float64; bool, int64 and uint64 with ``nearest`` only. Conventions have fewer.
    size : int or sequence of int, optional
        Size of the result in samples, one per resized axis: ``(height, width)`` for images.
    factor : float or sequence of float, optional
        Instead of ``size``: the size becomes ``round(n * factor)``, at least 1; the sampling grid follows that size.
    method : str
        ``nearest``, ``bilinear`` (also ``linear``, ``trilinear``), ``bicubic`` (``cubic``, ``catmull_rom``), ``area``,
        ``box``, ``hamming``, ``mitchell``, ``gaussian``, ``lanczos2``, ``lanczos3`` (``lanczos``), ``lanczos4``,
        ``lanczos5``. Only in some conventions: ``nearest_exact``, ``bilinear_exact``, ``mks2013``, ``mks2021``.
    antialias : bool, optional
        Widen the filter by the step when shrinking, so that every source sample counts. None is the convention's
        habit: on for ``pillow``, else off. ``nearest`` refuses it, ``area`` always does it.
    convention : {'native', 'opencv', 'pillow', 'torch', 'onnx'}
        Whose arithmetic. All but ``native`` give the bits of that library (``onnx``: of the operator Resize), as far as
        they promise it, and have the methods, dtypes and coordinates that it has, which the error for others lists.
    coordinates : {'half_pixel', 'align_corners', 'asymmetric'}, optional
        Where output i lies in the source; None is the convention's own, ``half_pixel``.
    box : sequence of float, optional
        ``(top, left, bottom, right)`` in source pixels: the part that fills the result. Filters read beyond its edges,
        as if the whole image had been resized and then cut.
    axes : int or sequence of int, optional
        The axes that change, in the order of ``size``. By default the one axis of 1-D, rows and columns of 2-D and
        3-D; from 4-D on there is no default.
    out : numpy.ndarray, optional
        Where to write the result: its shape, the image's dtype, any layout, not overlapping the image.
    threads : int, optional
        Most threads to use; `get_num_threads` by default. The result does not depend on it.

    Returns
    -------
    numpy.ndarray
        ``out``, or a new array of the image's dtype. Integers are rounded once, ties up.

    Raises
    ------
    TypeError, ValueError
        Naming the argument, its value and what is accepted.

    Notes
    -----
    With ``half_pixel`` coordinates the centre of output i lies at ``x = (i + 1/2) * n_in / n_out - 1/2``. A filter h
    weighs the samples j around it by ``h(j - x)``, divided by the sum of these weights, one axis after the other;
    outside the image the edge sample repeats. With ``antialias`` it is ``h((j - x) / step)``,
    ``step = max(n_in / n_out, 1)``, and samples outside the image do not count. NaN reaches the outputs that weigh it
    and no others. With ``sinc(t) = sin(pi t) / (pi t)``, each formula up to the support, then 0:

    ==================  =======  =====================================================================
    method              support  h(t), t >= 0
    ==================  =======  =====================================================================
    ``box``             1/2      1; 1/2 at t = 1/2
    ``bilinear``        1        1 - t [1]_
    ``hamming``         1        sinc(t) (0.54 + 0.46 cos(pi t)) [2]_
    ``bicubic``         2        1.5 t^3 - 2.5 t^2 + 1; from 1 on -0.5 t^3 + 2.5 t^2 - 4 t + 2 [3]_
    ``mitchell``        2        (7 t^3 - 12 t^2 + 16/3) / 6; from 1 on (-7/3 t^3 + 12 t^2 - 20 t + 32/3) / 6 [4]_
    ``gaussian``        3/2      exp(-2 t^2) [5]_
    ``lanczos`` n       n        sinc(t) sinc(t / n) [6]_
    ==================  =======  =====================================================================

    ``nearest`` takes sample ``floor(x + 1/2)``; ``area`` is the mean over one step, by exact coverage. ``bicubic`` is
    Keys' cubic of a = -1/2; conventions ``opencv`` and ``torch`` have a = -3/4, as these libraries.

    References
    ----------
    .. [1] W. K. Pratt, *Digital Image Processing*, 3rd ed., Wiley 2001, section 4.3.
    .. [2] F. J. Harris, "On the use of windows for harmonic analysis", Proceedings of the IEEE 66, 1978.
    .. [3] R. G. Keys, "Cubic convolution interpolation", IEEE Transactions on ASSP 29, 1981.
    .. [4] D. P. Mitchell, A. N. Netravali, "Reconstruction filters in computer graphics", SIGGRAPH 1988.
    .. [5] P. S. Heckbert, *Fundamentals of Texture Mapping and Image Warping*, UCB/CSD-89-516, 1989 (and stretching).
    .. [6] C. E. Duchon, "Lanczos filtering in one and two dimensions", Journal of Applied Meteorology 18, 1979.

    Examples
    --------
    >>> import numpy as np
    >>> import fastresample
    >>> fastresample.resize(np.array([[0, 100]], np.uint8), (1, 4))
    array([[  0,  25,  75, 100]], dtype=uint8)
    >>> fastresample.resize(np.arange(4.0), factor=0.5)
    array([0.5, 2.5])
    >>> fastresample.resize(np.array([0.0, 0.0, 1.0, 1.0]), 8, method="bicubic").round(3)
    array([ 0.   , -0.023, -0.07 ,  0.203,  0.797,  1.07 ,  1.023,  1.   ])
    >>> fastresample.resize(np.array([[0, 1, 9]], np.uint8), (1, 2), convention="pillow")
    array([[0, 6]], dtype=uint8)
    """
    image = spec.check_image(image)
    asked = planned = None
    if factor is None and box is None and _own(size) and _own(axes) and (antialias is None or type(antialias) is bool):
        asked = (image.shape, image.dtype, size, method, antialias, convention, coordinates, axes)
        try:
            planned = plan.recall(asked)
        except TypeError:  # a list instead of a name cannot be looked up
            asked = None
    if planned is None and asked is not None:
        planned = shortcuts.make_kept(image, asked)
    if planned is None:
        shape = spec.check_shape(image.shape)
        wanted = spec.resize_spec(
            shape, image.dtype, size, factor, method, antialias, convention, coordinates, box, axes
        )
        planned = plan.make(wanted) if asked is None else plan.make_kept(wanted, asked)
    count = None if threads is None else check_threads(threads)
    if out is None:
        result = np.empty(planned.shape_out, image.dtype)
    else:
        result = spec.check_out(out, image, planned.shape_out)
    planned.run(image, result, count)
    return result if out is None else out


def _own(value: object) -> bool:
    """Whether no other value equals this one: True equals 1, and 2.0 equals 2, which are not all accepted alike."""
    kinds = {*map(type, value)} if type(value) is tuple else {type(value)}
    return kinds <= _OWN
