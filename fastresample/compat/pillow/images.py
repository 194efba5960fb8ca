"""Pillow's images in and out: modes, alpha, palettes, the reducing gap, thumbnails."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fastresample.compat.pillow.arrays import (
    BICUBIC,
    METHODS,
    NEAREST,
    Box,
    check_filter,
    reduce_array,
    resize_array,
)
from fastresample.conventions.pillow import SUPPORTS

if TYPE_CHECKING:
    from PIL.Image import Image

Array = NDArray[Any]

_PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}
# Filters read these 16-bit samples with their bytes exchanged (of a little-endian machine; Pillow 13.0.0).
_EXCHANGED = ("I;16B", "I;16N")


def resize(
    image: "Image",
    size: Sequence[int] | NDArray[Any],
    resample: int | None = None,
    box: Sequence[float] | None = None,
    reducing_gap: float | None = None,
) -> "Image":
    """Resize an image: ``Image.resize`` of Pillow 13.0.0.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode; not changed.
    size : sequence of two int
        ``(width, height)`` of the result in pixels.
    resample : int, optional
        NEAREST, BOX, BILINEAR, HAMMING, BICUBIC (the default), LANCZOS, MKS2013 or MKS2021; always NEAREST for modes 1
        and P. LA and RGBA are resized with colours multiplied by alpha, unless it is NEAREST.
    box : sequence of four float, optional
        ``(left, upper, right, lower)`` in source pixels: the part that fills the result.
    reducing_gap : float, optional
        At least 1: whole blocks are averaged first, as long as that leaves so many times the size asked for.

    Returns
    -------
    PIL.Image.Image
        A new image of the same mode, with the palette and the ``info`` of the other.

    Raises
    ------
    TypeError, ValueError, OverflowError, MemoryError
        The kind that Pillow raises for the same fault, naming the argument.

    Examples
    --------
    >>> from PIL import Image
    >>> from fastresample.compat import pillow
    >>> half = pillow.resize(Image.new("RGB", (40, 30), "teal"), (20, 15), pillow.LANCZOS)
    >>> half.size, half.getpixel((0, 0))
    ((20, 15), (0, 128, 128))
    """
    _check_image(image)
    resample = BICUBIC if resample is None else check_filter(resample)
    _check_gap(reducing_gap)
    pair = _pair(size)
    whole = (0, 0, *image.size)
    edges: Any = whole if box is None else box
    if image.size == pair and edges == whole:
        return image.copy()
    if image.mode in ("1", "P"):
        resample = NEAREST
    if image.mode in _PREMULTIPLIED and resample != NEAREST:
        multiplied = image.convert(_PREMULTIPLIED[image.mode])
        return resize(multiplied, pair, resample, edges, reducing_gap).convert(image.mode)
    image.load()
    if reducing_gap is not None and resample != NEAREST:
        image, edges = _reduced_first(image, pair, resample, edges, reducing_gap)
    return _like(image, resize_array(_samples(image), pair, resample, edges))


def reduce(image: "Image", factor: int | tuple[int, int], box: tuple[int, int, int, int] | None = None) -> "Image":
    """Average whole blocks of pixels: ``Image.reduce`` of Pillow 13.0.0.

    Parameters
    ----------
    image : PIL.Image.Image
        Of any mode but 1, P and the kinds of I;16; not changed.
    factor : int or tuple of two int
        Size of a block in source pixels, ``(width, height)`` or both at once.
    box : tuple of four int, optional
        ``(left, upper, right, lower)`` in source pixels: the part to reduce.

    Returns
    -------
    PIL.Image.Image
        A new image of the same mode, its size rounded up: the last blocks average the pixels that are left.

    Raises
    ------
    TypeError, ValueError, OverflowError
        The kind that Pillow raises for the same fault, naming the argument.

    Examples
    --------
    >>> from PIL import Image
    >>> from fastresample.compat import pillow
    >>> pillow.reduce(Image.new("L", (9, 6), 200), 4).size
    (3, 2)
    """
    _check_image(image)
    pair: Any = factor if isinstance(factor, list | tuple) else (factor, factor)
    if pair == (1, 1):
        return image.crop(box)
    if image.mode in _PREMULTIPLIED:
        edges = (0, 0, *image.size) if box is None else box
        return reduce(image.convert(_PREMULTIPLIED[image.mode]), pair, edges).convert(image.mode)
    if image.mode in ("1", "P") or image.mode.startswith("I;16"):
        raise ValueError(f"image has wrong mode: samples of mode {image.mode} can't be averaged")
    image.load()
    return _like(image, reduce_array(_samples(image), pair, box))


def thumbnail(image: "Image", size: Sequence[float], resample: int = BICUBIC, reducing_gap: float | None = 2.0) -> None:
    """Shrink an image in place to fit a size, keeping its shape: ``Image.thumbnail`` of Pillow 13.0.0.

    Parameters
    ----------
    image : PIL.Image.Image
        Changed; one that is small enough is left alone. A file that can be read at a smaller size (JPEG) is.
    size : sequence of two float
        Largest ``(width, height)`` in pixels.
    resample, reducing_gap
        As for `resize`.

    Raises
    ------
    TypeError, ValueError, ZeroDivisionError, OverflowError
        The kind that Pillow raises for the same fault.

    Examples
    --------
    >>> from PIL import Image
    >>> from fastresample.compat import pillow
    >>> image = Image.new("RGB", (400, 300))
    >>> pillow.thumbnail(image, (100, 100))
    >>> image.size
    (100, 75)
    """
    _check_image(image)
    width, height = map(math.floor, size)
    if width >= image.width and height >= image.height:
        return
    fitting = _fitting(image.width / image.height, width, height)
    box = None
    if reducing_gap is not None:
        drafted = image.draft(None, (int(size[0] * reducing_gap), int(size[1] * reducing_gap)))
        box = None if drafted is None else drafted[1]
    if image.size != fitting:
        small = resize(image, fitting, resample, box, reducing_gap)
        image.im, image._size, image._mode = small.im, fitting, small.mode
    image.readonly = 0


def _fitting(aspect: float, width: int, height: int) -> tuple[int, int]:
    """Return the size in the ratio ``aspect`` that fits, its short side rounded to whichever keeps the ratio better."""
    if width / height >= aspect:
        return _rounded(height * aspect, lambda n: abs(aspect - n / height)), height
    return width, _rounded(width / aspect, lambda n: abs(aspect - width / n) if n else 0)


def _rounded(side: float, error: Any) -> int:
    return max(min(math.floor(side), math.ceil(side), key=error), 1)


def _reduced_first(image: "Image", size: tuple[int, int], resample: int, edges: Box, gap: float) -> tuple["Image", Box]:
    """Average blocks of the part that the filter reads, and return what the box then is."""
    steps = [(edges[axis + 2] - edges[axis]) / size[axis] for axis in (0, 1)]
    factors = [int(step / gap) or 1 for step in steps]
    if max(factors) <= 1:
        return image, edges
    reach = [(SUPPORTS[METHODS[resample]] - 0.5) * step for step in steps]
    low = [max(0, int(edges[axis] - reach[axis])) for axis in (0, 1)]
    high = [min(image.size[axis], math.ceil(edges[axis + 2] + reach[axis])) for axis in (0, 1)]
    small = reduce(image, (factors[0], factors[1]), (low[0], low[1], high[0], high[1]))
    left, upper, right, lower = ((edges[i] - low[i % 2]) / factors[i % 2] for i in range(4))
    return small, (left, upper, right, lower)


def _check_image(image: object) -> None:
    from PIL import Image

    if not isinstance(image, Image.Image):
        raise TypeError(f"image must be a PIL.Image.Image, got {type(image).__name__}; arrays: resize_array")


def _check_gap(gap: Any) -> None:
    try:
        if gap is None or not gap < 1.0:
            return
    except TypeError:
        raise TypeError(f"reducing_gap must be a number or None, got {gap!r}") from None
    raise ValueError(f"reducing_gap must be 1.0 or greater, got {gap!r}")


def _pair(size: Any) -> Any:
    """Return the size as a tuple, which compares with an image's."""
    try:
        return tuple(size)
    except TypeError:
        raise TypeError(f"size must be 2 integers (width, height), got {size!r}") from None


