"""Kernels alone: every variant gives the bits of the plain one, any cut gives the whole, nothing beside is touched."""

import signal
import sys
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

import child
import numpy as np
import pytest
from numba import config

from fastresample import codes, kernels, layout, plan, resize
from fastresample.kernels import VARIANTS, Request, Variant, matching
from fastresample.kernels.tiers import AVX2, AVX512, PLAIN, VBMI, tier
from fastresample.spec import resize_spec
from fastresample.stage import Stage

FAMILIES = ("gather", "separable", "mean", "corners")
ELSEWHERE = {
    "correlate": "test_correlation",
    "max_pool": "test_pooling",
    "avg_pool": "test_pooling",
    "unpool": "test_pooling",
}


class Case(NamedTuple):
    """One stage on one canonical image (planes, rows, columns, channels)."""

    dtype: str
    shape: tuple[int, int, int, int]
    size: tuple[int, int]
    options: Mapping[str, Any] = MappingProxyType({})

    @property
    def stage(self) -> Stage:
        given = {"method": "bilinear", "antialias": None, "box": None, "convention": "native", **self.options}
        defaults = {"factor": None, "coordinates": None, "axes": (1, 2)}
        (stage,) = plan.make(resize_spec(self.shape, np.dtype(self.dtype), size=self.size, **defaults, **given)).stages
        return stage

    @property
    def image(self) -> np.ndarray:
        rng = np.random.default_rng(len(repr(self)))
        if np.dtype(self.dtype).kind == "f":
            return rng.standard_normal(self.shape).astype(self.dtype)
        info = np.iinfo(self.dtype)
        return rng.integers(info.min, info.max, self.shape, self.dtype, endpoint=True)

    def request(self, direct: bool) -> Request:
        request: Request = self.stage.request
        if request.family == "gather":
            word = f"uint{8 * np.dtype(self.dtype).itemsize}"
            request = request._replace(source=word, result=word)
        return request._replace(direct=direct, channels=self.shape[3])

    def run(self, request: Request, variant: Variant | None = None, cuts: tuple[int, ...] = ()) -> np.ndarray:
        """Call a kernel on C-contiguous arrays: the whole picture, or cut into pieces that are run last to first."""
        variant = variant or matching(request)[-1]
        stage, src = self.stage, self.image.view(request.source)
        planes, channels = self.shape[0], self.shape[3]
        out = np.zeros((planes, stage.tables_y[0].size, stage.tables_x[0].size, channels), request.result)
        rows = planes * out.shape[1]
        flat = (src.reshape(*src.shape[:2], -1), out.reshape(*out.shape[:2], -1)) if request.direct else (src, out)
        prepared = self.prepared(request, variant)
        assert prepared is not None
        kernel, tables = prepared
        ends = (0, *cuts, rows)
        for begin, end in reversed(list(pairwise(ends))):
            kernel(*flat, begin, end, *tables)
        return out

    def prepared(self, request: Request, variant: Variant) -> tuple[Any, tuple[Any, ...]] | None:
        """Return a variant's kernel and its tables; None where these tables are beyond it."""
        stage, (_, rows_in, columns, channels) = self.stage, self.shape
        sizes = np.array((channels, columns * channels, rows_in, 0), np.int64)
        tables = (sizes, *stage.tables_x, *stage.tables_y, *stage.constants)
        if variant.prepare is None:
            return variant.make(request), tables
        packed = variant.prepare(request, tables)
        return packed and (variant.make(request, packed[0]), packed[1])

    def serving(self, request: Request) -> list[Variant]:
        """Return the variants that can serve these tables, too."""
        return [variant for variant in matching(request) if self.prepared(request, variant)]


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


# --- the table of variants ----------------------------------------------------------------------------------------


def halvings() -> list[Case]:
    """Every specialisation of the block mean: dtypes with three channels, channel counts with two dtypes."""
    kinds = [(dtype, 3) for dtype in ("uint8", "int8", "uint16", "int16", "float32", "float64")]
    kinds += [("uint8", 1), ("uint8", 4), ("uint8", 5), ("float32", 2)]
    return [Case(dtype, (2, 6, 10, channels), (3, 5)) for dtype, channels in kinds]


