"""OUT: what may be published."""

from collections.abc import Iterator

from governance.policy.rule import Problem, RunFacts, place, rule
from governance.settings import Bundle

_FLOOR_HIDE_PEOPLE = 7
_FLOOR_ROUND_PEOPLE = 5


@rule(
    id="OUT-02",
    level="block",
    title="A small-number profile at or above the floor",
    checks="The project names a disclosure profile, counts of 1 to at least 7 people are withheld, and other counts are"
    " rounded to at least the nearest 5. policy.yaml may raise both, never lower them.",
    why="A count of three people in one ward with one need can be enough to recognise somebody.",
    source="NHS Digital HES/ECDS small-number rule (September 2018); OpenSAFELY disclosure controls",
    good="hide_up_to_people: 10, round_to_people: 5",
    bad="hide_up_to_people: 4",
    fix="Set hide_up_to_people to 7 or more and round_to_people to 5 or more in policy.yaml.",
    passed="Small counts are withheld and others rounded, at or above the floor.",
)
def small_number_profile(bundle: Bundle, facts: RunFacts) -> Iterator[Problem]:
    """Thresholds are at or above the floor, whatever the model that read them allowed."""
    policy = bundle.policy
    if policy.hide_up_to_people < _FLOOR_HIDE_PEOPLE:
        where = place(bundle, "policy.yaml", "hide_up_to_people")
        yield Problem(where=where, says=f"Counts up to {policy.hide_up_to_people} are withheld; the floor is 7.")
    if policy.round_to_people < _FLOOR_ROUND_PEOPLE:
        where = place(bundle, "policy.yaml", "round_to_people")
        yield Problem(where=where, says=f"Counts are rounded to the nearest {policy.round_to_people}; the floor is 5.")


RULES = (small_number_profile,)
