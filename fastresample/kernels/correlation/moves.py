"""What leads to and from tiles of sums, as intrinsics: weights into panels, totals into images.

``lanes`` is the number of samples of ``bits`` bits in a vector; distances are in samples, addresses in bytes.
"""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastresample.kernels.vectors import I64, Lanes, literal_sizes, signature_of


@intrinsic(prefer_literal=True)
def store_pixels(typing, phases, vectors, lanes, bits, totals, phase_step, bias, out, count):
    """Interleave phases: ``out[t * phases + r] = totals[r * phase_step + t] + bias`` for the first ``count`` outputs.

    ``bias`` is the address of one sample.
    """
    sizes = literal_sizes(phases, vectors, lanes, bits)
    if sizes is None:
        return None
    phases, vectors, lanes, bits = sizes

    def generate(context, builder, signature, arguments):
        totals, phase_step, bias, out, count = arguments[4:]
        kind = Lanes(builder, bits, lanes)
        added = kind.broadcast(bias)
        starts = [kind.at(totals, builder.mul(phase_step, I64(phase))) for phase in range(phases)]
        for v in range(vectors):
            rows = [builder.fadd(kind.load(start, v * lanes), added) for start in starts]
            for part in range(phases):
                base = (v * phases + part) * lanes
                kind.store_some(kind.interleaved(rows, part), kind.at(out, base), builder.sub(count, I64(base)))
        return context.get_dummy_value()

    return signature_of(sizes, 5), generate


@intrinsic(prefer_literal=True)
def store_channels(typing, lanes, bits, totals, pixel_step, bias, out, channel_step, channels, pixels):
    """Transpose: ``out[c * channel_step + i] = totals[i * pixel_step + c] + bias[c]``, c < channels, i < pixels.

    Both at most ``lanes``. Whole vectors of totals and bias are read.
    """
    sizes = literal_sizes(lanes, bits)
    if sizes is None:
        return None
    lanes, bits = sizes

    def generate(context, builder, signature, arguments):
        totals, pixel_step, bias, out, channel_step, channels, pixels = arguments[2:]
        kind = Lanes(builder, bits, lanes)
        added = kind.load(bias)
        rows = [kind.load(kind.at(totals, builder.mul(pixel_step, I64(pixel)))) for pixel in range(lanes)]
        mask = kind.first(pixels)
        for channel, row in enumerate(kind.transposed([builder.fadd(row, added) for row in rows])):
            with builder.if_then(builder.icmp_signed("<", I64(channel), channels), likely=True):
                kind.store_first(row, kind.at(out, builder.mul(channel_step, I64(channel))), mask)
        return context.get_dummy_value()

    return signature_of(sizes, 7), generate


@intrinsic(prefer_literal=True)
def pack_taps(typing, lanes, bits, weights, channel_step, taps, outputs, slots, panel, ahead):
    """Transpose weights: ``panel[slots[k] + o] = weights[o * channel_step + k]`` for k < taps, o < lanes.

    From ``outputs`` on they are zero. ``ahead`` bytes further on is what will be wanted soon. Returns whether all
    weights are finite.
    """
    sizes = literal_sizes(lanes, bits)
    if sizes is None:
        return None
    lanes, bits = sizes

    def generate(context, builder, signature, arguments):
        weights, channel_step, taps, outputs, slots, panel, ahead = arguments[2:]
        kind = Lanes(builder, bits, lanes)
        rows = []
        for output in range(lanes):
            address = kind.at(weights, builder.mul(channel_step, I64(output)))
            kind.prefetch(builder.add(address, ahead))
            count = builder.select(builder.icmp_signed("<", I64(output), outputs), taps, I64(0))
            rows.append(kind.load_first(address, kind.first(count)))
        rest = kind.zero()
        for row in rows:  # 0 times a number is 0; NaN otherwise
            rest = kind.fma(row, kind.zero(), rest)
        for tap, row in enumerate(kind.transposed(rows)):
            with builder.if_then(builder.icmp_signed("<", I64(tap), taps)):
                kind.store(row, kind.at(panel, kind.integer(slots, I64(tap))))
        ordered = builder.fcmp_ordered("==", rest, rest)
        all_set = ir.Constant(ir.IntType(lanes), -1)
        return builder.icmp_unsigned("==", builder.bitcast(ordered, ir.IntType(lanes)), all_set)

    return signature_of(sizes, 7, types.boolean), generate
