"""compat.pillow and convention pillow: every cell against the specification, and against Pillow where it is 13.0.

``FASTRESAMPLE_CASES`` is the number of random cases, 2300 by default: each is held against both.
"""

import io
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import child
import numpy as np
import PIL
import pytest
from numba import config
from PIL import Image
from specs import pillow as specification

import fastresample
from fastresample.compat import pillow
from fastresample.conventions import CONVENTIONS

PILLOW = CONVENTIONS["pillow"]
IMAGES = Path(__file__).parents[1] / "images"
CHANNELS = {  # of every mode that Pillow has
    **dict.fromkeys(("1", "P", "L", "I", "F", "I;16", "I;16L", "I;16B", "I;16N"), 1),
    **dict.fromkeys(("LA", "La", "PA"), 2),
    **dict.fromkeys(("RGB", "YCbCr", "HSV", "LAB"), 3),
    **dict.fromkeys(("RGBA", "RGBa", "RGBX", "CMYK"), 4),
}
BYTES = {"I": 4, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2}
UNREDUCED = ("1", "P", "I;16", "I;16L", "I;16B", "I;16N")
KINDS = ("plain", "plain", "box", "gap", "reduce", "thumbnail")
CASES = int(os.environ.get("FASTRESAMPLE_CASES", "2300"))
PER_MODE = 3 if config.DISABLE_JIT else math.ceil(CASES / len(CHANNELS))
MOST = 7 if config.DISABLE_JIT else 45
RATIOS = (2, 3) if config.DISABLE_JIT else (2, 3, 49, 93, 98)
FILTERS = (pillow.NEAREST,) if config.DISABLE_JIT else range(8)
uncompiled = pytest.mark.skipif(config.DISABLE_JIT, reason="too many pixels for uncompiled kernels")


@pytest.fixture
def pillow_13():
    """Skip, and say so, where another Pillow is installed than the one that the convention reproduces."""
    if not PIL.__version__.startswith("13.0."):
        pytest.skip(f"convention pillow reproduces {PILLOW.version}, installed is {PIL.__version__}")


class Case(NamedTuple):
    """An operation on an image: the names of Pillow's methods and their arguments."""

    mode: str
    samples: np.ndarray  # (height, width) or (height, width, channels), in this machine's byte order
    operation: str
    arguments: tuple[Any, ...]

    @property
    def label(self) -> str:
        return f"{self.operation}{self.arguments} of {self.mode} {self.samples.shape}"

    @property
    def image(self) -> Image.Image:
        return image_of(self.mode, self.samples)

    def ours(self) -> np.ndarray:
        """Return the samples of our result."""
        image = self.image
        result = getattr(pillow, self.operation)(image, *self.arguments)
        assert (image if result is None else result).mode == self.mode
        return samples_of(image if result is None else result)

    def theirs(self) -> np.ndarray:
        """Return the samples of Pillow's result."""
        image = self.image
        result = getattr(image, self.operation)(*self.arguments)
        return samples_of(image if result is None else result)

    def specified(self) -> np.ndarray:
        """Return the samples that the specification says."""
        return getattr(specification, self.operation)(self.samples, *self.arguments, mode=self.mode)


def image_of(mode: str, samples: np.ndarray) -> Image.Image:
    """Make an image that shows these samples."""
    height, width = samples.shape[:2]
    if mode == "1":
        return Image.frombytes(mode, (width, height), samples.tobytes(), "raw", "1;8")
    shown = samples.astype(">u2") if mode == "I;16B" else samples
    return Image.frombytes(mode, (width, height), shown.tobytes())


def samples_of(image: Image.Image) -> np.ndarray:
    """Return what an image shows, in this machine's byte order; black and white as 0 and 255."""
    shown = np.asarray(image)
    return shown * np.uint8(255) if image.mode == "1" else shown.astype(shown.dtype.newbyteorder("="))


