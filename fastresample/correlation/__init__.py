"""Convolutions of arrays: tables are made once per kind of call, a variant is chosen, its kernels fill the result."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from fastresample import kernels
from fastresample.correlation import tables
from fastresample.correlation.channels import Channels
from fastresample.correlation.depthwise import Depthwise
from fastresample.correlation.padded import request
from fastresample.correlation.pixels import Images, Pixels
from fastresample.correlation.plain import Plain
from fastresample.layout import Array
from fastresample.spec.convolution import ConvolutionSpec

# Fills the last array; False means that it declined, for samples that are not finite.
Run = Callable[[Array, Array, Array, Array, int | None], bool]

# By the name of the variant.
RUNS: dict[str, Callable[[ConvolutionSpec, tables.Tables, Any, Any], Run]] = {
    "depthwise": Depthwise,
    "images": Images,
    "pixels": Pixels,
    "channels": Channels,
    "plain": Plain,
}

# Tables of more bytes (huge kernels, many images) are not kept; 256 of this size are the most memory held.
_LARGEST_REMEMBERED = 1 << 20


def make(spec: ConvolutionSpec, choose: Callable[[Any], Any] = kernels.chosen) -> Run:
    """Return what computes a call by the variant that ``choose`` takes for the request."""
    made = tables.make(spec)
    asked = request(spec, made)
    variant = choose(asked)
    return RUNS[variant.name](spec, made, asked, variant.make(asked))


def definition(asked: Any) -> Any:
    """Return the plain variant, which never declines."""
    return kernels.matching(asked)[-1]


_remembered = lru_cache(maxsize=256)(make)


def _plan(spec: ConvolutionSpec, choose: Callable[[Any], Any] = kernels.chosen) -> Run:
    """Return what computes a call; one with tables of ordinary size is remembered."""
    entries = 8 * math.prod(spec.kernel) + 4 * spec.shape[0] * spec.size[0]
    return (_remembered if 8 * entries <= _LARGEST_REMEMBERED else make)(spec, choose)


def run(spec: ConvolutionSpec, x: Array, weight: Array, bias: Array, out: Array, threads: int | None) -> None:
    """Fill ``out``; all arrays are C-contiguous, native, 4-D but for the bias, and of the spec's shapes and dtype."""
    if out.size and not _plan(spec)(x, weight, bias, out, threads):
        _plan(spec, definition)(x, weight, bias, out, threads)


def compile_usual(dtype: str) -> None:
    """Compile what calls of strides 1 and 2 may need."""
    kernels.correlation.compile_usual(dtype)
