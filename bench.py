"""Time fastresample against every installed library on the same noise, and print by how much it is faster.

    python bench.py [--part resize|networks|all] [--quick] [--only TEXT] [--json FILE] [--chart FILE.png] [--html FILE]
                    [--readme README.md]

Two parts: resizing against every library, and the layers of networks against torch. What a library's call is comes from
fastresample.validate.libraries and bench_networks; this file only measures. All libraries of a cell take turns in one
run (on several threads, turns of five calls), and each figure is the minimum of many calls. A ratio is the library's
time divided by ours: above 1 we are faster. "as opencv" and so on is a library against our convention that gives the
same bits. A layer's main figure is with ``out=``, which torch does not have there: "allocating" is without. Every call
of ours packs the weights anew.
"""

import argparse
import datetime
import json
import math
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

import bench_networks
import bench_networks_report
import bench_report
import fastresample
from bench_networks import ALLOCATING, TORCH, Layer, NetworkCell
from bench_report import Case, Cell, draw_chart, html_page, replace_section
from fastresample import plan
from fastresample.validate.calls import INSTALL, installed, version
from fastresample.validate.comparison import OURS
from fastresample.validate.libraries import LIBRARIES, ours, reproduced, settings

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
OPERATORS = {  # by convention: method (+ where it antialiases) and dtypes
    "native": "nearest u8, bilinear u8 u16 f32, bilinear+ u8 u16, bicubic u8 u16, bicubic+ u8, lanczos3+ u8 u16 f32, "
    "area u8",
    "opencv": "nearest u8, bilinear u8 u16 f32, bicubic u8, lanczos4 u8, area u8 u16 f32",
    "pillow": "nearest u8, box+ u8, bilinear+ u8, bicubic+ u8, lanczos3+ u8 f32",
    "torch": "nearest u8, bilinear u8 f32, bilinear+ u8 f32, bicubic u8, bicubic+ u8, area f32",
}
DTYPES = {"u8": "uint8", "u16": "uint16", "f32": "float32"}
CASES = [
    Case(method.replace("+", " antialiased"), DTYPES[dtype], convention)
    for convention, text in OPERATORS.items()
    for method, *dtypes in map(str.split, text.split(","))
    for dtype in dtypes
]


class Mode(NamedTuple):
    """How calls are made: with everything prepared or from nothing, on how many threads."""

    label: str
    planned: bool
    threads: int


def thread_counts(cores: int) -> dict[str, int]:
    """Return the numbers of threads to measure with: one, and all."""
    return {"1 thread": 1} | ({f"{cores} threads": cores} if cores > 1 else {})


def modes(cores: int) -> list[Mode]:
    """Return the ways of calling that this machine can show."""
    return [
        Mode(f"{label}, {'reused plan' if planned else 'one shot'}", planned, count)
        for label, count in thread_counts(cores).items()
        for planned in (True, False)
    ]


def calls_per_turn(threads: int) -> int:
    """Return how often a library is called before the next one's turn.

    The threads of some libraries look for more work for a millisecond after each call, on cores that others need.
    """
    return 1 if threads == 1 else 5


def make_calls(case: Case, size: str, channels: int, mode: Mode) -> dict[str, Callable[[], Any]]:
    """Return ready, warmed-up calls of all libraries that do this very operation on this image."""
    shape, target = SIZES[size]
    noise = np.random.default_rng(0).integers(0, 256, (*shape, channels)[: 3 if channels > 1 else 2], dtype=np.uint8)
    image = noise.astype(case.dtype)
    method, _, antialiased = case.operator.partition(" ")
    makes = {OURS: ours(method, bool(antialiased) or None, case.convention)}
    own = reproduced(method, case.convention)
    for name, library in LIBRARIES[case.operator].items():
        if (name == own if own else library.comparable(image, target)) and installed(library.module):
            makes[name] = library.make
    calls = {}
    for name, make in makes.items():
        try:
            run = make(image, target, planned=mode.planned, threads=mode.threads).run
            run()
        except Exception as error:  # a library that cannot do a case is a gap in the table; ours must not fail
            if name == OURS:
                raise
            if not isinstance(error, NotImplementedError):
                print(f"{name} failed on {case.label} {size} C{channels}: {error}", file=sys.stderr)
            continue
        calls[name] = run
    return calls


