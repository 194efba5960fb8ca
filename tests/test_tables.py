"""Geometry, filters, weights, arithmetic: all that is decided before the first pixel, against exact rationals."""

import math
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pytest
import reference
from numba import config, njit

from fastresample import codes, kernels, weights
from fastresample.arithmetic import Arithmetic, Pass
from fastresample.conventions import CONVENTIONS, Operation, Options, Task
from fastresample.filters import FILTERS
from fastresample.geometry import COORDINATES, AxisMap, Grid, axis_map, identity, output_size, repeats, unchanged
from fastresample.kernels.tables import filters
from fastresample.weights import Table

NATIVE = CONVENTIONS["native"]
EPS = 2.0**-52
REAL = Pass("float64", codes.WEIGHT_REAL, 0, codes.SUM_INWARD, "float64", codes.STORE_CAST)

SMOOTH = ("area", *FILTERS)
# Every (method, antialias) that makes a table; for area the second means nothing.
WAYS = [("area", True), *((name, antialias) for name in FILTERS for antialias in (False, True))]
POSITIVE = ("area", "box", "bilinear", "hamming", "gaussian")  # no weight is negative

SIZES = [(1, 1), (1, 7), (2, 1), (2, 5), (3, 2), (5, 5), (7, 3), (8, 4), (9, 31), (16, 12), (31, 9), (64, 3), (100, 1)]
BOXES = [None, (0.0, 1.0), (0.25, 0.75), (0.5, 1.0)]  # as parts of the source
RULES = ["half_pixel", "align_corners", "asymmetric"]
# Every box with one rule, every rule with one box.
PLACES = [("half_pixel", part) for part in BOXES] + [(rule, (0.25, 0.75)) for rule in RULES[1:]]
LONG = 2**31 - 1


def edges(n_in: int, part: tuple[float, float] | None) -> tuple[float, float]:
    return (0.0, float(n_in)) if part is None else (part[0] * n_in, part[1] * n_in)


def placed(n_in: int, n_out: int, coordinates: str = "half_pixel", start: float = 0.0, stop: float = 0.0) -> Grid:
    return Grid(n_in, n_out, coordinates, start, stop or float(n_in))


def planned(rows: Grid, columns: Grid, method: str, antialias: bool, dtype: str = "float64") -> Operation:
    """What the default convention does for an image."""
    task = Task(
        method=method,
        antialias=antialias,
        dtype=dtype,
        rows=rows,
        columns=columns,
        channels=1,
        planes=1,
        single=True,
        axes=2,
        options=Options(),
    )
    return NATIVE.operation(task)


def built(grid: Grid, method: str, antialias: bool = False, how: Pass = REAL) -> Table:
    rule = planned(unchanged(1), grid, method, antialias).columns
    return weights.table(rule, grid.n_in, grid.n_out, how, kernels.tables)


def nearest(grid: Grid) -> np.ndarray:
    rule = planned(unchanged(1), grid, "nearest", False).columns
    return weights.index(rule, grid.n_out, kernels.tables)


def dense(table: Table, n_in: int) -> np.ndarray:
    """The table as a matrix (n_out, n_in), from the columns that the kernels read."""
    matrix = np.zeros((table.first.size, n_in))
    for i, first in enumerate(table.first):
        count = table.taps if table.weights.dtype.kind == "i" else table.count[i]
        matrix[i, first : first + count] = table.weights[i, :count]
    return matrix / 2.0**table.bits if table.weights.dtype.kind == "i" else matrix


def exact(n_in: int, n_out: int, method: str, antialias: bool, *place: object) -> np.ndarray:
    """The oracle's taps as a matrix."""
    matrix = np.zeros((n_out, n_in))
    for i, taps in enumerate(reference.taps(n_in, n_out, method, antialias, *place)):
        for j, weight in taps:
            matrix[i, j] = weight
    return matrix


# --- geometry -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coordinates", RULES)
@pytest.mark.parametrize("part", BOXES)
def test_a_map_is_the_exact_rational_of_its_rule(coordinates: str, part: tuple[float, float] | None) -> None:
    for n_in, n_out in SIZES:
        start, stop = edges(n_in, part)
        axis = axis_map(Grid(n_in, n_out, coordinates, start, stop))
        first, step = reference.coordinate_map(n_in, n_out, coordinates, (start, stop))
        unit = Fraction(axis.unit)
        assert Fraction(axis.offset) / unit == first, (n_in, n_out)
        assert Fraction(axis.stride) / unit == step, (n_in, n_out)
        assert axis.step == float(step), (n_in, n_out)


