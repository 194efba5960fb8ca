"""``cv2.resize`` of OpenCV 5.0.0 with its IPP code switched off (``cv2.ipp.setUseIPP(False)``).

IPP serves bilinear of 16-bit and floating-point samples and bicubic of all but float64, by its own rules, which differ
from one processor to the next; everything else is the same with it. Sums follow the 128-bit vectors of the wheels.
"""

from fastresample import codes
from fastresample.arithmetic import ALL, Arithmetic, Mean, Pass, Tail, floating
from fastresample.conventions.records import Convention, Method, Operation, Promise, Rule, Task
from fastresample.geometry import Grid

_ROUNDED, _REAL = ("uint8", "uint16", "int16"), ("float32", "float64")
_WEIGHTED = _ROUNDED + _REAL
_EXACT = ("uint8", "int8", "uint16", "int16", "int32")
_COPIED = ("bool", "uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64")

# 8-bit samples: 11-bit weights; filtered rows are exact, but bilinear cuts four of their bits, and then each product.
_WORDS = Pass("int16", codes.WEIGHT_EVEN, 11, codes.SUM_INWARD, "int32", codes.STORE_CAST)
_CUT = Arithmetic(
    _WORDS._replace(store=codes.STORE_FLOOR),
    "int16",
    7,
    _WORDS._replace(sum=codes.SUM_HIGH, accumulator="int16", store=codes.STORE_SHIFT),
)
_SHIFTED = Arithmetic(_WORDS, "int32", ALL, _WORDS._replace(store=codes.STORE_SHIFT))
_SCALED = Pass("float32", codes.WEIGHT_EVEN_REAL, 11, codes.SUM_BACKWARD, "float32", codes.STORE_EVEN)
_SCALED_WORDS = Arithmetic(_WORDS, "int32", ALL, _SCALED, Tail(8, "float64", codes.STORE_UP))


def _forward(real: str, store: int) -> Arithmetic:
    """First tap first, in both passes."""
    return floating(real, codes.SUM_FORWARD, store)


def _backward(lanes: int, store: int) -> Arithmetic:
    """The last row first, but for the samples behind the last whole vector."""
    forward = _forward("float32", store)
    return forward._replace(last=forward.last._replace(sum=codes.SUM_BACKWARD), tail=Tail(lanes, "float32", store))


def _fixed(bits: int, word: str, between: str, wide: str) -> Arithmetic:
    """Both passes exact and one rounding, ties up."""
    first = Pass(word, codes.WEIGHT_EVEN, bits, codes.SUM_INWARD, between, codes.STORE_CAST)
    return Arithmetic(first, between, ALL, first._replace(accumulator=wide, store=codes.STORE_SHIFT))


_ROUNDED_SINGLE, _SINGLE = _forward("float32", codes.STORE_EVEN), _forward("float32", codes.STORE_CAST)
_DOUBLE = _forward("float64", codes.STORE_CAST)
_WORDS_16 = _fixed(16, "int32", "int64", "int64")
_WORDS_32 = _fixed(32, "int64", "int64", "int64")

_ARITHMETIC: dict[str, dict[str, Arithmetic]] = {
    "bilinear": {
        "uint8": _CUT,
        "uint16": _ROUNDED_SINGLE,
        "int16": _ROUNDED_SINGLE,
        "float32": _SINGLE,
        "float64": _DOUBLE,
    },
    "bicubic": {
        "uint8": _SCALED_WORDS,
        "uint16": _backward(8, codes.STORE_EVEN),
        "int16": _backward(8, codes.STORE_EVEN),
        "float32": _backward(4, codes.STORE_CAST),
        "float64": _DOUBLE,
    },
    "lanczos4": {
        "uint8": _SHIFTED,
        "uint16": _ROUNDED_SINGLE,
        "int16": _backward(8, codes.STORE_EVEN),
        "float32": _backward(4, codes.STORE_CAST),
        "float64": _DOUBLE,
    },
    "bilinear_exact": {
        "uint8": _fixed(8, "int16", "int32", "int32"),
        "int8": _WORDS_16,
        "uint16": _WORDS_16,
        "int16": _WORDS_16,
        "int32": _WORDS_32._replace(last=_WORDS_32.last._replace(sum=codes.SUM_WIDE)),
    },
}
_AREA = {dtype: _SINGLE if dtype == "float32" else _ROUNDED_SINGLE for dtype in _WEIGHTED} | {"float64": _DOUBLE}
_WORDS_OF_ONE = 2048.0  # of 8-bit samples
_TAPS = {"bicubic": 4, "lanczos4": 8}


