"""Split the rows of one call over threads: the numeric side's only threads.

Kernels are serial and release the GIL; a band of rows is one kernel call. No ``prange``: under one of Numba's thread
layers a call from two Python threads aborts the process, under another a forked child is killed. The pool here is made
on first use, made anew after a fork, and never needed: what it has not started, the calling thread does itself.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path

Band = Callable[[int, int], object]
Queue = deque[tuple[int, int]]

# A band shorter than this costs more to hand over (10 to 30 microseconds) than it saves.
_SHORTEST_BAND_NS = 60_000
# Threads that are slower, or begin later, take fewer.
_BANDS_PER_THREAD = 4

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


class _Share:
    """Takes bands from a queue until it is empty; whether it does is decided once, by whoever claims it first."""

    def __init__(self, band: Band, queue: Queue) -> None:
        self._work: tuple[Band, Queue] | None = (band, queue)
        self._claim = threading.Lock()
        self._done = threading.Event()
        self.fault: BaseException | None = None

    def __call__(self) -> None:
        """Do bands, unless the share has been given up."""
        if self._claim.acquire(blocking=False):
            try:
                if self._work is not None:
                    _drain(*self._work)
            except BaseException as fault:  # raised again in the thread that waits
                self.fault = fault
            finally:
                self._work = None  # the pool may keep the share, but not the arrays
                self._done.set()

    def finish(self) -> None:
        """Wait until the share is done; one that nobody has begun is given up. May be called again."""
        if self._claim.acquire(blocking=False):
            self._done.set()
            self._work = None
        self._done.wait()


def _drain(band: Band, queue: Queue) -> None:
    """Do bands until the queue is empty; after a fault nobody begins another."""
    try:
        while queue:
            try:
                limits = queue.popleft()
            except IndexError:  # another thread was quicker
                return
            band(*limits)
    except BaseException:
        queue.clear()
        raise


def run(band: Band, rows: int, row_ns: float, threads: int | None) -> None:
    """Call ``band(begin, end)`` so that every one of ``rows`` is covered once, on up to ``threads`` threads.

    ``row_ns`` is the estimated cost of a row in nanoseconds: short work stays in the calling thread. The results of
    a band must not depend on where the rows are cut.
    """
    bands = int(rows * row_ns / _SHORTEST_BAND_NS)
    count = min(threads or get_num_threads(), rows, bands)
    if count <= 1:
        band(0, rows)
        return
    bands = min(bands, rows, count * _BANDS_PER_THREAD)
    queue = deque(pairwise(rows * part // bands for part in range(bands + 1)))
    shares = [_Share(band, queue) for _ in range(count - 1)]
    try:
        _hand_over(shares)
        _drain(band, queue)
    finally:
        queue.clear()  # empty already, but for an interruption
        _finish(shares)
    for share in shares:
        if share.fault is not None:
            raise share.fault


def _finish(shares: list[_Share]) -> None:
    """Wait for every share, through errors and Ctrl-C: no band may still write when the caller has its array back."""
    interruption: BaseException | None = None
    waiting = list(shares)
    while waiting:
        try:
            waiting[-1].finish()
            waiting.pop()
        except BaseException as fault:
            interruption = interruption or fault
    if interruption is not None:
        raise interruption


def _hand_over(shares: list[_Share]) -> None:
    """Offer the shares to the pool, which takes none when threads cannot be had or the interpreter shuts down."""
    global _pool, _pool_size
    with _lock:
        if _pool is None or _pool_size < len(shares):
            if _pool is not None:
                _pool.shutdown(wait=False)
            _pool_size = max(len(shares), get_num_threads() - 1)
            _pool = ThreadPoolExecutor(_pool_size, "fastresample")
        try:
            for share in shares:
                _pool.submit(share)
        except RuntimeError:
            _pool.shutdown(wait=False)
            _pool = None  # an executor that failed to start a thread miscounts its idle ones for ever
