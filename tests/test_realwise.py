"""Sums in real numbers by vectors: the plain kernel's bits, and nothing beside is touched."""

import os
import sys
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Any

import child
import numpy as np
import pytest
from bytewise import HAS_VECTORS, Image
from realwise import compared, stage_of, unguarded

import fastresample
from fastresample import kernels
from fastresample.kernels.realwise import requests

needs_vectors = pytest.mark.skipif(not HAS_VECTORS, reason="needs AVX-512 with byte permutations, and the compiler")
needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")
COUNT = int(os.environ.get("FASTRESAMPLE_CASES", "150"))  # of each way
REALS, TWO, FOUR, HALVES = "reals", "real two taps", "real four taps", "real halves"

# Every order of sums and every rounding, by samples of every kind.
WAYS: list[tuple[str, dict[str, Any]]] = [
    ("float32", {"convention": "native"}),
    ("float32", {"convention": "native", "method": "lanczos3", "antialias": True}),
    ("uint16", {"convention": "native", "method": "bicubic", "antialias": True}),
    ("uint32", {"convention": "native", "method": "bicubic", "antialias": False}),
    ("float32", {"convention": "native", "method": "bicubic", "antialias": False}),
    ("int16", {"convention": "native", "method": "bicubic", "antialias": False}),
    ("uint16", {"convention": "native", "antialias": False}),
    ("uint8", {"convention": "onnx"}),
    ("int16", {"convention": "onnx", "method": "bicubic"}),
    ("float64", {"convention": "native", "method": "lanczos3", "antialias": True}),
    ("float32", {"convention": "opencv"}),
    ("uint16", {"convention": "opencv"}),
    ("float32", {"convention": "opencv", "method": "bicubic"}),
    ("int16", {"convention": "opencv", "method": "lanczos4"}),
    ("float32", {"convention": "opencv", "method": "area"}),
    ("uint16", {"convention": "pillow", "method": "lanczos3"}),
    ("int32", {"convention": "pillow", "method": "bicubic"}),
    ("float32", {"convention": "pillow", "method": "bicubic"}),
    ("float32", {"convention": "torch"}),
    ("float32", {"convention": "torch", "method": "lanczos3", "antialias": True}),
    ("float64", {"convention": "torch", "method": "bicubic"}),
]


def name_of(way: tuple[str, dict[str, Any]]) -> str:
    return " ".join(map(str, (way[0], *way[1].values())))


@cache
def cases(seed: int) -> list[tuple[Image, tuple[int, int], list[int]]]:
    """Draw images from one sample on, results and cuts into bands; some keep their rows or columns."""
    rng = np.random.default_rng(seed)

    def length() -> int:
        return int(rng.integers(1, rng.choice([4, 20, 60, 250]) + 1))

    found = []
    for _ in range(COUNT):
        channels = int(rng.choice([1, 1, 2, 3, 3, 4, 4, 5, 7, 31]))
        image = Image(int(rng.integers(1, 4)), length(), length(), channels, int(rng.choice([0, 0, 1, 9, 40])))
        size = (image.rows if rng.random() < 0.1 else length(), image.columns if rng.random() < 0.1 else length())
        found.append((image, size, list(rng.integers(0, 1000, rng.integers(0, 6)))))
    return found


def walked(seed: int, way: tuple[str, dict[str, Any]], memory: Any) -> dict[str, int]:
    """Compare every case by each variant; return how many each of them served."""
    served = {REALS: 0, TWO: 0, FOUR: 0}
    for number, (image, size, cuts) in enumerate(cases(seed)):
        for name in served:
            same = compared(name, image, *_with(way, size), cuts, memory, special=number % 3 == 0)
            assert same is not False, (name, image, way, size, cuts)
            served[name] += same is True
    return served


def _with(way: tuple[str, dict[str, Any]], size: tuple[int, int]) -> tuple[str, tuple[int, int], dict[str, Any]]:
    return way[0], size, way[1]


@needs_vectors
@pytest.mark.parametrize("way", WAYS, ids=name_of)
def test_the_bits_are_the_plain_kernels(way: tuple[str, dict[str, Any]]) -> None:
    """Samples that are infinite or no numbers come out where they do there, and zeros with their sign."""
    served = walked(1, way, unguarded)
    assert served[REALS] > COUNT / 5
    linear, convention = "method" not in way[1], way[1]["convention"]
    if linear and (convention == "opencv" or (convention == "native" and way[0] in ("float32", "uint16"))):
        assert served[TWO] > COUNT / 20
    if linear and convention == "onnx":
        assert served[FOUR] > COUNT / 4
    if not linear and way[1].get("antialias") is False:
        assert (served[FOUR] > COUNT / 4) == (way[0] != "uint32")


