"""``resize`` and ``Resizer``: arguments become a spec, a spec becomes a plan, a plan fills an array."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fastresample import plan, spec
from fastresample.threads import check_threads

Array = NDArray[Any]


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
        self.shape_out = self._plan.spec.shape_out

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
        image = spec.check_image(image)
        if image.shape != self.shape_in:
            raise ValueError(f"image must have shape {self.shape_in}, as planned, got {image.shape}")
        if image.dtype != self.dtype and image.dtype.newbyteorder("=") != self.dtype.newbyteorder("="):
            raise TypeError(f"image must have dtype {self.dtype}, as planned, got {image.dtype}")
        count = None if threads is None else check_threads(threads)
        if out is None:
            result = np.empty(self.shape_out, image.dtype)
        else:
            result = spec.check_out(out, image, self.shape_out)
        self._plan.run(image, result, count)
        return result if out is None else out

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
        uint32, int32, float16, float32, float64; bool, int64 and uint64 with ``nearest`` only.
    size : int or sequence of int, optional
        Size of the result in samples, one per resized axis: ``(height, width)`` for images.
    factor : float or sequence of float, optional
        Instead of ``size``: the size becomes ``round(n * factor)``, at least 1; the sampling grid follows that size.
    method : {'nearest', 'bilinear'}
        ``linear`` is another name of ``bilinear``.
    antialias : bool, optional
        Widen the filter by the step when shrinking, so that every source sample counts. None is the convention's
        habit: off for ``native``. ``nearest`` refuses it.
    convention : {'native'}
        Whose arithmetic.
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
    With ``half_pixel`` coordinates the centre of output i lies at ``x = (i + 1/2) * n_in / n_out - 1/2``. ``bilinear``
    weighs the samples j around it by ``h(j - x)``, ``h(t) = max(1 - |t|, 0)``, one axis after the other; outside the
    image the edge sample repeats. With ``antialias`` it is ``h((j - x) / step)``, ``step = max(n_in / n_out, 1)``, over
    the samples inside the image, divided by their sum. ``nearest`` takes sample ``floor(x + 1/2)``. NaN reaches the
    outputs that weigh it and no others.

    References
    ----------
    W. K. Pratt, *Digital Image Processing*, 3rd ed., Wiley 2001, section 4.3 (interpolation);
    P. S. Heckbert, *Fundamentals of Texture Mapping and Image Warping*, UCB/CSD-89-516, 1989 (stretched filters).

    Examples
    --------
    >>> import numpy as np
    >>> import fastresample
    >>> fastresample.resize(np.array([[0, 100]], np.uint8), (1, 4))
    array([[  0,  25,  75, 100]], dtype=uint8)
    >>> fastresample.resize(np.arange(4.0), factor=0.5)
    array([0.5, 2.5])
    """
    image = spec.check_image(image)
    resizer = Resizer(
        image.shape,
        size,
        image.dtype,
        factor=factor,
        method=method,
        antialias=antialias,
        convention=convention,
        coordinates=coordinates,
        box=box,
        axes=axes,
    )
    return resizer(image, out, threads)


def warmup(
    methods: Iterable[str] = ("nearest", "bilinear"),
    dtypes: Iterable[DTypeLike] = ("uint8",),
    channels: Iterable[int] = (1, 3, 4),
    conventions: Iterable[str] = ("native",),
    antialias: Iterable[bool] = (False, True),
) -> int:
    """Compile now what the first calls would compile, for images of these kinds.

    Parameters
    ----------
    methods, dtypes, channels, conventions, antialias
        Every combination is prepared for enlarging, shrinking and exact halving of C-contiguous ``(H, W, C)`` images.

    Returns
    -------
    int
        How many kernels were compiled; those found in the cache do not count.

    Raises
    ------
    TypeError, ValueError
        As `resize`.

    Examples
    --------
    >>> import fastresample
    >>> fastresample.warmup(methods=["nearest"], channels=[1]) >= 0
    True
    """
    statistics: dict[str, int] = plan.load_kernels().statistics
    before = statistics["compiled"]
    for method, dtype, count, convention, smooth in product(methods, dtypes, channels, conventions, antialias):
        if method == "nearest" and smooth:
            continue
        image = np.zeros((16, 16, count), dtype)
        for size in ((17, 17), (9, 9), (8, 8), (3, 3)):  # beyond a step of 4, 8-bit sums need wider accumulators
            resize(image, size, method=method, convention=convention, antialias=smooth, threads=1)
    return statistics["compiled"] - before
