"""Charts of what bench.py measured, drawn with Pillow."""

import math

from PIL import Image, ImageDraw, ImageFont

from benchmark.resizes_report import Cell, grouped, mean_distance, mean_ratio, peers, ratio_text

_FONT, _SMALL = ImageFont.load_default(16), ImageFont.load_default(13)
_GREY, _PALE, _BLUE, _RED = "#444444", "#bbbbbb", "#2a7ab0", "#c0504d"
_LEFT, _TOP, _BOTTOM, _WIDTH, _ROW = 300, 50, 40, 460, 26


def _canvas(rows: int, title: str, facts: dict[str, str]) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    height = _TOP + _ROW * rows + _BOTTOM
    chart = Image.new("RGB", (_LEFT + _WIDTH + 120, height), "white")
    draw = ImageDraw.Draw(chart)
    draw.text((20, 16), title, "black", _FONT)
    about = f"{facts['date']}, {facts['processor']}, kernels for {facts['vectors']}, {facts['system']}"
    draw.text((20, height - _BOTTOM + 14), about, _GREY, _SMALL)
    return chart, draw


def _upright(draw: ImageDraw.ImageDraw, x: float, rows: int) -> None:
    draw.line((x, _TOP, x, _TOP + _ROW * rows), _PALE, 2)


def draw_ratios(cells: list[Cell], facts: dict[str, str]) -> Image.Image:
    """Draw the geometric mean ratios of the first mode as bars from 1 on, to a logarithmic scale, a group per case."""
    cells = [cell for cell in cells if cell.case.convention == "native"] or cells
    names, first = peers(cells), cells[0].mode
    groups = {key[0]: group for key, group in grouped(cells).items() if key[1] == first}
    bars = [(operator, name, mean_ratio(group, name)) for operator, group in groups.items() for name in names]
    bars = [bar for bar in bars if not math.isnan(bar[2])]
    logs = [0.0, *(math.log(ratio) for *_, ratio in bars)]
    unit = _WIDTH / (max(logs) - min(logs) or 1)
    one, rows = _LEFT - min(logs) * unit, len(bars) + len(groups)
    chart, draw = _canvas(rows, f"Time of each library / ours (geometric mean, log scale), {first}", facts)
    _upright(draw, one, rows)
    y, previous = _TOP, ""
    for operator, name, ratio in bars:
        if operator != previous:
            draw.text((20, y + 4), operator, "black", _FONT)
            y, previous = y + _ROW, operator
        draw.text((_LEFT - 8, y + 4), name, _GREY, _SMALL, anchor="ra")
        end = one + math.log(ratio) * unit
        draw.rectangle((min(one, end), y + 4, max(one, end), y + _ROW - 6), _BLUE if ratio >= 1 else _RED)
        draw.text((max(one, end) + 6, y + 4), f"{ratio_text(ratio)}x", _GREY, _SMALL)
        y += _ROW
    return chart


def draw_distances(cells: list[Cell], facts: dict[str, str]) -> Image.Image:
    """Draw, for each case in the first mode, a mark per image: how many times as long as the memory alone we take."""
    groups = {key[0]: group for key, group in grouped(cells).items() if key[1] == cells[0].mode}
    logs = [math.log2(cell.distance) for group in groups.values() for cell in group]
    low, high = min(0, math.floor(min(logs))), max(1, math.ceil(max(logs)))
    unit = _WIDTH / (high - low)
    chart, draw = _canvas(len(groups) + 1, f"Ours / the time of the memory alone, {cells[0].mode}", facts)
    for power in range(low, high + 1):
        x = _LEFT + (power - low) * unit
        draw.text((x, _TOP + 4), f"{2.0**power:g}x", _GREY, _SMALL, anchor="ma")
        draw.line((x, _TOP + _ROW, x, _TOP + _ROW * (len(groups) + 1)), _PALE, 2 if power == 0 else 1)
    y = _TOP + _ROW
    for label, group in groups.items():
        draw.text((_LEFT - 12, y + 4), label, "black", _SMALL, anchor="ra")
        for cell in group:
            x = _LEFT + (math.log2(cell.distance) - low) * unit
            draw.ellipse((x - 4, y + 8, x + 4, y + 16), outline=_BLUE, width=2)
        draw.text((_LEFT + _WIDTH + 30, y + 4), f"mean {ratio_text(mean_distance(group))}x", _GREY, _SMALL)
        y += _ROW
    return chart
