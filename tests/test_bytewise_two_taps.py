"""Two taps of 8-bit samples by vectors of bytes: the plain kernel's bits, and no byte beside an array touched."""

import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import child
import numpy as np
import pytest
from bytewise import without
from guard import guarded, relocated

from fastresample import codes, kernels, plan, resize
from fastresample.kernels.tiers import VBMI, tier
from fastresample.layout import canonical_pairs
from fastresample.spec import resize_spec
from fastresample.stage import Stage

needs_bytes = pytest.mark.skipif(tier() is not VBMI, reason="kernels of bytes need AVX-512 VBMI and the compiler")
needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")

DEFAULTS = {"method": "bilinear", "antialias": None, "box": None, "convention": "native", "coordinates": None}
ARITHMETICS: tuple[dict[str, Any], ...] = (
    {"convention": "opencv"},
    {"convention": "native"},
    {"convention": "native", "antialias": True},
    {"convention": "native", "coordinates": "align_corners"},
    {"convention": "native", "method": "area"},
    {"convention": "opencv", "method": "area"},
    {"convention": "native", "method": "hamming"},
    {"convention": "native", "method": "box"},
)


def stages(shape: tuple[int, ...], size: tuple[int, int], options: dict[str, Any]) -> tuple[Stage, ...]:
    axes = (len(shape) - 3, len(shape) - 2)
    spec = resize_spec(shape, np.dtype("uint8"), size=size, factor=None, axes=axes, **{**DEFAULTS, **options})
    return plan.make(spec).stages


def run(stage: Stage, image: np.ndarray, out: np.ndarray, ends: list[int]) -> Any:
    """Fill ``out`` in bands, last to first; return the request and the tables, or None where another kernel served."""
    for src, result in canonical_pairs(image, out, stage.axes):
        band, _ = stage._band(src, result)
        planes, rows = result.shape[:2]
        cuts = sorted({0, planes * rows, *(end % (planes * rows) for end in ends)})
        for begin, end in reversed(list(pairwise(cuts))):
            band(begin, end)
    *_, (kernel, tables, _) = stage._bound.values()
    return (stage.request, tables) if kernel.__name__.startswith("two_taps") else None