def test_the_rules_by_hand() -> None:
    def places(n_in: int, n_out: int, coordinates: str) -> list[float]:
        axis = axis_map(placed(n_in, n_out, coordinates))
        return [(axis.stride * i + axis.offset) / axis.unit for i in range(n_out)]

    assert set(RULES) <= set(COORDINATES)
    assert places(4, 2, "half_pixel") == [0.5, 2.5]
    assert places(2, 4, "half_pixel") == [-0.25, 0.25, 0.75, 1.25]
    assert places(3, 5, "align_corners") == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert places(3, 1, "align_corners") == [0.0]
    assert places(2, 4, "asymmetric") == [0.0, 0.5, 1.0, 1.5]


def test_maps_know_identity_and_halving() -> None:
    def whole(n_in: int, n_out: int, coordinates: str = "half_pixel") -> AxisMap:
        return axis_map(placed(n_in, n_out, coordinates))

    for coordinates in RULES:
        assert identity(placed(5, 5, coordinates))
        assert not identity(placed(5, 6, coordinates))
    assert not identity(placed(5, 5, "half_pixel", 0.0, 4.0))
    assert not identity(placed(5, 4, "half_pixel", 1.0, 5.0)), "shifted by a pixel"
    assert not identity(placed(5, 4, "half_pixel", 0.0, 4.0)), "a crop starts like the identity"
    assert whole(8, 4).halving
    assert not whole(9, 4).halving
    assert not whole(8, 4, "asymmetric").halving
    assert not axis_map(placed(9, 4, "half_pixel", 1.0, 9.0)).halving, "starts at source sample 1"
    assert axis_map(placed(9, 4, "half_pixel", 0.0, 8.0)).halving


@pytest.mark.parametrize(
    ("n_in", "factor", "n_out"),
    [(10, 0.5, 5), (5, 0.5, 2), (7, 0.5, 4), (3, 1 / 3, 1), (100, 0.001, 1), (1, 1e-9, 1), (3, 1.5, 4), (9, 2, 18)],
)
def test_output_size_is_the_rounded_product_and_at_least_one(n_in: int, factor: float, n_out: int) -> None:
    assert output_size(n_in, factor) == n_out == max(round(n_in * factor), 1)


# --- filters ------------------------------------------------------------------------------------------------------


# Helpers of compiled code are called by such code alone.
@njit
def filter_value(code: Any, a: Any, b: Any, x: Any) -> Any:
    return filters.filter_value(code, a, b, x)


@njit
def sine(x: Any) -> Any:
    return filters.sine(x)


def value(name: str, x: float) -> float:
    code, _, (a, b) = FILTERS[name]
    return float(filter_value(code, a, b, x))


def test_every_filter_of_the_package_is_one_of_the_oracle() -> None:
    assert set(reference.FILTERS) == set(FILTERS)
    assert set(NATIVE.methods) == {"nearest", *SMOOTH}


@pytest.mark.parametrize("name", FILTERS)
def test_filters_are_the_oracles(name: str) -> None:
    support = FILTERS[name].support
    assert support == reference.FILTERS[name].support
    for k in range(200):
        x = Fraction(k, 200) * Fraction(support)
        assert abs(value(name, float(x)) - float(reference.FILTERS[name].value(x))) <= 2 * EPS, x


@pytest.mark.parametrize(
    ("name", "x", "y"),
    [
        ("bilinear", 0.25, 0.75),
        ("box", 0.0, 1.0),
        ("box", 0.5, 0.5),
        ("bicubic", 0.5, 9 / 16),
        ("bicubic", 1.5, -1 / 16),
        ("mitchell", 0.0, 8 / 9),
        ("mitchell", 1.0, 1 / 18),
        ("hamming", 0.5, 0.54 * 2 / math.pi),
        ("gaussian", 0.5, math.exp(-0.5)),
        ("gaussian", 1.0, math.exp(-2)),
        ("lanczos2", 0.5, 2 / math.pi * math.sin(math.pi / 4) / (math.pi / 4)),
        ("lanczos3", 1.5, -4 / (3 * math.pi**2)),
    ],
)
def test_filters_have_their_published_values(name: str, x: float, y: float) -> None:
    assert value(name, x) == pytest.approx(y, rel=1e-15)


