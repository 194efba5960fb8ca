"""Read image files through Pillow: a fixed list of formats, strict about damage, metadata kept."""

import os
import stat
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, NamedTuple

from PIL import Image, ImageFile, UnidentifiedImageError

from fastresample.batch.errors import ImageError
from fastresample.batch.formats import BY_NAME, FORMATS, Format
from fastresample.batch.kinds import SIGNATURE_BYTES, format_by_signature, losses, misread
from fastresample.batch.metadata import Metadata, read_metadata, upright_size
from fastresample.batch.sizes import MAX_MEGAPIXELS, MAX_PIXELS

_HUGE_ADVICE = "files that claim to be huge can exhaust the memory; split it, or shrink it with a tool that streams"


class Origin(NamedTuple):
    """What a result should keep of the file that it was made from."""

    format: Format
    metadata: Metadata
    settings: Mapping[str, Any]
    notes: tuple[str, ...]


class Picture(NamedTuple):
    """A decoded file: the picture upright, and what its result should keep."""

    image: Image.Image
    origin: Origin


_strict_lock = Lock()
_strict_runs = 0
_strict_undo = ExitStack()


@contextmanager
def strict_pillow() -> Iterator[None]:
    """Make Pillow refuse truncated files, and keep its warnings (odd metadata, large pictures) to itself.

    Both are settings of the whole process: entered once per run, not per file. Of several runs at once the first
    makes them and the last puts them back.
    """
    global _strict_runs
    with _strict_lock:
        if not _strict_runs:
            _strict_undo.enter_context(_strict_settings())
        _strict_runs += 1
    try:
        yield
    finally:
        with _strict_lock:
            _strict_runs -= 1
            if not _strict_runs:
                _strict_undo.close()


@contextmanager
def _strict_settings() -> Iterator[None]:
    before = ImageFile.LOAD_TRUNCATED_IMAGES
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def read(path: Path) -> Picture:
    """Decode the first picture of a file and turn it upright.

    Raises
    ------
    ImageError
        If the file cannot be read, is of no accepted format, too large, damaged, or of a kind that would be misread.
    """
    with _open_regular(path) as file:
        try:
            image = Image.open(file, formats=tuple(format_.name for format_ in FORMATS))
            _refuse_huge(image.width, image.height)
            if kind := misread(image):
                raise ImageError(f"TIFF files with {kind} are not read correctly; store it in another way first")
            notes = losses(image)
            source = BY_NAME[image.format or ""]
            settings = source.kept(image, file)
            image.load()
            metadata, turn, more_notes = read_metadata(image)
            upright = image.transpose(turn) if turn is not None else image
        except (ImageError, MemoryError):
            raise
        except UnidentifiedImageError:
            raise ImageError(_unidentified(file)) from None
        except Image.DecompressionBombError as error:
            raise ImageError(f"refused as too large ({error}); {_HUGE_ADVICE}") from None
        except Exception as error:  # decoders raise anything: OSError, SyntaxError, struct.error, EOFError, ...
            raise ImageError(f"the file is damaged or incomplete ({error}); fetch it again or remove it") from error
    return Picture(upright, Origin(source, metadata, settings, notes + more_notes))


def upright_shape(path: Path) -> tuple[int, int]:
    """Return height and width of the upright picture, from the header alone.

    Raises
    ------
    ImageError
        As `read`, as far as the header shows it.
    """
    with _open_regular(path) as file:
        try:
            image = Image.open(file, formats=tuple(format_.name for format_ in FORMATS))
            return upright_size(image)
        except UnidentifiedImageError:
            raise ImageError(_unidentified(file)) from None
        except Exception as error:
            raise ImageError(f"the file is damaged or incomplete ({error}); fetch it again or remove it") from error


def _open_regular(path: Path) -> BinaryIO:
    """Open a regular file with something in it; a pipe or device that took its place would make a plain open wait."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        file = os.fdopen(os.open(path, flags), "rb")
    except FileNotFoundError:
        raise ImageError("the file is gone; it was there when the run began") from None
    except OSError as error:
        raise ImageError(f"the file cannot be read ({error.strerror}); check its permissions and its disk") from error
    status = os.fstat(file.fileno())
    if stat.S_ISREG(status.st_mode) and status.st_size:
        return file
    file.close()
    if stat.S_ISREG(status.st_mode):
        raise ImageError("the file is empty; fetch it again or remove it")
    raise ImageError("this is a folder, a pipe or a device, not a file; leave it out")


def _refuse_huge(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"refused as too large ({width} x {height} pixels, the limit is {MAX_MEGAPIXELS} megapixels); "
            f"{_HUGE_ADVICE}"
        )


def _unidentified(file: BinaryIO) -> str:
    """Say why no decoder took a file; of one that begins like a picture it is never said to be worthless."""
    file.seek(0)
    name = format_by_signature(file.read(SIGNATURE_BYTES))
    if name is None:
        return f"the content is no {_names()} picture, or its beginning is damaged; fetch it again or remove it"
    return (
        f"a {name} file of a kind that cannot be read (bit depth, channels or compression), or its beginning is "
        "damaged; convert it with a tool that opens it, or fetch it again"
    )


def _names() -> str:
    names = [format_.name for format_ in FORMATS]
    return f"{', '.join(names[:-1])} or {names[-1]}"
