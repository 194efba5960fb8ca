"""``Image.resize``, ``reduce`` and ``thumbnail`` of Pillow 13.0.0, on the samples that an image stores.

Samples are ``(height, width)`` or ``(height, width, channels)``: uint8 for the 8-bit modes, int32 for I, float32 for F,
uint16 for I;16. Sizes are ``(width, height)`` and boxes ``(left, upper, right, lower)``, as Pillow has them.
Weighted sums run over the taps in order, because their order is part of the rule.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

NEAREST, LANCZOS, BILINEAR, BICUBIC, BOX, HAMMING, MKS2013, MKS2021 = range(8)
NAMES = ("NEAREST", "LANCZOS", "BILINEAR", "BICUBIC", "BOX", "HAMMING", "MKS2013", "MKS2021")
ALPHA = ("LA", "RGBA")
BITS = 22

Box = tuple[float, float, float, float]
Size = tuple[int, int]


# Filters: weight at the distance x, in float64. Sine and cosine are the C library's.

_sin = np.vectorize(math.sin, otypes=[float])
_cos = np.vectorize(math.cos, otypes=[float])


def _sinc(x: NDArray) -> NDArray:
    angle = x * math.pi
    return np.where(x == 0.0, 1.0, _sin(angle) / np.where(x == 0.0, 1.0, angle))


def lanczos(x: NDArray) -> NDArray:
    """Sinc windowed by a sinc three times as wide, half-open: [-3, 3)."""
    return np.where((x >= -3.0) & (x < 3.0), _sinc(x) * _sinc(x / 3), 0.0)


def box(x: NDArray) -> NDArray:
    """One on (-1/2, 1/2]."""
    return np.where((x > -0.5) & (x <= 0.5), 1.0, 0.0)


def bilinear(x: NDArray) -> NDArray:
    """Triangle."""
    return np.maximum(1.0 - abs(x), 0.0)


def hamming(x: NDArray) -> NDArray:
    """Sinc under a Hamming window, whose constants are rounded to float32."""
    x = abs(x)
    window = float(np.float32(0.54)) + float(np.float32(0.46)) * _cos(x * math.pi)
    return np.where(x == 0.0, 1.0, np.where(x < 1.0, _sinc(x) * window, 0.0))


def bicubic(x: NDArray) -> NDArray:
    """Keys with a = -1/2, in Horner form."""
    x, a = abs(x), -0.5
    return np.select(
        [x < 1.0, x < 2.0],
        [((a + 2.0) * x - (a + 3.0)) * x * x + 1, (((x - 5) * x + 8) * x - 4) * a],
    )


def mks2013(x: NDArray) -> NDArray:
    """Magic Kernel Sharp 2013."""
    x = abs(x)
    return np.select(
        [x < 0.5, x < 1.5, x < 2.5],
        [
            17.0 / 16.0 - 7.0 / 4.0 * (x * x),
            (1.0 - x) * (7.0 / 4.0 - x),
            -1.0 / 8.0 * ((x - 2.5) * (x - 2.5)),
        ],
    )


def mks2021(x: NDArray) -> NDArray:
    """Magic Kernel Sharp 2021."""
    x = abs(x)
    return np.select(
        [x < 0.5, x < 1.5, x < 2.5, x < 3.5, x < 4.5],
        [
            577.0 / 576.0 - 239.0 / 144.0 * (x * x),
            35.0 / 36.0 * (x - 1.0) * (x - 239.0 / 140.0),
            1.0 / 6.0 * (x - 2.0) * (65.0 / 24.0 - x),
            1.0 / 36.0 * (x - 3.0) * (x - 15.0 / 4.0),
            -1.0 / 288.0 * ((x - 4.5) * (x - 4.5)),
        ],
    )


class Filter(NamedTuple):
    """Weight at a distance, and the distance from which on it is zero."""

    value: Callable[[NDArray], NDArray]
    support: float


FILTERS = {
    LANCZOS: Filter(lanczos, 3.0),
    BILINEAR: Filter(bilinear, 1.0),
    BICUBIC: Filter(bicubic, 2.0),
    BOX: Filter(box, 0.5),
    HAMMING: Filter(hamming, 1.0),
    MKS2013: Filter(mks2013, 2.5),
    MKS2021: Filter(mks2021, 4.5),
}


# Weights of one axis


class Taps(NamedTuple):
    """Output i weighs the samples ``first[i] + k``, ``k < count[i]``, by ``weights[i, k]``; beyond, weights are 0."""

    first: NDArray[np.int64]
    count: NDArray[np.int64]
    weights: NDArray[np.float64]


def _edges(low: float, high: float) -> tuple[float, float]:
    """Return start and length of a box: its edges are float32 numbers, and so is their difference."""
    return float(np.float32(low)), float(np.float32(high) - np.float32(low))


@lru_cache(maxsize=1024)
def taps(n_in: int, n_out: int, low: float, high: float, resample: int) -> Taps:
    """Weights of an axis: widened when shrinking, cut at the edges of the image (not of the box), renormalised."""
    start, length = _edges(low, high)
    value, support = FILTERS[resample]
    step = length / n_out
    stretch = max(step, 1.0)
    centre = start + (np.arange(n_out) + 0.5) * step
    first = np.maximum(np.trunc(centre - support * stretch + 0.5), 0).astype(np.int64)
    end = np.minimum(np.trunc(centre + support * stretch + 0.5), n_in).astype(np.int64)
    k = np.arange((end - first).max())
    weights = value((first[:, None] + k - centre[:, None] + 0.5) * (1.0 / stretch))
    weights[k >= (end - first)[:, None]] = 0.0
    total = np.zeros(n_out)
    for column in weights.T:
        total += column
    return Taps(first, end - first, weights / np.where(total == 0.0, 1.0, total)[:, None])


def fixed_point(weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Weights in units of 2**-22, rounded half away from zero."""
    scaled = weights * (1 << BITS)
    return np.trunc(np.where(weights < 0.0, scaled - 0.5, scaled + 0.5)).astype(np.int64)


