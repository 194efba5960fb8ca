"""Where tables repeat, as those of simple ratios do: what is packed of one period serves all of them."""

from fastresample.kernels.common import forced, inline

_LONGEST = 64


@forced
def _repeats(first, flat, taps, period, advance, i):
    """Whether window i is the one ``period`` further on, moved back by ``advance``."""
    if first[i + period] - first[i] != advance:
        return False
    for j in range(i * taps, (i + 1) * taps):
        if flat[j + period * taps] != flat[j]:
            return False
    return True


@inline
def repeated_chunks(first, flat, taps, channels, lanes, furthest):
    """Return chunks [begin, end) of so many samples that are those some chunks earlier, moved on, and how many earlier.

    None are where begin = end, behind the last. Samples are pixels' channels in turn; the window of pixel x begins with
    sample ``first[x]``, and its ``taps`` weights are in ``flat``. Periods are looked for in the middle: near the ends
    windows differ. No window of a chunk that repeats begins behind ``furthest``, in samples of all channels.
    """
    n, middle = first.size, first.size // 2
    for period in range(1, min(_LONGEST, (n - middle) // 2) + 1):
        advance, begin, end = first[middle + period] - first[middle], middle, middle
        while end < n - period and _repeats(first, flat, taps, period, advance, end):
            end += 1
        if end < middle + period:
            continue
        while begin > 0 and _repeats(first, flat, taps, period, advance, begin - 1):
            begin -= 1
        end += period
        while end > begin and first[end - 1] * channels > furthest:
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
