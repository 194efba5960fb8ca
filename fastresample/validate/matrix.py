"""Many comparisons: images x sizes x methods, their summary, and which of them differ by more than is allowed."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple

from numpy.typing import NDArray

import fastresample
from fastresample.validate import page
from fastresample.validate.comparing import check_fit, compare
from fastresample.validate.comparison import OURS, Comparison
from fastresample.validate.figures import json_number, number, percent
from fastresample.validate.libraries import choose_for, operator_name
from fastresample.validate.measuring import EXACT
from fastresample.validate.metrics import Metrics
from fastresample.validate.summary import Summary, summarise, summary_tables

Images = Mapping[str, NDArray[Any]] | Iterable[tuple[str, NDArray[Any]]]


class Cell(NamedTuple):
    """One comparison of the matrix, and the name of its image."""

    image: str
    comparison: Comparison

    @property
    def label(self) -> str:
        """What was compared, in one line."""
        c = self.comparison
        return f"{self.image}, {c.operator}, {c.shape[1]}x{c.shape[0]} to {c.size[1]}x{c.size[0]}"


class Skipped(NamedTuple):
    """A cell that could not be compared, and why; without size and method a file that could not be read."""

    image: str
    size: str
    method: str
    reason: str

    @property
    def label(self) -> str:
        """What was not compared, in one line."""
        return ", ".join(part for part in (self.image, self.method, self.size) if part)


class Breach(NamedTuple):
    """A library from which this package's result differs by more than is allowed, or that was not compared at all."""

    cell: Cell
    library: str
    reason: str

    def __str__(self) -> str:
        return f"{self.cell.label}: {OURS} against {self.library}: {self.reason}"


