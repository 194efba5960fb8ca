"""Split the rows of one call over threads: the numeric side's only threads.

Kernels are serial and release the GIL; a band of rows is one kernel call. No ``prange``: under one of Numba's thread
layers a call from two Python threads aborts the process, under another a forked child is killed. The pool here is made
on first use, made anew after a fork, and never needed: what it has not started, the calling thread does itself.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path

Band = Callable[[int, int], object]

# A band shorter than this costs more to hand over (10 to 30 microseconds) than it saves.
_SHORTEST_BAND_NS = 60_000

_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None
_pool_size = 0
_limit: int | None = None


def _forked() -> None:
    """Forget the parent's pool: its threads do not exist in the child."""
    global _lock, _pool, _pool_size
    _lock, _pool, _pool_size = threading.Lock(), None, 0


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


@cache
def _quota(path: str = "/sys/fs/cgroup/cpu.max") -> float:
    """Return the processors that a container's limit (cgroup v2) leaves, infinity when there is none."""
    try:
        quota, period = Path(path).read_text().split()
        return float(quota) / float(period)
    except (OSError, ValueError):
        return float("inf")


def available_cores() -> int:
    """Return the cores this process may use: its affinity, within its container's limit."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, round(_quota())) if _quota() < cores else cores)


def check_threads(threads: object) -> int:
    """Return ``threads`` as a positive int; raise TypeError or ValueError otherwise."""
    if isinstance(threads, bool) or not hasattr(threads, "__index__"):
        raise TypeError(f"threads must be a positive integer or None, got {threads!r}")
    count = int(threads.__index__())
    if count < 1:
        raise ValueError(f"threads must be a positive integer or None, got {count}")
    return count


def set_num_threads(n: int) -> None:
    """Set how many threads one call may use.

    Parameters
    ----------
    n : int
        At least 1; 1 means that no pool is ever touched.

    Raises
    ------
    TypeError, ValueError
        If ``n`` is no positive integer.

    Examples
    --------
    >>> import fastresample
    >>> before = fastresample.get_num_threads()
    >>> fastresample.set_num_threads(1)
    >>> fastresample.get_num_threads()
    1
    >>> fastresample.set_num_threads(before)
    """
    global _limit
    _limit = check_threads(n)


def get_num_threads() -> int:
    """Return how many threads one call may use.

    Returns
    -------
    int
        What ``set_num_threads`` was given; by default the cores this process may use (affinity and container limit).

    Examples
    --------
    >>> import fastresample
    >>> fastresample.get_num_threads() >= 1
    True
    """
    return _limit or available_cores()


def run(band: Band, rows: int, row_ns: float, threads: int | None) -> None:
    """Call ``band(begin, end)`` so that every one of ``rows`` is covered once, on up to ``threads`` threads.

    ``row_ns`` is the estimated cost of a row in nanoseconds: short work stays in the calling thread. The results of
    a band must not depend on where the rows are cut.
    """
    parts = min(threads or get_num_threads(), rows, int(rows * row_ns / _SHORTEST_BAND_NS))
    if parts <= 1:
        band(0, rows)
        return
    own, *others = pairwise(rows * part // parts for part in range(parts + 1))
    futures = [_submit(band, *other) for other in others]
    try:
        band(*own)
        for future, other in zip(reversed(futures), reversed(others), strict=True):
            if future is None or future.cancel():  # not begun, the pool is busy: do it here
                band(*other)
    finally:
        # Also after an error: no band may still write when the caller has its array back.
        faults = [future.exception() for future in futures if future is not None and not future.cancelled()]
    for fault in faults:
        if fault is not None:
            raise fault


def _submit(band: Band, begin: int, end: int) -> "Future[object] | None":
    """Hand a band to the pool; None when the interpreter is shutting down and takes no more work."""
    global _pool, _pool_size
    wanted = get_num_threads() - 1
    with _lock:
        if _pool is None or _pool_size < wanted:
            if _pool is not None:
                _pool.shutdown(wait=False)
            _pool, _pool_size = ThreadPoolExecutor(max(wanted, 1), "fastresample"), max(wanted, 1)
        try:
            return _pool.submit(band, begin, end)
        except RuntimeError:
            return None
