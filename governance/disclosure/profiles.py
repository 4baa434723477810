"""The kinds of rule that counts may obey, by the name a project file gives them."""

from governance.disclosure.cell_key import CellKeyRule
from governance.disclosure.midpoint import MidpointRule
from governance.disclosure.rounding import CountRule, RoundingRule
from governance.settings import Policy, Profile

_THRESHOLD_TEN = 9
"""Counts below ten are withheld, as UK LLC and ACRO do."""


def rule_of(profile: Profile, policy: Policy) -> CountRule:
    """The rule of a profile, tightened as far as the policy asks.

    Args:
        profile: As project.yaml names it.
        policy: Thresholds of this care system; never below the floor.
    """
    match profile:
        case "cell_key":
            return CellKeyRule.of(policy)
        case "midpoint6":
            return MidpointRule.of(policy)
        case "threshold10":
            return RoundingRule(max(policy.hide_up_to_people, _THRESHOLD_TEN), policy.round_to_people)
        case "hide7_round5":
            return RoundingRule.of(policy)
