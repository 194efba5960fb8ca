"""Real weights as fixed-point words. Kernels read every column: each row's window is as wide as the table."""

import numpy as np

from fastresample.kernels.common import inline


@inline
def _open_row(i, first, words, n_in):
    """Clear a row, move its window back inside the axis of ``n_in`` samples, and return by how much it moved."""
    taps = words.shape[1]
    shift = max(first[i] + taps - n_in, 0) if n_in >= 0 else 0
    first[i] -= shift
    for k in range(taps):
        words[i, k] = 0
    return shift


def cut(first, count, weights, n_in, most_bits, most_peak, most_gain, words):
    """Turn weights into words that sum to ``2**bits`` exactly; return ``bits`` and the largest absolute sum.

    Each row is cut from its rounded running sum, so no rounding error can pile up, and ties go to even, so a mirrored
    row is cut alike. No word exceeds ``most_peak`` and no absolute sum of a row ``most_gain``, but for a unit per tap.
    ``n_in = -1``: windows stay where they are.
    """
    word = words.dtype.type
    peak, gain = 0.0, 0.0
    for i in range(first.size):
        total = 0.0
        for k in range(count[i]):
            peak = max(peak, abs(weights[i, k]))
            total += abs(weights[i, k])
        gain = max(gain, total)
    bits = most_bits
    while peak * 2.0**bits > most_peak or gain * 2.0**bits > most_gain:
        bits -= 1
    one = 2.0**bits
    gain = 0.0
    for i in range(first.size):
        shift = _open_row(i, first, words, n_in)
        running = 0.0
        cut = 0.0
        total = 0.0
        for k in range(count[i]):
            running += weights[i, k]
            edge = one if k == count[i] - 1 else np.rint(running * one)
            words[i, k + shift] = word(edge - cut)
            total += abs(edge - cut)
            cut = edge
        gain = max(gain, total / one)
    return bits, gain


def fixed(first, count, weights, n_in, bits, even, words):
    """Turn weights into words of exactly ``bits`` fraction bits, ties to even or (else) away from zero.

    ``n_in = -1``: windows may reach outside the axis and stay where they are.
    """
    word = words.dtype.type
    one = 2.0**bits
    for i in range(first.size):
        shift = _open_row(i, first, words, n_in)
        for k in range(count[i]):
            w = weights[i, k] * one
            if even:
                words[i, k + shift] = word(np.rint(w))
            else:
                words[i, k + shift] = word(w - 0.5 if w < 0.0 else w + 0.5)
