"""Samples turned upright."""

import numpy as np
from PIL import Image

from fastresample.batch.colour import Samples

# Of each turn: whether rows become columns, and then the direction in which rows and columns are taken.
_STEPS = {
    Image.Transpose.FLIP_LEFT_RIGHT: (False, 1, -1),
    Image.Transpose.ROTATE_180: (False, -1, -1),
    Image.Transpose.FLIP_TOP_BOTTOM: (False, -1, 1),
    Image.Transpose.TRANSPOSE: (True, 1, 1),
    Image.Transpose.ROTATE_270: (True, 1, -1),
    Image.Transpose.TRANSVERSE: (True, -1, -1),
    Image.Transpose.ROTATE_90: (True, -1, 1),
}


def turned(samples: Samples, turn: Image.Transpose | None) -> Samples:
    """Return samples, (H, W) or (H, W, C), after one of Pillow's turns; contiguous.

    Examples
    --------
    >>> turned(np.array([[1, 2], [3, 4]]), Image.Transpose.ROTATE_90).tolist()
    [[2, 4], [1, 3]]
    """
    if turn is None:
        return samples
    # A pixel is moved as a whole: its samples one by one take thrice the time.
    whole = np.ascontiguousarray(samples)
    pixels = whole if samples.ndim == 2 else whole.view(f"V{samples.shape[2] * samples.itemsize}")[..., 0]
    transposed, down, across = _STEPS[turn]
    upright = np.ascontiguousarray((pixels.T if transposed else pixels)[::down, ::across])
    return upright if samples.ndim == 2 else upright.view(samples.dtype).reshape(*upright.shape, -1)