# One pass


def _half_away(total: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.trunc(np.where(total >= 0.0, total + 0.5, total - 0.5))


def stored(total: NDArray[np.float64], dtype: np.dtype) -> NDArray:
    """Round sums to samples: uint16 clips, and an int32 that overflows is the conversion of x86, -2**31."""
    if dtype == np.uint16:
        return np.clip(_half_away(total), 0, 65535).astype(np.uint16)
    if dtype == np.int32:
        whole = _half_away(total)
        return np.where(abs(whole) < 2.0**31, whole, -(2.0**31)).astype(np.int32)
    with np.errstate(over="ignore"):
        return total.astype(np.float32)


def one_pass(samples: NDArray, axis_taps: Taps) -> NDArray:
    """Weighted sums along axis 0: in integers for uint8, else in float64."""
    first, count, weights = axis_taps
    integers = samples.dtype == np.uint8
    factors = fixed_point(weights) if integers else weights
    number = factors.dtype
    total = np.full((first.size, *samples.shape[1:]), 1 << (BITS - 1) if integers else 0, number)
    with np.errstate(invalid="ignore"):  # infinite samples
        for k in range(weights.shape[1]):
            row = np.flatnonzero(count > k)
            factor = factors[row, k].reshape(-1, *[1] * (samples.ndim - 1))
            total[row] += samples[first[row] + k].astype(number) * factor
    return np.clip(total >> BITS, 0, 255).astype(np.uint8) if integers else stored(total, samples.dtype)


# The C core: whole images, no colour model


def nearest_index(n_out: int, low: float, high: float, accumulated: bool) -> NDArray[np.int64]:
    """Pixel that holds each output's centre; an accumulated coordinate drifts on long axes."""
    start, length = _edges(low, high)
    step = length / n_out
    if accumulated:
        coordinate = np.cumsum(np.r_[start + step * 0.5, np.full(n_out - 1, step)])
    else:
        coordinate = step * (np.arange(n_out) + 0.5) + start
    return np.trunc(coordinate).astype(np.int64)


def nearest(samples: NDArray, size: Size, source_box: Box) -> NDArray:
    """Copies of pixels; a position that rounds beyond the image becomes 0."""
    accumulated = samples.dtype != np.uint16
    x = nearest_index(size[0], source_box[0], source_box[2], accumulated)
    y = nearest_index(size[1], source_box[1], source_box[3], accumulated)
    out = np.zeros((size[1], size[0], *samples.shape[2:]), samples.dtype)
    inside = np.ix_(y < samples.shape[0], x < samples.shape[1])
    out[inside] = samples[np.ix_(y[y < samples.shape[0]], x[x < samples.shape[1]])]
    return out


def resize_samples(samples: NDArray, size: Size, resample: int = BICUBIC, source_box: Box | None = None) -> NDArray:
    """What the C core does: crop, copy pixels, or filter in one or two passes."""
    height, width = samples.shape[:2]
    left, upper, right, lower = source_box or (0, 0, width, height)
    (start_x, length_x), (start_y, length_y) = _edges(left, right), _edges(upper, lower)
    if (length_x, length_y) == size and start_x.is_integer() and start_y.is_integer():
        return samples[int(start_y) : int(start_y) + size[1], int(start_x) : int(start_x) + size[0]].copy()
    if resample == NEAREST:
        return nearest(samples, size, (left, upper, right, lower))
    passes = []
    if size[0] != width or start_x != 0 or np.float32(right) != size[0]:
        passes.append((1, taps(width, size[0], left, right, resample)))
    if size[1] != height or start_y != 0 or np.float32(lower) != size[1]:
        passes.append((0, taps(height, size[1], upper, lower, resample)))
    if height - size[1] > max(2 * (width - size[0]), 0):  # sizes of the images, not of the box
        passes.reverse()
    for axis, axis_taps in passes:
        samples = one_pass(samples.swapaxes(0, axis), axis_taps).swapaxes(0, axis)
    return samples


# Means of whole blocks


def _mean8(cells: NDArray) -> NDArray:
    """Rounded sum of ``(rows, n, columns, m, ...)`` times a reciprocal of 24 bits that is computed in float32."""
    n = cells.shape[1] * cells.shape[3]
    units = 256 * n % 2**32  # a 32-bit number, which blocks of 2**24 samples overflow
    reciprocal = np.uint32(np.float32(2.0**32) / np.float32(units)) if units else np.uint32(0)
    total = cells.sum((1, 3), dtype=np.uint32) + np.uint32(n // 2)
    return ((total * reciprocal) >> np.uint32(24)).astype(np.uint8)


def _mean32(cells: NDArray, whole: bool) -> NDArray:
    """Sums in float64, times the reciprocal of n.

    Of a whole cell it adds groups of 2 x 2 (at an odd edge 2 x 1, 1 x 2 or 1 x 1) that were summed in the sample's own
    type; the samples of a cell that the image's edge cuts are added one by one.
    """
    n_y, n_x = cells.shape[1], cells.shape[3]
    group = 2 if whole else 1
    total = np.zeros((cells.shape[0], cells.shape[2], *cells.shape[4:]))
    with np.errstate(over="ignore", invalid="ignore"):
        for y in range(0, n_y, group):
            for x in range(0, n_x, group):
                part = cells[:, y, :, x].copy()
                for next_y in range(y, min(y + group, n_y)):
                    for next_x in range(x, min(x + group, n_x)):
                        if (next_y, next_x) != (y, x):
                            part += cells[:, next_y, :, next_x]
                total += part
        return stored(total * (1.0 / (n_y * n_x)), cells.dtype)


def reduce_samples(samples: NDArray, factor: Size, source_box: tuple[int, int, int, int] | None = None) -> NDArray:
    """Means of ``factor`` = (columns, rows) of the box; the last ones average what is left."""
    left, upper, right, lower = source_box or (0, 0, samples.shape[1], samples.shape[0])
    samples = samples[upper:lower, left:right]
    if tuple(factor) == (1, 1):
        return samples.copy()
    if samples.dtype == np.uint16:
        raise ValueError("I;16 cannot be reduced")
    height, width = samples.shape[:2]
    out = np.empty((-(-height // factor[1]), -(-width // factor[0]), *samples.shape[2:]), samples.dtype)
    for rows, n_y in _cells(height, factor[1]):
        for columns, n_x in _cells(width, factor[0]):
            source = samples[rows.start * factor[1] :, columns.start * factor[0] :]
            shape = (rows.stop - rows.start, n_y, columns.stop - columns.start, n_x)
            cells = source[: shape[0] * n_y, : shape[2] * n_x].reshape(*shape, *samples.shape[2:])
            whole = (n_x, n_y) == tuple(factor)
            out[rows, columns] = _mean8(cells) if samples.dtype == np.uint8 else _mean32(cells, whole)
    return out


def _cells(n: int, factor: int) -> list[tuple[slice, int]]:
    """Whole cells of an axis, then the one that is cut: (which, how many samples each)."""
    whole, rest = divmod(n, factor)
    parts = [(slice(0, whole), factor), (slice(whole, whole + 1), rest)]
    return [part for part, needed in zip(parts, (whole, rest), strict=True) if needed]


# Images: modes, alpha, the reducing gap


def as_stored(samples: NDArray, mode: str) -> NDArray:
    """Change between what an image shows and what the C core computes with; its own inverse.

    The colour channels of LAB are stored with their highest bit flipped. On little-endian machines filters read I;16N
    as big-endian and I;16B, which is, as little-endian: either way with the bytes exchanged.
    """
    if mode == "LAB":
        return samples ^ np.array([0, 128, 128], np.uint8)
    return samples.byteswap() if mode in ("I;16B", "I;16N") else samples


def premultiply(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours times alpha / 255, rounded; alpha is the last channel."""
    colours, alpha = samples[..., :-1].astype(np.uint32), samples[..., -1:]
    product = colours * alpha + 128
    return np.concatenate([((product >> 8) + product) >> 8, alpha], -1).astype(np.uint8)


def unpremultiply(samples: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Colours times 255 / alpha, cut to whole numbers and to 255; those at alpha 0 stay."""
    colours, alpha = samples[..., :-1].astype(np.uint32), samples[..., -1:]
    quotient = np.minimum(255 * colours // np.maximum(alpha, 1), 255)
    return np.concatenate([np.where(alpha == 0, colours, quotient), alpha], -1).astype(np.uint8)


def reduce(
    samples: NDArray, factor: Size, source_box: tuple[int, int, int, int] | None = None, mode: str = ""
) -> NDArray:
    """``Image.reduce``."""
    if mode == "LAB":
        return as_stored(reduce_samples(as_stored(samples, mode), factor, source_box), mode)
    if mode in ALPHA and tuple(factor) != (1, 1):
        return unpremultiply(reduce_samples(premultiply(samples), factor, source_box))
    return reduce_samples(samples, factor, source_box)


def resize(
    samples: NDArray,
    size: Size,
    resample: int = BICUBIC,
    source_box: Box | None = None,
    reducing_gap: float | None = None,
    mode: str = "",
) -> NDArray:
    """``Image.resize``."""
    height, width = samples.shape[:2]
    if (width, height) == size and source_box in (None, (0, 0, width, height)):
        return samples.copy()
    if mode in ("1", "P"):
        resample = NEAREST
    if mode in ALPHA and resample != NEAREST:
        return unpremultiply(resize(premultiply(samples), size, resample, source_box, reducing_gap))
    edges = source_box or (0, 0, width, height)
    samples = as_stored(samples, mode)
    if reducing_gap is not None and resample != NEAREST:
        samples, edges = reduced_first(samples, size, resample, edges, reducing_gap)
    return as_stored(resize_samples(samples, size, resample, edges), mode)


def reduced_first(samples: NDArray, size: Size, resample: int, edges: Box, reducing_gap: float) -> tuple[NDArray, Box]:
    """Reduce by the whole factors that leave ``reducing_gap`` times the size, and return what the box then is."""
    steps = [(edges[axis + 2] - edges[axis]) / size[axis] for axis in (0, 1)]
    factors = [int(step / reducing_gap) or 1 for step in steps]
    if factors == [1, 1]:
        return samples, edges
    reach = [(FILTERS[resample].support - 0.5) * step for step in steps]
    low = [max(0, int(edges[axis] - reach[axis])) for axis in (0, 1)]
    high = [min(samples.shape[1 - axis], math.ceil(edges[axis + 2] + reach[axis])) for axis in (0, 1)]
    left, upper, right, lower = [(edges[i] - low[i % 2]) / factors[i % 2] for i in range(4)]
    return reduce_samples(samples, (factors[0], factors[1]), (*low, *high)), (left, upper, right, lower)


def thumbnail_size(width: int, height: int, size: tuple[float, float]) -> Size:
    """Largest size of the image's shape that fits; a side is floor or ceil, whichever keeps the shape better."""
    x, y = math.floor(size[0]), math.floor(size[1])
    if x >= width and y >= height:
        return width, height
    aspect = width / height
    if x / y >= aspect:
        side = y * aspect
        return max(min(math.floor(side), math.ceil(side), key=lambda n: abs(aspect - n / y)), 1), y
    side = x / aspect
    return x, max(min(math.floor(side), math.ceil(side), key=lambda n: 0 if n == 0 else abs(aspect - x / n)), 1)


def thumbnail(
    samples: NDArray,
    size: tuple[float, float],
    resample: int = BICUBIC,
    reducing_gap: float | None = 2.0,
    mode: str = "",
) -> NDArray:
    """``Image.thumbnail`` of an image in memory."""
    new = thumbnail_size(samples.shape[1], samples.shape[0], size)
    return resize(samples, new, resample, None, reducing_gap, mode)
