"""Planted records: what a source that adds some learns of one person from the release."""

from datetime import date, timedelta

import numpy as np
import pytest

from flows.period import run_period
from governance.store import current
from tests.lib.attacks.probes import PERTURBED, ROUNDED, advantage, released
from tests.lib.toy import PERIOD

PLANTED = 100


@pytest.mark.parametrize("planted", [0, 7, PLANTED])
def test_in_a_large_cell_planting_tells_next_to_nothing(planted):
    """Six hundred others: at most one point beyond guessing, even if their expected number is known exactly."""
    assert abs(advantage(600, 0.0, planted)) <= 1.0


@pytest.mark.parametrize("planted", [0, PLANTED])
def test_in_a_middling_cell_it_takes_good_knowledge(planted):
    """Two hundred others, known to a tenth: at most one point."""
    assert abs(advantage(200, 0.1, planted)) <= 1.0


def test_in_a_small_cell_planting_pays():
    """A known limit: seven planted people who count fill a cell to the brim, and the next one shows."""
    assert advantage(0.5, 0.1, 7) > 20


def test_the_attack_code_works():
    """Control: who knows everybody else in a cell and plants the right number sees the target for certain."""
    assert max(advantage(20, None, planted, trials=2_000) for planted in range(5)) == pytest.approx(50, abs=2)


def test_cell_keys_leave_little_to_planting():
    """Who knows everybody else and plants a hundred gains 7 points where rounding alone may give everything away."""
    assert advantage(20, None, PLANTED, PERTURBED) < 8
    assert advantage(3, 0.0, PLANTED, PERTURBED) < 8


def test_at_the_edge_of_what_is_shown_cell_keys_leave_more():
    """A known limit: beside seven known people a number that is shown proves an eighth; beside nobody, any but zero."""
    assert 25 < advantage(7, None, 0, PERTURBED) < 35
    assert advantage(0, None, 0, PERTURBED) == pytest.approx(50, abs=0.5)


def test_a_release_withholds_and_rounds():
    """The attack looks at what the product shows: 7 is withheld, 8 is 10, 12 is 10, 0 is 0."""
    rng = np.random.default_rng(1)

    assert released(np.array([0, 7, 8, 12]), ROUNDED, rng).tolist() == [0, -1, 10, 10]
    assert released(np.array([0, 7]), PERTURBED, rng).tolist() == [0, -1]


def test_planted_people_whom_nobody_knows_count_nowhere(toy):
    """A hundred made-up cases in one source are not on the register: no count of a cohort moves, nor of its groups.

    What does move says how many records the source itself sent and how many it keeps waiting, which it knows.
    """
    run_period(toy, PERIOD)
    before = safe_counts(toy)
    with (toy / "extracts" / PERIOD / "housing.csv").open("a", encoding="utf-8") as file:
        for n in range(PLANTED):
            born = date(1950, 1, 3) + timedelta(days=97 * n)
            file.write(f"x{n},,Zoltan{'abcdefghij'[n % 10]},Quux{'klmnopqrst'[n // 10]},{born},ZZ1 1AA,M,2026-09-05\n")
    run_period(toy, PERIOD)

    moved = {tuple(row.split(",")[:3]) for row in set(safe_counts(toy)) ^ set(before)}

    own = {("_everyone", "1", "wait:housing"), ("_everyone", "1", "wait:housing:unseen:06-12")}
    assert moved == {("_everyone", "1", "seen"), ("t01_seen_by_both", "1.0.0", "attrition:01"), *own}


def safe_counts(root):
    """The counts of the release."""
    return (current(root / "zones" / "public" / PERIOD) / "safe_counts.csv").read_text("utf-8").splitlines()
