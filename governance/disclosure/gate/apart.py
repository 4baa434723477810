"""The attack in a process of its own: a solver that never returns is ended by the clock, and nothing is published.

HiGHS is asked to heed a limit and nearly always does; where it does not, the process is ended.
"""

import pickle
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from time import monotonic

from governance.child_process import ChildProcess, lent
from governance.disclosure.gate.check import GateResult, misapplied, sensitive
from governance.disclosure.gate.clock import BROKE_OFF, WAIT_SECONDS, WORK_SECONDS, too_long, too_much_work
from governance.disclosure.gate.published import Published
from governance.disclosure.gate.relations import Relation
from governance.disclosure.gate.truth import Truth
from governance.platform_calls import CLOCK_RAN_OUT, WORK_RAN_OUT
from governance.settings import Policy

WORKER = "governance.disclosure.gate.worker"
GRACE_SECONDS = 5.0
"""The attack's own clock rings first, then the worker's; this process's is for where neither does."""
_last: dict[bytes, GateResult] = {}
"""The last attack that was carried through, by the digest of all that it was given: a draft that nobody has to look at
is published in the same breath, and the same attack would say the same."""


def check_apart(
    new: Published,
    earlier: Sequence[Published],
    truth: Truth,
    policy: Policy,
    *,
    work_seconds: float = WORK_SECONDS,
    wait_seconds: float = WAIT_SECONDS,
    known: Sequence[Relation] = (),
    worker: str = WORKER,
) -> GateResult:
    """As ``check_release``, ended five seconds after its time is up at the latest, whatever it is doing.

    The same again is answered as before, without another attack.

    Args:
        new: What would be published.
        earlier: What was published before, oldest first.
        truth: What the strongest attacker guesses rightly.
        policy: The bound on how sure anyone may be of a small count.
        work_seconds: Of a processor. After this the attack counts as not withstood.
        wait_seconds: The same by the clock on the wall.
        known: Further relations.
        worker: The module that is run; another one only in tests.

    Raises:
        InternalError: No counts fit what would be published, so the rule is not what was applied.
    """
    started = monotonic()
    arguments = (_plain(new), [_plain(each) for each in earlier], truth, policy)
    task = pickle.dumps((arguments, {"work_seconds": work_seconds, "wait_seconds": wait_seconds, "known": list(known)}))
    asked = sha256(task).digest()
    if worker == WORKER and asked in _last:
        return _last[asked]
    try:
        with lent(worker, wait_seconds + GRACE_SECONDS) as running:
            answer = _ask(running, task)
    except _NoAnswer as ended:
        why = _why(ended, work_seconds, wait_seconds)
        return _not_carried_through(new, earlier, monotonic() - started, why)
    if answer is None:
        raise misapplied()
    if worker == WORKER and not answer.unfinished:
        _last.clear()
        _last[asked] = answer
    return answer


def _not_carried_through(new: Published, earlier: Sequence[Published], seconds: float, why: str) -> GateResult:
    """What is known of an attack that gave no answer: what it was on, and that nothing of it is known to be safe."""
    return GateResult(
        attacked=len(sensitive(new)),
        releases=1 + len(earlier),
        scenarios=0,
        seconds=seconds,
        leaks=(),
        unfinished=why,
    )


def _plain(published: Published) -> Published:
    """The same in mappings that can be sent: views that cannot be changed cannot be."""
    return replace(
        published, cells=dict(published.cells), versions=dict(published.versions), spans=dict(published.spans)
    )


class _NoAnswer(Exception):  # noqa: N818 - an outcome, which the caller turns into words
    """The worker ended without one."""

    def __init__(self, exit_code: int, *, was_late: bool) -> None:
        super().__init__()
        self.exit_code, self.was_late = exit_code, was_late


def _why(ended: _NoAnswer, work_seconds: float, wait_seconds: float) -> str:
    if ended.exit_code == WORK_RAN_OUT:
        return too_much_work(work_seconds)
    return too_long(wait_seconds) if ended.was_late or ended.exit_code == CLOCK_RAN_OUT else BROKE_OFF


def _ask(running: ChildProcess, task: bytes) -> GateResult | None:
    """The answer to one task.

    Raises:
        _NoAnswer: The worker was ended for its time, or ended by itself; it cannot be asked again.
    """
    try:
        running.asked.write(task)
        running.asked.flush()
        answer: GateResult | None = pickle.load(running.answers)  # noqa: S301 - written by our own process
    except (OSError, EOFError, pickle.UnpicklingError):
        raise _NoAnswer(running.exit_code(), was_late=running.was_late) from None
    return answer
