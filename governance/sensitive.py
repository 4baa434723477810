"""Protected records: people who must not be found are left out inside the source, before anything is encoded.

People whose record is marked sensitive on the Personal Demographics Service, who were adopted, whose gender was
reassigned or who are under witness protection often have a new NHS number; whoever joins the old to the new undoes the
protection. The source keeps a list of their numbers and of its own record ids. Every record that holds a listed number
or id is left out, then every record that shares a number with one left out, and so on: a superseded number bridges
nothing.

The list is read and never copied. A digest of a short list of NHS numbers could be undone by trying all numbers, so the
receipt holds a keyed one.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
from cryptography.hazmat.primitives import hashes, hmac

from governance.errors import BadInput, Fault, PolicyRefusal
from governance.intake.deliver import inside, path_of
from governance.intake.extracts import Intake
from governance.intake.guard import no_library_words
from governance.intake.reconcile import check_reconciles
from governance.intake.rows import with_pseudonyms
from governance.keys.ring import Secret
from governance.optout import collect_numbers, list_age_days
from governance.settings import Source
from governance.warehouse import drop, load_sql, load_table, materialise, remove_rows

COLUMNS = ("nhs_number", "superseded_nhs_number", "record_id")
_LINES_SHOWN = 10
_WORKING_TABLES = ("protected_record", "listed_number", "listed_record", "person_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitiveReceipt:
    """Which list was used and what followed; nothing about any person."""

    status: Literal["applied", "attested", "absent"]
    list_hmac: str = ""
    """HMAC-SHA256 of the list under a key of the source: says which list, to whoever holds the key."""
    age_days: int = 0
    removed: int = 0
    """Records left out, those already gone by an opt-out not counted."""

    def as_dict(self) -> dict[str, str | int]:
        """For the source's receipt."""
        return asdict(self) if self.status == "applied" else {"status": self.status}


def find_protected(
    intake: Intake, root: Path, source: Source, period: str, as_of: date, record_key: Secret
) -> SensitiveReceipt:
    """Find the records to leave out, as table ``protected_record``; before opt-outs, while every number is there.

    Args:
        intake: Its tables are read.
        root: The project folder.
        source: Says where the list is.
        period: Fills ``{period}`` in the list's path.
        as_of: Day of the run: the list's age is counted to it.
        record_key: Makes the pseudonyms of listed record ids, and the list's keyed digest.

    Raises:
        PolicyRefusal: There is no list, or it is too old.
        BadInput: The list is malformed.
    """
    settings = source.sensitive_records
    if settings is None or settings.path is None:
        return SensitiveReceipt(status="attested" if settings else "absent")
    with no_library_words(f"leaving out protected records of {source.id}"):
        name = path_of(settings.path, period)
        content, age = _read(inside(root, name), name, source, settings.max_age_days or 0, as_of)
        numbers, local = _parsed(content, name)
        load_table(intake.con, "listed_number", numbers)
        listed = with_pseudonyms(local, record_key, source.id)
        load_table(intake.con, "listed_record", listed)
        collect_numbers(intake)
        materialise(intake.con, "protected_record", load_sql("governance", "protected_record"))
        drop(intake.con, ("listed_number", "listed_record", "person_number"))
    return SensitiveReceipt(status="applied", list_hmac=_keyed_digest(content, record_key), age_days=age)


def leave_out_protected(intake: Intake, found: SensitiveReceipt) -> SensitiveReceipt:
    """Leave them out of every file, and count them. Called after opt-outs, with what :func:`find_protected` gave."""
    if found.status != "applied":
        return found
    con = intake.con
    with no_library_words(f"leaving out protected records of {intake.source.id}"):
        people = (
            f"SELECT DISTINCT record_id FROM file_{intake.people_file} SEMI JOIN protected_record USING (record_id)"
        )
        [(removed,)] = con.execute(f"SELECT count(*) FROM ({people}) AS held").fetchall()
        for file in intake.source.files:
            _keep_others(con, intake, file.id)
        drop(con, ("protected_record",))
        check_reconciles(intake.counts)
    return replace(found, removed=removed)


