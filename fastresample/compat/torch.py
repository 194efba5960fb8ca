"""``torch.nn.functional.interpolate`` without torch: its signature, its defaults, its results on the CPU."""

import math
import operator
import sys
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastresample import plan
from fastresample.conventions import CONVENTIONS
from fastresample.geometry import Grid
from fastresample.spec import Axis, ResizeSpec

Array = NDArray[Any]

# mode -> method of the convention, numbers of spatial axes
_MODES = {
    "nearest": ("nearest", (1, 2, 3)),
    "linear": ("bilinear", (1,)),
    "bilinear": ("bilinear", (2,)),
    "bicubic": ("bicubic", (2,)),
    "trilinear": ("bilinear", (3,)),
    "lanczos": ("lanczos3", (2,)),
    "area": ("area", (1, 2, 3)),
    "nearest-exact": ("nearest_exact", (1, 2, 3)),
}
_UNALIGNED = ("nearest", "area", "nearest-exact")
_ANTIALIASED = ("bilinear", "bicubic", "lanczos")
_MOST = 2**31 - 1  # tables hold 32-bit sample numbers


def interpolate(
    input: Any,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Any:
    """Resize the spatial axes of a batch as ``torch.nn.functional.interpolate`` 2.13 does on the CPU.

    Parameters
    ----------
    input : numpy.ndarray or torch.Tensor, shape (N, C, length), (N, C, H, W) or (N, C, D, H, W)
        float32, float64 or (but for ``linear``, ``trilinear`` and ``area``) uint8, of any memory layout; a tensor lies
        on the CPU and shares its memory with NumPy, nothing is copied.
    size : int or sequence of int, optional
        Of the result, one per spatial axis, or one for all of them.
    scale_factor : float or sequence of float, optional
        Instead of ``size``: ``int(n_in * scale_factor)``. Unless it is recomputed, the grid follows this factor and not
        the sizes: a step of ``1 / scale_factor`` source samples.
    mode : str
        ``nearest``, ``nearest-exact``, ``linear`` (one axis), ``bilinear``, ``bicubic``, ``lanczos`` (two axes),
        ``trilinear`` (three axes) or ``area``.
    align_corners : bool, optional
        For the linear modes and ``bicubic``: the outermost samples of input and result coincide.
    recompute_scale_factor : bool, optional
        With ``scale_factor``: the grid follows the sizes, ``n_in / n_out``.
    antialias : bool
        For ``bilinear`` and ``bicubic``, and needed for ``lanczos``: widen the filter when shrinking.

    Returns
    -------
    numpy.ndarray or torch.Tensor
        A new contiguous array of the input's kind and dtype. Tensors carry no gradient.

    Raises
    ------
    TypeError, ValueError, RuntimeError, NotImplementedError
        As torch does for the same argument. What is neither array nor tensor is a TypeError, and so is a tensor that is
        not on the CPU or that needs a gradient.

    Notes
    -----
    Torch has several kernels of some modes, whose last bits (of ``nearest``, rarely, an index) differ; memory layout,
    size and number of threads choose. What is reproduced, whatever the layout of the input, is what a contiguous tensor
    gets with two threads or more on a processor with fused multiply-add: ``nearest``, ``nearest-exact`` and
    ``bilinear`` on two axes by the kernels over channels where height plus width of the result are at most 128, by the
    generic nested ones elsewhere. Integers are equal bit for bit, floats too but for ``area`` with 1x1 results or in
    volumes (another order of summation: n eps of the largest magnitude, n samples per window), and volumes of a single
    voxel with more than three channels under ``trilinear`` (4 eps). Windows of ``lanczos`` take the sine of the C
    library, as torch does. An infinite sample stays infinite along an axis that does not change.

    Torch 2.13 has a defect that is not reproduced: with antialias (uint8 bilinear and bicubic: without, too) and a
    result of width 1 whose height changes, it repeats the first row in some layouts.

    References
    ----------
    PyTorch 2.13 documentation, ``torch.nn.functional.interpolate``.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample.compat.torch import interpolate
    >>> interpolate(np.array([[[0.0, 1.0]]], np.float32), scale_factor=2, mode="linear")
    array([[[0.  , 0.25, 0.75, 1.  ]]], dtype=float32)
    """
    image, tensors = _array(input)
    if mode in _UNALIGNED and align_corners is not None:
        raise ValueError(f"align_corners must be None for mode {mode!r}, got {align_corners!r}")
    sizes, factors = _sizes(image, size, scale_factor, mode, recompute_scale_factor)
    method = _method(image, mode, align_corners, antialias)
    _check_shapes(image, sizes, mode)
    _check_dtype(image.dtype, mode, antialias)
    coordinates = "align_corners" if align_corners else CONVENTIONS["torch"].methods[method].coordinates[0]
    grids = (
        Grid(n_in, n_out, coordinates, 0.0, float(n_in), factor)
        for n_in, n_out, factor in zip(image.shape[2:], sizes, factors, strict=True)
    )
    axes = tuple(Axis(number, grid) for number, grid in enumerate(grids, 2))
    spec = ResizeSpec(image.shape, image.dtype.name, axes, method, bool(antialias), "torch")
    out = _empty(spec.shape_out, image.dtype)
    if out.size:
        plan.make(spec).run(image, out, None)
    return out if tensors is None else tensors.from_numpy(out)


def _array(given: Any) -> tuple[Array, Any]:
    """Return the input as an array, and torch if it is a tensor."""
    torch: Any = sys.modules.get("torch")  # never imported here; a module of that name may be another
    tensor: Any = getattr(torch, "Tensor", ())
    if isinstance(given, tensor):
        if given.device.type != "cpu":
            raise TypeError(f"input must be on the CPU, got a tensor on {given.device}: give input.cpu()")
        if given.requires_grad and torch.is_grad_enabled():
            raise TypeError("input must not need a gradient, which would be lost: give input.detach()")
        _check_tensor(given, torch)
        return given.detach().numpy(), torch
    if not isinstance(given, np.ndarray):
        raise TypeError(f"input must be a numpy.ndarray or a torch.Tensor, got {type(given).__name__}")
    return given, None


def _check_tensor(given: Any, torch: Any) -> None:
    """Refuse tensors that no array can describe."""
    if given.layout != torch.strided:
        raise NotImplementedError(f"input must be a dense tensor, got layout {given.layout}")
    if str(given.dtype).removeprefix("torch.") not in ("uint8", "float32", "float64"):
        raise NotImplementedError(f"input must have dtype uint8, float32 or float64, got {given.dtype}")


def _sizes(image: Array, size: Any, scale_factor: Any, mode: Any, recompute: Any) -> tuple[list[int], list[float]]:
    """Return the size of each spatial axis and the factor that its grid follows, 0 where it follows the sizes."""
    lengths = image.shape[2:]
    count = len(lengths)
    if (size is None) == (scale_factor is None):
        got = "neither" if size is None else f"size={size!r} and scale_factor={scale_factor!r}"
        raise ValueError(f"give exactly one of size and scale_factor, got {got}")
    given = scale_factor if size is None else size
    several = isinstance(given, list | tuple)
    if several and len(given) != count:
        name = "scale_factor" if size is None else "size"
        raise ValueError(f"{name} must have one number for each of {count} spatial dimensions, got {given!r}")
    values = list(given) if several else [given] * count
    if size is not None:
        if recompute:
            raise ValueError(f"recompute_scale_factor must be None or False with size, got {recompute!r}")
        return [_integer(value, size) for value in values], [0.0] * count
    if not all(isinstance(value, Real) for value in values):
        raise TypeError(f"scale_factor must be a number or a sequence of numbers, got {scale_factor!r}")
    if recompute or mode == "area":
        # Not converted first: a NumPy scalar multiplies in its own precision. NaN and infinity raise as in int().
        return [int(n_in * factor) for n_in, factor in zip(lengths, values, strict=True)], [0.0] * count
    factors = [float(value) for value in values]
    if not all(math.isfinite(n_in * factor) for n_in, factor in zip(lengths, factors, strict=True)):
        raise RuntimeError(f"scale_factor must be finite, got {scale_factor!r}")
    return [int(n_in * factor) for n_in, factor in zip(lengths, factors, strict=True)], factors


def _integer(value: Any, given: Any) -> int:
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"size must be integers, got {given!r}")
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"size must be integers, got {given!r}") from None


