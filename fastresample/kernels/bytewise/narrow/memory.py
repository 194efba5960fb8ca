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
