"""Sections that come from what ran: the data flow, opt-outs, reconciliation, digests."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from governance.audit.blocks import (
    NOTHING,
    Cell,
    Flow,
    Folded,
    Points,
    Row,
    Section,
    Table,
    Text,
    ZonePanel,
    code,
    number,
)
from governance.audit.checks import Reconciled, disagreements, publications, reconcile
from governance.audit.evidence import Evidence, Published
from governance.audit.words import EXEMPTIONS, REASONS, TABLES, spaced
from governance.settings import Source

_NOT_RUN = Cell("Has not run", "wait")
_NO_COUNTS = (Cell(NOTHING, "number"),) * 5


def flow_section(evidence: Evidence) -> Section:
    """What moved from where to where, drawn from manifests."""
    moved = Table(
        caption="What moved, in the order it was made",
        head=("What", "From", "To", "Tables and rows"),
        rows=[_moved_row(evidence, *one) for one in publications(evidence)],
        empty="Nothing has been published for this period yet.",
        wide=True,
    )
    text = (
        "Data move one way, through four zones; each zone has its own key. Drawn from what was published for this"
        " period, not from what was planned."
    )
    return Section(
        id="flow",
        title="Data flow that ran",
        blocks=(Text(text), Flow(_panels(evidence)), Folded(moved.caption, moved)),
    )


def _panels(evidence: Evidence) -> list[ZonePanel]:
    files = reconcile(evidence)
    ran = f"{len(evidence.receipts)} of {len(evidence.bundle.sources)} sources have run"
    index, report = evidence.index, evidence.report
    return [
        ZonePanel(
            "Source zones",
            "One for each organisation; the only place with identifiers",
            (
                ran,
                f"{sum(file.rows_in for file in files):,} rows read",
                f"{sum(file.rows_out for file in files):,} rows left after checks and opt-outs",
            ),
        ),
        ZonePanel(
            "Linkage zone",
            "Keyed encodings; no needs, no events",
            (
                f"{_rows(evidence.views, 'record'):,} records",
                f"{_rows(evidence.views, 'view'):,} encoded views",
                _persons(index),
            ),
        ),
        ZonePanel(
            "Analysis zone",
            "Needs and events; no identifiers, no encodings",
            (
                f"{_rows(evidence.payload, 'record_person'):,} records described",
                f"{_rows(evidence.payload, 'record_event'):,} events",
                f"{_rows(evidence.payload, 'record_need'):,} pieces of evidence of need",
                "Cohort results made" if evidence.cohorts else "Cohorts have not run",
            ),
        ),
        ZonePanel(
            "Public",
            "Counts after disclosure control only",
            ("Board report released" if report else "No report has been released",),
        ),
    ]


def _persons(index: Published | None) -> str:
    return f"{index.facts['persons']:,} persons found" if index and "persons" in index.facts else "Linking has not run"


def _rows(packages: Mapping[str, Published], table: str) -> int:
    return sum(found.facts["tables"].get(table, {"rows": 0})["rows"] for found in packages.values())


_ROUTES = {
    "receipt": ("Source", "Source (counts and digests)"),
    "views": ("Source", "Linkage zone"),
    "payload": ("Source", "Analysis zone"),
    "linkage result": ("Linkage zone", "Linkage zone (restricted)"),
    "person index": ("Linkage zone", "Analysis zone"),
    "cohort results": ("Analysis zone", "Analysis zone (exact counts)"),
    "board report": ("Analysis zone", "Public"),
}


def _moved_row(evidence: Evidence, name: str, source_id: str, found: Published) -> Row:
    start, stop = _ROUTES[name]
    title = evidence.bundle.source(source_id).title if source_id else ""
    tables = found.facts.get("tables", {})
    held = "; ".join(f"{TABLES.get(table, table)} {facts['rows']:,}" for table, facts in sorted(tables.items()))
    return (f"{title}: {name}" if title else name.capitalize(), title or start, stop, held or NOTHING)


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
    return Section(id="opt-outs", title="Opt-outs", blocks=(Text(text), table))


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
        return (source.title, held, _NOT_RUN, *_NO_COUNTS)
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
        caption="Rows in = rows out + rejected + opted out + duplicate",
        head=("Source and file", "In", "Out", "Rejected", "Opted out", "Duplicate", "Adds up"),
        rows=[_equation_row(titles[one.source], one) for one in found],
        empty="No source has run for this period yet.",
        wide=True,
    )
    text = "Exact counts of rows. They stand on this page only; anything published goes through disclosure control."
    blocks = (Text(text), equation, _set_aside(evidence, titles), _without_home(evidence, titles))
    return Section(id="reconciliation", title="Every row accounted for", blocks=blocks)


def _equation_row(title: str, one: Reconciled) -> Row:
    counts = (one.rows_in, one.rows_out, one.rejected, one.opted_out, one.duplicate)
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


def digests_section(evidence: Evidence, code_version: str, policy_version: str) -> Section:
    """What names every file, so that it can be compared with another copy."""
    published = Table(
        caption="Digests of what was published (SHA-256 of each manifest)",
        head=("What", "SHA-256", "Key id"),
        rows=[_digest_row(evidence, *one) for one in publications(evidence)],
        empty="Nothing has been published for this period yet.",
        wide=True,
    )
    configs = Table(
        caption="Digests of the config files (SHA-256 of their exact bytes)",
        head=("File", "SHA-256"),
        rows=[(code(name), code(sha256(file.raw).hexdigest())) for name, file in sorted(evidence.bundle.files.items())],
        wide=True,
    )
    lookup = evidence.bundle.project.lookup
    versions = (
        f"Policy version {policy_version}; code version {code_version} wrote this page.",
        f"Area look-up: {lookup.edition}, SHA-256 {spaced(lookup.sha256, 4)} …",
        *(f"Made by code version {version}: {who}" for version, who in _made_by(evidence).items()),
    )
    wrong = disagreements(evidence)
    agree = Points(wrong) if wrong else Text("Receipts, packages, ledger, config and key ids agree with each other.")
    blocks = (agree, Points(versions), Folded(published.caption, published), Folded(configs.caption, configs))
    return Section(id="digests", title="Versions and digests", blocks=blocks)


def _digest_row(evidence: Evidence, name: str, source_id: str, found: Published) -> Row:
    title = f"{evidence.bundle.source(source_id).title}: {name}" if source_id else name.capitalize()
    return (title, code(found.sha256), code(found.facts.get("kid", NOTHING)))


def _made_by(evidence: Evidence) -> dict[str, str]:
    made: dict[str, list[str]] = {}
    for name, source_id, found in publications(evidence):
        if "code_version" in found.facts:
            made.setdefault(found.facts["code_version"], []).append(f"{name} of {source_id}" if source_id else name)
    return {version: f"{len(names)} publications" for version, names in sorted(made.items())}
