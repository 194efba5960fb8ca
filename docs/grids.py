"""Draw arrays of numbers as grids of cells: a cell's colour shows its value, or where it comes from.

Sheets have twice the pixels of their units, so that they are sharp on dense screens. They remember what is written on
them and where: the pixels of letters depend on the installation, all others do not.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]

WHITE: Colour = (255, 255, 255)
INK: Colour = (30, 34, 42)
LINE: Colour = (150, 156, 166)
PALE: Colour = (241, 242, 245)
STRONG: Colour = (200, 30, 50)
BLUE: Colour = (92, 150, 222)
ORANGE: Colour = (240, 160, 70)
GREEN: Colour = (112, 186, 112)
PURPLE: Colour = (176, 132, 208)
SCALE = 2
WORDS = "words"  # the name under which a file keeps what is written in it


def mix(colours: Iterable[Colour]) -> Colour:
    """Return the mean of colours."""
    return tuple(round(float(part)) for part in np.mean(list(colours), axis=0))


def tint(colour: Colour, strength: float) -> Colour:
    """Return a colour from white (0) to the full one (1)."""
    return tuple(round(255 + (part - 255) * min(max(strength, 0.0), 1.0)) for part in colour)


def shades(values: np.ndarray, largest: float, colour: Colour = BLUE) -> list[list[Colour]]:
    """Return the colours of values from 0, white, to ``largest``."""
    return [[tint(colour, value / largest) for value in row] for row in np.asarray(values, float).tolist()]


def plain(value: float) -> str:
    """Write a number without a needless point."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


class Sheet:
    """A picture in units of two pixels."""

    def __init__(self, width: int, height: int) -> None:
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), WHITE)
        self.draw = ImageDraw.Draw(self.image)
        self.words: list[str] = []
        self.boxes: list[tuple[int, int, int, int]] = []  # of the words, in pixels

    def text(self, x: float, y: float, text: str, size: int = 13, anchor: str = "la", colour: Colour = INK) -> None:
        """Write at a place, anchored as Pillow's texts are; lines are separated by line feeds."""
        font = ImageFont.load_default(size * SCALE)
        for number, line in enumerate(text.split("\n")):
            where = (x * SCALE, (y + number * (size + 4)) * SCALE)
            self.draw.text(where, line, fill=colour, font=font, anchor=anchor)
            box = self.draw.textbbox(where, line, font=font, anchor=anchor)
            self.words.append(line)
            self.boxes.append((int(box[0]) - 4, int(box[1]) - 4, int(box[2]) + 4, int(box[3]) + 4))

    def box(self, box: Box, fill: Colour | None = None, line: Colour | None = None, width: int = 1) -> None:
        """Draw a rectangle; the line lies inside."""
        left, top, right, bottom = (round(edge * SCALE) for edge in box)
        self.draw.rectangle((left, top, right - 1, bottom - 1), fill=fill, outline=line, width=width * SCALE)

    def line(self, points: Sequence[tuple[float, float]], colour: Colour = INK, width: int = 1) -> None:
        """Draw a line through points."""
        self.draw.line([(x * SCALE, y * SCALE) for x, y in points], fill=colour, width=width * SCALE)

    def arrow(self, x: float, y: float, length: float, label: str = "") -> None:
        """Draw an arrow to the right, its label above."""
        self.line([(x, y), (x + length - 7, y)], width=2)
        tip = [(x + length - 9, y - 6), (x + length, y), (x + length - 9, y + 6)]
        self.draw.polygon([(px * SCALE, py * SCALE) for px, py in tip], fill=INK)
        if label:
            self.text(x + length / 2 - 2, y - 10, label, 12, "mb")

    def grid(
        self,
        left: float,
        top: float,
        values: np.ndarray,
        colours: list[list[Colour]],
        cell: float = 36,
        show: Callable[[float], str] = plain,
        size: int = 13,
    ) -> None:
        """Draw an array, a cell for each value."""
        for (i, j), value in np.ndenumerate(np.asarray(values)):
            x, y = left + j * cell, top + i * cell
            self.box((x, y, x + cell + 0.5, y + cell + 0.5), tuple(colours[i][j]), LINE)
            if text := show(value):
                self.text(x + cell / 2, y + cell / 2, text, size, "mm")

    def frame(
        self, left: float, top: float, cells: tuple[int, int, int, int], cell: float = 36, colour: Colour = STRONG
    ) -> None:
        """Draw a frame around the cells ``(row, column, rows, columns)`` of a grid."""
        row, column, rows, columns = cells
        x, y = left + column * cell, top + row * cell
        self.box((x, y, x + columns * cell + 0.5, y + rows * cell + 0.5), None, colour, 2)

    def picture(self, left: float, top: float, samples: np.ndarray, times: int = 1) -> None:
        """Show 8-bit samples, grey or RGB, each as a square of so many units."""
        big = np.repeat(np.repeat(samples, times * SCALE, axis=0), times * SCALE, axis=1)
        self.image.paste(Image.fromarray(big), (round(left * SCALE), round(top * SCALE)))

    def save(self, path: Path) -> None:
        """Write the picture in 128 colours, all those of grids and most of photographs, and its words beside."""
        words = PngInfo()
        words.add_text(WORDS, "\n".join(self.words), zip=True)
        self.image.quantize(128).save(path, optimize=True, pnginfo=words)

    def without_text(self, image: Image.Image) -> np.ndarray:
        """Return the samples of a picture like this one, white where this one has text."""
        samples = np.array(image.convert("RGB"))
        for left, top, right, bottom in self.boxes:
            samples[max(top, 0) : bottom, max(left, 0) : right] = 255
        return samples