def _method(image: Array, mode: Any, align_corners: Any, antialias: Any) -> str:
    """Return the convention's method of a mode that fits the number of axes and the other arguments."""
    count = image.ndim - 2
    if antialias and not (mode in _ANTIALIASED and count == 2):
        raise ValueError(
            f"antialias must be False but for modes {', '.join(_ANTIALIASED)} and input (N, C, H, W), "
            f"got {antialias!r} for mode {mode!r} and {image.ndim} dimensions"
        )
    method, counts = _MODES.get(mode, ("", ())) if isinstance(mode, str) else ("", ())
    if count not in counts:
        fitting = ", ".join(name for name, (_, able) in _MODES.items() if count in able)
        choose = f"choose from {fitting}" if fitting else "input must be (N, C, L), (N, C, H, W) or (N, C, D, H, W)"
        raise NotImplementedError(f"no mode {mode!r} for an input of {image.ndim} dimensions; {choose}")
    if not isinstance(align_corners, bool | None):
        raise TypeError(f"align_corners must be True, False or None, got {align_corners!r}")
    if mode == "lanczos" and align_corners:
        raise ValueError("align_corners must be None or False for mode 'lanczos', got True")
    if mode == "lanczos" and not antialias:
        raise ValueError(f"antialias must be True for mode 'lanczos', got {antialias!r}")
    return method


def _check_shapes(image: Array, sizes: list[int], mode: str) -> None:
    least = 0 if mode == "area" else 1
    if min(sizes) < least:
        raise RuntimeError(f"the size of the result must be at least {least} along each axis, got {tuple(sizes)}")
    if max(*sizes, *image.shape) > _MOST:
        raise RuntimeError(f"sizes must be at most {_MOST} samples, got {image.shape} to {tuple(sizes)}")
    if 0 in image.shape[2:] or (mode != "area" and image.shape[1] == 0):
        raise RuntimeError(f"input must have a sample in each dimension but the first, got shape {image.shape}")


def _check_dtype(dtype: np.dtype[Any], mode: str, antialias: Any) -> None:
    known = CONVENTIONS["torch"].methods[_MODES[mode][0]].dtypes
    if mode in ("linear", "trilinear"):
        known = tuple(name for name in known if name != "uint8")
    if dtype.name not in known:
        raise NotImplementedError(f"mode {mode!r} takes dtypes {', '.join(known)}, got {dtype}")


def _empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    try:
        return np.empty(shape, dtype)
    except (MemoryError, ValueError):  # more bytes than there are, or than can be counted
        raise RuntimeError(f"the result must fit into memory, got shape {shape} of {dtype}") from None
