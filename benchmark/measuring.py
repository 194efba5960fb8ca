"""Calls of several libraries take turns, and the shortest of each counts."""

import math
import time
from collections.abc import Callable
from typing import Any


def thread_counts(cores: int) -> dict[str, int]:
    """Return the numbers of threads to measure with: one, and all."""
    return {"1 thread": 1} | ({f"{cores} threads": cores} if cores > 1 else {})


def calls_per_turn(threads: int) -> int:
    """Return how often a library is called before the next one's turn.

    The threads of some libraries look for more work for a millisecond after each call, on cores that others need.
    """
    return 1 if threads == 1 else 5


def measure(
    calls: dict[str, Callable[[], Any]],
    seconds: float,
    before: Callable[[], object] = lambda: None,
    turns: int = 3,
    repeats: int = 1,
) -> dict[str, float]:
    """Let all calls take turns, each for an equal share of ``seconds`` and ``turns`` times at least; minimum in ms.

    A turn is ``repeats`` calls one after the other; ``before`` runs, untimed, ahead of every call.
    """
    clock = time.perf_counter
    best = dict.fromkeys(calls, math.inf)
    spent = dict.fromkeys(calls, 0.0)
    share, turn = seconds / len(calls), 0
    while turn < turns or min(spent.values()) < share:
        for name, run in calls.items():
            if turn >= turns and spent[name] >= share:
                continue
            for _ in range(repeats):
                before()
                start = clock()
                run()
                elapsed = clock() - start
                best[name] = min(best[name], elapsed)
                spent[name] += elapsed
        turn += 1
    return {name: 1e3 * seconds for name, seconds in best.items()}
