"""Executable definition of convolution and its transpose: every product by itself, in float64, from the formula.

Python's floats, not NumPy's: infinities and NaN come and go without a warning.
"""

from itertools import product

import numpy as np

Pair = tuple[int, int]


def _both_ends(padding: Pair | str, kernel: Pair, dilation: Pair) -> list[Pair]:
    """Zeros before and after each axis; "same" puts an odd one after."""
    if padding == "same":
        return [(d * (k - 1) // 2, d * (k - 1) - d * (k - 1) // 2) for k, d in zip(kernel, dilation, strict=True)]
    return [(p, p) for p in ((0, 0) if padding == "valid" else padding)]


def conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    stride: Pair,
    padding: Pair | str,
    dilation: Pair,
    groups: int,
) -> np.ndarray:
    """Return the convolution of ``x`` (N, C_in, H, W) by ``weight`` (C_out, C_in / groups, kh, kw)."""
    (images, _, height, width), (outputs, channels, *kernel) = x.shape, weight.shape
    (top, bottom), (left, right) = _both_ends(padding, kernel, dilation)
    # First rows and columns, in the padded input, of the windows that fit into it.
    rows = range(0, top + height + bottom - dilation[0] * (kernel[0] - 1), stride[0])
    columns = range(0, left + width + right - dilation[1] * (kernel[1] - 1), stride[1])
    samples, weights, added = x.tolist(), weight.tolist(), [0.0] * outputs if bias is None else bias.tolist()
    out = np.zeros((images, outputs, len(rows), len(columns)))
    for n, o, (y, row), (z, column) in product(range(images), range(outputs), enumerate(rows), enumerate(columns)):
        total = added[o]
        for c, ky, kx in product(range(channels), range(kernel[0]), range(kernel[1])):
            v, u = row - top + ky * dilation[0], column - left + kx * dilation[1]
            if 0 <= v < height and 0 <= u < width:
                total += weights[o][c][ky][kx] * samples[n][o // (outputs // groups) * channels + c][v][u]
        out[n, o, y, z] = total
    return out


def conv_transpose2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: np.ndarray | None,
    stride: Pair,
    padding: Pair,
    output_padding: Pair,
    dilation: Pair,
    groups: int,
) -> np.ndarray:
    """Return the transposed convolution of ``x`` (N, C_in, H, W) by ``weight`` (C_in, C_out / groups, kh, kw)."""
    (images, channels, height, width), (_, group_outputs, *kernel) = x.shape, weight.shape
    rows, columns = (
        (n - 1) * s + d * (k - 1) + 1 - 2 * p + extra
        for n, k, s, p, extra, d in zip((height, width), kernel, stride, padding, output_padding, dilation, strict=True)
    )
    samples, weights = x.tolist(), weight.tolist()
    outputs = group_outputs * groups
    added = [0.0] * outputs if bias is None else bias.tolist()
    sums = [[[[added[o]] * columns for _ in range(rows)] for o in range(outputs)] for _ in range(images)]
    for n, c, v, u in product(range(images), range(channels), range(height), range(width)):
        group = c // (channels // groups)
        for o, ky, kx in product(range(group_outputs), range(kernel[0]), range(kernel[1])):
            row, column = v * stride[0] - padding[0] + ky * dilation[0], u * stride[1] - padding[1] + kx * dilation[1]
            if 0 <= row < rows and 0 <= column < columns:
                sums[n][group * group_outputs + o][row][column] += weights[c][o][ky][kx] * samples[n][c][v][u]
    return np.array(sums, float).reshape(images, outputs, rows, columns)
