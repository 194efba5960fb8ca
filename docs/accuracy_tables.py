"""Write the tables of accuracy.md (and of any file with such markers): ``python docs/accuracy_tables.py``.

``<!-- NAME:begin -->`` and ``<!-- NAME:end -->`` mark a section; ``SECTIONS`` says what stands there. Figures are
measured with ``fastresample.validate.compare`` on the libraries installed here, promises are read from the conventions.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import chain, groupby
from pathlib import Path

import numpy as np

from fastresample.conventions import CONVENTIONS
from fastresample.conventions.records import Promise
from fastresample.validate import LIBRARIES, Comparison, compare
from fastresample.validate.comparison import OURS

HERE = Path(__file__).parent
FILES = (HERE / "accuracy.md", HERE.parent / "README.md")
SHAPE = (240, 320, 3)
SIZES = ((41, 55), (80, 107), (113, 151), (120, 160), (200, 300), (120, 480), (301, 401), (480, 640), (504, 672))


@cache
def noise() -> np.ndarray:
    """Return the picture: uniform noise has no easy pixels."""
    return np.random.default_rng(0).integers(0, 256, SHAPE, dtype=np.uint8)


@cache
def comparisons(operator: str) -> list[Comparison]:
    """Compare all libraries at all sizes."""
    method, _, antialiased = operator.partition(" ")
    return [compare(noise(), size, method=method, antialias=bool(antialiased) or None) for size in SIZES]


def measured(operator: str, name: str) -> list[tuple[float, float, float, str]]:
    """Return largest error, fraction of right samples, bias and remark at every size that the library can do."""
    library = LIBRARIES[operator].get(name)
    found = []
    for comparison in comparisons(operator):
        if name in comparison.versions and (library is None or library.comparable(noise(), comparison.size)):
            row = comparison.row(name)
            found.append((row.metrics.max_abs, 1 - row.metrics.misrounded, row.metrics.bias, row.remark))
    return found


def span(values: Sequence[float], show: Callable[[float], str]) -> str:
    """Show the least and the largest value, or the one where both look alike."""
    return " to ".join(dict.fromkeys([show(min(values)), show(max(values))]))


def percent(fraction: float) -> str:
    """Show a fraction so that only all of them read 100."""
    return "100" if fraction == 1 else f"{min(100 * fraction, 99.99):.{1 if fraction < 0.999 else 2}f}"


def level(value: float) -> str:
    """Show a difference in levels."""
    return (f"{value:.2f}" if abs(value) < 2 else f"{value:.0f}").replace("-0.00", "0.00")


def accuracy_table(operator: str) -> str:
    """Return a table of one operator: every library against the exact value."""
    rows = [[f"{operator}, uint8", "largest error", "right", "bias", "departs"], ["---", "--:", "--:", "--:", "---"]]
    for name in (OURS, *LIBRARIES[operator]):
        if figures := measured(operator, name):
            errors, right, biases, remarks = zip(*figures, strict=True)
            texts = dict.fromkeys(chain.from_iterable(remark.split("; ") for remark in remarks if remark))
            row = [name, level(max(errors)), f"{span(right, percent)} %", span(biases, level), ", ".join(texts)]
            rows.append(row)
    return markdown(rows)


def summary_table() -> str:
    """Return the README's table: what users ask for most."""
    operators = ("bilinear", "bilinear antialiased", "lanczos3 antialiased")
    rows = [["uint8 noise", *operators], ["---"] * 4]
    for name in (OURS, "opencv", "pillow", "torch"):
        columns = [measured(operator, name) for operator in operators]
        rows.append([name, *map(summary_cell, columns)])
    return markdown(rows)


def summary_cell(figures: list[tuple[float, float, float, str]]) -> str:
    """Show the largest error and the fractions of right samples."""
    if not figures:
        return "-"
    errors, right, *_ = zip(*figures, strict=True)
    return f"{level(max(errors))}; {span(right, percent)} %"


def promises() -> str:
    """Return what each convention promises, cell by cell: the table that the tests walk."""
    parts = []
    for name, convention in CONVENTIONS.items():
        if not convention.promises:
            continue
        rows = [[f"`{name}` {convention.version}".strip(), "samples", "antialiased", "promise", ""], ["---"] * 5]
        for methods, promise in grouped(convention.promises):
            smooth = " or ".join("yes" if antialias else "no" for antialias in promise.antialias)
            rows.append([methods, ", ".join(promise.dtypes), smooth, promise.bound, promise.reason])
        parts.append(markdown(rows))
    return "\n\n".join(parts)


def grouped(promises: Iterable[Promise]) -> list[tuple[str, Promise]]:
    """Join promises, one after the other, that differ in their methods only."""
    groups = groupby(promises, key=lambda promise: promise._replace(method=""))
    joined = [(list(members), promise) for promise, members in groups]
    return [(", ".join(f"`{member.method}`" for member in members), promise) for members, promise in joined]


def versions() -> str:
    """Name the libraries that were measured."""
    found = {name: version for comparison in comparisons("bilinear") for name, version in comparison.versions.items()}
    return ", ".join(f"{name} {version}" for name, version in found.items() if not name.endswith("-exact")) + "."


def markdown(rows: list[list[str]]) -> str:
    """Return the lines of a table."""
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


SECTIONS: dict[str, Callable[[], str]] = {
    "promises": promises,
    "versions": versions,
    "summary": summary_table,
    **{
        operator: lambda operator=operator: accuracy_table(operator)
        for operator in (
            "bilinear",
            "bilinear antialiased",
            "bicubic",
            "bicubic antialiased",
            "lanczos3 antialiased",
            "area",
        )
    },
}


def filled(text: str, names: Iterable[str] = SECTIONS, sections: Mapping[str, Callable[[], str]] = SECTIONS) -> str:
    """Return ``text`` with the sections of these names, where it has their markers, made anew."""
    for name in names:
        begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
        if begin in text:
            head, _, rest = text.partition(begin)
            text = f"{head}{begin}\n{sections[name]()}\n{end}{rest.partition(end)[2]}"
    return text


def main() -> None:
    """Fill the files."""
    for path in FILES:
        path.write_text(filled(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
