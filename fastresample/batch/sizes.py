"""What ``size`` may look like, and the output size it gives an image of known size; the aspect ratio is always kept."""

import math
import operator
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

MAX_SIDE = 1_000_000
MAX_FACTOR = 1000
# The number above which Pillow itself refuses by default; here it holds even where a program has switched that off.
MAX_PIXELS = 178_956_970
MAX_MEGAPIXELS = MAX_PIXELS // 10**6

GRAMMAR = (
    "800 (longest side in pixels), 800x600 (fit inside, width x height), x600 (height), 800x (width), "
    "50% (of each side) or 2MP (megapixels)"
)

_SIDE = re.compile(r"[0-9]+")
_BOX = re.compile(r"([0-9]*)[xX×]([0-9]*)")
_PERCENT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}) ?%")
_MEGAPIXELS = re.compile(r"([0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}) ?[mM][pP]")
_FRACTION = re.compile(r"0?\.[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Size:
    """A rule for the output size: a box in pixels to fit inside, a factor, or a number of megapixels.

    Exactly one of the three is given; of the box, one side may be missing.
    """

    height: int | None = None
    width: int | None = None
    factor: Fraction | None = None
    megapixels: Fraction | None = None

    def of(self, height: int, width: int) -> tuple[int, int]:
        """Return the output ``(height, width)`` in pixels of an image; each side is rounded and at least 1.

        Examples
        --------
        >>> parse_size("800x600").of(3000, 2000)
        (600, 400)
        """
        zoom = self._zoom(height, width)
        return max(1, round(height * zoom)), max(1, round(width * zoom))

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


def parse_size(size: Any) -> Size:
    """Read a size as users write it.

    Parameters
    ----------
    size : str, int, (int, int) or Size
        ``800`` or ``"800"``: longest side in pixels; ``"800x600"``: fit inside that width x height; ``"x600"``:
        height; ``"800x"``: width; ``"50%"``: of each side; ``"2MP"``: megapixels. A tuple is ``(height, width)`` in
        pixels, NumPy's order, and also means "fit inside".

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
        return _from_text(size.strip())
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
    if _FRACTION.fullmatch(text):
        return f" (did you mean {float(text) * 100:g}%?)"
    if text.startswith("-"):
        return " (sizes are positive)"
    if text.lower().endswith("px"):
        return " (write the number without px)"
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
