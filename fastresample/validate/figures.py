"""How figures are shown, the same in every table."""

import math
from itertools import zip_longest


def number(value: float) -> str:
    """Show a difference."""
    return f"{value:.4g}"


def decibel(value: float) -> str:
    """Show a PSNR."""
    return f"{value:.1f}"


def similarity(value: float | None) -> str:
    """Show a similarity so that only a true 1 reads as such."""
    if value is None:
        return "-"
    return "1" if value == 1 else f"{min(value, 0.99999):.5f}"


def percent(fraction: float) -> str:
    """Show a fraction so that only a true 0 and a true 1 read as such."""
    hundredths = 100 * fraction
    if 0 < hundredths < 0.01:
        return "<0.01 %"
    return ">99.99 %" if 99.99 < hundredths < 100 else f"{hundredths:.2f} %"


def json_number(value: float | None) -> float | None:
    """Return a figure as JSON can hold it; None for those that are infinite or undefined."""
    return value if value is not None and math.isfinite(value) else None


def aligned_table(heads: list[str], cells: list[list[str]]) -> list[str]:
    """Return the lines of a table: first and last column aligned to the left, the figures between them to the right."""
    widths = [max(len(row[i]) for row in [heads, *cells]) for i in range(len(heads))]
    last = len(heads) - 1
    return [
        "  ".join(
            text.ljust(width) if i in (0, last) else text.rjust(width)
            for i, (text, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [heads, *cells]
    ]


def left_table(heads: list[str], cells: list[list[str]]) -> list[str]:
    """Return the lines of a table of words, aligned to the left; a cell may have several lines."""
    rows = [[text.split("\n") for text in row] for row in [heads, *cells]]
    widths = [max(len(line) for row in rows for line in row[i]) for i in range(len(heads))]
    lines = [line for row in rows for line in zip_longest(*row, fillvalue="")]
    return ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines]