def pixels(rng: np.random.Generator, shape: tuple[int, ...], mode: str) -> np.ndarray:
    """Noise over the whole range, extremes that overshoot, nearly constant; floats of several magnitudes, and NaN."""
    kind = rng.choice(["noise", "noise", "extremes", "constant"])
    if mode == "F":
        values = rng.uniform(-1, 1, shape) * rng.choice([1.0, 255.0, 1e36])
        values[rng.random(shape) < rng.choice([0.0, 0.0, 0.05])] = rng.choice([np.nan, np.inf, -np.inf])
        values[rng.random(shape) < rng.choice([0.0, 0.8])] = -0.0
        return values.astype(np.float32)
    dtype = {1: np.uint8, 2: np.uint16, 4: np.int32}[BYTES.get(mode, 1)]
    low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    if kind == "extremes" or mode == "1":
        return rng.choice(np.array([low, high], dtype), shape)
    if kind == "constant":
        return (int(rng.integers(low, high)) + (rng.random(shape) < 0.05)).astype(dtype)
    return rng.integers(low, high, shape, dtype, endpoint=True)


def lengths(rng: np.random.Generator) -> tuple[tuple[int, int], tuple[int, int]]:
    """Sizes (width, height) before and after: free, one pixel, doubled, halved, whole ratios, one axis only."""
    kind = rng.choice(["free", "free", "free", "tall", "pixel", "doubled", "ratio", "one axis"])
    before, after = rng.integers(1, MOST, 2), rng.integers(1, MOST, 2)
    if kind == "tall":  # shrinking rows first
        before[1] += 8 * before[0]
    elif kind == "pixel":
        before = np.where(rng.random(2) < 0.7, 1, before)
        after = np.where(rng.random(2) < 0.3, 1, after)
    elif kind == "doubled":
        after = 2 * before
    elif kind == "ratio":
        after = rng.integers(1, 4, 2)
        before = after * (rng.choice(RATIOS, 2) if rng.random() < 0.5 else rng.choice(RATIOS))
    elif kind == "one axis":
        after = np.where([rng.random() < 0.5, True], before, after)[:: rng.choice([1, -1])]
    return (int(before[0]), int(before[1])), (int(after[0]), int(after[1]))


def real_box(rng: np.random.Generator, width: int, height: int) -> tuple[float, float, float, float]:
    """Part of an image: between real numbers or whole ones, perhaps of no size."""
    (left, right), (upper, lower) = np.sort(rng.uniform(0, width, 2)), np.sort(rng.uniform(0, height, 2))
    if rng.random() < 0.4:
        left, upper, right, lower = map(round, (left, upper, right, lower))
    return float(left), float(upper), float(right), float(lower)


def whole_box(rng: np.random.Generator, width: int, height: int) -> tuple[int, int, int, int]:
    left, upper = int(rng.integers(width)), int(rng.integers(height))
    return left, upper, int(rng.integers(left, width)) + 1, int(rng.integers(upper, height)) + 1


