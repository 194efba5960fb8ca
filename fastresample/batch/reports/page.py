"""A run as one HTML page: what became of each file, small pictures of results, without any other file or address."""

import base64
import io
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from fastresample import __version__
from fastresample.batch.codecs.formats import FORMATS
from fastresample.batch.files.writing import write_atomic
from fastresample.batch.options import Options
from fastresample.batch.reports.journal import described
from fastresample.batch.reports.report import Outcome, Report
from fastresample.pages import inlined, templates
from fastresample.printable import printable, size_text

MAX_ROWS = 2_000  # a page of more becomes slow; files with something to report come first
MAX_PICTURES = 200  # some 4 kB each
_SHOWN_SIDE, _SIDE = 96, 144  # of a picture, in CSS pixels and, for screens of high density, in pixels
_LARGEST = 50_000_000  # pixels of a result that is decoded once more to show it small

_TEMPLATES = Path(__file__).parent / "templates"
_COLUMNS = {"file": "File", "state": "State", "pixels": "Pixels", "bytes": "Size", "time": "Time"}
_LABELS = {"failed": "Failed", "written": "Resized", "existing": "There already"}


class Picture(NamedTuple):
    """A small picture of a result: an address that holds it, and its size on the page."""

    data: str
    width: int
    height: int


class Page:
    """A report as an HTML page, written at the end of the run.

    Parameters
    ----------
    path : Path
        The file; one that is there is replaced.
    options : Options
        Those of the run.
    images : int
        How many files are to be resized.
    """

    def __init__(self, path: Path, options: Options, images: int) -> None:
        self._path, self._options = path, options
        self._started = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        self._count = 0
        self._notable: list[Outcome] = []
        self._others: list[Outcome] = []

    def add(self, outcome: Outcome) -> None:
        """Keep what became of a file, as far as the page has room."""
        self._count += 1
        kept = self._notable if outcome.reason or outcome.notes else self._others
        if len(kept) < MAX_ROWS:
            kept.append(replace(outcome, error=None))  # whose frames would keep decoded pictures

    def end(self, report: Report) -> None:
        """Write the page.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        write_atomic(self._path, self._render(report).encode("utf-8", "backslashreplace"), replace=True)

    def _render(self, report: Report) -> str:
        environment = templates(_TEMPLATES)
        environment.filters.update(shown=printable, duration=_duration)
        outcomes = sorted((self._notable + self._others)[:MAX_ROWS], key=lambda outcome: outcome.source)
        pictures = _pictures(outcomes)
        page: str = environment.get_template("run.html").render(
            **inlined(_TEMPLATES, "run"),
            version=__version__,
            started=self._started,
            report=report,
            headline=_headline(report),
            figures=_figures(report),
            options=[(name, _given(value)) for name, value in described(self._options).items() if _given(value)],
            statuses=_choices(outcomes),
            columns=tuple(_COLUMNS.items()),
            rows=[_row(outcome, pictures.get(place)) for place, outcome in enumerate(outcomes)],
            omitted=self._count - len(outcomes),
            pictures=len(pictures),
            written=sum(outcome.status == "written" for outcome in outcomes),
        )
        return page


def _pictures(outcomes: Sequence[Outcome]) -> dict[int, Picture]:
    """Return small pictures of the first results by their place."""
    pictures: dict[int, Picture] = {}
    for place, outcome in enumerate(outcomes):
        if len(pictures) == MAX_PICTURES:
            break
        with suppress(Exception):  # it may be gone by now, or of a kind that no page shows
            pictures[place] = _picture(outcome.results[0].target)
    return pictures


def _picture(path: Path) -> Picture:
    with Image.open(path, formats=tuple(format_.name for format_ in FORMATS)) as image:
        if image.width * image.height > _LARGEST:
            raise ValueError("too large")
        image.draft("RGB", (2 * _SIDE, 2 * _SIDE))
        if image.mode in ("I", "F"):
            raise ValueError("no levels from 0 to 255")
        levels = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)) if image.mode == "I;16" else image
        colour = levels.convert("RGBA" if "A" in image.mode or "transparency" in image.info else "RGB")
    colour.thumbnail((_SIDE, _SIDE))
    buffer = io.BytesIO()
    colour.save(buffer, "WEBP", quality=60)
    data = f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"
    share = _SHOWN_SIDE / max(colour.size)
    return Picture(data, max(1, round(colour.width * share)), max(1, round(colour.height * share)))


def _row(outcome: Outcome, picture: Picture | None) -> dict[str, Any]:
    made = outcome.results
    size = sum(result.bytes for result in made)
    return {
        "source": outcome.source,
        "targets": outcome.targets,
        "status": outcome.status,
        "label": _LABELS[outcome.status] + (f": {outcome.kind}" if outcome.kind else ""),
        "order": list(_LABELS).index(outcome.status),
        "reason": outcome.reason,
        "notes": outcome.notes,
        "picture": picture,
        "pixels": max((result.width * result.height for result in made), default=0),
        "pixels_text": _arrow(outcome.pixels and [outcome.pixels], [(result.width, result.height) for result in made]),
        "bytes": size,
        "bytes_text": " \u2192 ".join(size_text(count) for count in (outcome.bytes, size) if count),
        "ms": round(outcome.seconds * 1e3, 3),
        "time_text": f"{outcome.seconds * 1e3:.0f} ms" if outcome.seconds else "",
    }


def _arrow(before: Iterable[tuple[int, int]] | None, after: Iterable[tuple[int, int]]) -> str:
    sides = (", ".join(f"{width} \u00d7 {height}" for width, height in sizes) for sizes in (before or (), after))
    return " \u2192 ".join(side for side in sides if side)


def _headline(report: Report) -> str:
    failed = len(report.failures)
    parts = [f"{report.written} resized", f"{failed} failed" if failed else "none failed"]
    return ", ".join(parts + ([f"{report.left} not reached"] if report.left else []))


def _figures(report: Report) -> list[tuple[str, str]]:
    figures = [("Resized", f"{report.written}"), ("There already", f"{report.existing}")]
    figures += [(f"Failed: {kind}", f"{count}") for kind, count in sorted(report.kinds.items())]
    figures += [("Not reached", f"{report.left}")]
    figures += [("No images", f"{report.no_images.total()}"), ("Left out", f"{report.left_out.total()}")]
    if report.written:
        figures.append(("Size", f"{size_text(report.bytes_read)} \u2192 {size_text(report.bytes_written)}"))
        figures.append(("Images a second", f"{report.written / max(report.seconds, 1e-3):.1f}"))
    return [(name, value) for name, value in figures if value != "0"]


def _choices(outcomes: Sequence[Outcome]) -> list[tuple[str, str, int]]:
    """Return what can be chosen to be shown: name, label, how many."""
    counts = [(status, label, sum(o.status == status for o in outcomes)) for status, label in _LABELS.items()]
    notes = sum(bool(outcome.notes) for outcome in outcomes)
    return [
        ("all", "All", len(outcomes)),
        *(choice for choice in [*counts, ("notes", "With notes", notes)] if choice[2]),
    ]


def _given(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return (
        ""
        if value is None
        else {True: "yes", False: "no"}.get(value, str(value))
        if isinstance(value, bool)
        else str(value)
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
