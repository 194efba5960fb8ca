"""Named small integers shared by the planner and the kernels; imports nothing.

A code is fixed before the first pixel: inside a kernel it is a compile-time constant whose branches are pruned.
"""

# Filters: which scalar function of kernels/tables/filters.py gives the weight at a distance.
TRIANGLE = 0
BOX = 1  # the only one that weighs a sample on the very edge of its support
CUBIC = 2  # parameters B, C
LANCZOS = 3  # parameter: lobes
HAMMING = 4
GAUSSIAN = 5  # parameter: sigma
MKS2013 = 6
MKS2021 = 7

# Sums: in which order a window's products are added, and which additions are fused with their product.
SUM_INWARD = 0  # from both ends inwards: mirrored inputs give mirrored sums; the only one for padded integer tables
SUM_FORWARD = 1  # first tap first
SUM_BACKWARD = 2  # last tap first for whole groups of samples of a row, forward for the rest
SUM_FUSED = 3  # forward; fma(p0, w0, p1 * w1), then fma(p, w, sum)
SUM_BLOCKED = 4  # forward; whole blocks of 128 bits of taps behind the first are not fused, the rest are
SUM_HIGH = 5  # two taps: the upper 16 bits of each 32-bit product are added
SUM_WIDE = 6  # two taps: 64-bit samples by 33-bit weights, each product rounded to 2**-32 of itself (magnitude half up)

# Stores: how a sum becomes a stored sample.
STORE_CAST = 0  # keep the value
STORE_UP = 1  # floating-point sum, integer sample: floor(sum + 1/2), clipped once
STORE_SHIFT = 2  # integer sum and sample: (sum + half) >> shift (ties up), clipped once
STORE_EVEN = 3  # floating-point sum, integer sample: to nearest, ties to even, clipped once
STORE_AWAY = 4  # floating-point sum, integer sample: to nearest, ties away from zero, clipped once
STORE_AWAY_LOWEST = 5  # the same, but what does not fit becomes the lowest integer
STORE_FLOOR = 6  # integer sum and sample: sum >> shift, not clipped
STORE_PLUS = 7  # floating point: keep the value, but -0 becomes +0, as in sums that begin with 0

# Weights: how a real weight becomes one of the table's dtype.
WEIGHT_REAL = 0  # cast
WEIGHT_CUT = 1  # at most `bits` fraction bits, cut from the running sum: each row sums to one exactly; words or real
WEIGHT_AWAY = 2  # exactly `bits` fraction bits, ties away from zero
WEIGHT_FIT = 3  # the same with as many bits, at most `bits`, as keep the table's largest weight in 16 bits
WEIGHT_EVEN = 4  # exactly `bits` fraction bits, ties to even
WEIGHT_EVEN_REAL = 5  # the same, kept as a real number: n * 2**-(2 * bits)

# Means of blocks: how the samples are added. A block is whole where the axis's end does not cut it.
MEAN_SINGLY = 0  # one by one, row by row; integers exactly, in any order
MEAN_FOURS = 1  # whole blocks row by row in groups of four, each added first; others, and the rest, one by one
MEAN_PAIRS = 2  # whole 2 x 2 blocks by rows where their samples fill a row's groups of four; others as MEAN_FOURS
MEAN_SQUARES = 3  # whole blocks in groups of 2 x 2 added in the sample's type; others one by one
# and how a sum of n samples becomes a sample.
FINISH_EXTENTS = 0  # floating point: divided by the number of rows, then of columns
FINISH_RECIPROCAL = 1  # whole blocks: times float32(1 / n); others: float32(sum) / float32(n); integers ties to even
FINISH_QUARTER = 2  # integers, whole 2 x 2 blocks: ties up; others as FINISH_RECIPROCAL
FINISH_HALF_UP = 3  # integers: (sum + n // 2) times 1 / n of 24 fraction bits, cut off
FINISH_INVERSE = 4  # times float64(1 / n); integers ties away from zero

# Orders of the two passes over an image.
HORIZONTAL_FIRST = 0
VERTICAL_FIRST = 1

# Tap counts with a loop of their own; ANY reads the count from the table.
ANY = 0
IDENTITY = 1
TWO = 2

# Halfway between two samples, nearest takes
NEAREST_UP = 0  # the higher one
NEAREST_DOWN = 1  # the lower one
NEAREST_FLOOR = 2  # and everywhere: the sample at or below
NEAREST_CEIL = 3  # and everywhere: the sample at or above
