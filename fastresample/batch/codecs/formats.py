"""The file formats: a row each, saying what a format holds and how it is written."""

import os
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, NamedTuple

# Imported by name: a format whose plugin is missing makes Pillow load all that it has.
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,  # noqa: F401
    GifImagePlugin,  # noqa: F401
    Image,
    JpegImagePlugin,
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
)

from fastresample.batch.codecs.frames import Animation, in_avif, in_gif, in_png, in_webp


class Format(NamedTuple):
    """A file format: what it is called, how its files end, what it holds and how it is written.

    Attributes
    ----------
    name : str
        Pillow's name of the format.
    extensions : tuple of str
        Lower case, with the dot.
    modes : mapping of str to str
        The modes it can hold without loss, and the mode in which each is saved.
    max_side : int
        Largest width and height in pixels.
    defaults : mapping
        The encoder's settings for any picture.
    kept : callable
        The settings that the result takes over from a source of the same format, from its open image and file.
    metadata : bool
        Whether it holds EXIF and an ICC profile.
    max_exif : int or None
        Largest EXIF block in bytes; None for no limit that matters.
    animation : callable or None
        What the encoder is told of an `Animation`, with or without transparency; None where there is no such thing.
    """

    name: str
    extensions: tuple[str, ...]
    modes: Mapping[str, str]
    max_side: int
    defaults: Mapping[str, Any]
    kept: Callable[[Image.Image, BinaryIO], dict[str, Any]]
    metadata: bool = True
    max_exif: int | None = None
    animation: Callable[[Animation, bool], dict[str, Any]] | None = None


def _jpeg_sampling(image: Image.Image, file: BinaryIO) -> dict[str, Any]:
    sampling = JpegImagePlugin.get_sampling(image)
    return {"subsampling": sampling} if sampling >= 0 else {}


def _tiff_compression(image: Image.Image, file: BinaryIO) -> dict[str, Any]:
    compression = image.info.get("compression")
    return {"compression": compression} if compression in ("raw", "tiff_lzw", "packbits") else {}


def _webp_losslessness(image: Image.Image, file: BinaryIO) -> dict[str, Any]:
    """Find out whether the first frame is coded without loss; Pillow does not tell."""
    file.seek(12)
    while len(header := file.read(8)) == 8:
        chunk, length = header[:4], int.from_bytes(header[4:], "little")
        if chunk in (b"VP8 ", b"VP8L"):
            return {"lossless": chunk == b"VP8L"}
        # A frame of an animation holds chunks behind 16 bytes of its own; other chunks are skipped, padded to even.
        file.seek(16 if chunk == b"ANMF" else length + length % 2, os.SEEK_CUR)
    return {}


def _nothing(image: Image.Image, file: BinaryIO) -> dict[str, Any]:
    return {}


def _same(*modes: str) -> dict[str, str]:
    return {mode: mode for mode in modes}


# Full colour resolution (4:4:4) unless a JPEG source had less: at equal bytes it shows less error than 4:2:0 at a
# higher quality (a photograph: 68 kB and 37.2 dB at quality 85, against 68 kB and 36.7 dB with 4:2:0 at 90).
_JPEG_DEFAULTS = {"quality": 90, "subsampling": 0}
# 2.9 times faster than Pillow's own level 6 for 4 % more bytes (two photographs, a page of text, a zone plate).
_PNG_DEFAULTS = {"compress_level": 3}
_WEBP_DEFAULTS = {"quality": 90}
# As near to the source as a JPEG of quality 90, in six tenths of its bytes (a photograph: 41.4 dB in 76 kB, as JPEG
# 41.5 dB in 127 kB). One thread, because workers are many.
_AVIF_DEFAULTS = {"quality": 80, "subsampling": "4:4:4", "max_threads": 1}
_TIFF_DEFAULTS = {"compression": "tiff_adobe_deflate"}

_LARGEST_INT32 = 2**31 - 1

_ALL_FORMATS = (
    Format(
        name="JPEG",
        extensions=(".jpg", ".jpeg", ".jpe", ".jfif"),
        modes=_same("L", "RGB", "CMYK"),
        max_side=65_500,
        defaults=_JPEG_DEFAULTS,
        kept=_jpeg_sampling,
        max_exif=65_533,
    ),
    Format(
        name="PNG",
        extensions=(".png", ".apng"),
        modes=_same("L", "LA", "RGB", "RGBA", "I;16", "RGB;16", "RGBA;16"),
        max_side=_LARGEST_INT32,
        defaults=_PNG_DEFAULTS,
        kept=_nothing,
        animation=in_png,
    ),
    Format(
        name="WEBP",
        extensions=(".webp",),
        modes={"L": "RGB", "LA": "RGBA", "RGB": "RGB", "RGBA": "RGBA"},
        max_side=16_383,
        defaults=_WEBP_DEFAULTS,
        kept=_webp_losslessness,
        animation=in_webp,
    ),
    Format(
        name="AVIF",
        extensions=(".avif",),
        modes={"L": "L", "LA": "RGBA", "RGB": "RGB", "RGBA": "RGBA"},
        max_side=32_768,  # what libavif accepts when it reads
        defaults=_AVIF_DEFAULTS,
        kept=_nothing,
        animation=in_avif,
    ),
    Format(
        name="TIFF",
        extensions=(".tif", ".tiff"),
        modes=_same("L", "LA", "RGB", "RGBA", "CMYK", "I;16", "RGB;16", "RGBA;16", "I", "F"),
        max_side=_LARGEST_INT32,
        defaults=_TIFF_DEFAULTS,
        kept=_tiff_compression,
    ),
    Format(
        name="BMP",
        extensions=(".bmp", ".dib"),
        modes=_same("L", "RGB"),  # Pillow writes alpha into 32 bits, but in a form that no reader takes for alpha
        max_side=_LARGEST_INT32,
        defaults={},
        kept=_nothing,
        metadata=False,
    ),
    Format(
        name="GIF",
        extensions=(".gif",),
        modes={"L": "L", "LA": "P", "RGB": "P", "RGBA": "P"},
        max_side=65_535,
        defaults={},
        kept=_nothing,
        metadata=False,
        animation=in_gif,
    ),
)
# AVIF is there where Pillow was built with it, as its wheels are (from 11.3 on).
FORMATS = tuple(row for row in _ALL_FORMATS if row.name != "AVIF" or AvifImagePlugin.SUPPORTED)
EXTENSIONS = {extension: format_ for format_ in FORMATS for extension in format_.extensions}
BY_NAME = {format_.name: format_ for format_ in FORMATS}
BY_OPTION = {format_.name.lower(): format_ for format_ in FORMATS}
BY_NAME["MPO"] = BY_NAME["JPEG"]  # several JPEG pictures in a row, as many cameras write under .jpg

MODE_WORDS = {
    "LA": "transparency",
    "RGBA": "transparency",
    "CMYK": "CMYK colour",
    "I;16": "16-bit grey",
    "I": "32-bit grey",
    "F": "floating-point grey",
}
