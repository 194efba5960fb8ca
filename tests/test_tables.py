"""Geometry, filters and weights: everything that is decided before the first pixel, against exact rationals."""

import math
from fractions import Fraction

import numpy as np
import pytest
import reference
from numba import config

from fastresample import codes, kernels, weights
from fastresample.conventions import CONVENTIONS
from fastresample.conventions.records import Arithmetic
from fastresample.filters import FILTERS
from fastresample.geometry import COORDINATES, AxisMap, axis_map, output_size
from fastresample.kernels.tables import _filter_value
from fastresample.weights import Table

NATIVE = CONVENTIONS["native"]
EPS = 2.0**-52

SIZES = [(1, 1), (1, 7), (2, 1), (2, 5), (3, 2), (5, 5), (7, 3), (8, 4), (9, 31), (16, 12), (31, 9), (64, 3), (100, 1)]
BOXES = [None, (0.0, 1.0), (0.25, 0.75), (0.5, 1.0)]  # as parts of the source
RULES = ["half_pixel", "align_corners", "asymmetric"]
LONG = 2**31 - 1


def edges(n_in: int, part: tuple[float, float] | None) -> tuple[float, float]:
    return (0.0, float(n_in)) if part is None else (part[0] * n_in, part[1] * n_in)


def build(axis: AxisMap, arithmetic: Arithmetic, antialias: bool) -> Table:
    builders = [kernels.tables.builder(builder) for builder in (kernels.tables.filtered, kernels.tables.quantised)]
    return weights.table(axis, FILTERS["bilinear"], antialias, arithmetic, *builders)


def half_pixel(n_in: int, n_out: int, dtype: str = "float64", antialias: bool = False) -> Table:
    return build(axis_map(n_in, n_out, "half_pixel", 0.0, float(n_in)), NATIVE.arithmetic[dtype], antialias)


def nearest(axis: AxisMap) -> np.ndarray:
    return weights.nearest_index(axis, kernels.tables.builder(kernels.tables.nearest))


def dense(table: Table, n_in: int) -> np.ndarray:
    """The table as a matrix (n_out, n_in), from the columns that the kernels read."""
    matrix = np.zeros((table.first.size, n_in))
    for i, first in enumerate(table.first):
        count = table.taps if table.bits else table.count[i]
        matrix[i, first : first + count] = table.weights[i, :count]
    return matrix


# --- geometry -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coordinates", RULES)
@pytest.mark.parametrize("part", BOXES)
def test_a_map_is_the_exact_rational_of_its_rule(coordinates: str, part: tuple[float, float] | None) -> None:
    for n_in, n_out in SIZES:
        start, stop = edges(n_in, part)
        axis = axis_map(n_in, n_out, coordinates, start, stop)
        first, step = reference.coordinate_map(n_in, n_out, coordinates, (start, stop))
        unit = Fraction(axis.unit)
        assert Fraction(axis.offset) / unit == first, (n_in, n_out)
        assert Fraction(axis.stride) / unit == step, (n_in, n_out)
        assert axis.step == float(step), (n_in, n_out)


def test_the_rules_by_hand() -> None:
    def places(n_in: int, n_out: int, coordinates: str) -> list[float]:
        axis = axis_map(n_in, n_out, coordinates, 0.0, float(n_in))
        return [(axis.stride * i + axis.offset) / axis.unit for i in range(n_out)]

    assert set(COORDINATES) == set(RULES)
    assert places(4, 2, "half_pixel") == [0.5, 2.5]
    assert places(2, 4, "half_pixel") == [-0.25, 0.25, 0.75, 1.25]
    assert places(3, 5, "align_corners") == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert places(3, 1, "align_corners") == [0.0]
    assert places(2, 4, "asymmetric") == [0.0, 0.5, 1.0, 1.5]


def test_maps_know_identity_and_halving() -> None:
    def whole(n_in: int, n_out: int, coordinates: str = "half_pixel") -> AxisMap:
        return axis_map(n_in, n_out, coordinates, 0.0, float(n_in))

    for coordinates in RULES:
        assert whole(5, 5, coordinates).identity
        assert not whole(5, 6, coordinates).identity
    assert not axis_map(5, 5, "half_pixel", 0.0, 4.0).identity
    assert not axis_map(5, 4, "half_pixel", 1.0, 5.0).identity, "shifted by a pixel"
    assert not axis_map(5, 4, "half_pixel", 0.0, 4.0).identity, "a crop starts like the identity"
    assert whole(8, 4).halving
    assert not whole(9, 4).halving
    assert not whole(8, 4, "asymmetric").halving
    assert not axis_map(9, 4, "half_pixel", 1.0, 9.0).halving, "starts at source sample 1"
    assert axis_map(9, 4, "half_pixel", 0.0, 8.0).halving


