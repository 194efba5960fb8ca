"""The default convention: the most accurate arithmetic that is also fast.

8-bit samples use 16-bit weights and keep 7 fraction bits between the passes, never clip in between and round once, so
two taps stay within 0.52 of the exact value: each pass errs by at most 255 * 2**-15, the word between by 2**-8, the
result by 1/2. Wider integers use float64, for a float32 sum of many 16-bit samples would not keep that bound.
"""

from fastresample import codes
from fastresample.conventions.records import Arithmetic, Convention

# 22 bits: 255 * 2**22 still fits the 32-bit accumulator. The weights' peak usually sets a lower number (quantised()).
_EIGHT_BIT = Arithmetic("int16", 22, "int16", 7, "int32", codes.STORE_SHIFT)
_SINGLE_ROUNDED = Arithmetic("float32", 0, "float32", 0, "float32", codes.STORE_ROUND)
_DOUBLE_ROUNDED = Arithmetic("float64", 0, "float64", 0, "float64", codes.STORE_ROUND)
_SINGLE = _SINGLE_ROUNDED._replace(store=codes.STORE_CAST)
_DOUBLE = _DOUBLE_ROUNDED._replace(store=codes.STORE_CAST)


def _order(antialias: bool, step: float) -> int:
    """Sum rows first where many shrink to one: the row filter, the costlier pass, then runs on few rows."""
    return codes.VERTICAL_FIRST if antialias and step > 1.0 else codes.HORIZONTAL_FIRST


NATIVE = Convention(
    families={"nearest": "gather", "bilinear": "separable"},
    antialias=False,
    coordinates="half_pixel",
    exact=frozenset({"bool", "int64", "uint64"}),
    arithmetic={
        "uint8": _EIGHT_BIT,
        "int8": _EIGHT_BIT,
        "uint16": _DOUBLE_ROUNDED,
        "int16": _DOUBLE_ROUNDED,
        "uint32": _DOUBLE_ROUNDED,
        "int32": _DOUBLE_ROUNDED,
        "float16": _SINGLE,
        "float32": _SINGLE,
        "float64": _DOUBLE,
    },
    # A volume keeps its first two axes unrounded, which an 8-bit stage cannot hand over.
    chained={"uint8": _SINGLE_ROUNDED, "int8": _SINGLE_ROUNDED},
    order=_order,
)
