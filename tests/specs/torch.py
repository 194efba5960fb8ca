"""``torch.nn.functional.interpolate`` on x86-64 CPUs with fused multiply-add (2.13): every mode and dtype.

Images are ``(N, C, spatial...)`` with one to three spatial axes. Of torch's several kernels these are the ones that a
contiguous tensor gets with two or more threads; ``channels_last=True`` gives those of a channels-last one. The scalar
type is float32 for float32 images, float64 for float64; for uint8 images weights are computed in float64 and indices
of nearest in float32. Coordinates count in source pixels, ``r`` is the coordinate of an output's centre.
"""

import ctypes
import ctypes.util
import math

import numpy as np
from numpy.typing import NDArray

F32, F64 = np.float32, np.float64
CUBIC_WIDTH, CUBIC_A, CUBIC_A_ANTIALIASED = 4, -0.75, -0.5
WIDTH = {"bilinear": 2, "bicubic": CUBIC_WIDTH, "lanczos": 6}
LINEAR_MODES = ("linear", "bilinear", "trilinear")


# Fused multiply-add


def two_sum(a, b):
    """Sum and its rounding error."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def two_product(a, b):
    """Product and its rounding error, from halves of 26 bits, whose products are exact."""
    p = a * b
    split = 134217729.0
    a1, b1 = a * split, b * split
    a1, b1 = a1 - (a1 - a), b1 - (b1 - b)
    a2, b2 = a - a1, b - b1
    return p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2


def add_to_odd(a, b):
    """Float64 sum, where inexact rounded to the odd neighbour: a second rounding to fewer bits is then the only one."""
    s, error = two_sum(a, b)
    s = np.ascontiguousarray(s)
    move = (error != 0) & np.isfinite(error) & ((s.view(np.int64) & 1) == 0)
    return np.where(move, np.nextafter(s, np.where(error > 0, np.inf, -np.inf)), s)


def fma(a, b, c, dtype):
    """``a * b + c`` rounded once (Boldo and Melquiond 2008)."""
    a, b, c = (np.asarray(v, F64) for v in (a, b, c))
    with np.errstate(invalid="ignore", over="ignore"):
        if dtype == F32:
            return add_to_odd(a * b, np.broadcast_to(c, np.broadcast_shapes(a.shape, b.shape, c.shape))).astype(F32)
        product, product_error = two_product(a, b)
        low, low_error = two_sum(c, product_error)
        high, high_error = two_sum(product, low)
        exact = high + add_to_odd(high_error, low_error)
        return np.where(np.isfinite(exact), exact, a * b + c)  # infinities and NaN have no rounding errors


# Sizes, steps, coordinates


def output_size(n_in: int, factor: float) -> int:
    return int(n_in * float(factor))


def axis_step(n_in: int, n_out: int, align_corners: bool, factor: float | None, dtype):
    """Source samples per output sample; of a factor that is used as given it is the reciprocal."""
    if align_corners:
        return dtype(n_in - 1) / dtype(n_out - 1) if n_out > 1 else dtype(0)
    if factor is not None:
        return dtype(1.0 / float(factor))
    return dtype(n_in) / dtype(n_out)


def source_coordinates(step, n_out: int, align_corners: bool, clamp: bool, dtype):
    i = np.arange(n_out).astype(dtype)
    if align_corners:
        return step * i
    r = fma(step, i + dtype(0.5), dtype(-0.5), dtype)
    return np.maximum(r, dtype(0)) if clamp else r


def floor(r) -> NDArray[np.int64]:
    """Floor in single precision, whatever the type."""
    return np.floor(np.asarray(r).astype(F32)).astype(np.int64)


# Nearest


def nearest_index(n_in: int, n_out: int, exact: bool, factor: float | None, vectorised: bool, dtype):
    """Source index of each output, by the vectorised kernel or the generic one."""
    if vectorised and not exact and n_out in (n_in, 2 * n_in):
        return np.arange(n_out) // (n_out // n_in)
    if vectorised:
        step = axis_step(n_in, n_out, False, factor, F32)
        index = floor((np.arange(n_out) + 0.5) * F64(step)) if exact else floor(np.arange(n_out).astype(F32) * step)
    else:
        step = axis_step(n_in, n_out, False, factor, dtype)
        if exact:
            index = floor(source_coordinates(step, n_out, False, True, dtype) + dtype(0.5))
        else:
            index = floor(np.arange(n_out).astype(dtype) * step)
    return np.minimum(index, n_in - 1)


# Linear and cubic without antialias: indices and weights, both (n_out, taps)


def linear_taps(n_in: int, n_out: int, align_corners: bool, factor: float | None, dtype):
    if n_in == n_out:
        index, fraction = np.arange(n_out), np.zeros(n_out, dtype)
        upper = index
    else:
        step = axis_step(n_in, n_out, align_corners, factor, dtype)
        r = source_coordinates(step, n_out, align_corners, True, dtype)
        index = np.minimum(floor(r), n_in - 1)
        fraction = np.clip(r - index.astype(dtype), dtype(0), dtype(1))
        upper = np.minimum(index + 1, n_in - 1)
    return np.stack([index, upper], 1), np.stack([dtype(1) - fraction, fraction], 1)


def cubic_near(x, a, dtype, last_fused=True):
    """Keys' cubic for |x| <= 1."""
    inner = fma(a + dtype(2), x, -(a + dtype(3)), dtype) * x
    return fma(inner, x, dtype(1), dtype) if last_fused else inner * x + dtype(1)


