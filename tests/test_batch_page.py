"""The report as a page: what it holds, what it may not do, and how it behaves in a browser."""

import base64
import gc
import hashlib
import io
import os
import re
import weakref
from pathlib import Path

import numpy as np
import pytest
from browser import PHONE
from PIL import Image

from fastresample import batch
from fastresample.batch.reports import page

PIXELS = np.random.default_rng(3).integers(0, 256, (30, 40, 3), dtype=np.uint8)
# What a name could try: markup, an attribute, a template, the text's direction, a byte that is no text.
ODD = "<img src=x onerror=alert(1)>\"'{{7*7}}\u202egpj\udcff.png"


def resize(source="in", target="out", **options):
    record = batch.Options("50%", report="run.html", **options)
    report = batch.process(
        batch.prepare(source, target, record), record, apply=lambda samples, placement: samples[::2, ::2]
    )
    return report, Path("run.html").read_text("utf-8")


@pytest.fixture(autouse=True)
def _pictures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for name, width in (("a", 40), ("b", 30), ("c", 36)):
        Image.fromarray(PIXELS[:, :width]).save(f"in/{name}.png")
    Path("in/empty.png").touch()
    frames = [Image.new("L", (8, 8), value) for value in (0, 99)]
    frames[0].save("in/film.tif", save_all=True, append_images=frames[1:])
    Path("in/text.jpg").write_text("no picture")


