"""Vector kernels of real numbers beside the plain ones: the same stage on the same memory, cut anyhow."""

from collections.abc import Mapping
from typing import Any

import guard
import numpy as np
from bytewise import Image, named, run

from fastresample import plan
from fastresample.kernels import matching
from fastresample.spec import resize_spec
from fastresample.stage import Stage


def stage_of(image: Image, dtype: str, size: tuple[int, int], options: Mapping[str, Any]) -> Stage | None:
    """Return the stage of a resize of rows and columns, or None if it is another."""
    given = {"method": "bilinear", "antialias": None, "box": None, "convention": "native", "coordinates": None}
    shape = (image.planes, image.rows, image.columns, image.channels)
    given = {**given, **options, "size": size, "factor": None, "axes": (1, 2)}
    stages = plan.make(resize_spec(shape, np.dtype(dtype), **given)).stages
    sums = stages and stages[0].axes == (1, 2) and stages[0].request.family in ("separable", "mean")
    return stages[0] if sums else None


def noise(image: Image, dtype: str, memory: Any, special: bool = False) -> np.ndarray:
    """Return canonical noise in memory that ends behind the last row's own samples; ``special`` are not all finite."""
    rng = np.random.default_rng(list(image))
    own = image.columns * image.channels
    length = own + image.beside
    samples = memory(image.planes * image.rows * length - image.beside, dtype)
    if np.dtype(dtype).kind == "f":
        samples[:] = rng.standard_normal(samples.size) * 10.0 ** rng.integers(-3, 4, samples.size)
        samples[rng.random(samples.size) < 0.1] = 0.0
        samples[rng.random(samples.size) < 0.1] = -0.0
        if special:
            for value in (np.nan, np.inf, -np.inf):
                samples[rng.random(samples.size) < 0.01] = value
    else:
        info = np.iinfo(dtype)
        samples[:] = rng.integers(info.min, info.max, samples.size, dtype, endpoint=True)
        samples[rng.random(samples.size) < 0.2] = info.max
        samples[rng.random(samples.size) < 0.2] = info.min
    shape = (image.planes, image.rows, length)
    item = samples.itemsize
    return np.lib.stride_tricks.as_strided(samples, shape, (image.rows * length * item, length * item, item))


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether the bits are the same, but for those of NaN."""
    if a.dtype.kind != "f":
        return bool(np.array_equal(a, b))
    return bool(np.array_equal(a, b, equal_nan=True) and np.array_equal(np.signbit(a[a == 0]), np.signbit(b[b == 0])))


def unguarded(size: int, dtype: str) -> np.ndarray:
    """Return so many samples."""
    return np.zeros(size, dtype)


def guarded(size: int, dtype: str, at_end: bool) -> np.ndarray:
    """Return so many samples between two pages that nobody may touch, flush with one of them."""
    return guard.guarded(size, dtype, at_end)


def compared(
    name: str,
    image: Image,
    dtype: str,
    size: tuple[int, int],
    options: Mapping[str, Any],
    cuts: list[int],
    memory: Any = unguarded,
    special: bool = False,
) -> bool | None:
    """Whether a variant gives the plain kernel's bits; None if it does not serve the case."""
    stage = stage_of(image, dtype, size, options)
    if stage is None:
        return None
    request = stage.request._replace(direct=True, channels=0)  # fewer kernels to compile
    if name not in [variant.name for variant in matching(request)]:
        return None
    sizes = np.array((image.channels, image.columns * image.channels, image.rows, 0), np.int64)
    tables = (sizes, *stage.tables_x, *stage.tables_y, *stage.constants)
    rows, length = image.planes * size[0], size[1] * image.channels
    src = noise(image, dtype, memory, special)
    expected = np.zeros((image.planes, size[0], length), request.result)
    found = memory(rows * length, request.result)
    found[:] = 123
    found = found.reshape(expected.shape)
    run(matching(request)[-1], request, tables, src, expected, [0, rows])
    ends = sorted({0, rows, *(cut % (rows + 1) for cut in cuts)})
    if not run(named(request, name), request, tables, src, found, ends):
        return None
    return same(found, expected)
