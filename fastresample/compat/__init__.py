"""Drop-in replacements: each library's own signature, defaults and results, computed here."""

from importlib import import_module
from types import ModuleType

__all__ = ["onnx", "opencv", "pillow", "torch"]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"fastresample.compat.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
