"""Sections that account for rows: opt-outs, reconciliation, what was set aside and why."""

from collections.abc import Mapping
from typing import Any

from governance.audit.blocks import NOTHING, Block, Cell, Row, Section, Table, Text, code, number
from governance.audit.checks import Reconciled, reconcile
from governance.audit.evidence import Evidence
from governance.audit.protected_section import no_receipt, protected_table
from governance.audit.words import EXEMPTIONS, REASONS
from governance.settings import Source

_NO_COUNTS = (Cell(NOTHING, "number"),) * 5

_LEFT_OUT = ("Rejected", "Opted out", "Protected", "Restricted", "Duplicate")


def opt_outs_section(evidence: Evidence) -> Section:
    """What was done about opt-outs, source by source."""
    table = Table(
        caption="National Data Opt-Outs, source by source",
        head=(
            "Source",
            "Confidential patient information",
            "What was done",
            "Sent",
            "Returned",
            "People removed",
            "Could not be checked",
            "List age in days",
        ),
        rows=[_opt_out_row(source, evidence) for source in evidence.bundle.sources],
        wide=True,
    )
    text = (
        "People who opted out are removed inside the source, before anything is encoded. Records without an NHS number"
        " could not be checked; each source's file says whether they are kept. Opt-out status is stored nowhere."
    )
    left_out = (
        "Records of people under protection, and rows with a legally restricted code, are left out there too. Their"
        " lists stay with the source."
    )
    blocks = (Text(text), table, Text(left_out), protected_table(evidence))
    return Section(id="opt-outs", title="Opt-outs and protected records", blocks=blocks)


def _opt_out_row(source: Source, evidence: Evidence) -> Row:
    said = source.opt_outs
    held = "Yes" if said.confidential_patient_information else "No"
    receipt = evidence.receipt(source.id)
    if said.national_data_opt_out == "exempt":
        return (
            source.title,
            held,
            f"Exempt: {EXEMPTIONS[said.exemption or 'not_cpi']}",
            *[Cell(NOTHING, "number")] * 5,
        )
    if receipt is None:
        return (source.title, held, no_receipt(evidence, source.id), *_NO_COUNTS)
    used = receipt["opt_outs"]
    kept = "kept" if said.unverifiable_records == "keep" else "left out"
    done = (
        Cell("No cleaned list", "bad")
        if not used.get("list_sha256")
        else f"Cleaned list applied; unchecked records {kept}"
    )
    names = ("sent", "returned", "removed", "unverifiable", "age_days")
    counts = [number(used[name]) if name in used else Cell(NOTHING, "number") for name in names]
    return (source.title, held, done, *counts)


def reconciliation_section(evidence: Evidence) -> Section:
    """Every row accounted for, and why rows and values were set aside."""
    found = reconcile(evidence)
    titles = {source.id: source.title for source in evidence.bundle.sources}
    equation = Table(
        caption="Rows in = rows out + rejected + opted out + protected + restricted + duplicate",
        head=("Source and file", "In", "Out", *_LEFT_OUT, "Adds up"),
        rows=[_equation_row(titles[one.source], one) for one in found],
        empty="No source has run for this period yet.",
        wide=True,
    )
    text = "Exact counts of rows. They stand on this page only; anything published goes through disclosure control."
    again = [Text(each) for each in _came_again(evidence, titles)]
    blocks: list[Block] = [Text(text), equation, *again]
    blocks += [_set_aside(evidence, titles), _without_home(evidence, titles)]
    return Section(id="reconciliation", title="Every row accounted for", blocks=blocks)


def _came_again(evidence: Evidence, titles: Mapping[str, str]) -> list[str]:
    """Files of events that say what an earlier month's said, beside others that changed."""
    return [
        f"{titles[source]}: {file} says what it said in {month}, row for row. Unless the source confirms that nothing"
        " happened since, what came after is not known, though it counts as no contact."
        for source in titles
        for file, month in sorted((evidence.receipt(source) or {}).get("repeated", {}).items())
    ]


def _equation_row(title: str, one: Reconciled) -> Row:
    left_out = (one.rejected, one.opted_out, one.protected, one.restricted, one.duplicate)
    counts = (one.rows_in, one.rows_out, *left_out)
    wrong = f"No: {one.unexplained:+,} rows unexplained" if one.unexplained else "No: a count is below zero"
    verdict = Cell("Yes", "good") if one.holds else Cell(wrong, "bad")
    return (f"{title}: {one.file}", *map(number, counts), verdict)


def _set_aside(evidence: Evidence, titles: Mapping[str, str]) -> Table:
    rows = [
        (
            f"{titles[source]}: {one['file']}",
            code(one["column"]) if one["column"] else "Whole row",
            REASONS.get(one["code"], one["code"]),
            number(one["rows"]),
        )
        for source in titles
        for one in (evidence.receipt(source) or {}).get("rejects", [])
    ]
    return Table(
        caption="Why rows were left out or values became missing",
        head=("Source and file", "Column", "Reason", "Rows"),
        rows=rows,
        empty="Nothing was set aside.",
        wide=True,
    )


def _without_home(evidence: Evidence, titles: Mapping[str, str]) -> Table:
    """Records that linkage or the area look-up could do little with."""
    rows: list[Row] = []
    for source in titles:
        if (receipt := evidence.receipt(source)) is None:
            continue
        records = receipt["records"]
        counts = [records.get(name) for name in ("total", "with_nhs_number", "no_view", "one_view")]
        counts += [receipt["postcodes_unmatched"], *(_rows_of(receipt, name) for name in ("unmapped", "undated"))]
        rows.append((titles[source], *(Cell(NOTHING, "number") if one is None else number(one) for one in counts)))
    return Table(
        caption="How well records can be linked and placed",
        head=(
            "Source",
            "Records",
            "With an NHS number",
            "No blocking rule fits",
            "One rule fits",
            "Postcode not in look-up",
            "Rows with an unlisted code",
            "Rows without a date",
        ),
        rows=rows,
        empty="No source has run for this period yet.",
        wide=True,
    )


def _rows_of(receipt: Mapping[str, Any], name: str) -> int:
    return sum(one["rows"] for one in receipt.get(name, []))