def random_case(rng: np.random.Generator, mode: str) -> Case:
    (width, height), size = lengths(rng)
    channels = CHANNELS[mode]
    samples = pixels(rng, (height, width, channels) if channels > 1 else (height, width), mode)
    kind, resample = str(rng.choice(KINDS)), int(rng.integers(8))
    if kind in ("gap", "reduce") and mode in UNREDUCED:
        kind = "box"
    if kind == "reduce":
        pair = tuple(int(rng.integers(1, 9 if rng.random() < 0.8 else 99)) for _ in range(2))
        factor = pair if rng.random() < 0.7 else (pair[0],) * 2
        return Case(mode, samples, "reduce", (factor, whole_box(rng, width, height) if rng.random() < 0.5 else None))
    if kind == "thumbnail":
        gap = None if mode.startswith("I;16") else rng.choice([None, 1.0, 2.0, 3.0])
        return Case(mode, samples, "thumbnail", (tuple(rng.uniform(1, MOST, 2).tolist()), resample, gap))
    box = real_box(rng, width, height) if kind == "box" else None
    if kind == "gap":
        size = (max(size[0] // 6, 1), max(size[1] // 6, 1))
        if rng.random() < 0.5:  # part of the image, but not of no size, which Pillow refuses to reduce
            left, upper, right, lower = whole_box(rng, width, height)
            box = (left + rng.random() / 2, upper + rng.random() / 2, right - 0.25, lower - rng.random() / 3)
        return Case(mode, samples, "resize", (size, resample, box, float(rng.uniform(1, 3))))
    if box and rng.random() < 0.3:  # a crop
        size = (max(round(box[2] - box[0]), 1), max(round(box[3] - box[1]), 1))
    return Case(mode, samples, "resize", (size, resample, box))


def random_cases(mode: str) -> list[Case]:
    rng = np.random.default_rng(list(mode.encode()))
    return [random_case(rng, mode) for _ in range(PER_MODE)]


def hold(case: Case, result: np.ndarray, expected: np.ndarray) -> None:
    """Demand every bit, also the sign of zero; NaNs are alike."""
    np.testing.assert_array_equal(result, expected, case.label)
    if result.dtype == np.float32:
        np.testing.assert_array_equal(np.signbit(result[result == 0]), np.signbit(expected[expected == 0]), case.label)


# --- random cases -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", CHANNELS)
def test_random_images_become_what_the_specification_says(mode: str) -> None:
    for case in random_cases(mode):
        hold(case, case.ours(), case.specified())


@pytest.mark.parametrize("mode", CHANNELS)
def test_random_images_become_what_pillow_makes_of_them(pillow_13, mode: str) -> None:
    for case in random_cases(mode):
        hold(case, case.ours(), case.theirs())


# --- arrays -------------------------------------------------------------------------------------------------------


def layouts(array: np.ndarray) -> dict[str, np.ndarray]:
    """The same values in other layouts of memory."""
    spread = np.zeros((*array.shape[:-1], 2 * array.shape[-1]), array.dtype)
    spread[..., ::2] = array
    padding = ((1, 2), (3, 1), (0, 0))
    return {
        "strided": spread[..., ::2],
        "reversed": np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1],
        "crop": np.pad(array, padding)[1:-2, 3:-1],
        "channels first": np.ascontiguousarray(array.transpose(2, 0, 1)).transpose(1, 2, 0),
        "Fortran": np.asfortranarray(array),
        "byte-swapped": array.astype(array.dtype.newbyteorder()),
        "read-only": np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape),
    }


@pytest.mark.parametrize("channels", [1, 2, 3, 4, 5, 31])
def test_any_number_of_channels(channels: int) -> None:
    rng = np.random.default_rng(channels)
    for _ in range(3 if config.DISABLE_JIT else 40):
        (width, height), size = lengths(rng)
        array = pixels(rng, (height, width, channels), "L")
        resample, box = int(rng.integers(8)), real_box(rng, width, height) if rng.random() < 0.5 else None
        factor = (int(rng.integers(1, 9)), int(rng.integers(1, 9)))
        result = pillow.resize_array(array, size, resample, box)
        expected = specification.resize_samples(array, size, resample, box)
        np.testing.assert_array_equal(result, expected, f"{array.shape} to {size} by {resample} from {box}")
        np.testing.assert_array_equal(
            pillow.reduce_array(array, factor),
            specification.reduce_samples(array, factor),
            f"{array.shape} by {factor}",
        )


@pytest.mark.parametrize(("mode", "most"), [("L", 3), ("F", 2)])  # rows first, too; or not
def test_any_layout_of_memory(mode: str, most: int) -> None:
    array = pixels(np.random.default_rng(5), (11, 9, 3), mode)
    for name, same in layouts(array).items():
        before = same.copy()
        for size, resample in (((5, 7), pillow.BICUBIC), ((20, 20), pillow.NEAREST), ((13, 4), pillow.LANCZOS))[:most]:
            result = pillow.resize_array(same, size, resample)
            np.testing.assert_array_equal(result, pillow.resize_array(array, size, resample), name)
            assert result.dtype == same.dtype
        np.testing.assert_array_equal(pillow.reduce_array(same, 2), pillow.reduce_array(array, 2), name)
        np.testing.assert_array_equal(same, before)


