"""Sums of products of vectors of real numbers, in every order that ``codes.SUM_*`` has for them; and their rounding."""

import numpy as np

from fastresample import codes
from fastresample.kernels.common import forced
from fastresample.kernels.simd.memory import load_i64
from fastresample.kernels.simd.reals import (
    add_half,
    add_reals,
    add_zero,
    clip_reals,
    fuse_reals,
    load_first_reals,
    load_reals,
    lowest_outside,
    multiply_reals,
    round_away,
    round_down,
    round_even,
    spread_real,
    store_first_reals,
    store_reals,
    to_single,
)


@forced
def _products(sample, real, place, weight, step, four, some):
    """Return the products of four vectors ``step`` bytes apart; or of one, its first ``some`` samples, and it again."""
    if four:
        return (
            multiply_reals(load_reals(sample, real, place), weight),
            multiply_reals(load_reals(sample, real, place + step), weight),
            multiply_reals(load_reals(sample, real, place + 2 * step), weight),
            multiply_reals(load_reals(sample, real, place + 3 * step), weight),
        )
    value = load_first_reals(sample, real, place, some) if some else load_reals(sample, real, place)
    value = multiply_reals(value, weight)
    return value, value, value, value


@forced
def _fused(total, sample, real, place, weight, step, four, some):
    """Add such products, each in one rounding."""
    a, b, c, d = total
    if four:
        return (
            fuse_reals(load_reals(sample, real, place), weight, a),
            fuse_reals(load_reals(sample, real, place + step), weight, b),
            fuse_reals(load_reals(sample, real, place + 2 * step), weight, c),
            fuse_reals(load_reals(sample, real, place + 3 * step), weight, d),
        )
    value = load_first_reals(sample, real, place, some) if some else load_reals(sample, real, place)
    value = fuse_reals(value, weight, a)
    return value, value, value, value


@forced
def _add(total, more, four):
    first = add_reals(total[0], more[0])
    if four:
        return first, add_reals(total[1], more[1]), add_reals(total[2], more[2]), add_reals(total[3], more[3])
    return first, first, first, first


@forced
def _place(rows, k):
    """Return where the samples of tap ``k`` are: ``offset`` behind an address of a list, or so many strides further."""
    base, offset, listed = rows
    return load_i64(base + 8 * k) + offset if listed else base + k * offset


@forced
def _zeros_added(total, four):
    first = add_zero(total[0])
    return (first, add_zero(total[1]), add_zero(total[2]), add_zero(total[3])) if four else (first, first, first, first)


@forced
def summed(sample, real, rows, weights, taps, how, four, some):
    """Return four vectors of weighed sums, or one; see `_place` for the rows and `_products` for the last two.

    ``how`` is the bytes of a weight and of a vector of samples, the order, and whether sums begin with 0, never -0.
    """
    item, step, order, from_zero = how
    last = taps - 1
    k = last if order == codes.SUM_BACKWARD else 0
    weight = spread_real(real, weights + item * k)
    total = _products(sample, real, _place(rows, k), weight, step, four, some)
    if order == codes.SUM_INWARD:
        if taps > 1:
            far = spread_real(real, weights + item * last)
            total = _add(total, _products(sample, real, _place(rows, last), far, step, four, some), four)
        if from_zero:
            total = _zeros_added(total, four)
        for k in range(1, taps // 2):
            near, far = spread_real(real, weights + item * k), spread_real(real, weights + item * (last - k))
            a = _products(sample, real, _place(rows, k), near, step, four, some)
            b = _products(sample, real, _place(rows, last - k), far, step, four, some)
            total = _add(total, _add(a, b, four), four)
        if taps > 1 and taps & 1:
            k = taps // 2
            weight = spread_real(real, weights + item * k)
            total = _add(total, _products(sample, real, _place(rows, k), weight, step, four, some), four)
        return total
    if from_zero:
        total = _zeros_added(total, four)
    whole = taps  # products that are not fused
    if order == codes.SUM_FUSED:
        whole = 1
        if taps > 1:
            near, far = weight, spread_real(real, weights + item)
            total = _products(sample, real, _place(rows, 1), far, step, four, some)
            total = _fused(total, sample, real, _place(rows, 0), near, step, four, some)
            whole = 2
    if order == codes.SUM_BLOCKED:
        block = 16 // item
        whole = 1 + last // block * block
    for j in range(1 if order != codes.SUM_FUSED else whole, whole):
        k = last - j if order == codes.SUM_BACKWARD else j
        weight = spread_real(real, weights + item * k)
        total = _add(total, _products(sample, real, _place(rows, k), weight, step, four, some), four)
    if order == codes.SUM_FUSED or order == codes.SUM_BLOCKED:
        for k in range(whole, taps):
            weight = spread_real(real, weights + item * k)
            total = _fused(total, sample, real, _place(rows, k), weight, step, four, some)
    return total


@forced
def rounded(value, store, low, high):
    """Round a vector as ``codes.STORE_*`` say; where what is stored is real, `store_reals` does the rest."""
    if store == codes.STORE_PLUS:
        return add_zero(value)
    if store == codes.STORE_UP:
        return clip_reals(round_down(add_half(value)), low, high)
    if store == codes.STORE_EVEN:
        return clip_reals(round_even(value), low, high)
    if store == codes.STORE_AWAY:
        return clip_reals(round_away(value), low, high)
    if store == codes.STORE_AWAY_LOWEST:
        return lowest_outside(round_away(value), low, high)
    return value


@forced
def as_kept(value, store, single, low, high):
    """Round what is kept between the passes, ``single`` to float32; it stays a vector of the sums' type."""
    value = rounded(value, store, low, high)
    return to_single(value) if single else value


@forced
def store_sums(sample, real, rows, weights, taps, how, result, target, width, finish):
    """Store ``width`` weighed sums of listed rows in a row of results."""
    item, step, _, _ = how
    lanes, (wide, store, low, high) = 64 // item, finish  # bytes of a vector of results
    whole, offset = width // (4 * lanes) * (4 * lanes), np.int64(0)
    for _ in range(0, whole, 4 * lanes):
        a, b, c, d = summed(sample, real, (rows, offset, True), weights, taps, how, True, 0)
        store_reals(result, target, rounded(a, store, low, high))
        store_reals(result, target + wide, rounded(b, store, low, high))
        store_reals(result, target + 2 * wide, rounded(c, store, low, high))
        store_reals(result, target + 3 * wide, rounded(d, store, low, high))
        offset, target = offset + 4 * step, target + 4 * wide
    for x in range(whole, width, lanes):
        some = min(lanes, width - x)
        value = summed(sample, real, (rows, offset, True), weights, taps, how, False, some)[0]
        store_first_reals(result, target, rounded(value, store, low, high), some)
        offset, target = offset + step, target + wide


@forced
def store_line(real, item, line, result, target, width, finish):
    """Store a row of sums as results."""
    lanes, (wide, store, low, high) = 64 // item, finish
    for _ in range(0, width - lanes + 1, lanes):
        store_reals(result, target, rounded(load_reals(real, real, line), store, low, high))
        line, target = line + 64, target + wide
    some = width % lanes
    if some:
        store_first_reals(result, target, rounded(load_reals(real, real, line), store, low, high), some)
