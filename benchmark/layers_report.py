"""What bench.py makes of its measurements of networks' layers: tables for the terminal and the README."""

from collections.abc import Callable
from functools import partial
from itertools import product
from math import nan
from typing import NamedTuple

from benchmark.layers import ALLOCATING, TORCH, NetworkCell
from benchmark.resizes_report import geometric_mean, provenance, ratio_text, table
from fastresample.validate.comparison import OURS, aligned_table

Cells = list[NetworkCell]


def mean(family: str, cells: Cells, name: str) -> float:
    """Return the geometric mean ratio of a family, or of all with ``""``."""
    return geometric_mean(cell.ratio(name) for cell in cells if family in cell.layer.family)


def worst(cells: Cells, name: str) -> float:
    """Return the least favourable ratio."""
    return min((cell.ratio(name) for cell in cells), default=nan)


# The last lines of every table: what becomes of the ratios in a column.
SUMMARIES: dict[str, Callable[[Cells, str], float]] = {
    "geometric mean, convolution": partial(mean, "convolution"),
    "geometric mean, pooling": partial(mean, "pooling"),
    "geometric mean": partial(mean, ""),
    "worst": worst,
}


class Column(NamedTuple):
    """A head, the cells below it, how one is shown, and what stands in the line of a summary."""

    head: str
    cells: Cells
    show: Callable[[NetworkCell], str]
    summary: Callable[[str], str] = lambda label: ""


def ratio_column(head: str, cells: Cells, name: str = OURS) -> Column:
    """Return torch's times over those of one of our calls."""

    def summary(label: str) -> str:
        return ratio_text(SUMMARIES[label](cells, name))

    return Column(head, cells, lambda cell: ratio_text(cell.ratio(name)), summary)


def time_column(head: str, cells: Cells, name: str) -> Column:
    """Return the milliseconds of one of the calls."""
    return Column(head, cells, lambda cell: f"{cell.ms[name]:.3f}")


def speed_column(cells: Cells) -> Column:
    """Return how fast ours computes; nothing where nothing is multiplied."""

    def show(cell: NetworkCell) -> str:
        return f"{1e3 * cell.layer.gflop / cell.ms[OURS]:.0f}" if cell.layer.channels else "-"

    return Column("GFLOP/s", cells, show)


def accuracy_column(head: str, cells: Cells) -> Column:
    """Return our errors, torch's and their ratio, or the number of differences; below it the worst of them."""

    def show(cell: NetworkCell) -> str:
        ours, theirs, differing = cell.accuracy
        if not cell.layer.channels:
            return f"{differing} differ"
        return f"{ours:.1e}" + (f" / {theirs:.1e} = {cell.accuracy.ratio:.2f}" if theirs else "")

    def summary(label: str) -> str:
        if label != "worst":
            return ""
        ratios = [cell.accuracy.ratio for cell in cells if cell.accuracy.theirs]
        differing = [cell.accuracy.differing for cell in cells if not cell.layer.channels]
        largest = [f"{max(ratios):.2f}"] if ratios else []
        return ", ".join(largest + ([f"{sum(differing)} differ"] if differing else []))

    return Column(head, cells, show, summary)


def lines(columns: list[Column]) -> list[list[str]]:
    """Return a line for each layer and each summary, with a dash where a column has no such cell."""
    labels = dict.fromkeys(cell.layer.label for column in columns for cell in column.cells)
    shown = [{cell.layer.label: column.show(cell) for cell in column.cells} for column in columns]
    layers = [[label, *(texts.get(label, "-") for texts in shown)] for label in labels]
    return layers + [[label, *(column.summary(label) for column in columns)] for label in SUMMARIES]


def grouped(cells: Cells) -> dict[str, Cells]:
    """Return the cells of each mode and dtype."""
    groups: dict[str, Cells] = {}
    for mode, dtype in product(
        *(dict.fromkeys(column) for column in ([c.mode for c in cells], [c.dtype for c in cells]))
    ):
        groups[f"{mode}, {dtype}"] = [cell for cell in cells if (cell.mode, cell.dtype) == (mode, dtype)]
    return {title: group for title, group in groups.items() if group}


def all_tables(cells: Cells) -> str:
    """Return a table for each mode and dtype."""
    tables = []
    for title, group in grouped(cells).items():
        columns = [
            time_column("ours ms", group, OURS),
            time_column("allocating", group, ALLOCATING),
            time_column("torch ms", group, TORCH),
            ratio_column("torch/ours", group),
            ratio_column("torch/allocating", group, ALLOCATING),
            speed_column(group),
            accuracy_column("error: ours / torch", group),
        ]
        heads = [title, *(column.head for column in columns)]
        tables.append("\n".join(aligned_table(heads, [[f"  {label}", *texts] for label, *texts in lines(columns)])))
    return "\n\n".join(tables)


def markdown(cells: Cells, facts: dict[str, str]) -> str:
    """Return the README's table: the ratios of every mode and dtype, and the rest of the first."""
    (title, first), *others = grouped(cells).items()
    columns = [
        ratio_column(title, first),
        ratio_column("allocating", first, ALLOCATING),
        *(ratio_column(other, group) for other, group in others),
        time_column("ours ms", first, OURS),
        speed_column(first),
        accuracy_column("error", first),
    ]
    note = (
        "PyTorch's time divided by ours: the least of many calls that take turns in one process (on several threads "
        "five calls a turn), PyTorch in inference mode. Ours writes into a given array (`out=`); *allocating*: makes "
        "a new one, as PyTorch always does here. "
        "Weights are packed in every call. *error*: the largest difference from PyTorch's float64 result, divided by "
        "its largest value, ours / PyTorch's = ratio; of pooling, how many values and indices are not PyTorch's. "
        f"This, milliseconds and GFLOP/s: {title}. Letters: k kernel, s stride, p padding, op output padding, "
        f"d dilation, g groups. {provenance(facts)}"
    )
    return table(["layer", *(column.head for column in columns)], lines(columns)) + f"\n\n{note}"