@uncompiled
@pytest.mark.parametrize("size", [4096, 4100])
def test_blocks_beyond_the_range_of_the_reciprocal(pillow_13, size: int) -> None:
    """From 2**24 samples on, Pillow's divisor overflows; the result is wrong there, and the same here."""
    array = np.tile(np.arange(size, dtype=np.uint8), (size, 1))
    result = pillow.reduce_array(array, size)
    np.testing.assert_array_equal(result, specification.reduce_samples(array, (size, size)))
    np.testing.assert_array_equal(result, np.asarray(Image.fromarray(array).reduce(size)))


def test_a_box_without_size_is_a_point() -> None:
    array = np.arange(1, 13, dtype=np.float32).reshape(3, 4)
    array[-1, -1] = np.nan
    for box in ((4, 0, 4, 3), (0, 3, 4, 3), (4, 3, 4, 3), (1.5, 1.5, 1.5, 1.5), (0, 0, 0, 0)):
        for resample in range(8):
            expected = specification.resize_samples(array, (3, 2), resample, box)
            np.testing.assert_array_equal(pillow.resize_array(array, (3, 2), resample, box), expected)


def test_arrays_without_pixels_become_black() -> None:
    for shape in ((0, 5), (5, 0), (0, 0, 3)):
        result = pillow.resize_array(np.ones(shape, np.uint8), (4, 2), pillow.BICUBIC)
        np.testing.assert_array_equal(result, np.zeros((2, 4, *shape[2:]), np.uint8))


def test_arrays_need_no_pillow() -> None:
    finished = child.run("""
        import sys
        sys.modules["PIL"] = None
        import child
        import numpy as np
        from fastresample.compat import pillow

        array = np.arange(12, dtype=np.uint8).reshape(3, 4)
        resized, reduced = pillow.resize_array(array, (2, 2), pillow.NEAREST), pillow.reduce_array(array, 2)
        child.tell([resized.tolist(), reduced.tolist()])
    """)
    assert finished.told == [[[1, 3], [9, 11]], [[3, 5], [9, 11]]]


# --- resize(convention="pillow") -----------------------------------------------------------------------------------


@pytest.mark.parametrize("promise", PILLOW.promises, ids=lambda promise: promise.method)
def test_promised_cells_are_exact(promise) -> None:
    assert promise.bound == "exact"
    rng = np.random.default_rng(len(promise.method))
    modes = {"bool": "1", "uint8": "L", "uint16": "I;16", "int32": "I", "float32": "F"}
    for dtype in promise.dtypes:
        for _ in range(1 if config.DISABLE_JIT else 12):
            (width, height), size = lengths(rng)
            array = pixels(rng, (height, width), modes[dtype]).astype(dtype)
            if promise.method == "reduce":
                hold(
                    Case(dtype, array, "reduce", (2,)),
                    pillow.reduce_array(array, 2),
                    specification.reduce(array, (2, 2)),
                )
                continue
            resample = pillow.arrays.METHODS.index(promise.method)
            left, upper, right, lower = box = whole_box(rng, width, height)
            result = fastresample.resize(
                array, size[::-1], method=promise.method, convention="pillow", box=(upper, left, lower, right)
            )
            case = Case(dtype, array, "resize", (size, resample, box))
            hold(case, result, specification.resize(array, size, resample, box))


def test_every_method_is_promised() -> None:
    promised = {promise.method: promise.dtypes for promise in PILLOW.promises if promise.method != "reduce"}
    assert promised == {name: rules.dtypes for name, rules in PILLOW.methods.items()}


