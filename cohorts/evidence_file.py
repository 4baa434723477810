"""From evidence as written in a cohort file to nodes."""

import re
from collections.abc import Mapping

from cohorts.durations import Duration
from cohorts.query import (
    Barred,
    DistinctCounted,
    Escalating,
    EventsCounted,
    Evidence,
    Followed,
    Follower,
    Gap,
    Household,
    HouseholdEvidence,
    InCohort,
    LoneAdult,
    Near,
    NeedSeen,
    NoFixedAddress,
    OpenEpisode,
    Overlapping,
    Query,
    Shared,
    Strength,
)
from cohorts.settings_evidence import (
    COHORT_PATTERN,
    EvidenceSettings,
    FollowerSettings,
    HouseholdSettings,
    PrecedingSettings,
)
from cohorts.settings_values import AGE_PATTERN, EVER

Known = Mapping[tuple[str, str], Query]
"""Definitions that may be referred to, by id and version."""


def evidence_node(settings: EvidenceSettings, lookback: Duration, known: Known) -> Evidence:
    """One piece of evidence as a node; what does not say its window looks back as far as the definition does."""
    within = Duration.parse(settings.within) if settings.within not in (None, EVER) else lookback
    if settings.event:
        return _of_events(settings, tuple(settings.event), within)
    if settings.need:
        return _need_seen(settings, within)
    if settings.household:
        return _household(settings.household, lookback, known)
    if settings.near:
        return Near(settings.near.need, settings.near.level)
    if settings.barred:
        return Barred(tuple(settings.barred.orders), settings.barred.need)
    if settings.cohort:
        return _in_cohort(settings.cohort, known)
    if settings.shared:
        return Shared(
            sectors=settings.shared.sectors,
            services=settings.shared.services,
            contacts=tuple(settings.shared.contacts),
            coordinated_by=tuple(settings.shared.coordinated_by),
            within=within,
        )
    return NoFixedAddress()


def _need_seen(settings: EvidenceSettings, within: Duration) -> NeedSeen:
    return NeedSeen(
        need=settings.need or "",
        at_least=Strength(settings.strength),
        sectors=tuple(sorted(sector.value for sector in settings.sectors)),
        within=None if settings.within == EVER else within,
    )


def _of_events(settings: EvidenceSettings, kinds: tuple[str, ...], within: Duration) -> Evidence:
    """What is asked of events: how many, how many different ones, what came after, what was still going on."""
    span = Duration.parse(settings.span) if settings.span else None
    if settings.distinct:
        return DistinctCounted(of=settings.distinct, kinds=kinds, at_least=settings.count, within=within, span=span)
    if settings.followed_by or settings.not_followed_by:
        return _followed(settings, kinds, within)
    if settings.gap:
        return Gap(kinds=kinds, length=Duration.parse(settings.gap), within=within)
    if settings.escalating is not None:
        return Escalating(kinds=kinds, at_least=settings.count, times=settings.escalating, within=within)
    if settings.open_episode_at:
        return OpenEpisode(kinds=kinds, lasting=Duration.parse(settings.lasting) if settings.lasting else None)
    if settings.overlaps:
        return Overlapping(kinds=kinds, others=tuple(settings.overlaps), within=within)
    months = tuple(sorted(set(settings.months)))
    return EventsCounted(kinds=kinds, at_least=settings.count, within=within, span=span, months=months)


def _followed(settings: EvidenceSettings, kinds: tuple[str, ...], within: Duration) -> Followed:
    by = settings.followed_by or settings.not_followed_by
    return Followed(
        kinds=kinds,
        clock=settings.clock or "start",
        by=_follower(by) if by else Follower(kinds=(), within=within),
        negated=settings.not_followed_by is not None,
        preceded=_preceding(settings.preceded_by) if settings.preceded_by else None,
        at_least=settings.count,
        within=within,
    )


def _follower(settings: FollowerSettings) -> Follower:
    within = Duration.parse(settings.within)
    return Follower(kinds=tuple(settings.event), within=within, attended=settings.attended)


def _preceding(settings: PrecedingSettings) -> Follower:
    return Follower(kinds=tuple(settings.event), within=Duration.parse(settings.within))


def _household(settings: HouseholdSettings, lookback: Duration, known: Known) -> Household | LoneAdult:
    inner = settings.any or settings.all or settings.of
    if inner is None:
        return LoneAdult()
    node = evidence_node(inner, lookback, known)
    low, high = age_range(settings.age) if settings.age else (0, None)
    return Household(
        how="all" if settings.all else "count",
        of=_only_household(node),
        at_least=settings.count or 1,
        low=low,
        high=high,
    )


def _only_household(node: Evidence) -> HouseholdEvidence:
    assert isinstance(node, NeedSeen | EventsCounted | DistinctCounted | OpenEpisode)  # noqa: S101 - the model allows no other
    return node


def _in_cohort(named: str, known: Known) -> InCohort:
    found = _match(COHORT_PATTERN, named)
    cohort, version = found[1], found[2]
    return InCohort(id=cohort, version=version, query=known[cohort, version])


def age_range(text: str) -> tuple[int, int | None]:
    """``18+`` or ``18-64`` as its two ages."""
    age = _match(AGE_PATTERN, text)
    return int(age[1]), int(age[2]) if age[2] else None


def _match(pattern: str, text: str) -> re.Match[str]:
    found = re.match(pattern, text)
    assert found  # noqa: S101 - the model has checked the pattern
    return found
