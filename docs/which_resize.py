"""Write the tables of which-resize.md: ``python docs/which_resize.py``, with as many of the libraries as are installed.

All figures are measured. A table whose library is not installed stays as it is.
"""

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import numpy as np
from accuracy_tables import filled, markdown
from equivalents import ENLARGED, LIBRARIES, SHRUNK, installed, levels, operator, ours, theirs

from fastresample.validate.calls import version

PAGE = Path(__file__).parent / "which-resize.md"
# Beyond this mean difference, in levels, a mode does not stand for another.
FAR = 1.0


def title(library: str, name: str) -> str:
    """Name a mode."""
    return f"{LIBRARIES[library].title} {name}"


def span(a: np.ndarray, b: np.ndarray) -> str:
    """Show the largest difference of two results as they are."""
    found = float(np.abs(a.astype(float) - b).max())
    if found == 0:
        return "none"
    return f"{found:.0f}" if found >= 1 else f"{found:.2g}" if found >= 0.01 else f"{found:.0e}"


def distance(a: np.ndarray, b: np.ndarray) -> str:
    """Show how far two results are apart as 8-bit samples: the largest difference and how many samples differ."""
    differences = np.abs(levels(a).astype(np.int16) - levels(b))
    if not differences.any():
        return "same"
    share = 100 * float((differences > 0).mean())
    return f"{differences.max()}, {f'{share:.1f}' if share >= 0.1 else '< 0.1'} %"


# --- the same call ------------------------------------------------------------------------------------------------


def equivalents(library: str) -> str:
    """Return the table of a library: its call, ours, and the largest difference where it shrinks and where it grows."""
    found = LIBRARIES[library]
    heading = f"{found.title} {version(found.module).partition('+')[0]}"
    rows = [["", heading, "here", "3/8", "3/2, 15/8"], ["---", "---", "---", "--:", "--:"]]
    for row in found.rows:
        spans = [span(theirs(library, row.name, size), ours(library, row.name, size)) for size in (SHRUNK, ENLARGED)]
        rows.append([row.name, f"`{row.theirs}`", f"`{row.ours}`", *spans])
    return markdown(rows)


# What an exported model has to say: the attributes of ONNX's operator Resize that mean what the call of a library does.
_CORNERS = 'mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"'
_CENTRES = 'mode="nearest", nearest_mode="round_prefer_ceil"'
_SMOOTH_LINEAR = 'mode="linear", antialias=1, exclude_outside=1'
_SMOOTH_CUBIC = 'mode="cubic", cubic_coeff_a=-0.5, antialias=1, exclude_outside=1'
ONNX = {
    ("opencv", "INTER_NEAREST"): _CORNERS,
    ("opencv", "INTER_NEAREST_EXACT"): _CENTRES,
    ("opencv", "INTER_LINEAR"): 'mode="linear"',
    ("opencv", "INTER_CUBIC"): 'mode="cubic"',
    ("pillow", "NEAREST"): _CENTRES,
    ("pillow", "BILINEAR"): _SMOOTH_LINEAR,
    ("pillow", "BICUBIC"): _SMOOTH_CUBIC,
    ("torch", "nearest"): _CORNERS,
    ("torch", "nearest-exact"): _CENTRES,
    ("torch", "bilinear"): 'mode="linear"',
    ("torch", "bilinear antialias"): _SMOOTH_LINEAR,
    ("torch", "bilinear align_corners"): 'mode="linear", coordinate_transformation_mode="align_corners"',
    ("torch", "bicubic"): 'mode="cubic"',
    ("torch", "bicubic antialias"): _SMOOTH_CUBIC,
    ("tensorflow", "nearest"): _CENTRES,
    ("tensorflow", "bilinear"): 'mode="linear"',
    ("tensorflow", "bilinear antialias"): _SMOOTH_LINEAR,
    ("tensorflow", "bicubic"): 'mode="cubic", cubic_coeff_a=-0.5, exclude_outside=1',
    ("tensorflow", "bicubic antialias"): _SMOOTH_CUBIC,
    ("tensorflow", "v1 nearest"): _CORNERS,
    ("tensorflow", "v1 bilinear"): 'mode="linear", coordinate_transformation_mode="asymmetric"',
    ("tensorflow", "v1 bilinear align_corners"): 'mode="linear", coordinate_transformation_mode="align_corners"',
    ("tensorflow", "v1 bicubic"): 'mode="cubic", coordinate_transformation_mode="asymmetric"',
}


def operators() -> str:
    """Return the table of attributes, and how far they are from the call that they stand for."""
    rows = [["", "attributes of Resize", "3/8", "3/2, 15/8"], ["---", "---", "--:", "--:"]]
    for (library, name), attributes in ONNX.items():
        pairs = [(operator(attributes, size), ours(library, name, size)) for size in (SHRUNK, ENLARGED)]
        rows.append([title(library, name), f"`{attributes}`", *(distance(*pair) for pair in pairs)])
    return markdown(rows)


