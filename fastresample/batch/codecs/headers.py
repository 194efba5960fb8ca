"""What a file says of its picture before anything is decoded."""

import io
import os
import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple

from PIL import Image

from fastresample.batch.codecs.formats import BY_NAME
from fastresample.batch.codecs.kinds import deep_colour, losses, misread
from fastresample.batch.codecs.limits import DEFAULT_LIMITS, Limits
from fastresample.batch.codecs.metadata import loaded_shape, orienting_turn
from fastresample.batch.codecs.opening import open_file, open_image, reasons
from fastresample.batch.errors import UnsupportedError
from fastresample.batch.pixels.colour import working_mode
from fastresample.batch.pixels.turning import turned_shape

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DESCRIPTIONS = (b"eXIf", b"iTXt", b"tEXt", b"zTXt")  # where Pillow finds orientations


class Header(NamedTuple):
    """What is known of a picture before it is decoded.

    Attributes
    ----------
    shape : (int, int)
        Height and width of the upright picture in pixels.
    turn : Image.Transpose or None
        What brings the picture upright, when Pillow has decoded it.
    mode : str
        Pillow's, of the file.
    samples : str
        The mode of the samples that are resized, with 8 bits where OpenCV would be needed for more.
    format : str
        A row's name in `FORMATS`.
    frames : int
        How many pictures there are in the file.
    length : int
        Bytes of the file.
    progressive : bool
        Whether a JPEG comes in scans of the whole picture, so that all of it is kept while it is decoded.
    has_profile : bool
        Whether there is a colour profile.
    lost : tuple of str
        What no result can keep.
    """

    shape: tuple[int, int]
    turn: Image.Transpose | None
    mode: str
    samples: str
    format: str
    frames: int
    length: int
    progressive: bool
    has_profile: bool
    lost: tuple[str, ...]

    @property
    def stored(self) -> tuple[int, int]:
        """Height and width of the picture when Pillow has decoded it."""
        return turned_shape(self.shape, self.turn)


def read_header(path: Path, limits: Limits = DEFAULT_LIMITS) -> Header:
    """Examine a file; none of its pixels is decoded.

    Raises
    ------
    ImageError
        If the file cannot be read, or holds what would be refused: see `examine`.
    """
    with open_file(path) as file, reasons(file):
        return examine(open_image(file), file, limits)


def examine(image: Image.Image, file: BinaryIO, limits: Limits) -> Header:
    """Return what an opened image is, before its pixels are loaded.

    Raises
    ------
    ImageError
        If it goes beyond the limits, or is of a kind that would be misread.
    """
    stored, frames, length = loaded_shape(image), getattr(image, "n_frames", 1), _length(file)
    limits.check(stored, frames, length)
    if kind := misread(image):
        raise UnsupportedError(f"TIFF files with {kind} are not read correctly; store it in another way first")
    turn = orienting_turn(_descriptions(file) if image.format == "PNG" else image)
    return Header(
        shape=turned_shape(stored, turn),
        turn=turn,
        mode=f"{image.mode};16" if deep_colour(image) else image.mode,
        samples=working_mode(image),
        format=BY_NAME[image.format or ""].name,
        frames=frames,
        length=length,
        progressive=bool(image.info.get("progressive")),
        has_profile=bool(image.info.get("icc_profile")),
        lost=losses(image, file),
    )


def _length(file: BinaryIO) -> int:
    """Return the bytes of an open file, and leave its position alone."""
    position = file.tell()
    length = file.seek(0, os.SEEK_END)
    file.seek(position)
    return length


def _descriptions(file: BinaryIO) -> Image.Image:
    """Return a picture of one pixel with what a PNG file says of its own: Pillow would decode all of it to know.

    What lies behind the pixels lies there again, where damage is passed over. The position in the file is left alone.
    """
    before: list[bytes] = []
    behind: list[bytes] = []
    position, part = file.tell(), before
    file.seek(len(_SIGNATURE))
    while len(head := file.read(8)) == 8:
        length, name = int.from_bytes(head[:4]), head[4:]
        if name in _DESCRIPTIONS:
            part.append(head + file.read(length + 4))
        else:
            file.seek(length + 4, os.SEEK_CUR)
        if name == b"IDAT":
            part = behind
    file.seek(position)
    return Image.open(io.BytesIO(b"".join((_SIGNATURE, _HEADER, *before, _PIXEL, *behind, _END))), formats=["PNG"])


def _chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG file: length, name, content, checksum."""
    return len(content).to_bytes(4) + name + content + zlib.crc32(name + content).to_bytes(4)


_HEADER = _chunk(b"IHDR", bytes((0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0)))  # 1 x 1, 8 bits of grey
_PIXEL = _chunk(b"IDAT", zlib.compress(b"\0\0"))
_END = _chunk(b"IEND", b"")
