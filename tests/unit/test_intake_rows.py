"""Whole rows: which go on, which are duplicates, which are left out and why."""

import json
from datetime import date
from pathlib import Path
from threading import Event

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from governance.errors import ExtractError
from governance.intake import deliver as reading
from governance.intake import extracts, rows
from governance.intake.codes_seen import codes_that_stay
from governance.intake.extracts import local_ids
from governance.intake.reconcile import FileCounts
from governance.pseudonym import record_ids
from governance.warehouse import settle
from tests.lib.intake import (
    ALICE,
    BASIL,
    EVENT_COLUMNS,
    EVENTS_HEADER,
    PEOPLE_COLUMNS,
    PEOPLE_HEADER,
    PERIOD,
    RECORD_KEY,
    codes,
    deliver,
    events_file,
    make_source,
    people_file,
    read,
    read_people,
    rows_of,
    table,
)


def read_both(root, cases, *, people=(ALICE, BASIL), **changes):
    """The intake of a people file and an events file."""
    deliver(root, {"people.csv": table(PEOPLE_HEADER, *people), "cases.csv": table(EVENTS_HEADER, *cases)})
    return read(root, make_source(people_file(), events_file(**changes)))


def test_usable_rows_go_on_with_a_pseudonym(tmp_path):
    """Equal local ids have equal pseudonyms in every file, under the source's key alone."""
    intake = read_both(tmp_path, ["p2,2025-01-01,2025-02-01,a,x", "p1,2025-03-01,,b,y"])

    people = rows_of(intake, "people", "row_no", "record_id", "surname")
    assert [(number, name) for number, _, name in people] == [(1, "Archer"), (2, "Bell")]
    events = rows_of(intake, "cases", "row_no", "record_id", "opened", "closed", "kind")
    assert events == [
        (1, people[1][1], date(2025, 1, 1), date(2025, 2, 1), "a"),
        (2, people[0][1], date(2025, 3, 1), None, "b"),
    ]
    assert intake.counts == {
        "people": FileCounts(rows_in=2, rows_out=2, rejected=0),
        "cases": FileCounts(rows_in=2, rows_out=2, rejected=0),
    }
    assert intake.people_file == "people"


def test_large_files_are_packed_and_read_alike(tmp_path, monkeypatch):
    """Packed from the first row on: the same rows, counts and rejects, in less room."""
    cases = ["p2,2025-01-01,2025-02-01,a,x", "p9,2025-03-01,,b,y", "p1,2025-03-01,,b,y"]
    plain = read_both(tmp_path / "plain", cases)
    packed = []
    monkeypatch.setattr(extracts, "PACKED_FROM", 0)
    monkeypatch.setattr(extracts, "settle", lambda con: packed.append(settle(con)))
    found = read_both(tmp_path / "packed", cases)

    assert len(packed) == 6, "each file as text, typed, and as what goes on"
    assert found.counts == plain.counts
    for table_name, column in (("people", "surname"), ("cases", "opened")):
        same = [rows_of(one, table_name, "row_no", "record_id", column) for one in (plain, found)]
        assert same[0] == same[1] != []
    assert found.rejects.equals(plain.rejects)


def test_the_next_file_is_parsed_while_one_is_loaded(tmp_path, monkeypatch):
    """Each waits for the other to have begun: one after the other would never end."""
    parsing, loading = Event(), Event()
    parse, load_text = reading.parse_apart, rows.load_text

    def parsed(job):
        if Path(job.paths[0]).name == "cases.csv":
            parsing.set()
            assert loading.wait(30)
        return parse(job)

    def loaded(con, delivery, plans):
        loading.set()
        assert parsing.wait(30)
        return load_text(con, delivery, plans)

    monkeypatch.setattr(reading, "parse_apart", parsed)
    monkeypatch.setattr(rows, "load_text", loaded)

    assert read_both(tmp_path, ["p1,2025-03-01,,b,y"]).counts["cases"].rows_out == 1


def test_a_fault_of_a_later_file_is_told_with_all_others(tmp_path):
    """What was loaded before it is thrown away, and the last file is still looked at."""
    three = make_source(people_file(), events_file(), events_file(id="more", path="extracts/{period}/more.csv"))
    deliver(tmp_path, {"people.csv": table(PEOPLE_HEADER, ALICE), "more.csv": table("other,columns", "1,2")})

    with pytest.raises(ExtractError) as caught:
        read(tmp_path, three)

    named = {Path(str(fault.file)).name for fault in caught.value.faults}
    assert named == {"cases.csv", "more.csv"}


def test_exact_duplicates_count_once(tmp_path):
    """The first copy stays; typing differences that mean nothing do not make two."""
    intake = read_people(tmp_path, BASIL, ALICE, BASIL, BASIL.replace("Bell", " Bell "))

    assert rows_of(intake, "people", "row_no") == [(1,), (2,)]
    assert intake.counts["people"] == FileCounts(rows_in=4, rows_out=2, rejected=0, duplicate=2)


