"""What a page shows of a comparison: words, pictures and rows, ready for the templates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample.validate.figures import decibel, number, percent, similarity
from fastresample.validate.measuring import EXACT
from fastresample.validate.page.charts import HistogramView, histograms
from fastresample.validate.page.pictures import heat_map, png, viewable

if TYPE_CHECKING:
    from fastresample.validate.comparison import Comparison, Row
    from fastresample.validate.crops import Crop

OURS = "fastresample"
_WIDEST = 640  # of the viewer, in CSS pixels


class Value(NamedTuple):
    """A figure of a table: what is read and what it is sorted by."""

    text: str
    order: float


class ResultView(NamedTuple):
    """One result: a card and a row of the table."""

    name: str
    version: str
    nearest: bool
    remark: str
    values: tuple[Value, ...]
    histogram: HistogramView
    picture: str
    heat: str
    worst: str  # of what is shown, in words
    seen: float  # its largest difference from the exact value in the bytes of the pictures

    @property
    def size(self) -> int:
        """How many bytes of the page are its pictures."""
        return len(self.picture) + len(self.heat)


class PairView(NamedTuple):
    """Two results against each other."""

    first: str
    second: str
    text: str
    shade: int  # 0: equal, then by doublings, up to 8
    seen: float  # the largest difference in the bytes of the pictures
    words: str


@dataclass(frozen=True)
class CropView:
    """Which part of the results is shown."""

    width: int
    height: int
    left: int
    top: int
    whole_width: int
    whole_height: int
    overview: str
    overview_size: tuple[int, int]
    frame: tuple[float, float, float, float]  # the part in the overview: x, y, width, height
    shown_width: int
    values: str  # how samples became bytes, empty where they are bytes
    exact: str

    @property
    def partial(self) -> bool:
        """Whether it is less than all."""
        return (self.width, self.height) != (self.whole_width, self.whole_height)


HEADS = ("max", "mean", "RMSE", "PSNR", "SSIM", "bias", "misrounded", "max from ours", "equal to ours")
LESS_IS_MORE = (True, True, True, False, False, True, True, True, False)


def results(comparison: Comparison) -> list[ResultView]:
    """Return a view per result."""
    charts = histograms(comparison.errors, comparison.scale)
    crop = comparison.crop
    low, high = _range(comparison)
    found = []
    for name in comparison.names:
        row = comparison.row(name)
        picture = heat = worst = ""
        most = 0.0
        if crop is not None:
            distance = _distance(crop, name, comparison)
            picture, heat = png(viewable(crop.samples[name], low, high)), heat_map(distance, comparison.scale)
            wrong, most = float(np.mean(distance > 0)), float(distance.max(initial=0.0))
            worst = f"{percent(wrong)} of pixels differ, by up to {number(most)}" if most else _nothing(comparison)
        found.append(
            ResultView(
                name,
                comparison.versions[name],
                name in comparison.nearest,
                row.remark,
                _values(comparison, row),
                charts[name],
                picture,
                heat,
                worst,
                most * 255 / ((high - low) or 1.0),
            )
        )
    return found


def pairs(comparison: Comparison) -> dict[tuple[str, str], PairView]:
    """Return the view of every two results, in both orders."""
    found = {}
    low, high = _range(comparison)
    for row in comparison.rows:
        if row.second != EXACT:
            m = row.metrics
            doublings = math.log2(max(1.0, min(m.max_abs, comparison.scale.largest) / comparison.scale.unit))
            shade = 0 if m.max_abs == 0 else min(8, 1 + int(doublings))
            text = number(m.max_abs) if m.max_abs == int(min(m.max_abs, 1e9)) else f"{m.max_abs:.2g}"
            for first, second in ((row.first, row.second), (row.second, row.first)):
                words = f"{first} and {second} are equal" if m.equal == 1 else pair_words(first, second, row)
                found[first, second] = PairView(
                    first, second, text, shade, m.max_abs * 255 / ((high - low) or 1.0), words
                )
    return found


def pair_words(first: str, second: str, row: Row) -> str:
    """Say how far two results are apart."""
    m = row.metrics
    alike = "" if m.ssim is None else f", SSIM {similarity(m.ssim)}"
    return f"{first} and {second}: {percent(1 - m.equal)} of samples differ, by up to {number(m.max_abs)}{alike}"


def crop_view(comparison: Comparison, crop: Crop) -> CropView:
    """Return what is shown of the results, and the picture of the exact value."""
    (height, width), (whole_height, whole_width) = crop.size, crop.whole
    low, high = _range(comparison)
    across = crop.overview.shape[1]
    zoom = across / whole_width
    channels = comparison.shape[2] if len(comparison.shape) == 3 else 1
    notes = []
    if (low, high) != (0, 255) or comparison.dtype != "uint8":
        notes.append(f"samples from {number(low)} (black) to {number(high)} (white)")
    if channels == 2 or channels > 3:
        notes.append(f"the first {1 if channels == 2 else 3} of {channels} channels")
    return CropView(
        width=width,
        height=height,
        left=crop.left,
        top=crop.top,
        whole_width=whole_width,
        whole_height=whole_height,
        overview=png(viewable(crop.overview, low, high)),
        overview_size=(across, crop.overview.shape[0]),
        frame=(crop.left * zoom, crop.top * zoom, width * zoom, height * zoom),
        shown_width=width * max(1, _WIDEST // width) if width <= _WIDEST else _WIDEST,
        values="; ".join(notes),
        exact=png(viewable(_rounded(crop.samples[EXACT], comparison), low, high)),
    )


def headline(comparison: Comparison) -> tuple[str, str]:
    """Return what matters most in a line, and who is nearest to the exact value in another."""
    apart = [row for row in comparison.rows if row.second != EXACT]
    nearest = _nearest(comparison)
    if not apart:
        return "No other library was compared.", nearest
    widest = max(apart, key=lambda row: row.metrics.max_abs)
    most, scale = widest.metrics.max_abs, comparison.scale
    if most == 0:
        return "All results are equal, sample by sample.", nearest
    unit = "level" if scale.unit == 1 else "unit"
    if scale.unit == 1 and most <= 1:
        differ = max(1 - row.metrics.equal for row in apart)
        return f"They differ by rounding: by one {unit} at most, in up to {percent(differ)} of the samples.", nearest
    shown = f"{number(most)} {unit}s" if scale.unit == 1 else number(most)
    return (
        f"{widest.first} and {widest.second} return different pictures: {percent(1 - widest.metrics.equal)} of their "
        f"samples differ, by up to {shown}.",
        nearest,
    )


def reasons(comparison: Comparison) -> list[tuple[str, str]]:
    """Return the results whose rule is not the one that was asked for, and how it differs."""
    return [(row.first, row.remark) for row in comparison.rows if row.second == EXACT and row.remark]


def _nearest(comparison: Comparison) -> str:
    names = comparison.nearest
    if len(names) == len(comparison.names) > 1:
        return "All are equally near to the exact value."
    rmse = number(comparison.row(names[0]).metrics.rmse)
    *others, last = names
    listed = f"{', '.join(others)} and {last} are" if others else f"{last} is"
    return f"{listed} nearest to the exact value (RMSE {rmse})."


def fraction(value: float | None) -> Value:
    """Return a fraction as a figure of a table."""
    return Value("-", -1.0) if value is None else Value(percent(value), value)


def _nothing(comparison: Comparison) -> str:
    return "no pixel differs" if comparison.scale.unit == 1 else "no pixel is a unit in the last place off"


def _values(comparison: Comparison, row: Row) -> tuple[Value, ...]:
    m = row.metrics
    ours = comparison.row(OURS, row.first).metrics if row.first != OURS else None
    return (
        Value(number(m.max_abs), m.max_abs),
        Value(number(m.mean_abs), m.mean_abs),
        Value(number(m.rmse), m.rmse),
        Value(decibel(m.psnr), min(m.psnr, 1e9)),
        Value(similarity(m.ssim), -1.0 if m.ssim is None else m.ssim),
        Value(number(m.bias), abs(m.bias)),
        fraction(m.misrounded),
        Value("-", -1.0) if ours is None else Value(number(ours.max_abs), ours.max_abs),
        fraction(None if ours is None else ours.equal),
    )


def _range(comparison: Comparison) -> tuple[float, float]:
    """Return the samples that are shown black and white: those of the dtype, of floats the exact value's own."""
    dtype = np.dtype(comparison.dtype)
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return float(info.min), float(info.max)
    if dtype.kind == "b" or comparison.crop is None:
        return 0.0, 1.0
    exact = comparison.crop.samples[EXACT]
    finite = exact[np.isfinite(exact)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def _rounded(exact: NDArray[np.float64], comparison: Comparison) -> NDArray[Any]:
    """Return the exact value as the image's dtype holds it; of a tie the higher integer."""
    dtype = np.dtype(comparison.dtype)
    if dtype.kind not in "iu":
        return exact
    info = np.iinfo(dtype)
    rounded: NDArray[Any] = np.clip(np.floor(exact + 0.5), info.min, info.max).astype(dtype)
    return rounded


def _distance(crop: Crop, name: str, comparison: Comparison) -> NDArray[np.float64]:
    """Return how far each pixel is from the rounded exact value, the farthest of its channels; ties are right."""
    exact, result = crop.samples[EXACT], crop.samples[name]
    with np.errstate(over="ignore", invalid="ignore"):
        distance = np.abs(np.subtract(result, exact, dtype=np.float64))
        distance[(result == exact) | ((result != result) & (exact != exact))] = 0
    if comparison.scale.unit == 1:
        distance = np.where(distance <= 0.5 + 1e-12 * comparison.scale.largest, 0, np.ceil(distance - 0.5))
    else:
        distance[distance < comparison.scale.unit] = 0
    pixels: NDArray[np.float64] = distance.reshape(*distance.shape[:2], -1).max(axis=2)
    return pixels
