"""Means of blocks against definitions in plain NumPy: every order of additions, every rounding, any layout."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
from numba import config

from fastresample import codes, kernels
from fastresample.arithmetic import Mean
from fastresample.conventions import Operation, Options, Rule, Task
from fastresample.families import FAMILIES
from fastresample.geometry import Grid, unchanged
from fastresample.stage import Stage

SINGLY, FOURS, PAIRS, SQUARES = codes.MEAN_SINGLY, codes.MEAN_FOURS, codes.MEAN_PAIRS, codes.MEAN_SQUARES
EXTENTS, RECIPROCAL, QUARTER = codes.FINISH_EXTENTS, codes.FINISH_RECIPROCAL, codes.FINISH_QUARTER
HALF_UP, INVERSE = codes.FINISH_HALF_UP, codes.FINISH_INVERSE
f32, f64 = np.float32, np.float64

KINDS: list[tuple[str, Mean, tuple[int, ...]]] = [
    ("uint8", Mean(SINGLY, "int32", RECIPROCAL), (1, 2)),
    ("uint8", Mean(SINGLY, "int32", QUARTER), (3, 4)),
    ("uint8", Mean(SINGLY, "uint32", HALF_UP), (1, 3)),
    ("uint16", Mean(SINGLY, "int32", QUARTER), (4,)),
    ("int16", Mean(SINGLY, "int32", QUARTER), (1,)),
    ("uint16", Mean(FOURS, "float32", RECIPROCAL), (3,)),
    ("int16", Mean(FOURS, "float32", RECIPROCAL), (5,)),
    ("float32", Mean(FOURS, "float32", RECIPROCAL), (3,)),
    ("float32", Mean(PAIRS, "float32", RECIPROCAL), (1, 4)),
    ("float64", Mean(FOURS, "float64", RECIPROCAL), (1,)),
    ("int32", Mean(SQUARES, "float64", INVERSE), (1,)),
    ("float32", Mean(SQUARES, "float64", INVERSE), (3,)),
    ("float32", Mean(SINGLY, "float32", EXTENTS), (1,)),
    ("float64", Mean(SINGLY, "float64", EXTENTS), (5,)),
]
NAMES = [f"{dtype}-{mean.sum}-{mean.finish}" for dtype, mean, _ in KINDS]
CASES = 3 if config.DISABLE_JIT else 40


class Axis(NamedTuple):
    """One axis cut into windows."""

    rule: Rule
    n_in: int
    n_out: int
    block: int  # 0: no window is whole

    def windows(self) -> Iterator[slice]:
        for i in range(self.n_out):
            if self.rule.builder == "blocks":
                yield slice(i * self.block, min((i + 1) * self.block, self.n_in))
            else:
                low, high = Fraction(i * self.n_in, self.n_out), Fraction((i + 1) * self.n_in, self.n_out)
                yield slice(low.__floor__(), high.__ceil__())


def blocks(n_in: int, block: int, n_out: int | None = None) -> Axis:
    return Axis(Rule("blocks", (float(block), float(n_in)), 0), n_in, n_out or -(-n_in // block), block)


def adaptive(n_in: int, n_out: int) -> Axis:
    return Axis(Rule("adaptive", (float(n_in), float(n_out)), 0), n_in, n_out, 0)


def task_of(dtype: str, rows: Grid, columns: Grid, channels: int) -> Task:
    given = {"planes": 1, "single": True, "axes": 2, "options": Options()}
    return Task("area", False, dtype, rows=rows, columns=columns, channels=channels, **given)


def stage(dtype: str, mean: Mean, y: Axis, x: Axis, channels: int) -> Stage:
    """Plan the stage of (planes, rows, columns, channels)."""
    task = task_of(
        dtype, *(Grid(axis.n_in, axis.n_out, "half_pixel", 0.0, float(axis.n_in)) for axis in (y, x)), channels
    )
    return FAMILIES["mean"](Operation("mean", y.rule, x.rule, mean), task, (1, 2), (True, True))


def run(image: np.ndarray, mean: Mean, y: Axis, x: Axis, threads: int | None = 1) -> np.ndarray:
    out = np.empty((image.shape[0], y.n_out, x.n_out, image.shape[3]), image.dtype)
    stage(image.dtype.name, mean, y, x, image.shape[3]).run(image, out, threads)
    return out


# --- the definitions ----------------------------------------------------------------------------------------------


def total_of(block: np.ndarray, mean: Mean, whole: bool, paired: bool) -> Any:
    """Sum one channel of a block, (rows, columns)."""
    number = np.dtype(mean.accumulator).type
    own = block.dtype.type if block.dtype.kind == "f" else np.int64
    taps = block.ravel().astype(own)
    if whole and mean.sum == PAIRS and paired:
        return (taps[0] + taps[1]) + (taps[2] + taps[3])
    total = number(0)
    if whole and mean.sum in (FOURS, PAIRS):
        grouped = taps.size // 4 * 4
        for a, b, c, d in taps[:grouped].reshape(-1, 4):
            total += number(((a + b) + c) + d)
        taps = taps[grouped:]
    elif whole and mean.sum == SQUARES:
        for r in range(0, block.shape[0], 2):
            for c in range(0, block.shape[1], 2):
                square, *others = block[r : r + 2, c : c + 2].ravel().astype(own)
                for other in others:
                    square = square + other
                total += number(block.dtype.type(square))
        return total
    for tap in taps:
        total += number(tap)
    return total


def finished(total: Any, block: np.ndarray, mean: Mean, whole: bool) -> Any:
    n = block.size
    if mean.finish == EXTENTS:
        return total / type(total)(block.shape[0]) / type(total)(block.shape[1])
    if mean.finish == HALF_UP:
        # In whole numbers: the sum times the reciprocal of 24 fraction bits, which float32 gives.
        return (int(total) + n // 2) * int(f32(2.0**32) / f32(256 * n)) >> 24
    if mean.finish == INVERSE:
        value = f64(total) * (1.0 / n)
        return np.trunc(value + np.copysign(0.5, value)) if block.dtype.kind in "iu" else value
    if mean.finish == QUARTER and whole:
        return np.floor((int(total) + 2) / 4)
    if block.dtype.kind in "iu":
        value = f32(total) * (f32(1) / f32(n)) if whole else f32(total) / f32(n)
        return np.clip(np.rint(value), np.iinfo(block.dtype).min, np.iinfo(block.dtype).max)
    return total * type(total)(f32(1) / f32(n)) if whole else f32(total) / f32(n)


def expected(image: np.ndarray, mean: Mean, y: Axis, x: Axis) -> np.ndarray:
    planes, _, _, channels = image.shape
    out = np.empty((planes, y.n_out, x.n_out, channels), image.dtype)
    paired = x.n_in // (x.block or 1) * channels // 4 * 4
    for (p, c), (row, rows), (column, columns) in (
        (pc, row, column)
        for pc in np.ndindex(planes, channels)
        for row in enumerate(y.windows())
        for column in enumerate(x.windows())
    ):
        block = image[p, rows, columns, c]
        whole = block.shape == (y.block, x.block)
        total = total_of(block, mean, whole, column * channels + c < paired)
        out[p, row, column, c] = finished(total, block, mean, whole)
    return out


def random_image(rng: np.random.Generator, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return (rng.standard_normal(shape) * 10.0 ** rng.integers(-2, 3)).astype(kind)
    info = np.iinfo(kind)
    style = rng.integers(3)
    if style == 0:
        return rng.choice(np.array([info.min, info.max], kind), shape)
    low, high = (info.min, info.max) if style == 1 else (info.max - 2, info.max)
    return rng.integers(low, high, shape, kind, endpoint=True)


def random_axes(rng: np.random.Generator, mean: Mean) -> tuple[Axis, Axis]:
    sizes = [int(n) for n in rng.integers(1, 23, 2)]
    if mean.finish == EXTENTS:
        y, x = (adaptive(n, int(rng.integers(1, 26))) for n in sizes)
        return y, x
    fixed = mean.finish == QUARTER or mean.sum == PAIRS
    y, x = (blocks(n, 2 if fixed else int(rng.integers(1, 9))) for n in sizes)
    return y, x


def strided(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Put the same pixels into a layout that is not C-contiguous."""
    planes, rows, columns, channels = image.shape
    way = rng.integers(3)
    if way == 0:
        view = np.empty((planes, channels, rows, columns), image.dtype).transpose(0, 2, 3, 1)
    elif way == 1:
        view = np.empty((planes, rows, 2 * columns, channels), image.dtype)[:, :, ::-2]
    else:
        view = np.empty((planes, rows + 2, columns + 3, channels + 1), image.dtype)[:, 1:-1, 2:-1, 1:]
    view[...] = image
    return view


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