@pytest.mark.parametrize(
    ("n_in", "factor", "n_out"),
    [(10, 0.5, 5), (5, 0.5, 2), (7, 0.5, 4), (3, 1 / 3, 1), (100, 0.001, 1), (1, 1e-9, 1), (3, 1.5, 4), (9, 2, 18)],
)
def test_output_size_is_the_rounded_product_and_at_least_one(n_in: int, factor: float, n_out: int) -> None:
    assert output_size(n_in, factor) == n_out == max(round(n_in * factor), 1)


# --- filters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(FILTERS))
def test_filters_peak_at_zero_and_end_at_their_support(name: str) -> None:
    code, support = FILTERS[name]
    assert _filter_value(code, 0.0) == 1.0
    assert _filter_value(code, support) == 0.0
    assert _filter_value(code, np.nextafter(support, 0.0)) != 0.0, "the support is wider than needed"
    assert _filter_value(code, support + 0.5) == 0.0


def test_the_triangle_by_hand_and_an_unknown_code() -> None:
    assert [_filter_value(codes.TRIANGLE, x) for x in (0.25, 0.5, 0.75)] == [0.75, 0.5, 0.25]
    assert math.isnan(_filter_value(99, 0.5)), "a filter without a formula must not pass for zero"


# --- nearest ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("coordinates", RULES)
@pytest.mark.parametrize("part", BOXES)
def test_nearest_is_the_floor_rule(coordinates: str, part: tuple[float, float] | None) -> None:
    for n_in, n_out in [*SIZES, (1000, 37), (37, 1000), (640, 480), (480, 640)]:
        start, stop = edges(n_in, part)
        index = nearest(axis_map(n_in, n_out, coordinates, start, stop))
        exact = [taps[0][0] for taps in reference.nearest_taps(n_in, n_out, coordinates, (start, stop))]
        assert index.dtype == np.int32
        assert index.tolist() == exact, (n_in, n_out)


