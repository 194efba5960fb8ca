"""Two-dimensional means: of blocks of samples, and exact halving, where two linear taps of 1/2 each way are one.

A block's sum is rounded once. Where the sums are integers, whole rows are added first, many samples at a time; where
the order of additions counts, each block is added in it.
"""

from typing import Any, NamedTuple

import numpy as np

from fastresample import codes
from fastresample.kernels.common import Kernel
from fastresample.kernels.means import (
    add_columns,
    add_group,
    add_pairs,
    add_pairs_of_four,
    add_rows,
    fill_cut,
    finished,
    group_count,
    group_member,
    halve_row,
    halve_row_of_fours,
    sum_fours,
    sum_pairs,
    sum_singly,
    sum_squares,
)
from fastresample.kernels.rows import gather_line, scatter_line

_U = np.uintp

# A pixel of four samples, by the bytes of one.
_PIXEL: dict[int, Any] = {1: np.uint32, 2: np.uint64, 4: np.complex128}


class Specialisation(NamedTuple):
    """What is fixed when an exact halving is compiled; types are NumPy scalar types."""

    channels: int  # 1, 3, 4 or 0 = given at run time
    store: int  # codes.STORE_*: integers are rounded with ties up, floating point is kept
    sample: Any
    wide: Any  # holds four samples (integers), or the sum of the plain arithmetic


def make_halve(special: Specialisation) -> Kernel:
    """Return the stage for one specialisation; source and output are C-contiguous (planes, rows, columns * channels).

    Integers: ``(a + b + c + d + 2) >> 2``, which is what the separable stage gives, whose sums are exact here.
    Floating point: the sums of the separable stage, horizontal first.
    """
    channels, store, sample, wide = special
    whole = store != codes.STORE_CAST
    four = channels == 4 and whole
    word = _PIXEL.get(np.dtype(sample).itemsize)

    def halve(src, out, begin, end, layout, fx, cx, wx, fy, cy, wy, shifts):
        c_n = _U(channels if channels else layout[0])
        rows = out.shape[1]
        columns = _U(out.shape[2]) // c_n
        if four:
            every, kept = np.empty(columns * 8, sample), np.empty(columns * 4, sample)
        for row in range(begin, end):
            p, y = row // rows, row % rows
            upper, lower, target = src[p, 2 * y], src[p, 2 * y + 1], out[p, y]
            if four:
                halve_row_of_fours(upper, lower, target, columns, wide, every, kept, word)
            elif whole:
                halve_row(upper, lower, target, columns, c_n, wide)
            else:
                half = wide(0.5)
                for x in range(columns):
                    left, here = _U(2) * x * c_n, x * c_n
                    for c in range(c_n):
                        a, b = wide(upper[left + c]), wide(upper[left + c_n + c])
                        d, e = wide(lower[left + c]), wide(lower[left + c_n + c])
                        one, two = wide(wide(a * half) + wide(b * half)), wide(wide(d * half) + wide(e * half))
                        target[here + c] = sample(wide(wide(one * half) + wide(two * half)))

    return halve


class MeanSpecialisation(NamedTuple):
    """What is fixed when a mean of blocks is compiled; types are NumPy scalar types."""

    channels: int  # 1, 3, 4 or 0 = given at run time
    direct: bool  # C-contiguous (planes, rows, columns * channels); else any (planes, rows, columns, channels)
    sample: Any
    sum: int  # codes.MEAN_*
    accumulator: Any
    finish: int  # codes.FINISH_*

    @property
    def limits(self) -> tuple[int, int]:
        """Return the range of integer samples."""
        kind = np.dtype(self.sample)
        return (int(np.iinfo(kind).min), int(np.iinfo(kind).max)) if kind.kind in "iu" else (0, 0)

    @property
    def finishes(self) -> list[bool]:
        """Say whether samples are integers and how sums are finished: Numba prunes Boolean branches before typing."""
        known = (codes.FINISH_EXTENTS, codes.FINISH_QUARTER, codes.FINISH_HALF_UP, codes.FINISH_INVERSE)
        return [np.dtype(self.sample).kind in "iu", *(self.finish == code for code in known)]