# --- every kind ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "mean", "counts"), KINDS, ids=NAMES)
def test_means_are_their_definition_in_any_layout(dtype: str, mean: Mean, counts: tuple[int, ...]) -> None:
    rng = np.random.default_rng(len(dtype) + mean.sum + 7 * mean.finish)
    for _ in range(CASES):
        y, x = random_axes(rng, mean)
        image = random_image(rng, dtype, (int(rng.integers(1, 3)), y.n_in, x.n_in, int(rng.choice(counts))))
        wanted = expected(image, mean, y, x)
        assert same(run(image, mean, y, x), wanted), (image.shape, y, x)
        if image.shape[3] == counts[-1]:
            assert same(run(strided(image, rng), mean, y, x), wanted), (image.shape, y, x)


@pytest.mark.parametrize("number", [1, 7, 8, 10], ids=[NAMES[number] for number in (1, 7, 8, 10)])
def test_every_variant_gives_the_bits_of_the_plain_one(number: int) -> None:
    dtype, mean, counts = KINDS[number]
    rng = np.random.default_rng(1)
    y, x = blocks(9, 2), blocks(11, 2)
    image = random_image(rng, dtype, (2, 9, 11, counts[0]))
    made = stage(dtype, mean, y, x, counts[0])
    tables = (np.array((counts[0], 11 * counts[0], 9), np.int64), *made.tables_x, *made.tables_y, *made.constants)
    request, results = made.request._replace(channels=counts[0], direct=True), []
    for variant in kernels.matching(request):
        if variant.prepare is not None:  # a block is cut
            continue
        out = np.empty((2, y.n_out, x.n_out, counts[0]), dtype)
        flat = [array.reshape(2, array.shape[1], -1) for array in (image, out)]
        for begin, end in ((3, 2 * y.n_out), (0, 3)):
            variant.make(request)(*flat, begin, end, *tables)
        results.append(out)
    assert all(same(result, results[-1]) for result in results)
    assert len(results) == (3 if mean.finish == QUARTER else 2)


