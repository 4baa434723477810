"""Protected records: left out inside the source, also by a superseded number; the list leaves no trace."""

import os
from datetime import UTC, date, datetime

import pytest

from governance.errors import BadInput, PolicyRefusal
from governance.intake.codes_seen import codes_that_stay
from governance.intake.reconcile import FileCounts
from governance.leaving_out import leave_out
from governance.sensitive import SensitiveReceipt, find_protected, leave_out_protected
from tests.lib.governance import write_config
from tests.lib.intake import (
    EVENTS_HEADER,
    PEOPLE_COLUMNS,
    PERIOD,
    RECORD_KEY,
    deliver,
    events_file,
    make_source,
    people_file,
    read,
    table,
)

AS_OF = date(2025, 10, 1)
A, B, C, D = "9990000018", "9990000026", "9990000034", "9990000042"
HEADER = "nhs_number,superseded_nhs_number,record_id"
NAME = f"sensitive/{PERIOD}/housing.csv"
COLUMNS = {**PEOPLE_COLUMNS, "old_number": {"class": "direct_identifier", "role": "nhs_number"}}
PEOPLE_HEADER = ",".join(COLUMNS)
# p1 holds A; p2 holds B and, from before, C; p3 holds C alone; p4 holds none; p5 holds D.
PEOPLE = [f"p1,{A},Archer,,,,,", f"p2,{B},Bell,,,,,{C}", f"p3,{C},Cole,,,,,", "p4,,Dean,,,,,", f"p5,{D},Ewing,,,,,"]
CASES = [f"p{i},2025-01-0{i},,a," for i in (1, 2, 3, 4, 5)] + ["p3,2025-05-05,,b,"]


def make(root, *lines, days_old=3, content=None):
    """The source, its intake, and its list of protected records (none if ``lines`` is one None)."""
    settings = {"list": "sensitive/{period}/housing.csv", "max_age_days": 7}
    source = make_source(people_file(columns=COLUMNS), events_file(), sensitive_records=settings)
    deliver(root, {"people.csv": table(PEOPLE_HEADER, *PEOPLE), "cases.csv": table(EVENTS_HEADER, *CASES)})
    if lines != (None,):
        path = root / NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if content is not None else table(HEADER, *lines).encode())
        at = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12, tzinfo=UTC).timestamp() - days_old * 86_400
        os.utime(path, (at, at))
    return source, read(root, source)


def without(root, *lines, **more):
    """Surnames that go on, the receipt and the counts."""
    source, intake = make(root, *lines, **more)
    found = find_protected(intake, root, source, PERIOD, AS_OF, RECORD_KEY)
    receipt = leave_out_protected(intake, found)
    names = [name for (name,) in intake.con.execute("SELECT surname FROM file_people ORDER BY row_no").fetchall()]
    return names, receipt, intake


@pytest.mark.parametrize(
    ("line", "staying"),
    [
        (f"{A},,", ["Bell", "Cole", "Dean", "Ewing"]),
        (f",{A},", ["Bell", "Cole", "Dean", "Ewing"]),
        (f"{A[:3]} {A[3:6]} {A[6:]},,", ["Bell", "Cole", "Dean", "Ewing"]),
        (",,p4", ["Archer", "Bell", "Cole", "Ewing"]),
        (f"{B},,", ["Archer", "Dean", "Ewing"]),
        (f",{C},", ["Archer", "Dean", "Ewing"]),
        (f"{A},{D},p4", ["Bell", "Cole"]),
        (",,p9", ["Archer", "Bell", "Cole", "Dean", "Ewing"]),
    ],
    ids=[
        "number",
        "superseded",
        "spaced",
        "own id",
        "a superseded number bridges nothing",
        "nor back",
        "all",
        "unknown",
    ],
)
def test_who_is_listed_is_left_out(tmp_path, line, staying):
    """By number, superseded number or own id; whoever shares a number with them goes too."""
    names, receipt, _ = without(tmp_path, line)

    assert names == staying
    assert receipt.removed == 5 - len(staying)


