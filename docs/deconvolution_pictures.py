"""The example of deconvolution.md and all its pictures; ``python docs/deconvolution.py`` draws them.

Every number comes from the functions that the page is about.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from grids import BLUE, GREEN, LINE, ORANGE, PALE, PURPLE, STRONG, WHITE, Colour, Sheet, mix, plain, shades, tint
from PIL import Image

import fastresample
from fastresample.constructions import ConvMatrix, bilinear_kernel, conv_matrix, insert_zeros
from fastresample.convolution import conv2d, conv_transpose2d
from fastresample.pooling import max_pool2d, max_unpool2d
from fastresample.sizes import receptive_field

IMAGES = Path(__file__).parents[1] / "images"

# The example: a 4x4 array, a kernel whose weights are its taps' names, and what becomes of them.
X = np.array([[0, 0, 1, 0], [1, 0, 0, 2], [0, 3, 1, 0], [1, 2, 4, 2]], float)
K = np.arange(1.0, 10).reshape(3, 3)
LAYER = {"stride": 2, "padding": 1}
P = max_pool2d(X[None], 2)[0]  # 1 2, 3 4
SAMPLES = tuple(tint(colour, 0.75) for colour in (BLUE, ORANGE, GREEN, PURPLE))
PHASES = ((tint(BLUE, 0.55), tint(ORANGE, 0.55)), (tint(GREEN, 0.55), tint(PURPLE, 0.55)))
LATER: Colour = (40, 90, 200)


def layer(x: np.ndarray) -> np.ndarray:
    """Convolve one plane by K."""
    return conv2d(x[None], K[None, None], **LAYER)[0]


def transposed(x: np.ndarray, kernel: np.ndarray = K, **options: object) -> np.ndarray:
    """Convolve one plane by the transpose of a layer with this kernel."""
    return conv_transpose2d(x[None], kernel[None, None], **(options or LAYER | {"output_padding": 1}))[0]


def counted(n: int, taps: int, stride: int) -> np.ndarray:
    """Return how many weights reach each output of n x n samples."""
    return transposed(np.ones((n, n)), np.ones((taps, taps)), stride=stride)


# --- pictures of the example --------------------------------------------------------------------------------------


def down_and_up() -> Sheet:
    """Draw the layer and its transpose: the size comes back, the values do not."""
    y = layer(X)
    back = transposed(y)
    sheet = Sheet(760, 196)
    top = 34
    sheet.text(16, 8, "x, 4 x 4")
    sheet.grid(16, top, X, shades(X, 8))
    sheet.arrow(172, top + 72, 104, "convolution")
    sheet.text(222, top + 84, "kernel K\nstride 2\npadding 1", 12, "ma")
    sheet.text(290, 8, "y, 2 x 2")
    sheet.grid(290, top + 36, y, shades(y, 160))
    sheet.arrow(374, top + 72, 104, "its transpose")
    sheet.text(424, top + 84, "kernel K\nstride 2\npadding 1\noutput_padding 1", 12, "ma")
    sheet.text(492, 8, "back to 4 x 4")
    sheet.grid(492, top, back, shades(back, 1600))
    sheet.text(656, 8, "K")
    sheet.grid(656, top, K, [[PALE] * 3] * 3, 28, size=12)
    return sheet


def matrices() -> Sheet:
    """Draw C and its transpose."""
    matrix = conv_matrix(K, (4, 4), **LAYER)
    sheet = Sheet(690, 490)
    cell, left, right, top = 26, 62, 566, 60
    for dense, x, y, title in (
        (matrix.toarray(), left, top, "C: y = C x. A row per output, a column per input"),
        (matrix.T.toarray(), right, top, "C.T: back = C.T y"),
    ):
        colours = [[tint(BLUE, 0.1 + value / 12) if value else WHITE for value in row] for row in dense.tolist()]
        sheet.text(x - 46, 10, title)
        sheet.grid(x, y, dense, colours, cell, nonzero, 12)
    for number, (i, j) in enumerate(np.ndindex(4, 4)):
        place, name = (number + 0.5) * cell, f"{i},{j}"
        sheet.text(left + place, top - 5, name, 11, "mb")
        sheet.text(right - 6, top + place, name, 11, "rm")
    for number, (i, j) in enumerate(np.ndindex(2, 2)):
        place, name = (number + 0.5) * cell, f"{i},{j}"
        sheet.text(left - 6, top + place, name, 11, "rm")
        sheet.text(right + place, top - 5, name, 11, "mb")
    for row in range(5):  # of the 4x4 array
        at = 4 * row * cell
        sheet.line([(left + at, top), (left + at, top + 4 * cell)], width=2)
        sheet.line([(right, top + at), (right + 4 * cell, top + at)], width=2)
    lines = (
        "At the edges: row,column of y (2 x 2) and of x (4 x 4).",
        "",
        "A row of C is the kernel, laid over one place of x:",
        f"y[0,0] = {product(matrix, 0, 'x[{},{}]', 4)} = {plain((matrix @ X.ravel())[0])}",
        "What of the kernel lies in the padding has no column.",
        "White is 0 and is not stored.",
        "",
        "A row of C.T is what reaches one place:",
        f"back[1,1] = {product(matrix.T, 5, 'y[{},{}]', 2)} = {plain(transposed(layer(X))[1, 1])}",
    )
    sheet.text(left, top + 4 * cell + 34, "\n".join(lines), 12)
    return sheet


def product(matrix: ConvMatrix, row: int, name: str, width: int) -> str:
    """Write out a row of a matrix times a vector that is an array of so many columns."""
    stored = np.flatnonzero(matrix.rows == row)
    places = (divmod(int(matrix.columns[i]), width) for i in stored)
    return " + ".join(f"{plain(matrix.values[i])} {name.format(*at)}" for i, at in zip(stored, places, strict=True))


def nonzero(value: float) -> str:
    """Write a number, and nothing for 0."""
    return plain(value) if value else ""


def scattered() -> Sheet:
    """Draw the scatter view: what each sample adds."""
    sheet = Sheet(790, 316)
    sheet.text(16, 10, "input")
    sheet.grid(16, 32, P, [SAMPLES[:2], SAMPLES[2:]])
    sheet.text(116, 10, "kernel K")
    sheet.grid(116, 32, K, [[PALE] * 3] * 3, 28, size=12)
    cell, top = 24, 174
    total = np.zeros((5, 5))
    reached: list[list[list[Colour]]] = [[[] for _ in range(5)] for _ in range(5)]
    for number, (i, j) in enumerate(np.ndindex(2, 2)):
        alone = np.zeros((2, 2))
        alone[i, j] = P[i, j]
        spread = transposed(alone, stride=2)
        total += spread
        left = 16 + number * (5 * cell + 20)
        colours = [[SAMPLES[number] if value else WHITE for value in row] for row in spread.tolist()]
        for row, column in zip(*np.nonzero(spread), strict=True):
            reached[row][column].append(SAMPLES[number])
        sheet.grid(left, top, spread, colours, cell, nonzero, 11)
        sheet.text(left, top - 8, f"{plain(P[i, j])} K at row {2 * i}, column {2 * j}", 12, "ls")
        sheet.text(left + 5 * cell + 10, top + 2.5 * cell, "=" if number == 3 else "+", 16, "mm")
    left, cell, top = 16 + 4 * 140 + 6, 36, 114
    sheet.grid(left, top, total, [[mix(colours) for colours in row] for row in reached], cell)
    sheet.frame(left, top, (1, 1, 4, 4), cell)
    sheet.text(left, top - 8, "the sum; framed: the result", 12, "ls")
    return sheet


def gathered() -> Sheet:
    """Draw the gather view: what each output reads, by phases."""
    result, names = transposed(P), np.array([["a", "b"], ["c", "d"]])
    cell, left, top = 84, 16, 34
    sheet = Sheet(760, top + 4 * cell + 14)
    sheet.text(left, 8, "output: what it reads (tap, input), and its value")
    sheet.grid(left, top, result, [[PHASES[i % 2][j % 2] for j in range(4)] for i in range(4)], cell, lambda _: "")
    for (i, j), value in np.ndenumerate(result):
        terms = [
            f"{plain(K[ky, kx])}{names[(i + 1 - ky) // 2, (j + 1 - kx) // 2]}"
            for ky, kx in np.ndindex(3, 3)
            if (i + 1 - ky) // 2 in (0, 1) and (j + 1 - kx) // 2 in (0, 1) and (i + 1 - ky) % 2 == (j + 1 - kx) % 2 == 0
        ]
        lines = [" + ".join(terms[:2]), *(["+ " + " + ".join(terms[2:])] if terms[2:] else []), f"= {plain(value)}"]
        x, y = left + (j + 0.5) * cell, top + (i + 0.5) * cell
        for number, line in enumerate(lines):
            sheet.text(x, y + (number - (len(lines) - 1) / 2) * 19, line, 13, "mm")
    left += 4 * cell + 36
    sheet.text(left, 8, "input")
    sheet.grid(left, top, P, [[PALE] * 2] * 2, 40, lambda value: f"{'abcd'[int(value) - 1]} = {plain(value)}", 12)
    sheet.text(left + 130, 8, "kernel K: the phase of each tap")
    sheet.grid(left + 130, top, K, [[PHASES[(ky + 1) % 2][(kx + 1) % 2] for kx in range(3)] for ky in range(3)], 40)
    for number, (i, j) in enumerate(np.ndindex(2, 2)):
        y = top + 150 + number * 34
        sheet.box((left, y, left + 22, y + 22), PHASES[i][j], LINE)
        count = int(np.sum((np.arange(3) + 1) % 2 == i) * np.sum((np.arange(3) + 1) % 2 == j))
        where = f"{('even', 'odd')[i]} row, {('even', 'odd')[j]} column"
        sheet.text(left + 34, y + 11, f"{where}: {count} tap{'s' if count > 1 else ''}", 13, "lm")
    return sheet


def inserted() -> Sheet:
    """Draw the zeros: an ordinary convolution that moves by half an input sample."""
    spread = insert_zeros(P, 2)
    padded = np.pad(spread, ((1, 2), (1, 2)))  # padding 1 around, output_padding 1 behind
    result = conv2d(padded[None], np.ascontiguousarray(K[::-1, ::-1])[None, None])[0]
    cell, top = 36, 34
    sheet = Sheet(760, top + 6 * cell + 14)
    sheet.text(16, 8, "zeros inserted and around")
    colours = [[WHITE] * 6 for _ in range(6)]
    for (i, j), colour in zip(np.ndindex(2, 2), SAMPLES, strict=True):
        colours[1 + 2 * i][1 + 2 * j] = colour
    for i, j in np.ndindex(6, 6):
        if not (1 <= i <= 3 and 1 <= j <= 3):
            colours[i][j] = PALE
    sheet.grid(16, top, padded, colours, cell)
    sheet.frame(16, top, (0, 1, 3, 3), cell, LATER)
    sheet.frame(16, top, (0, 0, 3, 3), cell, STRONG)
    sheet.text(280, 8, "K turned by 180 degrees")
    sheet.grid(280, top, K[::-1, ::-1], [[PALE] * 3] * 3, cell)
    sheet.text(280, top + 3 * cell + 14, "moves by one: by 1/2 of an\ninput sample", 12)
    sheet.arrow(410, top + 1.5 * cell, 90)
    sheet.text(530, 8, "result")
    sheet.grid(530, top, result, shades(result, 110), cell)
    sheet.frame(530, top, (0, 1, 1, 1), cell, LATER)
    sheet.frame(530, top, (0, 0, 1, 1), cell, STRONG)
    return sheet


def three_ways() -> Sheet:
    """Draw three ways back from 2 x 2 to 4 x 4."""
    pooled, places = max_pool2d(X[None], 2, return_indices=True)
    sheet = Sheet(800, 410)
    top, cell = 34, 36
    sheet.text(16, 8, "x")
    sheet.grid(16, top, X, shades(X, 6))
    for place in places.ravel().tolist():
        sheet.frame(16, top, (place // 4, place % 4, 1, 1))
    sheet.arrow(176, top + 72, 90, "max pooling")
    sheet.text(284, 8, "2 x 2")
    sheet.grid(284, top + 36, pooled[0], shades(pooled[0], 6))
    sheet.text(380, top + 50, "The pooling keeps the largest of four, and remembers\nwhere it stood (framed).", 12)
    top = 234
    ways = {
        "bilinear resize": fastresample.resize(pooled[0], (4, 4)),
        "transposed, bilinear kernel": transposed(pooled[0], bilinear_kernel(1, 1, 4, float)[0, 0], **LAYER),
        "transposed, kernel K": transposed(pooled[0]),
        "max unpooling": max_unpool2d(pooled, places, 2)[0],
    }
    for number, (name, result) in enumerate(ways.items()):
        left = 16 + number * 196
        sheet.text(left, top - 8, name, 13, "ls")
        sheet.grid(left, top, result, shades(result, 150 if result.max() > 20 else 6), cell, plain, 12)
    return sheet


# --- pictures of effects ------------------------------------------------------------------------------------------


def photograph(size: int) -> np.ndarray:
    """Return a square of a picture of images/, grey, from 0 to 1."""
    with Image.open(IMAGES / "moon_grey.png") as image:
        square = np.asarray(image.convert("L"))[20:180, 130:290]
    return fastresample.resize(square.astype(float) / 255, (size, size), antialias=True)


def enlarged(image: np.ndarray) -> dict[str, np.ndarray]:
    """Return a picture enlarged twice by transposed convolutions, and by a resize and a convolution."""
    weights = np.random.default_rng(4).random((4, 4))
    three = weights[:3, :3] / weights[:3, :3].sum()
    equal = {taps: np.full((taps, taps), 4 / taps**2) for taps in (3, 4)}
    twice = fastresample.resize(image, factor=2)
    return {
        "k = 3, equal weights": transposed(image, equal[3], stride=2, padding=1, output_padding=1),
        "k = 4, equal weights": transposed(image, equal[4], **LAYER),
        "k = 4, random weights": transposed(image, 4 * weights / weights.sum(), **LAYER),
        "resize, then 3 x 3, random": conv2d(twice[None], three[None, None], padding="same")[0],
    }


def checkerboard() -> Sheet:
    """Draw how many weights reach an output, and what that does to a picture."""
    sheet = Sheet(806, 500)
    cell, top = 20, 34
    for left, taps in ((16, 3), (300, 4)):
        counts = counted(4, taps, 2)
        name = f"weights per output, 4 x 4 enlarged, k = {taps}, stride 2"
        sheet.text(left, top - 8, name, 12, "ls")
        sheet.grid(left, top, counts, shades(counts, 8, ORANGE), cell, size=11)
    top = 288
    for number, (name, result) in enumerate(enlarged(photograph(46)).items()):
        left = 16 + number * 196
        sheet.text(left, top - 8, name, 12, "ls")
        sheet.picture(left, top, grey(result[:92, :92]), 2)
    return sheet


def grey(values: np.ndarray) -> np.ndarray:
    """Return 8-bit samples of values from 0 to 1."""
    return np.clip(np.rint(255 * values), 0, 255).astype(np.uint8)


def dilated() -> Sheet:
    """Draw dilated kernels, and what a stack of three of them reads."""
    sheet = Sheet(790, 452)
    top, cell, left = 34, 22, 16
    for dilation in (1, 2, 4):
        kernel = insert_zeros(K, dilation)
        colours = [[tint(BLUE, 0.55) if value else WHITE for value in row] for row in kernel.tolist()]
        sheet.text(left, top - 8, f"dilation {dilation}" + (": K itself" if dilation == 1 else ""), 13, "ls")
        sheet.grid(left, top, kernel, colours, cell, size=11)
        left += len(kernel) * cell + 60
    fan(sheet, ((3, 1, 1), (3, 1, 2), (3, 1, 4)), 414)
    return sheet


def fan(sheet: Sheet, stack: tuple[tuple[int, int, int], ...], bottom: float) -> None:
    """Draw which samples one output of a stack of layers depends on, layer by layer down to the input."""
    step, level, middle = 32, 48, 380
    used = {0}
    for depth in range(len(stack), -1, -1):
        y = bottom - depth * level
        dilation = stack[depth - 1][2]
        read = {place + tap * dilation for place in used for tap in (-1, 0, 1)} if depth else used
        for place in used if depth else ():
            for tap in (-dilation, 0, dilation):
                sheet.line([(middle + place * step, y), (middle + (place + tap) * step, y + level)], LINE)
        for place in range(-8, 9):
            x = middle + place * step
            sheet.box((x - 6, y - 6, x + 6, y + 6), BLUE if place in used else PALE, LINE)
        sheet.text(16, y, f"dilation {dilation}" if depth else "input", 12, "lm")
        if depth:
            sheet.text(middle + 9 * step - 8, y, f"reads {receptive_field(stack[:depth])} inputs", 12, "lm")
        used = read


def edges() -> np.ndarray:
    """Return four filters that answer to edges of four directions, shape (4, 1, 9, 9)."""
    y, x = np.mgrid[-4:5, -4:5]
    filters = []
    for angle in np.arange(4) * np.pi / 4:
        across = x * np.cos(angle) + y * np.sin(angle)
        wave = np.sin(2 * np.pi * across / 7) * np.exp(-(x**2 + y**2) / (2 * 2.2**2))
        filters.append(wave / np.abs(wave).sum())
    return np.array(filters)[:, None]


def seen(image: np.ndarray, strongest: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what made each feature's strongest answers, with the places that the pooling kept, and without."""
    filters = edges()
    features = np.maximum(conv2d(image[None], filters, padding=4), 0)
    pooled, places = max_pool2d(features, 4, return_indices=True)
    least = np.sort(pooled.reshape(4, -1), axis=1)[:, -strongest]
    kept = np.where(pooled >= least[:, None, None], pooled, 0)
    corners = np.zeros_like(features)
    corners[:, ::4, ::4] = kept
    maps = max_unpool2d(kept, places, 4), corners
    with_places, without = (
        np.concatenate([conv_transpose2d(m[c : c + 1], filters[c : c + 1], padding=4) for c in range(4)]) for m in maps
    )
    return with_places, without


def features() -> Sheet:
    """Draw what four features saw."""
    with Image.open(IMAGES / "siemens_star.png") as image:
        star = fastresample.resize(np.asarray(image.convert("L")).astype(float) / 255, (128, 128), antialias=True)
    sheet = Sheet(5 * 140 + 20, 316)
    sheet.text(16, 26, "input", 12, "ls")
    sheet.picture(16, 34, grey(star))
    for feature in range(4):
        sheet.text(16 + (feature + 1) * 140, 26, f"feature {feature + 1}", 12, "ls")
    for row, found in enumerate(seen(star, 60)):
        for feature, result in enumerate(found):
            place = (16 + (feature + 1) * 140, 34 + row * 140)
            sheet.picture(*place, grey(0.5 + 0.5 * result / np.abs(result).max()))
    sheet.text(16 + 128, 34 + 140 + 42, "without switches:\neach to the corner\nof its 4 x 4", 12, "ra")
    return sheet


PICTURES: dict[str, Callable[[], Sheet]] = {
    "down-up": down_and_up,
    "matrix": matrices,
    "scatter": scattered,
    "gather": gathered,
    "zeros": inserted,
    "three-ways": three_ways,
    "checkerboard": checkerboard,
    "dilated": dilated,
    "features": features,
}