@needs_vectors
@pytest.mark.parametrize("way", [WAYS[0], WAYS[6]], ids=name_of)
@pytest.mark.parametrize("ratio", [3, 5, 9])
def test_whole_ratios_have_one_tap(way: tuple[str, dict[str, Any]], ratio: int) -> None:
    for channels, beside in product((1, 3, 4, 5), (0, 9)):
        for rows, columns in ((8 * ratio, 24 * ratio), (16, 24 * ratio), (8 * ratio, 48)):
            image = Image(2, rows, columns, channels, beside)
            for size, special in product(((8, 24), (13, 24), (8, 31)), (False, True)):
                same = compared(TWO, image, *_with(way, size), [3, 7], special=special)
                assert same is not False, (image, size, special)
                assert same or size != (8, 24) or channels > 4 or ratio > 5, (image, size)


def steps() -> Iterator[tuple[int, int, int]]:
    """Channels, and columns before and after: by every kind of windows of two taps."""
    for channels in (1, 2, 3, 4, 5):
        for step in (0.3, 0.5, 0.67, 1.3, 2.1, 3.5, 5.78, 8.57, 40.0):
            yield channels, int(70 * step), 70
            yield channels, 3 + int(17 * step), 17


def windows_of(name: str, way: dict[str, Any]) -> set[str]:
    """Compare a variant by every step; return the kinds of windows that serve."""
    windows = set()
    for channels, columns, width in steps():
        for rows, height in ((23, 9), (9, 23), (9, 9), (40, 3)):
            image = Image(2, rows, columns, channels, 1)
            assert compared(name, image, "float32", (height, width), way, [5]) is not False, (image, height, width)
            stage = stage_of(image, "float32", (height, width), way)
            if stage is not None:
                sizes = np.array((channels, columns * channels, rows, 0), np.int64)
                tables = (sizes, *stage.tables_x, *stage.tables_y, *stage.constants)
                request = stage.request._replace(direct=True, channels=channels)
                kernel = kernels.bind(request, tables)[0].__name__
                prefix = name.replace(" ", "_")
                windows.add(kernel.split("_")[5] if kernel.startswith(prefix) else "other")
    return windows


@needs_vectors
@pytest.mark.parametrize("convention", ["native", "opencv"])
def test_two_taps_by_every_kind_of_windows(convention: str) -> None:
    assert windows_of(TWO, {"convention": convention}) >= {"1", "2", "4", "8"}


@needs_vectors
def test_four_taps_by_every_kind_of_windows() -> None:
    assert windows_of(FOUR, {"method": "bicubic", "antialias": False}) >= {"1", "2", "4", "8"}


def many_rows(memory: Any) -> list[bool | None]:
    """Compare where each sum is of many rows, which wait as float32 if that has them all; or of too few for that."""
    way, found = {"method": "lanczos3", "antialias": True}, []
    for dtype in ("float32", "uint16", "float64", "int32"):
        for image, size in (
            (Image(2, 700, 37, 3, 1), (20, 9)),
            (Image(1, 1300, 90, 1), (33, 7)),
            (Image(3, 400, 11, 4, 3), (30, 10)),
            (Image(1, 200, 64, 1), (20, 5)),
        ):
            found.append(compared(REALS, image, dtype, size, way, [3, 13], memory, special=True))
    return found


@needs_vectors
def test_sums_of_many_rows() -> None:
    assert all(many_rows(unguarded))
    for dtype, short in (("float32", True), ("uint16", True), ("float64", False), ("int32", False)):
        image = Image(1, 700, 37, 3)
        stage = stage_of(image, dtype, (20, 9), {"method": "lanczos3", "antialias": True})
        assert stage is not None
        request = stage.request._replace(direct=True, channels=3)
        sizes = np.array((3, 111, 700, 0), np.int64)
        prepared = requests.prepare(request, (sizes, *stage.tables_x, *stage.tables_y, *stage.constants))
        assert (prepared[0].columns_last, prepared[0].short) == (False, short)


