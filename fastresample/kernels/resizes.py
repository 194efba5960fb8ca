"""What a stage of a resize asks of the kernels, and the plain loops that serve it."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample import codes
from fastresample.arithmetic import Pass
from fastresample.kernels import blocks, corners, gather, separable
from fastresample.kernels.common import Kernel, array_type, compile_kernel
from fastresample.kernels.variants import Variant, always


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


def known_channels(request: Request) -> int:
    """Channel counts with a loop of their own; a row that is not filtered along its length has no channels."""
    if request.taps_x == codes.IDENTITY:
        return 1
    return request.channels if request.channels in (1, 3, 4) else 0


def compile_stage(
    request: Request, name: str, kernel: Kernel, special: tuple[Any, ...], tables: tuple[Any, ...]
) -> Kernel:
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
    return compile_kernel(kernel, "_".join([name, *_names(special)]), signature)


def _names(special: Iterable[Any]) -> Iterable[str]:
    """Return the words that tell one specialisation from another."""
    for part in special:
        yield from _names(part) if isinstance(part, tuple) else (getattr(part, "__name__", str(part)),)


def _make_gather(request: Request) -> Kernel:
    special = gather.Specialisation(known_channels(request), request.direct, np.dtype(request.source).type)
    index = array_type(np.int32, 1)
    return compile_stage(request, "gather", gather.make_gather(special), special, (index, index))


def separable_tables(request: Request) -> tuple[Any, ...]:
    """Return the types of the tables of two weighted sums."""
    index = array_type(np.int32, 1)
    along, across = request.arithmetic.first.weight, request.arithmetic.last.weight
    if request.order == codes.VERTICAL_FIRST:
        along, across = across, along
    return (index, index, array_type(along, 2), index, index, array_type(across, 2), array_type(np.int64, 1))


def _weighing(how: Pass) -> separable.Weighing:
    return separable.Weighing(_type(how.weight), how.sum, _type(how.accumulator), how.store)


def _type(name: str) -> Any:
    return np.dtype(name).type


def _make_separable(request: Request) -> Kernel:
    arithmetic = request.arithmetic
    special = separable.Specialisation(
        channels=known_channels(request),
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
    return compile_stage(request, "separable", separable.make_separable(special), flat, separable_tables(request))


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
    special = blocks.Specialisation(known_channels(request), request.arithmetic.last.store, sample, wide)
    return compile_stage(request, "halve", blocks.make_halve(special), special, separable_tables(request))


def _make_mean(request: Request, make: Callable[[Any], Kernel] = blocks.make_mean) -> Kernel:
    mean, sample = request.arithmetic, _type(request.source)
    special = blocks.MeanSpecialisation(
        known_channels(request), request.direct, sample, mean.sum, _type(mean.accumulator), mean.finish
    )
    index = array_type(np.int32, 1)
    tables = (index, index, index, index, array_type(np.int64, 1))
    return compile_stage(request, make.__name__.removeprefix("make_"), make(special), special, tables)


def _make_corners(request: Request) -> Kernel:
    special = corners.Specialisation(known_channels(request), request.direct, _type(request.source))
    return compile_stage(request, "corners", corners.make_corners(special), special, separable_tables(request))


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
PLAIN: tuple[Variant, ...] = (
    Variant("gather", "plain", always, _make_gather),
    Variant("separable", "halve", _can_halve, _make_halve),
    Variant("separable", "plain", always, _make_separable),
    Variant("mean", "quarters", _in_quarters, _make_mean_by_quarters),
    Variant("mean", "groups", _in_groups, _make_mean_by_groups),
    Variant("mean", "rows", _order_is_free, _make_mean_by_rows),
    Variant("mean", "plain", always, _make_mean),
    Variant("corners", "plain", always, _make_corners),
)
