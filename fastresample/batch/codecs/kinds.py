"""Kinds of files within a format: what the decoder reads wrongly, what it cannot keep, what it cannot open at all."""

import re
from typing import Any, BinaryIO

from PIL import Image

_BITS, _PHOTOMETRIC, _PLANAR, _SAMPLE_FORMAT = 258, 262, 284, 339
_WHITE_IS_ZERO, _SEPARATE_PLANES, _UNSIGNED = 0, 2, 1

# By ITU-T H.273: those of BT.709, which are sRGB's, and unspecified ones; their transfer functions, nearly the same.
_SRGB_PRIMARIES, _SRGB_TRANSFERS = (1, 2), (1, 2, 6, 13, 14, 15)
_BEGINNING = 2**16  # bytes in which the boxes and chunks lie that describe a picture

# How files of the formats begin: name, offset, bytes.
_SIGNATURES = (
    ("JPEG", 0, b"\xff\xd8"),
    ("PNG", 0, b"\x89PNG"),
    ("WEBP", 8, b"WEBP"),
    ("TIFF", 0, b"II*\0"),
    ("TIFF", 0, b"MM\0*"),
    ("TIFF", 0, b"II+\0"),
    ("TIFF", 0, b"MM\0+"),
    ("BMP", 0, b"BM"),
    ("GIF", 0, b"GIF8"),
    ("AVIF", 4, b"ftypavif"),
    ("AVIF", 4, b"ftypavis"),
)
SIGNATURE_BYTES = 12


def format_by_signature(beginning: bytes) -> str | None:
    """Return the name of the format whose files begin so, None if there is none."""
    for name, offset, signature in _SIGNATURES:
        if beginning[offset : offset + len(signature)] == signature:
            return name
    return None


def misread(image: Image.Image) -> str:
    """Name the kind of TIFF that Pillow opens but cannot decode, or decodes to wrong values; empty for all others."""
    tags: Any = getattr(image, "tag_v2", None)
    if tags is None:
        return ""
    depth = max(tags.get(_BITS, (1,)))
    if tags.get(_PLANAR) == _SEPARATE_PLANES and depth > 8:
        return f"{depth}-bit samples in separate planes (PlanarConfiguration 2)"
    if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO and image.mode not in ("1", "L"):
        return f"{depth}-bit samples that count from white (PhotometricInterpretation 0)"
    if image.mode == "I" and depth == 32 and max(tags.get(_SAMPLE_FORMAT, (_UNSIGNED,))) == _UNSIGNED:
        return "unsigned 32-bit samples"
    return ""


def losses(image: Image.Image, file: BinaryIO) -> tuple[str, ...]:
    """Name what the decoder or the single output picture cannot keep; must be asked before the pixels are loaded."""
    notes = []
    layouts = _layouts(image)
    beginning = b""
    if image.format in ("AVIF", "PNG"):
        file.seek(0)
        beginning = file.read(_BEGINNING)
    if image.format == "AVIF" and _is_deep_avif(beginning):
        notes.append("has more than 8 bits, which were reduced to 8")
    if colours := _foreign_colours(beginning, image.format or ""):
        notes.append(f"says that its colours are not sRGB's ({colours}), which is dropped: they will look different")
    # Pillow knows one transparent grey for 1 and 8 bits only: it compares 2 and 4 bits with samples spread to 8.
    if "transparency" in image.info and (image.mode.startswith("I") or {"L;2", "L;4"} & set(layouts)):
        notes.append("has one transparent grey, which only 1 and 8 bits keep; the result is opaque")
    return tuple(notes)


def deep_colour(image: Image.Image) -> str:
    """Name how the samples of a picture with 16-bit colour are laid out, such as "RGB;16B"; empty for all others.

    Must be asked before the pixels are loaded.
    """
    return "" if image.mode.startswith("I") else next((layout for layout in _layouts(image) if ";16" in layout), "")


def _layouts(image: Image.Image) -> list[str]:
    """Return what the decoder calls the layout of the samples: of TIFF, the first of several arguments."""
    arguments = [tile[3] for tile in getattr(image, "tile", ())]
    return [str(argument[0] if isinstance(argument, tuple) else argument) for argument in arguments]


def _is_deep_avif(beginning: bytes) -> bool:
    """Whether the box that configures the AV1 decoder says more than 8 bits."""
    box = re.search(rb"av1C\x81.(.)", beginning, re.DOTALL)
    return box is not None and bool(box[1][0] & 0x40)


def _foreign_colours(beginning: bytes, format_name: str) -> str:
    """Name primaries and transfer function (ITU-T H.273) of PNG and AVIF that are not sRGB's, which Pillow drops."""
    if format_name == "AVIF":
        found = re.search(rb"colrnclx\0(.)\0(.)", beginning, re.DOTALL)
    else:
        found = re.search(rb"cICP(.)(.)", beginning, re.DOTALL) if format_name == "PNG" else None
    if found is None or (found[1][0] in _SRGB_PRIMARIES and found[2][0] in _SRGB_TRANSFERS):
        return ""
    return f"primaries {found[1][0]}, transfer function {found[2][0]}"
