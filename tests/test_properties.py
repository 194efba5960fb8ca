"""Laws that hold for every image: constants, mirrors, transposes, memory layouts, cuts, crops, ranges, linearity."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple
from unittest import mock

import numpy as np
import pytest
import reference
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numba import config

from fastresample import resize, threads

# The same examples in every run; no deadline, because the first example of a kind compiles its kernels.
law = settings(max_examples=60, derandomize=True, deadline=None, database=None)

INTEGERS = ("uint8", "int8", "uint16", "int16", "uint32", "int32")
REALS = ("float16", "float32", "float64")
# One dtype of each arithmetic: every further dtype, channel class or layout costs seconds of compiling.
KINDS = ("uint8", "int16", "float32", "float64")
LAID_OUT = ("uint8", "float32")  # where strides are the matter: fixed point and floating point

FILTERED = tuple(method for method in reference.METHODS if method != "nearest")
POSITIVE = ("area", "box", "bilinear", "hamming", "gaussian")  # no weight is negative


class Case(NamedTuple):
    """An image (height, width, 3), the size of its result and the options."""

    image: np.ndarray
    size: tuple[int, int]
    method: str
    antialias: bool

    @property
    def options(self) -> dict[str, object]:
        return {"method": self.method, "antialias": self.antialias}

    def resized(self, image: np.ndarray | None = None, **options: object) -> np.ndarray:
        image = self.image if image is None else image
        return resize(image, self.size, **self.options, **options)


def textured(dtype: str, shape: tuple[int, ...], seed: int, extreme: bool) -> np.ndarray:
    """Noise all over the dtype's range, or nothing but its two ends."""
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return (np.where(rng.random(shape) < 0.5, -1.0, 1.0) if extreme else rng.standard_normal(shape)).astype(dtype)
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    if extreme:
        return rng.choice(np.array([low, high], dtype), shape)
    return rng.integers(low, high, shape, dtype, endpoint=True)


@st.composite
def cases(
    draw: st.DrawFn, dtypes: tuple[str, ...] = KINDS, most: int = 12, methods: tuple[str, ...] = FILTERED
) -> Case:
    dtype = draw(st.sampled_from(dtypes))
    height, width, rows, columns = (draw(st.integers(1, most)) for _ in range(4))
    image = textured(dtype, (height, width, 3), draw(st.integers(0, 2**16)), draw(st.booleans()))
    # The first method, for which most kernels are made, as often as all others together.
    method = draw(st.one_of(st.just("bilinear"), st.sampled_from(methods))) if "bilinear" in methods else None
    return Case(image, (rows, columns), method or draw(st.sampled_from(methods)), draw(st.booleans()))


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Bit for bit, whatever the layout or byte order."""
    native = a.dtype.newbyteorder("=")
    return a.shape == b.shape and a.astype(native).tobytes() == b.astype(native).tobytes()


def error(case: Case) -> float:
    """The promised error of a floating-point result: see `test_resize.allowed`."""
    largest = np.abs(case.image).max()
    if case.image.dtype == np.float32:
        return 4 * float(np.spacing(largest))
    pairs = zip(case.image.shape[:2], case.size, strict=True)
    taps = max(len(row) for pair in pairs for row in reference.taps(*pair, case.method, case.antialias))
    return 2 * (taps + 2) * float(np.finfo(case.image.dtype).eps) * float(largest)


def apart(case: Case, a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two results of one exact value lie further apart than two promised errors."""
    difference = np.abs(a.astype(np.float64) - b.astype(np.float64)).max()
    return difference > (1 if case.image.dtype.kind in "iu" else 2 * error(case))


# --- constants, range ---------------------------------------------------------------------------------------------


