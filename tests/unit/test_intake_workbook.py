"""Excel workbooks: what is exact is recovered, what a spreadsheet lost is set aside, nothing is made up."""

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest

from governance.intake.decode import NotText
from governance.intake.workbook import Sheet, read_workbook
from tests.lib.intake import PEOPLE_COLUMNS, codes, deliver, make_source, people_file, read, rows_of

MARK = "Quizzaciously"
HEADER = list(PEOPLE_COLUMNS)


def workbook(*rows, formats=None, **sheets):
    """A workbook's bytes: one sheet of these rows, and others by name. ``formats`` are number formats by cell."""
    book = openpyxl.Workbook()
    book.active.title = "extract"
    for row in rows:
        book.active.append(row)
    for cell, number_format in (formats or {}).items():
        book.active[cell].number_format = number_format
    for name, others in sheets.items():
        sheet = book.create_sheet(name)
        for row in others:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_rows(tmp_path, *rows, header=HEADER, **changes):
    """The intake of a workbook of people."""
    formats = changes.pop("formats", None)
    content = workbook(*changes.pop("titles", ()), header, *rows, formats=formats)
    deliver(tmp_path, {"people.xlsx": content})
    return read(tmp_path, make_source(people_file(path="extracts/{period}/people.xlsx", format="xlsx", **changes)))


def person(**changes):
    """A row of people."""
    usual = {"person_ref": "p1", "nhs_number": "9990000018", "surname": "Archer", "born": "01/02/1980"}
    return [(usual | {"postcode": "NM1 2AB", "sex": "2"} | changes).get(name) for name in HEADER]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (9990000018, "9990000018"),
        (9990000018.0, "9990000018"),
        ("9.990000018E+09", "9990000018"),
        ("9990000018.0", "9990000018"),
        ("999 000 0018", "9990000018"),
    ],
)
def test_an_nhs_number_with_all_its_digits_is_recovered(tmp_path, given, taken):
    """However the spreadsheet wrote it."""
    intake = read_rows(tmp_path, person(nhs_number=given))

    assert rows_of(intake, "people", "nhs_number") == [(taken,)]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("9.99E+09", "number_rounded"),
        ("9.99000002E+09", "number_rounded"),  # nine digits: the tenth was rounded away, or was a zero
        (999000001, "nhs_number_shape"),
        (9990000018.5, "nhs_number_shape"),
        ("=9990000000+18", "formula_cell"),
        ("#N/A", "cell_error"),
        (99900000180000012, "number_rounded"),
    ],
)
def test_an_nhs_number_that_lost_digits_is_set_aside(tmp_path, given, code):
    """The person stays, without the number."""
    intake = read_rows(tmp_path, person(nhs_number=given))

    assert rows_of(intake, "people", "nhs_number", "surname") == [(None, "Archer")]
    assert codes(intake) == [(1, "nhs_number", code)]


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (datetime(1980, 2, 1), date(1980, 2, 1)),  # noqa: DTZ001
        (date(1980, 2, 1), date(1980, 2, 1)),
        (29252, date(1980, 2, 1)),
        (29252.0, date(1980, 2, 1)),
        ("01/02/1980", date(1980, 2, 1)),
    ],
)
def test_a_date_is_a_date_however_it_is_stored(tmp_path, given, taken):
    """As a date, as the number of its day, or as text in the column's format."""
    intake = read_rows(tmp_path, person(born=given))

    assert rows_of(intake, "people", "born") == [(taken,)]


@pytest.mark.parametrize(
    "given",
    [1980, 45, 73051, 1.5, -3, time(10, 30), datetime(1980, 2, 1, 10, 30)],  # noqa: DTZ001
)
def test_what_may_not_be_a_day_is_set_aside(tmp_path, given):
    """1980 is a year as likely as a day in 1905; a time of day needs a `format`."""
    intake = read_rows(tmp_path, person(born=given), person(person_ref="p2"))

    assert codes(intake) == [(1, "born", "date_unreadable")]


def test_leading_zeros_are_kept_where_they_can_be_known(tmp_path):
    """From the text, or from a format that shows nothing but zeros."""
    intake = read_rows(tmp_path, person(surname="00123"), person(person_ref="p2", surname=123), formats={"C3": "00000"})

    assert rows_of(intake, "people", "surname") == [("00123",), ("00123",)]


def test_a_number_among_texts_with_leading_zeros_is_set_aside(tmp_path):
    """00123 and 123 may be one code or two."""
    rows = [person(surname="00123"), person(person_ref="p2", surname=123), person(person_ref="p3", surname=99123)]

    intake = read_rows(tmp_path, *rows)

    assert codes(intake) == [(2, "surname", "leading_zero_lost")]
    assert rows_of(intake, "people", "surname") == [("00123",), (None,), ("99123",)]


TITLES = [["Housing register", None, MARK], [], ["Printed", date(2025, 9, 30)]]


@pytest.mark.parametrize("settings", [{}, {"header_row": 4}], ids=["found", "set"])
def test_titles_above_the_header_are_no_rows(tmp_path, settings):
    """The header is the first row that names every column, or the row that the source file says."""
    intake = read_rows(tmp_path, person(), titles=TITLES, **settings)

    assert intake.counts["people"].rows_in == intake.counts["people"].rows_out == 1


def test_a_workbook_of_several_sheets_needs_a_name():
    """The first one is not guessed to be meant."""
    content = workbook(["a"], [1], notes=[["b"], [2]])

    with pytest.raises(NotText, match=r"^has 2 sheets"):
        read_workbook(content, Sheet())
    with pytest.raises(NotText, match=r"^has no sheet called other"):
        read_workbook(content, Sheet(name="other"))
    assert read_workbook(content, Sheet(name="notes")).header == ["b"]


def test_cells_beyond_the_header_set_their_row_aside():
    """Empty rows are no rows, and what a file says of its own size is not believed."""
    raw = read_workbook(workbook(["a", "b"], [1, True], [], [2, "x", MARK], [3]), Sheet())

    assert raw.row_no.tolist() == [1, 3]
    assert [column.to_pylist() for column in raw.columns] == [["1", "3"], ["true", None]]
    assert [(row.row_no, row.text) for row in raw.aside] == [(2, f"2,x,{MARK}")]
    assert raw.rows_in == 3


def _entities() -> bytes:
    """A workbook whose sheet would unfold to a thousand million letters."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    body = "<worksheet><sheetData><row><c><v>&e9;</v></c></row></sheetData></worksheet>"
    sheet = f'<!DOCTYPE x [<!ENTITY e0 "{MARK}">{levels}]>{body}'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["a"], [1]))) as good, zipfile.ZipFile(out, "w") as bad:
        for one in good.infolist():
            bad.writestr(one, sheet if one.filename.endswith("sheet1.xml") else good.read(one))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xd0\xcf\x11\xe0old", "is an old or password-protected Excel file."),
        (b"a,b\n1,2\n", "is not an Excel workbook (.xlsx) that can be read."),
        (workbook(["a"], [1])[:-40], "is not an Excel workbook (.xlsx) that can be read."),
        (_entities(), "is not an Excel workbook (.xlsx) that can be read."),
        (workbook(), "is empty."),
    ],
    ids=["old", "csv", "cut", "entities", "empty"],
)
def test_what_is_no_workbook_is_named(content, what):
    """By what it is, never by what it says."""
    with pytest.raises(NotText) as refused:
        read_workbook(content, Sheet())

    assert refused.value.fault.what == what
