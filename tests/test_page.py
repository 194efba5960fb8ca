"""The page of comparisons: what is in it, and what it does in a real browser."""

import base64
import hashlib
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from browser import PHONE
from PIL import Image

from fastresample.validate import LIBRARIES, compare, compare_all, page
from fastresample.validate.calls import Call, Library, Remark
from fastresample.validate.histogram import scale_of
from fastresample.validate.page import charts, pictures, views

jinja2 = pytest.importorskip("jinja2", reason="pages need jinja2")

HOSTILE = '<img src=x onerror=alert(1)> & "quoted".png'
BYTES = scale_of(np.dtype("uint8"), 255.0)


def scene(height, width):
    """A picture with edges, so that rules differ, and noise, so that roundings do."""
    y, x = np.mgrid[:height, :width]
    rings = 120 + 100 * np.sin((x * x + y * y) / (height + width))
    noise = np.random.default_rng(0).uniform(-20, 20, (height, width, 3))
    return np.clip(rings[..., None] + noise, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def libraries():
    """Two libraries beside the installed ones: one is ours, brighter by 9 in a corner; one is ours."""

    def like_ours(levels):
        def make(image, size, *, planned=True, threads=None):
            result = compare(image, size, libraries=()).crop.samples["fastresample"].copy()
            result[:4, :4] = np.where(result[:4, :4] > 200, result[:4, :4] - levels, result[:4, :4] + levels)
            return Call(lambda: result, lambda value: value)

        return make

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(LIBRARIES["bilinear"], "bright", Library("numpy", like_ours(9), (Remark("is <bright>"),)))
        patch.setitem(LIBRARIES["bilinear"], "alike", Library("numpy", like_ours(0)))
        yield ("pillow", "bright", "alike")


@pytest.fixture(scope="module")
def found(libraries):
    images = {HOSTILE: scene(60, 90), "second.png": scene(70, 50)}
    return compare_all(images, [(40, 48), "50%"], libraries=libraries, pictures=3)


@pytest.fixture(scope="module")
def html(found):
    return found.to_html()


@pytest.fixture(scope="module")
def page_file(html, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(html, encoding="utf-8")
    return path


class Parsed(HTMLParser):
    """Elements of a page, and whether they are all closed."""

    VOID = frozenset(["meta", "img", "input", "rect", "line", "image"])

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], {"style": "", "script": ""}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in self.text:
            self.text[self.open[-1]] += data


def decoded(uri):
    return Image.open(io.BytesIO(base64.b64decode(uri.removeprefix("data:image/png;base64,"))))


# What is in it


def test_the_policy_names_the_only_script_and_style(html):
    parsed = Parsed(html)
    assert parsed.open == []
    policy = next(attrs["content"] for tag, attrs in parsed.elements if attrs.get("http-equiv"))
    assert policy.startswith("default-src 'none'; img-src data:; ")
    for kind in ("style", "script"):
        digest = base64.b64encode(hashlib.sha256(parsed.text[kind].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
        assert sum(tag == kind for tag, _ in parsed.elements) == 1
    assert "unsafe" not in policy


def test_nothing_refers_to_anything_outside(html):
    for _, attrs in Parsed(html).elements:
        for name, value in attrs.items():
            assert not name.startswith("on")
            assert name != "style"
            if name in ("src", "href"):
                assert value.startswith(("data:image/png;base64,", "#"))
    assert "://" not in html
    assert "url(" not in html


def test_names_from_outside_are_text(html):
    assert HOSTILE not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html
    assert "is &lt;bright&gt;" in html


def test_pictures_are_the_results_sample_by_sample(found, html):
    cell = found.cells[0].comparison
    sources = {}
    for tag, attrs in Parsed(html).elements:
        if tag == "img" and "data-result" in attrs:
            sources.setdefault(attrs["data-result"], attrs["src"])
    assert list(sources) == ["exact", *cell.names]
    for name in cell.names:
        np.testing.assert_array_equal(np.asarray(decoded(sources[name])), cell.crop.samples[name])
    exact = np.floor(cell.crop.samples["exact"] + 0.5)
    np.testing.assert_array_equal(np.asarray(decoded(sources["exact"])), exact)


def test_only_so_many_bytes_of_pictures(found, html, monkeypatch):
    with_pictures = sum(cell.comparison.crop is not None for cell in found.cells)
    assert with_pictures == 3
    assert html.count('<div class="viewer" hidden>') == 3
    assert "Pictures are of the 3 whose results differ most." in html
    monkeypatch.setattr(page, "PICTURE_BYTES", 1)
    assert found.to_html().count('<div class="viewer" hidden>') == 1


def test_of_very_many_comparisons_those_that_differ_most_have_figures(found, monkeypatch):
    monkeypatch.setattr(page, "MOST_SECTIONS", 2)
    text = found.to_html()
    ids = re.findall(r'<details class="cell" id="(\w+)"', text)
    assert len(ids) == 2
    assert re.findall(r'<a href="#(\w+)"', text) == ids
    assert text.count("<tr><td>") >= 4, "every comparison has a line"
    assert "Figures are of the 2 whose results differ most." in text


def test_a_single_comparison_has_a_page_too(found):
    comparison = found.cells[0].comparison
    text = comparison.to_html("one.png")
    assert "<h1>How libraries resize one.png</h1>" in text
    assert "each library over all comparisons" not in text


def test_without_jinja2_pages_say_how_to_get_it(found, monkeypatch):
    monkeypatch.setattr(page, "installed", lambda module: False)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "fastresample\[validate\]"'):
        found.to_html()
    assert found.cells[0].comparison._repr_html_() is None


def test_notebooks_get_small_pictures_and_a_table_without_a_script(found):
    comparison = compare(scene(90, 120), (300, 400), libraries=())
    text = comparison._repr_html_()
    parsed = Parsed(text)
    assert parsed.open == []
    tags = [tag for tag, _ in parsed.elements]
    assert "script" not in tags
    assert "style" not in tags
    assert tags.count("img") == 3
    sizes = {decoded(attrs["src"]).size for tag, attrs in parsed.elements if tag == "img"}
    assert sizes == {(128, 128)}
    assert "A part of 128 × 128 at" in text
    assert len(text) < 300_000
    hostile = found.cells[0].comparison._repr_html_()
    assert "is &lt;bright&gt;" in hostile


# Colours, pictures of other samples, words


def test_colours_of_differences():
    distances = np.array([[0, 0.99, 1, 2, 16, 255, 300, np.inf, np.nan]])
    indices = pictures.colour_indices(distances, BYTES)[0]
    assert indices[:3].tolist() == [0, 0, 1]
    assert indices[5:].tolist() == [255] * 4
    doublings = np.diff(pictures.colour_indices(2.0 ** np.arange(8)[None], BYTES)[0].astype(int))
    assert set(doublings) <= {31, 32}
    assert pictures.COLOURS.shape == (256, 3)
    light = pictures.COLOURS @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(light[1:]) > -0.8).all(), "a larger difference is not darker"
    assert light[1] - light[0] > 60, "one level is seen on black"


@pytest.mark.parametrize(
    ("samples", "low", "high", "expected"),
    [
        (np.array([[0, 255]], np.uint8), 0, 255, [[0, 255]]),
        (np.array([[0, 32768, 65535]], np.uint16), 0, 65535, [[0, 128, 255]]),
        (np.array([[-1.0, 0.0, 1.0, np.nan, np.inf]]), -1, 1, [[0, 128, 255, 0, 255]]),
        (np.array([[5.0, 5.0]]), 5, 5, [[0, 0]]),
        (np.array([[False, True]]), 0, 1, [[0, 255]]),
        (np.arange(8, dtype=np.uint8).reshape(1, 2, 4), 0, 255, [[[0, 1, 2], [4, 5, 6]]]),
        (np.arange(4, dtype=np.uint8).reshape(1, 2, 2), 0, 255, [[0, 2]]),
    ],
)
def test_samples_as_bytes(samples, low, high, expected):
    assert pictures.viewable(samples, low, high).tolist() == expected


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "float32", "float64", "bool"])
@pytest.mark.parametrize("channels", [(), (1,), (2,), (4,), (5,)])
def test_every_kind_of_image_has_a_page(dtype, channels):
    image = np.random.default_rng(0).integers(0, 2 if dtype == "bool" else 100, (9, 8, *channels)).astype(dtype)
    comparison = compare(image, (7, 12), method="nearest" if dtype == "bool" else "bilinear", libraries=())
    text = comparison.to_html()
    assert text.count("<img data-result=") == 2
    assert ("of 5 channels" in text) == (channels == (5,))