def _factor(grid: Grid) -> float:
    return grid.factor or grid.n_out / grid.n_in


def _step(grid: Grid) -> float:
    return 1.0 / _factor(grid)  # two roundings from the sizes


def whole_steps(rows: Grid, columns: Grid) -> tuple[int, int] | None:
    """Return both steps as whole numbers if they are: but for the last bit, so ``1 / (1 / 49)`` is not."""
    steps = _step(rows), _step(columns)
    whole = round(steps[0]), round(steps[1])
    near = all(abs(step - k) < 2.0**-52 for step, k in zip(steps, whole, strict=True))
    return whole if near else None


def _operation(task: Task) -> Operation:
    """Choose the rule; exact halving by bilinear is the mean of 2 x 2 blocks."""
    if task.method in ("nearest", "nearest_exact"):
        return Operation("gather", _index(task.method, task.rows), _index(task.method, task.columns))
    method, sizes = task.method, whole_steps(task.rows, task.columns)
    if method == "bilinear_exact":
        if task.dtype not in _WEIGHTED or (task.dtype in _ROUNDED and (sizes != (2, 2) or task.channels == 2)):
            rows, columns = (_two(method, grid, inside, task.dtype) for grid, inside in _both(task))
            return Operation("separable", rows, columns, _ARITHMETIC[method][task.dtype])
        method = "bilinear"
    shrinking = min(_step(task.rows), _step(task.columns)) >= 1.0
    if sizes and (sizes == (2, 2) if method == "bilinear" else method == "area" and shrinking):
        return _means(task, sizes)
    if method == "area" and shrinking:
        rows, columns = (_overlaps(grid) for grid in (task.rows, task.columns))
        return Operation("separable", rows, columns, _AREA[task.dtype])
    if method in _TAPS:
        rows, columns = (_taps(method, grid, task.dtype, inside) for grid, inside in _both(task))
        return Operation("separable", rows, columns, _ARITHMETIC[method][task.dtype])
    rows, columns = (_two(method, grid, inside, task.dtype) for grid, inside in _both(task))
    return Operation("separable", rows, columns, _ARITHMETIC["bilinear"][task.dtype])


def _both(task: Task) -> tuple[tuple[Grid, bool], tuple[Grid, bool]]:
    """Rows and columns, and whether windows stay inside: rows beyond the image are rows again, for every rule."""
    return (task.rows, False), (task.columns, True)


def _index(method: str, grid: Grid) -> Rule:
    if method == "nearest":
        return Rule("corner", (_step(grid), float(grid.n_in)))
    return Rule("accumulated", (grid.n_in / grid.n_out, float(grid.n_in)))


def _two(method: str, grid: Grid, inside: bool, dtype: str) -> Rule:
    place = (_step(grid), float(grid.n_in))
    if method == "area":
        return Rule("cover_linear", (_factor(grid), *place, float(inside)), 2, outside=not inside)
    if method == "bilinear":
        return Rule("single_linear", (*place, float(inside)), 2, outside=not inside)
    one = 2.0 ** _ARITHMETIC[method][dtype].first.bits
    return Rule("stepped_linear", (*place, one, float(inside)), 2, outside=not inside)


