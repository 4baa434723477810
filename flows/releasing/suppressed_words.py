"""What a report says of a breakdown that is suppressed."""

from collections.abc import Mapping
from typing import Any

from cohorts.measures.meanings import MEANINGS
from cohorts.report.facts import SuppressedFacts
from governance.disclosure import EVERYONE
from governance.disclosure.suppressed import Suppressed


def suppressed_facts(one: Suppressed, cohorts: Mapping[str, Any]) -> SuppressedFacts:
    """The breakdown in words.

    Args:
        one: The breakdown.
        cohorts: The manifest of the cohort step, for titles.
    """
    titles = {each["id"]: each["title"] for each in cohorts["definitions"]} | {EVERYONE: "Everyone on the register"}
    dimension = cohorts["dimensions"].get(one.dimension, {}).get("title", one.dimension.replace("_", " "))
    return SuppressedFacts(
        cohort=one.cohort,
        title=titles.get(one.cohort, one.cohort),
        measure=MEANINGS[one.measure].title if one.measure else "",
        by=dimension,
        dimension=one.dimension,
        in_areas=one.in_areas,
    )