def test_constant_and_infinite_images_have_a_page():
    for value in (0.0, np.nan, np.inf):
        assert "<h1>" in compare(np.full((9, 8), value, np.float32), (7, 12), libraries=()).to_html()


def test_ties_are_right_in_the_picture_of_differences():
    comparison = compare(np.array([[0, 1]], np.uint8), (1, 1), libraries=())
    assert comparison.crop.samples["exact"] == 0.5
    (view,) = views.results(comparison)
    assert np.asarray(decoded(view.heat)).tolist() == [[0]]
    assert view.worst == "no pixel differs"


def test_histograms_show_where_rounding_ends():
    shares = np.zeros(BYTES.bins)
    middle = BYTES.bins // 2
    shares[[middle - 4, middle, middle + 4, middle + 5]] = 0.25
    view = charts.histograms({"a": shares.tolist()}, BYTES)["a"]
    left, width = view.zone
    inside = [left - 1e-9 <= bar.x and bar.x + bar.width <= left + width + 1e-9 for bar in view.bars]
    assert inside == [bar.right for bar in view.bars] == [True, True, True, False]
    assert view.text == ("Signed error: 75.0% of samples within half a level, 0.0% lower than that, 25.0% higher")
    assert {bar.height for bar in view.bars} == {charts.HEIGHT}
    assert [tick.text for tick in view.ticks if tick.x >= charts.WIDTH / 2][:2] == ["0", "1"]


