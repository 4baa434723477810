"""Linkage spans beside counts: what they tell of one person who joined, left or moved, beyond the counts."""

import pytest

from tests.lib.attacks.one_person import Cell, Game, beyond_counts
from tests.lib.attacks.probes import ROUNDED

ONE = Cell(people=100, may_leave=(0, 20), may_come=6)
"""Of up to twenty people in doubt the attacker does not know how many there are, as who sees the spans does not."""
PLAYED = {"joins": ((ONE,), (False,)), "leaves": ((ONE,), (True,)), "moves": ((ONE, ONE), (True, False))}


@pytest.mark.parametrize("played", PLAYED)
@pytest.mark.parametrize("in_doubt", [False, True], ids=["sure", "in doubt"])
def test_with_cell_keys_spans_add_little_to_what_counts_tell_of_one_person(played, in_doubt):
    """At most five points more where nothing else changed anywhere, for a person in doubt; counts alone tell twenty."""
    cells, before = PLAYED[played]
    counts, more = beyond_counts(Game(cells=cells, before=before, in_doubt=in_doubt, quiet=True))

    assert counts > 18
    assert more < (5.5 if in_doubt else 2)


@pytest.mark.parametrize("played", PLAYED)
def test_in_a_month_like_others_a_person_whose_links_are_sure_does_not_show(played):
    """Spans hold how far draws move a count, and draws move no one who is sure."""
    cells, before = PLAYED[played]

    assert beyond_counts(Game(cells=cells, before=before, in_doubt=False))[1] < 0.5


@pytest.mark.parametrize("people", [12, 25])
def test_small_counts_are_told_no_better(people):
    """A span beside a small count begins with nobody, and is as wide as its rule."""
    cell = Cell(people=people, may_leave=(0, 8), may_come=3)

    assert beyond_counts(Game(cells=(cell,), before=(False,), in_doubt=True, quiet=True))[1] < 5.5


def test_the_attack_code_works():
    """Control: where counts are rounded and the links of all others known, one more in doubt takes the span a step on.

    A known limit of profiles that only round, whose counts have it too: where the step lies, one person takes it.
    """
    known = Cell(people=100, may_leave=(7, 7), may_come=6)

    counts, more = beyond_counts(Game(cells=(known,), before=(False,), in_doubt=True, quiet=True, rule=ROUNDED))

    assert counts < 2
    assert more > 25


def test_spans_that_may_narrow_tell_more():
    """Why what was told before is held (decision 118) also where one person is concerned."""
    free, held = (
        beyond_counts(Game(cells=(ONE,), before=(True,), in_doubt=True, quiet=True, held=held))[1]
        for held in (False, True)
    )

    assert free > held + 2
