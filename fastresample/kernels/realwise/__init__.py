"""Weighted sums in real numbers by explicit vectors, whatever the samples: float32 or float64, each sum as `codes` says.

Along a row the lanes are rows, so that every window is weighed as the plain kernel weighs it; down the columns they are
samples of a row. Every variant gives the bits of the plain kernel. They need `fastresample.kernels.tiers.VBMI`.
"""
