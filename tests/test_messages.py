"""Every refusal: its type, its whole text, and that nothing was written before it."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from fastresample import Resizer, resize, set_num_threads, warmup
from fastresample.spec.resize import resize_spec

IMAGE = np.arange(12, dtype=np.uint8).reshape(3, 4)
DTYPES = "uint8, int8, uint16, int16, uint32, int32, float16, float32, float64, bool, int64, uint64"
NAN, INF = float("nan"), float("inf")


def refused(error: type[Exception], text: str, call: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    """Check type and whole text of the error that a call raises."""
    with pytest.raises(error, match="^" + re.escape(text) + "$") as caught:
        call(*arguments, **options)
    assert type(caught.value) is error, f"a {type(caught.value).__name__}, not {error.__name__} itself"


# --- size and factor ----------------------------------------------------------------------------------------------

TWO = "size must be two positive integers (height, width)"
ONE = "size must be one positive integer (length)"
THREE = "size must be three positive integers (depth, height, width)"


@pytest.mark.parametrize(
    ("size", "error", "text"),
    [
        ((0, 5), ValueError, f"{TWO}, got (0, 5)"),
        ((5, -1), ValueError, f"{TWO}, got (5, -1)"),
        ((5,), ValueError, f"{TWO}, got (5,)"),
        ((), ValueError, f"{TWO}, got ()"),
        ((5, 5, 3), ValueError, f"{TWO}, got (5, 5, 3)"),
        ((5.0, 5), TypeError, f"{TWO}; its parts must be integers, got (5.0, 5)"),
        ((NAN, 5), TypeError, f"{TWO}; its parts must be integers, got (nan, 5)"),
        ((5, INF), TypeError, f"{TWO}; its parts must be integers, got (5, inf)"),
        ((True, 5), TypeError, f"{TWO}; its parts must be integers, got (True, 5)"),
        ((5, np.True_), TypeError, f"{TWO}; its parts must be integers, got (5, np.True_)"),
        (("5", "5"), TypeError, f"{TWO}; its parts must be integers, got ('5', '5')"),
        ((None, 5), TypeError, f"{TWO}; its parts must be integers, got (None, 5)"),
        (((5, 5), 5), TypeError, f"{TWO}; its parts must be integers, got ((5, 5), 5)"),
        ((2**31, 5), ValueError, "sizes must be at most 2147483647 samples, got (3, 4) -> (2147483648, 5)"),
    ],
)
def test_sizes_of_two_axes(size: Any, error: type[Exception], text: str) -> None:
    refused(error, text, resize, IMAGE, size)


@pytest.mark.parametrize("size", [5, 5.0, np.int64(5), np.array(5), "55", NAN, True])
def test_one_number_for_two_axes_gets_a_hint(size: Any) -> None:
    with pytest.raises(TypeError, match=re.escape(f"{TWO}, got {size!r}: ") + "is it a square, .* or .* edge"):
        resize(IMAGE, size)


def test_sizes_of_one_and_of_three_axes() -> None:
    refused(ValueError, f"{ONE}, got (2, 2)", resize, IMAGE[0], (2, 2))
    refused(ValueError, f"{ONE}, got 0", resize, IMAGE[0], 0)
    refused(TypeError, f"{ONE}; its parts must be integers, got 2.5", resize, IMAGE[0], 2.5)
    refused(TypeError, f"{ONE}; its parts must be integers, got '4'", resize, IMAGE[0], "4")
    cube = np.zeros((3, 3, 3), np.uint8)
    refused(ValueError, f"{THREE}, got (2, 2)", resize, cube, (2, 2), axes=(0, 1, 2))
    with pytest.raises(TypeError, match=re.escape(f"{THREE}, got 2: ")):
        resize(cube, 2, axes=(0, 1, 2))


def test_size_and_factor_exclude_each_other() -> None:
    refused(ValueError, "give exactly one of size and factor, got neither", resize, IMAGE)
    text = "give exactly one of size and factor, got size=(2, 2) and factor=0.5"
    refused(ValueError, text, resize, IMAGE, (2, 2), factor=0.5)


EITHER = "factor must be a positive finite number or two, one per axis"


@pytest.mark.parametrize(
    ("factor", "error"),
    [
        (0, ValueError),
        (-1.5, ValueError),
        (NAN, ValueError),
        (INF, ValueError),
        ((1, -INF), ValueError),
        ((1, 0), ValueError),
        ((1, 2, 3), ValueError),
        ((), ValueError),
        ("2", TypeError),
        ((2, "2"), TypeError),
        (1j, TypeError),
        (True, TypeError),
        (np.True_, TypeError),
        ((2, None), TypeError),
    ],
)
def test_factors(factor: Any, error: type[Exception]) -> None:
    refused(error, f"{EITHER}, got {factor!r}", resize, IMAGE, factor=factor)


def test_factors_of_one_axis() -> None:
    refused(ValueError, "factor must be a positive finite number, got (1, 2)", resize, IMAGE[0], factor=(1, 2))
    refused(ValueError, "factor must be a positive finite number, got nan", resize, IMAGE[0], factor=NAN)


@pytest.mark.parametrize("factor", [1e9, 1e300, 1e308, 10**400], ids=["1e9", "1e300", "1e308", "1e400"])
def test_factors_that_lead_nowhere(factor: float) -> None:
    with pytest.raises(ValueError, match=r"(sizes must be at most 2147483647 samples, got |factor must be a positive)"):
        resize(IMAGE, factor=factor)


# --- axes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("axes", "error", "text"),
    [
        ((0, 2), ValueError, "axes must lie between -2 and 1, got (0, 2)"),
        ((-3, 1), ValueError, "axes must lie between -2 and 1, got (-3, 1)"),
        (5, ValueError, "axes must lie between -2 and 1, got 5"),
        ((0, 0), ValueError, "axes must differ from each other, got (0, 0)"),
        ((0, -2), ValueError, "axes must differ from each other, got (0, -2)"),
        ((), ValueError, "axes must name one to 2 of 2 dimensions, got ()"),
        ((0, 1, 1), ValueError, "axes must name one to 2 of 2 dimensions, got (0, 1, 1)"),
        ((0, 1.0), TypeError, "axes must be integers, got (0, 1.0)"),
        ((0, NAN), TypeError, "axes must be integers, got (0, nan)"),
        ((0, True), TypeError, "axes must be integers, got (0, True)"),
        ("01", TypeError, "axes must be integers, got '01'"),
    ],
)
def test_axes(axes: Any, error: type[Exception], text: str) -> None:
    refused(error, text, resize, IMAGE, (2, 2), axes=axes)


@pytest.mark.parametrize("ndim", [4, 5])
def test_four_dimensions_have_no_default_axes(ndim: int) -> None:
    text = (
        f"axes must be given for an image of {ndim} dimensions: (-2, -1) for (..., C, H, W), (1, 2) for (N, H, W, C), "
        "three for volumes"
    )
    refused(ValueError, text, resize, np.zeros((2,) * ndim, np.uint8), (2, 2))


def test_four_axes_are_too_many() -> None:
    image = np.zeros((2,) * 5, np.uint8)
    text = "axes must name one to 3 of 5 dimensions, got (0, 1, 2, 3)"
    refused(ValueError, text, resize, image, (2,) * 4, axes=(0, 1, 2, 3))


# --- names --------------------------------------------------------------------------------------------------------


LANCZOS = "lanczos2, lanczos3, lanczos4, lanczos5"
METHODS = f"area, bicubic, bilinear, box, catmull_rom, gaussian, hamming, {LANCZOS}, mitchell, nearest"


@pytest.mark.parametrize(
    ("argument", "choices"),
    [
        ("method", METHODS),
        ("convention", "native, onnx, opencv, pillow, torch"),
        ("coordinates", "align_corners, asymmetric, half_pixel"),
    ],
)
def test_names_list_their_alternatives(argument: str, choices: str) -> None:
    for name in ("cubik", "", "NATIVE"):
        text = f"unknown {argument} {name!r}; choose from {choices}"
        refused(ValueError, text, resize, IMAGE, (2, 2), **{argument: name})
    text = f"{argument} must be a string, got 3; choose from {choices}"
    refused(TypeError, text, resize, IMAGE, (2, 2), **{argument: 3})
    text = f"{argument} must be a string, got ['native']; choose from {choices}"
    refused(TypeError, text, resize, IMAGE, (2, 2), **{argument: ["native"]})


def test_antialias() -> None:
    text = "antialias must be False or None for method 'nearest', which copies pixels, got True"
    refused(ValueError, text, resize, IMAGE, (2, 2), method="nearest", antialias=True)
    for value in (1, "yes", 0.0):
        text = f"antialias must be True, False or None, got {value!r}"
        refused(TypeError, text, resize, IMAGE, (2, 2), antialias=value)
    assert np.array_equal(resize(IMAGE, (2, 2), antialias=np.True_), resize(IMAGE, (2, 2), antialias=True))


def test_what_a_convention_lacks_is_refused_with_what_it_has() -> None:
    has = "area, bicubic, bilinear, bilinear_exact, lanczos4, nearest, nearest_exact"
    text = f"unknown method 'lanczos3' for convention opencv; choose from {has}"
    refused(ValueError, text, resize, IMAGE, (2, 2), method="lanczos", convention="opencv")
    text = "antialias must be False or None for method 'bilinear', by convention 'opencv', got True"
    refused(ValueError, text, resize, IMAGE, (2, 2), convention="opencv", antialias=True)
    text = "antialias must be True or None for method 'bicubic', by convention 'pillow', got False"
    refused(ValueError, text, resize, IMAGE, (2, 2), method="cubic", convention="pillow", antialias=False)
    text = "unknown coordinates 'align_corners' for convention pillow; choose from half_pixel"
    refused(ValueError, text, resize, IMAGE, (2, 2), convention="pillow", coordinates="align_corners")
    text = "box must be None for method 'bilinear' of convention 'torch', got (0, 0, 1, 1)"
    refused(ValueError, text, resize, IMAGE, (2, 2), convention="torch", box=(0, 0, 1, 1))
    text = "method 'bicubic' of convention 'torch' resizes two axes, got axes (0,)"
    refused(ValueError, text, resize, IMAGE, 2, method="bicubic", convention="torch", axes=0)
    text = "image must have one of the dtypes uint8, float32, float64 for convention 'torch', got int16"
    refused(TypeError, text, resize, IMAGE.astype(np.int16), (2, 2), convention="torch")


def test_warmup_knows_its_operators() -> None:
    text = "unknown operator 'conv3d'; choose from conv2d, conv_transpose2d, max_pool2d, max_unpool2d, avg_pool2d"
    refused(ValueError, text, warmup, [], operators=["conv2d", "conv3d"])


def test_warmup_skips_what_the_product_of_antialias_makes_and_nothing_else() -> None:
    common = {"channels": [1], "antialias": (False, True)}
    assert warmup(["nearest"], **common) >= 0
    text = "antialias must be False or None for method 'nearest', which copies pixels, got True"
    refused(ValueError, text, warmup, ["nearest"], channels=[1], antialias=[True])
    refused(ValueError, f"unknown method 'x'; choose from {METHODS}", warmup, ["x"], **common)
    text = "unknown convention 'gimp'; choose from native, onnx, opencv, pillow, torch"
    refused(ValueError, text, warmup, ["nearest"], conventions=["gimp"], **common)
    text = "dtype int64 can be resized with method 'nearest' only, got method 'bilinear'"
    refused(TypeError, text, warmup, ["bilinear"], ["int64"], **common)


# --- image --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("image", [[[1, 2], [3, 4]], 5, None, b"pixels", memoryview(b"pixels")])
def test_only_arrays_are_images(image: Any) -> None:
    text = f"image must be a NumPy array, got {type(image).__name__}; numpy.asarray(image) may make one"
    refused(TypeError, text, resize, image, (2, 2))


@pytest.mark.parametrize("shape", [(0,), (0, 4), (3, 0), (3, 4, 0), (0, 0, 0)])
def test_empty_images(shape: tuple[int, ...]) -> None:
    size = (2, 2)[: len(shape)]
    refused(ValueError, f"image must not be empty, got shape {shape}", resize, np.zeros(shape, np.uint8), size)


@pytest.mark.parametrize("shape", [(), (1,) * 6])
def test_numbers_of_dimensions(shape: tuple[int, ...]) -> None:
    refused(ValueError, f"image must have 1 to 5 dimensions, got shape {shape}", resize, np.zeros(shape), (2, 2))


@pytest.mark.parametrize(
    "dtype", ["complex64", "complex128", "object", "longdouble", "datetime64[s]", "S3", "U2", "i4,f4"]
)
def test_dtypes_that_are_no_samples(dtype: str) -> None:
    image = np.zeros((3, 4), dtype)
    for method in ("nearest", "bilinear"):
        text = f"image must have one of the dtypes {DTYPES}, got {image.dtype}"
        refused(TypeError, text, resize, image, (2, 2), method=method)


@pytest.mark.parametrize("dtype", ["bool", "int64", "uint64"])
def test_dtypes_that_are_copied_only(dtype: str) -> None:
    text = f"dtype {dtype} can be resized with method 'nearest' only, got method 'bilinear'"
    for method in ("bilinear", "linear"):
        refused(TypeError, text, resize, np.zeros((3, 4), dtype), (2, 2), method=method)


def test_axes_too_long_for_32_bit_tables() -> None:
    long = np.broadcast_to(np.uint8(0), (2**31,))
    refused(ValueError, "sizes must be at most 2147483647 samples, got (2147483648,) -> (3,)", resize, long, 3)


# --- box ----------------------------------------------------------------------------------------------------------

FOUR = "box must be 4 numbers (top, left, bottom, right) in source pixels"
INSIDE = f"{FOUR}, start < stop, inside the image of size (3, 4)"


@pytest.mark.parametrize(
    ("box", "error", "text"),
    [
        ((0, 0, 3, 4.5), ValueError, INSIDE),
        ((0, -0.5, 3, 4), ValueError, INSIDE),
        ((0, 0, 4, 3), ValueError, INSIDE),
        ((2, 0, 1, 4), ValueError, INSIDE),
        ((1, 0, 1, 4), ValueError, INSIDE),
        ((0, 0, NAN, 4), ValueError, INSIDE),
        ((0, NAN, 3, 4), ValueError, INSIDE),
        ((0, 0, INF, 4), ValueError, INSIDE),
        ((0, 0, 3), ValueError, FOUR),
        ((0, 3), ValueError, FOUR),
        ((0, 0, 0, 3, 4, 1), ValueError, FOUR),
        ((), ValueError, FOUR),
        ("abcd", TypeError, FOUR),
        ((0, 0, "3", 4), TypeError, FOUR),
        ((0, 0, None, 4), TypeError, FOUR),
        ((True, 0, 3, 4), TypeError, FOUR),
        ((np.True_, 0, 3, 4), TypeError, FOUR),
    ],
)
def test_boxes(box: Any, error: type[Exception], text: str) -> None:
    refused(error, f"{text}, got {box!r}", resize, IMAGE, (2, 2), box=box)


def test_boxes_of_one_and_of_three_axes() -> None:
    text = "box must be 2 numbers (start, stop) in source pixels, got (0, 0, 3, 4)"
    refused(ValueError, text, resize, IMAGE, 2, axes=1, box=(0, 0, 3, 4))
    text = "box must be 6 numbers (front, top, left, back, bottom, right) in source pixels, got (0, 4)"
    refused(ValueError, text, resize, np.zeros((3, 3, 3)), (2, 2, 2), axes=(0, 1, 2), box=(0, 4))


def test_a_box_follows_the_order_of_axes() -> None:
    text = f"{FOUR}, start < stop, inside the image of size (4, 3), got (0, 0, 3, 4)"
    refused(ValueError, text, resize, IMAGE, (2, 2), axes=(1, 0), box=(0, 0, 3, 4))


# --- out ----------------------------------------------------------------------------------------------------------


def read_only(shape: tuple[int, ...]) -> np.ndarray:
    out = np.full(shape, 7, np.uint8)
    out.flags.writeable = False
    return out


def strided(shape: tuple[int, ...], strides: tuple[int, ...]) -> np.ndarray:
    return np.lib.stride_tricks.as_strided(np.full(64, 7, np.uint8), shape, strides)


OWN = "out must have a place of its own for each element, got strides"


@pytest.mark.parametrize("method", ["bilinear", "nearest"])
@pytest.mark.parametrize(
    ("out", "error", "text"),
    [
        (np.full((2, 3), 7, np.uint8), ValueError, "out must have shape (2, 2), got (2, 3)"),
        (np.full((2, 2, 1), 7, np.uint8), ValueError, "out must have shape (2, 2), got (2, 2, 1)"),
        (np.full((2, 2), 7, np.int8), TypeError, "out must have dtype uint8, as the image, got int8"),
        (np.full((2, 2), 7, np.float32), TypeError, "out must have dtype uint8, as the image, got float32"),
        (read_only((2, 2)), ValueError, "out must be writable, got a read-only array"),
        (np.broadcast_to(np.uint8(7), (2, 2)), ValueError, "out must be writable, got a read-only array"),
        (strided((2, 2), (0, 1)), ValueError, f"{OWN} (0, 1)"),
        (strided((2, 2), (1, 0)), ValueError, f"{OWN} (1, 0)"),
        (strided((2, 2), (1, 1)), ValueError, f"{OWN} (1, 1)"),
        ([[7, 7], [7, 7]], TypeError, "out must be a NumPy array or None, got list"),
        (7, TypeError, "out must be a NumPy array or None, got int"),
    ],
)
def test_out_that_does_not_fit(out: Any, error: type[Exception], text: str, method: str) -> None:
    refused(error, text, resize, IMAGE, (2, 2), out=out, method=method)
    refused(error, text, Resizer(IMAGE.shape, (2, 2), method=method), IMAGE, out)
    assert np.asarray(out).min() == np.asarray(out).max() == 7


def test_out_in_the_wrong_byte_order() -> None:
    image, out = np.zeros((3, 4), "<u2"), np.zeros((2, 2), ">u2")
    text = f"out must have dtype {image.dtype}, as the image, got {out.dtype}"
    refused(TypeError, text, resize, image, (2, 2), out=out)


@pytest.mark.parametrize("method", ["bilinear", "nearest"])
def test_out_that_overlaps_the_image(method: str) -> None:
    buffer = np.arange(96, dtype=np.uint8)
    image = buffer[:48].reshape(6, 8)
    overlapping = {
        "the image itself": image,
        "its transpose": buffer[:48].reshape(8, 6),
        "reversed": image[::-1],
        "one byte": buffer[47:95].reshape(6, 8),
        "every second": buffer[::2].reshape(6, 8),
    }
    before = buffer.copy()
    for name, out in overlapping.items():
        text = "out must not overlap image: both share memory"
        refused(ValueError, text, resize, image, out.shape, out=out, method=method)
        assert np.array_equal(buffer, before), name


def test_out_beside_the_image_is_accepted() -> None:
    buffer = np.arange(96, dtype=np.uint8)
    image = buffer[:48].reshape(6, 8)
    assert np.array_equal(resize(image, (6, 8), out=buffer[48:].reshape(6, 8)), image)
    rows = np.arange(96, dtype=np.uint8).reshape(12, 8)
    assert np.array_equal(resize(rows[::2], (6, 8), out=rows[1::2]), rows[::2])
    columns = np.arange(96, dtype=np.uint8).reshape(6, 16)
    assert np.array_equal(resize(columns[:, ::2], (6, 8), out=columns[:, 1::2]), columns[:, ::2])


# --- threads ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "error"),
    [(0, ValueError), (-1, ValueError), (True, TypeError), (1.5, TypeError), ("2", TypeError), (NAN, TypeError)],
)
def test_threads(count: Any, error: type[Exception]) -> None:
    text = f"threads must be a positive integer or None, got {count!r}"
    refused(error, text, resize, IMAGE, (2, 2), threads=count)
    refused(error, text, Resizer(IMAGE.shape, (2, 2)), IMAGE, threads=count)
    with pytest.raises(error, match="must be a positive integer.*" + re.escape(f"got {count!r}")):
        set_num_threads(count)


# --- Resizer ------------------------------------------------------------------------------------------------------


def test_a_resizer_refuses_other_images() -> None:
    resizer = Resizer((3, 4), (2, 2), np.uint8)
    text = "image must have shape (3, 4), as planned, got (4, 3)"
    refused(ValueError, text, resizer, np.zeros((4, 3), np.uint8))
    refused(ValueError, "image must have shape (3, 4), as planned, got (3, 4, 1)", resizer, IMAGE[..., None])
    refused(TypeError, "image must have dtype uint8, as planned, got int8", resizer, IMAGE.astype(np.int8))
    text = "image must be a NumPy array, got list; numpy.asarray(image) may make one"
    refused(TypeError, text, resizer, IMAGE.tolist())
    single = Resizer((3, 4), (2, 2), ">f4")
    refused(TypeError, "image must have dtype >f4, as planned, got float64", single, np.zeros((3, 4)))


def test_a_resizer_checks_what_resize_checks() -> None:
    refused(ValueError, "image must not be empty, got shape (3, 0)", Resizer, (3, 0), (2, 2))
    refused(ValueError, "image must not be empty, got shape (3, -1)", Resizer, (3, -1), (2, 2))
    refused(ValueError, f"{TWO}, got (0, 2)", Resizer, (3, 4), (0, 2))
    refused(ValueError, f"unknown method 'x'; choose from {METHODS}", Resizer, (3, 4), (2, 2), method="x")
    text = "dtype int64 can be resized with method 'nearest' only, got method 'bilinear'"
    refused(TypeError, text, Resizer, (3, 4), (2, 2), np.int64)
    refused(ValueError, "give exactly one of size and factor, got neither", Resizer, (3, 4))


@pytest.mark.parametrize("shape", [5, (3.0, 4), (3, NAN), ("3", 4), "34", (True, 4), None])
def test_a_resizer_names_a_bad_shape(shape: Any) -> None:
    with pytest.raises(TypeError, match="^shape must .*" + re.escape(f"got {shape!r}")):
        Resizer(shape, (2, 2))


def test_a_resizer_names_a_bad_dtype() -> None:
    with pytest.raises(TypeError, match=re.escape("'uint9'")):
        Resizer((3, 4), (2, 2), "uint9")


# --- nothing is written -------------------------------------------------------------------------------------------

WRONG = {
    "size": {"size": (0, 2)},
    "size and factor": {"factor": 2},
    "method": {"method": "cubik"},
    "convention": {"convention": "none"},
    "coordinates": {"coordinates": "none"},
    "antialias": {"antialias": 1},
    "box": {"box": (0, 0, 9, 9)},
    "axes": {"axes": (0, 2)},
    "threads": {"threads": 0},
    "threads of a kind": {"threads": 1.5},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_bad_input_never_writes_anything(wrong: str) -> None:
    out, image = np.full((2, 2), 7, np.uint8), IMAGE.copy()
    with pytest.raises((TypeError, ValueError)):
        resize(image, **{"size": (2, 2), "out": out, **WRONG[wrong]})
    assert (out == 7).all()
    assert np.array_equal(image, IMAGE)


@pytest.mark.parametrize("dtype", ["bool", "complex64", "object"])
def test_a_bad_dtype_never_writes_anything(dtype: str) -> None:
    out = np.ones((2, 2), dtype)
    with pytest.raises(TypeError):
        resize(np.zeros((3, 4), dtype), (2, 2), out=out)
    assert (out == np.ones((2, 2), dtype)).all()


def test_a_resizer_writes_nothing_for_a_wrong_image() -> None:
    out = np.full((2, 2), 7, np.uint8)
    resizer = Resizer((3, 4), (2, 2))
    for image in (IMAGE.T, IMAGE.astype(np.int8), IMAGE.tolist()):
        with pytest.raises((TypeError, ValueError)):
            resizer(image, out)
    with pytest.raises(ValueError, match="threads must be"):
        resizer(IMAGE, out, threads=0)
    assert (out == 7).all()


# --- specs --------------------------------------------------------------------------------------------------------


def test_equal_requests_are_one_spec() -> None:
    """Specs are the key of the plan cache: aliases, NumPy scalars and lists must not make new ones."""
    common = {"convention": "native", "coordinates": None, "box": None}

    def spec(size: Any, method: str, antialias: Any, axes: Any, factor: Any = None) -> Any:
        return resize_spec(
            (3, 4), np.dtype("u1"), size=size, factor=factor, method=method, antialias=antialias, axes=axes, **common
        )

    first = spec((2, 2), "bilinear", None, None)
    same = [
        spec([2, 2], "linear", False, (0, 1)),
        spec(np.array([2, 2]), "bilinear", np.False_, [-2, -1]),
        spec((np.int8(2), 2), "bilinear", False, (1, 0)),
        spec(None, "bilinear", None, None, factor=(2 / 3, 0.5)),
    ]
    assert {hash(first)} == {hash(other) for other in same}
    assert all(other == first for other in same)
    assert spec((2, 2), "bilinear", True, None) != first
