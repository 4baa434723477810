"""The same work on one thing after another, several at a time: NumPy lets other threads run while it computes."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Thing = TypeVar("Thing")
Done = TypeVar("Done")

_MOST = 4
"""Threads: each holds arrays of its own, and between arrays only one of them runs."""


def side_by_side(work: Callable[[Thing], Done], things: Iterable[Thing]) -> Iterator[Done]:
    """What the work makes of each thing, in their order; things are taken when there is room, not all at once.

    Args:
        work: May be called by several threads at a time.
        things: Are taken by the thread that calls, one after another.
    """
    threads = min(_MOST, max(2, os.cpu_count() or 1))
    waiting = deque[Future[Done]]()
    with ThreadPoolExecutor(threads) as pool:
        for thing in things:
            waiting.append(pool.submit(work, thing))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
