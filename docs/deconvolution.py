"""Write the tables and draw the pictures of deconvolution.md: ``python docs/deconvolution.py``."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from accuracy_tables import filled, markdown
from deconvolution_pictures import LAYER, PICTURES, counted
from grids import plain

import fastresample
from fastresample.constructions import bilinear_kernel
from fastresample.convolution import conv_transpose2d
from fastresample.sizes import conv_output_size, conv_transpose_output_size, output_padding_for, receptive_field

PAGE = Path(__file__).with_name("deconvolution.md")


def phases() -> str:
    """Return which taps reach which outputs along one axis of the example."""
    rows = [["output", "reads by tap", "weights per output"], ["---", "---", "--:"]]
    for residue, name in ((0, "even, o = 2t"), (1, "odd, o = 2t + 1")):
        # Output o receives tap k from input (o + 1 - k) / 2, where that is whole.
        taps = [(k, (residue + 1 - k) // 2) for k in range(3) if (residue + 1 - k) % 2 == 0]
        reads = ", ".join(f"{k} from input t{f' + {offset}' if offset else ''}" for k, offset in taps)
        rows.append([name, reads, str(len(taps))])
    return markdown(rows)


def sizes() -> str:
    """Return the table of sizes that share one, for the layer of the example."""
    rows = [["i", "convolution", "unused at the end", "back without output_padding", "output_padding", "back"]]
    rows.append(["--:"] * 6)
    for n in range(1, 9):
        small = conv_output_size(n, 3, **LAYER)
        extra = output_padding_for(small, n, 3, **LAYER)
        back = [conv_transpose_output_size(small, 3, output_padding=more, **LAYER) for more in (0, extra)]
        rows.append([str(value) for value in (n, small, (n + 2 - 2 - 1) % 2, back[0], extra, back[1])])
    return markdown(rows)


def bilinear() -> str:
    """Return the kernels of bilinear enlargement and how far they are from resize, inside and at the border."""
    rows = [["enlarge", "kernel_size", "padding", "weights of a row", "inside", "border"]]
    rows.append(["--:", "--:", "--:", "---", "--:", "--:"])
    image = np.random.default_rng(0).random((1, 9, 9))
    for scale in (2, 3, 4, 8):
        taps = 2 * scale - scale % 2
        padding = (taps - scale) // 2
        kernel = bilinear_kernel(1, 1, taps, float)
        difference = conv_transpose2d(image, kernel, stride=scale, padding=padding)
        difference = np.abs(difference - fastresample.resize(image, factor=scale, axes=(-2, -1)))[0]
        inside = slice(scale // 2, -(scale // 2))
        row = np.sqrt(kernel[0, 0].diagonal())
        shown = " ".join(map(plain, (row / row.min()).round(9))) + f" / {plain(round(1 / row.min(), 9))}"
        errors = (difference[inside, inside].max(), difference.max())
        rows.append(
            [f"{scale}x", str(taps), str(padding), shown, *("< 1e-12" if e < 1e-12 else f"{e:.2f}" for e in errors)]
        )
    return markdown(rows)


def overlap() -> str:
    """Return how many weights reach an output along one axis, and what a constant picture becomes."""
    rows = [["kernel", "stride", "weights per output, one axis", "two axes", "1 becomes, of equal weights"]]
    rows.append(["--:", "--:", "---", "---", "---"])
    for taps, stride in ((2, 2), (3, 2), (4, 2), (5, 2), (3, 3), (4, 3), (6, 3), (16, 8)):
        counts = counted(9, taps, stride)
        middle = counts[taps:-taps, taps:-taps]
        along = np.sqrt(middle.diagonal()[:stride]).astype(int)
        gain = middle * (stride / taps) ** 2
        both = sorted(set(middle.ravel().astype(int).tolist()))
        one = ", ".join(map(str, along)) if len(set(along)) > 1 else f"{along[0]} everywhere"
        levels = ", ".join(dict.fromkeys(plain(value) for value in sorted(gain.ravel())))
        rows.append([str(taps), str(stride), one, ", ".join(map(str, both)), levels])
    return markdown(rows)


def fields() -> str:
    """Return the receptive fields of stacks of 3x3 convolutions."""
    rows = [["layers of 3x3", "receptive field after each", "resolution left"], ["---", "---", "---"]]
    for name, stack in {
        "plain": [(3, 1, 1)] * 4,
        "dilations 1, 2, 4, 8": [(3, 1, 2**level) for level in range(4)],
        "strides 2, 2, 2, 2": [(3, 2, 1)] * 4,
    }.items():
        found = ", ".join(str(receptive_field(stack[:depth])) for depth in range(1, 5))
        left = int(np.prod([stride for _, stride, _ in stack]))
        rows.append([name, found, f"1/{left}" if left > 1 else "all"])
    return markdown(rows)


def layers() -> str:
    """Return what the enlarging layers of networks do to sizes."""
    rows = [["layer", "kernel", "stride", "padding", "output_padding", "sizes", "kernel mod stride"]]
    rows.append(["---", "--:", "--:", "--:", "--:", "---", "--:"])
    for name, n, times, kernel, stride, padding, extra in (
        ("FCN-8s, twice 2x", 20, 2, 4, 2, 1, 0),
        ("FCN-8s, 8x", 80, 1, 16, 8, 4, 0),
        ("FCN-32s", 20, 1, 64, 32, 16, 0),
        ("U-Net, up-convolution", 28, 1, 2, 2, 0, 0),
        ("DCGAN, as published", 4, 4, 5, 2, 2, 1),
        ("DCGAN, as mostly built", 4, 4, 4, 2, 1, 0),
        ("3x3 that doubles", 16, 1, 3, 2, 1, 1),
    ):
        chain = [n]
        for _ in range(times):
            chain.append(conv_transpose_output_size(chain[-1], kernel, stride, padding, extra))
        numbers = (kernel, stride, padding, extra)
        rows.append([name, *map(str, numbers), " → ".join(map(str, chain)), str(kernel % stride)])
    return markdown(rows)


SECTIONS: dict[str, Callable[[], str]] = {
    "phases": phases,
    "sizes": sizes,
    "bilinear": bilinear,
    "overlap": overlap,
    "fields": fields,
    "layers": layers,
}


def picture(name: str) -> Path:
    """Return where a picture is kept."""
    return PAGE.with_name(f"deconvolution-{name}.png")


def main() -> None:
    """Fill the page and draw its pictures."""
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), SECTIONS, SECTIONS), encoding="utf-8")
    for name, draw in PICTURES.items():
        draw().save(picture(name))


if __name__ == "__main__":
    main()
