"""The resizes that bench.py times: which images, operators, libraries and ways of calling."""

import argparse
import sys
from collections.abc import Callable, Iterable
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from benchmark.measuring import calls_per_turn, measure, thread_counts
from benchmark.memory import bytes_moved, memory_ms
from benchmark.resizes_report import Case, Cell
from fastresample import plan
from fastresample.validate.calls import installed
from fastresample.validate.comparison import OURS
from fastresample.validate.libraries import LIBRARIES, ours, reproduced, settings

SIZES = {  # label: (height, width) before and after
    "4928x3279 to 852x567": ((3279, 4928), (567, 852)),
    "1920x1080 to 960x540": ((1080, 1920), (540, 960)),
    "1920x1080 to 224x224": ((1080, 1920), (224, 224)),
    "960x540 to 1920x1080": ((540, 960), (1080, 1920)),
    "1280x720 to 1920x1080": ((720, 1280), (1080, 1920)),
    "256x256 to 512x512": ((256, 256), (512, 512)),
    "3000x4000 to 600x800": ((4000, 3000), (800, 600)),
    "1920x1080 to 640x640": ((1080, 1920), (640, 640)),
    "33x17 to 1000x700": ((17, 33), (700, 1000)),
    "4000x4000 to 64x64": ((4000, 4000), (64, 64)),
}
QUICK_SIZES = ("1920x1080 to 224x224", "256x256 to 512x512")
CHANNELS = (3, 1, 4)
OPERATORS = {  # by convention: method (+ where it antialiases) and dtypes
    "native": "nearest u8, bilinear u8 u16 f32, bilinear+ u8 u16 f32, bicubic u8 u16 f32, bicubic+ u8 f32, "
    "lanczos3+ u8 u16 f32, area u8 f32",
    "opencv": "nearest u8, bilinear u8 u16 f32, bicubic u8 f32, lanczos4 u8 f32, area u8 u16 f32",
    "pillow": "nearest u8, box+ u8, bilinear+ u8, bicubic+ u8, lanczos3+ u8 f32",
    "torch": "nearest u8, bilinear u8 f32, bilinear+ u8 f32, bicubic u8, bicubic+ u8, area f32",
}
DTYPES = {"u8": "uint8", "u16": "uint16", "f32": "float32"}
CASES = [
    Case(method.replace("+", " antialiased"), DTYPES[dtype], convention)
    for convention, text in OPERATORS.items()
    for method, *dtypes in map(str.split, text.split(","))
    for dtype in dtypes
]


class Mode(NamedTuple):
    """How calls are made: with everything prepared or from nothing, on how many threads."""

    label: str
    planned: bool
    threads: int


def modes(cores: int) -> list[Mode]:
    """Return the ways of calling that this machine can show."""
    reused = [Mode(f"{label}, reused plan", True, count) for label, count in thread_counts(cores).items()]
    return [reused[0], Mode("1 thread, one shot", False, 1), *reused[1:]]


UNTIMED = ("scikit-image",)  # SciPy's splines in float64: its figures are those of `compare` alone


@cache
def noise() -> np.ndarray:
    """Return a million random bytes, a prime number of them, of which images are made by repetition."""
    return np.random.default_rng(0).integers(0, 256, 1_000_003, dtype=np.uint8)


def make_calls(case: Case, size: str, channels: int, mode: Mode) -> dict[str, Callable[[], Any]]:
    """Return ready, warmed-up calls of all libraries that do this very operation on this image."""
    shape, target = SIZES[size]
    image = np.resize(noise(), (*shape, channels)[: 3 if channels > 1 else 2]).astype(case.dtype)
    method, _, antialiased = case.operator.partition(" ")
    makes = {OURS: ours(method, bool(antialiased) or None, case.convention)}
    own = reproduced(method, case.convention)
    for name, library in LIBRARIES[case.operator].items():
        if name in UNTIMED or not installed(library.module):
            continue
        if name == own if own else library.comparable(image, target):
            makes[name] = library.make
    calls = {}
    for name, make in makes.items():
        try:
            run = make(image, target, planned=mode.planned, threads=mode.threads).run
            run()
        except Exception as error:  # a library that cannot do a case is a gap in the table; ours must not fail
            if name == OURS:
                raise
            if not isinstance(error, NotImplementedError):
                print(f"{name} failed on {case.label} {size} C{channels}: {error}", file=sys.stderr)
            continue
        calls[name] = run
    return calls


def run(arguments: argparse.Namespace, cores: int) -> Iterable[Cell]:
    """Measure resizing cell by cell."""
    sizes = QUICK_SIZES if arguments.quick else tuple(SIZES)
    channels = CHANNELS[:2] if arguments.quick else CHANNELS
    modules = {library.module for libraries in LIBRARIES.values() for library in libraries.values()}
    ways = modes(cores)
    for mode, case in product([ways[0], ways[-1]] if arguments.quick else ways, CASES):
        before = (lambda: None) if mode.planned else plan.clear
        native = case.convention == "native"
        if not native and mode.threads > 1:
            continue
        with settings(modules, threads=mode.threads, ipp=None if native else False):
            for size, count in product(sizes, channels):
                if arguments.only in f"{case.label} {mode.label} {size} C{count}":
                    calls = make_calls(case, size, count, mode)
                    ms = measure(calls, arguments.seconds, before, repeats=calls_per_turn(mode.threads))
                    moved = bytes_moved(case.operator, SIZES[size], count, np.dtype(case.dtype).itemsize)
                    yield Cell(case, mode.label, size, count, ms, memory_ms(*moved))