class Drawn:
    """A random resize: sizes, channels, planes, a crop in place, cuts."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        most = int(rng.choice([4, 20, 90, 300]))
        rows, columns = (int(n) for n in rng.integers(1, most, 2))
        self.size = (int(rng.integers(1, most)), int(rng.integers(1, most)))
        if rng.random() < 0.2:
            self.size = (rows, self.size[1]) if rng.random() < 0.5 else (self.size[0], columns)
        if rng.random() < 0.2:
            self.size = (int(rng.integers(1, 9)), max(1, columns // int(rng.integers(2, 50))))
        channels = int(rng.choice([1, 2, 3, 4, 5, 7, 16, 31]))
        self.shape = (int(rng.integers(1, 4)), rows, columns, channels)
        self.options = ARITHMETICS[rng.integers(len(ARITHMETICS))]
        if self.options["convention"] == "native" and rng.random() < 0.2:
            self.options = {**self.options, "box": (0.25, 0.5, rows - 0.1, columns - 0.3)}
        self.ends = [int(n) for n in rng.integers(0, 10**6, 4)] if rng.random() < 0.5 else []
        self.contrast = rng.random() < 0.3
        self.margin = [int(n) for n in rng.integers(0, 3, 4)] if rng.random() < 0.4 else [0] * 4
        self.rng = rng

    def image(self, new: Callable[..., np.ndarray]) -> np.ndarray:
        planes, rows, columns, channels = self.shape
        top, bottom, left, right = self.margin
        whole = new((planes, rows + top + bottom, columns + left + right, channels), np.uint8)
        values = np.random.default_rng(5).integers(0, 256, whole.shape)
        whole[...] = np.where(values < 128, 0, 255) if self.contrast else values
        return whole[:, top : top + rows, left : left + columns]

    def __str__(self) -> str:
        return f"{self.shape} to {self.size}, {self.options}, margin {self.margin}, ends {self.ends}"


def compare(drawn: Drawn) -> Any:
    """Return what served the fast way, after finding its result equal to the plain one."""
    with without("two taps"):
        plain = stages(drawn.shape, drawn.size, drawn.options)
    fast = stages(drawn.shape, drawn.size, drawn.options)
    image, served = drawn.image(np.empty), None
    for one, other in zip(plain, fast, strict=True):
        results = []
        for stage in (one, other):
            shape = list(image.shape)
            for axis, table in zip(stage.axes, (stage.tables_y, stage.tables_x), strict=True):
                if axis is not None:
                    shape[axis] = table[0].size
            results.append(np.full(shape, 77, np.uint8))
            served = run(stage, image, results[-1], drawn.ends)
        assert np.array_equal(*results), str(drawn)
        image = results[0]
    return served


@needs_bytes
def test_random_resizes_have_the_bits_of_the_plain_kernel() -> None:
    seen = set()
    for seed in range(600):
        served = compare(Drawn(seed))
        if served is not None:
            request, tables = served
            seen.add((request.arithmetic.last.sum == codes.SUM_HIGH, tables[1].size > 0))
    assert seen == {(True, True), (False, True)}


SERVED = [
    ((1, 300, 300, 3), (200, 250), {}, 0),
    ((1, 54, 960, 3), (108, 1920), {}, 0),
    ((1, 70, 900, 3), (33, 300), {}, 1),
    ((1, 30, 1000, 4), (7, 200), {}, 2),
    ((1, 30, 2000, 3), (7, 240), {}, 4),
    ((1, 30, 2000, 1), (7, 130), {}, 4),
    ((1, 5, 5, 3), (9, 900), {}, 0),
    ((1, 1, 1, 1), (9, 9), {"convention": "native"}, 0),
    ((1, 30, 1000, 4), (60, 1000), {"convention": "native"}, 0),
]


@needs_bytes
@pytest.mark.parametrize(("shape", "size", "options", "windows"), SERVED, ids=str)
def test_it_serves_with_as_many_windows_as_needed(shape: Any, size: Any, options: Any, windows: int) -> None:
    for convention in [options["convention"]] if options else ["native", "opencv"]:
        (stage,) = stages(shape, size, {"convention": convention})
        channels = shape[3] if stage.axes[1] is not None else shape[2] * shape[3]
        sizes = np.array((channels, shape[2] * shape[3], shape[1], 0), np.int64)
        request = stage.request._replace(direct=True, channels=channels)
        variant = next(v for v in kernels.matching(request) if v.prepare is not None)
        assert variant.name == "two taps"
        prepared = variant.prepare(request, (sizes, *stage.tables_x, *stage.tables_y, *stage.constants))
        assert prepared is not None
        assert prepared[0] == (windows, convention == "opencv")


@needs_bytes
@pytest.mark.parametrize(
    ("shape", "size", "options"),
    [
        ((1, 30, 4000, 3), (7, 20), {}),  # pixels too far apart
        ((1, 9, 9, 200), (7, 20), {}),  # neighbours too far apart
        ((1, 9, 9, 3), (7, 20), {"method": "bicubic"}),  # four taps
        ((1, 2, 2, 3), (3, 3), {"method": "bicubic", "antialias": True}),  # weights below zero
    ],
    ids=str,
)
def test_what_it_cannot_serve_is_left_to_the_plain_kernel(shape: Any, size: Any, options: dict[str, Any]) -> None:
    image = np.zeros(shape, np.uint8)
    with without("two taps"):
        expected = resize(image, size, axes=(1, 2), **options)
    assert np.array_equal(resize(image, size, axes=(1, 2), **options), expected)
    (stage,) = stages(shape, size, options)
    assert run(stage, image, np.empty((shape[0], *size, shape[3]), np.uint8), []) is None


@needs_bytes
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_pair_of_samples_at_every_weight(channels: int) -> None:
    """All 256 x 256 neighbours, horizontally and vertically, at a thousand positions."""
    ramp = np.arange(256, dtype=np.uint8)
    pairs = np.stack([np.repeat(ramp, 256), np.tile(ramp, 256)])
    for convention in ("native", "opencv"):
        for image, size in ((pairs[..., None], (37, 65536)), (pairs.T[:4096, :, None], (4096, 501))):
            given = np.repeat(image, channels, 2)
            with without("two taps"):
                expected = resize(given, size, convention=convention)
            assert np.array_equal(resize(given, size, convention=convention), expected)


def cropped(image: np.ndarray, beside: int, at_end: bool) -> np.ndarray:
    """Return the image in guarded memory that ends with its last sample, rows ``beside`` bytes longer than its own."""
    planes, rows, columns, channels = image.shape
    stride = columns * channels + beside
    memory = guarded((planes * rows - 1) * stride + columns * channels, np.uint8, at_end)
    strides = (rows * stride, stride, channels, 1)
    crop = np.lib.stride_tricks.as_strided(memory, image.shape, strides)
    crop[...] = image
    return crop


def walk_guarded(seeds: range) -> int:
    """Compute drawn resizes with everything in guarded memory, flush with either end; return how many were served."""
    count = 0
    for seed in seeds:
        drawn = Drawn(seed)
        drawn.margin = [0] * 4
        fast = stages(drawn.shape, drawn.size, drawn.options)
        image, expected = drawn.image(np.empty), np.empty((drawn.shape[0], *drawn.size, drawn.shape[3]), np.uint8)
        if len(fast) != 1 or run(fast[0], image, expected, drawn.ends) is None:
            continue
        count += 1
        (stage,) = fast
        for at_end in (False, True):
            for kind, (kernel, tables, speed) in stage._bound.items():
                stage._bound[kind] = (kernel, tuple(relocated(table, at_end) for table in tables), speed)
            out = guarded(expected.shape, np.uint8, at_end)
            run(stage, cropped(image, seed % 3, at_end), out, drawn.ends)
            assert np.array_equal(out, expected), str(drawn)
    return count


GUARDED = """
import resource
import test_bytewise_two_taps as tests
from child import tell
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
tell(tests.walk_guarded(range(300)))
"""


@needs_bytes
@needs_mprotect
def test_nothing_is_touched_before_or_behind_an_array() -> None:
    assert child.run(GUARDED, timeout=300).told > 50
