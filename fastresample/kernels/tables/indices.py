"""Index builders: the one source sample that each output copies."""

import math


def nearest(numbers, index):
    """Numbers: stride, offset, unit, n_in; output i lies at ``(stride * i + offset) / unit``; halfway goes up."""
    stride, offset, unit, n_in = numbers[0], numbers[1], numbers[2], numbers[3]
    for i in range(index.size):
        position = math.floor((2.0 * (stride * i + offset) + unit) / (2.0 * unit))
        index[i] = min(max(position, 0.0), n_in - 1.0)


BUILDERS = (nearest,)
