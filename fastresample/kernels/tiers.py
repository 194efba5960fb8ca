"""What the processor that code is generated for can do: its vectors, known before anything is compiled.

An instruction that the processor lacks would end the process, so kernels of explicit vectors ask here first.
"""

from functools import cache
from typing import NamedTuple

import llvmlite.binding
from numba import config


class Tier(NamedTuple):
    """Vector registers with fused multiply-add and masked stores; none on a plain processor."""

    name: str
    vector_bytes: int
    registers: int


PLAIN = Tier("plain", 0, 0)
AVX2 = Tier("avx2", 32, 16)
AVX512 = Tier("avx512", 64, 32)
VBMI = Tier("avx512vbmi", 64, 32)  # with permutations of bytes and dot products of bytes
_AVX512_NEEDS = {"avx512f", "avx512vl", "avx512dq", "avx512bw"}
_NEEDS = {
    VBMI: {*_AVX512_NEEDS, "avx512vbmi", "avx512vnni"},
    AVX512: _AVX512_NEEDS,
    AVX2: {"avx2", "fma"},
}
# A processor given by name (NUMBA_CPU_NAME) comes without a list of features.
_LEVELS = {"x86-64-v4": AVX512, "x86-64-v3": AVX2}


def processor() -> tuple[str, str]:
    """Name and feature list of the CPU that code is generated for (``NUMBA_CPU_NAME`` overrides the host's)."""
    name = config.CPU_NAME or llvmlite.binding.get_host_cpu_name()
    if config.CPU_FEATURES is not None:
        return name, config.CPU_FEATURES
    return name, "" if config.CPU_NAME else llvmlite.binding.get_host_cpu_features().flatten()


@cache
def tier() -> Tier:
    """Return the best tier of the processor that Numba compiles for."""
    if config.DISABLE_JIT or not config.ENABLE_AVX:
        return PLAIN
    name, features = processor()
    present = {feature.removeprefix("+") for feature in features.split(",") if feature.startswith("+")}
    for candidate, needed in _NEEDS.items():
        if needed <= present:
            return candidate
    return _LEVELS.get(name, PLAIN)


# Now, while forks wait for this import: a child must not find LLVM's lock held by a thread that it does not have.
tier()
