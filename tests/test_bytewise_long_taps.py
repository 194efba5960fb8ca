"""Large shrinks of bytes by vectors: the plain kernel's bits, and nothing beside is touched."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import bytewise
import numpy as np
import pytest
from bytewise import HAS_VECTORS, Case, Image, compared, stripes, walked, walked_guarded

import fastresample
from fastresample.kernels import matching
from fastresample.kernels.bytewise.long_taps import Special

needs_vectors = pytest.mark.skipif(not HAS_VECTORS, reason="needs AVX-512 with byte permutations, and the compiler")
needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")
COUNT = int(os.environ.get("FASTRESAMPLE_CASES", "600"))
METHODS = {
    "pillow": ("box", "bilinear", "bicubic", "lanczos3"),
    "torch": ("bilinear", "bicubic", "lanczos3"),
    "native": ("box", "bilinear", "bicubic", "lanczos3", "lanczos5", "gaussian", "area"),
}
WAYS: list[dict[str, Any]] = [
    {"convention": convention, "method": method, "antialias": True}
    for convention, methods in METHODS.items()
    for method in methods
]


def cases(seed: int, count: int) -> Iterator[Case]:
    """Draw images of one plane or several that shrink much along rows and anyhow down the columns, cut into bands."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        columns, width = int(rng.integers(12, rng.choice([60, 600]))), int(rng.integers(1, rng.choice([3, 30])))
        rows = int(rng.integers(1, rng.choice([4, 70, 400])))
        height = int(rng.integers(1, rows + 1 if rng.random() < 0.8 else 2 * rows + 1))
        channels = int(rng.choice([1, 2, 3, 4, 5]))
        image = Image(int(rng.integers(1, 4)), rows, columns, channels, int(rng.choice([0, 0, 1, 17, 100])))
        yield image, (height, width), WAYS[number % len(WAYS)], list(rng.integers(0, 1000, rng.integers(0, 6)))


@needs_vectors
def test_the_bits_are_the_plain_kernels() -> None:
    assert walked("long taps", cases(1, COUNT)) > COUNT // 4


@needs_vectors
@needs_mprotect
def test_nothing_is_touched_before_or_behind_an_image() -> None:
    """One byte read or written beside the image or its result ends the child."""
    assert walked_guarded("long taps", __name__, 2, 300)["served"] > 75


def _chosen(image: Image, size: tuple[int, int], way: dict[str, Any]) -> tuple[str, Any]:
    stage = bytewise.stage_of(image, size, way)
    assert stage is not None
    request, tables = bytewise.request_of(stage, image.channels), bytewise.tables_of(stage, image)
    for variant in matching(request):
        prepared = None if variant.prepare is None else variant.prepare(request, tables)
        if prepared is not None:
            return variant.name, prepared[0]
    raise AssertionError("vectors serve this")


@needs_vectors
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_large_shrinks_are_served(channels: int) -> None:
    image, size = Image(1, 900, 960, channels), (30, 20)
    for way in WAYS:
        name, special = _chosen(image, size, way)
        assert (name, special.words) == ("long taps", way["convention"] == "native")
        assert special.columns_last == (way["convention"] != "native")


@needs_vectors
@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5])
def test_small_shrinks_and_many_channels_are_left_to_others(channels: int) -> None:
    for way in WAYS:
        size = (15, 16) if channels == 5 else (300, 400)
        assert _chosen(Image(1, 900, 800, channels), size, way)[0] != "long taps"


@needs_vectors
def test_weights_have_as_few_digits_as_hold_them() -> None:
    """Of 1 / 60 and 22 bits they have 17; of 1 / 200 no more than 15."""
    way = {"method": "bilinear", "antialias": True}
    for rows, digits in ((600, 3), (2000, 2)):
        image = Image(1, rows, 700, 3)
        assert _chosen(image, (10, 10), way) == ("long taps", Special(False, digits, True))
        assert compared("long taps", image, (10, 10), way, [3]) is True


@needs_vectors
def test_bytes_summed_down_the_columns_first() -> None:
    """As Pillow does where many more rows than columns are lost."""
    way, image = {"convention": "pillow", "method": "lanczos3"}, Image(2, 900, 240, 3)
    assert _chosen(image, (10, 10), way) == ("long taps", Special(False, 3, False))
    assert compared("long taps", image, (10, 10), way, [7, 13]) is True


@needs_vectors
def test_more_lines_than_wait_at_once() -> None:
    """Lines of many rows of the result, and of more than memory is spent on, are filtered in turns."""
    way = {"method": "lanczos3", "antialias": True}
    assert compared("long taps", Image(2, 300, 400, 3), (150, 10), way, [70, 201]) is True
    assert compared("long taps", Image(1, 40, 80000, 4), (20, 1000), way, [7]) is True
    assert compared("long taps", Image(1, 4000, 70, 3), (60, 3), way, [4]) is True


@needs_vectors
def test_extremes_do_not_overflow() -> None:
    """Stripes of black and white overshoot as far as a filter can; nothing wraps and nothing is lost between."""
    for picture in stripes():
        wide = np.repeat(np.repeat(picture, 13, 0), 11, 1)
        for channels in (1, 3):
            image = np.repeat(wide[..., None], channels, 2)
            for way in WAYS:
                fast = fastresample.resize(image, (20, 12), **way)
                with bytewise.without("long taps"):
                    assert np.array_equal(fast, fastresample.resize(image, (20, 12), **way))


@needs_vectors
def test_results_do_not_depend_on_threads() -> None:
    image = bytewise.noise(Image(1, 1300, 1200, 3))[0].reshape(1300, 1200, 3)
    for options in ({"convention": "pillow", "method": "bicubic"}, {"method": "lanczos3", "antialias": True}):
        alone = fastresample.resize(image, (90, 31), threads=1, **options)
        for threads in (2, 5):
            assert np.array_equal(fastresample.resize(image, (90, 31), threads=threads, **options), alone)
