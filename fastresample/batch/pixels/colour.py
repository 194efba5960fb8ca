"""From a picture's mode to samples that may be averaged, and back: palettes resolved, transparency premultiplied."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fastresample.batch.errors import UnsupportedError
from fastresample.batch.pixels import light

Samples = NDArray[Any]

DEEP_MODES = ("RGB;16", "RGBA;16")  # which Pillow does not have: what it opens as RGB or RGBA may be such a picture
DEEP_GREY = "I;16"

# The mode in which pictures of each mode are resized. Averages of palette entries or of hues mean nothing, and edges
# of black and white pictures need greys.
_WORKING_MODES = {
    "1": "L",
    "L": "L",
    "LA": "LA",
    "La": "LA",
    "P": "RGB",
    "PA": "RGBA",
    "RGB": "RGB",
    "RGBX": "RGB",
    "RGBA": "RGBA",
    "RGBa": "RGBA",
    "YCbCr": "RGB",
    "CMYK": "CMYK",
    "I;16": "I;16",
    "I;16L": "I;16",
    "I;16B": "I;16",
    "I;16N": "I;16",
    "I": "I",
    "F": "F",
}
# The order of bytes in which Image.frombytes takes samples wider than a byte.
_STORED = {"I;16": "<u2", "I": "=i4", "F": "=f4"}


def to_samples(image: Image.Image) -> tuple[Samples, str]:
    """Return a picture's samples, (H, W) or (H, W, C), and the mode that they are in.

    Raises
    ------
    ImageError
        If the mode is not one of those that can be resized.
    """
    mode = working_mode(image)
    if mode == "I;16":
        return np.asarray(image).astype(np.uint16, copy=False), mode
    return np.asarray(image if image.mode == mode else image.convert(mode)), mode


def working_mode(image: Image.Image) -> str:
    """Return the mode of a picture's samples.

    Raises
    ------
    ImageError
        If the mode is not one of those that can be resized.
    """
    mode = _WORKING_MODES.get(image.mode)
    if mode is None:
        raise UnsupportedError(f"pictures in colour mode {image.mode} are not supported; convert it to RGB first")
    if mode in ("L", "RGB") and "transparency" in image.info:  # one transparent colour, or alpha for palette entries
        mode += "A"
    return mode


class DeepImage(NamedTuple):
    """A picture of a mode that Pillow does not have: colour with 16 bits."""

    samples: Samples
    mode: str

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.samples.shape[1], self.samples.shape[0]


def to_image(samples: Samples, mode: str) -> Image.Image | DeepImage:
    """Make a picture from samples in the given mode; the inverse of `to_samples`."""
    if mode in DEEP_MODES:
        return DeepImage(samples, mode)
    return to_pillow(samples, mode)


def to_pillow(samples: Samples, mode: str) -> Image.Image:
    """Make one of Pillow's pictures from samples in one of its modes."""
    stored = np.ascontiguousarray(samples, dtype=_STORED.get(mode, np.uint8))
    return Image.frombytes(mode, (samples.shape[1], samples.shape[0]), stored.data)


def is_deep(mode: str) -> bool:
    """Whether samples have 16 bits."""
    return mode == DEEP_GREY or mode in DEEP_MODES


