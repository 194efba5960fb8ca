"""The sum along rows, many rows at once: the lanes of a vector are rows, a row's samples lie one vector behind another.

So each window is weighed sample by sample, in the plain kernel's order, and nothing is gathered. Rows become such
columns, and sums become rows again, by transposing four samples of all rows at a time, as windows come to need them.
"""

import numpy as np

from fastresample import codes
from fastresample.kernels.common import forced
from fastresample.kernels.realwise.sums import as_kept, summed
from fastresample.kernels.simd.columns import columns_to_rows, rows_to_columns
from fastresample.kernels.simd.memory import load_bytes, load_i64, prefetch_later, store_bytes
from fastresample.kernels.simd.reals import load_first_reals, load_reals, store_reals
from fastresample.kernels.vectors import address_of

VECTOR, TILE = 64, 256  # bytes
# Bytes between what is summed and what is asked for, for the processor does not follow so many rows by itself: by the
# second cache, since of rows a multiple of a page apart the first one holds too few.
_AHEAD = 192


@forced
def _transpose(sample, real, rows, size, begin, width, columns):
    """Make four columns, from the rows of a table; the last four end with the row. Return which one comes next."""
    place = max(min(begin, width - 4), 0)
    rows_to_columns(sample, real, rows, place * size, columns + VECTOR * place)
    return begin + 4


@forced
def _keep_rows(sample, kept, size, tile, tiles, begin, width, fresh, stop, slot):
    """Put samples of rows ``[fresh, stop)`` into a ring, as real numbers of the type ``kept``."""
    (wide, room), (_, _, ring, slots, plane, length) = tile, tiles
    lanes = VECTOR // wide
    for row in range(fresh, stop):
        place, goal = plane + row * length + begin * size, ring + room * slot
        slot = slot + 1 if slot + 1 < slots else np.int64(0)
        for ahead in range(_AHEAD, _AHEAD + room // wide * size, VECTOR):
            prefetch_later(place + ahead)
        if begin + room // wide <= width:
            for k in range(room // VECTOR):
                store_reals(kept, goal + VECTOR * k, load_reals(sample, kept, place + lanes * size * k))
        else:
            for k in range(room // VECTOR):
                some = min(max(width - begin - lanes * k, 0), lanes)
                store_reals(kept, goal + VECTOR * k, load_first_reals(sample, kept, place + lanes * size * k, some))


@forced
def _sum_tile(sample, kept, real, size, wide, down, tiles, begin, width, columns, how, between):
    """Make as many columns as four vectors have lanes, of sums of rows. Return which one comes next."""
    (lists, bounds, weights, counts, taps, y, count), (table, place, _, _, _, _) = down, tiles
    item, lanes, (store, single, low, high) = how[0], VECTOR // how[0], between
    tile, order = (wide, 4 * lanes * wide), (item, lanes * wide, how[2], how[3])
    for i in range(count):
        fresh, stop, slot = load_i64(bounds + 24 * i), load_i64(bounds + 24 * i + 8), load_i64(bounds + 24 * i + 16)
        _keep_rows(sample, kept, size, tile, tiles, begin, width, fresh, stop, slot)
        rows, n, goal = (lists + 8 * taps * i, np.int64(0), True), np.int64(counts[y + i]), place + TILE * i
        a, b, c, d = summed(kept, real, rows, weights + item * taps * (y + i), n, order, True, 0)
        store_reals(real, goal, as_kept(a, store, single, low, high))
        store_reals(real, goal + VECTOR, as_kept(b, store, single, low, high))
        store_reals(real, goal + 2 * VECTOR, as_kept(c, store, single, low, high))
        store_reals(real, goal + 3 * VECTOR, as_kept(d, store, single, low, high))
    for x in range(0, 4 * lanes, 4):
        rows_to_columns(real, real, table, x * item, columns + VECTOR * (begin + x))
    return begin + 4 * lanes


@forced
def _repeat_edges(columns, width, margin, channels):
    """Repeat the outermost pixels on ``margin`` samples at each end."""
    end = columns + VECTOR * width
    for i in range(margin):
        store_bytes(columns + VECTOR * (i - margin), load_bytes(columns + VECTOR * ((i - margin) % channels)))
        store_bytes(end + VECTOR * i, load_bytes(end + VECTOR * (i % channels - channels)))


@forced
def _reached(along, channels, s, width):
    """Return the first sample and the one behind the last that four sums from the ``s``th on are made of."""
    first, count, _ = along
    x, last = s // channels, min(s + 3, width - 1) // channels
    end = np.int64(0)
    for k in range(x, last + 1):
        end = max(end, np.int64(first[k]) + np.int64(count[k]))
    return np.int64(first[x]) * channels, end * channels


@forced
def _filter_four(real, along, channels, s, width, base, how, between, buffer, goals):
    """Store four sums, from the ``s``th on, in all the rows of the table ``goals``."""
    (first, count, weights), item, (store, single, low, high) = along, how[0], between
    x = s // channels
    c = s - x * channels
    for lane in range(min(4, width - s)):
        place = base + VECTOR * (np.int64(first[x]) * channels + c)
        w, n = address_of(weights) + item * weights.shape[1] * x, np.int64(count[x])
        value = summed(real, real, (place, VECTOR * channels, False), w, n, how, False, 0)[0]
        store_reals(real, buffer + VECTOR * lane, as_kept(value, store, single, low, high))
        c += 1
        if c == channels:
            c, x = np.int64(0), x + 1
    columns_to_rows(real, buffer, goals, s * item)


@forced
def filter_rows(sample, real, rows, size, widths, along, how, between, columns, buffer, goals):
    """Filter the rows of a table, as many as a vector has lanes, into those of the table ``goals``."""
    width_in, width, channels, margin = widths
    done = np.int64(0)
    if margin:
        while done < width_in:
            done = _transpose(sample, real, rows, size, done, width_in, columns)
        _repeat_edges(columns, width_in, margin, channels)
    base = columns - VECTOR * margin
    for s in range(0, width, 4):
        if not margin:
            begin, end = _reached(along, channels, s, width)
            done = max(done, begin & -4)
            while done < end:
                done = _transpose(sample, real, rows, size, done, width_in, columns)
        _filter_four(real, along, channels, s, width, base, how, between, buffer, goals)


@forced
def filter_sums(sample, kept, real, size, wide, down, tiles, widths, along, hows, between, columns, buffer, goals):
    """Filter sums of rows, which are kept as ``between`` says, into the rows of the table ``goals``.

    Samples wait for being summed as numbers of the type ``kept``, of ``wide`` bytes.
    """
    (width_in, width, channels), done = widths, np.int64(0)
    for s in range(0, width, 4):
        begin, end = _reached(along, channels, s, width)
        done = max(done, begin & -4)
        while done < end:
            done = _sum_tile(
                sample, kept, real, size, wide, down, tiles, done, width_in, columns, hows[0], between
            )  # fmt: skip
        nothing = (codes.STORE_CAST, False, 0.0, 0.0)
        _filter_four(real, along, channels, s, width, columns, hows[1], nothing, buffer, goals)
