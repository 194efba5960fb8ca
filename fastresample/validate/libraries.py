"""One table of libraries: operator -> {library: how to call it}.

The comparison, the tests and the benchmark all take their calls from here, so that they speak of the same thing.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

import fastresample
from fastresample.conventions import CONVENTIONS
from fastresample.spec import check_method
from fastresample.validate.calls import INSTALL, Call, Image, Library, Make, Size, installed, result_shape
from fastresample.validate.peers import cykooz, opencv, pillow, skimage, torch, vips

# Another arithmetic of the same operator: rows such as "opencv-exact" in the table of the operator.
_EXACT = "_exact"
_SAME_FILTER = {"catmull_rom": "bicubic"}


def operator_name(method: str, antialias: bool | None = None, convention: str = "native") -> str:
    """Return the operator of ``LIBRARIES`` that a method belongs to; raises as `fastresample.resize` does."""
    return _operator(*check_method(method, antialias, convention))


def _operator(method: str, antialias: bool) -> str:
    return method.removesuffix(_EXACT) + (" antialiased" if antialias and method != "area" else "")


def _table(operator: str) -> dict[str, Library]:
    """Return the libraries that have an operator."""
    method, _, antialiased = operator.partition(" ")
    name = f"{_SAME_FILTER.get(method, method)} {antialiased}".strip()
    rows = [module.ROWS.get(name, {}) for module in (opencv, pillow, torch, skimage, cykooz, vips)]
    return {library: row for part in rows for library, row in part.items()}


LIBRARIES: dict[str, dict[str, Library]] = {
    operator: _table(operator)
    for operator in dict.fromkeys(
        _operator(method, antialias)
        for convention in CONVENTIONS.values()
        for method, rules in convention.methods.items()
        for antialias in rules.antialias
    )
}
NAMES = tuple(dict.fromkeys(name for table in LIBRARIES.values() for name in table))


def reproduced(method: str, convention: str) -> str:
    """Return the library that a method of a convention is the arithmetic of; empty for ``native``."""
    if convention == "native":
        return ""
    return f"{convention}-exact" if method.endswith(_EXACT) else convention


def ours(method: str, antialias: bool | None, convention: str = "native") -> Make:
    """Return how to call this package."""

    def make(image: Image, size: Size, *, planned: bool = True, threads: int | None = None) -> Call:
        options: dict[str, Any] = {"method": method, "antialias": antialias, "convention": convention}
        if not planned:
            return Call(lambda: fastresample.resize(image, size, threads=threads, **options), np.asarray)
        resizer = fastresample.Resizer(image.shape, size, image.dtype, **options)
        out = np.empty(result_shape(image, size), image.dtype)
        return Call(lambda: resizer(image, out=out, threads=threads), np.asarray)

    return make


def choose(operator: str, names: Sequence[str] | None = None) -> tuple[list[str], dict[str, str]]:
    """Return the libraries to run beside ours, and of the others that have the operator why they do not.

    ``names=None`` means all that are installed. Raises TypeError for what is no sequence of names, ValueError for an
    unknown name or a library without the operator, and ModuleNotFoundError for a library that was named but is not
    installed.
    """
    table = LIBRARIES[operator]
    missing = {name: library.module for name, library in table.items() if not installed(library.module)}
    if names is None:
        left_out = {name: f"not installed ({INSTALL[module]})" for name, module in missing.items()}
        return [name for name in table if name not in missing], left_out
    if isinstance(names, str):
        raise TypeError(f"libraries must be a sequence of names, got the text {names!r}; write ({names!r},)")
    for name in names:
        _check_name(name, operator)
        if name in missing:
            module = missing[name]
            raise ModuleNotFoundError(f"{name} is not installed; to compare with it: {INSTALL[module]}", name=module)
    return list(dict.fromkeys(names)), {}


def choose_for(operators: Sequence[str], names: Sequence[str] | None) -> dict[str, Sequence[str] | None]:
    """Return, for each operator, those of the named libraries that have it; None: all that are installed.

    Raises as `choose` does; a library has to have one of the operators only.
    """
    if names is None:
        return dict.fromkeys(operators)
    for name in [names] if isinstance(names, str) else names:
        having = [operator for operator in operators if name in LIBRARIES[operator]]
        choose((having or operators)[0], names if isinstance(names, str) else [name])
    return {operator: [name for name in names if name in LIBRARIES[operator]] for operator in operators}


def _check_name(name: str, operator: str) -> None:
    if name in LIBRARIES[operator]:
        return
    known = ", ".join(LIBRARIES[operator]) or "none, for no library has it"
    if name not in NAMES:
        raise ValueError(f"unknown library {name!r} for {operator}; choose from {known}")
    has = ", ".join(operator for operator, table in LIBRARIES.items() if name in table)
    raise ValueError(f"library {name!r} has no {operator}, it has {has}; for {operator} choose from {known}")


@contextmanager
def settings(modules: set[str], *, threads: int | None = None, ipp: bool | None = None) -> Iterator[None]:
    """Set the process-wide switches of the installed ``modules`` and put them back afterwards.

    ``threads`` is the number of threads of one call, ``ipp`` whether OpenCV may use IPP; None leaves a switch alone.
    """
    switches: list[tuple[Callable[[], Any], Callable[[Any], object], Any]] = []
    if "cv2" in modules and installed("cv2"):
        import cv2

        switches += [(cv2.getNumThreads, cv2.setNumThreads, threads), (cv2.ipp.useIPP, cv2.ipp.setUseIPP, ipp)]
    if "torch" in modules and installed("torch"):
        import torch

        switches += [(torch.get_num_threads, torch.set_num_threads, threads)]
    if "pyvips" in modules and installed("pyvips"):
        import pyvips

        switches += [(pyvips.concurrency_get, pyvips.concurrency_set, threads)]
    with ExitStack() as restore:
        for get, put, value in switches:
            if value is not None:
                restore.callback(put, get())
                put(value)
        yield
