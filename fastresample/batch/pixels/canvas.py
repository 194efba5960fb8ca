"""What lies around and under a picture: bars that make up a size, and a colour under transparency."""

import numpy as np
from PIL import ImageColor

from fastresample.batch.errors import UnsupportedError
from fastresample.batch.pixels.colour import Samples, has_alpha, without_alpha
from fastresample.batch.pixels.layout import Placement

WHITE = "white"
# As what Pillow knows colours for pictures of a mode, where it is not the mode itself; inks are made of RGBA.
_KNOWN_AS = {"I;16": "L", "RGB;16": "RGB", "RGBA;16": "RGBA", "CMYK": "RGBA"}
_PER_BYTE = 257  # 255 * 257 = 65535: black and white are the same in 16 bits


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
    ``c * a / 255 + b * (255 - a) / 255``, rounded to nearest; of 16 bits with 65535.
    """
    if mode == "LA" and _is_coloured(background):
        samples, mode = _in_colour(samples, mode)
    largest = np.iinfo(samples.dtype).max  # its square, and half of it more, fit into 32 bits
    below = _colour(without_alpha(mode), background).astype(np.uint32)
    alpha = samples[..., -1:].astype(np.uint32)
    mixed = ((samples[..., :-1] * alpha + below * (largest - alpha) + largest // 2) // largest).astype(samples.dtype)
    return mixed[..., 0] if mode == "LA" else mixed, without_alpha(mode)


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
    values = np.atleast_1d(np.array(ImageColor.getcolor(name or WHITE, _KNOWN_AS.get(mode, mode)), np.uint16))
    if name is None and has_alpha(mode):
        values[:] = 0
    if mode == "CMYK":
        ink = 255 - values[:3]
        key = ink.min()
        return np.array([*(ink - key), key], np.uint8)
    return values * np.uint16(_PER_BYTE) if mode.endswith(";16") else values.astype(np.uint8)
