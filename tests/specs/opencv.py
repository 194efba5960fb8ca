"""``cv2.resize`` of opencv-python 5.0.0.93 with IPP off: all interpolations, all dtypes, ``dsize`` and ``fx, fy``.

``resize`` is the whole of it. It has no limit of channels; ``refused`` tells where cv2 itself has one. What cv2
refuses for another reason raises `Unsupported` here. Every step rounds as written: nothing is fused or reordered, and
`LANES` names the sums whose order depends on the 128-bit vectors of the wheel.
"""

import math

import numpy as np
from numpy.typing import NDArray

INTER_NEAREST, INTER_LINEAR, INTER_CUBIC, INTER_AREA, INTER_LANCZOS4, INTER_LINEAR_EXACT, INTER_NEAREST_EXACT = range(7)
NAMES = ("NEAREST", "LINEAR", "CUBIC", "AREA", "LANCZOS4", "LINEAR_EXACT", "NEAREST_EXACT")

WEIGHTED = ("uint8", "uint16", "int16", "float32", "float64")  # what LINEAR, CUBIC, AREA and LANCZOS4 take
EXACT_BITS = {"uint8": 8, "int8": 16, "uint16": 16, "int16": 16, "int32": 32}  # of LINEAR_EXACT's weights
# Elements of a row up to a multiple of this are summed last tap first, the rest in order.
LANES = {
    INTER_CUBIC: {"uint8": 8, "uint16": 8, "int16": 8, "float32": 4},
    INTER_LANCZOS4: {"int16": 8, "float32": 4},
}
f32, f64 = np.float32, np.float64


class Unsupported(Exception):  # noqa: N818
    """cv2 raises cv2.error."""


def resize(image: NDArray, dsize=None, fx=0.0, fy=0.0, interpolation=INTER_LINEAR) -> NDArray:
    """Resize ``(H, W)`` or ``(H, W, C)`` to ``dsize = (width, height)``, or by the factors ``fx`` and ``fy``."""
    if image.dtype in (np.int64, np.uint64):
        image = image.astype(np.int32)  # the low 32 bits
    pixels = image.reshape(*image.shape[:2], -1)
    size, factors = geometry(pixels.shape[:2], dsize, fx, fy)
    if size == pixels.shape[:2]:
        out = pixels.copy()
    elif interpolation == INTER_NEAREST:
        index_y, index_x = (nearest_index(*axis) for axis in zip(pixels.shape, size, factors, strict=False))
        out = pixels[index_y][:, index_x]
    elif interpolation == INTER_NEAREST_EXACT:
        index_y, index_x = (nearest_exact_index(*axis) for axis in zip(pixels.shape, size, strict=False))
        out = pixels[index_y][:, index_x]
    else:
        out = weighted(pixels, size, factors, interpolation)
    return out[:, :, 0] if image.ndim == 2 or image.shape[2] == 1 else out


def refused(image: NDArray, dsize=None, fx=0.0, fy=0.0, interpolation=INTER_LINEAR) -> bool:
    """Whether cv2 raises for the number of channels, which ``resize`` does not limit."""
    channels = 1 if image.ndim == 2 else image.shape[2]
    if channels > 128:
        return True
    size, factors = geometry(image.shape[:2], dsize, fx, fy)
    steps = [1.0 / factor for factor in factors]
    shrinking = interpolation == INTER_AREA and min(steps) >= 1.0 and size != image.shape[:2]
    return channels > 4 and shrinking and whole(steps) is None


def geometry(shape, dsize, fx, fy):
    """Return both sizes and both factors, rows first; factors that were given are kept as they are."""
    height, width = shape
    if dsize is not None and min(dsize) > 0:
        return (dsize[1], dsize[0]), (dsize[1] / height, dsize[0] / width)
    if not (fx > 0 and fy > 0):
        raise Unsupported("neither a size nor factors")
    size = int(np.rint(height * float(fy))), int(np.rint(width * float(fx)))
    if min(size) <= 0:
        raise Unsupported("no pixel is left")
    return size, (float(fy), float(fx))


def whole(steps):
    """Return both steps as integers if they are, but for the last bit, else None."""
    ratios = [int(np.rint(step)) for step in steps]
    return ratios if all(abs(step - k) < 2.0**-52 for step, k in zip(steps, ratios, strict=True)) else None


