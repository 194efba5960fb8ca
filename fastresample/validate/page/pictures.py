"""Samples as pictures of a page: PNG data URIs, made by Pillow; differences in 256 colours."""

import base64
import io
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastresample.validate.histogram import Scale

Bytes = NDArray[np.uint8]

# From one unit to the largest difference, at equal distances of its logarithm. What is less is the first entry.
_NOTHING = (13, 14, 22)
_STOPS = (
    (52, 84, 209),
    (121, 56, 196),
    (201, 48, 135),
    (244, 108, 60),
    (253, 196, 66),
    (255, 250, 220),
)


def _colour_map() -> Bytes:
    places = np.linspace(0, len(_STOPS) - 1, 255)
    channels = [np.interp(places, range(len(_STOPS)), channel) for channel in zip(*_STOPS, strict=True)]
    return np.vstack([_NOTHING, np.rint(np.stack(channels, axis=1))]).astype(np.uint8)


COLOURS = _colour_map()


def viewable(samples: NDArray[Any], low: float, high: float) -> Bytes:
    """Return samples as grey or RGB bytes: ``low`` is black, ``high`` white; of more than three channels the first."""
    if samples.ndim == 3:
        samples = samples[..., :3] if samples.shape[2] >= 3 else samples[..., 0]
    if samples.dtype == np.uint8 and (low, high) == (0, 255):
        return samples
    span = high - low if high > low else 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.nan_to_num((samples.astype(np.float64) - low) / span * 255, nan=0.0, posinf=255.0, neginf=0.0)
    rounded: Bytes = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    return rounded


def png(picture: Bytes) -> str:
    """Return grey or RGB bytes as the data URI of a PNG file."""
    from PIL import Image

    return _uri(Image.fromarray(picture))


def heat_map(distance: NDArray[np.float64], scale: Scale) -> str:
    """Return differences (rows, columns), not negative, as the data URI of a PNG file in `COLOURS`."""
    from PIL import Image

    image = Image.fromarray(colour_indices(distance, scale))
    image.putpalette(COLOURS.tobytes())
    return _uri(image)


def colour_indices(distance: NDArray[np.float64], scale: Scale) -> Bytes:
    """Return the entry of `COLOURS` for each difference: 0 below a unit, then by its logarithm."""
    doublings = math.log2(max(2.0, scale.largest / scale.unit))
    finite = np.nan_to_num(distance, nan=scale.largest, posinf=scale.largest)
    with np.errstate(divide="ignore"):
        place = np.log2(finite / scale.unit) / doublings
    small = finite < scale.unit * (1 - 1e-6)
    indices: Bytes = np.where(small, 0, 1 + np.rint(254 * np.clip(place, 0, 1))).astype(np.uint8)
    return indices


def _uri(image: Any) -> str:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=9)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
