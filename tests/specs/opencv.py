"""``cv2.resize`` of OpenCV 5.0.0 given ``dsize``: INTER_NEAREST, INTER_NEAREST_EXACT, and INTER_LINEAR of uint8.

Images are ``(H, W)`` or ``(H, W, C)``. uint8 never uses IPP.
"""

import numpy as np
from numpy.typing import NDArray

WEIGHT_ONE = 2048


def nearest_index(n_in: int, n_out: int) -> NDArray[np.int64]:
    """INTER_NEAREST: the top-left corner of each cell, times the reciprocal of the zoom."""
    step = 1.0 / (n_out / n_in)
    return np.minimum(np.floor(np.arange(n_out) * step).astype(np.int64), n_in - 1)


def nearest_exact_index(n_in: int, n_out: int) -> NDArray[np.int64]:
    """INTER_NEAREST_EXACT: pixel centres; the coordinate is accumulated in float64."""
    step = n_in / n_out
    coordinates = np.cumsum(np.concatenate([[step * 0.5], np.full(n_out - 1, step)]))
    return np.minimum(np.floor(coordinates).astype(np.int64), n_in - 1)


def nearest(image: NDArray, size: tuple[int, int], exact: bool = False) -> NDArray:
    """Copies of pixels."""
    if image.shape[:2] == size:
        return image.copy()
    index = nearest_exact_index if exact else nearest_index
    return image[index(image.shape[0], size[0])][:, index(image.shape[1], size[1])]


def linear_taps(n_in: int, n_out: int, horizontal: bool):
    """Lower and upper index, and both weights in units of 1/2048; the coordinate is rounded to float32 as a whole."""
    step = 1.0 / (n_out / n_in)
    r = ((np.arange(n_out) + 0.5) * step - 0.5).astype(np.float32)
    lower = np.floor(r).astype(np.int64)
    fraction = r - lower.astype(np.float32)
    if horizontal:  # vertically the fraction is kept where both clamped rows are the same
        fraction[(lower < 0) | (lower >= n_in - 1)] = 0
    weights = [np.rint(WEIGHT_ONE * w).astype(np.int64) for w in (np.float32(1) - fraction, fraction)]
    return np.clip(lower, 0, n_in - 1), np.clip(lower + 1, 0, n_in - 1), *weights


def linear(image: NDArray, size: tuple[int, int]) -> NDArray:
    """INTER_LINEAR of uint8: exact columns, rows truncated twice; exact halving of both axes is the mean of 2x2."""
    height, width = image.shape[:2]
    if (height, width) == size:
        return image.copy()
    pixels = image.reshape(height, width, -1).astype(np.int64)
    if (height, width) == (2 * size[0], 2 * size[1]):
        out = halved(pixels)
    else:
        left, right, w_left, w_right = linear_taps(width, size[1], horizontal=True)
        rows = pixels[:, left] * w_left[:, None] + pixels[:, right] * w_right[:, None]
        top, bottom, w_top, w_bottom = linear_taps(height, size[0], horizontal=False)
        upper = (w_top[:, None, None] * (rows[top] >> 4)) >> 16
        lower = (w_bottom[:, None, None] * (rows[bottom] >> 4)) >> 16
        out = (upper + lower + 2) >> 2
    return np.clip(out, 0, 255).astype(np.uint8).reshape(*size, *image.shape[2:])


def halved(pixels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Mean of each 2x2 block: half up with 1, 3 or 4 channels, half to even with any other number."""
    total = pixels[::2, ::2] + pixels[::2, 1::2] + pixels[1::2, ::2] + pixels[1::2, 1::2]
    if pixels.shape[2] in (1, 3, 4):
        return (total + 2) >> 2
    return np.rint(total * 0.25).astype(np.int64)
