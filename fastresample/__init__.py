"""Fast, exact image resampling on NumPy arrays.

Public names are loaded on first use, so that importing the package (and asking the command line for help)
costs next to nothing and never imports Numba, OpenCV, Pillow or PyTorch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Resizer",
    "__version__",
    "batch",
    "compat",
    "get_num_threads",
    "loops",
    "resize",
    "set_num_threads",
    "validate",
    "warmup",
]

if TYPE_CHECKING:
    from fastresample import batch, compat, loops, validate
    from fastresample.resizing import Resizer, resize, warmup
    from fastresample.threads import get_num_threads, set_num_threads

_HOMES = {
    "Resizer": "resizing",
    "resize": "resizing",
    "warmup": "resizing",
    "get_num_threads": "threads",
    "set_num_threads": "threads",
}
_SUBMODULES = ("batch", "compat", "loops", "validate")


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(f"fastresample.{_HOMES[name]}"), name)
    elif name in _SUBMODULES:
        value = import_module(f"fastresample.{name}")
    else:
        raise AttributeError(f"module 'fastresample' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
