"""Correlation of few channels, as of images: the sums of all phases stay in registers until they are stored.

For reductions of a single chunk only, so that nothing is carried from one chunk to the next.
"""

from itertools import product

import numpy as np
from numba.core import cgutils
from numba.extending import intrinsic

from fastresample.kernels.correlation.padding import fill_padded, sizes
from fastresample.kernels.vectors import I64, Lanes, address_of, literal_sizes, signature_of


@intrinsic(prefer_literal=True)
def image_tile(
    typing, phases, outputs, vectors, lanes, bits, x, places, terms, weights, bias, out, plane, count, valid
):  # fmt: skip
    """Compute neighbouring outputs of all phases of columns, for ``valid`` of ``outputs`` channels; lanes are pixels.

    ``out[o * plane + t * phases + r] = bias[o] + sum over terms [terms[2 r], terms[2 r + 1]) of
    weights[term * outputs + o] * x[t + places[term]]``, the first ``count`` columns; ``places`` are in bytes.
    """
    sizes = literal_sizes(phases, outputs, vectors, lanes, bits)
    if sizes is None:
        return None
    phases, outputs, vectors, lanes, bits = sizes

    def generate(context, builder, signature, arguments):
        x, places, terms, weights, bias, out, plane, count, valid = arguments[5:]
        kind = Lanes(builder, bits, lanes)
        tile = [[cgutils.alloca_once(builder, kind.vector) for _ in range(vectors)] for _ in range(outputs)]
        added = [kind.broadcast(bias, output) for output in range(outputs)]
        sums = []
        for phase in range(phases):
            for output, v in product(range(outputs), range(vectors)):
                builder.store(kind.zero(), tile[output][v])
            begin, end = (kind.integer(terms, I64(2 * phase + side)) for side in range(2))
            with cgutils.for_range(builder, end, start=begin, intp=I64) as loop:
                start = builder.add(x, kind.integer(places, loop.index))
                samples = [kind.load(start, v * lanes) for v in range(vectors)]
                factors = kind.at(weights, builder.mul(loop.index, I64(outputs)))
                for output, registers in enumerate(tile):
                    weight = kind.broadcast(factors, output)
                    for sample, register in zip(samples, registers, strict=True):
                        builder.store(kind.fma(sample, weight, builder.load(register)), register)
            sums.append(
                [
                    [builder.fadd(builder.load(register), b) for register in registers]
                    for registers, b in zip(tile, added, strict=True)
                ]
            )

        def store(output, whole):
            line = kind.at(out, builder.mul(plane, I64(output)))
            for v in range(vectors):
                rows = [of_phase[output][v] for of_phase in sums]
                for part in range(phases):
                    base = (v * phases + part) * lanes
                    if whole:
                        kind.store(kind.interleaved(rows, part), line, base)
                    else:
                        left = builder.sub(count, I64(base))
                        kind.store_some(kind.interleaved(rows, part), kind.at(line, base), left)

        complete = builder.icmp_signed(">=", count, I64(phases * vectors * lanes))
        for output in range(outputs):
            wanted = builder.icmp_signed("<", I64(output), valid)
            with builder.if_then(wanted, likely=True), builder.if_else(complete, likely=True) as (whole, cut):
                with whole:
                    store(output, True)
                with cut:
                    store(output, False)
        return context.get_dummy_value()

    return signature_of(sizes, 9), generate


def make_correlate(tile, phases, lanes, bits):
    _, outputs, vectors = tile
    bytes_ = bits // 8
    across = vectors * lanes

    def correlate(
        x, packed, bias, out, slab, totals, begin, end, slab_groups, reach,
        shape, count_y, row_taps, pair_begin, places,
    ):  # fmt: skip
        """Compute rows ``[begin, end)`` of every phase, counted image by image; see `fastresample.correlation.images`.

        ``bias`` has zeros behind the last channel; ``totals`` is not used.
        """
        size = sizes(shape)
        line = size.channels * size.step_x * size.width
        blocks = (size.group_outputs + outputs - 1) // outputs
        block_samples = packed.size // (size.groups * blocks)
        plane = size.rows_out * size.columns_out
        weights, biases, results, table = address_of(packed), address_of(bias), address_of(out), address_of(places)
        terms = np.empty(2 * phases, np.int64)
        limits = address_of(terms)
        unit = begin
        while unit < end:
            image, first = unit // size.most_rows, unit % size.most_rows
            last = min(first + slab_groups, size.most_rows, first + end - unit)
            origin = image * size.rows_padded + first * size.step_y
            fill_padded(x, slab, origin, origin + (last - 1 - first) * size.step_y + reach, origin, size)
            for row in range(first, last):
                top = address_of(slab) + (row - first) * size.step_y * line * bytes_
                for phase_y in range(size.phases_y):
                    if row >= count_y[phase_y]:
                        continue
                    for phase in range(phases):
                        pair = phase_y * phases + phase
                        taps, all_taps = pair_begin[pair + 1] - pair_begin[pair], row_taps[phase_y, row, 2]
                        for side in range(2):
                            tap = pair_begin[pair] + row_taps[phase_y, row, side] * taps // all_taps
                            terms[2 * phase + side] = tap * size.group_channels
                    y = phase_y + row * size.phases_y
                    for block in range(size.groups * blocks):
                        group, output = block // blocks, block % blocks * outputs
                        own = min(outputs, size.group_outputs - output)
                        output += group * size.group_outputs
                        start = top + group * size.group_channels * size.step_x * size.width * bytes_
                        target = (image * size.groups * size.group_outputs + output) * plane + y * size.columns_out
                        for tile in range(size.tiles):
                            column = tile * across * phases
                            image_tile(
                                phases, outputs, vectors, lanes, bits,
                                start + tile * across * bytes_, table, limits,
                                weights + block * block_samples * bytes_, biases + output * bytes_,
                                results + (target + column) * bytes_, plane, size.columns_out - column, own,
                            )  # fmt: skip
            unit += last - first
        return terms.size  # an address is not a use: this keeps the array alive

    return correlate
