"""The records that a convention is made of; plain data, read by the planner."""

from collections.abc import Callable, Mapping
from typing import NamedTuple


class Arithmetic(NamedTuple):
    """How samples of one dtype are weighted, summed and stored."""

    weight: str  # dtype of the weights; integer weights are fixed-point words
    most_bits: int  # largest number of fraction bits of fixed-point weights; 0 = floating point
    between: str  # dtype kept between the passes
    fraction_bits: int  # of a fixed-point sample between the passes
    accumulator: str
    store: int  # codes.STORE_* of the result


class Convention(NamedTuple):
    """One library's rules."""

    families: Mapping[str, str]  # method -> which kernel family serves it
    antialias: bool  # what antialias=None means
    coordinates: str  # what coordinates=None means
    exact: frozenset[str]  # dtypes that only whole-pixel copies serve
    arithmetic: Mapping[str, Arithmetic]  # by dtype name, one stage (one or two axes)
    chained: Mapping[str, Arithmetic]  # by dtype name where several stages follow each other; others as above
    order: Callable[[bool, float], int]  # (antialias, vertical step in source rows) -> codes.*_FIRST
