"""Colour profiles (ICC): pictures brought to sRGB, and which profile may go with which picture."""

import io
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from fastresample.batch.pixels.colour import Samples, has_alpha, to_pillow, without_alpha

_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_FLAGS = ImageCms.Flags.BLACKPOINTCOMPENSATION

# In which mode LittleCMS takes pictures of a mode, by the colour space that their profile is for. Grey may have a
# profile for RGB: its values are the three components' then.
_TAKEN_AS = {
    ("L", b"GRAY"): "L",
    ("LA", b"GRAY"): "L",
    ("L", b"RGB "): "RGB",
    ("LA", b"RGB "): "RGB",
    ("RGB", b"RGB "): "RGB",
    ("RGBA", b"RGB "): "RGB",
    ("CMYK", b"CMYK"): "CMYK",
}


class Converted(NamedTuple):
    """Samples in sRGB with their mode, the profile that is still needed, and notes for the picture's owner."""

    samples: Samples
    mode: str
    icc: bytes | None
    notes: tuple[str, ...] = ()


def apply_policy(samples: Samples, mode: str, icc: bytes | None, policy: str) -> Converted:
    """Treat a picture's profile as the option ``icc`` says: keep, srgb or strip."""
    if policy == "srgb":
        return to_srgb(samples, mode, icc)
    return Converted(samples, mode, icc if policy == "keep" else None)


def to_srgb(samples: Samples, mode: str, icc: bytes | None) -> Converted:
    """Convert a picture from its profile to sRGB, after which it needs none.

    Parameters
    ----------
    samples : ndarray, (H, W) or (H, W, C)
        Not written to; alpha stays as it is.
    mode : str
        The mode that the samples are in.
    icc : bytes or None
        The profile; without one, colour and grey count as sRGB.

    Notes
    -----
    By LittleCMS, relative colorimetric with black point compensation: colours that sRGB has stay what they are, those
    beyond it become the nearest at its border, white becomes white and black black. (The perceptual intent would also
    move colours that need not move, and profiles made of a matrix, as of cameras and screens, have none.)

    Pictures with more than 8 bits keep their profile, because Pillow converts 8 bits only. CMYK becomes RGB; without a
    usable profile only roughly, for nothing is known about its inks.
    """
    if samples.dtype != np.uint8:
        return Converted(samples, mode, icc, (KEPT,) if icc else ())
    try:
        transform = _transform(icc, _TAKEN_AS[mode, icc[16:20]]) if icc else None
    except (ImageCms.PyCMSError, OSError, KeyError):
        rough = _roughly(samples, mode)
        return rough._replace(notes=(_UNUSABLE, *rough.notes))
    if icc is None:
        return _roughly(samples, mode)
    if transform is None:
        return Converted(samples, mode, None)
    if has_alpha(mode):
        colour = np.ascontiguousarray(samples[..., 0] if mode == "LA" else samples[..., :-1])
        converted = _applied(transform, colour, without_alpha(mode))
        return Converted(np.dstack((converted, samples[..., -1])), mode, None)
    return Converted(_applied(transform, samples, mode), "RGB" if mode == "CMYK" else mode, None)


KEPT = "has more than 8 bits, which are not converted to sRGB; its colour profile was kept"
_UNUSABLE = "its colour profile is damaged or for another kind of picture; it was left out, and sRGB was assumed"
_ROUGH = "is CMYK without a usable colour profile; its colours are roughly right only"


def _roughly(samples: Samples, mode: str) -> Converted:
    if mode != "CMYK":
        return Converted(samples, mode, None)
    return Converted(np.asarray(to_pillow(samples, mode).convert("RGB")), "RGB", None, (_ROUGH,))


def _applied(transform: ImageCms.ImageCmsTransform, samples: Samples, mode: str) -> NDArray[np.uint8]:
    image = to_pillow(samples, mode)
    if image.mode != transform.input_mode:
        image = image.convert(transform.input_mode)
    converted = transform.apply(image)
    return np.asarray(converted.getchannel("G") if mode == "L" else converted)  # of grey all three are the same


@lru_cache(maxsize=8)  # the pictures of a folder share few profiles
def _transform(icc: bytes, mode: str) -> Any:
    """Return the transform from a profile to sRGB, None if it would change nothing that can be seen."""
    profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    srgb = ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(profile, srgb, mode, "RGB", renderingIntent=_INTENT, flags=_FLAGS)
    if mode != "RGB":
        return transform
    steps = np.linspace(0, 255, 18).astype(np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(18 * 18, 18, 3)
    moved = np.asarray(transform.apply(Image.fromarray(colours)))
    return transform if np.abs(moved.astype(int) - colours).max() > 1 else None
