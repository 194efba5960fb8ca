"""``torch.nn.functional.interpolate`` on the CPU (2.13): nearest-exact; float bilinear, plain and antialiased.

Images are ``(H, W, C)``. The working type is float32 for float32 images, float64 for float64. For some cases there are
two kernels, which may round differently: of nearest-exact both are given, of bilinear the generic one.
"""

import math

import numpy as np
from numpy.typing import NDArray


def fused(a, b, c, dtype):
    """``a * b + c`` rounded once. float32 goes through float64, whose second rounding next to never shows."""
    if dtype == np.float32:
        return np.float32(np.float64(a) * np.float64(b) + np.float64(c))
    return np.float64(float_fma(float(a), float(b), float(c)))


def float_fma(a: float, b: float, c: float) -> float:
    """``a * b + c`` of finite float64 with one rounding: an exact ratio of integers, which ``/`` rounds correctly."""
    (an, ad), (bn, bd), (cn, cd) = a.as_integer_ratio(), b.as_integer_ratio(), c.as_integer_ratio()
    return (an * bn * cd + cn * ad * bd) / (ad * bd * cd)


fused_array = np.vectorize(float_fma, otypes=[np.float64])


def mul_add(a, b, c, dtype):
    """`fused` for arrays."""
    if dtype == np.float32:
        return (np.asarray(a, np.float64) * b + c).astype(np.float32)
    return fused_array(a, b, c)


def axis_step(n_in: int, n_out: int, align_corners: bool, dtype):
    """Source samples per output sample, divided in the working type."""
    if align_corners:
        return dtype(n_in - 1) / dtype(n_out - 1) if n_out > 1 else dtype(0)
    return dtype(n_in) / dtype(n_out)


def nearest_exact_index(n_in: int, n_out: int, generic: bool = False) -> NDArray[np.int64]:
    """Source index of each output; coordinates pass through float32, in the generic kernel by a fused ``s*x - 0.5``."""
    step = axis_step(n_in, n_out, False, np.float32)
    if generic:
        centres = [max(fused(step, np.float32(i + 0.5), np.float32(-0.5), np.float32), 0) + 0.5 for i in range(n_out)]
    else:
        centres = [(i + 0.5) * float(step) for i in range(n_out)]
    return np.array([min(math.floor(np.float32(centre)), n_in - 1) for centre in centres])


def linear_taps(n_in: int, n_out: int, align_corners: bool, dtype):
    """Lower index, upper index, and the upper one's weight."""
    if n_in == n_out:
        return np.arange(n_out), np.arange(n_out), np.zeros(n_out, dtype)
    step = axis_step(n_in, n_out, align_corners, dtype)
    lower, fraction = np.empty(n_out, np.int64), np.empty(n_out, dtype)
    for i in range(n_out):
        r = step * dtype(i) if align_corners else max(fused(step, dtype(i + 0.5), dtype(-0.5), dtype), dtype(0))
        lower[i] = min(math.floor(np.float32(r)), n_in - 1)
        fraction[i] = min(max(r - dtype(lower[i]), dtype(0)), dtype(1))
    return lower, np.minimum(lower + 1, n_in - 1), fraction


def bilinear(image: NDArray, size: tuple[int, int], align_corners: bool = False) -> NDArray:
    """Bilinear without antialias: columns inside rows, the first product of each pair is the fused one."""
    dtype = image.dtype.type
    for axis in (1, 0):
        lower, upper, fraction = linear_taps(image.shape[axis], size[axis], align_corners, dtype)
        weight = fraction.reshape([-1, 1, 1] if axis == 0 else [1, -1, 1])
        first, second = np.take(image, lower, axis), np.take(image, upper, axis)
        image = mul_add(first, dtype(1) - weight, second * weight, dtype)
    return image


def antialias_taps(n_in: int, n_out: int, dtype) -> list[tuple[int, NDArray]]:
    """First index and weights of each output: the triangle stretched by the step, normalised in the working type."""
    step = axis_step(n_in, n_out, False, dtype)
    support = step if step >= 1 else dtype(1)
    inverse = dtype(1 / float(step)) if step >= 1 else dtype(1)
    rows = []
    for i in range(n_out):
        centre = dtype(float(step) * (i + 0.5))
        first = max(int(float(centre - support) + 0.5), 0)
        last = min(int(float(centre + support) + 0.5), n_in)
        taps = range(first, min(last, first + 2 * math.ceil(support) + 1))
        x = [abs(dtype((float(dtype(j) - centre) + 0.5) * float(inverse))) for j in taps]
        weights = np.array([dtype(1.0 - float(v)) if v < 1 else dtype(0) for v in x], dtype)
        total = dtype(0)
        for weight in weights:
            total += weight
        rows.append((first, weights / total))
    return rows


def bilinear_antialias(image: NDArray, size: tuple[int, int]) -> NDArray:
    """Columns, then rows. After the first tap, whole blocks (4 float32, 2 float64) are not fused, the rest are."""
    dtype = image.dtype.type
    block = 4 if dtype == np.float32 else 2
    for axis in (1, 0):
        n_in, n_out = image.shape[axis], size[axis]
        if n_in == n_out:
            continue
        source = np.moveaxis(image, axis, 0)
        out = np.empty((n_out, *source.shape[1:]), dtype)
        for i, (first, weights) in enumerate(antialias_taps(n_in, n_out, dtype)):
            total = source[first] * weights[0]
            unfused = 1 + (len(weights) - 1) // block * block
            for k in range(1, len(weights)):
                pixels = source[first + k]
                total = total + pixels * weights[k] if k < unfused else mul_add(pixels, weights[k], total, dtype)
            out[i] = total
        image = np.moveaxis(out, 0, axis)
    return image
