"""Rows with a legally restricted code are left out at the source: no preset, flag or mapping lets them through."""

import csv
import io
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

import pyarrow as pa

from governance.errors import BadInput, PolicyRefusal
from governance.intake.deliver import inside, path_of
from governance.intake.extracts import Intake
from governance.intake.guard import no_library_words
from governance.intake.reconcile import check_reconciles
from governance.restricted_codes import EDITION, prefixes
from governance.settings import Project
from governance.settings.project import RestrictedCodes
from governance.warehouse import drop, load_sql, load_table, materialise, quote_name, remove_rows

COLUMNS = ("code_system", "code")
_SYSTEMS = ("icd10", "opcs4", "snomed_ct")


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedReceipt:
    """Which lists were used, on which columns; how many rows went is in the counts of each file."""

    shipped: str = EDITION
    own: str = ""
    """Edition of the project's own list; empty without one."""
    columns: int = 0
    """Columns of codes that were looked at."""

    def as_dict(self) -> dict[str, str | int]:
        """For the source's receipt."""
        return asdict(self)


def leave_out_restricted(intake: Intake, root: Path, project: Project) -> RestrictedReceipt:
    """Leave out every row in which a column of codes holds a restricted one, and count it.

    Args:
        intake: Rows of its tables are deleted and its counts filled.
        root: The project folder.
        project: Names the project's own list.

    Raises:
        PolicyRefusal: The own list is not the file that was signed, or is needed and not named.
        BadInput: The own list is malformed.
    """
    coded = {
        file.id: {name: str(column.code_system) for name, column in file.columns.items() if column.code_system}
        for file in intake.source.files
    }
    looked_at = {file: {name: kind for name, kind in held.items() if kind in _SYSTEMS} for file, held in coded.items()}
    systems = {kind for held in looked_at.values() for kind in held.values()}
    own = _own_codes(root, project.restricted_codes, needed="snomed_ct" in systems, source=intake.source.id)
    with no_library_words(f"leaving out restricted codes of {intake.source.id}"):
        load_table(intake.con, "restricted_code", _table(own))
        for file, columns in looked_at.items():
            _leave_out(intake, file, columns)
        drop(intake.con, ("restricted_code",))
        check_reconciles(intake.counts)
    edition = project.restricted_codes.edition if project.restricted_codes else ""
    return RestrictedReceipt(own=edition, columns=sum(len(held) for held in looked_at.values()))


def _leave_out(intake: Intake, file: str, columns: Mapping[str, str]) -> None:
    con, before = intake.con, intake.counts[file].rows_out
    if not columns:
        return
    parts = " UNION ALL ".join(
        f"SELECT row_no, '{system}' AS code_system, {quote_name(name)} AS code FROM file_{file}"
        for name, system in columns.items()
    )
    materialise(con, "row_code", parts)
    materialise(con, "restricted_row", load_sql("governance", "restricted_row"))
    remove_rows(con, f"file_{file}", "row_no IN (SELECT row_no FROM restricted_row)")
    [(after,)] = con.execute(f"SELECT count(*) FROM file_{file}").fetchall()
    drop(con, ("row_code", "restricted_row"))
    intake.counts[file] = replace(intake.counts[file], rows_out=after, restricted=before - after)


def _table(own: list[tuple[str, str]]) -> pa.Table:
    shipped = [(system, code) for system in _SYSTEMS for code in prefixes(system)]
    rows = sorted({*shipped, *own})
    return pa.table(
        {
            "code_system": pa.array([system for system, _ in rows], pa.string()),
            "code": pa.array([code for _, code in rows], pa.string()),
        }
    )


def _own_codes(root: Path, named: RestrictedCodes | None, *, needed: bool, source: str) -> list[tuple[str, str]]:
    if named is None:
        if needed:
            raise _no_list(source)
        return []
    path = inside(root, path_of(named.path, ""))
    content = path.read_bytes() if path.is_file() else b""
    if sha256(content).hexdigest() != named.sha256:
        raise _other_file(named)
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig", "replace"))))
    codes = [(row[0].strip(), row[1].strip().upper().replace(".", "")) for row in rows[1:] if len(row) == len(COLUMNS)]
    if not rows or tuple(rows[0]) != COLUMNS or len(codes) != len(rows) - 1 or not _all_known(codes):
        raise _malformed(named)
    return codes


def _all_known(codes: list[tuple[str, str]]) -> bool:
    return bool(codes) and all(system in _SYSTEMS and len(code) > 1 for system, code in codes)


def _no_list(source: str) -> PolicyRefusal:
    return PolicyRefusal(
        f"{source}: it holds SNOMED CT codes, and no list says which of them the law restricts.",
        why="Codes of fertility treatment, sexual health, gender recognition and termination may not flow (SENS-02).",
        fix="Take the members of the four exclusion refsets from TRUD (`joinedup explain SENS-02` names them), save"
        " them as CSV with the columns code_system and code, and name the file under restricted_codes in project.yaml."
        " Nothing was written.",
        code="E-RESTRICTED-ABSENT",
    )


def _other_file(named: RestrictedCodes) -> PolicyRefusal:
    return PolicyRefusal(
        f"The list of restricted codes {named.path} is not there, or is not the file that was signed.",
        why="A shorter list would let restricted codes through (rule SENS-02).",
        fix="Put the signed file back, or set restricted_codes.sha256 to the new file's digest and have it approved."
        " Nothing was written.",
        code="E-RESTRICTED-DIGEST",
    )


def _malformed(named: RestrictedCodes) -> BadInput:
    return BadInput(
        f"The list of restricted codes {named.path} cannot be read.",
        why="A line that is misread would let a restricted code through.",
        fix=f"Write it as CSV with the columns {' and '.join(COLUMNS)}; systems are {', '.join(_SYSTEMS)}, codes have"
        " two characters or more. Nothing was written.",
        code="E-RESTRICTED-LIST",
    )
