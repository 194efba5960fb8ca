"""Kernels of explicit vectors, which take tables packed for them: which there are, and how one is compiled."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from fastresample.kernels.bytewise import (
    exact_taps,
    halves,
    long_tap_tables,
    long_taps,
    nearest,
    real_taps,
    tap_requests,
    taps,
    two_taps,
    word_taps,
)
from fastresample.kernels.bytewise.narrow import halves as narrow_halves
from fastresample.kernels.bytewise.narrow import long_taps as narrow_long_taps
from fastresample.kernels.bytewise.narrow import nearest as narrow_nearest
from fastresample.kernels.bytewise.narrow import tap_requests as narrow_tap_requests
from fastresample.kernels.bytewise.narrow import taps as narrow_taps
from fastresample.kernels.bytewise.narrow import two_taps as narrow_two_taps
from fastresample.kernels.common import Kernel, array_type
from fastresample.kernels.realwise import four_taps, requests, stages
from fastresample.kernels.realwise import halves as real_halves
from fastresample.kernels.realwise import two_taps as real_two_taps
from fastresample.kernels.resizes import Request, compile_stage, separable_tables
from fastresample.kernels.variants import Variant

Tables = tuple[Any, ...]  # Numba's types of what `prepare` packs, but for the header of 64-bit integers
_BLOB = (array_type(np.uint8, 1),)


class Vectors(NamedTuple):
    """A variant whose kernel is made for what ``prepare`` says, and takes what that packs."""

    family: str
    name: str
    matches: Callable[[Any], bool]
    prepare: Callable[[Any, Any], Any]
    make: Callable[[Any], Kernel]
    speed: float  # see `Variant`
    tables: Tables | Callable[[Request], Tables] = _BLOB


# The fastest first.
_VECTORS = (
    Vectors("gather", "windows", nearest.can_permute, nearest.prepare, nearest.make, 5, nearest.TABLES),
    Vectors(
        *("gather", "narrow windows", narrow_nearest.matches, narrow_nearest.prepare, narrow_nearest.make, 2),
        narrow_nearest.TABLES,
    ),
    Vectors("separable", "halves", halves.matches, halves.prepare, halves.make, 40),
    Vectors("mean", "halves", halves.matches, halves.prepare, halves.make, 40),
    Vectors("separable", "narrow halves", narrow_halves.matches, narrow_halves.prepare, narrow_halves.make, 20),
    Vectors("mean", "narrow halves", narrow_halves.matches, narrow_halves.prepare, narrow_halves.make, 20),
    Vectors(
        "separable", "real halves", real_halves.matches, real_halves.prepare, real_halves.make, 20, real_halves.TABLES
    ),
    Vectors("mean", "real halves", real_halves.matches, real_halves.prepare, real_halves.make, 20, real_halves.TABLES),
    Vectors("separable", "two taps", two_taps.matches, two_taps.prepare, two_taps.make, 8),
    Vectors("separable", "narrow two taps", narrow_two_taps.matches, narrow_two_taps.prepare, narrow_two_taps.make, 4),
    Vectors(
        *("separable", "long taps", long_tap_tables.matches, long_tap_tables.prepare, long_taps.make, 8),
        long_tap_tables.TABLES,
    ),
    Vectors("separable", "word taps", word_taps.matches, word_taps.prepare, word_taps.make, 8, word_taps.TABLES),
    Vectors("separable", "taps", tap_requests.matches, tap_requests.prepare, taps.make, 8),
    Vectors(
        *("separable", "narrow long taps", narrow_tap_requests.matches, narrow_tap_requests.prepare_long),
        *(narrow_long_taps.make, 4),
    ),
    Vectors("separable", "narrow taps", narrow_tap_requests.matches, narrow_tap_requests.prepare, narrow_taps.make, 4),
    Vectors(
        *("separable", "exact taps", exact_taps.matches, exact_taps.prepare, exact_taps.make, 8), exact_taps.tables_of
    ),
    Vectors("separable", "real taps", real_taps.can_add, real_taps.prepare, real_taps.make, 8, real_taps.TABLES),
    Vectors(
        *("separable", "real two taps", requests.has_two, requests.prepare_two, real_two_taps.make, 3),
        real_two_taps.TABLES,
    ),
    Vectors(
        *("separable", "real four taps", requests.has_four, requests.prepare_four, four_taps.make, 5),
        four_taps.TABLES,
    ),
    Vectors("separable", "reals", requests.matches, requests.prepare, stages.make, 2.5, separable_tables),
)


def _make(vectors: Vectors, request: Request, special: tuple[Any, ...]) -> Kernel:
    tables = vectors.tables(request) if callable(vectors.tables) else vectors.tables
    name, kernel = vectors.name.replace(" ", "_"), vectors.make(special)
    return compile_stage(request, name, kernel, (*special, request.source), tables)


VARIANTS: tuple[Variant, ...] = tuple(
    Variant(
        vectors.family,
        vectors.name,
        vectors.matches,
        partial(_make, vectors),
        prepare=vectors.prepare,
        speed=vectors.speed,
    )
    for vectors in _VECTORS
)
