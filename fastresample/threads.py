"""Split the rows of one call over threads: the numeric side's only threads.

Kernels are serial and release the GIL; a band of rows is one kernel call. No ``prange``: under one of Numba's thread
layers a call from two Python threads aborts the process, under another a forked child is killed. The pool here is made
on first use, made anew after a fork, and never needed: what it has not started, the calling thread does itself.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path
from queue import SimpleQueue

Band = Callable[[int, int], object]
Queue = deque[tuple[int, int]]

# A band shorter than this costs more to hand over (10 to 30 microseconds) than it saves.
_SHORTEST_BAND_NS = 60_000
# Estimates can be this many times too high.
_ESTIMATED = 8
# Bands for each thread, ever shorter: threads that are slower, or begin later, take fewer, and all end together.
_MOST_ROUNDS = 4

_limit: int | None = None


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
    """Takes bands from a queue until it is empty; whether it does is decided once, by whoever claims it first.

    Ctrl-C may raise between any two steps of the main thread, and then the step is taken again. So a claim remembers
    its thread, and waiting leaves nothing locked: the condition variables of `threading`, interrupted while they
    enter, stay locked for ever.
    """

    def __init__(self, band: Band, queue: Queue) -> None:
        self._work: tuple[Band, Queue] | None = (band, queue)
        self._claims: dict[None, int] = {}
        self._over = False
        self._ended = threading.Lock()  # released once, after ``_over`` is set
        self._ended.acquire()
        self.fault: BaseException | None = None

    def _claim(self) -> bool:
        """Return whether the share is the calling thread's, asked for the first time or again."""
        return self._claims.setdefault(None, threading.get_ident()) == threading.get_ident()

    def __call__(self) -> None:
        """Do bands, unless the share has been given up; on the pool."""
        if self._claim() and self._work is not None:
            try:
                _drain(*self._work)
            except BaseException as fault:  # raised again in the thread that waits
                self.fault = fault
            finally:
                self._work = None  # the pool may keep the share, but not the arrays
                self._over = True
                self._ended.release()

    def finish(self) -> None:
        """Wait until the share is done; one that nobody has begun is given up. May be called again."""
        if self._claim():
            self._work, self._over = None, True
        while not self._over:
            self._ended.acquire()


class _Pool:
    """Threads that do the shares they are offered, in order; begun as calls want them, ended with the process.

    They are daemons, so that nothing waits for them: whoever offers a share waits for it, or gives it up.
    """

    def __init__(self) -> None:
        self._offered: SimpleQueue[_Share] = SimpleQueue()
        self._growing = threading.Lock()
        self._count = 0

    def offer(self, shares: list[_Share]) -> None:
        """Let the threads begin, as many as there are shares if they can be had."""
        if self._count < len(shares):
            self._grow(max(len(shares), get_num_threads() - 1))
        if self._count:
            for share in shares:
                self._offered.put(share)

    def _grow(self, count: int) -> None:
        with self._growing:
            while self._count < count:
                try:
                    threading.Thread(target=self._serve, name=f"fastresample-{self._count}", daemon=True).start()
                except RuntimeError:  # under a limit on threads, or the interpreter shuts down
                    return
                self._count += 1

    def _serve(self) -> None:
        while True:
            self._offered.get()()


_pool = _Pool()


def _forked() -> None:
    """Forget the parent's pool: its threads do not exist in the child."""
    global _pool
    _pool = _Pool()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


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


def _cut(rows: int, count: int, rounds: int) -> list[tuple[int, int]]:
    """Cut rows into bands, ``count`` of a length in each round: a half of all rows, a quarter, ..., the last twice."""
    lengths = [1 << max(0, rounds - 2 - number) for number in range(rounds) for _ in range(count)]
    return list(pairwise(rows * end // sum(lengths) for end in accumulate(lengths, initial=0)))


def alone(work_ns: float, threads: int | None) -> bool:
    """Return whether work of so many nanoseconds is certain to stay in the calling thread."""
    return threads == 1 or work_ns < 2 * _SHORTEST_BAND_NS


def doubtful(work_ns: float) -> bool:
    """Return whether work that is estimated to take so long may be short all the same."""
    return work_ns < 2 * _SHORTEST_BAND_NS * _ESTIMATED


def run(band: Band, rows: int, row_ns: float, threads: int | None) -> None:
    """Call ``band(begin, end)`` so that every one of ``rows`` is covered once, on up to ``threads`` threads.

    ``row_ns`` is the estimated cost of a row in nanoseconds: short work stays in the calling thread. The results of
    a band must not depend on where the rows are cut.
    """
    bands = int(rows * row_ns / _SHORTEST_BAND_NS)
    count = 1 if alone(rows * row_ns, threads) else min(threads or get_num_threads(), rows, bands)
    if count <= 1:
        band(0, rows)
        return
    queue = deque(_cut(rows, count, min(_MOST_ROUNDS, (min(bands, rows) // count).bit_length())))
    shares = [_Share(band, queue) for _ in range(count - 1)]
    fault: BaseException | None = None
    try:
        _pool.offer(shares)
        _drain(band, queue)
    except BaseException as raised:
        fault = raised
    # No band may still write when the caller has its array back, so this is repeated through Ctrl-C. Nothing between
    # the two handlers calls or jumps back: there the interpreter looks for no signal.
    waiting = True
    while waiting:
        try:
            queue.clear()  # empty already, but for an error
            for share in shares:
                share.finish()
            waiting = False
        except BaseException as raised:
            fault = fault or raised
    faults = [found for found in (fault, *(share.fault for share in shares)) if found is not None]
    fault = None  # the traceback of what is raised holds this call: nothing here may hold it, and with it the arrays
    if faults:
        raise faults.pop(0)