def _samples(image: "Image") -> Array:
    """Return the samples as the C core computes with them, (height, width[, channels])."""
    return _as_stored(np.asarray(image), image.mode)


def _as_stored(array: Array, mode: str) -> Array:
    """Change between what an image shows and what it stores; its own inverse."""
    if mode == "LAB":
        array = array.copy()
        for channel in (1, 2):  # one at a time: a tenth of the time of both
            array[..., channel] ^= 128
        return array
    return array.view(array.dtype.newbyteorder()) if mode in _EXCHANGED else array


def _like(image: "Image", samples: Array) -> "Image":
    """Return an image of these samples with the mode, palette and info of another."""
    from PIL import Image, ImagePalette

    height, width = samples.shape[:2]
    raw = {"1": "1;8"}.get(image.mode, image.mode)
    shown = _as_stored(samples, image.mode)
    result = Image.frombytes(image.mode, (width, height), shown.tobytes(), "raw", raw)
    if image.mode in ("P", "PA"):
        mode = image.im.getpalettemode()
        result.im.putpalette(mode, mode, image.im.getpalette(mode, mode))
        result.palette = image.palette.copy() if image.palette else ImagePalette.ImagePalette()
    result.info = {key: value.copy() if isinstance(value, list) else value for key, value in image.info.items()}
    return result
