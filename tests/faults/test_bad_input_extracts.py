"""Bad extracts: each stops the run with this exact message, and nothing is written."""

import pytest

from governance.errors import ExtractError
from tests.lib.intake import (
    ALICE,
    BASIL,
    EVENTS_HEADER,
    PEOPLE_HEADER,
    PERIOD,
    deliver,
    events_file,
    make_source,
    people_file,
    read,
    table,
)

WHY = """\
  Why: A column that is absent, renamed or unknown would be lost or let through without anyone deciding so.
  Fix: Mend each line above and run the same command again. Nothing was written."""
GOOD = table(PEOPLE_HEADER, ALICE, BASIL)


def message(root, people, *, source=None, **files):
    """What is said of these files; checks that nothing was written and no value shown."""
    deliver(root, {"people.csv": people, **files})
    before = sorted(root.rglob("*"))
    with pytest.raises(ExtractError) as stopped:
        read(root, source or make_source())
    assert sorted(root.rglob("*")) == before
    assert stopped.value.exit_code == 3
    assert not any(value in str(stopped.value) for value in ("Archer", "Bell", "999", "NM1", "1980", "p1,"))
    return str(stopped.value)


NO_ROWS = (
    "has a header and no rows, as one that was cut on its way has. Ask the source. If it saw nobody, have"
    " `may_be_empty: true` put beside this file's `grain` in sources/housing.yaml and approved; else ask for the file"
    " again."
)


@pytest.mark.parametrize(
    ("people", "fault"),
    [
        ("", "is empty. Ask the source to deliver it again."),
        (f"{PEOPLE_HEADER}\n", NO_ROWS),
        (
            GOOD.replace(",surname", "").replace(",Archer", "").replace(",Bell", ""),
            "column `surname` is missing. Ask the source to deliver it again with this column.",
        ),
        (
            GOOD.replace("sex,", "sex,shoe_size,").replace(",2,", ",2,39,").replace(",1,", ",1,43,"),
            "column 7 (`shoe_size`) is not listed."
            " Ask the source to leave it out, or list it in sources/housing.yaml with the class drop.",
        ),
        (
            GOOD.replace("surname", "Sur Name"),
            "column `surname` is missing; `Sur Name`, which is not listed, may be its new name."
            " Ask the source; if so, rename it in sources/housing.yaml.",
        ),
        (
            GOOD.replace("sex,", "sex,sex,").replace(",2,", ",2,2,").replace(",1,", ",1,1,"),
            "more than one column is called `sex`. Ask the source for one column a name.",
        ),
        (
            GOOD.replace("Archer", "Archère").encode("cp1252"),
            "is not utf-8 (first at byte 74). It can be read as cp1252: ask the source, then set `encoding: cp1252`.",
        ),
        (
            GOOD.encode("utf-16"),
            "is not utf-8 (first at byte 0). It can be read as utf-16: ask the source, then set `encoding: utf-16`.",
        ),
        (
            GOOD.split("\n", 1)[1],
            "has a first row that is not a header: none of the 7 listed columns is in it."
            " Ask the source for a header row, or set `header_row` if titles stand above it.",
        ),
        (
            GOOD.replace(",", ";"),
            "has a first row that is not a header: none of the 7 listed columns is in it."
            " Its cells are parted by a semicolon: set `delimiter`.",
        ),
        (
            GOOD.replace("Archer", '"Archer'),
            "has a quote that is opened and never closed: the rows after it cannot be told apart."
            " Ask the source whether the file is whole, and to write quotes inside cells twice; or set `quote` (empty"
            " if the file uses none).",
        ),
        (b"PK\x03\x04 and more", "is a zip archive that cannot be read. Ask the source to deliver it again."),
    ],
    ids=[
        "empty file",
        "header only",
        "missing column",
        "extra column",
        "renamed column",
        "duplicate column",
        "wrong encoding",
        "utf-16",
        "no header",
        "other delimiter",
        "open quote",
        "excel file",
    ],
)
def test_a_file_that_is_not_as_described(tmp_path, people, fault):
    """What, why, fix."""
    assert message(tmp_path, people) == (
        f"housing: what was delivered for 2025-09 is not as described.\n    extracts/2025-09/people.csv: {fault}\n{WHY}"
    )


