"""The arguments of ``cv2.resize``, as its Python binding reads them, and its error."""

import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastresample.conventions import CONVENTIONS

# The dtypes that cv2 has, and what becomes of others: 64-bit integers lose their upper half.
KEPT = {np.dtype(name): name for name in CONVENTIONS["opencv"].methods["nearest"].dtypes}
_CONVERTED = {np.dtype("int64"): "int32", np.dtype("uint64"): "int32"}
_DTYPES = ", ".join(KEPT.values())
MOST = 2**31 - 1


class error(ValueError):  # noqa: N801, N818
    """What ``cv2.error`` is to cv2: the one exception of this module, with its code.

    Also a ValueError, and a TypeError where an argument is of the wrong type.

    Attributes
    ----------
    code : int
        OpenCV's: -5 (an argument cannot be understood), -215 (a condition does not hold), -4 (out of memory).
    """

    code = -215


class BadArgumentError(error):
    """An argument has the right type and no meaning."""

    code = -5


class BadTypeError(error, TypeError):
    """An argument has the wrong type."""

    code = -5


class NoMemoryError(error):
    """The result is too large."""

    code = -4


def image_of(src: object) -> NDArray[Any]:
    """Return an array ``(H, W, ...)`` of a dtype that is computed with."""
    if src is None:
        raise error("src must be an image, got None")
    if not isinstance(src, np.ndarray):
        raise BadTypeError(f"src must be a NumPy array, got {type(src).__name__}")
    image = np.asarray(src)
    dtype = image.dtype.newbyteorder("=")
    if dtype not in KEPT and dtype not in _CONVERTED:
        raise BadTypeError(f"src must have one of the dtypes {_DTYPES}, int64, uint64, got {image.dtype}")
    if image.ndim > 3:
        raise error(f"src must be (height, width) or (height, width, channels), got shape {image.shape}")
    if image.ndim == 3 and image.shape[2] == 0:
        raise BadArgumentError(f"src must have at least one channel, got shape {image.shape}")
    image = image.reshape(1, -1) if image.ndim < 2 else image
    return image.astype(_CONVERTED.get(dtype, dtype), copy=False)


def size_of(dsize: object) -> tuple[int, int]:
    """Return width and height; zeros where they are not given."""
    if dsize is None:
        return 0, 0
    try:
        parts: list[Any] = [dsize[i] for i in range(len(dsize))]  # type: ignore[arg-type, index]
    except (TypeError, LookupError):
        raise BadTypeError(f"dsize must be None or two integers (width, height), got {dsize!r}") from None
    if len(parts) != 2:
        raise BadArgumentError(f"dsize must be None or two integers (width, height), got {dsize!r}")
    width, height = (0 if part is None else whole_number("dsize", part) for part in parts)
    return width, height


def whole_number(name: str, value: Any) -> int:
    if isinstance(value, bool | np.bool_ | np.ndarray) or not hasattr(value, "__index__"):
        raise BadTypeError(f"{name} must be made of integers, got {value!r}")
    number = operator.index(value)
    if not -MOST - 1 <= number <= MOST:
        raise BadArgumentError(f"{name} must be made of 32-bit integers, got {value!r}")
    return number


def real_number(name: str, value: Any) -> float:
    if value is None:
        return 0.0
    if not isinstance(value, int | float | np.integer | np.floating) or isinstance(value, bool):
        raise BadTypeError(f"{name} must be a real number, got {value!r}")
    try:
        return float(value)
    except OverflowError:
        raise BadArgumentError(f"{name} must fit into 64 bits, got {value!r}") from None


def target_of(dst: object) -> NDArray[Any] | None:
    """Return ``dst`` as an array that may be written to; numbers, which cv2 ignores, count as None."""
    if dst is None or isinstance(dst, int | float):
        return None
    if not isinstance(dst, np.ndarray):
        raise BadTypeError(f"dst must be a NumPy array or None, got {type(dst).__name__}")
    if dst.dtype.newbyteorder("=") not in KEPT:
        raise BadTypeError(f"dst must have one of the dtypes {_DTYPES}, got {dst.dtype}")
    if not dst.flags.writeable:
        raise BadArgumentError("dst must be writable, got a read-only array")
    target = np.asarray(dst)
    # Rows may lie apart, but each of them is one piece.
    target = target.reshape(1, -1, copy=False) if target.ndim < 2 else target
    apart = len(target) < 2 or target.strides[0] >= target[:1].nbytes
    if not (target[:1].flags.c_contiguous and apart):
        raise BadArgumentError(f"dst must have contiguous rows, got strides {target.strides}")
    return target
