"""Forward sums of bytes in float32 by explicit vectors: the bits of the plain kernel, and nothing beside is touched."""

import signal
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import child
import numpy as np
import pytest

import fastresample
from fastresample import kernels, plan
from fastresample.kernels import matching
from fastresample.kernels.tiers import VBMI, tier
from fastresample.spec import resize_spec

needs_vectors = pytest.mark.skipif(tier() is not VBMI, reason="needs permutations of bytes")
needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")
Allocate = Callable[[int, str], np.ndarray]
Windows = tuple[np.ndarray, np.ndarray, np.ndarray]


def allocate(size: int, dtype: str) -> np.ndarray:
    return np.full(size, 77, dtype)


def area_request(channels: int) -> Any:
    given = {"factor": None, "coordinates": None, "axes": None, "box": None, "antialias": None}
    spec = resize_spec((50, 50, 3), np.dtype("uint8"), size=(9, 9), method="area", convention="opencv", **given)
    (stage,) = plan.make(spec).stages
    return stage.request._replace(direct=True, channels=channels)


class Sums(NamedTuple):
    """Arbitrary windows and weights; rows of the image are ``gap`` samples apart."""

    planes: int
    rows: int
    columns: int
    channels: int
    gap: int
    down: Windows
    along: Windows

    @property
    def tables(self) -> tuple[np.ndarray, ...]:
        sizes = np.array((self.channels, self.columns * self.channels, self.rows, 0), np.int64)
        return (sizes, *self.along, *self.down, np.array((0, 0, 0, 1), np.int64))

    def image(self, allocated: Allocate = allocate) -> np.ndarray:
        """Return noise; memory ends with the last row's own samples, as in a crop."""
        own = self.columns * self.channels
        length = own + self.gap
        count = (self.planes * self.rows - 1) * length + own
        samples = allocated(count, "uint8")
        samples[...] = np.random.default_rng(count).integers(0, 256, count, "uint8")
        shape = (self.planes, self.rows, length)
        return np.lib.stride_tricks.as_strided(samples, shape, (self.rows * length, length, 1))

    def run(self, fast: bool, cuts: tuple[int, ...] = (), allocated: Allocate = allocate) -> np.ndarray:
        request, tables = area_request(self.channels), self.tables
        plain = matching(request)[-1].make(request._replace(channels=0))
        kernel, packed = kernels.bind(request, tables)[:2] if fast else (plain, tables)
        shape = (self.planes, self.down[0].size, self.along[0].size * self.channels)
        out = allocated(int(np.prod(shape)), "uint8").reshape(shape)
        src = self.image(allocated)
        for begin, end in reversed(list(pairwise((0, *cuts, shape[0] * shape[1])))):
            kernel(src, out, begin, end, *packed)
        return out

    @property
    def served(self) -> bool:
        return kernels.bind(area_request(self.channels), self.tables)[0].__name__.startswith("real_taps")


def windows(rng: np.random.Generator, n_in: int, n_out: int, most: int, kind: str) -> Windows:
    """Return ascending windows that stay inside."""
    taps = min(most, n_in)
    count = rng.integers(1, taps, n_out, np.int32, endpoint=True)
    count[rng.integers(n_out)] = taps
    first = np.sort(rng.integers(0, n_in, n_out)) if kind == "random" else np.arange(n_out) * n_in // n_out
    first = np.maximum.accumulate(np.minimum(first, n_in - taps)).astype(np.int32)
    weights = rng.random((n_out, taps)).astype(np.float32) / np.float32(taps / 2)
    if kind == "signed":
        weights -= np.float32(0.3 / taps)
    return first, count, np.where(np.arange(taps) < count[:, None], weights, np.float32(0))


def sums(count: int, seed: int) -> Iterator[Sums]:
    """Small and large ones; few and many taps, far apart and close; sums beyond a byte's limits."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        largest = int(rng.choice([4, 30, 100, 500]))
        rows, columns, height, width = (int(n) for n in rng.integers(1, (12, largest, 9, largest), endpoint=True))
        width = min(width, columns)
        channels, gap = int(rng.choice([1, 1, 2, 3, 3, 4, 5, 31])), int(rng.choice([0, 0, 1, 7, 200]))
        kind = str(rng.choice(["even", "random", "signed"]))
        most = int(rng.choice([1, 2, 3, 5, 9, 30]))
        tables = windows(rng, rows, height, 7, kind), windows(rng, columns, width, most, kind)
        yield Sums(int(rng.integers(1, 4)), rows, columns, channels, gap, *tables)


def cuts(given: Sums, rng: np.random.Generator) -> tuple[int, ...]:
    rows = given.planes * given.down[0].size
    return tuple(np.sort(rng.choice(rows - 1, min(rows - 1, 3), replace=False) + 1).tolist()) if rows > 1 else ()


@needs_vectors
def test_any_windows_and_any_cut_give_the_bits_of_the_plain_kernel() -> None:
    rng = np.random.default_rng(2)
    for given in sums(1000, 1):
        assert given.served, given
        expected = given.run(fast=False)
        assert np.array_equal(given.run(fast=True), expected), given
        assert np.array_equal(given.run(fast=True, cuts=cuts(given, rng)), expected), given


@needs_vectors
@pytest.mark.parametrize("step", [1, 1.5, 3, 5.78, 8.57, 13, 22.2, 40, 100])
def test_every_number_of_windows(step: float) -> None:
    rng = np.random.default_rng(3)
    for channels, width in ((1, 70), (3, 43), (4, 64), (1, 9), (2, 3)):
        columns = int(width * step)
        along = windows(rng, columns, width, int(step) + 2, "even")
        given = Sums(2, 9, columns, channels, 3, windows(rng, 9, 4, 6, "even"), along)
        assert given.served
        assert np.array_equal(given.run(fast=True), given.run(fast=False)), given


@needs_vectors
def test_what_is_left_to_the_plain_kernel() -> None:
    rng = np.random.default_rng(4)
    first, count, weights = windows(rng, 100, 20, 3, "even")
    descending = (first[::-1].copy(), count, weights)
    assert not Sums(1, 9, 100, 3, 0, windows(rng, 9, 4, 3, "even"), descending).served
    request = area_request(3)
    for other in ({"direct": False}, {"source": "uint16", "result": "uint16"}, {"edges": True}):
        assert "real taps" not in [variant.name for variant in matching(request._replace(**other))]


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_opencv_gives_the_same(channels: int) -> None:
    cv2: Any = pytest.importorskip("cv2")
    rng = np.random.default_rng(6)
    for _ in range(60):
        height, width = (int(n) for n in rng.integers(2, 300, 2))
        rows, columns = (int(rng.integers(1, n, endpoint=True)) for n in (height, width))
        if (rows, columns) == (height, width):
            continue
        image = rng.integers(0, 256, (height, width, channels), np.uint8)
        expected = cv2.resize(image, (columns, rows), interpolation=cv2.INTER_AREA).reshape(rows, columns, channels)
        found = fastresample.resize(image, (rows, columns), method="area", convention="opencv")
        assert np.array_equal(found, expected), (image.shape, rows, columns)


GUARDED = """
import resource
import numpy as np
from child import tell
from guard import guarded
import test_bytewise_real_taps as tests
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
"""
WALK = """
rng = np.random.default_rng(3)
done = 0
for given in tests.sums(250, 4):
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
    assert finished.told == 250
