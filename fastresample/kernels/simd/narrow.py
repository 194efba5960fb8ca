"""Vectors of 256 bits, two blocks of 128: what AVX2 has of the vocabulary, whose bytes move inside a block only.

Arithmetic takes them under the same names as whole vectors.
"""

from llvmlite import ir
from numba import types

from fastresample.kernels.simd.kinds import (
    ADDRESS,
    I32,
    LANES,
    HalfBytes,
    HalfInts,
    HalfWords,
    filled,
    instruction,
    operation,
    pointer,
    splat,
)
from fastresample.kernels.simd.memory import load, load_scalar, store

load_half_bytes, load_half_words, load_half_ints = load(HalfBytes), load(HalfWords), load(HalfInts)
store_half_words, store_half_ints = store(HalfWords), store(HalfInts)
load_u8, store_u8 = load_scalar(types.uint8, "i8"), store(types.uint8)
spread_half_i16 = operation(HalfWords, (types.int16,), lambda b, value: splat(b, value, HalfWords))
spread_half_i32 = operation(HalfInts, (I32,), lambda b, value: splat(b, value, HalfInts))


def _emit_load_blocks(builder, lower, upper):
    kind = ir.VectorType(LANES["i8"], 16)
    blocks = [builder.load(pointer(builder, address), align=1, typ=kind) for address in (lower, upper)]
    return builder.shuffle_vector(*blocks, ir.Constant(ir.VectorType(LANES["i32"], 32), list(range(32))))


# A block from each of two addresses.
load_blocks = operation(HalfBytes, (ADDRESS, ADDRESS), _emit_load_blocks)


def _emit_store_blocks(builder, lower, upper, value):
    for number, address in enumerate((lower, upper)):
        order = ir.Constant(ir.VectorType(LANES["i32"], 8), list(range(8 * number, 8 * number + 8)))
        builder.store(builder.shuffle_vector(value, value, order), pointer(builder, address), align=1)


# Blocks of words to two addresses, the lower one first.
store_blocks = operation(types.void, (ADDRESS, ADDRESS, HalfWords), _emit_store_blocks)


def _emit_store_eights(builder, address, step, value):
    eights = builder.bitcast(value, ir.VectorType(LANES["i64"], 4))
    for number in range(4):
        place = builder.add(address, builder.mul(step, LANES["i64"](number)))
        builder.store(builder.extract_element(eights, LANES["i32"](number)), pointer(builder, place), align=1)


# Four times eight bytes, in turn, so many bytes apart.
store_eights = operation(types.void, (ADDRESS, types.int64, HalfBytes), _emit_store_eights)
# Lane i of a block is lane index[i] of the same block; 0 where the index is negative.
permute_blocks = instruction("llvm.x86.avx2.pshuf.b", HalfBytes, HalfBytes, HalfBytes)


def merge_blocks(begin, end):
    """Operation that takes bytes ``[begin, end)`` of each block from the first vector and the rest from the second."""
    chosen = [int(begin <= lane % 16 < end) for lane in range(32)]
    mask = ir.Constant(ir.VectorType(LANES["i1"], 32), chosen)
    return operation(HalfBytes, (HalfBytes, HalfBytes), lambda b, new, old: b.select(mask, new, old))


def _emit_lower(builder, a, b):
    mask = ir.Constant(ir.VectorType(LANES["i32"], 32), list(range(32)))
    words = builder.shuffle_vector(a, b, mask)
    return builder.trunc(words, HalfBytes.llvm)


# Lower bytes of two vectors of words, one after the other: nothing is clipped.
lower_half_bytes_of_two = operation(HalfBytes, (HalfWords, HalfWords), _emit_lower)


# ---- sums of products of words and bytes

zero_half_ints = operation(HalfInts, (), lambda b: HalfInts.constant(0))
zero_half_words = operation(HalfWords, (), lambda b: HalfWords.constant(0))
# The same four bytes in every lane.
spread_half_bytes = operation(HalfBytes, (I32,), lambda b, value: b.bitcast(splat(b, value, HalfInts), HalfBytes.llvm))


def _emit_alternate(builder, value):
    spread = splat(builder, value, HalfInts)
    return builder.and_(spread, HalfInts.constant([-1, 0] * 4))


# A number and zero in turn.
spread_alternate_i32 = operation(HalfInts, (I32,), _emit_alternate)
# Sums of neighbouring products of signed words.
multiply_add_half_words = instruction("llvm.x86.avx2.pmadd.wd", HalfInts, HalfWords, HalfWords)
# Sums of neighbouring lanes: in each block two of the first vector, then two of the second.
add_neighbours = instruction("llvm.x86.avx2.phadd.d", HalfInts, HalfInts, HalfInts)
# Two vectors, clipped, block by block.
pack_half_ints = instruction("llvm.x86.avx2.packssdw", HalfWords, HalfInts, HalfInts)
pack_half_words = instruction("llvm.x86.avx2.packuswb", HalfBytes, HalfWords, HalfWords)


def _emit_load_eights(builder, a, b, c, d):
    value = ir.Constant(ir.VectorType(LANES["i64"], 4), ir.Undefined)
    for lane, address in enumerate((a, b, c, d)):
        eight = builder.load(pointer(builder, address), align=1, typ=LANES["i64"])
        value = builder.insert_element(value, eight, ir.Constant(LANES["i32"], lane))
    return builder.bitcast(value, HalfBytes.llvm)


