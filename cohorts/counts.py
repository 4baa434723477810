"""Exact counts of every cohort, by group, service, rung and step: for the release step only.

Counts of people, not of records. Zeros are counted too: "nobody" is an answer.
Every count has a cell key, the sum of its people's keyed numbers: the same people have the same key in every table.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from cohorts.analysis import parts_of
from cohorts.english import attrition_labels
from cohorts.query import Definition
from cohorts.run import CohortResults
from governance.contracts import COHORT_COUNT, check_table
from governance.disclosure import EVERYONE
from governance.in_parts import in_parts
from governance.keys.ring import Secret
from governance.pseudonym import noise_numbers
from governance.settings import Source
from governance.warehouse import fetch_table, load_sql, load_table, materialise, settle

NOT_RECORDED = "not recorded"
_FIXED_GROUPS = {
    "all": ["all"],
    "deprivation_quintile": ["1", "2", "3", "4", "5"],
    "ethnic_group": ["asian", "black", "mixed", "white", "other"],
    "age_band": ["0-17", "18-34", "35-49", "50-64", "65-79", "80+"],
    "sex": ["female", "male"],
    "district": [],
}
_TITLES = {
    "all": "Everyone",
    "deprivation_quintile": "Deprivation (fifths of areas, 1 is the most deprived)",
    "ethnic_group": "Ethnic group",
    "age_band": "Age",
    "sex": "Sex",
    "district": "District",
    "service": "Service",
    "service_pair": "Pair of services",
    "service_count": "Number of services",
    "service_set": "Combination of services",
}
_OF_PEOPLE = (
    "cohort_member",
    "extra_member",
    "member_service",
    "person_group",
    "person_index",
    "person_measure",
    "person_noise",
)
"""Tables that counts are made of and that have a person in each row."""

_STATES = ("population", "met", "not_met", "cannot_tell")
_COUNTED_SCHEMA = pa.schema([("cohort", pa.string()), ("measure", pa.string())])
_GROUP_SCHEMA = pa.schema([("dimension", pa.string()), ("group", pa.string())])
_STEP_SCHEMA = pa.schema(
    [
        ("cohort", pa.string()),
        ("measure", pa.string()),
        ("is_rung", pa.bool_()),
        ("number", pa.int32()),
        ("in_areas", pa.bool_()),
    ]
)


def count_cohorts(
    con: duckdb.DuckDBPyConnection, results: CohortResults, sources: Sequence[Source], *, noise_key: Secret
) -> pa.Table:
    """All counts, in the order of cohort, measure, dimension and group.

    Args:
        con: Holds the analysis tables and what ``run_cohorts`` made.
        results: What was run.
        sources: Services that contacts are counted for, also those with none.
        noise_key: Makes each person's number, from which cell keys are summed; kept as long as releases repeat.

    Returns:
        Contract ``cohort_count``: exact, so it stays in the analysis zone.
    """
    stage_counts(con, results)
    number_people(con, noise_key)
    load_table(con, "service", pa.table({"source": [source.id for source in sources]}))
    load_table(con, "counted", _counted(results.definitions))
    load_table(con, "dimension_group", _groups(dimensions(con)))
    parts = ("count_by_group", "count_by_service", "count_by_step", "count_seen", "count_extra")
    union = "\nUNION ALL\n".join(f"SELECT * FROM ({load_sql('cohorts', part)})" for part in parts)
    in_parts(con, "counted_part", union, dict.fromkeys(_OF_PEOPLE, "person_id"), parts_of(con))
    materialise(con, "counted_people", load_sql("cohorts", "counted_people"))
    return check_table(fetch_table(con, load_sql("cohorts", "cohort_count")), COHORT_COUNT)


def stage_counts(con: duckdb.DuckDBPyConnection, results: CohortResults) -> None:
    """Make what each person adds to: ``person_group``, ``person_measure``, ``member_service`` and ``cohort_step``.

    ``person_measure`` is a view: it says of each cohort and person again what ``cohort_member`` says, in two rows.

    Args:
        con: Holds the analysis tables and what ``run_cohorts`` made.
        results: What was run.
    """
    group_people(con, results.as_of)
    materialise(con, "spine_member", load_sql("cohorts", "spine_member"), {"as_of": results.as_of})
    con.execute(f"CREATE OR REPLACE VIEW person_measure AS {load_sql('cohorts', 'person_measure')}")
    materialise(con, "member_service", load_sql("cohorts", "member_service"), {"as_of": results.as_of})
    load_table(con, "cohort_step", _steps(results.definitions))
    settle(con)


def group_people(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Make ``person_group``: which group of each dimension a person belongs to.

    Args:
        con: Holds ``person``.
        as_of: First day after the period; ages are those reached in the year of the day before.
    """
    materialise(con, "person_group", load_sql("cohorts", "person_group"), {"last_day": _last_day(as_of)})


