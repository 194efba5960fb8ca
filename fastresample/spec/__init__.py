"""Frozen specs and all argument checks: what passes here, no kernel can choke on."""

from fastresample.spec.arrays import check_image, check_out, check_shape
from fastresample.spec.resize import Axis, ResizeSpec, resize_spec

__all__ = ["Axis", "ResizeSpec", "check_image", "check_out", "check_shape", "resize_spec"]
