"""What a run is to do: one record, checked once, for the function and the command line alike."""

import operator
import os
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import ImageColor

from fastresample.batch.codecs.damage import POLICIES
from fastresample.batch.codecs.formats import BY_OPTION
from fastresample.batch.codecs.limits import MAX_BYTES, MAX_FRAMES, Limits
from fastresample.batch.files.patterns import check_patterns
from fastresample.batch.files.templates import ONE_SIZE, SEVERAL_SIZES, Template, parse_template
from fastresample.batch.pixels.layout import FITS, GRAVITIES, Placement, place
from fastresample.batch.pixels.sizes import MAX_PIXELS, Size, parse_sizes
from fastresample.batch.quantities import parse_bytes, parse_pixels
from fastresample.conventions import CONVENTIONS

METHODS = tuple(CONVENTIONS["native"].methods)
EXISTING = ("error", "skip", "overwrite")
ON_ERROR = ("report", "raise")
ICC = ("keep", "srgb", "strip")
METADATA = ("keep", "strip", "strip-gps")
REPORTS = (".jsonl", ".html")


@dataclass(frozen=True)
class Options:
    """How the images of a run are found, resized and written.

    Parameters
    ----------
    size : str, int, (int, int), Size or a sequence of these
        ``800``: longest side in pixels; ``"800x600"``: width x height; ``"x600"``, ``"800x"``: one side; ``"50%"``;
        ``"2MP"``; or ``(height, width)``. With ``>`` at the end only larger pictures are changed, with ``<`` only
        smaller ones; the others keep their size. Several sizes, also ``"1600,400"``, are made from one decoded picture.
    fit : {"contain", "cover", "pad", "stretch"}
        ``contain``: the whole picture, as large as fits into the size; ``cover``: the size is filled, and what juts out
        is cropped; ``pad``: the whole picture, with bars that make up the size; ``stretch``: the size, whatever becomes
        of the aspect ratio. All but ``contain`` need sizes with two sides.
    gravity : str
        Which part of the picture a crop keeps, and on which side of the canvas a padded one lies: ``center``,
        ``north``, ``northeast``, and so on.
    background : str or None
        Colour of the bars, and under transparent pictures whose format has no transparency: a name or ``#rrggbb``, as
        in CSS. None: bars are white, or transparent where the picture has transparency; what a format cannot hold is a
        failure.
    method : str
        How samples are made from their neighbours: a method of `fastresample.resize`.
    antialias : bool
        Whether every source pixel counts when shrinking; nearest ignores it, area always does.
    linear : bool
        Mix light, not the levels that are stored: by the transfer function of sRGB, whatever the profile (with
        ``icc="srgb"`` it is the right one for all). Not for CMYK; floats and 32-bit integers are linear already.
    icc : {"keep", "srgb", "strip"}
        Colour profiles: keep them (formats that hold none, BMP and GIF, get sRGB); bring colours to sRGB, which needs
        none; leave them out, whatever becomes of the colours.
    metadata : {"keep", "strip", "strip-gps"}
        EXIF, XMP and pixel density: keep them; leave them out; keep them without the coordinates of the place.
    format : str or None
        Format of all results, such as ``"webp"``; None: as their names say, which end as those of the sources.
    quality : int or None
        1 to 100, for the formats that lose something; None: the default of each.
    name : str or None
        Template of the results' names (`templates.parse_template`); None: the source's name, with several sizes
        ``{stem}-{size}{ext}``.
    include, exclude : sequence of str
        Patterns of names (``"*.jpg"``), or of paths below the input where they hold a slash: in folders, only files
        that match one of `include`, and no files and folders that match one of `exclude`.
    existing : {"error", "skip", "overwrite"}
        What happens when outputs exist; an error comes before the first write.
    in_place : bool
        Whether results replace their sources; for one size, without `name` and `format`. A picture whose result would
        not hold all of it, or that changed meanwhile, is a failure and stays.
    on_damage : {"fail", "warn"}
        What becomes of damaged files: a failure, or the picture as far as it could be decoded, with a note.
    shrink_on_load : bool
        Whether JPEG files are shrunk by 2, 4 or 8 while they are decoded, where that leaves twice the pixels of the
        result along both axes, and every source pixel counts.
    max_pixels, max_frames, max_bytes : int or str
        Files with more pixels in a picture (``"179MP"``), more pictures, or more bytes (``"2GB"``) are refused.
    memory : int, str or None
        Bytes (``"2GB"``) that the images at work may take together, estimated before they are decoded: they wait for
        each other, and one that needs more alone is refused. None: half of what the process may use.
    resume : bool
        Whether to do only what is missing, has changed, or was made with other options, by the manifest that such runs
        keep in the output folder. What they wrote may be replaced; for other files `existing` counts.
    report : path or sequence of paths
        Files to write what became of each image: ``.jsonl`` (JSON Lines, as the run goes) or ``.html`` (a page with
        small pictures, at its end; needs Jinja2).
    workers : int or None
        Images worked on at once; default: `fastresample.get_num_threads()`, the cores this process may use.
    on_error : {"report", "raise"}
        Whether a file that fails becomes a line of the report, or ends the run with a ``RuntimeError``.

    Raises
    ------
    TypeError, ValueError
        If a field has none of the values that it may have, or two contradict each other.
    """

    size: Any
    fit: str = "contain"
    gravity: str = "center"
    background: str | None = None
    method: str = "lanczos3"
    antialias: bool = True
    linear: bool = False
    icc: str = "keep"
    metadata: str = "keep"
    format: str | None = None
    quality: int | None = None
    name: str | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    existing: str = "error"
    in_place: bool = False
    on_damage: str = "fail"
    shrink_on_load: bool = True
    max_pixels: int = MAX_PIXELS
    max_frames: int = MAX_FRAMES
    max_bytes: int = MAX_BYTES
    memory: int | None = None
    resume: bool = False
    report: Any = ()
    workers: int | None = None
    on_error: str = "report"
    sizes: tuple[Size, ...] = field(init=False, repr=False)
    template: Template = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._set(sizes=parse_sizes(self.size))
        for choices, name in (
            (FITS, "fit"),
            (tuple(GRAVITIES), "gravity"),
            (METHODS, "method"),
            (ICC, "icc"),
            (METADATA, "metadata"),
            (EXISTING, "existing"),
            (ON_ERROR, "on_error"),
            (POLICIES, "on_damage"),
        ):
            _check_choice(name, getattr(self, name), choices)
        if self.format is not None:
            _check_choice("format", self.format, tuple(BY_OPTION))
        for name in ("antialias", "linear", "in_place", "shrink_on_load", "resume"):
            if not isinstance(getattr(self, name), bool):
                raise TypeError(f"{name} must be True or False, got {getattr(self, name)!r}")
        _check_count("workers", self.workers, None, "None (one per core)")
        _check_count("max_frames", self.max_frames, None, f"by default {MAX_FRAMES}")
        self._set(max_pixels=parse_pixels("max_pixels", self.max_pixels))
        self._set(max_bytes=parse_bytes("max_bytes", self.max_bytes))
        if self.memory is not None:
            self._set(memory=parse_bytes("memory", self.memory))
        _check_count("quality", self.quality, 100, "None (the format's default)")
        if self.background is not None:
            _check_colour(self.background)
        if self.fit != "contain":
            for size in self.sizes:
                _check_box(size, self.fit)
        self._set(template=parse_template(self._name()))
        self._set(**{name: check_patterns(name, getattr(self, name)) for name in ("include", "exclude")})
        self._set(report=_checked_reports(self.report))
        self._check_in_place()

    def place(self, shape: tuple[int, int], size: Size) -> Placement:
        """Place a picture of ``(height, width)`` by one of the sizes (`layout.place`)."""
        return place(shape, size, self.fit, self.gravity)

    @property
    def blends(self) -> bool:
        """Whether the method mixes pixels, and does not only pick them."""
        return self.method != "nearest"

    @property
    def keeps(self) -> bool:
        """Whether nothing but the size is to change, of sound pictures."""
        return self.quality is None and (self.icc, self.metadata, self.on_damage) == ("keep", "keep", "fail")

    @property
    def shrinks(self) -> bool:
        """Whether pictures may be shrunk while they are decoded, which averages levels: not where pixels are picked."""
        return self.shrink_on_load and not self.linear and (self.method == "area" or (self.blends and self.antialias))

    @property
    def limits(self) -> Limits:
        """What files are refused for."""
        return Limits(self.max_pixels, self.max_frames, self.max_bytes)

    @property
    def replaces(self) -> bool:
        """Whether a file under an output's name is replaced."""
        return self.in_place or self.existing == "overwrite"

    def _name(self) -> str:
        if self.name is not None:
            return self.name
        return ONE_SIZE if len(self.sizes) == 1 else SEVERAL_SIZES

    def _check_in_place(self) -> None:
        if not self.in_place:
            return
        if self.existing == "skip":
            raise ValueError("in_place replaces every picture, but existing='skip' would leave all; give one of both")
        if self.on_damage == "warn":
            raise ValueError(
                "in_place with on_damage='warn' would replace damaged pictures by what is left of them; give one"
            )
        if len(self.sizes) > 1:
            raise ValueError(f"in_place replaces each picture by one, but size names {len(self.sizes)}; give one")
        for name in ("name", "format"):
            if getattr(self, name) is not None:
                raise ValueError(f"in_place keeps every name, and with it the format; leave out {name}")

    def _set(self, **fields: Any) -> None:
        for name, value in fields.items():
            object.__setattr__(self, name, value)


