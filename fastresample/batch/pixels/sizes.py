"""What ``size`` may look like, and the output size it gives an image of known size."""

import math
import operator
import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

MAX_SIDE = 1_000_000
MAX_FACTOR = 1000
# The number above which Pillow itself refuses by default; here it holds even where a program has switched that off.
MAX_PIXELS = 178_956_970
MAX_MEGAPIXELS = MAX_PIXELS // 10**6

GRAMMAR = (
    "800 (longest side in pixels), 800x600 (width x height), x600 (height), 800x (width), 50% (of each side) or "
    "2MP (megapixels), each with > (only shrink) or < (only enlarge) at its end"
)
_ONLY = {">": "shrink", "<": "grow"}

_SIDE = re.compile(r"[0-9]+")
_BOX = re.compile(r"([0-9]*) ?[xX×] ?([0-9]*)")
_PERCENT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}) ?%")
_MEGAPIXELS = re.compile(r"([0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}) ?[mM][pP]")
# What people write instead, and what they mean: a pattern, and the advice with its groups.
_MISTAKES = tuple(
    (re.compile(pattern, re.IGNORECASE), advice)
    for pattern, advice in (
        (r"(0?\.[0-9]{1,9})x?", lambda factor: f"did you mean {float(factor) * 100:g}%?"),
        (r"([0-9]{1,4}) ?/ ?([1-9][0-9]{0,3})", lambda part, whole: f"did you mean {100 * int(part) / int(whole):g}%?"),
        (r"([0-9]{1,7}) ?(?:[ *;:]|by) ?([0-9]{1,7})", lambda width, height: f"did you mean {width}x{height}?"),
        (r"([0-9.]{1,9}) ?(?:percent|pct|pc)", lambda percent: f"did you mean {percent}%?"),
        (r"([0-9.]{1,9}) ?(?:m|mpx?|mpix|megapixels?)", lambda megapixels: f"did you mean {megapixels}MP?"),
        (r"([0-9]{1,7})p", lambda height: f"did you mean x{height}?"),
        (r"-.*", lambda: "sizes are positive"),
        (r".*px", lambda: "write the number without px"),
        (r"[<>].*", lambda: "> and < stand behind the size"),
    )
)


