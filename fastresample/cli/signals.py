"""The signals that end a run: Ctrl-C and SIGTERM take the same road, so that running images are finished."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 128 + 2  # what shells report for a process that SIGINT or SIGTERM ended
TERMINATED = 128 + 15


@contextmanager
def sigterm_interrupts() -> Iterator[threading.Event]:
    """Let SIGTERM raise KeyboardInterrupt; yields an event that tells the two apart.

    Outside the main thread, where Python accepts no handlers, and where SIGTERM is ignored, nothing changes.
    """
    terminated = threading.Event()

    def interrupt(number: int, frame: FrameType | None) -> None:
        terminated.set()
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or before in (signal.SIG_IGN, None):
        yield terminated
        return
    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield terminated
    finally:
        signal.signal(signal.SIGTERM, before)
