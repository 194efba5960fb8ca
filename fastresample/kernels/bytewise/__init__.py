"""Images of bytes by explicit vectors: rows are flat, lanes are bytes or sums of bytes, whatever the channels.

Every variant here gives the bits of the plain kernels. They need `fastresample.kernels.tiers.VBMI`,
narrow ones only AVX2.
"""
