"""The one place that calls ``njit``: options, unique names, the lock, loading and keeping compiled code.

Every kernel is one uniquely named function with one signature, because Numba's disk cache can hand the machine code
of one signature to another when two processes fill it at once. The name carries the kernel, its specialisation and a
hash of every kernel source, so that an edited helper or an upgrade never meets old code; the folder carries the
versions, the processor and the options that change code but not Numba's cache key.
"""

import hashlib
import logging
import os
import re
import sys
import threading
import types as python_types
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
import numpy as np
from numba import config, njit, types
from numpy.typing import DTypeLike

import fastresample
from fastresample import cache as disk

logger = logging.getLogger("fastresample")

Kernel = Callable[..., Any]
Signature = tuple[Any, ...]

# nogil: bands run on Python threads. error_model: no division checks in the loops. fastmath stays off: results are
# promised bit for bit. The same for every kernel, because Numba's cache key ignores options.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": False}

# Kernels of explicit vector instructions will be further tiers; a tier is part of each compiled function's name.
TIER = "plain"

_lock = threading.RLock()
_compiled: dict[str, Kernel] = {}
_announced = False
statistics = {"compiled": 0, "loaded": 0}


def _forked() -> None:
    """Give the child locks and counters of its own."""
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    # A fork waits for a compilation that another thread runs: the child could never finish it, nor enter the compiler.
    os.register_at_fork(before=lambda: _lock.acquire(), after_in_parent=lambda: _lock.release(), after_in_child=_forked)


def inline(function: Kernel) -> Kernel:
    """Jit a module-level helper that is inlined into its callers before typing: one compilation, constants fold."""
    return njit(inline="always", **_OPTIONS)(function)  # type: ignore[no-any-return]


def array_type(dtype: DTypeLike, ndim: int, layout: str = "C", *, writable: bool = False) -> Any:
    """Numba's type of an array argument: read-only by default, so that read-only arrays are accepted too."""
    dtype = np.dtype(dtype)
    return types.Array(numba.from_dtype(dtype), ndim, layout, readonly=not writable)


@cache
def source_hash() -> str:
    """Hash of the version and of every kernel source: part of each compiled function's name."""
    digest = hashlib.sha256(fastresample.__version__.encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def processor() -> tuple[str, str]:
    """Name and feature list of the CPU that code is generated for (``NUMBA_CPU_NAME`` overrides the host's)."""
    if config.CPU_NAME:
        return config.CPU_NAME, config.CPU_FEATURES or ""
    return llvmlite.binding.get_host_cpu_name(), llvmlite.binding.get_host_cpu_features().flatten()


@cache
def environment_key() -> str:
    """Name of the cache folder's part for this package, Numba, Python, processor and code-changing options."""
    options = (config.BOUNDSCHECK, config.OPT, config.ENABLE_AVX, config.LOOP_VECTORIZE)
    code = (*processor(), llvmlite.__version__, *options)
    digest = hashlib.sha256(repr(code).encode()).hexdigest()[:12]
    version = ".".join(map(str, sys.version_info[:2]))
    return f"v{fastresample.__version__}-numba{numba.__version__}-py{version}-{digest}"


def compile_kernel(function: Kernel, name: str, signature: Signature) -> Kernel:
    """Compile ``function`` for one signature under a name of its own, or load it from the cache folder.

    Trouble with the cache never stops a call: the kernel is then compiled in memory.
    """
    if config.DISABLE_JIT:
        return function
    unique = re.sub(r"\W", "_", f"{name}_{TIER}_{source_hash()}")
    with _lock:
        if unique not in _compiled:
            _compiled[unique] = _load_or_compile(function, unique, signature)
        return _compiled[unique]


def _load_or_compile(function: Kernel, unique: str, signature: Signature) -> Kernel:
    folder = disk.folder(environment_key())
    if folder is not None and disk.verify(folder, unique):
        kernel = _attempt(function, unique, signature, folder)
        if kernel is not None and kernel.stats.cache_hits:
            statistics["loaded"] += 1
            return kernel  # type: ignore[no-any-return]
        disk.discard(folder, unique)
    _announce(folder)
    statistics["compiled"] += 1
    kernel = _attempt(function, unique, signature, folder) if folder else None
    if folder and kernel:
        disk.seal(folder, unique)
    return kernel or _build(function, unique, signature, cached=False)  # type: ignore[no-any-return]


def _attempt(function: Kernel, name: str, signature: Signature, folder: Path) -> Any:
    """Build through the cache folder; None when the cache got in the way before there was code."""
    # Numba reads CACHE_DIR when it decorates and at no other time; other libraries keep theirs.
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        kernel = _build(function, name, signature, cached=True)
    except Exception as fault:  # a damaged pickle can raise anything; a true compile error comes again without cache
        disk.warn_once(f"compiled kernels could not be read or written ({type(fault).__name__}: {fault})")
        return None
    finally:
        config.CACHE_DIR = before
    return kernel


def _build(function: Kernel, name: str, signature: Signature, *, cached: bool) -> Any:
    copy = python_types.FunctionType(function.__code__, function.__globals__, name, None, function.__closure__)
    copy.__qualname__ = name
    copy.__module__ = function.__module__
    kernel = njit(cache=cached, **_OPTIONS)(copy)
    try:
        kernel.compile(signature)
    except OSError as fault:  # the code exists, only keeping it failed (full disk): use it
        if not kernel.overloads:
            raise
        disk.warn_once(f"a compiled kernel could not be kept ({fault})")
    kernel.disable_compile()
    return kernel


def _announce(folder: Path | None) -> None:
    """Tell once per process, through logging, why the first call takes seconds."""
    global _announced
    if not _announced:
        _announced = True
        kept = f"once; kept in {folder}" if folder else "for this process only"
        logger.info("compiling for this CPU (%s) ...", kept)