def make_mean(special: MeanSpecialisation) -> Kernel:
    """Return the stage that adds each block in the order that was asked for, for one specialisation.

    Numbers: rows and columns of a whole block, 0 where no block is whole.
    """
    channels, direct, sample, _, number, _ = special
    fours, pairs, squares = (special.sum == code for code in (codes.MEAN_FOURS, codes.MEAN_PAIRS, codes.MEAN_SQUARES))
    limits, (integral, extents, quarter, half_up, inverse) = special.limits, special.finishes
    group = np.int64 if integral else sample

    def mean(src, out, begin, end, layout, fx, cx, fy, cy, numbers):
        c_n = _U(channels if channels else layout[0])
        rows, columns = out.shape[1], _U(fx.size)
        whole_x = columns if cx[columns - _U(1)] == numbers[1] else columns - _U(1)
        paired = whole_x * c_n // _U(4) * _U(4)
        for row in range(begin, end):
            p, y = row // rows, row % rows
            top, high = _U(fy[y]), _U(cy[y])
            pixels, target = src[p], out[p, y]
            for x in range(columns):
                left, wide = _U(fx[x]), _U(cx[x])
                whole = cy[y] == numbers[0] and cx[x] == numbers[1]
                for c in range(c_n):
                    if pairs and whole and x * c_n + c < paired:
                        total = sum_pairs(pixels, direct, number, top, left, c, c_n)
                    elif (fours or pairs) and whole:
                        total = sum_fours(pixels, direct, number, group, top, high, left, wide, c, c_n)
                    elif squares and whole:
                        total = sum_squares(pixels, direct, number, group, sample, top, high, left, wide, c, c_n)
                    else:
                        total = sum_singly(pixels, direct, number, top, high, left, wide, c, c_n)
                    value = finished(
                        total, number, high, wide, whole, limits, integral, extents, quarter, half_up, inverse
                    )
                    if direct:
                        target[x * c_n + c] = sample(value)
                    else:
                        target[x, c] = sample(value)

    return mean


def make_mean_by_rows(special: MeanSpecialisation) -> Kernel:
    """Return the stage that adds whole rows first, for one specialisation: sums are integers, whose order is free."""
    channels, direct, sample, _, number, _ = special
    limits, (integral, extents, quarter, half_up, inverse) = special.limits, special.finishes

    def mean_by_rows(src, out, begin, end, layout, fx, cx, fy, cy, numbers):
        c_n = _U(channels if channels else layout[0])
        rows, columns = out.shape[1], _U(fx.size)
        whole_x = columns if cx[columns - _U(1)] == numbers[1] else columns - _U(1)
        sums, totals = np.empty(layout[1], number), np.empty(columns * c_n, number)
        if not direct:
            line_a, line_b = np.empty(layout[1], sample), np.empty(layout[1], sample)
            line_out = np.empty(totals.size, sample)
        for row in range(begin, end):
            p, y = row // rows, row % rows
            high = cy[y]
            for k in range(0, high, 2):
                paired = k + 1 < high
                near = fy[y] + k
                far = near + 1 if paired else near
                if direct:
                    a, b = src[p, near], src[p, far]
                else:
                    gather_line(src[p, near], line_a, 0)
                    gather_line(src[p, far], line_b, 0)
                    a, b = line_a, line_b
                add_rows(sums, k == 0, paired, a, b)
            add_columns(sums, totals, c_n, fx, cx)
            target = out[p, y] if direct else line_out
            for part in range(2):
                whole = part == 0 and high == numbers[0]
                begin_x, end_x = (_U(0), whole_x) if part == 0 else (whole_x, columns)
                wide = cx[_U(0)] if part == 0 else cx[columns - _U(1)]
                for i in range(begin_x * c_n, end_x * c_n):
                    value = finished(
                        totals[i], number, high, wide, whole, limits, integral, extents, quarter, half_up, inverse
                    )
                    target[i] = sample(value)
            if not direct:
                scatter_line(line_out, out[p, y])

    return mean_by_rows