def test_batches_and_single_axes() -> None:
    batch = pixels(np.random.default_rng(1), (2, 7, 9, 3), "RGB")
    resized = fastresample.resize(batch, (5, 4), method="bicubic", convention="pillow", axes=(1, 2))
    for image, result in zip(batch, resized, strict=True):
        np.testing.assert_array_equal(result, specification.resize(image, (4, 5), specification.BICUBIC))
    line = fastresample.resize(batch[0, 0, :, 0], 4, method="lanczos", convention="pillow")
    np.testing.assert_array_equal(line[None], specification.resize(batch[0, :1, :, 0], (4, 1), specification.LANCZOS))


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        (
            {"method": "area"},
            ValueError,
            "unknown method 'area' for convention pillow; choose from bicubic, bilinear, box",
        ),
        ({"antialias": False}, ValueError, "antialias must be True or None for method 'bilinear'"),
        ({"method": "nearest", "antialias": True}, ValueError, "antialias must be False or None"),
        ({"coordinates": "align_corners"}, ValueError, "unknown coordinates 'align_corners' for convention pillow"),
        ({"dtype": np.float64}, TypeError, "image must have one of the dtypes .*float32 for convention 'pillow'"),
        ({"dtype": bool}, TypeError, "dtype bool can be resized with method 'nearest' only"),
    ],
)
def test_what_pillow_lacks_is_refused(arguments: dict[str, Any], kind: type[Exception], words: str) -> None:
    image = np.zeros((4, 4), arguments.pop("dtype", np.uint8))
    with pytest.raises(kind, match=words):
        fastresample.resize(image, (2, 2), convention="pillow", **arguments)


# --- pictures -----------------------------------------------------------------------------------------------------


@uncompiled
@pytest.mark.parametrize(
    "name", ["lake_web.webp", "moon_grey.png", "gradient_deep.png", "logo_soft.png", "island_palette.png"]
)
def test_pictures_become_what_pillow_makes_of_them(pillow_13, name: str) -> None:
    with Image.open(IMAGES / name) as image:
        image.load()
        for resample in range(8):
            for size in ((300, 231), (40, 200), (image.width, 100)):
                result, expected = pillow.resize(image, size, resample), image.resize(size, resample)
                assert_same_image(result, expected)


@uncompiled
def test_a_photograph_becomes_what_pillow_makes_of_it(pillow_13) -> None:
    data = pytest.importorskip("skimage.data", reason="scikit-image brings the photograph")
    image = Image.fromarray(data.astronaut())
    for resample in range(8):
        for size in ((300, 231), (777, 600), (64, 30), (512, 100)):
            assert_same_image(pillow.resize(image, size, resample), image.resize(size, resample))
        assert_same_image(
            pillow.resize(image, (50, 50), resample, None, 2.0), image.resize((50, 50), resample, None, 2.0)
        )
    for factor in (2, 3, 4, 5, (2, 7), 93):
        assert_same_image(pillow.reduce(image, factor), image.reduce(factor))


@uncompiled
def test_files_are_read_at_the_size_of_a_thumbnail(pillow_13) -> None:
    for size, gap in (((100, 80), 2.0), ((300.5, 200.9), None), ((50, 50), 1.0)):
        with Image.open(IMAGES / "lake_phone.jpg") as ours, Image.open(IMAGES / "lake_phone.jpg") as theirs:
            pillow.thumbnail(ours, size, reducing_gap=gap)
            theirs.thumbnail(size, reducing_gap=gap)
            assert_same_image(ours, theirs)


# --- images -------------------------------------------------------------------------------------------------------


def assert_same_image(result: Image.Image, expected: Image.Image) -> None:
    assert (result.mode, result.size, result.readonly) == (expected.mode, expected.size, expected.readonly)
    assert type(result) is type(expected)
    assert result.info == expected.info
    np.testing.assert_array_equal(np.asarray(result), np.asarray(expected))
    if expected.mode in ("P", "PA"):
        assert (result.palette.mode, result.palette.palette) == (expected.palette.mode, expected.palette.palette)
    if expected.mode == "P":
        assert result.getpalette("RGBA") == expected.getpalette("RGBA")
        assert result.convert("RGBA") == expected.convert("RGBA")


def with_palette(mode: str, transparency: int | bytes | None = None) -> Image.Image:
    image = image_of("P", pixels(np.random.default_rng(3), (6, 5), "P") % 7)
    image.putpalette([7 * n for n in range(21)])
    if transparency is not None:
        image.info["transparency"] = transparency
    if mode == "saved":
        file = io.BytesIO()
        image.save(file, "png")
        image = Image.open(file)
    return image.convert("PA") if mode == "PA" else image