def test_headlines(libraries):
    image = scene(60, 90)
    assert views.headline(compare(image, (30, 45), libraries=()))[0] == "No other library was compared."
    equal = compare(image, (30, 45), libraries=("alike",))
    assert views.headline(equal) == (
        "All results are equal, sample by sample.", "All are equally near to the exact value."
    )  # fmt: skip
    near = compare(image, (120, 180), libraries=("pillow", "alike"))
    assert re.fullmatch(
        r"They differ by rounding: by one level at most, in up to [\d.]+ % of the samples.", views.headline(near)[0]
    )
    assert views.headline(near)[1].startswith("fastresample and alike are nearest to the exact value (RMSE 0.")
    far = compare(image, (30, 45), libraries=("bright",))
    assert re.fullmatch(
        r"fastresample and bright return different pictures: [\d.]+ % of their samples differ, by up to 9 levels.",
        views.headline(far)[0],
    )


def contrast(one, two):
    """The contrast of two colours as WCAG 2 defines it."""

    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_can_be_read_in_both_themes():
    css = (Path(page.__file__).parent / "templates" / "page.css").read_text()
    light, dark = (dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in css.split("@media", 2)[:2])
    assert light.keys() == dark.keys()
    for theme in (light, dark):
        shades = [f"s{i}" for i in range(9)]
        for ink, papers in {
            "ink": ["paper", "card", "faint", "zone", *shades],
            "soft": ["paper", "card", "zone"],
        }.items():
            for paper in papers:
                assert contrast(theme[ink], theme[paper]) >= 4.5, (ink, paper)
        assert contrast(theme["accent-ink"], theme["accent"]) >= 4.5
        assert contrast(theme["accent"], theme["card"]) >= 4.5


# What it does in a browser


def test_it_loads_without_a_word_and_without_a_request(browser, page_file):
    for options in ({}, {"dark": True}, PHONE, {"reduced_motion": True}, {"scripts": False}):
        with browser.open(page_file, **options) as visit:
            visit.page.wait_for_load_state("load")
            broken = "images => images.filter(image => image.src && !image.naturalWidth).length"
            if options.get("scripts", True):
                assert visit.page.locator("img").evaluate_all(broken) == 0
            visit.check()


