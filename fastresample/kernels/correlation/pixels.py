"""Correlation by tiles whose lanes are pixels: wide rows, few channels, short reductions."""

from fastresample.kernels.correlation.moves import store_pixels
from fastresample.kernels.correlation.padding import fill_padded, sizes
from fastresample.kernels.correlation.products import multiply_pixels
from fastresample.kernels.vectors import address_of


def make_pack(outputs, number):
    """``packed[group, block][tap][channel][outputs]``, zeros behind the last output channel."""
    zero = number(0)

    def pack(weight, order, packed):
        groups, outputs_all, channels, taps = weight.shape
        blocks = (outputs_all + outputs - 1) // outputs
        place, rest = 0, zero
        for group in range(groups):
            for block in range(blocks):
                for tap in range(taps):
                    for channel in range(channels):
                        for lane in range(outputs):
                            output = block * outputs + lane
                            value = weight[group, output, channel, order[tap]] if output < outputs_all else zero
                            rest += value * zero
                            packed[place] = value
                            place += 1
        return rest == zero

    return pack


def make_correlate(tile, phases, lanes, bits):
    rows, outputs, vectors = tile
    bytes_ = bits // 8
    across = vectors * lanes
    tile_samples = rows * outputs * across

    def correlate(
        x, packed, bias, out, slab, totals, begin, end, slab_groups, reach,
        shape, count_y, row_taps, pair_begin, offsets,
    ):  # fmt: skip
        """Compute groups of rows ``[begin, end)``, counted image by image; see ``fastresample.correlation.pixels``."""
        size = sizes(shape)
        line = size.channels * size.step_x * size.width
        row_step = size.step_y * line
        blocks = (size.group_outputs + outputs - 1) // outputs
        block_samples = packed.size // (size.groups * blocks)
        per_image = (size.most_rows + rows - 1) // rows
        x_address, weights, biases, results = address_of(slab), address_of(packed), address_of(bias), address_of(out)
        sums, table = address_of(totals), address_of(offsets)
        plane = size.rows_out * size.columns_out
        unit = begin
        while unit < end:
            image, first = unit // per_image, unit % per_image
            last = min(first + slab_groups, per_image, first + end - unit)
            origin = image * size.rows_padded + first * rows * size.step_y
            fill_padded(
                x, slab, origin, origin + (last - first) * rows * size.step_y - size.step_y + reach, origin, size
            )
            for group in range(first, last):
                top = x_address + (group - first) * rows * row_step * bytes_
                for block in range(size.groups * blocks):
                    channel_group, output = block // blocks, block % blocks * outputs
                    own = min(outputs, size.group_outputs - output)
                    output += channel_group * size.group_outputs
                    start = top + channel_group * size.group_channels * size.step_x * size.width * bytes_
                    packed_block = weights + block * block_samples * bytes_
                    for phase_y in range(size.phases_y):
                        valid = min(rows, count_y[phase_y] - group * rows)
                        if valid <= 0:
                            continue
                        for tile in range(size.tiles):
                            for phase in range(phases):
                                pair = phase_y * phases + phase
                                taps = pair_begin[pair + 1] - pair_begin[pair]
                                first_tap = row_taps[phase_y, group, 0] * taps // row_taps[phase_y, group, 2]
                                last_tap = row_taps[phase_y, group, 1] * taps // row_taps[phase_y, group, 2]
                                multiply_pixels(
                                    rows, outputs, vectors, lanes, bits,
                                    start + tile * across * bytes_, row_step, size.step_x * size.width,
                                    table + 8 * pair_begin[pair], first_tap, last_tap,
                                    size.tap_chunk, size.group_channels, size.channel_block,
                                    packed_block + pair_begin[pair] * size.group_channels * outputs * bytes_,
                                    sums + phase * tile_samples * bytes_,
                                )  # fmt: skip
                            column = tile * across * phases
                            wanted = min(across * phases, size.columns_out - column)
                            for row in range(valid):
                                y = phase_y + (group * rows + row) * size.phases_y
                                for o in range(own):
                                    place = (image * size.groups * size.group_outputs + output + o) * plane
                                    store_pixels(
                                        phases, vectors, lanes, bits,
                                        sums + (row * outputs + o) * across * bytes_, tile_samples,
                                        biases + (output + o) * bytes_,
                                        results + (place + y * size.columns_out + column) * bytes_, wanted,
                                    )  # fmt: skip
            unit += last - first

    return correlate
