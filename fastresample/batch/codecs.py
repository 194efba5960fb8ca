"""Read and write image files through Pillow: a fixed list of formats, strict about damage, metadata kept."""

import io
import os
import stat
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from PIL import Image, ImageFile, UnidentifiedImageError

from fastresample.batch.formats import BY_NAME, FORMATS, MODE_WORDS, Format
from fastresample.batch.metadata import Metadata, exif_of_size, fits_compressed_tiff, read_metadata

# The number above which Pillow itself refuses by default; here it holds even where a program has switched that off.
MAX_PIXELS = 178_956_970
_HUGE_ADVICE = "files that claim to be huge can exhaust the memory; split it, or shrink it with a tool that streams"


class ImageError(ValueError):
    """A file's content cannot be used; the message says why and what its owner can do."""


class Picture(NamedTuple):
    """A decoded file: the picture upright, and what its result should keep."""

    image: Image.Image
    format: Format
    metadata: Metadata
    settings: Mapping[str, Any]
    notes: tuple[str, ...]


@contextmanager
def strict_pillow() -> Iterator[None]:
    """Make Pillow refuse truncated files, and keep its warnings (odd metadata, large pictures) to itself.

    Both are settings of the whole process: entered once per run, not per file, and put back at the end.
    """
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
        If the file cannot be read, is of no accepted format, too large or damaged.
    """
    with _open_regular(path) as file:
        try:
            image = Image.open(file, formats=tuple(format_.name for format_ in FORMATS))
            _refuse_huge(image.width, image.height)
            notes = _losses(image)
            source = BY_NAME[image.format or ""]
            settings = source.kept(image, file)
            image.load()
            metadata, turn, more_notes = read_metadata(image)
            upright = image.transpose(turn) if turn is not None else image
        except (ImageError, MemoryError):
            raise
        except UnidentifiedImageError:
            raise ImageError(
                f"the content is no {_names()} picture, or its beginning is damaged; fetch it again or remove it"
            ) from None
        except Image.DecompressionBombError as error:
            raise ImageError(f"refused as too large ({error}); {_HUGE_ADVICE}") from None
        except Exception as error:  # decoders raise anything: OSError, SyntaxError, struct.error, EOFError, ...
            raise ImageError(f"the file is damaged or incomplete ({error}); fetch it again or remove it") from error
    return Picture(upright, source, metadata, settings, notes + more_notes)


def encode(image: Image.Image, target: Format, picture: Picture) -> bytes:
    """Encode a result in the format `target`, with what it should keep of the `picture` that it was made from.

    Raises
    ------
    ImageError
        If the format cannot hold the picture.
    """
    if image.mode not in target.modes and _is_opaque(image):
        image = image.convert(image.mode.removesuffix("A"))
    if image.mode not in target.modes:
        holders = [format_.extensions[0] for format_ in FORMATS if image.mode in format_.modes]
        raise ImageError(
            f"{target.name} cannot hold {MODE_WORDS.get(image.mode, image.mode)}; "
            f"give the output a name that ends in {' or '.join(holders)}"
        )
    if max(image.size) > target.max_side:
        raise ImageError(
            f"the result has {image.width} x {image.height} pixels, but {target.name} holds at most {target.max_side} "
            "a side; choose a smaller size or another format"
        )
    settings = dict(target.defaults)
    if picture.format is target:
        settings.update(picture.settings)
    if target.metadata and picture.metadata.icc is not None:
        settings["icc_profile"] = picture.metadata.icc
    if target.metadata and picture.metadata.exif is not None:
        settings["exif"] = exif_of_size(picture.metadata.exif, image.width, image.height)
        if target.name == "TIFF" and not fits_compressed_tiff(picture.metadata.exif):
            settings["compression"] = "raw"
    saved_mode = target.modes[image.mode]
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
    return buffer.getvalue()


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
            f"refused as too large ({width} x {height} pixels, the limit is {MAX_PIXELS // 10**6} megapixels); "
            f"{_HUGE_ADVICE}"
        )


def _losses(image: Image.Image) -> tuple[str, ...]:
    """Name what the decoder or the single output picture cannot keep; must be asked before the pixels are loaded."""
    notes = []
    if getattr(image, "is_animated", False):
        notes.append("holds several pictures (frames or pages); only the first was resized")
    if not image.mode.startswith("I") and any(";16" in str(tile[3]) for tile in getattr(image, "tile", ())):
        notes.append("has 16-bit colour, which was reduced to 8 bits")
    return tuple(notes)


def _is_opaque(image: Image.Image) -> bool:
    return image.mode in ("LA", "RGBA") and image.getchannel("A").getextrema() == (255, 255)


def _palette(image: Image.Image) -> tuple[Image.Image, dict[str, Any]]:
    """Choose 256 colours; with alpha 255 and one transparent entry for what is less than half opaque."""
    if "A" not in image.mode:
        return image.quantize(256), {}
    opaque = image.convert("RGB").quantize(255)
    opaque.paste(255, mask=image.getchannel("A").point(lambda alpha: 255 * (alpha < 128)))
    return opaque, {"transparency": 255}


def _names() -> str:
    names = [format_.name for format_ in FORMATS]
    return f"{', '.join(names[:-1])} or {names[-1]}"