@pytest.mark.parametrize("width", [320, 390, 800])
def test_no_page_is_wider_than_its_window(browser, page_file, width):
    with browser.open(page_file, **{**PHONE, "width": width}) as visit:
        visit.page.evaluate("document.querySelectorAll('.cell').forEach(cell => cell.open = true)")
        assert visit.overflow == 0
        wide = "cards => cards.filter(card => card.getBoundingClientRect().right > innerWidth).length"
        assert visit.page.locator(".card, .viewer, .scroll").evaluate_all(wide) == 0


def test_without_a_script_the_figures_and_pictures_are_there(browser, page_file):
    with browser.open(page_file, scripts=False) as visit:
        assert not visit.page.locator(".viewer").first.is_visible()
        assert visit.page.locator(".gallery img").first.is_visible()
        assert visit.page.locator("table.sortable").first.is_visible()


@pytest.fixture
def visit(browser, page_file):
    with browser.open(page_file) as visit:
        yield visit
        visit.check()


def stage(visit):
    """The samples that the stage shows now, without its round corners."""
    file = io.BytesIO(visit.page.locator(".stage").first.screenshot())
    return np.asarray(Image.open(file).convert("RGB")).astype(int)[12:-12, 12:-12]


def choose(visit, first, second, mode):
    cell = visit.page.locator(".cell").first
    cell.locator("select").nth(0).select_option(first)
    cell.locator("select").nth(1).select_option(second)
    cell.get_by_text(mode, exact=True).click()
    return cell


def test_the_slider_moves_by_keys_and_by_pointer(visit):
    cell = choose(visit, "fastresample", "pillow", "Slider")
    edge = "stage => getComputedStyle(stage.querySelector('.b')).clipPath"
    shown = cell.locator(".stage")
    assert shown.evaluate(edge) == "inset(0px 0px 0px 50%)"
    cell.locator(".cut").focus()
    visit.page.keyboard.press("ArrowRight")
    assert shown.evaluate(edge) == "inset(0px 0px 0px 51%)"
    visit.page.keyboard.press("Home")
    assert shown.evaluate(edge) in ("inset(0px)", "inset(0px 0px 0px 0%)")
    shown.scroll_into_view_if_needed()
    box = shown.bounding_box()
    visit.page.mouse.move(box["x"] + 10, box["y"] + 10)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + 0.75 * box["width"], box["y"] + 10)
    visit.page.mouse.up()
    assert shown.evaluate(edge) == "inset(0px 0px 0px 75%)"
    assert cell.locator(".cut").input_value() == "75"
    assert "fastresample left of the line, pillow right of it." in cell.locator(".readout").inner_text()


def test_blinking_starts_and_stops(visit):
    cell = choose(visit, "fastresample", "pillow", "Blink")
    shown = cell.locator(".stage")
    button = cell.get_by_role("button", name="Play")
    assert shown.get_attribute("data-shown") == "a"
    visit.page.wait_for_timeout(700)
    assert shown.get_attribute("data-shown") == "a", "nothing moves by itself"
    button.press("Enter")
    seen = {shown.get_attribute("data-shown")}
    for _ in range(15):
        visit.page.wait_for_timeout(100)
        seen.add(shown.get_attribute("data-shown"))
    assert seen == {"a", "b"}
    cell.get_by_role("button", name="Pause").press("Enter")
    still = shown.get_attribute("data-shown")
    visit.page.wait_for_timeout(800)
    assert shown.get_attribute("data-shown") == still


def test_with_reduced_motion_each_press_shows_the_other(browser, page_file):
    with browser.open(page_file, reduced_motion=True) as visit:
        cell = choose(visit, "fastresample", "pillow", "Blink")
        shown, button = cell.locator(".stage"), cell.get_by_role("button", name="Show the other")
        for expected in "ba":
            button.press("Enter")
            assert shown.get_attribute("data-shown") == expected
            visit.page.wait_for_timeout(700)
            assert shown.get_attribute("data-shown") == expected
        visit.check()


def test_differences_are_amplified_by_the_stated_factor(visit):
    cell = choose(visit, "fastresample", "alike", "Difference")
    assert stage(visit).max() == 0
    choose(visit, "fastresample", "bright", "Difference")
    gain = cell.locator(".gain")
    assert gain.input_value() == "16", "the largest of the powers of two that keeps 9 levels below white"
    corner = stage(visit)[:32, :32]
    assert np.abs(corner - 9 * 16).max() <= 1
    assert stage(visit)[60:].max() == 0
    gain.select_option("2")
    assert np.abs(stage(visit)[:32, :32] - 9 * 2).max() <= 1
    assert "Differences times 2; black is equal." in cell.locator(".readout").inner_text()