def weighted(pixels: NDArray, size, factors, interpolation) -> NDArray:
    """Choose the rule of everything but the nearest pixel; an exact 2 x 2 of LINEAR is AREA."""
    name, steps = pixels.dtype.name, [1.0 / factor for factor in factors]
    ratios = whole(steps)
    halving = ratios == [2, 2]
    if interpolation == INTER_LINEAR_EXACT:
        if name not in ("float32", "float64") and not (halving and pixels.shape[2] != 2):
            return linear_exact(pixels, size, steps)
        interpolation = INTER_LINEAR
    if interpolation not in (INTER_LINEAR, INTER_CUBIC, INTER_AREA, INTER_LANCZOS4) or name not in WEIGHTED:
        raise Unsupported(f"interpolation {interpolation} of {name}")
    if interpolation == INTER_LINEAR and halving:
        interpolation = INTER_AREA
    if interpolation == INTER_AREA and min(steps) >= 1.0:
        return area_fractional(pixels, size, steps) if ratios is None else area_blocks(pixels, size, ratios)
    return separable(pixels, size, factors, interpolation)


def saturate(values: NDArray, dtype) -> NDArray:
    """Round half to even and clamp to the range of an integer dtype."""
    if np.dtype(dtype).kind == "f":
        return values.astype(dtype)
    info = np.iinfo(dtype)
    return np.clip(np.rint(values), info.min, info.max).astype(dtype)


# NEAREST and NEAREST_EXACT: all dtypes


def nearest_index(n_in: int, n_out: int, factor: float) -> NDArray[np.int64]:
    """The top-left corner of each cell, times the reciprocal of the factor."""
    return np.minimum(np.floor(np.arange(n_out) * (1.0 / factor)).astype(np.int64), n_in - 1)


def nearest_exact_index(n_in: int, n_out: int) -> NDArray[np.int64]:
    """Pixel centres; the coordinate is accumulated in float64. Always of the sizes, never of fx and fy."""
    step = n_in / n_out
    coordinates = np.cumsum(np.concatenate([[step * 0.5], np.full(n_out - 1, step)]))
    return np.minimum(np.floor(coordinates).astype(np.int64), n_in - 1)


# LINEAR_EXACT: integers, fixed point


def linear_exact(pixels: NDArray, size, steps) -> NDArray:
    """Both passes exact and one rounding, half up; int32 rounds each vertical product to 32 fraction bits."""
    if pixels.dtype.name not in EXACT_BITS:
        raise Unsupported(f"LINEAR_EXACT of {pixels.dtype}")
    bits = EXACT_BITS[pixels.dtype.name]
    one = 1 << bits
    left, right, wx = linear_exact_taps(pixels.shape[1], size[1], steps[1], one)
    top, bottom, wy = linear_exact_taps(pixels.shape[0], size[0], steps[0], one)
    values, wx, wy = pixels.astype(np.int64), wx[None, :, None], wy[:, None, None]
    rows = values[:, left] * (one - wx) + values[:, right] * wx
    if bits < 32:
        total = rows[top] * (one - wy) + rows[bottom] * wy
        out = (total + (1 << (2 * bits - 1))) >> (2 * bits)
    else:
        out = (product_q32(rows[top], one - wy) + product_q32(rows[bottom], wy) + (1 << 31)) >> 32
    return saturate(out, pixels.dtype)


def linear_exact_taps(n_in: int, n_out: int, step: float, one: int):
    """Return lower index, upper index, weight of the upper one in units of ``1/one``."""
    coordinate = step * (np.arange(n_out) + 0.5) - 0.5
    lower = np.floor(coordinate)
    weight = np.rint((coordinate - lower) * float(one)).astype(np.int64)
    lower = lower.astype(np.int64)
    weight[(lower < 0) | (lower >= n_in - 1)] = 0
    lower = np.clip(lower, 0, n_in - 1)
    return lower, np.minimum(lower + 1, n_in - 1), weight


def product_q32(values: NDArray, weights: NDArray) -> NDArray:
    """``values * weights / 2**32``, the magnitude rounded half up."""
    magnitude, word = np.abs(values).astype(np.uint64), np.uint64(32)
    weights = np.broadcast_to(weights, values.shape).astype(np.uint64)
    low = ((magnitude & np.uint64(2**32 - 1)) * weights + np.uint64(2**31)) >> word
    return np.sign(values) * ((magnitude >> word) * weights + low).astype(np.int64)


# AREA, both steps whole: means of blocks


