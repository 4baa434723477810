"""Spec: completeness, disagreement and joined records by source and group; events by month."""

import re
from collections.abc import Mapping
from datetime import date

import pyarrow as pa
import pytest

from cohorts.counts import number_people
from cohorts.quality.counts import quality_counts
from cohorts.quality.filled import filled_fields
from governance.contracts import EVENT, NEED_EVIDENCE, RECORD_PERSON
from governance.keys.ring import Secret
from governance.warehouse import load_sql, load_table
from tests.lib.missed import AS_OF, zone

RECORDS = [
    # source, record, person, sex, ethnic group, links
    ("gp", 1, "p1", "female", "black", 2),
    ("council", 1, "p1", "female", None, 2),
    ("council", 2, "p1", "male", None, 0),
    ("gp", 2, "p2", "male", "white", 1),
    ("council", 3, "p2", "male", "white", 1),
    ("council", 4, "p3", None, "asian", 0),
]
HOMES = {
    ("gp", 1): (11, "home"),
    ("council", 1): (11, "home"),
    ("council", 2): (None, "home"),
    ("gp", 2): (21, "home"),
    ("council", 3): (None, "hostel"),
    ("council", 4): (31, "home"),
}


@pytest.fixture(scope="module")
def con():
    """Three people; p1 has two records at the council, of which one gives another sex."""
    people = [
        {"person_id": "p1", "sex": "female", "ethnic_group": "black"},
        {"person_id": "p2", "sex": "male", "ethnic_group": "white"},
        {"person_id": "p3"},
    ]
    names = ("source", "record_id", "person_id", "sex", "ethnic_group", "links")
    rows = [dict(zip(names, row, strict=True)) for row in RECORDS]
    for row in rows:
        row["household"], row["address_kind"] = HOMES[row["source"], row["record_id"]]
    connection, quality = zone(people, rows)
    number_people(connection, Secret(b"n" * 32))
    schema = RECORD_PERSON.schema.append(pa.field("source", pa.string()))
    records = [{name: row.get(name) for name in schema.names} for row in rows]
    load_table(connection, "record_person", pa.Table.from_pylist(records, schema))
    load_table(connection, "need_evidence", NEED_EVIDENCE.schema.empty_table())
    load_table(connection, "event", _events())
    return connection, quality


def _events() -> pa.Table:
    days = ["2025-08-31", "2025-09-01", "2026-09-30", "2026-09-30", "2026-10-01"]
    always = {"person_id": "p1", "source": "gp"}
    rows = [{**dict.fromkeys(EVENT.columns), **always, "start": date.fromisoformat(day)} for day in days]
    return pa.Table.from_pylist(rows, EVENT.schema)


@pytest.fixture(scope="module")
def found(con) -> Mapping[tuple[str, str, str, str], tuple[int, int]]:
    """Part and whole by source, measure, dimension and group."""
    connection, quality = con
    table = quality_counts(connection, quality, AS_OF).to_pylist()
    return {
        (row["cohort"], row["measure"], row["dimension"], row["group"]): (row["part"], row["whole"]) for row in table
    }


def test_a_field_is_filled_if_any_record_of_the_person_has_it(found):
    """Two of the council's three people have a sex, two an ethnic group; p1 counts once with two records."""
    assert found["council", "filled:sex", "all", "all"] == (2, 3)
    assert found["council", "filled:ethnic_group", "all", "all"] == (2, 3)


def test_groups_are_those_of_the_linked_person(found):
    """The council knows no ethnic group of p1: the GP does, and so the council's gap is seen by ethnic group."""
    assert found["council", "filled:ethnic_group", "ethnic_group", "black"] == (0, 1)
    assert found["council", "filled:ethnic_group", "ethnic_group", "white"] == (1, 1)
    assert found["council", "filled:ethnic_group", "ethnic_group", "not recorded"] == (1, 1)


def test_sources_disagree_where_both_have_a_value(found):
    """Of p1 and p2 whom both know, p1 has another sex at the council; p3 is known to nobody else."""
    assert found["council", "differs:sex", "all", "all"] == (1, 2)
    assert found["gp", "differs:sex", "all", "all"] == (1, 2)
    assert found["gp", "differs:sex", "sex", "female"] == (1, 1)
    assert found["council", "differs:ethnic_group", "all", "all"] == (0, 1)


def test_sources_disagree_about_the_home(found):
    """p2 lives in a hostel or at home; of p1 both tell one home, and one that is not told which contradicts nothing."""
    assert found["council", "differs:home", "all", "all"] == (1, 2)
    assert found["gp", "differs:home", "ethnic_group", "white"] == (1, 1)
    assert found["gp", "differs:home", "ethnic_group", "black"] == (0, 1)
    assert {measure for _, measure, *_ in found if measure.endswith(":home")} == {"differs:home"}


def test_joined_with_and_without_a_field(found):
    """Both people with a sex are joined with a record elsewhere, the one without is not."""
    assert found["council", "joined_with:sex", "all", "all"] == (2, 2)
    assert found["council", "joined_without:sex", "all", "all"] == (0, 1)


def test_events_are_counted_by_month_over_a_year_and_a_month(found):
    """From the first of the same month a year ago to the last day of the period."""
    months = {group: part for (_, measure, _, group), (part, _) in found.items() if measure == "events"}

    assert months == {"2025-09": 1, "2026-09": 2}


@pytest.mark.parametrize("name", ["quality_record", "quality_count"])
def test_a_sql_file_returns_the_columns_of_its_header(con, found, name):
    """Purpose, reads, grain, columns and, if it takes values, params."""
    text = load_sql("cohorts.quality", name)
    header = dict(re.findall(r"^-- (reads|grain|columns|params) +(.+)$", text, re.MULTILINE))
    params = dict.fromkeys(re.findall(r"\$(\w+) DATE", header.get("params", "")), AS_OF)

    assert con[0].sql(text, params=params or None).columns == header["columns"].split(", ")
    assert {"reads", "grain"} <= set(header)


def test_records_with_each_attribute():
    """No fixed abode is an address; an unknown postcode is none."""
    rows = [
        {"record_id": 1, "sex": "female", "small_area": "E01", "no_fixed_address": False},
        {"record_id": 2, "birth_year": 1980, "no_fixed_address": True},
        {"record_id": 3, "no_fixed_address": False},
    ]
    table = pa.Table.from_pylist([{n: row.get(n) for n in RECORD_PERSON.columns} for row in rows], RECORD_PERSON.schema)

    assert filled_fields(table) == {"records": 3, "birth_year": 1, "sex": 1, "ethnic_group": 0, "address": 2}
