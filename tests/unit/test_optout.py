"""National Data Opt-Outs: what is asked, who goes on, what is kept of it (counts)."""

import os
from datetime import UTC, date, datetime
from hashlib import sha256

import pytest

from governance.errors import Awaiting, BadInput, PolicyRefusal
from governance.intake.codes_seen import codes_that_stay
from governance.intake.reconcile import FileCounts
from governance.optout import (
    OptOutReceipt,
    apply_opt_outs,
    list_age_days,
    numbers_to_check,
    request_name,
    write_request,
)
from tests.lib.intake import (
    ALICE,
    BASIL,
    EVENT_COLUMNS,
    EVENTS_HEADER,
    PEOPLE_HEADER,
    PERIOD,
    deliver,
    events_file,
    make_source,
    people_file,
    read,
    rows_of,
    table,
)

AS_OF = date(2025, 10, 1)
A, B, C = "9990000018", "9990000026", "9990000034"
NAME = f"optout/{PERIOD}/housing.dat"
PEOPLE = [ALICE, BASIL, f"p3,{C},Cole,,,,", "p4,,Dean,,,,"]
CASES = [f"p{i},2025-01-0{i},,a," for i in (1, 2, 3, 4)] + ["p2,2025-05-05,,b,"]


def make(root, *, keep="keep", listed=(A, B, C), days_old=3, people=PEOPLE, **files):
    """A source to which opt-outs apply, its intake, and its cleaned list (none if ``listed`` is None)."""
    opt_outs = {
        "confidential_patient_information": True,
        "national_data_opt_out": "apply",
        "cleaned_list": "optout/{period}/housing.dat",
        "max_age_days": 7,
        "unverifiable_records": keep,
    }
    source = make_source(people_file(), events_file(**files), opt_outs=opt_outs)
    deliver(root, {"people.csv": table(PEOPLE_HEADER, *people), "cases.csv": table(EVENTS_HEADER, *CASES)})
    if listed is not None:
        put_list(root, "".join(f"{number},\n" for number in listed).encode(), days_old=days_old)
    return source, read(root, source)


def put_list(root, content, *, days_old=3):
    """A cleaned list last written some days before AS_OF."""
    path = root / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    written = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12, tzinfo=UTC).timestamp() - days_old * 86400
    os.utime(path, (written, written))


def apply(root, source, intake):
    """The receipt of applying opt-outs."""
    return apply_opt_outs(intake, root, source, PERIOD, AS_OF)


def names(intake):
    """Surnames that go on."""
    return [name for (name,) in rows_of(intake, "people", "surname")]


def test_people_not_on_the_cleaned_list_leave_every_file(tmp_path):
    """And the equation still balances."""
    source, intake = make(tmp_path, listed=(A, C))

    receipt = apply(tmp_path, source, intake)

    assert names(intake) == ["Archer", "Cole", "Dean"]
    assert rows_of(intake, "cases", "row_no") == [(1,), (3,), (4,)]
    assert intake.counts == {
        "people": FileCounts(rows_in=4, rows_out=3, rejected=0, opted_out=1),
        "cases": FileCounts(rows_in=5, rows_out=3, rejected=0, opted_out=2),
    }
    assert receipt == OptOutReceipt(
        status="applied",
        sent=3,
        returned=2,
        removed=1,
        unverifiable=1,
        list_sha256=sha256((tmp_path / NAME).read_bytes()).hexdigest(),
        age_days=3,
    )


def test_records_that_cannot_be_checked_are_dropped_if_the_source_says_so(tmp_path):
    """Where only people who could be asked about may go on."""
    source, intake = make(tmp_path, keep="drop", listed=(A, C))

    receipt = apply(tmp_path, source, intake)

    assert names(intake) == ["Archer", "Cole"]
    assert intake.counts["people"].opted_out == 2
    assert (receipt.removed, receipt.unverifiable) == (2, 1)


def test_an_invalid_number_cannot_be_checked(tmp_path):
    """It is nobody's, so the list says nothing about it."""
    source, intake = make(tmp_path, people=[*PEOPLE[:3], "p4,9990000019,Dean,,,,"])

    assert apply(tmp_path, source, intake).unverifiable == 1


