"""Unit: which gaps are proposed where there are more than places."""

from dataclasses import replace

import numpy as np

from cohorts.finder.answers import Gap
from cohorts.finder.candidates import Candidate
from cohorts.finder.choosing import choose
from cohorts.finder.vocabulary import Sign

NEEDS = [
    Sign(name=f"need_{number}", kind="need", evidence=(), needs=frozenset({f"need_{number}"})) for number in range(8)
]
AGAIN = Sign(name="again", kind="again", evidence=(), event="police.notice", times=2, needs=frozenset({"need_0"}))
SIGNS = [*NEEDS, AGAIN]
SIZES = {("adult", number): 1000 - number for number in range(len(SIGNS))}


def _gap(*signs, people, first):
    candidate = Candidate(
        stage="adult", signs=signs, at_least=len(signs), people=people, expected=people / 4, p_value=0.0
    )
    return Gap(candidate=candidate, sources=("a",), members=np.arange(first, first + people, dtype=np.int32))


GAPS = [
    *(_gap(number, number + 1, people=300 - number, first=1000 * number) for number in range(7)),
    _gap(8, people=60, first=9000),
]
"""Seven themes of needs, all of them larger than the one of something that comes again."""


def _chosen(most):
    return choose(GAPS, SIGNS, SIZES, np.ones(len(GAPS)), least_people=25, most=most)


def test_where_every_theme_has_a_place_the_largest_come_first():
    """Kinds take no turns where nobody is left out."""
    assert _chosen(8) == sorted(GAPS, key=lambda gap: -len(gap.members))


def test_where_themes_are_more_than_places_kinds_of_theme_take_turns():
    """Needs that go together are many: what comes again and again would find no place."""
    assert _chosen(4) == [GAPS[0], GAPS[7], GAPS[1], GAPS[2]]


def test_nobody_is_told_of_twice():
    """A gap of nearly the same people as one already chosen is left out, whatever its theme."""
    twin = _gap(5, 7, people=299, first=0)

    found = choose([*GAPS, twin], SIGNS, SIZES, np.ones(len(GAPS) + 1), least_people=25, most=9)

    assert twin not in found
    assert len(found) == len(GAPS)


def test_where_those_who_live_alone_are_told_of_the_whole_has_had_its_turn():
    """What was seen of everybody with the need stands behind other needs then; where there is room it is told too."""
    seen = len(SIGNS)
    signs = [*SIGNS, Sign(name="seen_ed", kind="seen", evidence=(), event="ed.attendance", times=1)]
    pairs = [_gap(number, seen, people=300 - 20 * number, first=1000 * number) for number in range(3)]
    whole = Gap(candidate=replace(pairs[0].candidate, tested=(0, 7)), sources=("a",), members=pairs[0].members)
    alone = Gap(
        candidate=replace(whole.candidate, signs=(0, 7, seen)), sources=("a",), members=np.arange(120, dtype=np.int32)
    )

    def chosen(weight_of_alone, most):
        gaps = [whole, alone, *pairs[1:]]
        weight = np.array([1.0, weight_of_alone, 1.0, 1.0])
        return [id(one) for one in choose(gaps, signs, SIZES, weight, least_people=25, most=most)]

    assert chosen(9.0, 3) == [id(alone), id(pairs[1]), id(pairs[2])]
    assert set(chosen(9.0, 4)) == set(chosen(1.0, 4)) == {id(one) for one in (whole, alone, *pairs[1:])}