@pytest.mark.parametrize("transparency", [None, 3, bytes([0, 100, 200])])
@pytest.mark.parametrize("mode", ["P", "PA", "saved"])
def test_palettes_are_kept(pillow_13, mode: str, transparency: int | bytes | None) -> None:
    for size in ((3, 4), (5, 6)):
        expected = with_palette(mode, transparency).resize(size)
        assert_same_image(pillow.resize(with_palette(mode, transparency), size), expected)
    ours, theirs = with_palette(mode, transparency), with_palette(mode, transparency)
    pillow.thumbnail(ours, (4, 3), pillow.NEAREST, None)
    theirs.thumbnail((4, 3), pillow.NEAREST, None)
    assert_same_image(ours, theirs)
    plain = image_of(ours.mode, np.asarray(ours))
    assert_same_image(pillow.resize(plain, (2, 2)), plain.resize((2, 2)))


def test_interpolated_indices_keep_their_palette() -> None:
    image = with_palette("PA")
    assert pillow.resize(image, (3, 3)).getpalette() == image.getpalette()  # Pillow's own result has lost it


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "I;16", "1"])
def test_information_is_copied(pillow_13, mode: str) -> None:
    image = image_of(
        mode,
        np.ones((4, 4) if CHANNELS[mode] == 1 else (4, 4, CHANNELS[mode]), np.uint16 if "16" in mode else np.uint8),
    )
    image.info = {"dpi": (72, 72), "comment": b"x", "list": [1, 2]}
    result = pillow.resize(image, (2, 2))
    assert_same_image(result, image.resize((2, 2)))
    result.info["list"].append(3)
    assert image.info["list"] == [1, 2]
    result.putpixel((0, 0), 0 if CHANNELS[mode] == 1 else (0,) * CHANNELS[mode])  # a new image that may be written to


def test_an_image_of_the_size_asked_for_is_copied() -> None:
    image = image_of("RGB", pixels(np.random.default_rng(0), (4, 5, 3), "RGB"))
    result = pillow.resize(image, [5, 4])
    assert result == image
    assert result is not image
    pillow.thumbnail(result, (9, 9))
    assert result == image


def test_filters_have_pillows_numbers() -> None:
    for filter_ in Image.Resampling:
        assert getattr(pillow, filter_.name) == filter_.value


# --- wrong arguments ----------------------------------------------------------------------------------------------


IMAGE = Image.new("RGB", (10, 8))
WRONG: list[tuple[str, tuple[Any, ...], type[Exception], str]] = [
    ("resize", ((0, 5),), ValueError, r"height and width must be > 0, got size=\(0, 5\)"),
    ("resize", ((5, -1),), ValueError, "height and width must be > 0"),
    ("resize", ((5,),), TypeError, "size must be sequence of length 2, not 1"),
    ("resize", (5,), TypeError, r"size must be 2 integers \(width, height\), got 5"),
    ("resize", ((5.5, 5),), TypeError, "size must be 2 integers .*got \\(5.5, 5\\)"),
    ("resize", ((2**31, 5),), OverflowError, "size must hold integers up to 2147483647"),
    ("resize", ((2**31 - 1, 2**31 - 1),), MemoryError, "must fit into memory"),
    ("resize", ((5, 4), 8), ValueError, r"Unknown resampling filter \(8\). Use NEAREST \(0\), LANCZOS \(1\)"),
    ("resize", ((5, 4), "box"), ValueError, r"Unknown resampling filter \(box\)"),
    ("resize", ((5, 4), 2.0), TypeError, "resample must be an integer, got 2.0"),
    ("resize", ((5, 4), 2, (0, 0, 10)), TypeError, "box must be sequence of length 4, not 3"),
    ("resize", ((5, 4), 2, 5), TypeError, "box must be 4-item sequence"),
    ("resize", ((5, 4), 2, "abcd"), TypeError, "must be real number, not str"),
    ("resize", ((5, 4), 2, (-1, 0, 5, 5)), ValueError, "box offset can't be negative"),
    ("resize", ((5, 4), 2, (0, 0, 11, 8)), ValueError, r"box can't exceed original image size, got \(0, 0, 11, 8\)"),
    ("resize", ((5, 4), 2, (0, 0, math.inf, 8)), ValueError, "box can't exceed original image size"),
    ("resize", ((5, 4), 2, (5, 5, 4, 4)), ValueError, "box can't be empty"),
    ("resize", ((5, 4), 2, None, 0.9), ValueError, "reducing_gap must be 1.0 or greater, got 0.9"),
    ("resize", ((5, 4), 2, None, "x"), TypeError, "reducing_gap must be a number or None, got 'x'"),
    ("resize", ((0, 4), 2, None, 2.0), ZeroDivisionError, "division by zero"),
    ("reduce", (0,), ValueError, "scale must be > 0"),
    ("reduce", ((2, -1),), ValueError, r"scale must be > 0, got factor=\(2, -1\)"),
    ("reduce", (2.0,), TypeError, "factor must be 2 integers"),
    ("reduce", ((2, 3, 4),), TypeError, "factor must be sequence of length 2, not 3"),
    ("reduce", (10**10,), OverflowError, "factor must hold integers up to"),
    ("reduce", (2, (0, 0, 11, 8)), ValueError, "box can't exceed original image size"),
    ("reduce", (2, (-1, 0, 5, 5)), ValueError, "box offset can't be negative"),
    ("reduce", (2, (5, 0, 5, 5)), ValueError, "box can't be empty"),
    ("reduce", (2, (0.5, 0, 5, 5)), TypeError, "box must be 4 integers"),
    ("reduce", (1, (5, 5, 4, 4)), ValueError, "'right' is less than 'left'"),
    ("thumbnail", ((0, 5),), ZeroDivisionError, "division by zero"),
    ("thumbnail", ((5,),), ValueError, "not enough values"),
    ("thumbnail", ((5, 4), 9), ValueError, "Unknown resampling filter"),
    ("thumbnail", ((5, 4), 2, 0.5), ValueError, "reducing_gap must be 1.0 or greater"),
]


