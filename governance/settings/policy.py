"""The policy file: thresholds that an ICS may tighten, never loosen below the floor."""

from typing import Annotated

from pydantic import Field

from governance.settings.base import Slug, Strict

POLICY_VERSION = "2026.11-3"
"""Changes whenever a rule or a floor changes; an approval covers it."""


class Policy(Strict):
    """Thresholds; the bounds of each field are the floor."""

    approved_purposes: list[Slug] = ["population_health_planning"]
    """The purpose register."""
    hide_up_to_people: Annotated[int, Field(ge=7, le=50)] = 7
    """Counts of 1 to this many people are withheld."""
    round_to_people: Annotated[int, Field(ge=5, le=50)] = 5
    """Other counts are rounded to the nearest multiple."""
    noise_people: Annotated[float, Field(ge=2, le=20)] = 2.0
    """With `disclosure: cell_key`: the standard deviation of what is added to each count, in people."""
    max_small_probability: Annotated[float, Field(gt=0, le=0.5)] = 0.5
    """No release, with all before it, may make anyone surer than this of how many people a hidden number stands for."""
    review_warning_days: Annotated[int, Field(ge=30, le=365)] = 30
    """Warn this many days before an agreement's review date."""
    max_unique_structure: Annotated[float, Field(gt=0, le=0.002)] = 0.002
    """Refuse a config whose block structure alone makes a larger share of people unique."""
    max_unique_all: Annotated[float, Field(gt=0, le=0.015)] = 0.015
    """The same with everything that codes show."""
    max_unique_people: Annotated[float, Field(gt=0, le=0.3)] = 0.2
    """The largest share of people in the analysis zone who share birth year, sex, ethnic group, first language and
    small area with nobody."""
    max_under_5_people: Annotated[float, Field(gt=0, le=0.5)] = 0.4
    """The same for groups of fewer than five people."""
    max_approval_days: Annotated[int, Field(ge=1, le=366)] = 365
    """No approval of a config lasts longer; purposes, agreements and risks change."""
    max_new_records_ratio: Annotated[float, Field(gt=1, le=3)] = 1.5
    """Mark a source that sends more than this many times the most new records it ever sent in a month."""
    max_unmatched_rise: Annotated[float, Field(gt=0, le=0.2)] = 0.05
    """Mark a source of whose new records so much more than ever before is known to no other source; a share."""
    hold_unusual_arrivals: bool = False
    """Refuse to link a month with such a source instead of marking it, until this file is changed and approved."""
    hold_bridging_records: bool = True
    """Let no record that is new, or was somebody by itself, merge two people who had two records or more each."""
