"""Codes that came unmapped and mapped codes that never came; what may be a person is counted, not named."""

import duckdb
import pyarrow as pa
import yaml

from cohorts.mapping_report import FEWEST_RECORDS, mapping_report
from governance.intake.checks import define_checks
from governance.intake.extracts import read_extracts
from governance.keys.ring import Secret
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


# --- attributes -------------------------------------------------------------------------------------------

PEOPLE = """\
id: {class: direct_identifier, role: record_id}
gender: {class: quasi_identifier, role: sex, values: {"1": male, "2": female, "9": ""}}
tongue: {class: quasi_identifier, role: first_language, values: {en: english, sgn: sign_language}}
group: {class: quasi_identifier, role: ethnic_group}
name: {class: direct_identifier, role: forename, values: {ANN: ann}}
"""


def attributes(tmp_path, *rows, left_out=0):
    """What is told of the columns of a people file once its last ``left_out`` rows opted out.

    A row holds gender, tongue and group.
    """
    made, intake = taken_in(tmp_path, rows)
    intake.con.execute("DELETE FROM file_people WHERE row_no > $stay", {"stay": len(rows) - left_out})
    told = {one.column: one for one in mapping_report(intake.con, made)}
    assert intake.con.execute("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'code%'").fetchall() == []
    return told


def taken_in(tmp_path, rows):
    """A source whose people file has these rows, and its intake."""
    file = {"id": "people", "path": "people.csv", "grain": "people", "columns": yaml.safe_load(PEOPLE)}
    made = source("s", ExtractFile.model_validate(file, strict=False))
    lines = ["id,gender,tongue,group,name", *(f"p{n},{row},SMITH" for n, row in enumerate(rows))]
    (tmp_path / "people.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return made, read_extracts(tmp_path, made, "2025-09", record_key=Secret(bytes(32)), synthetic=True)


def test_codes_of_attributes_are_told_too(tmp_path):
    """What came and is not listed, and what is listed and never came; an ethnic group that is not mapped, too."""
    rows = [*["1,pl,white"] * MANY, *["3,pl,Welsh"] * MANY, *["9,en,Cornish"] * (MANY - 1)]
    found = attributes(tmp_path, *rows)

    assert set(found) == {"gender", "tongue", "group"}
    assert (found["gender"].unmapped, found["gender"].unseen) == ((("3", MANY),), ("2",))
    assert (found["tongue"].unmapped, found["tongue"].unseen) == ((("pl", 2 * MANY),), ("sgn",))
    group = found["group"]
    assert (group.unmapped, group.other_rows, group.unseen) == ((("Welsh", MANY),), MANY - 1, ())


def test_an_attribute_that_nobody_filled_never_had_any_of_its_codes(tmp_path):
    """All of them are listed as never seen."""
    assert attributes(tmp_path, *["1,,white"] * 3)["tongue"].unseen == ("en", "sgn")


def test_what_stands_in_a_column_of_codes_is_in_no_text_of_the_intake(tmp_path):
    """A name may have slipped into it, and texts of objects end up in logs."""
    rows = ["Smithson,en,white"] * MANY

    assert attributes(tmp_path, *rows)["gender"].unmapped == (("Smithson", MANY),)
    assert "Smithson" not in repr(taken_in(tmp_path, rows)[1])


def test_a_code_of_somebody_who_opted_out_is_counted_nowhere(tmp_path):
    """Neither named, nor among the others, nor as one that came."""
    rows = [*["2,en,white"] * (MANY - 1), "3,sgn,white", *["3,en,white"] * (MANY - 1)]

    assert attributes(tmp_path, *rows)["gender"].unmapped == (("3", MANY),)
    found = attributes(tmp_path, *rows, left_out=MANY)
    assert (found["gender"].unmapped, found["gender"].other_rows, found["gender"].unseen) == ((), 0, ("1", "9"))
    assert found["tongue"].unseen == ("sgn",)
