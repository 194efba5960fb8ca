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
    instruction,
    operation,
    pointer,
    splat,
)
from fastresample.kernels.simd.memory import load

load_half_bytes, load_half_words = load(HalfBytes), load(HalfWords)
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