def measure(
    calls: dict[str, Callable[[], Any]],
    seconds: float,
    before: Callable[[], object] = lambda: None,
    turns: int = 3,
    repeats: int = 1,
) -> dict[str, float]:
    """Let all calls take turns, each for an equal share of ``seconds`` and ``turns`` times at least; minimum in ms.

    A turn is ``repeats`` calls one after the other; ``before`` runs, untimed, ahead of every call.
    """
    clock = time.perf_counter
    best = dict.fromkeys(calls, math.inf)
    spent = dict.fromkeys(calls, 0.0)
    share, turn = seconds / len(calls), 0
    while turn < turns or min(spent.values()) < share:
        for name, run in calls.items():
            if turn >= turns and spent[name] >= share:
                continue
            for _ in range(repeats):
                before()
                start = clock()
                run()
                elapsed = clock() - start
                best[name] = min(best[name], elapsed)
                spent[name] += elapsed
        turn += 1
    return {name: 1e3 * seconds for name, seconds in best.items()}


def run_resizes(arguments: argparse.Namespace, cores: int) -> Iterable[Cell]:
    """Measure resizing cell by cell."""
    sizes = QUICK_SIZES if arguments.quick else tuple(SIZES)
    channels = CHANNELS[:2] if arguments.quick else CHANNELS
    modules = {library.module for libraries in LIBRARIES.values() for library in libraries.values()}
    ways = modes(cores)
    for mode, case in product([ways[0], ways[-1]] if arguments.quick else ways, CASES):
        before = (lambda: None) if mode.planned else plan.clear
        native = case.convention == "native"
        if not native and mode.threads > 1:
            continue
        with settings(modules, threads=mode.threads, ipp=None if native else False):
            for size, count in product(sizes, channels):
                if arguments.only in f"{case.label} {mode.label} {size} C{count}":
                    calls = make_calls(case, size, count, mode)
                    ms = measure(calls, arguments.seconds, before, repeats=calls_per_turn(mode.threads))
                    yield Cell(case, mode.label, size, count, ms)


def run_networks(arguments: argparse.Namespace, cores: int) -> Iterable[NetworkCell]:
    """Measure layers of networks cell by cell."""
    layers = bench_networks.QUICK_LAYERS if arguments.quick else bench_networks.LAYERS
    dtypes = bench_networks.DTYPES[:1] if arguments.quick else bench_networks.DTYPES
    for layer, dtype, (mode, threads) in product(layers, dtypes, thread_counts(cores).items()):
        if arguments.only in f"{layer.label} {dtype} {mode}":
            yield time_layer(layer, dtype, mode, threads, arguments.seconds)


def time_layer(layer: Layer, dtype: str, mode: str, threads: int, seconds: float) -> NetworkCell:
    """Measure one cell: each call of ours in turns with torch's, so that all of them find caches filled by another."""
    import torch

    with settings({TORCH}, threads=threads), torch.inference_mode():
        arrays = bench_networks.operands(layer, dtype)
        accuracy = bench_networks.compared(layer, arrays, threads)
        calls = bench_networks.layer_calls(layer, arrays, threads)
        pairs = [{name: calls[name], TORCH: calls[TORCH]} for name in (OURS, ALLOCATING)]
        repeats = calls_per_turn(threads)
        given, new = (measure(pair, seconds / 2, turns=5, repeats=repeats) for pair in pairs)
    return NetworkCell(layer, dtype, mode, {**given, **new, TORCH: min(given[TORCH], new[TORCH])}, accuracy)


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


def parsed(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=[*PARTS, "all"], default="all", help="what to measure (default all)")
    parser.add_argument("--quick", action="store_true", help="few sizes, layers and modes, short measurements")
    parser.add_argument("--seconds", type=float, help="per cell, shared by the libraries (default 1; quick 0.1)")
    parser.add_argument("--only", default="", metavar="TEXT", help="cells whose line holds TEXT, such as 'float32'")
    parser.add_argument("--markdown", action="store_true", help="print the README's tables")
    for option, what in {"json": "all cells", "chart": "a PNG", "html": "a page", "readme": "the tables"}.items():
        parser.add_argument(f"--{option}", type=Path, metavar="FILE", help=f"write {what} to FILE")
    arguments = parser.parse_args(argv)
    arguments.seconds = arguments.seconds or (0.1 if arguments.quick else 1.0)
    return arguments


