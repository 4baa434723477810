"""Groups of a breakdown as a board reads them."""

from collections.abc import Callable, Iterable

from cohorts.report.facts import DimensionFacts, ReportFacts
from governance.disclosure import SafeFrame
from governance.disclosure.combinations import BETWEEN, NO_SERVICE, SERVICE_SET, are_others

NOT_RECORDED = "not recorded"

EQUITY_ORDER = ("deprivation_quintile", "ethnic_group", "age_band", "sex", "district")
"""Breakdowns of every cohort, in the order NHS England's statement on inequalities names them."""

_NOT_EQUITY = ("all", "service", "service_count", "service_pair", SERVICE_SET)
"""Everyone together, and breakdowns by who has seen the members."""

_ADDRESS = {"fixed address": "A fixed address", "no fixed address": "No fixed address"}
_FIFTHS = {"1": "1 (most deprived)", "5": "5 (least deprived)"}


def in_order(groups: Iterable[str], order: Iterable[str]) -> list[str]:
    """Groups as the manifest orders them, then any others, with those not recorded at the end."""
    ranks = {group: rank for rank, group in enumerate(order)}
    return sorted(groups, key=lambda group: (group == NOT_RECORDED, ranks.get(group, len(ranks)), group))


def breakdowns(frame: SafeFrame, facts: ReportFacts, cohort: str) -> list[DimensionFacts]:
    """The equity breakdowns this cohort has, the required ones first."""
    named = {each.id: each for each in facts.dimensions if each.id not in _NOT_EQUITY}
    ids = [name for name in EQUITY_ORDER if name in named]
    ids += [name for name in named if name not in ids]
    return [named[name] for name in ids if frame.groups(cohort, "met", name)]


def label(dimension: str, group: str, facts: ReportFacts) -> str:
    """One group in words."""
    if group == NOT_RECORDED:
        return "Not recorded"
    return _LABELS.get(dimension, _plain)(group, facts)


def _fifth(group: str, _: ReportFacts) -> str:
    return _FIFTHS.get(group, group)


def _age(group: str, _: ReportFacts) -> str:
    return f"{group[:-1]} and over" if group.endswith("+") else group.replace("-", " to ")


def _service(group: str, facts: ReportFacts) -> str:
    return facts.source_short(group)


def _pair(group: str, facts: ReportFacts) -> str:
    return " + ".join(facts.source_short(service) for service in group.split(BETWEEN))


def _set(group: str, facts: ReportFacts) -> str:
    if are_others(group):
        return "All other combinations"
    return "None of these services" if group == NO_SERVICE else _pair(group, facts)


def _how_many(group: str, _: ReportFacts) -> str:
    if group.endswith("+"):
        return f"{group[:-1]} or more services"
    return {"0": "No service", "1": "1 service"}.get(group, f"{group} services")


def _plain(group: str, _: ReportFacts) -> str:
    spelt = group.replace("_", " ")
    return spelt[:1].upper() + spelt[1:]


def _language(group: str, _: ReportFacts) -> str:
    return "Another language" if group == "other" else _plain(group, _)


_LABELS: dict[str, Callable[[str, ReportFacts], str]] = {
    "deprivation_quintile": _fifth,
    "age_band": _age,
    "address": lambda group, _: _ADDRESS.get(group, group),
    "language": _language,
    "service": _service,
    "service_pair": _pair,
    "service_count": _how_many,
    SERVICE_SET: _set,
}
