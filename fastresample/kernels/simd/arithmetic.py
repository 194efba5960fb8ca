"""Arithmetic lane by lane, whose sums wrap; vectors of other widths, and the same bits by another name."""

from llvmlite import ir

from fastresample.kernels.simd.kinds import (
    I32,
    LANES,
    Bytes,
    HalfBytes,
    Ints,
    Words,
    call,
    filled,
    instruction,
    operation,
    splat,
)


def _emit_dot(builder, total, unsigned, signed):
    values = [total, builder.bitcast(unsigned, Ints.llvm), builder.bitcast(signed, Ints.llvm)]
    return call(builder, "llvm.x86.avx512.vpdpbusd.512", Ints.llvm, values)


# total + the four products of the unsigned and signed bytes of each 32-bit lane.
dot_bytes = operation(Ints, (Ints, Bytes, Bytes), _emit_dot)


def _emit_dot_words(builder, total, a, b):
    values = [total, builder.bitcast(a, Ints.llvm), builder.bitcast(b, Ints.llvm)]
    return call(builder, "llvm.x86.avx512.vpdpwssd.512", Ints.llvm, values)


# total + the two products of the signed words of each 32-bit lane.
dot_words = operation(Ints, (Ints, Bytes, Bytes), _emit_dot_words)
# Sums of neighbouring products, unsigned by signed bytes, saturated at 16 bits.
multiply_add_bytes = instruction(
    "llvm.x86.avx512.pmaddubs.w.512", Words, Bytes, Bytes, halves="llvm.x86.avx2.pmadd.ub.sw"
)


def _emit_high(builder, a, b):
    wide = ir.VectorType(LANES["i32"], a.type.count)
    product = builder.mul(builder.sext(a, wide), builder.sext(b, wide))
    return builder.trunc(builder.ashr(product, filled(wide, 16)), a.type)


# Upper 16 bits of the products.
multiply_high = operation(Words, (Words, Words), _emit_high, halves=True)
# Products of signed fractions of 15 bits, rounded, ties up.
multiply_round = instruction("llvm.x86.avx512.pmul.hr.sw.512", Words, Words, Words, halves="llvm.x86.avx2.pmul.hr.sw")
add_ints = operation(Ints, (Ints, Ints), lambda b, x, y: b.add(x, y), halves=True)
multiply_ints = operation(Ints, (Ints, Ints), lambda b, x, y: b.mul(x, y), halves=True)
add_words = operation(Words, (Words, Words), lambda b, x, y: b.add(x, y), halves=True)
subtract_words = operation(Words, (Words, Words), lambda b, x, y: b.sub(x, y), halves=True)
and_words = operation(Words, (Words, Words), lambda b, x, y: b.and_(x, y), halves=True)
or_words = operation(Words, (Words, Words), lambda b, x, y: b.or_(x, y), halves=True)


def shift_right(kind, places):
    """Operation that divides by ``2**places``, rounding down."""
    return operation(kind, (kind,), lambda b, value: b.ashr(value, filled(value.type, places)), halves=True)


def shift_left(kind, places):
    """Operation that multiplies by ``2**places``."""
    return operation(kind, (kind,), lambda b, value: b.shl(value, filled(value.type, places)), halves=True)


def _emit_shift_by(builder, value, places):
    return builder.ashr(value, splat(builder, places, Ints))


def _emit_shift_words_by(builder, value, places):
    return builder.ashr(value, splat(builder, builder.trunc(places, LANES["i16"]), Words))


shift_right_by = operation(Ints, (Ints, I32), _emit_shift_by)
shift_words_right_by = operation(Words, (Words, I32), _emit_shift_words_by)

# ---- from one width to another; narrower lanes are clipped

# Two vectors, interleaved by blocks of 128 bits.
pack_ints = instruction("llvm.x86.avx512.packssdw.512", Words, Ints, Ints)
pack_words = instruction("llvm.x86.avx512.packuswb.512", Bytes, Words, Words)
lower_bytes = operation(HalfBytes, (Words,), lambda b, value: b.trunc(value, HalfBytes.llvm))


def _emit_join(builder, a, b):
    lower = builder.and_(a, Ints.constant(0xFFFF))
    return builder.bitcast(builder.or_(lower, builder.shl(b, Ints.constant(16))), Bytes.llvm)


# Words of two vectors in turn; they must fit 16 bits.
join_words = operation(Bytes, (Ints, Ints), _emit_join)


def _blocks(upper):
    """Blocks of 128 bits of two vectors in turn: the lower or upper two of each."""
    order = [side * 32 + (upper * 2 + k) * 8 + i for k in range(2) for side in range(2) for i in range(8)]
    mask = ir.Constant(ir.VectorType(LANES["i32"], 32), order)
    return operation(Words, (Words, Words), lambda b, first, second: b.shuffle_vector(first, second, mask))


blocks_in_turn, blocks_in_turn_upper = _blocks(0), _blocks(1)


def _emit_lower_of_two(builder, a, b):
    mask = ir.Constant(ir.VectorType(LANES["i32"], 64), list(range(0, 128, 2)))
    return builder.shuffle_vector(builder.bitcast(a, Bytes.llvm), builder.bitcast(b, Bytes.llvm), mask)


# Lower bytes of two vectors, one after the other: nothing is clipped.
lower_bytes_of_two = operation(Bytes, (Words, Words), _emit_lower_of_two)

# ---- the same bits by another name


def _cast(result, given):
    def emit(builder, value):
        count = result.count * value.type.count // given.count
        return builder.bitcast(value, ir.VectorType(LANES[result.lane], count))

    return operation(result, (given,), emit, halves=True)


words_as_bytes, ints_as_bytes = _cast(Bytes, Words), _cast(Bytes, Ints)
bytes_as_words, bytes_as_ints = _cast(Words, Bytes), _cast(Ints, Bytes)
words_as_ints, ints_as_words = _cast(Ints, Words), _cast(Words, Ints)
