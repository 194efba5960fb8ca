"""Canonical views: every element once, in its place, and never a copy."""

from itertools import combinations, product

import numpy as np
import pytest

from fastresample.layout import as_words, canonical_pairs, flat_rows

SHAPES = [(5,), (4, 5), (3, 4, 5), (2, 3, 4, 5), (2, 3, 2, 4, 5)]


def numbered(shape: tuple[int, ...], dtype: str = "int64") -> np.ndarray:
    return np.arange(np.prod(shape), dtype=dtype).reshape(shape)


def layouts(array: np.ndarray) -> dict[str, np.ndarray]:
    """The same numbers in other memory."""
    room = np.zeros([2 * n + 1 for n in array.shape], array.dtype)
    every_second = room[tuple(slice(0, 2 * n, 2) for n in array.shape)]
    every_second[...] = array
    crop = np.zeros([n + 2 for n in array.shape], array.dtype)[tuple(slice(1, 1 + n) for n in array.shape)]
    crop[...] = array
    backwards = (slice(None, None, -1),) * array.ndim
    return {
        "C": array.copy(),
        "Fortran": np.asfortranarray(array),
        "every second": every_second,
        "crop": crop,
        "reversed": array[backwards].copy()[backwards],
        "axes turned": np.ascontiguousarray(np.moveaxis(array, 0, -1)).transpose(-1, *range(array.ndim - 1)),
    }


# --- canonical views ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_views_cover_every_element_once_and_share_its_memory(shape: tuple[int, ...]) -> None:
    source = numbered(shape)
    single = [roles for axis in range(len(shape)) for roles in ((axis, None), (None, axis))]
    for axes in (*single, *combinations(range(len(shape)), 2)):
        for (name, src), (other, out) in product(layouts(source).items(), layouts(np.zeros_like(source)).items()):
            seen, out[...] = 0, 0
            for a, b in canonical_pairs(src, out, axes):
                assert a.ndim == b.ndim == 4
                assert a.shape == b.shape
                assert np.shares_memory(a, src)
                assert np.shares_memory(b, out)
                b += a
                seen += a.size
            assert seen == source.size, (axes, name, other)
            assert np.array_equal(out, source), (axes, name, other)


@pytest.mark.parametrize(
    ("shape", "axes", "canonical"),
    [
        ((4, 5), (0, 1), (1, 4, 5, 1)),
        ((4, 5, 3), (0, 1), (1, 4, 5, 3)),
        ((3, 4, 5), (1, 2), (3, 4, 5, 1)),
        ((2, 3, 4, 5), (2, 3), (6, 4, 5, 1)),
        ((2, 4, 5, 3), (1, 2), (2, 4, 5, 3)),
        ((2, 4, 5, 3, 2), (1, 2), (2, 4, 5, 6)),
        ((5,), (None, 0), (1, 1, 5, 1)),
        ((5,), (0, None), (1, 5, 1, 1)),
        ((3, 4, 5), (1, None), (3, 4, 1, 5)),
        ((3, 4, 5), (None, 1), (3, 1, 4, 5)),
        ((3, 4, 5), (None, 2), (12, 1, 5, 1)),
    ],
)
def test_rows_and_columns_are_the_resized_axes(
    shape: tuple[int, ...], axes: tuple[int | None, int | None], canonical: tuple[int, ...]
) -> None:
    src = numbered(shape)
    ((a, b),) = canonical_pairs(src, np.zeros_like(src), axes)
    assert a.shape == b.shape == canonical
    assert np.array_equal(a.ravel(), src.ravel()), "a C-contiguous array keeps its order"


def test_source_and_output_differ_in_the_resized_axes_only() -> None:
    src = numbered((2, 4, 6, 3))
    ((a, b),) = canonical_pairs(src, np.zeros((2, 5, 7, 3)), (1, 2))
    assert (a.shape, b.shape) == ((2, 4, 6, 3), (2, 5, 7, 3))
    for axis in range(4):
        shape = [9 if number == axis else n for number, n in enumerate(src.shape)]
        for place, roles in ((1, (axis, None)), (2, (None, axis))):
            for a, b in canonical_pairs(src, np.zeros(shape), roles):
                assert (a.shape[place], b.shape[place]) == (src.shape[axis], 9)
                assert a.shape[3 - place] == b.shape[3 - place] == 1


def test_axes_that_are_apart_come_together() -> None:
    src = numbered((4, 3, 5))
    seen = [plane[..., 0] for a, _ in canonical_pairs(src, np.zeros_like(src), (0, 2)) for plane in a]
    assert np.array_equal(np.stack(seen, 1), src)


def test_planes_that_cannot_be_merged_are_given_one_after_the_other() -> None:
    room = numbered((3, 4, 4, 5))
    src = room[:2, 1:3]
    pairs = list(canonical_pairs(src, np.zeros_like(src), (2, 3)))
    assert len(pairs) == 2
    assert all(np.array_equal(a[:, :, :, 0], src[n]) for n, (a, _) in enumerate(pairs))


def test_tails_that_cannot_be_merged_are_given_one_after_the_other() -> None:
    src = numbered((4, 5, 3, 4))[..., 1:3]
    out = np.zeros_like(src)
    for a, b in canonical_pairs(src, out, (0, 1)):
        assert np.shares_memory(a, src)
        b += a
    assert np.array_equal(out, src)


def test_a_zero_stride_is_an_ordinary_stride() -> None:
    src = np.broadcast_to(numbered((4, 1, 3)), (4, 5, 3))
    ((a, _),) = canonical_pairs(src, np.zeros(src.shape), (0, 1))
    assert np.array_equal(a[0], src)
    assert a.strides[2] == 0


