"""Compiled functions: which exist (``VARIANTS``) and which serves a request (``select``).

Imports Numba, so the package imports it on first use only. Kernels know arrays, tables and integers.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample import codes
from fastresample.kernels import blocks, gather, separable, tables
from fastresample.kernels.common import Kernel, array_type, compile_kernel, statistics

__all__ = ["VARIANTS", "Request", "Variant", "matching", "select", "statistics", "tables"]


class Request(NamedTuple):
    """What a stage asks for; dtypes by name, so that a request is hashable and readable."""

    family: str  # 'gather' or 'separable'
    direct: bool  # C-contiguous (planes, rows, columns * channels); else any (planes, rows, columns, channels)
    channels: int
    source: str
    result: str
    weight: str = ""  # dtype of the weights
    between: str = ""  # kept between the passes
    sums: tuple[str, str] = ("", "")  # accumulators of the first and the last pass
    store: int = codes.STORE_CAST
    order: int = codes.HORIZONTAL_FIRST
    taps_x: int = codes.ANY
    halving: bool = False  # both axes are exactly halved from the first pixel on, two taps of 1/2 each


class Variant(NamedTuple):
    """One way to compute a family; every variant that matches gives the same bits."""

    family: str
    name: str
    matches: Callable[[Request], bool]
    make: Callable[[Request], Kernel]


def _channels(request: Request) -> int:
    """Channel counts with a loop of their own; a row that is not filtered along its length has no channels."""
    if request.taps_x == codes.IDENTITY:
        return 1
    return request.channels if request.channels in (1, 3, 4) else 0


def _compile(request: Request, name: str, kernel: Kernel, special: tuple[Any, ...], tables: tuple[Any, ...]) -> Kernel:
    """Compile for the signature that every stage has: source, output, begin, end, [channels, columns], tables."""
    ndim, layout = (3, "C") if request.direct else (4, "A")
    signature = (
        array_type(request.source, ndim, layout),
        array_type(request.result, ndim, layout, writable=True),
        types.int64,
        types.int64,
        array_type(np.int64, 1),
        *tables,
    )
    parts = [getattr(part, "__name__", str(part)) for part in special]
    return compile_kernel(kernel, "_".join([name, *parts]), signature)


def _make_gather(request: Request) -> Kernel:
    special = gather.Specialisation(_channels(request), request.direct, np.dtype(request.source).type)
    index = array_type(np.int32, 1)
    return _compile(request, "gather", gather.make_gather(special), special, (index, index))


def _separable_tables(request: Request) -> tuple[Any, ...]:
    index, weights = array_type(np.int32, 1), array_type(request.weight, 2)
    return (index, index, weights, index, index, weights, array_type(np.int64, 1))


def _make_separable(request: Request) -> Kernel:
    result = np.dtype(request.result)
    limits = np.iinfo(result) if result.kind in "iu" else None
    special = separable.Specialisation(
        channels=_channels(request),
        taps_x=request.taps_x,
        order=request.order,
        store=request.store,
        direct=request.direct,
        source=np.dtype(request.source).type,
        between=np.dtype(request.between).type,
        sums=(np.dtype(request.sums[0]).type, np.dtype(request.sums[1]).type),
        result=result.type,
        limits=(int(limits.min), int(limits.max)) if limits else (0, 0),
    )
    flat = (*special[:7], *special.sums, special.result)
    return _compile(request, "separable", separable.make_separable(special), flat, _separable_tables(request))


# Holds four samples and the rounding constant; integers of 32 bits have no halving of their own.
_HALVING_SUMS = {"uint8": np.uint16, "int8": np.int16, "uint16": np.uint32, "int16": np.int32}


def _can_halve(request: Request) -> bool:
    exact = request.source in _HALVING_SUMS
    same_sums = request.store == codes.STORE_CAST and request.order == codes.HORIZONTAL_FIRST
    return request.halving and request.direct and request.source == request.result and (exact or same_sums)


def _make_halve(request: Request) -> Kernel:
    sample = np.dtype(request.source).type
    wide = _HALVING_SUMS.get(request.source, sample)
    special = blocks.Specialisation(_channels(request), request.store, sample, wide)
    return _compile(request, "halve", blocks.make_halve(special), special, _separable_tables(request))


def _always(request: Request) -> bool:
    return True


# First match wins; the last row of a family is its plain definition.
VARIANTS: tuple[Variant, ...] = (
    Variant("gather", "plain", _always, _make_gather),
    Variant("separable", "halve", _can_halve, _make_halve),
    Variant("separable", "plain", _always, _make_separable),
)


def matching(request: Request) -> list[Variant]:
    """Return every variant that can serve the request, fastest first; the last one is the definition."""
    return [variant for variant in VARIANTS if variant.family == request.family and variant.matches(request)]


def select(request: Request) -> Kernel:
    """Return the compiled kernel that serves the request."""
    return _selected(request._replace(channels=_channels(request)))


@cache
def _selected(request: Request) -> Kernel:
    return matching(request)[0].make(request)
