"""Exact halving of bytes by vectors: the plain kernel's bits, and nothing beside is touched."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from bytewise import HAS_VECTORS, Case, Image, compared, noise, walked, walked_guarded

import fastresample
from fastresample.compat import opencv

needs_vectors = pytest.mark.skipif(not HAS_VECTORS, reason="needs AVX-512 with byte permutations, and the compiler")
needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")
COUNT = int(os.environ.get("FASTRESAMPLE_CASES", "500"))
WAYS: list[dict[str, Any]] = [
    {"convention": "opencv", "method": "bilinear"},
    {"convention": "opencv", "method": "area"},
    {"convention": "native", "method": "bilinear"},
    {"convention": "native", "method": "area"},
    {"convention": "native", "method": "box"},
]


def cases(seed: int, count: int) -> Iterator[Case]:
    """Draw results from one pixel on, images of twice their size, and cuts into bands."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        rows, columns = (int(rng.integers(1, rng.choice([4, 20, 60, 200]) + 1)) for _ in range(2))
        channels = int(rng.choice([1, 2, 3, 4, 5, 7, 11, 16, 17, 31, 32, 33]))
        beside = int(rng.choice([0, 0, 1, 17, 100]))
        image = Image(int(rng.integers(1, 4)), 2 * rows, 2 * columns, channels, beside)
        yield image, (rows, columns), WAYS[number % len(WAYS)], list(rng.integers(0, 1000, rng.integers(0, 6)))


@needs_vectors
def test_the_bits_are_the_plain_kernels() -> None:
    assert walked("halves", cases(1, COUNT)) > COUNT // 2


@needs_vectors
@needs_mprotect
def test_nothing_is_touched_before_or_behind_an_image() -> None:
    """One byte read or written beside the image or its result ends the child."""
    assert walked_guarded("halves", __name__, 2, 150)["served"] > 70


@needs_vectors
def test_every_sum_of_four_bytes() -> None:
    """Ties go up."""
    total = np.arange(1021)
    parts = np.stack([(total + k) // 4 for k in range(4)], 1).astype(np.uint8)
    image = parts.reshape(-1, 2, 2).transpose(1, 0, 2).reshape(2, -1)
    for options in WAYS:
        assert np.array_equal(fastresample.resize(image, (1, 1021), **options)[0], (total + 2) // 4), options


@needs_vectors
@pytest.mark.parametrize("way", WAYS, ids=lambda way: " ".join(way.values()))
def test_what_is_served(way: dict[str, Any]) -> None:
    for channels in (1, 3, 4):
        assert compared("halves", Image(1, 20, 12, channels), (10, 6), way, [3]) is True
        assert compared("halves", Image(1, 20, 12, channels), (10, 12), way, [3]) is None
    assert compared("halves", Image(1, 20, 12, 33), (10, 6), way, [3]) is None


@needs_vectors
@pytest.mark.parametrize(("rows", "columns"), [(7, 9), (7, 8), (6, 9), (9, 7)])
def test_blocks_that_an_end_cuts_are_left_to_others(rows: int, columns: int) -> None:
    cv2 = pytest.importorskip("cv2")
    image = noise(Image(1, rows, columns, 3)).reshape(rows, columns, 3)
    options = {"fx": 0.5, "fy": 0.5, "interpolation": cv2.INTER_AREA}
    assert np.array_equal(opencv.resize(image, None, **options), cv2.resize(image, None, **options))


@needs_vectors
def test_results_do_not_depend_on_threads() -> None:
    image = noise(Image(1, 900, 700, 3))[0].reshape(900, 700, 3)
    for way in WAYS:
        alone = fastresample.resize(image, (450, 350), threads=1, **way)
        for threads in (2, 5):
            assert np.array_equal(fastresample.resize(image, (450, 350), threads=threads, **way), alone)
