"""Protected records and restricted codes on the audit page: what each source did about them."""

from governance.audit.blocks import NOTHING, Cell, Row, Table, number
from governance.audit.evidence import Evidence
from governance.settings import Source

_WAYS = {"applied": "Left out here, by a local list", "attested": "Left out by the source beforehand, attested"}


def protected_table(evidence: Evidence) -> Table:
    """One row a source; the lists themselves are nowhere."""
    return Table(
        caption="Protected records and restricted codes, source by source",
        head=(
            "Source",
            "Protected records",
            "List age in days",
            "Records left out",
            "Columns of codes looked at",
            "Rows with a restricted code",
        ),
        rows=[_row(source, evidence) for source in evidence.bundle.sources],
        wide=True,
    )


def no_receipt(evidence: Evidence, source_id: str) -> Cell:
    """What stands where a source has no receipt: it is still to run, or the month went on without it."""
    return Cell("Has not run", "wait") if evidence.came(source_id) else Cell("No extract came", "warn")


def _row(source: Source, evidence: Evidence) -> Row:
    receipt, nothing = evidence.receipt(source.id), Cell(NOTHING, "number")
    if receipt is None:
        return (source.title, no_receipt(evidence, source.id), nothing, nothing, nothing, nothing)
    used, looked = receipt.get("sensitive", {}), receipt.get("restricted", {})
    way = _WAYS.get(used.get("status", ""), "")
    counts = [number(used[name]) if name in used else nothing for name in ("age_days", "removed")]
    rows = sum(count.get("restricted", 0) for count in receipt["files"].values())
    return (
        source.title,
        way or Cell("Nothing was done", "bad"),
        *counts,
        number(looked["columns"]) if looked else nothing,
        number(rows) if looked else nothing,
    )
