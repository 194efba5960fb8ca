"""`resize` and `Resizer` against the float64 oracle: every dtype, every way of scaling, every arrangement of axes."""

import zlib

import numpy as np
import pytest
import reference
from numba import config

import fastresample
from fastresample import Resizer, resize

BIG = pytest.mark.skipif(bool(config.DISABLE_JIT), reason="a large picture takes too long without the compiler")

BYTES = ("uint8", "int8")
WORDS = ("uint16", "int16")
LONGS = ("uint32", "int32")
FLOATS = ("float16", "float32", "float64")
NUMBERS = (*BYTES, *WORDS, *LONGS, *FLOATS)
COPIED = (*NUMBERS, "bool", "int64", "uint64")  # what nearest serves

# name: ((height, width) of the source, of the result)
SCALINGS = {
    "up": ((7, 6), (17, 13)),
    "down": ((31, 29), (12, 10)),
    "rows up, columns down": ((7, 29), (17, 10)),
    "rows down, columns up": ((31, 6), (12, 13)),
    "halved": ((12, 18), (6, 9)),
    "odd ratios": ((17, 13), (7, 11)),
    "from one pixel": ((1, 1), (5, 4)),
    "to one pixel": ((13, 11), (1, 1)),
    "rows only": ((9, 5), (14, 5)),
    "columns only": ((5, 9), (5, 14)),
    "rows only, down": ((19, 5), (4, 5)),
    "a thousandth": ((2000, 3), (2, 3)),
    "thousandfold": ((2, 3), (2000, 4)),
}
FEW = ("up", "down", "halved")

FILTERED = [method for method in reference.METHODS if method != "nearest"]
# Every (method, antialias) that weighs samples; for area the second means nothing.
WAYS = [(method, antialias) for method in FILTERED for antialias in (False, True)]