def test_every_row_is_accounted_for(tmp_path):
    """In every file, under a count of its own."""
    _, receipt, intake = without(tmp_path, f"{B},,")

    assert intake.counts == {
        "people": FileCounts(rows_in=5, rows_out=3, rejected=0, protected=2),
        "cases": FileCounts(rows_in=6, rows_out=3, rejected=0, protected=3),
    }
    assert (receipt.status, receipt.age_days, receipt.removed) == ("applied", 3, 2)


def test_a_header_alone_means_nobody(tmp_path):
    """Which is not the same as no list."""
    names, receipt, _ = without(tmp_path)

    assert len(names) == 5
    assert (receipt.status, receipt.removed) == ("applied", 0)


def test_the_digest_needs_the_key(tmp_path):
    """A plain digest of a short list would be undone by trying all numbers; nothing of the list stays behind."""
    from hashlib import sha256

    _, receipt, intake = without(tmp_path, f"{A},,")

    assert receipt.list_hmac != sha256((tmp_path / NAME).read_bytes()).hexdigest()
    assert A not in repr(receipt.as_dict())
    for file in intake.source.files:
        codes_that_stay(intake.con, file)
    tables = {name for (name,) in intake.con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables == {"file_people", "file_cases"}


@pytest.mark.parametrize(
    ("lines", "more", "code"),
    [
        ((None,), {}, "E-SENSITIVE-ABSENT"),
        ((), {"days_old": 8}, "E-SENSITIVE-STALE"),
        (("12345,,",), {}, "E-SENSITIVE-LIST"),
        ((f"{A},",), {}, "E-SENSITIVE-LIST"),
        ((), {"content": b"number\n9990000018\n"}, "E-SENSITIVE-LIST"),
        ((), {"content": b""}, "E-SENSITIVE-LIST"),
    ],
    ids=["absent", "stale", "not a number", "cell missing", "other header", "empty file"],
)
def test_a_list_that_cannot_be_relied_on_is_refused(tmp_path, lines, more, code):
    """Before anything is left out; no value of the list is told."""
    with pytest.raises((PolicyRefusal, BadInput)) as refused:
        without(tmp_path, *lines, **more)

    assert refused.value.code == code
    assert not any(number in str(refused.value) for number in (A, "12345"))


def test_without_a_list_nobody_is_left_out(tmp_path):
    """The receipt says whether the source attested it, or said nothing."""
    deliver(tmp_path, {"people.csv": table(PEOPLE_HEADER, *PEOPLE)})
    attested = {"left_out_by": "Caldicott Guardian", "attested_on": "2025-09-01", "reference": "letter"}
    for settings, status in (({"sensitive_records": attested}, "attested"), ({}, "absent")):
        source = make_source(people_file(columns=COLUMNS), **settings)
        found = find_protected(read(tmp_path, source), tmp_path, source, PERIOD, AS_OF, RECORD_KEY)

        assert found == SensitiveReceipt(status=status)


def test_an_opt_out_does_not_hide_what_ties_two_numbers(tmp_path):
    """p2 opted out and ties B to C: p3, who holds C alone, is protected all the same."""
    opt_outs = {
        "confidential_patient_information": True,
        "national_data_opt_out": "apply",
        "cleaned_list": "optout/housing.dat",
        "max_age_days": 9,
        "unverifiable_records": "keep",
    }
    source, _ = make(tmp_path, f"{B},,")
    source = source.model_validate({**source.model_dump(by_alias=True, mode="python"), "opt_outs": opt_outs})
    cleaned = tmp_path / "optout" / "housing.dat"
    cleaned.parent.mkdir()
    cleaned.write_text(f"{A},\n{C},\n{D},\n")
    os.utime(cleaned, ((at := (tmp_path / NAME).stat().st_mtime), at))
    intake = read(tmp_path, source)
    bundle = write_config(tmp_path / "project")

    done = leave_out(intake, bundle, tmp_path, PERIOD, AS_OF, RECORD_KEY)

    names = [name for (name,) in intake.con.execute("SELECT surname FROM file_people ORDER BY row_no").fetchall()]
    assert names == ["Archer", "Dean", "Ewing"]
    assert (done.opt_outs.removed, done.sensitive.removed) == (1, 1)
    assert intake.counts["people"] == FileCounts(rows_in=5, rows_out=3, rejected=0, opted_out=1, protected=1)
