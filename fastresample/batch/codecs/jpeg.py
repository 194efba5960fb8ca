"""The pixels of JPEG files: shrunk while they are decoded, straight into arrays, with an ear for damage.

simplejpeg hears the warnings of libjpeg-turbo, Pillow does not; both give the same samples.
"""

from functools import cache, partial
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from PIL import Image

from fastresample.batch.codecs import damage
from fastresample.batch.pixels.colour import Samples

# Inverse transforms of 1, 2 and 4 samples instead of 8; those between are slower than whole ones.
FACTORS = (8, 4, 2)
# Pixels that are kept per pixel of a result, along each axis: what is taken away is beyond what a filter passes.
KEPT = 2

# How often brightness is stored for one sample of colour, across and down: 4:4:4, 4:2:2, 4:2:0, 4:4:0, 4:1:1.
_NAMED = ((1, 1), (2, 1), (2, 2), (1, 2), (4, 1))
_COLOUR_SPACES = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
UNHEARD = (
    "damage inside JPEG data cannot be seen without simplejpeg, only files that end too early; "
    "pip install 'fastresample[turbo]'"
)
UNCHECKED = "has a rare JPEG colour layout, in which damage inside the data cannot be seen"


class Decoded(NamedTuple):
    """Samples as they lie in the file, (H, W) or (H, W, C), and what their owner should know."""

    samples: Samples
    notes: tuple[str, ...] = ()


@cache
def turbo() -> Any:
    """Return simplejpeg, or None where it is not installed."""
    try:
        import simplejpeg
    except ImportError:
        return None
    return simplejpeg


def factor_for(shape: tuple[int, int], drawn: tuple[int, int]) -> int:
    """Return by how much a picture may be shrunk while it is decoded: 1, 2, 4 or 8.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the picture.
    drawn : (int, int)
        Height and width at which it will be drawn; of several sizes, the largest.

    Examples
    --------
    >>> factor_for((3000, 4000), (600, 800))
    2
    >>> factor_for((3000, 4000), (750, 1001))
    1
    """
    for factor in FACTORS:
        if all(side >= factor * KEPT * wanted for side, wanted in zip(shape, drawn, strict=True)):
            return factor
    return 1


def decode(image: Image.Image, file: BinaryIO, factor: int = 1, *, lenient: bool = False) -> Decoded:
    """Decode an opened JPEG file.

    Parameters
    ----------
    image : PIL.Image.Image
        As it was opened: its header is known, its pixels are not loaded.
    file : file
        What it was opened from.
    factor : int
        1, 2, 4 or 8: the sides of the result are so many times shorter, rounded up.
    lenient : bool
        Keep what can be decoded of a damaged file, with a note.

    Raises
    ------
    ValueError, OSError
        What the decoder says of a damaged file.
    """
    simplejpeg = turbo()
    if simplejpeg is None:
        return _by_pillow(image, file, factor, lenient, UNHEARD)
    if _is_rare(image):
        return _by_pillow(image, file, factor, lenient, UNCHECKED)
    file.seek(0)
    data = file.read()
    height, width, *_ = simplejpeg.decode_jpeg_header(data)
    if (height, width) != (image.height, image.width):  # what was admitted is not what would be decoded
        raise ValueError("its headers disagree about its size")
    decode_jpeg = partial(
        simplejpeg.decode_jpeg,
        data,
        _COLOUR_SPACES[image.mode],
        min_height=-(-image.height // factor),
        min_width=-(-image.width // factor),
    )
    try:
        return Decoded(_as_in_pillow(decode_jpeg(), image.mode))
    except ValueError as error:
        if not lenient:
            raise
        return Decoded(_as_in_pillow(decode_jpeg(strict=False), image.mode), (damage.note(error),))


def _is_rare(image: Any) -> bool:
    """Whether the components are stored at resolutions for whose combination simplejpeg has no name."""
    luma, *others = [(across, down) for _, across, down, _ in image.layer]
    if not others:
        return False
    chroma, black = others[:2], others[2:]
    return luma not in _NAMED or set(chroma) != {(1, 1)} or any(resolution != luma for resolution in black)


def _by_pillow(image: Image.Image, file: BinaryIO, factor: int, lenient: bool, unseen: str) -> Decoded:
    if factor > 1:
        image.draft(None, (image.width // factor, image.height // factor))
    notes = damage.load(image, file, lenient=lenient)
    return Decoded(np.asarray(image), (*notes, unseen))


def _as_in_pillow(samples: Samples, mode: str) -> Samples:
    if mode == "L":
        return samples[..., 0]
    return np.invert(samples, out=samples) if mode == "CMYK" else samples  # by Adobe's custom, 0 is full ink