@dataclass(frozen=True)
class Comparisons:
    """What `compare_all` found. ``print(comparisons)`` shows a line per cell and the summary.

    Attributes
    ----------
    cells : tuple of Cell
        A comparison per image, size and method.
    skipped : tuple of Skipped
        Those that could not be made.
    named : tuple of str
        The libraries that were asked for by name; empty if all that are installed.
    """

    cells: tuple[Cell, ...]
    skipped: tuple[Skipped, ...] = ()
    named: tuple[str, ...] = ()

    def summary(self) -> tuple[Summary, ...]:
        """Return a row per operator and library."""
        return summarise([comparison for _, comparison in self.cells])

    def above(self, levels: float) -> tuple[Breach, ...]:
        """Return where this package's result differs from a library's by more than ``levels`` in any sample.

        A cell in which a library that was asked for by name, or every library, is left out is a breach too: nothing
        was compared there.
        """
        return tuple(breach for cell in self.cells for breach in _breaches(cell, levels, self.named))

    def __str__(self) -> str:
        if len(self.cells) == 1:
            cell = self.cells[0]
            return f"{cell.image}: {cell.comparison}"
        return "\n".join([*map(line, self.cells), "", *self.summary_lines()])

    def summary_lines(self) -> list[str]:
        """Return the lines of a table of the summary for each operator, and of what was left out."""
        reasons = {name: reason for _, comparison in self.cells for name, reason in comparison.left_out.items()}
        skipped = [f"{s.label}: not compared: {s.reason}" for s in self.skipped]
        return [
            *summary_tables(self.summary()),
            *(f"{name} left out: {reason}" for name, reason in reasons.items()),
            *skipped,
        ]

    def to_json(self) -> str:
        """Return everything as a JSON document; figures that are infinite or undefined are null."""
        summary = [
            {key: json_number(value) if isinstance(value, float) else value for key, value in row._asdict().items()}
            for row in self.summary()
        ]
        document = {
            "summary": summary,
            "comparisons": [{"image": image, **comparison.to_dict()} for image, comparison in self.cells],
            "skipped": [skipped._asdict() for skipped in self.skipped],
        }
        return json.dumps(document, indent=2, allow_nan=False)

    def to_html(self) -> str:
        """Return a page in one file that needs no network: figures, and pictures of the cells that hold some.

        Raises
        ------
        ModuleNotFoundError
            If jinja2 is not installed; the message says how to install it.
        """
        images = list(dict.fromkeys(cell.image for cell in self.cells))
        of = images[0] if len(images) == 1 else f"{len(images)} images"
        title = f"How libraries resize {of}" if images else "No image was compared"
        return page.render(self.cells, self.summary(), self.skipped, title)

    def to_csv(self) -> str:
        """Return a line per cell and pair as CSV, with a header line; then what was not compared, and why as remark."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        facts = ["image", "operator", "convention", "width", "height"]
        writer.writerow([*facts, "first", "second", *Metrics._fields, "remark"])
        for image, c in self.cells:
            for row in c.rows:
                figures = ["" if value is None else value for value in row.metrics]
                writer.writerow(
                    [image, c.operator, c.convention, *c.size[::-1], row.first, row.second, *figures, row.remark]
                )
        blanks = [""] * (4 + len(Metrics._fields))
        for s in self.skipped:
            where = f" at {s.size}" if s.size else ""
            writer.writerow([s.image, s.method, "", *blanks, f"not compared{where}: {s.reason}"])
        return text.getvalue()


def compare_all(
    images: Images,
    sizes: Sequence[Any],
    *,
    methods: Sequence[str] = ("bilinear",),
    antialias: bool | None = None,
    convention: str = "native",
    fit: str = "contain",
    libraries: Sequence[str] | None = None,
    pictures: int = 0,
    progress: Callable[[Cell], object] = lambda cell: None,
) -> Comparisons:
    """Make the comparison of every image at every size with every method.

    Parameters
    ----------
    images : mapping or iterable of (str, ndarray)
        Name and samples of each image, (H, W) or (H, W, C); an iterable is taken one by one, so that one image is held
        at a time.
    sizes : sequence
        What `compare` takes as ``size``.
    methods : sequence of str
        Methods of `fastresample.resize`.
    antialias, convention, fit
        As in `compare`.
    libraries : sequence of str, optional
        As in `compare`; here a library has to have one of the methods only, and is left out of the others.
    pictures : int
        For how many cells to keep pictures: those in which results differ most.
    progress : callable
        Called with each `Cell` as it is made.

    Raises
    ------
    TypeError, ValueError, ModuleNotFoundError
        As `compare` does, before anything is computed; what only an image is unfit for is a row of ``skipped``.

    Examples
    --------
    >>> import numpy as np
    >>> from fastresample.validate import compare_all
    >>> ramp = np.arange(64, dtype=np.uint8).reshape(8, 8)
    >>> found = compare_all({"ramp": ramp}, [(4, 4), "200%"], methods=("nearest", "bilinear"), libraries=())
    >>> [(row.operator, row.cells, row.misrounded) for row in found.summary()]
    [('nearest', 2, 0.0), ('bilinear', 2, 0.0)]
    """
    peers = check_request(sizes, methods, antialias=antialias, convention=convention, fit=fit, libraries=libraries)
    cells: list[Cell] = []
    skipped: list[Skipped] = []
    for name, image in images.items() if isinstance(images, Mapping) else images:
        for size, (method, names) in product(sizes, peers.items()):
            asked: dict[str, Any] = {"method": method, "antialias": antialias, "convention": convention}
            try:
                comparison = compare(image, size, fit=fit, libraries=names, **asked)
            except (TypeError, ValueError, MemoryError) as error:
                skipped.append(Skipped(name, _shown(size), method, str(error) or "not enough memory for this image"))
                continue
            cells.append(Cell(name, _with_the_others_left_out(comparison, libraries)))
            progress(cells[-1])
            _keep_pictures(cells, pictures)
    return Comparisons(tuple(cells), tuple(skipped), tuple(libraries or ()))


def check_request(
    sizes: Sequence[Any],
    methods: Sequence[str],
    *,
    antialias: bool | None,
    convention: str,
    fit: str,
    libraries: Sequence[str] | None,
) -> dict[str, Sequence[str] | None]:
    """Return the libraries to run for each method; raises as `compare_all` does."""
    check_fit(fit)
    rules = [fastresample.batch.parse_size(size) for size in sizes]
    if fit == "stretch":
        for rule in rules:
            rule.box  # noqa: B018 - it says what is missing
    operators = {method: operator_name(method, antialias, convention) for method in methods}
    names = choose_for(list(operators.values()), libraries)
    return {method: names[operator] for method, operator in operators.items()}


def line(cell: Cell) -> str:
    """Say in one line what a comparison found."""
    comparison = cell.comparison
    text = f"{cell.label}: nearest {', '.join(comparison.nearest)}"
    widest = comparison.widest
    if widest is None:
        return text
    if widest.metrics.max_abs == 0:
        return f"{text}; all are equal"
    return f"{text}; farthest apart {widest.first} and {widest.second}, by up to {number(widest.metrics.max_abs)}"


def _shown(size: Any) -> str:
    return f"{size[1]}x{size[0]}" if isinstance(size, tuple | list) and len(size) == 2 else str(size)


def _with_the_others_left_out(comparison: Comparison, libraries: Sequence[str] | None) -> Comparison:
    without = {name: f"has no {comparison.operator}" for name in libraries or () if name not in comparison.versions}
    return replace(comparison, left_out={**without, **comparison.left_out})


def _keep_pictures(cells: list[Cell], most: int) -> None:
    """Take the pictures from the cell whose results differ least until only so many cells have some."""
    having = [i for i, cell in enumerate(cells) if cell.comparison.crop is not None]
    if len(having) > most:
        least = min(having, key=lambda i: cells[i].comparison.difference)
        cells[least] = Cell(cells[least].image, replace(cells[least].comparison, crop=None))


def _breaches(cell: Cell, levels: float, named: Sequence[str]) -> Iterator[Breach]:
    comparison = cell.comparison
    rows = [row for row in comparison.rows if row.first == OURS and row.second != EXACT]
    for row in rows:
        if not row.metrics.max_abs <= levels:
            reason = f"up to {number(row.metrics.max_abs)} apart, {percent(row.metrics.equal)} of samples equal"
            yield Breach(cell, row.second, reason + (f" ({row.remark})" if row.remark else ""))
    missing = named or ([] if rows else list(comparison.left_out))
    for name in missing:
        if name in comparison.left_out:
            yield Breach(cell, name, f"not compared: {comparison.left_out[name]}")
    if not rows and not comparison.left_out:
        yield Breach(cell, "no library", "not compared: none has this method")
