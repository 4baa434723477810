"""The section on what each source newly sent, held against its own earlier months."""

from typing import Any

from governance.audit.blocks import Block, Cell, Row, Section, Table, Text
from governance.audit.evidence import Evidence
from governance.english import percent, rounded


def arrivals_section(evidence: Evidence) -> Section:
    """New records by source, those that no other source knows, and what was never seen before."""
    facts = evidence.linked.facts if evidence.linked else {}
    policy = evidence.bundle.policy
    intro = (
        "A source that adds records of its own making could learn from a released count whether somebody is in it. It"
        " would have to send more new records than usual, or records that no other source knows. Each month is held"
        f" against the source's own earlier months: more than {policy.max_new_records_ratio:g} times the most new"
        f" records so far, or {percent(policy.max_unmatched_rise)} more of them unknown to all others than ever, is"
        " marked."
    )
    blocks: list[Block] = [Text(intro), Text(_verdict(facts))]
    if facts.get("arrivals"):
        blocks.append(_table(evidence, facts))
    return Section(id="arrivals", title="New records", blocks=tuple(blocks))


def _verdict(facts: dict[str, Any]) -> str:
    if not facts.get("arrivals"):
        return "Nothing to hold against: no earlier month tells which records are new, or linking has not run."
    if not facts.get("arrivals_months"):
        return "This is the first month in which new records could be told; later ones are held against it."
    marked = len(facts["unusual_arrivals"])
    if not marked:
        return "Nothing is beyond what the same sources sent before."
    return f"{marked} marked below. Ask the source what changed before the counts of this month are released."


def _table(evidence: Evidence, facts: dict[str, Any]) -> Table:
    marked = {(one["source"], one["what"]) for one in facts["unusual_arrivals"]}
    rows: list[Row] = []
    for source, own in facts["arrivals"].items():
        told = [what for which, what in sorted(marked) if which == source]
        rows.append(
            (
                evidence.bundle.source(source).title,
                Cell(f"{own['records']:,}", "number"),
                Cell(f"{own['new']:,}", "number"),
                Cell(rounded(own["alone"] / own["new"]) if own["new"] else "none", "number"),
                Cell("More than ever: " + " and ".join(told), "warn") if told else Cell("Usual", "good"),
            )
        )
    return Table(
        caption="New records by source",
        head=("Source", "Records", "New", "Of the new, known to no other source", "Against earlier months"),
        rows=rows,
        wide=True,
    )
