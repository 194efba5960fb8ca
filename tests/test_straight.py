"""Plans straight from sizes: the kernels, the tables and the bits of the general planner."""

from collections.abc import Iterator
from typing import Any

import child
import numpy as np
import pytest

from fastresample import Resizer, plan, resize, shortcuts
from fastresample.kernels.tiers import PLAIN, VBMI, tier

RNG = np.random.default_rng(11)
needs_permutations = pytest.mark.skipif(tier() is not VBMI, reason="these kernels permute bytes")
needs_vectors = pytest.mark.skipif(tier() is PLAIN, reason="these kernels are of vectors")
WAYS = [(convention, method) for convention in ("native", "opencv") for method in ("nearest", "bilinear")]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    plan.clear()
    yield
    plan.clear()


def noise(shape: tuple[int, ...], dtype: str = "uint8") -> np.ndarray:
    return RNG.integers(0, 256, (*shape, np.dtype(dtype).itemsize), np.uint8).view(dtype)[..., 0]


def planned(image: np.ndarray, size: tuple[int, int], **given: Any) -> Any:
    """Resize and return the plan that was kept."""
    plan.clear()
    resize(image, size, **given)
    (kept,) = plan._asked.values()
    return kept


def drawn(number: int) -> tuple[tuple[int, ...], tuple[int, int]]:
    """Draw an image's shape and a size; simple ratios, whose windows repeat, are frequent."""
    rng = np.random.default_rng(number)
    rows, columns = (int(n) for n in np.exp(rng.uniform(0, np.log(400), 2)))
    size = [int(n) for n in np.exp(rng.uniform(0, np.log(400), 2))]
    if number % 3 == 0:
        up, down = (int(n) for n in rng.integers(1, 6, 2))
        columns, size[1] = columns * down, columns * up
    channels = (0, 1, 2, 3, 4, 5, 8, 31)[number % 8]
    return (rows, columns, channels)[: 3 if channels else 2], (size[0], size[1])


def compared(image: np.ndarray, size: tuple[int, int], given: dict[str, Any]) -> bool:
    """Hold a resize to the general planner's, and say whether it was planned straight."""
    found = planned(image, size, **given)
    resizer = Resizer(image.shape, size, image.dtype, **given)
    assert resize(image, size, **given).tobytes() == resizer(image).tobytes(), (image.shape, size)
    if not isinstance(found, shortcuts.Short):
        return False
    (stage,) = resizer._plan.stages
    own, general = found._whole, stage._whole[image.shape]
    assert own._replace(tables=(), timed=[]) == general._replace(tables=(), timed=[]), (image.shape, size)
    assert [table.shape for table in own.tables] == [table.shape for table in general.tables]
    return True


@needs_vectors
@pytest.mark.parametrize(("convention", "method"), WAYS)
def test_the_kernels_and_the_bits_are_those_of_the_general_planner(convention: str, method: str) -> None:
    straightly = 0
    for number in range(400):
        shape, size = drawn(number)
        dtype = ("uint8", "uint16", "float32", "float64")[number // 8 % 4] if method == "nearest" else "uint8"
        straightly += compared(noise(shape, dtype), size, {"method": method, "convention": convention})
    assert straightly > 200 if method == "bilinear" or tier() is VBMI else straightly == 0


@needs_permutations
@pytest.mark.parametrize("dtype", ["float32", "uint16", "int16"])
@pytest.mark.parametrize("antialias", [False, True])
def test_pairs_of_other_samples_have_the_kernels_and_the_bits_of_the_general_planner(
    dtype: str, antialias: bool
) -> None:
    straightly = 0
    for number in range(160):
        shape, size = drawn(number)
        image = RNG.standard_normal(shape).astype(dtype) if dtype == "float32" else noise(shape, dtype)
        straightly += compared(image, size, {"antialias": antialias})
    assert straightly > (10 if antialias else 40), straightly


FILTERED = [("bilinear", True), ("hamming", True), ("mitchell", True), ("gaussian", False), ("box", True)] + [
    (method, smooth) for method in ("bicubic", "lanczos2", "lanczos3", "lanczos5") for smooth in (False, True)
]


@needs_permutations
@pytest.mark.parametrize(("method", "antialias"), FILTERED)
def test_filters_have_the_kernels_and_the_bits_of_the_general_planner(method: str, antialias: bool) -> None:
    straightly = 0
    for number in range(80):
        shape, size = drawn(number)
        straightly += compared(noise(shape), size, {"method": method, "antialias": antialias})
    assert straightly > 20  # enlarging one axis only has linear tables beside others: the general planner serves it


@needs_vectors
@pytest.mark.parametrize("dtype", ["uint8", "float32", "uint16"])
@pytest.mark.parametrize("method", ["bilinear", "area", "box"])
@pytest.mark.parametrize("channels", [0, 1, 3, 4, 16, 33])
def test_halving_needs_no_tables(method: str, channels: int, dtype: str) -> None:
    for convention in ("native", "opencv") if method == "bilinear" and dtype == "uint8" else ("native",):
        for rows, columns in ((1, 1), (1, 40), (40, 1), (7, 33), (64, 65)):
            shape = (2 * rows, 2 * columns, channels)[: 3 if channels else 2]
            image = RNG.standard_normal(shape).astype(dtype) if dtype == "float32" else noise(shape, dtype)
            halved = compared(image, (rows, columns), {"method": method, "convention": convention})
            most = 4 if convention == "opencv" else 16 if tier() is VBMI else 8
            assert halved == (channels <= most and (dtype == "uint8" or tier() is VBMI))


NOT_STRAIGHT: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "one axis": ((23,), {"size": 9}),
    "planes": ((2, 3, 9, 11), {"size": (5, 7), "axes": (2, 3)}),
    "axes": ((9, 11, 3), {"size": (5, 7), "axes": (0, 1)}),
    "the rows stay": ((9, 11, 3), {"size": (9, 7)}),
    "the columns stay": ((9, 11, 3), {"size": (5, 11)}),
    "coordinates": ((9, 11, 3), {"size": (5, 7), "coordinates": "half_pixel"}),
    "a box": ((9, 11, 3), {"size": (5, 7), "box": (0, 0, 9, 11)}),
    "a factor": ((9, 11, 3), {"factor": 0.7}),
    "a list": ((9, 11, 3), {"size": [5, 7]}),
    "long windows": ((9, 400), {"size": (5, 7), "method": "lanczos3", "antialias": True}),
    "area": ((9, 11, 3), {"size": (5, 7), "method": "area"}),
    "another convention": ((9, 11, 3), {"size": (5, 7), "convention": "torch"}),
    "a single row": ((1, 11, 3), {"size": (5, 7)}),
    "long": ((1, 2), {"size": (2, 1 << 17)}),
}