def test_the_exact_value_can_be_looked_at_too(visit):
    cell = choose(visit, "exact", "bright", "Slider")
    assert "Against the exact value" in cell.locator(".readout").inner_text()
    choose(visit, "exact", "exact", "Slider")
    assert cell.locator(".readout").inner_text().startswith("Both are the same result.")


def test_a_pair_of_the_table_is_shown(visit):
    cell = visit.page.locator(".cell").first
    pair = cell.get_by_role("button", name="bright and alike: 9", exact=True)
    pair.press("Enter")
    assert [cell.locator("select").nth(i).input_value() for i in (0, 1)] == ["bright", "alike"]
    assert pair.get_attribute("aria-pressed") == "true"
    assert cell.locator(".matrix [aria-pressed=true]").count() == 1
    assert cell.locator(".readout").inner_text().startswith("bright and alike: ")


def test_tables_are_sorted_by_their_heads(visit):
    table = visit.page.locator(".cell").first.locator("table.sortable")
    head = table.locator("th", has_text="RMSE")

    def column():
        return table.locator("tbody tr td:nth-child(4)").evaluate_all("cells => cells.map(c => +c.dataset.order)")

    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert column() == sorted(column())
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert column() == sorted(column(), reverse=True)
    table.locator("th", has_text="library").get_by_role("button").click()
    names = table.locator("tbody tr td:first-child").all_inner_texts()
    assert names == sorted(names)
    assert head.get_attribute("aria-sort") == "none"


def test_a_line_of_the_overview_opens_its_comparison(visit):
    cell = visit.page.locator("#c3")
    assert cell.get_attribute("open") is None
    visit.page.locator("a[href='#c3']").press("Enter")
    visit.page.wait_for_function("document.getElementById('c3').open")
    assert cell.locator("h2").is_visible()


def test_everything_is_reached_by_the_tabulator_and_has_a_name(visit):
    reached = []
    while len(reached) < 400:
        visit.page.keyboard.press("Tab")
        where = visit.focused
        if where.startswith("body"):
            break
        reached.append(where)
        outline = visit.page.evaluate(
            "(() => { const e = document.activeElement.closest('label') || document.activeElement;"
            " return getComputedStyle(e).outlineStyle; })()"
        )
        assert outline != "none", f"{where} shows no focus"
    assert len(reached) < 400
    kinds = [one.partition(" ")[0] for one in reached]
    assert set(kinds) == {"a", "button", "summary", "select", "input", "div"}
    assert not [one for one in reached if not one.partition(" ")[2].strip()], "something without a name"
    assert kinds.index("a") < kinds.index("summary") < kinds.index("select") < kinds.index("input")


@pytest.mark.parametrize(("dtype", "told"), [("float32", "Differences times 16"), ("uint16", "too small")])
def test_differences_of_other_samples_are_amplified_as_they_are_shown(browser, tmp_path, monkeypatch, dtype, told):
    """Nine bytes' worth of a float; nine levels of 65535, which no byte shows."""
    scale = 1 / 255 if dtype == "float32" else 257
    image = (scene(60, 90).astype(float) * scale).astype(dtype)
    image[0, 0], image[0, 1] = 0, 255 * scale

    def make(image, size, *, planned=True, threads=None):
        result = image.copy()
        result[:4, :4] += np.asarray(9 * scale if dtype == "float32" else 9, dtype) * (result[:4, :4] < 200 * scale)
        return Call(lambda: result, lambda value: value)

    monkeypatch.setitem(LIBRARIES["bilinear"], "bright", Library("numpy", make))
    path = tmp_path / "page.html"
    path.write_text(compare(image, (60, 90), libraries=("bright",)).to_html(), encoding="utf-8")
    with browser.open(path) as visit:
        cell = choose(visit, "fastresample", "bright", "Difference")
        assert told in cell.locator(".readout").inner_text()
        visit.check()
