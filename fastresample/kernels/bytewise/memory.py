"""Copies of those rows of bytes that wide loads would overrun."""

from fastresample.kernels.common import forced
from fastresample.kernels.simd.memory import load_bytes, load_first_bytes, store_bytes


@forced
def copy_bytes(source, target, count):
    """Copy exactly ``count`` bytes; whole vectors are written, the rest of the last one with zeros."""
    for i in range(0, count - 63, 64):
        store_bytes(target + i, load_bytes(source + i))
    left = count & 63
    if left:
        store_bytes(target + count - left, load_first_bytes(source + count - left, left))
