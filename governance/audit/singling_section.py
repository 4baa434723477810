"""The section on who could be singled out by somebody who may look into the analysis zone."""

from governance.audit.blocks import Cell, Row, Section, Table, Text
from governance.audit.evidence import Evidence
from governance.audit.home_blocks import home_blocks
from governance.english import percent, rounded

_KNOWN = {
    "attributes": "Birth year, sex, ethnic group, first language and small area",
    "three_dates": "And three days on which something was recorded, drawn by lot",
    "three_rarest_dates": "And the three such days that fewest people share",
}


def singling_section(evidence: Evidence) -> Section:
    """Shares as the step `cohorts` measured them, beside the policy's ceilings."""
    found = evidence.cohorts.facts.get("singling_out") if evidence.cohorts else None
    intro = Text(
        "The analysis zone holds no name and no code, but needs and events of people. Somebody who may look into it and"
        " knows enough of one person could find that person's record and read the rest. So nobody but its analysts may"
        " look, no output lists people, and how many could be found is measured every month."
    )
    known = (Text(_sentence(evidence, found)), _table(found)) if found else (Text(_NOT_MEASURED),)
    blocks = (intro, *known, *home_blocks(evidence, found or {}))
    return Section(id="singling-out", title="What the analysis zone could single out", blocks=blocks)


_NOT_MEASURED = "This was not measured for this period yet: the step `joinedup cohorts DIR` does."


def _sentence(evidence: Evidence, found: dict[str, dict[str, float]]) -> str:
    policy, alike = evidence.bundle.policy, found["attributes"]
    unique, under_5 = rounded(alike["unique"], 1), rounded(alike["under_5"], 1)
    return (
        f"{unique} of people share birth year, sex, ethnic group, first language and small area with nobody (ceiling"
        f" {percent(policy.max_unique_people)}), and {under_5} with fewer than four others (ceiling"
        f" {percent(policy.max_under_5_people)}). Whoever also knows three days on which something happened to a person"
        f" finds {rounded(found['three_dates']['unique'], 1)} of people: exact days make nearly everybody one of a"
        " kind, so what is in this zone stays personal data."
    )


def _table(found: dict[str, dict[str, float]]) -> Table:
    rows: list[Row] = [
        (words, Cell(rounded(found[key]["unique"], 1), "number"), Cell(rounded(found[key]["under_5"], 1), "number"))
        for key, words in _KNOWN.items()
    ]
    return Table(
        caption="Share of people who fit what is known, measured in the analysis zone; only these shares leave it",
        head=("What is known", "One of a kind", "In groups under five"),
        rows=rows,
    )
