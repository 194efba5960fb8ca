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
_LIMITS = {"int16": (32766.0, math.inf), "int32": (math.inf, 2.0**23 - 2.0**16)}


@dataclass(frozen=True, eq=False)
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


def index(rule: Rule, n_out: int, tables: ModuleType) -> NDArray[np.int32]:
    """Return the source sample of each output, by the compiled builders of ``tables``."""
    numbers = np.array(rule.numbers)
    out = np.empty(n_out, np.int32)
    tables.index_builder(rule.builder)(numbers, out)
    return out


def windows(rule: Rule | None, n_out: int, tables: ModuleType) -> tuple[NDArray[np.int32], NDArray[np.int32], int]:
    """Return the first sample and the number of samples of each output's window, and the size of a whole window."""
    if rule is None:
        return np.arange(n_out, dtype=np.int32), np.ones(n_out, np.int32), 1
    first, count = np.empty(n_out, np.int32), np.empty(n_out, np.int32)
    whole = tables.window_builder(rule.builder)(np.array(rule.numbers), first, count, np.empty((n_out, 0)))
    return first, count, int(whole)


def table(rule: Rule | None, n_in: int, n_out: int, how: Pass, tables: ModuleType) -> Table:
    """Return the table of one axis for one pass, by the compiled builders of ``tables``."""
    first, count = np.empty(n_out, np.int32), np.empty(n_out, np.int32)
    if rule is None:
        first[:] = np.arange(n_out)
        count.fill(1)
        weights, peak, outside = np.ones((n_out, 1)), 1.0, False
    else:
        weights, outside = np.zeros((n_out, rule.taps)), rule.outside
        peak = tables.window_builder(rule.builder)(np.array(rule.numbers), first, count, weights)
        widest = int(count.max())
        if widest < rule.taps:
            weights = np.ascontiguousarray(weights[:, :widest])
    margin = max(0, -int(first.min()), int((first + count).max()) - n_in) if outside else 0
    if how.rounding == codes.WEIGHT_REAL:
        return Table(first, count, weights.astype(how.weight, copy=False), margin=margin)
    if how.rounding == codes.WEIGHT_EVEN_REAL:
        scaled = np.rint(weights * 2.0**how.bits) * 2.0 ** (-2 * how.bits)
        return Table(first, count, scaled.astype(how.weight), margin=margin)
    if how.rounding == codes.WEIGHT_CUT:
        real = how.weight == "float64"
        word, inside = ("int32", -1) if real else (how.weight, n_in)
        fixed = np.empty(weights.shape, word)
        bits, gain = tables.cut_builder(word)(first, count, weights, inside, how.bits, *_LIMITS[word], fixed)
        return Table(first, count, fixed * 2.0**-bits if real else fixed, int(bits), float(gain))
    fixed = np.empty(weights.shape, how.weight)
    bits = _fitting_bits(peak, how.bits) if how.rounding == codes.WEIGHT_FIT else how.bits
    inside = -1 if outside else n_in
    tables.fixed_builder(how.weight)(first, count, weights, inside, bits, how.rounding == codes.WEIGHT_EVEN, fixed)
    return Table(first, count, fixed, bits, margin=margin)


def _fitting_bits(peak: float, most: int) -> int:
    """Return the largest number of fraction bits, at most ``most``, with which ``peak`` rounds to a 16-bit word."""
    bits = 0
    while bits < most and int(0.5 + peak * 2.0 ** (bits + 1)) < 1 << 15:
        bits += 1
    return bits


def resolved(arithmetic: Arithmetic, first: Table, last: Table, dtype: str) -> Arithmetic:
    """Return the arithmetic with its fraction bits and accumulators fitted to the tables and to 8-bit samples."""
    if arithmetic.fraction == ALL:
        return arithmetic._replace(fraction=first.bits)
    if arithmetic.fraction != FIT:
        return arithmetic
    largest = 255 if dtype == "uint8" else 128
    real = last.weights.dtype.kind == "f"
    fraction = first.bits - 16 if real else 7  # sums of bytes drop two digits of base 256 at least
    while largest * first.gain * 2**fraction > 32767:  # overshoot survives
        fraction -= 1
    if real:
        return arithmetic._replace(fraction=fraction)
    bound = (largest * first.gain * 2.0**fraction * last.gain + 2.0 ** (fraction - 1)) * 2.0**last.bits
    return _fitted(arithmetic, fraction, "int32" if bound < 2**31 else "int64")


@lru_cache(maxsize=64)
def _fitted(arithmetic: Arithmetic, fraction: int, accumulator: str) -> Arithmetic:
    return arithmetic._replace(fraction=fraction, last=arithmetic.last._replace(accumulator=accumulator))
