"""What becomes of damaged files: refused, or what a decoder could make of them is kept."""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from PIL import Image

POLICIES = ("fail", "warn")

_PNG_SIGNATURE_BYTES = 8
_PNG_PIXELS = (b"IDAT", b"fdAT")
_COMPRESSION, _DEFLATE = 259, (8, 32946)
_PLACES = ((273, 279), (324, 325))  # offsets and lengths of strips, of tiles
_PIECE = 2**20
_RIFF_HEADER = 8
_ZEROS = 512  # of the end of a file: no encoder of a photograph writes so many


def note(error: Exception) -> str:
    """Return what the owner of a damaged picture that was kept should know."""
    return f"is damaged ({error}); what could be decoded was kept, the rest is blank or wrong"


def load(image: Image.Image, file: BinaryIO, *, lenient: bool = False) -> tuple[str, ...]:
    """Decode the pixels of an opened picture.

    Parameters
    ----------
    image : PIL.Image.Image
        Without its pixels as yet.
    file : file
        What it was opened from.
    lenient : bool
        Where the decoder stops, keep the pixels that came before, with a note. Decoders that need a whole file, and
        pictures of which nothing was decoded, fail nevertheless.

    Returns
    -------
    tuple of str
        What its owner should know.

    Raises
    ------
    Exception
        Whatever the decoder raises.
    """
    try:
        image.load()
        if check := _CHECKS.get(image.format or ""):
            check(image, file)
    except MemoryError:
        raise
    except Exception as error:
        if not lenient or not _has_pixels(image):
            raise
        return (note(error),)
    return ()


def _check_png(image: Image.Image, file: BinaryIO) -> None:
    """Raise ValueError if a checksum of pixels is wrong: Pillow ends at the last row, and asks for none of them."""
    if image.tell():  # those of all pictures were asked for with the first
        return
    with _position_of(file):
        file.seek(_PNG_SIGNATURE_BYTES)
        while len(header := file.read(8)) == 8:
            length, name = int.from_bytes(header[:4]), header[4:]
            if name in _PNG_PIXELS:
                data = file.read(length)
                checksum = file.read(4)
                if len(checksum) < 4:  # the decoder finds the end
                    return
                if checksum != zlib.crc32(data, zlib.crc32(name)).to_bytes(4):
                    raise ValueError(f"wrong checksum of {name.decode()}")
            else:
                file.seek(length + 4, os.SEEK_CUR)


def _check_tiff(image: Any, file: BinaryIO) -> None:
    """Raise zlib.error if a checksum of deflated pixels is wrong: libtiff, too, ends at the last row."""
    tags = image.tag_v2
    if tags.get(_COMPRESSION) not in _DEFLATE:
        return
    offsets, lengths = next((tags[at], tags[of]) for at, of in _PLACES if at in tags and of in tags)
    with _position_of(file):
        for offset, length in zip(offsets, lengths, strict=True):
            file.seek(offset)
            inflating, data = zlib.decompressobj(), file.read(length)
            while data:
                inflating.decompress(data, _PIECE)
                data = inflating.unconsumed_tail


def _check_end(image: Image.Image, file: BinaryIO) -> None:
    """Raise ValueError if a file ends in zeros, as those do whose copy broke off: decoders make a picture of them."""
    with _position_of(file):
        end = file.seek(0, os.SEEK_END)
        if image.format == "WEBP":  # of which the rest may be anything
            file.seek(4)
            end = min(end, _RIFF_HEADER + int.from_bytes(file.read(4), "little"))
        file.seek(max(0, end - _ZEROS))
        if not any(file.read(_ZEROS)):
            raise ValueError("the file ends in zeros")


_CHECKS = {"PNG": _check_png, "TIFF": _check_tiff, "WEBP": _check_end, "AVIF": _check_end}


@contextmanager
def _position_of(file: BinaryIO) -> Iterator[None]:
    """Put a file back to where it was read."""
    position = file.tell()
    try:
        yield
    finally:
        file.seek(position)


def _has_pixels(image: Image.Image) -> bool:
    """Whether a decoder had begun to fill the picture; then it is taken for loaded."""
    image.tile = []  # type: ignore[attr-defined]
    try:
        return image.getbbox(alpha_only=False) is not None
    except Exception:  # no memory was set aside for pixels
        return False
