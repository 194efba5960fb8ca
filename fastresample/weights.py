"""The table of one axis: which samples an output reads, and how much of each. No arithmetic on pixels here."""

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastresample import codes
from fastresample.arithmetic import ALL, FIT, Arithmetic, Pass
from fastresample.conventions.records import Rule

# Largest word and largest absolute sum of cut weights. A cut may add one. Sums of bytes must fit 32 bits, and what is
# above the lowest byte of a word 16.
_WIDE = (math.inf, 2.0**23 - 2.0**16)
_LIMITS = {"int16": (32766.0, math.inf), "int32": _WIDE, "float64": _WIDE}


@dataclass(eq=False, slots=True)  # not frozen: that would make it slow to make
class Table:
    """Windows and weights of one axis.

    Fixed-point tables are padded: all ``taps`` columns are read from ``first`` on. Floating-point tables are read up to
    ``count`` only. Windows lie inside the source, unless ``margin`` says how far beyond it edge samples repeat.
    """

    first: NDArray[np.int32]  # (n_out,)
    count: NDArray[np.int32]  # (n_out,)
    weights: NDArray[Any]  # (n_out, taps)
    bits: int = 0  # fraction bits of fixed-point weights
    gain: float = 1.0  # largest sum of absolute weights, known of cut tables
    margin: int = 0

    @property
    def taps(self) -> int:
        """Return the width of the table."""
        return int(self.weights.shape[1])

    @property
    def arrays(self) -> tuple[NDArray[Any], ...]:
        """Return what the kernels take."""
        return self.first, self.count, self.weights

    @property
    def paired(self) -> "Table":
        """Return the table with two columns of weights at least."""
        width = max(2 - self.taps, 0)
        return replace(self, weights=np.pad(self.weights, ((0, 0), (0, width)))) if width else self

    def rows(self, n_in: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return the first source sample that each output reads, and the one behind the last."""
        end = self.first + (np.int32(self.taps) if self.weights.dtype.kind == "i" else self.count)
        if not self.margin:
            return self.first, end
        return np.clip(self.first, 0, n_in - 1), np.clip(end, 1, n_in)


def index(rule: Rule | None, n_out: int, tables: ModuleType) -> NDArray[np.int32]:
    """Return the source sample of each output, by the compiled builders of ``tables``."""
    if rule is None:
        return np.arange(n_out, dtype=np.int32)
    out = np.empty(n_out, np.int32)
    tables.index_builder(rule.builder)(np.array(rule.numbers), out)
    return out


def windows(rule: Rule | None, n_out: int, tables: ModuleType) -> tuple[NDArray[np.int32], NDArray[np.int32], int]:
    """Return the first sample and the number of samples of each output's window, and the size of a whole window."""
    if rule is None:
        return np.arange(n_out, dtype=np.int32), np.ones(n_out, np.int32), 1
    first, count = np.empty(n_out, np.int32), np.empty(n_out, np.int32)
    whole = tables.window_builder(rule.builder)(np.array(rule.numbers), first, count, np.empty((n_out, 0)))
    return first, count, int(whole)


def table(rule: Rule | None, n_in: int, n_out: int, how: Pass, tables: ModuleType, scale: float = 1.0) -> Table:
    """Return the table of one axis for one pass, by the compiled builders of ``tables``.

    Real weights that are cut are then multiplied by ``scale``, a power of two.
    """
    first, count = np.empty(n_out, np.int32), np.empty(n_out, np.int32)
    taps, peak, outside, rounding, word = 1, 1.0, False, how.rounding, how.weight
    if rule is None:
        first[:] = np.arange(n_out)
        count.fill(1)
        weights = np.ones((n_out, 1))
    else:
        taps, outside = rule.taps, rule.outside
        weights = np.zeros((n_out, taps))
        peak = tables.window_builder(rule.builder)(np.array(rule.numbers), first, count, weights)
    margin = max(0, -int(first.min()), int((first + count).max()) - n_in) if outside else 0
    if rounding == codes.WEIGHT_REAL or rounding == codes.WEIGHT_EVEN_REAL:
        weights = weights[:, : int(count.max())] if taps > 1 else weights
        if rounding == codes.WEIGHT_EVEN_REAL:
            weights = np.rint(weights * 2.0**how.bits) * 2.0 ** (-2 * how.bits)
        return Table(first, count, np.ascontiguousarray(weights, word), margin=margin)
    words, inside = np.empty(n_out * taps, word), -1 if outside else n_in
    if rounding == codes.WEIGHT_CUT:
        real = word == "float64"
        bits, gain, taps = tables.cut_builder(word)(
            first, count, weights, -1 if real else inside, how.bits, *_LIMITS[word], scale if real else 0.0, words
        )
    else:
        bits, gain = _fitting_bits(peak, how.bits) if rounding == codes.WEIGHT_FIT else how.bits, 1.0
        even = rounding == codes.WEIGHT_EVEN
        taps = tables.fixed_builder(word)(first, count, weights, inside, bits, even, words)
    return Table(first, count, words[: n_out * taps].reshape(n_out, taps), bits, gain, margin)


def _fitting_bits(peak: float, most: int) -> int:
    """Return the largest number of fraction bits, at most ``most``, with which ``peak`` rounds to a 16-bit word."""
    bits = 0
    while bits < most and int(0.5 + peak * 2.0 ** (bits + 1)) < 1 << 15:
        bits += 1
    return bits


def fraction(arithmetic: Arithmetic, first: Table, dtype: str) -> int:
    """Return how many fraction bits samples of 8 bits have between the passes."""
    if arithmetic.fraction == ALL:
        return first.bits
    if arithmetic.fraction != FIT:
        return arithmetic.fraction
    largest = 255 if dtype == "uint8" else 128
    # Sums of bytes drop two digits of base 256 at least.
    most = first.bits - 16 if arithmetic.last.weight == "float64" else 7
    while largest * first.gain * 2**most > 32767:  # overshoot survives
        most -= 1
    return most


def resolved(arithmetic: Arithmetic, first: Table, last: Table, dtype: str) -> Arithmetic:
    """Return the arithmetic with its fraction bits and accumulators fitted to the tables and to 8-bit samples."""
    if arithmetic.fraction >= 0:
        return arithmetic
    bits, accumulator = fraction(arithmetic, first, dtype), arithmetic.last.accumulator
    if arithmetic.fraction == FIT and accumulator == "int32":
        largest = 255 if dtype == "uint8" else 128
        bound = (largest * first.gain * 2.0**bits * last.gain + 2.0 ** (bits - 1)) * 2.0**last.bits
        accumulator = "int32" if bound < 2**31 else "int64"
    return _fitted(arithmetic, bits, accumulator)


@lru_cache(maxsize=64)
def _fitted(arithmetic: Arithmetic, bits: int, accumulator: str) -> Arithmetic:
    return arithmetic._replace(fraction=bits, last=arithmetic.last._replace(accumulator=accumulator))
