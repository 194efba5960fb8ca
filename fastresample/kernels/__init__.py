"""Compiled functions: which exist (``VARIANTS``) and which serves a request (``select``).

Imports Numba, so the package imports it on first use only. Kernels know arrays, tables and integers.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample import codes
from fastresample.arithmetic import Pass
from fastresample.kernels import blocks, corners, correlation, gather, pooling, separable, tables
from fastresample.kernels.bytewise import nearest, real_taps, tap_requests, taps, two_taps
from fastresample.kernels.common import Kernel, array_type, compile_kernel, statistics
from fastresample.kernels.realwise import requests, stages
from fastresample.kernels.realwise import two_taps as real_two_taps
from fastresample.kernels.variants import Variant, always

__all__ = ["VARIANTS", "Request", "Variant", "bind", "chosen", "matching", "select", "statistics", "tables"]

Tables = tuple[Any, ...]


class Request(NamedTuple):
    """What a stage asks for; dtypes by name, so that a request is hashable and readable."""

    family: str  # 'gather', 'separable', ...
    direct: bool  # C-contiguous (planes, rows, columns * channels); else any (planes, rows, columns, channels)
    channels: int
    source: str
    result: str
    arithmetic: Any = None  # arithmetic.Arithmetic or Mean
    order: int = codes.HORIZONTAL_FIRST
    taps_x: int = codes.ANY
    edges: bool = False  # windows reach beyond the columns, where the edge pixel repeats
    halving: bool = False  # both axes are exactly halved from the first pixel on, two taps of 1/2 each


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


def _make_windows(request: Request, special: nearest.Specialisation) -> Kernel:
    return _compile(request, "windows", nearest.make_windows(special), (*special, request.source), nearest.TABLES)


def _separable_tables(request: Request) -> tuple[Any, ...]:
    index = array_type(np.int32, 1)
    along, across = request.arithmetic.first.weight, request.arithmetic.last.weight
    if request.order == codes.VERTICAL_FIRST:
        along, across = across, along
    return (index, index, array_type(along, 2), index, index, array_type(across, 2), array_type(np.int64, 1))


def _make_real_taps(request: Request, special: real_taps.Specialisation) -> Kernel:
    return _compile(request, "real_taps", real_taps.make_sums(special), special, real_taps.TABLES)


def _weighing(how: Pass) -> separable.Weighing:
    return separable.Weighing(_type(how.weight), how.sum, _type(how.accumulator), how.store)


def _type(name: str) -> Any:
    return np.dtype(name).type


def _make_separable(request: Request) -> Kernel:
    arithmetic = request.arithmetic
    special = separable.Specialisation(
        channels=_channels(request),
        taps_x=request.taps_x,
        order=request.order,
        direct=request.direct,
        edges=request.edges,
        source=_type(request.source),
        first=_weighing(arithmetic.first),
        between=_type(arithmetic.between),
        last=_weighing(arithmetic.last),
        result=_type(request.result),
        tail=(_type(arithmetic.tail.accumulator), arithmetic.tail.store),
    )
    flat = (*special[:6], *special.first, special.between, *special.last, special.result, *special.tail)
    return _compile(request, "separable", separable.make_separable(special), flat, _separable_tables(request))


# Holds four samples and the rounding constant; integers of 32 bits have no halving of their own.
_HALVING_SUMS = {"uint8": np.uint16, "int8": np.int16, "uint16": np.uint32, "int16": np.int32}


def _can_halve(request: Request) -> bool:
    if not (request.halving and request.direct and request.source == request.result):
        return False
    last = request.arithmetic.last
    inward = last.sum == codes.SUM_INWARD and last.store == codes.STORE_CAST
    return request.source in _HALVING_SUMS or (inward and request.order == codes.HORIZONTAL_FIRST)


def _make_halve(request: Request) -> Kernel:
    sample = np.dtype(request.source).type
    wide = _HALVING_SUMS.get(request.source, sample)
    special = blocks.Specialisation(_channels(request), request.arithmetic.last.store, sample, wide)
    return _compile(request, "halve", blocks.make_halve(special), special, _separable_tables(request))


def _make_taps(request: Request, special: taps.Special) -> Kernel:
    kernel = taps.make_columns_last(special) if special.columns_last else taps.make_columns_first(special)
    return _compile(request, "taps", kernel, special, (array_type(np.uint8, 1),))


def _make_two_taps(request: Request, special: two_taps.Specialisation) -> Kernel:
    kernel = two_taps.make_two_taps(special)
    return _compile(request, "two_taps", kernel, special, (array_type(np.uint8, 1),))


def _make_reals(request: Request, special: stages.Special) -> Kernel:
    last = request.order == codes.HORIZONTAL_FIRST or not special.along
    kernel = stages.make_columns_last(special) if last else stages.make_columns_first(special)
    flat = (*special[:2], *special.first, special.single, *special.last, *special[5:])
    name = "reals_columns_last" if last else "reals_columns_first"
    return _compile(request, name, kernel, flat, _separable_tables(request))


def _make_real_two_taps(request: Request, special: real_two_taps.Special) -> Kernel:
    kernel = real_two_taps.make_two_taps(special)
    return _compile(request, "real_two_taps", kernel, special, real_two_taps.TABLES)


def _make_mean(request: Request, make: Callable[[Any], Kernel] = blocks.make_mean) -> Kernel:
    mean, sample = request.arithmetic, _type(request.source)
    special = blocks.MeanSpecialisation(
        _channels(request), request.direct, sample, mean.sum, _type(mean.accumulator), mean.finish
    )
    index = array_type(np.int32, 1)
    tables = (index, index, index, index, array_type(np.int64, 1))
    return _compile(request, make.__name__.removeprefix("make_"), make(special), special, tables)


def _make_corners(request: Request) -> Kernel:
    special = corners.Specialisation(_channels(request), request.direct, _type(request.source))
    return _compile(request, "corners", corners.make_corners(special), special, _separable_tables(request))


def _make_mean_by_rows(request: Request) -> Kernel:
    return _make_mean(request, blocks.make_mean_by_rows)


def _make_mean_by_quarters(request: Request) -> Kernel:
    return _make_mean(request, blocks.make_mean_by_quarters)


def _make_mean_by_groups(request: Request) -> Kernel:
    return _make_mean(request, blocks.make_mean_by_groups)


def _in_quarters(request: Request) -> bool:
    return request.direct and request.arithmetic.finish == codes.FINISH_QUARTER


def _in_groups(request: Request) -> bool:
    return request.direct and request.arithmetic.sum != codes.MEAN_SINGLY


def _order_is_free(request: Request) -> bool:
    return request.arithmetic.sum == codes.MEAN_SINGLY and np.dtype(request.arithmetic.accumulator).kind in "iu"


# First match wins; the last row of a family is its plain definition.
VARIANTS: tuple[Variant, ...] = (
    Variant("gather", "windows", nearest.can_permute, _make_windows, prepare=nearest.prepare, speed=5),
    Variant("gather", "plain", always, _make_gather),
    Variant("separable", "halve", _can_halve, _make_halve),
    Variant("separable", "two taps", two_taps.matches, _make_two_taps, prepare=two_taps.prepare, speed=8),
    Variant("separable", "taps", tap_requests.matches, _make_taps, prepare=tap_requests.prepare, speed=8),
    Variant("separable", "real taps", real_taps.can_add, _make_real_taps, prepare=real_taps.prepare, speed=8),
    Variant("separable", "real two taps", requests.has_two, _make_real_two_taps, prepare=requests.prepare_two, speed=3),
    Variant("separable", "reals", requests.matches, _make_reals, prepare=requests.prepare, speed=2.5),
    Variant("separable", "plain", always, _make_separable),
    Variant("mean", "quarters", _in_quarters, _make_mean_by_quarters),
    Variant("mean", "groups", _in_groups, _make_mean_by_groups),
    Variant("mean", "rows", _order_is_free, _make_mean_by_rows),
    Variant("mean", "plain", always, _make_mean),
    Variant("corners", "plain", always, _make_corners),
    *correlation.VARIANTS,
    *pooling.VARIANTS,
)


def matching(request: Any) -> list[Variant]:
    """Return every variant that can serve the request, fastest first; the last one is the definition."""
    return [variant for variant in VARIANTS if variant.family == request.family and variant.matches(request)]


def chosen(request: Any) -> Variant:
    """Return the variant that serves the request, whatever its tables."""
    return next(variant for variant in matching(request) if variant.suits(request) and variant.prepare is None)


def select(request: Request) -> Kernel:
    """Return the compiled kernel that serves a resize's request, whatever its tables."""
    request = request._replace(channels=_channels(request))
    return _made(chosen(request), request)


def bind(request: Request, tables: Tables) -> tuple[Kernel, Tables, float]:
    """Return the fastest kernel that serves a resize's request with these tables, and the tables as it takes them.

    And about how many times as fast as the plain kernel it is.
    """
    channels = _channels(request)
    if channels != request.channels:
        request = request._replace(channels=channels)
    packing, plain = _choices(request)
    for variant, prepare in packing:
        prepared = prepare(request, tables)
        if prepared is not None:
            special, packed = prepared
            return _made(variant, request, special), packed, variant.speed
    return _made(plain, request), tables, plain.speed


@cache
def _choices(request: Request) -> tuple[list[tuple[Variant, Callable[[Any, Any], Any]]], Variant]:
    """Return the variants that pack tables, in order, and the one that takes any: few requests come, but often."""
    variants = [variant for variant in matching(request) if variant.suits(request)]
    return [(variant, variant.prepare) for variant in variants if variant.prepare is not None], chosen(request)


@cache
def _made(variant: Variant, *special: Any) -> Kernel:
    return variant.make(*special)  # type: ignore[no-any-return]
