"""Linear light: the tables are sRGB's function, and levels are the nearest there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastresample.batch.pixels.light import from_light, light_of, to_light

DTYPES = [np.uint8, np.uint16]


def srgb(light):
    """The inverse as the standard writes it, in float64."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def nearest_level(light, dtype):
    return np.floor(srgb(np.clip(np.asarray(light, np.float64), 0, 1)) * np.iinfo(dtype).max + 0.5)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_level_comes_back(dtype):
    levels = np.arange(np.iinfo(dtype).max + 1).astype(dtype)
    light = to_light(levels)
    assert light.dtype == np.float32
    assert (np.diff(light) > 0).all()
    np.testing.assert_allclose(light, light_of(levels / np.iinfo(dtype).max), rtol=2**-24)
    np.testing.assert_array_equal(from_light(light, dtype), levels)


@pytest.mark.parametrize("dtype", DTYPES)
def test_levels_are_the_nearest(dtype):
    """Everywhere, and on both sides of every threshold, where a power in float32 would err."""
    random = np.random.default_rng(5).random(300_000, np.float32)
    light = np.concatenate((random, random**4, np.linspace(0, 1, 70_001, dtype=np.float32)))
    np.testing.assert_array_equal(from_light(light, dtype), nearest_level(light, dtype))
    thresholds = light_of((np.arange(1, np.iinfo(dtype).max + 1) - 0.5) / np.iinfo(dtype).max)
    for direction in (-np.inf, np.inf):
        beside = np.nextafter(thresholds.astype(np.float32), np.float32(direction))
        np.testing.assert_array_equal(from_light(beside, dtype), np.searchsorted(thresholds, beside, side="right"))


@given(st.floats(width=32), st.sampled_from(DTYPES))
def test_any_number_has_a_level(light, dtype):
    """Overshoot is clipped; NaN, which no picture of levels can give, is no undefined conversion."""
    level = from_light(np.array([[light]], np.float32), dtype)
    assert (level.shape, level.dtype) == ((1, 1), dtype)
    assert level[0, 0] == (0 if np.isnan(light) else nearest_level(light, dtype))


@pytest.mark.parametrize("dtype", DTYPES)
def test_any_layout(dtype):
    levels = np.random.default_rng(1).integers(0, 256, (70, 90, 3)).astype(dtype)
    for view in (levels, levels[::-1, ::2], levels.transpose(1, 0, 2)):
        np.testing.assert_array_equal(from_light(to_light(view), dtype), view)


def test_half_of_the_light_is_level_188():
    """The classic: as many black as white points look like 188 from afar, not like 128."""
    board = np.indices((64, 64)).sum(axis=0) % 2 * 255
    light = to_light(board.astype(np.uint8)).mean(keepdims=True)
    assert from_light(light, np.uint8) == 188
