"""Rows of a small world, and logic with three answers: what the plain-Python reference is written in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

Answer = bool | None
"""Yes, no, or ``None`` for cannot tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """A row of ``person``, as far as definitions and counts read it."""

    person_id: str
    birth_year: int | None = None
    sex: str | None = None
    ethnic_group: str | None = None
    deprivation_decile: int | None = None
    ward: str | None = None
    district: str | None = None
    no_fixed_address: bool | None = None
    death_month: date | None = None
    on_spine: bool = True
    small_area: str | None = None
    household: int | None = None
    address_kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """A row of ``event``, as far as definitions and counts read it."""

    person_id: str
    kind: str
    start: date
    end: date | None
    outcome: str | None = None
    planned: bool = False
    source: str = "s"
    sector: str = "nhs"
    provider: str | None = "s"
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedRow:
    """A row of ``need_evidence``."""

    person_id: str
    need: str
    valid_from: date
    valid_to: date | None
    strength: str = "reported"
    sector: str = "nhs"
    source: str = "s"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageRow:
    """A row of ``coverage``."""

    source: str
    kind: str
    start: date
    stop: date
    share: float = 1.0
    sector: str = "nhs"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRow:
    """A row of ``provider``: one provider and one need it is there to meet."""

    provider: str
    source: str
    need: str
    sector: str = "nhs"
    small_area: str | None = None
    ward: str | None = None
    district: str | None = None
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The five tables a definition reads."""

    people: tuple[PersonRow, ...]
    events: tuple[EventRow, ...] = ()
    needs: tuple[NeedRow, ...] = ()
    coverage: tuple[CoverageRow, ...] = ()
    providers: tuple[ProviderRow, ...] = ()


# --- three-valued logic -----------------------------------------------------------------------------------


def both(answers: Iterable[Answer]) -> Answer:
    """No if any is no; else cannot tell if any is; else yes."""
    found = list(answers)
    if False in found:
        return False
    return None if None in found else True


def either(answers: Iterable[Answer]) -> Answer:
    """Yes if any is yes; else cannot tell if any is; else no."""
    found = list(answers)
    if True in found:
        return True
    return None if None in found else False


def opposite(answer: Answer) -> Answer:
    """Cannot tell stays cannot tell."""
    return None if answer is None else not answer


def at_least(k: int, answers: Iterable[Answer]) -> Answer:
    """Yes with k yeses; no once k cannot be reached."""
    found = list(answers)
    if found.count(True) >= k:
        return True
    return False if len(found) - found.count(False) < k else None


def first_days(pairs: Iterable[tuple[str, date]]) -> list[date]:
    """The first day of each different thing, in order of day."""
    first: dict[str, date] = {}
    for what, day in pairs:
        first[what] = min(day, first.get(what, day))
    return sorted(first.values())
