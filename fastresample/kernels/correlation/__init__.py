"""Convolution and its transpose as one correlation (`fastresample.phases`): the plain definition and register tiles.

All variants add in one order, so they give the same numbers: the products of an output are taken in blocks of
channels, within a block in chunks of taps, within a chunk tap by tap and channel by channel; a chunk is a chain of
fused multiply-adds from zero, the chunks are added in order, then the bias. Tiles multiply weights by zeros beyond the
borders, so they serve finite weights only; their packing kernels tell. Depthwise rows multiply samples by zeros, too,
where the kernel is no multiple of the stride.
"""

from itertools import product
from typing import NamedTuple

from fastresample.kernels.correlation import compiled, tiles
from fastresample.kernels.correlation.compiled import ChannelKernels, PixelKernels, RowKernel, lanes
from fastresample.kernels.correlation.padding import Sizes
from fastresample.kernels.tiers import tier
from fastresample.kernels.variants import Variant, always

__all__ = [
    "VARIANTS",
    "ChannelKernels",
    "PixelKernels",
    "Request",
    "RowKernel",
    "Sizes",
    "compile_usual",
    "lanes",
    "tiles",
]

# Weights of more taps than these per output do not stay in registers.
_MOST_DEPTHWISE_TAPS = 9
# What networks have: strides 1 and 2; kernels once, twice and, with stride 1, three times as long as the stride.
_USUAL_PHASES = (1, 2)
_USUAL_DEPTHWISE_TAPS = ((1, 1), (2, 2), (3, 3))


class Request(NamedTuple):
    """A correlation to be computed; what decides between the variants and what their kernels are compiled for."""

    dtype: str
    phases_x: int
    # Most of any phase, where each channel is by itself, undilated, transposed or of stride 1; else (0, 0).
    taps: tuple[int, int]
    one_chunk: bool  # every output is a single chain of additions
    extent: tiles.Extent
    family: str = "correlate"


def _make_images(request: Request) -> PixelKernels:
    return compiled.image_kernels(
        request.dtype, tiles.best_image_tile(request.extent, request.phases_x), request.phases_x
    )


def _make_pixels(request: Request) -> PixelKernels:
    return compiled.pixel_kernels(request.dtype, tiles.best_pixel_tile(request.extent), request.phases_x)


def _make_channels(request: Request) -> ChannelKernels:
    return compiled.channel_kernels(request.dtype, tiles.best_channel_tile(request.extent))


def _make_depthwise(request: Request) -> RowKernel:
    return compiled.depthwise_kernel(request.dtype, request.taps)


def _make_plain(request: Request) -> RowKernel:
    return compiled.plain_kernel(request.dtype)


def _can_tile(request: Request) -> bool:
    return tier().registers > 0 and tiles.fits(request.extent)


def _can_pixels(request: Request) -> bool:
    return _can_tile(request) and request.phases_x <= tiles.MOST_PHASES


def _can_images(request: Request) -> bool:
    return request.one_chunk and _can_tile(request) and bool(tiles.image_tiles(request.phases_x))


def _can_channels(request: Request) -> bool:
    return _can_tile(request) and tiles.totals_fit(request.extent)


def _can_depthwise(request: Request) -> bool:
    return _can_tile(request) and 0 < request.taps[0] * request.taps[1] <= _MOST_DEPTHWISE_TAPS


def _suits_tiles(request: Request) -> bool:
    return tiles.worthwhile(request.extent)


def _suits_images(request: Request) -> bool:
    return _suits_tiles(request) and tiles.images_suit(request.extent, request.phases_x)


def _suits_pixels(request: Request) -> bool:
    return _suits_tiles(request) and tiles.pixels_suit(request.extent)


# First match that suits wins; the last row is the plain definition.
VARIANTS = (
    Variant("correlate", "depthwise", _can_depthwise, _make_depthwise, _suits_tiles),
    Variant("correlate", "images", _can_images, _make_images, _suits_images),
    Variant("correlate", "pixels", _can_pixels, _make_pixels, _suits_pixels),
    Variant("correlate", "channels", _can_channels, _make_channels, _suits_tiles),
    Variant("correlate", "plain", always, _make_plain),
)


def compile_usual(dtype: str) -> None:
    """Compile what convolutions and transposed convolutions of strides 1 and 2 may choose from."""
    compiled.plain_kernel(dtype)
    for channel_tile in tiles.CHANNEL_TILES.get(tier().registers, ()):
        compiled.channel_kernels(dtype, channel_tile)
    for pixel_tile, phases in product(tiles.PIXEL_TILES.get(tier().registers, ()), _USUAL_PHASES):
        compiled.pixel_kernels(dtype, pixel_tile, phases)
    for phases in _USUAL_PHASES:
        for image_tile in tiles.image_tiles(phases):
            compiled.image_kernels(dtype, image_tile, phases)
    for taps in _USUAL_DEPTHWISE_TAPS if tier().registers else ():
        compiled.depthwise_kernel(dtype, taps)
