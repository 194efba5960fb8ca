"""A page of comparisons in one file that needs no network: pictures, differences, figures. A small one for notebooks.

Text is escaped by the templates (``templates/``). The page's policy lets a browser load nothing but the pictures in it
and run nothing but its own script and style, which it names by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fastresample.validate.calls import installed
from fastresample.validate.figures import number
from fastresample.validate.measuring import EXACT
from fastresample.validate.page import views
from fastresample.validate.page.charts import legend

if TYPE_CHECKING:
    from fastresample.validate.comparison import Comparison
    from fastresample.validate.summary import Summary

PICTURE_BYTES = 10 << 20  # of a page; comparisons whose results differ least go without pictures
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
    style, script = (_source(environment, name) for name in ("page.css", "page.js"))
    shown = [_cell(i, image, comparison) for i, (image, comparison) in enumerate(cells, start=1)]
    _limit_pictures(shown)
    pictured = sum(cell["crop"] is not None for cell in shown)
    page: str = environment.get_template("page.html").render(
        title=title,
        policy=_policy(style, script),
        style=_markup(style),
        script=_markup(script),
        cells=shown,
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
    text: str = template.render(cell=_cell(1, "", small), heads=views.HEADS, side=NOTEBOOK_SIDE)
    return text


def _environment() -> Any:
    if not installed("jinja2"):
        raise ModuleNotFoundError(MISSING, name="jinja2")
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader(__name__, "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=False)


def _source(environment: Any, name: str) -> str:
    source: str = environment.loader.get_source(environment, name)[0]
    return source


def _markup(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)


def _policy(style: str, script: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _cell(place: int, image: str, comparison: Comparison) -> dict[str, Any]:
    results = views.results(comparison)
    pairs = views.pairs(comparison)
    headline, nearest = views.headline(comparison)
    widest = max(pairs.values(), key=lambda pair: pair.most, default=None)
    names = [result.name for result in results]
    crop = comparison.crop and views.crop_view(comparison, comparison.crop)
    return {
        "id": f"c{place}",
        "open": place == 1,
        "image": image,
        "label": f"{image}, {comparison.operator}, {comparison.size[1]} x {comparison.size[0]}",
        "comparison": comparison,
        "results": results,
        "pairs": pairs,
        "headline": headline,
        "nearest": nearest,
        "reasons": views.reasons(comparison),
        "widest": (widest.first, widest.second) if widest and widest.most else (names[0], EXACT),
        "choices": [*names, EXACT],
        "apart": f"{widest.first} and {widest.second}" if widest else "-",
        "most": widest.most if widest else -1.0,
        "most_text": widest.text if widest else "-",
        "crop": crop,
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
