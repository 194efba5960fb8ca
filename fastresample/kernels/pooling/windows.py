"""Where the windows of a pooling lie, along one axis and over a plane."""

from typing import NamedTuple

from fastresample.kernels.common import inline


class Window(NamedTuple):
    """Integers of one pooling, in samples; output row y has its window at row ``y * stride_y - padding_y``."""

    rows: int
    columns: int
    rows_out: int
    columns_out: int
    kernel_y: int
    kernel_x: int
    stride_y: int
    stride_x: int
    padding_y: int
    padding_x: int
    dilation_y: int
    dilation_x: int
    first_whole: int  # outputs [first_whole, end_whole) of a row have windows that do not reach beyond the columns
    end_whole: int


@inline
def inside(start, kernel, dilation, size):
    """Return the window's first position that is not before the axis, and the end of those that are on it."""
    first = start + max(0, (dilation - 1 - start) // dilation) * dilation
    return first, min(start + (kernel - 1) * dilation + 1, size)