@pytest.mark.parametrize(("operation", "arguments", "kind", "words"), WRONG)
def test_wrong_arguments_raise_what_pillow_raises(
    operation: str, arguments: Any, kind: type[Exception], words: str
) -> None:
    image = IMAGE.copy()
    with pytest.raises(kind, match=words):
        getattr(pillow, operation)(image, *arguments)
    assert image == IMAGE
    if PIL.__version__.startswith("13.0."):
        with pytest.raises(kind):
            getattr(image, operation)(*arguments)


def test_what_has_no_mean_is_refused() -> None:
    for mode in UNREDUCED:
        with pytest.raises(ValueError, match="image has wrong mode"):
            pillow.reduce(Image.new(mode, (4, 4)), 2)
    with pytest.raises(ValueError, match="image has wrong mode"):
        pillow.resize(Image.new("I;16", (40, 40)), (2, 2), reducing_gap=1.0)
    with pytest.raises(ValueError, match="image has wrong mode"):
        pillow.reduce_array(np.zeros((4, 4), np.uint16), 2)


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda: pillow.resize(np.zeros((4, 4)), (2, 2)), TypeError, "image must be a PIL.Image.Image, got ndarray"),
        (lambda: pillow.resize_array([[1, 2]], (2, 2), 0), TypeError, "array must be a plain NumPy array, got list"),
        (lambda: pillow.resize_array(np.zeros(4, np.uint8), (2, 2), 0), ValueError, "array must be .height, width."),
        (
            lambda: pillow.resize_array(np.zeros((4, 4)), (2, 2), 3),
            TypeError,
            "array must have one of the dtypes uint8",
        ),
        (lambda: pillow.resize_array(np.zeros((4, 4), bool), (2, 2), 3), TypeError, "got bool"),
        (lambda: pillow.reduce_array(np.zeros((4, 4)), 2), TypeError, "image has wrong mode.*got float64"),
        (
            lambda: pillow.resize_array(np.zeros((4, 4), np.uint8), (2, 2), 3, (0, 0, math.nan, 4)),
            ValueError,
            "box must be 4 numbers .left, upper, right, lower., got .0, 0, nan, 4.",
        ),
    ],
)
def test_wrong_arguments_of_ours(call: Callable[[], object], kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        call()
