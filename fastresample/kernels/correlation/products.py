"""Sums of products in registers, as intrinsics: tiles of pixels, tiles of output channels, rows.

``lanes`` is the number of samples of ``bits`` bits in a vector; distances are in samples, addresses in bytes.
"""

from itertools import product
from typing import NamedTuple

from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic

from fastresample.kernels.vectors import I64, Lanes, literal_sizes, signature_of


def _smaller(builder, a, b):
    return builder.select(builder.icmp_signed("<", a, b), a, b)


def _larger(builder, a, b):
    return builder.select(builder.icmp_signed(">", a, b), a, b)


class Reduction(NamedTuple):
    """Over what a tile is summed: taps in chunks, within blocks of channels; all are values of the generated code."""

    first_tap: ir.Value
    last_tap: ir.Value
    tap_chunk: ir.Value
    channels: ir.Value
    channel_block: ir.Value


def _reduce(builder, kind, tile, over, continued, products):
    """Add up ``products(tap, first channel, last channel)``, chunk by chunk from zero, the chunks in order.

    ``tile`` holds (register, address of its total, offset there). With ``continued`` the totals hold earlier chunks.
    Chunks begin at multiples of their length, whichever tap is the first. A reduction over no tap adds zero.
    """
    one = ir.Constant(ir.IntType(1), 1)
    carry = cgutils.alloca_once_value(builder, builder.icmp_signed("!=", continued, I64(0)))
    start = builder.sub(over.first_tap, builder.srem(over.first_tap, over.tap_chunk))
    stop = _larger(builder, over.last_tap, builder.add(start, I64(1)))
    with cgutils.for_range_slice(builder, I64(0), over.channels, over.channel_block, intp=I64) as (first, _):
        last = _smaller(builder, builder.add(first, over.channel_block), over.channels)
        with cgutils.for_range_slice(builder, start, stop, over.tap_chunk, intp=I64) as (chunk, _):
            begin = _larger(builder, chunk, over.first_tap)
            end = _smaller(builder, builder.add(chunk, over.tap_chunk), over.last_tap)
            for register, *_ in tile:
                builder.store(kind.zero(), register)
            with cgutils.for_range(builder, end, start=begin) as loop:
                products(loop.index, first, last)
            with builder.if_then(builder.load(carry)):
                for register, address, offset in tile:
                    builder.store(builder.fadd(kind.load(address, offset), builder.load(register)), register)
            for register, address, offset in tile:
                kind.store(builder.load(register), address, offset)
            builder.store(one, carry)


@intrinsic(prefer_literal=True)
def multiply_pixels(
    typing, rows, outputs, vectors, lanes, bits,
    x, row_step, channel_step, offsets, first_tap, last_tap, tap_chunk, channels, channel_block, weights, totals,
):  # fmt: skip
    """Weigh and sum a tile of rows x output channels x neighbouring pixels; lanes are pixels.

    ``totals[row][output][pixel] = sum over taps [first_tap, last_tap) and channels of
    weights[tap][channel][output] * x[row * row_step + offsets[tap] + channel * channel_step + pixel]``
    """
    sizes = literal_sizes(rows, outputs, vectors, lanes, bits)
    if sizes is None:
        return None
    rows, outputs, vectors, lanes, bits = sizes

    def generate(context, builder, signature, arguments):
        x, row_step, channel_step, offsets, *over, weights, totals = arguments[5:]
        over = Reduction._make(over)
        kind = Lanes(builder, bits, lanes)
        count = rows * outputs * vectors
        tile = [(cgutils.alloca_once(builder, kind.vector), totals, number * lanes) for number in range(count)]
        starts = [kind.at(x, builder.mul(row_step, I64(row))) for row in range(rows)]
        channel_bytes = builder.mul(channel_step, I64(kind.bytes))
        weight_bytes = outputs * kind.bytes

        def products(tap, first, last):
            offset = kind.integer(offsets, tap)
            lines = [kind.at(start, offset) for start in starts]
            tap_weights = builder.add(weights, builder.mul(builder.mul(tap, over.channels), I64(weight_bytes)))
            with cgutils.for_range(builder, last, start=first) as loop:
                step = builder.mul(loop.index, channel_bytes)
                samples = [[kind.load(builder.add(line, step), v * lanes) for v in range(vectors)] for line in lines]
                address = builder.add(tap_weights, builder.mul(loop.index, I64(weight_bytes)))
                for output in range(outputs):
                    weight = kind.broadcast(address, output)
                    for row, v in product(range(rows), range(vectors)):
                        register = tile[(row * outputs + output) * vectors + v][0]
                        builder.store(kind.fma(samples[row][v], weight, builder.load(register)), register)

        _reduce(builder, kind, tile, over, I64(0), products)
        return context.get_dummy_value()

    return signature_of(sizes, 11), generate


