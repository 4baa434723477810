"""EXP-02: how many people in the analysis zone could be singled out."""

from collections.abc import Iterator

from governance.english import percent
from governance.policy.rule import Problem, RunFacts, place, rule
from governance.settings import Bundle


@rule(
    id="EXP-02",
    level="output",
    title="Few people in the analysis zone are one of a kind",
    checks="Among the people in the analysis zone the share that nobody else shares birth year, sex, ethnic group,"
    " first language and small area with is at most max_unique_people, and the share that fewer than four"
    " others do is at most max_under_5_people. Measured by the step `cohorts`; made-up people are not held against it.",
    why="Whoever may look into the analysis zone sees needs and events. A neighbour who knows somebody's age, sex,"
    " ethnic group and street could then find that one record and read the rest.",
    source="ICO anonymisation and pseudonymisation guidance (March 2025), singling out; Sweeney, k-anonymity (2002)",
    good="small areas of about 1,600 people (lsoa): about 11% are one of a kind, 25% in groups under five",
    bad="small areas of about 320 people (output_area): about 36% and 95%",
    fix="Use a coarser `lookup.unit` or send fewer attributes, then run the month again. A ceiling in policy.yaml may"
    " be raised to its limit only, and two people have to sign that.",
    passed="The share of people who could be singled out is below both ceilings, or the people are made up.",
)
def few_are_one_of_a_kind(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Both shares are below their ceilings."""
    if facts.singling_out.get("made_up"):
        return
    measured, policy = facts.singling_out.get("attributes"), bundle.policy
    if measured is None:
        yield Problem(where="zones/analysis", says="Cohorts have not run for this config yet.", result="not_yet")
        return
    held = {
        "max_unique_people": (measured["unique"], policy.max_unique_people, "share this with nobody"),
        "max_under_5_people": (measured["under_5"], policy.max_under_5_people, "share it with fewer than four others"),
    }
    for name, (share, ceiling, who) in held.items():
        if share > ceiling:
            yield Problem(
                where=place(bundle, "policy.yaml", name),
                says=f"Birth year, sex, ethnic group, first language and small area: {share:.1%} of people {who};"
                f" the ceiling is {percent(ceiling)}.",
            )


RULES = (few_are_one_of_a_kind,)
