"""Comparison of libraries: the exact value, the metrics, the table of libraries, and what `compare` says."""

import contextlib
import csv
import io
import itertools
import json
import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
import reference
from numba import config

import fastresample
from fastresample.conventions import CONVENTIONS
from fastresample.validate import LIBRARIES, compare
from fastresample.validate import exact as exact_module
from fastresample.validate import libraries as libraries_module
from fastresample.validate.calls import Library, installed, same_version
from fastresample.validate.exact import exact_blocks
from fastresample.validate.figures import percent
from fastresample.validate.libraries import NAMES, choose, operator_name, ours, settings
from fastresample.validate.metrics import Tally, peak

OPERATORS = {operator: (operator.split()[0], operator.endswith(" antialiased")) for operator in LIBRARIES}
OURS = [operator for operator, (method, _) in OPERATORS.items() if method in CONVENTIONS["native"].methods]
PEERS = [(operator, name) for operator, table in LIBRARIES.items() for name in table]


def noise(*shape, dtype=np.uint8):
    rng = np.random.default_rng(sum(shape))
    return rng.integers(0, 256, shape, dtype=np.uint8) if dtype == np.uint8 else rng.random(shape).astype(dtype)


def exact(image, size, method="bilinear", antialias=False):
    return np.concatenate([block for _, block in exact_blocks(image, size, method, antialias)])


def need(module):
    if not installed(module):
        pytest.skip(f"{module} is not installed")


# The exact value


def magic_kernel_sharp(pieces, x):
    """J. Costella's kernels as published, by pieces that end at 1/2, 3/2, 5/2, ..."""
    return pieces[math.floor(x + reference.HALF)](x)


MAGIC_KERNELS = {
    "mks2013": (lambda x: 17 / 16 - 7 / 4 * x**2, lambda x: (1 - x) * (7 / 4 - x), lambda x: -((x - 2.5) ** 2) / 8),
    "mks2021": (
        lambda x: 577 / 576 - 239 / 144 * x**2,
        lambda x: 35 / 36 * (x - 1) * (x - 239 / 140),
        lambda x: (x - 2) * (65 / 24 - x) / 6,
        lambda x: (x - 3) * (x - 15 / 4) / 36,
        lambda x: -((x - 4.5) ** 2) / 288,
    ),
}


