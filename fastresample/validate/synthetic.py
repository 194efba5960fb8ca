"""Built-in pictures on which promises are checked, and the sizes to which they are resized."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from fastresample.validate.calls import Image, Size

HEIGHT, WIDTH = 48, 64
# Halved, doubled, odd ratios, one axis only, one axis up and one down, a strong shrink.
SIZES: tuple[Size, ...] = ((24, 32), (96, 128), (31, 45), (77, 90), (48, 90), (31, 64), (20, 100), (7, 5))
REDUCED: tuple[Size, ...] = ((24, 32), (16, 16), (12, 64), (48, 32))
CHANNELS = (None, 3, 4)


def pictures(dtype: str) -> Iterator[Image]:
    """Yield pictures of a dtype, for each number of channels: noise, extremes, a ramp, and a bright square."""
    for channels in CHANNELS:
        shape = (HEIGHT, WIDTH) if channels is None else (HEIGHT, WIDTH, channels)
        for picture in _unit_pictures(shape):
            yield _scaled(picture, np.dtype(dtype))


def _unit_pictures(shape: tuple[int, ...]) -> Iterator[Image]:
    """Yield pictures of samples from 0 to 1."""
    rng = np.random.default_rng(len(shape))
    yield rng.random(shape)
    yield (rng.random(shape) < 0.5).astype(float)
    along = np.linspace(0, 1, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH)
    yield np.broadcast_to(along.reshape(HEIGHT, WIDTH, *[1] * (len(shape) - 2)), shape)
    square = np.zeros(shape)
    square[HEIGHT // 4 : HEIGHT // 2, WIDTH // 4 : WIDTH // 2] = 1
    yield square


def _scaled(picture: Image, dtype: np.dtype[Any]) -> Image:
    """Return a picture over the whole range of a dtype; of wide integers a part that float64 holds exactly."""
    if dtype.kind == "b":
        return picture > 0.5
    if dtype.kind == "f":
        return (picture * 2 - 0.5).astype(dtype)
    info = np.iinfo(dtype)
    low, high = max(info.min, -(2**31)), min(info.max, 2**32 - 1)
    scaled: Image = np.rint(low + picture * (high - low)).astype(dtype)
    return scaled