def ruled(dtype: str, method: str, convention: str, antialias: bool | None = None, shrink: bool = False) -> Case:
    """A case of another convention's arithmetic; five columns of three channels leave samples behind whole groups."""
    shape, size = ((2, 23, 17, 3), (4, 5)) if shrink else ((2, 7, 4, 3), (9, 5))
    return Case(dtype, shape, size, {"method": method, "convention": convention, "antialias": antialias})


# Every order of additions and every rounding that codes.py has, by somebody who uses it.
RULED = [
    ruled("uint8", "bilinear", "opencv"),
    ruled("uint8", "bicubic", "opencv"),
    ruled("uint16", "bicubic", "opencv"),
    ruled("float32", "lanczos4", "opencv"),
    ruled("int32", "bilinear_exact", "opencv"),
    ruled("float32", "area", "opencv", shrink=True),
    ruled("uint8", "area", "opencv", shrink=True),
    ruled("uint8", "lanczos3", "pillow"),
    ruled("uint16", "bicubic", "pillow", shrink=True),
    ruled("int32", "bicubic", "pillow"),
    ruled("float32", "hamming", "pillow", shrink=True),
    ruled("uint8", "bicubic", "torch"),
    ruled("uint8", "bicubic", "native", antialias=False),
    ruled("float32", "bicubic", "torch"),
    ruled("float32", "bilinear", "torch", antialias=True, shrink=True),
    ruled("float64", "bicubic", "torch", antialias=True, shrink=True),
    ruled("float32", "bilinear", "torch"),
    ruled("float32", "area", "torch", shrink=True),
]
MEANS = [
    Case("uint8", (2, 6, 10, 3), (3, 5), {"convention": "opencv"}),
    Case("uint8", (2, 12, 15, 3), (4, 5), {"method": "area", "convention": "opencv"}),
    Case("float32", (2, 12, 15, 3), (4, 5), {"method": "area", "convention": "opencv"}),
    Case("uint16", (2, 12, 10, 3), (6, 5), {"method": "area", "convention": "opencv"}),
]
CASES = [
    *halvings(),
    Case("uint8", (1, 9, 11, 3), (4, 5), {"box": (0, 0, 8, 10)}),  # halves a part that starts at the first pixel
    Case("uint32", (1, 6, 10, 3), (3, 5)),
    Case("uint8", (2, 6, 10, 3), (3, 5), {"antialias": True}),
    Case("uint8", (2, 30, 240, 3), (3, 4), {"antialias": True}),
    Case("uint8", (1, 300, 60, 3), (4, 20), {"antialias": True}),
    Case("uint8", (2, 7, 5, 3), (9, 8)),
    Case("float32", (2, 7, 15, 3), (9, 8), {"antialias": True}),
    Case("float32", (2, 7, 20, 3), (9, 13)),
    Case("uint8", (2, 7, 5, 3), (9, 8), {"method": "nearest"}),
    Case("uint16", (2, 6, 10, 3), (3, 5), {"method": "nearest"}),
    Case("uint8", (2, 7, 20, 3), (9, 13), {"method": "nearest"}),
    *RULED,
    *MEANS,
]


def test_the_last_variant_of_each_family_serves_everything() -> None:
    assert {variant.family for variant in VARIANTS} == {*FAMILIES, *ELSEWHERE}
    assert len({(variant.family, variant.name) for variant in VARIANTS}) == len(VARIANTS)
    for family in FAMILIES:
        last = [variant for variant in VARIANTS if variant.family == family][-1]
        assert last.name == "plain"
        for direct in (False, True):
            assert last.matches(Request(family, direct, channels=7, source="uint8", result="uint8"))


def _runs(variant: Variant) -> bool:
    """Whether the processor has the vectors of a variant: only those pack tables."""
    if variant.name == "narrow windows":
        return tier() in (AVX2, AVX512)
    narrow = variant.name.startswith("narrow") and tier() is not PLAIN
    return variant.prepare is None or narrow or tier() is VBMI


