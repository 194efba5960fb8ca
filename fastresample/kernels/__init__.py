"""Compiled functions: which exist (``VARIANTS``) and which serves a request (``select``).

Imports Numba, so the package imports it on first use only. Kernels know arrays, tables and integers.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from fastresample.kernels import (
    correlation,
    packed,
    pooling,
    resizes,
    straight,
    straight_filters,
    straight_reals,
    tables,
)
from fastresample.kernels.common import Kernel, statistics
from fastresample.kernels.resizes import Request, known_channels
from fastresample.kernels.variants import Variant

__all__ = [
    "VARIANTS",
    "Request",
    "Variant",
    "bind",
    "chosen",
    "matching",
    "select",
    "statistics",
    "straight",
    "straight_filters",
    "straight_reals",
    "tables",
]

Tables = tuple[Any, ...]

# First match wins; the last row of a family is its plain definition.
VARIANTS: tuple[Variant, ...] = (*packed.VARIANTS, *resizes.PLAIN, *correlation.VARIANTS, *pooling.VARIANTS)


def matching(request: Any) -> list[Variant]:
    """Return every variant that can serve the request, fastest first; the last one is the definition."""
    return [variant for variant in VARIANTS if variant.family == request.family and variant.matches(request)]


def chosen(request: Any) -> Variant:
    """Return the variant that serves the request, whatever its tables."""
    return next(variant for variant in matching(request) if variant.suits(request) and variant.prepare is None)


def select(request: Request) -> Kernel:
    """Return the compiled kernel that serves a resize's request, whatever its tables."""
    request = request._replace(channels=known_channels(request))
    return _made(chosen(request), request)


def bind(request: Request, tables: Tables) -> tuple[Kernel, Tables, float]:
    """Return the fastest kernel that serves a resize's request with these tables, and the tables as it takes them.

    And about how many times as fast as the plain kernel it is.
    """
    channels = known_channels(request)
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
