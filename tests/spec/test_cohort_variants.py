"""Spec: what is counted beside the answer: a definition at other thresholds, and needs shared by construction."""

from dataclasses import replace

import pytest

from cohorts.query import Parameter, Shared, Variant
from cohorts.run import run_cohorts
from cohorts.variants import extra_measures, measure_of, shared_definition, variant_label, varied_words
from governance.warehouse import fetch_table
from tests.lib.cohorts import AS_OF, counted, definition, length, load_world, need, query, seen, warehouse, world
from tests.spec.test_cohort_faults import faults_of

SOME = query(need("rough", seen("rough")), need("visits", counted("ed.attendance", 2)))
MORE = query(need("rough", seen("rough")), need("visits", counted("ed.attendance", 3)))
BETWEEN = Shared(contacts=("ed.attendance", "mh.contact"), coordinated_by=("team.episode",), within=length("12m"))
KINDS = ("need.rough", "need.drink", "ed.attendance", "mh.contact", "team.episode")
TOLD = world(
    needs="""
    person_id | need  | valid_from | sector
    twice     | rough | 2025-03-01 | council
    often     | rough | 2025-03-01 | council
    often     | drink | 2025-03-01 | nhs
    """,
    events="""
    person_id | kind          | start      | source
    twice     | ed.attendance | 2025-03-01 | hospital
    twice     | ed.attendance | 2025-03-02 | hospital
    often     | ed.attendance | 2025-03-01 | hospital
    often     | ed.attendance | 2025-03-02 | hospital
    often     | ed.attendance | 2025-03-03 | hospital
    often     | mh.contact    | 2025-03-03 | clinic
    """,
    providers="provider | source | need\na | a | rough\nb | b | drink",
    covered=KINDS,
)
VARIANT = Variant(parameter="visits", value=3, query=MORE)
ASKED = [replace(definition(SOME, "asked"), variants=(VARIANT,)), definition(query(need("own", BETWEEN)), "between")]


@pytest.fixture(scope="module")
def extra():
    """Who counts beside the answers."""
    with warehouse() as con:
        load_world(con, TOLD)
        run_cohorts(con, ASKED, AS_OF)
        rows = fetch_table(con, "SELECT cohort, measure, person_id FROM extra_member ORDER BY ALL").to_pylist()
        return [tuple(row.values()) for row in rows]


def test_who_counts_at_another_threshold_and_whose_needs_are_shared(extra):
    """Three visits leave one of two; that one is known to two sectors, seen by two services, and nobody's."""
    assert extra == [("asked", "shared", "often"), ("asked", "variant:visits=3", "often")]


def test_what_is_counted_is_named_even_if_nobody_is_there():
    """A zero is an answer; the shared definition is not held against itself."""
    assert extra_measures(ASKED) == [
        {"cohort": "asked", "measure": "variant:visits=3"},
        {"cohort": "asked", "measure": "shared"},
    ]
    assert shared_definition(ASKED) == "between"
    assert shared_definition(ASKED[:1]) is None


def test_a_variant_in_words():
    """As a row of the report's table."""
    assert (measure_of(VARIANT), variant_label(VARIANT)) == ("variant:visits=3", "visits: 3")
    assert variant_label(replace(VARIANT, parameter="response_time", value="84d")) == "response time: 84 days"


def test_what_a_threshold_is_and_why_is_told_beside_its_other_values():
    """A row of the table holds its name and a number only; what is not shown at other values is not told of."""
    settable = [
        Parameter(name=name, value=value, low=value, high=value, why=why)
        for name, value, why in (("visits", 2, "Twice is a pattern."), ("lookback", "12m", "A year."))
    ]
    asked = replace(ASKED[0], parameters=tuple(settable))

    assert varied_words(asked) == ["In this report “visits” is 2. Twice is a pattern."]
    late = replace(asked, variants=(replace(VARIANT, parameter="lookback", value="24m"),))
    assert varied_words(late) == ["In this report “lookback” is 12 months. A year."]


@pytest.mark.parametrize("variants", ["[11]", "[3]", "[6m]"], ids=["outside", "the one in use", "another unit"])
def test_a_variant_lies_inside_the_range_and_differs(tmp_path, variants):
    """Outside it the definition means something else."""
    [fault] = faults_of(tmp_path, ("from: 2, to: 10,", f"from: 2, to: 10, variants: {variants},"))

    assert "is not another value inside 2 to 10" in fault


def test_variants_do_not_change_the_digest(tmp_path):
    """They say what is shown beside a result, not what it means."""
    assert ASKED[0].sha256 == definition(SOME, "asked").sha256
    assert faults_of(tmp_path, ("from: 2, to: 10,", "from: 2, to: 10, variants: [5, 10],")) == []