# Eight bytes from each of four addresses.
load_eights = operation(HalfBytes, (ADDRESS, ADDRESS, ADDRESS, ADDRESS), _emit_load_eights)


def _emit_even(builder, value):
    words = builder.bitcast(value, HalfWords.llvm)
    return builder.and_(words, filled(words.type, 255))


def _emit_odd(builder, value):
    words = builder.bitcast(value, HalfWords.llvm)
    return builder.lshr(words, filled(words.type, 8))


# Every other byte as a word.
even_bytes, odd_bytes = operation(HalfWords, (HalfBytes,), _emit_even), operation(HalfWords, (HalfBytes,), _emit_odd)


def _in_turn(kind, upper):
    """Emit the lanes of two vectors in turn: the lower or upper half of each block."""
    block = kind.count // 2
    start = block // 2 if upper else 0
    order = [k * block + start + i + side for k in range(2) for i in range(block // 2) for side in (0, kind.count)]
    mask = ir.Constant(ir.VectorType(LANES["i32"], kind.count), order)
    return lambda builder, a, b: builder.shuffle_vector(a, b, mask)


def _widened(upper):
    """Operation that makes words of the lower or upper bytes of each block."""
    emit = _in_turn(HalfBytes, upper)
    zeros = HalfBytes.constant(0)
    return operation(HalfWords, (HalfBytes,), lambda b, value: b.bitcast(emit(b, value, zeros), HalfWords.llvm))


def _raised(upper):
    """Operation that makes upper halves of 32-bit lanes of the lower or upper words of each block."""
    emit = _in_turn(HalfWords, upper)
    zeros = HalfWords.constant(0)
    return operation(HalfInts, (HalfWords,), lambda b, value: b.bitcast(emit(b, zeros, value), HalfInts.llvm))


half_bytes_in_turn, half_bytes_in_turn_upper = (
    operation(HalfBytes, (HalfBytes, HalfBytes), _in_turn(HalfBytes, upper)) for upper in (False, True)
)
half_words_in_turn, half_words_in_turn_upper = (
    operation(HalfWords, (HalfWords, HalfWords), _in_turn(HalfWords, upper)) for upper in (False, True)
)
widen_lower, widen_upper = _widened(False), _widened(True)
raise_lower, raise_upper = _raised(False), _raised(True)


def _emit_shift_by(builder, value, places):
    return builder.ashr(value, splat(builder, places, HalfInts))


shift_half_ints_right_by = operation(HalfInts, (HalfInts, I32), _emit_shift_by)


def _quarters(order):
    """Operation that brings the eights of bytes of a vector into another order."""
    mask = ir.Constant(ir.VectorType(LANES["i32"], 32), [8 * k + i for k in order for i in range(8)])
    return operation(HalfBytes, (HalfBytes,), lambda b, value: b.shuffle_vector(value, value, mask))


# Undoes the order in which two steps of packing leave eights.
in_order_half = _quarters((0, 2, 1, 3))


def _joined(upper):
    """Operation that joins the lower or upper blocks of two vectors."""
    order = [side * 16 + upper * 8 + i for side in range(2) for i in range(8)]
    mask = ir.Constant(ir.VectorType(LANES["i32"], 16), order)
    return operation(HalfWords, (HalfWords, HalfWords), lambda b, first, second: b.shuffle_vector(first, second, mask))


join_lower, join_upper = _joined(0), _joined(1)
# Drops the last of each four bytes, or of each four words, of a block; zeros follow.
_THREE_BYTES = [4 * k + i for k in range(4) for i in range(3)] + [-1] * 4
_THREE_WORDS = [8 * k + i for k in range(2) for i in range(6)] + [-1] * 4


def _dropping(order):
    whole = [k * 16 + i if i >= 0 else 32 for k in range(2) for i in order]
    mask, zeros = ir.Constant(ir.VectorType(LANES["i32"], 32), whole), HalfBytes.constant(0)
    return operation(HalfBytes, (HalfBytes,), lambda b, value: b.shuffle_vector(value, zeros, mask))


drop_fourth_bytes, drop_fourth_words = _dropping(_THREE_BYTES), _dropping(_THREE_WORDS)


def _store_lanes(first, lanes, bits):
    """Operation that stores some neighbouring bytes of a vector as one value."""
    kind = ir.VectorType(LANES[f"i{bits}"], 256 // bits)
    count = lanes * 8 // bits
    order = [first * 8 // bits + i for i in range(count)]
    mask = ir.Constant(ir.VectorType(LANES["i32"], count), order)

    def emit(builder, address, value):
        value = builder.bitcast(value, kind)
        builder.store(builder.shuffle_vector(value, value, mask), pointer(builder, address), align=1)

    return operation(types.void, (ADDRESS, HalfBytes), emit)


# One of the two blocks; eight, or four bytes after the first eight, of it.
store_lower, store_upper = _store_lanes(0, 16, 64), _store_lanes(16, 16, 64)
store_lower_eight, store_upper_eight = _store_lanes(0, 8, 64), _store_lanes(16, 8, 64)
store_lower_third, store_upper_third = _store_lanes(8, 4, 32), _store_lanes(24, 4, 32)