def area_blocks(pixels: NDArray, size, ratios) -> NDArray:
    """Means of ``ratios`` blocks; blocks cut by the border exist only where fx, fy rounded a size up."""
    ky, kx = ratios
    height, width = (min(n // k, n_out) for n, k, n_out in zip(pixels.shape, ratios, size, strict=False))
    out = np.empty((*size, pixels.shape[2]), pixels.dtype)
    if height and width:
        blocks = pixels[: height * ky, : width * kx].reshape(height, ky, width, kx, -1)
        taps = blocks.transpose(0, 2, 4, 1, 3).reshape(height, width, -1, ky * kx)  # row by row
        out[:height, :width] = block_means(taps, ratios == [2, 2])
    for y in range(size[0]):
        for x in range(width if y < height else 0, size[1]):
            block = pixels[y * ky : (y + 1) * ky, x * kx : (x + 1) * kx].reshape(-1, pixels.shape[2])
            total = np.cumsum(block, axis=0, dtype=accumulator(pixels.dtype))[-1]
            out[y, x] = saturate(total.astype(f32) / f32(len(block)), pixels.dtype)
    return out


def accumulator(dtype):
    """The type of a block's total."""
    return {"uint8": np.int64, "float64": f64}.get(dtype.name, f32)


def block_means(taps: NDArray, halving: bool) -> NDArray:
    """The mean over the last axis of ``(height, width, channels, taps)``: groups of four first, then one by one."""
    dtype, (_, width, channels, count) = taps.dtype, taps.shape
    wide = taps.astype(np.int64 if dtype.kind in "ui" else dtype)
    if halving and dtype.kind in "ui" and channels in (1, 3, 4):
        return ((wide.sum(axis=-1) + 2) >> 2).astype(dtype)  # half up; the mean below is half to even
    grouped = count // 4 * 4
    fours = wide[..., :grouped].reshape(*wide.shape[:3], -1, 4)
    fours = fours[..., 0] + fours[..., 1] + fours[..., 2] + fours[..., 3]
    terms = np.concatenate([fours, wide[..., grouped:]], axis=-1).astype(accumulator(dtype))
    total = np.cumsum(terms, axis=-1, dtype=terms.dtype)[..., -1]
    if halving and dtype == f32 and channels in (1, 4):
        paired = (wide[..., 0] + wide[..., 1]) + (wide[..., 2] + wide[..., 3])
        in_vectors = np.arange(width * channels).reshape(width, channels) < width * channels // 4 * 4
        total = np.where(in_vectors, paired, total)
    if total.dtype == np.int64:
        total = total.astype(f32)
    return saturate(total * (f32(1) / f32(count)).astype(total.dtype), dtype)


# AREA, shrinking by fractions: overlaps


def area_fractional(pixels: NDArray, size, steps) -> NDArray:
    """Sum columns, then rows, each in order of its taps."""
    kind = f64 if pixels.dtype == f64 else f32
    rows = weigh_columns(pixels.astype(kind), *area_taps(pixels.shape[1], size[1], steps[1]))
    columns = weigh_columns(rows.transpose(1, 0, 2), *area_taps(pixels.shape[0], size[0], steps[0]))
    return saturate(columns.transpose(1, 0, 2), pixels.dtype)


def weigh_columns(values: NDArray, first, count, weights) -> NDArray:
    """Weighted sums along axis 1, from zero."""
    out = np.zeros((values.shape[0], len(first), values.shape[2]), values.dtype)
    for k in range(count.max()):
        reading = count > k
        out[:, reading] += values[:, first[reading] + k] * weights[reading, k, None].astype(values.dtype)
    return out


def area_taps(n_in: int, n_out: int, step: float):
    """Return first index, count and float32 weights ``(n_out, taps)`` of the samples that each cell overlaps."""
    low = np.arange(n_out) * step
    high = low + step
    width = np.minimum(step, n_in - low)
    last = np.minimum(np.floor(high), n_in - 1)
    start = np.minimum(np.ceil(low), last)  # of the samples that lie inside as a whole
    head, tail = start - low > 1e-3, high - last > 1e-3
    first = (start - head).astype(np.int64)
    count = (last + tail).astype(np.int64) - first
    index = first[:, None] + np.arange(count.max())
    weights = np.broadcast_to((1.0 / width)[:, None], index.shape)
    weights = np.where(index < start[:, None], ((start - low) / width)[:, None], weights)
    overlap = np.minimum(np.minimum(high - last, 1.0), width) / width
    return first, count, np.where(index >= last[:, None], overlap[:, None], weights).astype(f32)


# Two, four or eight taps: LINEAR, CUBIC, LANCZOS4, and AREA where an axis grows


def separable(pixels: NDArray, size, factors, interpolation) -> NDArray:
    """Sum columns into rows of the intermediate type, then rows."""
    height, width, channels = pixels.shape
    linear = interpolation in (INTER_LINEAR, INTER_AREA)
    lower_x, x = coordinates(size[1], factors[1], interpolation)
    lower_y, y = coordinates(size[0], factors[0], interpolation)
    if linear:  # vertically the fraction is kept where both clamped rows are the same
        x[(lower_x < 0) | (lower_x >= width - 1)] = 0
        lower_x = np.clip(lower_x, 0, width - 1)
    wx, wy = (tap_weights(fraction, interpolation) for fraction in (x, y))
    near = np.arange(len(wx)) - len(wx) // 2 + 1
    index_x, index_y = (np.clip(lower + near[:, None], 0, n - 1) for lower, n in ((lower_x, width), (lower_y, height)))
    if pixels.dtype == np.uint8:
        kind, wx, wy = np.int64, *(np.rint(w * f32(2048)).astype(np.int64) for w in (wx, wy))
    else:
        kind = f64 if pixels.dtype == f64 else f32
    values = pixels.astype(kind)
    rows = in_order([values[:, i] for i in index_x], wx.astype(kind)[:, :, None])
    if linear and kind is not np.int64:
        rows = np.where((lower_x >= width - 1)[:, None], values[:, index_x[0]], rows)  # copied, not multiplied
    rows = [rows[i].reshape(size[0], -1) for i in index_y]
    out = sum_rows(rows, wy.astype(kind)[:, :, None], pixels.dtype, interpolation, linear)
    return out.reshape(*size, channels)


def coordinates(n_out: int, factor: float, interpolation):
    """Return the lower index and the fraction, float32; AREA takes how much of the cell the next pixel covers."""
    i, step = np.arange(n_out), 1.0 / factor
    if interpolation == INTER_AREA:
        lower = np.floor(i * step)
        fraction = ((i + 1) - (lower + 1) * factor).astype(f32)
        return lower.astype(np.int64), np.where(fraction <= 0, f32(0), fraction - np.floor(fraction))
    coordinate = ((i + 0.5) * step - 0.5).astype(f32)  # rounded as a whole
    lower = np.floor(coordinate)
    return lower.astype(np.int64), coordinate - lower


def tap_weights(x: NDArray, interpolation) -> NDArray:
    """Return the weights ``(taps, n_out)``, float32."""
    if interpolation == INTER_CUBIC:
        return cubic_weights(x)
    return lanczos4_weights(x) if interpolation == INTER_LANCZOS4 else np.stack([f32(1) - x, x])


def cubic_weights(x: NDArray) -> NDArray:
    """Keys' cubic of a = -0.75; the last weight is what the others leave of one."""
    a, one = f32(-0.75), f32(1)
    outer, u = x + one, one - x
    w0 = ((a * outer - f32(5) * a) * outer + f32(8) * a) * outer - f32(4) * a
    w1, w2 = (((a + f32(2)) * t - (a + f32(3))) * t * t + one for t in (x, u))
    return np.stack([w0, w1, w2, one - w0 - w1 - w2])


def lanczos4_weights(x: NDArray) -> NDArray:
    """Sine and cosine of one angle in float64 serve all eight taps; normalised in float32."""
    r = math.sqrt(0.5)
    turns = [(1, 0), (-r, -r), (0, 1), (r, -r), (-1, 0), (r, r), (0, -1), (-r, r)]
    angles = [-float(v) * math.pi * 0.25 for v in x + f32(3)]
    sine, cosine = (np.array([function(v) for v in angles]) for function in (math.sin, math.cos))
    weights = np.empty((8, len(x)), f32)
    for k, (p, q) in enumerate(turns):
        distance = x + f32(3) - f32(k)
        y = -distance.astype(f64) * math.pi * 0.25
        near = np.abs(distance).astype(f64) < f32(1e-6)
        weights[k] = np.where(near, 1e30, (p * sine + q * cosine) / np.where(near, 1.0, y * y))
    return weights * (f32(1) / np.cumsum(weights, axis=0, dtype=f32)[-1])


def in_order(values, weights):
    """``values[0] * weights[0] + values[1] * weights[1] + ...`` from the left."""
    total = values[0] * weights[0]
    for k in range(1, len(values)):
        total = total + values[k] * weights[k]
    return total


def sum_rows(rows, weights, dtype, interpolation, linear: bool) -> NDArray:
    """The vertical pass over rows of ``width * channels`` elements."""
    lanes = LANES.get(interpolation, {}).get(dtype.name, 0)
    in_vectors = np.arange(rows[0].shape[1]) < rows[0].shape[1] // max(lanes, 1) * lanes
    if dtype == np.uint8 and linear:  # cut twice, not rounded
        upper, lower = ((w * (row >> 4)) >> 16 for row, w in zip(rows, weights, strict=True))
        return ((upper + lower + 2) >> 2).astype(np.uint8)
    if dtype == np.uint8:
        total = (in_order(rows, weights) + (1 << 21)) >> 22
        rows, weights = [row.astype(f32) for row in rows], weights.astype(f32) * f32(2.0**-22)
    else:
        total = in_order(rows, weights)
    if lanes:
        total = np.where(in_vectors, in_order(rows[::-1], weights[::-1]), total)
    return saturate(total, dtype)
