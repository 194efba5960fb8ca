"""Vectors of 16 float32, and how they become bytes."""

from llvmlite import ir
from numba import types

from fastresample.kernels.simd.kinds import (
    ADDRESS,
    F32,
    LANES,
    Bytes,
    Floats,
    Ints,
    QuarterBytes,
    call,
    operation,
    pointer,
)
from fastresample.kernels.simd.memory import load_scalar, store

load_f32 = load_scalar(F32, "f32")
store_quarter_bytes = store(QuarterBytes)
zero_floats = operation(Floats, (), lambda b: Floats.constant(0.0))
add_floats = operation(Floats, (Floats, Floats), lambda b, x, y: b.fadd(x, y))
multiply_floats = operation(Floats, (Floats, Floats), lambda b, x, y: b.fmul(x, y))


def _emit_stream(builder, address, value):
    stored = builder.store(value, pointer(builder, address), align=64)
    stored.set_metadata("nontemporal", builder.module.add_metadata([ir.Constant(LANES["i32"], 1)]))


# Store past the caches, at a multiple of 64 bytes; then wait until others see what was stored so.
stream_floats = operation(types.void, (ADDRESS, Floats), _emit_stream)
finish_streams = operation(types.void, (), lambda b: call(b, "llvm.x86.sse.sfence", ir.VoidType(), []) and None)


def _emit_load_bytes_as_ints(builder, address):
    return builder.zext(builder.load(pointer(builder, address), align=1, typ=QuarterBytes.llvm), Ints.llvm)


# 16 bytes, one in each 32-bit lane.
load_bytes_as_ints = operation(Ints, (ADDRESS,), _emit_load_bytes_as_ints)


def _emit_rounded(builder, value):
    for name, bound in (("llvm.maxnum.v16f32", 0.0), ("llvm.minnum.v16f32", 255.0)):
        value = call(builder, name, Floats.llvm, [value, Floats.constant(bound)])
    whole = builder.fptosi(call(builder, "llvm.rint.v16f32", Floats.llvm, [value]), Ints.llvm)
    return builder.trunc(whole, QuarterBytes.llvm)


# To the nearest byte, ties to even.
floats_to_bytes = operation(QuarterBytes, (Floats,), _emit_rounded)


def _emit_whole(builder, value):
    mask, rounding = ir.Constant(ir.IntType(16), -1), ir.Constant(LANES["i32"], 4)  # as the processor is set: to even
    values = [value, Ints.constant(0), mask, rounding]
    return call(builder, "llvm.x86.avx512.mask.cvtps2dq.512", Ints.llvm, values)


# To the nearest whole number, ties to even.
floats_to_ints = operation(Ints, (Floats,), _emit_whole)
ints_to_floats = operation(Floats, (Ints,), lambda b, value: b.sitofp(value, Floats.llvm))


def _emit_widened(builder, value):
    order = ir.Constant(ir.VectorType(LANES["i32"], 64), list(range(16)) + [16] * 48)
    return builder.shuffle_vector(value, QuarterBytes.constant(0), order)


# 16 bytes and then zeros.
quarter_bytes_as_bytes = operation(Bytes, (QuarterBytes,), _emit_widened)