def number_people(con: duckdb.DuckDBPyConnection, key: Secret) -> None:
    """Make ``person_noise``: a keyed number of 32 bits for each person, on the spine or not."""
    people = fetch_table(con, load_sql("cohorts", "everybody"))["person_id"].combine_chunks()
    load_table(con, "person_noise", pa.table({"person_id": people, "noise": pa.array(noise_numbers(people, key))}))


def dimensions(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Groups of each dimension in the order they are shown; what was seen beyond the usual ones comes after."""
    query = """
        SELECT dimension, list("group" ORDER BY "group")
        FROM (SELECT DISTINCT dimension, "group" FROM person_group) GROUP BY dimension
    """
    seen: dict[str, list[str]] = dict(con.execute(query).fetchall())
    found = {}
    for dimension, usual in _FIXED_GROUPS.items():
        others = [group for group in seen.get(dimension, []) if group not in (*usual, NOT_RECORDED)]
        missing = [] if dimension == "all" else [NOT_RECORDED]
        found[dimension] = [*usual, *others, *missing]
    return found


def dimension_titles(con: duckdb.DuckDBPyConnection, sources: Sequence[Source]) -> dict[str, dict[str, object]]:
    """For the manifest: every dimension's title and its groups in order."""
    ids = sorted(source.id for source in sources)
    orders = {
        **dimensions(con),
        "service": ids,
        "service_pair": [f"{one} & {other}" for number, one in enumerate(ids) for other in ids[number + 1 :]],
        "service_count": ["0", "1", "2", "3", "4+"],
        "service_set": [],
    }
    return {name: {"title": _TITLES[name], "order": order} for name, order in orders.items()}


def _last_day(as_of: date) -> date:
    return as_of - timedelta(days=1)


def _counted(definitions: Sequence[Definition]) -> pa.Table:
    rows = [{"cohort": one.id, "measure": measure} for one in definitions for measure in _STATES]
    return pa.Table.from_pylist([*rows, {"cohort": EVERYONE, "measure": "population"}], schema=_COUNTED_SCHEMA)


def _steps(definitions: Sequence[Definition]) -> pa.Table:
    """In areas: rungs, and the last step before the group, of which the group is the share whose need is unmet."""
    rows = [
        {"cohort": one.id, "measure": measure, "is_rung": is_rung, "number": number}
        | {"in_areas": is_rung or (bool(one.query.ladder) and number == len(measures) - 1)}
        for one in definitions
        for is_rung, measures in ((True, _rung_measures(one)), (False, _attrition_measures(one)))
        for number, measure in enumerate(measures, 1)
    ]
    return pa.Table.from_pylist(rows, schema=_STEP_SCHEMA)


def _rung_measures(definition: Definition) -> list[str]:
    return [f"rung:{rung.name}" for rung in definition.query.ladder]


def _attrition_measures(definition: Definition) -> list[str]:
    return [f"attrition:{number:02}" for number, _ in enumerate(attrition_labels(definition.query), 1)]


def _groups(orders: dict[str, list[str]]) -> pa.Table:
    rows = [{"dimension": dimension, "group": group} for dimension, groups in orders.items() for group in groups]
    return pa.Table.from_pylist(rows, schema=_GROUP_SCHEMA)
