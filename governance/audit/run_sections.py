"""Sections that come from what was published: the data flow, versions and digests."""

from collections.abc import Mapping
from hashlib import sha256

from governance.audit.blocks import (
    NOTHING,
    Flow,
    Folded,
    Picture,
    Points,
    Row,
    Section,
    Table,
    Text,
    ZonePanel,
    code,
)
from governance.audit.checks import disagreements, publications, reconcile
from governance.audit.drawing import draw
from governance.audit.evidence import Evidence, Published
from governance.audit.words import TABLES, spaced


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
        blocks=(
            Text(text),
            Flow(_panels(evidence)),
            Picture("What was sent where", draw(evidence)),
            Folded(moved.caption, moved),
        ),
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