def test_an_absent_file(tmp_path):
    """By the name it should have."""
    with pytest.raises(ExtractError) as stopped:
        read(tmp_path, make_source())

    assert str(stopped.value) == (
        "housing: what was delivered for 2025-09 is not as described.\n"
        "    extracts/2025-09/people.csv: is not there. Put the extract there, or correct `path`.\n"
        f"{WHY}"
    )


def test_a_folder_where_a_file_should_be(tmp_path):
    """The operating system's reason is passed on, its path is not."""
    (tmp_path / "extracts" / PERIOD / "people.csv").mkdir(parents=True)

    with pytest.raises(ExtractError, match=r"people\.csv: cannot be opened: Is a directory\."):
        read(tmp_path, make_source())


def test_all_faults_of_all_files_at_once(tmp_path):
    """One message is enough to put everything right."""
    people = GOOD.replace("born", "dob").replace("postcode", "pc")
    cases = table(EVENTS_HEADER.replace(",closed", ""), "p1,2025-01-01,a,")

    assert message(tmp_path, people, source=make_source(people_file(), events_file()), **{"cases.csv": cases}) == (
        "housing: what was delivered for 2025-09 is not as described.\n"
        "    extracts/2025-09/people.csv: column `born` is missing; `dob`, which is not listed, may be its new name."
        " Ask the source; if so, rename it in sources/housing.yaml.\n"
        "    extracts/2025-09/people.csv: column `postcode` is missing; `pc`, which is not listed, may be its new name."
        " Ask the source; if so, rename it in sources/housing.yaml.\n"
        "    extracts/2025-09/cases.csv: column `closed` is missing."
        " Ask the source to deliver it again with this column.\n"
        f"{WHY}"
    )


def test_a_date_in_another_format(tmp_path):
    """With the count, the format that was expected, and one that fits."""
    cases = [f"p1,{day:02d}-Mar-2025,,a{day}," for day in range(1, 13)] + ["p1,2025-03-01,,b,"]

    assert message(
        tmp_path,
        GOOD,
        source=make_source(people_file(), events_file()),
        **{"cases.csv": table(EVENTS_HEADER, *cases)},
    ) == (
        "housing: 1 date column is in another format.\n"
        "    extracts/2025-09/cases.csv: column `opened`: 12 of 13 dates are not `%Y-%m-%d`."
        ' `%d-%b-%Y` fits: set `format: "%d-%b-%Y"` in sources/housing.yaml, or ask the source.\n'
        "  Why: Dates read in a wrong format are lost or, worse, taken for other days.\n"
        "  Fix: Correct `format` in the source file, or ask the source for the agreed format. Nothing was written."
    )


def test_dates_in_no_usual_format(tmp_path):
    """Both formats of the column are named; few dates are not counted out."""
    people = table(PEOPLE_HEADER, *(f"p{i},,Archer,day {i},,," for i in range(9)))
    formats = "`%d/%m/%Y` or `%Y-%m-%d`"

    assert message(tmp_path, people).split("\n")[1] == (
        f"    extracts/2025-09/people.csv: column `born`: 9 of 9 dates are not {formats}."
        " None of the usual formats fits: ask the source how it writes dates."
    )


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("13 March 1980", "%d %B %Y"),
        ("03/13/1980", "%m/%d/%Y"),
        ("19800313", "%Y%m%d"),
        ("13.03.1980", "%d.%m.%Y"),
        ("13/03/80", "%d/%m/%y"),
        ("1980-03-13 00:00:00", "%Y-%m-%d %H:%M:%S"),
    ],
)
def test_the_format_that_fits_is_named(tmp_path, text, fits):
    """Even if there are few dates to tell it from."""
    people = table(PEOPLE_HEADER, f"p1,,Archer,{text},,,", f"p2,,Bell,{text},,,")

    assert f'`{fits}` fits: set `format: "{fits}"`' in message(tmp_path, people)


