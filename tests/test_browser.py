"""The browser of the tests sees what it is there to see."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from browser import PHONE, CannotStartError, chromium, missing

QUIET = "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>t</title>"
NO_SCRIPTS = "<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\">"


@pytest.fixture
def page_file(tmp_path):
    def write(body):
        path = tmp_path / "page.html"
        path.write_text(QUIET + body, encoding="utf-8")
        return path

    return write


def test_a_quiet_page_passes(browser, page_file):
    image = "<img alt='' src='data:image/gif;base64,R0lGODlhAQABAAAAACw='><a id=top href='#top'>Up</a>"
    with browser.open(page_file(image)) as visit:
        visit.page.keyboard.press("Tab")
        assert visit.focused == "a Up"
        visit.page.keyboard.press("Enter")
        visit.check()
        assert visit.overflow == 0


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<script>undefined.x</script>", "script: "),
        ("<script>console.error('oh')</script>", "oh"),
        (f"{NO_SCRIPTS}<script>1</script>", "Content Security"),
    ],
)
def test_errors_are_kept(browser, page_file, body, told):
    with browser.open(page_file(body)) as visit:
        assert [told in message for message in visit.messages] == [True]
        with pytest.raises(AssertionError):
            visit.check()


@pytest.mark.parametrize("url", ["https://example.org/a.png", "neighbour.png", "//example.org/a.png"])
def test_requests_are_kept(browser, page_file, url):
    with browser.open(page_file(f"<img alt='' src='{url}'>")) as visit:
        assert len(visit.requests) == 1
        with pytest.raises(AssertionError):
            visit.check()


def test_a_page_that_is_too_wide_for_a_phone(browser, page_file):
    with browser.open(page_file("<div style='width:500px'>wide</div>"), **PHONE) as visit:
        assert visit.overflow > 100


def test_a_program_that_is_no_chromium_is_told_from_a_page_that_fails(tmp_path, monkeypatch):
    if reason := missing():
        pytest.skip(reason)
    stub = tmp_path / "chromium"
    stub.write_text("#!/bin/sh\nexit 1\n")
    stub.chmod(0o755)
    monkeypatch.setattr("browser.shutil.which", lambda name: str(stub))

    def start():
        with chromium():
            pass

    with ThreadPoolExecutor() as pool, pytest.raises(CannotStartError, match="chromium does not start: "):
        pool.submit(start).result()  # a thread of its own, for this one may have a browser already
