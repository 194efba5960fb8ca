"""What bench.py makes of its measurements of folders: tables for the terminal, the README and a page."""

from statistics import median

from benchmark.folders import BOUND, COUNTS, FIRST, OURS, FolderCell
from benchmark.resizes_report import provenance, table
from fastresample.validate.figures import aligned_table

Cells = list[FolderCell]

HEADS = ["tool", "CPU s", "least", "start-up", "first", "CPU s - start-up", "ours / theirs", "- first", "wall s"]
_COMMAND = "python bench.py --part folder --sharp FOLDER --readme README.md --docs docs"


def ratio(cells: Cells, cell: FolderCell, startup: str = "empty") -> float:
    """Return our seconds divided by those of a tool, both less what they take to start."""
    ours = next(each for each in cells if each.tool == OURS)
    return ours.net(startup) / cell.net(startup)


def lines(cells: Cells) -> list[list[str]]:
    """Return a line for each tool, the quickest first."""
    rows = []
    has_ours = any(cell.tool == OURS for cell in cells)
    for cell in sorted(cells, key=FolderCell.net):
        ratios = [f"{ratio(cells, cell, startup):.2f}" if has_ours else "-" for startup in ("empty", "first")]
        seconds = [cell.cpu, min(run.cpu for run in cell.runs)]
        starting = [median(run.cpu for run in runs) for runs in (cell.empty, cell.first)]
        shown = [f"{value:.2f}" for value in (*seconds, *starting, cell.net())]
        rows.append([cell.tool, *shown, *ratios, f"{min(run.wall for run in cell.runs):.2f}"])
    return rows


def all_tables(cells: Cells) -> str:
    """Return the table for the terminal."""
    return "\n".join(aligned_table(HEADS, lines(cells)))


def markdown(cells: Cells, facts: dict[str, str]) -> str:
    """Return the README's table and what its columns are."""
    note = (
        f"{COUNTS[0]} photographs of 12 megapixels and {COUNTS[1]} of 3 (JPEG, noise of a sensor, quality 85 to 92, "
        "4:2:0 and 4:4:4, half with a profile, four in ten turned by their EXIF) shrunk to 800 pixels, quality 85, "
        f"{facts['cores']} workers; whole processes in turns, medians of {max(len(cell.runs) for cell in cells)}. "
        "*CPU s*: user and system time of the process; *least*: of any run; *start-up*: the same on an empty folder, "
        f"which is subtracted; *first*: on one picture of {FIRST[0]} x {FIRST[1]} pixels, for which we load compiled "
        "code. *ours / theirs*: CPU s - start-up; *- first*: the same with *first* subtracted. *wall s*: the shortest "
        f"run, other work on the machine included. *{BOUND}*: our decoder and encoder with a corner of the picture "
        f"instead of a resize. {provenance(facts, _COMMAND)}"
    )
    return f"{table(HEADS, lines(cells))}\n\n{note}"


def page(cells: Cells, facts: dict[str, str]) -> str:
    """Return the page: the table, what each tool is, and every run."""
    tools = "\n".join(f"* *{cell.tool}*: {cell.about}." for cell in cells)
    runs = [
        [cell.tool, *(" ".join(f"{run.cpu:.2f}" for run in of) for of in (cell.runs, cell.empty, cell.first))]
        for cell in cells
    ]
    every = table(["tool", "photographs", "empty folder", "first picture"], runs)
    return (
        f"# A folder of photographs\n\n{markdown(cells, facts)}\n\n{tools}\n\n"
        f"## Every run\n\nSeconds on the processor.\n\n{every}\n"
    )
