"""The benchmark's arithmetic and its output; no test measures time."""

import inspect
import json
import math
import platform
from importlib import import_module
from pathlib import Path

import child
import pytest

from fastresample.conventions import CONVENTIONS
from fastresample.validate.calls import ALWAYS_ANTIALIASES, Call, Library
from fastresample.validate.libraries import reproduced

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module", autouse=True)
def path():
    """The benchmark lies beside the package, not in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        yield


def module(name):
    return pytest.fixture(scope="module")(lambda path: import_module(name))


bench = module("bench")
resizes, report = module("benchmark.resizes"), module("benchmark.resizes_report")
layers, layers_report = module("benchmark.layers"), module("benchmark.layers_report")
measuring, memory, charts = (module(f"benchmark.{name}") for name in ("measuring", "memory", "charts"))


@pytest.fixture
def cells(report):
    def cell(case, mode, channels, **ms):
        return report.Cell(report.Case(*case), mode, "256x256 to 512x512", channels, ms, 0.5)

    ours, theirs = ("bilinear", "uint8"), ("bilinear", "uint8", "pillow")
    return [
        cell(ours, "1 thread", 3, fastresample=2.0, opencv=1.0, pillow=20.0),
        cell(ours, "1 thread", 1, fastresample=1.0, opencv=4.0),
        cell(theirs, "1 thread", 3, fastresample=4.0, pillow=6.0),
        cell(theirs, "1 thread", 1, fastresample=4.0, pillow=24.0),
        cell(ours, "2 threads", 3, fastresample=1.0, opencv=2.0, pillow=3.0),
    ]


FACTS = {"date": "2030-01-02", "commit": "abc", "processor": "CPU", "cores": "2", "system": "S", "versions": "numpy 2"}
FACTS |= {"vectors": "some", "libraries": "held to some"}


def test_ratio_is_their_time_over_ours(cells):
    assert cells[0].ratios == {"opencv": 0.5, "pillow": 10.0}


def test_geometric_mean(report):
    assert report.geometric_mean([0.5, 8]) == pytest.approx(2)
    assert math.isnan(report.geometric_mean([]))


def test_mean_ratio_leaves_out_cases_that_a_library_lacks(report, cells):
    assert report.mean_ratio(cells[:2], "opencv") == pytest.approx(math.sqrt(0.5 * 4))
    assert report.mean_ratio(cells[:2], "pillow") == pytest.approx(10)
    assert math.isnan(report.mean_ratio(cells[:2], "torch"))


def test_best_peer_is_the_fastest(report, cells):
    assert report.best_peer(cells[0]) == ("opencv", 0.5)
    assert report.worst(cells[:2]) == 0.5
    assert report.best_mean(cells[:2]) == pytest.approx(math.sqrt(0.5 * 4))
    alone = cells[0]._replace(ms={"fastresample": 1.0})
    assert report.best_peer(alone)[0] == "-"
    assert math.isnan(report.worst([alone]))


def test_table_shows_gaps_as_dashes(report, cells):
    lines = report.ratio_table("bilinear uint8, 1 thread", cells[:2], ["opencv", "pillow"]).splitlines()
    heads = "bilinear uint8, 1 thread  ours ms  x memory  opencv  pillow  best peer"
    assert lines[0].split() == heads.split()
    assert lines[1].split()[-6:] == ["2.000", "4.00", "0.50", "10.0", "opencv", "0.50"]
    assert lines[2].split()[-6:] == ["1.000", "2.00", "4.00", "-", "opencv", "4.00"]
    assert lines[3].split() == ["geometric", "mean", "2.83", "1.41", "10.0", "1.41"]


def test_peers_keep_the_order_of_the_table_of_libraries(report, cells):
    assert report.peers(cells) == ["opencv", "pillow"]


def test_markdown_has_a_table_of_operators_and_one_of_conventions(report, cells):
    lines = report.markdown(cells, FACTS).splitlines()
    assert lines[:3] == [
        "| operator | opencv | pillow | worst | 2 threads | x memory |",
        "| --- | --: | --: | --: | --: | --: |",
        "| bilinear uint8 | 1.41 | 10.0 | 0.50 | 2.00 | 2.83 |",
    ]
    assert lines[4:7] == [
        "| the library's own bits | pillow |",
        "| --- | --: |",
        "| bilinear uint8 | 3.00 (1.50) |",
    ]
    assert "2030-01-02, CPU, 2 cores, kernels for some, libraries held to some, S; numpy 2" in lines[8]
    only_ours = report.markdown(cells[:2], FACTS).splitlines()
    assert only_ours[:3] == [
        "| operator | opencv | pillow | worst | x memory |",
        "| --- | --: | --: | --: | --: |",
        "| bilinear uint8 | 1.41 | 10.0 | 0.50 | 2.83 |",
    ]
    assert report.markdown(cells[2:4], FACTS).startswith("| the library's own bits | pillow |")


def test_only_the_readme_section_between_the_markers_changes(report):
    text = "<!-- bench:begin -->\nold\n<!-- bench:end -->, <!-- other:begin -->\nold\n<!-- other:end --> after"
    once = report.replace_section(text, "other", "new")
    assert once == "<!-- bench:begin -->\nold\n<!-- bench:end -->, <!-- other:begin -->\nnew\n<!-- other:end --> after"
    assert report.replace_section(once, "other", "new") == once


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<!-- bench:begin -->",
        "<!-- bench:end --><!-- bench:begin -->",
        "<!-- bench:begin -->" * 2 + "<!-- bench:end -->",
    ],
)
def test_readme_without_markers_is_refused(report, text):
    with pytest.raises(
        ValueError, match="the file needs one <!-- bench:begin --> and, after it, one <!-- bench:end -->"
    ):
        report.replace_section(text, "bench", "new")


def test_modes_of_one_core_and_of_many(resizes):
    assert [mode.label for mode in resizes.modes(1)] == ["1 thread, reused plan", "1 thread, one shot"]
    assert [(mode.planned, mode.threads) for mode in resizes.modes(8)] == [(True, 1), (False, 1), (True, 8)]


def test_calls_take_turns_and_each_gets_its_share(measuring):
    order = []
    calls = {name: (lambda name=name: order.append(name)) for name in "ab"}
    ms = measuring.measure(calls, 0.0, before=lambda: order.append("-"))
    assert "".join(order) == "-a-b" * 3
    assert set(ms) == {"a", "b"}
    order.clear()
    measuring.measure(calls, 0.0, turns=5)
    assert "".join(order) == "ab" * 5
    order.clear()
    measuring.measure(calls, 0.0, turns=2, repeats=3)
    assert "".join(order) == "aaabbb" * 2
    assert all(0 <= value < 100 for value in ms.values())


def test_a_library_that_fails_is_a_gap_and_ours_is_not(resizes, monkeypatch, capsys):
    def failing(image, size, *, planned, threads):
        raise RuntimeError("no such case")

    def working(image, size, *, planned, threads):
        return Call(lambda: image, lambda result: result)

    monkeypatch.setattr(resizes, "ours", lambda *asked: working)
    monkeypatch.setitem(resizes.LIBRARIES, "bilinear", {"bad": Library("numpy", failing)})
    case, mode = resizes.Case("bilinear", "uint8"), resizes.Mode("1 thread", True, 1)
    assert list(resizes.make_calls(case, "256x256 to 512x512", 3, mode)) == ["fastresample"]
    assert capsys.readouterr().err == "bad failed on bilinear uint8 256x256 to 512x512 C3: no such case\n"
    monkeypatch.setattr(resizes, "ours", lambda *asked: failing)
    with pytest.raises(RuntimeError, match="no such case"):
        resizes.make_calls(case, "256x256 to 512x512", 3, mode)


def test_libraries_doing_other_work_are_left_out(resizes, monkeypatch):
    def working(image, size, *, planned, threads):
        return Call(lambda: image, lambda result: result)

    monkeypatch.setattr(resizes, "ours", lambda *asked: working)
    libraries = {"pillow": Library("numpy", working, (ALWAYS_ANTIALIASES,)), "opencv": Library("numpy", working)}
    monkeypatch.setitem(resizes.LIBRARIES, "bilinear", libraries)
    mode = resizes.Mode("1 thread", True, 1)

    def names(size, *case):
        return list(resizes.make_calls(resizes.Case("bilinear", "uint8", *case), size, 1, mode))

    assert names("256x256 to 512x512") == ["fastresample", "pillow", "opencv"]
    assert names("1920x1080 to 224x224") == ["fastresample", "opencv"]
    assert names("1920x1080 to 224x224", "pillow") == ["fastresample", "pillow"], "that is the work compared there"


def test_every_case_exists(resizes):
    for case in resizes.CASES:
        method, _, antialiased = case.operator.partition(" ")
        rules = CONVENTIONS[case.convention].methods[method]
        assert case.dtype in rules.dtypes
        assert bool(antialiased) in rules.antialias or method == "area"
        assert resizes.LIBRARIES[case.operator]
        if case.convention != "native":
            assert reproduced(method, case.convention) in resizes.LIBRARIES[case.operator]
    assert len(set(resizes.CASES)) == len(resizes.CASES)


def test_page_and_charts_hold_the_figures(report, charts, cells):
    drawn = [charts.draw_ratios(cells, FACTS), charts.draw_distances(cells, FACTS)]
    for chart in drawn:
        assert chart.mode == "RGB"
        assert len(chart.getcolors(1 << 20)) > 4
    page = report.html_page(report.all_tables(cells), FACTS, drawn)
    assert page.count("<img") == 2
    assert "best peer" in page
    assert "bilinear uint8 as pillow" in page
    assert "date: 2030-01-02" in page
    assert "<img" not in report.html_page("a < b", FACTS, [])
    assert "a &lt; b" in report.html_page("a < b", FACTS, [])


def test_a_mark_lies_where_the_distance_from_memory_says(charts, cells):
    near, far = (charts.draw_distances([cells[0]._replace(memory_ms=ms)], FACTS) for ms in (1.9, 0.02))
    assert near.tobytes() != far.tobytes()


def test_page_of_cells_has_every_measurement(report, cells):
    page = report.page_of_cells(cells, FACTS)
    assert page.count("\n## ") == 2
    ours, theirs = page.split("\n## ")[1:]
    assert (
        "| image | ours, ms | x memory | fastest library, ms | 1 thread | 2 threads | ours, 2 threads / one |" in ours
    )
    assert "| 256x256 to 512x512 C3 | 2.000 | 4.00 | opencv 1.000 | 0.50 | 2.00 | 2.00 |" in ours
    assert "| 256x256 to 512x512 C1 | 1.000 | 2.00 | opencv 4.000 | 4.00 | - | - |" in ours
    assert theirs.startswith("bilinear uint8 as pillow\n")


def test_bytes_that_must_move(memory):
    # Rows 1, 4, 7 of 9, of 9 x 3 bytes in one line of 64; every second of 512 rows of 8 lines, every second sample.
    assert memory.bytes_moved("nearest", ((9, 9), (3, 3)), 3, 1) == (3 * 27, 27)
    assert memory.bytes_moved("nearest", ((512, 512), (256, 256)), 1, 1) == (256 * 512, 256 * 256)
    # One sample of each 128: one line of two.
    assert memory.bytes_moved("nearest", ((4, 1024), (4, 8)), 1, 1) == (4 * 512, 32)
    assert memory.bytes_moved("bilinear", ((1, 8), (1, 2)), 1, 4) == (32, 8)
    assert memory.bytes_moved("bilinear antialiased", ((100, 100), (1, 1)), 4, 4) == (160000, 16)
    assert list(memory.samples_read("bilinear", 8, 2)) == [1, 2, 5, 6]
    assert list(memory.samples_read("bicubic", 4, 8)) == [0, 1, 2, 3]


def test_memory_takes_time(memory):
    assert 0 < memory.memory_ms(1000, 1000) < memory.memory_ms(30_000_000, 30_000_000)


def test_machine_names_what_figures_depend_on(bench):
    facts = bench.machine()
    assert set(facts) == set(FACTS)
    assert "numpy " in facts["versions"]
    assert int(facts["cores"]) >= 1


def test_quick_is_shorter(bench):
    assert bench.parsed([]).seconds == 1
    assert bench.parsed(["--quick"]).seconds == 0.1
    assert bench.parsed(["--quick", "--seconds", "0.5"]).seconds == 0.5
    assert bench.parsed([]).part == "all"


@pytest.fixture
def layer_cells(layers):
    """Two layers on two dtypes and in two modes, but for a gap."""
    conv = layers.row("a1 some", layers.DECONV, (1, 64, 50, 50), 4, 5, stride=2)
    pool = layers.row("p1 other", layers.MAX, (2, 2, 4, 4), 2, stride=2)
    known = layers.Accuracy(3e-7, 2e-7)

    def cell(layer, dtype, mode, ours, allocating, torch, accuracy):
        ms = {"fastresample": ours, "allocating": allocating, "torch": torch}
        return layers.NetworkCell(layer, dtype, mode, ms, accuracy)

    return [
        cell(conv, "float32", "1 thread", 2.0, 4.0, 8.0, known),
        cell(conv, "float64", "1 thread", 2.0, 4.0, 6.0, layers.Accuracy(1e-16)),
        cell(pool, "float32", "1 thread", 1.0, 1.0, 16.0, layers.Accuracy(differing=2)),
        cell(pool, "float32", "2 threads", 1.0, 2.0, 0.5, layers.Accuracy()),
    ]


def test_a_layer_has_the_shapes_of_its_function(layers):
    a1 = layers.row("a1 FCN", layers.DECONV, (1, 21, 128, 128), 4, 21, stride=2, padding=1, groups=21)
    assert a1.label == "a1 FCN, 21x128x128, k4 s2 p1 g21"
    assert a1.weight == (21, 1, 4, 4)
    assert a1.gflop == pytest.approx(2e-9 * 21 * 128 * 128 * 16)
    h1 = layers.row("h1 conv", layers.CONV, (3, 64, 56, 56), 3, 128, stride=2, padding=1, groups=2)
    assert h1.label == "h1 conv, 3x64x56x56, k3 s2 p1 g2"
    assert h1.weight == (128, 32, 3, 3)
    assert h1.gflop == pytest.approx(2e-9 * 3 * 28 * 28 * 128 * 32 * 9)
    assert h1.arguments == {"stride": 2, "padding": 1, "groups": 2}
    p1 = layers.row("p1", layers.MEAN, (1, 64, 56, 56), 3, stride=2)
    assert p1.arguments == {"kernel_size": 3, "stride": 2}
    assert p1.gflop == 0
    assert (a1.family, p1.family) == ("convolution", "pooling")


def test_every_layer_is_a_call_of_ours(layers):
    labels = [layer.label for layer in layers.LAYERS]
    assert len(set(labels)) == len(labels) == 31
    assert 0 < len(layers.QUICK_LAYERS) < 10
    assert {layer.function for layer in layers.QUICK_LAYERS} == {layer.function for layer in layers.LAYERS}
    for layer in layers.LAYERS:
        function = getattr(import_module(f"fastresample.{layer.family}"), layer.function)
        assert set(layer.arguments) <= set(inspect.signature(function).parameters)
        assert bool(layer.channels) == (layer.family == "convolution")


SMALL = {
    "conv2d": ((2, 4, 6, 5), 3, 6, {"stride": 2, "padding": 1, "groups": 2}),
    "conv_transpose2d": ((2, 4, 6, 5), 4, 6, {"stride": 2, "padding": 1, "groups": 2}),
    "max_pool2d": ((2, 3, 8, 6), 2, 0, {"stride": 2, "return_indices": True}),
    "max_unpool2d": ((2, 3, 4, 3), 2, 0, {"stride": 2}),
    "avg_pool2d": ((2, 3, 8, 6), 3, 0, {"stride": 2, "padding": 1}),
}


@pytest.mark.parametrize("function", SMALL)
def test_a_layer_is_timed_and_compared_with_torch(layers, function):
    torch = pytest.importorskip("torch", reason="compares with torch")
    layer, before = layers.Layer("x", function, *SMALL[function]), torch.get_num_threads()
    cell = layers.time_layer(layer, "float32", "1 thread", 1, 0.0)
    assert set(cell.ms) == {"fastresample", "allocating", "torch"}
    assert all(ms > 0 for ms in cell.ms.values())
    assert cell.ratio("allocating") == cell.ms["torch"] / cell.ms["allocating"]
    if layer.channels:
        assert 0 < cell.accuracy.ours < 1e-6
        assert 0 < cell.accuracy.theirs < 1e-6
    assert cell.accuracy.differing == 0
    assert torch.get_num_threads() == before
    assert not torch.is_inference_mode_enabled()


def test_errors_and_differences_are_found(layers, monkeypatch):
    pytest.importorskip("torch", reason="compares with torch")
    exact = layers.torch_call
    found = {}

    def spoilt(layer, arrays, threads):
        result = layers.as_arrays(exact(layer, arrays)())
        result = tuple(array.copy() for array in result)
        found["largest"] = abs(result[0]).max()
        result[0][-1, -1, -1, -1] += 1
        return lambda: result if len(result) > 1 else result[0]

    monkeypatch.setattr(layers, "our_call", spoilt)
    for function, expected in {"conv2d": 0, "max_pool2d": 1, "avg_pool2d": 1}.items():
        layer = layers.Layer("x", function, *SMALL[function])
        accuracy = layers.compared(layer, layers.operands(layer, "float64"), 1)
        assert accuracy.differing == expected
        assert accuracy.ours == (pytest.approx(1 / found["largest"]) if layer.channels else 0)
        assert math.isnan(accuracy.ratio), "torch's float64 is the measure"


def test_summaries_are_means_by_family_and_the_worst(layers_report, layer_cells):
    first = layer_cells[:1] + layer_cells[2:3]
    values = {label: reduced(first, "fastresample") for label, reduced in layers_report.SUMMARIES.items()}
    assert list(values.values()) == pytest.approx([4, 16, 8, 4])
    assert layers_report.SUMMARIES["worst"](first, "allocating") == 2
    assert math.isnan(layers_report.SUMMARIES["geometric mean, pooling"](layer_cells[:1], "fastresample"))


def test_tables_of_layers(layers_report, layer_cells):
    tables = layers_report.all_tables(layer_cells).split("\n\n")
    assert [text.partition("  ")[0] for text in tables] == [
        "1 thread, float32",
        "1 thread, float64",
        "2 threads, float32",
    ]
    lines = [[" ".join(line.split()) for line in text.splitlines()] for text in tables]
    assert lines[0][1].endswith(", k4 s2 2.000 4.000 8.000 4.00 2.00 13 3.0e-07 / 2.0e-07 = 1.50")
    assert lines[0][2].endswith(", k2 s2 1.000 1.000 16.000 16.0 16.0 - 2 differ")
    assert lines[0][-2:] == ["geometric mean 8.00 5.66", "worst 4.00 2.00 1.50, 2 differ"]
    assert lines[1][1].endswith(" 1.0e-16")
    assert lines[1][-1] == "worst 3.00 1.50"


def test_markdown_of_layers_has_a_column_for_each_mode_and_dtype(layers_report, layer_cells):
    lines = layers_report.markdown(layer_cells, FACTS).splitlines()
    modes = "1 thread, float32 | allocating | 1 thread, float64 | 2 threads, float32"
    assert lines[0] == f"| layer | {modes} | ours ms | GFLOP/s | error |"
    assert lines[2] == "| a1 some, 64x50x50, k4 s2 | 4.00 | 2.00 | 3.00 | - | 2.000 | 13 | 3.0e-07 / 2.0e-07 = 1.50 |"
    assert lines[3] == "| p1 other, 2x2x4x4, k2 s2 | 16.0 | 16.0 | - | 0.50 | 1.000 | - | 2 differ |"
    assert lines[-4:-2] == [
        "| geometric mean | 8.00 | 5.66 | 3.00 | 0.50 |  |  |  |",
        "| worst | 4.00 | 2.00 | 3.00 | 0.50 |  |  | 1.50, 2 differ |",
    ]
    assert "2030-01-02, CPU, 2 cores, kernels for some, libraries held to some, S; numpy 2" in lines[-1]


def test_layers_are_filtered_by_their_line(bench, layers, monkeypatch):
    monkeypatch.setattr(layers, "time_layer", lambda layer, dtype, mode, *rest: (layer.name[:2], dtype, mode, *rest))

    def cells(cores, *argv):
        return list(layers.run(bench.parsed([*argv]), cores))

    assert len(cells(2)) == 31 * 2 * 2
    assert len(cells(1)) == 31 * 2
    assert cells(4, "--only", "a1") == [
        ("a1", dtype, mode, threads, 1.0)
        for dtype in ("float32", "float64")
        for mode, threads in (("1 thread", 1), ("4 threads", 4))
    ]
    quick = cells(1, "--quick")
    assert {dtype for _, dtype, *_ in quick} == {"float32"}
    assert quick[0][-1] == 0.1


def test_without_torch_the_layers_are_left_out_aloud(bench, monkeypatch, capsys):
    assert list(bench.chosen("resize")) == ["resize"]
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(bench, "installed", lambda module: False)
    assert list(bench.chosen("all")) == ["resize"]
    assert capsys.readouterr().err == "networks left out, torch is not installed: pip install torch\n"
    with pytest.raises(SystemExit, match="nothing to measure"):
        bench.chosen("networks")
    monkeypatch.setattr(bench, "installed", lambda module: True)
    assert list(bench.chosen("all")) == ["resize", "networks"]


@pytest.fixture
def measured(bench, cells, layer_cells, monkeypatch):
    """The benchmark, with these figures for measurements."""
    runs = {"resize": cells, "networks": layer_cells}
    parts = {name: part._replace(run=lambda *_, name=name: runs[name]) for name, part in bench.PARTS.items()}
    monkeypatch.setattr(bench, "PARTS", parts)
    monkeypatch.setattr(bench, "installed", lambda module: True)
    monkeypatch.setattr(bench, "machine", lambda: FACTS)
    return runs


README = "<!-- bench:begin -->\n<!-- bench:end -->\n<!-- networks:begin -->\n<!-- networks:end -->\n"


def test_everything_is_written(bench, measured, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("NUMBA_CPU_NAME", raising=False)
    readme = tmp_path / "README.md"
    readme.write_text(README)
    files = [f"--docs={tmp_path}", *(f"--{name}={tmp_path / name}" for name in ("json", "html"))]
    bench.main(["--markdown", f"--readme={readme}", *files])
    record = json.loads((tmp_path / "json").read_text())
    assert record["date"] == "2030-01-02"
    assert [row["case"] for row in record["resize"]][:1] == ["bilinear uint8"]
    assert record["networks"][0]["layer"] == "a1 some, 64x50x50, k4 s2"
    assert record["networks"][0]["accuracy"] == {"ours": 3e-7, "theirs": 2e-7, "differing": 0}
    for name in ("benchmark", "benchmark-memory"):
        assert (tmp_path / f"{name}.png").read_bytes()[1:4] == b"PNG"
    assert "| 256x256 to 512x512 C3 |" in (tmp_path / "benchmark.md").read_text()
    assert "<img" in (tmp_path / "html").read_text()
    _, resizes, layers = readme.read_text().split("begin -->\n")
    assert resizes.startswith("| operator |")
    assert layers.startswith("| layer |")
    printed = capsys.readouterr().out
    assert "kernels for some, libraries held to some" in printed
    assert resizes.partition("\n<!--")[0] in printed
    assert layers.partition("\n<!--")[0] in printed


def test_code_for_another_processor_has_pages_of_its_own(bench, measured, tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CPU_NAME", "x86-64-v3")
    bench.main(["--part", "resize", f"--docs={tmp_path}"])
    names = {"benchmark-some.md", "benchmark-some.png", "benchmark-some-memory.png"}
    assert {path.name for path in tmp_path.iterdir()} == names


HELD = """
import sys
sys.path.insert(0, sys.argv[1])
import bench
facts = bench.machine()  # before any library is imported
from child import tell
import cv2
torch = bench.installed("torch") and __import__("torch").backends.cpu.get_cpu_capability()
tell([facts["libraries"], cv2.ipp.getIppVersion(), cv2.getCPUFeaturesLine(), torch])
"""


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="generates code for x86-64")
def test_libraries_are_held_to_the_vectors_of_our_code():
    """Where our code is for AVX2, and nowhere else."""
    pytest.importorskip("cv2", reason="asks OpenCV which vectors it uses")
    # Without compilation our code has no vectors, and the libraries keep theirs.
    settings = {"NUMBA_CPU_NAME": "x86-64-v3", "NUMBA_CPU_FEATURES": "", "NUMBA_DISABLE_JIT": "0"}
    libraries, ipp, features, torch = child.run(HELD, ROOT, settings=settings).told
    assert libraries == "held to AVX2"
    assert "AVX-512" not in ipp
    assert "*AVX512-SKX?" in features or "*AVX512-SKX" not in features
    assert torch in (False, "AVX2", "DEFAULT", "NO AVX")
    from benchmark.holding import hold_libraries
    from fastresample.kernels.tiers import PLAIN, VBMI

    assert hold_libraries(VBMI) == hold_libraries(PLAIN) == "as installed"


def test_a_part_that_is_not_measured_keeps_its_section(bench, measured, tmp_path, capsys):
    readme = tmp_path / "README.md"
    readme.write_text(README)
    bench.main(["--part", "networks", f"--readme={readme}", f"--docs={tmp_path}"])
    assert readme.read_text().startswith("<!-- bench:begin -->\n<!-- bench:end -->\n<!-- networks:begin -->\n| layer |")
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert "its page shows resizing, which was not measured" in capsys.readouterr().err
    measured.update(resize=[], networks=[])
    with pytest.raises(SystemExit, match="no cell of resize and networks holds 'x'"):
        bench.main(["--only", "x"])


def test_a_readme_without_the_section_fails_before_the_measurement(bench, measured, tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("<!-- bench:begin --><!-- bench:end -->")
    measured.clear()  # measuring would be a KeyError
    with pytest.raises(ValueError, match="the file needs one <!-- networks:begin -->"):
        bench.main([f"--readme={readme}"])