def make_mean_by_quarters(special: MeanSpecialisation) -> Kernel:
    """Return the stage that takes 2 x 2 integers at once, for one specialisation; contiguous rows only."""
    channels, _, sample, _, number, _ = special
    limits, (integral, extents, quarter, half_up, inverse) = special.limits, special.finishes
    wide = np.uint16 if sample is np.uint8 else np.int32
    four, word = channels == 4, _PIXEL[np.dtype(sample).itemsize]

    def mean_by_quarters(src, out, begin, end, layout, fx, cx, fy, cy, numbers):
        c_n = _U(channels if channels else layout[0])
        rows, columns = out.shape[1], _U(fx.size)
        whole_x = columns if cx[columns - _U(1)] == 2 else columns - _U(1)
        if four:
            every, kept = np.empty(columns * 8, sample), np.empty(columns * 4, sample)
        for row in range(begin, end):
            p, y = row // rows, row % rows
            pixels, target, top = src[p], out[p, y], fy[y]
            done = whole_x if cy[y] == 2 else _U(0)
            if done and four:
                halve_row_of_fours(pixels[top], pixels[top + 1], target, done, wide, every, kept, word)
            elif done:
                halve_row(pixels[top], pixels[top + 1], target, done, c_n, wide)
            fill_cut(
                pixels, target, done, top, cy[y], fx, cx, number, limits, integral, extents, quarter, half_up, inverse
            )

    return mean_by_quarters


def make_mean_by_groups(special: MeanSpecialisation) -> Kernel:
    """Return the stage that adds the same samples of a row's whole blocks at once; contiguous rows only."""
    channels, _, sample, _, number, _ = special
    pairs, squares = special.sum == codes.MEAN_PAIRS, special.sum == codes.MEAN_SQUARES
    limits, (integral, extents, quarter, half_up, inverse) = special.limits, special.finishes
    group = np.int64 if integral else sample
    wraps = squares and integral
    four = pairs and channels == 4 and number is np.float32
    word = _PIXEL[4]

    def mean_by_groups(src, out, begin, end, layout, fx, cx, fy, cy, numbers):
        c_n = _U(channels if channels else layout[0])
        rows, columns, high, wide = out.shape[1], _U(fx.size), numbers[0], numbers[1]
        whole_x = columns if cx[columns - _U(1)] == wide else columns - _U(1)
        totals = np.empty(whole_x * c_n, number)
        paired = _U(totals.size // 4 * 4 if pairs else 0)
        if four:
            every = np.empty(columns * 8, number)
        for row in range(begin, end):
            p, y = row // rows, row % rows
            pixels, target, top = src[p], out[p, y], fy[y]
            done = whole_x if cy[y] == high else _U(0)
            for i in range(totals.size):
                totals[_U(i)] = number(0)
            for g in range(group_count(squares, high, wide) if done else 0):
                size, r, i = group_member(squares, high, wide, g, 0)
                _, s, j = group_member(squares, high, wide, g, 1)
                _, t, k = group_member(squares, high, wide, g, 2)
                _, u, m = group_member(squares, high, wide, g, 3)
                members = pixels[top + r], pixels[top + s], pixels[top + t], pixels[top + u]
                offsets = _U(i) * c_n, _U(j) * c_n, _U(k) * c_n, _U(m) * c_n
                span = paired // c_n, done, c_n, _U(wide) * c_n
                add_group(totals, fx, span, number, group, wraps, size, members, offsets)
            if four and done:
                add_pairs_of_four(totals, done, number, pixels[top], pixels[top + 1], every, word)
            elif pairs and done:
                add_pairs(totals, fx, paired, c_n, number, pixels[top], pixels[top + 1])
            for i in range(done * c_n):
                value = finished(
                    totals[i], number, high, wide, True, limits, integral, extents, quarter, half_up, inverse
                )
                target[i] = sample(value)
            fill_cut(
                pixels, target, done, top, cy[y], fx, cx, number, limits, integral, extents, quarter, half_up, inverse
            )

    return mean_by_groups
