"""Index maps by permutations of bytes: the bits of the plain kernel, whatever the map; nothing beside is touched."""

import signal
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import child
import numpy as np
import pytest

import fastresample
from fastresample import kernels
from fastresample.kernels import Request, matching
from fastresample.kernels.tiers import VBMI, tier

needs_vectors = pytest.mark.skipif(tier() is not VBMI, reason="needs permutations of bytes")
needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")
WORDS = ("uint8", "uint16", "uint32", "uint64")
Allocate = Callable[[int, str], np.ndarray]


def allocate(size: int, dtype: str) -> np.ndarray:
    return np.full(size, 77, dtype)


class Map(NamedTuple):
    """Arbitrary indices of an image's rows and columns; rows of the image are ``gap`` samples apart."""

    word: str
    planes: int
    rows: int
    columns: int
    channels: int
    gap: int
    index_y: np.ndarray
    index_x: np.ndarray

    @property
    def request(self) -> Request:
        return Request("gather", direct=True, channels=self.channels, source=self.word, result=self.word)

    @property
    def tables(self) -> tuple[np.ndarray, ...]:
        sizes = np.array((self.channels, self.columns * self.channels, self.rows, 0), np.int64)
        return (sizes, self.index_x, self.index_y)

    def image(self, allocated: Allocate = allocate) -> np.ndarray:
        """Return noise; memory ends with the last row's own samples, as in a crop."""
        own = self.columns * self.channels
        length, item = own + self.gap, np.dtype(self.word).itemsize
        count = (self.planes * self.rows - 1) * length + own
        samples = allocated(count, self.word)
        samples[...] = np.random.default_rng(count).integers(0, np.iinfo(self.word).max, count, self.word)
        return np.lib.stride_tricks.as_strided(
            samples, (self.planes, self.rows, length), (self.rows * length * item, length * item, item)
        )

    def run(self, fast: bool, cuts: tuple[int, ...] = (), allocated: Allocate = allocate) -> np.ndarray:
        request, tables = self.request, self.tables
        kernel, packed = kernels.bind(request, tables)[:2] if fast else (matching(request)[-1].make(request), tables)
        shape = (self.planes, self.index_y.size, self.index_x.size * self.channels)
        out = allocated(int(np.prod(shape)), self.word).reshape(shape)
        src = self.image(allocated)
        for begin, end in reversed(list(pairwise((0, *cuts, shape[0] * shape[1])))):
            kernel(src, out, begin, end, *packed)
        return out

    @property
    def served(self) -> bool:
        return "windows" in kernels.bind(self.request, self.tables)[0].__name__


