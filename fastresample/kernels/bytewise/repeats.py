"""Where tables repeat, as those of simple ratios do: what is packed of one period serves all of them."""

import numpy as np

from fastresample.kernels.common import forced

_U = np.uintp
_LONGEST = 64


@forced
def repeated(first, flat, taps):
    """Return windows [begin, end) that are those a period earlier, moved on, and the period; none if begin = end.

    Each has ``taps`` weights, one window after the other in ``flat``. Periods are looked for in the middle, for windows
    near the ends differ.
    """
    n, middle = first.size, first.size // 2
    for period in range(1, min(_LONGEST, (n - middle) // 2) + 1):
        advance, apart, begin, end = first[_U(middle + period)] - first[_U(middle)], period * taps, middle, middle
        # From the middle on, one period and then many windows at once and one by one; then the same towards the start.
        for step in (period, 32, 1):
            while end + step <= n - period:
                same = True
                for i in range(_U(end), _U(end + step)):
                    same &= first[i + _U(period)] - first[i] == advance
                for j in range(_U(end * taps), _U((end + step) * taps)):
                    same &= flat[j + _U(apart)] == flat[j]
                if not same:
                    break
                end += step
            if end == middle:
                break
        if end == middle:
            continue
        for step in (32, 1):
            while begin >= step:
                same = True
                for i in range(_U(begin - step), _U(begin)):
                    same &= first[i + _U(period)] - first[i] == advance
                for j in range(_U((begin - step) * taps), _U(begin * taps)):
                    same &= flat[j + _U(apart)] == flat[j]
                if not same:
                    break
                begin -= step
        return begin + period, end + period, period
    return n, n, 1


@forced
def repeated_chunks(begin, end, period, channels, lanes):
    """Return the chunks of so many lanes that repeat when such pixels do, and how many chunks earlier their like lies.

    Lanes are pixels' channels in turn.
    """
    a, b = period * channels, lanes
    while b:
        a, b = b, a % b
    apart = period * channels // a
    # The chunk's own pixels and those that many chunks earlier all lie behind the first of a period.
    return ((begin - period) * channels + lanes - 1) // lanes + apart, end * channels // lanes, apart
