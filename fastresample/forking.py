"""What no fork may cut in two: imports and compilations of kernels; imports nothing of ours.

A child has only the thread that forked. What another thread had half done stays locked in the child for ever, so a
fork waits until it is done. One hook for all locks: hooks that a thread registers while a fork already waits would run
after that fork without having run before it.
"""

# Hooks before a fork run latest first. The locks of these two, which an import may need, must be taken after ours.
import concurrent.futures.thread  # noqa: F401
import gc
import logging  # noqa: F401
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

whole = threading.RLock()
_others: list[Any] = []


def hold_too(lock: Any) -> None:
    """Let forks hold another lock, always taken after ``whole``; the forking thread lives on in the child."""
    with whole:
        _others.append(lock)


@contextmanager
def loading() -> Iterator[None]:
    """Hold ``whole`` and rest the garbage collector: importing, loading and compiling make objects by the million.

    Looking for garbage among them, again and again, takes a fifth of the time of a first call that loads, and a tenth
    of one that compiles.
    """
    with whole:
        resting = not gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if not resting:
                gc.enable()


def _hold() -> None:
    whole.acquire()
    for lock in _others:
        lock.acquire()


def _release() -> None:
    for lock in reversed(_others):
        lock.release()
    whole.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_hold, after_in_parent=_release, after_in_child=_release)
