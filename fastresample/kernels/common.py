"""The one place that calls ``njit`` (beside loops.py): options, unique names, the lock, loading and keeping code.

Every kernel is one uniquely named function with one signature, because Numba's disk cache can hand the machine code
of one signature to another when two processes fill it at once. The name carries the kernel, its specialisation and a
hash of every kernel source, so that an edited helper or an upgrade never meets old code; the folder carries the
versions, the processor and the options that change code but not Numba's cache key.
"""

import hashlib
import logging
import re
import sys
import types as python_types
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
import numpy as np
from numba import config, njit, types
from numba.core.compiler_lock import global_compiler_lock
from numpy.typing import DTypeLike

import fastresample
from fastresample import cache as disk
from fastresample import forking
from fastresample.kernels.tiers import processor, tier

logger = logging.getLogger("fastresample")

Kernel = Callable[..., Any]
Signature = tuple[Any, ...]

# nogil: bands run on Python threads. error_model: no division checks in the loops. fastmath stays off: results are
# promised bit for bit. The same for every kernel, because Numba's cache key ignores options.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": False}
# Nobody calls kernels from C, and helpers from Python: without these entries they compile in two thirds of the time.
_KERNEL: dict[str, Any] = {**_OPTIONS, "no_cfunc_wrapper": True}
_HELPER: dict[str, Any] = {**_KERNEL, "no_cpython_wrapper": True, "forceinline": True}

_compiled: dict[str, Kernel] = {}
_announced = False
statistics = {"compiled": 0, "loaded": 0}


# A fork waits for compilations that are not ours, too: a child could never enter the compiler.
forking.hold_too(global_compiler_lock)


def inline(function: Kernel) -> Kernel:
    """Jit a module-level helper that is inlined into its callers before typing: one compilation, constants fold."""
    return njit(inline="always", **_OPTIONS)(function)  # type: ignore[no-any-return]


def forced(function: Kernel) -> Kernel:
    """Jit a module-level helper that LLVM inlines into its callers: constants fold, vectors pass through.

    A call from Python ends the process: there is nothing to call.
    """
    return njit(**_HELPER)(function)  # type: ignore[no-any-return]


def array_type(dtype: DTypeLike, ndim: int, layout: str = "C", *, writable: bool = False) -> Any:
    """Numba's type of an array argument: read-only by default, so that read-only arrays are accepted too."""
    dtype = np.dtype(dtype)
    return types.Array(numba.from_dtype(dtype), ndim, layout, readonly=not writable)


@cache
def source_hash() -> str:
    """Hash of the version and of every kernel source: part of each compiled function's name."""
    digest = hashlib.sha256(fastresample.__version__.encode())
    here = Path(__file__).parent
    for path in (here.parent / "codes.py", *sorted(here.rglob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def environment_key() -> str:
    """Name of the cache folder's part for this installation, Numba, Python, processor and code-changing options."""
    options = (config.BOUNDSCHECK, config.OPT, config.ENABLE_AVX, config.LOOP_VECTORIZE, config.SLP_VECTORIZE)
    # Numba files a kernel under its source's path: two installations must not discard each other's as incomplete.
    code = (*processor(), llvmlite.__version__, *options, str(Path(__file__)))
    digest = hashlib.sha256(repr(code).encode()).hexdigest()[:12]
    version = ".".join(map(str, sys.version_info[:2]))
    return f"v{fastresample.__version__}-numba{numba.__version__}-py{version}-{digest}"


def compile_kernel(function: Kernel, name: str, signature: Signature) -> Kernel:
    """Compile ``function`` for one signature under a name of its own, or load it from the cache folder.

    Trouble with the cache never stops a call: the kernel is then compiled in memory.
    """
    if config.DISABLE_JIT:
        return function
    types_hash = hashlib.sha256(str(signature).encode()).hexdigest()[:8]
    with forking.loading():
        unique = re.sub(r"\W", "_", f"{name}_{tier().name}_{types_hash}_{source_hash()}")
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
    return kernel or _build(function, unique, signature, None)  # type: ignore[no-any-return]


def _attempt(function: Kernel, name: str, signature: Signature, folder: Path) -> Any:
    """Build through the cache folder; None when the cache got in the way before there was code."""
    try:
        return _build(function, name, signature, folder)
    except Exception as fault:  # a damaged pickle can raise anything; a true compile error comes again without cache
        disk.warn_once(f"compiled kernels could not be read or written ({type(fault).__name__}: {fault})")
        return None


def _build(function: Kernel, name: str, signature: Signature, folder: Path | None) -> Any:
    copy = python_types.FunctionType(function.__code__, function.__globals__, name, None, function.__closure__)
    copy.__qualname__ = name
    copy.__module__ = function.__module__
    kernel = _decorated(copy, folder)
    try:
        kernel.compile(signature)
    except OSError as fault:  # the code exists, only keeping it failed (full disk): use it
        if not kernel.overloads:
            raise
        disk.warn_once(f"a compiled kernel could not be kept ({fault})")
    kernel.disable_compile()
    return kernel


def _decorated(function: Kernel, folder: Path | None) -> Any:
    """Return Numba's dispatcher, caching in ``folder`` and nowhere else."""
    if folder is None:
        return njit(**_KERNEL)(function)
    # Numba reads CACHE_DIR here and at no other time; other libraries keep theirs, but for the moment that this takes.
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        kernel = njit(cache=True, **_KERNEL)(function)
    finally:
        config.CACHE_DIR = before
    if not Path(kernel.stats.cache_path).is_relative_to(folder):
        raise OSError(f"{folder} cannot be written to")
    return kernel


def _announce(folder: Path | None) -> None:
    """Tell once per process, through logging, why the first call takes seconds."""
    global _announced
    if not _announced:
        _announced = True
        kept = f"once; kept in {folder}" if folder else "for this process only"
        logger.info("compiling for this CPU (%s) ...", kept)