def test_every_variant_has_a_case_here() -> None:
    walked = {variant for case in CASES for direct in (False, True) for variant in case.serving(case.request(direct))}
    expected = {variant for variant in VARIANTS if variant.family not in ELSEWHERE and _runs(variant)}
    assert walked == expected
    assert any(len(matching(case.request(True))) > 1 for case in CASES)


def test_select_takes_the_first_that_takes_tables_as_they_are() -> None:
    for case in CASES:
        request = case.request(True)
        first = next(variant for variant in matching(request) if variant.prepare is None)
        if config.DISABLE_JIT:  # plain functions, made anew each time: same code, not the same object
            assert kernels.select(request).__code__ is first.make(request).__code__
        else:
            assert kernels.select(request) is first.make(request)


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.parametrize("direct", [True, False], ids=["direct", "by lines"])
def test_every_variant_gives_the_bits_of_the_plain_one(case: Case, direct: bool) -> None:
    request = case.request(direct)
    *fast, plain = case.serving(request)
    assert plain.name == "plain"
    expected = case.run(request, plain)
    for variant in fast:
        assert same(case.run(request, variant), expected), variant.name


def test_the_block_mean_serves_exact_halving_and_nothing_else() -> None:
    """Whenever it matches, the tables are two taps of one half each, from the first pixel on."""
    rng = np.random.default_rng(3)
    served = 0
    for _ in range(400):
        dtype = str(rng.choice(["uint8", "int16", "float32", "float64", "int32"]))
        rows, columns, height, width = (int(n) for n in rng.integers(1, 7, 4))
        if rng.random() < 0.6:
            height, width = 2 * rows, 2 * columns
        options: dict[str, Any] = {"antialias": bool(rng.random() < 0.3)}
        if rng.random() < 0.4:
            top, left = rng.integers(0, 2, 2) / 2
            bottom, right = (n - rng.integers(0, 2) / 2 for n in (height, width))
            options["box"] = (top, left, bottom, right)
        case = Case(dtype, (1, height, width, 3), (rows, columns), options)
        try:
            stage = case.stage
        except ValueError:  # an identity has no stage
            continue
        if "halve" not in [variant.name for variant in matching(case.request(True))]:
            continue
        served += 1
        for tables in (stage.tables_x, stage.tables_y):
            first, count, weights = tables
            assert (first == 2 * np.arange(first.size)).all()
            assert (count == 2).all()
            assert weights.shape[1] == 2
            assert (weights == weights[0, 0]).all()
    assert served >= 20


# --- cuts, layouts, loops -----------------------------------------------------------------------------------------

SPLIT = [
    Case("uint8", (3, 7, 5, 3), (9, 8)),
    Case("uint8", (3, 13, 11, 3), (4, 5), {"antialias": True}),
    Case("float32", (3, 7, 15, 3), (9, 6), {"antialias": True}),
    Case("float32", (3, 13, 5, 3), (4, 8), {"antialias": True}),
    Case("float32", (3, 7, 25, 3), (9, 25)),
    Case("float32", (3, 7, 25, 3), (9, 26)),
    Case("uint8", (3, 7, 5, 3), (9, 8), {"method": "nearest"}),
    Case("uint8", (3, 6, 10, 3), (3, 5)),
    *(case._replace(shape=(3, *case.shape[1:])) for case in (*RULED, *MEANS)),
]


def test_every_code_of_sums_and_stores_has_a_case() -> None:
    """Stores of the first pass count too."""
    arithmetics = [case.stage.request.arithmetic for case in CASES if case.stage.request.family == "separable"]
    passes = [how for arithmetic in arithmetics for how in (arithmetic.first, arithmetic.last)]
    known = {name: value for name, value in vars(codes).items() if name.startswith(("SUM_", "STORE_"))}
    sums = {value for name, value in known.items() if name.startswith("SUM_")}
    stores = {value for name, value in known.items() if name.startswith("STORE_")}
    assert {how.sum for how in passes} == sums
    assert {how.store for how in passes} == stores