def test_interpolating_filters_are_zero_at_every_other_sample() -> None:
    """Exactly, else 0.0 times NaN would be where no sample is weighed."""
    for name in ("bilinear", "bicubic", "lanczos2", "lanczos3", "lanczos4", "lanczos5"):
        assert value(name, 0.0) == 1.0
        assert [value(name, float(x)) for x in range(1, math.ceil(FILTERS[name].support))] == [0.0] * (
            math.ceil(FILTERS[name].support) - 1
        )


@pytest.mark.parametrize("name", ["bilinear", "bicubic", "catmull_rom", "mitchell"])
def test_filters_that_need_no_normalising_sum_to_one(name: str) -> None:
    for k in range(64):
        total = sum(value(name, abs(j - k / 64)) for j in range(-2, 4) if abs(j - k / 64) < FILTERS[name].support)
        assert abs(total - 1) <= 2 * EPS


def test_the_sine_is_exact_to_an_ulp() -> None:
    for k in range(0, 3000, 7):
        x = k / 512
        # The nearest whole number taken off first, as the definition of a sine with small arguments.
        expected = (-1) ** round(x) * math.sin(math.pi * (x - round(x)))
        assert abs(sine(x) - expected) <= 1.5 * EPS
    assert [sine(float(x)) for x in range(6)] == [0.0] * 6


def test_an_unknown_filter_is_not_a_number() -> None:
    assert math.isnan(filter_value(99, 0.0, 0.0, 0.5)), "a filter without a formula must not pass for zero"


# --- nearest ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coordinates", RULES)
@pytest.mark.parametrize("part", BOXES)
def test_nearest_is_the_floor_rule(coordinates: str, part: tuple[float, float] | None) -> None:
    for n_in, n_out in [*SIZES, (1000, 37), (37, 1000), (640, 480), (480, 640)]:
        place = (coordinates, edges(n_in, part))
        index = nearest(Grid(n_in, n_out, coordinates, *place[1]))
        assert index.dtype == np.int32
        assert index.tolist() == [taps[0][0] for taps in reference.taps(n_in, n_out, "nearest", False, *place)]


