"""Draw the pictures of the documentation: ``python docs/generate.py`` (fastresample and Pillow).

``shrinking.png``: the zone plate of images/ shrunk to 3/8 by each method, enlarged again pixel by pixel to be seen.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import fastresample

HERE = Path(__file__).parent
METHODS = {
    "nearest": {"method": "nearest"},
    "bilinear": {"method": "bilinear"},
    "bilinear, antialias=True": {"method": "bilinear", "antialias": True},
}


def main() -> None:
    plate = np.asarray(Image.open(HERE.parent / "images" / "zone_plate.png"))
    size, shown, margin, caption = (120, 120), 240, 12, 22
    sheet = Image.new("L", (len(METHODS) * (shown + margin) + margin, shown + caption + 2 * margin), 255)
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(14)
    for column, (label, options) in enumerate(METHODS.items()):
        small = fastresample.resize(plate, size, **options)
        large = fastresample.resize(small, (shown, shown), method="nearest")
        left = margin + column * (shown + margin)
        sheet.paste(Image.fromarray(large), (left, margin))
        draw.text((left, margin + shown + 4), label, fill=0, font=font)
    sheet.save(HERE / "shrinking.png", optimize=True)


if __name__ == "__main__":
    main()
