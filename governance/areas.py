"""The postcode look-up the user supplies: checked against its signed digest, then small enough to join."""

from functools import partial
from pathlib import Path

import pyarrow as pa

from governance.errors import BadInput, Fault, PolicyRefusal
from governance.intake.checks import define_checks
from governance.intake.clean import clean_text
from governance.intake.decode import NotText
from governance.intake.guard import no_library_words
from governance.intake.read import Dialect, read_csv
from governance.intake.table import RawTable
from governance.intake.wording import few
from governance.settings.project import AreaLookup
from governance.signed_file import read_signed
from governance.warehouse import connect, fetch_table, load_sql, load_table

COLUMNS = ("postcode", "small_area", "ward", "district", "deprivation_decile")


def load_area_lookup(root: Path, lookup: AreaLookup) -> pa.Table:
    """The look-up, one row per postcode, sorted by it.

    Args:
        root: The project folder.
        lookup: Path and SHA-256 from the signed ``project.yaml``.

    Returns:
        Columns postcode (capitals, one space), small_area, ward, district (text), deprivation_decile (int8, 1 most
        deprived, null where the edition has none).

    Raises:
        PolicyRefusal: It is not the file that was signed.
        BadInput: Columns are missing, postcodes repeat or are none, deciles are not 1 to 10.
    """
    with no_library_words("reading the area look-up"):
        raw = _read(root, lookup)
        if faults := _column_faults(raw):
            raise _bad(lookup, faults)
        con = connect()
        define_checks(con)
        at = {name: clean_text(raw.columns[raw.header.index(name)], missing=[]) for name in COLUMNS}
        load_table(con, "delivered_area", pa.table(at))
        [counts] = fetch_table(con, load_sql("governance", "area_faults")).to_pylist()
        if faults := _row_faults(counts):
            raise _bad(lookup, faults)
        return fetch_table(con, load_sql("governance", "area_lookup"))


def check_is_signed(root: Path, lookup: AreaLookup) -> None:
    """Check that a look-up that is here is the one of the project file; machines without a source need none.

    Raises:
        PolicyRefusal: It is another file.
        BadInput: It cannot be read.
    """
    if (root / lookup.path).exists():
        _signed_bytes(root, lookup)


def _signed_bytes(root: Path, lookup: AreaLookup) -> bytes:
    return read_signed(root, lookup, bad=partial(_bad, lookup), other=partial(_other_file, lookup))


def _read(root: Path, lookup: AreaLookup) -> RawTable:
    content = _signed_bytes(root, lookup)
    try:
        return read_csv(content, Dialect())
    except NotText as error:
        raise _bad(lookup, [error.fault]) from None


def _other_file(lookup: AreaLookup) -> PolicyRefusal:
    return PolicyRefusal(
        f"{lookup.path} is not the look-up whose digest project.yaml gives.",
        why="Another edition puts people in other areas and deprivation groups, and nobody would see it.",
        fix="Restore the file that was signed for; or, for a new edition, set lookup.edition and lookup.sha256 in"
        f" project.yaml (`sha256sum {lookup.path}` prints it) and have the project approved again.",
        code="E-LOOKUP-DIGEST",
    )


def _column_faults(raw: RawTable) -> list[Fault]:
    faults = [
        Fault(what=f"column `{name}` is missing or stands twice.", fix="Give it once.")
        for name in COLUMNS
        if raw.header.count(name) != 1
    ]
    if raw.rows_in == 0:
        faults.append(Fault(what="has a header and no rows.", fix="Put the whole look-up there."))
    if raw.aside:
        faults.append(Fault(what=f"{few(len(raw.aside))} rows have more or fewer cells than the header."))
    return faults


def _row_faults(counts: dict[str, int]) -> list[Fault]:
    wordings = {
        "not_postcodes": ("rows have no well-formed postcode.", "Correct or remove them."),
        "repeated": ("postcodes stand in several rows.", "Keep one row a postcode."),
        "not_deciles": ("rows have a deprivation_decile that is not 1 to 10.", "1 is most deprived; empty is allowed."),
    }
    return [
        Fault(what=f"{few(counts[name])} {what}", fix=fix) for name, (what, fix) in wordings.items() if counts[name]
    ]


def _bad(lookup: AreaLookup, faults: list[Fault]) -> BadInput:
    return BadInput(
        f"The area look-up {lookup.path} cannot be used.",
        why="People without an area, or with two, would be missing from every breakdown by place and deprivation.",
        fix="Mend the lines above, set the new lookup.sha256 in project.yaml, and have it approved again.",
        code="E-LOOKUP",
        faults=faults,
    )
