"""Correlation by the plain kernel: the definition, one output row after the other."""

from typing import Any

from fastresample import threads
from fastresample.correlation.tables import Tables, by_group
from fastresample.kernels.correlation import RowKernel
from fastresample.layout import Array
from fastresample.spec.convolution import ConvolutionSpec

# Measured on one 4 GHz core, in nanoseconds.
_PRODUCT_NS, _SAMPLE_NS = 0.15, 1.0


class Plain:
    """Runs the kernel of one plan; holds no buffers."""

    def __init__(self, spec: ConvolutionSpec, tables: Tables, request: Any, kernels: RowKernel) -> None:
        self._spec, self._tables, self._correlate = spec, tables, kernels.correlate
        products = spec.shape[1] // spec.groups * len(tables.order) / (len(tables.pair_begin) - 1)
        self._row_ns = spec.size[1] * (_SAMPLE_NS + products * _PRODUCT_NS)

    def __call__(self, x: Array, weight: Array, bias: Array, out: Array, thread_count: int | None) -> bool:
        """Fill ``out``; never declines."""
        tables, grouped = self._tables, by_group(self._spec, weight)

        def band(begin: int, end: int) -> None:
            self._correlate(
                x, grouped, bias, out, begin, end, tables.channel_block, tables.tap_chunk, *tables.y, *tables.x
            )

        threads.run(band, out.shape[0] * out.shape[1] * out.shape[2], self._row_ns, thread_count)
        return True