@pytest.mark.parametrize(("n_in", "n_out"), [(LONG, 1000), (LONG, 4097), (2**30, 3 * 2**9), (3, 2**20 + 1)])
def test_nearest_is_exact_for_long_axes(n_in: int, n_out: int) -> None:
    if config.DISABLE_JIT and n_out > 5000:
        pytest.skip("a million table rows take too long without the compiler")
    index = nearest(placed(n_in, n_out))
    some = np.unique(np.linspace(0, n_out - 1, 3000).astype(int)).tolist()
    assert index[some].tolist() == [(2 * i + 1) * n_in // (2 * n_out) for i in some]


# --- floating-point weights ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("coordinates", "part"), PLACES)
@pytest.mark.parametrize(("method", "antialias"), WAYS)
def test_weights_are_the_exact_ones(
    method: str, antialias: bool, coordinates: str, part: tuple[float, float] | None
) -> None:
    """To an epsilon, of a few in a window where filter values cancel."""
    allowed = EPS if method in ("area", "box", "bilinear") else 8 * EPS
    for n_in, n_out in SIZES:
        place = (coordinates, edges(n_in, part))
        table = built(Grid(n_in, n_out, coordinates, *place[1]), method, antialias)
        expected = exact(n_in, n_out, method, antialias, *place)
        assert np.abs(dense(table, n_in) - expected).max() <= allowed, (n_in, n_out)


@pytest.mark.parametrize(("method", "antialias"), WAYS)
def test_single_precision_weights_are_the_double_ones_rounded(method: str, antialias: bool) -> None:
    for n_in, n_out in SIZES:
        double = built(placed(n_in, n_out), method, antialias)
        single = built(placed(n_in, n_out), method, antialias, REAL._replace(weight="float32"))
        assert single.weights.dtype == np.float32
        for i, n in enumerate(double.count):
            assert np.array_equal(double.weights[i, :n].astype(np.float32), single.weights[i, :n])
        assert np.array_equal(double.first, single.first)


def test_a_tap_of_weight_zero_is_no_tap() -> None:
    """Else 0 * NaN would spread: when enlarging threefold, each third output lies on a source sample."""
    for method in ("bilinear", "bicubic", "lanczos3", "lanczos5"):
        assert built(placed(9, 27), method).count[1::3].tolist() == [1] * 9
    assert built(placed(3, 9), "bilinear").count.tolist() == [1, 1, 2, 2, 1, 2, 2, 1, 1]
    for method, antialias in WAYS:
        for n_in, n_out in SIZES:
            table = built(placed(n_in, n_out), method, antialias)
            ends = [(row[0], row[n - 1]) for row, n in zip(table.weights, table.count, strict=True)]
            assert np.all(ends), (method, n_in, n_out)


@pytest.mark.parametrize(("n_in", "n_out"), [(LONG, 1000), (2**30 + 1, 4096), (3, 5001)])
@pytest.mark.parametrize("method", ["bilinear", "lanczos3"])
def test_weights_are_exact_for_long_axes(method: str, n_in: int, n_out: int) -> None:
    table = built(placed(n_in, n_out), method)
    first, step = reference.coordinate_map(n_in, n_out, "half_pixel", None)
    filter_ = reference.FILTERS[method]
    for i in range(0, n_out, 37):
        row = reference.window(filter_, first + i * step, Fraction(1))
        taps = reference.normalised(reference.on_image(row, n_in, repeat=True), -1)
        assert [j for j, _ in taps] == list(range(table.first[i], table.first[i] + table.count[i]))
        for k, (_, weight) in enumerate(taps):
            assert abs(table.weights[i, k] - weight) <= 4 * EPS


@pytest.mark.parametrize(("method", "antialias"), WAYS)
@pytest.mark.parametrize(
    ("n_in", "n_out"), [(6, 12), (40, 60), (60, 40), (64, 24), (90, 35), (48, 47), (35, 35), (7, 91)]
)
def test_windows_that_repeat_are_those_computed_one_by_one(method: str, antialias: bool, n_in: int, n_out: int) -> None:
    for coordinates in RULES:
        rule = planned(unchanged(1), placed(n_in, n_out, coordinates), method, antialias).columns
        if rule is None or rule.builder == "linear":
            continue
        tables = []
        for begin in (rule.numbers[4], rule.numbers[5]):
            numbers = np.array(rule.numbers)
            numbers[4] = begin
            first, count, table = np.empty(n_out, np.int32), np.empty(n_out, np.int32), np.empty((n_out, rule.taps))
            kernels.tables.window_builder(rule.builder)(numbers, first, count, table)
            tables.append((first.tobytes(), count.tobytes(), table.tobytes()))
        assert tables[0] == tables[1], coordinates


def test_which_windows_repeat() -> None:
    """Of 2:3 every third one, away from the ends; none where steps are short, or numbers not whole."""
    assert repeats(AxisMap(2.0, 0.0, 3.0), 40, 60, 3.0) == (8.0, 55.0, 3.0, 2.0)
    for place, n_in in ((AxisMap(2.5, 0.0, 3.0), 40), (AxisMap(0.5, 0.0, 1.0), 40), (AxisMap(2.0, 0.0, 3.0), 4)):
        n_out = int(n_in / place.step)
        begin, end, *_ = repeats(place, n_in, n_out, 3.0)
        assert begin == end == n_out


@pytest.mark.parametrize(
    ("method", "n_in"),
    [("area", 30_001), ("bilinear", 30_001), ("bicubic", 4000), ("gaussian", 4000), ("lanczos3", 4000)],
)
def test_wide_windows_hold_what_they_should(method: str, n_in: int) -> None:
    if config.DISABLE_JIT and n_in > 5000:
        pytest.skip("a table of 60 000 weights takes too long without the compiler")
    table = built(placed(n_in, 3), method, True)
    expected = exact(n_in, 3, method, True)
    # The sum that normalises them adds taps / 2 pairs, each addition off by EPS / 2 of it at most; formulas by a few.
    allowed = table.taps / 2 * EPS / 2 + 8 * EPS
    assert np.abs(dense(table, n_in) - expected).max() <= allowed * expected.max()
    assert np.abs(table.weights.sum(axis=1) - 1).max() <= allowed


def test_a_crop_is_not_filtered() -> None:
    for method, antialias in WAYS:
        table = built(placed(9, 4, "half_pixel", 2.0, 6.0), method, antialias)
        assert (table.first.tolist(), table.weights.tolist()) == ([2, 3, 4, 5], [[1.0]] * 4), method
        assert planned(unchanged(1), placed(9, 9), method, antialias).columns is None


def test_rounded_positions_never_leave_the_table() -> None:
    """Of fractional boxes: a window has the samples that fit, inside the image, and its weights sum to one."""
    rng = np.random.default_rng(3)
    for _ in range(20 if config.DISABLE_JIT else 300):
        n_in, n_out = (int(n) for n in rng.integers(1, 40, 2))
        start, stop = sorted(rng.random(2) * n_in)
        for coordinates in RULES:
            for method, antialias in WAYS:
                table = built(Grid(n_in, n_out, coordinates, float(start), float(stop)), method, antialias)
                assert table.first.min() >= 0
                assert (table.first + table.count).max() <= n_in
                sums = [row[:n].sum() for row, n in zip(table.weights, table.count, strict=True)]
                assert np.abs(np.array(sums) - 1).max() <= 1e-14


# --- every table --------------------------------------------------------------------------------------------------

MANY = [(n_in, n_out) for n_in in (*range(1, 18), 31, 48, 64, 100, 255) for n_out in (*range(1, 18), 23, 40, 64)]
SOME = MANY[::5]
if config.DISABLE_JIT:
    MANY, SOME = MANY[::7], MANY[::29]
WORDS = planned(placed(1, 2), placed(1, 2), "bilinear", False, "uint8").arithmetic.first
FINE = planned(placed(1, 2), placed(1, 2), "bicubic", False, "uint8").arithmetic
KINDS = {
    "words": WORDS,
    "fine words": FINE.first,
    "cut reals": FINE.last,
    "float32": REAL._replace(weight="float32"),
    "float64": REAL,
}
# Words serve two taps, which are those of these methods.
CASES = [
    (method, antialias, kind)
    for method, antialias in WAYS
    for kind in KINDS
    if kind != "words" or method in ("area", "box", "bilinear", "hamming")
]


@pytest.mark.parametrize(("method", "antialias", "kind"), CASES)
def test_windows_lie_inside_and_rows_sum_to_one(method: str, antialias: bool, kind: str) -> None:
    for n_in, n_out in MANY if method == "bilinear" else SOME:
        table = built(placed(n_in, n_out), method, antialias, KINDS[kind])
        count = table.taps if table.weights.dtype.kind == "i" else table.count
        assert table.first.min() >= 0, (n_in, n_out)
        assert (table.first + count).max() <= n_in, (n_in, n_out)
        matrix = dense(table, n_in)
        if method in POSITIVE:
            assert matrix.min() >= 0, (n_in, n_out)
        if table.bits:
            assert (matrix.sum(axis=1) == 1).all(), (n_in, n_out)
        else:
            eps = float(np.finfo(table.weights.dtype).eps)
            gain = np.abs(matrix).sum(axis=1).max()
            assert np.abs(matrix.sum(axis=1) - 1).max() <= gain * eps / 2 * (table.taps + 1), (n_in, n_out)


@pytest.mark.parametrize(("method", "antialias", "kind"), CASES)
def test_tables_are_mirrored_bit_for_bit(method: str, antialias: bool, kind: str) -> None:
    for n_in, n_out in MANY if method == "bilinear" else SOME:
        matrix = dense(built(placed(n_in, n_out), method, antialias, KINDS[kind]), n_in)
        assert np.array_equal(matrix, matrix[::-1, ::-1]), (n_in, n_out)


def test_fixed_point_words_use_the_width_they_have() -> None:
    """As many fraction bits as 16-bit words allow; never more than the 32-bit accumulator of 8-bit samples does."""
    for n_in, n_out in [*MANY, (2000, 1), (5000, 3)]:
        table = built(placed(n_in, n_out), "bilinear", True, WORDS)
        assert table.weights.dtype == np.int16
        assert table.bits <= WORDS.bits
        assert table.bits == WORDS.bits or 2 * int(table.weights.max()) > 32760, (n_in, n_out, table.bits)


# --- the promise, proved from the tables --------------------------------------------------------------------------


class Loss(NamedTuple):
    """What one pass may lose, over all images: ``range * spread`` of samples that lie in an interval of that range."""

    gain: float  # largest sum of absolute weights
    weights: float  # half the sum of the weights' absolute errors, and of what their sum lacks
    sums: float  # rounding of products and sums


def loss(grid: Grid, method: str, antialias: bool, how: Pass) -> Loss:
    """From the table that the kernels read. ``u`` is the largest relative error of one operation.

    Sums run from both ends of a window inwards: tap i meets a rounding of its product, of its pair and of every partial
    sum from then on.
    """
    real, table = built(grid, method, antialias), built(grid, method, antialias, how)
    error = dense(table, grid.n_in) - dense(real, grid.n_in)
    off = np.abs(error).sum(axis=1) + np.abs(error.sum(axis=1))
    u = float(np.finfo(how.accumulator).eps) / 2 if how.accumulator.startswith("f") else 0.0
    sums = 0.0
    for row, n in zip(real.weights, real.count.tolist(), strict=True):
        after = (n + 1) // 2 - np.minimum(np.arange(n), np.arange(n)[::-1])
        sums = max(sums, float((np.abs(row[:n]) * (1 + after)).sum()))
    gain = float(np.abs(dense(table, grid.n_in)).sum(axis=1).max())
    return Loss(gain, float(off.max()) / 2, u * sums)


def worst(n_in: int, n_out: int, method: str, antialias: bool, dtype: str, largest: float) -> float:
    """How far any image of samples between 0 and ``largest`` can be from the exact value before the last rounding."""
    grid = placed(n_in, n_out)
    arithmetic = planned(grid, grid, method, antialias, dtype).arithmetic
    assert isinstance(arithmetic, Arithmetic)
    first, last = (loss(grid, method, antialias, how) for how in (arithmetic.first, arithmetic.last))
    between = 0.0
    if arithmetic.first.weight.startswith("i"):
        tables = [built(grid, method, antialias, how) for how in (arithmetic.first, arithmetic.last)]
        fraction = weights.resolved(arithmetic, *tables, dtype).fraction
        assert largest * first.gain * 2**fraction <= 32767, "what overshoots is lost between the passes"
        between = 2.0 ** -(fraction + 1)
    one = largest * (first.weights + first.sums) + between
    two = largest * first.gain * (last.weights + last.sums)
    return last.gain * one + two


STEPS = [0.1, 0.37, 0.5, 0.77, 1.01, 1.5, 1.99, 2, 3.9, 7.9, 31.7, 127, 200, 255, 500, 1000, 2000, 5000]


@pytest.mark.parametrize(("method", "antialias"), WAYS)
def test_no_8_bit_image_at_all_is_taken_further_than_promised(method: str, antialias: bool) -> None:
    for step in STEPS:
        if step > 10 and (config.DISABLE_JIT or not antialias):
            continue
        for n_out in (3, 7, 11) if step < 100 else (3,):
            n_in = max(round(step * n_out), 1)
            assert 0.5 + worst(n_in, n_out, method, antialias, "uint8", 255) <= 0.55, (step, n_out)


def test_no_image_at_all_takes_two_taps_further_than_promised() -> None:
    for method in ("bilinear", "hamming"):
        assert max(worst(n_in, n_out, method, False, "uint8", 255) for n_in, n_out in MANY) <= 0.02
    assert max(worst(n_in, n_out, "area", True, "uint8", 255) for n_in, n_out in MANY if n_in < n_out) <= 0.02


@pytest.mark.parametrize(("method", "antialias"), WAYS)
def test_no_16_bit_image_at_all_is_taken_further_than_promised(method: str, antialias: bool) -> None:
    for step in (*STEPS[:10], 2.6, 3.1, 5.2, 10.4, 15.9):
        if step > 10 and (config.DISABLE_JIT or not antialias):
            continue
        for n_out in (3, 7, 11):
            n_in = max(round(step * n_out), 1)
            assert 0.5 + worst(n_in, n_out, method, antialias, "uint16", 65535) <= 0.65, (step, n_out)


@pytest.mark.parametrize(("method", "antialias"), WAYS)
def test_wider_samples_are_summed_in_double_precision(method: str, antialias: bool) -> None:
    """So integers are rounded from what is nearly exact, and float32 is within 4 units in the last place of the input.

    A result may be ``gain * gain`` times the largest input; ``unit`` is the least that its last place can be.
    """
    unit = 2.0**-24
    for step in (0.4, 3, 40, 1000):
        if step > 10 and (config.DISABLE_JIT or not antialias):
            continue
        n_in = max(round(3 * step), 1)
        grid = placed(n_in, 3)
        if built(grid, method, antialias).taps > (32 if antialias else 2):
            assert worst(n_in, 3, method, antialias, "uint16", 65535) <= 1e-7
        assert worst(n_in, 3, method, antialias, "int32", 2.0**32) <= 2e-3
        if built(grid, method, antialias).taps > 2:
            arithmetic = planned(grid, grid, method, antialias, "float32").arithmetic
            assert arithmetic.between == "float64"
            gain = loss(grid, method, antialias, arithmetic.first).gain
            assert gain * gain * unit + worst(n_in, 3, method, antialias, "float32", 2.0) <= 4 * unit
