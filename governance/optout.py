"""National Data Opt-Outs: which numbers to ask about, and who goes on after the answer.

The national service takes a list of NHS numbers over MESH and returns it without the people who opted out (the
cleaned list). People whose verified number is not on it are removed from every file before anything is encoded.
Who they were is kept nowhere: the receipt holds counts.

Source: NHS standard DCB3058 and the MESH file format of its check-for-opt-outs service.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from governance.errors import Awaiting, BadInput, Fault, PolicyRefusal
from governance.intake.deliver import inside, path_of
from governance.intake.extracts import Intake
from governance.intake.guard import no_library_words
from governance.intake.reconcile import check_reconciles
from governance.intake.wording import few
from governance.settings import Source
from governance.store import write_file
from governance.warehouse import drop, fetch_table, load_sql, load_table, materialise, quote_name, remove_rows

WORKFLOW = "SPINE_NTT_UPHOLDING"
RECIPIENT_MAILBOX = "X26HC036"
AWAITING = "E-OPTOUT-AWAITING"
"""The state of a run that has asked, or has yet to ask, which people opted out."""
_LINE = r"^[0-9]{10},?$"
_LINES_SHOWN = 10
_PLAUSIBLE_REMOVED_SHARE = 0.5
_PLAUSIBLE_FROM_NUMBERS = 100
_WORKING_TABLES = ("cleaned_list", "person_number", "person_record", "staying")


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutReceipt:
    """What was asked, what came back and what followed; nothing about any person."""

    status: Literal["applied", "exempt"]
    reason: str = ""
    """Why the source is exempt."""
    sent: int = 0
    """Distinct valid NHS numbers in the extract."""
    returned: int = 0
    """Distinct numbers on the cleaned list."""
    never_sent: int = 0
    """Numbers on the list that the extract does not hold: the list was made for an earlier delivery."""
    removed: int = 0
    """Records removed: a number of theirs is not on the list, or they could not be checked and are not to stay."""
    unverifiable: int = 0
    """Records without a valid number, kept or dropped as the source file says."""
    list_sha256: str = ""
    age_days: int = 0

    def as_dict(self) -> dict[str, str | int]:
        """For the source's receipt."""
        if self.status == "exempt":
            return {"status": self.status, "reason": self.reason}
        return {name: value for name, value in asdict(self).items() if name != "reason"}


def numbers_to_check(intake: Intake) -> list[str]:
    """The distinct valid NHS numbers of a source's extract, sorted: what to ask the national service about."""
    with no_library_words("collecting NHS numbers"):
        collect_numbers(intake)
        query = "SELECT DISTINCT nhs_number FROM person_number ORDER BY nhs_number"
        numbers: list[str] = fetch_table(intake.con, query)["nhs_number"].to_pylist()
        drop(intake.con, ["person_number"])
    return numbers


def request_name(mailbox: str, day: date, sequence: int) -> str:
    """The unique file name the service expects: ``<mailbox>-<ddmmyy>-<four digits>.dat``."""
    return f"{mailbox}-{day:%d%m%y}-{sequence:04d}.dat"


def write_request(path: Path, numbers: Sequence[str]) -> str:
    """Write the list to send: one number a line, a comma after each, line feeds only.

    The file holds NHS numbers: it stays in the source's own zone and is deleted once sent.

    Returns:
        SHA-256 of the content.

    Raises:
        BadInput: There are no numbers, or the name does not end in ``.dat``.
    """
    if not numbers:
        raise BadInput(
            "There is nothing to ask the opt-out service: the extract holds no NHS number that can be used.",
            why="The service looks people up by nothing else. Numbers that begin with 999 are for tests: they count"
            " among made-up people only.",
            fix="If the source should send numbers, ask it for them. If it has none, put an empty file where its"
            " `cleaned_list` says: what is signed as `unverifiable_records` then decides for everybody in it, and"
            " `drop` keeps nobody. Nothing was written.",
            code="E-OPTOUT-REQUEST",
        )
    if path.suffix != ".dat":
        raise BadInput(
            "The request is not named .dat.",
            why="The service refuses a file that is named otherwise.",
            fix="Use a name like MAILBOX-231126-0001.dat.",
            code="E-OPTOUT-REQUEST",
        )
    content = "".join(f"{number},\n" for number in numbers).encode("ascii")
    write_file(path, content)
    return sha256(content).hexdigest()


def list_age_days(path: Path, today: date) -> int:
    """Whole days since the list was last written (UTC); a list from after ``today`` is new."""
    written = datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).date()
    return max(0, (today - written).days)


def apply_opt_outs(intake: Intake, root: Path, source: Source, period: str, as_of: date) -> OptOutReceipt:
    """Remove the rows of people who opted out from every file, and count them.

    Args:
        intake: Rows of its tables are deleted and its ``counts`` filled.
        root: The project folder.
        source: Says whether opt-outs apply, where the list is, and what becomes of records without a number.
        period: Fills ``{period}`` in the list's path.
        as_of: Day of the run: the list's age is counted to it.

    Raises:
        Awaiting: There is no list yet.
        PolicyRefusal: Too old a list, or one that cannot be the answer to this extract.
        BadInput: The list is malformed.
    """
    settings = source.opt_outs
    if settings.national_data_opt_out == "exempt":
        return OptOutReceipt(status="exempt", reason=str(settings.exemption))
    with no_library_words(f"applying opt-outs to {source.id}"):
        name = path_of(str(settings.cleaned_list), period)
        content, age = _read_list(inside(root, name), name, source, as_of)
        load_table(intake.con, "cleaned_list", _numbers_on(content, name))
        collect_numbers(intake)
        receipt = _remove(intake, source, name, sha256(content).hexdigest(), age)
        drop(intake.con, _WORKING_TABLES)
        check_reconciles(intake.counts)
    return receipt