# --- rows as they lie in memory -----------------------------------------------------------------------------------


def flattened(view: np.ndarray) -> np.ndarray:
    return view.reshape(*view.shape[:2], -1)


def test_contiguous_images_and_crops_are_flat_rows() -> None:
    whole = numbered((2, 6, 9, 3), "uint16")
    crops = {
        "whole": whole,
        "one plane, a crop": whole[:1, 1:5, 2:7],
        "one row": whole[:1, 2:3, 2:7],
        "first columns of every row": whole[:, :, :4],
        "one column": whole[:1, 1:5, 3:4],
        "one channel of one column": whole[:1, :, 3:4, 1:2],
        "planes of one row": whole[:, 2:3, 2:7],
        "every second row": whole[:, ::2, 1:7],
    }
    for name, view in crops.items():
        flat = flat_rows(view)
        assert flat is not None, name
        width = view.shape[2] * view.shape[3]
        assert flat.flags.c_contiguous, name
        assert flat.ctypes.data == view.ctypes.data, name
        assert np.array_equal(flat[:, :, :width], flattened(view)), name
    assert not flat_rows(crops["one plane, a crop"]).flags.writeable


def test_anything_else_is_not() -> None:
    whole = numbered((2, 6, 9, 3), "uint16")
    others = {
        "rows reversed": whole[:, ::-1],
        "columns reversed": whole[:, :, ::-1],
        "channels reversed": whole[..., ::-1],
        "every second column": whole[:, :, ::2],
        "two of three channels": whole[..., :2],
        "planes repeated": np.broadcast_to(whole[:1], whole.shape),
        "planes that end within a row": np.lib.stride_tricks.as_strided(whole, (2, 3, 9, 3), (175, 54, 6, 2)),
        "rows turned to columns": whole.transpose(0, 2, 1, 3),
        "planar": whole.transpose(0, 3, 1, 2),
        "planes reversed": whole[::-1],
        "one row repeated": np.broadcast_to(whole[:, :1], whole.shape),
        "overlapping rows": np.lib.stride_tricks.as_strided(whole, (1, 4, 9, 3), (0, 30, 6, 2)),
        "rows at odd bytes": np.ndarray((1, 3, 4, 1), "uint16", bytearray(64), 0, (0, 9, 2, 2)),
    }
    assert [name for name, view in others.items() if flat_rows(view) is not None] == []


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_flat_is_the_image(seed: int) -> None:
    """Random slices: either refused, or the same numbers at the same place."""
    rng = np.random.default_rng(seed)
    whole = numbered((3, 7, 8, 4), "int32")
    kinds = [np.s_[:], np.s_[::2], np.s_[::-1], np.s_[1:3], np.s_[:1], np.s_[2:], np.s_[:2]]
    flat_ones = 0
    for _ in range(300):
        view = whole[tuple(kinds[k] for k in rng.integers(0, len(kinds), 4))]
        flat = flat_rows(view)
        if flat is not None:
            flat_ones += 1
            assert np.array_equal(flat[:, : view.shape[1], : view.shape[2] * view.shape[3]], flattened(view))
    assert flat_ones > 3


# --- pixels as words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "channels", "word", "words"),
    [
        ("uint8", 1, "uint8", 1),
        ("int8", 2, "uint16", 1),
        ("bool", 3, "uint8", 3),
        ("uint8", 4, "uint32", 1),
        ("uint8", 8, "uint64", 1),
        ("uint8", 5, "uint8", 5),
        ("uint16", 2, "uint32", 1),
        (">i2", 3, "uint16", 3),
        ("float16", 4, "uint64", 1),
        ("float32", 1, "uint32", 1),
        (">f4", 2, "uint64", 1),
        ("float32", 4, "uint32", 4),
        ("float64", 2, "uint64", 2),
    ],
)
def test_a_pixel_is_one_word_where_its_bytes_allow_it(dtype: str, channels: int, word: str, words: int) -> None:
    src, out = np.ones((1, 2, 3, channels), dtype), np.zeros((1, 4, 5, channels), dtype)
    a, b = as_words(src, out)
    assert a.dtype == b.dtype == np.dtype(word)
    assert (a.shape, b.shape) == ((1, 2, 3, words), (1, 4, 5, words))
    assert np.shares_memory(a, src)
    b[0, 0, 0] = a[0, 0, 0]
    assert np.array_equal(out[0, 0, 0], src[0, 0, 0])
    assert not out[0, 0, 1].any()


def test_scattered_channels_stay_apart() -> None:
    plain = np.ones((1, 4, 6, 4), np.uint8)
    scattered = {
        "reversed": plain[..., ::-1],
        "every second": np.ones((1, 4, 6, 8), np.uint8)[..., ::2],
        "planar": np.ones((1, 4, 4, 6), np.uint8).transpose(0, 2, 3, 1),
        "repeated": np.broadcast_to(plain[..., :1], plain.shape),
        "at odd bytes": np.ones(97, np.uint8)[1:].reshape(1, 4, 6, 4),
        "pixels of five bytes": np.ones((1, 4, 6, 5), np.uint8)[..., :4],
    }
    for name, array in scattered.items():
        for pair in ((array, plain.copy()), (plain, array)):
            assert [words.shape for words in as_words(*pair)] == [(1, 4, 6, 4)] * 2, name
            assert [words.dtype for words in as_words(*pair)] == [np.uint8] * 2, name
