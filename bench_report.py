"""What bench.py makes of its measurements: tables for the terminal and the README, a chart and a page."""

import io
import math
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from typing import Any, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from fastresample.validate.comparison import OURS, aligned_table
from fastresample.validate.libraries import NAMES


class Case(NamedTuple):
    """What is computed: an operator of ``LIBRARIES`` on samples of a dtype, by our arithmetic or by a library's own."""

    operator: str
    dtype: str
    convention: str = "native"

    @property
    def label(self) -> str:
        """Name the case in the tables."""
        return f"{self.operator} {self.dtype}" + ("" if self.convention == "native" else f" as {self.convention}")


class Cell(NamedTuple):
    """One measurement: milliseconds of each library that can do the case."""

    case: Case
    mode: str
    size: str
    channels: int
    ms: dict[str, float]

    @property
    def ratios(self) -> dict[str, float]:
        """Each library's time over ours."""
        return {name: ms / self.ms[OURS] for name, ms in self.ms.items() if name != OURS}

    @property
    def record(self) -> dict[str, Any]:
        """All of it for JSON."""
        return {**self.case._asdict(), **self._asdict(), "case": self.case.label}


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean; NaN of nothing."""
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def grouped(cells: list[Cell]) -> dict[tuple[str, str], list[Cell]]:
    """Return the cells of each (case, mode), in order."""
    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((cell.case.label, cell.mode), []).append(cell)
    return groups


def peers(cells: list[Cell]) -> list[str]:
    """Return the libraries that occur, in the table's order."""
    seen = {name for cell in cells for name in cell.ms}
    return [name for name in NAMES if name in seen]


def mean_ratio(cells: list[Cell], name: str) -> float:
    """Return a library's geometric mean ratio over the cells that it can do."""
    return geometric_mean(cell.ratios[name] for cell in cells if name in cell.ratios)


def worst(cells: list[Cell]) -> float:
    """Return the least favourable ratio against the fastest library of a cell."""
    return min((best_peer(cell)[1] for cell in cells if cell.ratios), default=math.nan)


def best_mean(cells: list[Cell]) -> float:
    """Return the geometric mean ratio against the fastest library of each cell."""
    return geometric_mean(best_peer(cell)[1] for cell in cells if cell.ratios)


def best_peer(cell: Cell) -> tuple[str, float]:
    """Return the fastest library beside ours and its ratio."""
    return min(cell.ratios.items(), key=lambda item: item[1], default=("-", math.nan))


def ratio_text(ratio: float) -> str:
    """Show a ratio, or a dash where there is none."""
    return "-" if math.isnan(ratio) else f"{ratio:.2f}" if ratio < 10 else f"{ratio:.1f}"


def ratio_table(title: str, cells: list[Cell], names: list[str]) -> str:
    """Return the ratios of one operator and mode, a line per case."""
    rows = []
    for cell in cells:
        best, ratio = best_peer(cell)
        ratios = [ratio_text(cell.ratios.get(name, math.nan)) for name in names]
        label = f"  {cell.size} C{cell.channels}"
        rows.append([label, f"{cell.ms[OURS]:.3f}", *ratios, f"{best} {ratio_text(ratio)}"])
    means = [ratio_text(mean_ratio(cells, name)) for name in names]
    rows.append(["  geometric mean", "", *means, ratio_text(best_mean(cells))])
    return "\n".join(aligned_table([title, "ours ms", *names, "best peer"], rows))


def all_tables(cells: list[Cell]) -> str:
    """Return the tables of all cases and modes."""
    return "\n\n".join(ratio_table(", ".join(key), group, peers(group)) for key, group in grouped(cells).items())