def to_eight_bits(samples: Samples, mode: str) -> tuple[Samples, str]:
    """Reduce samples with 16 bits to 8, rounded to nearest, and return them with their mode; others stay as they are.

    The nearest level is ``samples / 257``, for 65535 is 257 * 255.
    """
    if not is_deep(mode):
        return samples, mode
    return ((samples.astype(np.uint32) + 128) // 257).astype(np.uint8), of_eight_bits(mode)


def of_eight_bits(mode: str) -> str:
    """Return the mode that `to_eight_bits` makes of a mode."""
    return "L" if mode == DEEP_GREY else mode.removesuffix(";16")


def has_alpha(mode: str) -> bool:
    """Whether the last channel is opacity."""
    return "A" in mode


def without_alpha(mode: str) -> str:
    """Return the mode that a picture has when its opacity is taken away."""
    return mode.replace("A", "")


def is_opaque(samples: Samples, mode: str) -> bool:
    """Whether samples have no alpha, or one that says nothing."""
    return not has_alpha(mode) or bool(samples[..., -1].min() == np.iinfo(samples.dtype).max)


# The modes whose levels sRGB's transfer function describes. Whole numbers of 32 bits and floats are taken for linear.
_CURVED = ("L", "LA", "RGB", "RGBA", "I;16", *DEEP_MODES)


class Working(NamedTuple):
    """Samples in the form in which they may be averaged.

    Attributes
    ----------
    samples : ndarray, (H, W) or (H, W, C)
        uint8, uint16, int32 or float32.
    dtype : dtype
        Of the picture.
    weighted : bool
        Whether colours are multiplied by their opacity, the last channel: levels in float32.
    linear : bool
        Whether colours are linear light, 0 to 1 in float32, and not levels.
    """

    samples: Samples
    dtype: Any
    weighted: bool = False
    linear: bool = False


def to_working(samples: Samples, mode: str, *, blends: bool, linear: bool = False) -> Working:
    """Bring samples into the form in which they may be averaged: transparent pixels must not tint their neighbours.

    Parameters
    ----------
    samples : ndarray, (H, W) or (H, W, C)
        Not written to.
    mode : str
        The mode that the samples are in; with ``"LA"`` and ``"RGBA"`` the last channel is alpha.
    blends : bool
        Whether pixels will be mixed. Where they are only picked, colours stay as they are.
    linear : bool
        Mix light, not levels (`light.light_of`), where levels are sRGB's: in all modes but CMYK, I and F.

    Notes
    -----
    A colour counts by its opacity: with alpha a the channels ``c * a`` and ``a`` are resized, and their quotient is
    the colour of the result. Products of two bytes are exact in float32, so a resize that changes nothing gives the
    same bytes back, except for the colour under full transparency, which is nobody's and becomes 0. (So it does with
    16 bits: a product is off by 2**-24 of itself, and the quotient by less than a hundredth of a level.)
    """
    linear = linear and blends and mode in _CURVED
    if not blends or (is_opaque(samples, mode) and not (linear and has_alpha(mode))):
        return Working(light.to_light(samples) if linear else samples, samples.dtype, linear=linear)
    # In place: in float32 these are four times the bytes of the picture, and every worker has its own. NumPy copies
    # what overlaps with its output, so the alpha that multiplies is that of the bytes.
    weighted = samples.astype(np.float32)
    if linear:
        weighted[..., :-1] = light.to_light(samples[..., :-1])
    np.multiply(weighted[..., :-1], samples[..., -1:], out=weighted[..., :-1])
    return Working(weighted, samples.dtype, weighted=True, linear=linear)


def from_working(resized: Samples, working: Working) -> Samples:
    """Bring resized samples back into the form of the picture; those that were weighted are written to.

    A filter may overshoot, in the products and in alpha alike: both are clipped after the division, so that a colour
    stays what it is where its opacity leaves the range.
    """
    if not working.weighted:
        return light.from_light(resized, working.dtype) if working.linear else resized
    alpha = resized[..., -1:]
    colour = resized[..., :-1]
    visible = alpha >= 0.5  # less is stored as 0; what overshoot leaves there is no colour
    np.multiply(colour, visible, out=colour)
    np.divide(colour, alpha, out=colour, where=visible)
    if not working.linear:
        return _to_levels(resized, working.dtype)
    levels = np.empty(resized.shape, working.dtype)
    levels[..., :-1] = light.from_light(colour, working.dtype)
    levels[..., -1:] = _to_levels(alpha, working.dtype)
    return levels


def _to_levels(values: Samples, dtype: Any) -> Samples:
    np.add(values, 0.5, out=values)
    return np.clip(values, 0, np.iinfo(dtype).max, out=values).astype(dtype)