class Part(NamedTuple):
    """What is measured, the module that makes tables of it, the README's section, and what is to be said first."""

    run: Callable[[argparse.Namespace, int], Iterable[Any]]
    report: ModuleType
    section: str
    about: str


PARTS = {
    "resize": Part(
        *(run_resizes, bench_report, "bench"),
        "1 thread: cv2.setNumThreads(1), torch.set_num_threads(1), libvips concurrency 1, no pool for the others; "
        "OpenCV as installed, with IPP where it has it; without, where our convention gives its bits",
    ),
    "networks": Part(
        *(run_networks, bench_networks_report, "networks"),
        "ours with out= given, and allocating the result as torch does; torch.set_num_threads, inference mode",
    ),
}


def chosen(part: str) -> dict[str, Part]:
    """Return the parts to measure: what was asked for, less the networks where torch is missing, which is said."""
    names = list(PARTS) if part == "all" else [part]
    if "networks" in names and not installed("torch"):
        print(f"networks left out, torch is not installed: {INSTALL['torch']}", file=sys.stderr)
        names.remove("networks")
    if not names:
        raise SystemExit("nothing to measure")
    return {name: PARTS[name] for name in names}


def collected(cells: Iterable[Any]) -> list[Any]:
    """Return all cells; count them on a terminal."""
    done = []
    for cell in cells:
        done.append(cell)
        if sys.stderr.isatty():
            print(f"\r{len(done)} cells", end="", file=sys.stderr, flush=True)
    return done


def write(arguments: argparse.Namespace, done: dict[str, list[Any]], tables: str, facts: dict[str, str]) -> None:
    """Write the files asked for, but the README."""
    shown = "resize" in done and (arguments.chart or arguments.html)
    chart = draw_chart(done["resize"], facts) if shown else None
    if arguments.json:
        rows = {name: [cell.record for cell in cells] for name, cells in done.items()}
        arguments.json.write_text(json.dumps({**facts, **rows}, indent=1), encoding="utf-8")
    if arguments.html:
        arguments.html.write_text(html_page(tables, facts, chart), encoding="utf-8")
    if arguments.chart and chart:
        chart.save(arguments.chart, "PNG")
    elif arguments.chart:
        print(f"{arguments.chart} not written: it shows resizing, and no such cell was measured", file=sys.stderr)


def main(argv: list[str] | None = None) -> None:
    """Measure, print and write."""
    arguments = parsed(argv)
    parts = chosen(arguments.part)
    readme = arguments.readme.read_text(encoding="utf-8") if arguments.readme else ""
    for part in parts.values() if arguments.readme else ():
        replace_section(readme, part.section, "")  # fail before the measurement, not after it
    facts = machine()
    print("\n".join(f"{key}: {value}" for key, value in facts.items()), "", sep="\n", flush=True)
    print(*(f"{name}: {part.about}" for name, part in parts.items()), "", sep="\n", flush=True)
    measured = {name: collected(part.run(arguments, int(facts["cores"]))) for name, part in parts.items()}
    done = {name: cells for name, cells in measured.items() if cells}
    if not done:
        raise SystemExit(f"no cell of {' and '.join(parts)} holds {arguments.only!r}")
    tables = "\n\n".join(parts[name].report.all_tables(cells) for name, cells in done.items())
    print(tables)
    sections = {parts[name].section: parts[name].report.markdown(cells, facts) for name, cells in done.items()}
    if arguments.markdown:
        print("", *sections.values(), sep="\n")
    write(arguments, done, tables, facts)
    for section, body in sections.items() if arguments.readme else ():
        readme = replace_section(readme, section, body)
    if arguments.readme:
        arguments.readme.write_text(readme, encoding="utf-8")


if __name__ == "__main__":
    main()
