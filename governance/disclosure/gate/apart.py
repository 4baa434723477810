"""The attack in a process of its own: a solver that never returns is ended by the clock, and nothing is published.

HiGHS is asked to heed a limit and nearly always does. Nothing in this process could stop it if it did not: a library
that holds the interpreter lets no other thread of ours run. Another process can be ended whatever it does.
"""

import atexit
import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from threading import Event, Timer
from time import monotonic
from typing import Any

from governance.disclosure.gate.check import (
    TIME_SECONDS,
    GateResult,
    misapplied,
    not_in_time,
    sensitive,
)
from governance.disclosure.gate.published import Published
from governance.disclosure.gate.relations import Relation
from governance.disclosure.gate.truth import Truth
from governance.platform_calls import CLOCK_RAN_OUT
from governance.settings import Policy

WORKER = "governance.disclosure.gate.worker"
GRACE_SECONDS = 5.0
"""The attack's own clock rings first, then the worker's; this process's is for where neither does."""
_BROKE_OFF = "broke off before its end"
_idle: list["_Worker"] = []


def check_apart(
    new: Published,
    earlier: Sequence[Published],
    truth: Truth,
    policy: Policy,
    *,
    time_seconds: float = TIME_SECONDS,
    known: Sequence[Relation] = (),
    worker: str = WORKER,
) -> GateResult:
    """As ``check_release``, ended five seconds after its time is up at the latest, whatever it is doing.

    Args:
        new: What would be published.
        earlier: What was published before, oldest first.
        truth: What the strongest attacker guesses rightly.
        policy: The bound on how sure anyone may be of a small count.
        time_seconds: After this the attack counts as not withstood.
        known: Further relations.
        worker: The module that is run; another one only in tests.

    Raises:
        InternalError: No counts fit what would be published, so the rule is not what was applied.
    """
    started = monotonic()
    arguments = (_plain(new), [_plain(each) for each in earlier], truth, policy)
    task = (arguments, {"time_seconds": time_seconds, "known": list(known)})
    running = _idle.pop() if _idle and worker == WORKER else _Worker(worker)
    try:
        answer = running.ask(task, time_seconds)
    except _NoAnswer as ended:
        return GateResult(
            attacked=len(sensitive(new)),
            releases=1 + len(earlier),
            scenarios=0,
            seconds=monotonic() - started,
            leaks=(),
            unfinished=not_in_time(time_seconds) if ended.late else _BROKE_OFF,
        )
    if worker == WORKER:
        _idle.append(running)  # one that did not answer is not used again
    if answer is None:
        raise misapplied()
    return answer


def _plain(published: Published) -> Published:
    """The same in mappings that can be sent: views that cannot be changed cannot be."""
    return replace(published, cells=dict(published.cells), versions=dict(published.versions))


class _NoAnswer(Exception):  # noqa: N818 - an outcome, which the caller turns into words
    """The worker ended without one."""

    def __init__(self, *, late: bool) -> None:
        super().__init__()
        self.late = late


class _Worker:
    """A running ``worker.py``, good for one attack after another."""

    def __init__(self, module: str) -> None:
        # Nothing of our environment goes with it but where the code is: it may hold passwords.
        kept = {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - this Python, one of our modules
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**kept, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._tasks, self._answers = self._process.stdin, self._process.stdout
        atexit.register(self.end)

    def ask(self, task: Any, seconds: float) -> GateResult | None:
        """The answer to one task.

        Raises:
            _NoAnswer: The worker was ended for its time, or ended by itself; it cannot be asked again.
        """
        late = Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        clock = Timer(seconds + GRACE_SECONDS, stop)
        clock.daemon = True
        clock.start()
        answered = False
        try:
            pickle.dump(task, self._tasks)
            self._tasks.flush()
            answer: GateResult | None = pickle.load(self._answers)  # noqa: S301 - written by our own process
            answered = True
        except (OSError, EOFError, pickle.UnpicklingError):
            raise _NoAnswer(late=self._was_late(late)) from None
        finally:
            clock.cancel()
            if not answered:
                self.end()
        return answer

    def _was_late(self, late: Event) -> bool:
        return self._process.wait() == CLOCK_RAN_OUT or late.is_set()

    def end(self) -> None:
        """End the process, whatever it does: nothing is lost with it."""
        atexit.unregister(self.end)
        self._process.kill()
        for pipe in (self._tasks, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()
        self._process.wait()
