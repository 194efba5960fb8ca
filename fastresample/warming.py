"""``warmup``: kernels are compiled before they are needed."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from fastresample import convolution, families, pooling, spec
from fastresample.resizing import Resizer, resize

_WARMUP_SIZES = {
    # Enlarged, shrunk, halved, averaged by whole blocks, shrunk so much that windows are long.
    (64, 16): ((113, 17), (40, 9), (32, 8), (16, 4), (3, 3)),
    # Kernels of vectors depend on how far apart the samples of a row lie: by steps of 1/2 to 20.
    (24, 2000): ((48, 4000), (30, 2500), (20, 1500), (11, 1000), (8, 667), (6, 500), (4, 345), (3, 200), (2, 100)),
}

_FLOATS = (np.dtype("float32"), np.dtype("float64"))
_OPERATORS: dict[str, Callable[[str], None]] = {
    "conv2d": convolution.compile_usual,
    "conv_transpose2d": convolution.compile_usual,
    "max_pool2d": pooling.compile_usual,
    "max_unpool2d": pooling.compile_usual,
    "avg_pool2d": pooling.compile_usual,
}


def warmup(
    methods: Iterable[str] = ("nearest", "bilinear"),
    dtypes: Iterable[DTypeLike] = ("uint8",),
    channels: Iterable[int] = (1, 3, 4),
    conventions: Iterable[str] = ("native",),
    antialias: Iterable[bool] = (False, True),
    operators: Iterable[str] = (),
) -> int:
    """Compile now what the first calls would compile: for images of these kinds, and for operators of networks.

    Parameters
    ----------
    methods, dtypes, channels, conventions, antialias
        Every combination is prepared for C-contiguous ``(H, W, C)`` images whose sides are both enlarged or both
        shrunk, by exact halving too. Of ``antialias`` each method takes the values that it has.
    operators
        Of ``conv2d``, ``conv_transpose2d``, ``max_pool2d``, ``max_unpool2d`` and ``avg_pool2d``, which are prepared for
        the dtypes float32 and float64 among ``dtypes``, or for float32 where there is neither; the convolutions for
        all tiles of strides 1 and 2 (half a minute). ``methods=()`` prepares the operators alone.

    Returns
    -------
    int
        How many kernels were compiled; those found in the cache do not count.

    Raises
    ------
    TypeError, ValueError
        As `resize`: for a method, a dtype or a value of ``antialias`` that a convention lacks; for an unknown operator.

    Examples
    --------
    >>> import fastresample
    >>> fastresample.warmup(methods=["nearest"], channels=[1]) >= 0
    True
    """
    statistics: dict[str, int] = families.load_kernels().statistics
    before = statistics["compiled"]
    dtypes, wanted = tuple(dtypes), _known(operators)
    choices, kinds = tuple(antialias), list(product(dtypes, channels))
    for method, convention in product(methods, conventions):
        for smooth, (dtype, count) in product(_existing(method, choices, convention), kinds):
            for sides, sizes in _WARMUP_SIZES.items():
                image = np.zeros((*sides, count), dtype)
                given: dict[str, Any] = {"method": method, "convention": convention, "antialias": smooth}
                for size in sizes:
                    resize(image, size, threads=1, **given)
                    Resizer(image.shape, size, dtype, **given)(image, threads=1)  # by the general planner
    floats = [str(np.dtype(dtype)) for dtype in dtypes if np.dtype(dtype) in _FLOATS]
    for operator, dtype in product(wanted, floats or ["float32"]):
        _OPERATORS[operator](dtype)
    return statistics["compiled"] - before


def _known(operators: Iterable[str]) -> list[str]:
    """Return the operators; raise ValueError for one that there is not."""
    names = list(operators)
    for name in names:
        if name not in _OPERATORS:
            raise ValueError(f"unknown operator {name!r}; choose from {', '.join(_OPERATORS)}")
    return names


def _existing(method: str, choices: tuple[bool, ...], convention: str) -> list[bool]:
    """Return the choices of ``antialias`` that a method has; raise as `resize` does where none is left."""
    spec.check_method(method, None, convention)
    existing = []
    for smooth in choices:
        with suppress(ValueError):
            existing.append(spec.check_method(method, smooth, convention)[1])
    if not existing and choices:
        spec.check_method(method, choices[0], convention)
    return existing
