"""The operator Resize of ONNX, opset 19, on arrays: its inputs and attributes by name."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastresample import plan
from fastresample.compat.onnx_inputs import check_attributes, check_dtype, check_extents, check_image
from fastresample.conventions import Options
from fastresample.conventions.onnx import METHODS, ROUNDINGS, beyond, grid_of, nothing
from fastresample.spec import Axis, ResizeSpec, check_room

__all__ = ["resize"]

Array = NDArray[Any]


def resize(
    X: Array,  # noqa: N803 - the operator's name
    roi: Sequence[float] | Array | None = None,
    scales: Sequence[float] | Array | None = None,
    sizes: Sequence[int] | Array | None = None,
    **attributes: Any,
) -> Array:
    """Resize any axes of an array as the ONNX operator Resize (opset 19) does.

    Parameters
    ----------
    X : numpy.ndarray
        Of any shape, memory layout and byte order; never written to. uint8, int8, uint16, int16, uint32, int32,
        float16, float32, float64; bool, int64 and uint64 if ``mode`` is nearest.
    roi : sequence of float, optional
        ``[start of each axis, end of each axis]``, the first sample at 0 and the last at 1; read by
        tf_crop_and_resize only.
    scales : sequence of float, optional
        Zoom of each axis, as float32: the result has ``floor(n * scale)`` samples, and the grid follows the scale.
    sizes : sequence of int, optional
        Instead of ``scales``: samples of each axis of the result.
    **attributes
        antialias : {0, 1}
            Widen linear and cubic filters by ``max(1, 1 / scale)``.
        axes : sequence of int
            The axes that ``roi``, ``scales`` and ``sizes`` speak of, in any order; all by default.
        coordinate_transformation_mode : str
            ``half_pixel`` (default), ``half_pixel_symmetric``, ``pytorch_half_pixel``, ``align_corners``,
            ``asymmetric`` or ``tf_crop_and_resize``.
        cubic_coeff_a : float
            The cubic's parameter, -0.75 by default.
        exclude_outside : {0, 1}
            Drop samples outside the array and renormalise; by default they are as the edge sample. An output that is
            left with no sample is 0.
        extrapolation_value : float
            Of outputs that tf_crop_and_resize places before the first or behind the last sample; 0 by default.
        keep_aspect_ratio_policy : {'stretch', 'not_larger', 'not_smaller'}
            Whether all axes get one scale, the smallest or the largest ratio of ``sizes``; the sizes are then rounded,
            half up.
        mode : {'nearest', 'linear', 'cubic'}
            The filter.
        nearest_mode : str
            ``round_prefer_floor`` (default), ``round_prefer_ceil``, ``floor`` or ``ceil``.

    Returns
    -------
    numpy.ndarray
        A new array of the dtype of ``X``; integers are rounded half to even and saturate.

    Raises
    ------
    TypeError, ValueError
        Naming the input or attribute, its value and what is accepted.

    Notes
    -----
    Nearest is exact: coordinates are compared as fractions. The sums of linear and cubic are rounded like
    ``fastresample.resize``'s (float64 for integers). Where the operator's text leaves a choice this follows its
    reference implementation, save that a coordinate is never moved across a sample by rounding and that the only output
    of pytorch_half_pixel lies at 0, as the text says. onnxruntime differs: it divides by whole lengths in align_corners
    and tf_crop_and_resize, copies axes whose size stays, and truncates integers.

    References
    ----------
    ONNX, *Operators*, Resize, version 19.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample.compat import onnx
    >>> onnx.resize(np.array([[1.0, 2.0], [3.0, 4.0]]), scales=[1, 2], mode="linear")
    array([[1.  , 1.25, 1.75, 2.  ],
           [3.  , 3.25, 3.75, 4.  ]])
    >>> onnx.resize(np.arange(8), sizes=[4], mode="nearest", nearest_mode="ceil")
    array([1, 3, 5, 7])
    """
    image = check_image(X)
    given = check_attributes(attributes)
    coordinates, method = given.coordinate_transformation_mode, METHODS[given.mode]
    dtype = check_dtype(image, given.mode)
    extents = check_extents(image.shape, roi, scales, sizes, given)
    shape = tuple(extents[k].n_out if k in extents else n for k, n in enumerate(image.shape))
    if 0 in shape:
        return np.empty(shape, image.dtype)
    options = Options(ROUNDINGS[given.nearest_mode], given.cubic_coeff_a, given.exclude_outside)
    axes = tuple(Axis(k, grid_of(coordinates, extents[k])) for k in sorted(extents))
    planned = ResizeSpec(image.shape, dtype, axes, method, given.antialias, "onnx", options)
    check_room(planned)
    out: Array = np.empty(shape, image.dtype)
    plan.make(planned).run(image, out, None)
    for axis in axes if given.exclude_outside and given.mode == "nearest" else ():
        _fill(out, axis.number, nothing(axis.grid, options.rounding), 0.0)
    for axis in axes if coordinates == "tf_crop_and_resize" else ():
        _fill(out, axis.number, beyond(axis.grid), given.extrapolation_value)
    return out


def _fill(out: Array, axis: int, outputs: NDArray[np.bool_], value: float) -> None:
    """Set some outputs of an axis to a value, which saturates."""
    if not outputs.any():
        return
    if out.dtype.kind in "iu":
        whole = np.iinfo(out.dtype)
        value = min(max(round(value), whole.min), whole.max)
    elif out.dtype.kind == "f":
        value = float(np.clip(value, np.finfo(out.dtype).min, np.finfo(out.dtype).max))
    out[(slice(None),) * axis + (outputs,)] = value
