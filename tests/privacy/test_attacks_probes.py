"""Planted records: what a source that adds some learns of one person from the release."""

from datetime import date, timedelta

import numpy as np
import pytest

from flows.period import run_period
from governance.store import current
from tests.lib.attacks.probes import advantage, advantage_knowing_all, released
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
    assert max(advantage_knowing_all(20, planted) for planted in range(PLANTED)) == 50


def test_a_release_withholds_and_rounds():
    """The attack looks at what the product shows: 7 is withheld, 8 is 10, 12 is 10, 0 is 0."""
    assert released(np.array([0, 7, 8, 12])).tolist() == [0, -1, 10, 10]


def test_planted_people_whom_nobody_knows_count_nowhere(toy):
    """A hundred made-up cases in one source are not on the register: no count of a cohort moves, nor of its groups.

    What does move says how many records the source itself sent, which it knows.
    """
    run_period(toy, PERIOD)
    before = safe_counts(toy)
    with (toy / "extracts" / PERIOD / "housing.csv").open("a", encoding="utf-8") as file:
        for n in range(PLANTED):
            born = date(1950, 1, 3) + timedelta(days=97 * n)
            file.write(f"x{n},,Zoltan{'abcdefghij'[n % 10]},Quux{'klmnopqrst'[n // 10]},{born},ZZ1 1AA,M,2026-09-05\n")
    run_period(toy, PERIOD)

    moved = {tuple(row.split(",")[:3]) for row in set(safe_counts(toy)) ^ set(before)}

    assert moved == {("_everyone", "1", "seen"), ("t01_seen_by_both", "1.0.0", "attrition:01")}


def safe_counts(root):
    """The counts of the release."""
    return (current(root / "zones" / "public" / PERIOD) / "safe_counts.csv").read_text("utf-8").splitlines()
