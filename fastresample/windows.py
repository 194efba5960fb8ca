"""Plans of pooling: the kernel that suits, where its windows lie, what it costs; kept, and run over arrays."""

from collections.abc import Callable
from functools import cache, lru_cache
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fastresample import forking, threads
from fastresample.operands import native
from fastresample.spec.pooling import PoolSpec, UnpoolSpec

Array = NDArray[Any]
Choose = Callable[[Any], Any]

# Measured on one 4 GHz core, in nanoseconds: a row of the result, a sample read or written, a tap, a sample put back.
_ROW_NS, _SAMPLE_NS, _TAP_NS, _PLACE_NS = 50.0, 0.1, 0.2, 0.7
# Places below this have 32 bits.
_MOST_SHORT = 2**31


class Plan(NamedTuple):
    """A pooling of planes of one size."""

    kernel: Callable[..., Any]
    window: Any  # kernels.pooling.Window
    rows: int  # of the result, over all planes
    row_ns: float

    def run(self, count: int | None, source: Array, *results: Array, numbers: tuple[int, ...] = ()) -> None:
        """Fill the results, which are C-contiguous and native, on up to ``count`` threads."""
        kernel, window = self.kernel, self.window
        arrays = (native(source, results[0].dtype).reshape(-1), *(result.reshape(-1) for result in results))
        threads.run(lambda begin, end: kernel(*arrays, begin, end, window, *numbers), self.rows, self.row_ns, count)


def max_request(spec: PoolSpec, indices: bool) -> Any:
    """Return the request for the kernel of a maximum, with its places or without."""
    (down, across), (rows, columns) = spec.kernel, spec.shape[2:]
    # A window that misses the plane has a place below it.
    lowest = rows + 2 * spec.padding[0] + (down - 1) * spec.dilation[0]
    rightmost = columns + 2 * spec.padding[1] + (across - 1) * spec.dilation[1]
    return _kernels().pooling.MaxRequest(
        spec.dtype, indices, across, spec.stride[1], spec.dilation[1], spec.size[1], lowest * rightmost < _MOST_SHORT
    )


def mean_request(spec: PoolSpec) -> Any:
    """Return the request for the kernel of a mean."""
    return _kernels().pooling.MeanRequest(spec.dtype, spec.kernel[1], spec.stride[1], spec.size[1])


@lru_cache(maxsize=256)
def max_plan(spec: PoolSpec, indices: bool, choose: Choose | None = None) -> Plan:
    """Return the plan of a maximum; ``choose`` takes a variant for a request, by default the one that suits."""
    down, across = min(spec.kernel[0], spec.shape[2]), min(spec.kernel[1], spec.shape[3])
    cost = _SAMPLE_NS * spec.shape[3] * down + _TAP_NS * spec.size[1] * (down + across)
    return _plan(spec, max_request(spec, indices), cost, choose)


@lru_cache(maxsize=256)
def mean_plan(spec: PoolSpec, choose: Choose | None = None) -> Plan:
    """Return the plan of a mean."""
    down, across = min(spec.kernel[0], spec.shape[2]), min(spec.kernel[1], spec.shape[3])
    return _plan(spec, mean_request(spec), _TAP_NS * spec.size[1] * down * across, choose)


def unpool(spec: UnpoolSpec, count: int | None, source: Array, indices: Array, result: Array) -> bool:
    """Fill the result, on up to ``count`` threads; return False, and write nothing, if an index lies outside."""
    kernel = _unpooling(spec.dtype)
    places = native(indices, np.dtype(np.int64)).reshape(-1)
    samples, planes = spec.size[0] * spec.size[1], spec.shape[0] * spec.shape[1]
    found: list[bool] = []
    threads.run(
        lambda begin, end: found.append(kernel.outside(places, begin, end, samples)), places.size, _SAMPLE_NS, count
    )
    if any(found):
        return False
    source, target = native(source, result.dtype).reshape(-1), result.reshape(-1)
    held = spec.shape[2] * spec.shape[3]
    cost = _SAMPLE_NS * samples + _PLACE_NS * held
    threads.run(
        lambda begin, end: kernel.unpool(source, places, target, begin, end, held, samples), planes, cost, count
    )
    return True


def compile_usual(dtype: str) -> None:
    """Compile every kernel that suits something, for a dtype."""
    _unpooling(dtype)
    for kernel, stride in ((2, 2), (3, 2), (3, 1), (7, 7)):
        size = (28 - kernel) // stride + 1
        spec = PoolSpec(dtype, (1, 1, 28, 28), (kernel,) * 2, (stride,) * 2, (0, 0), (1, 1), (size, size))
        mean_plan(spec)
        for indices in (False, True):
            max_plan(spec, indices)


@cache
def _unpooling(dtype: str) -> Any:
    kernels = _kernels()
    request = kernels.pooling.UnpoolRequest(dtype)
    return kernels.chosen(request).make(request)


def _plan(spec: PoolSpec, request: Any, cost: float, choose: Choose | None) -> Plan:
    """Return the plan of a pooling whose rows cost so many nanoseconds."""
    kernels = _kernels()
    (rows, columns), (down, across) = spec.shape[2:], spec.size
    first = min(across, -(-spec.padding[1] // spec.stride[1]))
    last = (columns - spec.dilation[1] * (spec.kernel[1] - 1) - 1 + spec.padding[1]) // spec.stride[1] + 1
    axes = (number for pair in (spec.kernel, spec.stride, spec.padding, spec.dilation) for number in pair)
    window = kernels.pooling.Window(rows, columns, down, across, *axes, first, max(first, min(across, last)))
    kernel = (choose or kernels.chosen)(request).make(request)
    return Plan(kernel, window, spec.shape[0] * spec.shape[1] * down, _ROW_NS + cost)


@cache
def _kernels() -> ModuleType:
    """Import the compiled side, and Numba with it, on first use."""
    with forking.loading():
        from fastresample import kernels
    return kernels
