"""Open image files: regular ones, of the accepted formats; what goes wrong becomes a reason for their owner."""

import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from PIL import Image, ImageFile, PngImagePlugin, UnidentifiedImageError

from fastresample.batch.codecs.formats import BY_NAME, FORMATS
from fastresample.batch.codecs.kinds import SIGNATURE_BYTES, format_by_signature
from fastresample.batch.codecs.limits import HUGE_ADVICE
from fastresample.batch.errors import ImageError, TooLargeError, UnreadableError, UnsupportedError
from fastresample.batch.pixels.sizes import MAX_PIXELS

_MAX_TEXT = 2**24  # bytes of a PNG's unpacked text or profile; Pillow's limit, 1 MB, is less than some XMP has

_TEXTS = "refused: its text or profile unpacks to too many bytes; remove the metadata with a tool for PNG files"

_strict_lock = Lock()
_strict_runs: list[int] = []  # the largest numbers of pixels that they accept
_strict_undo = ExitStack()


@contextmanager
def strict_pillow(pixels: int = MAX_PIXELS) -> Iterator[None]:
    """Make Pillow refuse truncated files, and keep its warnings (odd metadata, large pictures) to itself.

    Where more than its own limit of `pixels` are accepted, that limit is off. These are settings of the whole process:
    entered once per run, not per file. Of several runs at once the first makes them and the last puts them back.
    """
    with _strict_lock:
        if not _strict_runs:
            _strict_undo.enter_context(_strict_settings())
        _strict_runs.append(pixels)
        if pixels > MAX_PIXELS:
            Image.MAX_IMAGE_PIXELS = None
    try:
        yield
    finally:
        with _strict_lock:
            _strict_runs.remove(pixels)
            if not _strict_runs:
                _strict_undo.close()


@contextmanager
def _strict_settings() -> Iterator[None]:
    before = ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        PngImagePlugin.MAX_TEXT_CHUNK = max(_MAX_TEXT, PngImagePlugin.MAX_TEXT_CHUNK)
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS, PngImagePlugin.MAX_TEXT_CHUNK = before


def open_file(source: Path | BinaryIO) -> AbstractContextManager[BinaryIO]:
    """Open a file by its path; one that is open already stays open."""
    return _open_regular(source) if isinstance(source, Path) else nullcontext(source)


def open_image(file: BinaryIO) -> Image.Image:
    """Read the header of a picture in one of the accepted formats."""
    return Image.open(file, formats=tuple(format_.name for format_ in FORMATS))


@contextmanager
def reasons(file: BinaryIO) -> Iterator[None]:
    """Make an ImageError of whatever a decoder raises: OSError, SyntaxError, struct.error, EOFError, anything."""
    try:
        yield
    except (ImageError, MemoryError):
        raise
    except UnidentifiedImageError:
        raise UnsupportedError(_unidentified(file)) from None
    except Image.DecompressionBombError as error:
        raise TooLargeError(f"refused as too large ({error}); {HUGE_ADVICE}") from None
    except Exception as error:
        if "MAX_TEXT_" in str(error):
            raise TooLargeError(_TEXTS) from None
        raise ImageError(f"the file is damaged or incomplete ({error}); fetch it again or remove it") from error


def _open_regular(path: Path) -> BinaryIO:
    """Open a regular file with something in it; a pipe or device that took its place would make a plain open wait."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        file = os.fdopen(os.open(path, flags), "rb")
    except FileNotFoundError:
        raise UnreadableError("the file is gone; it was there when the run began") from None
    except OSError as error:
        raise UnreadableError(
            f"the file cannot be read ({error.strerror}); check its permissions and its disk"
        ) from error
    status = os.fstat(file.fileno())
    if stat.S_ISREG(status.st_mode) and status.st_size:
        return file
    file.close()
    if stat.S_ISREG(status.st_mode):
        raise ImageError("the file is empty; fetch it again or remove it")
    raise UnreadableError("this is a folder, a pipe or a device, not a file; leave it out")


def _unidentified(file: BinaryIO) -> str:
    """Say why no decoder took a file; of one that begins like a picture it is never said to be worthless."""
    file.seek(0)
    name = format_by_signature(file.read(SIGNATURE_BYTES))
    if name is None:
        return f"the content is no {_names()} picture, or its beginning is damaged; fetch it again or remove it"
    if name not in BY_NAME:
        return f"an {name} file, which this Pillow was built without; install one of Pillow's wheels, from 11.3 on"
    article = "an" if name == "AVIF" else "a"
    return (
        f"{article} {name} file of a kind that cannot be read (bit depth, channels or compression), or its beginning "
        "is damaged; convert it with a tool that opens it, or fetch it again"
    )


def _names() -> str:
    names = [format_.name for format_ in FORMATS]
    return f"{', '.join(names[:-1])} or {names[-1]}"