@pytest.mark.parametrize("operator", OPERATORS)
def test_exact_value_is_the_oracle(operator, monkeypatch):
    method, antialias = OPERATORS[operator]
    if pieces := MAGIC_KERNELS.get(method):
        support = Fraction(2 * len(pieces) - 1, 2)
        kernel = reference.Filter(support, lambda x: magic_kernel_sharp(pieces, float(x)) if x < support else 0)
        monkeypatch.setitem(reference.FILTERS, method, kernel)
    rng = np.random.default_rng(0)
    for dtype in (np.uint8, np.float16, np.float32, np.float64, np.float64):
        *shape, height, width = (int(n) for n in rng.integers(1, 40, 4))
        image = noise(*shape, 2, dtype=dtype)
        expected = reference.resize(image, (height, width), method=method, antialias=antialias)
        np.testing.assert_allclose(exact(image, (height, width), method, antialias), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("operator", ["nearest", "bilinear", "lanczos3 antialiased", "area"])
def test_exact_blocks_are_bounded_and_join_without_a_seam(operator, monkeypatch):
    image, size = noise(23, 31, 3), (40, 17)
    whole = exact(image, size, *OPERATORS[operator])
    monkeypatch.setattr(exact_module, "BLOCK_BYTES", 5000)
    blocks = list(exact_blocks(image, size, *OPERATORS[operator]))
    assert len(blocks) > 5
    assert max(block.nbytes for _, block in blocks) <= 5000
    assert [begin for begin, _ in blocks] == list(np.cumsum([0, *(len(block) for _, block in blocks[:-1])]))
    np.testing.assert_array_equal(np.concatenate([block for _, block in blocks]), whole)


def test_exact_value_lets_nan_and_infinity_reach_only_what_weighs_them():
    image = np.zeros((9, 9))
    image[3, 3], image[6, 6] = np.nan, np.inf
    for size, antialias in (((9, 9), False), ((18, 18), False), ((4, 5), True)):
        np.testing.assert_array_equal(
            exact(image, size, antialias=antialias), reference.resize(image, size, antialias=antialias)
        )


# Metrics


def tallied(first, second, **options):
    tally = Tally(255.0, **options)
    tally.add(np.asarray(first), np.asarray(second))
    return tally.metrics()


def test_metrics_by_hand():
    m = tallied(np.array([[10, 20, 30, 40]], np.uint8), np.array([[10, 21, 28, 40]], np.uint8))
    assert (m.equal, m.max_abs, m.mean_abs, m.bias, m.misrounded) == (0.5, 2, 0.75, 0.25, None)
    assert m.rmse == pytest.approx(math.sqrt(5 / 4))
    assert m.psnr == pytest.approx(10 * math.log10(255**2 / 1.25))


def test_differences_of_unsigned_samples_do_not_wrap():
    assert tallied(np.zeros((1, 1), np.uint8), np.full((1, 1), 255, np.uint8)).bias == -255
    assert tallied(np.zeros((1, 1), np.uint32), np.full((1, 1), 2**32 - 1, np.uint32)).max_abs == 2**32 - 1


def test_both_integers_round_a_tie_and_only_others_are_misrounded():
    levels = np.array([[2, 3, 2, 2, 4]], np.uint8)
    m = tallied(levels, [[2.5, 2.5, 2.49, 2.51, 2.5]], rounds=True)
    assert m.misrounded == 2 / 5


def test_equal_images_have_infinite_psnr():
    m = tallied(noise(3, 4), noise(3, 4))
    assert (m.equal, m.rmse, m.psnr, m.bias) == (1, 0, math.inf, 0)


def test_metrics_of_nan_and_infinity():
    values = np.array([[np.nan, np.inf, -np.inf, 1.0]])
    assert tallied(values, values).equal == 1
    m = tallied(values, np.array([[1.0, np.inf, -np.inf, 1.0]]))
    assert (m.equal, m.max_abs, m.psnr) == (0.75, math.inf, -math.inf)
    assert math.isnan(m.bias)


def test_differences_too_large_for_float64_are_infinite_without_a_warning():
    assert tallied([[1e300]], [[-1e300]]).rmse == math.inf
    assert tallied([[1.7e308]], [[-1.7e308]]).max_abs == math.inf


def test_pieces_add_up_to_the_whole():
    first, second = noise(300, 200, 3), noise(300, 200, 3)[::-1]
    tally = Tally(255.0)
    for begin in range(0, 300, 7):
        tally.add(first[begin : begin + 7], second[begin : begin + 7])
    assert tally.metrics() == pytest.approx(tallied(first, second), nan_ok=True)
    difference = first.astype(float) - second
    assert tally.metrics().rmse == pytest.approx(np.sqrt(np.mean(difference**2)))
    assert tally.metrics().bias == pytest.approx(difference.mean())


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (np.zeros((1, 1), np.uint8), 255),
        (np.zeros((1, 1), np.int16), 65535),
        (np.zeros((1, 1), bool), 1),
        (np.array([[-1.0, 3.0, np.nan, np.inf]]), 4),
        (np.zeros((2, 2)), 1),
        (np.array([[np.nan]]), 1),
        (np.array([[65504, -65504]], np.float16), 131008),
        (np.array([[1.7e308, -1.7e308]]), np.finfo(float).max),
    ],
)
def test_peak_is_the_range_of_the_samples(image, expected):
    assert peak(image) == expected


# The table of libraries


SIZES = ((23, 37), (77, 90), (20, 26), (10, 13), (23, 90), (80, 104))  # of images 40 high, 52 wide
PICKS = ("nearest", "box", "area")  # a coordinate just below a whole number makes another pixel of it


@pytest.mark.parametrize(("operator", "name"), PEERS)
def test_library_does_what_the_table_says(operator, name):
    """Within two roundings of the exact value (pixels are picked: but for one here and there), or there is a remark."""
    library = LIBRARIES[operator][name]
    need(library.module)
    departs, ran, most = [], 0, 0.0
    for dtype, size in itertools.product((np.uint8, np.float32), SIZES):
        image = noise(40, 52, 3) if dtype == np.uint8 else noise(40, 52).astype(dtype)
        try:
            call = library.make(image, size)
        except NotImplementedError:
            continue
        ran += 1
        target = exact(image, size, *OPERATORS[operator])
        distance = np.abs(call.array(call.run()) - (np.clip(target, 0, 255) if dtype == np.uint8 else target))
        differences = library.differences(image, size)
        if differences:
            departs.append(differences)
            most = max(most, distance.max())
        elif operator.split()[0] in PICKS:
            assert np.mean(distance > 1.2) < 0.1, (dtype, size)
        else:
            assert distance.max() <= (1.2 if dtype == np.uint8 else 0.01), (dtype, size)
    assert ran
    assert not departs or most > 1.2, f"the remarks {departs[0]} are not needed"


