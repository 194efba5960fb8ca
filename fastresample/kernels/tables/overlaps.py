"""Windows of cells ``[i * step, (i + 1) * step)``: what each sample has in common with them, and whole blocks."""

import math

import numpy as np


def overlaps(numbers, first, count, weights):
    """Numbers: step >= 1, n_in. Shares of each cell, rounded to float32; shares of less than 1/1000 sample are dropped.

    A cell that the axis cuts short is divided by what is left of it.
    """
    step, n_in = numbers[0], numbers[1]
    peak = 0.0
    for i in range(first.size):
        low = i * step
        high = low + step
        width = min(step, n_in - low)
        last = min(float(math.floor(high)), n_in - 1.0)
        inner = min(float(math.ceil(low)), last)  # the first sample that lies inside as a whole
        start = inner
        n = 0
        if inner - low > 1e-3:
            start -= 1.0
            weights[i, 0] = np.float32((inner - low) / width)
            n = 1
        for _ in range(int(last - inner)):
            weights[i, n] = np.float32(1.0 / width)
            n += 1
        if high - last > 1e-3:
            weights[i, n] = np.float32(min(min(high - last, 1.0), width) / width)
            n += 1
        first[i] = int(start)
        count[i] = n
        for k in range(n):
            peak = max(peak, weights[i, k])
    return peak


BUILDERS = (overlaps,)
