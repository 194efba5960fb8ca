"""Time fastresample against every installed library on the same noise images, and print by how much it is faster.

    python bench.py [--quick] [--only TEXT] [--json FILE] [--chart FILE.png] [--html FILE] [--readme README.md]

What a library's call is comes from fastresample.validate.libraries; this file only measures. All libraries of a cell
take turns in one run, and each figure is the minimum of many calls. A ratio is the library's time divided by ours:
above 1 we are faster.
"""

import argparse
import datetime
import io
import json
import math
import platform
import shutil
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterable
from html import escape
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

import fastresample
from fastresample import plan
from fastresample.validate.calls import INSTALL, installed, version
from fastresample.validate.comparison import OURS, aligned_table
from fastresample.validate.libraries import LIBRARIES, settings

SIZES = {  # label: (height, width) before and after
    "4928x3279 to 852x567": ((3279, 4928), (567, 852)),
    "1920x1080 to 960x540": ((1080, 1920), (540, 960)),
    "1920x1080 to 224x224": ((1080, 1920), (224, 224)),
    "960x540 to 1920x1080": ((540, 960), (1080, 1920)),
    "1280x720 to 1920x1080": ((720, 1280), (1080, 1920)),
    "256x256 to 512x512": ((256, 256), (512, 512)),
}
QUICK_SIZES = ("1920x1080 to 224x224", "256x256 to 512x512")
CHANNELS = (3, 1, 4)
OPERATORS = (("nearest", "uint8"), ("bilinear", "uint8"), ("bilinear", "float32"), ("bilinear antialiased", "uint8"))
BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


class Mode(NamedTuple):
    """How calls are made: with everything prepared or from nothing, on how many threads."""

    label: str
    planned: bool
    threads: int


class Cell(NamedTuple):
    """One measurement: milliseconds of each library that can do the case."""

    operator: str
    dtype: str
    mode: str
    size: str
    channels: int
    ms: dict[str, float]

    @property
    def ratios(self) -> dict[str, float]:
        """Each library's time over ours."""
        return {name: ms / self.ms[OURS] for name, ms in self.ms.items() if name != OURS}


def modes(cores: int) -> list[Mode]:
    """Return the ways of calling that this machine can show."""
    threads = [("1 thread", 1)] + ([(f"{cores} threads", cores)] if cores > 1 else [])
    return [
        Mode(f"{label}, {'reused plan' if planned else 'one shot'}", planned, count)
        for label, count in threads
        for planned in (True, False)
    ]


def make_calls(operator: str, dtype: str, size: str, channels: int, mode: Mode) -> dict[str, Callable[[], Any]]:
    """Return ready, warmed-up calls of all libraries that do this very operation on this image."""
    shape, target = SIZES[size]
    noise = np.random.default_rng(0).integers(0, 256, (*shape, channels)[: 3 if channels > 1 else 2], dtype=np.uint8)
    image = noise.astype(dtype)
    calls = {}
    for name, library in LIBRARIES[operator].items():
        if not installed(library.module) or (library.incomparable and library.difference(shape, target)):
            continue
        try:
            run = library.make(image, target, planned=mode.planned, threads=mode.threads).run
            run()
        except Exception as error:  # a library that cannot do a case is a gap in the table; ours must not fail
            if name == OURS:
                raise
            if not isinstance(error, NotImplementedError):
                print(f"{name} failed on {operator} {dtype} {size} C{channels}: {error}", file=sys.stderr)
            continue
        calls[name] = run
    return calls


def measure(calls: dict[str, Callable[[], Any]], seconds: float, before: Callable[[], object]) -> dict[str, float]:
    """Let all calls take turns, each for an equal share of ``seconds`` and three times at least; minimum in ms.

    ``before`` runs, untimed, ahead of every call.
    """
    clock = time.perf_counter
    best = dict.fromkeys(calls, math.inf)
    spent = dict.fromkeys(calls, 0.0)
    share, turn = seconds / len(calls), 0
    while turn < 3 or min(spent.values()) < share:
        for name, run in calls.items():
            if turn >= 3 and spent[name] >= share:
                continue
            before()
            start = clock()
            run()
            elapsed = clock() - start
            best[name] = min(best[name], elapsed)
            spent[name] += elapsed
        turn += 1
    return {name: 1e3 * seconds for name, seconds in best.items()}


