"""Unit: a source's own columns and codes become people, events and needs; what cannot be mapped is counted."""

from datetime import date
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from cohorts.events import Payload, RowCount, record_tables
from governance.contracts import RECORD_EVENT, RECORD_NEED, RECORD_PERSON
from governance.errors import PolicyRefusal
from governance.settings import ExtractFile, Source
from governance.warehouse import connect, load_table, quote_name

LOOKUP = pa.table(
    {
        "postcode": ["AB1 2CD", "ef34gh"],
        "small_area": ["E01", "E02"],
        "ward": ["Hill", "Dock"],
        "district": ["North", "South"],
        "deprivation_decile": [9, 1],
    }
)

PEOPLE = {
    "id": "clients",
    "path": "clients.csv",
    "grain": "people",
    "columns": {
        "Client ref": {"class": "direct_identifier", "role": "record_id"},
        'Born "on"': {"class": "direct_identifier", "role": "date_of_birth"},
        "Post code": {"class": "direct_identifier", "role": "postcode"},
        "M/F": {"class": "quasi_identifier", "role": "sex"},
        "Ethnicity": {"class": "quasi_identifier", "role": "ethnic_group"},
        "Died": {"class": "quasi_identifier", "role": "death_month"},
        "LSOA": {"class": "quasi_identifier", "role": "small_area"},
    },
}
VISITS = {
    "id": "visits",
    "path": "visits.csv",
    "grain": "events",
    "columns": {
        "Client ref": {"class": "direct_identifier", "role": "record_id"},
        "select": {"class": "event_field"},
        "Day; seen": {"class": "event_field"},
        "Till": {"class": "event_field"},
        "Came?": {"class": "event_field"},
        "Site": {"class": "event_field"},
    },
    "events": [
        {
            "kind": {"column": "select", "values": {"A": "vcse.referral", "C": "vcse.contact"}},
            "start": "Day; seen",
            "end": "Till",
            "code": "select",
            "provider": "Site",
            "outcome": {"column": "Came?", "values": {"y": "attended", "n": "dna"}},
            "planned": True,
        }
    ],
    "needs": [
        {"need": "social_isolation", "from": "Day; seen", "strength": "reported", "where": {"select": ["A", "L"]}},
        {"need": "care_need", "from": "Day; seen", "to": "Till", "strength": "assessed", "where": {"select": ["C"]}},
    ],
}


def made(*files: dict[str, Any], rows: dict[str, list[dict[str, Any]]], **settings: Any) -> Payload:
    """The payload of a source called ``odd`` whose tables hold these rows."""
    source = Source.model_construct(id="odd", files=[_file(file) for file in files], **settings)
    with connect(threads=1) as con:
        for file in files:
            _load(con, file, rows[file["id"]])
        return record_tables(con, source, LOOKUP)


def _file(settings: dict[str, Any]) -> Any:
    return ExtractFile.model_validate(settings, strict=False)


