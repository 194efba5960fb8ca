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


class Remark(NamedTuple):
    """How a library's rule departs from the operator's."""

    text: str
    holds: Callable[[Image, Size], bool] = lambda image, size: True  # for which resizes
    incomparable: bool = False  # where it holds, the library does another amount of work


class Library(NamedTuple):
    """A row: the module that must be importable, the call, and how its rule departs from the operator's, if it does."""

    module: str
    make: Make  # the call that is timed
    remarks: tuple[Remark, ...] = ()
    plain: Make | None = None  # the call whose bits count, where it is another

    @property
    def make_plain(self) -> Make:
        """The call whose bits are compared."""
        return self.plain or self.make

    def differences(self, image: Image, size: Size) -> tuple[str, ...]:
        """Say how the library departs from the operator when it resizes ``image`` to ``size``."""
        return tuple(remark.text for remark in self.remarks if remark.holds(image, size))

    def comparable(self, image: Image, size: Size) -> bool:
        """Tell whether the library does the operator's work when it resizes ``image`` to ``size``."""
        return not any(remark.incomparable and remark.holds(image, size) for remark in self.remarks)


INSTALL = {
    "cv2": 'pip install "fastresample[validate]"',
    "PIL": "pip install pillow",
    "torch": "pip install torch",
    "skimage": "pip install scikit-image",
    "cykooz_resizer": "pip install cykooz-resizer",
    "pyvips": 'pip install "pyvips[binary]"',
}


def shrinks(image: Image, size: Size) -> bool:
    """Tell whether an axis gets smaller."""
    return bool(size[0] < image.shape[0] or size[1] < image.shape[1])


def grows(image: Image, size: Size) -> bool:
    """Tell whether an axis gets larger."""
    return bool(size[0] > image.shape[0] or size[1] > image.shape[1])


def _rounds_twice(image: Image, size: Size) -> bool:
    """Tell whether short integers are rounded between two passes, in a library that does so."""
    changes = size[0] != image.shape[0] and size[1] != image.shape[1]
    return changes and image.dtype.kind in "iu" and image.dtype.itemsize < 4


# What libraries do otherwise, in words that several share.
TOP_LEFT = Remark("takes top-left corners, not centres")
ALWAYS_ANTIALIASES = Remark("antialiases always", shrinks, incomparable=True)
NEVER_ANTIALIASES = Remark("does not antialias", shrinks, incomparable=True)
STEEP_CUBIC = Remark("a = -0.75")
CLIPS_BETWEEN = Remark("clips between the passes", _rounds_twice)
ONE_OF_TIE = Remark("takes one pixel of a tie")
DROPS_OUTSIDE = Remark("drops pixels outside")
REPEATS_EDGE = Remark("repeats edge pixels")


def installed(module: str) -> bool:
    """Tell whether ``module`` can be imported, without importing it."""
    return module in sys.modules or find_spec(module) is not None


def version(module: str) -> str:
    """Return the version of an installed module."""
    return str(getattr(import_module(module), "__version__", None) or metadata.version(module))


def same_version(found: str, expected: str) -> bool:
    """Tell whether two versions agree as far as both go: 5.0.0 and 5.0.0.93 do, and so do 2.13.0+cpu and 2.13.0."""
    parts = [text.partition("+")[0].split(".") for text in (found, expected)]
    return all(a == b for a, b in zip(*parts, strict=False))


def result_shape(image: Image, size: Size) -> tuple[int, ...]:
    """Return the shape of ``image`` resized to ``size``."""
    return (*size, *image.shape[2:])


def channels(image: Image) -> int:
    """Return the number of samples per pixel."""
    return math.prod(image.shape[2:])


def require(library: str, image: Image, supported: bool) -> None:
    """Raise NotImplementedError for an image that a library cannot take."""
    if not supported:
        raise NotImplementedError(f"{library} cannot do this on {channels(image)}-channel {image.dtype} images")
