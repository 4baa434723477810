"""Groups and findings in plain words."""

from collections.abc import Mapping, Sequence

from cohorts.missed.rates import FEWEST_PAIRS, FEWEST_RECORDS, GroupRates

TITLES = {
    "all": "Everyone",
    "ethnic_group": "Ethnic group",
    "deprivation_quintile": "Deprivation (fifths of areas, 1 is the most deprived)",
    "age_band": "Age",
    "sex": "Sex",
    "address": "Address",
    "source": "Source",
    "identifier_quality": "Identifiers filled (both names, birth day, month and year, sex, postcode)",
}
_FIFTHS = {"1": "1 (most deprived)", "5": "5 (least deprived)"}
_ABOUT_PEOPLE = ("ethnic_group", "deprivation_quintile", "age_band", "sex", "address")
"""What a sentence on the worst group may be about: who people are, not where or how well they were written down."""


def label(dimension: str, group: str, sources: Mapping[str, str]) -> str:
    """One group in words; ``sources`` gives titles."""
    if dimension == "source":
        return sources.get(group, group)
    if dimension == "deprivation_quintile":
        return _FIFTHS.get(group, group.capitalize())
    if dimension == "age_band" and group[0].isdigit():
        return f"{group[:-1]} and over" if group.endswith("+") else group.replace("-", " to ")
    return group[:1].upper() + group[1:].replace("_", " ")


def no_rate(one: GroupRates) -> str:
    """Why a group has no rate of missed links."""
    if one.is_small:
        return f"fewer than {FEWEST_RECORDS} records"
    return "under half covered" if one.pairs >= FEWEST_PAIRS or not one.covered else "too few pairs"


def worst_sentence(rates: Sequence[GroupRates]) -> str:
    """Who is missed most, if the rates show it beyond chance.

    A group is named only if its interval lies above everyone's; of several, the one with the highest lower limit.
    """
    everyone = next((one.missed for one in rates if one.dimension == "all"), None)
    if everyone is None:
        return "No rate can be given: too few pairs of records are known to be true."
    clearly = [one for one in rates if _is_clearly_worse(one, everyone.high)]
    if not clearly:
        return f"No group is missed clearly more than everyone together ({everyone.text})."
    worst = max(clearly, key=lambda one: one.missed.low if one.missed else 0.0)
    assert worst.missed is not None  # noqa: S101 - of those chosen, all have a rate
    others = len({(one.dimension, one.group) for one in clearly}) - 1
    also = f" {others} more group{'s are' if others > 1 else ' is'} clearly above everyone too." if others else ""
    return (
        f"Missed most: {_named(worst)}. Of the pairs of records known to be true, {worst.missed.text}"
        f" ({worst.missed.interval_text}) are missed there, against {everyone.text} among everyone.{also}"
    )


def uncovered_sentence(rates: Sequence[GroupRates]) -> str:
    """For whom nothing can be said, and what that means; empty if there is nobody."""
    silent = [
        _named(one) for one in rates if one.dimension in _ABOUT_PEOPLE and one.missed is None and not one.is_small
    ]
    if not silent:
        return ""
    return (
        f"No rate can be given for: {'; '.join(silent)}. Too few of their records are covered. They are likely to be"
        " missed more than the rates here say, not less."
    )


def _is_clearly_worse(one: GroupRates, high: float) -> bool:
    return one.dimension in _ABOUT_PEOPLE and one.missed is not None and one.missed.low > high


def _named(one: GroupRates) -> str:
    dimension = TITLES[one.dimension].split(" (")[0].lower()
    return f"{dimension} {label(one.dimension, one.group, {}).lower()}"