@pytest.mark.parametrize("name", LIBRARIES["bilinear"])
@pytest.mark.parametrize("channels", [None, 1, 2, 3, 4])
def test_prepared_and_single_calls_give_the_same_picture_in_the_images_layout(name, channels):
    library = LIBRARIES["bilinear"][name]
    need(library.module)
    image = noise(20, 30) if channels is None else noise(20, 30, channels)
    results = []
    for planned, threads in ((True, None), (False, 1), (True, 2)):
        call = library.make(image, (25, 41), planned=planned, threads=threads)
        results.append(call.array(call.run()))
    assert results[0].shape == (25, 41, *image.shape[2:])
    assert results[0].dtype == np.uint8
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


def test_ours_prepared_and_single_is_the_same():
    image = noise(20, 30, 3)
    for convention in ("native", "pillow"):
        make = ours("bicubic", True, convention)
        calls = [make(image, (25, 41), planned=planned, threads=1) for planned in (True, False)]
        np.testing.assert_array_equal(*(call.array(call.run()) for call in calls))


def test_every_operator_has_its_libraries_in_the_same_order():
    assert NAMES == (
        "opencv",
        "opencv-exact",
        "pillow",
        "torch",
        "torch-exact",
        "scikit-image",
        "cykooz-resizer",
        "pyvips",
    )
    assert list(LIBRARIES["catmull_rom"]) == list(LIBRARIES["bicubic"])
    assert list(LIBRARIES["lanczos4"]) == ["opencv"]
    assert LIBRARIES["lanczos5"] == {}
    assert "opencv" not in LIBRARIES["lanczos3"], "its Lanczos has four lobes"
    for table in LIBRARIES.values():
        assert list(table) == [name for name in NAMES if name in table]


@pytest.mark.parametrize("name", LIBRARIES["bilinear"])
def test_a_dtype_that_a_library_lacks_is_not_implemented(name):
    library = LIBRARIES["bilinear"][name]
    need(library.module)
    with pytest.raises(NotImplementedError, match="3-channel float16 images"):
        library.make(noise(5, 5, 3, dtype=np.float16), (3, 3))


@pytest.mark.parametrize("module", ["cv2", "torch", "pyvips"])
def test_settings_are_put_back_even_after_an_error(module):
    need(module)
    imported = __import__(module)
    getters = {
        "cv2": lambda: (imported.getNumThreads(), imported.ipp.useIPP()),
        "torch": lambda: imported.get_num_threads(),
        "pyvips": lambda: imported.concurrency_get(),
    }
    before, inside = getters[module](), []
    with contextlib.suppress(ZeroDivisionError), settings({module}, threads=3, ipp=False):
        inside.append(getters[module]())
        raise ZeroDivisionError
    assert inside == [(3, False) if module == "cv2" else 3]
    assert getters[module]() == before


def test_operator_names():
    assert operator_name("linear") == "bilinear"
    assert operator_name("bilinear", True) == "bilinear antialiased"
    assert operator_name("area", True) == operator_name("area", False) == operator_name("area") == "area"
    assert operator_name("lanczos", convention="pillow") == "lanczos3 antialiased"
    assert operator_name("nearest_exact", convention="torch") == "nearest"
    assert operator_name("bilinear_exact", convention="opencv") == "bilinear"
    with pytest.raises(ValueError, match="antialias must be False or None for method 'nearest'"):
        operator_name("nearest", True)
    with pytest.raises(ValueError, match="unknown method 'lanczos3' for convention opencv; choose from area, bicubic"):
        operator_name("lanczos3", convention="opencv")


def test_versions_agree_as_far_as_both_go():
    assert same_version("5.0.0", "5.0.0.93")
    assert same_version("2.13.0+cpu", "2.13")
    assert not same_version("5.0.1", "5.0.0.93")
    assert not same_version("12.0.0", "13.0.0")


def test_importing_validate_imports_no_library():
    code = "import sys, fastresample.validate; print({'cv2', 'torch', 'PIL', 'pyvips', 'numba'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"


# compare


