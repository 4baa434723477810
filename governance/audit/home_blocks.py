"""What the home token adds to who could be singled out in the analysis zone, for the audit page."""

from collections.abc import Mapping
from typing import Any

from governance.audit.blocks import Cell, Row, Table, Text
from governance.audit.evidence import Evidence
from governance.english import rounded
from governance.exposure import read_receipt
from governance.home_rungs import home_rungs, tells_homes
from governance.shipped_exposure import ANALYSIS_ZONE


def home_blocks(evidence: Evidence, found: Mapping[str, Any]) -> tuple[Text | Table, ...]:
    """What was measured of these people's homes, and of made-up ones; made-up ones alone where no home is told."""
    own = read_receipt(evidence.bundle.root)
    made_up = own if own.get("analysis_zone") else ANALYSIS_ZONE
    shares, people = made_up["analysis_zone"], made_up["people"]
    reference = _table(f"Measured on {people:,} made-up people, one household a home", shares)
    if not evidence.bundle.project.households:
        return (Text(f"{_UNTOLD} {_sentence(shares, 'made-up people')}"), reference)
    if not tells_homes(found):
        return (Text(f"{_TOLD} {_sentence(shares, 'made-up people')} {_NO_CEILING}"), reference)
    measured = _table("Measured in the analysis zone on the people of this period", found)
    return (Text(f"{_TOLD} {_sentence(found, 'people')} {_NO_CEILING}"), measured, reference)


_TOLD = (
    "This project sends a keyed token that says who shares a home. It tells no address, but it ties people together,"
    " and homes differ in how many live there and in who they are."
)
_UNTOLD = "This project sends nothing that says who shares a home. A token that does would tie people together."
_NO_CEILING = (
    "No ceiling is held against this: the ceilings are for what is known of one person. Whoever signs `households`"
    " signs that most families can be found by somebody who knows who lives in them."
)


def _sentence(shares: Mapping[str, Any], who: str) -> str:
    """The plain sentence above the tables."""

    def told(rung: str) -> str:
        return rounded(shares[rung]["unique"], 1)

    return (
        "Somebody who has only seen a household, and so knows everybody's sex and the ten years in which they were"
        f" born, finds {told('seen_home_seen')} of {who} with the token, and {told('seen')} without it. Whoever knows a"
        f" person's birth year, sex, ethnic group, first language and small area finds {told('attributes')}; with how"
        f" many live there as well, {told('home_size')}, and with all of that about everybody at home,"
        f" {told('home_attributes')}."
    )


def _table(caption: str, shares: Mapping[str, Any]) -> Table:
    rows: list[Row] = [
        (
            rung.words[0].upper() + rung.words[1:],
            "with" if rung.with_token else "without",
            Cell(rounded(rung.unique, 1), "number"),
            Cell(rounded(rung.under_5, 1), "number"),
        )
        for rung in home_rungs(shares)
    ]
    return Table(
        caption=f"{caption}; each line that begins with And adds to the lines above it",
        head=("What is known", "Home token", "One of a kind", "In groups under five"),
        rows=rows,
        wide=True,
    )
