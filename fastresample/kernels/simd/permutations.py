"""Lanes in another order; lane i of a permutation is lane index[i] of its source."""

from llvmlite import ir
from numba import types

from fastresample.kernels.simd.kinds import (
    F32,
    I32,
    LANES,
    Bytes,
    Floats,
    Ints,
    Words,
    instruction,
    operation,
    splat,
)

spread_i32 = operation(Ints, (I32,), lambda b, value: splat(b, value, Ints))
spread_bytes = operation(Bytes, (I32,), lambda b, value: b.bitcast(splat(b, value, Ints), Bytes.llvm))  # four, in turn
spread_i16 = operation(Words, (types.int16,), lambda b, value: splat(b, value, Words))
spread_f32 = operation(Floats, (F32,), lambda b, value: splat(b, value, Floats))
zero_ints = operation(Ints, (), lambda b: Ints.constant(0))
zero_bytes = operation(Bytes, (), lambda b: Bytes.constant(0))

permute_bytes = instruction("llvm.x86.avx512.permvar.qi.512", Bytes, Bytes, Bytes)
# Indices 0 to 127 into two vectors, one after the other: (first, index, second).
permute_two_bytes = instruction("llvm.x86.avx512.vpermi2var.qi.512", Bytes, Bytes, Bytes, Bytes)


def _shuffle(order):
    """Fixed order of the bytes of one vector."""
    mask = ir.Constant(ir.VectorType(LANES["i32"], 64), order)
    return operation(Bytes, (Bytes,), lambda b, value: b.shuffle_vector(value, value, mask))


# 4 x 4 bytes transposed inside every 128 bits.
transpose_fours = _shuffle([block * 16 + j % 4 * 4 + j // 4 for block in range(4) for j in range(16)])
# Undoes the order in which two steps of packing leave groups of four bytes, and one step groups of eight.
in_order_fours = _shuffle([k * 16 + q * 4 + i for q in range(4) for k in range(4) for i in range(4)])
in_order_eights = _shuffle([k * 16 + q * 8 + i for q in range(2) for k in range(4) for i in range(8)])


def quarter_first(quarter):
    """Operation that brings a quarter of the bytes to the front; what follows it means nothing."""
    return _shuffle([(quarter * 16 + lane) % 64 for lane in range(64)])


def _interleave(bits, low):
    """Lanes of ``bits`` bits of two vectors in turn, inside every 128 bits: their lower or upper halves."""
    count, block = 512 // bits, 128 // bits
    start = 0 if low else block // 2
    order = [side + k * block + start + i for k in range(4) for i in range(block // 2) for side in (0, count)]
    kind = ir.VectorType(LANES[f"i{bits}"], count)
    mask = ir.Constant(ir.VectorType(LANES["i32"], count), order)

    def emit(builder, a, b):
        return builder.bitcast(
            builder.shuffle_vector(builder.bitcast(a, kind), builder.bitcast(b, kind), mask), Bytes.llvm
        )

    return operation(Bytes, (Bytes, Bytes), emit)


interleave_bytes_low, interleave_bytes_high = _interleave(8, True), _interleave(8, False)
interleave_words_low, interleave_words_high = _interleave(16, True), _interleave(16, False)


def merge_bytes(parts, part):
    """Operation that takes part ``part`` of so many equal ones from the first vector and the rest from the second."""
    width = 64 // parts
    chosen = [int(part * width <= lane < (part + 1) * width) for lane in range(64)]
    mask = ir.Constant(ir.VectorType(LANES["i1"], 64), chosen)
    return operation(Bytes, (Bytes, Bytes), lambda b, new, old: b.select(mask, new, old))


def _emit_take_lane(builder, old, new, lane):
    numbers = Ints.constant(range(16))
    chosen = builder.icmp_signed("==", numbers, splat(builder, lane, Ints))
    whole = builder.select(chosen, builder.bitcast(new, Ints.llvm), builder.bitcast(old, Ints.llvm))
    return builder.bitcast(whole, Bytes.llvm)


# One of the 32-bit lanes from the second vector, the rest from the first.
take_lane = operation(Bytes, (Bytes, Bytes, I32), _emit_take_lane)


def _emit_blend(builder, chosen, new, old):
    return builder.select(builder.bitcast(chosen, ir.VectorType(LANES["i1"], 64)), new, old)


# Lanes of the first vector where a bit of the mask is set, the lowest bit for lane 0, and of the second elsewhere.
blend_bytes = operation(Bytes, (types.int64, Bytes, Bytes), _emit_blend)
