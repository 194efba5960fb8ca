"""Tables of taps for `real_taps`: windows of a row, which of their bytes each tap takes for 16 results, and weights."""

import numpy as np

from fastresample.kernels.bytewise.nearest import reach
from fastresample.kernels.common import forced


@forced
def _chunk_begin(q, length):
    """Return where chunk ``q`` of a row begins; the last one is whole, too, and overlaps the one before."""
    return max(min(q * 16, length - 16), 0)


@forced
def _choose(first, channels, row_bytes, taps):
    """Return the fewest windows that hold several taps: how many, whether wide, and of how many taps."""
    length = first.size * channels
    for choice in range(6):  # one of 64 bytes; 1, 2, 4, 8, 16 wide ones, or not wide where rows are too short
        parts, wide = 1 << max(choice - 1, 0), 1 if choice and row_bytes >= 128 else 0
        spread, width = 0, 16 // parts
        for q in range((length + 15) // 16):
            begin = _chunk_begin(q, length)
            for k in range(begin, min(begin + 16, length), width):
                low, high = reach(first, channels, k, min(k + width, length))
                spread = max(spread, high - low)
        room = (64 << wide) - 1 - spread
        group = min(room // channels + 1, taps) if room >= 0 else 0
        if row_bytes < 64:
            group = taps
        if group >= min(taps, 4) or (parts == 16 and group):
            return parts, wide, group
    return 0, 0, 0


@forced
def _fill(first, count, weights, channels, row_bytes, parts, wide, group, begins, lanes, spread):
    """Set where each window begins, which of its bytes every tap takes, and by what they are weighed."""
    length, taps, width = first.size * channels, weights.shape[1], 16 // parts
    groups, last = (taps + group - 1) // group, max(row_bytes - (64 << wide), 0)
    for q in range((length + 15) // 16):
        begin = _chunk_begin(q, length)
        for part in range(parts):
            start = begin + part * width
            end = min(start + width, length)
            if start >= end:
                continue
            low = reach(first, channels, start, end)[0]
            for g in range(groups):
                begins[(q * groups + g) * parts + part] = min(low + g * group * channels, last)
            for k in range(start, end):
                x = k // channels
                place = first[x] * channels + k % channels
                for t in range(count[x]):
                    window = min(low + t // group * group * channels, last)
                    entry = (q * taps + t) * 16 + k - begin
                    lanes[entry] = np.uint8(place + t * channels - window)
                    spread[entry] = weights[x, t]


def pack(first, count, weights, channels, row_bytes):
    """Return the number of windows, whether they are wide, the taps that they hold, and the tables; 0 if they descend.

    Tables: where windows begin; which byte each lane takes of its window, tap by tap; and its weights.
    """
    taps, chunks = weights.shape[1], (first.size * channels + 15) // 16
    ascending = True
    for x in range(1, first.size):
        ascending = ascending and first[x] >= first[x - 1]
    parts, wide, group = _choose(first, channels, row_bytes, taps) if ascending else (0, 0, 0)
    size = chunks * taps * 16 if parts else 0
    lanes, spread = np.zeros(size, np.uint8), np.zeros(size, np.float32)
    begins = np.zeros(chunks * ((taps + group - 1) // group) * parts if parts else 0, np.int64)
    if parts:
        _fill(first, count, weights, channels, row_bytes, parts, wide, group, begins, lanes, spread)
    return parts, wide, group, begins, lanes, spread