GUARDED = """
import resource
from functools import partial
import test_realwise as tests
from child import tell
from realwise import guarded
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
tests.COUNT = 60
found = {"reals": 0, "real two taps": 0, "real four taps": 0}
for at_end in (True, False):
    for way in tests.WAYS:
        served = tests.walked(2, way, partial(guarded, at_end=at_end))
        found = {name: found[name] + served[name] for name in found}
    assert all(tests.many_rows(partial(guarded, at_end=at_end)))
    tests.halved(partial(guarded, at_end=at_end))
tell(found)
"""


@needs_vectors
@needs_mprotect
def test_nothing_is_touched_before_or_behind_an_image() -> None:
    """One byte read or written beside the image or its result ends the child."""
    told = child.run(GUARDED, timeout=600).told
    assert told[REALS] > 600
    assert told[TWO] > 30
    assert told[FOUR] > 60


@needs_vectors
@pytest.mark.parametrize("way", WAYS, ids=name_of)
def test_ordinary_images_are_served(way: tuple[str, dict[str, Any]]) -> None:
    for size in ((30, 31), (7, 5), (30, 5), (7, 31)):
        for channels in (1, 2, 3, 4):
            assert compared(REALS, Image(1, 20, 25, channels), way[0], size, way[1], [3]) in (True, None)
    assert compared(REALS, Image(1, 20, 25, 3), way[0], (7, 5), way[1], [3]) is not False


def halved(memory: Any) -> int:
    """Halve images of every width and number of channels; return how many were served."""
    served, dtypes = 0, ("float32", "uint16", "int16")
    for channels, columns in product((1, 2, 3, 4, 5, 7, 16, 17), (1, 2, 3, 4, 5, 8, 11, 16, 17, 33)):
        image = Image(2, 6, 2 * columns, channels, columns % 3)
        for dtype, convention in product(dtypes, ("native", "opencv")):
            way = {"convention": convention}
            same = compared(HALVES, image, dtype, (3, columns), way, [2], memory, special=bool(columns % 2))
            assert same is not False, (image, dtype, convention)
            served += same is True
    return served


@needs_vectors
def test_exact_halving() -> None:
    assert halved(unguarded) > 330
    for dtype in ("float32", "uint16"):
        assert not compared(HALVES, Image(1, 7, 8, 1), dtype, (4, 4), {"convention": "opencv"}, [])
        stage = stage_of(Image(1, 6, 8, 3), dtype, (3, 4), {})
        assert stage is not None
        tables = (np.array((3, 24, 6, 0)), *stage.tables_x, *stage.tables_y, *stage.constants)
        assert "halves" in kernels.bind(stage.request, tables)[0].__name__


@needs_vectors
def test_large_results_past_the_caches() -> None:
    """Rows that begin anywhere inside a line of the cache, and their ends."""
    for columns, width, channels in ((700, 1401, 3), (700, 1399, 1), (400, 1031, 4)):
        height = (1 << 22) // (width * channels) + 9
        image = Image(1, height // 2, columns, channels)
        assert compared(TWO, image, "float32", (height, width), {}, [height // 2]) is True
        way = {"method": "bicubic", "antialias": False}
        assert compared(FOUR, image, "float32", (height, width), way, [height // 2]) is True


@needs_vectors
def test_four_taps_of_long_rows_and_large_images() -> None:
    """Rows of several strips; and images that are asked for ahead."""
    way = {"method": "bicubic", "antialias": False}
    for rows, height in ((20, 33), (33, 20)):
        assert compared(FOUR, Image(1, rows, 5000, 3, 1), "float32", (height, 4001), way, [7]) is True
    assert compared(FOUR, Image(1, 1200, 1300, 3), "float32", (500, 400), way, [7]) is True


@needs_vectors
def test_results_do_not_depend_on_threads() -> None:
    rng = np.random.default_rng(3)
    for dtype, options in (("float32", {}), ("float32", {"method": "lanczos3", "antialias": True}), ("uint16", {})):
        image = rng.integers(0, 60000, (300, 200, 3)).astype(dtype)
        for size in ((90, 80), (400, 410)):
            alone = fastresample.resize(image, size, threads=1, **options)
            for threads in (2, 5):
                assert np.array_equal(fastresample.resize(image, size, threads=threads, **options), alone)
