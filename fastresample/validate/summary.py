"""Each library over many comparisons."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from fastresample.validate.comparison import OURS, Comparison
from fastresample.validate.figures import aligned_table, number, percent

_HEADS = ["cells", "nearest in", "max", "RMSE", "misrounded", "max from ours", "least equal to ours", ""]


class Summary(NamedTuple):
    """One library over all cells of an operator in which it took part."""

    operator: str
    library: str
    cells: int
    nearest: int  # cells in which it is nearest to the exact value, alone or with others
    max_abs: float  # the largest difference from the exact value
    rmse: float  # from the exact value; root of the mean of the cells' squares
    misrounded: float | None  # mean of the cells
    ours: float | None  # the largest difference from this package's results; None for these themselves
    equal: float | None  # the least fraction of samples that are the same as in this package's result


def summarise(comparisons: Sequence[Comparison]) -> tuple[Summary, ...]:
    """Return a row per operator and library, in the order in which they first took part."""
    found: dict[str, dict[str, list[Comparison]]] = {}
    for comparison in comparisons:
        for name in comparison.names:
            found.setdefault(comparison.operator, {}).setdefault(name, []).append(comparison)
    return tuple(
        _summed(operator, library, cells)
        for operator, libraries in found.items()
        for library, cells in libraries.items()
    )


def summary_tables(rows: Sequence[Summary]) -> list[str]:
    """Return the lines of a table per operator, each followed by an empty one."""
    lines: list[str] = []
    for operator in dict.fromkeys(row.operator for row in rows):
        cells = [_summary_cells(row) for row in rows if row.operator == operator]
        lines += [*aligned_table([f"{operator}, all cells", *_HEADS], cells), ""]
    return lines


def _summed(operator: str, library: str, cells: Sequence[Comparison]) -> Summary:
    exact = [comparison.row(library).metrics for comparison in cells]
    ours = [comparison.row(OURS, library).metrics for comparison in cells] if library != OURS else []
    misrounded = [m.misrounded for m in exact if m.misrounded is not None]
    return Summary(
        operator,
        library,
        cells=len(cells),
        nearest=sum(library in comparison.nearest for comparison in cells),
        max_abs=max(m.max_abs for m in exact),
        rmse=math.sqrt(math.fsum(m.rmse * m.rmse for m in exact) / len(exact)),
        misrounded=math.fsum(misrounded) / len(misrounded) if misrounded else None,
        ours=max((m.max_abs for m in ours), default=None),
        equal=min((m.equal for m in ours), default=None),
    )


def _summary_cells(row: Summary) -> list[str]:
    return [
        row.library,
        str(row.cells),
        str(row.nearest),
        number(row.max_abs),
        number(row.rmse),
        "-" if row.misrounded is None else percent(row.misrounded),
        "-" if row.ours is None else number(row.ours),
        "-" if row.equal is None else percent(row.equal),
        "",
    ]
