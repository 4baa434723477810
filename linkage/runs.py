"""Arrays in runs: where each run of equal values begins, and every position of some runs."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def first_of_each(ordered: NDArray[Any]) -> Ints:
    """Where another value begins; of nothing, nowhere."""
    found: Ints = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    return found


def starts(sizes: Ints) -> Ints:
    """Where each of things of these sizes begins that lie one after another."""
    found: Ints = np.cumsum(sizes) - sizes
    return found


def ranges(start: Ints, size: Ints) -> tuple[Ints, Ints]:
    """All positions of ranges, one range after another, and the number of the range of each."""
    of = np.repeat(np.arange(len(start)), size)
    return np.arange(len(of)) + (start - starts(size))[of], of
