"""Code for AVX2 is compared with libraries on AVX2: each reads a variable of its own when it is imported."""

import os

from fastresample.kernels.tiers import AVX2, Tier

AVX2_ONLY = {
    "OPENCV_CPU_DISABLE": "AVX512-SKX",
    "OPENCV_IPP": "avx2",
    "ATEN_CPU_CAPABILITY": "avx2",  # torch
    "ONEDNN_MAX_CPU_ISA": "AVX2",  # torch's convolutions
    "VIPS_VECTOR": str(0b111111 << 3),  # Highway's targets above AVX2 are left out
}  # Pillow and cykooz-resizer have no wider vectors


def hold_libraries(tier: Tier) -> str:
    """Hold libraries that are not imported yet to the vectors of a tier, and say so."""
    if tier is not AVX2:
        return "as installed"
    os.environ.update(AVX2_ONLY)
    return "held to AVX2"
