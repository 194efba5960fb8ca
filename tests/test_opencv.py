"""compat.opencv and convention opencv: every cell against the specification, and against cv2 where it is 5.0.0.

``FASTRESAMPLE_CASES`` is the number of random cases, 2800 by default: each is held against both. From 20 000 on every
kernel is tried; below, the loops that are compiled for 1, 3 and 4 channels are shared out among the dtypes.
"""

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numba import config
from PIL import Image
from specs import opencv as specification

import fastresample
from fastresample.compat import opencv
from fastresample.conventions import CONVENTIONS

OPENCV = CONVENTIONS["opencv"]
IMAGES = Path(__file__).parents[1] / "images"
FLAGS = {
    "nearest": opencv.INTER_NEAREST,
    "bilinear": opencv.INTER_LINEAR,
    "bicubic": opencv.INTER_CUBIC,
    "area": opencv.INTER_AREA,
    "lanczos4": opencv.INTER_LANCZOS4,
    "bilinear_exact": opencv.INTER_LINEAR_EXACT,
    "nearest_exact": opencv.INTER_NEAREST_EXACT,
}
CASES = int(os.environ.get("FASTRESAMPLE_CASES", "2800"))
THOROUGH = CASES >= 20_000
PER_METHOD = 15 if config.DISABLE_JIT else math.ceil(CASES / len(FLAGS))
MOST = 6 if config.DISABLE_JIT else 40  # pixels along a side of a random image
OFTEN = {"uint8": 5, "float32": 3, "uint16": 2, "int16": 2, "float64": 2}  # how often dtypes are tried; others: 1
DTYPES = (*OPENCV.methods["nearest"].dtypes, "int64", "uint64")  # that cv2 has
# Numbers of channels with a loop of their own; 2, 5 and 31 share one.
OWN = {
    **{("uint8", method): (3,) for method in FLAGS},
    **{("uint8", method): (1, 3, 4) for method in ("nearest", "bilinear")},
}
NARROW = (
    ("uint8", "nearest", 3),
    ("uint8", "bilinear", 3),
)  # tried on images of one or two columns, which have loops too
uncompiled = pytest.mark.skipif(config.DISABLE_JIT, reason="too many pixels for uncompiled kernels")


@pytest.fixture(scope="module")
def library():
    """cv2 as the convention reproduces it; skip, and say so, where it is another one."""
    cv2 = pytest.importorskip("cv2", reason="cv2 is not installed")
    if cv2.__version__ != OPENCV.version:
        pytest.skip(f"convention opencv reproduces cv2 {OPENCV.version}, installed is {cv2.__version__}")
    return cv2


@pytest.fixture
def cv2(library):
    """cv2 without its IPP code."""
    before = library.ipp.useIPP()
    library.ipp.setUseIPP(False)
    yield library
    library.ipp.setUseIPP(before)


class Case(NamedTuple):
    image: np.ndarray
    dsize: tuple[int, int] | None
    fx: float
    fy: float
    method: str

    @property
    def label(self) -> str:
        what = f"{self.image.dtype} {self.image.shape} of strides {self.image.strides}"
        return f"{self.method} of {what} to dsize={self.dsize}, fx={self.fx}, fy={self.fy}"

    def ours(self) -> np.ndarray | None:
        """Return our result, or None where the call is refused."""
        try:
            return opencv.resize(self.image, self.dsize, None, self.fx, self.fy, FLAGS[self.method])
        except opencv.error:
            return None

    def specified(self) -> np.ndarray | None:
        try:
            return specification.resize(self.image, self.dsize, self.fx, self.fy, FLAGS[self.method])
        except specification.Unsupported:
            return None

    def theirs(self, cv2) -> np.ndarray | None:
        try:
            return cv2.resize(self.image, self.dsize, fx=self.fx, fy=self.fy, interpolation=FLAGS[self.method])
        except cv2.error:
            return None

    def for_us_only(self) -> bool:
        """Whether cv2 refuses the number of channels."""
        call = (self.image, self.dsize, self.fx, self.fy, FLAGS[self.method])
        return self.specified() is not None and specification.refused(*call)


def assert_same(ours: np.ndarray | None, expected: np.ndarray | None, label: str) -> None:
    """Shape, dtype and every element; None stands for a refusal."""
    assert (ours is None) == (expected is None), f"{label}: one refuses, one does not"
    if ours is not None and expected is not None:
        assert (ours.shape, ours.dtype) == (expected.shape, expected.dtype), label
        np.testing.assert_array_equal(ours, expected, label)


