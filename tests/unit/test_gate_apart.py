"""The gate attacks in a process of its own: what never returns is ended, what breaks off is refused."""

from time import monotonic

import pytest

from governance import child_process
from governance.disclosure import CellKey, SafeCell, Status
from governance.disclosure.gate import Published, Truth, apart, check_release, refuse_leaks
from governance.disclosure.gate.apart import check_apart
from governance.errors import InternalError, PolicyRefusal
from tests.unit.test_gate import CELL_KEY, HES, HIDE_ONLY, POLICY, published, table_of

FALLS, HARD = table_of((120, 95, 3)), table_of((120, 95, 3, 2))
"""One that falls if small counts are only hidden, and one that has to go to the solver."""


def attacked(rule=HES, counts=HARD, **options):
    """The gate on a naive release, apart."""
    return check_apart(published(counts, rule), [], Truth.of(counts, rule), POLICY, **options)


def test_it_says_what_the_attack_says_and_one_process_serves_again():
    """The same leaks as here, under a rule that falls and one that stands, from one worker."""
    found = [attacked(rule, FALLS) for rule in (HIDE_ONLY, CELL_KEY)]

    for rule, result in zip((HIDE_ONLY, CELL_KEY), found, strict=True):
        here = check_release(published(FALLS, rule), [], Truth.of(FALLS, rule), POLICY)
        assert (result.leaks, result.attacked, result.unfinished) == (here.leaks, here.attacked, "")
    assert found[0].leaks
    assert not found[1].leaks
    assert len(child_process._idle[apart.WORKER]) == 1


@pytest.mark.parametrize(
    ("worker", "limits", "grace", "says"),
    [
        ("tests.lib.stuck_gate", {"wait_seconds": 0.5}, 600.0, "0 seconds by the clock"),
        ("tests.lib.stuck_gate_without_clock", {"wait_seconds": 3.0}, 0.0, "3 seconds by the clock"),
        ("tests.lib.busy_gate", {"work_seconds": 1.0}, 600.0, "1 seconds of computing"),
    ],
    ids=["its own clock", "its parent's clock", "its own count of work"],
)
def test_a_solver_that_never_returns_is_ended_and_nothing_is_published(monkeypatch, worker, limits, grace, says):
    """It heeds no limit, and in its own process nothing else would ever run again."""
    monkeypatch.setattr(apart, "GRACE_SECONDS", grace)
    started = monotonic()
    result = attacked(worker=worker, **limits)

    assert monotonic() - started < 60  # of the 3,600 that the solver would have taken
    assert result.leaks == ()
    with pytest.raises(PolicyRefusal, match=f"did not end in {says}") as refused:
        refuse_leaks(result)
    assert refused.value.code == "E-GATE-UNFINISHED"


def test_the_same_again_is_answered_without_an_attack_and_anything_else_is_attacked():
    """A draft and its release hold the same numbers; one number more, and nobody knows what it gives away."""
    first = attacked(HIDE_ONLY, FALLS)
    again, other = attacked(HIDE_ONLY, FALLS), attacked(CELL_KEY, FALLS)

    assert again is first
    assert other is not first
    assert other.leaks != first.leaks


def test_an_attack_that_breaks_off_is_refused():
    """As where the system ends the worker for want of memory: half an attack is none."""
    result = attacked(worker="tests.lib.toy")  # it ends at once and answers nothing

    with pytest.raises(PolicyRefusal, match="broke off") as refused:
        refuse_leaks(result)
    assert refused.value.code == "E-GATE-UNFINISHED"


def test_numbers_that_no_counts_fit_are_our_own_fault_there_too():
    """The worker says so, and lives on."""
    naive = published(FALLS, HES)
    cells = {**naive.cells, CellKey("c", "met"): SafeCell(Status.SHOWN, 900, "900", 2)}
    wrong = Published(period="2025-09", rule=HES, cells=cells, versions=naive.versions)

    with pytest.raises(InternalError) as refused:
        check_apart(wrong, [], Truth.of(FALLS, HES), POLICY)
    assert refused.value.code == "E-GATE-RULE"
