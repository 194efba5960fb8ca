"""Make the pictures of this folder: `python images/generate.py [FOLDER]` (default: the folder of this file).

| picture            | mode   | what a resize does to it                                                             |
|--------------------|--------|--------------------------------------------------------------------------------------|
| zone_plate.png     | L      | every frequency up to Nyquist, reached at the edges: aliasing shows as false rings   |
| siemens_star.png   | L      | every direction at once: uneven blur, a shifted centre                               |
| slanted_edge.png   | L      | edges 5 degrees off the axes: sharpness, overshoot, stairs                           |
| colour_ramps.png   | RGB    | smooth ramps: rounding, banding, order of the channels, gamma                        |
| fine_text.png      | RGB    | letters of 4 to 28 pixels, a screen font, hairlines: legibility, fading strokes      |
| logo_soft.png      | RGBA   | soft alpha over hidden green: a green fringe if alpha is not premultiplied           |
| gradient_deep.png  | I;16   | all steps are 85 of 65535: shows any path that cuts 16 bits to 8                     |
| moon_grey.png      | L      | natural texture in one channel                                                       |
| island_palette.png | P      | 16 colours: indices must not be averaged                                             |
| lake_phone.jpg     | RGB    | photo-like, stored on its side (EXIF orientation 6), with an ICC profile and EXIF    |
| lake_web.webp      | RGB    | the same scene, upright and without metadata                                         |

Pixels are the same on every machine, except in the last two, which are lossy; encoded bytes depend on the codecs.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from drawing import Array, letters, paint, smoothstep, stroke
from nature import island_height, lake, moon
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageDraw, ImageFont
from PIL.TiffImagePlugin import IFDRational

DARK, MID, LIGHT = 32, 128, 224  # charts leave room on both sides, so that overshoot shows instead of being clipped


def to_uint8(values: Array) -> NDArray[np.uint8]:
    """Round levels that already lie within 0..255."""
    return np.rint(values).astype(np.uint8)


def subsamples(n: int, per_pixel: int) -> NDArray[np.int64]:
    """Sub-pixel centres of `n` pixels, counted from the middle in half sub-pixels, so that they are integers."""
    return 2 * np.arange(n * per_pixel) + 1 - n * per_pixel


def covered(inside: NDArray[np.bool_], per_pixel: int) -> Array:
    """Fraction of each pixel's sub-pixels that are inside."""
    height, width = (side // per_pixel for side in inside.shape)
    return inside.reshape(height, per_pixel, width, per_pixel).sum(axis=(1, 3)) / per_pixel**2


def zone_plate(n: int = 320) -> Image.Image:
    """cos(pi r^2 / n): r / n cycles per pixel at radius r, that is Nyquist (1/2) at the middle of each edge.

    In half pixels r^2 is an integer k, so the phase pi k / (4 n) comes from a table, free of rounding.
    """
    half_pixels = subsamples(n, 1)
    quarter_square_pixels = half_pixels**2 + half_pixels[:, None] ** 2
    period = np.cos(np.pi * np.arange(8 * n) / (4 * n))
    return Image.fromarray(to_uint8(MID + 112 * period[quarter_square_pixels % (8 * n)]))


def siemens_star(n: int = 320, cycles: int = 36, per_pixel: int = 8) -> Image.Image:
    """Spokes that meet in the exact centre, each pixel the mean over its area."""
    x = subsamples(n, per_pixel)
    y = x[:, None]
    light = covered(np.cos(cycles * np.arctan2(y, x)) > 0, per_pixel)
    disc = covered(x * x + y * y < (2 * per_pixel * 0.46 * n) ** 2, per_pixel)
    return Image.fromarray(to_uint8(MID + (DARK - MID + (LIGHT - DARK) * light) * disc))


def slanted_edge(height: int = 256, width: int = 320, per_pixel: int = 16) -> Image.Image:
    """A dark square turned by atan(7/80) = 5.0 degrees on light ground: coverage counted in integers."""
    x, y = subsamples(width, per_pixel), subsamples(height, per_pixel)[:, None]
    half_side = 2 * per_pixel * 75 * 80
    inside = (np.abs(80 * x + 7 * y) < half_side) & (np.abs(80 * y - 7 * x) < half_side)
    return Image.fromarray(to_uint8(LIGHT + (DARK - LIGHT) * covered(inside, per_pixel)))


def colour_ramps(width: int = 512, band: int = 32) -> Image.Image:
    """Bands: black to white, to each primary and secondary, between complements, round the hues, and 16 grey steps."""
    t = np.linspace(0, 1, width)
    ends = [("000", "111"), ("000", "100"), ("000", "010"), ("000", "001"), ("000", "011"), ("000", "101"),
            ("000", "110"), ("100", "011"), ("010", "101"), ("001", "110")]  # fmt: skip
    corners = [(np.array([*map(int, a)]), np.array([*map(int, b)])) for a, b in ends]
    bands = [a + (b - a) * t[:, None] for a, b in corners]
    hues = np.clip(np.abs((6 * t[:, None] + [0, 4, 2]) % 6 - 3) - 1, 0, 1)
    steps = np.repeat(np.floor(t * 15.999) / 15, 3).reshape(width, 3)
    levels = 255 * np.stack([*bands, hues, steps])
    return Image.fromarray(to_uint8(np.repeat(levels, band, axis=0)))


def screen_text(height: int, width: int, lines: list[str]) -> Array:
    """Lines in Pillow's built-in bitmap font: strokes of exactly one pixel, coverage 0 or 1."""
    page = Image.new("L", (width, height))
    draw = ImageDraw.Draw(page)
    for index, line in enumerate(lines):
        draw.text((0, 12 * index), line, fill=255, font=ImageFont.load_default_imagefont())
    return np.asarray(page) / 255.0


def fine_text(height: int = 400, width: int = 600) -> Image.Image:
    """Ink on paper in falling sizes, light on dark, hairlines, and a screen font in two colours."""
    ink = np.zeros((height, width))
    baseline = 16.0
    for cap_height in (28, 22, 18, 14, 12, 10, 9, 8, 7, 6, 5, 4):
        baseline += cap_height
        fitting = f"{cap_height} PX: RESAMPLE 0123456789 QUICK WALTZ, BAD NYMPH "[: (width - 32) // cap_height]
        letters(ink, fitting.rpartition(" ")[0], 16, baseline, cap_height)
        baseline += 7
    for index in range(11):  # hairlines, 0.1 to 1.1 pixels wide
        stroke(ink, (20 + 8 * index, 270), (40 + 8 * index, 380), 0.05 + 0.05 * index)
    lines = [
        "if src.ndim == 2:  # (rows, columns)",
        "    dst[y, x] = lerp(a, b, 0.25)",
        "1|l I, 0O, rn/m, {[(i;j)]}, ~+-=",
        "The lazy dog sleeps; 3.14159 & 2.718",
    ]
    code = screen_text(52, 220, lines)
    colour = np.full((height, width, 3), (252.0, 250.0, 244.0))
    paint(colour, ink, (20, 22, 30))
    panel = colour[260:392, 140:592]
    panel[:66], panel[66:] = (24, 28, 44), (236, 240, 248)
    for top, left_tint, right_tint in ((8, (255, 208, 96), (120, 220, 255)), (74, (190, 20, 40), (20, 60, 190))):
        paint(panel[top : top + 52, 4:224], code, left_tint)
        paint(panel[top : top + 52, 230:450], code, right_tint)
    return Image.fromarray(to_uint8(colour))


def logo_soft(n: int = 256) -> Image.Image:
    """A disc that turns from coarse pixels into a smooth shape, its soft shadow, and green where nothing shows."""
    position = (np.arange(n) + 0.5) * (2 / n) - 1
    x, y = position, position[:, None]
    radius = np.sqrt(x * x + y * y)
    cell = (np.floor(position * 8) + 0.5) / 8
    coarse = np.sqrt(cell * cell + (cell * cell)[:, None])
    disc = np.where(x < 0, coarse < 0.72, np.clip((0.72 - radius) * n / 2 + 0.5, 0, 1))
    shadow = 0.65 * (1 - smoothstep(0.45, 0.95, np.sqrt((x - 0.04) ** 2 + (y - 0.08) ** 2)))
    alpha = disc + shadow * (1 - disc)
    shade = np.where(x < 0, coarse, radius)
    tint = np.stack([250 - 40 * shade, 170 - 130 * shade, 40 + 90 * shade], axis=-1)
    off_wave = np.abs(y - x * (0.52 - x * x))
    wave = np.clip((0.08 - off_wave) * n / 2 + 0.5, 0, 1) * np.clip((0.6 - radius) * n / 2 + 0.5, 0, 1)
    paint(tint, wave, (255, 246, 226))
    visible = tint * (disc / np.maximum(alpha, 1e-9))[..., None]  # the shadow is black
    colour = np.where(np.rint(255 * alpha)[..., None] > 0, visible, (0, 255, 0))
    return Image.fromarray(np.dstack([to_uint8(colour), to_uint8(255 * alpha)]))


def gradient_deep(height: int = 257, width: int = 516) -> Image.Image:
    """85 (x + y): from 0 in one corner to 65535 in the other."""
    x, y = np.arange(width), np.arange(height)[:, None]
    return Image.fromarray((85 * (x + y)).astype(np.uint16))


def moon_grey() -> Image.Image:
    """A rendered stretch of craters."""
    return Image.fromarray(to_uint8(255 * moon(240, 320)))


def island_palette() -> Image.Image:
    """A map in 16 colours: depths, heights, coast, a grid, a name; indices without order, as editors write them."""
    height = island_height(240, 320)
    sea = ["22467a", "2f5f9c", "4a82bb", "74a9d2", "a9cfe6"]
    slopes = ["e9dfae", "a9c77b", "86b161", "5f9650", "9c8a53", "8a6b45", "a89a90", "f4f4f2"]
    lines = ["2b2620", "5a789a", "ffffff"]
    layer = np.digitize(height, [-0.34, -0.24, -0.15, -0.07, 0, 0.03, 0.13, 0.22, 0.31, 0.4, 0.5, 0.6])
    coast, grid, label = 13, 14, 15
    land = layer >= len(sea)
    layer[::48], layer[:, ::48] = grid, grid
    layer[1:, 1:][(land[1:, 1:] != land[:-1, 1:]) | (land[1:, 1:] != land[1:, :-1])] = coast
    name = np.zeros(layer.shape)
    letters(name, "ISLE OF NYQUIST", 12, 228, 10)
    layer[name > 0.5] = label
    shuffle = np.array([9, 2, 14, 5, 0, 11, 7, 13, 3, 15, 6, 1, 12, 8, 4, 10])
    table = np.zeros((16, 3), np.uint8)
    table[shuffle] = [[*bytes.fromhex(colour)] for colour in [*sea, *slopes, *lines]]
    picture = Image.fromarray(shuffle[layer].astype(np.uint8))
    picture.putpalette(table.tobytes())
    return picture


def lake_web() -> Image.Image:
    """The lake, upright."""
    return Image.fromarray(to_uint8(255 * lake()))


def lake_phone() -> Image.Image:
    """The lake as a phone held on its side stores it: turned to the left; orientation 6 says turn it back."""
    return Image.fromarray(np.rot90(np.asarray(lake_web())))


def phone_exif() -> Image.Exif:
    """What cameras write, with an invented camera."""
    exif = Image.Exif()
    exif.update({0x010E: "Rendered lake", 0x010F: "fastresample", 0x0110: "images/generate.py", 0x0112: 6})
    exif.update({0x0132: "2024:06:21 20:15:00", 0x8298: "Apache-2.0"})
    exposure = {0x829A: IFDRational(1, 125), 0x829D: IFDRational(8), 0x8827: 200, 0x9003: "2024:06:21 20:15:00"}
    exif.get_ifd(0x8769).update(exposure)
    return exif


def srgb_profile() -> bytes:
    """Little CMS's sRGB profile with a fixed date in its header (bytes 24 to 35), so that runs agree."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile[:24] + np.array([2024, 6, 21, 0, 0, 0], ">u2").tobytes() + profile[36:]


def png() -> dict[str, Any]:
    """Save as PNG."""
    return {"format": "PNG", "optimize": True}


def phone_jpeg() -> dict[str, Any]:
    """Save as JPEG with metadata."""
    return {"format": "JPEG", "quality": 84, "exif": phone_exif(), "icc_profile": srgb_profile()}


def webp() -> dict[str, Any]:
    """Save as lossy WebP."""
    return {"format": "WEBP", "quality": 86, "method": 6}


PICTURES: dict[str, tuple[Callable[[], Image.Image], Callable[[], dict[str, Any]]]] = {
    "zone_plate.png": (zone_plate, png),
    "siemens_star.png": (siemens_star, png),
    "slanted_edge.png": (slanted_edge, png),
    "colour_ramps.png": (colour_ramps, png),
    "fine_text.png": (fine_text, png),
    "logo_soft.png": (logo_soft, png),
    "gradient_deep.png": (gradient_deep, png),
    "moon_grey.png": (moon_grey, png),
    "island_palette.png": (island_palette, png),
    "lake_phone.jpg": (lake_phone, phone_jpeg),
    "lake_web.webp": (lake_web, webp),
}


def main(folder: Path) -> None:
    """Write every picture into `folder`, replacing what is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (draw, options) in PICTURES.items():
        draw().save(folder / name, **options())
        print(f"{name}: {(folder / name).stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
