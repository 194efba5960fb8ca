"""Where tables repeat, as those of simple ratios do: what is packed of one period serves all of them."""

import numpy as np

from fastresample.kernels.common import forced

_U = np.uintp
_LONGEST = 64


@forced
def repeated(first, weights):
    """Return windows [begin, end) that are those a period earlier, moved on; the period; and by how much: none are 0.

    Periods are looked for in the middle, for near the ends windows differ.
    """
    n, taps = first.size, weights.shape[1]
    middle = n // 2
    for period in range(1, min(_LONGEST, (n - middle) // 2) + 1):
        advance, same = first[_U(middle + period)] - first[_U(middle)], True
        for i in range(_U(middle), _U(middle + period)):
            there = i + _U(period)
            same &= first[there] - first[i] == advance
            for k in range(_U(taps)):
                same &= weights[there, k] == weights[i, k]
            if not same:
                break
        if same:
            begin, end = middle, middle + 2 * period
            while end < n and first[_U(end)] - first[_U(end - period)] == advance:
                for k in range(_U(taps)):
                    same &= weights[_U(end), k] == weights[_U(end - period), k]
                if not same:
                    break
                end += 1
            same = True
            while begin > 0 and first[_U(begin + period - 1)] - first[_U(begin - 1)] == advance:
                for k in range(_U(taps)):
                    same &= weights[_U(begin - 1), k] == weights[_U(begin + period - 1), k]
                if not same:
                    break
                begin -= 1
            return begin + period, end, period, np.int64(advance)
    return n, n, 1, np.int64(0)


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
