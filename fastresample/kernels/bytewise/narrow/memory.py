"""Bytes from one place to another where AVX2 has no masks: whole vectors, then one by one."""

from fastresample.kernels.common import forced
from fastresample.kernels.simd.memory import store_half_bytes
from fastresample.kernels.simd.narrow import load_half_bytes, load_u8, store_u8


@forced
def copy_exactly(source, target, count):
    """Copy so many bytes."""
    whole = count & ~31
    for i in range(0, whole, 32):
        store_half_bytes(target + i, load_half_bytes(source + i))
    for i in range(whole, count):
        store_u8(target + i, load_u8(source + i))


@forced
def copy_overlapping(source, target, count):
    """Copy so many bytes to where none of them is, the last vector over some of the one before."""
    if count < 32:
        copy_exactly(source, target, count)
    else:
        for i in range(0, count, 32):
            place = min(i, count - 32)
            store_half_bytes(target + place, load_half_bytes(source + place))
