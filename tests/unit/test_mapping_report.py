"""Codes that came unmapped and mapped codes that never came; what may be a person is counted, not named."""

import duckdb
import pyarrow as pa

from cohorts.mapping_report import FEWEST_RECORDS, mapping_report
from governance.intake.checks import define_checks
from governance.settings import ExtractFile
from governance.warehouse import connect, load_table
from tests.lib.cohorts import source

FILE = ExtractFile.model_validate(
    {
        "id": "log",
        "path": "log.csv",
        "grain": "both",
        "columns": {
            "what": {"class": "event_field"},
            "flag": {"class": "event_field"},
            "day": {"class": "event_field"},
        },
        "events": [
            {
                "kind": {"column": "what", "values": {"A": "vcse.referral", "B": "vcse.contact", "D": "vcse.contact"}},
                "start": "day",
                "where": {"flag": ["Y"]},
            }
        ],
    },
    strict=False,
)
MANY = FEWEST_RECORDS


def report(*codes: tuple[str, int]) -> dict:
    """What is told of the column of kinds; each code on so many records, a flag on all."""
    con: duckdb.DuckDBPyConnection = connect(threads=1)
    define_checks(con)
    rows = [code for code, times in codes for _ in range(times)]
    table = pa.table({"record_id": range(len(rows)), "what": rows, "flag": ["N"] * len(rows)})
    load_table(con, "file_log", table)
    return {one.column: one for one in mapping_report(con, source("s", FILE))}


def test_codes_seen_and_not_mapped_are_named():
    """With the rows that have them, the commonest first."""
    found = report(("A", 1), ("X", MANY), ("Y", MANY + 5))["what"]

    assert found.unmapped == (("Y", MANY + 5), ("X", MANY))
    assert found.other_rows == 0


def test_codes_mapped_and_never_seen_are_named():
    """They are the mapping's own words."""
    assert report(("A", 1), ("X", MANY))["what"].unseen == ("B", "D")


def test_a_rare_code_is_counted_not_named():
    """It may be a name that slipped into the column."""
    found = report(("A", 1), ("Smith", MANY - 1))["what"]

    assert found.unmapped == ()
    assert found.other_rows == MANY - 1


def test_what_looks_like_an_identifier_is_never_named():
    """However often it stands there: a postcode, a phone number, an email address, a long text."""
    found = report(*[(text, MANY) for text in ("AB1 2CD", "07700900123", "a@b.example", "x" * 41)])["what"]

    assert found.unmapped == ()
    assert found.other_rows == 4 * MANY


def test_a_condition_is_told_apart():
    """A flag that says No was most likely meant to be left out."""
    found = report(("A", MANY))

    assert (found["flag"].is_condition, found["what"].is_condition) == (True, False)
    assert found["flag"].unmapped == (("N", MANY),)
