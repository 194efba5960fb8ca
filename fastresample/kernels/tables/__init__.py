"""Builders of the tables of one axis, compiled because a one-shot call has microseconds for them.

Each is named after its rule. An index builder ``f(numbers, index)`` fills the source sample of each output; a window
builder ``f(numbers, first, count, weights)`` fills windows and float64 weights and returns the largest weight that it
met. What the numbers are, the builder says.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
from numba import types

from fastresample.kernels.common import Kernel, array_type, compile_kernel
from fastresample.kernels.tables import centred, indices, overlaps, placed, quantised, rounded, single, spans, windows

INDICES: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        *indices.BUILDERS,
        *centred.INDEX_BUILDERS,
        *single.INDICES,
        *placed.INDEX_BUILDERS,
        *rounded.INDEX_BUILDERS,
    )
}
WINDOWS: Mapping[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        *windows.BUILDERS,
        *centred.BUILDERS,
        *spans.BUILDERS,
        *single.BUILDERS,
        *overlaps.BUILDERS,
        *placed.BUILDERS,
        *rounded.BUILDERS,
    )
}

_NUMBERS = array_type(np.float64, 1)
_INDEX = array_type(np.int32, 1, writable=True)
_REAL = array_type(np.float64, 2, writable=True)
_WORDS = array_type(np.float64, 1, writable=True)


@cache
def index_builder(name: str) -> Kernel:
    """Return the compiled index builder of that name."""
    return compile_kernel(INDICES[name], f"index_{name}", (_NUMBERS, _INDEX))


@cache
def window_builder(name: str) -> Kernel:
    """Return the compiled window builder of that name."""
    return compile_kernel(WINDOWS[name], f"window_{name}", (_NUMBERS, _INDEX, _INDEX, _REAL))


@cache
def cut_builder() -> Kernel:
    """Return the compiled `quantised.cut`."""
    limits = (types.int64, types.int64, types.float64, types.float64, types.float64)
    return compile_kernel(quantised.cut, "cut", (_INDEX, _INDEX, _REAL, *limits, _WORDS))


@cache
def fixed_builder() -> Kernel:
    """Return the compiled `quantised.fixed`."""
    signature = (_INDEX, _INDEX, _REAL, types.int64, types.int64, types.boolean, _WORDS)
    return compile_kernel(quantised.fixed, "fixed", signature)