def cubic_far(x, a, dtype, last_fused=True):
    """Keys' cubic for 1 < |x| < 2."""
    inner = fma(fma(a, x, -(dtype(5) * a), dtype), x, dtype(8) * a, dtype)
    return fma(inner, x, -(dtype(4) * a), dtype) if last_fused else inner * x - dtype(4) * a


def cubic_taps(n_in: int, n_out: int, align_corners: bool, factor: float | None, dtype):
    step, a = axis_step(n_in, n_out, align_corners, factor, dtype), dtype(CUBIC_A)
    r = source_coordinates(step, n_out, align_corners, False, dtype)
    index = np.minimum(floor(r), n_in - 1)
    t = np.clip(r - index.astype(dtype), dtype(0), dtype(1))
    u = dtype(1) - t
    weights = [
        cubic_far(t + dtype(1), a, dtype, False),
        cubic_near(t, a, dtype, False),
        cubic_near(u, a, dtype, False),
        cubic_far(u + dtype(1), a, dtype, False),
    ]
    return np.clip(index[:, None] + np.arange(-1, 3), 0, n_in - 1), np.stack(weights, 1)


# Antialiased: first index, count, weights (n_out, most taps), zero beyond the count


def single_sine():
    """The C library's sine in single precision; where it cannot be found, the rounded one of double precision."""
    name = ctypes.util.find_library("m")
    if name is None:
        return math.sin
    function = ctypes.CDLL(name).sinf
    function.argtypes, function.restype = [ctypes.c_float], ctypes.c_float
    return function


SINE = {F32: single_sine(), F64: math.sin}


def sinc(x, dtype):
    angle = x * dtype(math.pi)
    sine = np.array([SINE[dtype](v) for v in angle.ravel().tolist()], dtype).reshape(angle.shape)
    return np.where(x == 0, dtype(1), sine / np.where(x == 0, dtype(1), angle))


def filter_value(mode: str, x, dtype, a=CUBIC_A_ANTIALIASED):
    x = np.abs(x)
    if mode == "bilinear":
        return np.where(x < 1, dtype(1) - x, dtype(0))
    if mode == "lanczos":
        product = sinc(x, dtype) * sinc(x.astype(F64) / 3.0, F64)  # the slower one always in double precision
        return np.where(x < 3, product.astype(dtype), dtype(0))
    near, far = cubic_near(x, dtype(a), dtype), cubic_far(x, dtype(a), dtype)
    return np.where(x < 1, near, np.where(x < 2, far, dtype(0)))


def antialias_taps(n_in: int, n_out: int, mode: str, align_corners: bool, factor: float | None, dtype):
    step = axis_step(n_in, n_out, align_corners, factor, dtype)
    stretch = max(step, dtype(1))
    support = dtype(WIDTH[mode] * 0.5 * float(stretch))
    inverse = 1.0 if step < 1 else F64(dtype(1.0 / float(step)))
    centre = (F64(step) * (np.arange(n_out) + 0.5)).astype(dtype)
    first = np.maximum(((centre - support).astype(F64) + 0.5).astype(np.int64), 0)
    end = np.minimum(((centre + support).astype(F64) + 0.5).astype(np.int64), n_in)
    count = np.clip(end - first, 0, 2 * math.ceil(support) + 1)
    tap = np.arange(count.max())
    distance = (first[:, None] + tap).astype(dtype) - centre[:, None]
    x = ((distance.astype(F64) + 0.5) * inverse).astype(dtype)
    weights = np.where(tap < count[:, None], filter_value(mode, x, dtype), dtype(0))
    total = np.cumsum(weights, 1)[:, -1:]  # tap by tap
    return first, count, weights / np.where(total == 0, dtype(1), total)


