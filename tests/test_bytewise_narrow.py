"""Vectors of 256 bits on bytes: the plain kernel's bits wherever AVX2 is, and nothing beside is touched."""

import os
import platform
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import child
import numpy as np
import pytest
import test_bytewise_halves
import test_bytewise_long_taps
import test_bytewise_nearest
import test_bytewise_taps
from bytewise import Case, Image, named, request_of, stage_of, tables_of, walked, walked_guarded

from fastresample.kernels.tiers import PLAIN, tier

needs_vectors = pytest.mark.skipif(tier() is PLAIN, reason="needs AVX2, and the compiler")
needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")
needs_x86 = pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="generates code for x86-64")
AVX2 = {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": "", "NUMBA_BOUNDSCHECK": "0"}
COUNT = int(os.environ.get("FASTRESAMPLE_CASES", "1000"))

WAYS: dict[str, list[dict[str, Any]]] = {
    "narrow two taps": [
        {"convention": "opencv"},
        {},
        {"coordinates": "align_corners"},
        {"method": "box"},
        {"antialias": True},
    ],
    "narrow halves": [],  # those of whole vectors
    "narrow taps": [],
    "narrow long taps": [  # rows are summed first, by many windows each
        way
        for way in test_bytewise_long_taps.WAYS
        if way["convention"] != "torch" and way["method"] not in ("box", "area")
    ],
}


def cases(name: str, seed: int, count: int) -> Iterator[Case]:
    """Draw images from one pixel on, results, methods and cuts into bands; some keep their rows or columns."""
    if name == "narrow halves":
        yield from test_bytewise_halves.cases(seed, count)
        return
    if name == "narrow taps":
        yield from test_bytewise_taps.cases(seed, count)
        return
    rng = np.random.default_rng(seed)
    if name == "narrow long taps":
        for number in range(count):
            rows, columns = int(rng.integers(30, 900)), int(rng.integers(30, 400))
            channels = int(rng.choice([1, 2, 3, 4, 5]))
            image = Image(int(rng.integers(1, 4)), rows, columns, channels, int(rng.choice([0, 0, 1, 17, 100])))
            size = (int(rows / rng.uniform(30, 120)) + 1, int(rng.integers(1, 40)))
            yield image, size, WAYS[name][number % len(WAYS[name])], list(rng.integers(0, 1000, rng.integers(0, 6)))
        return

    def length() -> int:
        return int(rng.integers(1, rng.choice([4, 20, 90, 300]) + 1))

    for number in range(count):
        channels = int(rng.choice([1, 2, 3, 4, 5, 7, 15, 16, 31]))
        image = Image(int(rng.integers(1, 4)), length(), length(), channels, int(rng.choice([0, 0, 1, 17, 100])))
        size = (image.rows if rng.random() < 0.1 else length(), image.columns if rng.random() < 0.1 else length())
        ways = WAYS[name]
        yield image, size, ways[number % len(ways)], list(rng.integers(0, 1000, rng.integers(0, 6)))


@needs_vectors
@pytest.mark.parametrize("name", WAYS)
def test_the_bits_are_the_plain_kernels(name: str) -> None:
    assert walked(name, cases(name, 1, COUNT)) > COUNT / 4


@needs_vectors
@needs_mprotect
@pytest.mark.parametrize("name", WAYS)
def test_nothing_is_touched_before_or_behind_an_image(name: str) -> None:
    """One byte read or written beside the image or its result ends the child."""
    assert walked_guarded(name, __name__, name, 2, 150)["served"] > 40


@needs_vectors
@needs_mprotect
@needs_x86
@pytest.mark.parametrize("name", WAYS)
def test_code_for_avx2_alone_gives_the_same_bits(name: str) -> None:
    """No feature but those of the name, so nothing of a newer processor is used."""
    told = walked_guarded(name, __name__, name, 2, 150, settings=AVX2)
    assert told["tier"] == "avx2"
    assert told["served"] > 40


NEAREST = """
import numpy as np
import fastresample
from bytewise import without
import test_bytewise_nearest as tests
rng = np.random.default_rng(3)
for shape, size in (((108, 192), (22, 23)), ((54, 96), (108, 192)), ((72, 128), (108, 193)), ((3, 5), (9, 70)),
                    ((40, 200), (20, 61)), ((40, 300), (20, 37))):
    for channels in (1, 2, 3, 4, 9):
        for dtype in ("uint8", "uint16", "float32"):
            image = rng.integers(0, 256, (*shape, channels)).astype(dtype)
            fast = fastresample.resize(image, size, method="nearest")
            with without("narrow windows"):
                assert np.array_equal(fast, fastresample.resize(image, size, method="nearest"))
for channels, steps in ((1, (0.3, 1, 2, 4, 7, 20)), (3, (0.3, 1, 4)), (4, (0.3, 1, 4)), (7, (0.3, 4)), (16, (0.5, 4))):
    for step in steps:
        columns = int(60 * step)
        assert tests.Map("uint8", 1, 5, columns, channels, 3, tests.even(5, 9), tests.even(columns, 60)).served
descending = tests.even(60, 60)[::-1].copy()
assert not tests.Map("uint8", 1, 4, 1000, 1, 0, tests.even(4, 4), descending).served
"""


@needs_vectors
@needs_mprotect
@needs_x86
def test_index_maps_for_avx2_alone_are_followed_by_vectors() -> None:
    """The plain kernel's bits, and nothing beside is touched."""
    walk = test_bytewise_nearest.GUARDED + NEAREST + test_bytewise_nearest.WALK
    assert child.run(walk, settings=AVX2, timeout=300).told > 120


LARGE = """
import numpy as np
from bytewise import Image, compared
from child import tell
rows = []
for way in ({"method": "bilinear", "antialias": True}, {"method": "lanczos3", "antialias": True}):
    # Many strips, more rows than wait at once, and rows that displace each other.
    for image, size in (((1, 450, 5000, 3), (9, 300)), ((2, 4000, 150, 1), (70, 5)), ((1, 300, 1024, 4), (37, 30))):
        rows.append(compared("narrow long taps", Image(*image), size, way, [5, 71]))
tell(rows)
"""


@needs_vectors
@needs_x86
def test_large_shrinks_are_read_in_strips() -> None:
    assert child.run(LARGE, settings=AVX2, timeout=300).told == [True] * 6


CHOSEN = """
import test_bytewise_taps as tests
from bytewise import Image, request_of, stage_of, tables_of
from child import tell
from fastresample import kernels
tests.test_extremes_that_overflow_between_the_passes()
tests.test_results_do_not_depend_on_threads()
names = []
for way in tests.WAYS:
    image = Image(1, 20, 12, 3)
    stage = stage_of(image, (7, 5), way)
    names.append(kernels.bind(request_of(stage, 3), tables_of(stage, image))[0].__name__)
tell(names)
"""


@needs_vectors
@needs_x86
def test_several_taps_for_avx2_alone_are_served_by_vectors() -> None:
    """And agree with Pillow where filters overshoot most, on any number of threads."""
    names = child.run(CHOSEN, settings=AVX2, timeout=300).told
    assert len(names) == len(test_bytewise_taps.WAYS)
    assert [name for name in names if not name.startswith("narrow_taps_")] == []


def shape(image: Image, size: tuple[int, int]) -> tuple[int, int] | None:
    """Return the results and windows of a block of two taps; None where they are not served."""
    stage = stage_of(image, size, {})
    assert stage is not None
    request = request_of(stage, image.channels)
    prepare = named(request, "narrow two taps").prepare
    assert prepare is not None
    found = prepare(request, tables_of(stage, image))
    return None if found is None else found[0][:2]


@needs_vectors
def test_windows_follow_the_step() -> None:
    """Eight results of an enlarged row lie in 16 bytes; pixels of three channels far apart need a window each."""
    found = Counter(
        shape(Image(1, 9, columns, channels), (7, 10)) for channels in (1, 3, 4) for columns in (5, 15, 40, 100, 1000)
    )
    assert set(found) == {(8, 1), (8, 2), (6, 2), (8, 4), (8, 8)}
    assert shape(Image(1, 9, 1000, 3), (7, 10)) == (6, 2)
    assert shape(Image(1, 9, 1000, 4), (7, 10)) == (8, 2)
    assert shape(Image(1, 9, 40, 15), (7, 10)) == (8, 8)
    assert shape(Image(1, 9, 40, 16), (7, 10)) is None
