"""Weighted sums in float32 or float64 by explicit vectors, whatever the samples, in each order that `codes` has.

Along a row the lanes are rows, so that every window is weighed as the plain kernel weighs it; down the columns they are
samples of a row. Every variant gives the bits of the plain kernel. They need `fastresample.kernels.tiers.VBMI`.
"""