def noise(dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    """Samples all over the range of an integer dtype; of a floating-point one, of both signs and several magnitudes."""
    seed = zlib.crc32(repr((dtype, shape)).encode())
    rng = np.random.default_rng(seed)
    kind = np.dtype(dtype)
    if kind.kind == "b":
        return rng.integers(0, 2, shape).astype(bool)
    if kind.kind in "iu":
        info = np.iinfo(kind)
        return rng.integers(info.min, info.max, shape, kind, endpoint=True)
    return (rng.standard_normal(shape) * 10.0 ** rng.integers(-2, 3, shape)).astype(kind)


def longest(image: np.ndarray, result: np.ndarray, method: str, antialias: bool, **options: object) -> int:
    """The most taps along any axis."""
    if options:
        return 8 * int(np.ceil(max(n_in / n_out for n_in, n_out in zip(image.shape, result.shape, strict=True)) + 1))
    pairs = [(n_in, n_out) for n_in, n_out in zip(image.shape, result.shape, strict=True) if n_in != n_out]
    return max((len(row) for pair in pairs for row in reference.taps(*pair, method, antialias)), default=1)


def allowed(image: np.ndarray, exact: np.ndarray, taps: int, stretched: bool) -> np.ndarray | float:
    """The promised error of each sample.

    Integers are rounded once, which is 1/2; the rest is what the arithmetic before it may lose. float32 keeps within 4
    units in the last place of the largest input. float64 sums of ``taps`` products lose at most an epsilon each,
    another for the weights' own rounding, in each pass.
    """
    name = image.dtype.name
    if name in BYTES:
        return 0.55 if taps > 2 else 0.52
    if name in WORDS:
        return 0.65 if taps <= (32 if stretched else 2) else 0.5 + 1e-5
    if name in LONGS:
        return 0.5 + 1e-5
    largest = np.abs(image).max()
    if name == "float32":
        return 4 * float(np.spacing(largest))
    passes = sum(n_in != n_out for n_in, n_out in zip(image.shape, exact.shape, strict=True))
    if name == "float16":  # single precision, rounded to half: 1/2 of the half's unit in the last place
        single = passes * (taps + 2) * float(np.finfo(np.float32).eps) * float(largest)
        return 0.5005 * np.spacing(np.abs(exact).astype(np.float16)).astype(np.float64) + single
    return passes * (taps + 2) * float(np.finfo(name).eps) * float(largest)


def correctly_rounded(result: np.ndarray, exact: np.ndarray) -> np.ndarray:
    """Whether each integer is the nearest one; either neighbour of a tie (1e-7 is the oracle's own error) is."""
    tie = np.abs(exact - np.floor(exact) - 0.5) <= 1e-7 * np.maximum(np.abs(exact), 1.0)
    nearest = result == np.floor(exact + 0.5)
    return nearest | (tie & ((result == np.floor(exact)) | (result == np.ceil(exact))))


def check(
    image: np.ndarray,
    size: int | tuple[int, ...],
    *,
    method: str = "bilinear",
    antialias: bool = False,
    **options: object,
) -> np.ndarray:
    """Resize and hold the result against the oracle, which overshoots where integers saturate."""
    before = image.copy()
    result = resize(image, size, method=method, antialias=antialias, **options)
    exact = reference.resize(image, size, method=method, antialias=antialias, **options)
    assert np.array_equal(image, before), "the input was written to"
    assert result.shape == exact.shape
    assert result.dtype == image.dtype
    assert result.flags.c_contiguous
    if image.dtype.kind in "iu":
        exact = np.clip(exact, np.iinfo(image.dtype).min, np.iinfo(image.dtype).max)
    taps = longest(image, result, method, antialias, **options)
    error = np.abs(result.astype(np.float64) - exact)
    assert (error <= allowed(image, exact, taps, antialias or method == "area")).all(), (error.max(), method, antialias)
    if image.dtype.kind in "iu" and result.size >= 1000:
        assert correctly_rounded(result, exact).mean() >= 0.98, (method, antialias)
    return result


# --- scaling, channels, dtypes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("antialias", [False, True])
def test_every_dtype_and_scaling(dtype: str, scaling: str, antialias: bool) -> None:
    (height, width), size = SCALINGS[scaling]
    check(noise(dtype, (height, width, 3)), size, antialias=antialias)


@pytest.mark.parametrize("scaling", [scaling for scaling in SCALINGS if scaling != "thousandfold"])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_every_method_and_scaling(dtype: str, scaling: str) -> None:
    (height, width), size = SCALINGS[scaling]
    for method, antialias in WAYS:
        check(noise(dtype, (height, width, 3)), size, method=method, antialias=antialias)


@pytest.mark.parametrize(("method", "antialias"), WAYS)
def test_every_method_and_dtype(method: str, antialias: bool) -> None:
    for dtype in NUMBERS:
        for scaling in FEW:
            (height, width), size = SCALINGS[scaling]
            check(noise(dtype, (height, width, 3)), size, method=method, antialias=antialias)


@pytest.mark.parametrize("channels", [1, 2, 4, 5, 31])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("antialias", [False, True])
def test_every_channel_count(dtype: str, channels: int, antialias: bool) -> None:
    for scaling in FEW:
        (height, width), size = SCALINGS[scaling]
        check(noise(dtype, (height, width, channels)), size, antialias=antialias)


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("dtype", COPIED)
def test_nearest_copies_the_oracles_pixels(dtype: str, scaling: str) -> None:
    (height, width), size = SCALINGS[scaling]
    image = noise(dtype, (height, width, 3))
    result = resize(image, size, method="nearest")
    assert result.dtype == image.dtype
    assert np.array_equal(result, reference.resize(image, size, method="nearest"))


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 8, 31])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
def test_nearest_copies_pixels_of_any_width(dtype: str, channels: int) -> None:
    image = noise(dtype, (8, 7, channels))
    for size in ((5, 11), (13, 3)):
        assert np.array_equal(resize(image, size, method="nearest"), reference.resize(image, size, method="nearest"))


@pytest.mark.parametrize(
    ("name", "same"),
    [("linear", "bilinear"), ("trilinear", "bilinear"), ("cubic", "bicubic"), ("lanczos", "lanczos3")],
)
def test_other_names(name: str, same: str) -> None:
    image = noise("uint8", (7, 6, 3))
    for antialias in (False, True):
        expected = resize(image, (9, 4), method=same, antialias=antialias)
        assert np.array_equal(resize(image, (9, 4), method=name, antialias=antialias), expected)