def _keep_others(con: duckdb.DuckDBPyConnection, intake: Intake, file: str) -> None:
    before = intake.counts[file].rows_out
    remove_rows(con, f"file_{file}", "record_id IN (SELECT record_id FROM protected_record)")
    [(after,)] = con.execute(f"SELECT count(*) FROM file_{file}").fetchall()
    intake.counts[file] = replace(intake.counts[file], rows_out=after, protected=before - after)


def _read(path: Path, name: str, source: Source, allowed: int, today: date) -> tuple[bytes, int]:
    if not path.is_file():
        raise PolicyRefusal(
            f"{source.id}: there is no list of protected records at {name}.",
            why="People under protection could be found by who joins their old and new records (rule SENS-01).",
            fix=f"Put the list there: CSV with the columns {', '.join(COLUMNS)}; the header alone if there is nobody."
            " Nothing was written.",
            code="E-SENSITIVE-ABSENT",
        )
    age = list_age_days(path, today)
    if age > allowed:
        raise PolicyRefusal(
            f"{source.id}: the list of protected records {name} is {age} days old; {allowed} are allowed.",
            why="People may have come under protection since (rule SENS-01).",
            fix="Make the list again and put it there. Nothing was written.",
            code="E-SENSITIVE-STALE",
        )
    return path.read_bytes(), age


def _parsed(content: bytes, name: str) -> tuple[pa.Table, pa.Table]:
    """Listed numbers and own ids; a list that cannot be read as a whole is refused."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"))))
    if not rows or tuple(cell.strip() for cell in rows[0]) != COLUMNS:
        raise _malformed(name, [Fault(what="is not the header.", fix=f"Write: {','.join(COLUMNS)}", file=name, line=1)])
    faults = [fault for number, row in enumerate(rows[1:], start=2) for fault in _row_faults(row, name, number)]
    if faults:
        raise _malformed(name, faults)
    cells = [[cell.strip() for cell in row] for row in rows[1:] if any(cell.strip() for cell in row)]
    numbers = sorted({_digits(row[at]) for row in cells for at in (0, 1)} - {""})
    local = sorted({row[2] for row in cells} - {""})
    return pa.table({"nhs_number": pa.array(numbers, pa.string())}), pa.table(
        {"local_id": pa.chunked_array([pa.array(local, pa.string())])}
    )


def _digits(cell: str) -> str:
    return cell.replace(" ", "").replace("-", "")


def _row_faults(row: list[str], name: str, line: int) -> Iterator[Fault]:
    if not any(cell.strip() for cell in row):
        return
    if len(row) != len(COLUMNS):
        yield Fault(what=f"has {len(row)} cells, not {len(COLUMNS)}.", file=name, line=line)
        return
    for column, cell in zip(COLUMNS[:2], row, strict=False):
        digits = _digits(cell.strip())
        if digits and not (digits.isascii() and digits.isdigit() and len(digits) == 10):
            yield Fault(what=f"{column} is not ten digits.", file=name, line=line)


def _malformed(name: str, faults: list[Fault]) -> BadInput:
    return BadInput(
        f"The list of protected records {name} cannot be read: {len(faults)} of its lines are not as described.",
        why="Whoever stands on a line that is misread would be let through.",
        fix=f"Write it as CSV with the columns {', '.join(COLUMNS)}; each may be empty. Nothing was written.",
        code="E-SENSITIVE-LIST",
        faults=faults[:_LINES_SHOWN],
    )


def _keyed_digest(content: bytes, key: Secret) -> str:
    mac = hmac.HMAC(key.subkey("sensitive list").reveal(), hashes.SHA256())
    mac.update(content)
    return mac.finalize().hex()