def test_a_number_in_any_file_counts(tmp_path):
    """The people file may lack what the events file holds; one number off the list is enough to leave."""
    columns = EVENT_COLUMNS | {"kind": {"class": "direct_identifier", "role": "nhs_number"}}
    cases = [f"p4,2025-01-01,,{B},", f"p1,2025-01-01,,{C},"]
    source, _ = make(tmp_path, columns=columns)
    deliver(tmp_path, {"cases.csv": table(EVENTS_HEADER, *cases)})
    intake = read(tmp_path, source)
    put_list(tmp_path, f"{A},\n{C},\n".encode())

    receipt = apply(tmp_path, source, intake)

    assert names(intake) == ["Archer", "Cole"]
    assert (receipt.sent, receipt.removed, receipt.unverifiable) == (3, 2, 0)


def test_a_source_without_any_number_may_have_an_empty_list(tmp_path):
    """There was nothing to ask."""
    source, intake = make(tmp_path, listed=(), people=["p1,,Archer,,,,"])

    receipt = apply(tmp_path, source, intake)

    assert (receipt.sent, receipt.returned, receipt.removed, receipt.unverifiable) == (0, 0, 0, 1)


def test_an_exempt_source_says_why(tmp_path):
    """And needs no list."""
    deliver(tmp_path, {"people.csv": table(PEOPLE_HEADER, ALICE)})
    source = make_source()
    intake = read(tmp_path, source)

    receipt = apply(tmp_path, source, intake)

    assert receipt.as_dict() == {"status": "exempt", "reason": "not_cpi"}
    assert intake.counts["people"].opted_out == 0


def test_the_receipt_holds_counts_and_digests_only(tmp_path):
    """Nothing by which a person could be found."""
    source, intake = make(tmp_path, listed=(A,))

    assert set(apply(tmp_path, source, intake).as_dict()) == {
        "status",
        "sent",
        "returned",
        "never_sent",
        "removed",
        "unverifiable",
        "list_sha256",
        "age_days",
    }


def test_no_opt_out_status_remains_in_the_database(tmp_path):
    """Neither a table nor a column of it."""
    source, intake = make(tmp_path, listed=(A,))

    apply(tmp_path, source, intake)
    numbers_to_check(intake)

    for file in source.files:
        codes_that_stay(intake.con, file)  # which rows they were kept of goes once they are counted
    tables = [name for (name,) in intake.con.execute("SHOW TABLES").fetchall()]
    assert tables == ["file_cases", "file_people"]


def test_an_absent_list_stops_the_run(tmp_path):
    """Before anything is encoded."""
    source, intake = make(tmp_path, listed=None)

    with pytest.raises(Awaiting) as waits:
        apply(tmp_path, source, intake)

    assert (waits.value.code, waits.value.exit_code) == ("E-OPTOUT-AWAITING", 1)
    assert str(waits.value) == (
        "housing: awaiting the cleaned list; there is none at optout/2025-09/housing.dat yet.\n"
        "  Why: Opt-outs must be applied before the data are used (rule NDOO-02).\n"
        "  Fix: `joinedup optout request DIR housing --mailbox ID` writes this period's NHS numbers as the national"
        " service wants them. Send that file over MESH, put the list that comes back there, and run again: the run"
        " goes on. Nothing was written."
    )


def test_an_old_list_stops_the_run(tmp_path):
    """People may have opted out since."""
    source, intake = make(tmp_path, days_old=8)

    with pytest.raises(PolicyRefusal) as refused:
        apply(tmp_path, source, intake)

    assert refused.value.code == "E-OPTOUT-STALE"
    assert refused.value.what == ("housing: the cleaned list optout/2025-09/housing.dat is 8 days old; 7 are allowed.")


@pytest.mark.parametrize(("days_old", "age"), [(0, 0), (1, 1), (7, 7), (-5, 0)])
def test_age_counts_whole_days(tmp_path, days_old, age):
    """A list from after the day of the run is new."""
    put_list(tmp_path, b"x", days_old=days_old)

    assert list_age_days(tmp_path / NAME, AS_OF) == age


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E-OPTOUT-EMPTY"),
        (b"9990000018;\n", "E-OPTOUT-LIST"),
        (b"Invalid NHS number in file\n", "E-OPTOUT-LIST"),
        (b"9990000018,\n\n9990000026,\n", "E-OPTOUT-LIST"),
        ("9990000018,\n".encode("utf-16"), "E-OPTOUT-LIST"),
        (b"9990000018,9990000026,\n", "E-OPTOUT-LIST"),
    ],
    ids=["empty", "semicolon", "error file", "blank line", "utf-16", "one line"],
)
def test_a_malformed_list_is_refused(tmp_path, content, code):
    """Rather than read as if people had opted out."""
    source, intake = make(tmp_path, listed=None)
    put_list(tmp_path, content)

    with pytest.raises(BadInput) as refused:
        apply(tmp_path, source, intake)

    assert refused.value.code == code
    assert "999000" not in str(refused.value)


