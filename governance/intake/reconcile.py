"""Every row delivered is accounted for: in = out + rejected + opted out + protected + restricted + duplicate."""

import itertools
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pyarrow as pa
import pyarrow.compute as pc

from governance.english import percent
from governance.errors import ExtractError, Fault, InternalError
from governance.intake.reasons import MEANINGS, Reason
from governance.intake.wording import few
from governance.settings import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCounts:
    """Rows of one file. Exact: for the audit page only."""

    rows_in: int
    rows_out: int
    rejected: int
    opted_out: int = 0
    protected: int = 0
    """Of people on the source's list of protected records."""
    restricted: int = 0
    """With a legally restricted code."""
    duplicate: int = 0

    @property
    def reconciles(self) -> bool:
        """Whether the equation holds."""
        left_out = self.rejected + self.opted_out + self.protected + self.restricted + self.duplicate
        return self.rows_in == self.rows_out + left_out

    def as_dict(self) -> dict[str, int]:
        """For a receipt."""
        return asdict(self)


def check_reconciles(counts: Mapping[str, FileCounts]) -> None:
    """Check the equation for every file.

    Raises:
        InternalError: Rows were lost or counted twice; names the files.
    """
    wrong = sorted(file for file, count in counts.items() if not count.reconciles)
    if wrong:
        raise InternalError(
            f"Rows of {', '.join(wrong)} are not all accounted for.",
            why="What came in must be what goes on and what was left out, or people are lost without a trace.",
            fix="Report this; nothing was written.",
            code="E-RECONCILE",
        )


def summarise(rejects: pa.Table) -> list[dict[str, str | int]]:
    """Rejects by file, column and code, without row numbers: what a receipt holds.

    Returns:
        Dictionaries with ``file``, ``column``, ``code`` and ``rows``, sorted.
    """
    keys = ["file", "column", "code"]
    counted = rejects.group_by(keys).aggregate([("row_no", "count")]).rename_columns([*keys, "rows"])
    found: list[dict[str, str | int]] = counted.sort_by([(key, "ascending") for key in keys]).to_pylist()
    return found


def check_rejected_share(
    source: Source, names: Mapping[str, str], counts: Mapping[str, FileCounts], rejects: pa.Table
) -> None:
    """Refuse the extract if too many rows of any file had to be left out.

    Args:
        source: Holds the largest share allowed.
        names: What each file is called in messages, by file id.
        counts: What happened to its rows.
        rejects: One row per rejected row or value.

    Raises:
        ExtractError: Says how many rows of which file, and why.
    """
    may_be_empty = {file.id for file in source.files if file.may_be_empty}
    of_file = {file: rejects.filter(pc.equal(rejects["file"], file)) for file in counts}
    faults = [
        fault
        for file, count in counts.items()
        if _too_many(
            count, source.max_rejected_share, _closing(count, of_file[file], may_be_empty=file in may_be_empty)
        )
        for fault in _share_faults(names[file], count, of_file[file])
    ]
    if faults:
        raise ExtractError(
            f"{source.id}: too many rows cannot be used (more than {percent(source.max_rejected_share)} of a file).",
            why="So many at once are a fault of the extract; going on would silently lose those people.",
            fix="Ask the source to mend the extract, or raise max_rejected_share in"
            f" sources/{source.id}.yaml if this is how its data are. Nothing was written.",
            code="E-EXTRACT-REJECTED",
            faults=faults,
        )


CLOSING_LINES = 3
"""How many lines at the end of a file may hold an id alone and say nothing of its quality: a total, a date, an end."""


def _closing(count: FileCounts, rejects: pa.Table, *, may_be_empty: bool) -> int:
    """Lines at the very end that hold an id alone; none where nothing else came, unless that may be."""
    bare = pc.equal(rejects["code"], Reason.NOTHING_BUT_ID)
    rows = set(rejects.filter(bare)["row_no"].to_pylist())
    found = len(list(itertools.takewhile(rows.__contains__, range(count.rows_in, 0, -1))))
    is_end = found <= CLOSING_LINES and (found < count.rows_in or may_be_empty)
    return found if is_end else 0


def _too_many(count: FileCounts, share: float, closing: int) -> bool:
    """In the eight rows of a small charity a single row would be an eighth, and says nothing of a share.

    So where the share allows some rows, but less than one of this file, one is allowed; where it allows none, none is.
    """
    allowed, rejected = share * count.rows_in, count.rejected - closing
    one_of_several = rejected == 1 < count.rows_in
    return rejected > allowed and not (one_of_several and 0 < allowed < 1)


def _share_faults(name: str, count: FileCounts, rejects: pa.Table) -> list[Fault]:
    by_code = {str(row["code"]): int(row["rows"]) for row in summarise(rejects)}
    reasons = [reason for reason in Reason if MEANINGS[reason].rejects_row and reason in by_code]
    total = Fault(file=name, what=f"{few(count.rejected)} of {few(count.rows_in)} rows were rejected.")
    return [total] + [
        Fault(file=name, what=f"{reason}, {few(by_code[reason])} rows.", fix=_explained(reason)) for reason in reasons
    ]


def _explained(reason: Reason) -> str:
    return f"{MEANINGS[reason].sentence} {MEANINGS[reason].fix}"