@dataclass(frozen=True, slots=True)
class Size:
    """A rule for the output size: a box in pixels, a factor, or a number of megapixels.

    Exactly one of the three is given; of the box, one side may be missing.

    Attributes
    ----------
    height, width : int or None
        Sides of the box.
    factor : Fraction or None
        Output side over input side.
    megapixels : Fraction or None
        Of the result.
    only : {"", "shrink", "grow"}
        Which pictures are changed: those that become smaller, or larger; the others keep their size.
    """

    height: int | None = None
    width: int | None = None
    factor: Fraction | None = None
    megapixels: Fraction | None = None
    only: str = ""

    def of(self, height: int, width: int) -> tuple[int, int]:
        """Return the output ``(height, width)`` in pixels of an image that keeps its aspect ratio.

        Each side is rounded and at least 1.

        Examples
        --------
        >>> parse_size("800x600").of(3000, 2000)
        (600, 400)
        >>> parse_size("800>").of(300, 200)
        (300, 200)
        """
        zoom = self.limited(self._zoom(height, width))
        return max(1, round(height * zoom)), max(1, round(width * zoom))

    def bounded(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Return the box as output size, each side limited by `only`."""
        height, width = (
            round(length * self.limited(Fraction(side, length))) for side, length in zip(self.box, shape, strict=True)
        )
        return height, width

    def limited(self, zoom: Fraction) -> Fraction:
        """Return a zoom, or 1 where `only` excludes it."""
        excluded = {"shrink": zoom > 1, "grow": zoom < 1}
        return Fraction(1) if excluded.get(self.only) else zoom

    @property
    def box(self) -> tuple[int, int]:
        """The two sides of a box ``(height, width)``.

        Raises
        ------
        ValueError
            If the rule is not a box with two sides.
        """
        if self.height is None or self.width is None:
            raise ValueError(f"size {self} has no height and width; write both, such as 800x600")
        return self.height, self.width

    def __str__(self) -> str:
        """Return the rule as `parse_size` reads it."""
        sign = {rule: character for character, rule in _ONLY.items()}.get(self.only, "")
        return self.label.replace("pct", "%") + sign

    @property
    def label(self) -> str:
        """The rule in letters and digits, for file names: ``800``, ``800x600``, ``x600``, ``50pct``, ``2MP``."""
        if self.factor is not None:
            return f"{float(self.factor * 100):g}pct"
        if self.megapixels is not None:
            return f"{float(self.megapixels):g}MP"
        if self.height == self.width:
            return str(self.height)
        return f"{self.width or ''}x{self.height or ''}"

    def _zoom(self, height: int, width: int) -> Fraction:
        """Output size over input size; an exact fraction, so that a given side is met exactly and never exceeded."""
        if self.factor is not None:
            return self.factor
        if self.megapixels is not None:
            return Fraction(math.sqrt(self.megapixels * 1_000_000 / (height * width)))
        zooms = []
        if self.height is not None:
            zooms.append(Fraction(self.height, height))
        if self.width is not None:
            zooms.append(Fraction(self.width, width))
        return min(zooms)


def parse_sizes(size: Any) -> tuple[Size, ...]:
    """Read one size or several.

    Parameters
    ----------
    size : size or sequence of sizes
        What `parse_size` takes, or several of that; in text, separated by commas. Two whole numbers are one size,
        ``(height, width)``.

    Raises
    ------
    TypeError, ValueError
        As `parse_size`; for no size at all, and for one that is given twice.

    Examples
    --------
    >>> [str(size) for size in parse_sizes("1600,400x400,50%")]
    ['1600', '400', '50%']
    """
    if isinstance(size, str):
        parts: list[Any] = size.split(",")
    elif isinstance(size, (tuple, list)) and any(isinstance(part, (str, tuple, list, Size)) for part in size):
        parts = [part for item in size for part in (item.split(",") if isinstance(item, str) else [item])]
    else:
        parts = [size]
    sizes = tuple(parse_size(part) for part in parts)
    if twice := [str(one) for one in sizes if sizes.count(one) > 1]:
        raise ValueError(f"size {twice[0]} is given twice; leave one out")
    return sizes


def parse_size(size: Any) -> Size:
    """Read a size as users write it.

    Parameters
    ----------
    size : str, int, (int, int) or Size
        ``800`` or ``"800"``: longest side in pixels; ``"800x600"``: width x height; ``"x600"``:
        height; ``"800x"``: width; ``"50%"``: of each side; ``"2MP"``: megapixels. A ``>`` at the end means "only
        shrink" and a ``<`` "only enlarge": other pictures keep their size. A tuple is ``(height, width)`` in pixels,
        NumPy's order, and the same as ``"800x600"``.

    Raises
    ------
    TypeError, ValueError
        For anything else, zero, negative numbers, NaN, infinity and absurdly large sizes.

    Examples
    --------
    >>> parse_size("50%").of(301, 200)
    (150, 100)
    >>> parse_size((600, 800)) == parse_size("800x600")
    True
    """
    if isinstance(size, Size):
        return size
    if isinstance(size, str):
        text = size.strip()
        only = _ONLY.get(text[-1:], "")
        return replace(_from_text(text[:-1].rstrip() if only else text), only=only)
    if isinstance(size, (tuple, list)):
        if len(size) != 2:
            raise ValueError(f"size must be two positive integers (height, width), got {size!r}")
        height, width = (_side(value, size) for value in size)
        return Size(height=height, width=width)
    side = _side(size, size)
    return Size(height=side, width=side)


def _from_text(text: str) -> Size:
    if _SIDE.fullmatch(text):
        side = _pixels(text, text)
        return Size(height=side, width=side)
    if (box := _BOX.fullmatch(text)) and any(box.groups()):
        width, height = (_pixels(side, text) if side else None for side in box.groups())
        return Size(height=height, width=width)
    if percent := _PERCENT.fullmatch(text):
        return Size(factor=_positive(Fraction(percent[1]) / 100, MAX_FACTOR, text, f"{MAX_FACTOR * 100}%"))
    if megapixels := _MEGAPIXELS.fullmatch(text):
        return Size(megapixels=_positive(Fraction(megapixels[1]), MAX_MEGAPIXELS, text, f"{MAX_MEGAPIXELS}MP"))
    raise ValueError(f"size {_shown(text)!r} is not understood{_hint(text)}; accepted: {GRAMMAR}")


def _hint(text: str) -> str:
    for pattern, advice in _MISTAKES:
        if found := pattern.fullmatch(text):
            return f" ({advice(*found.groups())})"
    return ""


def _pixels(digits: str, text: str) -> int:
    # The length first: int() refuses thousands of digits with a message of its own.
    if len(digits.lstrip("0")) > len(str(MAX_SIDE)):
        raise ValueError(f"size {_shown(text)!r} is too large: a side may have at most {MAX_SIDE} pixels")
    return _side(int(digits), text)


def _side(value: Any, size: Any) -> int:
    """Check one side in pixels; `size` is what the user gave, for the message."""
    try:
        if isinstance(value, bool):
            raise TypeError
        side = operator.index(value)
    except TypeError:
        raise TypeError(
            f"size must be text, whole numbers of pixels or (height, width), got {size!r}; accepted as text: {GRAMMAR}"
        ) from None
    if side < 1:
        raise ValueError(f"size {size!r} is not positive: every side needs at least 1 pixel")
    if side > MAX_SIDE:
        raise ValueError(f"size {size!r} is too large: a side may have at most {MAX_SIDE} pixels")
    return side


def _positive(value: Fraction, largest: int, text: str, limit: str) -> Fraction:
    if value <= 0:
        raise ValueError(f"size {text!r} is not positive; accepted: {GRAMMAR}")
    if value > largest:
        raise ValueError(f"size {text!r} is too large: at most {limit}")
    return value


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."
