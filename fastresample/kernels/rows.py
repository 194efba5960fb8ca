"""What is done with whole rows of samples: filter one along its length, add several, store one; for separable.py.

Helpers know multiply and add only. Which of them runs is a Boolean known when a kernel is compiled, so that the others
are pruned before typing.
"""

import numpy as np

from fastresample import codes
from fastresample.kernels.common import inline
from fastresample.kernels.fused import fused

# Indices are unsigned throughout: a signed index costs a wraparound test at each access (1.3 to 1.5 times in all).
_U = np.uintp


@inline
def weigh_row(line, sums, weight):
    """Set ``sums = weight * line``: a row that is not filtered along its length."""
    number = sums.dtype.type
    w = number(weight)
    for i in range(_U(sums.size)):
        sums[i] = number(number(line[i]) * w)


@inline
def filter_two(line, sums, channels, padded, fuse, first, count, weights):
    """Set ``sums[x, c]`` to the weighted sum of pixels ``first[x]`` and the next, on flat interleaved rows.

    Where a table is not padded, ``count`` says whether the second one is read at all (0 * NaN must not happen).
    """
    number = sums.dtype.type
    c_n = _U(channels)
    for x in range(_U(first.size)):
        near, here = _U(first[x]) * c_n, x * c_n
        far = near + c_n
        w0, w1 = number(weights[x, _U(0)]), number(weights[x, _U(1)])
        if channels == 4 and padded:
            # All four before the first store, which might alias a later load: LLVM keeps loads and stores in order.
            a0 = number(number(number(line[near]) * w0) + number(number(line[far]) * w1))
            a1 = number(number(number(line[near + _U(1)]) * w0) + number(number(line[far + _U(1)]) * w1))
            a2 = number(number(number(line[near + _U(2)]) * w0) + number(number(line[far + _U(2)]) * w1))
            a3 = number(number(number(line[near + _U(3)]) * w0) + number(number(line[far + _U(3)]) * w1))
            sums[here], sums[here + _U(1)], sums[here + _U(2)], sums[here + _U(3)] = a0, a1, a2, a3
        elif padded or count[x] == 2:
            for c in range(c_n):
                if fuse:
                    sums[here + c] = fused(number(line[near + c]), w0, number(number(line[far + c]) * w1))
                else:
                    sums[here + c] = number(number(number(line[near + c]) * w0) + number(number(line[far + c]) * w1))
        else:
            for c in range(c_n):
                sums[here + c] = number(number(line[near + c]) * w0)


@inline
def filter_words(line, sums, channels, first, weights):
    """Set ``sums[x, c]`` to the sum of ``weights[x, k] * line[first[x] + k, c]``, integers in any order."""
    # All channels of a pixel together, each in a variable of its own: 2 to 8 times as fast as one after the other.
    number = sums.dtype.type
    c_n, n = _U(channels), _U(weights.shape[1])
    for x in range(_U(first.size)):
        here, place = x * c_n, _U(first[x]) * c_n
        if channels == 3 or channels == 4:
            a0, a1, a2, a3 = number(0), number(0), number(0), number(0)
            for k in range(n):
                w, there = number(weights[x, k]), place + k * c_n
                a0 = number(a0 + number(number(line[there]) * w))
                a1 = number(a1 + number(number(line[there + _U(1)]) * w))
                a2 = number(a2 + number(number(line[there + _U(2)]) * w))
                if channels == 4:
                    a3 = number(a3 + number(number(line[there + _U(3)]) * w))
            sums[here], sums[here + _U(1)], sums[here + _U(2)] = a0, a1, a2
            if channels == 4:
                sums[here + _U(3)] = a3
        else:
            for c in range(c_n):
                a0 = number(0)
                for k in range(n):
                    a0 = number(a0 + number(number(line[place + k * c_n + c]) * number(weights[x, k])))
                sums[here + c] = a0


