"""The signals that end a run: Ctrl-C and SIGTERM take the same road, so that running images are finished."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 128 + 2  # what shells report for a process that SIGINT or SIGTERM ended
TERMINATED = 128 + 15

# So close together they are one wish, of an impatient hand or of a supervisor that asks the whole group; a second
# interruption would only disturb the end that the first one brings about.
_BURST_S = 1.0


@contextmanager
def sigterm_interrupts() -> Iterator[threading.Event]:
    """Let SIGTERM raise KeyboardInterrupt as Ctrl-C does, and a burst of both only one.

    Yields an event that tells the two apart. Outside the main thread, where Python accepts no handlers, and for signals
    that are ignored, nothing changes.
    """
    terminated = threading.Event()
    last = -_BURST_S

    def interrupt(number: int, frame: FrameType | None) -> None:
        nonlocal last
        before, last = last, time.monotonic()
        if last - before < _BURST_S:
            return
        if number == signal.SIGTERM:
            terminated.set()
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield terminated
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    changed = {number: handler for number, handler in before.items() if handler not in (signal.SIG_IGN, None)}
    for number in changed:
        signal.signal(number, interrupt)
    try:
        yield terminated
    finally:
        for number, handler in changed.items():
            signal.signal(number, handler)