@pytest.mark.parametrize("case", SPLIT, ids=str)
@pytest.mark.parametrize("direct", [True, False], ids=["direct", "by lines"])
def test_any_cut_of_the_rows_gives_the_whole(case: Case, direct: bool) -> None:
    request = case.request(direct)
    rows = 3 * case.size[0]
    rng = np.random.default_rng(rows)
    every = tuple(range(1, rows))
    some = [tuple(sorted(rng.choice(rows - 1, 3, replace=False) + 1)) for _ in range(5)]
    for variant in case.serving(request):
        whole = case.run(request, variant)
        for cuts in (every, (case.size[0],), (case.size[0] - 1, case.size[0] + 1), *some):
            assert same(case.run(request, variant, cuts), whole), (variant.name, cuts)


@pytest.mark.parametrize("case", SPLIT, ids=str)
def test_line_by_line_gives_the_bits_of_the_direct_kernel(case: Case) -> None:
    assert same(case.run(case.request(False)), case.run(case.request(True)))


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize(
    ("columns", "size", "special"), [(5, (9, 8), codes.TWO), (25, (9, 25), codes.IDENTITY)], ids=["two", "identity"]
)
def test_loops_for_special_tap_counts_give_what_the_general_one_gives(
    dtype: str, columns: int, size: tuple[int, int], special: int
) -> None:
    case = Case(dtype, (2, 7, columns, 3), size)
    request = case.request(True)
    assert request.taps_x == special
    assert np.array_equal(case.run(request), case.run(request._replace(taps_x=codes.ANY)))


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("options", [{}, {"antialias": True}, {"method": "nearest"}], ids=str)
def test_loops_for_special_channel_counts_give_what_the_general_one_gives(dtype: str, options: dict[str, Any]) -> None:
    image = Case(dtype, (1, 14, 10, 5), (1, 1)).image[0]
    for size in ((6, 4), (7, 5), (20, 13)):
        expected = resize(image, size, **options)
        for channels in (1, 2, 3, 4):
            few = np.ascontiguousarray(image[..., :channels])
            assert same(resize(few, size, **options), np.ascontiguousarray(expected[..., :channels]))


# --- what lies beside an image ------------------------------------------------------------------------------------

WAYS: list[tuple[str, tuple[int, int], dict[str, Any]]] = [
    *(
        (dtype, size, options)
        for dtype in ("uint8", "float32")
        for size, options in (
            ((9, 8), {}),
            ((4, 4), {}),
            ((3, 3), {"antialias": True}),
            ((9, 3), {"antialias": True}),
            ((3, 9), {"antialias": True}),
            ((8, 4), {"antialias": True}),
            ((5, 8), {"antialias": True}),
            ((3, 11), {"method": "nearest"}),
        )
    ),
    ("uint8", (9, 8), {"method": "bicubic", "convention": "opencv"}),
    ("float32", (3, 4), {"method": "area", "convention": "opencv"}),
    ("uint8", (9, 3), {"method": "lanczos3", "convention": "pillow"}),
    ("float32", (3, 11), {"method": "bicubic", "convention": "torch"}),
]


@pytest.mark.parametrize(("dtype", "size", "options"), WAYS, ids=str)
def test_the_neighbours_of_a_crop_are_neither_read_nor_written(
    dtype: str, size: tuple[int, int], options: dict[str, Any]
) -> None:
    image = Case(dtype, (1, 8, 8, 3), (1, 1)).image[0]
    expected = resize(image, size, **options)
    for poison in (0, 255, np.nan if dtype == "float32" else 77):
        room = np.full((14, 15, 3), poison, dtype)
        crop = room[3:11, 4:12]
        crop[...] = image
        assert layout.flat_rows(crop[None]) is not None, "the crop would be copied line by line, which is another test"
        assert same(resize(crop, size, **options), expected)
        wall = np.full((16, 16, 3), 9, dtype)
        out = wall[2 : 2 + size[0], 3 : 3 + size[1]]
        resize(crop, size, out=out, **options)
        assert np.array_equal(out, expected)
        out[...] = 9
        assert (wall == 9).all()