@pytest.mark.parametrize(("dtype", "mean", "counts"), KINDS, ids=NAMES)
def test_one_pixel_blocks_copy(dtype: str, mean: Mean, counts: tuple[int, ...]) -> None:
    image = random_image(np.random.default_rng(2), dtype, (1, 3, 4, counts[0]))
    axes = (adaptive(3, 3), adaptive(4, 4)) if mean.finish == EXTENTS else (blocks(3, 1), blocks(4, 1))
    if mean.sum == PAIRS or mean.finish == QUARTER:  # cut blocks of one pixel
        image, axes = image[:, :1, :1], (blocks(1, 2), blocks(1, 2))
    assert same(run(image, mean, *axes), np.ascontiguousarray(image))


# --- single facts -------------------------------------------------------------------------------------------------


def test_an_axis_without_a_rule_is_left_alone() -> None:
    mean = Mean(SINGLY, "float64", EXTENTS)
    image = np.random.default_rng(3).standard_normal((2, 6, 5))
    task = task_of("float64", Grid(6, 3, "half_pixel", 0.0, 6.0), unchanged(1), 5)
    out = np.empty((2, 3, 5))
    operation = Operation("mean", adaptive(6, 3).rule, None, mean)
    FAMILIES["mean"](operation, task, (1, None), (True, True)).run(image, out, 1)
    assert np.array_equal(out, (image[:, ::2] + image[:, 1::2]) / 2)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_the_number_of_threads_changes_nothing(dtype: str) -> None:
    mean = Mean(SINGLY, "int32", RECIPROCAL) if dtype == "uint8" else Mean(SINGLY, "float32", EXTENTS)
    side = 12 if config.DISABLE_JIT else 400
    image = random_image(np.random.default_rng(4), dtype, (3, side, side, 1))
    axes = (blocks(side, 3), blocks(side, 7)) if dtype == "uint8" else (adaptive(side, 111), adaptive(side, 97))
    assert same(run(image, mean, *axes, threads=4), run(image, mean, *axes, threads=1))