def test_a_person_twice_with_other_notes_is_one_person(tmp_path):
    """Free text does not describe who someone is."""
    intake = read_people(tmp_path, BASIL + "called", BASIL + "called again")

    assert intake.counts["people"] == FileCounts(rows_in=2, rows_out=1, rejected=0, duplicate=1)


def test_two_events_that_differ_in_a_dropped_column_stay_two(tmp_path):
    """A time or a case number may be dropped; what happened twice happened twice."""
    intake = read_both(tmp_path, ["p1,2025-01-01,,a,09:00", "p1,2025-01-01,,a,15:00", "p1,2025-01-01,,a,15:00"])

    assert intake.counts["cases"] == FileCounts(rows_in=3, rows_out=2, rejected=0, duplicate=1)


def test_rows_without_a_record_id_are_left_out(tmp_path):
    """Nothing ties them to anyone; two alike are two."""
    intake = read_people(tmp_path, ",,Nobody,,,,", ",,Nobody,,,,", ALICE)

    assert codes(intake) == [(1, "person_ref", "no_record_id"), (2, "person_ref", "no_record_id")]
    assert intake.counts["people"] == FileCounts(rows_in=3, rows_out=1, rejected=2)


def test_closing_lines_are_nobody(tmp_path):
    """A total, a date and an end in the column of ids are set aside and counted, as rows of people who are not."""
    people = [ALICE, BASIL, "Total: 2,,,,,,", "Printed 1 August,,,,,,", "End of report, ,,,,,"]
    deliver(tmp_path, {"people.csv": table(PEOPLE_HEADER, *people)})
    intake = read(tmp_path, make_source(people_file(), max_rejected_share=0.05))

    assert codes(intake) == [(row_no, "person_ref", "nothing_but_id") for row_no in (3, 4, 5)]
    assert intake.counts["people"] == FileCounts(rows_in=5, rows_out=2, rejected=3)
    assert [row for (row,) in rows_of(intake, "people", "row_no")] == [1, 2]


def test_ids_alone_elsewhere_are_a_fault_of_the_extract(tmp_path):
    """Before somebody, or more than three at the end, they are no closing lines."""
    for people in (["p8,,,,,,", "p9,,,,,,", ALICE, BASIL], [ALICE, *(f"end {n},,,,,," for n in range(4))]):
        deliver(tmp_path, {"people.csv": table(PEOPLE_HEADER, *people)})
        with pytest.raises(ExtractError) as caught:
            read(tmp_path, make_source(people_file(), max_rejected_share=0.05))
        assert caught.value.code == "E-EXTRACT-REJECTED"


def test_a_total_of_nobody_is_an_empty_extract(tmp_path):
    """Where that may be it is believed; where it may not, it is refused as a header alone is."""
    deliver(tmp_path, {"people.csv": table(PEOPLE_HEADER, "Total: 0,,,,,,")})
    empty = make_source(people_file(may_be_empty=True), max_rejected_share=0.05)
    assert read(tmp_path, empty).counts["people"].rows_out == 0
    with pytest.raises(ExtractError):
        read(tmp_path, make_source(people_file(), max_rejected_share=0.05))


@pytest.mark.parametrize("row", ["p3,,,,,2,", "p3,,,,,,a note", "p3,not a number,,,,,"])
def test_whoever_a_row_says_anything_of_is_somebody(tmp_path, row):
    """A sex, a note that is not even read, a value that cannot be used: the person stays."""
    assert read_people(tmp_path, ALICE, BASIL, row).counts["people"].rows_out == 3


def test_an_id_of_which_events_are_told_is_somebody(tmp_path):
    """A client of whom only the id was written down stays with their events; a closing line is still nobody."""
    cases = ["p7,2025-01-01,2025-02-01,a,x", "p1,2025-03-01,,b,y"]
    intake = read_both(tmp_path, cases, people=(ALICE, "p1,,,,,,", BASIL, "p7,,,,,,", "p7,,,,,,", "Total,,,,,,"))

    assert codes(intake) == [(2, "person_ref", "nothing_but_id"), (6, "person_ref", "nothing_but_id")]
    assert intake.counts["people"] == FileCounts(rows_in=6, rows_out=3, rejected=2, duplicate=1)
    assert intake.counts["cases"] == FileCounts(rows_in=2, rows_out=2, rejected=0)


def test_an_empty_row_of_a_person_does_not_contradict_the_full_one(tmp_path):
    """Of two rows under one id the one that says nothing is set aside, not both."""
    intake = read_people(tmp_path, ALICE, BASIL, "p1,,,,,,")

    assert codes(intake) == [(3, "person_ref", "nothing_but_id")]
    assert intake.counts["people"].rows_out == 2