def test_ragged_rows_above_the_share_allowed(tmp_path):
    """Rows below it are quarantined; see the unit tests."""
    rows = [f"p{i},,Archer,,,," for i in range(100)] + ["p200,Archer, the Elder,,,,,,"] * 10

    assert message(tmp_path, table(PEOPLE_HEADER, *rows), source=make_source(max_rejected_share=0.05)) == (
        "housing: too many rows cannot be used (more than 5% of a file).\n"
        "    extracts/2025-09/people.csv: 10 of 110 rows were rejected.\n"
        "    extracts/2025-09/people.csv: ragged_row, 10 rows. The row has more or fewer cells than the header."
        " Ask the source to quote cells that contain the delimiter or a line break.\n"
        "  Why: So many at once are a fault of the extract; going on would silently lose those people.\n"
        "  Fix: Ask the source to mend the extract, or raise max_rejected_share in sources/housing.yaml if this is how"
        " its data are. Nothing was written."
    )


def test_duplicate_ids_above_the_share_allowed(tmp_path):
    """Several rows of one record id that say different things; few are not counted out."""
    rows = [f"p{i},,Archer,,,," for i in range(10)] + ["p9,,Bell,,,,", ",,Bell,,,,"]

    assert message(tmp_path, table(PEOPLE_HEADER, *rows), source=make_source(max_rejected_share=0.05)) == (
        "housing: too many rows cannot be used (more than 5% of a file).\n"
        "    extracts/2025-09/people.csv: fewer than 8 of 12 rows were rejected.\n"
        "    extracts/2025-09/people.csv: no_record_id, fewer than 8 rows."
        " The row has no record id, so nothing ties it to a person."
        " Ask the source to fill the record id in every row.\n"
        "    extracts/2025-09/people.csv: conflicting_record, fewer than 8 rows."
        " The same record id stands in several rows that say different things."
        " Ask the source for one row a person, or give the file the grain `both` if several are meant.\n"
        "  Why: So many at once are a fault of the extract; going on would silently lose those people.\n"
        "  Fix: Ask the source to mend the extract, or raise max_rejected_share in sources/housing.yaml if this is how"
        " its data are. Nothing was written."
    )


def test_a_single_row_of_a_small_file_does_not_stop_a_month(tmp_path):
    """It is set aside and counted; a share of eight rows says nothing of the next eight hundred."""
    source = make_source(max_rejected_share=0.05)
    rows = [f"p{i},,Archer,,,," for i in range(7)]
    deliver(tmp_path, {"people.csv": table(PEOPLE_HEADER, *rows, ",,Bell,,,,")})

    assert read(tmp_path, source).counts["people"].rejected == 1

    assert "too many rows" in message(tmp_path, table(PEOPLE_HEADER, *rows, ",,Bell,,,,", ",,Cole,,,,"), source=source)
    assert "too many rows" in message(tmp_path, table(PEOPLE_HEADER, ",,Bell,,,,"), source=source)
    none = make_source(max_rejected_share=0.0)
    assert "too many rows" in message(tmp_path, table(PEOPLE_HEADER, *rows, ",,Bell,,,,"), source=none)


def test_the_share_is_taken_file_by_file(tmp_path):
    """A large people file must not hide that every event is lost; the share itself is still allowed."""
    people = table(PEOPLE_HEADER, *(f"p{i},,Archer,,,," for i in range(1000)))
    source = make_source(people_file(), events_file(), max_rejected_share=0.5)
    half = table(EVENTS_HEADER, "p1,2025-01-01,,a,", "x1,2025-01-01,,a,")
    deliver(tmp_path, {"people.csv": people, "cases.csv": half})

    assert read(tmp_path, source).counts["cases"].rejected == 1

    more = table(EVENTS_HEADER, "p1,2025-01-01,,a,", "x1,2025-01-01,,a,", "x2,2025-01-01,,a,")
    assert "cases.csv: fewer than 8 of fewer than 8 rows were rejected." in message(
        tmp_path, people, source=source, **{"cases.csv": more}
    )
