"""Any array and axes as canonical views ``(planes, rows, columns, channels)``, without copying pixels."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Pair = tuple[Array, Array]
Axes = tuple[int | None, int | None]


def canonical_pairs(src: Array, out: Array, axes: Axes) -> Iterator[Pair]:
    """Yield views of source and output as ``(planes, rows, columns, channels)``.

    ``axes`` are those of the rows and of the columns, ascending; for None an axis of length one is inserted. Axes
    before the last of them become planes, those behind it channels. Usually there is one pair; where strides forbid to
    merge axes, a pair for each index of the outermost of them.
    """
    resized = [axis for axis in axes if axis is not None]
    before = [axis for axis in range(resized[-1]) if axis not in resized]
    order = (*before, *resized, *range(resized[-1] + 1, src.ndim))
    src, out = src.transpose(order), out.transpose(order)
    for place, axis in enumerate(axes, len(before)):
        if axis is None:
            src, out = np.expand_dims(src, place), np.expand_dims(out, place)
    yield from _merged(src, out, len(before))


def _merged(src: Array, out: Array, planes: int) -> Iterator[Pair]:
    """Merge the ``planes`` leading axes into one and the axes behind rows and columns into one."""
    try:
        yield _reshaped(src, planes), _reshaped(out, planes)
        return
    except ValueError:  # some axes cannot be merged in place
        pass
    outer = 0 if planes > 1 else planes + 2
    for index in range(src.shape[outer]):
        pick = (slice(None),) * outer + (index,)
        yield from _merged(src[pick], out[pick], planes - 1 if outer == 0 else planes)


def _reshaped(array: Array, planes: int) -> Array:
    rows, columns = array.shape[planes : planes + 2]
    lead, tail = array.shape[:planes], array.shape[planes + 2 :]
    return array.reshape((math.prod(lead), rows, columns, math.prod(tail)), copy=False)


def flat_rows(view: Array) -> Array | None:
    """Return ``(planes, rows, columns * channels)`` as a C-contiguous array, or None where strides forbid it.

    A crop of larger images keeps their strides: it is described as an array whose rows and planes are as long as the
    strides. Samples behind the crop's own belong to the description only; kernels never touch them.
    """
    planes, rows, columns, channels = view.shape
    item = view.itemsize
    if view.flags.c_contiguous:
        return view.reshape(planes, rows, columns * channels)
    plane_stride, row_stride, column_stride, channel_stride = view.strides
    if rows == 1:
        row_stride = plane_stride if planes > 1 else columns * channels * item
    inner = (channels == 1 or channel_stride == item) and (columns == 1 or column_stride == channels * item)
    whole = row_stride % item == 0 and row_stride >= columns * channels * item
    if not (inner and whole):
        return None
    if planes > 1:
        if plane_stride < rows * row_stride or plane_stride % row_stride:
            return None
        rows = plane_stride // row_stride
    length = row_stride // item
    return np.lib.stride_tricks.as_strided(
        view, (planes, rows, length), (rows * row_stride, row_stride, item), writeable=False
    )


def as_words(src: Array, out: Array) -> Pair:
    """View both as unsigned words for whole-pixel copies: a pixel is one word where its bytes allow it."""
    size, channels = src.itemsize, src.shape[3]
    word = np.dtype(f"u{size}")
    src, out = src.view(word), out.view(word)
    pixel = size * channels
    if channels > 1 and pixel in (2, 4, 8):
        wide = np.dtype(f"u{pixel}")
        try:
            merged = src.view(wide), out.view(wide)
        except ValueError:  # channels are strided
            return src, out
        if merged[0].flags.aligned and merged[1].flags.aligned:
            return merged
    return src, out
