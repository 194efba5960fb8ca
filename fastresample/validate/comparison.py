"""The result of a comparison: a row per pair of results, printed as a table or written as JSON and CSV."""

import csv
import io
import json
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from fastresample.validate import page
from fastresample.validate.crops import Crop
from fastresample.validate.figures import aligned_table, decibel, json_number, number, percent, similarity
from fastresample.validate.histogram import Scale
from fastresample.validate.measuring import EXACT
from fastresample.validate.metrics import Metrics

OURS = "fastresample"


class Row(NamedTuple):
    """The differences ``first - second`` of two results; ``second`` may be the exact value."""

    first: str
    second: str
    metrics: Metrics
    remark: str  # how the library's own rule departs from what was asked for; empty if it does not


@dataclass(frozen=True)
class Comparison:
    """What `compare` found. ``print(comparison)`` shows it as two tables.

    Attributes
    ----------
    operator : str
        A row of `LIBRARIES`: a method, such as ``"bilinear"``, or ``"bilinear antialiased"``.
    convention : str
        Whose arithmetic this package used.
    shape, size : tuple of int
        Shape of the image; ``(height, width)`` of the result, in pixels.
    dtype : str
        Dtype of the image and of the results.
    rows : tuple of Row
        First every result against the exact value, then this package against every library, then these against each
        other.
    versions : dict
        Library -> version of what took part.
    left_out : dict
        Library -> the reason why it did not.
    notes : tuple of str
        What the convention promises here, and whether its library is installed at another version than it reproduces.
    errors : dict
        Result -> shares of its samples by signed error, in the bins of ``scale``.
    scale : Scale
        The axis of these errors.
    crop : Crop, optional
        Samples of all results, of large ones a part, for pictures of them.
    """

    operator: str
    convention: str
    shape: tuple[int, ...]
    size: tuple[int, int]
    dtype: str
    rows: tuple[Row, ...]
    versions: dict[str, str]
    left_out: dict[str, str]
    notes: tuple[str, ...]
    errors: dict[str, tuple[float, ...]]
    scale: Scale
    crop: Crop | None = field(default=None, compare=False, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The results, this package's first."""
        return tuple(row.first for row in self.rows if row.second == EXACT)

    @property
    def nearest(self) -> tuple[str, ...]:
        """The results that are nearest to the exact value, by their RMSE: one, or several that are equally near."""
        least = min(row.metrics.rmse for row in self.rows if row.second == EXACT)
        return tuple(row.first for row in self.rows if row.second == EXACT and row.metrics.rmse == least)

    @property
    def widest(self) -> Row | None:
        """The row of the two results that are farthest apart in any sample; None if there is but one."""
        apart = (row for row in self.rows if row.second != EXACT)
        return max(apart, key=lambda row: row.metrics.max_abs, default=None)

    @property
    def difference(self) -> float:
        """The largest difference between any two results."""
        return self.widest.metrics.max_abs if self.widest else 0.0

    def row(self, first: str, second: str = EXACT) -> Row:
        """Return the row of a pair; KeyError if there is none."""
        for row in self.rows:
            if (row.first, row.second) == (first, second):
                return row
        raise KeyError(f"no row for {first} against {second}")

    def __str__(self) -> str:
        errors = [[row.first, *_error_cells(row)] for row in self.rows if row.second == EXACT]
        pairs = [[row.second, *_pair_cells(row)] for row in self.rows if row.first == OURS and row.second != EXACT]
        sides = [f"{width} wide, {height} high" for height, width in (self.shape[:2], self.size)]
        channels = "".join(f", {n} channels" for n in self.shape[2:])
        lines = [
            f"{self.operator}: {self.dtype}, {sides[0]}{channels}, to {sides[1]}; convention {self.convention}",
            "",
        ]
        lines += aligned_table(["against the exact value", *_ERROR_HEADS], errors)
        if pairs:
            lines += ["", *aligned_table([f"{OURS} against", *_PAIR_HEADS], pairs)]
        if len(self.names) > 2:
            lines += ["", *self._largest_differences()]
        lines += ["", f"nearest to the exact value (least RMSE): {', '.join(self.nearest)}"]
        remarks = [f"{name} left out: {reason}" for name, reason in self.left_out.items()]
        if self.notes or remarks:
            lines += ["", *self.notes, *remarks]
        return "\n".join(lines)

    def to_html(self, image: str = "an image") -> str:
        """Return a page in one file that needs no network; ``image`` is what it calls the image.

        Raises
        ------
        ModuleNotFoundError
            If jinja2 is not installed; the message says how to install it.
        """
        return page.render([(image, self)], (), (), f"How libraries resize {image}")

    def _repr_html_(self) -> str | None:
        """Return what notebooks show: small pictures and a table; nothing without jinja2."""
        return page.notebook(self)

    def _largest_differences(self) -> list[str]:
        """Return the lines of a table of every library against every other one."""
        columns = self.names[:-1]
        cells = [
            [second, *(number(self.row(first, second).metrics.max_abs) for first in self.names[:i])]
            for i, second in enumerate(self.names)
        ][1:]
        padded = [[*row, *[""] * (len(columns) + 1 - len(row)), ""] for row in cells]
        return aligned_table(["largest difference", *columns, ""], padded)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the pictures as plain values; figures that are infinite or undefined are None."""
        rows = [
            {
                "first": row.first,
                "second": row.second,
                **{name: json_number(value) for name, value in row.metrics._asdict().items()},
                "remark": row.remark,
            }
            for row in self.rows
        ]
        return {
            "operator": self.operator,
            "convention": self.convention,
            "shape": list(self.shape),
            "size": list(self.size),
            "dtype": self.dtype,
            "versions": self.versions,
            "left_out": self.left_out,
            "notes": list(self.notes),
            "nearest": list(self.nearest),
            "rows": rows,
        }

    def to_json(self) -> str:
        """Return `to_dict` as a JSON document."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_csv(self) -> str:
        """Return the rows as CSV with a header line."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["first", "second", *Metrics._fields, "remark"])
        for row in self.rows:
            writer.writerow([row.first, row.second, *("" if v is None else v for v in row.metrics), row.remark])
        return text.getvalue()


_ERROR_HEADS = ["max", "mean", "RMSE", "PSNR dB", "SSIM", "bias", "misrounded", ""]
_PAIR_HEADS = ["equal", "max", "mean", "RMSE", "PSNR dB", "SSIM", "bias", ""]


def _error_cells(row: Row) -> list[str]:
    m = row.metrics
    misrounded = "-" if m.misrounded is None else percent(m.misrounded)
    return [*_distances(m), number(m.bias), misrounded, row.remark]


def _pair_cells(row: Row) -> list[str]:
    m = row.metrics
    return [percent(m.equal), *_distances(m), number(m.bias), row.remark]


def _distances(m: Metrics) -> list[str]:
    return [*map(number, (m.max_abs, m.mean_abs, m.rmse)), decibel(m.psnr), similarity(m.ssim)]
