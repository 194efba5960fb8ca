"""max_pool2d, max_unpool2d and avg_pool2d: against their definition, against torch, every kernel, and every refusal.

``FASTRESAMPLE_CASES`` is the number of random cases of each operator, 500 by default.
"""

import os
import re
from collections.abc import Callable
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pytest
from numba import config
from specs import pooling as definition

from fastresample import kernels, threads, windows
from fastresample.kernels.pooling.unpool import CHUNK
from fastresample.pooling import avg_pool2d, max_pool2d, max_unpool2d
from fastresample.spec.arrays import check_samples
from fastresample.spec.pooling import PoolSpec, pool_spec, unpool_spec

CASES = 25 if config.DISABLE_JIT else int(os.environ.get("FASTRESAMPLE_CASES", "500"))
BY_LOOPS = 25 if config.DISABLE_JIT else 150
MOST = 2147483647
# Kernels as plain Python: NumPy's scalars warn where compiled code does not.
pytestmark = pytest.mark.filterwarnings("ignore:(invalid value|overflow|underflow) encountered:RuntimeWarning")
DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


@pytest.fixture
def torch():
    """The library with one thread, which puts samples back in order."""
    library = pytest.importorskip("torch", reason="torch is the peer that pooling is held against")
    before = library.get_num_threads()
    library.set_num_threads(1)
    yield library
    library.set_num_threads(before)


# --- random cases -------------------------------------------------------------------------------------------------


class Case(NamedTuple):
    """A pooling, maximum or mean: samples, what both have as pairs, and what one of them has alone."""

    x: np.ndarray
    kernel: tuple[int, int]
    shared: dict[str, Any]  # stride, padding, ceil_mode
    own: dict[str, Any]  # dilation of a maximum; of a mean its divisor

    @property
    def label(self) -> str:
        return f"{self.x.dtype} {self.x.shape} {self.kernel} {self.shared} {self.own}"

    @property
    def planes(self) -> np.ndarray:
        return self.x.reshape(-1, *self.x.shape[-2:])

    def largest(self, **options: Any) -> Any:
        return max_pool2d(self.x, self.kernel, **self.shared, **self.own, **options)

    def mean(self, **options: Any) -> np.ndarray:
        return avg_pool2d(self.x, self.kernel, **self.shared, **self.own, **options)


def numbers(pair: Any) -> tuple[int, int]:
    return int(pair[0]), int(pair[1])


