"""``Image.resize`` of Pillow 13 for 8-bit modes: NEAREST, and BILINEAR, which antialiases whenever it shrinks.

Images are ``(H, W)`` or ``(H, W, C)`` of stored uint8 samples, without the alpha multiplication that LA and RGBA get.
"""

import numpy as np
from numpy.typing import NDArray

BITS = 22


def nearest_index(n_in: int, n_out: int) -> NDArray[np.int64]:
    """Pixel centres; the coordinate is accumulated in float64, so it drifts on long axes."""
    step = n_in / n_out
    coordinate, index = step / 2, np.empty(n_out, np.int64)
    for i in range(n_out):
        index[i] = int(coordinate)
        coordinate += step
    return index


def nearest(image: NDArray, size: tuple[int, int]) -> NDArray:
    """Copies of pixels."""
    return image[nearest_index(image.shape[0], size[0])][:, nearest_index(image.shape[1], size[1])]


def bilinear_taps(n_in: int, n_out: int) -> list[tuple[int, list[int]]]:
    """First index and integer weights of each output, in units of 2**-22, rounded half up."""
    step = n_in / n_out
    support = max(step, 1.0)
    rows = []
    for i in range(n_out):
        centre = (i + 0.5) * step
        first = max(int(centre - support + 0.5), 0)
        last = min(int(centre + support + 0.5), n_in)
        x = [abs((j - centre + 0.5) * (1.0 / support)) for j in range(first, last)]
        weights = [1.0 - v if v < 1.0 else 0.0 for v in x]
        total = 0.0
        for weight in weights:
            total += weight
        rows.append((first, [int(0.5 + weight / total * (1 << BITS)) for weight in weights]))
    return rows


def one_pass(image: NDArray, rows: list[tuple[int, list[int]]]) -> NDArray:
    """Sum along axis 0 in integers and round half up to uint8."""
    out = np.empty((len(rows), *image.shape[1:]), np.uint8)
    for i, (first, weights) in enumerate(rows):
        total = np.full(image.shape[1:], 1 << (BITS - 1), np.int64)
        for k, weight in enumerate(weights):
            total += image[first + k].astype(np.int64) * weight
        out[i] = np.clip(total >> BITS, 0, 255)
    return out


def bilinear(image: NDArray, size: tuple[int, int]) -> NDArray:
    """Two passes with uint8 between them; rows first if the height shrinks by more than twice what the width does."""
    (height, width), (new_height, new_width) = image.shape[:2], size
    shrunk = height - new_height
    vertical_first = shrunk > 0 and shrunk > 2 * (width - new_width)
    for axis in (0, 1) if vertical_first else (1, 0):
        if image.shape[axis] != size[axis]:
            rows = bilinear_taps(image.shape[axis], size[axis])
            image = one_pass(image.swapaxes(0, axis), rows).swapaxes(0, axis)
    return image
