"""Read and write image files through Pillow: a fixed list of formats, strict about damage, metadata kept."""

import io
import os
import stat
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, NamedTuple

from PIL import Image, ImageFile, UnidentifiedImageError

from fastresample.batch.formats import BY_NAME, FORMATS, MODE_WORDS, Format
from fastresample.batch.kinds import SIGNATURE_BYTES, format_by_signature, losses, misread
from fastresample.batch.metadata import Metadata, exif_of_size, fits_compressed_tiff, read_metadata, suits
from fastresample.batch.sizes import MAX_MEGAPIXELS, MAX_PIXELS

_HUGE_ADVICE = "files that claim to be huge can exhaust the memory; split it, or shrink it with a tool that streams"


class ImageError(ValueError):
    """A file's content cannot be used; the message says why and what its owner can do."""


class FormatError(ImageError):
    """A format cannot hold what others can.

    Attributes
    ----------
    problem : str
        What it cannot hold, without advice.
    endings : tuple of str
        Of file names, in formats that can.
    """

    def __init__(self, problem: str, endings: tuple[str, ...]) -> None:
        self.problem = problem
        self.endings = endings
        super().__init__(f"{problem}; give the output a name that ends in {' or '.join(endings)}")


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


def check_holds(target: Format, mode: str, metadata: Metadata) -> None:
    """Raise FormatError if a format cannot hold pictures of a mode, or this metadata."""
    if mode not in target.modes:
        endings = tuple(format_.extensions[0] for format_ in FORMATS if mode in format_.modes)
        raise FormatError(f"{target.name} cannot hold {MODE_WORDS.get(mode, mode)}", endings)
    length = len(metadata.exif or b"")
    if target.metadata and target.max_exif is not None and length > target.max_exif:
        roomy = (format_ for format_ in FORMATS if mode in format_.modes and format_.metadata)
        endings = tuple(format_.extensions[0] for format_ in roomy if format_.max_exif is None)
        raise FormatError(f"{target.name} holds {target.max_exif} bytes of EXIF, the input has {length}", endings)


def check_result_size(height: int, width: int) -> None:
    """Raise ImageError if a result would have too many pixels."""
    if height * width > MAX_PIXELS:
        raise ImageError(
            f"the result would have {width} x {height} pixels, the limit is {MAX_MEGAPIXELS} megapixels; "
            "choose a smaller size"
        )


def encode(image: Image.Image, target: Format, origin: Origin) -> tuple[bytes, tuple[str, ...]]:
    """Encode a result in a format that holds its mode (`check_holds`), with what it should keep of its `origin`.

    Returns
    -------
    data : bytes
    notes : tuple of str
        What had to be given up.

    Raises
    ------
    ImageError
        If the format cannot hold the picture.
    """
    if max(image.size) > target.max_side:
        raise ImageError(
            f"the result has {image.width} x {image.height} pixels, but {target.name} holds at most {target.max_side} "
            "a side; choose a smaller size or another format"
        )
    settings = dict(target.defaults)
    if origin.format is target:
        settings.update(origin.settings)
    saved_mode = target.modes[image.mode]
    metadata = origin.metadata if target.metadata else Metadata()
    notes: tuple[str, ...] = ()
    if metadata.icc is not None and suits(metadata.icc, saved_mode):
        settings["icc_profile"] = metadata.icc
    elif metadata.icc is not None:
        notes = (f"its colour profile is for grey, which {target.name} stores as colour; the profile was dropped",)
    if metadata.exif is not None:
        settings["exif"] = exif_of_size(metadata.exif, image.width, image.height)
        if target.name == "TIFF" and not fits_compressed_tiff(metadata.exif):
            settings["compression"] = "raw"
    if saved_mode == "P":
        image, transparency = _palette(image)
        settings.update(transparency)
    elif saved_mode != image.mode:
        image = image.convert(saved_mode)
    buffer = io.BytesIO()
    try:
        image.save(buffer, target.name, **settings)
    except (OSError, ValueError) as error:
        raise ImageError(f"the result cannot be written as {target.name} ({error})") from error
    return buffer.getvalue(), notes


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


def _palette(image: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    """Choose 256 colours; with alpha 255 and one transparent entry for what is less than half opaque."""
    if "A" not in image.mode:
        return image.quantize(256), {}
    opaque = image.convert("RGB").quantize(255)
    opaque.paste(255, mask=image.getchannel("A").point(lambda alpha: 255 * (alpha < 128)))
    return opaque, {"transparency": 255}


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