GUARDED = """
    import ctypes, mmap, resource, sys

    import numpy as np

    import child
    from fastresample import resize

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    PAGE = mmap.PAGESIZE
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mprotect.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int

    def page():
        '''A page between two that nobody may touch.'''
        memory = mmap.mmap(-1, 3 * PAGE)
        address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        for guard in (address, address + 2 * PAGE):
            assert libc.mprotect(guard, PAGE, 0) == 0, ctypes.get_errno()
        return memory

    def placed(shape, strides, dtype, at_end):
        '''An array whose first sample lies at the start of the page, or whose last one lies at its end.'''
        span = sum((n - 1) * stride for n, stride in zip(shape, strides)) + np.dtype(dtype).itemsize
        assert span <= PAGE
        return np.ndarray(shape, dtype, page(), 2 * PAGE - span if at_end else PAGE, strides)
"""

WALK = """
    done = 0
    for dtype, size, options in WAYS:
        item = np.dtype(dtype).itemsize
        pixels = np.random.default_rng(1).integers(0, 255, (8, 8, 3)).astype(dtype)
        layouts = {
            "contiguous": (24 * item, 3 * item, item),
            "crop": (33 * item, 3 * item, item),
            "every second column": (51 * item, 6 * item, item),
            "planes": (9 * item, item, 80 * item),
        }
        expected = resize(pixels, size, **options)
        for strides in layouts.values():
            for at_end in (False, True):
                image = placed(pixels.shape, strides, dtype, at_end)
                image[...] = pixels
                assert np.array_equal(resize(image, size, **options), expected), (dtype, size, options, strides)
                whole = placed(expected.shape, expected.strides, dtype, at_end)
                assert np.array_equal(resize(image, size, out=whole, **options), expected)
                loose = tuple(stride + 3 * item * (axis == 0) for axis, stride in enumerate(expected.strides))
                crop = placed(expected.shape, loose, dtype, at_end)
                assert np.array_equal(resize(image, size, out=crop, **options), expected)
                done += 1
    child.tell(done)
"""

needs_mprotect = pytest.mark.skipif(sys.platform != "linux", reason="guard pages need Linux's mprotect")


@needs_mprotect
def test_the_guard_pages_work() -> None:
    """Else the next test could not fail."""
    script = GUARDED + "    image = placed((8, 8), (8, 1), 'uint8', True)\n    print(image.base, int({}))"
    beyond = "np.lib.stride_tricks.as_strided(image, (9, 8))[8, 0]"
    assert child.run(script.format("image[7, 7]")).status == 0
    assert child.run(script.format(beyond)).status == -signal.SIGSEGV


@needs_mprotect
def test_nothing_is_touched_before_or_behind_an_array() -> None:
    """Reading or writing one byte beside an array ends the child."""
    finished = child.run(GUARDED + f"\n    WAYS = {WAYS!r}\n" + WALK, timeout=300)
    assert finished.told == len(WAYS) * 4 * 2


# --- compiled code ------------------------------------------------------------------------------------------------


def test_kernels_accept_read_only_tables_and_images() -> None:
    case = CASES[0]
    for direct in (False, True):
        request = case.request(direct)
        expected = case.run(request)
        stage = case.stage
        for table in (*stage.tables_x, *stage.tables_y, *stage.constants):
            assert table.flags.c_contiguous
        image = case.image
        image.flags.writeable = False
        assert same(resize(image, case.size, axes=(1, 2)), expected)


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="without the compiler kernels are plain functions")
def test_a_kernel_is_one_function_with_one_signature_and_compiles_no_other() -> None:
    request = CASES[0].request(True)
    kernel = kernels.select(request)
    assert len(kernel.signatures) == 1
    assert request.source in kernel.__qualname__
    stage, sizes = CASES[0].stage, np.array((3, 30, 6), np.int64)
    tables = (sizes, *stage.tables_x, *stage.tables_y, *stage.constants)
    with pytest.raises(TypeError, match="No matching definition"):
        kernel(np.zeros((2, 6, 30), np.complex64), np.zeros((2, 3, 15), np.complex64), 0, 1, *tables)
    assert len(kernel.signatures) == 1


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="without the compiler kernels are plain functions")
def test_different_requests_are_different_functions() -> None:
    names = {}
    for case in (*CASES, *SPLIT):
        for direct in (False, True):
            kernel = kernels.select(case.request(direct))
            names.setdefault(kernel.__qualname__, set()).add(str(kernel.signatures))
    assert all(len(signatures) == 1 for signatures in names.values())
    assert len(names) >= 15
