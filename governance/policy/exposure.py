"""EXP-01: how much the codes of a config expose."""

from collections.abc import Iterator

from governance.exposure import SEES, held_against, receipt_for
from governance.policy.rule import Problem, Result, RunFacts, place, rule
from governance.settings import Bundle


@rule(
    id="EXP-01",
    level="block",
    title="What the codes expose was measured and is below the ceiling",
    checks="The linkage settings have an exposure receipt, their own or the one measured before release, and the share"
    " of people in a register whom nothing else looks like is at most max_unique_structure by blocks alone and"
    " max_unique_all by everything that codes show. In a synthetic project it only warns.",
    why="No value can be read from the codes, but a list of everybody has the same shape: somebody who shares blocks"
    " in a way that nobody else does can be found in it without a key.",
    source="Design 3.2 and 3.3; EDPB Guidelines 01/2025 (singling out)",
    good="rules: the ones that ship; 0.19% of 1.5 million people unique by structure",
    bad="rules: [{id: name, components: [forename, surname]}] without limits, never measured",
    fix="Measure with `joinedup exposure DIR --record`. Above a ceiling: `preset: strict` or other narrower rules, set"
    " max_source_records and max_source_people, or leave out name_bands.",
    passed="What the codes expose was measured and is below both ceilings.",
)
def exposure_is_low(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """There is a receipt for these settings, and both cells are below their ceilings."""
    linkage = bundle.project.linkage
    result: Result | None = "warn" if bundle.project.synthetic else None
    where = place(bundle, "project.yaml", "linkage")
    receipt = receipt_for(linkage, facts.exposure)
    if not receipt:
        yield Problem(where=where, says="What these linkage settings expose was not measured.", result=result)
        return
    for sees, (share, ceiling) in held_against(linkage, bundle.policy, receipt).items():
        if share > ceiling:
            yield Problem(
                where=where,
                says=f"`{sees}` ({SEES[sees]}): {share:.2%} of {receipt['people']:,} people are unique; the ceiling is"
                f" {ceiling:.2%}.",
                result=result,
            )


RULES = (exposure_is_low,)