def run_all(arguments: argparse.Namespace, cores: int) -> Iterable[Cell]:
    """Measure cell by cell."""
    sizes = QUICK_SIZES if arguments.quick else tuple(SIZES)
    channels = CHANNELS[:2] if arguments.quick else CHANNELS
    modules = {library.module for table in LIBRARIES.values() for library in table.values()}
    for mode in modes(cores):
        before = (lambda: None) if mode.planned else plan.clear
        with settings(modules, threads=mode.threads):
            for (operator, dtype), size, count in product(OPERATORS, sizes, channels):
                if arguments.only in f"{operator} {dtype} {mode.label} {size} C{count}":
                    calls = make_calls(operator, dtype, size, count, mode)
                    ms = measure(calls, arguments.seconds, before)
                    yield Cell(operator, dtype, mode.label, size, count, ms)


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean; NaN of nothing."""
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs)) if logs else math.nan


def grouped(cells: list[Cell]) -> dict[tuple[str, str], list[Cell]]:
    """Return the cells of each (operator and dtype, mode), in order."""
    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((f"{cell.operator} {cell.dtype}", cell.mode), []).append(cell)
    return groups


def peers(cells: list[Cell]) -> list[str]:
    """Return the libraries that occur, in the table's order."""
    seen = {name for cell in cells for name in cell.ms}
    order = dict.fromkeys(name for table in LIBRARIES.values() for name in table)
    return [name for name in order if name in seen and name != OURS]


def mean_ratio(cells: list[Cell], name: str) -> float:
    """Return a library's geometric mean ratio over the cells that it can do."""
    return geometric_mean(cell.ratios[name] for cell in cells if name in cell.ratios)


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
    best_mean = geometric_mean(best_peer(cell)[1] for cell in cells if cell.ratios)
    rows.append(["  geometric mean", "", *means, ratio_text(best_mean)])
    return "\n".join(aligned_table([title, "ours ms", *names, "best peer"], rows))


def all_tables(cells: list[Cell]) -> str:
    """Return the tables of all operators and modes."""
    names = peers(cells)
    return "\n\n".join(ratio_table(", ".join(key), group, names) for key, group in grouped(cells).items())


def machine() -> dict[str, str]:
    """Return what the figures depend on: date, commit, processor, versions."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    git = shutil.which("git")
    describe = ["-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    commit = subprocess.run([git, *describe], capture_output=True, text=True, check=False).stdout.strip() if git else ""
    versions = [f"{name} {version(name)}" for name in (OURS, "numpy", "numba", *INSTALL) if installed(name)]
    return {
        "date": datetime.date.today().isoformat(),
        "commit": commit or "unknown",
        "processor": models[0] if models else platform.processor() or platform.machine(),
        "cores": str(fastresample.get_num_threads()),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": ", ".join(versions),
    }


def markdown(cells: list[Cell], facts: dict[str, str]) -> str:
    """Return the README's table with the date and the class of machine."""
    names = peers(cells)
    rows = [["operator", "calls", *names, "worst"], ["---", "---", *["--:"] * (len(names) + 1)]]
    for (operator, mode), group in grouped(cells).items():
        worst = min((best_peer(cell)[1] for cell in group if cell.ratios), default=math.nan)
        rows.append([operator, mode, *(ratio_text(mean_ratio(group, name)) for name in names), ratio_text(worst)])
    note = (
        "Time of each library divided by ours, geometric mean over sizes and channels; *worst*: the least favourable "
        f"case against the fastest library there. {facts['date']}, {facts['processor']}, {facts['cores']} cores, "
        f"{facts['system']}; {facts['versions']}. Made by `python bench.py --readme README.md`."
    )
    return "\n".join([*(f"| {' | '.join(row)} |" for row in rows), "", note])


