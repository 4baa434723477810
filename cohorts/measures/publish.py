"""Released measures as a CSV file: each with its denominator by name, and rates made of released counts only."""

import csv
import io

from cohorts.measures.meanings import MEANINGS, PEOPLE, denominator, meaning_of
from governance.disclosure import SafeCell, SafeMeasures, SafeRate, defused

OF_PEOPLE = frozenset(name for name, meaning in MEANINGS.items() if meaning.unit == PEOPLE)
"""Measures whose part and whole are people."""

_HEAD = (
    "cohort", "version", "measure", "title", "dimension", "group", "part", "whole", "unit", "denominator",
    "in_every_1000", "low", "high",
)  # fmt: skip


def safe_measures_csv(released: SafeMeasures, spine: str) -> bytes:
    """Every released measure: UTF-8, one header line, formulas defused.

    Args:
        released: From ``governance.disclosure.release_measures``.
        spine: Id of the source that is the register, named in denominators.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEAD)
    for key, found in released.measures.items():
        meaning = meaning_of(key.measure)
        version = released.frame.versions.get(key.cohort, "1")
        named = (key.cohort, version, key.measure, meaning.title, key.dimension, key.group)
        counts = (_number(found.part), _number(found.whole), meaning.unit, denominator(key.measure, key.cohort, spine))
        writer.writerow([defused(cell) for cell in (*named, *counts, *_rate(found.share, meaning.independent))])
    return text.getvalue().encode()


def _number(cell: SafeCell) -> str:
    return cell.text if cell.people is None else str(cell.people)


def _rate(rate: SafeRate, has_interval: bool) -> tuple[str, str, str]:
    limits = ("", "") if rate.low is None or rate.high is None or not has_interval else (rate.low, rate.high)
    low, high = (limit if isinstance(limit, str) else f"{limit:.1f}" for limit in limits)
    return rate.text.replace(",", ""), low, high