def test_samples_that_kernels_cannot_read_are_converted() -> None:
    rng = np.random.default_rng(5)
    image = random_image(rng, "uint16", (2, 21, 9, 3))
    mean, axes = Mean(FOURS, "float32", RECIPROCAL), (blocks(21, 4), blocks(9, 2))
    wanted = run(image, mean, *axes)
    swapped = image.astype(image.dtype.newbyteorder())
    out = np.empty(wanted.shape, swapped.dtype)
    stage("uint16", mean, *axes, 3).run(swapped, out, 2)
    assert np.array_equal(out, wanted)
    room = np.zeros(image.nbytes + 1, np.uint8)[1:].view("uint16").reshape(image.shape)
    room[...] = image
    assert not room.flags.aligned
    assert same(run(room, mean, *axes), wanted)


def test_samples_behind_the_last_block_are_not_read() -> None:
    image = np.full((1, 5, 5, 1), 1.0, f32)
    image[:, 4] = image[:, :, 4] = np.nan
    assert (run(image, Mean(FOURS, "float32", RECIPROCAL), blocks(5, 2, 2), blocks(5, 2, 2)) == 1).all()


def test_nan_stays_in_its_block() -> None:
    image = np.zeros((1, 6, 6, 1))
    image[0, 3, 3] = np.nan
    for mean, axis in (
        (Mean(SINGLY, "float64", EXTENTS), adaptive(6, 3)),
        (Mean(FOURS, "float64", RECIPROCAL), blocks(6, 2)),
    ):
        assert np.argwhere(np.isnan(run(image, mean, axis, axis))[0, ..., 0]).tolist() == [[1, 1]]


def test_groups_of_wide_integers_wrap() -> None:
    """Four times the largest integer, added in 32 bits, is -4: a rule to be reproduced, not a good one."""
    image = np.full((1, 2, 2, 1), 2**31 - 1, np.int32)
    assert run(image, Mean(SQUARES, "float64", INVERSE), blocks(2, 2), blocks(2, 2)).item() == -1


def test_windows_of_the_longest_axes_are_exact() -> None:
    n_in, n_out = 2**31 - 1, 1000
    first, count = np.empty(n_out, np.int32), np.empty(n_out, np.int32)
    kernels.tables.window_builder("adaptive")(np.array([n_in, n_out], float), first, count, np.empty((n_out, 0)))
    low = [i * n_in // n_out for i in range(n_out)]
    high = [-(-(i + 1) * n_in // n_out) for i in range(n_out)]
    assert first.tolist() == low
    assert (first.astype(np.int64) + count).tolist() == high
    first, count = np.empty(3, np.int32), np.empty(3, np.int32)
    whole = kernels.tables.window_builder("blocks")(np.array([2.0**30, n_in]), first, count, np.empty((3, 0)))
    assert (whole, first.tolist(), count.tolist()) == (2.0**30, [0, 2**30, n_in - 1], [2**30, 2**30 - 1, 1])
