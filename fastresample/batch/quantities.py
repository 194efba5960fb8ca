"""Amounts of memory and of pixels as users write them: ``2GB``, ``500 MiB``, ``179MP``."""

import operator
import re
from fractions import Fraction
from typing import Any

_BYTES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_BYTES |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_PIXELS = {"": 1, "mp": 10**6, "gp": 10**9}
_AMOUNT = re.compile(r"([0-9]{1,15}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})\s?([a-z]*)", re.IGNORECASE)


def parse_bytes(name: str, value: Any) -> int:
    """Read a number of bytes; `name` is the argument's, for the message.

    Raises
    ------
    TypeError, ValueError
        For what is no amount, and for less than one byte.

    Examples
    --------
    >>> parse_bytes("memory", "1.5GB")
    1500000000
    """
    return _parse(name, value, _BYTES, "bytes, such as 2GB, 500MB or 1GiB")


def parse_pixels(name: str, value: Any) -> int:
    """Read a number of pixels; `name` is the argument's, for the message.

    Raises
    ------
    TypeError, ValueError
        For what is no amount, and for less than one pixel.

    Examples
    --------
    >>> parse_pixels("max_pixels", "24MP")
    24000000
    """
    return _parse(name, value, _PIXELS, "pixels, such as 179MP or 1000000")


def in_bytes(count: float) -> str:
    """Return a number of bytes to be read.

    Examples
    --------
    >>> in_bytes(1_234_000_000)
    '1.23 GB'
    """
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count:.0f} bytes"


def in_pixels(count: int) -> str:
    """Return a number of pixels to be read.

    Examples
    --------
    >>> in_pixels(178_956_970)
    '178 megapixels'
    """
    return f"{count // 10**6} megapixels" if count >= 10**6 else f"{count} pixels"


def _parse(name: str, value: Any, units: dict[str, int], accepted: str) -> int:
    amount = _from_text(value, units) if isinstance(value, str) else _from_number(name, value, accepted)
    if amount is None or amount < 1:
        raise ValueError(f"{name} must be a positive number of {accepted}; got {value!r}")
    return amount


def _from_text(text: str, units: dict[str, int]) -> int | None:
    match = _AMOUNT.fullmatch(text.strip())
    unit = units.get(match[2].lower()) if match else None
    return None if match is None or unit is None else int(Fraction(match[1]) * unit)


def _from_number(name: str, value: Any, accepted: str) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} must be a positive number of {accepted}; got {value!r}")
    return operator.index(value)
