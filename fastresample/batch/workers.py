"""Run a function over many jobs on threads: codecs and kernels release the GIL, and threads share one compilation."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
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
    crew = _Crew()

    def loop() -> None:
        while not crew.stopped:
            with lock:
                job = next(todo, None)
            if job is None:
                return
            result = work(job)
            with lock:
                if not collect(result):
                    crew.stop()

    crew.run(loop, workers)


def outlast(work: Callable[[], None]) -> bool:
    """Call a function and let it come to its end, however often Ctrl-C comes meanwhile; return whether it came."""
    crew = _Crew()
    try:
        crew.run(work, 1)
    except KeyboardInterrupt:
        if not crew.entered:  # it came before the beginning
            work()
        return True
    return False


class _Crew:
    """Threads that run one function; they are counted by what they say themselves.

    Ctrl-C may come while a thread is being started, and then nobody else knows whether it was; or while the calling
    thread holds a lock, which then nobody gets. So that one takes no lock: it reads numbers and waits for tokens.
    """

    def __init__(self) -> None:
        self._lock = Lock()  # of the numbers, among the threads
        self._tokens: SimpleQueue[None] = SimpleQueue()
        self._errors: list[BaseException] = []
        self._at_work = 0
        self._ended = 0
        self.entered = 0
        self.stopped = False

    def stop(self) -> None:
        """Let nobody begin any more."""
        self.stopped = True
        self._tokens.put(None)

    def run(self, function: Callable[[], None], count: int) -> None:
        """Call a function in so many threads and wait for all of them; the first error of theirs is raised."""
        started = 0
        try:
            for _ in range(count):
                try:
                    Thread(target=self._member, args=(function,), name="fastresample-batch").start()
                except RuntimeError:  # the system has no more threads; fewer are enough
                    if not started:
                        raise
                    break
                started += 1
            while not self.stopped and self._ended < started:
                self._wait()
        finally:
            self._outlast()
        if self._errors:
            raise self._errors[0]

    def _member(self, function: Callable[[], None]) -> None:
        with self._lock:
            self._at_work += 1  # before it looks: whoever stops them looks at this number afterwards
        try:
            if not self.stopped:
                self.entered += 1
                function()
        except BaseException as error:
            self._errors.append(error)
            self.stop()
        finally:
            with self._lock:
                self._at_work -= 1
                self._ended += 1
            self._tokens.put(None)

    def _wait(self) -> None:
        with suppress(Empty):
            self._tokens.get(timeout=_POLL_S)

    def _outlast(self) -> None:
        """Wait for everybody who is at work: while one writes, nothing can be said about the run."""
        while True:
            try:
                self.stop()
                while self._at_work:
                    self._wait()
                return
            except KeyboardInterrupt:
                continue