def _read_list(path: Path, name: str, source: Source, today: date) -> tuple[bytes, int]:
    if not path.is_file():
        raise Awaiting(
            f"{source.id}: awaiting the cleaned list; there is none at {name} yet.",
            why="Opt-outs must be applied before the data are used (rule NDOO-02).",
            fix=f"`joinedup optout request DIR {source.id} --mailbox ID` writes this period's NHS numbers as the"
            " national service wants them. Send that file over MESH, put the list that comes back there, and run again:"
            " the run goes on. Nothing was written.",
            code="E-OPTOUT-AWAITING",
        )
    age, allowed = list_age_days(path, today), source.opt_outs.max_age_days or 0
    if age > allowed:
        raise PolicyRefusal(
            f"{source.id}: the cleaned list {name} is {age} days old; {allowed} are allowed.",
            why="People may have opted out since (rule NDOO-02).",
            fix="Ask the national service again and put the new list there. Nothing was written.",
            code="E-OPTOUT-STALE",
        )
    return path.read_bytes(), age


def _numbers_on(content: bytes, name: str) -> pa.Table:
    """The distinct numbers of a cleaned list, as ``nhs_number``."""
    lines = pa.array(content.decode("ascii", "replace").splitlines(), pa.string())
    well_formed = pc.match_substring_regex(lines, _LINE)
    if bad := pc.indices_nonzero(pc.invert(well_formed)).to_pylist():
        raise _malformed(name, [at + 1 for at in bad], len(lines))
    return pa.table({"nhs_number": pc.unique(pc.utf8_slice_codeunits(lines, 0, 10))})


def _malformed(name: str, bad: list[int], lines: int) -> BadInput:
    fix = "Fetch the service's answer again and put it there unchanged. Nothing was written."
    if lines == 1:
        fix = "A single such line is the service's error file: correct the request and send it again."
    shown = [Fault(what="is not ten digits and a comma.", file=name, line=line) for line in bad[:_LINES_SHOWN]]
    return BadInput(
        f"{len(bad):,} of {lines:,} lines of the cleaned list {name} cannot be read.",
        why="A list that is misread lets people through who opted out, or removes people who did not.",
        fix=fix,
        code="E-OPTOUT-LIST",
        faults=shown,
    )


def collect_numbers(intake: Intake) -> None:
    """``person_number``: every record with every valid NHS number it has in any file of the source."""
    parts = [
        f"SELECT record_id, {quote_name(column)} AS nhs_number FROM file_{file.id}"
        for file in intake.source.files
        for column in file.columns_with_role("nhs_number")
    ] or ["SELECT record_id, CAST(NULL AS VARCHAR) AS nhs_number FROM file_" + intake.people_file]
    query = f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)}) AS held WHERE nhs_number IS NOT NULL"
    materialise(intake.con, "person_number", query)


def _remove(intake: Intake, source: Source, name: str, digest: str, age: int) -> OptOutReceipt:
    con = intake.con
    materialise(con, "person_record", f"SELECT DISTINCT record_id FROM file_{intake.people_file}")
    keep_unverifiable = source.opt_outs.unverifiable_records == "keep"
    materialise(con, "staying", load_sql("governance", "staying"), {"keep_unverifiable": keep_unverifiable})
    [facts] = fetch_table(con, load_sql("governance", "opt_out_counts")).to_pylist()
    receipt = OptOutReceipt(status="applied", list_sha256=digest, age_days=age, **facts)
    _check_answers(receipt, source, name)
    for file in source.files:
        _keep_staying(con, intake, file.id)
    return receipt


def _check_answers(receipt: OptOutReceipt, source: Source, name: str) -> None:
    """Refuse a list that cannot be the answer to this extract."""
    if receipt.returned == 0 < receipt.sent:
        raise BadInput(
            f"The cleaned list {name} is empty.",
            why="Applied as it is, it would remove everyone.",
            fix="Fetch the service's answer again; the file may have been cut on the way. Nothing was written.",
            code="E-OPTOUT-EMPTY",
        )
    implausible = (
        receipt.sent >= _PLAUSIBLE_FROM_NUMBERS
        and receipt.sent - (receipt.returned - receipt.never_sent) > _PLAUSIBLE_REMOVED_SHARE * receipt.sent
    )
    if receipt.returned > receipt.sent or implausible:
        wrong = "holds more numbers than were sent" if receipt.returned > receipt.sent else "lacks most numbers sent"
        raise PolicyRefusal(
            f"{source.id}: the cleaned list {name} {wrong} ({few(receipt.returned)} of {few(receipt.sent)}).",
            why="It answers another request; applied here it would remove the wrong people (rule NDOO-02).",
            fix="Put the answer to this period's request of this source there. Nothing was written.",
            code="E-OPTOUT-MISMATCH",
        )


def _keep_staying(con: duckdb.DuckDBPyConnection, intake: Intake, file: str) -> None:
    before = intake.counts[file].rows_out
    remove_rows(con, f"file_{file}", "record_id NOT IN (SELECT record_id FROM staying)")
    [(after,)] = con.execute(f"SELECT count(*) FROM file_{file}").fetchall()
    intake.counts[file] = replace(intake.counts[file], rows_out=after, opted_out=before - after)
