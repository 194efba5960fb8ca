"""How weighted sums are computed: plain records that the planner writes and the kernels read."""

from typing import NamedTuple

from fastresample import codes


class Pass(NamedTuple):
    """One weighted sum along an axis."""

    weight: str  # dtype of the weights; integer weights are fixed-point words
    rounding: int  # codes.WEIGHT_*: how a real weight becomes one of that dtype
    bits: int  # fraction bits of fixed-point weights, or the most that may be used; 0 = floating point
    sum: int  # codes.SUM_*
    accumulator: str  # dtype of the sums
    store: int  # codes.STORE_*: how a sum becomes a sample of the next dtype


class Tail(NamedTuple):
    """What SUM_BACKWARD does with the samples at the end of a row that fill no group."""

    lanes: int  # samples of a group
    accumulator: str
    store: int


class Arithmetic(NamedTuple):
    """Two weighted sums, one after the other, and what is kept between them."""

    first: Pass
    between: str  # dtype kept between the passes
    fraction: int  # bits of a fixed-point sample between the passes; ALL = those of the weights; FIT = what fits
    last: Pass
    tail: Tail = Tail(1, "float64", codes.STORE_CAST)


def floating(dtype: str, order: int, store: int) -> Arithmetic:
    """Return floating-point passes: everything of ``dtype``, both sums in ``order``, one ``store`` at the end."""
    first = Pass(dtype, codes.WEIGHT_REAL, 0, order, dtype, codes.STORE_CAST)
    return Arithmetic(first, dtype, 0, first._replace(store=store))


class Mean(NamedTuple):
    """The mean of a block of samples."""

    sum: int  # codes.MEAN_*
    accumulator: str  # dtype of the sums
    finish: int  # codes.FINISH_*


ALL = -1
FIT = -2