def _taps(method: str, grid: Grid, dtype: str, columns: bool) -> Rule:
    """Windows of several taps; whole weights of columns are folded onto the edge, real ones stay apart."""
    folded = columns and dtype == "uint8"
    numbers = (_step(grid), float(grid.n_in), _WORDS_OF_ONE if folded else 0.0)
    taps = min(_TAPS[method], grid.n_in) if folded else _TAPS[method]
    return Rule(f"single_{method.removeprefix('bi')}", numbers, taps, outside=not folded)


def _overlaps(grid: Grid) -> Rule:
    return Rule("overlaps", (_step(grid), float(grid.n_in)), min(int(_step(grid)) + 2, grid.n_in))


def _means(task: Task, sizes: tuple[int, int]) -> Operation:
    pairs = zip(sizes, (task.rows, task.columns), strict=True)
    rows, columns = (Rule("blocks", (float(k), float(grid.n_in)), 0) for k, grid in pairs)
    return Operation("mean", rows, columns, _mean(task.dtype, task.channels, sizes))


def _mean(dtype: str, channels: int, sizes: tuple[int, int]) -> Mean:
    halving = sizes == (2, 2)
    if dtype == "float64":
        return Mean(codes.MEAN_FOURS, "float64", codes.FINISH_RECIPROCAL)
    if dtype == "float32" and halving and channels in (1, 4):
        return Mean(codes.MEAN_PAIRS, "float32", codes.FINISH_RECIPROCAL)
    if dtype != "float32" and halving and channels in (1, 3, 4):
        return Mean(codes.MEAN_SINGLY, "int32", codes.FINISH_QUARTER)
    if dtype == "uint8":
        return Mean(codes.MEAN_SINGLY, "int32" if sizes[0] * sizes[1] < 1 << 23 else "int64", codes.FINISH_RECIPROCAL)
    if dtype != "float32" and sizes[0] * sizes[1] <= 256:  # float32 holds sums of so many 16-bit samples exactly
        return Mean(codes.MEAN_SINGLY, "int32", codes.FINISH_RECIPROCAL)
    return Mean(codes.MEAN_FOURS, "float32", codes.FINISH_RECIPROCAL)


def _unchanged(method: str, grid: Grid) -> bool:
    return grid.n_in == grid.n_out  # even where the factor is not one


_IPP = "with IPP off"
_SUMS = "sums in the order of 128-bit vectors, as in the x86-64 wheels"
_SINE = "sine and cosine of the C library"
_METHODS = {
    "nearest": Method(_COPIED, axes=(2,)),
    "nearest_exact": Method(_COPIED, axes=(2,)),
    "bilinear": Method(_WEIGHTED, axes=(2,)),
    "bilinear_exact": Method((*_EXACT, *_REAL), axes=(2,)),
    "bicubic": Method(_WEIGHTED, axes=(2,)),
    "area": Method(_WEIGHTED, (True, False), axes=(2,)),
    "lanczos4": Method(_WEIGHTED, axes=(2,)),
}

OPENCV = Convention(
    methods=_METHODS,
    operation=_operation,
    unchanged=_unchanged,
    joint=True,
    version="5.0.0",
    promises=(
        Promise("nearest", _COPIED, (False,), "exact"),
        Promise("nearest_exact", _COPIED, (False,), "exact"),
        Promise("bilinear", ("uint8",), (False,), "exact"),
        Promise("bilinear", ("uint16", "int16", *_REAL), (False,), "exact", _IPP),
        Promise("bilinear_exact", _EXACT, (False,), "exact"),
        Promise("bilinear_exact", _REAL, (False,), "exact", f"{_IPP}: it is bilinear"),
        Promise("bicubic", ("uint8", "uint16", "int16", "float32"), (False,), "exact", f"{_IPP}; {_SUMS}"),
        Promise("bicubic", ("float64",), (False,), "exact"),
        Promise("area", _ROUNDED, (True, False), "exact"),
        Promise("area", _REAL, (True, False), "exact", _SUMS),
        Promise("lanczos4", ("uint8", "uint16", "float64"), (False,), "exact", _SINE),
        Promise("lanczos4", ("int16", "float32"), (False,), "exact", f"{_SINE}; {_SUMS}"),
    ),
)