def test_comparison_shows_how_libraries_misround_noise():
    """Ours within 0.52 and 98 % right; OpenCV truncates, Pillow keeps 8 bits between the passes."""
    need("cv2")
    need("PIL")
    image = noise(130, 170, 3)
    comparison = compare(image, (231, 301), libraries=("opencv", "pillow"))
    ours, opencv, pillow = (comparison.row(name).metrics for name in ("fastresample", "opencv", "pillow"))
    assert ours.max_abs <= 0.52
    assert ours.misrounded <= 0.02
    assert 0.7 < opencv.max_abs <= 0.82
    assert 0.05 <= opencv.misrounded <= 0.13
    assert opencv.bias < -0.1  # it truncates
    assert 0.9 < pillow.max_abs <= 1.01
    assert 0.12 <= pillow.misrounded <= 0.23
    against = comparison.row("fastresample", "opencv").metrics
    assert against.equal == pytest.approx(1 - opencv.misrounded, abs=0.01)


def test_comparison_names_what_took_part_and_says_how_rules_differ():
    need("PIL")
    shrunk = compare(noise(20, 30, 3), (10, 11), libraries=["pillow", "pillow"])
    assert shrunk.row("pillow").remark == "antialiases always"
    assert shrunk.row("fastresample", "pillow").remark == "antialiases always"
    assert shrunk.row("fastresample").remark == ""
    assert list(shrunk.versions) == ["fastresample", "pillow"]
    assert shrunk.versions["fastresample"] == fastresample.__version__
    grown = compare(noise(20, 30, 3), (40, 33), libraries=["pillow"])
    assert grown.row("pillow").remark == ""
    assert len(grown.rows) == 3
    with pytest.raises(KeyError, match="no row for torch against exact"):
        grown.row("torch")


@pytest.mark.parametrize("operator", OURS)
def test_every_method_compares(operator):
    """On black and white, the hardest case: filters overshoot, and what leaves the range is clipped once."""
    method, antialias = OPERATORS[operator]
    image = noise(24, 31, 3) // 128 * np.uint8(255)
    for size in ((11, 50), (40, 19)):
        metrics = compare(image, size, method=method, antialias=antialias, libraries=()).row("fastresample").metrics
        assert metrics.max_abs <= 0.55
        assert metrics.misrounded <= 0.02


@pytest.mark.parametrize(
    ("convention", "method", "peer"),
    [
        ("opencv", "nearest", "opencv"),
        ("opencv", "bilinear_exact", "opencv-exact"),
        ("opencv", "bicubic", "opencv"),
        ("opencv", "lanczos4", "opencv"),
        ("pillow", "lanczos", "pillow"),
        ("pillow", "mks2013", "pillow"),
        ("torch", "nearest_exact", "torch-exact"),
        ("torch", "bilinear", "torch"),
    ],
)
def test_a_convention_is_its_library(convention, method, peer):
    module = LIBRARIES[operator_name(method, None, convention)][peer].module
    need(module)
    for size in ((13, 40), (33, 21)):
        comparison = compare(noise(24, 31, 3), size, method=method, convention=convention)
        if any("reproduces version" in note for note in comparison.notes):
            pytest.skip(comparison.notes[-1])
        row = comparison.row("fastresample", peer)
        assert (row.metrics.equal, row.metrics.max_abs, row.remark) == (1, 0, "")
        assert f"convention {convention} promises exact" in comparison.notes[0]


@pytest.mark.skipif(config.DISABLE_JIT, reason="without compilation products and sums are not fused as torch does")
def test_torchs_floats_are_those_of_contiguous_tensors():
    """Channels last, which is what is timed, they are other kernels', and differ in the last place."""
    need("torch")
    comparison = compare(noise(48, 64, 3, dtype=np.float32), (31, 45), convention="torch", libraries=("torch",))
    if any("installed is" in note for note in comparison.notes):
        pytest.skip(comparison.notes[-1])
    import torch

    if torch.backends.cpu.get_cpu_capability() == "DEFAULT":
        pytest.skip("this torch runs without fused multiply-add here")
    assert comparison.row("fastresample", "torch").metrics.max_abs == 0


def test_our_rows_say_how_the_convention_departs():
    need("cv2")
    need("PIL")
    comparison = compare(noise(20, 30), (30, 40), method="bicubic", convention="opencv")
    assert comparison.row("fastresample").remark == comparison.row("opencv").remark == "a = -0.75"
    assert comparison.row("fastresample", "opencv").remark == ""
    theirs = "drops pixels outside; clips between the passes"
    assert comparison.row("pillow").remark == theirs
    assert comparison.row("fastresample", "pillow").remark == f"{theirs}; ours: a = -0.75"


