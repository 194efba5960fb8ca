"""Windows that ascend: one that begins behind the next, for its first weights were zeros, gets these back."""

from functools import cache
from typing import Any

import numpy as np

from fastresample.kernels.common import Kernel, array_type, compile_kernel


def settle(first, weights):
    """Move windows that begin behind a later one, in place; return False where their last weights are not zeros."""
    taps = weights.shape[1]
    for i in range(first.size - 2, -1, -1):
        back = np.int64(first[i]) - np.int64(first[i + 1])
        if back <= 0:
            continue
        if back >= taps:
            return False
        for k in range(taps - back, taps):
            if weights[i, k] != 0:
                return False
        for k in range(taps - 1, back - 1, -1):
            weights[i, k] = weights[i, k - back]
        for k in range(back):
            weights[i, k] = 0
        first[i] -= back
    return True


@cache
def _settle(weight: str) -> Kernel:
    table = array_type(weight, 2, writable=True)
    return compile_kernel(settle, f"settle_{weight}", (array_type(np.int32, 1, writable=True), table))


def ascending(first: Any, weights: Any) -> tuple[Any, Any]:
    """Return a table of whole weights that ascends, if it can."""
    if not (first[1:] < first[:-1]).any():
        return first, weights
    settled = first.copy(), weights.copy()
    return settled if _settle(weights.dtype.name)(*settled) else (first, weights)
