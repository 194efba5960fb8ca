"""The default convention: the most accurate arithmetic that is also fast.

The wider a window, the finer its weights and sums. 8-bit samples take 16-bit words where two taps suffice (each pass
errs by at most 255 * 2**-15, the word between them by 2**-8, the result by 1/2: 0.52 in all). Up to 480 taps weights
have 22 fraction bits, as whole numbers in the first pass and as real ones, whose sums are exact, in the second; words
are kept between them (0.54). Beyond it is double precision. 16-bit samples have single precision, which keeps 8 bits
behind them, for two taps, and antialiased for up to 32 (each rounding errs by at most 2**-9, the result by 0.65 in the
worst case and 0.51 in practice). float32 is summed in double precision from three taps on, because rounded products and
sums of many would leave 4 units in the last place; 32-bit integers always are. Nothing is clipped between the passes,
so what overshoots there comes back.
"""

import math
import sys

from fastresample import codes
from fastresample.arithmetic import FIT, Arithmetic, Pass, floating
from fastresample.conventions.records import Convention, Method, Operation, Promise, Rule, Task
from fastresample.filters import FILTERS, Filter
from fastresample.geometry import AxisMap, Grid, axis_map, identity, repeats

# 22 bits: 255 * 2**22 still fits the 32-bit accumulator. The weights' peak sets a lower number (cut()).
_WORDS = Pass("int16", codes.WEIGHT_CUT, 22, codes.SUM_INWARD, "int32", codes.STORE_SHIFT)
_EIGHT_BIT = Arithmetic(_WORDS, "int16", FIT, _WORDS)
_FINE_WORDS = Pass("int32", codes.WEIGHT_CUT, 22, codes.SUM_INWARD, "int32", codes.STORE_SHIFT)
_FINE = Pass("float64", codes.WEIGHT_CUT, 22, codes.SUM_INWARD, "float64", codes.STORE_UP)
_EIGHT_BIT_FINE = Arithmetic(_FINE_WORDS, "int16", FIT, _FINE)


def _real(dtype: str, store: int) -> Arithmetic:
    return floating(dtype, codes.SUM_INWARD, store)


_SINGLE, _DOUBLE = _real("float32", codes.STORE_CAST), _real("float64", codes.STORE_CAST)
_SINGLE_ROUNDED, _DOUBLE_ROUNDED = _real("float32", codes.STORE_UP), _real("float64", codes.STORE_UP)

_ANY = sys.maxsize
_BYTES = ((2, _EIGHT_BIT), (480, _EIGHT_BIT_FINE), (2048, _SINGLE_ROUNDED), (_ANY, _DOUBLE_ROUNDED))
_SHORTS = ((2, _SINGLE_ROUNDED), (_ANY, _DOUBLE_ROUNDED))
# By dtype: up to how many taps which arithmetic serves.
_ARITHMETIC: dict[str, tuple[tuple[int, Arithmetic], ...]] = {
    "uint8": _BYTES,
    "int8": _BYTES,
    "uint16": _SHORTS,
    "int16": _SHORTS,
    "uint32": ((_ANY, _DOUBLE_ROUNDED),),
    "int32": ((_ANY, _DOUBLE_ROUNDED),),
    "float16": ((2048, _SINGLE), (_ANY, _DOUBLE)),
    "float32": ((2, _SINGLE), (_ANY, _DOUBLE)),
    "float64": ((_ANY, _DOUBLE),),
}

# What differs where filters are stretched: sums in double precision of many samples take twice the time.
_STRETCHED = dict.fromkeys(("uint16", "int16"), ((32, _SINGLE_ROUNDED), (_ANY, _DOUBLE_ROUNDED)))

# How strongly axes shrink, and bytes of tables, up to which bytes are filtered along rows first.
_STRONG_DOWN, _STRONG_ACROSS, _LARGE = 4.0, 10.0, 192 << 10

_COORDINATES = ("half_pixel", "align_corners", "asymmetric")
_COPIED = ("bool", "int64", "uint64")


def _operation(task: Task) -> Operation:
    rows, columns = task.rows, task.columns
    down = axis_map(rows)
    across = down if rows == columns else axis_map(columns)
    if task.method == "nearest":
        rule = _copied(rows, down)
        return Operation("gather", rule, rule if rows == columns else _copied(columns, across))
    halving = down.halving and across.halving and _means(task)
    rule_y = _rule(task, rows, down)
    rule_x = rule_y if rows == columns else _rule(task, columns, across)
    taps = 2 if halving else max(rule_y.taps if rule_y else 1, rule_x.taps if rule_x else 1)
    shrinking = down.step > 1.0 and (task.antialias or task.method == "area") and not halving
    if shrinking and rule_x and _ARITHMETIC[task.dtype] is _BYTES:
        shrinking = not along_first(down, across, columns.n_out, task.channels * rule_x.taps)
    order = codes.VERTICAL_FIRST if shrinking else codes.HORIZONTAL_FIRST
    return Operation("separable", rule_y, rule_x, _arithmetic(task, taps), order, halving)