@pytest.mark.parametrize("name", NOT_STRAIGHT)
def test_other_calls_are_planned_in_general(name: str) -> None:
    shape, given = NOT_STRAIGHT[name]
    resize(noise(shape), **given)
    assert not any(isinstance(kept, shortcuts.Short) for kept in plan._asked.values())


@pytest.mark.parametrize("method", ["nearest", "bilinear"])
def test_arrays_of_other_layouts_have_the_bits(method: str) -> None:
    image = noise((20, 30, 3))
    expected = resize(image, (11, 17), method=method)
    for odd in (np.asfortranarray(image), image.repeat(2, 1)[:, ::2], np.pad(image, 2)[2:-2, 2:-2, 2:-2]):
        for first in (odd, image):  # whichever is planned for
            plan.clear()
            resize(first, (11, 17), method=method)
            for given in (odd, image):
                assert resize(given, (11, 17), method=method).tobytes() == expected.tobytes()
                out = np.zeros((17, 11, 3), np.uint8).transpose(1, 0, 2)
                assert resize(given, (11, 17), method=method, out=out) is out
                assert np.ascontiguousarray(out).tobytes() == expected.tobytes()


def test_a_swapped_image_has_a_plan_of_its_own() -> None:
    image = noise((20, 30), "uint16")
    expected = resize(image, (11, 17), method="nearest")
    swapped = resize(image.astype(image.dtype.newbyteorder()), (11, 17), method="nearest")
    assert swapped.dtype == image.dtype.newbyteorder()
    assert (swapped == expected).all()


@needs_permutations
def test_words_that_are_not_aligned_are_left_to_the_general_planner() -> None:
    room = np.empty(20 * 30 * 4 + 1, np.uint8)
    image = room[1:].reshape(20, 30, 4)
    image[:] = noise((20, 30, 4))
    assert (
        resize(image, (11, 17), method="nearest").tobytes()
        == resize(image.copy(), (11, 17), method="nearest").tobytes()
    )


def test_what_is_refused_is_refused_as_ever() -> None:
    image = noise((9, 11, 3))
    for size in ((0, 7), (5, -1), (5, 7, 3), (None, 7), ()):
        with pytest.raises((TypeError, ValueError), match="size must be two positive integers"):
            resize(image, size)
    with pytest.raises(ValueError, match="must not be empty"):
        resize(noise((0, 11, 3)), (5, 7))
    with pytest.raises(TypeError, match="one of the dtypes"):
        resize(image.astype(np.complex64), (5, 7), method="nearest")
    with pytest.raises(TypeError, match="one of the dtypes"):
        resize(image.astype(np.int64), (5, 7), method="nearest", convention="opencv")
    assert not plan._asked


def test_the_first_calls_of_a_process_compile_little() -> None:
    script = """
    import numpy as np
    import fastresample
    from child import tell
    from fastresample.kernels.common import statistics
    from fastresample.kernels.tiers import PLAIN, VBMI, tier

    image = np.zeros((90, 120, 3), np.uint8)
    counts = []
    for method, size in (("nearest", (50, 70)), ("bilinear", (50, 70)), ("bilinear", (45, 60))):
        fastresample.resize(image, size, method=method)
        counts.append(sum(statistics.values()))
    tell(counts if tier() is VBMI else [2, 4, 5])
    """
    assert child.run(script).told == [2, 4, 5]


@needs_permutations
def test_maps_that_reach_too_far_have_the_plain_kernel() -> None:
    for shape, size in (((9, 4000, 33), (5, 40)), ((9, 4000), (5, 40)), ((3000, 3000), (3, 3))):
        assert compared(noise(shape), size, {"method": "nearest"})
        (kept,) = plan._asked.values()
        assert kept._whole.kernel.__name__.startswith("gather_"), kept._whole.kernel
        assert not kept._whole.kernel.__name__.startswith("gather_windows")
