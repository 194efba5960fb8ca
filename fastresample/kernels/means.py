"""How the samples of a block are added and how the sum becomes their mean: helpers of blocks.py."""

import numpy as np

from fastresample.kernels.common import inline

_U = np.uintp


@inline
def finished(total, number, high, wide, whole, limits, integral, extents, quarter, half_up, inverse):
    """Return the mean of ``high * wide`` samples whose sum, of the type ``number``, is ``total``."""
    lowest, highest = limits
    n = np.int64(high) * np.int64(wide)
    if extents:
        return number(number(total / number(high)) / number(wide))
    if half_up:
        units = np.float32((n * np.int64(256)) & np.int64(0xFFFFFFFF))  # a 32-bit number, which large blocks overflow
        share = np.uint32(np.float32(2.0**32) / units) if units > np.float32(0.0) else np.uint32(0)
        return np.uint32(np.uint32(np.uint32(total) + np.uint32(n // 2)) * share) >> np.uint32(24)
    if inverse:
        exact = np.float64(total) * (1.0 / np.float64(n))
        if integral:
            exact = min(max(np.trunc(exact + (0.5 if exact >= 0.0 else -0.5)), lowest), highest)
        return exact
    if integral:
        ratio = np.float32(total) * np.float32(np.float32(1.0) / np.float32(n))
        mean = np.rint(ratio if whole else np.float32(np.float32(total) / np.float32(n)))
        if quarter and whole:
            mean = np.float32(np.int32(np.int32(total) + np.int32(2)) >> np.int32(2))
        return min(max(mean, np.float32(lowest)), np.float32(highest))
    if whole:
        return number(total * number(np.float32(1.0) / np.float32(n)))
    return number(np.float32(total) / np.float32(n))


@inline
def sample_at(pixels, direct, r, x, c, channels):
    """Return one sample of an image of flat rows, or of any (rows, columns, channels)."""
    if direct:
        return pixels[r, x * channels + c]
    return pixels[r, x, c]


@inline
def sum_singly(pixels, direct, number, top, high, left, wide, c, channels):
    """Add the samples of a block one by one, row by row."""
    total = number(0)
    for r in range(top, top + high):
        for x in range(left, left + wide):
            total = number(total + number(sample_at(pixels, direct, r, x, c, channels)))
    return total


@inline
def sum_fours(pixels, direct, number, group, top, high, left, wide, c, channels):
    """Add the samples of a block row by row in groups of four, each added first in the type ``group``."""
    total, four = number(0), group(0)
    taken, grouped = _U(0), high * wide // _U(4) * _U(4)
    for r in range(top, top + high):
        for x in range(left, left + wide):
            value = group(sample_at(pixels, direct, r, x, c, channels))
            if taken >= grouped:
                total = number(total + number(value))
            elif taken % _U(4) == _U(0):
                four = value
            else:
                four = group(four + value)
                if taken % _U(4) == _U(3):
                    total = number(total + number(four))
            taken += _U(1)
    return total


@inline
def sum_pairs(pixels, direct, number, top, left, c, channels):
    """Add a 2 x 2 block: the sum of the upper pair to that of the lower pair."""
    below, right = top + _U(1), left + _U(1)
    a = number(sample_at(pixels, direct, top, left, c, channels))
    b = number(sample_at(pixels, direct, top, right, c, channels))
    d = number(sample_at(pixels, direct, below, left, c, channels))
    e = number(sample_at(pixels, direct, below, right, c, channels))
    return number(number(a + b) + number(d + e))


@inline
def sum_squares(pixels, direct, number, group, sample, top, high, left, wide, c, channels):
    """Add the samples of a block in groups of 2 x 2, each added first in the sample's type, where integers wrap."""
    total = number(0)
    for r in range(top, top + high, _U(2)):
        for x in range(left, left + wide, _U(2)):
            square = group(sample_at(pixels, direct, r, x, c, channels))
            if x + _U(1) < left + wide:
                square = group(square + group(sample_at(pixels, direct, r, x + _U(1), c, channels)))
            if r + _U(1) < top + high:
                square = group(square + group(sample_at(pixels, direct, r + _U(1), x, c, channels)))
                if x + _U(1) < left + wide:
                    square = group(square + group(sample_at(pixels, direct, r + _U(1), x + _U(1), c, channels)))
            total = number(total + number(sample(square)))
    return total


@inline
def fill_cut(pixels, row, begin, top, high, fx, cx, number, limits, integral, extents, quarter, half_up, inverse):
    """Fill a row from pixel ``begin`` on: means of blocks that the image's end cuts, added one by one."""
    channels = _U(row.size) // _U(fx.size)
    for x in range(begin, _U(fx.size)):
        left, wide = _U(fx[x]), _U(cx[x])
        for c in range(channels):
            total = sum_singly(pixels, True, number, _U(top), _U(high), left, wide, c, channels)
            mean = finished(total, number, high, wide, False, limits, integral, extents, quarter, half_up, inverse)
            row[x * channels + c] = row.dtype.type(mean)


@inline
def add_rows(sums, fresh, paired, a, b):
    """Add one row, or a pair, to the row of sums; the first ones set it."""
    number = sums.dtype.type
    n = _U(sums.size)
    if fresh and paired:
        for i in range(n):
            sums[i] = number(number(a[i]) + number(b[i]))
    elif fresh:
        for i in range(n):
            sums[i] = number(a[i])
    elif paired:
        for i in range(n):
            sums[i] = number(sums[i] + number(number(a[i]) + number(b[i])))
    else:
        for i in range(n):
            sums[i] = number(sums[i] + number(a[i]))


@inline
def add_columns(sums, totals, channels, first, count):
    """Add the columns of each block of a row of sums."""
    number = totals.dtype.type
    for x in range(_U(first.size)):
        start, here = _U(first[x]) * channels, x * channels
        for c in range(channels):
            total = number(0)
            for k in range(_U(count[x])):
                total = number(total + sums[start + k * channels + c])
            totals[here + c] = total


@inline
def group_count(squares, high, wide):
    """Return into how many groups the samples of a block are put."""
    if squares:
        return (high + 1) // 2 * ((wide + 1) // 2)
    return high * wide // 4 + high * wide % 4


@inline
def group_member(squares, high, wide, g, k):
    """Return the size of a block's group g, and row and column of its sample k.

    Groups are squares of 2 x 2 samples, at odd edges of two or one; or four samples in reading order, the rest singly.
    """
    if squares:
        across = (wide + 1) // 2
        r, x = g // across * 2, g % across * 2
        tall, broad = min(2, high - r), min(2, wide - x)
        return tall * broad, r + k // broad % tall, x + k % broad
    fours = high * wide // 4
    size, first = (4, 4 * g) if g < fours else (1, 3 * fours + g)
    t = first + min(k, size - 1)
    return size, t // wide, t % wide


@inline
def add_group(totals, first, span, number, group, wraps, size, rows, offsets):
    """Add one, two or four samples of each block to its total; they are added first in the type ``group``.

    Blocks ``begin`` to ``end`` start at the pixels ``first``; rows and offsets say where the group lies in a block.
    ``wraps``: the group's sum is kept in the sample's type. Strides of several channels come from the table, for
    vectors that gather single samples are slower than none (three times).
    """
    begin, end, channels, step = span
    a, b, d, e = rows
    i, j, k, m = offsets
    if size == 4:
        for x in range(begin, end):
            start, here = x * step if channels == 1 else _U(first[x]) * channels, x * channels
            for c in range(channels):
                value = group(group(a[start + i + c]) + group(b[start + j + c]))
                value = group(group(value + group(d[start + k + c])) + group(e[start + m + c]))
                if wraps:
                    value = group(a.dtype.type(value))
                totals[here + c] = number(totals[here + c] + number(value))
    else:
        for x in range(begin, end):
            start, here = x * step if channels == 1 else _U(first[x]) * channels, x * channels
            for c in range(channels):
                value = group(a[start + i + c])
                if size == 2:
                    value = group(value + group(b[start + j + c]))
                if wraps:
                    value = group(a.dtype.type(value))
                totals[here + c] = number(totals[here + c] + number(value))


@inline
def add_pairs(totals, first, samples, channels, number, a, b):
    """Set the first totals to the sums of 2 x 2 blocks: that of the upper pair plus that of the lower pair."""
    for x in range((samples + channels - _U(1)) // channels):
        left, here = _U(2) * x if channels == 1 else _U(first[x]) * channels, x * channels
        right = left + channels
        for c in range(channels):
            if here + c < samples:
                upper = number(number(a[left + c]) + number(a[right + c]))
                totals[here + c] = number(upper + number(number(b[left + c]) + number(b[right + c])))


@inline
def halve_row(upper, lower, target, columns, channels, wide):
    """Set ``columns`` pixels to the means of 2 x 2 integers, ties up; ``wide`` holds four samples."""
    sample = target.dtype.type
    for x in range(columns):
        left, here = _U(2) * x * channels, x * channels
        for c in range(channels):
            a, b = wide(upper[left + c]), wide(upper[left + channels + c])
            d, e = wide(lower[left + c]), wide(lower[left + channels + c])
            top, bottom = wide(a + b), wide(d + e)
            target[here + c] = sample(wide(wide(top + bottom) + wide(2)) >> wide(2))


# Pixels of four samples lie too far apart to make vectors of every other one. Sums of neighbours are made from every
# pixel on, and one in two is then kept: a ``word`` of four samples at once.


@inline
def add_pairs_of_four(totals, columns, number, a, b, every, word):
    """Like `add_pairs` for pixels of four samples; ``every`` is as long as the rows."""
    for i in range(_U(8) * columns - _U(4)):
        upper = number(number(a[i]) + number(a[i + _U(4)]))
        every[i] = number(upper + number(number(b[i]) + number(b[i + _U(4)])))
    pixels, kept = every.view(word), totals.view(word)
    for x in range(columns):
        kept[x] = pixels[_U(2) * x]


@inline
def halve_row_of_fours(upper, lower, target, columns, wide, every, kept, word):
    """Like `halve_row` for pixels of four samples; ``every`` is as long as the rows, ``kept`` as the result."""
    for i in range(_U(8) * columns - _U(4)):
        top = wide(wide(upper[i]) + wide(upper[i + _U(4)]))
        bottom = wide(wide(lower[i]) + wide(lower[i + _U(4)]))
        every[i] = wide(wide(top + bottom) + wide(2)) >> wide(2)
    pixels, halved = every.view(word), kept.view(word)
    for x in range(columns):
        halved[x] = pixels[_U(2) * x]
    for i in range(_U(4) * columns):
        target[i] = kept[i]
