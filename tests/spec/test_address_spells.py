"""Spec: whose address when: spells inside a source, and where people lived on the day that is asked about."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cohorts.analysis import build_analysis
from cohorts.events import Payload, record_tables
from governance.contracts import (
    ADDRESS_SPELL,
    PERSON_INDEX,
    RECORD_ADDRESS,
    RECORD_EVENT,
    RECORD_NEED,
    RECORD_PERSON,
    Contract,
)
from governance.intake.checks import date_columns
from governance.keys.ring import Secret
from governance.settings import ExtractFile, Project, Source
from governance.warehouse import connect, fetch_table, load_table
from tests.lib.cohorts import AS_OF, source, warehouse

KEY = Secret(b"h" * 32).subkey("project", "purpose", "household", "1")
PLACES = {"A": "AB1 2CD", "B": "EF3 4GH", "C": "IJ5 6KL"}
LOOKUP = pa.table(
    {
        "postcode": list(PLACES.values()),
        "small_area": [f"area {name}" for name in PLACES],
        "ward": [f"ward {name}" for name in PLACES],
        "district": ["d"] * len(PLACES),
        "deprivation_decile": [1, 2, 3],
    }
)
COLUMNS = {
    "ref": {"class": "direct_identifier", "role": "record_id"},
    "code": {"class": "direct_identifier", "role": "postcode"},
    "property": {"class": "direct_identifier", "role": "uprn"},
    "since": {"class": "event_field"},
    "until": {"class": "event_field"},
}
FILE = {
    "id": "people",
    "path": "people.csv",
    "grain": "people",
    "columns": COLUMNS,
    "addresses": {"from": "since", "to": "until"},
}
SCHEMA = pa.schema(
    [
        ("row_no", pa.int64()),
        ("record_id", pa.int64()),
        *((name, pa.date32() if name in ("since", "until") else pa.string()) for name in COLUMNS),
    ]
)
DAY = date(2025, 1, 1)


def on(day):
    """So many days after the first."""
    return None if day is None else DAY + timedelta(days=day)


def sent(con, *rows, file=FILE):
    """What a source sends that has these addresses: place, first day, end, of one record."""
    model = ExtractFile.model_validate(file, strict=False)
    numbered = [
        {"row_no": number, "record_id": 1, "code": PLACES.get(place), "since": on(since), "until": on(until)}
        for number, (place, since, until) in enumerate(rows, 1)
    ]
    load_table(con, "file_people", pa.Table.from_pylist(numbered, SCHEMA))
    return record_tables(con, Source.model_construct(id="gp", files=[model]), LOOKUP, KEY)


def spells(con, *rows):
    """Place, first day and end of each spell, days counted from the first."""
    found = sent(con, *rows).record_address.to_pylist()
    return [
        (
            row["small_area"].removeprefix("area "),
            (row["valid_from"] - DAY).days,
            None if row["valid_to"] is None else (row["valid_to"] - DAY).days,
        )
        for row in found
    ]


@pytest.fixture(scope="module")
def con():
    """One warehouse for all tests."""
    with connect(threads=1) as made:
        yield made


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("A", 0, None)], [("A", 0, None)]),
        ([("A", 0, None), ("B", 5, None)], [("A", 0, 5), ("B", 5, None)]),
        ([("A", 0, None), ("A", 5, None), ("A", 9, None)], [("A", 0, None)]),
        ([("A", 0, None), ("B", 5, None), ("A", 9, None)], [("A", 0, 5), ("B", 5, 9), ("A", 9, None)]),
        ([("A", 0, 3), ("B", 5, None)], [("A", 0, 3), ("B", 5, None)]),
        ([("A", 0, 8), ("B", 5, None)], [("A", 0, 5), ("B", 5, None)]),
        ([("A", 0, 3), ("A", 5, None)], [("A", 0, 3), ("A", 5, None)]),
        ([("A", 5, 3)], [("A", 5, None)]),
        ([("A", 0, None), ("B", 0, None)], [("B", 0, None)]),
        ([("A", None, None), ("?", 3, None)], []),
    ],
    ids=[
        "one",
        "moved",
        "said again",
        "moved and back",
        "a gap",
        "the next begins before the end",
        "away and back",
        "an end before the start is none",
        "two on one day",
        "no day, and no place",
    ],
)
def test_spells_follow_each_other(con, rows, expected):
    """In whatever order the file has them; half-open, and never two at once."""
    assert spells(con, *rows) == expected


ROWS = st.lists(
    st.tuples(st.sampled_from("ABC"), st.integers(0, 12), st.one_of(st.none(), st.integers(0, 14))), max_size=7
)


def lived_by_hand(rows, day):
    """Where the last row that begins by then puts somebody, unless it has ended."""
    begun = [(since, number, place, until) for number, (place, since, until) in enumerate(rows) if since <= day]
    if not begun:
        return None
    since, _, place, until = max(begun)
    return None if until is not None and since < until <= day else place


@settings(deadline=None, max_examples=40)
@given(ROWS)
def test_every_day_has_the_address_that_was_told_last(con, rows):
    """Against a plain second reading of the rows, day by day; no day has two."""
    found = spells(con, *rows)

    for day in range(16):
        there = [place for place, since, until in found if since <= day and (until is None or day < until)]
        assert there == [place for place in [lived_by_hand(rows, day)] if place]


def test_a_source_that_dates_nothing_sends_no_addresses(con):
    """Where people lived before leaves a source only if its file says so, and nothing of it but area, day and token."""
    undated = {name: value for name, value in FILE.items() if name != "addresses"}
    payload = sent(con, ("A", 0, None), file=undated)

    assert payload.record_address.num_rows == 0
    assert payload.record_person["small_area"].to_pylist() == ["area A"]
    told = str(sent(con, ("A", 0, None)).record_address.to_pylist())
    assert not [postcode for postcode in PLACES.values() if postcode in told or postcode.replace(" ", "") in told]


@pytest.mark.parametrize(
    "change",
    [
        {"grain": "events", "columns": {name: COLUMNS[name] for name in ("ref", "since", "until")}},
        {"addresses": {"from": "moved_in"}},
        {"addresses": {"from": "code"}},
    ],
    ids=["a file without addresses", "a column that is not there", "an identifier for a date"],
)
def test_dates_of_addresses_are_columns_of_their_file(change):
    """Told when the config is read."""
    with pytest.raises(ValidationError):
        ExtractFile.model_validate({**FILE, **change}, strict=False)


def test_dates_of_addresses_are_read_as_dates():
    """Whatever format they have."""
    assert date_columns(ExtractFile.model_validate(FILE, strict=False)) == {"since", "until"}


# --- where people lived on the day that is asked about ----------------------------------------------------


def table(contract: Contract, rows):
    """Rows of a contract; what is not given is missing."""
    return pa.Table.from_pylist([{name: row.get(name) for name in contract.columns} for row in rows], contract.schema)


def lives(number, since=None, until=None):
    """In the home of this number, from and to days before the day that is asked about."""
    home = {"small_area": f"area {number}", "ward": f"ward {number}", "household": number, "address_kind": "home"}
    day = {"valid_from": AS_OF - timedelta(days=since)} if since is not None else {}
    return {**home, **day, "valid_to": None if until is None else AS_OF - timedelta(days=until)}


def analysed(name, sources, index):
    """One analysis table; sources give, by record, what is known now and dated addresses."""
    payloads = {
        one: Payload(
            record_person=table(RECORD_PERSON, [{"record_id": n, **now} for n, (now, _) in records.items()]),
            record_address=table(
                RECORD_ADDRESS, [{"record_id": n, **each} for n, (_, then) in records.items() for each in then]
            ),
            record_event=table(RECORD_EVENT, []),
            record_need=table(RECORD_NEED, []),
        )
        for one, records in sources.items()
    }
    rows = [dict(zip(PERSON_INDEX.columns, row, strict=True)) for row in index]
    with warehouse() as con:
        known = [source(one) for one in sources]
        build_analysis(con, known, table(PERSON_INDEX, rows), payloads, AS_OF, Project.model_construct(spine="gp"))
        return fetch_table(con, f"SELECT * FROM {name} ORDER BY ALL").to_pylist()


def home_of_ann(**sources):
    """Small area, ward and household of one person, of whom each source has one record."""
    records = {one: {1: told} for one, told in sources.items()}
    [person] = analysed("person", records, [(one, 1, "ann") for one in sources])
    return person["small_area"], person["ward"], person["household"]


NOWHERE = (None, None, None)
AT_1, AT_2 = ("area 1", "ward 1", 1), ("area 2", "ward 2", 2)


@pytest.mark.parametrize(
    ("now", "then", "home"),
    [
        (lives(2), [], AT_2),
        (lives(2), [lives(1, 30, 1), lives(2, 1)], AT_2),
        (lives(2), [lives(1, 30, 0), lives(2, 0)], AT_1),
        (lives(2), [lives(1, 30, -5), lives(2, -5)], AT_1),
        (lives(2), [lives(2, 30, 1)], NOWHERE),
        (lives(2), [lives(2, -5)], NOWHERE),
    ],
    ids=["no dates", "moved before", "moves on the day after", "moves later", "left", "not come yet"],
)
def test_a_home_is_that_of_the_last_day(now, then, home):
    """Not the newest one that the file holds: somebody who moves next month still lives where they live."""
    assert home_of_ann(gp=(now, then)) == home


def test_an_address_that_ended_does_not_outvote_the_one_in_force():
    """Two sources that have an old address between them count nothing against one that knows of the move."""
    old = (lives(1), [lives(1, 90, 30)])

    assert home_of_ann(police=old, ed=old, asc=(lives(2), [])) == AT_2


def test_the_register_is_believed_and_then_most_records_and_then_who_came_last():
    """A date decides between equals only; what has none comes after what has one."""
    register = (lives(1), [lives(1, 300)])
    late, early = (lives(2), [lives(2, 10)]), (lives(1), [lives(1, 200)])

    assert home_of_ann(gp=register, police=late, ed=late) == AT_1
    assert home_of_ann(police=late, ed=early) == AT_2
    assert home_of_ann(police=(lives(1), []), ed=late) == AT_2
    assert home_of_ann(police=(lives(1), []), asc=(lives(1), []), ed=late) == AT_1


def test_who_lives_together_is_asked_of_the_day():
    """Ben moved out and Cleo moves in next week: on the day that is asked about, Ann lives alone."""
    gp = {
        1: (lives(1), [lives(1, 400)]),
        2: (lives(2), [lives(1, 400, 20), lives(2, 20)]),
        3: (lives(1), [lives(2, 90, -7), lives(1, -7)]),
    }
    people = analysed("person", {"gp": gp}, [("gp", 1, "ann"), ("gp", 2, "ben"), ("gp", 3, "cleo")])

    assert {person["person_id"]: person["household"] for person in people} == {"ann": 1, "ben": 2, "cleo": 2}


def test_the_table_says_whose_address_when():
    """One row an address and record, as the contract promises, with the register marked."""
    sources = {"gp": {1: (lives(2), [lives(1, 30, 10), lives(2, 10)])}, "ed": {4: (lives(1), [lives(1, 25)])}}
    found = analysed("address_spell", sources, [("gp", 1, "ann"), ("ed", 4, "ann")])

    assert set(found[0]) == set(ADDRESS_SPELL.columns)
    assert [(row["source"], row["is_spine"], row["small_area"], row["valid_to"] is None) for row in found] == [
        ("ed", False, "area 1", True),
        ("gp", True, "area 1", False),
        ("gp", True, "area 2", True),
    ]