def test_nobody_this_month_is_an_extract_like_others(tmp_path):
    """Where the source file says that it may be: no rows in, none out, and the equation holds."""
    deliver(tmp_path, {"people.csv": table(PEOPLE_HEADER)})
    intake = read(tmp_path, make_source(people_file(may_be_empty=True)))

    assert intake.counts["people"] == FileCounts(rows_in=0, rows_out=0, rejected=0)
    assert rows_of(intake, "people", "row_no") == []


def test_conflicting_rows_of_one_record_are_all_left_out(tmp_path):
    """Which one is true cannot be guessed; copies still count as duplicates."""
    intake = read_people(tmp_path, ALICE, "p2,,Bell,,,,", "p2,,Ball,,,,", "p2,,Ball,,,,")

    assert codes(intake) == [(2, "person_ref", "conflicting_record"), (3, "person_ref", "conflicting_record")]
    assert intake.counts["people"] == FileCounts(rows_in=4, rows_out=1, rejected=2, duplicate=1)


def test_events_of_unknown_people_are_left_out(tmp_path):
    """Also of people whose own rows could not be used."""
    events = ["p1,2025-01-01,,a,", "p9,2025-01-01,,a,", "p2,2025-01-01,,a,"]

    intake = read_both(tmp_path, events, people=[ALICE, "p2,,Bell,,,,", "p2,,Ball,,,,"])

    unknown = [(2, "person_ref", "not_among_people"), (3, "person_ref", "not_among_people")]
    assert [reject for reject in codes(intake) if reject[2] == "not_among_people"] == unknown
    assert intake.counts["cases"] == FileCounts(rows_in=3, rows_out=1, rejected=2)


@pytest.mark.parametrize(
    ("row", "rejects"),
    [
        ("p1,2025-01-01,,a,", []),
        ("p1,2025-02-31,,a,", [(1, "opened", "no_readable_date")]),
        ("p1,45231,,a,", [(1, "opened", "start_date_serial")]),
        ("p1,,,a,", []),
        ("p1,2025-01-01,2025-02-31,a,", [(1, "closed", "date_unreadable")]),
        ("p1,2025-01-01,45231,a,", [(1, "closed", "date_serial")]),
    ],
    ids=[
        "read",
        "unreadable",
        "a number of days",
        "missing: the mapping counts it",
        "end unreadable",
        "end a number of days",
    ],
)
def test_an_event_needs_a_start_date_that_can_be_read(tmp_path, row, rejects):
    """An end that cannot be read becomes unknown."""
    good = [f"p2,2025-03-{day:02d},2025-04-01,a," for day in range(1, 5)]

    assert codes(read_both(tmp_path, [row, *good])) == rejects


def test_one_readable_start_of_several_is_enough(tmp_path):
    """A row may be a referral and a start of treatment."""
    mappings = [{"kind": "treatment.referral", "start": "opened"}, {"kind": "treatment.start", "start": "closed"}]
    rows = ["p1,2025-02-31,2025-03-01,a,", "p1,2025-02-31,2025-02-30,a,", "p1,2025-02-31,,b,"]
    rows += ["p1,2025-02-31,45231,a,"]
    good = [f"p2,2025-03-{day:02d},2025-04-01,a," for day in range(1, 5)]

    intake = read_both(tmp_path, rows + good, events=mappings)

    assert codes(intake) == [
        (1, "opened", "date_unreadable"),
        (2, "closed, opened", "no_readable_date"),
        (3, "closed, opened", "no_readable_date"),
        (4, "closed, opened", "start_date_serial"),
    ]


def read_log(root, *rows, columns=None):
    """The intake of one file of events that carries identifiers."""
    columns = columns or {**PEOPLE_COLUMNS, "opened": {"class": "event_field"}}
    both = people_file(grain="both", columns=columns, events=[{"kind": "vcse.contact", "start": "opened"}])
    deliver(root, {"people.csv": table(",".join(columns), *rows)})
    return read(root, make_source(both)), make_source(both)


def test_a_file_of_both_may_repeat_a_record(tmp_path):
    """Every row is an event; an unreadable date does not lose the person."""
    intake, _ = read_log(
        tmp_path, *(f"p1,,Archer,,,,,2025-01-0{day}" for day in (1, 2, 2, 3)), "p1,,Archer-Bell,,,,,2025-02-31"
    )

    assert intake.counts["people"] == FileCounts(rows_in=5, rows_out=4, rejected=0, duplicate=1)
    assert codes(intake) == [(5, "opened", "date_unreadable")]
    assert len({record for (record,) in rows_of(intake, "people", "record_id")}) == 1


