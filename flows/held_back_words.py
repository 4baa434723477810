"""What a report says of a breakdown that is held back."""

from collections.abc import Mapping
from typing import Any

from cohorts.measures.meanings import MEANINGS
from governance.disclosure.held_back import EVERYONE, HeldBack


def held_back_words(held: HeldBack, cohorts: Mapping[str, Any]) -> str:
    """Such as: Severe multiple disadvantage: ethnic group, in the reports on areas.

    Args:
        held: The breakdown.
        cohorts: The manifest of the cohort step, for titles.
    """
    titles = {each["id"]: each["title"] for each in cohorts["definitions"]} | {EVERYONE: "Everyone on the register"}
    dimension = cohorts["dimensions"].get(held.dimension, {}).get("title", held.dimension.replace("_", " "))
    of = f", {MEANINGS[held.measure].title}" if held.measure in MEANINGS else ""
    where = ", in the reports on areas" if held.in_areas else ""
    return f"{titles.get(held.cohort, held.cohort)}{of}: {dimension}{where}"