def test_malformed_lines_are_named_by_number(tmp_path):
    """Never by what they say."""
    source, intake = make(tmp_path, listed=None)
    put_list(tmp_path, b"9990000018,\nQuizzaciously\n9990000026,\n999\n")

    with pytest.raises(BadInput) as refused:
        apply(tmp_path, source, intake)

    assert str(refused.value) == (
        "2 of 4 lines of the cleaned list optout/2025-09/housing.dat cannot be read.\n"
        "    optout/2025-09/housing.dat:2: is not ten digits and a comma.\n"
        "    optout/2025-09/housing.dat:4: is not ten digits and a comma.\n"
        "  Why: A list that is misread lets people through who opted out, or removes people who did not.\n"
        "  Fix: Fetch the service's answer again and put it there unchanged. Nothing was written."
    )


@pytest.mark.parametrize(
    ("content", "numbers"),
    [
        (b"9990000018,\r\n9990000026,\r\n", 2),
        (b"9990000018\n9990000026", 2),
        (b"9990000018,\n9990000026,\n9990000018,\n", 2),
    ],
)
def test_harmless_ways_of_writing_a_list_are_read(tmp_path, content, numbers):
    """Line ends, a missing last comma, a number twice."""
    source, intake = make(tmp_path, listed=None)
    put_list(tmp_path, content)

    assert apply(tmp_path, source, intake).returned == numbers


def test_numbers_never_sent_are_counted(tmp_path):
    """The list may have been made for an earlier delivery."""
    source, intake = make(tmp_path, listed=(A, B, "9990000042"))

    receipt = apply(tmp_path, source, intake)

    assert (receipt.sent, receipt.returned, receipt.never_sent, receipt.removed) == (3, 3, 1, 1)


def test_a_list_longer_than_the_request_is_another_answer(tmp_path):
    """A cleaned list only ever loses numbers."""
    source, intake = make(tmp_path, listed=(A, B, C, "9990000042"))

    with pytest.raises(PolicyRefusal, match="holds more numbers than were sent") as refused:
        apply(tmp_path, source, intake)

    assert refused.value.code == "E-OPTOUT-MISMATCH"


def test_a_list_that_lacks_most_numbers_is_another_answer(tmp_path, monkeypatch):
    """About one in twenty opts out; most of an extract never does. Small sources are not judged so."""
    source, intake = make(tmp_path, listed=(A,))
    monkeypatch.setattr("governance.optout._PLAUSIBLE_FROM_NUMBERS", 3)

    with pytest.raises(PolicyRefusal, match="lacks most numbers sent"):
        apply(tmp_path, source, intake)

    assert names(intake) == ["Archer", "Bell", "Cole", "Dean"]


def test_the_request_holds_each_valid_number_once_in_the_services_format(tmp_path):
    """One number a line, a comma after each, line feeds only."""
    _, intake = make(tmp_path, people=[*PEOPLE, f"p5,{A},Archer,,,,", "p6,9990000019,Bad,,,,"])
    path = tmp_path / request_name("X26XX001", date(2025, 10, 3), 7)

    digest = write_request(path, numbers_to_check(intake))

    assert path.name == "X26XX001-031025-0007.dat"
    assert path.read_bytes() == f"{A},\n{B},\n{C},\n".encode()
    assert digest == sha256(path.read_bytes()).hexdigest()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("name", "numbers"), [("a.csv", [A]), ("a.dat", [])])
def test_a_request_the_service_would_refuse_is_not_written(tmp_path, name, numbers):
    """Wrongly named, or empty."""
    with pytest.raises(BadInput) as refused:
        write_request(tmp_path / name, numbers)

    assert refused.value.code == "E-OPTOUT-REQUEST"
    assert not (tmp_path / name).exists()
