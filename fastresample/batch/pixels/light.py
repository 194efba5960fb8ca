"""The sRGB transfer function: stored levels to linear light and back, by tables, rounded exactly."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

# Bins of light from 0 to 1 for the search of levels, by the largest level. The function is steepest at 0, where a level
# is 1 / (12.92 * largest) of light wide: with more bins than that no bin holds two thresholds. Powers of two, so that
# the product of a float32 with them is exact.
_BINS = {255: 2**12, 65535: 2**20}
_BLOCK = 2**16  # samples of one block: its temporary arrays stay in the processor's second cache


def light_of(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the linear light, 0 to 1, of sRGB values from 0 to 1.

    Notes
    -----
    ``light = level / 12.92`` up to 0.04045, above that ``((level + 0.055) / 1.055) ** 2.4``.

    References
    ----------
    IEC 61966-2-1:1999, Multimedia systems and equipment - Colour measurement and management - Part 2-1: Default RGB
    colour space - sRGB.

    Examples
    --------
    >>> light_of(np.array([0.0, 0.5, 1.0])).round(4).tolist()
    [0.0, 0.214, 1.0]
    """
    return np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)


class _Tables(NamedTuple):
    """`light` of every level; `lower`: the level at the beginning of each bin; `threshold`: where the next begins."""

    light: NDArray[np.float32]
    lower: NDArray[Any]
    threshold: NDArray[np.float32]


@lru_cache(maxsize=len(_BINS))
def _tables(largest: int) -> _Tables:
    levels = np.arange(largest + 1)
    thresholds = light_of((levels[1:] - 0.5) / largest)  # threshold k - 1: from here on, level k is the nearest
    lower = np.searchsorted(thresholds, np.arange(_BINS[largest] + 1) / _BINS[largest], side="right")
    following = np.append(thresholds, np.inf)[lower]
    # The smallest float32 that is not below: a float32 reaches it if and only if it reaches the threshold itself.
    rounded = following.astype(np.float32)
    rounded = np.where(rounded < following, np.nextafter(rounded, np.float32(np.inf)), rounded)
    return _Tables(light_of(levels / largest).astype(np.float32), lower.astype(np.min_scalar_type(largest)), rounded)


def to_light(samples: NDArray[Any]) -> NDArray[np.float32]:
    """Return the linear light of stored samples: uint8 or uint16 in, float32 from 0 to 1 out.

    Examples
    --------
    >>> to_light(np.array([0, 188, 255], np.uint8)).round(3)
    array([0.   , 0.503, 1.   ], dtype=float32)
    """
    light: NDArray[np.float32] = _tables(np.iinfo(samples.dtype).max).light[samples]
    return light


def from_light(light: NDArray[np.float32], dtype: Any) -> NDArray[Any]:
    """Return the nearest levels, uint8 or uint16, to linear light; what leaves 0 to 1 is clipped, NaN becomes 0.

    Notes
    -----
    Nearest among the levels as sRGB spaces them: level ``k`` begins at ``light_of((k - 0.5) / largest)``. Exact for
    every float32, for it is a comparison with these thresholds and no power is taken.

    Examples
    --------
    >>> from_light(np.float32([-1, 0, 0.5, 1, 9]), np.uint8).tolist()
    [0, 0, 188, 255, 255]
    """
    largest = np.iinfo(dtype).max
    tables = _tables(largest)
    levels = np.empty(light.shape, dtype)
    source, target = np.ascontiguousarray(light).reshape(-1), levels.reshape(-1)
    for start in range(0, source.size, _BLOCK):
        block = np.clip(np.nan_to_num(source[start : start + _BLOCK], nan=0.0), 0.0, 1.0)
        bins = (block * np.float32(_BINS[largest])).astype(np.int32)
        np.add(tables.lower[bins], block >= tables.threshold[bins], out=target[start : start + _BLOCK])
    return levels