def table(heads: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown: first column to the left, figures to the right."""
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def operator_table(cells: list[Cell]) -> str:
    """Return the mean ratios by operator: of each library in the first mode, of the fastest ones in the others."""
    names, groups = peers(cells), grouped(cells)
    first, *others = dict.fromkeys(cell.mode for cell in cells)
    rows = []
    for label in dict.fromkeys(cell.case.label for cell in cells):
        group = groups[label, first]
        means = [mean_ratio(group, name) for name in names]
        fastest = [best_mean(groups.get((label, mode), [])) for mode in others]
        rows.append([label, *map(ratio_text, [*means, worst(group), *fastest])])
    return table(["operator", *names, "worst", *others], rows)


def convention_table(cells: list[Cell]) -> str:
    """Return the mean ratio of each library to our convention that gives its bits, with the worst cell."""
    owners = list(dict.fromkeys(cell.case.convention for cell in cells))
    rows = {f"{cell.case.operator} {cell.case.dtype}": ["-"] * len(owners) for cell in cells}
    for group in grouped(cells).values():
        case = group[0].case
        text = f"{ratio_text(best_mean(group))} ({ratio_text(worst(group))})"
        rows[f"{case.operator} {case.dtype}"][owners.index(case.convention)] = text
    return table(["the library's own bits", *owners], [[label, *texts] for label, texts in rows.items()])


def provenance(facts: dict[str, str]) -> str:
    """Say when, on what and how the figures of a table were made."""
    return (
        f"{facts['date']}, {facts['processor']}, {facts['cores']} cores, {facts['system']}; {facts['versions']}. "
        "Made by `python bench.py --readme README.md`."
    )


def markdown(cells: list[Cell], facts: dict[str, str]) -> str:
    """Return the README's tables with the date and the class of machine."""
    native = [cell for cell in cells if cell.case.convention == "native"]
    others = [cell for cell in cells if cell.case.convention != "native" and cell.mode == cells[0].mode]
    note = (
        f"Time of each library divided by ours ({cells[0].mode}), geometric mean over sizes and channels. *worst*, and "
        "in brackets: the least favourable case against the fastest library there, which the other modes' columns "
        "show. The library's own bits: against our convention with the same results, OpenCV without IPP. "
        + provenance(facts)
    )
    parts = ((operator_table, native), (convention_table, others))
    return "\n\n".join([*(make(part) for make, part in parts if part), note])


def replace_section(text: str, name: str, body: str) -> str:
    """Return ``text`` with ``body`` between the section's markers; ValueError unless each is there once, in order."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise ValueError(f"the file needs one {begin} and, after it, one {end}")
    return text[: text.index(begin) + len(begin)] + f"\n{body}\n" + text[text.index(end) :]


def html_page(tables: str, facts: dict[str, str], chart: Image.Image | None) -> str:
    """Return a self-contained page: the chart, if there is one, the machine and the tables."""
    picture = ""
    if chart is not None:
        png = io.BytesIO()
        chart.save(png, "PNG")
        picture = f'<img alt="bar chart" src="data:image/png;base64,{b64encode(png.getvalue()).decode()}">'
    about = "\n".join(f"{key}: {value}" for key, value in facts.items())
    text = escape(f"{about}\n\n{tables}")
    return f"<!doctype html><meta charset=utf-8><title>fastresample benchmark</title>{picture}<pre>{text}</pre>\n"


def draw_chart(cells: list[Cell], facts: dict[str, str]) -> Image.Image:
    """Draw the geometric mean ratios of the first mode as bars from 1 on, to a logarithmic scale, a group per case."""
    cells = [cell for cell in cells if cell.case.convention == "native"] or cells
    names, first = peers(cells), cells[0].mode
    groups = {key[0]: group for key, group in grouped(cells).items() if key[1] == first}
    bars = [(operator, name, mean_ratio(group, name)) for operator, group in groups.items() for name in names]
    bars = [bar for bar in bars if not math.isnan(bar[2])]
    logs = [0.0, *(math.log(ratio) for *_, ratio in bars)]
    left, row, unit = 300, 26, 460 / (max(logs) - min(logs) or 1)
    one = left - min(logs) * unit
    height = 70 + row * (len(bars) + len(groups)) + 40
    chart = Image.new("RGB", (left + 580, height), "white")
    draw, font, small = ImageDraw.Draw(chart), ImageFont.load_default(16), ImageFont.load_default(13)
    draw.text((20, 16), f"Time of each library / ours (geometric mean, log scale), {first}", "black", font)
    draw.line((one, 50, one, height - 40), "#bbbbbb", 2)
    y, previous = 50, ""
    for operator, name, ratio in bars:
        if operator != previous:
            draw.text((20, y + 4), operator, "black", font)
            y, previous = y + row, operator
        draw.text((left - 8, y + 4), name, "#444444", small, anchor="ra")
        end = one + math.log(ratio) * unit
        draw.rectangle((min(one, end), y + 4, max(one, end), y + row - 6), "#2a7ab0" if ratio >= 1 else "#c0504d")
        draw.text((max(one, end) + 6, y + 4), f"{ratio_text(ratio)}x", "#444444", small)
        y += row
    draw.text((20, y + 14), f"{facts['date']}, {facts['processor']}, {facts['system']}", "#444444", small)
    return chart