def test_a_file_of_both_without_ids_has_one_record_a_row(tmp_path):
    """The row number stands in; duplicates are found all the same."""
    columns = {"surname": PEOPLE_COLUMNS["surname"], "opened": {"class": "event_field"}}

    intake, source = read_log(tmp_path, "Archer,2025-01-01", "Bell,2025-01-01", "Archer,2025-01-01", columns=columns)

    assert intake.counts["people"] == FileCounts(rows_in=3, rows_out=2, rejected=0, duplicate=1)
    known = {
        row["record_id"]: row["local_id"]
        for row in local_ids(tmp_path, source, PERIOD, record_key=RECORD_KEY).to_pylist()
    }
    records = [known[record] for (record,) in rows_of(intake, "people", "record_id")]
    assert records == ["people:row-1", "people:row-2"]


def test_local_ids_give_the_pseudonyms_of_the_tables(tmp_path):
    """So that truth can be held against results, in memory."""
    intake = read_people(tmp_path, ALICE, BASIL, BASIL)

    found = local_ids(tmp_path, make_source(), PERIOD, record_key=RECORD_KEY)

    assert found.column_names == ["source", "local_id", "record_id"]
    assert found["local_id"].to_pylist() == ["p1", "p2"]
    assert found["record_id"].to_pylist() == [record for (record,) in rows_of(intake, "people", "record_id")]
    assert found["record_id"].to_pylist() == record_ids(found["local_id"], RECORD_KEY, source="housing").tolist()
    assert pc.unique(found["source"]).to_pylist() == ["housing"]


def test_rejected_rows_are_kept_whole_for_the_source_alone(tmp_path):
    """As text, without free text; ragged ones as they stood. Rejects hold no value."""
    intake = read_people(tmp_path, ",9990000018,Nobody,,,,secret", "p1,x", ALICE)

    kept = intake.reject_rows.to_pylist()
    assert [(row["file"], row["row_no"], row["code"]) for row in kept] == [
        ("people", 1, "no_record_id"),
        ("people", 2, "ragged_row"),
    ]
    assert json.loads(kept[0]["content"]) == {
        "person_ref": None,
        "nhs_number": "9990000018",
        "surname": "Nobody",
        "born": None,
        "postcode": None,
        "sex": None,
    }
    assert kept[1]["content"] == "p1,x"
    assert intake.rejects.column_names == ["file", "row_no", "column", "code"]
    assert "Nobody" not in str(intake.rejects.to_pylist())


def test_nothing_but_the_files_tables_remains_in_the_database(tmp_path):
    """Working tables held local ids and set-aside values."""
    intake = read_both(tmp_path, ["p1,2025-01-01,,a,"])

    for file in intake.source.files:
        codes_that_stay(intake.con, file)
    tables = [name for (name,) in intake.con.execute("SHOW TABLES").fetchall()]
    assert tables == ["file_cases", "file_people"]


def test_the_same_extract_gives_the_same_tables(tmp_path):
    """Whatever order threads finish in."""
    rows = [f"p{i},,Name{i % 7},1980-01-{i % 28 + 1:02d},,," for i in range(3000)]

    once, again = read_people(tmp_path, *rows), read_people(tmp_path, *rows)

    query = "SELECT * FROM file_people"
    assert once.con.execute(query).fetchall() == again.con.execute(query).fetchall()
    assert once.digests == again.digests


def test_parquet_goes_the_same_way(tmp_path):
    """Only the reading differs."""
    deliver(tmp_path, {"people.csv": table(PEOPLE_HEADER, ALICE, BASIL)})
    names = PEOPLE_HEADER.split(",")
    cells = [line.split(",") for line in (ALICE, BASIL)]
    columns = {name: pa.array([row[i] for row in cells]) for i, name in enumerate(names)}
    pq.write_table(pa.table(columns), tmp_path / "extracts" / PERIOD / "people.parquet")
    parquet = people_file(path="extracts/{period}/people.parquet", format="parquet")

    from_csv, from_parquet = read(tmp_path, make_source()), read(tmp_path, make_source(parquet))

    assert rows_of(from_csv, "people") == rows_of(from_parquet, "people")


def test_awkward_column_names_are_only_names(tmp_path):
    """Quotes and SQL in a header do no harm."""
    columns = {
        'id"; DROP TABLE x --': PEOPLE_COLUMNS["person_ref"],
        "it's $surname": PEOPLE_COLUMNS["surname"],
        "Straße €": EVENT_COLUMNS["kind"],
    }
    header = ",".join('"' + name.replace('"', '""') + '"' for name in columns)
    deliver(tmp_path, {"people.csv": table(header, "p1,Archer,x", ",Bell,y")})

    intake = read(tmp_path, make_source(people_file(columns=columns)))

    assert rows_of(intake, "people") == [("Archer", "x")]
    assert codes(intake) == [(2, 'id"; DROP TABLE x --', "no_record_id")]
