"""Pages in a real browser: headless Chromium, driven by Playwright, which keeps a record of everything that goes wrong.

A test takes the fixture ``browser`` (tests/conftest.py) and opens a file::

    with browser.open(path, width=390, dark=True) as visit:
        visit.page.get_by_role("button", name="Play").press("Enter")
        visit.check()  # no console message, no script error, no request to any address

It is skipped, with the reason, where Playwright or Chromium is missing.
"""

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
PHONE = {"width": 390, "height": 844, "touch": True}


def missing() -> str:
    """Say what a browser test lacks here; empty if nothing."""
    if find_spec("playwright") is None:
        return 'Playwright is not installed (pip install "fastresample[browser]")'
    if not any(map(shutil.which, PROGRAMS)):
        return f"no Chromium found (none of {', '.join(PROGRAMS)}; on Debian: apt-get install chromium)"
    return ""


@dataclass
class Visit:
    """An open page, and what it did that a page of ours must not do."""

    page: Any
    messages: list[str] = field(default_factory=list)  # console warnings and errors (the policy's too), script errors
    requests: list[str] = field(default_factory=list)  # addresses asked for, other than the file itself

    def check(self) -> None:
        """Fail if anything was logged, raised or asked for."""
        assert not self.messages, self.messages
        assert not self.requests, self.requests

    @property
    def overflow(self) -> int:
        """By how many CSS pixels the page is wider than the window; 0: nobody has to scroll sideways."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    @property
    def focused(self) -> str:
        """What a keyboard acts on now: tag, accessible name or text."""
        script = """() => {
            const e = document.activeElement;
            const name = e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.innerText || "";
            return e.tagName.toLowerCase() + " " + name.trim();
        }"""
        return str(self.page.evaluate(script))


class Browser:
    """A running Chromium."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    @contextmanager
    def open(
        self,
        path: Path,
        *,
        width: int = 1280,
        height: int = 900,
        dark: bool = False,
        reduced_motion: bool = False,
        touch: bool = False,
        scripts: bool = True,
    ) -> Iterator[Visit]:
        """Show a file in a window of its own, without a network."""
        context = self._engine.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if reduced_motion else "no-preference",
            has_touch=touch,
            is_mobile=touch,
            device_scale_factor=2 if touch else 1,
            java_script_enabled=scripts,
            offline=True,
        )
        try:
            context.set_default_timeout(10_000)
            visit, address = Visit(context.new_page()), path.resolve().as_uri()
            visit.page.on("pageerror", lambda error: visit.messages.append(f"script: {error}"))
            visit.page.on("console", lambda m: m.type in ("warning", "error") and visit.messages.append(m.text))
            visit.page.on("request", lambda r: _inside(r.url, address) or visit.requests.append(r.url))
            visit.page.goto(address)
            yield visit
        finally:
            context.close()


def _inside(url: str, address: str) -> bool:
    return url.startswith(("data:", "blob:")) or url.partition("#")[0] == address


class CannotStartError(Exception):
    """There is a Chromium, but it does not start here; the message says why."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser and end it; `missing()` must be empty.

    Raises
    ------
    CannotStartError
        If the program ends at once: a stub that wants another package manager, a library that is missing.
    """
    from playwright.sync_api import Error, sync_playwright

    program = next(filter(None, map(shutil.which, PROGRAMS)))
    with warnings.catch_warnings(), sync_playwright() as playwright:
        warnings.simplefilter("default")  # the driver's own
        try:
            engine = playwright.chromium.launch(executable_path=program, args=["--disable-gpu"])
        except Error as error:
            raise CannotStartError(f"{program} does not start: {error.message.splitlines()[0]}") from None
        try:
            yield Browser(engine)
        finally:
            engine.close()
