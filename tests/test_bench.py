"""The benchmark's arithmetic and its output; no test measures time."""

import importlib.util
import math
import sys
from pathlib import Path

import pytest

from fastresample.validate.calls import Call, Library

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("bench", ROOT / "bench.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["bench"]


@pytest.fixture
def cells(bench):
    def cell(mode, channels, **ms):
        return bench.Cell("bilinear", "uint8", mode, "256x256 to 512x512", channels, ms)

    return [
        cell("1 thread", 3, fastresample=2.0, opencv=1.0, pillow=20.0),
        cell("1 thread", 1, fastresample=1.0, opencv=4.0),
        cell("2 threads", 3, fastresample=1.0, opencv=2.0, pillow=3.0),
    ]


FACTS = {"date": "2030-01-02", "commit": "abc", "processor": "CPU", "cores": "2", "system": "S", "versions": "numpy 2"}


def test_ratio_is_their_time_over_ours(cells):
    assert cells[0].ratios == {"opencv": 0.5, "pillow": 10.0}


def test_geometric_mean(bench):
    assert bench.geometric_mean([0.5, 8]) == pytest.approx(2)
    assert math.isnan(bench.geometric_mean([]))


def test_mean_ratio_leaves_out_cases_that_a_library_lacks(bench, cells):
    assert bench.mean_ratio(cells[:2], "opencv") == pytest.approx(math.sqrt(0.5 * 4))
    assert bench.mean_ratio(cells[:2], "pillow") == pytest.approx(10)
    assert math.isnan(bench.mean_ratio(cells[:2], "torch"))


def test_best_peer_is_the_fastest(bench, cells):
    assert bench.best_peer(cells[0]) == ("opencv", 0.5)
    alone = bench.Cell("nearest", "uint8", "1 thread", "256x256 to 512x512", 1, {"fastresample": 1.0})
    assert bench.best_peer(alone)[0] == "-"


def test_table_shows_gaps_as_dashes(bench, cells):
    lines = bench.ratio_table("bilinear uint8, 1 thread", cells[:2], ["opencv", "pillow"]).splitlines()
    assert lines[0].split() == ["bilinear", "uint8,", "1", "thread", "ours", "ms", "opencv", "pillow", "best", "peer"]
    assert lines[1].split()[-5:] == ["2.000", "0.50", "10.0", "opencv", "0.50"]
    assert lines[2].split()[-5:] == ["1.000", "4.00", "-", "opencv", "4.00"]
    assert lines[3].split() == ["geometric", "mean", "1.41", "10.0", "1.41"]


def test_peers_keep_the_order_of_the_table_of_libraries(bench, cells):
    assert bench.peers(cells) == ["opencv", "pillow"]


def test_markdown_has_a_row_per_operator_and_mode(bench, cells):
    lines = bench.markdown(cells, FACTS).splitlines()
    assert lines[0] == "| operator | calls | opencv | pillow | worst |"
    assert lines[2] == "| bilinear uint8 | 1 thread | 1.41 | 10.0 | 0.50 |"
    assert lines[3] == "| bilinear uint8 | 2 threads | 2.00 | 3.00 | 2.00 |"
    assert "2030-01-02, CPU, 2 cores, S; numpy 2" in lines[5]


def test_only_the_readme_section_between_the_markers_changes(bench):
    text = "before <!-- bench:begin -->\nold\n<!-- bench:end --> after"
    once = bench.replace_section(text, "new")
    assert once == "before <!-- bench:begin -->\nnew\n<!-- bench:end --> after"
    assert bench.replace_section(once, "new") == once


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<!-- bench:begin -->",
        "<!-- bench:end --><!-- bench:begin -->",
        "<!-- bench:begin -->" * 2 + "<!-- bench:end -->",
    ],
)
def test_readme_without_markers_is_refused(bench, text):
    with pytest.raises(
        ValueError, match="the file needs one <!-- bench:begin --> and, after it, one <!-- bench:end -->"
    ):
        bench.replace_section(text, "new")


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

    monkeypatch.setitem(
        bench.LIBRARIES, "bilinear", {"fastresample": Library("numpy", working), "bad": Library("numpy", failing)}
    )
    mode = bench.Mode("1 thread", True, 1)
    assert list(bench.make_calls("bilinear", "uint8", "256x256 to 512x512", 3, mode)) == ["fastresample"]
    assert capsys.readouterr().err == "bad failed on bilinear uint8 256x256 to 512x512 C3: no such case\n"
    monkeypatch.setitem(bench.LIBRARIES["bilinear"], "fastresample", Library("numpy", failing))
    with pytest.raises(RuntimeError, match="no such case"):
        bench.make_calls("bilinear", "uint8", "256x256 to 512x512", 3, mode)


def test_libraries_doing_other_work_are_left_out(bench, monkeypatch):
    def working(image, size, *, planned, threads):
        return Call(lambda: image, lambda result: result)

    other = Library("numpy", working, "antialiases always", shrinking=True, incomparable=True)
    monkeypatch.setitem(bench.LIBRARIES, "bilinear", {"fastresample": Library("numpy", working), "other": other})
    mode = bench.Mode("1 thread", True, 1)
    assert list(bench.make_calls("bilinear", "uint8", "256x256 to 512x512", 1, mode)) == ["fastresample", "other"]
    assert list(bench.make_calls("bilinear", "uint8", "1920x1080 to 224x224", 1, mode)) == ["fastresample"]


def test_page_and_chart_hold_the_figures(bench, cells):
    chart = bench.draw_chart(cells, FACTS)
    assert chart.mode == "RGB"
    assert len(chart.getcolors(1 << 20)) > 4
    page = bench.html_page(cells, FACTS, chart)
    assert page.count("<img") == 1
    assert "best peer" in page
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
