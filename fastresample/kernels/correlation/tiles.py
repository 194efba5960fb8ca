"""Which register tile suits a correlation: a small menu per number of vector registers, and how busy each is kept."""

from typing import NamedTuple

from fastresample.kernels.tiers import tier


class PixelTile(NamedTuple):
    """Rows x output channels x vectors of neighbouring pixels."""

    rows: int
    outputs: int
    vectors: int


class ChannelTile(NamedTuple):
    """Rows x neighbouring pixels x vectors of output channels."""

    rows: int
    pixels: int
    vectors: int


# By registers. A tile needs a register for each accumulator, one for each vector loaded and one for a broadcast; at
# least eight accumulators cover the latency of a multiply-add.
PIXEL_TILES = {
    32: (*map(PixelTile._make, [(3, 8, 1), (1, 12, 2), (1, 7, 4), (1, 3, 4), (4, 3, 2), (4, 1, 4), (4, 1, 1)]),),
    16: (*map(PixelTile._make, [(3, 4, 1), (1, 6, 2), (1, 4, 3), (1, 3, 3), (4, 1, 2), (4, 1, 1)]),),
}
CHANNEL_TILES = {
    32: (*map(ChannelTile._make, [(1, 14, 2), (1, 12, 2), (3, 4, 2), (1, 8, 2), (1, 28, 1), (1, 14, 1), (3, 8, 1)]),),
    16: (*map(ChannelTile._make, [(1, 6, 2), (3, 2, 2), (1, 4, 2), (1, 12, 1), (1, 8, 1), (3, 4, 1)]),),
}
# Below this many products in all, a tile's preparations cost more than the plain loops.
_LEAST_WORK = 1 << 18
# A copy that is padded to more than this many times the samples that there are is not worth its memory, unless it is
# small for what is computed from it, as where most dilated taps meet padding.
_MOST_GROWTH = 8
_SMALL_COPY, _PRODUCTS_PER_COPIED = 1 << 24, 16
# Tiles of output channels are summed before they are transposed: a row of all phases, with all that whole tiles add.
_MOST_TOTALS = 1 << 20
# Interleaving takes the vectors of all phases at once.
MOST_PHASES = 8
# Below this many products per output, packing weights and transposing results costs more than broadcasting weights.
_SHORT_REDUCTION = 256


class Extent(NamedTuple):
    """What is to be covered with tiles."""

    lanes: int
    columns: int  # of the widest phase
    rows: int  # of the highest phase, all images one below the other
    pairs: int  # phases of rows times phases of columns
    outputs: int  # output channels of a group
    products: int  # per output, on average
    work: int  # products in all
    samples: int  # of input and result
    copied: int  # samples of the padded copy


def image_tiles(phases_x: int) -> tuple[PixelTile, ...]:
    """Return the tiles of one row whose sums of all phases fit in the registers, beside samples and a weight."""
    if phases_x > MOST_PHASES:
        return ()
    vectors = ((outputs, (tier().registers - 2) // (phases_x * outputs + 1)) for outputs in (3, 4))
    return tuple(PixelTile(1, outputs, most) for outputs, most in vectors if most > 0)


def _used(count: int, tile: int) -> float:
    """Return the useful part of ``count`` items rounded up to whole tiles."""
    return count / (-(-count // tile) * tile)


def _covered(accumulators: int) -> float:
    """Return how far so many accumulators hide the latency of multiply-adds and the cost of loads (measured)."""
    return 1.0 if accumulators >= 24 else 0.98 if accumulators >= 16 else 0.9 if accumulators >= 12 else 0.7


def pixel_efficiency(tile: PixelTile, extent: Extent) -> float:
    """Return the useful part of a pixel tile's work."""
    useful = _used(extent.columns, tile.vectors * extent.lanes) * _used(extent.outputs, tile.outputs)
    accumulators = tile.rows * tile.outputs * tile.vectors
    loads = 2 * tile.rows * tile.vectors + tile.outputs  # a vector of pixels straddles two lines of the cache
    return useful * _used(extent.rows, tile.rows) * min(1.0, accumulators / loads, accumulators / 12)


def channel_efficiency(tile: ChannelTile, extent: Extent) -> float:
    """Return the useful part of a channel tile's work."""
    useful = _used(extent.columns, tile.pixels) * _used(extent.outputs, tile.vectors * extent.lanes)
    return useful * _used(extent.rows, tile.rows) * _covered(tile.rows * tile.pixels * tile.vectors)


def best_pixel_tile(extent: Extent) -> PixelTile:
    """Return the tile of pixels that is kept busiest."""
    return max(PIXEL_TILES[tier().registers], key=lambda tile: pixel_efficiency(tile, extent))


def _image_efficiency(tile: PixelTile, extent: Extent) -> float:
    """Return the useful part of an image tile's work."""
    useful = _used(extent.columns, tile.vectors * extent.lanes) * _used(extent.outputs, tile.outputs)
    return useful * min(1.0, tile.outputs * tile.vectors / 12)


def best_image_tile(extent: Extent, phases_x: int) -> PixelTile:
    """Return the tile that is kept busiest, of those whose sums stay in registers."""
    return max(image_tiles(phases_x), key=lambda tile: _image_efficiency(tile, extent))


def best_channel_tile(extent: Extent) -> ChannelTile:
    """Return the tile of output channels that is kept busiest."""
    return max(CHANNEL_TILES[tier().registers], key=lambda tile: channel_efficiency(tile, extent))


def fits(extent: Extent) -> bool:
    """Whether the padded copy has a reasonable size."""
    small = extent.copied <= min(_SMALL_COPY, extent.work // _PRODUCTS_PER_COPIED)
    return small or extent.copied <= _MOST_GROWTH * extent.samples


def totals_fit(extent: Extent) -> bool:
    """Whether what tiles of output channels sum at once is little, or not much more than there are results."""
    tile = best_channel_tile(extent)
    useful = _used(extent.columns, tile.pixels) * _used(extent.outputs, tile.vectors * extent.lanes)
    useful *= _used(extent.rows, tile.rows)
    samples = extent.pairs * extent.columns * tile.rows * extent.outputs / useful
    return useful * _MOST_GROWTH >= 1 or samples <= _MOST_TOTALS


def worthwhile(extent: Extent) -> bool:
    """Whether there is enough to do for tiles."""
    return extent.work >= _LEAST_WORK


def pixels_suit(extent: Extent) -> bool:
    """Whether lanes of pixels are expected to be faster than lanes of output channels."""
    pixels = pixel_efficiency(best_pixel_tile(extent), extent)
    channels = channel_efficiency(best_channel_tile(extent), extent)
    return pixels * (1.15 if extent.products < _SHORT_REDUCTION else 0.95) > channels


def images_suit(extent: Extent, phases_x: int) -> bool:
    """Whether sums that stay in registers are expected to be faster than those that wait in memory."""
    images = _image_efficiency(best_image_tile(extent, phases_x), extent)
    pixels = pixel_efficiency(best_pixel_tile(extent), extent)
    channels = channel_efficiency(best_channel_tile(extent), extent)
    return 1.15 * images > max(pixels, channels)  # they spare the way through memory, which short reductions feel