def pixels(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Noise, extremes only, or nearly constant: sums that round, that saturate, and that lie next to each other."""
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return (rng.standard_normal(shape) * 10.0 ** rng.integers(-2, 4)).astype(dtype)
    if kind.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    limits = np.iinfo(kind)
    lowest, highest = int(limits.min), int(limits.max)
    variety = rng.integers(3)
    if variety == 0:
        return rng.integers(lowest, highest, shape, dtype, endpoint=True)
    if variety == 1:
        return rng.choice(np.array([lowest, highest], dtype), shape)
    base = int(rng.integers(max(lowest, -(2**62)), min(highest - 4, 2**62)))
    return rng.integers(base, base + 4, shape, dtype, endpoint=True)


def sizes(rng: np.random.Generator, narrow: bool) -> tuple[tuple[int, int], tuple[int, int] | None, float, float]:
    """Return (height, width), dsize, fx and fy: any, whole ratios, one pixel, factors as given."""
    height, width = (int(v) for v in rng.integers(1, MOST, 2))
    width = width if narrow else max(width, 3)
    k, m = (int(v) for v in rng.integers(1, 3 if config.DISABLE_JIT else 8, 2))
    kind = rng.integers(10)
    if kind == 0:
        return (height, width), (int(rng.integers(1, 2 * MOST)), int(rng.integers(1, 2 * MOST))), 0, 0
    if kind == 1:
        return (2 * height, 2 * width), (width, height), 0, 0
    if kind == 2:
        return (k * height, m * width), (width, height), 0, 0
    if kind == 3:
        return (height, width), (m * width, k * height), 0, 0
    if kind == 4:
        return (height, width), (int(rng.integers(1, width + 1)), int(rng.integers(1, height + 1))), 0, 0
    if kind == 5:
        return (height, width), None, float(rng.uniform(0.2, 3)), float(rng.uniform(0.2, 3))
    if kind == 6:
        return (height, width), None, 1 / m, 1 / k
    if kind == 7:
        return (height, width), None, float(rng.choice([0.25, 0.5, 1, 2])), float(rng.choice([0.3, 0.5, 1.5]))
    if kind == 8:
        return (height, width), (1, 1) if rng.integers(2) else (1, height), 0, 0
    large = 3 if config.DISABLE_JIT else int(rng.choice([49, 93, 98]))
    height, width = int(rng.integers(1, 3)), int(rng.integers(1, 4))
    return (large * height, m * width), (width, height), 0, 0


def cases(method: str, count: int) -> Iterator[Case]:
    """Random calls of one method, the same ones in every run."""
    rng = np.random.default_rng(FLAGS[method])
    for number in range(count):
        # One call in 20 is of any dtype, so that some are refused.
        names = DTYPES if number % 20 == 0 else OPENCV.methods[method].dtypes
        often = np.array([OFTEN.get(name, 1) for name in names])
        dtype = str(rng.choice(names, p=often / often.sum()))
        own = (1, 3, 4) if THOROUGH else OWN.get((dtype, method), ())
        channels = int(rng.choice([*own, *own, 2, 2, 5, 31]))
        shape, dsize, fx, fy = sizes(rng, narrow=THOROUGH or (dtype, method, channels) in NARROW)
        shape = shape if channels == 1 and rng.integers(2) else (*shape, channels)
        yield Case(pixels(rng, shape, dtype), dsize, fx, fy, method)


# --- every cell ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", FLAGS)
def test_ours_is_the_specification(method):
    compared = 0
    for case in cases(method, PER_METHOD):
        expected = case.specified()
        assert_same(case.ours(), expected, case.label)
        compared += expected is not None
    assert compared >= 0.8 * PER_METHOD


@pytest.mark.parametrize("method", FLAGS)
def test_ours_is_cv2(cv2, method):
    compared = 0
    for case in cases(method, PER_METHOD):
        if not case.for_us_only():
            theirs = case.theirs(cv2)
            assert_same(case.ours(), theirs, case.label)
            compared += theirs is not None
    assert compared >= 0.8 * PER_METHOD


# What IPP never serves, by cv2's rules for 1, 3 and 4 channels.
WITHOUT_IPP = {
    "nearest": DTYPES,
    "nearest_exact": DTYPES,
    "bilinear": ("uint8",),
    "bilinear_exact": ("uint8", "int8", "uint16", "int16", "int32"),
    "bicubic": ("float64",),
    "area": ("uint8", "uint16", "int16", "float32", "float64"),
    "lanczos4": ("uint8", "uint16", "int16", "float32", "float64"),
}


@pytest.mark.parametrize("method", FLAGS)
def test_ours_is_cv2_with_ipp_too_where_it_has_no_part(library, method):
    library.ipp.setUseIPP(True)
    for case in cases(method, PER_METHOD // 2):
        channels = math.prod(case.image.shape[2:])
        served = channels in (1, 3, 4) and case.image.dtype.name not in WITHOUT_IPP[method]
        if not served and not case.for_us_only():
            assert_same(case.ours(), case.theirs(library), case.label)


def test_what_the_reasons_say_about_ipp():
    """The promises that hold with IPP off only are those of the cells that it may serve."""
    for promise in OPENCV.promises:
        able = set(promise.dtypes) - set(WITHOUT_IPP[promise.method])
        assert ("IPP off" in promise.reason) == bool(able), promise


def test_every_cell_has_one_promise_and_random_cases():
    promised = [
        (row.method, dtype, smooth) for row in OPENCV.promises for dtype in row.dtypes for smooth in row.antialias
    ]
    existing = [
        (name, dtype, smooth)
        for name, row in OPENCV.methods.items()
        for dtype in row.dtypes
        for smooth in row.antialias
    ]
    assert sorted(promised) == sorted(existing)
    assert all(row.bound == "exact" for row in OPENCV.promises)
    assert {dtype for _, dtype, _ in promised} <= set(DTYPES)
    assert set(FLAGS) == set(OPENCV.methods)


# --- images that are not random -----------------------------------------------------------------------------------


def photograph(channels: int) -> np.ndarray:
    with Image.open(IMAGES / "lake_phone.jpg") as picture:
        colours = np.asarray(picture.convert("RGB"))[::3, ::3].copy()
    return colours if channels == 3 else colours[:, :, 1].copy()


@uncompiled
@pytest.mark.parametrize("channels", [1, 3])
def test_a_photograph_is_resized_as_cv2_does(cv2, channels):
    image = photograph(channels)
    height, width = image.shape[:2]
    for method in FLAGS if channels == 3 or THOROUGH else ("nearest", "bilinear"):
        for dsize in ((width // 2, height // 2), (2 * width // 3, height // 4), (width + 31, height + 17), (64, 48)):
            case = Case(image, dsize, 0, 0, method)
            assert_same(case.ours(), case.theirs(cv2), case.label)


@uncompiled
@pytest.mark.parametrize("method", FLAGS)
def test_a_photograph_is_resized_as_specified(method):
    image = photograph(3)
    for dsize, fx, fy in (((257, 100), 0, 0), (None, 0.5, 0.5), (None, 0.37, 1.21)):
        case = Case(image, dsize, fx, fy, method)
        assert_same(case.ours(), case.specified(), case.label)


@pytest.mark.parametrize(("dtype", "channels"), [("uint8", 4), ("float32", 1), ("float32", 4)])
def test_exact_halving_by_bilinear(cv2, dtype, channels):
    """Rules of their own: integers of 1, 3 and 4 channels round up, float32 of 1 and 4 is added in pairs."""
    rng = np.random.default_rng(channels)
    for shape in ((2, 2), (6, 10), (4, 14)):
        case = Case(pixels(rng, (*shape, channels), dtype), (shape[1] // 2, shape[0] // 2), 0, 0, "bilinear")
        assert_same(case.ours(), case.theirs(cv2), case.label)


@pytest.mark.parametrize("method", FLAGS if THOROUGH else ("nearest", "bilinear", "bicubic", "area"))
def test_memory_layout_does_not_matter(method):
    rng = np.random.default_rng(7)
    wide = rng.integers(0, 256, (12, 2 * 10, 3), np.uint8)
    image = wide[:, ::2]
    expected = specification.resize(np.ascontiguousarray(image), (7, 9), interpolation=FLAGS[method])
    views = [
        image,
        np.asfortranarray(image),
        image.copy()[::-1][::-1],
        np.moveaxis(np.moveaxis(image, 2, 0).copy(), 0, 2),
    ]
    for view in views:
        assert_same(opencv.resize(view, (7, 9), interpolation=FLAGS[method]), expected, f"{method}, {view.strides}")
    frozen = image.copy()
    frozen.flags.writeable = False
    assert_same(opencv.resize(frozen, (7, 9), interpolation=FLAGS[method]), expected, f"{method}, read-only")


@pytest.mark.parametrize("method", FLAGS)
def test_byte_order_counts(method):
    words = np.random.default_rng(8).integers(0, 2**16, (12, 10, 2), np.uint16)
    expected = specification.resize(words, (7, 9), interpolation=FLAGS[method])
    assert_same(opencv.resize(words.astype(">u2"), (7, 9), interpolation=FLAGS[method]), expected, method)


@pytest.mark.parametrize("method", FLAGS)
def test_infinities_and_nan_spread_as_in_cv2(cv2, method):
    rng = np.random.default_rng(3)
    for size in ((7, 5), (3, 2), (20, 9)):
        image = rng.standard_normal((6, 10, 5)).astype(np.float32)
        image[rng.random(image.shape) < 0.05] = rng.choice([np.nan, np.inf, -np.inf])
        case = Case(image, size, 0, 0, method)
        with np.errstate(invalid="ignore"):
            if not case.for_us_only():
                assert_same(case.ours(), case.theirs(cv2), case.label)


@pytest.mark.parametrize("channels", [5, 31])
def test_channels_that_cv2_refuses_are_resized_one_like_the_other(cv2, channels):
    image = np.random.default_rng(channels).integers(0, 256, (11, 13, channels), np.uint8)
    with pytest.raises(cv2.error):
        cv2.resize(image, (6, 4), interpolation=cv2.INTER_AREA)
    ours = opencv.resize(image, (6, 4), interpolation=opencv.INTER_AREA)
    for channel in range(channels):
        theirs = cv2.resize(image[:, :, channel], (6, 4), interpolation=cv2.INTER_AREA)
        assert_same(ours[:, :, channel], theirs, f"channel {channel}")


# --- the convention in resize() -----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", FLAGS)
def test_resize_with_the_convention_is_the_same_function(method):
    image = np.random.default_rng(1).integers(0, 256, (12, 10, 3), np.uint8)
    for height, width in ((6, 5), (9, 7), (14, 3), (12, 10)):
        expected = opencv.resize(image, (width, height), interpolation=FLAGS[method])
        assert_same(fastresample.resize(image, (height, width), method=method, convention="opencv"), expected, method)


def test_axes_choose_what_is_an_image():
    batch = np.random.default_rng(2).integers(0, 256, (2, 3, 9, 8), np.uint8)
    for method, flag in (("bilinear", opencv.INTER_LINEAR), ("nearest", opencv.INTER_NEAREST)):
        ours = fastresample.resize(batch, (5, 6), method=method, convention="opencv", axes=(-2, -1))
        for image, number in np.ndindex(2, 3):
            expected = specification.resize(batch[image, number], (6, 5), interpolation=flag)
            assert_same(ours[image, number], expected, f"{method}, image {image}, channel {number}")


def test_what_the_convention_lacks_is_refused_and_named():
    image = np.zeros((4, 4), np.uint8)
    with pytest.raises(ValueError, match=r"unknown method 'lanczos3' for convention opencv; choose from area, bicubic"):
        fastresample.resize(image, (2, 2), method="lanczos3", convention="opencv")
    with pytest.raises(ValueError, match=r"antialias must be False or None for method 'bilinear', by convention 'open"):
        fastresample.resize(image, (2, 2), antialias=True, convention="opencv")
    with pytest.raises(ValueError, match=r"unknown coordinates 'align_corners'"):
        fastresample.resize(image, (2, 2), coordinates="align_corners", convention="opencv")
    with pytest.raises(ValueError, match=r"box must be None"):
        fastresample.resize(image, (2, 2), box=(0, 0, 2, 2), convention="opencv")
    with pytest.raises(TypeError, match=r"dtype uint32 can be resized with method 'nearest' or 'nearest_exact' only"):
        fastresample.resize(image.astype(np.uint32), (2, 2), convention="opencv")
    with pytest.raises(ValueError, match=r"resizes two axes"):
        fastresample.resize(image, 2, axes=0, convention="opencv")


# --- dst ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(5, 2), (5, 2, 1)])
def test_dst_is_filled_and_returned_where_it_fits(shape):
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    expected = opencv.resize(image, (2, 5))
    dst = np.full(shape, 9, np.uint8)
    assert opencv.resize(image, (2, 5), dst) is dst
    assert_same(dst.reshape(5, 2), expected, "dst")
    rows = np.full((10, *shape[1:]), 9, np.uint8)
    apart = rows[::2]
    assert opencv.resize(image, (2, 5), apart, interpolation=opencv.INTER_NEAREST) is apart
    assert_same(apart.reshape(5, 2), opencv.resize(image, (2, 5), interpolation=opencv.INTER_NEAREST), "rows apart")
    assert (rows[1::2] == 9).all()


def test_dst_is_left_alone_where_it_does_not_fit():
    image = np.arange(12, dtype=np.uint8).reshape(3, 4)
    for dst in (np.full((2, 5), 9, np.uint8), np.full((5, 2), 9, np.int8), np.full(10, 9, np.uint8), 0, 1.5):
        ours = opencv.resize(image, (2, 5), dst)
        assert ours is not dst
        assert_same(ours, opencv.resize(image, (2, 5)), "not dst")
        assert not isinstance(dst, np.ndarray) or (dst == 9).all()


def test_dst_may_share_memory_with_src():
    canvas = np.arange(64, dtype=np.uint8).reshape(8, 8)
    expected = opencv.resize(canvas[:4, :4].copy(), (4, 5))
    opencv.resize(canvas[:4, :4], (4, 5), canvas[2:7, 1:5])
    assert_same(canvas[2:7, 1:5].copy(), expected, "overlapping")


# --- wrong arguments ----------------------------------------------------------------------------------------------

IMAGE = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
FROZEN = np.zeros((5, 2, 3), np.uint8)
FROZEN.flags.writeable = False
BAD, CONDITION, MEMORY = -5, -215, -4
WRONG: list[tuple[int, str, tuple[Any, ...], dict[str, Any]]] = [
    (CONDITION, "src must be an image, got None", (None, (2, 2)), {}),
    (BAD, "src must be a NumPy array, got list", ([[1, 2]], (2, 2)), {}),
    (BAD, "src must be a NumPy array, got str", ("x", (2, 2)), {}),
    (BAD, "got complex64", (IMAGE.astype(np.complex64), (2, 2)), {}),
    (BAD, "got object", (IMAGE.astype(object), (2, 2)), {}),
    (CONDITION, "src must not be empty, got shape (0, 4)", (np.zeros((0, 4), np.uint8), (2, 2)), {}),
    (CONDITION, "src must not be empty, got shape (4, 0, 3)", (np.zeros((4, 0, 3), np.uint8), (2, 2)), {}),
    (BAD, "at least one channel, got shape (4, 4, 0)", (np.zeros((4, 4, 0), np.uint8), (2, 2)), {}),
    (CONDITION, "got shape (2, 3, 4, 5)", (np.zeros((2, 3, 4, 5), np.uint8), (2, 2)), {}),
    (CONDITION, "dsize must be two positive integers, or fx and fy", (IMAGE, None), {}),
    (CONDITION, "got dsize=(0, 0) and fx=0.0, fy=0.0", (IMAGE, (0, 0)), {}),
    (CONDITION, "got dsize=(-3, 5)", (IMAGE, (-3, 5)), {}),
    (CONDITION, "got dsize=(5, 0) and fx=2.0, fy=0.0", (IMAGE, (5, 0)), {"fx": 2}),
    (CONDITION, "got dsize=(0, 0) and fx=-1.0", (IMAGE, None), {"fx": -1, "fy": 1}),
    (CONDITION, "fx=nan", (IMAGE, None), {"fx": math.nan, "fy": 1}),
    (CONDITION, "fx and fy must make 1 to 2147483647 pixels", (IMAGE, None), {"fx": 0.125, "fy": 1}),
    (CONDITION, "fx and fy must make 1 to 2147483647 pixels", (IMAGE, None), {"fx": math.inf, "fy": 1}),
    (CONDITION, "fx and fy must make 1 to 2147483647 pixels", (IMAGE, None), {"fx": 1e9, "fy": 1}),
    (BAD, "fx must be a real number, got '2'", (IMAGE, None), {"fx": "2", "fy": 1}),
    (BAD, "fy must be a real number, got True", (IMAGE, None), {"fx": 1, "fy": True}),
    (BAD, "dsize must be made of integers, got 2.0", (IMAGE, (2.0, 5)), {}),
    (BAD, "dsize must be made of integers, got True", (IMAGE, (True, 5)), {}),
    (BAD, "dsize must be made of 32-bit integers, got 2147483648", (IMAGE, (2**31, 5)), {}),
    (BAD, "dsize must be None or two integers (width, height), got (2, 5, 3)", (IMAGE, (2, 5, 3)), {}),
    (BAD, "dsize must be None or two integers (width, height), got 5", (IMAGE, 5), {}),
    (BAD, "unknown interpolation 7; choose from INTER_AREA, INTER_CUBIC", (IMAGE, (2, 3)), {"interpolation": 7}),
    (BAD, "interpolation must be made of integers, got '1'", (IMAGE, (2, 3)), {"interpolation": "1"}),
    (BAD, "interpolation must be made of integers, got 1.0", (IMAGE, (4, 4)), {"interpolation": 1.0}),
    (CONDITION, "for method 'bilinear', got int32", (IMAGE.astype(np.int32), (2, 3)), {}),
    (CONDITION, "for method 'bilinear', got int32", (IMAGE.astype(np.int64), (2, 3)), {}),
    (CONDITION, "for method 'area', got bool", (IMAGE > 3, (2, 3)), {"interpolation": 3}),
    (CONDITION, "for method 'bilinear_exact', got float16", (IMAGE.astype("f2"), (2, 3)), {"interpolation": 5}),
    (CONDITION, "int8 cannot be halved exactly", (IMAGE.astype(np.int8), (2, 2)), {"interpolation": 5}),
    (BAD, "dst must be writable", (IMAGE, (2, 5), FROZEN), {}),
    (BAD, "dst must have contiguous rows", (IMAGE, (2, 5), np.zeros((5, 2, 6), np.uint8)[:, :, ::2]), {}),
    (BAD, "dst must have contiguous rows", (IMAGE, (2, 5), np.zeros((5, 2, 3), np.uint8)[::-1]), {}),
    (BAD, "dst must have one of the dtypes", (IMAGE, (2, 5), np.zeros((5, 2, 3), np.int64)), {}),
    (BAD, "dst must be a NumPy array or None, got list", (IMAGE, (2, 5), [1]), {}),
    (MEMORY, "the result must fit into memory", (IMAGE, (2**31 - 1, 2**31 - 1)), {}),
]


@pytest.mark.parametrize(("code", "text", "arguments", "options"), WRONG, ids=range(len(WRONG)))
def test_wrong_arguments_are_named(code, text, arguments, options):
    with pytest.raises(opencv.error) as caught:
        opencv.resize(*arguments, **options)
    assert text in str(caught.value)
    assert caught.value.code == code
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(("code", "text", "arguments", "options"), WRONG, ids=range(len(WRONG)))
def test_wrong_arguments_are_those_of_cv2(cv2, code, text, arguments, options):
    with pytest.raises(cv2.error) as caught:
        cv2.resize(*arguments, **options)
    assert caught.value.code == code, text


def test_a_wrong_type_is_a_type_error_too():
    with pytest.raises(TypeError, match="src must be a NumPy array"):
        opencv.resize([[1, 2]], (2, 2))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'dsize'"):
        opencv.resize(IMAGE)  # type: ignore[call-arg]


def test_what_cv2_takes_we_take(cv2):
    """Odd but right: sizes in other sequences, columns of numbers, None for a default, flags that are never used."""
    line = np.arange(5, dtype=np.uint8)
    for arguments, options in (
        ((IMAGE, [2, 5]), {}),
        ((IMAGE, np.array([2, 5])), {}),
        ((IMAGE, range(2, 4)), {}),
        ((IMAGE, (None, 5)), {"fx": 2, "fy": 0.5}),
        ((IMAGE, (-2, 5), None, np.float32(0.5), np.int64(2)), {}),
        ((IMAGE, (3, 2), 0, 0, opencv.INTER_CUBIC), {}),  # the well-known slip: this is fy
        ((IMAGE, (3, 2)), {"interpolation": None}),
        ((IMAGE, (4, 4)), {"interpolation": 99}),
        ((IMAGE, (4, 4)), {"fx": 7, "fy": 7}),
        ((IMAGE, None), {"fx": 1.1, "fy": 0.9}),
        ((line, (3, 2)), {}),
        ((line[:1].reshape(()), (3, 2)), {}),
        ((IMAGE.astype(np.int64) + 2**40, (3, 2)), {"interpolation": opencv.INTER_NEAREST}),
        ((IMAGE.astype(np.uint64) + 2**63, (4, 4)), {}),
    ):
        theirs = cv2.resize(*arguments, **options)
        assert_same(opencv.resize(*arguments, **options), theirs, f"{arguments[1:]}, {options}")


def test_flags_are_those_of_cv2(cv2):
    for name in opencv.__all__:
        if name.startswith("INTER_"):
            assert getattr(opencv, name) == getattr(cv2, name)
