"""Whoever is too few to be counted is not broken down."""

import numpy as np
import pyarrow as pa
import pytest

from governance.contracts import AREA_COUNT, COHORT_COUNT, MEASURE_COUNT
from governance.disclosure import CellKeyRule, MidpointRule, RoundingRule
from governance.disclosure.few import TooFew
from governance.disclosure.gate import Truth, check_release
from governance.disclosure.protect import ALL
from governance.settings import Policy
from tests.unit.test_gate import CELL_KEY, published

HIDE = RoundingRule(7, 5)


def counts_of(**met):
    """Cohorts with so many people, each broken down by sex."""
    rows = [
        {"cohort": cohort, "version": "1", "measure": measure, "dimension": dimension, "group": group, "people": people}
        | {"cell_key": number}
        for number, (cohort, women) in enumerate(met.items())
        for measure, more in (("met", 0), ("population", 900))
        for dimension, group, people in (
            ("all", ALL, women + more),
            ("sex", "female", women + more),
            ("sex", "male", 0),
        )
    ]
    return pa.Table.from_pylist(rows, schema=COHORT_COUNT.schema)


def measures_of(**part):
    """Measures of one cohort with so many people in their part."""
    rows = [
        {"cohort": "large", "measure": name, "dimension": dimension, "group": group, "part": people, "whole": 900}
        | dict.fromkeys(("part_people", "whole_people", "part_noise", "whole_noise"), 3)
        for name, people in part.items()
        for dimension, group in (("all", ALL), ("sex", "female"))
    ]
    return pa.Table.from_pylist(rows, schema=MEASURE_COUNT.schema)


PEOPLE = frozenset({"rare", "common", "nobody"})
COUNTS, MEASURES = counts_of(small=6, large=60, none=0), measures_of(rare=2, common=200, nobody=0, days=2)


def broken_down(table, *columns):
    """What has groups."""
    rows = [row for row in table.to_pylist() if row["dimension"] != ALL]
    return {tuple(row[name] for name in columns) for row in rows}


@pytest.mark.parametrize("rule", [HIDE, CellKeyRule(7, 5, 2.0)], ids=["rounds", "cell keys"])
def test_where_a_total_is_hidden_it_has_no_groups_and_totals_stay(rule):
    """Nobody is a number like any other, and events are told by how many people have them."""
    few = TooFew.of(COUNTS, MEASURES, rule, PEOPLE)
    counts, measures = few.without_groups(COUNTS), few.without_groups(MEASURES)

    assert broken_down(counts, "cohort") == {("large",), ("none",)}
    assert broken_down(measures, "measure") == {("common",), ("nobody",), ("days",)}
    for before, after in ((COUNTS, counts), (MEASURES, measures)):
        assert [row for row in before.to_pylist() if row["dimension"] == ALL] == [
            row for row in after.to_pylist() if row["dimension"] == ALL
        ]


def test_areas_follow_the_whole():
    """A cohort that is few in all is few in each area; one that is not keeps its groups, which the gate looks at."""
    areas = COUNTS.append_column("area", pa.array(["north"] * COUNTS.num_rows)).select(AREA_COUNT.schema.names)
    few = TooFew.of(COUNTS, MEASURES, HIDE, PEOPLE)

    assert broken_down(few.without_groups(areas), "cohort") == {("large",), ("none",)}


def test_a_rule_that_hides_nothing_leaves_nothing_out():
    """Midpoints show every count."""
    few = TooFew.of(COUNTS, MEASURES, MidpointRule(), PEOPLE)

    assert few.without_groups(COUNTS).equals(COUNTS)
    assert few.without_groups(MEASURES).equals(MEASURES)


def test_somebody_alone_in_many_tables_is_no_longer_told_of_by_each():
    """One of six people, alone in a group of 120 small cohorts: the gate refuses these and lets their totals be."""
    keys = iter(np.random.default_rng(4).integers(1, 2**32, 360).tolist())
    rows = [
        {"cohort": f"c{cohort:03}", "version": "1", "measure": "met", "dimension": dimension, "group": group}
        | {"people": people, "cell_key": 11 if people == 1 else next(keys)}
        for cohort in range(120)
        for dimension, group, people in (("all", ALL, 6), ("sex", "a", 1), ("sex", "b", 2), ("sex", "c", 3))
    ]
    counts = pa.Table.from_pylist(rows, schema=COHORT_COUNT.schema)

    def leaks(table):
        return check_release(published(table, CELL_KEY), [], Truth.of(table, CELL_KEY), Policy()).leaks

    assert {leak.cell.group for leak in leaks(counts)} == {"a"}
    assert leaks(TooFew.of(counts, MEASURES.slice(0, 0), CELL_KEY, PEOPLE).without_groups(counts)) == ()
