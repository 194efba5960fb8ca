"""Executable definition of pooling and unpooling of planes, window by window, from the rules in words.

Arrays are (planes, rows, columns) of float32 or float64; pairs are (vertical, horizontal). NumPy's scalars are added
and divided in their own type.
"""

from itertools import count, product

import numpy as np

Pair = tuple[int, int]


def starts(n: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> list[int]:
    """Return where the windows along an axis of n samples start.

    Windows follow each other from the padding's first sample on while they fit into the padded axis. With ``ceil_mode``
    there is one more where they leave samples over, unless it would start behind the axis.
    """
    found = []
    for start in count(-padding, stride):
        left_over = n + padding - (start + dilation * (kernel - 1) + 1)  # behind this window
        fits = left_over >= 0 or (ceil_mode and left_over + stride > 0 and start < n)
        if not fits:
            return found
        found.append(start)
    raise AssertionError("there are endless windows")


def first_inside(start: int, dilation: int) -> int:
    """Return the first tap of a window that is not before the axis."""
    return next(place for place in count(start, dilation) if place >= 0)


def max_pool2d(
    x: np.ndarray, kernel: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the maxima and their places ``row * columns + column``."""
    planes, rows, columns = x.shape
    tops, lefts = (
        starts(n, k, s, p, d, ceil_mode)
        for n, k, s, p, d in zip((rows, columns), kernel, stride, padding, dilation, strict=True)
    )
    values = np.full((planes, len(tops), len(lefts)), -np.inf, x.dtype)
    places = np.zeros(values.shape, np.int64)
    for plane, (i, top), (j, left) in product(range(planes), enumerate(tops), enumerate(lefts)):
        best = None
        places[plane, i, j] = first_inside(top, dilation[0]) * columns + first_inside(left, dilation[1])
        for ky, kx in product(range(kernel[0]), range(kernel[1])):
            row, column = top + ky * dilation[0], left + kx * dilation[1]
            if not (0 <= row < rows and 0 <= column < columns):
                continue
            value = x[plane, row, column]
            if best is None or value > best or np.isnan(value):
                best = value
                values[plane, i, j], places[plane, i, j] = value, row * columns + column
    return values, places


def max_unpool2d(x: np.ndarray, indices: np.ndarray, size: Pair) -> np.ndarray:
    """Return planes of this size: zeros, and each sample at its place, one after the other."""
    out = np.zeros((x.shape[0], size[0] * size[1]), x.dtype)
    for plane, row, column in np.ndindex(x.shape):
        out[plane, indices[plane, row, column]] = x[plane, row, column]
    return out.reshape(x.shape[0], *size)


def avg_pool2d(
    x: np.ndarray,
    kernel: Pair,
    stride: Pair,
    padding: Pair,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None,
) -> np.ndarray:
    """Return the means; NaN and infinities come without a warning."""
    number = x.dtype.type
    planes, rows, columns = x.shape
    tops, lefts = (
        starts(n, k, s, p, 1, ceil_mode) for n, k, s, p in zip((rows, columns), kernel, stride, padding, strict=True)
    )
    out = np.zeros((planes, len(tops), len(lefts)), x.dtype)
    for plane, (i, top), (j, left) in product(range(planes), enumerate(tops), enumerate(lefts)):
        total, samples, padded = number(0), 0, 0
        for row, column in product(range(top, top + kernel[0]), range(left, left + kernel[1])):
            padded += row < rows + padding[0] and column < columns + padding[1]
            if 0 <= row < rows and 0 <= column < columns:
                samples += 1
                with np.errstate(all="ignore"):
                    total = total + x[plane, row, column]
        with np.errstate(all="ignore"):
            out[plane, i, j] += total / number(divisor_override or (padded if count_include_pad else samples))
    return out