def rows(text):
    """Return of each row: file, state, pixels."""
    cells = re.findall(r'<tr data-status.*?<td class="file">(.*?)</td>\s*<td class="state">(.*?)</td>', text, re.DOTALL)
    return [tuple(" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in row) for row in cells]


def pictures(text):
    return [
        Image.open(io.BytesIO(base64.b64decode(data)))
        for data in re.findall(r'src="data:image/webp;base64,([^"]+)"', text)
    ]


def test_every_file_has_a_row():
    _, text = resize()
    assert [file for file, _ in rows(text)] == [f"in/{name} out/{name}" for name in sorted(os.listdir("in"))]
    states = dict(rows(text))
    assert states["in/a.png out/a.png"] == "Resized"
    assert states["in/empty.png out/empty.png"] == ("Failed: damaged the file is empty; fetch it again or remove it")
    assert states["in/text.jpg out/text.jpg"].startswith("Failed: unsupported the content is no JPEG")
    assert "several pictures" in states["in/film.tif out/film.tif"]
    assert "<h1>4 resized, 2 failed</h1>" in text
    assert "40 × 30 → 20 × 15" in text


def test_small_pictures_are_those_of_the_results():
    Image.fromarray(np.dstack([PIXELS, PIXELS[..., :1]])).save("in/alpha.png")
    Image.new("I;16", (60, 40), 0x8000).save("in/deep.png")
    Image.new("RGB", (900, 30), (250, 0, 0)).save("in/wide.jpg")
    _, text = resize()
    alpha, deep, wide = (pictures(text)[place] for place in (1, 4, 6))
    assert alpha.mode == "RGBA"
    assert deep.getpixel((5, 5)) == pytest.approx((128, 128, 128), abs=2)
    assert wide.size == (144, 5)
    assert 'width="96" height="3"' in text


@pytest.mark.skipif(os.name == "nt", reason="such names cannot exist there")
def test_names_stay_text():
    Image.fromarray(PIXELS).save(f"in/{ODD}".replace("/alert", "alert"))
    _, text = resize()
    assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;&#34;&#39;{{7*7}}\\u202egpj\\xff.png" in text
    assert "\u202e" not in text


def test_the_policy_lets_nothing_in():
    _, text = resize()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.replace("&#39;", "'").split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    assert not re.search(r"(src|href|url)\s*[=(]\s*[\"']?(?!data:)[a-z]+:", text)
    assert not re.search(r"\s(on\w+|style)=", re.sub("<script>.*?</script>", "", text, flags=re.DOTALL))


def test_a_large_run_is_cut_and_says_so(monkeypatch):
    monkeypatch.setattr(page, "MAX_ROWS", 4)
    monkeypatch.setattr(page, "MAX_PICTURES", 1)
    _, text = resize()
    names = [file.partition(" ")[0] for file, _ in rows(text)]
    assert {"in/empty.png", "in/text.jpg", "in/film.tif"} < set(names), "what has something to say comes first"
    assert len(names) == 4
    assert len(pictures(text)) == 1
    assert (
        "4 files; 2 more are left out of this page, where failures and notes come first; small pictures of 1 of 2"
        in text
    )


def test_failures_do_not_keep_their_pictures_in_memory():
    """An error knows the frames that it came through, and these the samples."""
    kept, alive = page.Page(Path("run.html"), batch.Options("50%"), 1), []

    def fail(samples, placement):
        own = samples.copy()
        alive.append(weakref.ref(own))
        raise ZeroDivisionError

    options = batch.Options("50%", workers=1)
    batch.process(
        batch.prepare("in/a.png", "out", options), options, apply=fail, progress=lambda outcome, *_: kept.add(outcome)
    )
    gc.collect()
    assert len(alive) == 1
    assert alive[0]() is None
    assert kept._count == 1


def test_a_result_that_is_gone_has_no_picture(monkeypatch):
    opened = Image.open

    def gone(path, *arguments, **options):
        if str(path) == "out/b.png":
            raise FileNotFoundError
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Image, "open", gone)
    _, text = resize()
    assert len(pictures(text)) == 3


def test_a_run_that_ended_early_says_so(monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(batch.workers, "run", interrupted)
    with pytest.raises(batch.Interrupted):
        resize()
    text = Path("run.html").read_text()
    assert "The run ended early: interrupted" in text
    assert "<h1>0 resized, none failed, 6 not reached</h1>" in text


class TestInABrowser:
    @pytest.mark.parametrize("dark", [False, True])
    def test_it_is_quiet(self, browser, dark):
        resize()
        with browser.open(Path("run.html"), dark=dark) as visit:
            background = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, re.findall(r"\d+", background))) < 300) == dark
            assert visit.page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")
            assert visit.overflow == 0
            visit.check()

    @pytest.mark.skipif(os.name == "nt", reason="such names cannot exist there")
    def test_odd_names_do_nothing(self, browser):
        Image.fromarray(PIXELS).save(f"in/{ODD}")
        resize()
        with browser.open(Path("run.html")) as visit:
            assert visit.page.get_by_text("onerror=alert(1)").count() == 2  # source and target, as text
            visit.check()

    def shown(self, visit):
        return [name.inner_text().removeprefix("in/") for name in visit.page.locator("tr:not([hidden]) .name").all()]

    def test_choosing(self, browser):
        resize()
        with browser.open(Path("run.html")) as visit:
            everything = self.shown(visit)
            assert len(everything) == 6
            visit.page.get_by_label("Failed").check()
            assert self.shown(visit) == ["empty.png", "text.jpg"]
            assert visit.page.get_by_role("status").inner_text() == "2 of 6 files"
            visit.page.get_by_label("Name or reason").fill("EMPTY")
            assert self.shown(visit) == ["empty.png"]
            visit.page.get_by_label("With notes").check()
            assert self.shown(visit) == []
            visit.page.get_by_label("Name or reason").fill("")
            assert self.shown(visit) == ["film.tif"]
            visit.page.get_by_label("All").check()
            assert self.shown(visit) == everything
            visit.check()

    def test_sorting(self, browser):
        resize()
        with browser.open(Path("run.html")) as visit:
            pixels = visit.page.get_by_role("columnheader", name="Pixels")
            visit.page.get_by_role("button", name="Pixels").click()
            assert self.shown(visit)[:4] == ["a.png", "c.png", "b.png", "film.tif"]
            assert pixels.get_attribute("aria-sort") == "descending"
            visit.page.get_by_role("button", name="Pixels").click()
            assert self.shown(visit)[-4:] == ["film.tif", "b.png", "c.png", "a.png"]
            assert pixels.get_attribute("aria-sort") == "ascending"
            visit.page.get_by_role("button", name="State").click()
            assert self.shown(visit)[:2] == ["empty.png", "text.jpg"]
            assert pixels.get_attribute("aria-sort") is None
            visit.check()

    def test_the_keyboard_reaches_everything(self, browser):
        resize()
        with browser.open(Path("run.html")) as visit:
            reached = []
            for _ in range(8):
                visit.page.keyboard.press("Tab")
                reached.append(visit.focused)
            assert [name.split("\n")[0] for name in reached] == [
                "summary Options of the run",
                "input All",
                "input Name or reason",
                *(f"button {name}" for name in ("File", "State", "Pixels", "Size", "Time")),
            ]
            visit.page.keyboard.press("Enter")
            assert visit.page.get_by_role("columnheader", name="Time").get_attribute("aria-sort") == "descending"
            visit.page.get_by_label("All").focus()
            visit.page.keyboard.press("ArrowRight")
            assert sorted(self.shown(visit)) == ["empty.png", "text.jpg"]
            visit.check()

    def test_on_a_phone(self, browser):
        Image.fromarray(PIXELS).save(f"in/{'long' * 40}.png")
        resize()
        with browser.open(Path("run.html"), **PHONE) as visit:
            assert visit.overflow == 0
            visit.page.get_by_label("Sort by").select_option("Pixels")
            assert self.shown(visit)[:2] == ["a.png", f"{'long' * 40}.png"]
            heights = [label.bounding_box()["height"] for label in visit.page.locator("fieldset label").all()]
            assert min(heights) >= 44, "large enough for a finger"
            visit.check()

    def test_without_scripts(self, browser):
        resize()
        with browser.open(Path("run.html"), scripts=False) as visit:
            assert len(self.shown(visit)) == 6
            assert not visit.page.get_by_label("Failed").is_visible()
