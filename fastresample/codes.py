"""Named small integers shared by the planner and the kernels; imports nothing.

A code is fixed before the first pixel: inside a kernel it is a compile-time constant whose branches are pruned.
"""

# Filters: which scalar function of kernels/tables.py gives the weight at a distance.
TRIANGLE = 0

# Stores: how a sum becomes a stored sample.
STORE_CAST = 0  # floating point: keep the value
STORE_ROUND = 1  # floating-point sum, integer sample: floor(sum + 1/2), clipped once
STORE_SHIFT = 2  # fixed-point sum, integer sample: (sum + half) >> shift (ties up), clipped once

# Orders of the two passes over an image.
HORIZONTAL_FIRST = 0
VERTICAL_FIRST = 1

# Tap counts with a loop of their own; ANY reads the count from the table.
ANY = 0
IDENTITY = 1
TWO = 2
