"""Geometry of the drawings of a page, which its templates write as SVG."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fastresample.validate.histogram import PER_DOUBLING, Scale
from fastresample.validate.page.pictures import COLOURS

WIDTH, HEIGHT = 240, 64  # of a histogram, in its own units
_LEAST = 2 * PER_DOUBLING  # bins at each side that are always shown


class Bar(NamedTuple):
    """A bin of a histogram."""

    x: float
    y: float
    width: float
    height: float
    right: bool  # whether it holds samples that are no farther off than rounding has to be


class Tick(NamedTuple):
    """A label of an axis."""

    x: float
    text: str


class HistogramView(NamedTuple):
    """Signed errors of one result; ``zone`` is where rounding to the nearest ends, (x, width)."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    zone: tuple[float, float]
    text: str  # the same in words


def histograms(errors: Mapping[str, Sequence[float]], scale: Scale) -> dict[str, HistogramView]:
    """Return the histograms of several results, drawn on the same axis and to the same height.

    The height of a bar is the square root of its share, so that one sample in ten thousand is seen.
    """
    middle = scale.bins // 2
    used = [abs(i - middle) for shares in errors.values() for i, share in enumerate(shares) if share]
    reach = min(middle, max(_LEAST, max(used, default=0) + 1))
    highest = max((share for shares in errors.values() for share in shares), default=1.0) or 1.0
    return {name: _histogram(shares, scale, reach, highest) for name, shares in errors.items()}


def _histogram(shares: Sequence[float], scale: Scale, reach: int, highest: float) -> HistogramView:
    middle, step = scale.bins // 2, WIDTH / (2 * reach + 1)
    bars = []
    for i in range(-reach, reach + 1):
        if share := shares[middle + i]:
            height = max(1.0, HEIGHT * math.sqrt(share / highest))
            left = WIDTH / 2 + (i - 0.5) * step
            bars.append(Bar(left, HEIGHT - height, step, height, abs(i) <= PER_DOUBLING))
    half = (PER_DOUBLING + 0.5) * step
    return HistogramView(
        tuple(bars), _ticks(scale, reach, step), (WIDTH / 2 - half, 2 * half), _in_words(shares, scale)
    )


def _ticks(scale: Scale, reach: int, step: float) -> tuple[Tick, ...]:
    """Return labels at 0 and at a few powers of two, as far apart as they can be read."""
    ticks, last = [Tick(WIDTH / 2, "0")], 0.0
    for power in range(64):
        distance = math.log2(1 + 2.0 * 2**power) * PER_DOUBLING * step
        if distance > WIDTH / 2 - 8:
            break
        if distance - last >= (26 if scale.unit == 1 else 40):
            text = f"{2**power}" if scale.unit == 1 else f"2^{power}"
            ticks += [Tick(WIDTH / 2 - distance, f"−{text}"), Tick(WIDTH / 2 + distance, text)]
            last = distance
    return tuple(ticks)


def _in_words(shares: Sequence[float], scale: Scale) -> str:
    middle = scale.bins // 2
    near = sum(shares[middle - PER_DOUBLING : middle + PER_DOUBLING + 1])
    below, above = sum(shares[: middle - PER_DOUBLING]), sum(shares[middle + PER_DOUBLING + 1 :])
    unit = "level" if scale.unit == 1 else "unit in the last place"
    return f"Signed error: {near:.1%} of samples within half a {unit}, {below:.1%} lower than that, {above:.1%} higher"


class Step(NamedTuple):
    """A piece of the legend of differences."""

    x: float
    width: float
    colour: str
    text: str


def legend(scale: Scale) -> tuple[Step, ...]:
    """Return the colours of a difference below a unit and of each doubling from there on, in a width of 100."""
    doublings = max(1, math.ceil(math.log2(max(2.0, scale.largest / scale.unit))))
    width = 100 / (doublings + 1)
    every = max(1, -(-doublings // 10) if scale.unit == 1 else -(-doublings // 6))
    steps = [Step(0.0, width, _hex(0), "0")]
    for power in range(doublings):
        index = 1 + round(254 * power / max(1.0, math.log2(max(2.0, scale.largest / scale.unit))))
        number = f"{2**power}" if scale.unit == 1 else f"2^{power}"
        steps.append(Step((power + 1) * width, width, _hex(index), number if power % every == 0 else ""))
    return tuple(steps)


def _hex(index: int) -> str:
    return "#" + bytes(COLOURS[min(index, 255)]).hex()