@law
@given(case=cases((*INTEGERS, "float16")), value=st.sampled_from(["lowest", "highest", "next", "zero", "one", "odd"]))
def test_a_constant_stays_that_constant(case: Case, value: str) -> None:
    kind = case.image.dtype
    info = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
    values = {"lowest": info.min, "highest": info.max, "next": info.max - 1, "zero": 0, "one": 1, "odd": info.max // 3}
    image = np.full_like(case.image, values[value])
    for result in (case.resized(image), resize(image, case.size, method="nearest")):
        assert (result == image[0, 0, 0]).all()


@law
@given(case=cases(("float32", "float64")), value=st.sampled_from([1.0, 0.1, -255.0, 1e-30, 1e30, 0.0]))
def test_a_floating_point_constant_stays_within_the_promised_error(case: Case, value: float) -> None:
    constant = case._replace(image=np.full_like(case.image, value))
    assert np.abs(constant.resized() - constant.image[0, 0, 0]).max() <= error(constant)


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("taps", [10, 400])
def test_a_constant_survives_many_taps(dtype: str, taps: int) -> None:
    info = np.iinfo(dtype)
    for value in (info.min, info.min + 1, info.max - 2, info.max - 1, info.max):
        for shape, size in (((3 * taps // 2, 2, 3), (3, 2)), ((2, 3 * taps // 2, 3), (2, 3))):
            for method in ("bilinear", "area", "lanczos3"):
                assert (resize(np.full(shape, value, dtype), size, method=method, antialias=True) == value).all()


@pytest.mark.skipif(bool(config.DISABLE_JIT), reason="a long signal takes too long without the compiler")
@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("length", [20_000, 200_001])
def test_a_constant_signal_survives_being_shrunk_to_three_samples(dtype: str, length: int) -> None:
    info = np.iinfo(dtype)
    for value in (info.min, info.min + 1, info.max // 2 + 1, info.max - 2, info.max):
        for method in ("bilinear", "area", "lanczos3"):
            assert resize(np.full(length, value, dtype), 3, method=method, antialias=True).tolist() == [value] * 3


@law
@given(case=cases(methods=POSITIVE))
def test_the_range_is_never_left_by_weights_that_are_not_negative(case: Case) -> None:
    low, high = float(case.image.min()), float(case.image.max())
    slack = 0.0 if case.image.dtype.kind in "iu" else error(case)
    result = case.resized().astype(np.float64)
    assert low - slack <= result.min()
    assert result.max() <= high + slack


# --- mirrors, transposes, identity --------------------------------------------------------------------------------


@law
@given(case=cases((*KINDS, "float16")))
def test_mirrors_commute_bit_for_bit(case: Case) -> None:
    result = case.resized()
    for flip in (np.s_[::-1], np.s_[:, ::-1], np.s_[::-1, ::-1]):
        mirrored = np.ascontiguousarray(case.image[flip])
        assert same(case.resized(mirrored), result[flip])


@law
@given(case=cases(("uint8", "float32")))
def test_mirrors_commute_with_nearest_where_no_position_is_halfway(case: Case) -> None:
    lengths = case.image.shape[:2]
    for n_in, n_out in zip(lengths, case.size, strict=True):
        assume(not any((2 * i + 1) * n_in % (2 * n_out) == 0 for i in range(n_out)))
    result = resize(case.image, case.size, method="nearest")
    assert same(resize(case.image[::-1, ::-1], case.size, method="nearest"), result[::-1, ::-1])


@law
@given(case=cases())
def test_transposes_agree_within_the_promised_error(case: Case) -> None:
    """Not bit for bit: the two passes round in an order."""
    turned = np.ascontiguousarray(case.image.transpose(1, 0, 2))
    result = resize(turned, case.size[::-1], **case.options)
    assert not apart(case, result.transpose(1, 0, 2), case.resized())
    nearest = resize(turned, case.size[::-1], method="nearest")
    assert same(nearest.transpose(1, 0, 2), resize(case.image, case.size, method="nearest"))


@law
@given(case=cases((*INTEGERS, *REALS)))
def test_the_same_size_changes_nothing(case: Case) -> None:
    for options in (case.options, {"method": "nearest"}):
        copy = resize(case.image, case.image.shape[:2], **options)
        assert same(copy, case.image)
        assert not np.shares_memory(copy, case.image)


@law
@given(case=cases())
def test_antialiasing_changes_the_border_only_when_enlarging(case: Case) -> None:
    """Where windows reach outside, the rest is normalised instead of the edge repeated: for two taps the same."""
    assume(all(n_out >= n_in for n_in, n_out in zip(case.image.shape, case.size, strict=False)))
    plain, smooth = (resize(case.image, case.size, method=case.method, antialias=option) for option in (False, True))
    middle = tuple(inner(*pair, case.method, False) for pair in zip(case.image.shape, case.size, strict=False))
    assert same(plain[middle], smooth[middle])
    if case.method in ("area", "box", "bilinear", "hamming"):
        assert same(plain, smooth)


# --- cuts ---------------------------------------------------------------------------------------------------------


@law
@given(
    case=cases(LAID_OUT, methods=("bilinear", "lanczos3")),
    data=st.data(),
    nearest=st.booleans(),
    layout=st.sampled_from("CFS"),
)
def test_rows_cut_anywhere_in_any_order_give_the_whole(
    case: Case, data: st.DataObject, nearest: bool, layout: str
) -> None:
    image = case.image.astype(case.image.dtype.newbyteorder("S")) if layout == "S" else case.image.copy(order=layout)
    image = np.stack([image, image[::-1], image])  # three planes: a cut may fall inside any of them
    options = {"axes": (1, 2), **({"method": "nearest"} if nearest else case.options)}

    def in_pieces(band: Callable[[int, int], object], rows: int, row_ns: float, count: int | None) -> None:
        cuts = sorted(data.draw(st.sets(st.integers(1, rows), max_size=5)) | {0, rows})
        pieces = data.draw(st.permutations(list(pairwise(cuts))))
        for begin, end in pieces:
            band(begin, end)

    whole = resize(image, case.size, **options)
    with mock.patch.object(threads, "run", in_pieces):
        assert same(resize(image, case.size, **options), whole)


@law
@given(case=cases(LAID_OUT))
def test_planes_and_channels_do_not_touch_each_other(case: Case) -> None:
    stack = np.stack([case.image, case.image[::-1], case.image[:, ::-1]])
    together = case.resized(stack, axes=(1, 2))
    assert all(same(together[n], case.resized(np.ascontiguousarray(stack[n]))) for n in range(3))
    result = case.resized()
    planes = case.resized(np.ascontiguousarray(case.image.transpose(2, 0, 1)), axes=(1, 2))
    assert all(same(planes[c], result[..., c]) for c in range(3))


# --- memory layouts -----------------------------------------------------------------------------------------------


def _room(image: np.ndarray) -> np.ndarray:
    """Twice the space in each direction, filled with what must not be read as the image."""
    return np.full([2 * n + 3 for n in image.shape], 77, image.dtype)


def _placed(image: np.ndarray, where: tuple[slice, ...]) -> np.ndarray:
    view = _room(image)[where]
    view[...] = image
    return view


def _unaligned(image: np.ndarray) -> np.ndarray:
    """One byte away from where the samples should lie."""
    view = np.frombuffer(bytearray(1 + image.nbytes), np.uint8)[1:].view(image.dtype).reshape(image.shape)
    assert view.itemsize == 1 or not view.flags.aligned
    view[...] = image
    return view


def _read_only(image: np.ndarray) -> np.ndarray:
    image = image.copy()
    image.flags.writeable = False
    return image


LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "Fortran": lambda a: np.asfortranarray(a),
    "planes": lambda a: np.ascontiguousarray(a.transpose(2, 0, 1)).transpose(1, 2, 0),
    "columns first": lambda a: np.ascontiguousarray(a.transpose(1, 0, 2)).transpose(1, 0, 2),
    "crop": lambda a: _placed(a, tuple(slice(1, 1 + n) for n in a.shape)),
    "crop of whole pixels": lambda a: _placed(a.reshape(len(a), -1), np.s_[2 : 2 + len(a), 3 : 3 + a[0].size]).reshape(
        a.shape, copy=False
    ),
    "every second": lambda a: _placed(a, tuple(slice(1, 1 + 2 * n, 2) for n in a.shape)),
    "rows reversed": lambda a: a[::-1].copy()[::-1],
    "all reversed": lambda a: a[::-1, ::-1, ::-1].copy()[::-1, ::-1, ::-1],
    "read-only": _read_only,
    "byte-swapped": lambda a: a.astype(a.dtype.newbyteorder("S")),
    "byte-swapped, every second": lambda a: np.repeat(a.astype(a.dtype.newbyteorder("S")), 2, axis=1)[:, ::2],
    "unaligned": _unaligned,
    "unaligned and reversed": lambda a: _unaligned(np.ascontiguousarray(a[:, ::-1]))[:, ::-1],
    "unaligned and byte-swapped": lambda a: _unaligned(a.astype(a.dtype.newbyteorder("S"))),
}
WRITABLE = sorted(set(LAYOUTS) - {"read-only"})


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("nearest", [False, True], ids=["filtered", "nearest"])
@settings(law, max_examples=25)
@given(case=cases(LAID_OUT))
def test_memory_layouts_agree_bit_for_bit(layout: str, nearest: bool, case: Case) -> None:
    image = LAYOUTS[layout](case.image)
    assert same(image, case.image), "the layout itself is wrong"
    options = {"method": "nearest"} if nearest else case.options
    expected = resize(case.image, case.size, **options)
    assert same(resize(image, case.size, **options), expected)
    out = LAYOUTS["every second"](np.empty_like(expected))
    assert same(resize(case.image, case.size, out=out, **options), expected)


@pytest.mark.parametrize("dtype", ["bool", "float16", "int64"])
@pytest.mark.parametrize("layout", LAYOUTS)
@settings(law, max_examples=10)
@given(case=cases(("int16",)))
def test_memory_layouts_agree_for_copied_dtypes(layout: str, dtype: str, case: Case) -> None:
    pixels = case.image.astype(dtype)
    expected = resize(pixels, case.size, method="nearest")
    assert same(resize(LAYOUTS[layout](pixels), case.size, method="nearest"), expected)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_volumes_of_every_layout_agree_bit_for_bit(layout: str) -> None:
    for dtype, options in (
        ("float32", {}),
        ("float32", {"antialias": True, "method": "bicubic"}),
        ("float32", {"method": "nearest"}),
        ("uint16", {"method": "nearest"}),
    ):
        volume = textured(dtype, (5, 4, 6), 5, extreme=False)
        expected = resize(volume, (3, 7, 8), axes=(0, 1, 2), **options)
        assert same(resize(LAYOUTS[layout](volume), (3, 7, 8), axes=(0, 1, 2), **options), expected)


@law
@given(case=cases(LAID_OUT), axis=st.integers(0, 2))
def test_a_broadcast_image_is_as_good_as_its_copy(case: Case, axis: int) -> None:
    """Stride zero, read-only: what ``numpy.broadcast_to`` gives."""
    first = case.image.take([0], axis)
    image = np.broadcast_to(first, case.image.shape)
    for options in (case.options, {"method": "nearest"}):
        assert same(resize(image, case.size, **options), resize(image.copy(), case.size, **options))


@law
@given(case=cases(LAID_OUT), layout=st.sampled_from(WRITABLE))
def test_out_of_any_layout_gets_the_same_bits(case: Case, layout: str) -> None:
    for options in (case.options, {"method": "nearest"}):
        expected = resize(case.image, case.size, **options)
        out = LAYOUTS[layout](np.zeros_like(expected))
        image = case.image.astype(out.dtype)
        assert resize(image, case.size, out=out, **options) is out
        assert same(out, expected)


# --- crops --------------------------------------------------------------------------------------------------------


@st.composite
def boxes(draw: st.DrawFn, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    top, left = (draw(st.integers(0, n - 1)) for n in shape[:2])
    return top, left, draw(st.integers(top + 1, shape[0])), draw(st.integers(left + 1, shape[1]))


@law
@given(case=cases(), data=st.data())
def test_nearest_of_a_box_is_nearest_of_the_crop(case: Case, data: st.DataObject) -> None:
    top, left, bottom, right = box = data.draw(boxes(case.image.shape))
    expected = resize(case.image[top:bottom, left:right].copy(), case.size, method="nearest")
    assert same(resize(case.image, case.size, method="nearest", box=box), expected)


def inner(n_in: int, n_out: int, method: str, antialias: bool) -> slice:
    """The outputs whose windows lie inside the source, so that nothing was dropped or repeated."""
    first, step = reference.coordinate_map(n_in, n_out, "half_pixel", None)
    support = step / 2 if method == "area" else reference.FILTERS[method].support
    reach = support * max(step, 1) if antialias and method != "area" else support
    whole = [i for i in range(n_out) if first + i * step - reach >= -1 and first + i * step + reach <= n_in]
    return slice(whole[0], whole[-1] + 1) if whole else slice(0, 0)


@law
@given(case=cases(), data=st.data())
def test_a_box_is_the_crop_away_from_its_border(case: Case, data: st.DataObject) -> None:
    top, left, bottom, right = box = data.draw(boxes(case.image.shape))
    lengths = (bottom - top, right - left)
    middle = tuple(inner(*pair, case.method, case.antialias) for pair in zip(lengths, case.size, strict=True))
    a = case.resized(box=box)[middle]
    b = case.resized(case.image[top:bottom, left:right].copy())[middle]
    if case.image.dtype == np.uint8:  # the bits of fixed-point weights follow from the whole table
        assert a.size == 0 or not apart(case, a, b)
    else:
        assert same(a, b)


@law
@given(case=cases(most=8), data=st.data(), factor=st.sampled_from([(1, 2), (2, 2), (3, 1), (3, 5)]))
def test_tiles_give_the_whole(case: Case, data: st.DataObject, factor: tuple[int, int]) -> None:
    """Filters read beyond a box, so a box is a tile of the whole result."""
    top, left, bottom, right = box = data.draw(boxes(case.image.shape))
    down, across = factor
    whole = resize(case.image, (case.image.shape[0] * down, case.image.shape[1] * across), **case.options)
    tile = resize(case.image, ((bottom - top) * down, (right - left) * across), box=box, **case.options)
    expected = whole[top * down : bottom * down, left * across : right * across]
    if case.image.dtype == np.uint8:
        assert not apart(case, tile, expected)
    else:
        assert same(tile, expected)


# --- algebra ------------------------------------------------------------------------------------------------------


@law
@given(case=cases(("float32", "float64")), seed=st.integers(0, 99), a=st.floats(-3, 3), b=st.floats(-3, 3))
def test_resizing_is_linear(case: Case, seed: int, a: float, b: float) -> None:
    kind = case.image.dtype.type
    other = case._replace(image=textured(case.image.dtype.name, case.image.shape, seed, extreme=False))
    mixed = case._replace(image=kind(a) * case.image + kind(b) * other.image)
    expected = kind(a) * case.resized() + kind(b) * other.resized()
    # Each of the three results is off by its own error, and mixing rounds three times on either side.
    slack = error(mixed) + abs(a) * error(case) + abs(b) * error(other)
    largest = abs(a) * float(np.abs(case.image).max()) + abs(b) * float(np.abs(other.image).max())
    mixing = 6 * float(np.finfo(kind).eps) * largest
    assert np.abs(mixed.resized() - expected).max() <= slack + mixing


@law
@given(case=cases(("float32", "float64")))
def test_two_axes_are_one_after_the_other(case: Case) -> None:
    rows = resize(case.image, case.size[0], axes=0, **case.options)
    both = resize(rows, case.size[1], axes=1, **case.options)
    assert not apart(case, both, case.resized())


@law
@given(case=cases((*KINDS, "int8", "uint32")))
def test_nearest_invents_no_value(case: Case) -> None:
    result = resize(case.image, case.size, method="nearest")
    assert same(result, reference.resize(case.image, case.size, method="nearest"))
    assert set(result.ravel().tolist()) <= set(case.image.ravel().tolist())
