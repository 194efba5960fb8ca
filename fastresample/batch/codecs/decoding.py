"""Read image files through Pillow: a fixed list of formats, strict about damage, metadata kept."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from PIL import Image

from fastresample.batch.codecs import damage, deep, jpeg
from fastresample.batch.codecs.formats import BY_NAME, Format
from fastresample.batch.codecs.frames import duration_of, plays_of
from fastresample.batch.codecs.headers import Header, examine
from fastresample.batch.codecs.kinds import deep_colour
from fastresample.batch.codecs.limits import DEFAULT_LIMITS, Limits
from fastresample.batch.codecs.metadata import Metadata, read_metadata, turn_while_loading
from fastresample.batch.codecs.opening import open_file, open_image, reasons
from fastresample.batch.errors import ImageError
from fastresample.batch.pixels.colour import DEEP_MODES, Samples, to_samples
from fastresample.batch.pixels.turning import turned, turned_shape


class Origin(NamedTuple):
    """What a result should keep of the file that it was made from."""

    format: Format
    metadata: Metadata
    settings: Mapping[str, Any]
    notes: tuple[str, ...]


class Frame(NamedTuple):
    """One of the pictures of a file.

    Attributes
    ----------
    samples : ndarray, (H, W) or (H, W, C)
        As they lie in the file.
    mode : str
        The mode that the samples are in.
    duration : float
        For how long it is shown in an animation, in milliseconds.
    """

    samples: Samples
    mode: str
    duration: float


class Picture(NamedTuple):
    """A decoded file: the picture as it lies there, and what its result should keep.

    Attributes
    ----------
    first : Frame
        The picture, or the first of several. Along each axis it has ``factor`` times fewer samples than the file,
        rounded up.
    factor : int
        1, or by how much it was shrunk while it was decoded.
    turn : Image.Transpose or None
        What brings it upright.
    stored : (int, int)
        Height and width of the picture in the file, before it is shrunk and turned.
    origin : Origin
    pictures : int
        How many pictures there are in the file.
    plays : int
        Of an animation: how often it is shown; 0: for ever.
    poster : bool
        Of an animation: whether the first picture is no part of it, but for programs that show no animations.
    later : iterator of Frame
        The pictures behind the first, whole ones of the same shape.
    said : list of str
        What their owner should know; complete when they have been decoded.
    content : callable
        ``content() -> bytes``, the file's; as long as it is open.
    """

    first: Frame
    factor: int
    turn: Image.Transpose | None
    stored: tuple[int, int]
    origin: Origin
    pictures: int
    plays: int
    poster: bool
    later: Iterator[Frame]
    said: list[str]
    content: Callable[[], bytes]

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the upright picture."""
        return turned_shape(self.stored, self.turn)

    @property
    def upright(self) -> Samples:
        """The samples of the first picture, turned."""
        return turned(self.first.samples, self.turn)


def _whole(header: Header) -> int:
    """Decode every pixel."""
    return 1


def read(
    source: Path | BinaryIO,
    limits: Limits = DEFAULT_LIMITS,
    prepare: Callable[[Header], int] = _whole,
    *,
    lenient: bool = False,
) -> Picture:
    """Decode the first picture of a file as `opened` does."""
    with opened(source, limits, prepare, lenient=lenient) as picture:
        return picture._replace(later=iter(()))


@contextmanager
def opened(
    source: Path | BinaryIO,
    limits: Limits = DEFAULT_LIMITS,
    prepare: Callable[[Header], int] = _whole,
    *,
    lenient: bool = False,
) -> Iterator[Picture]:
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

    Yields
    ------
    Picture
        Its later pictures are decoded one by one, as long as the context lasts.

    Raises
    ------
    ImageError
        If the file cannot be read, is of no accepted format, too large, damaged, or of a kind that would be misread.
    """
    with open_file(source) as file:
        with reasons(file):
            image = open_image(file)
            header = examine(image, file, limits)
            layout, turn_then = deep_colour(image), turn_while_loading(image)
            format_ = BY_NAME[image.format or ""]
            settings = format_.kept(image, file)
            factor = prepare(header)
            if header.format == "JPEG":
                samples, heard = jpeg.decode(image, file, factor, lenient=lenient)
                mode = image.mode
            else:
                heard = damage.load(image, file, lenient=lenient)
                (samples, mode), factor = to_samples(image), 1
                if layout:
                    alone = header.frames == 1
                    samples, mode, heard = _in_depth(samples, mode, heard, file, layout if alone else "", turn_then)
            metadata, turn, given_up = read_metadata(image)
        origin = Origin(format_, metadata, settings, (*header.lost, *heard, *given_up))
        first = Frame(samples, mode, duration_of(image))
        poster = bool(image.info.get("default_image"))
        said: list[str] = []
        plays, content = plays_of(image), partial(_content, file)
        later = _later_frames(image, file, said if lenient else None) if header.frames > 1 else iter(())
        del image, samples  # memory that would be held for as long as the context lasts
        yield Picture(first, factor, turn, header.stored, origin, header.frames, plays, poster, later, said, content)


def _content(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()


def _in_depth(
    samples: Samples, mode: str, heard: tuple[str, ...], file: BinaryIO, layout: str, turn: Image.Transpose | None
) -> tuple[Samples, str, tuple[str, ...]]:
    """Return 16-bit colour, of which Pillow has delivered 8 bits, with its mode and notes, as far as that can be."""
    known = deep.is_known(layout)
    if known and deep.available() and not heard:
        file.seek(0)
        whole = deep.read(file.read(), samples, turn)
        if whole is not None:
            return whole, DEEP_MODES[whole.shape[2] - 3], heard
    return samples, mode, (*heard, deep.REDUCED + (deep.ADVICE if known and not deep.available() else ""))


def _later_frames(image: Image.Image, file: BinaryIO, said: list[str] | None) -> Iterator[Frame]:
    """Decode the pictures behind the first; with `said`, those of a damaged file as far as that goes, and say so."""
    height, width = image.height, image.width
    for number in range(1, getattr(image, "n_frames", 1)):
        try:
            with reasons(file):
                image.seek(number)
                heard = damage.load(image, file, lenient=said is not None)
                samples, mode = to_samples(image)
        except ImageError as error:
            if said is None:
                raise
            said.append(damage.note(error))
            return
        # Pictures of a GIF may jut out of its canvas, which Pillow widens then.
        yield Frame(samples[:height, :width], mode, duration_of(image))
        if said is not None and heard:
            said += heard
            return
