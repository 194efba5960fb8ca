"""A page of comparisons in one file that needs no network: pictures, differences, figures. A small one for notebooks.

Text is escaped by the templates (``templates/``). The page's policy lets a browser load nothing but the pictures in it
and run nothing but its own script and style, which it names by their hashes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastresample.pages import inlined, templates
from fastresample.validate.calls import installed
from fastresample.validate.figures import number
from fastresample.validate.measuring import EXACT
from fastresample.validate.page import views
from fastresample.validate.page.charts import legend

if TYPE_CHECKING:
    from fastresample.validate.comparison import Comparison
    from fastresample.validate.summary import Summary

_TEMPLATES = Path(__file__).parent / "templates"
PICTURE_BYTES = 10 << 20  # of a page; comparisons whose results differ least go without pictures
MOST_SECTIONS = 300  # comparisons with figures of their own; all are lines of the first table
NOTEBOOK_SIDE = 128  # pixels of a picture
MISSING = 'pages need jinja2; to write them: pip install "fastresample[validate]"'


def render(
    cells: Sequence[tuple[str, Comparison]], summary: Sequence[Summary], skipped: Sequence[Any], title: str
) -> str:
    """Return the page of comparisons, each given with the name of its image.

    Raises
    ------
    ModuleNotFoundError
        If jinja2 is not installed.
    """
    environment = _environment()
    lines = [_overview_line(i, image, comparison) for i, (image, comparison) in enumerate(cells, start=1)]
    shown = {line["id"] for line in sorted(lines, key=lambda line: -line["most"])[:MOST_SECTIONS]}
    sections = [_cell(line) for line in lines if line["id"] in shown]
    _limit_pictures(sections)
    pictured = sum(cell["crop"] is not None for cell in sections)
    page: str = environment.get_template("page.html").render(
        title=title,
        **inlined(_TEMPLATES, "page"),
        lines=lines,
        shown=shown,
        cells=sections,
        several=len({image for image, _ in cells}) > 1,
        pictured=pictured,
        without_pictures=pictured > 0,
        summary=_summary(summary),
        skipped=skipped,
        heads=views.HEADS,
        less_is_more=views.LESS_IS_MORE,
        legend=legend,
    )
    return page


def notebook(comparison: Comparison) -> str | None:
    """Return what a notebook shows of a comparison, without a script; None, which is its text, without jinja2."""
    if not installed("jinja2"):
        return None
    small = replace(comparison, crop=comparison.crop and comparison.crop.part(NOTEBOOK_SIDE))
    template = _environment().get_template("notebook.html")
    text: str = template.render(cell=_cell(_overview_line(1, "", small)), heads=views.HEADS, side=NOTEBOOK_SIDE)
    return text


def _environment() -> Any:
    if not installed("jinja2"):
        raise ModuleNotFoundError(MISSING, name="jinja2")
    return templates(_TEMPLATES)


def _overview_line(place: int, image: str, comparison: Comparison) -> dict[str, Any]:
    """Return what the first table says of a comparison."""
    widest, most = comparison.widest, comparison.difference
    nearest, all_ = comparison.nearest, len(comparison.names)
    return {
        "id": f"c{place}",
        "open": place == 1,
        "image": image,
        "label": f"{image}, {comparison.operator}, {comparison.size[1]} x {comparison.size[0]}",
        "comparison": comparison,
        "nearest_names": ", ".join(nearest) if len(nearest) <= 3 else f"{len(nearest)} of {all_}",
        "apart": f"{widest.first} and {widest.second}" if widest and most else "-",
        "widest": (widest.first, widest.second) if widest and most else (comparison.names[0], EXACT),
        "most": most,
        "most_text": number(most) if widest else "-",
    }


def _cell(line: dict[str, Any]) -> dict[str, Any]:
    """Return what a section shows of a comparison, beside what its line in the first table says."""
    comparison: Comparison = line["comparison"]
    results = views.results(comparison)
    headline, nearest = views.headline(comparison)
    return {
        **line,
        "results": results,
        "pairs": views.pairs(comparison),
        "headline": headline,
        "nearest": nearest,
        "reasons": views.reasons(comparison),
        "choices": [*(result.name for result in results), EXACT],
        "crop": comparison.crop and views.crop_view(comparison, comparison.crop),
    }


def _limit_pictures(cells: list[dict[str, Any]]) -> None:
    """Drop pictures beyond what a page may hold; those of the comparison that differs most always stay."""
    total = 0
    for cell in sorted(cells, key=lambda cell: -cell["most"]):
        if cell["crop"] is not None:
            size = sum(result.size for result in cell["results"]) + len(cell["crop"].exact)
            if total and total + size > PICTURE_BYTES:
                cell["crop"] = None
            else:
                total += size


def _summary(rows: Sequence[Summary]) -> dict[str, list[tuple[Any, ...]]]:
    tables: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        figures = (
            views.Value(str(row.cells), row.cells),
            views.Value(str(row.nearest), row.nearest),
            views.Value(number(row.max_abs), row.max_abs),
            views.Value(number(row.rmse), row.rmse),
            views.fraction(row.misrounded),
            views.Value("-", -1.0) if row.ours is None else views.Value(number(row.ours), row.ours),
            views.fraction(row.equal),
        )
        tables.setdefault(row.operator, []).append((row.library, *figures))
    return tables