def test_a_library_of_another_version_is_reported(monkeypatch):
    need("PIL")
    monkeypatch.setitem(CONVENTIONS, "pillow", CONVENTIONS["pillow"]._replace(version="2.0"))
    comparison = compare(noise(6, 7), (3, 4), convention="pillow", libraries=("pillow",))
    found = comparison.versions["pillow"]
    note = f"convention pillow reproduces version 2.0, installed is {found}: differences may be those of the versions"
    assert comparison.notes[-1] == note
    assert note in str(comparison).splitlines()
    assert json.loads(comparison.to_json())["notes"][-1] == note
    assert note not in compare(noise(6, 7), (3, 4), libraries=("pillow",)).notes


def test_a_library_that_fails_is_left_out(monkeypatch):
    def failing(image, size, *, planned=True, threads=None):
        raise RuntimeError("no such case\nat line 5")

    monkeypatch.setitem(LIBRARIES["bilinear"], "opencv", Library("numpy", failing))
    comparison = compare(noise(6, 7), (3, 4), libraries=("opencv",))
    assert comparison.left_out == {"opencv": "RuntimeError: no such case"}


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_extreme_floats_compare_without_a_warning(dtype):
    largest = np.finfo(dtype).max
    image = np.random.default_rng(0).choice(np.array([largest, -largest, 1, 0], dtype), (12, 13))
    for method in ("bilinear", "lanczos3"):
        with np.errstate(**({"over": "ignore", "invalid": "ignore"} if config.DISABLE_JIT else {})):
            comparison = compare(image, (9, 20), method=method)  # uncompiled, the kernels' own scalars warn
        assert comparison.row("fastresample").metrics.max_abs >= 0
        json.loads(comparison.to_json())


def test_numpy_integers_are_integers():
    comparison = compare(noise(6, 7), (np.int64(3), np.uint8(4)), libraries=())
    assert json.loads(comparison.to_json())["size"] == [3, 4]
    assert comparison == compare(noise(6, 7), [3, 4], libraries=())


def test_comparison_prints_as_tables():
    need("PIL")
    text = str(compare(noise(20, 30, 3), (10, 15), libraries=("pillow",)))
    lines = text.splitlines()
    assert lines[0] == "bilinear: uint8, 30 wide, 20 high, 3 channels, to 15 wide, 10 high; convention native"
    assert lines[2].split() == [
        "against",
        "the",
        "exact",
        "value",
        "max",
        "mean",
        "RMSE",
        "PSNR",
        "dB",
        "SSIM",
        "bias",
        "misrounded",
    ]
    assert lines[3].startswith("fastresample ")
    assert lines[4].startswith("pillow ")
    assert lines[4].endswith("  antialiases always")
    assert lines[6].split()[:3] == ["fastresample", "against", "equal"]
    assert lines[7].startswith("pillow ")


def test_comparison_as_json_and_csv():
    need("PIL")
    comparison = compare(noise(8, 9), (8, 9), libraries=("pillow",))
    assert comparison.notes == tuple(json.loads(comparison.to_json())["notes"])
    document = json.loads(comparison.to_json())
    assert document["shape"] == [8, 9]
    assert document["rows"][0]["second"] == "exact"
    assert document["rows"][0]["psnr"] is None  # nothing to resize: equal, so infinite
    rows = list(csv.DictReader(io.StringIO(comparison.to_csv())))
    assert [(row["first"], row["second"]) for row in rows] == [(row.first, row.second) for row in comparison.rows]
    assert float(rows[2]["equal"]) == 1
    assert rows[2]["misrounded"] == ""


def test_percentages_never_round_to_none_or_all():
    image = np.zeros((300, 300), np.uint8)
    need("PIL")
    assert "100.00 %" in str(compare(image, (150, 150), libraries=("pillow",)))
    assert [percent(v) for v in (0, 1e-6, 0.5, 1 - 1e-6, 1)] == [
        "0.00 %", "<0.01 %", "50.00 %", ">99.99 %", "100.00 %"
    ]  # fmt: skip


def test_missing_libraries_are_named_with_the_way_to_get_them(monkeypatch):
    monkeypatch.setattr(libraries_module, "installed", lambda module: False)
    comparison = compare(noise(6, 7), (3, 4))
    assert comparison.left_out["opencv"] == 'not installed (pip install "fastresample[validate]")'
    assert [row.first for row in comparison.rows] == ["fastresample"]
    assert "torch left out: not installed (pip install torch)" in str(comparison)
    with pytest.raises(
        ModuleNotFoundError, match=r'opencv is not installed; to compare with it: pip install "fastresample\[val'
    ):
        compare(noise(6, 7), (3, 4), libraries=("opencv",))


