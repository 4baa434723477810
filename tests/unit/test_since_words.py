"""Why a count changed, in words: chosen from counts after disclosure control, and the same for nobody and for a few."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.releasing.since_words import since_lines
from governance.contracts import COHORT_CHANGE
from governance.disclosure import SafeCause, Way, Weight, release_change, rule_of
from governance.settings import Policy

POLICY = Policy()
RULES = [rule_of(name, POLICY) for name in ("cell_key", "hide7_round5", "midpoint6", "threshold10")]
CAUSES = ("definition", "linkage", "late_data", "people")

people = st.one_of(st.integers(0, 7), st.integers(0, 40), st.integers(0, 2000))
keys = st.integers(0, 2**32 - 1)
moves = st.lists(st.tuples(people, people, keys, keys), min_size=4, max_size=4)


def table(found):
    """A table of one cohort: (more, fewer, key, key) by cause."""
    rows = [
        {"cohort": "c", "measure": "met", "cause": cause, "before_people": 0, "after_people": 0}
        | {"more_people": more, "fewer_people": fewer, "more_noise": one, "fewer_noise": other}
        for cause, (more, fewer, one, other) in zip(CAUSES, found, strict=True)
    ]
    return pa.Table.from_pylist(rows, schema=COHORT_CHANGE.schema)


def told(found, rule):
    """What is said of the one cohort."""
    return release_change(table(found), rule, POLICY)["c"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@settings(max_examples=40, deadline=None)
@given(found=moves)
def test_words_do_not_tell_a_few_from_nobody(rule, found):
    """Whatever else moved: with nobody in place of 1 to 7 people every word is the same."""
    nobody = [(_none(more), _none(fewer), *noise) for more, fewer, *noise in found]

    assert told(found, rule) == told(nobody, rule)


def _none(number):
    return 0 if number <= 7 else number


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
@settings(max_examples=40, deadline=None)
@given(found=moves)
def test_at_most_one_cause_is_most(rule, found):
    """More than half of what moved; and where anything is told, something has weight."""
    weights = [one.weight for one in told(found, rule)]

    assert weights.count(Weight.MOST) <= 1
    assert Weight.SOME not in weights or weights.count(Weight.SOME) + weights.count(Weight.MOST) > 1


def test_words_follow_what_moved():
    """Late data added 60, people took 25 away and changed places; another definition moved 3."""
    found = [(3, 0, 5, 5), (0, 0, 0, 0), (60, 0, 2**31, 0), (12, 37, 2**31, 2**31)]

    assert told(found, RULES[0]) == (
        SafeCause("definition", Weight.LITTLE, Way.NONE),
        SafeCause("linkage", Weight.LITTLE, Way.NONE),
        SafeCause("late_data", Weight.MOST, Way.MORE),
        SafeCause("people", Weight.SOME, Way.FEWER),
    )


def test_people_who_came_and_went_in_like_numbers():
    """A difference that the rule alone may have made has no weight, but the coming and going may be told."""
    (*_, last) = told([(0, 0, 0, 0)] * 3 + [(40, 40, 2**31, 2**31)], RULES[0])

    assert last == SafeCause("people", Weight.LITTLE, Way.BOTH)


def test_a_first_period_has_nothing_before_it():
    """The command says so."""
    assert since_lines({"against": "", "why_not_split": "", "cohorts": []}) == [
        "Nothing was counted before this period."
    ]