def even(n_in: int, n_out: int) -> np.ndarray:
    return (np.arange(n_out) * n_in // n_out).astype(np.int32)


def maps(count: int, seed: int) -> Iterator[Map]:
    """Small and large ones, even, jumping, repeating, descending and wild indices."""
    rng = np.random.default_rng(seed)

    def index(n_in: int, n_out: int) -> np.ndarray:
        kind = rng.integers(8)
        wild = rng.integers(0, n_in, n_out).astype(np.int32)
        return np.sort(wild) if kind == 0 else wild if kind == 1 else even(n_in, n_out)[:: -1 if kind == 2 else 1]

    for _ in range(count):
        largest = int(rng.choice([4, 30, 100, 500]))
        rows, columns, height, width = (int(n) for n in rng.integers(1, (12, largest, 12, largest), endpoint=True))
        channels, gap = int(rng.choice([1, 1, 2, 3, 3, 4, 5, 31])), int(rng.choice([0, 0, 1, 7, 200]))
        indices = (index(rows, height).copy(), index(columns, width).copy())
        yield Map(str(rng.choice(WORDS)), int(rng.integers(1, 4)), rows, columns, channels, gap, *indices)


def cuts(given: Map, rng: np.random.Generator) -> tuple[int, ...]:
    rows = given.planes * given.index_y.size
    return tuple(np.sort(rng.choice(rows - 1, min(rows - 1, 3), replace=False) + 1).tolist()) if rows > 1 else ()


@needs_vectors
def test_any_map_and_any_cut_gives_the_bits_of_the_plain_kernel() -> None:
    rng = np.random.default_rng(2)
    served = 0
    for given in maps(1500, 1):
        expected = given.run(fast=False)
        assert np.array_equal(given.run(fast=True), expected), given
        assert np.array_equal(given.run(fast=True, cuts=cuts(given, rng)), expected), given
        served += given.served
    assert served > 900


@needs_vectors
@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("step", [1, 2, 3, 5, 7.3, 9, 15.6, 20, 33])
def test_every_width_of_windows(word: str, step: float) -> None:
    for channels, width in ((1, 70), (3, 43), (4, 64), (1, 9)):
        columns = int(width * step)
        given = Map(word, 2, 5, columns, channels, 3, even(5, 9), even(columns, width))
        assert np.array_equal(given.run(fast=True), given.run(fast=False)), given


@needs_vectors
@pytest.mark.parametrize("convention", ["native", "opencv", "pillow", "torch", "onnx"])
def test_ordinary_images_are_served(convention: str) -> None:
    for shape, size in (
        ((1080, 1920), (224, 224)),
        ((256, 256), (512, 512)),
        ((8000, 8000), (512, 512)),
        ((3, 5), (9, 7)),
    ):
        for channels in (1, 3, 4):
            resizer = fastresample.Resizer((*shape, channels), size, "uint8", method="nearest", convention=convention)
            (stage,) = resizer._plan.stages
            given = Map("uint8", 1, *shape, channels, 0, stage.tables_y[0], stage.tables_x[0])
            assert given.served, (convention, shape, size, channels)


@needs_vectors
def test_a_map_that_descends_or_reaches_too_far_is_left_to_the_plain_kernel() -> None:
    descending = even(60, 60)[::-1].copy()
    far = np.array([0, 500, 501, 999], np.int32)
    for index in (descending, far):
        assert not Map("uint8", 1, 4, 1000, 1, 0, even(4, 4), index).served
    assert not kernels.bind(
        Request("gather", False, 1, "uint8", "uint8"), Map("uint8", 1, 4, 9, 1, 0, far, far).tables
    )[0].__name__.startswith("windows")


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_numbers_are_those_of_a_gather(channels: int) -> None:
    for shape, size in (((30, 41), (60, 97)), ((97, 301), (31, 40)), ((17, 33), (100, 70)), ((5, 900), (5, 20))):
        rng = np.random.default_rng(5)
        image = rng.integers(0, 256, (*shape, channels), np.uint8)
        for dtype in ("uint8", "float32", "float64", "int16"):
            pixels = image.astype(dtype)
            row, column = (
                fastresample.resize(np.arange(n, dtype=np.int32), m, method="nearest")
                for n, m in zip(shape, size, strict=True)
            )
            assert np.array_equal(fastresample.resize(pixels, size, method="nearest"), pixels[np.ix_(row, column)])


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_opencv_gives_the_same(channels: int) -> None:
    cv2: Any = pytest.importorskip("cv2")
    rng = np.random.default_rng(6)
    for _ in range(60):
        height, width, rows, columns = (int(n) for n in rng.integers(1, 400, 4))
        image = rng.integers(0, 256, (height, width, channels), np.uint8)
        expected = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_NEAREST).reshape(rows, columns, channels)
        assert np.array_equal(
            fastresample.resize(image, (rows, columns), method="nearest", convention="opencv"), expected
        )


GUARDED = """
import resource
import numpy as np
from child import tell
from guard import guarded
import test_bytewise_nearest as tests
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
"""
WALK = """
rng = np.random.default_rng(3)
done = 0
for given in tests.maps(250, 4):
    expected = given.run(fast=False)
    for at_end in (False, True):
        allocated = lambda size, dtype: guarded(size, dtype, at_end)
        assert np.array_equal(given.run(fast=True, cuts=tests.cuts(given, rng), allocated=allocated), expected), given
    done += given.served
tell(done)
"""


@needs_mprotect
@needs_vectors
def test_the_guard_pages_work() -> None:
    """Else the next test could not fail."""
    beyond = GUARDED + "array = guarded(64, 'uint8', True)\nnp.lib.stride_tricks.as_strided(array, (65,), (1,))[64]\n"
    assert child.run(beyond).status == -signal.SIGSEGV


@needs_mprotect
@needs_vectors
def test_nothing_is_touched_before_or_behind_an_array() -> None:
    finished = child.run(GUARDED + WALK, timeout=300)
    assert finished.told > 150
