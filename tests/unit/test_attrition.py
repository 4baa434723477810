"""Who is lost at each step is told by group, as far as no small number of people can be seen in it."""

from itertools import pairwise

import pyarrow as pa
import pytest

from flows.attrition import attrition_lines
from governance.contracts import COHORT_ATTRITION
from governance.disclosure import RoundingRule, release_steps
from governance.disclosure.steps import Count, safe_parts
from governance.ledger import Event, Ledger
from tests.lib.command import here

RULE = RoundingRule(7, 5)


def table(dimension="address", **groups):
    """Groups as lists of people left at each step."""
    rows = []
    for group, left in groups.items():
        lost = [0, *(before - after for before, after in pairwise(left))]
        for step, (people, gone) in enumerate(zip(left, lost, strict=True), 1):
            rows.append({"cohort": "c", "step": step, "label": f"s{step}", "dimension": dimension, "group": group,
                         "left_people": people, "lost_people": gone, "left_noise": 0, "lost_noise": 0})  # fmt: skip
    return pa.Table.from_pylist(rows, schema=COHORT_ATTRITION.schema)


def shown(**groups):
    """Labels and released parts by group."""
    [found] = release_steps(table(**groups), RULE)
    return found.labels, {path.group: [cell.people for cell in path.parts] for path in found.paths}


def test_everyone_lost_is_told_step_by_step():
    """No loss is small: each step stands alone, and the people left at the end too."""
    assert shown(fixed=[1000, 900, 300, 40], nfa=[90, 50, 30, 10]) == (
        (("s2",), ("s3",), ("s4",), ("in the cohort",)),
        {"fixed": [100, 600, 260, 40], "nfa": [40, 20, 20, 10]},
    )


def test_a_small_loss_is_joined_with_the_next_step():
    """Three people without an address were lost at the second step: not told apart from the step after it."""
    labels, people = shown(fixed=[1000, 900, 300, 40], nfa=[90, 87, 30, 10])

    assert labels == (("s2", "s3"), ("s4",), ("in the cohort",))
    assert people["nfa"] == [60, 20, 10]


def test_a_small_end_is_joined_with_the_step_before():
    """Four people are left: whoever knows who was lost at the last step would know them."""
    labels, people = shown(fixed=[1000, 900, 300, 40], nfa=[90, 50, 30, 4])

    assert labels == (("s2",), ("s3",), ("s4", "in the cohort"))
    assert people["nfa"] == [40, 20, 30]


def test_small_groups_are_put_together_under_their_names():
    """Rather than joining every step; those of whom it is not recorded are named."""
    labels, people = shown(fixed=[1000, 900, 300, 40], nfa=[24, 15, 12, 3], **{"not recorded": [30, 25, 14, 9]})

    assert labels == (("s2",), ("s3",), ("s4",), ("in the cohort",))
    assert people["nfa, not recorded"] == [15, 15, 15, 10]


def test_nothing_is_shown_where_too_few_are_left_to_tell_apart():
    """One group under two names is no breakdown."""
    assert shown(fixed=[40, 36, 33, 30], nfa=[6, 4, 3, 1]) == ((), {})
    assert safe_parts({"a": (Count(3), Count(2))}, 7) is None


def test_a_group_that_loses_nobody_is_told():
    """Zero is not small: nobody was dropped."""
    assert shown(fixed=[1000, 900, 300], nfa=[90, 90, 30])[1]["nfa"] == [0, 60, 30]


@pytest.fixture
def done(toy, capsys):
    """A toy project whose cohorts have been run."""
    for step in ("pseudonymise", "link", "cohorts"):
        assert here(capsys, step, toy, "--plain").code in (0, 1)
    return toy


def test_the_command_tells_each_breakdown(done, capsys):
    """Forty people are few: everything but what is safe is left out, and said to be."""
    found = here(capsys, "attrition", done, "--json").json["result"]
    lines = here(capsys, "attrition", done)

    assert [cohort["cohort"] for cohort in found["cohorts"]] == ["t01_seen_by_both"]
    assert {by["dimension"] for by in found["cohorts"][0]["by"]} >= {"all", "address", "ethnic_group"}
    assert "not shown, too few people" in lines.out
    counts = [people for by in found["cohorts"][0]["by"] for group in by["groups"] for people in group["people"]]
    assert all(people == 0 or people > 7 for people in counts)
    assert all(entry.event is not Event.RUN_FAILED for entry in Ledger(done / "ledger").entries())


def test_an_unknown_cohort_is_told_with_the_known_ones(done, capsys):
    """Bad input, exit code 3."""
    found = here(capsys, "attrition", done, "--cohort", "c99")

    assert found.code == 3
    assert "t01_seen_by_both" in found.err


def test_steps_are_numbered_above_the_tables():
    """A column says at which steps people were lost, or that they are in the cohort."""
    by = {"dimension": "all", "parts": [["… s2"], ["… s3", "in the cohort"]],
          "groups": [{"group": "all", "start": 1000, "people": [100, 900]}]}  # fmt: skip
    lines = attrition_lines({"rule": "r", "cohorts": [{"cohort": "c", "title": "C", "by": [by]}]})

    assert "  step 1: s2" in lines
    assert "  step 2: s3" in lines
    assert any("lost at 1" in line and "lost at 2, or in the cohort" in line for line in lines)
    assert any("100 (10.0%)" in line for line in lines)
