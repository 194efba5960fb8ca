"""The benchmark's arithmetic and its output; no test measures time."""

import importlib.util
import math
import sys
from pathlib import Path

import pytest

from fastresample.conventions import CONVENTIONS
from fastresample.validate.calls import ALWAYS_ANTIALIASES, Call, Library
from fastresample.validate.libraries import reproduced

ROOT = Path(__file__).parents[1]


def load(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def report():
    yield load("bench_report")
    del sys.modules["bench_report"]


@pytest.fixture(scope="module")
def bench(report):
    yield load("bench")
    del sys.modules["bench"]


@pytest.fixture
def cells(report):
    def cell(case, mode, channels, **ms):
        return report.Cell(report.Case(*case), mode, "256x256 to 512x512", channels, ms)

    ours, theirs = ("bilinear", "uint8"), ("bilinear", "uint8", "pillow")
    return [
        cell(ours, "1 thread", 3, fastresample=2.0, opencv=1.0, pillow=20.0),
        cell(ours, "1 thread", 1, fastresample=1.0, opencv=4.0),
        cell(theirs, "1 thread", 3, fastresample=4.0, pillow=6.0),
        cell(theirs, "1 thread", 1, fastresample=4.0, pillow=24.0),
        cell(ours, "2 threads", 3, fastresample=1.0, opencv=2.0, pillow=3.0),
    ]


FACTS = {"date": "2030-01-02", "commit": "abc", "processor": "CPU", "cores": "2", "system": "S", "versions": "numpy 2"}


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
    assert lines[0].split() == ["bilinear", "uint8,", "1", "thread", "ours", "ms", "opencv", "pillow", "best", "peer"]
    assert lines[1].split()[-5:] == ["2.000", "0.50", "10.0", "opencv", "0.50"]
    assert lines[2].split()[-5:] == ["1.000", "4.00", "-", "opencv", "4.00"]
    assert lines[3].split() == ["geometric", "mean", "1.41", "10.0", "1.41"]


def test_peers_keep_the_order_of_the_table_of_libraries(report, cells):
    assert report.peers(cells) == ["opencv", "pillow"]


def test_markdown_has_a_table_of_operators_and_one_of_conventions(report, cells):
    lines = report.markdown(cells, FACTS).splitlines()
    assert lines[:3] == [
        "| operator | opencv | pillow | worst | 2 threads |",
        "| --- | --: | --: | --: | --: |",
        "| bilinear uint8 | 1.41 | 10.0 | 0.50 | 2.00 |",
    ]
    assert lines[4:7] == [
        "| the library's own bits | pillow |",
        "| --- | --: |",
        "| bilinear uint8 | 3.00 (1.50) |",
    ]
    assert "2030-01-02, CPU, 2 cores, S; numpy 2" in lines[8]
    only_ours = report.markdown(cells[:2], FACTS).splitlines()
    assert only_ours[:3] == [
        "| operator | opencv | pillow | worst |",
        "| --- | --: | --: | --: |",
        "| bilinear uint8 | 1.41 | 10.0 | 0.50 |",
    ]
    assert report.markdown(cells[2:4], FACTS).startswith("| the library's own bits | pillow |")


def test_only_the_readme_section_between_the_markers_changes(report):
    text = "before <!-- bench:begin -->\nold\n<!-- bench:end --> after"
    once = report.replace_section(text, "new")
    assert once == "before <!-- bench:begin -->\nnew\n<!-- bench:end --> after"
    assert report.replace_section(once, "new") == once


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
        report.replace_section(text, "new")


def test_modes_of_one_core_and_of_many(bench):
    assert [mode.label for mode in bench.modes(1)] == ["1 thread, reused plan", "1 thread, one shot"]
    assert [(mode.planned, mode.threads) for mode in bench.modes(8)] == [(True, 1), (False, 1), (True, 8), (False, 8)]


def test_calls_take_turns_and_each_gets_its_share(bench):
    order = []
    calls = {name: (lambda name=name: order.append(name)) for name in "ab"}
    ms = bench.measure(calls, 0.0, before=lambda: order.append("-"))
    assert "".join(order) == "-a-b" * 3
    assert set(ms) == {"a", "b"}
    assert all(0 <= value < 100 for value in ms.values())


def test_a_library_that_fails_is_a_gap_and_ours_is_not(bench, monkeypatch, capsys):
    def failing(image, size, *, planned, threads):
        raise RuntimeError("no such case")

    def working(image, size, *, planned, threads):
        return Call(lambda: image, lambda result: result)

    monkeypatch.setattr(bench, "ours", lambda *asked: working)
    monkeypatch.setitem(bench.LIBRARIES, "bilinear", {"bad": Library("numpy", failing)})
    case, mode = bench.Case("bilinear", "uint8"), bench.Mode("1 thread", True, 1)
    assert list(bench.make_calls(case, "256x256 to 512x512", 3, mode)) == ["fastresample"]
    assert capsys.readouterr().err == "bad failed on bilinear uint8 256x256 to 512x512 C3: no such case\n"
    monkeypatch.setattr(bench, "ours", lambda *asked: failing)
    with pytest.raises(RuntimeError, match="no such case"):
        bench.make_calls(case, "256x256 to 512x512", 3, mode)


def test_libraries_doing_other_work_are_left_out(bench, monkeypatch):
    def working(image, size, *, planned, threads):
        return Call(lambda: image, lambda result: result)

    monkeypatch.setattr(bench, "ours", lambda *asked: working)
    libraries = {"pillow": Library("numpy", working, (ALWAYS_ANTIALIASES,)), "opencv": Library("numpy", working)}
    monkeypatch.setitem(bench.LIBRARIES, "bilinear", libraries)
    mode = bench.Mode("1 thread", True, 1)

    def names(size, *case):
        return list(bench.make_calls(bench.Case("bilinear", "uint8", *case), size, 1, mode))

    assert names("256x256 to 512x512") == ["fastresample", "pillow", "opencv"]
    assert names("1920x1080 to 224x224") == ["fastresample", "opencv"]
    assert names("1920x1080 to 224x224", "pillow") == ["fastresample", "pillow"], "that is the work compared there"


def test_every_case_exists(bench):
    for case in bench.CASES:
        method, _, antialiased = case.operator.partition(" ")
        rules = CONVENTIONS[case.convention].methods[method]
        assert case.dtype in rules.dtypes
        assert bool(antialiased) in rules.antialias or method == "area"
        assert bench.LIBRARIES[case.operator]
        if case.convention != "native":
            assert reproduced(method, case.convention) in bench.LIBRARIES[case.operator]
    assert len(set(bench.CASES)) == len(bench.CASES)


def test_page_and_chart_hold_the_figures(report, cells):
    chart = report.draw_chart(cells, FACTS)
    assert chart.mode == "RGB"
    assert len(chart.getcolors(1 << 20)) > 4
    page = report.html_page(cells, FACTS, chart)
    assert page.count("<img") == 1
    assert "best peer" in page
    assert "bilinear uint8 as pillow" in page
    assert "date: 2030-01-02" in page


def test_machine_names_what_figures_depend_on(bench):
    facts = bench.machine()
    assert set(facts) == set(FACTS)
    assert "numpy " in facts["versions"]
    assert int(facts["cores"]) >= 1


def test_quick_is_shorter(bench):
    assert bench.parsed([]).seconds == 1
    assert bench.parsed(["--quick"]).seconds == 0.1
    assert bench.parsed(["--quick", "--seconds", "0.5"]).seconds == 0.5
