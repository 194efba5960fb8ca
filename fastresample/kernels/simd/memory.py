"""Vectors and numbers from and to memory: any address, no alignment."""

from llvmlite import ir
from numba import types

from fastresample.kernels.simd.kinds import (
    ADDRESS,
    I32,
    LANES,
    Bytes,
    Floats,
    HalfBytes,
    Ints,
    QuarterBytes,
    Words,
    call,
    operation,
    pointer,
)


def load(kind):
    return operation(kind, (ADDRESS,), lambda b, address: b.load(pointer(b, address), align=1, typ=kind.llvm))


def store(kind):
    """Operation that stores a vector or an integer."""

    def emit(builder, address, value):
        builder.store(value, pointer(builder, address), align=1)

    return operation(types.void, (ADDRESS, kind), emit)


load_bytes, load_words, load_ints, load_floats = load(Bytes), load(Words), load(Ints), load(Floats)
load_quarter_bytes = load(QuarterBytes)
store_bytes, store_half_bytes, store_words = store(Bytes), store(HalfBytes), store(Words)
store_ints, store_floats = store(Ints), store(Floats)


def _masked(builder, count):
    """Mask of the first ``count`` of 64 bytes."""
    wide = ir.VectorType(LANES["i8"], 64)
    numbers = ir.Constant(wide, list(range(64)))
    small = builder.trunc(count, LANES["i8"])
    first = builder.insert_element(ir.Constant(wide, ir.Undefined), small, ir.Constant(LANES["i32"], 0))
    zeros = ir.Constant(ir.VectorType(LANES["i32"], 64), [0] * 64)
    return builder.icmp_unsigned("<", numbers, builder.shuffle_vector(first, first, zeros))


def _emit_load_first(builder, address, count):
    mask, align = _masked(builder, count), ir.Constant(LANES["i32"], 1)
    values = [pointer(builder, address), align, mask, Bytes.constant(0)]
    return call(builder, "llvm.masked.load.v64i8.p0", Bytes.llvm, values)


def _emit_store_first(builder, address, value, count):
    mask, align = _masked(builder, count), ir.Constant(LANES["i32"], 1)
    values = [value, pointer(builder, address), align, mask]
    call(builder, "llvm.masked.store.v64i8.p0", ir.VoidType(), values)


# The first ``count`` (at most 64) bytes; others are read as zeros and not touched.
load_first_bytes = operation(Bytes, (ADDRESS, types.int64), _emit_load_first)
store_first_bytes = operation(types.void, (ADDRESS, Bytes, types.int64), _emit_store_first)


def load_scalar(kind, lane):
    return operation(kind, (ADDRESS,), lambda b, address: b.load(pointer(b, address), align=1, typ=LANES[lane]))


load_i64, load_i32 = load_scalar(types.int64, "i64"), load_scalar(I32, "i32")
store_i64, store_i32 = store(types.int64), store(I32)


def _prefetch(writing, locality):
    numbers = [ir.Constant(LANES["i32"], value) for value in (writing, locality, 1)]

    def emit(builder, address):
        call(builder, "llvm.prefetch.p0", ir.VoidType(), [pointer(builder, address), *numbers])

    return operation(types.void, (ADDRESS,), emit)


# Ask for the line of an address that will be read soon, or after more than the first cache holds, or written; it need
# not exist.
prefetch, prefetch_later, prefetch_to_write = _prefetch(0, 3), _prefetch(0, 2), _prefetch(1, 3)
