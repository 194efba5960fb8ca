"""Split the rows of one call over threads: the numeric side's only threads.

Kernels are serial and release the GIL; a band of rows is one kernel call. No ``prange``: under one of Numba's thread
layers a call from two Python threads aborts the process, under another a forked child is killed. The pool here is made
on first use, made anew after a fork, and never needed: what it has not started, the calling thread does itself.
"""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
    except (OSError, ValueError, ZeroDivisionError):
        return float("inf")


def available_cores() -> int:
    """Return the cores this process may use: its affinity, within its container's limit."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota()
    return cores if quota >= cores else max(1, round(quota))


def check_threads(threads: object, wanted: str = "threads must be a positive integer or None") -> int:
    """Return ``threads`` as a positive int; raise TypeError or ValueError otherwise."""
    if isinstance(threads, bool) or not hasattr(threads, "__index__"):
        raise TypeError(f"{wanted}, got {threads!r}")
    count = int(threads.__index__())
    if count < 1:
        raise ValueError(f"{wanted}, got {count}")
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
    _limit = check_threads(n, "n must be a positive integer")


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


class _Part:
    """A band that exactly one thread does, or nobody: whoever claims it first."""

    def __init__(self, band: Band, begin: int, end: int) -> None:
        self._work: tuple[Band, int, int] | None = (band, begin, end)
        self._claim = threading.Lock()
        self._done = threading.Event()
        self.fault: BaseException | None = None

    def __call__(self) -> None:
        """Do the band, unless another thread has claimed it."""
        if self._claim.acquire(blocking=False):
            try:
                if self._work is not None:
                    band, begin, end = self._work
                    band(begin, end)
            except BaseException as fault:  # raised again in the thread that waits
                self.fault = fault
            finally:
                self._work = None  # the pool may keep the part, but not the arrays
                self._done.set()

    def finish(self) -> None:
        """Wait until the band is done; one that nobody has begun is given up. May be called again."""
        if self._claim.acquire(blocking=False):
            self._done.set()
            self._work = None
        self._done.wait()


def run(band: Band, rows: int, row_ns: float, threads: int | None) -> None:
    """Call ``band(begin, end)`` so that every one of ``rows`` is covered once, on up to ``threads`` threads.

    ``row_ns`` is the estimated cost of a row in nanoseconds: short work stays in the calling thread. The results of
    a band must not depend on where the rows are cut.
    """
    count = min(threads or get_num_threads(), rows, int(rows * row_ns / _SHORTEST_BAND_NS))
    if count <= 1:
        band(0, rows)
        return
    own, *others = pairwise(rows * part // count for part in range(count + 1))
    parts = [_Part(band, *limits) for limits in others]
    try:
        _hand_over(parts)
        band(*own)
        for part in reversed(parts):  # what the pool has not begun is done here
            part()
    finally:
        _finish(parts)
    for part in parts:
        if part.fault is not None:
            raise part.fault


def _finish(parts: list[_Part]) -> None:
    """Wait for every part, through errors and Ctrl-C: no band may still write when the caller has its array back."""
    interruption: BaseException | None = None
    waiting = list(parts)
    while waiting:
        try:
            waiting[-1].finish()
            waiting.pop()
        except BaseException as fault:
            interruption = interruption or fault
    if interruption is not None:
        raise interruption


def _hand_over(parts: list[_Part]) -> None:
    """Offer the parts to the pool, which takes none when threads cannot be had or the interpreter shuts down."""
    global _pool, _pool_size
    with _lock:
        if _pool is None or _pool_size < len(parts):
            if _pool is not None:
                _pool.shutdown(wait=False)
            _pool_size = max(len(parts), get_num_threads() - 1)
            _pool = ThreadPoolExecutor(_pool_size, "fastresample")
        try:
            for part in parts:
                _pool.submit(part)
        except RuntimeError:
            _pool.shutdown(wait=False)
            _pool = None  # an executor that failed to start a thread miscounts its idle ones for ever