def _checked_reports(value: Any) -> tuple[Path, ...]:
    """Return the names of reports as paths; their endings say what they become."""
    names = [value] if isinstance(value, (str, os.PathLike)) else value
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, (str, os.PathLike)) for name in names):
        raise TypeError(f"report must be a path or a sequence of paths, got {value!r}")
    for name in names:
        if Path(name).suffix.lower() not in REPORTS:
            raise ValueError(f"report must end in {' or '.join(REPORTS)}, got {os.fspath(name)!r}")
        if Path(name).suffix.lower() == ".html" and find_spec("jinja2") is None:
            raise ValueError("an HTML report needs Jinja2: pip install 'fastresample[report]'; or give a .jsonl file")
    return tuple(dict.fromkeys(map(Path, names)))


def _check_count(name: str, value: int | None, largest: int | None, otherwise: str) -> None:
    if value is None:
        return
    kind = "a positive integer" if largest is None else f"an integer from 1 to {largest}"
    message = f"{name} must be {kind} or {otherwise}, got {value!r}"
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(message)
    if not 1 <= operator.index(value) <= (largest or value):
        raise ValueError(message)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}")


def _check_colour(colour: str) -> None:
    try:
        ImageColor.getrgb(colour)
    except (ValueError, AttributeError, TypeError):
        raise ValueError(f"background must be a colour such as white or #336699, got {colour!r}") from None


def _check_box(size: Size, fit: str) -> None:
    try:
        size.box  # noqa: B018
    except ValueError:
        raise ValueError(f"fit {fit} needs a size with two sides, such as 800x600; got {size}") from None
