"""How long an attack may take: so much computing, however busy the machine is, and an end to waiting for it."""

from dataclasses import dataclass
from time import monotonic, process_time

WORK_SECONDS = 110.0
"""Of a processor. An attack that takes more counts as not withstood: two minutes is what a tired analyst waits for."""
WAIT_SECONDS = 600.0
"""By the clock on the wall, for an attack that has to share its processor with others."""


class TimeUp(Exception):  # noqa: N818 - an outcome of an attack, not a fault
    """The attack did not end in time, so nothing is known to be safe. Its text says which time."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Both limits of one attack."""

    limits: tuple[float, float]
    """Seconds of work and of waiting, for messages."""
    work_until: float
    """As ``time.process_time`` counts."""
    wait_until: float
    """As ``time.monotonic`` counts."""

    @classmethod
    def started(cls, work_seconds: float = WORK_SECONDS, wait_seconds: float = WAIT_SECONDS) -> "Clock":
        """A clock that begins to run now."""
        return cls((work_seconds, wait_seconds), process_time() + work_seconds, monotonic() + wait_seconds)

    def left(self) -> float:
        """Seconds by the wall that a solver may take; what limits its work in them is the worker's own process.

        Raises:
            TimeUp: None.
        """
        work, wait = self.limits
        if process_time() >= self.work_until:
            raise TimeUp(too_much_work(work))
        if (left := self.wait_until - monotonic()) <= 0:
            raise TimeUp(too_long(wait))
        return left

    def gave_up(self, status: int) -> TimeUp:
        """What it means that a solver found no answer: ``scipy.optimize.milp`` has status 1 where its time ran out."""
        return TimeUp(too_long(self.limits[1]) if status == 1 else BROKE_OFF)


BROKE_OFF = "broke off before its end"
"""Why an attack was not carried through whose process or solver ended for no reason of time."""


def too_much_work(seconds: float) -> str:
    """Why an attack was not carried through that computed for longer than it may."""
    return f"did not end in {seconds:.0f} seconds of computing"


def too_long(seconds: float) -> str:
    """Why an attack was not carried through that had too little of a processor, or a solver that never came back."""
    return f"did not end in {seconds:.0f} seconds by the clock"
