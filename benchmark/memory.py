"""How long the memory alone takes: the bytes that a resize must read and write, and the time of reading and writing."""

import math
import time
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

LINE = 64  # bytes that come from memory together
# Samples along an axis that one of the result reads at least; other methods read them all, when they shrink.
_TAPS = {"nearest": 1, "bilinear": 2, "bicubic": 4, "lanczos4": 8}
_REPEATS, _SECONDS = 5, 0.01


def samples_read(operator: str, n_in: int, n_out: int) -> NDArray[np.int64]:
    """Return which samples of an axis are read, in order."""
    taps = _TAPS.get(operator)
    if taps is None:
        return np.arange(n_in)
    centres = (np.arange(n_out) + 0.5) * (n_in / n_out) - 0.5
    first = np.floor(centres + 0.5 if taps == 1 else centres - taps // 2 + 1).astype(np.int64)
    return np.unique(np.clip(first[:, None] + np.arange(taps), 0, n_in - 1))


def bytes_moved(
    operator: str, size: tuple[tuple[int, int], tuple[int, int]], channels: int, item: int
) -> tuple[int, int]:
    """Return how many bytes are read, in whole lines, and how many are written; ``item`` is a sample's size."""
    (rows_in, columns_in), (rows_out, columns_out) = size
    pixel = channels * item
    columns = samples_read(operator, columns_in, columns_out) * pixel
    lines = np.unique(np.concatenate([columns // LINE, (columns + pixel - 1) // LINE])).size
    rows = samples_read(operator, rows_in, rows_out).size
    return rows * min(lines * LINE, columns_in * pixel), rows_out * columns_out * pixel


@cache
def memory_ms(read: int, written: int) -> float:
    """Return how long one core takes to read so many bytes and then to fill so many.

    It reads 64-bit integers, of which it finds the largest; each again and again, so that what fits a cache stays.
    """
    source, result = np.zeros(math.ceil(read / 8), np.int64), np.zeros(written, np.uint8)
    return 1e3 * (_shortest(source.max) + _shortest(lambda: result.fill(1)))


def _shortest(call: Callable[[], object]) -> float:
    clock, best, spent, turn = time.perf_counter, math.inf, 0.0, 0
    while turn < _REPEATS or spent < _SECONDS:
        start = clock()
        call()
        elapsed = clock() - start
        best, spent, turn = min(best, elapsed), spent + elapsed, turn + 1
    return best