def along_first(down: AxisMap, across: AxisMap, columns: int, samples: int) -> bool:
    """Whether bytes that shrink are filtered along rows first, so many columns by windows of so many samples.

    That is the costlier pass, and runs on fewer rows when it comes last. But kernels of bytes then read each source row
    once, not for every window that it lies in: measured, up to twice as fast, unless the shrink is strong or the tables
    of a row, three bytes a weight, leave no room in the nearer caches.
    """
    weak = down.step <= _STRONG_DOWN and across.step <= _STRONG_ACROSS
    return weak and 3 * min(across.period, columns) * samples <= _LARGE


def _copied(grid: Grid, place: AxisMap) -> Rule:
    return Rule("nearest", (*place, float(grid.n_in)))


def _means(task: Task) -> bool:
    """Whether a position midway between two samples makes their mean, where the step is two."""
    return task.method in ("area", "box") or (task.method == "bilinear" and not task.antialias)


def _rule(task: Task, grid: Grid, place: AxisMap) -> Rule | None:
    if place.identity and grid.n_in == grid.n_out:
        return None
    if task.method == "area":
        alike = repeats(place, grid.n_in, grid.n_out, 0.5 * place.stride)
        return Rule("covered", (*place, float(grid.n_in), *alike), min(math.floor(place.step) + 2, grid.n_in))
    # Outputs that all lie on samples, one after the other, are these samples: no filter blurs a crop.
    crop = place.step == 1 and place.offset % place.unit == 0
    return filtering(FILTERS["box" if crop else task.method], task.antialias, place, grid.n_in, grid.n_out)


def filtering(filter_: Filter, antialias: bool, place: AxisMap, n_in: int, n_out: int) -> Rule:
    """Return how the windows of a filter are made, which is stretched where ``antialias`` says so."""
    spread = max(place.stride, place.unit) if antialias else place.unit
    width = 2 * filter_.support * spread / place.unit
    taps = math.floor(width) + 1 if filter_.code == codes.BOX else math.ceil(width)
    if antialias:  # else the table needs room for what lies outside, before it is added to the edge
        taps = min(taps, n_in)
    numbers = (*place, float(n_in))
    if filter_.code == codes.TRIANGLE and spread == place.unit:
        return Rule("linear", numbers, taps)
    alike = repeats(place, n_in, n_out, filter_.support * spread)
    shape = (spread, filter_.support, float(filter_.code), *filter_.parameters)
    return Rule("filtered", (*numbers, *alike, *shape, float(not antialias)), taps)


def fine(taps: int) -> Arithmetic | None:
    """Return the arithmetic of bytes weighed by so many taps where it has words between the passes; else None."""
    return _EIGHT_BIT_FINE if _BYTES[0][0] < taps <= _BYTES[1][0] else None


def _arithmetic(task: Task, taps: int) -> Arithmetic:
    # A volume keeps its first two axes unrounded, which words cannot hand over.
    stretched = task.antialias or task.method == "area"
    choices = _STRETCHED if stretched and task.dtype in _STRETCHED else _ARITHMETIC
    for most, arithmetic in choices[task.dtype]:
        if taps <= most and (task.single or arithmetic.between != "int16"):
            return arithmetic
    raise AssertionError("any number of taps is served")


def _unchanged(method: str, grid: Grid) -> bool:
    return identity(grid)


_EXACT = "from the exact value"
_SMOOTH = ("area", *FILTERS)


def _promises() -> tuple[Promise, ...]:
    """Return how near the exact value results are, on every machine."""
    bounds = {
        ("uint16", "int16"): "0.65 levels",
        ("uint32", "int32"): "0.51 levels",
        ("float32",): "4 eps",
    }
    bytes_ = ("uint8", "int8")
    return (
        Promise("nearest", (*_ARITHMETIC, *_COPIED), (False,), "exact", "the exact value"),
        Promise("bilinear", bytes_, (False,), "0.52 levels", _EXACT),
        *(
            Promise(name, bytes_, (True,) if name == "bilinear" else (False, True), "0.55 levels", _EXACT)
            for name in _SMOOTH
        ),
        *(
            Promise(name, dtypes, (False, True), bound, _EXACT)
            for dtypes, bound in bounds.items()
            if dtypes != bytes_
            for name in _SMOOTH
        ),
    )


NATIVE = Convention(
    methods={
        "nearest": Method((*_ARITHMETIC, *_COPIED), coordinates=_COORDINATES, boxes=True),
        "area": Method(tuple(_ARITHMETIC), (True, False), coordinates=_COORDINATES, boxes=True),
        **{name: Method(tuple(_ARITHMETIC), (False, True), coordinates=_COORDINATES, boxes=True) for name in FILTERS},
    },
    operation=_operation,
    unchanged=_unchanged,
    joint=False,
    promises=_promises(),
)
