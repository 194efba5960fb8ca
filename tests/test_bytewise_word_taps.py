"""Words between two passes over bytes by vectors: the plain kernel's bits, and nothing beside is touched."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import bytewise
import numpy as np
import pytest
from bytewise import HAS_VECTORS, Case, Image, compared, stripes, walked, walked_guarded

import fastresample

needs_vectors = pytest.mark.skipif(not HAS_VECTORS, reason="needs AVX-512 with byte permutations, and the compiler")
needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")
COUNT = int(os.environ.get("FASTRESAMPLE_CASES", "600"))
WAYS: list[dict[str, Any]] = [
    {"method": method, "antialias": antialias}
    for method in ("bicubic", "lanczos3", "lanczos5", "mitchell", "gaussian")
    for antialias in (False, True)
]


def cases(seed: int, count: int) -> Iterator[Case]:
    """Draw images from one pixel on, results, methods and cuts into bands; often sizes are doubled or halved."""
    rng = np.random.default_rng(seed)

    def length() -> int:
        return int(rng.integers(1, rng.choice([4, 20, 60, 300]) + 1))

    for number in range(count):
        rows, columns, size = length(), length(), (length(), length())
        if number % 3 == 0:
            size = (2 * rows, 2 * columns)
        elif number % 7 == 0:
            rows, columns = 2 * size[0], 2 * size[1]
        channels = int(rng.choice([1, 2, 3, 4, 5, 7, 16, 31, 32, 33]))
        image = Image(int(rng.integers(1, 4)), rows, columns, channels, int(rng.choice([0, 0, 1, 17, 100])))
        yield image, size, WAYS[number % len(WAYS)], list(rng.integers(0, 1000, rng.integers(0, 6)))


@needs_vectors
def test_the_bits_are_the_plain_kernels() -> None:
    assert walked("word taps", cases(1, COUNT)) > COUNT // 2


@needs_vectors
@needs_mprotect
def test_nothing_is_touched_before_or_behind_an_image() -> None:
    """One byte read or written beside the image or its result ends the child."""
    assert walked_guarded("word taps", __name__, 2, 200)["served"] > 80


def special(image: Image, size: tuple[int, int], options: dict[str, Any]) -> Any:
    """Return what the kernel is compiled for, or None."""
    stage = bytewise.stage_of(image, size, options)
    assert stage is not None
    request = bytewise.request_of(stage, image.channels)
    prepared = bytewise.named(request, "word taps").prepare(request, bytewise.tables_of(stage, image))
    return prepared and prepared[0]


@needs_vectors
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_one_digit_serves_halving_and_doubling(channels: int) -> None:
    """A cubic's weights there are few sixteenths or 128ths, 137 at the very edge; else they are words of 22 bits."""
    image = Image(2, 40, 60, channels)
    options = {"method": "bicubic", "antialias": False}
    for size, single in (((20, 30), True), ((80, 120), True), ((21, 30), False), ((90, 130), False)):
        assert special(image, size, options).single is single
        assert compared("word taps", image, size, options, [3, 17]) is True


@needs_vectors
def test_images_that_caches_do_not_hold() -> None:
    """Rows are asked for ahead of time."""
    for size in ((30, 700), (2100, 90)):
        assert (
            compared("word taps", Image(1, 2100, 2700, 3), size, {"method": "bicubic", "antialias": False}, []) is True
        )


@needs_vectors
def test_what_is_declined() -> None:
    """Columns that stay, and pixels too large for a window."""
    options = {"method": "bicubic", "antialias": False}
    assert compared("word taps", Image(1, 20, 12, 3), (7, 12), options, []) is None
    assert compared("word taps", Image(1, 20, 12, 33), (7, 5), options, []) is None
    assert compared("word taps", Image(1, 20, 12, 32), (7, 5), options, []) is True


@needs_vectors
@pytest.mark.parametrize("size", [(9, 11), (63, 45), (201, 301)])
def test_windows_that_descend_are_put_in_order(size: tuple[int, int]) -> None:
    """An output on a sample needs no others, so its window begins there, behind those of its neighbours."""
    image = Image(2, 7, 33, 3)
    way = {"method": "bicubic", "antialias": False}
    stage = bytewise.stage_of(image, size, way)
    assert stage is not None
    assert (np.diff(stage.tables_y[0]) < 0).any()
    assert compared("word taps", image, size, way, [5]) is True


@needs_vectors
def test_extremes_that_overflow_between_the_passes() -> None:
    """Stripes of black and white overshoot as far as a filter can; nothing wraps and nothing is lost between."""
    for picture in stripes():
        for size in ((100, 90), (30, 20), (64, 17), (128, 128), (32, 32)):
            for way in WAYS:
                fine = fastresample.resize(picture, size, **way)
                exact = fastresample.resize(picture.astype(np.float64), size, **way)
                assert np.abs(fine - exact.clip(0, 255)).max() <= 0.55


@needs_vectors
def test_results_do_not_depend_on_threads() -> None:
    image = bytewise.noise(Image(1, 300, 200, 3))[0].reshape(300, 200, 3)
    for way in WAYS:
        for size in ((90, 80), (600, 400)):
            alone = fastresample.resize(image, size, threads=1, **way)
            for threads in (2, 5):
                assert np.array_equal(fastresample.resize(image, size, threads=threads, **way), alone)
