"""The generated tables of the documentation: up to date where that can be told quickly, and well made."""

import importlib.util
import re
from pathlib import Path

import pytest

from fastresample.conventions import CONVENTIONS

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def tables():
    spec = importlib.util.spec_from_file_location("accuracy_tables", DOCS / "accuracy_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_promises_are_those_of_the_conventions(tables):
    """``python docs/accuracy_tables.py`` writes them."""
    text = (DOCS / "accuracy.md").read_text(encoding="utf-8")
    assert tables.filled(text, ["promises"]) == text


def test_every_promise_is_a_row(tables):
    rows = tables.promises().splitlines()
    heads = [row for row in rows if row.startswith("| `") and row.endswith("| samples | antialiased | promise |  |")]
    promising = [convention for convention in CONVENTIONS.values() if convention.promises]
    assert len(heads) == len(promising)
    told = [method for row in rows if row not in heads for method in re.findall(r"`(\w+)`", row.split(" | ")[0])]
    assert told == [promise.method for convention in promising for promise in convention.promises]


def test_every_section_has_its_markers(tables):
    text = (DOCS / "accuracy.md").read_text(encoding="utf-8")
    for name in tables.SECTIONS.keys() - {"summary"}:
        assert text.count(f"<!-- {name}:begin -->") == text.count(f"<!-- {name}:end -->") == 1


def test_only_what_is_between_the_markers_changes(tables, monkeypatch):
    monkeypatch.setitem(tables.SECTIONS, "area", lambda: "new")
    text = "a <!-- area:begin -->\nold\n<!-- area:end --> b <!-- bilinear:begin -->"
    assert tables.filled(text, ["area"]) == "a <!-- area:begin -->\nnew\n<!-- area:end --> b <!-- bilinear:begin -->"


def test_figures_never_round_to_all_or_to_a_negative_nothing(tables):
    assert [tables.percent(x) for x in (1, 0.999999, 0.9991, 0.5)] == ["100", "99.99", "99.91", "50.0"]
    assert [tables.level(x) for x in (-0.001, 0.5, -0.126, 11.7)] == ["0.00", "0.50", "-0.13", "12"]
    assert tables.span([0.2, 0.1], tables.level) == "0.10 to 0.20"
    assert tables.span([0.101, 0.1], tables.level) == "0.10"


def test_a_table_has_a_row_per_library_that_does_the_work(tables, monkeypatch):
    monkeypatch.setattr(tables, "SIZES", ((8, 9), (40, 50)))
    monkeypatch.setattr(tables, "SHAPE", (20, 30, 3))
    lines = tables.accuracy_table("lanczos2").splitlines()
    assert lines[0] == "| lanczos2, uint8 | largest error | right | bias | departs |"
    assert [line.split(" | ")[0] for line in lines[2:]] == ["| fastresample"]
    assert float(lines[2].split(" | ")[1]) <= 0.55
