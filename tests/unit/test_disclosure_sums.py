"""An attacker adds up what was released. Brute force: every table that could have given the same release is tried."""

from itertools import product

import pytest

from governance.disclosure.protect import MIN_POSSIBLE_VALUES, CellKey, cells_to_hide
from governance.disclosure.rounding import RoundingRule, Status

RULE = RoundingRule(hide_up_to_people=7, round_to_people=5)
TOTAL = CellKey("c", "met")


def table_of(groups):
    """One total with its groups."""
    return {TOTAL: sum(groups), **{CellKey("c", "met", "sex", str(n)): people for n, people in enumerate(groups)}}


def released(exact, hidden):
    """What a reader sees: a number, or None."""
    return tuple(None if key in hidden else RULE.release(people).people for key, people in exact.items())


def small_only(exact, rule):
    """The naive policy: hide the small counts, and nothing else."""
    return {key for key, people in exact.items() if rule.release(people).status is Status.HIDDEN}


def possible_values(groups, most, hide):
    """For every release: which values each hidden count takes in the tables of this size that give that release.

    The attacker knows the rule, the code and every table there can be: nobody can know more from one release.
    """
    seen = {}
    for counts in product(range(most + 1), repeat=groups):
        exact = table_of(counts)
        values = seen.setdefault(released(exact, hide(exact, RULE)), [set() for _ in exact])
        for value, people in zip(values, exact.values(), strict=True):
            value.add(people)
    # Only totals for which every table was tried: no group is larger than its total.
    complete = {shown: values for shown, values in seen.items() if shown[0] is None or shown[0] + 2 <= most}
    return [value for shown, values in complete.items() for n, value in zip(shown, values, strict=True) if n is None]


@pytest.mark.parametrize(("groups", "most"), [(2, 60), (3, 32), (4, 12)])
def test_no_hidden_count_can_be_worked_out(groups, most):
    """Whoever tries every table of this size is left with several values for every hidden count."""
    assert min(len(values) for values in possible_values(groups, most, cells_to_hide)) >= MIN_POSSIBLE_VALUES


def test_the_attack_beats_hiding_small_counts_only():
    """The control: without looking at sums, some hidden counts are recovered exactly, rounding or not."""
    assert min(len(values) for values in possible_values(3, 20, small_only)) == 1


def test_the_smallest_neighbour_is_hidden():
    """8 + 8 + 1 = 17 is shown as 10 + 10 = 15: the smallest sum of such numbers gives the hidden one away."""
    exact = table_of((8, 8, 1))

    assert released(exact, small_only(exact, RULE)) == (15, 10, 10, None)
    assert released(exact, cells_to_hide(exact, RULE)) == (15, None, 10, None)


def test_most_tables_lose_no_further_count():
    """Protection is for the rare table that needs it: the usual one keeps its groups."""
    exact = table_of((1237, 1182, 4))

    assert cells_to_hide(exact, RULE) == small_only(exact, RULE)


def test_seven_groups_of_one_person_do_not_show_that_they_are():
    """Each group hidden, the total of 7 hidden: all would have to be 1. The zeros beside them are hidden as well."""
    exact = table_of((1, 1, 1, 1, 1, 1, 1, 0, 0))

    assert released(exact, cells_to_hide(exact, RULE)) == (None,) * 10


def test_a_total_that_must_go_goes_wherever_it_stands():
    """Two groups of 7 and a total shown as 15 would both be 6 or 7; the last step of the attrition is that total."""
    exact = {**table_of((7, 7)), CellKey("c", "attrition:06"): 14, CellKey("c", "attrition:05"): 20}

    assert released(exact, cells_to_hide(exact, RULE)) == (None, None, None, None, 20)


def test_the_three_answers_are_a_sum_too():
    """Population, not met and cannot tell may not give away how few met a definition."""
    answers = {"met": 1, "not_met": 8, "cannot_tell": 8, "population": 17}
    exact = {CellKey("c", measure): people for measure, people in answers.items()}

    assert released(exact, cells_to_hide(exact, RULE)).count(None) == 2


def test_zeros_stay_where_nothing_is_given_away():
    """A true zero is information a board needs."""
    exact = table_of((0, 40, 5))

    assert released(exact, cells_to_hide(exact, RULE)) == (45, 0, 40, None)