# --- how far apart ------------------------------------------------------------------------------------------------

# Modes that go by the same name.
WORDS = {
    "nearest": (
        ("native", "nearest"),
        ("opencv", "INTER_NEAREST"),
        ("opencv", "INTER_NEAREST_EXACT"),
        ("pillow", "NEAREST"),
        ("torch", "nearest"),
        ("torch", "nearest-exact"),
        ("tensorflow", "nearest"),
    ),
    "bilinear": (
        ("native", "bilinear"),
        ("native", "bilinear antialias"),
        ("opencv", "INTER_LINEAR"),
        ("pillow", "BILINEAR"),
        ("torch", "bilinear"),
        ("torch", "bilinear antialias"),
        ("tensorflow", "bilinear"),
        ("tensorflow", "v1 bilinear"),
    ),
    "bicubic": (
        ("native", "bicubic"),
        ("native", "bicubic antialias"),
        ("opencv", "INTER_CUBIC"),
        ("pillow", "BICUBIC"),
        ("torch", "bicubic"),
        ("torch", "bicubic antialias"),
        ("tensorflow", "bicubic"),
    ),
    "lanczos": (
        ("native", "lanczos3"),
        ("native", "lanczos3 antialias"),
        ("opencv", "INTER_LANCZOS4"),
        ("pillow", "LANCZOS"),
        ("torch", "lanczos antialias"),
        ("tensorflow", "lanczos3 antialias"),
    ),
    "area": (
        ("native", "area"),
        ("opencv", "INTER_AREA"),
        ("pillow", "BOX"),
        ("torch", "area"),
        ("tensorflow", "area"),
    ),
}


def words(size: tuple[int, int]) -> str:
    """Return, for every name, how far those that bear it are apart."""
    parts = []
    for word, modes in WORDS.items():
        rows = [[word, *(title(*mode) for mode in modes[:-1])], ["---", *["--:"] * (len(modes) - 1)]]
        for k, mode in enumerate(modes[1:], 1):
            cells = [distance(ours(*mode, size), ours(*other, size)) for other in modes[:k]]
            rows.append([title(*mode), *cells, *[""] * (len(modes) - 1 - k)])
        parts.append(markdown(rows))
    return "\n\n".join(parts)


# --- moving -------------------------------------------------------------------------------------------------------

MOVING = ("opencv", "pillow", "torch", "tensorflow")


def candidates(library: str) -> list[str]:
    """Return the modes of a library: the rows that say nothing but one."""
    return [row.name for row in LIBRARIES[library].rows if "," not in row.name and row.name != "reduce"]


@cache
def samples(library: str, name: str, size: tuple[int, int]) -> np.ndarray:
    """Return a mode's result as 8-bit samples that can be subtracted."""
    return levels(ours(library, name, size)).astype(np.int16)


def mean_distance(library: str, name: str, other: str, its: str, size: tuple[int, int]) -> float:
    """Return the mean difference of two modes in levels."""
    return float(np.abs(samples(library, name, size) - samples(other, its, size)).mean())


def stand_ins(library: str, name: str, other: str) -> str:
    """Return the mode of another library that comes nearest, shrinking and enlarging if there is such a one."""
    means = {
        its: [mean_distance(library, name, other, its, size) for size in (SHRUNK, ENLARGED)]
        for its in candidates(other)
    }

    def shown(its: str, *sizes: tuple[int, int]) -> str:
        distances = [distance(ours(library, name, size), ours(other, its, size)) for size in sizes]
        return f"{its} ({'; '.join(dict.fromkeys(distances))})"

    both = min(means, key=lambda its: max(means[its]))
    if max(means[both]) <= FAR:
        return shown(both, SHRUNK, ENLARGED)
    parts = []
    for k, (way, size) in enumerate((("shrinking", SHRUNK), ("enlarging", ENLARGED))):
        its = min(means, key=lambda its: means[its][k])
        if means[its][k] <= FAR:
            parts.append(f"{way} {shown(its, size)}")
    return ", ".join(parts) or "-"


def moves() -> str:
    """Return, for every mode of every library, what to take of every other one."""
    rows = [["", *(LIBRARIES[library].title for library in MOVING)], ["---"] * (1 + len(MOVING))]
    for library in MOVING:
        for name in candidates(library):
            cells = ["" if other == library else stand_ins(library, name, other) for other in MOVING]
            rows.append([title(library, name), *cells])
    return markdown(rows)


SECTIONS: dict[str, Callable[[], str]] = {
    **{name: lambda name=name: equivalents(name) for name in LIBRARIES if name != "native"},
    "words": lambda: words(SHRUNK),
    "enlarged words": lambda: words(ENLARGED),
    "moves": moves,
    "operators": operators,
}


def main(names: Iterable[str] = SECTIONS) -> None:
    """Fill the page."""
    able = [name for name in names if name not in LIBRARIES or installed(name)]
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), able, SECTIONS), encoding="utf-8")


if __name__ == "__main__":
    main()
