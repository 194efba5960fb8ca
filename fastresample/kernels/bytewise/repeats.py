"""Where tables repeat, as those of simple ratios do: what is packed of one period serves all of them."""

import numpy as np

from fastresample.kernels.common import forced

_U = np.uintp
_LONGEST = 64


@forced
def repeated_chunks(first, flat, taps, channels, lanes, furthest):
    """Return chunks [begin, end) of so many samples that are those some chunks earlier, moved on, and how many earlier.

    None are where begin = end, behind the last. Samples are pixels' channels in turn; the window of pixel x begins with
    sample ``first[x]``, and its ``taps`` weights are in ``flat``. Periods are looked for in the middle: near the ends
    windows differ. No window of a chunk that repeats begins behind ``furthest``, in samples of all channels.
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
        end += period
        while end > begin and first[_U(end - 1)] * channels > furthest:
            end -= 1
        a, b = period * channels, lanes
        while b:
            a, b = b, a % b
        # The chunk's own samples and those so many chunks earlier all lie in windows that repeat.
        start, stop, before = (begin * channels + lanes - 1) // lanes, end * channels // lanes, period * channels // a
        if start + before < stop:
            return start + before, stop, before
        break
    none = (n * channels + lanes - 1) // lanes
    return none, none, 1