@inline
def filter_inward(line, sums, channels, first, count, weights):
    """Set ``sums[x, c]`` to the sum over k of ``weights[x, k] * line[first[x] + k, c]``, from both ends inwards."""
    number = sums.dtype.type
    c_n = _U(channels)
    for x in range(_U(first.size)):
        n = _U(count[x])
        start, here = _U(first[x]) * c_n, x * c_n
        for c in range(c_n):
            total = number(0)
            low, high = start + c, start + c + (n - _U(1)) * c_n
            for k in range(n // _U(2)):
                a = number(number(line[low + k * c_n]) * number(weights[x, k]))
                b = number(number(line[high - k * c_n]) * number(weights[x, n - _U(1) - k]))
                total = number(total + number(a + b))
            if n % _U(2):
                middle = n // _U(2)
                total = number(total + number(number(line[low + middle * c_n]) * number(weights[x, middle])))
            sums[here + c] = total


@inline
def filter_forward(line, sums, channels, fuse, blocked, first, count, weights):
    """Like `filter_inward`, first tap first: see ``codes.SUM_FORWARD``, ``SUM_FUSED`` and ``SUM_BLOCKED``."""
    number = sums.dtype.type
    c_n, block = _U(channels), _U(16 // sums.itemsize)
    for x in range(_U(first.size)):
        n = _U(count[x])
        start, here = _U(first[x]) * c_n, x * c_n
        plain = _U(1) + (n - _U(1)) // block * block
        for c in range(c_n):
            total = number(number(line[start + c]) * number(weights[x, _U(0)]))
            if fuse:
                if n > _U(1):
                    far = number(number(line[start + c_n + c]) * number(weights[x, _U(1)]))
                    total = fused(number(line[start + c]), number(weights[x, _U(0)]), far)
                for k in range(_U(2), n):
                    total = fused(number(line[start + k * c_n + c]), number(weights[x, k]), total)
            elif blocked:
                for k in range(_U(1), plain):
                    total = number(total + number(number(line[start + k * c_n + c]) * number(weights[x, k])))
                for k in range(plain, n):
                    total = fused(number(line[start + k * c_n + c]), number(weights[x, k]), total)
            else:
                for k in range(_U(1), n):
                    total = number(total + number(number(line[start + k * c_n + c]) * number(weights[x, k])))
            sums[here + c] = total


@inline
def add_rows(sums, fresh, paired, inward, a, weight_a, b, weight_b):
    """Set (``fresh``) or increase ``sums`` by ``weight_a * a`` and, ``paired``, by ``weight_b * b``.

    ``inward`` adds the two products first; otherwise the first is added, then the second.
    """
    number = sums.dtype.type
    wa, wb = number(weight_a), number(weight_b)
    n = _U(sums.size)
    if paired and fresh:
        for i in range(n):
            sums[i] = number(number(number(a[i]) * wa) + number(number(b[i]) * wb))
    elif paired:
        for i in range(n):
            one, two = number(number(a[i]) * wa), number(number(b[i]) * wb)
            if inward:
                sums[i] = number(sums[i] + number(one + two))
            else:
                sums[i] = number(number(sums[i] + one) + two)
    elif fresh:
        for i in range(n):
            sums[i] = number(number(a[i]) * wa)
    else:
        for i in range(n):
            sums[i] = number(sums[i] + number(number(a[i]) * wa))


@inline
def fuse_rows(sums, fresh, paired, a, weight_a, b, weight_b):
    """Like `add_rows`, each addition fused with its product; the first of a fresh pair is the fused one."""
    number = sums.dtype.type
    wa, wb = number(weight_a), number(weight_b)
    n = _U(sums.size)
    if paired and fresh:
        for i in range(n):
            sums[i] = fused(number(a[i]), wa, number(number(b[i]) * wb))
    elif paired:
        for i in range(n):
            sums[i] = fused(number(b[i]), wb, fused(number(a[i]), wa, sums[i]))
    elif fresh:
        for i in range(n):
            sums[i] = number(number(a[i]) * wa)
    else:
        for i in range(n):
            sums[i] = fused(number(a[i]), wa, sums[i])


@inline
def add_high(sums, a, weight_a, b, weight_b):
    """Set ``sums`` to the upper 16 bits of ``weight_a * a`` plus those of ``weight_b * b``, all 16-bit words."""
    number, wide, places = sums.dtype.type, np.int32, np.int32(16)
    wa, wb = wide(weight_a), wide(weight_b)
    for i in range(_U(sums.size)):
        high, other = number(wide(wide(a[i]) * wa) >> places), number(wide(wide(b[i]) * wb) >> places)
        sums[i] = number(high + other)


@inline
def _high_product(value, weight):
    """``value * weight * 2**-32`` of an int64 and a weight up to ``2**32``; the magnitude is rounded half up."""
    # Unsigned throughout, for the lowest integer has no opposite.
    magnitude, factor = np.uint64(value) if value >= 0 else ~np.uint64(value) + np.uint64(1), np.uint64(weight)
    low = np.uint64(np.uint64(magnitude & np.uint64(0xFFFFFFFF)) * factor + np.uint64(1 << 31)) >> np.uint64(32)
    whole = np.uint64(np.uint64(magnitude >> np.uint64(32)) * factor) + low
    return np.int64(whole if value >= 0 or whole == 0 else ~whole + np.uint64(1))


@inline
def add_wide(sums, a, weight_a, b, weight_b):
    """Set ``sums`` to the rounded upper halves of two products of 64-bit samples."""
    for i in range(_U(sums.size)):
        sums[i] = _high_product(a[i], weight_a) + _high_product(b[i], weight_b)


@inline
def gather_line(pixels, line, margin):
    """Copy one row of any layout, (columns, channels), into a contiguous line behind ``margin`` samples."""
    channels = _U(pixels.shape[1])
    for x in range(_U(pixels.shape[0])):
        for c in range(channels):
            line[_U(margin) + x * channels + c] = pixels[x, c]


@inline
def copy_line(row, line, length, margin):
    """Copy ``length`` samples of a row into a line behind ``margin`` samples."""
    for i in range(_U(length)):
        line[_U(margin) + i] = row[i]


@inline
def repeat_edges(line, length, margin, channels):
    """Repeat the outermost pixels of a line on the ``margin`` samples at each of its ends."""
    first, last = _U(margin), _U(margin + length - channels)
    for i in range(_U(margin)):
        line[i] = line[first + i % _U(channels)]
        line[last + _U(channels) + i] = line[last + i % _U(channels)]


@inline
def scatter_line(line, pixels):
    """Copy a contiguous line into one row of any layout, (columns, channels)."""
    channels = _U(pixels.shape[1])
    for x in range(_U(pixels.shape[0])):
        for c in range(channels):
            pixels[x, c] = line[x * channels + c]


@inline
def rounded(value, real, store, low, high):
    """Round a sum of the type ``real`` to a whole number as the code ``store`` says, clipped to the result's limits."""
    half = real(0.5)
    if store == codes.STORE_UP:
        whole = np.floor(real(value + half))
    elif store == codes.STORE_EVEN:
        whole = np.rint(value)
    else:
        whole = np.trunc(real(value - half)) if value < real(0) else np.trunc(real(value + half))
    if store == codes.STORE_AWAY_LOWEST:
        return whole if low <= whole and whole <= high else low
    return min(max(whole, low), high)


@inline
def store_cast(sums, row):
    """Keep the values."""
    number = row.dtype.type
    for i in range(_U(row.size)):
        row[i] = number(sums[i])


@inline
def store_plus(sums, row):
    """Keep the values, but none is -0."""
    real, number = sums.dtype.type, row.dtype.type
    for i in range(_U(row.size)):
        row[i] = number(real(sums[i] + real(0)))


@inline
def store_rounded(sums, row, store, lowest, highest):
    """Round real sums to integers."""
    real, number = sums.dtype.type, row.dtype.type
    low, high = real(lowest), real(highest)
    for i in range(_U(row.size)):
        row[i] = number(rounded(sums[i], real, store, low, high))


@inline
def store_shifted(sums, row, shift, lowest, highest):
    """Round fixed-point sums, ties up, and clip."""
    whole, number = sums.dtype.type, row.dtype.type
    half, places = whole((1 << shift) >> 1), whole(shift)
    low, high = whole(lowest), whole(highest)
    for i in range(_U(row.size)):
        row[i] = number(min(max(whole(whole(sums[i] + half) >> places), low), high))


@inline
def store_floor(sums, row, shift):
    """Drop fraction bits; what is left fits."""
    whole, number = sums.dtype.type, row.dtype.type
    places = whole(shift)
    for i in range(_U(row.size)):
        row[i] = number(sums[i] >> places)