def _load(con: duckdb.DuckDBPyConnection, file: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """A table as intake makes it: fixed columns, text under the file's own names, dates as dates."""
    dates = {
        mapping.get(at)
        for mapping in [*file.get("events", []), *file.get("needs", [])]
        for at in ("start", "end", "from", "to")
    }
    dates |= {name for name, column in file["columns"].items() if column.get("role") == "date_of_birth"}
    types = {name: pa.date32() if name in dates else pa.string() for name in file["columns"]}
    schema = pa.schema([("row_no", pa.int64()), ("record_id", pa.int64()), *types.items()])
    numbered = [{"row_no": number, **row} for number, row in enumerate(rows, 1)]
    table = pa.Table.from_pylist([{name: row.get(name) for name in schema.names} for row in numbered], schema)
    load_table(con, quote_name(f"file_{file['id']}"), table)


def day(text: str) -> date:
    """An ISO date."""
    return date.fromisoformat(text)


CLIENTS = [
    {"record_id": 1, 'Born "on"': day("1980-02-03"), "Post code": "ab12cd", "M/F": "female", "Died": "2025-03"},
    {"record_id": 2, "Post code": "ZZ99 3VZ", "Ethnicity": "black", "Died": "2025-03-17"},
    {"record_id": 3, "Post code": "ZZ99 3WZ"},
    {"record_id": 4, "Post code": "XX9 9XX", "LSOA": "E02"},
    {"record_id": 5},
]


def people(payload: Payload) -> dict[int, dict[str, Any]]:
    """Rows of record_person by record."""
    return {row["record_id"]: row for row in payload.record_person.to_pylist()}


def test_people_get_years_areas_and_months_but_no_identifier():
    """Nothing finer than a birth year, a small area and a month of death leaves."""
    found = made(PEOPLE, rows={"clients": CLIENTS})

    assert found.record_person.schema == RECORD_PERSON.schema
    assert people(found)[1] == {
        "record_id": 1,
        "birth_year": 1980,
        "sex": "female",
        "ethnic_group": None,
        "first_language": None,
        "small_area": "E01",
        "ward": "Hill",
        "district": "North",
        "deprivation_decile": 9,
        "no_fixed_address": False,
        "death_month": day("2025-03-01"),
        "household": None,
        "address_kind": "unknown",
    }
    assert people(found)[2]["death_month"] == day("2025-03-01")


def test_no_fixed_abode_is_one_postcode_and_unknown_ones_say_nothing():
    """ZZ99 3VZ is a fact about someone's life; ZZ99 3WZ is a fact about the form."""
    found = people(made(PEOPLE, rows={"clients": CLIENTS}))

    assert {record: row["no_fixed_address"] for record, row in found.items()} == {
        1: False,
        2: True,
        3: None,
        4: False,
        5: None,
    }


def test_postcodes_that_the_lookup_lacks_are_counted_and_a_given_small_area_helps():
    """One real postcode is unknown; the source's own small area still gives ward and district."""
    found = made(PEOPLE, rows={"clients": CLIENTS})

    assert found.postcodes_unmatched == 1
    assert [people(found)[4][name] for name in ("small_area", "ward", "district", "deprivation_decile")] == [
        "E02",
        "Dock",
        "South",
        1,
    ]


def visits(*rows: dict[str, Any]) -> Payload:
    """The payload with these visits of the five clients."""
    named = [{"Day; seen": day(row.pop("on")), **row} if "on" in row else row for row in map(dict, rows)]
    return made(PEOPLE, VISITS, rows={"clients": CLIENTS, "visits": named})


def test_events_are_read_through_the_sources_own_codes():
    """Kind, days, code, provider, outcome and planned, from columns with any name."""
    found = visits(
        {"record_id": 1, "on": "2025-01-05", "select": "C", "Came?": "y", "Site": "Mill St", "Till": day("2025-01-06")}
    )

    assert found.record_event.schema == RECORD_EVENT.schema
    assert found.record_event.to_pylist() == [
        {
            "record_id": 1,
            "event_no": 1,
            "kind": "vcse.contact",
            "start": day("2025-01-05"),
            "end": day("2025-01-06"),
            "end_is_known": True,
            "code": "C",
            "provider": "Mill St",
            "outcome": "attended",
            "crisis": False,
            "planned": True,
        }
    ]


@pytest.mark.parametrize(
    ("till", "end", "known"),
    [(None, None, False), (day("2025-02-01"), day("2025-02-01"), True), (day("2024-01-01"), day("2025-01-05"), False)],
    ids=["not ended yet", "ended", "ended before it began"],
)
def test_the_end_of_an_event(till, end, known):
    """An empty end is open; an end before the start is not believed."""
    [found] = visits({"record_id": 1, "on": "2025-01-05", "select": "C", "Till": till}).record_event.to_pylist()

    assert (found["end"], found["end_is_known"]) == (end, known)


def test_an_event_without_an_end_column_is_one_day():
    """Its end is that day, and is not known."""
    file = {**VISITS, "events": [{"kind": "vcse.contact", "start": "Day; seen"}], "needs": []}
    rows = {"clients": CLIENTS, "visits": [{"record_id": 1, "Day; seen": day("2025-01-05")}]}

    [found] = made(PEOPLE, file, rows=rows).record_event.to_pylist()

    assert (found["end"], found["end_is_known"], found["provider"]) == (day("2025-01-05"), False, "odd")


def test_an_event_delivered_twice_counts_once_as_last_delivered():
    """The same record, kind, day, code and provider: a later row brings the outcome."""
    found = visits(
        {"record_id": 1, "on": "2025-01-05", "select": "C", "Came?": "n"},
        {"record_id": 1, "on": "2025-01-05", "select": "C", "Came?": "y"},
        {"record_id": 1, "on": "2025-01-05", "select": "C", "Site": "Elsewhere"},
    ).record_event.to_pylist()

    assert [(row["event_no"], row["provider"], row["outcome"]) for row in found] == [
        (1, "Elsewhere", None),
        (2, "odd", "attended"),
    ]


def test_needs_last_a_day_or_until_they_end():
    """No end column: a finding of one day. An empty end: still so."""
    found = visits(
        {"record_id": 1, "on": "2025-01-05", "select": "A"},
        {"record_id": 1, "on": "2025-02-05", "select": "C", "Till": None},
        {"record_id": 2, "on": "2025-02-05", "select": "C", "Till": day("2025-03-01")},
    )

    assert found.record_need.schema == RECORD_NEED.schema
    assert [(r["record_id"], r["need"], r["strength"], r["valid_to"]) for r in found.record_need.to_pylist()] == [
        (1, "care_need", "assessed", None),
        (1, "social_isolation", "reported", day("2025-01-05")),
        (2, "care_need", "assessed", day("2025-03-01")),
    ]


def test_codes_that_no_mapping_lists_are_counted_by_file_and_column():
    """``L`` is listed by a need and ``A`` by the event; ``Z`` by nobody. Outcomes are counted too, missing ones not."""
    found = visits(
        {"record_id": 1, "on": "2025-01-05", "select": "Z", "Came?": "maybe"},
        {"record_id": 1, "on": "2025-01-06", "select": "Z"},
        {"record_id": 1, "on": "2025-01-07", "select": "L"},
        {"record_id": 1, "on": "2025-01-08", "select": "A"},
        {"record_id": 1, "on": "2025-01-09"},
    )

    assert found.unmapped == (
        RowCount(file="visits", column="Came?", rows=1),
        RowCount(file="visits", column="select", rows=2),
    )
    assert [row["kind"] for row in found.record_event.to_pylist()] == ["vcse.referral"]


def test_rows_without_a_day_are_counted_not_guessed():
    """Once, though two mappings wanted the row."""
    found = visits({"record_id": 1, "select": "A"}, {"record_id": 1, "on": "2025-01-05", "select": "A"})

    assert found.undated == (RowCount(file="visits", column="Day; seen", rows=1),)
    assert len(found.record_event) == 1


def test_events_of_nobody_stay_behind_and_are_counted():
    """A visit of a client whom the people file does not hold (any more): one event and one need."""
    found = visits({"record_id": 99, "on": "2025-01-05", "select": "A"})

    assert (found.orphans, len(found.record_event), len(found.record_need)) == (2, 0, 0)


def test_a_file_of_events_with_identifiers_gives_the_latest_attributes():
    """One person in three rows: of each attribute the latest that is filled, by date and then by row."""
    both = {
        "id": "notices",
        "path": "notices.csv",
        "grain": "both",
        "columns": {
            "Post code": {"class": "direct_identifier", "role": "postcode"},
            "Sex": {"class": "quasi_identifier", "role": "sex"},
            "YOB": {"class": "quasi_identifier", "role": "birth_year"},
            "When": {"class": "event_field"},
        },
        "events": [{"kind": "police.safeguarding_notice", "start": "When", "crisis": True}],
    }
    rows = [
        {"record_id": 7, "When": day("2025-03-01"), "Post code": "EF3 4GH", "Sex": None, "YOB": "1980"},
        {"record_id": 7, "When": day("2025-01-01"), "Post code": "AB1 2CD", "Sex": "male", "YOB": "1970"},
        {"record_id": 7, "When": day("2025-03-01"), "Post code": None, "Sex": None, "YOB": "not a year"},
    ]

    found = made(both, rows={"notices": rows})

    [person] = found.record_person.to_pylist()
    assert (person["district"], person["sex"], person["birth_year"]) == ("South", "male", 1980)
    assert [row["event_no"] for row in found.record_event.to_pylist()] == [1, 2]
    assert all(row["crisis"] for row in found.record_event.to_pylist())


def test_the_same_rows_in_another_order_give_the_same_payload():
    """Tables are sorted by their keys."""
    rows = [
        {"record_id": record, "on": f"2025-01-{number:02}", "select": "AC"[number % 2]}
        for number, record in enumerate([3, 1, 2, 1, 3, 2], 1)
    ]

    forwards, backwards = visits(*rows), visits(*reversed(rows))

    assert forwards.record_event == backwards.record_event
    assert forwards.record_need == backwards.record_need
    assert forwards.record_person == backwards.record_person


def test_a_group_is_one_of_the_listed_ones_or_missing():
    """Names of groups are published: what stands there by mistake is counted and goes no further."""
    clients = [
        {"record_id": 1, "M/F": "Zqsurname", "Ethnicity": "white"},
        {"record_id": 2, "M/F": "male", "Ethnicity": "Zqsurname"},
    ]

    found = made(PEOPLE, rows={"clients": clients})

    assert [(row["sex"], row["ethnic_group"]) for row in people(found).values()] == [(None, "white"), ("male", None)]
    assert found.unmapped == (
        RowCount(file="clients", column="Ethnicity", rows=1),
        RowCount(file="clients", column="M/F", rows=1),
    )


def test_a_local_group_that_the_source_file_names_is_kept():
    """It stands in a config that somebody approved."""
    ethnicity = {"class": "quasi_identifier", "role": "ethnic_group", "values": {"R": "chinese"}}
    file = {**PEOPLE, "columns": {**PEOPLE["columns"], "Ethnicity": ethnicity}}

    found = made(file, rows={"clients": [{"record_id": 1, "Ethnicity": "chinese"}]})

    assert (people(found)[1]["ethnic_group"], found.unmapped) == ("chinese", ())


@pytest.mark.parametrize(
    "values",
    [
        ("9990000018", "999 000 0026", "A1"),
        ("AB1 2CD", "ef34gh", "Mill St"),
        ("ada@example.org", "bo@example.org"),
        ("07700 900123", "+44 7700 900124"),
        ("xx9 9xx", "Zz99 3vz"),
    ],
    ids=["NHS numbers", "postcodes", "email", "phone", "a client's own"],
)
def test_a_column_of_identifiers_does_not_leave_as_a_code(values):
    """Most of its values are people's identifiers: refused, and none of them is in the message."""
    rows = [{"record_id": 1, "on": "2025-01-05", "select": "C", "Site": value} for value in values]

    with pytest.raises(PolicyRefusal) as refused:
        visits(*rows)

    assert refused.value.code == "E-PAYLOAD-IDENTIFIER"
    assert "column `Site`" in str(refused.value)
    assert not any(value in str(refused.value) for value in values)


def test_a_code_that_looks_like_an_identifier_by_chance_leaves():
    """One in eleven ten-digit codes passes the NHS number's check."""
    rows = [
        {"record_id": 1, "on": "2025-01-05", "select": "C", "Site": value}
        for value in ("9990000018", "9990000019", "RX1RA", "E01000001")
    ]

    assert len(visits(*rows).record_event) == 4
