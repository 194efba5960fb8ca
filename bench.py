"""Time fastresample against every installed library on the same noise, and print by how much it is faster.

    python bench.py [--part resize|networks|all] [--quick] [--only TEXT] [--json FILE] [--html FILE]
                    [--readme README.md] [--docs docs]
    python bench.py --part folder [--photographs FOLDER] [--sharp FOLDER] [...]

Two parts: resizing against every library, and the layers of networks against torch. What a library's call is comes from
fastresample.validate.libraries and benchmark.layers. All libraries of a cell take turns in one run (on several threads,
turns of five calls), and each figure is the minimum of many calls. A ratio is the library's time divided by ours: above
1 we are faster. "as opencv" and so on is a library against our convention that gives the same bits. A layer's main
figure is with ``out=``, which torch does not have there: "allocating" is without. Every call of ours packs the weights
anew. With ``NUMBA_CPU_NAME`` (such as x86-64-v3) our code is generated for that processor; where it is code for AVX2,
the libraries are held to AVX2, too.

A third part, only where it is asked for: a folder of 200 photographs shrunk by whole processes, ours and those of other
tools; seconds on the processor, and ours divided by theirs: below 1 we are faster.
"""

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import fastresample
from benchmark import folders, folders_report, layers, layers_report, resizes, resizes_report
from benchmark.charts import draw_distances, draw_ratios
from benchmark.holding import hold_libraries
from benchmark.resizes_report import html_page, page_of_cells, replace_section
from fastresample.kernels.tiers import tier
from fastresample.validate.calls import INSTALL, installed, version
from fastresample.validate.comparison import OURS


def machine() -> dict[str, str]:
    """Return what the figures depend on: date, commit, processor, versions; hold libraries to our vectors."""
    libraries = hold_libraries(tier())  # before they are imported for their versions
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
        "vectors": tier().name,
        "libraries": libraries,
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
    for option, what in {"json": "all cells", "html": "a page", "readme": "the tables"}.items():
        parser.add_argument(f"--{option}", type=Path, metavar="FILE", help=f"write {what} to FILE")
    parser.add_argument("--docs", type=Path, metavar="FOLDER", help="write benchmark.md and its charts there")
    parser.add_argument("--photographs", type=Path, metavar="FOLDER", help="where those of --part folder are kept")
    parser.add_argument(
        "--sharp", type=Path, metavar="FOLDER", help="where `npm install sharp` was run, for --part folder"
    )
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
        *(resizes.run, resizes_report, "bench"),
        "1 thread: cv2.setNumThreads(1), torch.set_num_threads(1), libvips concurrency 1, no pool for the others; "
        "OpenCV as installed, with IPP where it has it; without, where our convention gives its bits",
    ),
    "folder": Part(
        *(folders.run, folders_report, "folder"),
        "whole processes in turns on the same photographs, an image per worker; libvips and OpenCV one thread an image",
    ),
    "networks": Part(
        *(layers.run, layers_report, "networks"),
        "ours with out= given, and allocating the result as torch does; torch.set_num_threads, inference mode",
    ),
}


def chosen(part: str) -> dict[str, Part]:
    """Return the parts to measure: what was asked for, less the networks where torch is missing, which is said.

    All but the folder, which takes minutes and room on the disk, and is asked for by its name.
    """
    names = [name for name in PARTS if name != "folder"] if part == "all" else [part]
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
    resizes = done.get("resize", [])
    if arguments.json:
        rows = {name: [cell.record for cell in cells] for name, cells in done.items()}
        arguments.json.write_text(json.dumps({**facts, **rows}, indent=1), encoding="utf-8")
    # Code for a processor that was given by name has pages of its own.
    page = f"benchmark-{facts['vectors']}" if os.environ.get("NUMBA_CPU_NAME") else "benchmark"
    drawn = {page: draw_ratios, f"{page}-memory": draw_distances} if resizes else {}
    charts = {name: draw(resizes, facts) for name, draw in drawn.items()}
    if arguments.html:
        arguments.html.write_text(html_page(tables, facts, list(charts.values())), encoding="utf-8")
    if arguments.docs and "folder" in done:
        page = folders_report.page(done["folder"], facts)
        (arguments.docs / "benchmark-folder.md").write_text(page, encoding="utf-8")
    elif arguments.docs and not resizes:
        print(f"nothing written to {arguments.docs}: its page shows resizing, which was not measured", file=sys.stderr)
    elif arguments.docs:
        (arguments.docs / f"{page}.md").write_text(page_of_cells(resizes, facts), encoding="utf-8")
        for name, chart in charts.items():
            chart.save(arguments.docs / f"{name}.png")


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
