"""Where a picture goes: which part of it is resized to what, and where that lies on the canvas of the result."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from fastresample.batch.errors import TooLargeError
from fastresample.batch.pixels.sizes import MAX_MEGAPIXELS, MAX_PIXELS, Size

FITS = ("contain", "cover", "pad", "stretch")

# Which part of the space that is left over lies before the picture: (above, to the left).
_NEAR, _MIDDLE, _FAR = Fraction(0), Fraction(1, 2), Fraction(1)
GRAVITIES = {
    "center": (_MIDDLE, _MIDDLE),
    "north": (_NEAR, _MIDDLE),
    "northeast": (_NEAR, _FAR),
    "east": (_MIDDLE, _FAR),
    "southeast": (_FAR, _FAR),
    "south": (_FAR, _MIDDLE),
    "southwest": (_FAR, _NEAR),
    "west": (_MIDDLE, _NEAR),
    "northwest": (_NEAR, _NEAR),
}

Pair = tuple[int, int]


class Placement(NamedTuple):
    """How a result is made; all in pixels, vertical before horizontal.

    Attributes
    ----------
    inner : (int, int)
        The size that the source, or `box` of it, is resized to.
    box : (float, float, float, float) or None
        The part ``(top, left, bottom, right)`` of the source that is used; None for all of it.
    canvas : (int, int)
        The size of the result.
    offset : (int, int)
        Where the resized picture begins on the canvas.
    """

    inner: Pair
    box: tuple[float, float, float, float] | None
    canvas: Pair
    offset: Pair = (0, 0)


def place(shape: Pair, size: Size, fit: str = "contain", gravity: str = "center") -> Placement:
    """Place a picture of ``shape = (height, width)`` by a size's rule.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the upright source.
    size : Size
        For all but ``contain``, a box with two sides.
    fit : {"contain", "cover", "pad", "stretch"}
        ``contain``: the whole picture, as large as fits into the size. ``cover``: the size is filled and what juts out
        is cropped. ``pad``: the whole picture, and bars that make up the size. ``stretch``: the size, whatever becomes
        of the aspect ratio.
    gravity : str
        A row of `GRAVITIES`: which side a crop keeps, or on which side of the canvas a padded picture lies.

    Raises
    ------
    ImageError
        If the result would have too many pixels.

    Examples
    --------
    >>> from fastresample.batch.pixels.sizes import parse_size
    >>> place((3000, 4000), parse_size("800x800"), "cover").box
    (0.0, 500.0, 3000.0, 3500.0)
    >>> place((3000, 4000), parse_size("800x800"), "pad")
    Placement(inner=(600, 800), box=None, canvas=(800, 800), offset=(100, 0))
    """
    if fit == "cover":
        placement = _cover(shape, size, gravity)
    elif fit == "stretch":
        inner = size.bounded(shape)
        placement = Placement(inner, None, inner)
    else:
        inner = size.of(*shape)
        placement = _pad(inner, size, gravity) if fit == "pad" else Placement(inner, None, inner)
    _check_result_size(*placement.canvas)
    return placement


def drawn_size(placements: Sequence[Placement], shape: Pair) -> Pair:
    """Return the largest height and width at which the whole picture, of ``shape = (height, width)``, is drawn.

    Examples
    --------
    >>> drawn_size([Placement((100, 100), (0.0, 500.0, 1000.0, 1500.0), (100, 100))], (1000, 2000))
    (100, 200)
    """
    heights, widths = [0], [0]
    for (height, width), box, _, _ in placements:
        top, left, bottom, right = box or (0, 0, *shape)
        heights.append(ceil(height * shape[0] / (bottom - top)))
        widths.append(ceil(width * shape[1] / (right - left)))
    return max(heights), max(widths)


def of_shrunk(placement: Placement, shape: Pair, factor: int) -> Placement:
    """Return the placement of a picture that was shrunk by a whole factor, its sides rounded up.

    Where sides were rounded, the last of the samples lies partly beyond the picture: that part stays outside the box.

    Examples
    --------
    >>> of_shrunk(Placement((10, 10), None, (10, 10)), (101, 100), 2).box
    (0.0, 0.0, 50.5, 50.0)
    """
    if factor == 1 or (placement.box is None and not any(side % factor for side in shape)):
        return placement
    top, left, bottom, right = placement.box or (0, 0, *shape)
    return placement._replace(box=(top / factor, left / factor, bottom / factor, right / factor))


def _cover(shape: Pair, size: Size, gravity: str) -> Placement:
    box = size.box
    zoom = size.limited(max(Fraction(side, length) for side, length in zip(box, shape, strict=True)))
    inner = tuple(min(side, max(1, round(length * zoom))) for side, length in zip(box, shape, strict=True))
    parts = [Fraction(side) / zoom for side in inner]
    edges = []
    for part, length, share in zip(parts, shape, GRAVITIES[gravity], strict=True):
        part = min(part, Fraction(length))  # a side that was rounded up reaches beyond the source
        begin = (length - part) * share
        edges.append((float(begin), float(begin + part)))
    (top, bottom), (left, right) = edges
    whole = (top, left, bottom, right) == (0, 0, *shape)
    return Placement((inner[0], inner[1]), None if whole else (top, left, bottom, right), (inner[0], inner[1]))


def _pad(inner: Pair, size: Size, gravity: str) -> Placement:
    height, width = (max(side, length) for side, length in zip(size.box, inner, strict=True))
    above, before = GRAVITIES[gravity]
    return Placement(
        inner, None, (height, width), (round((height - inner[0]) * above), round((width - inner[1]) * before))
    )


def _check_result_size(height: int, width: int) -> None:
    if height * width > MAX_PIXELS:
        raise TooLargeError(
            f"the result would have {width} x {height} pixels, the limit is {MAX_MEGAPIXELS} megapixels; "
            "choose a smaller size"
        )
