"""Pictures that lie turned in their files: they are resized as they lie, and the small result is turned upright."""

import numpy as np
from PIL import Image

from fastresample.batch.pixels.colour import Samples
from fastresample.batch.pixels.layout import Placement

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
    """Return samples, (H, W) or (H, W, C), after one of Pillow's turns; as they are without one, else contiguous.

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


def turned_shape(shape: tuple[int, int], turn: Image.Transpose | None) -> tuple[int, int]:
    """Return height and width after a turn."""
    return shape[::-1] if turn is not None and _STEPS[turn][0] else shape


def lying(placement: Placement, shape: tuple[int, int], turn: Image.Transpose | None) -> Placement:
    """Return where the same part lies in a picture that is not turned yet; `shape` is that of the upright one.

    Of the placement, the size and the box; the canvas is for the result that was turned.

    Examples
    --------
    >>> upright = Placement((20, 10), (0.0, 5.0, 40.0, 25.0), (20, 10))
    >>> lying(upright, (40, 30), Image.Transpose.ROTATE_90)[:2]
    ((10, 20), (5.0, 0.0, 25.0, 40.0))
    """
    if turn is None:
        return placement
    transposed, down, across = _STEPS[turn]
    inner, box = placement.inner, placement.box
    if box is not None:
        top, left, bottom, right = box
        if down < 0:
            top, bottom = shape[0] - bottom, shape[0] - top
        if across < 0:
            left, right = shape[1] - right, shape[1] - left
        box = (left, top, right, bottom) if transposed else (top, left, bottom, right)
    return placement._replace(inner=inner[::-1] if transposed else inner, box=box)
