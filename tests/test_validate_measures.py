"""What is measured on pairs of results: similarity, errors by size, the part that is shown, and which is nearest."""

import numpy as np
import pytest

from fastresample.validate import compare
from fastresample.validate.crops import choose, overview
from fastresample.validate.exact import exact_blocks, exact_part
from fastresample.validate.histogram import PER_DOUBLING, Histogram, scale_of
from fastresample.validate.metrics import Tally
from fastresample.validate.similarity import WINDOW, Similarity

BYTES = scale_of(np.dtype("uint8"), 255.0)


def noise(*shape, seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def similar(first, second, peak=255.0, rows=None):
    """Measure one pair, in blocks of so many rows."""
    measure = Similarity([("first", "second")], peak)
    for begin in range(0, len(first), rows or len(first)):
        part = slice(begin, begin + (rows or len(first)))
        measure.add({"first": first[part], "second": second[part]})
    return measure.of("first", "second")


# Similarity


@pytest.mark.parametrize("shape", [(WINDOW, WINDOW), (40, 31), (25, 60, 3), (9, 400, 2)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_similarity_is_that_of_scikit_image(shape, dtype):
    metrics = pytest.importorskip("skimage.metrics", reason="scikit-image has the same definition")
    first = noise(*shape).astype(dtype)
    second = (first * 0.75 + 20 * np.random.default_rng(1).random(shape)).astype(dtype)
    expected = metrics.structural_similarity(
        first, second, data_range=200.0, channel_axis=2 if len(shape) == 3 else None
    )
    assert similar(first, second, 200.0) == pytest.approx(expected, abs=1e-6 if dtype == np.float32 else 1e-12)


def test_similarity_by_hand():
    """One window without any variance: what is left is the first factor, of the means."""
    dark, light = np.full((7, 7), 100.0), np.full((7, 7), 200.0)
    c1 = (0.01 * 255) ** 2
    assert similar(dark, light) == pytest.approx((2 * 100 * 200 + c1) / (100**2 + 200**2 + c1))
    assert similar(dark, dark) == 1


@pytest.mark.parametrize("rows", [1, 5, 6, 7, 13])
def test_similarity_does_not_depend_on_the_blocks(rows):
    first, second = noise(40, 12, 3), noise(40, 12, 3, seed=1)
    assert similar(first, second, rows=rows) == pytest.approx(similar(first, second), rel=1e-12)


def test_no_similarity_of_what_is_too_small_or_not_finite():
    assert similar(noise(6, 90), noise(6, 90)) is None
    assert similar(noise(90, 6), noise(90, 6)) is None
    values = noise(20, 20).astype(float)
    values[3, 3] = np.nan
    assert similar(values, values) is None


# Bytes are measured from counts


def test_bytes_are_measured_like_any_other_samples():
    first, second = noise(50, 40, 3), noise(50, 40, 3, seed=1)
    second[:20] = first[:20]
    told = []
    for dtype in (np.uint8, np.int16):
        tally = Tally(255.0)
        tally.add(first.astype(dtype), second.astype(dtype))
        told.append(tally.metrics())
    assert told[0] == pytest.approx(told[1])


# Errors by size


def counted(errors, scale=BYTES):
    histogram = Histogram(scale)
    exact = np.full(len(errors), 100.0)
    histogram.add(exact + errors, exact)
    shares = histogram.shares()
    assert len(shares) == scale.bins
    return {i - len(shares) // 2: share * len(errors) for i, share in enumerate(shares) if share}


def test_errors_up_to_half_a_level_are_the_middle_bins():
    half = PER_DOUBLING
    assert counted(np.array([0.0])) == {0: 1}
    assert counted(np.array([0.5, 0.5 + 1e-12, 0.51, -0.5, -0.6])) == {half: 2, half + 1: 1, -half: 1, -half - 1: 1}
    assert max(counted(np.linspace(-0.5, 0.5, 1001))) == half


def test_the_largest_errors_have_the_last_bins():
    assert counted(np.array([255.0, -255.0])) == {BYTES.bins // 2: 1, -(BYTES.bins // 2): 1}


def test_what_is_not_finite_is_at_the_end_and_equal_samples_at_zero():
    histogram = Histogram(BYTES)
    histogram.add(np.array([np.nan, np.inf, np.nan, np.inf]), np.array([np.nan, np.inf, 1.0, 1.0]))
    shares = histogram.shares()
    assert shares[BYTES.bins // 2] == 0.5
    assert sum(shares) == 1


@pytest.mark.parametrize(("dtype", "peak"), [("uint16", 65535.0), ("float32", 1.0), ("float64", 1.7e308)])
def test_scales_of_other_samples_hold_their_largest_error(dtype, peak):
    scale = scale_of(np.dtype(dtype), peak)
    assert 2 * (scale.bins // 2) + 1 == scale.bins < 600
    assert abs(scale.places(np.array([-peak]))[0]) * PER_DOUBLING <= scale.bins // 2


# The part that is shown


def test_small_results_are_shown_whole():
    rows, columns = choose({"a": noise(256, 200, 3), "b": noise(256, 200, 3, seed=1)})
    assert (rows, columns) == (slice(0, 256), slice(0, 200))


@pytest.mark.parametrize(("top", "left"), [(0, 0), (400, 100), (590, 790), (101, 333)])
def test_the_part_is_where_results_differ(top, left):
    first = noise(600, 800, 3)
    second = first.copy()
    second[top : top + 10, left : left + 10] ^= 255
    rows, columns = choose({"a": first, "b": second})
    assert (rows.stop - rows.start, columns.stop - columns.start) == (256, 256)
    assert 0 <= rows.start <= top < min(top + 10, 600) <= rows.stop <= 600
    assert 0 <= columns.start <= left < min(left + 10, 800) <= columns.stop <= 800


def test_the_part_is_the_middle_where_nothing_differs():
    assert choose({"a": np.zeros((600, 300))}) == (slice(172, 428), slice(22, 278))
    flat = np.full((10, 400), np.nan)
    assert choose({"a": flat, "b": flat}) == (slice(0, 10), slice(72, 328))


def test_overviews_are_means_of_blocks():
    assert overview(np.arange(12, dtype=np.uint8).reshape(3, 4)).tolist() == np.arange(12).reshape(3, 4).tolist()
    large = np.zeros((321, 640, 3), np.uint8)
    large[:4, :4] = (0, 100, 255)
    small = overview(large)
    assert small.shape == (81, 160, 3)
    assert small[0, 0].tolist() == [0, 100, 255]
    assert not small[1:].any()


def test_a_part_of_the_exact_value_is_a_part_of_the_whole():
    image, size = noise(40, 50, 3), (70, 33)
    whole = np.concatenate([block for _, block in exact_blocks(image, size, "lanczos3", True)])
    rows, columns = slice(11, 60), slice(5, 20)
    np.testing.assert_array_equal(exact_part(image, size, "lanczos3", True, rows, columns), whole[rows, columns])


# In a comparison


def test_a_comparison_holds_pictures_of_all_results_and_every_pair():
    pytest.importorskip("PIL")
    image = noise(30, 20)
    comparison = compare(image, (600, 500), libraries=("pillow",))
    crop = comparison.crop
    assert crop.size == (256, 256)
    assert list(crop.samples) == ["fastresample", "pillow", "exact"]
    ours = compare(image, (600, 500), libraries=()).crop.samples["fastresample"]
    assert ours.shape == (256, 256)
    assert abs(crop.samples["fastresample"] - crop.samples["exact"]).max() <= 0.52
    assert [(row.first, row.second) for row in comparison.rows] == [
        ("fastresample", "exact"), ("pillow", "exact"), ("fastresample", "pillow")
    ]  # fmt: skip
    assert comparison == compare(image, (600, 500), libraries=("pillow",))


def test_the_nearest_is_named_and_so_are_all_that_are_equally_near():
    pytest.importorskip("PIL")
    assert compare(noise(30, 20), (41, 33), libraries=("pillow",)).nearest == ("fastresample",)
    same = compare(noise(30, 20), (30, 20), libraries=("pillow",))
    assert same.nearest == ("fastresample", "pillow")
    assert "nearest to the exact value (least RMSE): fastresample, pillow" in str(same)


def test_every_two_libraries_are_held_against_each_other():
    for module in ("cv2", "PIL"):
        pytest.importorskip(module)
    comparison = compare(noise(30, 20), (10, 11), libraries=("opencv", "pillow"))
    row = comparison.row("opencv", "pillow")
    assert row.remark == "antialiases always"
    assert (
        row.metrics.max_abs
        == abs(comparison.crop.samples["opencv"].astype(int) - comparison.crop.samples["pillow"]).max()
    )
    lines = str(comparison).splitlines()
    head = lines.index(next(line for line in lines if line.startswith("largest difference")))
    assert lines[head + 2].split() == [
        "pillow", f"{comparison.row('fastresample', 'pillow').metrics.max_abs:g}", f"{row.metrics.max_abs:g}"
    ]  # fmt: skip
