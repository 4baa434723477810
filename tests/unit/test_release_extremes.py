"""Numbers that speak of nobody or of everybody are told to whoever checks a draft."""

from governance.disclosure import release, safe_counts_csv
from governance.policy.released import Released
from governance.release_extremes import Extremes, extremes
from tests.lib.report import POLICY, count_table

COUNTS = {
    ("c", "population", "all", "all"): 900,
    ("c", "population", "sex", "f"): 500,
    ("c", "population", "sex", "m"): 400,
    ("c", "population", "sex", "x"): 0,
    ("c", "met", "all", "all"): 100,
    ("c", "met", "sex", "f"): 100,
    ("c", "met", "sex", "m"): 0,
    ("c", "met", "sex", "x"): 0,
    ("c", "not_met", "sex", "f"): 0,
    ("c", "not_met", "sex", "m"): 400,
    ("c", "cannot_tell", "sex", "f"): 0,
    ("c", "rung:told", "all", "all"): 0,
    ("c", "rung:asked", "all", "all"): 100,
    ("c", "rung:seen", "all", "all"): 60,
    ("c", "met", "service", "police"): 100,
    ("c", "met", "service", "housing"): 3,
}


def of(counts):
    """What is to be looked at in a release of these counts."""
    frame = release(count_table(counts), POLICY, "hide7_round5")
    return extremes(Released(files={"safe_counts.csv": safe_counts_csv(frame)}))


def test_zeros_and_wholes_are_found_where_somebody_is():
    """Not in a group of nobody, not of who cannot be told, not where none meets a definition twice; nothing hidden."""
    found = of(COUNTS)

    assert {cell[1:4] for cell in found.nobody} == {
        ("met", "sex", "m"),
        ("not_met", "sex", "f"),
        ("rung:told", "all", "all"),
    }
    assert {cell[1:4] for cell in found.everybody} == {
        ("rung:asked", "all", "all"),
        ("met", "service", "police"),
    }


def test_they_are_told_by_table_and_without_a_number_of_people():
    """Each of everybody, and how many of nobody a table has."""
    [head, *rest] = of(COUNTS).lines()

    assert head.startswith("Look at 3 numbers that say nobody and 2 that say everybody")
    one = of(COUNTS).everybody[:1]
    assert Extremes(nobody=one, everybody=()).lines()[0].startswith("Look at 1 number that says nobody and 0 that say")
    assert "  everybody: c, in the group, by service, police" in rest
    assert "  nobody: c, in the group, by sex (1)" in rest
    assert "100" not in str(of(COUNTS).as_dict())


def test_where_there_is_none_it_says_so():
    """A release without an extreme is told as one."""
    plain = {("c", "population", "all", "all"): 900, ("c", "met", "all", "all"): 100}

    assert of(plain).lines() == ["No number speaks of nobody or of everybody."]