def test_a_library_that_cannot_take_the_image_is_left_out_with_the_reason():
    need("PIL")
    comparison = compare(noise(6, 7, 3, dtype=np.float32), (3, 4), libraries=("pillow",))
    assert comparison.left_out == {"pillow": "Pillow has no mode for 3-channel float32 images"}
    assert comparison.row("fastresample").metrics.misrounded is None


def test_any_memory_layout_and_byte_order_compares_alike():
    need("PIL")
    image = noise(14, 15, 3)
    expected = compare(image, (9, 22), libraries=("pillow",)).rows
    read_only = image.copy()
    read_only.flags.writeable = False
    variants = [read_only, image[::-1].copy()[::-1], np.asfortranarray(image)]
    for variant in variants:
        assert compare(variant, (9, 22), libraries=("pillow",)).rows == expected
    wide = noise(14, 15).astype(np.uint16) * 200
    native = compare(wide, (9, 22), libraries=("pillow",)).rows
    assert compare(wide.astype(">u2"), (9, 22), libraries=("pillow",)).rows == native


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "uint32", "float16", "float64", "int64", "bool"])
def test_every_dtype_compares(dtype):
    image = (noise(12, 13) // 2).astype(dtype)
    method = "nearest" if dtype in ("int64", "bool") else "bilinear"
    metrics = compare(image, (7, 20), method=method, libraries=()).row("fastresample").metrics
    assert metrics.max_abs <= (0.52 if image.dtype.kind != "f" else 0.1)


def test_size_may_be_what_the_command_line_takes():
    assert compare(noise(30, 20), "50%", libraries=()).size == (15, 10)
    assert compare(noise(30, 20), "60", libraries=()).size == (60, 40)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((np.zeros(5), (3, 3)), {}, r"image must be a non-empty array \(H, W\) or \(H, W, C\), got \(5,\)"),
        ((np.zeros((0, 5)), (3, 3)), {}, r"image must be a non-empty array .* got \(0, 5\)"),
        (([[1, 2]], (3, 3)), {}, "image must be a non-empty array .* got list"),
        ((np.zeros((5, 5)), (0, 3)), {}, "size"),
        ((np.zeros((5, 5)), "big"), {}, "size 'big' is not understood"),
        ((np.zeros((5, 5)), (3, 3)), {"method": "cubik"}, "unknown method 'cubik'; choose from area, bicubic"),
        ((np.zeros((5, 5)), (3, 3)), {"method": "nearest", "antialias": True}, "antialias must be False or None for"),
        ((np.zeros((5, 5)), (3, 3)), {"convention": "opencv", "antialias": True}, "antialias must be False or None"),
        ((np.zeros((5, 5)), (3, 3)), {"convention": "gimp"}, "convention"),
        (
            (np.zeros((5, 5)), (3, 3)),
            {"libraries": ("gimp",)},
            "unknown library 'gimp' for bilinear; choose from opencv",
        ),
        (
            (np.zeros((5, 5)), (3, 3)),
            {"libraries": ("opencv",), "method": "lanczos3"},
            "library 'opencv' has no lanczos3, it has nearest, .*; for lanczos3 choose from pillow, cykooz-resizer",
        ),
        (
            (np.zeros((5, 5)), (3, 3)),
            {"libraries": ("opencv",), "method": "lanczos5"},
            "library 'opencv' has no lanczos5, .*; for lanczos5 choose from none, for no library has it",
        ),
    ],
)
def test_wrong_arguments(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        compare(*arguments, **options)


def test_a_bare_name_is_no_sequence_of_names():
    text = r"libraries must be a sequence of names, got the text 'opencv'; write \('opencv',\)"
    with pytest.raises(TypeError, match=text):
        compare(noise(5, 5), (3, 3), libraries="opencv")


def test_a_dtype_that_the_convention_lacks():
    with pytest.raises(TypeError, match="image must have one of the dtypes"):
        compare(noise(5, 5, dtype=np.float16), (3, 3), convention="torch")


def test_choose_keeps_the_order_and_drops_doubles():
    need("PIL")
    assert choose("bilinear", ["pillow", "pillow"]) == (["pillow"], {})
    assert choose("nearest", []) == ([], {})
