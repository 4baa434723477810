"""Files as delivered: dialects, encodings, row numbers; nothing judged yet."""

from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from governance.intake.decode import NotText
from governance.intake.read import Dialect, read_csv, read_parquet
from governance.intake.table import RawTable, RowAside


def cells(raw: RawTable) -> list[list[str | None]]:
    """Rows of a raw table."""
    return [list(row) for row in zip(*(column.to_pylist() for column in raw.columns), strict=True)]


@pytest.mark.parametrize(
    ("content", "dialect"),
    [
        (b"a,b\n1,x y\n", Dialect()),
        (b"a,b\r\n1,x y\r\n", Dialect()),
        (b"a,b\r1,x y", Dialect()),
        (b"\xef\xbb\xbfa,b\n1,x y\n", Dialect()),
        (b"\n\na,b\n\n1,x y\n\n", Dialect()),
        (b"a;b\n1;x y\n", Dialect(delimiter=";")),
        (b"a\tb\n1\tx y\n", Dialect(delimiter="\t")),
        (b"a|b\n'1'|'x y'\n", Dialect(delimiter="|", quote="'")),
        ("a¦b\nþ1þ¦x y\n".encode("cp1252"), Dialect(encoding="cp1252", delimiter="¦", quote="þ")),
        ("a,b\n1,x y\n".encode("utf-16"), Dialect(encoding="utf-16")),
        ("\ufeffa,b\n1,x y\n".encode("utf-16-le"), Dialect(encoding="utf-16-le")),
    ],
    ids=["lf", "crlf", "cr", "bom", "blank lines", "semicolon", "tab", "bar", "broken bar", "utf-16", "utf-16-le"],
)
def test_every_dialect_gives_the_same_table(content, dialect):
    """The dialect comes from the source file, the content is the same."""
    raw = read_csv(content, dialect)

    assert (raw.header, cells(raw)) == (["a", "b"], [["1", "x y"]])


def test_quoted_cells_may_hold_delimiters_quotes_and_line_breaks():
    """They are one cell, and one row."""
    raw = read_csv(b'a,b\n1,"x, ""y""\nz"\n2,w\n', Dialect())

    assert cells(raw) == [["1", 'x, "y"\nz'], ["2", "w"]]
    assert raw.row_no.tolist() == [1, 2]


def test_a_foreign_mark_inside_quotes_stays():
    """The mark that stands in for it while parsing does not remain."""
    raw = read_csv("a¦b\n1¦þx¦yþ\n".encode(), Dialect(delimiter="¦", quote="þ"))

    assert cells(raw) == [["1", "x¦y"]]


def test_ragged_rows_are_set_aside_under_their_number():
    """Blank lines are no rows; a row number counts rows below the header."""
    raw = read_csv(b"a,b\n1,x\n2\n\n3,y,z\n4,w\n", Dialect())

    assert raw.row_no.tolist() == [1, 4]
    assert raw.aside == [RowAside(2, "2"), RowAside(3, "3,y,z")]
    assert raw.rows_in == 4


def test_row_numbers_hold_across_the_parsers_blocks(monkeypatch):
    """A large file is parsed in blocks; numbers go on counting."""
    monkeypatch.setattr("governance.intake.read._BLOCK_BYTES", 1 << 17)
    lines = [f"{i},{'x' * 20}" if i % 1000 else f"{i}" for i in range(1, 20_001)]

    raw = read_csv("\n".join(["a,b", *lines]).encode(), Dialect())

    assert [row.row_no for row in raw.aside] == list(range(1000, 20_001, 1000))
    assert raw.columns[0].to_pylist() == [str(number) for number in raw.row_no]


def test_quotes_can_be_switched_off():
    """Then a quote is a character like any other."""
    assert cells(read_csv(b'a,b\n1,5" nail\n2,"x\n', Dialect(quote=""))) == [["1", '5" nail'], ["2", '"x']]


@pytest.mark.parametrize("content", [b'a,b\n1,"x\n2,y\n3,z\n', b'a,b\n1,x\n"2,y\n', b'"'])
def test_an_open_quote_is_refused_not_swallowed(content):
    """All rows after it would be one cell; counting them as one would lose people."""
    with pytest.raises(NotText, match=r"^has a quote that is opened and never closed"):
        read_csv(content, Dialect())


