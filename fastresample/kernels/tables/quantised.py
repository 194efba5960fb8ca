"""Real weights as fixed-point words. Kernels read every column: each row's window is as wide as the table.

``words`` has room for rows as long as those of ``weights``; they are written one after the other, as long as the widest
window, which is returned. Words are whole numbers in float64, so that one function makes those of every size.
"""

import numpy as np

_U = np.uintp


def cut(first, count, weights, n_in, most_bits, most_peak, most_gain, scale, words):
    """Turn weights into words that sum to ``2**bits`` exactly; return ``bits``, the largest absolute sum, the width.

    Each row is cut from its rounded running sum, so no rounding error can pile up, and ties go to even, so a mirrored
    row is cut alike. No word exceeds ``most_peak`` and no absolute sum of a row ``most_gain``, but for a unit per tap.
    ``n_in = -1``: windows stay where they are. ``scale`` > 0: words are real, and one is ``scale``.
    """
    peak, gain, widest, room = 0.0, 0.0, np.int64(0), _U(weights.shape[1])
    flat = weights.reshape(weights.size)
    for i in range(_U(first.size)):
        total, row = 0.0, i * room
        for k in range(row, row + _U(count[i])):
            peak = max(peak, abs(flat[k]))
            total += abs(flat[k])
        gain, widest = max(gain, total), max(widest, np.int64(count[i]))
    bits = most_bits
    while peak * 2.0**bits > most_peak or gain * 2.0**bits > most_gain:
        bits -= 1
    one, gain = 2.0**bits, 0.0
    unit = scale / one if scale > 0.0 else 1.0
    for i in range(_U(first.size)):
        row, place = i * room, i * _U(widest)
        for k in range(place, place + _U(widest)):
            words[k] = 0.0
        if n_in >= 0:
            shift = max(np.int64(first[i]) + widest - n_in, 0)
            first[i] -= np.int32(shift)
            place += _U(shift)
        running, before, total = 0.0, 0.0, 0.0
        last = _U(count[i] - 1)
        for k in range(last):
            running += flat[row + k]
            edge = np.rint(running * one)
            words[place + k] = (edge - before) * unit + 0.0  # no -0
            total += abs(edge - before)
            before = edge
        words[place + last] = (one - before) * unit + 0.0
        gain = max(gain, (total + abs(one - before)) / one)
    return bits, gain, widest


def fixed(first, count, weights, n_in, bits, even, words):
    """Turn weights into words of exactly ``bits`` fraction bits, ties to even or (else) away from zero.

    ``n_in = -1``: windows may reach outside the axis and stay where they are. Return how wide the widest one is.
    """
    one, widest = 2.0**bits, np.int64(0)
    for i in range(_U(first.size)):
        widest = max(widest, np.int64(count[i]))
    for i in range(_U(first.size)):
        place = i * _U(widest)
        for k in range(place, place + _U(widest)):
            words[k] = 0.0
        if n_in >= 0:
            shift = max(np.int64(first[i]) + widest - n_in, 0)
            first[i] -= np.int32(shift)
            place += _U(shift)
        for k in range(_U(count[i])):
            w = weights[i, k] * one
            words[place + k] = np.rint(w) if even else np.trunc(w - 0.5 if w < 0.0 else w + 0.5)
    return widest
