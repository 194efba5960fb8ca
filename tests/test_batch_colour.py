"""Modes and alpha: transparent pixels do not bleed, and what is not mixed stays as it is."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fastresample.batch.errors import ImageError
from fastresample.batch.pixels.colour import from_working, is_opaque, to_image, to_samples, to_working


def resample(samples, mode, apply, *, blends):
    """The road of samples through a resize."""
    working = to_working(samples, mode, blends=blends)
    return from_working(apply(working.samples), working)


def halve(samples):
    """Average blocks of two by two; the smallest resize that mixes."""
    blocks = samples.reshape(samples.shape[0] // 2, 2, samples.shape[1] // 2, 2, *samples.shape[2:])
    mean = blocks.mean(axis=(1, 3), dtype=np.float64)
    return np.floor(mean + 0.5).astype(samples.dtype) if samples.dtype.kind == "u" else mean.astype(samples.dtype)


def test_transparent_pixels_do_not_bleed():
    """A red picture beside hidden green: the edge is half transparent red, with no green and no black in it."""
    pixels = np.zeros((2, 4, 4), np.uint8)
    pixels[:, :1] = (255, 0, 0, 255)
    pixels[:, 1:] = (0, 255, 0, 0)
    result = resample(pixels, "RGBA", halve, blends=True)
    assert result.dtype == np.uint8
    assert result.tolist() == [[[255, 0, 0, 128], [0, 0, 0, 0]]]
    assert halve(pixels)[0, 0].tolist() == [128, 128, 0, 128]  # what goes wrong without weights


def test_grey_with_alpha():
    pixels = np.array([[[200, 255], [0, 85]], [[200, 255], [0, 85]]], np.uint8)
    assert resample(pixels, "LA", halve, blends=True).tolist() == [[[150, 170]]]


def test_nearest_keeps_colours_under_full_transparency():
    pixels = np.array([[[10, 20, 30, 0]]], np.uint8)
    assert resample(pixels, "RGBA", lambda samples: samples, blends=False).tolist() == pixels.tolist()


def test_opaque_pictures_take_the_short_way():
    pixels = np.full((4, 4, 4), 255, np.uint8)
    seen = []
    resample(pixels, "RGBA", lambda samples: seen.append(samples.dtype) or samples, blends=True)
    assert seen == [np.uint8]


def test_cmyk_has_no_alpha():
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0] = (10, 20, 30, 40)
    assert resample(pixels, "CMYK", halve, blends=True).tolist() == [[[5, 10, 15, 20]]]


@given(st.data())
def test_a_resize_that_changes_nothing_changes_nothing(data):
    seed = data.draw(st.integers(0, 2**32 - 1))
    pixels = np.random.default_rng(seed).integers(0, 256, (5, 7, 4), dtype=np.uint8)
    before = pixels.copy()
    result = resample(pixels, "RGBA", lambda samples: samples, blends=True)
    visible = pixels[..., 3] > 0
    np.testing.assert_array_equal(result[visible], pixels[visible])
    assert (result[~visible] == 0).all()
    np.testing.assert_array_equal(pixels, before)


def test_every_colour_comes_back_at_every_opacity():
    colour, alpha = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(1, 256, dtype=np.uint8))
    pixels = np.stack((colour, alpha), axis=-1)
    np.testing.assert_array_equal(resample(pixels, "LA", lambda samples: samples, blends=True), pixels)


def test_overshoot_is_clipped():
    """A filter with negative weights may leave the range, in colour and in alpha."""
    pixels = np.array([[[250, 3, 100, 200]]], np.uint8)
    result = resample(pixels, "RGBA", lambda samples: samples * np.float32([2, -1, 1, 1.5]), blends=True)
    assert result.tolist() == [[[255, 0, 67, 255]]]
    assert resample(pixels, "RGBA", lambda samples: -samples, blends=True)[0, 0, 3] == 0


def test_overshoot_leaves_no_colour_where_nothing_is_seen():
    """Beside an edge, alpha swings about 0: what is stored as 0 has no colour, and what is seen has its own."""
    pixels = np.array([[[250, 3, 100, 200]] * 4], np.uint8)
    swing = np.float32([-0.001, 0.0004, 0.0025, 0.01])[:, None]  # alpha -0.2, 0.08, 0.5, 2
    result = resample(pixels, "RGBA", lambda samples: samples * swing, blends=True)
    assert result.tolist() == [[[0, 0, 0, 0], [0, 0, 0, 0], [250, 3, 100, 1], [250, 3, 100, 2]]]


def palette(transparency=None):
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putdata([0, 1])
    if transparency is not None:
        image.info["transparency"] = transparency
    return image


@pytest.mark.parametrize(
    ("image", "mode", "samples"),
    [
        (palette(), "RGB", [[[255, 0, 0], [0, 0, 255]]]),
        (palette(1), "RGBA", [[[255, 0, 0, 255], [0, 0, 255, 0]]]),
        (palette(b"\x80\xff"), "RGBA", [[[255, 0, 0, 128], [0, 0, 255, 255]]]),
        (Image.new("1", (2, 1), 1), "L", [[255, 255]]),
        (Image.new("YCbCr", (1, 1), (128, 128, 128)), "RGB", [[[128, 128, 128]]]),
        (Image.new("RGBX", (1, 1), (1, 2, 3, 4)), "RGB", [[[1, 2, 3]]]),
        (Image.new("RGBa", (1, 1), (64, 0, 0, 128)), "RGBA", [[[127, 0, 0, 128]]]),
        (Image.new("I;16B", (1, 1), 258), "I;16", [[258]]),
        (Image.new("I", (1, 1), -5), "I", [[-5]]),
        (Image.new("F", (1, 1), 0.5), "F", [[0.5]]),
    ],
)
def test_modes(image, mode, samples):
    got, got_mode = to_samples(image)
    assert (got_mode, got.tolist()) == (mode, samples)
    assert got.dtype.isnative


@pytest.mark.parametrize(("mode", "key", "expected"), [("L", 7, "LA"), ("RGB", (7, 7, 7), "RGBA")])
def test_one_transparent_colour(mode, key, expected):
    image = Image.new(mode, (2, 1), key)
    image.putpixel((0, 0), 9 if mode == "L" else (9, 9, 9))
    image.info["transparency"] = key
    samples, got = to_samples(image)
    assert got == expected
    assert samples[0, :, -1].tolist() == [255, 0]


@pytest.mark.parametrize("mode", ["LAB", "HSV"])
def test_modes_whose_averages_mean_nothing(mode):
    with pytest.raises(ImageError, match=f"colour mode {mode} are not supported; convert it to RGB"):
        to_samples(Image.new(mode, (2, 2)))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_samples_and_back(mode):
    samples = to_samples(Image.effect_noise((7, 5), 60).convert(mode))[0]
    for view in (samples, samples[::-1], np.asfortranarray(samples)):
        image = to_image(view, mode)
        assert image.mode == mode
        np.testing.assert_array_equal(to_samples(image)[0], view)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_that_says_nothing(mode):
    samples = np.arange(5 * 4 * len(mode), dtype=np.uint8).reshape(5, 4, len(mode))
    assert not is_opaque(samples, mode)
    samples[..., -1] = 255
    assert is_opaque(samples, mode)
    assert is_opaque(samples[..., 0], "L")


def test_transparency_takes_the_memory_of_one_float_picture():
    """Beside the bytes of input and output; a worker has that much."""
    samples = np.full((1000, 1000, 4), 100, np.uint8)
    tracemalloc.start()
    resample(samples, "RGBA", lambda weighted: weighted, blends=True)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.1 * (4 + 1 + 0.25) * samples.nbytes


def resample_light(samples, mode, apply):
    working = to_working(samples, mode, blends=True, linear=True)
    return from_working(apply(working.samples), working)


@pytest.mark.parametrize("mode", ["L", "RGB", "I;16"])
def test_in_linear_light_half_of_the_points_give_half_of_the_light(mode):
    """Level 188 of 255, where the mean of levels is 128: the classic board of black and white points."""
    board = np.indices((4, 4)).sum(axis=0) % 2
    samples = (board * 65535).astype(np.uint16) if mode == "I;16" else (board * 255).astype(np.uint8)
    if mode == "RGB":
        samples = np.dstack([samples] * 3)
    result = resample_light(samples, mode, halve)
    assert result.dtype == samples.dtype
    level = (1.055 * 0.5 ** (1 / 2.4) - 0.055) * np.iinfo(samples.dtype).max
    assert set(result.ravel().tolist()) == {round(level)}
    assert round(level) == (48192 if mode == "I;16" else 188)


@pytest.mark.parametrize(("mode", "channels"), [("LA", 2), ("RGBA", 4)])
def test_light_counts_by_its_opacity_which_is_linear_itself(mode, channels):
    samples = np.zeros((2, 2, channels), np.uint8)
    samples[:, 0] = 255  # white, opaque
    samples[:, 1, -1] = 85  # black, a third
    result = resample_light(samples, mode, halve)
    opacity = (255 + 85) / 2
    level = 255 * (1.055 * (255 / (255 + 85)) ** (1 / 2.4) - 0.055)
    assert result[0, 0].tolist() == [round(level)] * (channels - 1) + [round(opacity)]


@pytest.mark.parametrize(("mode", "channels"), [("LA", 2), ("RGBA", 4)])
def test_in_linear_light_a_resize_that_changes_nothing_changes_nothing(mode, channels):
    samples = np.random.default_rng(3).integers(0, 256, (60, 70, channels), dtype=np.uint8)
    samples[..., -1] |= 1
    np.testing.assert_array_equal(resample_light(samples, mode, lambda working: working), samples)
    samples[..., -1] = 255
    np.testing.assert_array_equal(resample_light(samples, mode, lambda working: working), samples)


@pytest.mark.parametrize("mode", ["CMYK", "I", "F"])
def test_modes_without_srgb_levels_are_mixed_as_they_are(mode):
    samples = to_samples(Image.effect_noise((8, 6), 60).convert(mode))[0]
    np.testing.assert_array_equal(to_working(samples, mode, blends=True, linear=True).samples, samples)


def test_what_is_only_picked_is_not_taken_to_light():
    samples = np.array([[7, 9]], np.uint8)
    assert to_working(samples, "L", blends=False, linear=True).samples is samples
