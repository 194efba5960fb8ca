"""conv2d and conv_transpose2d: against their definition, against torch, in every layout, and every refusal.

``FASTRESAMPLE_CASES`` is the number of random cases of each operator, 500 by default.
"""

import os
import re
import warnings
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pytest
from numba import config
from specs import convolution as definition

from fastresample import threads
from fastresample.convolution import conv2d, conv_transpose2d
from fastresample.spec.convolution import check_operands, conv_spec, conv_transpose_spec

CASES = 25 if config.DISABLE_JIT else int(os.environ.get("FASTRESAMPLE_CASES", "500"))
BY_LOOPS = 25 if config.DISABLE_JIT else 100
EPS = {dtype: float(np.finfo(dtype).eps) for dtype in ("float32", "float64")}
OPERATORS = pytest.mark.parametrize("transposed", [False, True], ids=["conv2d", "conv_transpose2d"])
DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


class Case(NamedTuple):
    """Arrays and arguments of one call, and what the arguments mean."""

    transposed: bool
    x: np.ndarray
    weight: np.ndarray
    bias: np.ndarray | None
    arguments: dict[str, Any]  # of ours
    meaning: dict[str, Any]  # pairs; output_padding, also where output_size was asked for

    @property
    def label(self) -> str:
        arrays = f"x {self.x.shape} weight {self.weight.shape} bias {self.bias is not None} {self.x.dtype}"
        return f"transposed {self.transposed}, {arrays}, {self.arguments}"

    @property
    def operator(self) -> Callable[..., np.ndarray]:
        return conv_transpose2d if self.transposed else conv2d

    def ours(self, **options: Any) -> np.ndarray:
        return self.operator(self.x, self.weight, self.bias, **self.arguments, **options)

    def defined(self) -> np.ndarray:
        """The definition's result in float64."""
        operator = definition.conv_transpose2d if self.transposed else definition.conv2d
        x = self.x if self.x.ndim == 4 else self.x[None]
        result = operator(x, self.weight, self.bias, **self.meaning)
        return result if self.x.ndim == 4 else result[0]

    def theirs(self, torch: Any) -> np.ndarray:
        operator = torch.nn.functional.conv_transpose2d if self.transposed else torch.nn.functional.conv2d
        x, weight, bias = (None if a is None else torch.from_numpy(a) for a in (self.x, self.weight, self.bias))
        with warnings.catch_warnings(action="ignore"):  # that "same" may need a copy
            return operator(x, weight, bias, **self.meaning).numpy()

    def map(self, change: Callable[[np.ndarray], np.ndarray]) -> "Case":
        """The case with other arrays."""
        bias = None if self.bias is None else change(self.bias)
        return self._replace(x=change(self.x), weight=change(self.weight), bias=bias)

    @property
    def terms(self) -> int:
        """Most products in one sum, and the bias."""
        channels = self.weight.shape[0] // self.meaning["groups"] if self.transposed else self.weight.shape[1]
        return channels * self.weight.shape[2] * self.weight.shape[3] + 1


@pytest.fixture
def torch():
    """The library with one thread."""
    library = pytest.importorskip("torch", reason="torch is the peer that convolutions are held against")
    before = library.get_num_threads()
    library.set_num_threads(1)
    yield library
    library.set_num_threads(before)


