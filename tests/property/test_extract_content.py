"""The digest of what a file says: the same in every form that its rows can come in, another once one value differs."""

import csv
import io
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.intake import rows as tables
from governance.intake.checks import define_checks, plan_columns
from governance.intake.content import content_hmac, content_said
from governance.intake.deliver import Delivery, _job
from governance.intake.parse import parse_file
from governance.intake.period import as_of_date
from governance.keys.ring import Secret
from governance.warehouse import connect
from tests.lib.intake import (
    EVENT_COLUMNS,
    PEOPLE_COLUMNS,
    PEOPLE_HEADER,
    PERIOD,
    RECORD_KEY,
    events_file,
    make_source,
    people_file,
)
from tests.lib.intake import deliver as put

EVENT_ROWS = st.tuples(
    st.just("p1"),
    st.dates(date(2000, 1, 1), date(2025, 8, 31)).map(date.isoformat),
    st.sampled_from(["", "2025-03-01"]),
    st.sampled_from(["a", "b", "ü, quoted", 'with "quotes"', "two\nlines"]),
    st.sampled_from(["", "clerk"]),
).map(list)
ROWS = st.lists(EVENT_ROWS, min_size=2, max_size=6)


def text(rows, *, delimiter=",", newline="\n", encoding="utf-8", quoting=csv.QUOTE_MINIMAL):
    """A file of text in a dialect."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n", quoting=quoting)
    writer.writerows([list(EVENT_COLUMNS), *rows])
    return out.getvalue().replace("\n", newline).encode(encoding)


def in_zip(content):
    """The file in an archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("cases.csv", content)
    return out.getvalue()


def workbook(rows):
    """A sheet under a title row."""
    book = openpyxl.Workbook()
    for row in [["Cases"], list(EVENT_COLUMNS), *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(rows):
    """The same columns in another order, with dates of their own type."""
    columns = dict(zip(EVENT_COLUMNS, map(list, zip(*rows, strict=True)), strict=True))
    columns["opened"] = pa.array(columns["opened"]).cast(pa.date32())
    out = io.BytesIO()
    pq.write_table(pa.table(dict(reversed(columns.items()))), out)
    return out.getvalue()


FORMS = {
    "semicolons, CRLF, cp1252": (
        lambda rows: text(rows, delimiter=";", newline="\r\n", encoding="cp1252"),
        {"delimiter": ";", "encoding": "cp1252"},
    ),
    "all quoted, UTF-16, zipped": (
        lambda rows: in_zip(text(rows, encoding="utf-16", quoting=csv.QUOTE_ALL)),
        {"encoding": "utf-16"},
    ),
    "workbook": (workbook, {"format": "xlsx"}),
    "parquet": (parquet, {"format": "parquet"}),
}


def said(content, *, key=RECORD_KEY, period=PERIOD, people="", **described):
    """Digests of the file of bytes and of content; with a date format in ``people``, of a people file."""
    born = PEOPLE_COLUMNS["born"] | {"format": people or "%d/%m/%Y"}
    source = make_source(people_file(columns=PEOPLE_COLUMNS | {"born": born}), events_file(**described))
    file = source.files[0 if people else 1]
    with tempfile.TemporaryDirectory() as folder:
        path = put(Path(folder), {"cases.csv": content}) / f"extracts/{PERIOD}/cases.csv"
        parsed = parse_file(_job([path], file))
    plans = plan_columns(file, as_of=as_of_date(period), synthetic=True)
    delivery = Delivery(file=file, name="cases", raw=parsed.raw, sha256=parsed.sha256)
    con = connect()
    define_checks(con)
    tables.load_text(con, delivery, plans)
    tables.load_typed(con, file, plans)
    return parsed.sha256, content_hmac(content_said(con, file, plans, rows_in=parsed.raw.rows_in), key)


@settings(deadline=None, max_examples=10)
@given(rows=ROWS, form=st.sampled_from(sorted(FORMS)), data=st.data())
def test_one_digest_in_every_form_and_order(rows, form, data):
    """Saved again in any container and dialect, zipped, shuffled: other bytes, one content."""
    write, described = FORMS[form]
    plain, content = said(text(rows))
    other, again = said(write(data.draw(st.permutations(rows))), **described)

    assert other != plain
    assert again == content


@settings(deadline=None, max_examples=5)
@given(rows=ROWS, at=st.integers(0, 1), place=st.integers(0, 4))
def test_another_digest_where_anything_differs(rows, at, place):
    """A cell, also of a column that is never read or whose value cannot be; a row less; a row twice; cells swapped."""
    other = [list(row) for row in rows]
    other[at][place] += "9"
    swapped = [[row[0], row[2], row[1], *row[3:]] for row in rows]

    contents = [said(text(each))[1] for each in (rows, other, rows[1:], [*rows, rows[0]], swapped)]

    assert len(set(contents)) == len(contents)


def test_nobody_without_the_key_can_try_guesses():
    """Whoever guesses every row still needs the source's own key to find the digest."""
    rows = text([["p1", "2025-01-01", "", "a", ""]])

    assert said(rows)[1] != said(rows, key=Secret(bytes(32)))[1]


@pytest.mark.parametrize("year", ["2025", "25"])
def test_a_birth_after_the_months_end_says_the_same_a_month_later(year):
    """Set aside as of the future, or taken for one a century ago, then read: the copy is told all the same."""
    date_format = "%d/%m/%Y" if len(year) == 4 else "%d/%m/%y"

    def contents(day):
        content = f"{PEOPLE_HEADER}\np3,,Carr,{day}/10/{year},NM12AB,1,\n".encode()
        return {said(content, people=date_format, period=period)[1] for period in (PERIOD, "2025-10")}

    assert len(contents("02")) == 1
    assert contents("02") != contents("03")