def samples(rng, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Return noise, or what makes maxima differ: ties, zeros of both signs, infinities, NaN of both signs."""
    x = rng.standard_normal(shape).astype(dtype)
    kind = rng.integers(6)
    if kind == 1:
        x = np.rint(x)
    elif kind == 2:
        x = np.where(rng.random(shape) < 0.8, np.copysign(np.array(0, dtype), x), x)
    elif kind == 3:
        x[rng.random(shape) < 0.2] = np.nan
        x[rng.random(shape) < 0.1] = -np.array(np.nan, dtype)
    elif kind == 4:
        x[rng.random(shape) < rng.choice([0.3, 0.9, 1.0])] = -np.inf
        x[rng.random(shape) < 0.05] = np.inf
    elif kind == 5:
        x *= np.finfo(dtype).smallest_subnormal * 8  # means of these underflow
    return x


def random_case(rng, mean: bool, dtype: str) -> Case:
    """Draw a pooling; tiny arrays mostly."""
    kernel, stride = rng.integers(1, 6, 2), rng.integers(1, 5, 2)
    kind = str(rng.choice(["tiny", "tiny", "tiny", "pixel", "wide", "usual", "whole"]))
    if kind == "usual":
        kernel[1], stride[1] = rng.integers(2, 4), 2
    dilation = rng.integers(1, 4, 2) if not mean and rng.random() < 0.4 and kind != "usual" else np.ones(2, int)
    padding, ceil_mode = rng.integers(0, kernel // 2 + 1), bool(rng.integers(2))
    long = 8 if config.DISABLE_JIT else 70
    size = np.array([rng.integers(1, 9), rng.integers(1, long if kind in ("wide", "usual") else 12)])
    if kind == "whole":  # one window, or a few far apart
        kernel = np.maximum(1, size // rng.integers(1, 3, 2))
        stride, padding, dilation = kernel, kernel // 2 * rng.integers(2), np.ones(2, int)
    fewest = dilation * (kernel - 1) + 1 - 2 * padding - (stride - 1 if ceil_mode else 0)
    size = np.maximum(1 if kind == "pixel" else size, np.maximum(1, fewest))
    images = [(), (0,), (1,), (2,)][rng.choice(4, p=[0.3, 0.05, 0.35, 0.3])]
    shared = {"stride": numbers(stride), "padding": numbers(padding), "ceil_mode": ceil_mode}
    if mean:
        divisor = int(rng.choice([-3, -1, 1, 2, 7])) if rng.random() < 0.3 else None
        own = {"count_include_pad": bool(rng.integers(2)), "divisor_override": divisor}
    else:
        own = {"dilation": numbers(dilation)}
    return Case(samples(rng, (*images, int(rng.integers(1, 4)), *size), dtype), numbers(kernel), shared, own)


def cases(mean: bool, count: int, seed: int = 1) -> list[Case]:
    rng = np.random.default_rng(seed)
    return [random_case(rng, mean, ("float32", "float64")[number % 2]) for number in range(count)]


class Restoring(NamedTuple):
    """An unpooling."""

    x: np.ndarray
    indices: np.ndarray
    kernel: tuple[int, int]
    arguments: dict[str, Any]
    size: tuple[int, int]

    @property
    def label(self) -> str:
        return f"{self.x.dtype} {self.x.shape} {self.kernel} {self.arguments}"

    def ours(self, **options: Any) -> np.ndarray:
        return max_unpool2d(self.x, self.indices, self.kernel, **self.arguments, **options)


def random_restoring(rng, dtype: str) -> Restoring:
    """Draw an unpooling; its places are those of a pooling, or any, the same several times."""
    kernel, stride, shape = rng.integers(1, 5, 2), rng.integers(1, 5, 2), rng.integers(1, 7, 2)
    if rng.random() < 0.1 and not config.DISABLE_JIT:
        shape *= 5  # more samples than are put back at a time
    usual = (shape - 1) * stride + kernel
    padding = np.minimum(rng.integers(0, 3, 2), (usual - 1) // 2)
    usual -= 2 * padding
    size = np.maximum(1, usual + rng.integers(1 - stride, stride)) if rng.random() < 0.6 else usual
    images = [(), (0,), (1,), (2,)][rng.choice(4, p=[0.3, 0.05, 0.35, 0.3])]
    x = samples(rng, (*images, int(rng.integers(1, 4)), *shape), dtype)
    indices = rng.integers(0, size.prod(), x.shape)
    if rng.random() < 0.5:
        indices = np.sort(indices.reshape(*x.shape[:-2], int(shape.prod()))).reshape(x.shape)
    arguments = {"stride": numbers(stride), "padding": numbers(padding)}
    if (size != usual).any():
        arguments["output_size"] = numbers(size)
    return Restoring(x, indices, numbers(kernel), arguments, numbers(size))


def restorings(count: int) -> list[Restoring]:
    rng = np.random.default_rng(2)
    return [random_restoring(rng, ("float32", "float64")[number % 2]) for number in range(count)]


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def same_but_nan(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether all bits are the same, those of NaN left out: which of several NaN a sum is depends on the compiler."""
    places = np.isnan(a)
    return a.shape == b.shape and np.array_equal(places, np.isnan(b)) and same(a[~places], b[~places])


# --- values -------------------------------------------------------------------------------------------------------


def test_maxima_are_the_definitions() -> None:
    for case in cases(False, BY_LOOPS):
        values, places = case.largest(return_indices=True)
        assert type(values) is type(places) is np.ndarray
        expected = definition.max_pool2d(case.planes, case.kernel, **case.shared, **case.own)
        for ours, theirs in zip((values, places), expected, strict=True):
            assert ours.shape == (*case.x.shape[:-2], *theirs.shape[1:]), case.label
            assert same(ours.reshape(theirs.shape), theirs), case.label


def test_means_are_the_definitions() -> None:
    for case in cases(True, BY_LOOPS):
        ours, expected = case.mean(), definition.avg_pool2d(case.planes, case.kernel, **case.shared, **case.own)
        assert type(ours) is np.ndarray
        assert ours.shape == (*case.x.shape[:-2], *expected.shape[1:]), case.label
        assert same_but_nan(ours.reshape(expected.shape), expected), case.label


def test_unpooling_is_the_definitions() -> None:
    for case in restorings(BY_LOOPS):
        ours, planes = case.ours(), (-1, *case.x.shape[-2:])
        expected = definition.max_unpool2d(case.x.reshape(planes), case.indices.reshape(planes), case.size)
        assert type(ours) is np.ndarray
        assert ours.shape == (*case.x.shape[:-2], *case.size), case.label
        assert same(ours.reshape(expected.shape), expected), case.label


def test_maxima_are_torchs(torch) -> None:
    for case in cases(False, CASES):
        theirs = torch.nn.functional.max_pool2d(
            torch.from_numpy(case.x), case.kernel, **case.shared, **case.own, return_indices=True
        )
        for ours, expected in zip(case.largest(return_indices=True), theirs, strict=True):
            assert same(ours, expected.numpy()), case.label


def test_means_are_torchs(torch) -> None:
    for case in cases(True, CASES):
        theirs = torch.nn.functional.avg_pool2d(torch.from_numpy(case.x), case.kernel, **case.shared, **case.own)
        assert same_but_nan(case.mean(), theirs.numpy()), case.label


def test_unpooling_is_torchs(torch) -> None:
    for case in restorings(CASES):
        x, indices = torch.from_numpy(case.x), torch.from_numpy(case.indices)
        theirs = torch.nn.functional.max_unpool2d(x, indices, case.kernel, **case.arguments)
        assert same(case.ours(), theirs.numpy()), case.label


def test_maxima_alone_are_those_with_places() -> None:
    for case in cases(False, BY_LOOPS):
        if case.x.dtype == np.float32:
            assert same(case.largest(), case.largest(return_indices=True)[0]), case.label


def test_random_cases_meet_what_is_rare() -> None:
    drawn = cases(False, 500)
    assert any(misses(case) for case in drawn)
    assert any(np.isnan(case.x).any() for case in drawn)
    assert any(np.isneginf(case.x).all() for case in drawn if case.x.size)
    assert any(case.x.shape[-2:] == (1, 1) for case in drawn)
    assert {case.x.ndim for case in drawn} == {3, 4}
    assert any(case.x.shape[0] == 0 for case in drawn)
    assert {kernels.chosen(windows.max_request(max_spec(case), True)).name for case in drawn} == {"rows", "columns"}
    assert {kernels.chosen(windows.mean_request(mean_spec(case))).name for case in cases(True, 500)} == {
        "rows",
        "fours",
    }
    again = restorings(500)
    planes = [case.indices.reshape(-1, *case.indices.shape[-2:])[0] for case in again if case.x.size]
    assert any(len(np.unique(plane)) < plane.size for plane in planes)
    assert config.DISABLE_JIT or max(plane.size for plane in planes) > 2 * CHUNK
    assert any("output_size" in case.arguments for case in again)


def max_spec(case: Case) -> PoolSpec:
    own = {**case.shared, **case.own}
    return pool_spec(case.x.dtype.name, case.x.shape, case.kernel, **own)


def mean_spec(case: Case) -> PoolSpec:
    return pool_spec(case.x.dtype.name, case.x.shape, case.kernel, dilation=1, **case.shared)


def misses(case: Case) -> bool:
    """Whether a window of a maximum has no sample."""
    spec = max_spec(case)
    for n, size, k, s, p, d in zip(
        case.x.shape[-2:], spec.size, spec.kernel, spec.stride, spec.padding, spec.dilation, strict=True
    ):
        for y in range(size):
            if not any(0 <= y * s - p + tap * d < n for tap in range(k)):
                return True
    return False


def test_a_window_of_padding_alone_has_no_sample() -> None:
    values, places = max_pool2d(np.ones((1, 2, 5)), 2, stride=1, padding=1, dilation=3, return_indices=True)
    assert np.array_equal(values, np.full((1, 1, 4), -np.inf))
    assert np.array_equal(places, [[[12, 10, 11, 12]]])  # as torch has them; no place of a plane of 10 samples
    with pytest.raises(ValueError, match=r"indices must lie from 0 to 9, .* got 12 at "):
        max_unpool2d(values, places, 2, stride=1, padding=0, output_size=(2, 5))


def test_unpooling_what_was_pooled() -> None:
    """Windows side by side: maxima come back to their places, and pooling again gives them again."""
    rng = np.random.default_rng(3)
    for dtype in ("float32", "float64"):
        x = rng.random((2, 3, 6, 9)).astype(dtype) + np.array(0.5, dtype)
        values, places = max_pool2d(x, (2, 3), return_indices=True)
        restored = max_unpool2d(values, places, (2, 3))
        assert restored.shape == x.shape
        kept = restored != 0
        assert np.count_nonzero(kept) == values.size
        assert same(restored[kept], x[kept])
        again = max_pool2d(restored, (2, 3), return_indices=True)
        assert same(again[0], values)
        assert same(again[1], places)
        assert np.array_equal(
            np.take_along_axis(x.reshape(2, 3, -1), places.reshape(2, 3, -1), 2), values.reshape(2, 3, -1)
        )


def test_means_by_hand() -> None:
    ones = np.ones((1, 3, 4))
    assert (avg_pool2d(ones, (2, 3), stride=1) == 1).all()
    assert (avg_pool2d(ones, 3, padding=1, stride=1, count_include_pad=False) == 1).all()
    expected = np.array([[[4, 6, 6, 4], [6, 9, 9, 6], [4, 6, 6, 4]]]) / 9
    assert np.array_equal(avg_pool2d(ones, 3, padding=1, stride=1), expected)
    assert np.array_equal(avg_pool2d(ones, 3, padding=1, stride=1, divisor_override=-9), -expected)
    # One of the three rows and columns of the last window: what lies beyond the padding does not count.
    assert (avg_pool2d(np.ones((1, 4, 4)), 3, ceil_mode=True) == 1).all()
    minus_zero = avg_pool2d(np.zeros((1, 2, 2)), 2, divisor_override=-1)
    assert not np.signbit(minus_zero).any()


def test_ties_go_to_the_first_and_nan_to_the_last() -> None:
    x = np.array([[[0.0, -0.0, 3.0, 3.0], [-0.0, 0.0, 3.0, 3.0]]])
    values, places = max_pool2d(x, 2, return_indices=True)
    assert np.array_equal(places, [[[0, 2]]])
    assert not np.signbit(values).any()
    values, places = max_pool2d(x[..., ::-1], 2, stride=1, return_indices=True)
    assert np.array_equal(places, [[[0, 1, 2]]])
    assert np.array_equal(np.signbit(values), [[[False, False, True]]])
    x[0, 0, 0] = x[0, 1, 0] = x[0, 0, 3] = np.nan
    values, places = max_pool2d(x, 2, return_indices=True)
    assert np.isnan(values).all()
    assert np.array_equal(places, [[[4, 3]]])


def test_a_later_sample_for_the_same_place_stays() -> None:
    x = np.arange(1.0, 601).reshape(1, 20, 30)
    for places, expected in ((np.full(600, 7), 600.0), (np.r_[7, np.zeros(599, int)], 1.0)):
        restored = max_unpool2d(x, places.reshape(x.shape), 1, output_size=(20, 30))
        assert restored[0, 0, 7] == expected


@pytest.mark.parametrize("kernel", [MOST, (MOST, 1), (1, MOST)])
def test_huge_numbers(kernel: Any) -> None:
    down, across = (kernel, kernel) if isinstance(kernel, int) else kernel
    x = np.arange(12.0).reshape(1, 3, 4)
    padding = (down // 2, across // 2)
    values, places = max_pool2d(x, kernel, stride=MOST, padding=padding, return_indices=True)
    first = 11 if isinstance(kernel, int) else 3 if across > 1 else 8
    assert (values[0, 0, 0], places[0, 0, 0]) == (first, first)
    assert values.shape == (1, 1, 1)
    means = avg_pool2d(x, kernel, stride=MOST, padding=padding, divisor_override=1)
    assert means[0, 0, 0] == x[0, : 1 if down == 1 else 3, : 1 if across == 1 else 4].sum()
    far = max_pool2d(x, 2, stride=MOST, padding=1, dilation=(1, 3), return_indices=True)
    assert [array.tolist() for array in far] == [[[[2.0]]], [[[2]]]]


def test_numbers_of_any_kind_of_integer() -> None:
    x = np.random.default_rng(4).standard_normal((1, 6, 7))
    expected = max_pool2d(x, (2, 3), stride=(1, 2), padding=(1, 1), dilation=(2, 1))
    for make in (list, np.array, lambda pair: tuple(map(np.int64, pair)), lambda pair: np.array(pair, np.uint8)):
        options = {"stride": make((1, 2)), "padding": make((1, 1)), "dilation": make((2, 1))}
        assert same(max_pool2d(x, make((2, 3)), **options, ceil_mode=np.False_), expected)
    assert same(avg_pool2d(x, np.int8(2), divisor_override=np.uint8(3)), avg_pool2d(x, 2, divisor_override=3))
    values, places = max_pool2d(x, 2, return_indices=np.True_)
    for size in ((6, 7), [6, 7], np.array([6, 7]), (1, 1, 6, 7), [9, 9, 6, 7]):
        assert same(
            max_unpool2d(values, places, 2, output_size=size), max_unpool2d(values, places, 2, output_size=(6, 7))
        )
    assert max_unpool2d(values, places, 2, output_size=7).shape == (1, 7, 7)


# --- kernels ------------------------------------------------------------------------------------------------------


def variants(request: Any) -> list[Any]:
    """Return every variant that can serve a request; the last one is the definition."""
    found = kernels.matching(request)
    assert len(found) > 1
    assert found[-1].name == "plain"
    return found


def by(plan: windows.Plan, case: Case, places: bool, extra: tuple[int, ...] = (), cut: int = 0) -> list[np.ndarray]:
    """Run a plan on whole arrays, the rows from ``cut`` on first."""
    results = [np.full(plan.rows * plan.window.columns_out, 7, case.x.dtype)]
    if case.own.keys() == {"dilation"}:
        results.append(np.full(results[0].size if places else 0, 7, np.int64))
    for begin, end in ((cut, plan.rows), (0, cut)):
        plan.kernel(case.x.reshape(-1), *results, begin, end, plan.window, *extra)
    return results


@pytest.mark.parametrize("places", [True, False], ids=["places", "values"])
def test_every_kernel_of_a_maximum_gives_the_bits_of_the_plain_one(places: bool) -> None:
    rng = np.random.default_rng(5)
    for case in cases(False, BY_LOOPS, 6):
        if not places and case.x.dtype == np.float64:
            continue
        spec = max_spec(case)
        *fast, plain = variants(windows.max_request(spec, places))
        assert [variant.name for variant in fast] == ["rows", "columns"]
        expected = by(windows.max_plan(spec, places, lambda _, plain=plain: plain), case, places)
        for variant in fast:
            plan = windows.max_plan(spec, places, lambda _, variant=variant: variant)
            ours = by(plan, case, places, cut=int(rng.integers(plan.rows + 1)))
            assert all(map(same, ours, expected)), f"{variant.name} {case.label}"


def test_every_kernel_of_a_mean_gives_the_bits_of_the_plain_one() -> None:
    rng = np.random.default_rng(7)
    for case in cases(True, BY_LOOPS, 8):
        spec = mean_spec(case)
        extra = (int(case.own["count_include_pad"]), case.own["divisor_override"] or 0)
        *fast, plain = variants(windows.mean_request(spec))
        assert [variant.name for variant in fast] == ["rows", "fours"]
        (expected,) = by(windows.mean_plan(spec, lambda _, plain=plain: plain), case, False, extra)
        for variant in fast:
            plan = windows.mean_plan(spec, lambda _, variant=variant: variant)
            (ours,) = by(plan, case, False, extra, int(rng.integers(plan.rows + 1)))
            assert same_but_nan(ours, expected), f"{variant.name} {case.label}"


@DTYPES
def test_every_kernel_of_unpooling_gives_the_bits_of_the_plain_one(dtype: str) -> None:
    request = kernels.pooling.UnpoolRequest(dtype)
    made = [variant.make(request) for variant in variants(request)]
    for case in restorings(BY_LOOPS):
        if case.x.dtype != dtype:
            continue
        planes, held, size = case.x[..., 0, 0].size, case.x.shape[-2] * case.x.shape[-1], case.size[0] * case.size[1]
        results = [np.full(planes * size, 7, dtype) for _ in made]
        for kernel, out in zip(made, results, strict=True):
            for begin, end in ((planes // 2, planes), (0, planes // 2)):
                kernel.unpool(case.x.reshape(-1), case.indices.reshape(-1), out, begin, end, held, size)
        assert all(same(out, results[-1]) for out in results), case.label


def test_planes_too_large_for_short_places_are_pooled_by_the_definition(monkeypatch) -> None:
    long = PoolSpec("float32", (1, 1, 2**16, 2**16), (2, 2), (2, 2), (0, 0), (1, 1), (2**15, 2**15))
    assert [variant.name for variant in kernels.matching(windows.max_request(long, True))] == ["plain"]
    case = cases(False, 1)[0]
    expected = case.largest(return_indices=True)
    monkeypatch.setattr(windows, "_MOST_SHORT", 1)
    plan = windows.max_plan.__wrapped__(max_spec(case), True)
    assert all(same(a, b.reshape(-1)) for a, b in zip(by(plan, case, True), expected, strict=True))


def test_calls_of_the_same_kind_are_planned_once() -> None:
    x = np.ones((1, 3, 4), "float32")
    specs = [
        pool_spec(check_samples(array)[1].name, array.shape, 2, None, 0, 1, False) for array in (x, x.astype(">f4"))
    ]
    assert specs[0] is specs[1]
    assert windows.max_plan(specs[0], True) is windows.max_plan(specs[1], True)
    specs = [unpool_spec("float32", x.shape, 2, None, 0, size) for size in (None, (6, 8))]
    assert specs[0] == specs[1]


# --- memory, threads ----------------------------------------------------------------------------------------------


def layouts(array: np.ndarray) -> dict[str, np.ndarray]:
    """The same values in other layouts of memory."""
    spread = np.zeros([2 * n for n in array.shape], array.dtype)
    every_second = tuple([slice(None, None, 2)] * array.ndim)
    spread[every_second] = array
    shifted = np.zeros(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    shifted[...] = array
    return {
        "channels last": np.moveaxis(np.ascontiguousarray(np.moveaxis(array, -3, -1)), -1, -3),
        "every second": spread[every_second],
        "reversed": np.ascontiguousarray(array[..., ::-1, ::-1])[..., ::-1, ::-1],
        "Fortran": np.asfortranarray(array),
        "misaligned": shifted,
        "crop": np.pad(array, [(1, 2)] * array.ndim)[tuple([slice(1, -2)] * array.ndim)],
    }


def calls(dtype: str) -> dict[str, tuple[Callable[..., Any], tuple[np.ndarray, ...]]]:
    """Return each operator as a function of arrays and options, and its arrays."""
    x = np.random.default_rng(9).standard_normal((2, 3, 7, 9)).astype(dtype)
    found = max_pool2d(x, 3, stride=2, padding=1, return_indices=True)
    return {
        "max": (lambda a, **options: max_pool2d(a, 3, stride=2, padding=1, **options), (x,)),
        "mean": (lambda a, **options: avg_pool2d(a, (2, 3), stride=(2, 1), padding=(1, 0), **options), (x,)),
        "unpool": (lambda a, i, **options: max_unpool2d(a, i, 3, stride=2, padding=1, **options), found),
    }


@DTYPES
@pytest.mark.parametrize("name", ["max", "mean", "unpool"])
def test_the_layout_of_inputs_changes_nothing(name: str, dtype: str) -> None:
    call, arrays = calls(dtype)[name]
    expected = call(*arrays)
    for number, array in enumerate(arrays):
        for layout, view in {**layouts(array), "swapped": array.astype(array.dtype.newbyteorder())}.items():
            view.flags.writeable = False
            before = view.tobytes()
            assert same(call(*arrays[:number], view, *arrays[number + 1 :]), expected), layout
            assert view.tobytes() == before


@DTYPES
@pytest.mark.parametrize("name", ["max", "mean", "unpool"])
def test_results_go_to_out_of_any_layout(name: str, dtype: str) -> None:
    call, arrays = calls(dtype)[name]
    expected = call(*arrays)
    for layout, out in {"contiguous": np.zeros_like(expected), **layouts(np.zeros_like(expected))}.items():
        out[...] = 7
        assert call(*arrays, out=out) is out
        assert np.array_equal(out, expected), layout


@DTYPES
def test_places_go_to_out_of_any_layout(dtype: str) -> None:
    call, (x,) = calls(dtype)["max"]
    expected = call(x, return_indices=True)
    contiguous = [np.zeros_like(array) for array in expected]
    for layout in ("contiguous", *layouts(contiguous[0])):
        for make in (tuple, list):
            out = make(array if layout == "contiguous" else layouts(array)[layout] for array in contiguous)
            returned = call(x, out=out, return_indices=True)
            assert type(returned) is tuple
            for array, given, wanted in zip(returned, out, expected, strict=True):
                assert array is given
                assert np.array_equal(array, wanted), layout
    values = np.zeros_like(expected[0])
    returned = call(x, out=(values, None), return_indices=True)
    assert returned[0] is values
    assert same(returned[1], expected[1])


@pytest.mark.parametrize("name", ["max", "mean", "unpool"])
def test_out_writes_nothing_beside_itself(name: str) -> None:
    call, arrays = calls("float32")[name]
    expected = call(*arrays)
    surrounding = np.full(expected.size + 64, 7, "float32")
    out = surrounding[32:-32].reshape(expected.shape)
    call(*arrays, out=out)
    assert np.array_equal(out, expected)
    out[...] = 7
    assert (surrounding == 7).all()


def test_no_image_gives_none() -> None:
    x = np.zeros((0, 2, 5, 6), "float32")
    assert [array.shape for array in max_pool2d(x, 2, return_indices=True)] == [(0, 2, 2, 3)] * 2
    assert avg_pool2d(x, 2, ceil_mode=True).shape == (0, 2, 3, 3)
    assert max_unpool2d(x, np.zeros(x.shape, np.int64), 2).shape == (0, 2, 10, 12)


def in_pieces(lengths: list[int]) -> Callable[..., None]:
    """Return a stand-in for ``threads.run`` that cuts the work after these many units and does the last piece first."""

    def run(band: Callable[[int, int], object], units: int, unit_ns: float, count: int | None) -> None:
        assert unit_ns >= 0
        cuts = [0]
        while cuts[-1] < units:
            cuts.append(min(units, cuts[-1] + lengths[len(cuts) % len(lengths)]))
        for begin, end in reversed(list(pairwise(cuts))):
            band(begin, end)

    return run


@pytest.mark.parametrize("lengths", [[1], [3, 1, 7], [50, 2]], ids=str)
def test_no_cut_changes_a_bit(monkeypatch, lengths: list[int]) -> None:
    pooled, means, restored = cases(False, BY_LOOPS // 2), cases(True, BY_LOOPS // 2), restorings(BY_LOOPS // 2)

    def results() -> list[np.ndarray]:
        found = [array for case in pooled for array in case.largest(return_indices=True, threads=1)]
        found += [case.mean(threads=1) for case in means]
        return found + [case.ours(threads=1) for case in restored]

    whole = results()
    monkeypatch.setattr(threads, "run", in_pieces(lengths))
    for ours, expected in zip(results(), whole, strict=True):
        assert same_but_nan(ours, expected) if ours.dtype != np.int64 else same(ours, expected)


def test_no_number_of_threads_changes_a_bit(monkeypatch) -> None:
    monkeypatch.setattr(threads, "_SHORTEST_BAND_NS", 1)
    for dtype in ("float32", "float64"):
        for call, arrays in calls(dtype).values():
            expected = call(*arrays, threads=1)
            for count in (2, 3, 8):
                assert same(call(*arrays, threads=count), expected)


# --- refusals -----------------------------------------------------------------------------------------------------

X = np.arange(80, dtype="float32").reshape(1, 2, 5, 8)
PLACES = np.arange(80).reshape(X.shape) % 40
ARGUMENTS = MappingProxyType(
    {
        max_pool2d: {"x": X, "kernel_size": 2, "out": np.full((1, 2, 2, 4), 7, "float32")},
        avg_pool2d: {"x": X, "kernel_size": 2, "out": np.full((1, 2, 2, 4), 7, "float32")},
        max_unpool2d: {"x": X, "indices": PLACES, "kernel_size": 2, "out": np.full((1, 2, 10, 16), 7, "float32")},
    }
)
OPERATORS = pytest.mark.parametrize("operator", ARGUMENTS, ids=lambda operator: operator.__name__)
POOLINGS = pytest.mark.parametrize("operator", [max_pool2d, avg_pool2d], ids=lambda operator: operator.__name__)


def refused(operator: Callable[..., Any], error: type[Exception], text: str, **changes: Any) -> None:
    """Check type and whole text of what a call raises, and that it wrote nothing."""
    arguments = {**ARGUMENTS[operator], **changes}
    given = arguments["out"]
    outs = [array for array in (given if isinstance(given, tuple) else (given,)) if isinstance(array, np.ndarray)]
    before = [array.copy() for array in outs]
    with pytest.raises(error, match="^" + re.escape(text) + "$") as caught:
        operator(**arguments)
    assert type(caught.value) is error
    assert all(map(np.array_equal, outs, before))


@OPERATORS
def test_what_is_changed_below_is_accepted(operator: Callable[..., Any]) -> None:
    """Without a change nothing is refused: each refusal has its own cause."""
    arguments = {**ARGUMENTS[operator]}
    arguments["out"] = arguments["out"].copy()
    assert operator(**arguments) is arguments["out"]
    assert (arguments["out"] != 7).any()


@OPERATORS
@pytest.mark.parametrize(("name", "least"), [("kernel_size", 1), ("stride", 1), ("padding", 0)])
def test_pairs(operator: Callable[..., Any], name: str, least: int) -> None:
    accepted = f"{name} must be an integer or a pair (vertical, horizontal), from {least} to {MOST}"
    for value in (least - 1, MOST + 1, 10**30, (1, least - 1), (), (1,), (1, 1, 1)):
        refused(operator, ValueError, f"{accepted}, got {value!r}", **{name: value})
    for value in (1.0, True, np.True_, "2", float("nan"), (1, 1.0), (1, True), (None, 1)):
        refused(operator, TypeError, f"{accepted}, got {value!r}", **{name: value})
    if name != "stride":
        refused(operator, TypeError, f"{accepted}, got None", **{name: None})


def test_dilation() -> None:
    accepted = f"dilation must be an integer or a pair (vertical, horizontal), from 1 to {MOST}"
    refused(max_pool2d, ValueError, f"{accepted}, got 0", dilation=0)
    refused(max_pool2d, TypeError, f"{accepted}, got 1.5", dilation=1.5)


@POOLINGS
def test_padding_of_more_than_half_a_window(operator: Callable[..., Any]) -> None:
    text = "padding must be at most half of kernel_size (3, 4), which is (1, 2), got (2, 2)"
    refused(operator, ValueError, text, kernel_size=(3, 4), padding=2)


@POOLINGS
def test_windows_larger_than_the_padded_input(operator: Callable[..., Any]) -> None:
    fit = "kernel_size must fit the padded input: {} samples with dilation {} span {}"
    text = f"vertically, {fit.format(6, 1, 6)}, got 5 with padding 0 on both sides, which is 5"
    refused(operator, ValueError, text, kernel_size=6)
    text = f"horizontally, {fit.format(13, 1, 13)}, got 8 with padding 2 on both sides, which is 12"
    refused(operator, ValueError, text, kernel_size=(2, 13), padding=(0, 2))
    text = f"vertically, {fit.format(9, 1, 9)}, got 5 with padding 0 on both sides, which is 5"
    refused(operator, ValueError, text, kernel_size=9, stride=4, ceil_mode=True)
    assert operator(X, 9, stride=5, ceil_mode=True).shape == (1, 2, 1, 1)
    if operator is max_pool2d:
        text = f"vertically, {fit.format(3, 3, 7)}, got 5 with padding 0 on both sides, which is 5"
        refused(operator, ValueError, text, kernel_size=3, dilation=3)


@pytest.mark.parametrize(
    ("operator", "name"),
    [
        (max_pool2d, "ceil_mode"),
        (max_pool2d, "return_indices"),
        (avg_pool2d, "ceil_mode"),
        (avg_pool2d, "count_include_pad"),
    ],
)
def test_flags(operator: Callable[..., Any], name: str) -> None:
    for value in (1, 0, None, "yes"):
        refused(operator, TypeError, f"{name} must be True or False, got {value!r}", **{name: value})


def test_divisors() -> None:
    accepted = "divisor_override must be an integer of 64 bits other than 0, or None"
    for value in (0, 2**63, -(2**63) - 1):
        refused(avg_pool2d, ValueError, f"{accepted}, got {value!r}", divisor_override=value)
    for value in (2.0, True, False, np.True_, "2", (1, 2), np.array([1.0, 2.0])):
        refused(avg_pool2d, TypeError, f"{accepted}, got {value!r}", divisor_override=value)


@OPERATORS
def test_x(operator: Callable[..., Any]) -> None:
    for value in (None, X.tolist(), 1.0):
        text = f"x must be a NumPy array, got {type(value).__name__}; numpy.asarray(x) may make one"
        refused(operator, TypeError, text, x=value)
    text = "x must be a plain NumPy array, got a masked array; x.filled(...) makes one"
    refused(operator, TypeError, text, x=np.ma.masked_array(X))
    for dtype in ("float16", "int64", "complex64", "longdouble", "bool"):
        text = f"x must have dtype float32 or float64, got {np.dtype(dtype)}"
        refused(operator, TypeError, text, x=X.astype(dtype))
    others = {} if operator is not max_unpool2d else {"indices": np.zeros((2, 3), np.int64)}
    text = "x must have shape (N, C, H, W) or (C, H, W), got (2, 3)"
    refused(operator, ValueError, text, x=np.ones((2, 3), "float32"), **others)
    for shape in ((1, 0, 3, 3), (1, 1, 0, 3), (1, 3, 0)):
        others = {} if operator is not max_unpool2d else {"indices": np.zeros(shape, np.int64)}
        text = f"x must have at least one channel, row and column, got shape {shape}"
        refused(operator, ValueError, text, x=np.ones(shape, "float32"), **others)


@OPERATORS
def test_out(operator: Callable[..., Any]) -> None:
    shape = ARGUMENTS[operator]["out"].shape
    refused(operator, TypeError, "out must be a NumPy array or None, got list", out=[7.0])
    larger = np.full((*shape[:-1], shape[-1] + 1), 7, "float32")
    refused(operator, ValueError, f"out must have shape {shape}, got {larger.shape}", out=larger)
    refused(operator, TypeError, "out must have dtype float32, as x, got float64", out=np.full(shape, 7.0))
    swapped = np.full(shape, 7, np.dtype("float32").newbyteorder())
    refused(operator, TypeError, f"out must have dtype float32, as x, got {swapped.dtype}", out=swapped)
    frozen = np.full(shape, 7, "float32")
    frozen.flags.writeable = False
    refused(operator, ValueError, "out must be writable, got a read-only array", out=frozen)
    stacked = np.lib.stride_tricks.as_strided(np.full(64, 7, "float32"), shape, (0, 0, 4, 4))
    refused(
        operator,
        ValueError,
        f"out must have a place of its own for each element, got strides {stacked.strides}",
        out=stacked,
    )


def test_out_that_overlaps_an_input() -> None:
    buffer = np.full(1000, 7, "float32")
    x, out = buffer[:80].reshape(X.shape), buffer[79:95].reshape(1, 2, 2, 4)
    for operator in (max_pool2d, avg_pool2d):
        refused(operator, ValueError, "out must not overlap x: both share memory", x=x, out=out)
    out = buffer[79:399].reshape(1, 2, 10, 16)
    refused(max_unpool2d, ValueError, "out must not overlap x: both share memory", x=x, out=out)
    indices = buffer[400:560].view(np.int64).reshape(X.shape)
    out = buffer[500:820].reshape(1, 2, 10, 16)
    refused(max_unpool2d, ValueError, "out must not overlap indices: both share memory", indices=indices, out=out)


def test_pairs_of_results() -> None:
    values, places = np.full((1, 2, 2, 4), 7, "float32"), np.full((1, 2, 2, 4), 7)
    pair = "out must be a pair (values, indices) with return_indices=True"
    refused(max_pool2d, TypeError, f"{pair}, got ndarray", return_indices=True)
    refused(max_pool2d, TypeError, f"{pair}, got tuple", return_indices=True, out=(values,))
    refused(max_pool2d, TypeError, "out must be a NumPy array or None, got tuple", out=(values, places))
    text = "out[0] must have dtype float32, as x, got int64"
    refused(max_pool2d, TypeError, text, return_indices=True, out=(places, values))
    text = "out[1] must have dtype int64, as the indices, got int32"
    refused(max_pool2d, TypeError, text, return_indices=True, out=(values, places.astype(np.int32)))
    text = "out[1] must have shape (1, 2, 2, 4), got (2, 2, 4)"
    refused(max_pool2d, ValueError, text, return_indices=True, out=(values, places[0]))
    shared = places.view("float32").reshape(-1)[:16].reshape(values.shape)
    text = "out[1] must not overlap out[0]: both share memory"
    refused(max_pool2d, ValueError, text, return_indices=True, out=(shared, places))


def test_indices() -> None:
    text = "indices must be a NumPy array, got list; numpy.asarray(indices) may make one"
    refused(max_unpool2d, TypeError, text, indices=PLACES.tolist())
    for dtype in ("int32", "uint64", "float64", "bool"):
        text = f"indices must have dtype int64, as max_pool2d returns them, got {dtype}"
        refused(max_unpool2d, TypeError, text, indices=PLACES.astype(dtype))
    text = "indices must have shape (1, 2, 5, 8), as x, got (2, 5, 8)"
    refused(max_unpool2d, ValueError, text, indices=PLACES[0])


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("value", [160, -1, 2**62, -(2**62), 2**63 - 1, -(2**63)])
def test_indices_outside_their_plane(monkeypatch, value: int, count: int) -> None:
    monkeypatch.setattr(threads, "_SHORTEST_BAND_NS", 1)
    for position in ((0, 0, 0, 0), (0, 1, 4, 7), (0, 1, 2, 3)):
        indices = PLACES.copy()
        indices[position] = value
        text = f"indices must lie from 0 to 159, in planes of 10 rows and 16 columns, got {value} at {position}"
        for view in (indices, *layouts(indices).values(), indices.astype(">i8")):
            refused(max_unpool2d, ValueError, text, indices=view, threads=count)
        refused(
            max_unpool2d,
            ValueError,
            text.replace(str(position), str(position[1:])),
            x=X[0],
            indices=indices[0],
            out=np.full((2, 10, 16), 7, "float32"),
        )
    indices[...] = PLACES
    indices[0, 1, 0, 5:] = 159, 161, 162
    text = "indices must lie from 0 to 159, in planes of 10 rows and 16 columns, got 161 at (0, 1, 0, 6)"
    refused(max_unpool2d, ValueError, text, indices=indices)


def test_output_sizes() -> None:
    given = "(5, 8) samples, kernel_size (2, 2), stride (2, 2) and padding (0, 0)"
    for size in ((8, 16), (12, 16), (1, 16)):
        text = f"vertically, output_size must be from 9 to 11 for {given}, got {size[0]}"
        refused(max_unpool2d, ValueError, text, output_size=size)
    text = f"horizontally, output_size must be from 15 to 17 for {given}, got 18"
    refused(max_unpool2d, ValueError, text, output_size=(1, 2, 10, 18))
    accepted = f"output_size must be an integer or a pair (vertical, horizontal), from 1 to {MOST}"
    for size in (0, (0, 16), (10,), (2, 10, 16), (1, 1, 2, 10, 16)):
        refused(max_unpool2d, ValueError, f"{accepted}, got {size!r}", output_size=size)
    for size in (10.0, "10", (10, 16.0), (10, True)):
        refused(max_unpool2d, TypeError, f"{accepted}, got {size!r}", output_size=size)
    text = (
        "padding must leave a sample of the result, got (0, 6) for (5, 8) samples, kernel_size (2, 2), stride (2, 2) "
        "and padding (5, 5)"
    )
    refused(max_unpool2d, ValueError, text, padding=5)
    text = "the result must fit into memory, got shape (1, 2, 8589934590, 16) of float32"
    refused(max_unpool2d, ValueError, text, stride=(MOST, 2), kernel_size=(2, 2))


@OPERATORS
def test_threads(operator: Callable[..., Any]) -> None:
    for count, error in ((0, ValueError), (-1, ValueError), (True, TypeError), (1.5, TypeError), ("2", TypeError)):
        text = f"threads must be a positive integer or None, got {count!r}"
        refused(operator, error, text, threads=count)
