"""Windows of several taps on bytes by vectors: the plain kernel's bits, and nothing beside is touched."""

import os
import sys
from collections.abc import Iterator
from typing import Any

import bytewise
import child
import numpy as np
import pytest
from bytewise import HAS_VECTORS, Case, Image, compared, stripes, walked, walked_guarded
from PIL import Image as Pictures

import fastresample

needs_vectors = pytest.mark.skipif(not HAS_VECTORS, reason="needs AVX-512 with byte permutations, and the compiler")
needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")
COUNT = int(os.environ.get("FASTRESAMPLE_CASES", "1000"))

PILLOW = {name: [None] for name in ("box", "bilinear", "hamming", "bicubic", "lanczos3", "mks2013")}
TORCH = {"bilinear": [True], "bicubic": [True, False], "lanczos3": [True]}
NATIVE = {name: [True, False] for name in ("bicubic", "lanczos3", "lanczos5", "mitchell", "gaussian")}
NATIVE |= {name: [True] for name in ("box", "bilinear", "area")}
WAYS = [
    {"convention": convention, "method": method, "antialias": antialias}
    for convention, methods in (("pillow", PILLOW), ("torch", TORCH), ("native", NATIVE))
    for method, habits in methods.items()
    for antialias in habits
]


def cases(seed: int, count: int) -> Iterator[Case]:
    """Draw images from one pixel on, results, methods and cuts into bands; some keep their rows or columns."""
    rng = np.random.default_rng(seed)

    def length() -> int:
        return int(rng.integers(1, rng.choice([4, 20, 60, 300]) + 1))

    for number in range(count):
        channels = int(rng.choice([1, 2, 3, 4, 5, 7, 16, 31]))
        image = Image(int(rng.integers(1, 4)), length(), length(), channels, int(rng.choice([0, 0, 1, 17, 100])))
        size = (image.rows if rng.random() < 0.1 else length(), image.columns if rng.random() < 0.1 else length())
        yield image, size, WAYS[number % len(WAYS)], list(rng.integers(0, 1000, rng.integers(0, 6)))


@needs_vectors
def test_the_bits_are_the_plain_kernels() -> None:
    assert walked("taps", cases(1, COUNT)) > COUNT / 3


@needs_vectors
@needs_mprotect
def test_nothing_is_touched_before_or_behind_an_image() -> None:
    """One byte read or written beside the image or its result ends the child."""
    assert walked_guarded("taps", __name__, 2, 150)["served"] > 50


@needs_vectors
@needs_mprotect
def test_the_guard_pages_work() -> None:
    """Else the test above could not fail."""
    script = "import resource\nfrom bytewise import guarded\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    script += "import numpy as np\nbytes_ = guarded(100, {})\n"
    script += "np.lib.stride_tricks.as_strided(bytes_[{}:], (2,), ({},))[1]"
    assert child.run(script.format(True, 50, 49)).status == 0
    assert child.run(script.format(True, 50, 50)).status < 0
    assert child.run(script.format(False, 0, -1)).status < 0


@needs_vectors
@pytest.mark.parametrize("way", WAYS, ids=lambda way: " ".join(map(str, way.values())))
def test_ordinary_images_are_served(way: dict[str, Any]) -> None:
    """Twelve columns are few enough for any window; one axis alone is served too."""
    for size in ((30, 31), (7, 5), (30, 5), (7, 31), (20, 5), (7, 12)):
        for channels in (1, 3, 4):
            assert compared("taps", Image(1, 20, 12, channels), size, way, [3]) in (True, None)
    assert compared("taps", Image(1, 20, 12, 3), (7, 5), way, [3]) is True


@needs_vectors
@pytest.mark.parametrize("size", [(224, 9), (9, 224), (224, 224)])
def test_words_beyond_two_digits_have_three(size: tuple[int, int]) -> None:
    """A weight of 0.9993 is 32745, more than 127 * 257."""
    rows, columns = (1080 if n == 224 else 20 for n in size)
    way = {"convention": "torch", "method": "bicubic", "antialias": False}
    for channels in (1, 3, 4):
        image = Image(1, rows, columns, channels)
        stage = bytewise.stage_of(image, size, way)
        assert stage is not None
        assert max(table[2].max() for table in (stage.tables_x, stage.tables_y)) == 32745
        assert compared("taps", image, size, way, [100]) is True


@needs_vectors
@pytest.mark.parametrize("size", [(9, 11), (63, 45), (201, 301)])
def test_windows_that_descend_are_put_in_order(size: tuple[int, int]) -> None:
    """An output on a sample needs no others, so its window begins there, behind those of its neighbours."""
    image = Image(2, 7, 33, 3)
    way = {"method": "bicubic", "antialias": False}
    stage = bytewise.stage_of(image, size, way)
    assert stage is not None
    assert (np.diff(stage.tables_y[0]) < 0).any()
    assert compared("taps", image, size, way, [5]) is True


@needs_vectors
def test_extremes_that_overflow_between_the_passes() -> None:
    """Stripes of black and white overshoot as far as a filter can; nothing wraps and nothing is lost between."""
    for picture in stripes():
        for size in ((100, 90), (30, 20), (64, 17), (90, 64)):
            ours = fastresample.resize(picture, size, convention="pillow", method="lanczos3")
            theirs = Pictures.fromarray(picture).resize(size[::-1], Pictures.Resampling.LANCZOS)
            assert np.array_equal(ours, np.asarray(theirs))
            fine = fastresample.resize(picture, size, method="lanczos5", antialias=True)
            exact = fastresample.resize(picture.astype(np.float64), size, method="lanczos5", antialias=True)
            assert np.abs(fine - exact.clip(0, 255)).max() <= 0.55


@needs_vectors
def test_results_do_not_depend_on_threads() -> None:
    image = bytewise.noise(Image(1, 300, 200, 3))[0].reshape(300, 200, 3)
    for options in ({"convention": "pillow", "method": "bicubic"}, {"method": "lanczos3", "antialias": True}):
        for size in ((90, 80), (400, 410)):
            alone = fastresample.resize(image, size, threads=1, **options)
            for threads in (2, 5):
                assert np.array_equal(fastresample.resize(image, size, threads=threads, **options), alone)