@pytest.mark.parametrize(("n_in", "n_out"), [(LONG, 1000), (LONG, 4097), (2**30, 3 * 2**9), (3, 2**20 + 1)])
def test_nearest_is_exact_for_long_axes(n_in: int, n_out: int) -> None:
    if config.DISABLE_JIT and n_out > 5000:
        pytest.skip("a million table rows take too long without the compiler")
    index = nearest(axis_map(n_in, n_out, "half_pixel", 0.0, float(n_in)))
    some = np.unique(np.linspace(0, n_out - 1, 3000).astype(int)).tolist()
    assert index[some].tolist() == [(2 * i + 1) * n_in // (2 * n_out) for i in some]


# --- floating-point weights ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("coordinates", RULES)
@pytest.mark.parametrize("part", BOXES)
def test_weights_are_the_exact_ones_to_an_ulp(
    coordinates: str, antialias: bool, part: tuple[float, float] | None
) -> None:
    for n_in, n_out in SIZES:
        start, stop = edges(n_in, part)
        axis = axis_map(n_in, n_out, coordinates, start, stop)
        table = build(axis, NATIVE.arithmetic["float64"], antialias)
        rows = reference.triangle_taps(n_in, n_out, coordinates, (start, stop), antialias)
        for i, taps in enumerate(rows):
            where, first, count = (n_in, n_out, i), int(table.first[i]), int(table.count[i])
            assert [j for j, _ in taps] == list(range(first, first + count)), where
            got = [Fraction(weight) for weight in table.weights[i, :count].tolist()]
            assert max(abs(w - exact) for w, (_, exact) in zip(got, taps, strict=True)) <= EPS, where


@pytest.mark.parametrize("antialias", [False, True])
def test_single_precision_weights_are_the_double_ones_rounded(antialias: bool) -> None:
    for n_in, n_out in SIZES:
        double, single = (half_pixel(n_in, n_out, dtype, antialias) for dtype in ("float64", "float32"))
        assert single.weights.dtype == np.float32
        assert np.array_equal(double.weights.astype(np.float32), single.weights)
        assert np.array_equal(double.first, single.first)


def test_a_tap_of_weight_zero_is_no_tap() -> None:
    """Else 0 * NaN would spread: when enlarging threefold, each third output lies on a source sample."""
    table = half_pixel(3, 9)
    assert table.count.tolist() == [1, 1, 2, 2, 1, 2, 2, 1, 1]
    for antialias in (False, True):
        for n_in, n_out in SIZES:
            table = half_pixel(n_in, n_out, "float64", antialias)
            assert all((row[:n] > 0).all() for row, n in zip(table.weights, table.count, strict=True)), (n_in, n_out)


@pytest.mark.parametrize(("n_in", "n_out"), [(LONG, 1000), (2**30 + 1, 4096), (3, 5001)])
def test_weights_are_exact_for_long_axes(n_in: int, n_out: int) -> None:
    table = half_pixel(n_in, n_out)
    first, step = reference.coordinate_map(n_in, n_out, "half_pixel", None)
    for i in range(0, n_out, 37):
        r = first + i * step
        inside = [j for j in range(math.floor(r), math.floor(r) + 2) if 0 <= j < n_in and abs(j - r) < 1]
        total = sum(1 - abs(j - r) for j in inside)
        assert inside == list(range(table.first[i], table.first[i] + table.count[i]))
        for k, j in enumerate(inside):
            assert abs(Fraction(float(table.weights[i, k])) - (1 - abs(j - r)) / total) <= EPS


@pytest.mark.parametrize("n_in", [4000, 30_001])
def test_wide_windows_hold_what_they_should(n_in: int) -> None:
    if config.DISABLE_JIT and n_in > 5000:
        pytest.skip("a table of 60 000 weights takes too long without the compiler")
    table = half_pixel(n_in, 3, antialias=True)
    exact = np.zeros((3, n_in))
    for i, taps in enumerate(reference.triangle_taps(n_in, 3, "half_pixel", None, True)):
        for j, weight in taps:
            exact[i, j] = float(weight)
    # The sum that normalises them adds taps / 2 pairs, each addition off by EPS / 2 of it at most.
    allowed = table.taps / 2 * EPS / 2 + 2 * EPS
    assert np.abs(dense(table, n_in) - exact).max() <= allowed * exact.max()
    assert np.abs(table.weights.sum(axis=1) - 1).max() <= allowed


# --- every table --------------------------------------------------------------------------------------------------

MANY = [(n_in, n_out) for n_in in (*range(1, 18), 31, 48, 64, 100, 255) for n_out in (*range(1, 18), 23, 40, 64)]
if config.DISABLE_JIT:
    MANY = MANY[::7]


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("antialias", [False, True])
def test_windows_lie_inside_and_rows_sum_to_one(dtype: str, antialias: bool) -> None:
    for n_in, n_out in MANY:
        table = half_pixel(n_in, n_out, dtype, antialias)
        assert table.first.min() >= 0, (n_in, n_out)
        assert table.end.max() <= n_in, (n_in, n_out)
        assert (table.end - table.first == (table.taps if table.bits else table.count)).all(), (n_in, n_out)
        assert (np.diff(table.first) >= 0).all(), "the ring of rows needs windows in ascending order"
        assert (np.diff(table.end) >= 0).all(), "the ring of rows needs windows in ascending order"
        assert table.weights.min() >= 0, (n_in, n_out)
        sums = dense(table, n_in).sum(axis=1)
        if table.bits:
            assert (sums == 2**table.bits).all(), (n_in, n_out)
        else:
            eps = float(np.finfo(table.weights.dtype).eps)
            assert np.abs(sums - 1).max() <= eps / 2 * (table.taps + 1), (n_in, n_out)


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("antialias", [False, True])
def test_tables_are_mirrored_bit_for_bit(dtype: str, antialias: bool) -> None:
    for n_in, n_out in MANY:
        matrix = dense(half_pixel(n_in, n_out, dtype, antialias), n_in)
        assert np.array_equal(matrix, matrix[::-1, ::-1]), (n_in, n_out)


# --- fixed-point weights ------------------------------------------------------------------------------------------


def test_fixed_point_words_use_the_width_they_have() -> None:
    """As many fraction bits as 16-bit words allow; never more than the 32-bit accumulator of 8-bit samples does."""
    most = NATIVE.arithmetic["uint8"].most_bits
    for n_in, n_out in [*MANY, (2000, 1), (5000, 3)]:
        table = half_pixel(n_in, n_out, "uint8", antialias=True)
        assert table.weights.dtype == np.int16
        assert table.bits <= most
        assert table.bits == most or 2 * int(table.weights.max()) > 32760, (n_in, n_out, table.bits)


def errors(n_in: int, n_out: int, antialias: bool) -> float:
    """The most that fixed-point weights can be off for samples of 0 to 255, any samples: 255 * sum of |error| / 2."""
    table = half_pixel(n_in, n_out, "uint8", antialias)
    off = dense(table, n_in) / 2.0**table.bits - dense(half_pixel(n_in, n_out, "float64", antialias), n_in)
    return 255.0 * float(np.abs(off).sum(axis=1).max()) / 2


# What a pass stores between has FRACTION bits, so it is off by half a unit of the last of them; then one rounding.
ROUNDINGS = 0.5 + 2.0 ** -(NATIVE.arithmetic["uint8"].fraction_bits + 1)


def test_no_image_at_all_takes_two_taps_further_than_promised() -> None:
    worst = max(errors(n_in, n_out, False) for n_in, n_out in MANY)
    assert 2 * worst + ROUNDINGS <= 0.52


@pytest.mark.parametrize("step", [1.01, 1.5, 1.99, 2, 3.9, 5, 7.9, 15.9, 31.7, 63, 127, 200, 255, 500, 1000])
def test_no_image_at_all_takes_an_antialiased_picture_further_than_promised(step: float) -> None:
    if config.DISABLE_JIT and step > 40:
        pytest.skip("wide tables take too long without the compiler")
    worst = max(errors(round(step * n_out), n_out, True) for n_out in (1, 2, 3, 7, 11))
    assert 2 * worst + ROUNDINGS <= 0.55
