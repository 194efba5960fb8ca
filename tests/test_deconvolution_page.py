"""The page about deconvolution: its examples run, its tables and pictures are what the code gives."""

import doctest
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import config
from PIL import Image

DOCS = Path(__file__).parents[1] / "docs"
TEXT = (DOCS / "deconvolution.md").read_text(encoding="utf-8")
SECTIONS = ("phases", "sizes", "bilinear", "overlap", "fields", "layers")
PICTURES = (
    *("down-up", "matrix", "scatter", "gather", "zeros"),
    *("three-ways", "checkerboard", "dilated", "features"),
)
LARGE = ("features",)  # sixteen million multiplications
GREYS = ("checkerboard", "features")  # photographs, kept in fewer colours than they have


@pytest.fixture(scope="module")
def page():
    """The generator."""
    before = set(sys.modules)
    sys.path.insert(0, str(DOCS))
    import deconvolution

    yield deconvolution
    sys.path.remove(str(DOCS))
    for name in set(sys.modules) - before:
        if Path(getattr(sys.modules[name], "__file__", None) or "").parent == DOCS:
            del sys.modules[name]


def test_examples_run_and_show_what_they_say() -> None:
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    assert {language for language, _ in blocks} == {"pycon"}
    source = "\n".join(block for _, block in blocks)
    test = doctest.DocTestParser().get_doctest(source, {}, "deconvolution.md", None, 0)
    assert len(test.examples) >= 40
    failures: list[str] = []
    assert doctest.DocTestRunner().run(test, out=failures.append).failed == 0, "".join(failures)


def test_sections_and_pictures_are_those_of_the_page(page) -> None:
    assert tuple(page.SECTIONS) == SECTIONS
    assert tuple(page.PICTURES) == PICTURES
    for name in SECTIONS:
        assert TEXT.count(f"<!-- {name}:begin -->") == TEXT.count(f"<!-- {name}:end -->") == 1
    assert re.findall(r"!\[[^]]+\]\(deconvolution-(\S+)\.png\)", TEXT) == list(PICTURES)
    assert {page.picture(name) for name in PICTURES} == set(DOCS.glob("deconvolution-*.png"))


@pytest.mark.parametrize("name", SECTIONS)
def test_tables_are_up_to_date(page, name: str) -> None:
    """``python docs/deconvolution.py`` writes them."""
    assert page.filled(TEXT, [name], page.SECTIONS) == TEXT


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_up_to_date(page, name: str) -> None:
    """``python docs/deconvolution.py`` draws them. Words are compared as such: their look depends on fonts."""
    if config.DISABLE_JIT and name in LARGE:
        pytest.skip("too many multiplications for plain Python")
    sheet = page.PICTURES[name]()
    with Image.open(page.picture(name)) as kept:
        assert kept.size == sheet.image.size
        assert kept.text["words"].split("\n") == sheet.words
        drawn, shown = sheet.without_text(sheet.image), sheet.without_text(kept)
    assert np.abs(drawn.astype(int) - shown).max() <= (8 if name in GREYS else 1)
    assert (drawn == drawn[0, 0]).mean() < 0.95, "there is something to compare"


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_small(page, name: str) -> None:
    assert page.picture(name).stat().st_size < 60_000


def test_links_within_the_page_lead_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = re.findall(r"\]\(#([^)]+)\)", TEXT)
    assert len(links) >= 6
    assert set(links) <= anchors


def test_colours_and_numbers_of_the_grids(page) -> None:
    import grids

    assert grids.shades(np.array([[0, 5, 10, 99]]), 10, (0, 100, 200)) == [
        [(255, 255, 255), (128, 178, 228), (0, 100, 200), (0, 100, 200)]
    ]
    assert grids.mix([(0, 0, 0), (255, 100, 1)]) == (128, 50, 0)
    assert [grids.plain(value) for value in (3.0, 10, 0.5, 1.126, 0)] == ["3", "10", "0.5", "1.13", "0"]