def test_bicubic_is_the_catmull_rom_spline_bit_for_bit() -> None:
    image = noise("float32", (7, 6, 3))
    assert np.array_equal(resize(image, (9, 4), method="bicubic"), resize(image, (9, 4), method="catmull_rom"))


def test_area_knows_one_way_and_half_the_pixels_are_their_mean() -> None:
    image = noise("uint8", (12, 18, 3))
    whole = image.astype(int).reshape(6, 2, 9, 2, 3).sum(axis=(1, 3))
    for antialias in (None, False, True):
        assert np.array_equal(resize(image, (6, 9), method="area", antialias=antialias), (whole + 2) // 4)
    assert np.array_equal(
        resize(image[:, ::2], (5, 7), method="area"), resize(image[:, ::2], (5, 7), method="area", antialias=False)
    )


def test_linear_is_another_name_of_bilinear_and_the_default() -> None:
    image = noise("uint8", (7, 6, 3))
    expected = resize(image, (9, 10), method="bilinear", antialias=False, convention="native", coordinates="half_pixel")
    assert np.array_equal(resize(image, (9, 10)), expected)
    assert np.array_equal(resize(image, (9, 10), method="linear"), expected)


# --- the promise, on large pictures -------------------------------------------------------------------------------

NOISY = [((211, 190), (320, 307)), ((320, 307), (211, 190)), ((190, 320), (307, 211)), ((300, 401), (299, 400))]


def extremes(dtype: str, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Noise, and nothing but black and white."""
    image, info = noise(dtype, shape), np.iinfo(dtype)
    return [image, np.where(image > image.mean(), info.max, info.min).astype(dtype)]


@BIG
@pytest.mark.parametrize("dtype", [*BYTES, *WORDS, *LONGS])
@pytest.mark.parametrize(("shape", "size"), NOISY)
def test_integers_are_nearly_always_correctly_rounded(
    dtype: str, shape: tuple[int, int], size: tuple[int, int]
) -> None:
    for picture in extremes(dtype, (*shape, 3)):
        for antialias in (False, True):
            check(picture, size, antialias=antialias)


@BIG
@pytest.mark.parametrize(("method", "antialias"), WAYS)
def test_every_method_is_nearly_always_correctly_rounded(method: str, antialias: bool) -> None:
    for dtype in ("uint8", "int8", "uint16"):
        for shape, size in (((97, 83), (150, 131)), ((150, 131), (97, 83)), ((190, 40), (31, 77))):
            for picture in extremes(dtype, (*shape, 3)):
                check(picture, size, method=method, antialias=antialias)


@BIG
@pytest.mark.parametrize("dtype", [*BYTES, *WORDS])
@pytest.mark.parametrize("step", [3, 20, 100, 200])
def test_many_taps_keep_the_promise(dtype: str, step: int) -> None:
    """Bright pictures are the hard ones for sums in single precision: nothing cancels."""
    info = np.iinfo(dtype)
    rng = np.random.default_rng(step)
    for height, width in ((step * 5, 40), (40, step * 5)):
        size = (5, 40) if height > 40 else (40, 5)
        bright = rng.integers(info.max - 500 * (info.max > 500) - 20, info.max, (height, width, 3), dtype)
        dark_and_bright = rng.choice(np.array([info.min, info.max], dtype), (height, width, 3))
        for method in ("area", "bilinear", "bicubic", "lanczos3"):
            check(bright, size, method=method, antialias=True)
            check(dark_and_bright, size, method=method, antialias=True)


@BIG
@pytest.mark.parametrize("method", FILTERED)
@pytest.mark.parametrize("step", [1000, 2000, 5000])
def test_long_signals_keep_the_promise(method: str, step: int) -> None:
    """Steps far beyond what images need: the weights widen as the taps grow."""
    rng = np.random.default_rng(step)
    for dtype in ("uint8", "uint16", "float32"):
        kind, most = np.dtype(dtype), 255 if dtype == "uint8" else 65535
        bright = rng.integers(most - 20, most, 2 * step, endpoint=True).astype(kind)
        black_and_white = rng.choice(np.array([0, most], kind), 2 * step)
        image = np.stack([noise(dtype, (2 * step,)), bright, black_and_white], axis=1)
        check(image, 2, axes=0, method=method, antialias=True)


@BIG
@pytest.mark.parametrize("method", FILTERED)
def test_what_overshoots_between_the_passes_is_not_lost(method: str) -> None:
    """Stripes both ways: half of the picture overshoots after the first pass, and the second brings it back."""
    rng = np.random.default_rng(1)
    rows = np.repeat(rng.choice(np.array([0, 255]), 30), 3)
    for picture in (np.maximum.outer(rows, rows), np.minimum.outer(rows, rows), np.bitwise_xor.outer(rows, rows)):
        for size in ((140, 150), (41, 37)):
            check(picture.astype(np.uint8), size, method=method, antialias=True)


@pytest.mark.parametrize(("method", "antialias"), WAYS)
def test_float32_keeps_within_4_units_of_the_largest_input(method: str, antialias: bool) -> None:
    """Samples just below a power of two, where the unit is smallest, of one sign and of both; and noise."""
    rng = np.random.default_rng(8)
    shape = (9, 8) if config.DISABLE_JIT else (90, 80)
    for n_out in ((13, 11), (4, 7)) if config.DISABLE_JIT else ((133, 170), (41, 37), (7, 5)):
        bright = (2 - rng.random(shape) * 2.0**-6).astype(np.float32)
        signs = rng.choice(np.array([-1, 1], np.float32), shape)
        for image in (bright, signs * bright, rng.standard_normal(shape).astype(np.float32)):
            check(image, n_out, method=method, antialias=antialias)


# --- arrangements of axes -----------------------------------------------------------------------------------------

# name: (shape, axes, size); axes None means the default
ARRANGEMENTS = {
    "1-D": ((23,), None, 10),
    "1-D, up": ((10,), None, (23,)),
    "2-D": ((14, 11), None, (9, 17)),
    "CHW": ((3, 14, 11), (-2, -1), (9, 17)),
    "NCHW": ((2, 3, 14, 11), (-2, -1), (9, 17)),
    "NHWC": ((2, 14, 11, 3), (1, 2), (9, 17)),
    "THWC in batches": ((2, 3, 9, 8, 2), (2, 3), (5, 11)),
    "columns first": ((14, 11, 3), (1, 0), (17, 9)),
    "rows of an image": ((14, 11, 3), 0, 9),
    "columns of an image": ((14, 11, 3), 1, 17),
    "channels of an image": ((14, 11, 3), -1, 5),
    "middle axis": ((4, 11, 6), (1,), (17,)),
    "first of four": ((9, 2, 3, 4), 0, 5),
    "last of four": ((2, 3, 4, 9), 3, 14),
    "apart": ((9, 4, 8), (0, 2), (5, 13)),
    "apart, with channels": ((9, 4, 8, 3), (2, 0), (13, 5)),
    "volume": ((9, 8, 7), (0, 1, 2), (5, 11, 6)),
    "volume with channels": ((9, 8, 7, 2), (0, 1, 2), (5, 11, 6)),
    "volume, axes in another order": ((7, 9, 8), (2, 0, 1), (5, 11, 6)),
    "volume in batches": ((2, 9, 8, 7, 2), (1, 2, 3), (14, 4, 6)),
    "volume of which two axes change": ((9, 8, 7), (0, 1, 2), (9, 11, 6)),
    "volume of which one axis changes": ((9, 8, 7), (0, 1, 2), (9, 11, 7)),
}


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("antialias", [False, True])
def test_every_arrangement_of_axes(arrangement: str, antialias: bool) -> None:
    shape, axes, size = ARRANGEMENTS[arrangement]
    for dtype in ("uint8", "float32"):
        check(noise(dtype, shape), size, axes=axes, antialias=antialias)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int32", "float16", "float32", "float64"])
def test_volumes_of_every_arithmetic(dtype: str) -> None:
    check(noise(dtype, (9, 8, 7)), (5, 11, 6), axes=(0, 1, 2))


@pytest.mark.parametrize(("method", "antialias"), WAYS)
def test_volumes_with_every_method(method: str, antialias: bool) -> None:
    check(noise("float32", (9, 8, 7)), (5, 11, 6), axes=(0, 1, 2), method=method, antialias=antialias)


def test_a_volume_whose_stages_differ_in_precision() -> None:
    """Two taps along two axes, many along the third."""
    for dtype in ("uint8", "float32"):
        check(noise(dtype, (40, 8, 7)), (5, 11, 9), axes=(0, 1, 2), antialias=True)
        check(noise(dtype, (8, 7, 40)), (11, 9, 5), axes=(0, 1, 2), antialias=True)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_nearest_in_every_arrangement(arrangement: str) -> None:
    shape, axes, size = ARRANGEMENTS[arrangement]
    for dtype in ("uint16", "bool"):
        image = noise(dtype, shape)
        result = resize(image, size, axes=axes, method="nearest")
        assert np.array_equal(result, reference.resize(image, size, axes=axes, method="nearest"))


# --- box, factor, coordinates -------------------------------------------------------------------------------------

BOXES = {
    "whole": (0, 0, 14, 11),
    "whole pixels": (2, 3, 9, 11),
    "fractions": (1.5, 0.25, 12.75, 10.5),
    "one pixel": (5, 4, 6, 5),
    "part of a pixel": (5.25, 4.5, 5.75, 4.75),
    "corner": (13.5, 10.5, 14, 11),
    "flat": (0.5, 0, 1.5, 11),
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_box_fills_the_result(dtype: str, antialias: bool, box: tuple[float, ...]) -> None:
    image = noise(dtype, (14, 11, 3))
    for size in ((5, 4), (20, 9)):
        assert resize(image, size, box=box).shape == (*size, 3)
        check(image, size, box=box, antialias=antialias)
        assert np.array_equal(
            resize(image, size, box=box, method="nearest"), reference.resize(image, size, box=box, method="nearest")
        )


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES)
@pytest.mark.parametrize(("method", "antialias"), WAYS)
def test_a_box_fills_the_result_with_every_method(method: str, antialias: bool, box: tuple[float, ...]) -> None:
    """Edges at quarters of a pixel are exact, so that a filter that jumps does it at the same sample as the oracle."""
    image = noise("float32", (14, 11, 3))
    for size in ((5, 4), (20, 9)):
        check(image, size, box=box, method=method, antialias=antialias)


def test_a_box_of_one_and_of_three_axes() -> None:
    image = noise("float32", (14, 11, 8))
    check(image, 9, axes=1, box=(2.5, 10.0))
    check(image, (9, 7), axes=(2, 0), box=(1, 2.5, 7, 9.25))
    check(image, (9, 7, 6), axes=(0, 1, 2), box=(1, 2.5, 0.5, 7, 9.25, 8))


def test_the_whole_box_is_no_box() -> None:
    for dtype in ("uint8", "float32"):
        image = noise(dtype, (14, 11, 3))
        for size in ((9, 17), (14, 11)):
            assert np.array_equal(resize(image, size, box=(0, 0, 14, 11)), resize(image, size))


def test_a_box_of_the_results_size_is_a_crop() -> None:
    image = noise("float32", (14, 11, 3))
    for method in reference.METHODS:
        for antialias in {False, method != "nearest"}:
            result = resize(image, (6, 7), box=(3, 2, 9, 9), method=method, antialias=antialias)
            assert np.array_equal(result, image[3:9, 2:9]), method


@pytest.mark.parametrize(
    ("shape", "factor", "size"),
    [
        ((10, 8), 0.5, (5, 4)),
        ((5, 7), 0.5, (2, 4)),  # 2.5 and 3.5 round to even
        ((5, 7), 1.5, (8, 10)),
        ((5, 7), (2, 0.5), (10, 4)),
        ((5, 7), 1e-9, (1, 1)),
        ((5, 7), np.float32(0.3), (2, 2)),
        ((5, 7), 1, (5, 7)),
    ],
)
def test_a_factor_sets_the_size_and_the_grid_follows_that_size(
    shape: tuple[int, int], factor: float, size: tuple[int, int]
) -> None:
    image = noise("uint8", (*shape, 3))
    for antialias in (False, True):
        assert np.array_equal(
            resize(image, factor=factor, antialias=antialias), resize(image, size, antialias=antialias)
        )


def test_a_factor_for_one_axis_and_for_three() -> None:
    image = noise("float32", (6, 8, 5))
    assert resize(image[:, 0, 0], factor=2.5).shape == (15,)
    assert resize(image, factor=2, axes=1).shape == (6, 16, 5)
    assert resize(image, factor=(0.5, 2, 1), axes=(2, 0, 1)).shape == (12, 8, 2)


@pytest.mark.parametrize("coordinates", ["half_pixel", "align_corners", "asymmetric"])
@pytest.mark.parametrize("antialias", [False, True])
def test_every_coordinate_rule(coordinates: str, antialias: bool) -> None:
    for dtype in ("uint8", "float32"):
        image = noise(dtype, (14, 11, 3))
        for size in ((9, 17), (29, 4), (7, 11), (1, 1), (14, 1)):
            for method in FILTERED if dtype == "float32" else ("bilinear",):
                check(image, size, coordinates=coordinates, method=method, antialias=antialias)
                check(image, size, coordinates=coordinates, method=method, antialias=antialias, box=(1, 2.5, 12, 9.25))
            assert np.array_equal(
                resize(image, size, coordinates=coordinates, method="nearest"),
                reference.resize(image, size, coordinates=coordinates, method="nearest"),
            )


# --- out ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float64"])
@pytest.mark.parametrize("method", ["nearest", "bilinear"])
def test_out_is_filled_and_returned_in_any_layout(dtype: str, method: str) -> None:
    image = noise(dtype, (14, 11, 3))
    expected = resize(image, (9, 17), method=method)
    room = np.zeros((20, 40, 3), dtype)
    layouts = {
        "C": np.zeros((9, 17, 3), dtype),
        "Fortran": np.zeros((9, 17, 3), dtype, order="F"),
        "crop": room[5:14, 3:20],
        "strided": room[1:19:2, 5:39:2],
        "reversed": room[8::-1, 16::-1, ::-1],
        "planes": np.zeros((3, 9, 17), dtype).transpose(1, 2, 0),
    }
    for name, out in layouts.items():
        assert resize(image, (9, 17), method=method, out=out) is out, name
        assert np.array_equal(out, expected), name
        out[...] = 0
        assert not room.any(), f"{name}: written beside out"


def test_out_of_a_volume_and_of_an_identity() -> None:
    image = noise("uint8", (9, 8, 7))
    out = np.zeros((6, 11, 5), np.uint8).transpose(2, 1, 0)
    assert resize(image, (5, 11, 6), axes=(0, 1, 2), out=out) is out
    assert np.array_equal(out, resize(image, (5, 11, 6), axes=(0, 1, 2)))
    same = np.zeros_like(image)
    assert resize(image, (9, 8, 7), axes=(0, 1, 2), out=same) is same
    assert np.array_equal(same, image)


def test_out_may_lie_between_the_images_samples() -> None:
    """Interleaved views share a buffer and not a single byte: allowed, and right."""
    buffer = noise("uint8", (8, 24))
    image, out = buffer[:, ::2], buffer[:, 1::2]
    expected = resize(image.copy(), (8, 12), box=(0, 0, 8, 6))
    assert np.array_equal(resize(image, (8, 12), box=(0, 0, 8, 6), out=out), expected)


# --- identity -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", COPIED)
def test_the_same_size_gives_an_equal_copy(dtype: str) -> None:
    image = noise(dtype, (6, 5, 3))
    if image.dtype.kind == "f":
        image[0, :4, 0] = [np.nan, np.inf, -np.inf, -0.0]
    ways = [{"method": "nearest"}]
    if dtype in NUMBERS:
        ways += [{"method": method} for method in FILTERED] + [{"antialias": True}, {"coordinates": "align_corners"}]
    for options in ways:
        copy = resize(image, (6, 5), **options)
        assert copy.tobytes() == image.tobytes(), "not the same bits"
        assert not np.shares_memory(copy, image)


# --- NaN and infinity ---------------------------------------------------------------------------------------------


def weighted(n_in: int, n_out: int, at: int, method: str, antialias: bool) -> np.ndarray:
    """Which outputs of an axis have the source sample ``at`` in their window."""
    return np.array([any(j == at for j, _ in taps) for taps in reference.taps(n_in, n_out, method, antialias)])


@pytest.mark.parametrize("scaling", ["up", "down", "halved", "rows up, columns down", "rows only", "columns only"])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("antialias", [False, True])
def test_nan_and_infinity_reach_what_weighs_them_and_nothing_else(dtype: str, scaling: str, antialias: bool) -> None:
    (height, width), size = SCALINGS[scaling]
    for method in FILTERED if dtype == "float32" else ("bilinear", "lanczos3"):
        for at in ((0, 0), (3, 2), (height - 1, width - 1)):
            rows = weighted(height, size[0], at[0], method, antialias)
            touched = np.outer(rows, weighted(width, size[1], at[1], method, antialias))
            for value in (np.nan, np.inf, -np.inf):
                image = np.ones((height, width, 3), dtype)
                image[(*at, 1)] = value
                result = resize(image, size, method=method, antialias=antialias)
                assert np.isfinite(result[..., [0, 2]]).all(), "another channel was touched"
                assert np.array_equal(~np.isfinite(result[..., 1]), touched), (method, at)
                if method == "bilinear" and np.isinf(value):
                    assert (result[..., 1][touched] == value).all()


@pytest.mark.parametrize("method", ["bicubic", "lanczos3", "lanczos5"])
@pytest.mark.parametrize("dtype", ["float32", ">f4", "float16"])
def test_windows_that_begin_before_the_last_one(method: str, dtype: str) -> None:
    """Enlarged threefold, every third output is a sample; its neighbours read samples further up again."""
    image = noise("float32", (7, 5) if config.DISABLE_JIT else (700, 200)).astype(dtype)
    for axis in (0, 1):
        enlarged = resize(image, 3 * image.shape[axis], axes=axis, method=method)
        assert np.array_equal(np.take(enlarged, range(1, enlarged.shape[axis], 3), axis), image)
        exact = reference.resize(image, 3 * image.shape[axis], axes=axis, method=method)
        unit = np.spacing(np.abs(image).max().astype(image.dtype.newbyteorder("=")))
        assert np.abs(enlarged - exact).max() <= unit
    rows = np.where(np.arange(60)[:, None] == 30, np.float32(np.nan), np.ones((60, 80), np.float32)).astype(dtype)
    touched = np.isnan(resize(rows, 180, axes=0, method=method)).any(axis=1)
    assert np.array_equal(touched, weighted(60, 180, 30, method, False))


@pytest.mark.parametrize("dtype", FLOATS)
def test_nearest_copies_nan_and_infinity_bit_for_bit(dtype: str) -> None:
    image = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-8], dtype)
    image.view(f"u{image.itemsize}")[0] += 3  # a payload
    assert resize(image, 10, method="nearest").tobytes() == np.repeat(image, 2).tobytes()


# --- the three bugs of the listing that circulates ----------------------------------------------------------------


def test_the_edge_does_not_wrap_to_the_opposite_side() -> None:
    """The listing reads sample -1 for outputs left of the first centre, which is the last sample."""
    row = np.array([[10, 10, 10, 250]], np.uint8)
    assert resize(row, (1, 8)).tolist() == [[10, 10, 10, 10, 10, 70, 190, 250]]
    assert resize(row.T.copy(), (8, 1)).ravel().tolist() == [10, 10, 10, 10, 10, 70, 190, 250]


def test_a_constant_picture_has_no_black_edge() -> None:
    """The listing gives the last row and column zero weight when it enlarges."""
    for size in ((8, 8), (9, 7), (5, 40)):
        for antialias in (False, True):
            assert (resize(np.full((4, 4), 200, np.uint8), size, antialias=antialias) == 200).all()


def test_values_are_rounded_and_not_truncated() -> None:
    row = np.array([[0, 255]], np.uint8)
    assert resize(row, (1, 4)).tolist() == [[0, 64, 191, 255]]  # 63.75 and 191.25: truncated, 63 and 191
    assert resize(np.array([[0, 1]], np.uint8), (1, 1)).tolist() == [[1]]  # a tie goes up
    assert resize(np.array([[-1, 0]], np.int8), (1, 1)).tolist() == [[0]]  # up, not away from zero
    assert resize(np.array([[-3, 0]], np.int16), (1, 2), box=(0, 0.5, 1, 1.5)).tolist() == [[-2, -1]]


# --- Resizer ------------------------------------------------------------------------------------------------------


def test_a_resizer_does_what_resize_does_again_and_again() -> None:
    resizer = Resizer((14, 11, 3), (9, 17), np.uint8, antialias=True)
    assert resizer.shape_in == (14, 11, 3)
    assert resizer.shape_out == (9, 17, 3)
    assert resizer.dtype == np.uint8
    assert "(14, 11, 3) -> (9, 17, 3), uint8, 'bilinear', antialias=True" in repr(resizer)
    frames = noise("uint8", (4, 14, 11, 3))
    out = np.zeros((9, 17, 3), np.uint8)
    for frame in frames:
        expected = resize(frame, (9, 17), antialias=True)
        assert np.array_equal(resizer(frame), expected)
        assert resizer(frame, out) is out
        assert np.array_equal(out, expected)
        assert np.array_equal(resizer(frame, threads=2), expected)


@pytest.mark.parametrize(
    "options",
    [
        {"factor": 0.5},
        {"size": (9, 17), "method": "nearest"},
        {"size": (9, 17), "coordinates": "asymmetric"},
        {"size": (9, 17), "box": (1, 1, 9, 9)},
        {"size": 4, "axes": 2},
    ],
)
def test_a_resizer_takes_the_options_of_resize(options: dict[str, object]) -> None:
    image = noise("float32", (14, 11, 3))
    assert np.array_equal(Resizer(image.shape, dtype=np.float32, **options)(image), resize(image, **options))


def test_a_resizer_takes_frames_of_any_byte_order_and_layout() -> None:
    resizer = Resizer([6, 5], [3, 4], ">u2")
    image = noise("uint16", (6, 5))
    for frame in (image, image.astype(">u2"), np.asfortranarray(image), image[::-1][::-1]):
        result = resizer(frame)
        assert result.dtype == frame.dtype
        assert np.array_equal(result, resize(image, (3, 4)))


def test_the_result_does_not_depend_on_the_number_of_threads() -> None:
    image = noise("uint8", (40, 50, 3))
    for options in ({}, {"antialias": True}, {"method": "nearest"}, {"method": "bicubic"}):
        one = resize(image, (23, 71), threads=1, **options)
        assert all(np.array_equal(resize(image, (23, 71), threads=n, **options), one) for n in (None, 2, 7))


def test_the_package_exports_what_it_documents() -> None:
    assert {"resize", "Resizer", "warmup", "get_num_threads", "set_num_threads"} <= set(fastresample.__all__)
    assert all(getattr(fastresample, name) is not None for name in ("resize", "Resizer", "warmup"))


def test_a_volume_whose_slices_have_few_samples() -> None:
    """What counts as few samples behind an axis is asked of the array that a stage reads, not of the first one."""
    image = np.random.default_rng(5).random((40, 8, 8))
    exact = reference.resize(image, (20, 16, 16), method="bilinear", axes=(0, 1, 2))
    np.testing.assert_allclose(resize(image, (20, 16, 16), axes=(0, 1, 2)), exact, rtol=0, atol=1e-14)


@pytest.mark.parametrize("antialias", [False, True])
def test_a_tiny_box_at_the_far_edge_still_has_a_sample(antialias: bool) -> None:
    for n_in, n_out, box in ((2015, 1820, (2014.9999999999995, 2015.0)), (4000, 30000, (3999.999999999, 4000.0))):
        ones = np.ones(n_in, np.float32)
        got = resize(ones, n_out, coordinates="asymmetric", box=box, antialias=antialias)
        assert (got == 1).all()
        rows = resize(np.ones((n_in, 70), np.uint8), n_out, axes=0, coordinates="asymmetric", box=box)
        assert (rows == 1).all()
