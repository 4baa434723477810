"""The section on what codes expose to somebody who sees the linkage zone and holds no key."""

from typing import Any

from governance.audit.blocks import Cell, Row, Section, Table, Text
from governance.audit.evidence import Evidence
from governance.english import rounded
from governance.exposure import SEES, read_receipt, receipt_for

_SCENARIOS = {
    "register": ("One register", "people"),
    "with_second_source": ("With a second large source", "people_with_second_source"),
}


def exposure_section(evidence: Evidence) -> Section:
    """The table of the receipt that holds for this config, in plain words."""
    bundle = evidence.bundle
    receipt = receipt_for(bundle.project.linkage, read_receipt(bundle.root))
    intro = Text(
        "No value can be read from a code without a key. But the linkage zone sees which records share a block, and"
        " somebody who has a list of everybody could look for people who share blocks in a way that nobody else does."
        " The table gives the share of people who could be told from all others so: an upper bound, since the list is"
        " taken to be exact and complete. Fewer people are easier to tell apart, so a small area exposes more. The"
        " ceilings in policy.yaml are for a register alone; a large second source that may hold a person twice exposes"
        " far more under the loose rules that ship, if the intruder also knows exactly whom it holds."
    )
    trust = Text(
        "All this holds while no source and no key holder works together with the linkage zone. With a key nothing of"
        " it counts: every record encoded under that key could be identified by trying names and dates."
    )
    blocks = (intro, _table(receipt), trust) if receipt else (intro, Text(_NOT_MEASURED), trust)
    return Section(id="exposure", title="What the linkage zone could infer", blocks=blocks)


_NOT_MEASURED = "This was not measured for these linkage settings; `joinedup exposure DIR --record` does."


def _table(receipt: Any) -> Table:
    rows: list[Row] = [
        (
            f"{title} of {receipt[people]:,}" if scenario == "register" else f"{title}, {receipt[people]:,} people",
            SEES[cell["sees"]].capitalize(),
            Cell(f"{cell['seeds']:.0%}", "number"),
            Cell(rounded(cell["unique"], 2), "number"),
        )
        for scenario, (title, people) in _SCENARIOS.items()
        for cell in receipt[scenario]
    ]
    return Table(
        caption="Measured on made-up people; each line uses all that the lines above it use",
        head=("In the zone", "The intruder sees", "Known already", "Unique"),
        rows=rows,
        wide=True,
    )
