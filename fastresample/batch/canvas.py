"""What lies around and under a picture: bars that make up a size, and a colour under transparency."""

import numpy as np
from PIL import ImageColor

from fastresample.batch.colour import Samples
from fastresample.batch.errors import UnsupportedError
from fastresample.batch.layout import Placement

WHITE = "white"
_PER_BYTE = {"I;16": 257}  # 255 * 257 = 65535: black and white are the same in 16 bits


def padded(samples: Samples, mode: str, placement: Placement, background: str | None) -> tuple[Samples, str]:
    """Lay samples on a canvas of a colour, and return them with their mode: grey ones become coloured where it is.

    Parameters
    ----------
    samples : ndarray, (h, w) or (h, w, C)
        Of the placement's inner size.
    mode : str
        The mode that the samples are in.
    placement : Placement
        The canvas, and where on it the samples begin.
    background : str or None
        The colour; None: white, or transparent where the mode has alpha.

    Raises
    ------
    ImageError
        If the mode has no colours that are known by name.
    """
    if placement.canvas == placement.inner:
        return samples, mode
    if mode in ("L", "LA") and background is not None and _is_coloured(background):
        samples, mode = _in_colour(samples, mode)
    result = np.empty((*placement.canvas, *samples.shape[2:]), samples.dtype)
    result[...] = _colour(mode, background)
    top, left = placement.offset
    result[top : top + samples.shape[0], left : left + samples.shape[1]] = samples
    return result, mode


def flattened(samples: Samples, mode: str, background: str) -> tuple[Samples, str]:
    """Lay samples with alpha on a colour; the result has no alpha, and is grey if both are.

    Notes
    -----
    ``c * a / 255 + b * (255 - a) / 255``, rounded to nearest.
    """
    if mode == "LA" and _is_coloured(background):
        samples, mode = _in_colour(samples, mode)
    below = _colour(mode.removesuffix("A"), background).astype(np.uint32)
    alpha = samples[..., -1:].astype(np.uint32)
    mixed = (samples[..., :-1] * alpha + below * (255 - alpha) + 127) // 255
    return mixed.astype(np.uint8)[..., 0] if mode == "LA" else mixed.astype(np.uint8), mode.removesuffix("A")


def _is_coloured(name: str) -> bool:
    return len(set(ImageColor.getrgb(name)[:3])) > 1


def _in_colour(samples: Samples, mode: str) -> tuple[Samples, str]:
    """Return grey samples, with or without alpha, as RGB."""
    if mode == "L":
        return np.repeat(samples[..., None], 3, axis=-1), "RGB"
    return samples[..., [0, 0, 0, 1]], "RGBA"


def _colour(mode: str, name: str | None) -> Samples:
    """Return a colour's samples in a mode."""
    if mode in ("I", "F"):
        raise UnsupportedError(
            f"bars have no colour in pictures of mode {mode}, whose white is not known; use fit contain"
        )
    if name is None and mode in ("LA", "RGBA"):
        return np.zeros(len(mode), np.uint8)
    colour = ImageColor.getcolor(name or WHITE, "L" if mode == "I;16" else "RGBA" if mode == "CMYK" else mode)
    values = np.atleast_1d(np.array(colour, np.uint16))
    if mode == "CMYK":
        ink = 255 - values[:3]
        key = ink.min()
        return np.array([*(ink - key), key], np.uint8)
    return values * np.uint16(_PER_BYTE[mode]) if mode in _PER_BYTE else values.astype(np.uint8)
