"""Fits: where a picture goes, which part of it, and what lies around it."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

import fastresample
from fastresample import batch
from fastresample.batch.errors import ImageError
from fastresample.batch.pixels import canvas
from fastresample.batch.pixels.layout import FITS, GRAVITIES, place
from fastresample.batch.pixels.sizes import parse_size, parse_sizes

SIDES = st.integers(1, 5000)
FRACTIONS = {"north": (0, 0.5), "south": (1, 0.5), "west": (0.5, 0), "east": (0.5, 1), "center": (0.5, 0.5)}


@pytest.mark.parametrize(
    ("fit", "size", "inner", "box", "canvas_size", "offset"),
    [
        ("contain", "800x800", (600, 800), None, (600, 800), (0, 0)),
        ("stretch", "800x800", (800, 800), None, (800, 800), (0, 0)),
        ("cover", "800x800", (800, 800), (0, 500, 3000, 3500), (800, 800), (0, 0)),
        ("cover", "800x600", (600, 800), None, (600, 800), (0, 0)),
        ("cover", "800x300", (300, 800), (750, 0, 2250, 4000), (300, 800), (0, 0)),
        ("pad", "800x800", (600, 800), None, (800, 800), (100, 0)),
        ("pad", "1000x600", (600, 800), None, (600, 1000), (0, 100)),
        ("contain", "8000>", (3000, 4000), None, (3000, 4000), (0, 0)),
        ("contain", "800<", (3000, 4000), None, (3000, 4000), (0, 0)),
        ("stretch", "8000x1500>", (1500, 4000), None, (1500, 4000), (0, 0)),
        ("cover", "5000x1500>", (1500, 4000), (750, 0, 2250, 4000), (1500, 4000), (0, 0)),
        ("pad", "5000x5000>", (3000, 4000), None, (5000, 5000), (1000, 500)),
        ("pad", "800x800<", (3000, 4000), None, (3000, 4000), (0, 0)),
    ],
)
def test_a_picture_of_3000_by_4000(fit, size, inner, box, canvas_size, offset):
    assert place((3000, 4000), parse_size(size), fit) == (inner, box, canvas_size, offset)


@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(sorted(GRAVITIES)))
def test_a_crop_fills_the_size_and_keeps_the_shape_of_its_pixels(height, width, rows, columns, gravity):
    placement = place((height, width), parse_size((rows, columns)), "cover", gravity)
    assert placement.inner == placement.canvas == (rows, columns)
    top, left, bottom, right = placement.box or (0, 0, height, width)
    assert 0 <= top < bottom <= height
    assert 0 <= left < right <= width
    assert bottom - top == pytest.approx(height) or right - left == pytest.approx(width)
    assert (bottom - top) / rows == pytest.approx((right - left) / columns)


@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(sorted(GRAVITIES)))
def test_bars_make_up_the_size(height, width, rows, columns, gravity):
    placement = place((height, width), parse_size((rows, columns)), "pad", gravity)
    assert placement.canvas == (rows, columns)
    assert placement.inner == parse_size((rows, columns)).of(height, width)
    for begin, part, whole in zip(placement.offset, placement.inner, placement.canvas, strict=True):
        assert 0 <= begin <= whole - part


@pytest.mark.parametrize(("gravity", "share"), FRACTIONS.items())
def test_crops_are_those_of_pillow(gravity, share):
    """The same part of the picture as ImageOps.fit takes, to the bit, by the arithmetic of Pillow."""
    pixels = np.random.default_rng(5).integers(0, 256, (37, 61, 3), dtype=np.uint8)
    placement = place((37, 61), parse_size((20, 20)), "cover", gravity)
    ours = fastresample.resize(pixels, placement.inner, box=placement.box, method="bilinear", convention="pillow")
    theirs = ImageOps.fit(Image.fromarray(pixels), (20, 20), Image.Resampling.BILINEAR, centering=share[::-1])
    np.testing.assert_array_equal(ours, np.asarray(theirs))


@pytest.mark.parametrize("fit", [fit for fit in FITS if fit != "contain"])
@pytest.mark.parametrize("size", ["50%", "x600", "800x", "2MP"])
def test_sizes_without_two_sides_fill_nothing(fit, size):
    with pytest.raises(ValueError, match=f"^fit {fit} needs a size with two sides, such as 800x600; got {size}$"):
        batch.Options(size, fit=fit)


def test_results_that_are_too_large():
    with pytest.raises(ImageError, match="the result would have 20000 x 10000 pixels, the limit is 178 megapixels"):
        place((1, 2), parse_size("20000"))


@pytest.mark.parametrize(
    ("mode", "background", "colour"),
    [
        ("L", None, 255),
        ("L", "#808080", 128),
        ("LA", None, (0, 0)),
        ("LA", "black", (0, 255)),
        ("RGB", None, (255, 255, 255)),
        ("RGB", "#123456", (0x12, 0x34, 0x56)),
        ("RGBA", None, (0, 0, 0, 0)),
        ("RGBA", "#12345678", (0x12, 0x34, 0x56, 0x78)),
        ("CMYK", "white", (0, 0, 0, 0)),
        ("CMYK", "black", (0, 0, 0, 255)),
        ("CMYK", "red", (0, 255, 255, 0)),
        ("I;16", "white", 65535),
        ("I;16", "#010101", 257),
    ],
)
def test_bars_have_the_colour_in_every_mode(mode, background, colour):
    samples = np.full((1, 2, *np.shape(colour)), 7, np.uint16 if mode == "I;16" else np.uint8)
    result, padded_mode = canvas.padded(samples, mode, place((1, 2), parse_size("2x2"), "pad", "north"), background)
    assert padded_mode == mode
    assert result.dtype == samples.dtype
    assert result[0].tolist() == samples[0].tolist()
    assert result[1].tolist() == [list(colour) if isinstance(colour, tuple) else colour] * 2


@pytest.mark.parametrize(("mode", "pixel", "expected"), [("L", 7, (7, 7, 7)), ("LA", (7, 9), (7, 7, 7, 9))])
def test_coloured_bars_make_grey_pictures_coloured(mode, pixel, expected):
    samples = np.full((1, 2, *np.shape(pixel)), pixel, np.uint8)
    result, padded_mode = canvas.padded(samples, mode, place((1, 2), parse_size("2x2"), "pad", "north"), "teal")
    assert (padded_mode, result[0, 0].tolist()) == (f"RGB{mode[1:]}", list(expected))
    assert result[1, 0].tolist()[:3] == [0, 128, 128]


@pytest.mark.parametrize("mode", ["I", "F"])
def test_pictures_without_a_white_have_no_bars(mode):
    with pytest.raises(ImageError, match="use fit contain"):
        canvas.padded(np.zeros((1, 2)), mode, place((1, 2), parse_size("2x2"), "pad"), None)


def test_what_lies_under_transparency():
    samples = np.array([[[255, 0, 0, 255], [255, 0, 0, 0], [255, 0, 0, 51]]], np.uint8)
    result, mode = canvas.flattened(samples, "RGBA", "#0000ff")
    assert mode == "RGB"
    assert result.tolist() == [[[255, 0, 0], [0, 0, 255], [51, 0, 204]]]
    grey, mode = canvas.flattened(np.array([[[100, 255], [100, 0]]], np.uint8), "LA", "white")
    assert (grey.tolist(), mode) == ([[100, 255]], "L")
    mixed, mode = canvas.flattened(np.array([[[100, 255], [100, 0]]], np.uint8), "LA", "teal")
    assert (mixed.tolist(), mode) == ([[[100, 100, 100], [0, 128, 128]]], "RGB")


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_mixtures_are_rounded_to_the_nearest(colour, alpha, below):
    samples = np.array([[[colour, alpha]]], np.uint8)
    result, _ = canvas.flattened(samples, "LA", f"#{below:02x}{below:02x}{below:02x}")
    exact = Fraction(colour * alpha + below * (255 - alpha), 255)
    assert abs(int(result[0, 0]) - exact) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("1600,400", ["1600", "400"]),
        (["1600", "50%"], ["1600", "50%"]),
        (("1600,800>", (30, 40), 7), ["1600", "800>", "40x30", "7"]),
        ((30, 40), ["40x30"]),
        (parse_size("x600<"), ["x600<"]),
    ],
)
def test_several_sizes(size, expected):
    assert [str(one) for one in parse_sizes(size)] == expected
    assert parse_sizes(expected) == parse_sizes(size)


@pytest.mark.parametrize(
    ("size", "message"),
    [("800,800x800", "size 800 is given twice"), ("800,", "size '' is not understood"), ((5, 5, 3), "two positive")],
)
def test_mistakes_in_several_sizes(size, message):
    with pytest.raises(ValueError, match=message):
        parse_sizes(size)