def antialias_pass(image: NDArray, axis: int, first, count, weights) -> NDArray:
    """After the first tap whole blocks of 16 bytes are multiplied and added separately, what is left over fused."""
    dtype = image.dtype.type
    source = np.moveaxis(image, axis, 0)
    weights = weights.reshape(*weights.shape, *[1] * (image.ndim - 1))
    unfused = 1 + (count - 1) // (16 // image.itemsize) * (16 // image.itemsize)
    out = source[first] * weights[:, 0]
    for k in range(1, weights.shape[1]):
        rows = np.flatnonzero((k < count) & (k < unfused))
        out[rows] += source[first[rows] + k] * weights[rows, k]
        rows = np.flatnonzero((k < count) & (k >= unfused))
        out[rows] = fma(source[first[rows] + k], weights[rows, k], out[rows], dtype)
    return np.moveaxis(out, 0, axis)


# uint8: integer weights, whose number of fraction bits depends on the largest


def dense(n_in: int, first, count, weights) -> NDArray:
    """Weights as a matrix (n_out, n_in)."""
    matrix = np.zeros((len(first), n_in), weights.dtype)
    tap = np.arange(weights.shape[1])
    row, k = np.nonzero(tap < count[:, None])
    matrix[row, first[row] + k] = weights[row, k]
    return matrix


def plain_matrix(n_in: int, n_out: int, mode: str, align_corners: bool, factor: float | None):
    """Weights without antialias as a matrix, outside taps added onto the border's, and the largest partial sum."""
    step, width = axis_step(n_in, n_out, align_corners, factor, F64), WIDTH[mode]
    r = source_coordinates(step, n_out, align_corners, width == 2, F64)
    index = np.minimum(floor(r), n_in - 1)
    fraction = np.clip(r - index, 0.0, 1.0)
    matrix, rows, peak = np.zeros((n_out, n_in)), np.arange(n_out), 0.0
    for k in range(width):
        offset = k + 1 - width // 2
        column = np.clip(index + offset, 0, n_in - 1)
        matrix[rows, column] += filter_value(mode, offset - fraction, F64, CUBIC_A)
        peak = max(peak, float(matrix[rows, column].max()))
    return matrix, peak


def precision_bits(peak: float) -> int:
    """Largest number of bits, at most 22, with which the largest weight still fits 16-bit words."""
    return next((p for p in range(22) if int(0.5 + peak * 2.0 ** (p + 1)) >= 1 << 15), 22)


def fixed_point_pass(image: NDArray, axis: int, matrix: NDArray, peak: float) -> NDArray:
    bits = precision_bits(peak)
    scaled = matrix * 2.0**bits
    words = np.trunc(scaled + np.where(scaled < 0, -0.5, 0.5))
    sums = np.tensordot(words, np.moveaxis(image, axis, 0).astype(F64), 1)  # whole numbers below 2**53
    total = (sums.astype(np.int64) + (1 << (bits - 1))) >> bits
    return np.moveaxis(np.clip(total, 0, 255).astype(np.uint8), 0, axis)


def fixed_point(image: NDArray, axes, mode: str, align_corners: bool, antialias: bool) -> NDArray:
    for number, (n_in, n_out, factor) in reversed(list(enumerate(axes))):
        if n_in == n_out:
            continue
        if antialias:
            matrix = dense(n_in, *antialias_taps(n_in, n_out, mode, align_corners, factor, F64))
            peak = max(0.0, float(matrix.max()))
        else:
            matrix, peak = plain_matrix(n_in, n_out, mode, align_corners, factor)
        image = fixed_point_pass(image, 2 + number, matrix, peak)
    return image


# Sums in floating point


def chain(terms, weights, dtype):
    """``t0*w0 + t1*w1 + ...``, every product fused but the second, which the first is fused onto."""
    total = fma(terms[0], weights[0], terms[1] * weights[1], dtype)
    for term, weight in zip(terms[2:], weights[2:], strict=True):
        total = fma(term, weight, total, dtype)
    return total


def along(values: NDArray, number: int, ndim: int) -> NDArray:
    """Put the values of a spatial axis where they broadcast against an image of ``ndim`` axes."""
    return values.reshape([-1 if axis == 2 + number else 1 for axis in range(ndim)])


