"""Convolution of every channel by itself, one output row after the other."""

import math

import numpy as np

from fastresample import threads
from fastresample.correlation.tables import Tables
from fastresample.kernels.correlation import Request, RowKernel, lanes
from fastresample.layout import Array
from fastresample.spec.convolution import ConvolutionSpec


def _finite(array: Array) -> bool:
    """Tell whether all samples are finite; False also if only their sum is not."""
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.add.reduce(array, axis=None)))


class Depthwise:
    """Runs the kernel of one plan; holds no buffers."""

    def __init__(self, spec: ConvolutionSpec, tables: Tables, request: Request, kernels: RowKernel) -> None:
        self._spec, self._correlate = spec, kernels.correlate
        (taps_y, taps_x), (stride_y, stride_x), vector = request.taps, spec.stride, lanes(spec.dtype)
        period = math.lcm(stride_x, vector)
        way = -1 if spec.transposed else 1
        shift_y, shift_x = (-way * padding for padding in spec.padding)
        reach = (taps_x - 1) * stride_x
        behind = reach if spec.transposed else spec.padding[1]
        self._places = (*spec.stride, shift_y, shift_x, behind, way)
        rounded = -(-spec.size[1] // vector) * vector
        last_read = rounded + shift_x + (0 if spec.transposed else reach)
        self._lines = (taps_y + 1, behind + max(last_read, spec.shape[3] * stride_x))
        self._weights = (stride_y, taps_y * taps_x, period)
        # Where a transposed kernel is no multiple of the stride, some outputs weigh samples by zero.
        self._weighs_by_zero = any(k % s for k, s in zip(spec.kernel, spec.stride, strict=True))
        self._row_ns = spec.size[1] * taps_y * taps_x / 20

    def __call__(self, x: Array, weight: Array, bias: Array, out: Array, thread_count: int | None) -> bool:
        """Fill ``out``; return whether everything that is multiplied with a zero is finite."""
        if not _finite(weight) or (self._weighs_by_zero and not _finite(x)):
            return False
        spec = self._spec
        planes, result = x.reshape(-1, *spec.shape[2:]), out.reshape(-1, *spec.size)
        kernels = weight.reshape(-1, *spec.kernel)

        def band(begin: int, end: int) -> None:
            lines = np.zeros(self._lines, x.dtype)
            weights = np.empty(self._weights, x.dtype)
            places = np.empty(self._weights[1], np.int64)
            self._correlate(planes, kernels, bias, result, begin, end, lines, weights, places, *self._places)

        threads.run(band, len(planes) * spec.size[0], self._row_ns, thread_count)
        return True