@pytest.mark.parametrize(
    ("content", "encoding", "what"),
    [
        ("a\né\n".encode("cp1252"), "utf-8", "is not utf-8 (first at byte 2)."),
        ("a\né\n".encode(), "cp1252", "is utf-8, not cp1252."),
        ("a\né\n".encode("utf-16"), "utf-8", "is not utf-8 (first at byte 0)."),
        ("a\ne\n".encode("utf-16-le"), "utf-8", "is not utf-8: it is full of zero bytes."),
        ("a\ne\n".encode("utf-16-le"), "cp1252", "is not cp1252: it is full of zero bytes."),
        (b"a\n1\n", "rot13", "has an encoding in its source file that is not known."),
        (b"a\n1\n", "base64", "has an encoding in its source file that is not known."),
        (b"a\n1\n", "klingon", "has an encoding in its source file that is not known."),
        (b"PK\x03\x04rest", "utf-8", "is a zip or Excel file, not CSV."),
        (b"PAR1rest", "utf-8", "is a Parquet file, not CSV."),
        (b"", "utf-8", "is empty."),
        (b"\xef\xbb\xbf \r\n\n", "utf-8", "is empty."),
    ],
)
def test_what_is_not_text_is_named(content, encoding, what):
    """By what it is, never by what it says."""
    with pytest.raises(NotText) as refused:
        read_csv(content, Dialect(encoding=encoding))

    assert refused.value.fault.what == what


def test_the_encoding_that_fits_is_suggested():
    """Only if the bytes can be read that way."""
    with pytest.raises(NotText) as refused:
        read_csv("a\nZoë\n".encode("cp1252"), Dialect())

    assert refused.value.fault.fix == "It can be read as cp1252: ask the source, then set `encoding: cp1252`."


def parquet(columns: dict[str, pa.Array]) -> bytes:
    """A Parquet file's bytes."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue().to_pybytes()


def test_parquet_columns_become_text_as_typed():
    """Dates as ISO days, whole numbers without a point, categories as their text."""
    raw = read_parquet(
        parquet(
            {
                "text": pa.array(["x", None]),
                "category": pa.array(["y", "y"]).dictionary_encode(),
                "day": pa.array([date(2025, 1, 2), None]),
                "moment": pa.array([datetime(2025, 1, 2, 3, 4), None]),  # noqa: DTZ001 - Parquet without a zone
                "whole": pa.array([9434765919.0, None]),
                "share": pa.array([0.5, 2.0]),
                "money": pa.array([Decimal("1.50"), None]),
                "flag": pa.array([True, False]),
            }
        )
    )

    assert cells(raw) == [
        ["x", "y", "2025-01-02", "2025-01-02 03:04:00", "9434765919", "0.5", "1.50", "true"],
        [None, "y", None, None, None, "2", None, "false"],
    ]
    assert raw.row_no.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"not parquet", "is not a Parquet file that can be read."),
        (parquet({"a": pa.array([[1], [2]])}), "has a column that is not text, a number, a date or a flag."),
    ],
    ids=["no parquet", "a list column"],
)
def test_parquet_that_cannot_be_used_is_named(content, what):
    """The library's own message is not passed on."""
    with pytest.raises(NotText) as refused:
        read_parquet(content)

    assert refused.value.fault.what == what


def test_whole_numbers_stored_as_fractions_come_back_exact():
    """As pandas stores a column of numbers in which some are missing; what is no number is missing."""
    raw = read_parquet(parquet({"a": pa.array([9434765919.0, None, float("nan")]), "b": pa.array([0.5, 2.0, None])}))

    assert [column.to_pylist() for column in raw.columns] == [["9434765919", None, None], ["0.5", "2", None]]


@pytest.mark.parametrize(
    "column",
    [
        pa.array([9434765919.0], pa.float32()),
        pa.array([9434765919.0, 0.5], pa.float32()),
        pa.array([float("inf")]),
        pa.array([-float("inf")]),
        pa.array([1e19]),
        pa.array([2.0**53]),
    ],
    ids=["32 bits", "32 bits among fractions", "infinite", "minus infinite", "beyond 64 bits", "beyond exact"],
)
def test_numbers_that_a_fraction_cannot_hold_are_refused(column):
    """They would be read as other numbers, of which one in eleven passes an NHS number's check digit: never guessed."""
    with pytest.raises(NotText) as refused:
        read_parquet(parquet({"nhs_number": column}))

    assert "too large to be exact" in refused.value.fault.what
    assert "94347" not in str(refused.value.fault)


def test_moments_are_days_only_if_every_one_is_a_midnight():
    """A time of day is dropped where a `format` says so, and nowhere else; a time zone is London's clocks."""
    midnight, late = datetime(2025, 6, 1), datetime(2025, 6, 1, 23, 30, 15, 999_000)  # noqa: DTZ001
    zoned = pa.array([late, None], pa.timestamp("ms", tz="UTC"))

    raw = read_parquet(parquet({"a": pa.array([midnight, None]), "b": pa.array([midnight, late]), "c": zoned}))

    assert cells(raw) == [
        ["2025-06-01", "2025-06-01 00:00:00", "2025-06-02 00:30:15"],
        [None, "2025-06-01 23:30:15", None],
    ]