def nested(image: NDArray, taps) -> NDArray:
    """Axis by axis, the last one innermost."""
    dtype = image.dtype.type
    for number, (index, weights) in reversed(list(enumerate(taps))):
        terms = [np.take(image, index[:, k], 2 + number) for k in range(index.shape[1])]
        image = chain(terms, [along(weights[:, k], number, image.ndim) for k in range(index.shape[1])], dtype)
    return image


def corners(image: NDArray, taps) -> NDArray:
    """All corners at once, each with the product of its weights; whole vectors of channels start at the last corner."""
    dtype = image.dtype.type
    terms, products = [], []
    for corner in np.ndindex(*[2] * len(taps)):
        term, product = image, dtype(1)
        for number, (k, (index, weights)) in enumerate(zip(corner, taps, strict=True)):
            term = np.take(term, index[:, k], 2 + number)
            product = product * along(weights[:, k], number, image.ndim)
        terms.append(term)
        products.append(product)
    lanes = 32 // image.itemsize
    whole = image.shape[1] // lanes * lanes
    backward = chain([t[:, :whole] for t in terms[::-1]], products[::-1], dtype)
    forward = chain([t[:, whole:] for t in terms], products, dtype)
    return np.concatenate([backward, forward], 1)


# Area


def area(image: NDArray, sizes) -> NDArray:
    """Mean of whole pixels, summed in row-major order, then divided by each extent (a 1x1 output sums otherwise)."""
    spatial = image.shape[2:]
    i = [np.arange(n_out) for n_out in sizes]
    starts = [k * n_in // n_out for k, n_in, n_out in zip(i, spatial, sizes, strict=True)]
    extents = [-(-(k + 1) * n // m) - start for k, n, m, start in zip(i, spatial, sizes, starts, strict=True)]
    out = np.zeros((*image.shape[:2], *sizes), image.dtype)
    for offset in np.ndindex(*(int(extent.max()) for extent in extents)):
        rows = [np.flatnonzero(k < extent) for k, extent in zip(offset, extents, strict=True)]
        index = [start[row] + k for start, row, k in zip(starts, rows, offset, strict=True)]
        out[:, :, *np.ix_(*rows)] += image[:, :, *np.ix_(*index)]
    for number, extent in enumerate(extents):
        out /= along(extent.astype(image.dtype), number, image.ndim)
    return out


# The function


def interpolate(
    image: NDArray,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=None,
    recompute_scale_factor=None,
    antialias=False,
    *,
    channels_last=False,
) -> NDArray:
    """Resize ``(N, C, spatial...)``; the arguments are assumed to be right."""
    spatial = image.shape[2:]
    factors: list = [None] * len(spatial)
    if size is None:
        given = scale_factor if isinstance(scale_factor, list | tuple) else [scale_factor] * len(spatial)
        sizes = [output_size(n_in, factor) for n_in, factor in zip(spatial, given, strict=True)]
        if not recompute_scale_factor and mode != "area":
            factors = list(given)
    else:
        sizes = list(size) if isinstance(size, list | tuple) else [size] * len(spatial)
    axes = list(zip(spatial, sizes, factors, strict=True))
    dtype = F64 if image.dtype == F64 else F32
    # A single pixel lies in memory as channels-last does.
    many = image.shape[1] > 3 and (channels_last or max(spatial) == 1) and len(spatial) > 1
    vectorised = many or (len(spatial) == 2 and sum(sizes) <= 128)
    if mode == "area":
        return area(image, sizes)
    if mode.startswith("nearest"):
        for number, (n_in, n_out, factor) in enumerate(axes):
            index = nearest_index(n_in, n_out, mode == "nearest-exact", factor, vectorised, dtype)
            image = np.take(image, index, 2 + number)
        return image
    if image.dtype == np.uint8:
        return fixed_point(image, axes, mode, bool(align_corners), antialias)
    if antialias:
        for number, (n_in, n_out, factor) in reversed(list(enumerate(axes))):
            if n_in != n_out:
                taps = antialias_taps(n_in, n_out, mode, bool(align_corners), factor, dtype)
                image = antialias_pass(image, 2 + number, *taps)
        return image
    rule = linear_taps if mode in LINEAR_MODES else cubic_taps
    taps = [rule(n_in, n_out, bool(align_corners), factor, dtype) for n_in, n_out, factor in axes]
    return corners(image, taps) if vectorised and mode in LINEAR_MODES else nested(image, taps)
