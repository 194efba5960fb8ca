"""The kernels of a correlation, compiled for a dtype and a tile."""

from typing import Any, NamedTuple

import numpy as np
from numba import types

from fastresample.kernels.common import Kernel, array_type, compile_kernel
from fastresample.kernels.correlation import channels, depthwise, images, pixels, plain
from fastresample.kernels.correlation.tiles import ChannelTile, PixelTile
from fastresample.kernels.tiers import tier

_INT = types.int64
_INDEX = array_type(np.int64, 1)
_ROW_TAPS = array_type(np.int64, 3)


class PixelKernels(NamedTuple):
    """Kernels whose lanes are pixels, with the tile that they compute."""

    tile: PixelTile
    pack: Kernel
    correlate: Kernel


class ChannelKernels(NamedTuple):
    """Kernels whose lanes are output channels, with the tile that they compute."""

    tile: ChannelTile
    fill: Kernel
    pack: Kernel
    multiply: Kernel
    store: Kernel


class RowKernel(NamedTuple):
    """The kernel of one plain or depthwise row after the other."""

    correlate: Kernel


def lanes(dtype: str) -> int:
    """Return the samples in a vector; 0 where there are no vectors."""
    return tier().vector_bytes // np.dtype(dtype).itemsize


def _compile(name: str, kernel: Kernel, special: tuple[Any, ...], signature: tuple[Any, ...]) -> Kernel:
    return compile_kernel(kernel, "_".join(["correlate", name, *map(str, special)]), signature)


def _arrays(dtype: str) -> tuple[Any, Any]:
    """Return the types of a flat array of samples to read and of one to write."""
    return array_type(dtype, 1), array_type(dtype, 1, writable=True)


def _row_kernels(name: str, make: Any, dtype: str, tile: PixelTile, phases_x: int) -> PixelKernels:
    read, write = _arrays(dtype)
    kind = (lanes(dtype), 8 * np.dtype(dtype).itemsize)
    pack = pixels.make_pack(tile.outputs, np.dtype(dtype).type)
    correlate = make(tile, phases_x, *kind)
    tables = (*[_INT] * 4, _INDEX, _INDEX, _ROW_TAPS, _INDEX, _INDEX)
    return PixelKernels(
        tile,
        _compile("pixels_pack", pack, (tile.outputs, dtype), (array_type(dtype, 4, "A"), _INDEX, write)),
        _compile(name, correlate, (phases_x, *tile, *kind), (read, read, read, write, write, write, *tables)),
    )


def pixel_kernels(dtype: str, tile: PixelTile, phases_x: int) -> PixelKernels:
    """Compile for tiles of pixels in so many phases of columns."""
    return _row_kernels("pixels", pixels.make_correlate, dtype, tile, phases_x)


def image_kernels(dtype: str, tile: PixelTile, phases_x: int) -> PixelKernels:
    """Compile for tiles of pixels whose sums stay in registers, all phases of columns together."""
    return _row_kernels("images", images.make_correlate, dtype, tile, phases_x)


def channel_kernels(dtype: str, tile: ChannelTile) -> ChannelKernels:
    """Compile for tiles of output channels."""
    read, write = _arrays(dtype)
    kind = (lanes(dtype), 8 * np.dtype(dtype).itemsize)
    own = (tile.vectors, *kind)
    work, lines = array_type(np.int64, 1, writable=True), array_type(np.int64, 2)
    shapes = (_INDEX, _INDEX, lines)
    sums = (read, read, write, *[_INT] * 5, *shapes, _ROW_TAPS, _INDEX, _INDEX)
    return ChannelKernels(
        tile,
        _compile("fill", channels.fill, (dtype,), (read, write, _INT, _INT, _INDEX)),
        _compile("channels_pack", channels.make_pack(*own), own, (read, write, _INDEX, work, *[_INT] * 7)),
        _compile("channels", channels.make_multiply(tile, *kind), (*tile, *kind), sums),
        _compile("channels_store", channels.make_store(*own), own, (read, read, write, *[_INT] * 6, *shapes)),
    )


def depthwise_kernel(dtype: str, taps: tuple[int, int]) -> RowKernel:
    """Compile for so many taps of each phase."""
    read, _ = _arrays(dtype)
    special = (*taps, lanes(dtype), 8 * np.dtype(dtype).itemsize)
    planes = array_type(dtype, 3)
    written = [array_type(dtype, ndim, writable=True) for ndim in (2, 3)]
    work = array_type(np.int64, 1, writable=True)
    kernel = depthwise.make_depthwise(*special, np.dtype(dtype).type)
    signature = (planes, planes, read, written[1], _INT, _INT, *written, work, *[_INT] * 6)
    return RowKernel(_compile("depthwise", kernel, special, signature))


def plain_kernel(dtype: str) -> RowKernel:
    """Compile the definition."""
    return RowKernel(plain.plain(dtype))