def shaped(rng, kind: str) -> tuple[int, int, int, int]:
    """Groups, channels of a group and its outputs, and the most columns."""
    if kind == "channels":
        groups = int(rng.choice([1, 1, 2]))
        return groups, *(int(n) // groups for n in rng.integers(8, 41, 2)), 12
    if kind == "depthwise":
        return int(rng.integers(1, 7)), 1, int(rng.choice([1, 1, 1, 2])), 40
    return int(rng.choice([1, 1, 2, 3])), int(rng.integers(1, 5)), int(rng.integers(1, 5)), 40 if kind == "wide" else 9


def written(rng, pair: np.ndarray) -> Any:
    """One number for both axes where that is possible, sometimes."""
    vertical, horizontal = map(int, pair)
    return vertical if vertical == horizontal and rng.random() < 0.5 else (vertical, horizontal)


def pairs(numbers: np.ndarray) -> tuple[int, int]:
    return int(numbers[0]), int(numbers[1])


def random_case(rng, transposed: bool, dtype: str, kinds: tuple[str, ...] = ()) -> Case:
    """Draw a call; tiny arrays mostly."""
    every = ("tiny",) if config.DISABLE_JIT else (*["tiny"] * 5, "pixel", "wide", "channels", "depthwise")
    kind = str(rng.choice(kinds or every))
    groups, inputs, outputs, widest = shaped(rng, kind)
    stride, kernel = rng.integers(1, 5, 2), rng.integers(1, 4 if config.DISABLE_JIT else 6, 2)
    if kind not in ("tiny", "pixel"):  # kernels of many pixels are compiled for their stride: few of them
        stride[1] = rng.integers(1, 3)
    if kind == "depthwise" and rng.random() < 0.7:
        kernel = np.maximum(1, 2 * stride - rng.integers(0, 2) * (stride % 2))
    shared = [stride, 2 * stride, 3, 2]  # a dilation with a factor in common with the stride
    dilation = np.where(rng.random(2) < 0.6, 1, shared[rng.integers(4)])
    padding = rng.integers(0, 5, 2)
    size = np.array([rng.integers(1, 9), rng.integers(1, widest + 1)]) if kind != "pixel" else np.array([1, 1])
    same = not transposed and rng.random() < 0.15
    span = dilation * (kernel - 1) + 1
    extra = np.zeros(2, int)
    if same:
        stride = np.array([1, 1])
    elif transposed:
        padding = np.minimum(padding, (stride * (size - 1) + span - 1) // 2)
        extra = rng.integers(0, np.maximum(stride, dilation))
    else:
        size = np.maximum(size, span - 2 * padding)
    meaning: dict[str, Any] = {"stride": pairs(stride), "dilation": pairs(dilation), "groups": groups}
    meaning["padding"] = "same" if same else pairs(padding)
    arguments = {name: written(rng, meaning[name]) for name in ("stride", "dilation")}
    arguments |= {"padding": "same" if same else written(rng, padding), "groups": groups}
    if transposed:
        meaning["output_padding"] = pairs(extra)
        if (extra < stride).all() and rng.random() < 0.5:
            arguments["output_size"] = written(rng, stride * (size - 1) - 2 * padding + span + extra)
        else:
            arguments["output_padding"] = written(rng, extra)
    images = [(), (0,), (1,), (1,), (2,), (3,)][rng.integers(6)]
    channels = (groups * inputs, outputs) if transposed else (groups * outputs, inputs)
    x = rng.standard_normal((*images, groups * inputs, *size)).astype(dtype)
    # As networks are initialised: sums are near 1, for which torch's tolerances are meant.
    weight = (rng.standard_normal((*channels, *kernel)) / np.sqrt(inputs * kernel.prod())).astype(dtype)
    bias = rng.standard_normal(groups * outputs).astype(dtype) if rng.random() < 0.5 else None
    return Case(transposed, x, weight, bias, arguments, meaning)


def cases(transposed: bool, dtype: str, count: int, kinds: tuple[str, ...] = ()) -> list[Case]:
    rng = np.random.default_rng([transposed, *dtype.encode(), *"".join(kinds).encode()])
    return [random_case(rng, transposed, dtype, kinds) for _ in range(count)]


def hold(case: Case, ours: np.ndarray, expected: np.ndarray, magnitude: np.ndarray) -> None:
    """Hold a result to the rounding errors that any order of additions may have made of sums of this magnitude."""
    assert type(ours) is np.ndarray
    assert (ours.shape, ours.dtype) == (expected.shape, case.x.dtype), case.label
    allowed = (case.terms + 1) * EPS[case.x.dtype.name] * magnitude
    assert (np.abs(ours - expected) <= allowed).all(), case.label


def magnitude(case: Case) -> Case:
    """The case whose exact result is the sum of the products' magnitudes."""
    return case.map(lambda array: np.abs(array).astype(np.float64))


# --- values -------------------------------------------------------------------------------------------------------


@DTYPES
@OPERATORS
def test_results_are_the_definitions(transposed: bool, dtype: str) -> None:
    for case in cases(transposed, dtype, BY_LOOPS, ("tiny", "tiny", "tiny", "pixel")):
        hold(case, case.ours(), case.defined(), magnitude(case).defined())


@OPERATORS
def test_results_in_double_precision_are_torchs(torch, transposed: bool) -> None:
    for case in cases(transposed, "float64", CASES):
        hold(case, case.ours(), case.theirs(torch), magnitude(case).theirs(torch))


@OPERATORS
def test_results_in_single_precision_are_torchs(torch, transposed: bool) -> None:
    for case in cases(transposed, "float32", CASES):
        ours, theirs = case.ours(), case.theirs(torch)
        hold(case, ours, theirs, magnitude(case).theirs(torch))
        torch.testing.assert_close(torch.from_numpy(ours), torch.from_numpy(theirs), msg=case.label)


@OPERATORS
def test_random_cases_meet_what_is_rare(transposed: bool) -> None:
    drawn = cases(transposed, "float64", 500)
    meanings = [case.meaning for case in drawn]
    kernels = [case.weight.shape[2:] for case in drawn]
    assert any(
        k < s for m, kernel in zip(meanings, kernels, strict=True) for k, s in zip(kernel, m["stride"], strict=True)
    )
    assert any(np.gcd(m["stride"], m["dilation"]).max() > 1 for m in meanings)
    assert any(m["groups"] > 1 and case.weight.shape[1] > 1 for m, case in zip(meanings, drawn, strict=True))
    assert any(case.x.shape[-2:] == (1, 1) for case in drawn)
    assert {case.x.ndim for case in drawn} == {3, 4}
    assert any(case.x.shape[0] == 0 for case in drawn)
    if transposed:
        assert any("output_size" in case.arguments for case in drawn)
        assert any(e >= s > 0 for m in meanings for e, s in zip(m["output_padding"], m["stride"], strict=True))
    else:
        assert any(m["padding"] == "same" for m in meanings)


@pytest.mark.skipif(config.DISABLE_JIT, reason="too many channels for uncompiled kernels")
@DTYPES
@OPERATORS
def test_many_channels_are_summed_in_blocks(torch, transposed: bool, dtype: str) -> None:
    rng = np.random.default_rng(3)
    for channels, groups in ((127, 1), (128, 1), (129, 1), (300, 1), (600, 2)):
        shape = (channels, 2) if transposed else (2 * groups, channels // groups)
        x, weight = rng.standard_normal((1, channels, 5, 9)), rng.standard_normal((*shape, 3, 2))
        meaning = {"stride": (1, 2), "padding": (1, 1), "dilation": (1, 1), "groups": groups}
        meaning |= {"output_padding": (0, 0)} if transposed else {}
        case = Case(transposed, x.astype(dtype), weight.astype(dtype), None, meaning, meaning)
        exact = case.map(lambda array: array.astype(np.float64)).theirs(torch)
        hold(case, case.ours(), exact, magnitude(case).theirs(torch))
        # Chains of about 128 products and the sum of their sums: far better than the bound of any order.
        assert np.abs(case.ours() - exact).max() <= 10 * EPS[dtype] * np.abs(exact).max()


@OPERATORS
def test_weights_of_one_tap_mix_channels_only(transposed: bool) -> None:
    rng = np.random.default_rng(4)
    x, matrix = rng.integers(-9, 9, (2, 3, 4, 5)).astype(np.float64), rng.integers(-9, 9, (4, 3)).astype(np.float64)
    weight = (matrix.T if transposed else matrix)[:, :, None, None]
    ours = (conv_transpose2d if transposed else conv2d)(x, weight)
    assert np.array_equal(ours, np.einsum("oc,nchw->nohw", matrix, x))


def test_the_transpose_is_adjoint() -> None:
    """Hold <conv x, y> = <x, conv_transpose y> for the same weights."""
    rng = np.random.default_rng(5)
    compared = 0
    for case in cases(False, "float64", BY_LOOPS):
        if case.meaning["padding"] == "same" or case.x.shape[0] == 0:
            continue
        arguments = {name: case.arguments[name] for name in ("stride", "padding", "dilation", "groups")}
        forward = conv2d(case.x, case.weight, **arguments)
        y = rng.standard_normal(forward.shape)
        back = conv_transpose2d(y, case.weight, output_size=case.x.shape[-2:], **arguments)
        assert back.shape == case.x.shape
        bound = (
            case.terms * EPS["float64"] * np.vdot(conv2d(np.abs(case.x), np.abs(case.weight), **arguments), np.abs(y))
        )
        assert abs(np.vdot(forward, y) - np.vdot(case.x, back)) <= 4 * bound, case.label
        compared += 1
    assert compared > BY_LOOPS / 2


def test_numbers_of_any_kind_of_integer() -> None:
    x, weight = np.ones((1, 5, 6)), np.ones((1, 1, 2, 3))
    expected = conv2d(x, weight, stride=(1, 2), padding=(2, 1), dilation=(3, 1))
    for make in (list, np.array, lambda pair: tuple(map(np.int64, pair)), lambda pair: np.array(pair, np.uint8)):
        ours = conv2d(x, weight, stride=make((1, 2)), padding=make((2, 1)), dilation=make((3, 1)))
        assert np.array_equal(ours, expected)
    expected = conv2d(x, weight, stride=2)
    for make in (np.int64, np.uint8, np.array):
        assert np.array_equal(conv2d(x, weight, stride=make(2), groups=np.int32(1)), expected)


def test_valid_is_no_padding_and_same_puts_an_odd_zero_behind() -> None:
    x = np.arange(1.0, 7.0).reshape(1, 1, 6)
    weight = np.array([[[[1.0, 10.0, 100.0, 1000.0]]]])
    assert np.array_equal(conv2d(x, weight, padding="valid"), conv2d(x, weight))
    behind = np.pad(x, ((0, 0), (0, 0), (1, 2)))
    assert np.array_equal(conv2d(x, weight, padding="same"), conv2d(behind, weight))


# Strides, dilations and paddings beyond all arrays: tables must not grow with them.
@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "dilation"),
    [
        (1, 3, 2**31 - 1, 0, 1),
        (2, 3, 10**9, 5 * 10**8 - 2, 1),
        (2, 1, 2**31 - 1, 2**30 - 3, 2**31 - 1),
        (1, 2, 2, 10**8 - 4, 2 * 10**8),
        (3, 2, 5, 99999999, 2 * 10**8 - 3),
    ],
)
def test_huge_numbers(size: int, kernel: int, stride: int, padding: int, dilation: int) -> None:
    rng = np.random.default_rng(6)
    x, weight = rng.standard_normal((1, 2, 1, size)), rng.standard_normal((2, 3, 1, kernel))
    arguments = {"stride": (1, stride), "padding": (0, padding), "dilation": (1, dilation)}
    ours = conv_transpose2d(x, weight, **arguments)
    assert 1 <= ours.shape[-1] < 100
    expected = definition.conv_transpose2d(x, weight, None, output_padding=(0, 0), groups=1, **arguments)
    np.testing.assert_allclose(ours, expected, rtol=1e-14)
    y = rng.standard_normal(ours.shape)
    forward = conv2d(y, weight, **arguments)
    assert forward.shape == x.shape
    expected = definition.conv2d(y, weight, None, groups=1, **arguments)
    np.testing.assert_allclose(forward, expected, rtol=1e-14)


# --- infinity and NaN ---------------------------------------------------------------------------------------------


def strewn(rng, array: np.ndarray, share: float) -> np.ndarray:
    """Put infinities and NaN into a few places, corners among them."""
    array = array.copy()
    places = rng.random(array.shape) < share
    if array.ndim >= 2:
        places[..., 0, 0] |= rng.random(array.shape[:-2]) < share
        places[..., -1, -1] |= rng.random(array.shape[:-2]) < share
    array[places] = rng.choice([np.inf, -np.inf, np.nan], np.count_nonzero(places))
    return array


@pytest.mark.filterwarnings("ignore:(invalid value|overflow) encountered:RuntimeWarning")  # kernels as plain Python
@pytest.mark.parametrize("where", ["x", "weight", "bias", "all"])
@DTYPES
@OPERATORS
def test_infinity_and_nan_spread_as_in_the_definition(transposed: bool, dtype: str, where: str) -> None:
    rng = np.random.default_rng(7)
    kinds = ("tiny", "tiny", "pixel") if config.DISABLE_JIT else ("tiny", "tiny", "pixel", "wide", "depthwise")
    met = set()
    for case in cases(transposed, dtype, 20, kinds) + spacious(transposed, dtype):
        names = ("x", "weight", "bias") if where == "all" else (where,)
        arrays = {name: getattr(case, name) for name in names if getattr(case, name) is not None}
        case = case._replace(
            **{name: strewn(rng, array, 0.05 if array.ndim > 1 else 0.3) for name, array in arrays.items()}
        )
        ours, expected = case.ours(), case.defined()
        places = np.isfinite(expected)
        assert np.array_equal(np.isfinite(ours), places), case.label
        assert np.array_equal(ours[~places], expected[~places].astype(dtype), equal_nan=True), case.label
        ours, expected = ours[places], expected[places]
        np.testing.assert_allclose(ours, expected, rtol=1e4 * EPS[dtype], atol=1e3 * EPS[dtype], err_msg=case.label)
        met |= {"all" if places.all() else "some" if places.any() else "none"}
    assert "some" in met


def spacious(transposed: bool, dtype: str) -> list[Case]:
    """Return calls large enough for kernels of many pixels and channels at once."""
    if config.DISABLE_JIT:
        return []
    rng = np.random.default_rng(8)
    found = []
    for channels, outputs, groups, kernel, stride, width in (
        (4, 24, 1, 3, 1, 35),
        (20, 40, 1, 2, 2, 9),
        (6, 6, 6, 4, 2, 40),
        (6, 6, 6, 3, 2, 40),
        (3, 3, 1, 4, 2, 40),
    ):
        shape = (channels, outputs // groups) if transposed else (outputs, channels // groups)
        x, weight = rng.standard_normal((1, channels, 5, width)), rng.standard_normal((*shape, kernel, kernel))
        meaning: dict[str, Any] = {"stride": (stride, stride), "padding": (1, 1), "dilation": (1, 1), "groups": groups}
        meaning |= {"output_padding": (0, 0)} if transposed else {}
        bias = rng.standard_normal(outputs).astype(dtype)
        found.append(Case(transposed, x.astype(dtype), weight.astype(dtype), bias, meaning, meaning))
    return found


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
@OPERATORS
def test_no_weight_meets_the_padding(transposed: bool, bad: float) -> None:
    """Only outputs that a tap reaches from a true sample may see it, even where that sample is zero."""
    weight = np.zeros((1, 1, 3, 3))
    weight[0, 0, 0, 0] = bad  # conv2d: from the upper left; its transpose: to the upper left
    ours = (conv_transpose2d if transposed else conv2d)(np.ones((1, 4, 5)), weight, padding=1)
    seen = np.zeros((1, 4, 5), bool)
    seen[:, slice(0, 3) if transposed else slice(1, 4), slice(0, 4) if transposed else slice(1, 5)] = True
    assert np.array_equal(~np.isfinite(ours), seen)
    assert not ours[~seen].any()


# --- memory, threads ----------------------------------------------------------------------------------------------


def layouts(array: np.ndarray) -> dict[str, np.ndarray]:
    """The same values in other layouts of memory."""
    spread = np.zeros([2 * n for n in array.shape], array.dtype)
    spread[tuple([slice(None, None, 2)] * array.ndim)] = array
    last = np.ascontiguousarray(np.moveaxis(array, -3 if array.ndim > 2 else 0, -1))
    reverse = tuple([slice(None, None, -1)] * array.ndim)
    shifted = np.frombuffer(b"\0" + array.tobytes(), np.uint8)[1:].view(array.dtype).reshape(array.shape)
    views = {
        "channels last": np.moveaxis(last, -1, -3 if array.ndim > 2 else 0),
        "every second": spread[tuple([slice(None, None, 2)] * array.ndim)],
        "reversed": np.ascontiguousarray(array[reverse])[reverse],
        "Fortran": np.asfortranarray(array),
        "byte-swapped": array.astype(array.dtype.newbyteorder()),
        "misaligned": shifted,
        "crop": np.pad(array, [(1, 2)] * array.ndim)[tuple([slice(1, -2)] * array.ndim)],
    }
    for axis in range(array.ndim):
        there = np.moveaxis(array, axis, 0)
        views[f"axis {axis} reversed"] = np.moveaxis(np.ascontiguousarray(there[::-1])[::-1], 0, axis)
    return views


def two_cases(transposed: bool, dtype: str) -> list[Case]:
    """Return a small call with everything, without a batch, and a larger one."""
    rng = np.random.default_rng(9)
    x, weight, bias = rng.standard_normal((4, 4, 5)), rng.standard_normal((4, 2, 3, 2)), rng.standard_normal(4)
    meaning: dict[str, Any] = {"stride": (2, 3), "padding": (1, 2), "dilation": (1, 2), "groups": 2}
    meaning |= {"output_padding": (1, 0)} if transposed else {}
    arrays = (array.astype(dtype) for array in (x, weight, bias))
    return [Case(transposed, *arrays, meaning, meaning), *spacious(transposed, dtype)[:2]]


@DTYPES
@OPERATORS
def test_the_layout_of_inputs_changes_nothing(transposed: bool, dtype: str) -> None:
    for case in two_cases(transposed, dtype):
        expected = case.ours()
        for name in ("x", "weight", "bias"):
            for layout, array in layouts(getattr(case, name)).items():
                array.flags.writeable = False
                before = array.tobytes()
                ours = case._replace(**{name: array}).ours()
                assert ours.dtype == np.dtype(dtype)
                assert ours.dtype.isnative
                assert ours.flags.c_contiguous
                assert ours.tobytes() == expected.tobytes(), (name, layout)
                assert array.tobytes() == before


@OPERATORS
def test_samples_repeated_by_strides_of_zero(transposed: bool) -> None:
    case = two_cases(transposed, "float64")[0]
    repeated = np.broadcast_to(case.x[:, :1, :], case.x.shape)
    assert np.array_equal(case._replace(x=repeated).ours(), case._replace(x=repeated.copy()).ours())


@DTYPES
@OPERATORS
def test_results_go_to_out_of_any_layout(transposed: bool, dtype: str) -> None:
    for case in two_cases(transposed, dtype):
        expected = case.ours()
        views = {"contiguous": np.zeros_like(expected)} | layouts(np.zeros_like(expected))
        del views["byte-swapped"]
        for layout, out in views.items():
            around = out
            if not out.flags.writeable:  # views of bytes
                around = np.zeros(out.nbytes + 1, np.uint8)
                out = around[1:].view(dtype).reshape(out.shape)
            out[...] = 7
            assert case.ours(out=out) is out
            assert np.array_equal(out, expected), layout


@OPERATORS
def test_out_writes_nothing_beside_itself(transposed: bool) -> None:
    for case in two_cases(transposed, "float32"):
        expected = case.ours()
        for surrounding in (
            np.full([n + 2 for n in expected.shape], 7, "float32"),
            np.full(expected.size + 64, 7, "float32"),
        ):
            if surrounding.ndim == 1:
                out = surrounding[32:-32].reshape(expected.shape)
            else:
                out = surrounding[tuple([slice(1, -1)] * expected.ndim)]
            case.ours(out=out)
            assert np.array_equal(out, expected)
            assert np.count_nonzero(surrounding != 7) <= expected.size
            out[...] = 7
            assert (surrounding == 7).all()


@OPERATORS
def test_inputs_may_share_memory(transposed: bool) -> None:
    array = np.arange(36.0).reshape(2, 2, 3, 3)
    operator = conv_transpose2d if transposed else conv2d
    assert np.array_equal(operator(array, array, padding=2), operator(array, array.copy(), padding=2))


@OPERATORS
def test_no_image_gives_none(transposed: bool) -> None:
    operator = conv_transpose2d if transposed else conv2d
    assert operator(np.zeros((0, 2, 5, 5)), np.zeros((2, 2, 3, 3))).shape == (0, 2, *((7, 7) if transposed else (3, 3)))


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
@DTYPES
@OPERATORS
def test_no_cut_changes_a_bit(monkeypatch, transposed: bool, dtype: str, lengths: list[int]) -> None:
    drawn = cases(transposed, dtype, BY_LOOPS // 2) + spacious(transposed, dtype)
    whole = [case.ours(threads=1) for case in drawn]
    monkeypatch.setattr(threads, "run", in_pieces(lengths))
    for case, expected in zip(drawn, whole, strict=True):
        assert case.ours().tobytes() == expected.tobytes(), case.label


@DTYPES
@OPERATORS
def test_no_number_of_threads_changes_a_bit(monkeypatch, transposed: bool, dtype: str) -> None:
    monkeypatch.setattr(threads, "_SHORTEST_BAND_NS", 1)
    for case in cases(transposed, dtype, BY_LOOPS // 5) + spacious(transposed, dtype):
        expected = case.ours(threads=1)
        for count in (2, 3, 8):
            assert case.ours(threads=count).tobytes() == expected.tobytes(), case.label


def test_calls_of_the_same_kind_are_planned_once() -> None:
    x, weight = np.ones((1, 1, 3, 4), "float32"), np.ones((1, 1, 2, 2), "float32")
    specs = [
        conv_spec(check_operands(array, weight, None), 1, (0, 1), 1, 1) for array in (x, x.copy(), x.astype(">f4"))
    ]
    assert specs[0] is specs[1] is specs[2]
    specs = [conv_transpose_spec(check_operands(x, weight, None), 2, 0, 0, size, 1, 1) for size in (None, (6, 8))]
    assert specs[0] == specs[1]
    assert hash(specs[0]) == hash(specs[1])
    assert (specs[0].channels, specs[0].size) == (1, (6, 8))


# --- refusals -----------------------------------------------------------------------------------------------------

X = np.ones((1, 4, 5, 6), "float32")
WEIGHT = np.ones((6, 2, 3, 2), "float32")  # of conv2d with two groups
BACK = np.ones((4, 3, 3, 2), "float32")  # of its transpose
MOST = 2147483647


def refused(transposed: bool, error: type[Exception], text: str, **changes: Any) -> None:
    """Check type and whole text of what a call raises, and that it wrote nothing."""
    shape = (1, 6, 7, 7) if transposed else (1, 6, 3, 5)
    arguments = {"x": X, "weight": BACK if transposed else WEIGHT, "groups": 2, "out": np.full(shape, 7, "float32")}
    arguments |= changes
    before = np.array(arguments["out"])
    with pytest.raises(error, match="^" + re.escape(text) + "$") as caught:
        (conv_transpose2d if transposed else conv2d)(**arguments)
    assert type(caught.value) is error
    assert np.array_equal(np.asarray(arguments["out"]), before)


def test_what_is_changed_below_is_accepted() -> None:
    """Without a change nothing is refused: each refusal has its own cause."""
    out = np.full((1, 6, 3, 5), 7, "float32")
    assert conv2d(X, WEIGHT, np.zeros(6, "float32"), groups=2, out=out) is out
    assert (out == 12).all()
    out = np.full((1, 6, 7, 7), 7, "float32")
    assert conv_transpose2d(X, BACK, np.zeros(6, "float32"), groups=2, out=out) is out
    assert out.max() == 12


@OPERATORS
@pytest.mark.parametrize(("name", "least"), [("stride", 1), ("padding", 0), ("dilation", 1)])
def test_pairs(transposed: bool, name: str, least: int) -> None:
    accepted = f"{name} must be an integer or a pair (vertical, horizontal), from {least} to {MOST}"
    for value in (least - 1, -5, MOST + 1, 10**30, (1, least - 1), (MOST + 1, 1), (), (1,), (1, 1, 1), np.array([1])):
        refused(transposed, ValueError, f"{accepted}, got {value!r}", **{name: value})
    values = (
        1.0,
        True,
        np.True_,
        None,
        float("nan"),
        1j,
        (1, 1.0),
        (1, True),
        (None, 1),
        [[1, 1], [1, 1]],
        np.array([1.0, 1.0]),
    )
    for value in values:
        refused(transposed, TypeError, f"{accepted}, got {value!r}", **{name: value})


def test_what_equals_an_integer_is_none() -> None:
    """Checked also after a call that a cache could take for the same."""
    conv2d(X, WEIGHT, groups=2, stride=(1, 1))
    accepted = f"stride must be an integer or a pair (vertical, horizontal), from 1 to {MOST}"
    for value in (1.0, True, (1.0, 1.0), (True, True)):
        refused(False, TypeError, f"{accepted}, got {value!r}", stride=value)
    refused(False, TypeError, "groups must be a positive integer, got 2.0", groups=2.0)


def test_names_of_padding() -> None:
    text = "padding must be 'same', 'valid', an integer or a pair of integers, got 'full'"
    refused(False, ValueError, text, padding="full")
    refused(False, ValueError, "stride must be 1 with padding 'same', got (2, 1)", padding="same", stride=(2, 1))
    accepted = f"padding must be an integer or a pair (vertical, horizontal), from 0 to {MOST}"
    for name in ("same", "valid"):
        refused(True, TypeError, f"{accepted}, got {name!r}", padding=name)


@OPERATORS
def test_groups(transposed: bool) -> None:
    for value in (0, -1):
        refused(transposed, ValueError, f"groups must be a positive integer, got {value}", groups=value)
    for value in (1.0, "2", None, True, (2, 2)):
        refused(transposed, TypeError, f"groups must be a positive integer, got {value!r}", groups=value)


def test_channels_that_do_not_match() -> None:
    text = "x must have 2 channels, 2 (second size of weight) times 1 groups, got 4 of shape (1, 4, 5, 6)"
    refused(False, ValueError, text, groups=1)
    text = "x must have 6 channels, 2 (second size of weight) times 3 groups, got 4 of shape (4, 5, 6)"
    refused(False, ValueError, text, groups=3, x=X[0])
    text = "groups must divide the 5 output channels (first size) of weight, got 2"
    refused(False, ValueError, text, weight=WEIGHT[:5])
    text = "x must have 3 channels, the first size of weight, got 4 of shape (1, 4, 5, 6)"
    refused(True, ValueError, text, weight=BACK[:3])
    refused(True, ValueError, "groups must divide the 4 channels of x, got 3", groups=3)


def test_shapes() -> None:
    for x in (X[0, 0], X[None], np.float32(1) + np.zeros((), "float32")):
        x = np.asarray(x)
        text = f"x must have shape (N, C, H, W) or (C, H, W), got {x.shape}"
        refused(False, ValueError, text, x=x)
        refused(True, ValueError, text, x=x)
    for shape in ((1, 0, 5, 6), (1, 4, 0, 6), (4, 5, 0), (0, 4, 5, 0)):
        text = f"x must have at least one channel, row and column, got shape {shape}"
        refused(False, ValueError, text, x=np.zeros(shape, "float32"))
        refused(True, ValueError, text, x=np.zeros(shape, "float32"))
    for shape in ((6, 2, 3), (6, 2, 3, 2, 1), (6, 2, 0, 2), (0, 2, 3, 2), (4, 0, 3, 2)):
        weight = np.zeros(shape, "float32")
        text = (
            f"weight must have shape (C_out, C_in / groups, kernel rows, kernel columns), none of them 0, got {shape}"
        )
        refused(False, ValueError, text, weight=weight)
        text = (
            f"weight must have shape (C_in, C_out / groups, kernel rows, kernel columns), none of them 0, got {shape}"
        )
        refused(True, ValueError, text, weight=weight)


@OPERATORS
def test_biases(transposed: bool) -> None:
    for shape in ((5,), (7,), (1,), (6, 1), (0,), ()):
        text = f"bias must have shape (6,), one value per output channel, got {shape}"
        refused(transposed, ValueError, text, bias=np.zeros(shape, "float32"))


@OPERATORS
def test_arrays_and_dtypes(transposed: bool) -> None:
    weight = BACK if transposed else WEIGHT
    for name, value in (("x", X.tolist()), ("weight", weight.tolist()), ("bias", [0.0] * 6), ("x", None), ("bias", 0)):
        text = f"{name} must be a NumPy array, got {type(value).__name__}; numpy.asarray({name}) may make one"
        refused(transposed, TypeError, text, **{name: value})
    text = "weight must be a plain NumPy array, got a masked array; weight.filled(...) makes one"
    refused(transposed, TypeError, text, weight=np.ma.masked_array(weight))
    for dtype in ("float16", "int32", "uint8", "complex64", "longdouble", "object", "bool"):
        array = X.astype(dtype)
        refused(transposed, TypeError, f"x must have dtype float32 or float64, got {array.dtype}", x=array)
        array = weight.astype(dtype)
        refused(transposed, TypeError, f"weight must have dtype float32, as x, got {array.dtype}", weight=array)
    text = "weight must have dtype float64, as x, got float32"
    refused(transposed, TypeError, text, x=X.astype("float64"))
    refused(transposed, TypeError, "bias must have dtype float32, as x, got float64", bias=np.zeros(6))


def test_kernels_larger_than_the_padded_input() -> None:
    text = (
        "vertically, kernel must fit the padded input: 3 taps with dilation 4 span 9 samples, got 5 with padding 1 on "
        "both sides, which is 7"
    )
    refused(False, ValueError, text, dilation=(4, 1), padding=1)
    text = (
        "horizontally, kernel must fit the padded input: 2 taps with dilation 6 span 7 samples, got 6 with padding 0 "
        "on both sides, which is 6"
    )
    refused(False, ValueError, text, dilation=(1, 6))


def test_padding_that_leaves_nothing_of_the_result() -> None:
    text = (
        "horizontally, padding must leave a sample of the result, got 4, which cuts 8 off 7 (6 samples, 2 taps, "
        "stride 1, dilation 1, output_padding 0)"
    )
    refused(True, ValueError, text, padding=(0, 4))


def test_output_padding() -> None:
    accepted = f"output_padding must be an integer or a pair (vertical, horizontal), from 0 to {MOST}"
    refused(True, ValueError, f"{accepted}, got -1", output_padding=-1)
    refused(True, TypeError, f"{accepted}, got 0.5", output_padding=0.5)
    text = "vertically, output_padding must be less than stride or dilation, got 1 with stride 1 and dilation 1"
    refused(True, ValueError, text, output_padding=1)
    text = "horizontally, output_padding must be less than stride or dilation, got 3 with stride 2 and dilation 3"
    refused(True, ValueError, text, output_padding=3, stride=(4, 2), dilation=(1, 3))
    ours = conv_transpose2d(X, BACK, output_padding=(3, 2), stride=(4, 2), dilation=(1, 3))
    assert ours.shape[2:] == (4 * 4 + 3 + 3, 2 * 5 + 4 + 2)


def test_output_size() -> None:
    accepted = f"output_size must be an integer or a pair (vertical, horizontal), from 1 to {MOST}"
    for value in (0, (7, 0), (1, 6, 7, 7), ()):
        refused(True, ValueError, f"{accepted}, got {value!r}", output_size=value)
    for value in (7.0, "7", (7, 7.0)):
        refused(True, TypeError, f"{accepted}, got {value!r}", output_size=value)
    reach = "output_size must be from {} to {} for {} samples, {} taps, stride {}, padding {} and dilation {}, got {}"
    text = "vertically, " + reach.format(7, 7, 5, 3, 1, 0, 1, 8)
    refused(True, ValueError, text, output_size=(8, 7))
    for wanted in (8, 12):
        text = "horizontally, " + reach.format(9, 11, 6, 2, 3, 4, 1, wanted)
        refused(True, ValueError, text, output_size=(8, wanted), stride=(2, 3), padding=(2, 4))
    text = "output_padding must be 0 if output_size is given, which implies it, got (0, 1) and output_size (10, 12)"
    refused(True, ValueError, text, output_size=(10, 12), output_padding=(0, 1), stride=2)


def test_output_sizes_are_all_those_of_the_range() -> None:
    for size in range(9, 12):
        extra = {"output_padding": (0, size - 9), "stride": 3, "padding": (0, 4)}
        by_size = conv_transpose2d(X, BACK, output_size=(15, size), stride=3, padding=(0, 4))
        assert np.array_equal(by_size, conv_transpose2d(X, BACK, **extra))
    # The size without output_padding would be 0, which is no size, but one more is one.
    assert conv_transpose2d(X[:, :, :1, :1], BACK, output_size=(1, 1), stride=2, padding=(1, 1)).shape == (1, 3, 1, 1)


@OPERATORS
def test_results_that_no_memory_holds(transposed: bool) -> None:
    before = "the result must fit into memory, got shape (1, 6, "
    if transposed:
        text = f"{before}{4 * MOST + 3}, {5 * MOST + 2}) of float32"
        refused(True, ValueError, text, stride=MOST)
    else:
        text = f"{before}{2 * MOST + 3}, {2 * MOST + 5}) of float32"
        refused(False, ValueError, text, padding=MOST)


OWN = "out must have a place of its own for each element, got strides"


@OPERATORS
def test_out_that_does_not_fit(transposed: bool) -> None:
    shape = (1, 6, 7, 7) if transposed else (1, 6, 3, 5)
    good = np.full(shape, 7, "float32")
    frozen = good.copy()
    frozen.flags.writeable = False
    tied = np.lib.stride_tricks.as_strided(good, shape, (0, *good.strides[1:3], 0))
    for out, error, text in (
        (good[0], ValueError, f"out must have shape {shape}, got {shape[1:]}"),
        (good[..., 1:], ValueError, f"out must have shape {shape}, got {(*shape[:3], shape[3] - 1)}"),
        (good.astype("float64"), TypeError, "out must have dtype float32, as the result, got float64"),
        (good.astype(">f4"), TypeError, "out must have dtype float32, as the result, got >f4"),
        (frozen, ValueError, "out must be writable, got a read-only array"),
        (tied, ValueError, f"{OWN} {tied.strides}"),
        (good.tolist(), TypeError, "out must be a NumPy array or None, got list"),
    ):
        refused(transposed, error, text, out=out)


@OPERATORS
@pytest.mark.parametrize("name", ["x", "weight", "bias"])
def test_out_that_overlaps_an_input(transposed: bool, name: str) -> None:
    buffer = np.full(2000, 7, "float32")
    shape = (1, 6, 7, 7) if transposed else (1, 6, 3, 5)
    given = {"x": X.shape, "weight": (BACK if transposed else WEIGHT).shape, "bias": (6,)}[name]
    shared = buffer[: np.prod(given)].reshape(given)
    for begin in (0, shared.size - 1):
        out = buffer[begin : begin + np.prod(shape)].reshape(shape)
        refused(transposed, ValueError, f"out must not overlap {name}: both share memory", out=out, **{name: shared})
        assert (buffer == 7).all()


@OPERATORS
def test_threads(transposed: bool) -> None:
    for value, error in ((0, ValueError), (-1, ValueError), (1.5, TypeError), ("2", TypeError), (True, TypeError)):
        refused(transposed, error, f"threads must be a positive integer or None, got {value!r}", threads=value)
