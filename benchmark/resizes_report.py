"""What bench.py makes of its measurements of resizes: tables for the terminal and the README, and pages."""

import io
import math
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from typing import Any, NamedTuple

from PIL import Image

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
    """One measurement: milliseconds of each library that can do the case, and of the memory alone."""

    case: Case
    mode: str
    size: str
    channels: int
    ms: dict[str, float]
    memory_ms: float = math.nan

    @property
    def distance(self) -> float:
        """How many times as long as the memory alone we take, on one core."""
        return self.ms[OURS] / self.memory_ms

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


def mean_distance(cells: list[Cell]) -> float:
    """Return the geometric mean of how many times as long as the memory alone we take."""
    return geometric_mean(cell.distance for cell in cells)


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
        rows.append([label, f"{cell.ms[OURS]:.3f}", ratio_text(cell.distance), *ratios, f"{best} {ratio_text(ratio)}"])
    means = [ratio_text(mean_ratio(cells, name)) for name in names]
    rows.append(["  geometric mean", "", ratio_text(mean_distance(cells)), *means, ratio_text(best_mean(cells))])
    return "\n".join(aligned_table([title, "ours ms", "x memory", *names, "best peer"], rows))


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
        rows.append([label, *map(ratio_text, [*means, worst(group), *fastest, mean_distance(group)])])
    return table(["operator", *names, "worst", *others, "x memory"], rows)


def convention_table(cells: list[Cell]) -> str:
    """Return the mean ratio of each library to our convention that gives its bits, with the worst cell."""
    owners = list(dict.fromkeys(cell.case.convention for cell in cells))
    rows = {f"{cell.case.operator} {cell.case.dtype}": ["-"] * len(owners) for cell in cells}
    for group in grouped(cells).values():
        case = group[0].case
        text = f"{ratio_text(best_mean(group))} ({ratio_text(worst(group))})"
        rows[f"{case.operator} {case.dtype}"][owners.index(case.convention)] = text
    return table(["the library's own bits", *owners], [[label, *texts] for label, texts in rows.items()])


def cell_table(cells: list[Cell]) -> str:
    """Return a row for each image of one case: our time, the fastest library, and how they compare in each mode.

    And how many times as fast as in the first mode we are in the others that reuse plans, on several threads.
    """
    modes = list(dict.fromkeys(cell.mode for cell in cells))
    threaded = [mode for mode in modes[1:] if "one shot" not in mode]
    images: dict[tuple[str, int], dict[str, Cell]] = {}
    for cell in cells:
        images.setdefault((cell.size, cell.channels), {})[cell.mode] = cell
    rows = []
    for (size, channels), by_mode in images.items():
        first = next(iter(by_mode.values()))
        best = best_peer(first)[0]
        theirs = f"{best} {first.ms[best]:.3f}" if first.ratios else "-"
        ratios = [ratio_text(best_peer(by_mode[mode])[1]) if mode in by_mode else "-" for mode in modes]
        gains = [ratio_text(first.ms[OURS] / by_mode[mode].ms[OURS]) if mode in by_mode else "-" for mode in threaded]
        ours = f"{first.ms[OURS]:.3f}"
        rows.append([f"{size} C{channels}", ours, ratio_text(first.distance), theirs, *ratios, *gains])
    heads = [f"ours, {mode.partition(',')[0]} / one" for mode in threaded]
    return table(["image", "ours, ms", "x memory", "fastest library, ms", *modes, *heads], rows)


def page_of_cells(cells: list[Cell], facts: dict[str, str]) -> str:
    """Return a page in Markdown with every measurement."""
    about = (
        f"Every cell of the benchmark. Milliseconds: {cells[0].mode}. *x memory*: our time there divided by the time "
        "in which one core reads the bytes that the operation must read, and writes those of the result; near 1 "
        "nothing is left to gain. Behind the fastest library: its time, or that of the fastest one in that mode, "
        "divided by ours, so above 1 we are the faster one; OpenCV is without IPP where our convention gives its bits. "
        f"*ours, ... / one*: how many times as fast we are with more threads. {provenance(facts)}"
    )
    by_case: dict[str, list[Cell]] = {}
    for cell in cells:
        by_case.setdefault(cell.case.label, []).append(cell)
    sections = [f"## {label}\n\n{cell_table(group)}" for label, group in by_case.items()]
    return "\n\n".join(["# Benchmark", about, *sections]) + "\n"


def provenance(facts: dict[str, str], command: str = "python bench.py --readme README.md --docs docs") -> str:
    """Say when, on what and how the figures of a table were made."""
    return (
        f"{facts['date']}, {facts['processor']}, {facts['cores']} cores, kernels for {facts['vectors']}, libraries "
        f"{facts['libraries']}, {facts['system']}; {facts['versions']}. "
        f"Made by `{command}`."
    )


def markdown(cells: list[Cell], facts: dict[str, str]) -> str:
    """Return the README's tables with the date and the class of machine."""
    native = [cell for cell in cells if cell.case.convention == "native"]
    others = [cell for cell in cells if cell.case.convention != "native" and cell.mode == cells[0].mode]
    note = (
        f"Time of each library divided by ours ({cells[0].mode}), geometric mean over sizes and channels. *worst*, and "
        "in brackets: the least favourable case against the fastest library there, which the other modes' columns "
        "show. *x memory*: our time divided by that of reading and writing the bytes that must be. "
        "The library's own bits: against our convention with the same results, OpenCV without IPP. " + provenance(facts)
    )
    parts = ((operator_table, native), (convention_table, others))
    return "\n\n".join([*(make(part) for make, part in parts if part), note])


def replace_section(text: str, name: str, body: str) -> str:
    """Return ``text`` with ``body`` between the section's markers; ValueError unless each is there once, in order."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    if text.count(begin) != 1 or text.count(end) != 1 or text.index(begin) > text.index(end):
        raise ValueError(f"the file needs one {begin} and, after it, one {end}")
    return text[: text.index(begin) + len(begin)] + f"\n{body}\n" + text[text.index(end) :]


def html_page(tables: str, facts: dict[str, str], charts: list[Image.Image]) -> str:
    """Return a self-contained page: the charts, the machine and the tables."""
    pictures = ""
    for chart in charts:
        png = io.BytesIO()
        chart.save(png, "PNG")
        pictures += f'<p><img alt="chart" src="data:image/png;base64,{b64encode(png.getvalue()).decode()}">'
    about = "\n".join(f"{key}: {value}" for key, value in facts.items())
    text = escape(f"{about}\n\n{tables}")
    return f"<!doctype html><meta charset=utf-8><title>fastresample benchmark</title>{pictures}<pre>{text}</pre>\n"
