"""Correlation by tiles whose lanes are output channels: many channels, images of any size."""

from fastresample.kernels.correlation.moves import pack_taps, store_channels
from fastresample.kernels.correlation.padding import fill_padded, sizes
from fastresample.kernels.correlation.products import multiply_channels
from fastresample.kernels.vectors import address_of


def fill(x, padded, begin, end, shape):
    """Fill rows ``[begin, end)`` of the padded copy of all images."""
    fill_padded(x, padded, begin, end, 0, sizes(shape))


def make_pack(vectors, lanes, bits):
    across, bytes_ = vectors * lanes, bits // 8

    def pack(weights, panel, slots, places, first, outputs, begin, end, channels, output_step, channel_step):
        """Write ``panel[slots[tap]][channel][lane]`` for the channels ``[begin, end)`` of ``channels``.

        ``first`` is the weight of the first channel and output; the panel has lanes of zeros behind ``outputs``.
        """
        taps = slots.size
        for tap in range(taps):
            places[tap] = slots[tap] * channels * across
        start, target, table = address_of(weights) + first * bytes_, address_of(panel), address_of(places)
        finite = True
        for channel in range(begin, end):
            for v in range(vectors):
                for tap in range(0, taps, lanes):
                    finite &= pack_taps(
                        lanes, bits,
                        start + (v * lanes * output_step + channel * channel_step + tap) * bytes_, output_step,
                        min(lanes, taps - tap), outputs - v * lanes, table + 8 * tap,
                        target + (channel * across + v * lanes) * bytes_, 4 * channel_step * bytes_,
                    )  # fmt: skip
        return finite

    return pack


def make_multiply(tile, lanes, bits):
    rows, pixels, vectors = tile
    across, bytes_ = vectors * lanes, bits // 8

    def multiply(
        padded, panel, totals, first, last, channel, channels, continued,
        shape, row_count, row_begin, row_taps, pair_begin, offsets,
    ):  # fmt: skip
        """Sum ``channels`` channels from ``channel`` on, for the groups of rows ``[first, last)`` of every phase."""
        size = sizes(shape)
        start = address_of(padded) + channel * size.step_x * size.width * bytes_
        weights, sums, table, lines = address_of(panel), address_of(totals), address_of(offsets), address_of(row_begin)
        pixel_step = size.phases_x * across
        row_step = size.tiles * pixels * pixel_step
        for group in range(first, last):
            for phase_y in range(size.phases_y):
                if group * rows >= row_count[phase_y]:
                    continue
                place = sums + ((group - first) * size.phases_y + phase_y) * rows * row_step * bytes_
                for phase in range(size.phases_x):
                    pair = phase_y * size.phases_x + phase
                    begin, taps = pair_begin[pair], pair_begin[pair + 1] - pair_begin[pair]
                    first_tap = row_taps[phase_y, group, 0] * taps // row_taps[phase_y, group, 2]
                    last_tap = row_taps[phase_y, group, 1] * taps // row_taps[phase_y, group, 2]
                    for tile in range(size.tiles):
                        multiply_channels(
                            rows, pixels, vectors, lanes, bits,
                            start + tile * pixels * bytes_, lines + 8 * (phase_y * row_begin.shape[1] + group * rows),
                            size.step_x * size.width, table + 8 * begin, first_tap, last_tap, size.tap_chunk, channels,
                            weights + begin * channels * across * bytes_,
                            place + (tile * pixels * pixel_step + phase * across) * bytes_, row_step, pixel_step,
                            continued,
                        )  # fmt: skip

    return multiply


def make_store(vectors, lanes, bits):
    across, bytes_ = vectors * lanes, bits // 8

    def store(totals, bias, out, first, last, output, outputs, rows, pixels, shape, row_count, row_out):
        """Add the bias and write the groups of rows ``[first, last)`` of ``outputs`` channels from ``output`` on."""
        size = sizes(shape)
        sums, added, results = address_of(totals), address_of(bias), address_of(out)
        plane = size.rows_out * size.columns_out
        row_step = size.tiles * pixels * size.phases_x * across
        for phase_y in range(size.phases_y):
            for row in range(first * rows, min(last * rows, row_count[phase_y])):
                group, inner = row // rows, row % rows
                source = sums + (((group - first) * size.phases_y + phase_y) * rows + inner) * row_step * bytes_
                target = results + (row_out[phase_y, row] + output * plane) * bytes_
                for v in range(0, outputs, lanes):
                    for column in range(0, size.columns_out, lanes):
                        store_channels(
                            lanes, bits,
                            source + (column * across + v) * bytes_, across, added + v * bytes_,
                            target + (v * plane + column) * bytes_, plane,
                            min(lanes, outputs - v), min(lanes, size.columns_out - column),
                        )  # fmt: skip

    return store
