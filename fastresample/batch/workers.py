"""Run a function over many jobs on threads: codecs and kernels release the GIL, and threads share one compilation."""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from threading import Event, Lock
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

# Waiting with a time limit keeps Ctrl-C working where waiting without one cannot be interrupted (Windows).
_POLL_S = 0.5


def run(jobs: Iterable[Job], work: Callable[[Job], Result], collect: Callable[[Result], bool], workers: int) -> None:
    """Call ``collect(work(job))`` for every job; results come in the order in which they are ready.

    Each worker takes its next job when it has finished the last, so that never more than `workers` jobs are under way
    and a long list costs nothing. `collect` is called in the worker's thread, by one thread at a time; when it returns
    False, no further job is started.

    Whatever ends the run early (`collect`, an exception in either function, Ctrl-C in the calling thread), running
    jobs finish and are collected before this function returns or raises; further Ctrl-C do not change that.
    """
    todo = iter(jobs)
    lock = Lock()
    stop = Event()

    def loop() -> None:
        try:
            while not stop.is_set():
                with lock:
                    job = next(todo, None)
                if job is None:
                    return
                result = work(job)
                with lock:
                    if not collect(result):
                        stop.set()
        except BaseException:
            stop.set()
            raise

    pool = ThreadPoolExecutor(workers, thread_name_prefix="fastresample-batch")
    loops: list[Future[None]] = []
    try:
        for _ in range(workers):
            loops.append(pool.submit(loop))
        while wait(loops, timeout=_POLL_S, return_when=FIRST_EXCEPTION).not_done and not stop.is_set():
            pass
    finally:
        stop.set()
        _outlast(pool, loops)
    for finished in loops:
        finished.result()


def _outlast(pool: ThreadPoolExecutor, loops: list[Future[None]]) -> None:
    """Wait for every thread, however often Ctrl-C comes: while one writes, nothing can be said about the run.

    The futures first: an interrupted join() takes its thread for ended (Python before 3.13).
    """
    while True:
        try:
            for running in loops:
                running.exception()
            pool.shutdown()
            return
        except KeyboardInterrupt:
            continue
