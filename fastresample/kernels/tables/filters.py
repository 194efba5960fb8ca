"""The continuous filters h(x) as scalar functions; what each code means is a row of ``filters.FILTERS``."""

import math

import numpy as np

from fastresample import codes
from fastresample.kernels.common import forced

# Coefficients of Taylor's series of the sine from the third power on.
_3, _5, _7, _9 = (1.0 / -math.factorial(3), 1.0 / math.factorial(5), 1.0 / -math.factorial(7), 1.0 / math.factorial(9))
_11, _13, _15 = (1.0 / -math.factorial(11), 1.0 / math.factorial(13), 1.0 / -math.factorial(15))
_17, _19, _21 = (1.0 / math.factorial(17), 1.0 / -math.factorial(19), 1.0 / math.factorial(21))


@forced
def sine(x):
    """``sin(pi x)``, ``x >= 0``; exactly 0 at whole numbers, for it is taken of the distance to the nearest one.

    Up to pi / 2 the series errs by less than 1e-16; unlike a C library's sine it is the same everywhere, and faster.
    """
    whole = np.floor(x + 0.5)
    y = math.pi * (x - whole)
    t = y * y
    series = ((((((((_21 * t + _19) * t + _17) * t + _15) * t + _13) * t + _11) * t + _9) * t + _7) * t + _5) * t + _3
    value = y + y * (series * t)
    return value if np.floor(0.5 * whole) == 0.5 * whole else -value


@forced
def cubic(b, c, x):
    """Mitchell and Netravali's family; Keys' cubic is ``b = 0, c = -a``."""
    if x < 1.0:
        return (((12.0 - 9.0 * b - 6.0 * c) * x + (12.0 * b + 6.0 * c - 18.0)) * x * x + (6.0 - 2.0 * b)) / 6.0
    rest = max(2.0 - x, 0.0)  # in powers of the distance to the end nothing cancels
    return ((b + 6.0 * c) * rest - 6.0 * c) * rest * rest / 6.0


@forced
def filter_value(code, a, b, x):
    """Weight of the filter ``code`` with parameters a, b at the distance ``x >= 0``, in its own (stretched) unit."""
    if code == codes.TRIANGLE:
        return max(1.0 - x, 0.0)
    if code == codes.BOX:
        return 1.0 if x < 0.5 else 0.5 if x == 0.5 else 0.0
    if code == codes.CUBIC:
        return cubic(a, b, x)
    if code == codes.LANCZOS or code == codes.HAMMING:
        if x == 0.0:
            return 1.0
        other = sine(x / a if code == codes.LANCZOS else x + 0.5)
        window = other * a / (math.pi * x) if code == codes.LANCZOS else 0.54 + 0.46 * other
        return sine(x) / (math.pi * x) * window
    if code == codes.GAUSSIAN:
        return math.exp(-x * x / (2.0 * a * a))
    return math.nan


@forced
def weigh(code, a, b, weights, begin, end):
    """Replace the distances [begin, end) by their weights, as `filter_value`; vectors serve what is costly."""
    begin, end = np.uintp(begin), np.uintp(end)
    if code == codes.CUBIC:
        for k in range(begin, end):
            weights[k] = cubic(a, b, weights[k])
    elif code == codes.LANCZOS or code == codes.HAMMING:
        lanczos = code == codes.LANCZOS
        for k in range(begin, end):
            x = weights[k]
            apart = x if x != 0.0 else 1.0
            other = sine(x / a if lanczos else x + 0.5)
            window = other * a / (math.pi * apart) if lanczos else 0.54 + 0.46 * other
            value = sine(x) / (math.pi * apart) * window
            weights[k] = 1.0 if x == 0.0 else value
    elif code == codes.TRIANGLE:
        for k in range(begin, end):
            weights[k] = max(1.0 - weights[k], 0.0)
    else:
        for k in range(begin, end):
            x = weights[k]
            if code == codes.BOX:
                weights[k] = 1.0 if x < 0.5 else 0.5 if x == 0.5 else 0.0
            else:
                weights[k] = math.exp(-x * x / (2.0 * a * a))
