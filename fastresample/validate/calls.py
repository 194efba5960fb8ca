"""What a call into a library is: made ready first, then run. No library is imported here."""

import math
import sys
from collections.abc import Callable
from importlib import import_module, metadata
from importlib.util import find_spec
from typing import Any, NamedTuple, Protocol

from numpy.typing import NDArray

Image = NDArray[Any]
Size = tuple[int, int]


class Call(NamedTuple):
    """A resize made ready: ``run()`` is the call itself, ``array(run())`` its result ``(H, W)`` or ``(H, W, C)``."""

    run: Callable[[], Any]
    array: Callable[[Any], Image]


class Make(Protocol):
    """Make a call ready for a C-contiguous, writable image ``(H, W)`` or ``(H, W, C)`` and ``size=(height, width)``.

    ``planned`` sets up beforehand whatever the library allows (plan, output array); otherwise one run does all of it.
    ``threads=None`` is the library's own habit. Raises NotImplementedError for an image that the library cannot take.
    """

    def __call__(self, image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call: ...


class Library(NamedTuple):
    """A row: the module that must be importable, the call, and how its rule departs from the operator's, if it does."""

    module: str
    make: Make
    remark: str = ""
    shrinking: bool = False  # the remark holds only where an axis shrinks
    incomparable: bool = False  # where the remark holds, the library does another amount of work

    def difference(self, shape: tuple[int, ...], size: Size) -> str:
        """Say how the library departs from the operator when it resizes ``shape`` to ``size``; empty if it does not."""
        return self.remark if not self.shrinking or shrinks(shape, size) else ""


INSTALL = {
    "cv2": 'pip install "fastresample[validate]"',
    "PIL": "pip install pillow",
    "torch": "pip install torch",
    "cykooz_resizer": "pip install cykooz-resizer",
    "pyvips": 'pip install "pyvips[binary]"',
}


def shrinks(shape: tuple[int, ...], size: Size) -> bool:
    """Tell whether an axis gets smaller."""
    return size[0] < shape[0] or size[1] < shape[1]


def installed(module: str) -> bool:
    """Tell whether ``module`` can be imported, without importing it."""
    return module in sys.modules or find_spec(module) is not None


def version(module: str) -> str:
    """Return the version of an installed module."""
    return str(getattr(import_module(module), "__version__", None) or metadata.version(module))


def result_shape(image: Image, size: Size) -> tuple[int, ...]:
    """Return the shape of ``image`` resized to ``size``."""
    return (*size, *image.shape[2:])


def channels(image: Image) -> int:
    """Return the number of samples per pixel."""
    return math.prod(image.shape[2:])
