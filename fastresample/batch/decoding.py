"""Read image files through Pillow: a fixed list of formats, strict about damage, metadata kept."""

import os
import stat
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any, BinaryIO, NamedTuple

from PIL import Image, ImageFile, UnidentifiedImageError

from fastresample.batch import damage, jpeg
from fastresample.batch.colour import Samples, to_samples
from fastresample.batch.errors import ImageError, TooLargeError, UnreadableError, UnsupportedError
from fastresample.batch.formats import BY_NAME, FORMATS, Format
from fastresample.batch.kinds import SIGNATURE_BYTES, format_by_signature, losses, misread
from fastresample.batch.limits import DEFAULT_LIMITS, HUGE_ADVICE, Limits
from fastresample.batch.metadata import Metadata, read_metadata, upright_size
from fastresample.batch.sizes import MAX_PIXELS
from fastresample.batch.turning import turned, turned_shape


class Origin(NamedTuple):
    """What a result should keep of the file that it was made from."""

    format: Format
    metadata: Metadata
    settings: Mapping[str, Any]
    notes: tuple[str, ...]


class Header(NamedTuple):
    """What is known of a picture before it is decoded.

    Attributes
    ----------
    shape : (int, int)
        Height and width in pixels; of a JPEG upright, of others as stored: theirs may be turned by what follows the
        pixels.
    mode : str
        Pillow's, of the file.
    format : str
        A row's name in `FORMATS`.
    frames : int
        How many pictures there are in the file.
    length : int
        Bytes of the file.
    progressive : bool
        Whether a JPEG comes in scans of the whole picture, so that all of it is kept while it is decoded.
    """

    shape: tuple[int, int]
    mode: str
    format: str
    frames: int
    length: int
    progressive: bool


class Picture(NamedTuple):
    """A decoded file: the picture as it lies there, and what its result should keep.

    Attributes
    ----------
    samples : ndarray, (H, W) or (H, W, C)
        Along each axis ``factor`` times fewer than the picture has, rounded up.
    mode : str
        The mode that the samples are in.
    factor : int
        1, or by how much it was shrunk while it was decoded.
    turn : Image.Transpose or None
        What brings it upright.
    stored : (int, int)
        Height and width of the picture in the file, before it is shrunk and turned.
    origin : Origin
    """

    samples: Samples
    mode: str
    factor: int
    turn: Image.Transpose | None
    stored: tuple[int, int]
    origin: Origin

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the upright picture."""
        return turned_shape(self.stored, self.turn)

    @property
    def upright(self) -> Samples:
        """The samples, turned."""
        return turned(self.samples, self.turn)


def _whole(header: Header) -> int:
    """Decode every pixel."""
    return 1


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
    before = ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS = before


def read(
    source: Path | BinaryIO,
    limits: Limits = DEFAULT_LIMITS,
    prepare: Callable[[Header], int] = _whole,
    *,
    lenient: bool = False,
) -> Picture:
    """Decode the first picture of a file, which may be open already.

    Parameters
    ----------
    source : Path or seekable binary file
        The picture.
    limits : Limits
        What is refused by the header.
    prepare : callable
        ``prepare(header) -> factor``, called before anything is decoded: by how much a JPEG may be shrunk then, which
        is 1, 2, 4 or 8. It may wait, and raise ImageError.
    lenient : bool
        Keep what can be decoded of damaged files, with a note.

    Raises
    ------
    ImageError
        If the file cannot be read, is of no accepted format, too large, damaged, or of a kind that would be misread.
    """
    with _open_regular(source) if isinstance(source, Path) else nullcontext(source) as file:
        try:
            image = Image.open(file, formats=tuple(format_.name for format_ in FORMATS))
            header, stored = _header(image, file), (image.height, image.width)
            limits.check(header.shape, header.frames, header.length)
            if kind := misread(image):
                raise UnsupportedError(f"TIFF files with {kind} are not read correctly; store it in another way first")
            notes = losses(image, file)
            format_ = BY_NAME[image.format or ""]
            settings = format_.kept(image, file)
            factor = prepare(header)
            if header.format == "JPEG":
                samples, heard = jpeg.decode(image, file, factor, lenient=lenient)
                mode = image.mode
            else:
                heard = damage.load(image, lenient=lenient)
                (samples, mode), factor = to_samples(image), 1
            metadata, turn, given_up = read_metadata(image)
        except (ImageError, MemoryError):
            raise
        except UnidentifiedImageError:
            raise UnsupportedError(_unidentified(file)) from None
        except Image.DecompressionBombError as error:
            raise TooLargeError(f"refused as too large ({error}); {HUGE_ADVICE}") from None
        except Exception as error:  # decoders raise anything: OSError, SyntaxError, struct.error, EOFError, ...
            raise ImageError(f"the file is damaged or incomplete ({error}); fetch it again or remove it") from error
    origin = Origin(format_, metadata, settings, (*notes, *heard, *given_up))
    return Picture(samples, mode, factor, turn, stored, origin)


def _header(image: Image.Image, file: BinaryIO) -> Header:
    name = BY_NAME[image.format or ""].name
    return Header(
        shape=upright_size(image) if name == "JPEG" else (image.height, image.width),
        mode=image.mode,
        format=name,
        frames=getattr(image, "n_frames", 1),
        length=_length(file),
        progressive=bool(image.info.get("progressive")),
    )


def _length(file: BinaryIO) -> int:
    """Return the bytes of an open file, and leave its position alone."""
    position = file.tell()
    length = file.seek(0, os.SEEK_END)
    file.seek(position)
    return length


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
            raise UnsupportedError(_unidentified(file)) from None
        except Exception as error:
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
