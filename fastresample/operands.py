"""Arrays of a layer of networks: copied where kernels cannot work on them as they are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fastresample.spec.arrays import check_result

Array = NDArray[Any]


class Target:
    """Where a result goes: an array given or made, by way of another where kernels cannot write in place."""

    def __init__(
        self,
        out: Any,
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
        like: str,
        argument: str = "out",
        **others: Array | None,
    ) -> None:
        self._given = out
        if out is None:
            self.result = self.filled = np.empty(shape, dtype)
        else:
            self.result = check_result(out, shape, dtype, like, argument, **others)
            self.filled = self.result if in_place(self.result, dtype) else np.empty(shape, dtype)

    def written(self) -> Array:
        """Return what was given or made, after ``filled`` has been filled."""
        if self.filled is not self.result:
            np.copyto(self.result, self.filled)
        return self.result if self._given is None else self._given


def native(array: Array, dtype: np.dtype[Any]) -> Array:
    """Return the array, or a C-contiguous native copy."""
    return array if in_place(array, dtype) else np.array(array, dtype, order="C")


def in_place(array: Array, dtype: np.dtype[Any]) -> bool:
    """Whether kernels can work on the array as it is."""
    return array.flags.c_contiguous and array.flags.aligned and array.dtype == dtype