def replace_section(text: str, body: str) -> str:
    """Return ``text`` with ``body`` between the two markers; ValueError if they are not there once, in order."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"the file needs one {BEGIN} and, after it, one {END}")
    return text[: text.index(BEGIN) + len(BEGIN)] + f"\n{body}\n" + text[text.index(END) :]


def html_page(cells: list[Cell], facts: dict[str, str], chart: Image.Image) -> str:
    """Return a self-contained page: the chart, the machine and every cell."""
    png = io.BytesIO()
    chart.save(png, "PNG")
    picture = f'<img alt="bar chart" src="data:image/png;base64,{b64encode(png.getvalue()).decode()}">'
    about = "\n".join(f"{key}: {value}" for key, value in facts.items())
    text = escape(about + "\n\n" + all_tables(cells))
    return f"<!doctype html><meta charset=utf-8><title>fastresample benchmark</title>{picture}<pre>{text}</pre>\n"


def draw_chart(cells: list[Cell], facts: dict[str, str]) -> Image.Image:
    """Draw the geometric mean ratios as bars, a group per operator, calls with a reused plan on one thread."""
    names, first = peers(cells), cells[0].mode
    groups = {key[0]: group for key, group in grouped(cells).items() if key[1] == first}
    bars = [(operator, name, mean_ratio(group, name)) for operator, group in groups.items() for name in names]
    bars = [bar for bar in bars if not math.isnan(bar[2])]
    left, row, unit = 300, 26, 480 / max(1.0, *(ratio for *_, ratio in bars))
    height = 70 + row * (len(bars) + len(groups)) + 40
    chart = Image.new("RGB", (left + 580, height), "white")
    draw, font, small = ImageDraw.Draw(chart), ImageFont.load_default(16), ImageFont.load_default(13)
    draw.text((20, 16), f"Time of each library / ours (geometric mean), {first}", "black", font)
    draw.line((left + unit, 50, left + unit, height - 40), "#bbbbbb", 2)
    y, previous = 50, ""
    for operator, name, ratio in bars:
        if operator != previous:
            draw.text((20, y + 4), operator, "black", font)
            y, previous = y + row, operator
        draw.text((left - 8, y + 4), name, "#444444", small, anchor="ra")
        draw.rectangle((left, y + 4, left + ratio * unit, y + row - 6), "#2a7ab0" if ratio >= 1 else "#c0504d")
        draw.text((left + ratio * unit + 6, y + 4), f"{ratio_text(ratio)}x", "#444444", small)
        y += row
    draw.text((20, y + 14), f"{facts['date']}, {facts['processor']}, {facts['system']}", "#444444", small)
    return chart


def parsed(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two sizes and short measurements: under a minute")
    parser.add_argument("--seconds", type=float, help="per cell, shared by the libraries (default 1; quick 0.1)")
    parser.add_argument("--only", default="", metavar="TEXT", help="cells whose line holds TEXT, such as 'float32'")
    parser.add_argument("--markdown", action="store_true", help="print the README's table")
    for option, what in {"json": "all cells", "chart": "a PNG", "html": "a page", "readme": "the table"}.items():
        parser.add_argument(f"--{option}", type=Path, metavar="FILE", help=f"write {what} to FILE")
    arguments = parser.parse_args(argv)
    arguments.seconds = arguments.seconds or (0.1 if arguments.quick else 1.0)
    return arguments


def main(argv: list[str] | None = None) -> None:
    """Measure, print and write."""
    arguments = parsed(argv)
    readme = arguments.readme.read_text(encoding="utf-8") if arguments.readme else ""
    if readme:
        replace_section(readme, "")  # fail before the measurement, not after it
    facts = machine()
    print("\n".join(f"{key}: {value}" for key, value in facts.items()), "", sep="\n", flush=True)
    print("1 thread: cv2.setNumThreads(1), torch.set_num_threads(1), libvips concurrency 1, no pool for the others;")
    print("OpenCV as installed, with IPP where it has it\n", flush=True)
    cells: list[Cell] = []
    for cell in run_all(arguments, int(facts["cores"])):
        cells.append(cell)
        if sys.stderr.isatty():
            print(f"\r{len(cells)} cells", end="", file=sys.stderr, flush=True)
    if not cells:
        raise SystemExit(f"no cell holds {arguments.only!r}")
    print(all_tables(cells))
    if arguments.markdown:
        print("", markdown(cells, facts), sep="\n")
    if arguments.json:
        document = {**facts, "cells": [cell._asdict() for cell in cells]}
        arguments.json.write_text(json.dumps(document, indent=1), encoding="utf-8")
    if arguments.chart:
        draw_chart(cells, facts).save(arguments.chart, "PNG")
    if arguments.html:
        arguments.html.write_text(html_page(cells, facts, draw_chart(cells, facts)), encoding="utf-8")
    if readme:
        arguments.readme.write_text(replace_section(readme, markdown(cells, facts)), encoding="utf-8")


if __name__ == "__main__":
    main()