@intrinsic(prefer_literal=True)
def multiply_channels(
    typing, rows, pixels, vectors, lanes, bits,
    x, row_offsets, channel_step, offsets, first_tap, last_tap, tap_chunk, channels,
    weights, totals, row_step, pixel_step, continued,
):  # fmt: skip
    """Weigh and sum a tile of rows x neighbouring pixels x output channels; lanes are output channels.

    ``totals[row * row_step + pixel * pixel_step + output] (+)= sum over taps [first_tap, last_tap) and channels of
    x[row_offsets[row] + offsets[tap] + channel * channel_step + pixel] * weights[tap][channel][output]``
    """
    sizes = literal_sizes(rows, pixels, vectors, lanes, bits)
    if sizes is None:
        return None
    rows, pixels, vectors, lanes, bits = sizes

    def generate(context, builder, signature, arguments):
        x, row_offsets, channel_step, offsets, *over, weights, totals, row_step, pixel_step, continued = arguments[5:]
        over = Reduction._make([*over, over[-1]])
        kind = Lanes(builder, bits, lanes)
        lines = [kind.at(totals, builder.mul(row_step, I64(row))) for row in range(rows)]
        places = [kind.at(line, builder.mul(pixel_step, I64(pixel))) for line in lines for pixel in range(pixels)]
        tile = [
            (cgutils.alloca_once(builder, kind.vector), place, v * lanes) for place in places for v in range(vectors)
        ]
        starts = [kind.at(x, kind.integer(row_offsets, I64(row))) for row in range(rows)]
        channel_bytes = builder.mul(channel_step, I64(kind.bytes))
        weight_bytes = vectors * lanes * kind.bytes

        def products(tap, first, last):
            offset = kind.integer(offsets, tap)
            lines = [kind.at(start, offset) for start in starts]
            tap_weights = builder.add(weights, builder.mul(builder.mul(tap, over.channels), I64(weight_bytes)))
            with cgutils.for_range(builder, last, start=first) as loop:
                step = builder.mul(loop.index, channel_bytes)
                address = builder.add(tap_weights, builder.mul(loop.index, I64(weight_bytes)))
                weight = [kind.load(address, v * lanes) for v in range(vectors)]
                for row, pixel in product(range(rows), range(pixels)):
                    sample = kind.broadcast(builder.add(lines[row], step), pixel)
                    for v in range(vectors):
                        register = tile[(row * pixels + pixel) * vectors + v][0]
                        builder.store(kind.fma(sample, weight[v], builder.load(register)), register)

        _reduce(builder, kind, tile, over, continued, products)
        return context.get_dummy_value()

    return signature_of(sizes, 13), generate


@intrinsic(prefer_literal=True)
def weigh_row(typing, taps, lanes, bits, out, lines, weights, period, bias, count):
    """``out[i] = bias + sum over taps of lines[tap][i] * weights[tap][i mod (period * lanes)]``, i < count.

    ``lines`` are addresses; up to ``lanes - 1`` samples behind ``count`` are read there and none is written. ``period``
    counts vectors; the weights of a vector of the period stay in registers for the whole row.
    """
    sizes = literal_sizes(taps, lanes, bits)
    if sizes is None:
        return None
    taps, lanes, bits = sizes

    def generate(context, builder, signature, arguments):
        out, lines, weights, period, bias, count = arguments[3:]
        kind = Lanes(builder, bits, lanes)
        added = kind.broadcast(bias)
        starts = [kind.integer(lines, I64(tap)) for tap in range(taps)]
        vectors = builder.sdiv(builder.add(count, I64(lanes - 1)), I64(lanes))
        with cgutils.for_range(builder, period) as phase:
            rows = [builder.add(builder.mul(period, I64(tap)), phase.index) for tap in range(taps)]
            weight = [kind.load(kind.at(weights, builder.mul(row, I64(lanes)))) for row in rows]
            with cgutils.for_range_slice(builder, phase.index, vectors, period, intp=I64) as (vector, _):
                first = builder.mul(vector, I64(lanes))
                total = kind.zero()
                for tap in range(taps):
                    total = kind.fma(kind.load(kind.at(starts[tap], first)), weight[tap], total)
                kind.store_some(builder.fadd(total, added), kind.at(out, first), builder.sub(count, first))
        return context.get_dummy_value()

    return signature_of(sizes, 6), generate
