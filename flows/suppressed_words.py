"""What a report says of a breakdown that is suppressed."""

from collections.abc import Mapping
from typing import Any

from cohorts.measures.meanings import MEANINGS
from governance.disclosure.suppressed import EVERYONE, Suppressed


def suppressed_words(one: Suppressed, cohorts: Mapping[str, Any]) -> str:
    """Such as: Severe multiple disadvantage: ethnic group, in the reports on areas.

    Args:
        one: The breakdown.
        cohorts: The manifest of the cohort step, for titles.
    """
    titles = {each["id"]: each["title"] for each in cohorts["definitions"]} | {EVERYONE: "Everyone on the register"}
    dimension = cohorts["dimensions"].get(one.dimension, {}).get("title", one.dimension.replace("_", " "))
    of = f", {MEANINGS[one.measure].title}" if one.measure in MEANINGS else ""
    where = ", in the reports on areas" if one.in_areas else ""
    return f"{titles.get(one.cohort, one.cohort)}{of}: {dimension}{where}"
