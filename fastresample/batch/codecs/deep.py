"""Colour with 16 bits, which Pillow reads and writes with 8 only: by OpenCV, where that is installed."""

import io
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from threading import Lock
from typing import Any

import numpy as np
from PIL import Image, TiffImagePlugin, TiffTags

from fastresample.batch.pixels.colour import Samples
from fastresample.batch.pixels.turning import turned

# Pillow's names for how samples are laid out, of the kinds that OpenCV decodes to what is in the file. Not among them
# are a fourth channel that is no opacity (RGBX) and opacity that was multiplied into the colours (RGBa).
_LAYOUTS = ("RGB;16", "RGBA;16", "LA;16")
_SHUFFLED = {3: [2, 1, 0], 4: [2, 1, 0, 3]}  # OpenCV has blue first
REDUCED = "has 16-bit colour, which was reduced to 8 bits"
ADVICE = "; OpenCV keeps them: pip install 'fastresample[deep]'"

_PNG = b"\x89PNG\r\n\x1a\n"
_SILENT = 0
_loading = Lock()
_silent_threads = 0
_level = _SILENT
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _STRIPS, _CHANNELS = 256, 257, 258, 259, 262, 273, 277
_ROWS_OF_A_STRIP, _STRIP_BYTES, _PREDICTOR, _EXTRA, _ICC = 278, 279, 317, 338, 34675
_ACROSS, _DOWN, _UNIT = 282, 283, 296
_INCH = 2
_DEFLATE, _RGB, _DIFFERENCES, _ALPHA = 8, 2, 2, 2


@cache
def available() -> bool:
    """Whether OpenCV is installed; it is not loaded to find out."""
    with _loading:  # while it is loaded, what is known of it is incomplete
        return find_spec("cv2") is not None


def _opencv() -> Any:
    """Load OpenCV, by one thread at a time: it replaces itself while it is loaded."""
    with _loading:
        import cv2
    return cv2


@contextmanager
def _silent(cv2: Any) -> Iterator[None]:
    """Keep OpenCV from writing to the terminal; of several threads at once the last puts its level back."""
    global _silent_threads, _level
    set_level = cv2.setLogLevel if hasattr(cv2, "setLogLevel") else cv2.utils.logging.setLogLevel
    with _loading:
        if not _silent_threads:
            _level = set_level(_SILENT)
        _silent_threads += 1
    try:
        yield
    finally:
        with _loading:
            _silent_threads -= 1
            if not _silent_threads:
                set_level(_level)


def is_known(layout: str) -> bool:
    """Whether `read` can decode samples that are laid out so (`kinds.deep_colour`)."""
    return layout.rstrip("BLN") in _LAYOUTS


def read(data: bytes, reduced: Samples, turn: Image.Transpose | None) -> Samples | None:
    """Decode a PNG or TIFF file with 16-bit colour.

    Parameters
    ----------
    data : bytes
        The whole file. OpenCV delivers what it can of damaged ones: a decoder that refuses them has to go before.
    reduced : ndarray, (H, W, 3) or (H, W, 4), uint8
        What that decoder made of it, the high bytes.
    turn : Image.Transpose or None
        What it did to the pixels, which OpenCV does since version 5 only.

    Returns
    -------
    ndarray, (H, W, 3) or (H, W, 4), uint16, or None
        Red, green, blue and opacity; None if OpenCV takes it for another picture.
    """
    cv2 = _opencv()
    if data.startswith(_PNG):  # without profile and text, about which the decoder would write to the terminal
        data = _PNG + b"".join(chunk for name, chunk in _chunks(data) if name[:1].isupper() or name == b"tRNS")
    # Where the log's level is set: in version 4, and since version 5.
    with _silent(cv2):
        samples = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None or samples.dtype != np.uint16 or samples.ndim != 3:
        return None
    coloured = samples[..., _SHUFFLED[samples.shape[2]]]
    for upright in (coloured, turned(coloured, turn)):
        if np.array_equal(upright[..., :3] >> 8, reduced[..., :3]):
            return upright
    return None


def encode(samples: Samples, format_name: str, settings: Mapping[str, Any]) -> bytes:
    """Encode (H, W, 3) or (H, W, 4), uint16, as PNG or TIFF; `settings` are those of Pillow's encoder."""
    return _png(samples, settings) if format_name == "PNG" else _tiff(samples, settings)


def _png(samples: Samples, settings: Mapping[str, Any]) -> bytes:
    """Let OpenCV encode the pixels, and Pillow the metadata of a picture of one pixel."""
    cv2 = _opencv()
    level = [cv2.IMWRITE_PNG_COMPRESSION, settings.get("compress_level", 6)]
    _, encoded = cv2.imencode(".png", samples[..., _SHUFFLED[samples.shape[2]]], level)
    carrier = io.BytesIO()
    Image.new("RGB", (1, 1)).save(carrier, "PNG", **settings)
    metadata = [chunk for name, chunk in _chunks(carrier.getvalue()) if name not in (b"IHDR", b"IDAT", b"IEND")]
    header, *pixels = (chunk for _, chunk in _chunks(encoded.tobytes()))
    return b"".join((_PNG, header, *metadata, *pixels))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and bytes of the chunks of a PNG file."""
    at = len(_PNG)
    while at < len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        yield data[at + 4 : at + 8], data[at:end]
        at = end


def _tiff(samples: Samples, settings: Mapping[str, Any]) -> bytes:
    """Write strips of deflated differences behind one of Pillow's directories."""
    height, width, channels = samples.shape
    differences = samples.astype("<u2")
    differences[:, 1:] -= samples[:, :-1]
    rows = max(1, 2**18 // (width * channels * 2))
    strips = [zlib.compress(differences[at : at + rows].tobytes()) for at in range(0, height, rows)]
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    exif = Image.Exif()
    exif.load(settings.get("exif", b""))
    for tag in exif:
        directory[tag] = exif.get_ifd(tag) if tag in TiffTags.TAGS_V2_GROUPS else exif[tag]
    layout = {
        _WIDTH: width,
        _HEIGHT: height,
        _BITS: (16,) * channels,
        _COMPRESSION: _DEFLATE,
        _PHOTOMETRIC: _RGB,
        _STRIPS: tuple(np.cumsum([0, *map(len, strips[:-1])]).tolist()),  # made absolute by the directory
        _CHANNELS: channels,
        _ROWS_OF_A_STRIP: rows,
        _STRIP_BYTES: tuple(map(len, strips)),
        _PREDICTOR: _DIFFERENCES,
    }
    if channels == 4:
        layout[_EXTRA] = _ALPHA
    if icc := settings.get("icc_profile"):
        layout[_ICC] = icc
    if density := settings.get("dpi"):
        layout.update({_ACROSS: density[0], _DOWN: density[1], _UNIT: _INCH})
    for tag, value in layout.items():
        directory[tag] = value
    buffer = io.BytesIO()
    directory.save(buffer)
    return buffer.getvalue() + b"".join(strips)
