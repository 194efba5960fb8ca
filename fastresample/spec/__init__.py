"""Frozen specs and all argument checks: what passes here, no kernel can choke on."""

from fastresample.spec.arrays import check_image, check_out, check_shape
from fastresample.spec.resize import ALIASES, Axis, ResizeSpec, check_method, check_room, resize_spec

__all__ = [
    "ALIASES",
    "Axis",
    "ResizeSpec",
    "check_image",
    "check_method",
    "check_out",
    "check_room",
    "check_shape",
    "resize_spec",
]
