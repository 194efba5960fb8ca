"""Exact sums along rows of bytes by vectors: the plain kernel's bits, and nothing beside is touched."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import bytewise
import numpy as np
import pytest
from bytewise import HAS_VECTORS, Case, Image, compared, stripes, walked, walked_guarded, without

import fastresample

needs_vectors = pytest.mark.skipif(not HAS_VECTORS, reason="needs AVX-512 with byte permutations, and the compiler")
needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")
COUNT = int(os.environ.get("FASTRESAMPLE_CASES", "600"))
WAYS: list[dict[str, Any]] = [
    {"convention": "opencv", "method": method} for method in ("bicubic", "lanczos4", "bilinear_exact")
]


def cases(seed: int, count: int) -> Iterator[Case]:
    """Draw images from one pixel on, results, methods and cuts into bands; some keep their rows or columns."""
    rng = np.random.default_rng(seed)

    def length() -> int:
        return int(rng.integers(1, rng.choice([4, 20, 60, 300]) + 1))

    for number in range(count):
        channels = int(rng.choice([1, 2, 3, 4, 5, 7, 16, 31, 32, 33]))
        image = Image(int(rng.integers(1, 4)), length(), length(), channels, int(rng.choice([0, 0, 1, 17, 100])))
        size = (image.rows if rng.random() < 0.1 else length(), image.columns if rng.random() < 0.1 else length())
        yield image, size, WAYS[number % len(WAYS)], list(rng.integers(0, 1000, rng.integers(0, 6)))


@needs_vectors
def test_the_bits_are_the_plain_kernels() -> None:
    assert walked("exact taps", cases(1, COUNT)) > COUNT * 3 // 4


@needs_vectors
@needs_mprotect
def test_nothing_is_touched_before_or_behind_an_image() -> None:
    """One byte read or written beside the image or its result ends the child."""
    assert walked_guarded("exact taps", __name__, 2, 150)["served"] > 100


@needs_vectors
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way["method"])
def test_what_is_served(way: dict[str, Any]) -> None:
    """Any size of images with up to 32 channels; four pixels of more do not fit a window."""
    for size in ((1, 1), (30, 31), (7, 5), (30, 5), (7, 31), (20, 5), (7, 12), (3, 500)):
        for channels in (1, 3, 4, 31, 32):
            assert compared("exact taps", Image(1, 20, 12, channels), size, way, [3]) is True
        assert compared("exact taps", Image(1, 20, 12, 33), size, way, [3]) is None
    assert compared("exact taps", Image(1, 3, 5000, 1), (4, 7), way, [3]) is True


@needs_vectors
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way["method"])
def test_extremes(way: dict[str, Any]) -> None:
    """Stripes of black and white overshoot as far as a filter can: what wraps, wraps as in the plain kernel."""
    for picture in stripes():
        for size in ((100, 90), (30, 20), (64, 17), (90, 64)):
            ours = fastresample.resize(picture, size, **way)
            with without("exact taps"):
                expected = fastresample.resize(picture, size, **way)
            assert np.array_equal(ours, expected)


@needs_vectors
def test_results_do_not_depend_on_threads() -> None:
    image = bytewise.noise(Image(1, 300, 200, 3))[0].reshape(300, 200, 3)
    for way in WAYS:
        for size in ((90, 80), (400, 410)):
            alone = fastresample.resize(image, size, threads=1, **way)
            for threads in (2, 5):
                assert np.array_equal(fastresample.resize(image, size, threads=threads, **way), alone)
