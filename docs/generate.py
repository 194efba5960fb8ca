"""Draw the pictures of the documentation: ``python docs/generate.py`` (fastresample and Pillow).

``shrinking.png``: the zone plate of images/ shrunk to 3/8 by each method, enlarged again pixel by pixel to be seen.
``which-*.png``: the same by each mode of a library, and below each how it differs from the sharpest antialiased one.
"""

from pathlib import Path
from textwrap import wrap

import numpy as np
from equivalents import PLATE, SHRUNK, ours
from PIL import Image, ImageDraw, ImageFont
from which_resize import MOVING, candidates

import fastresample

HERE = Path(__file__).parent
METHODS = {
    "nearest": {"method": "nearest"},
    "bilinear": {"method": "bilinear"},
    "bilinear, antialias=True": {"method": "bilinear", "antialias": True},
}
MARGIN = 12
# A cell of a library's sheet: a result, its difference, two lines of caption.
GAP, CAPTION = 4, 32
CELL = (SHRUNK[1] + MARGIN, 2 * SHRUNK[0] + GAP + CAPTION + MARGIN)  # width, height
MOST_ACROSS = 7


def shrinking() -> Image.Image:
    """Draw what antialiasing does."""
    shown, caption = 240, 22
    sheet = Image.new("L", (len(METHODS) * (shown + MARGIN) + MARGIN, shown + caption + 2 * MARGIN), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for column, (label, options) in enumerate(METHODS.items()):
        small = fastresample.resize(PLATE, SHRUNK, **options)
        large = fastresample.resize(small, (shown, shown), method="nearest")
        left = MARGIN + column * (shown + MARGIN)
        sheet.paste(Image.fromarray(large), (left, MARGIN))
        draw.text((left, MARGIN + shown + 4), label, fill=0, font=font)
    return sheet


def panels(library: str) -> dict[str, np.ndarray]:
    """Return what a library's sheet shows: each mode's result, below it the difference, grey where there is none."""
    sharpest = ours("native", "lanczos3 antialias", SHRUNK).astype(float)
    between = np.full((GAP, SHRUNK[1]), 255)
    found = {}
    for name in candidates(library):
        result = ours(library, name, SHRUNK).astype(float)
        pair = np.concatenate([result, between, 128 + result - sharpest])
        found[name] = np.clip(np.rint(pair), 0, 255).astype(np.uint8)
    return found


def places(count: int) -> list[tuple[int, int]]:
    """Return left and top of so many panels, in rows of equal length."""
    rows = -(-count // MOST_ACROSS)
    across = -(-count // rows)
    return [(MARGIN + k % across * CELL[0], MARGIN + k // across * CELL[1]) for k in range(count)]


def which(library: str) -> Image.Image:
    """Draw a library's sheet."""
    found = panels(library)
    where = places(len(found))
    sheet = Image.new("L", (max(left for left, _ in where) + CELL[0], where[-1][1] + CELL[1]), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for (name, pair), (left, top) in zip(found.items(), where, strict=True):
        sheet.paste(Image.fromarray(pair), (left, top))
        draw.text((left, top + len(pair) + 2), "\n".join(wrap(name, 20)), fill=0, font=font, spacing=2)
    return sheet


def main() -> None:
    """Write every picture."""
    shrinking().save(HERE / "shrinking.png", optimize=True)
    for library in MOVING:
        which(library).save(HERE / f"which-{library}.png", optimize=True)


if __name__ == "__main__":
    main()
