"""The page "Which resize is which": its tables and pictures are what the code gives, and its equivalents are equal."""

import sys
from pathlib import Path

import numpy as np
import pytest
from numba import config
from PIL import Image

from fastresample.conventions import CONVENTIONS
from fastresample.validate.calls import same_version, version

DOCS = Path(__file__).parents[1] / "docs"
TEXT = (DOCS / "which-resize.md").read_text(encoding="utf-8")
REPRODUCED = ("opencv", "pillow", "torch")
needs_compiler = pytest.mark.skipif(bool(config.DISABLE_JIT), reason="half a million samples per call")


@pytest.fixture(scope="module", autouse=True)
def docs():
    before = set(sys.modules)
    sys.path.insert(0, str(DOCS))
    import equivalents
    import generate
    import which_resize

    yield
    sys.path.remove(str(DOCS))
    for module in (equivalents, generate, which_resize):
        if module.__name__ not in before:
            del sys.modules[module.__name__]


def section(name):
    """Return the lines of a section, without its markers."""
    return TEXT.partition(f"<!-- {name}:begin -->\n")[2].partition(f"\n<!-- {name}:end -->")[0].splitlines()


def test_every_section_has_its_markers():
    import which_resize

    for name in which_resize.SECTIONS:
        assert TEXT.count(f"<!-- {name}:begin -->") == TEXT.count(f"<!-- {name}:end -->") == 1


@needs_compiler
@pytest.mark.parametrize("name", ["words", "enlarged words", "moves", "operators"])
def test_our_figures_are_up_to_date(name):
    """``python docs/which_resize.py`` writes them."""
    import which_resize

    assert which_resize.SECTIONS[name]().splitlines() == section(name)


@needs_compiler
@pytest.mark.parametrize("library", ["opencv", "pillow", "torch", "tensorflow", "skimage"])
def test_equivalents_are_up_to_date(library):
    """Each call of the library and ours, run side by side."""
    import equivalents
    import which_resize

    found = equivalents.LIBRARIES[library]
    if not equivalents.installed(library):
        pytest.skip(f"{found.title} is not installed")
    written = section(library)[0].split(" | ")[1].rpartition(" ")[2]
    if not same_version(version(found.module), written):
        pytest.skip(f"the page is about {found.title} {written}, installed is {version(found.module)}")
    assert which_resize.equivalents(library).splitlines() == section(library)


@pytest.mark.parametrize("library", REPRODUCED)
def test_equivalents_of_conventions_are_equal_and_complete(library):
    import equivalents

    rows = section(library)[2:]
    assert len(rows) == len(equivalents.LIBRARIES[library].rows)
    assert all(row.endswith("| none | none |") for row in rows)
    convention = CONVENTIONS[library]
    assert f"{equivalents.LIBRARIES[library].title} {convention.version}" in section(library)[0]
    calls = [row.ours for row in equivalents.LIBRARIES[library].rows]
    for method, rules in convention.methods.items():
        for antialias in rules.antialias[: 1 if method == "area" else 2]:
            habit = f'method="{method}", convention="{library}"' + ", antialias=True" * (
                antialias != rules.antialias[0]
            )
            assert any(habit in call for call in calls), (method, antialias)


def test_the_pictures_are_shown():
    import which_resize

    for library in which_resize.MOVING:
        assert f"(which-{library}.png)" in TEXT


@needs_compiler
@pytest.mark.parametrize("library", [*REPRODUCED, "tensorflow"])
def test_the_pictures_are_up_to_date(library):
    """``python docs/generate.py`` draws them."""
    import generate

    sheet = np.asarray(Image.open(DOCS / f"which-{library}.png"))
    panels = generate.panels(library)
    for (left, top), (name, panel) in zip(generate.places(len(panels)), panels.items(), strict=True):
        shown = sheet[top : top + panel.shape[0], left : left + panel.shape[1]]
        assert np.array_equal(shown, panel), name


@needs_compiler
def test_the_first_picture_is_up_to_date():
    import generate

    drawn, kept = np.asarray(generate.shrinking()), np.asarray(Image.open(DOCS / "shrinking.png"))
    assert drawn.shape == kept.shape
    pictures = slice(generate.MARGIN, generate.MARGIN + 240)  # captions depend on the font
    assert np.array_equal(drawn[pictures], kept[pictures])


def test_figures_are_never_rounded_to_nothing():
    import which_resize

    black, grey = np.zeros((100, 100), np.uint8), np.zeros((100, 100), np.uint8)
    grey[0, 0] = 1
    assert which_resize.distance(black, black) == "same"
    assert which_resize.distance(black, grey) == "1, < 0.1 %"
    assert which_resize.distance(black + 0.4, black) == "same"
    assert [which_resize.span(black, black + d) for d in (0, 1e-5, 0.05, 0.123, 72.2)] == [
        "none",
        "1e-05",
        "0.05",
        "0.12",
        "72",
    ]
