"""What may be combined: signs of needs, and which services are there to respond, from the sources' settings alone.

A sign is evidence in the language of definitions, so what the finder counts is what a definition would count. No sign
is a count of contacts that were planned: turning up to one's appointments is no sign of anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from cohorts.measures.roles import role_of
from governance.settings import Coded, EventMapping, NeedMapping, Source

LOOKBACK, RECENT, AWAY = "24m", "12m", "6m"
"""Needs of two years; repeated contact inside one; a service that was there and then not for half a year."""

TIMES = (1, 2, 3, 5, 10)
"""How often is often: of these the first that few people reach."""

OFTEN_SHARE = 0.02
"""No more than this share of people come so often."""

MISSED = ("missed", "not_brought")
_ADULT_AT_HOME = "16+"
_RESPONSES = ("contact", "assessment", "service")

SEVERAL_TIMES, WHILE, SINCE_BIRTHDAY = 3, "12m", "36m"
"""Treated, not only seen once: three contacts inside a year, of the last three."""

LONE_ADULT = "lone_adult"
"""The one sign of a home that is no need of anybody."""

_LONGEST = 40
"""Characters of a need's id."""
_ADDRESS_TELLS = "homelessness"
"""Who is written down without an address to write to is without a home: the one need that an address tells of."""

Kind = Literal["need", "wide", "again", "seen", "away", "home", "family", "ended", "returned"]
"""``wide`` signs hold several needs, or one need as a sector knows it; they stand with what services saw only.
Signs of a ``family`` tell of a child or of whom it lives with; they stand with one another only, as groups.
A service that ``ended`` at an age, and what ``returned`` after a service had been there, stand alone."""

ALONE: frozenset[Kind] = frozenset({"ended", "returned"})
"""Signs that tell a whole story: no set holds them and another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Something a person may show."""

    name: str
    """Becomes the id of a need in a definition."""
    kind: Kind
    evidence: tuple[Mapping[str, Any], ...]
    """As a definition file writes it."""
    how: Literal["any", "all"] = "any"
    needs: frozenset[str] = frozenset()
    """Needs of the person, or of the home, that it shows."""
    told_by: frozenset[str] = frozenset()
    """Sources that can tell."""
    event: str = ""
    times: int = 0
    serves: frozenset[str] = frozenset()
    """Of a service that went away, the needs it was there for."""
    lift: Mapping[str, float] = field(default_factory=dict)
    """Of what stands alone: by stage of life, how many times as common as by chance; other stages are not asked."""
    sector: str = ""
    """Of a need as one sector knows it, that sector; of needs beyond a sector, the sector they lie beyond."""
    but_for: str = ""
    """Only what others than this source tell. The language cannot say it: such a sign is tested and never proposed."""

    @property
    def own_needs(self) -> frozenset[str]:
        """Needs that a service could answer to this person."""
        return frozenset() if self.kind in ("home", "family") else self.needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """A source whose organisation is there for some needs, and what it does that is a response."""

    source: str
    needs: frozenset[str]
    events: Mapping[str, bool]
    """Kinds of contact, assessment and service; whether an outcome says if the person was there."""


def responders_of(sources: Sequence[Source]) -> list[Responder]:
    """Who could respond to what, as the sources' files say under ``responds_to``; what happens in a crisis is none."""
    found = []
    for source in sources:
        needs = {*source.responds_to, *(need for one in source.providers for need in one.responds_to)}
        events = {
            kind: one.outcome is not None
            for one in events_of(source)
            for kind in named_kinds(one.kind)
            if not one.crisis and role_of(kind) in _RESPONSES
        }
        if needs and events:
            found.append(Responder(source=source.id, needs=frozenset(needs), events=events))
    return found


def signs_of(
    sources: Sequence[Source],
    *,
    spine: str,
    households: bool,
    reached: Mapping[tuple[str, int], float],
    ended: Mapping[str, float],
) -> list[Sign]:
    """Every sign of a project, in an order that depends on its settings only.

    Args:
        sources: Their settings.
        spine: Everybody is in contact with it, so its contacts say nothing.
        households: Whether the project tells who shares a home.
        reached: Share of people whom an event kind befell at least so often in the last year.
        ended: By source that ends at an age, how many times as often it ends for adults as for children.
    """
    told = _tellers(sources)
    found = [_need(need, told[need]) for need in sorted(told)]
    found += _outside(sources, told)
    found += _inside(sources, told)
    found += _beyond(sources, told)
    found += [sign for source in sources for sign in _of_events(source, spine, reached)]
    found += [_away(one) for one in responders_of(sources) if one.source != spine]
    found += [
        _ended(one, need, ended[one.source])
        for one in responders_of(sources)
        if one.source in ended
        for need in sorted(one.needs & told.keys())
    ]
    if households:
        found += [_at_home(need, told[need]) for need in sorted(told)]
        found += [_of_family(need, told[need]) for need in sorted(told) if lead_kinds(sources)]
        found.append(Sign(name=LONE_ADULT, kind="home", evidence=({"household": {"lone_adult": True}},)))
    return sorted(found, key=lambda sign: sign.name)


def repeated_kinds(sources: Sequence[Source], spine: str) -> list[str]:
    """Kinds of event that are a sign when they come often."""
    return sorted({kind for source in sources for kind, _ in telling_events(source, spine)})


def lead_kinds(sources: Sequence[Source]) -> tuple[str, ...]:
    """Kinds of planned service that begin and end, from the sources' settings alone."""
    kinds = {
        kind
        for source in sources
        for mapping in events_of(source)
        for kind in named_kinds(mapping.kind)
        if mapping.planned and mapping.end and role_of(kind) == "service"
    }
    return tuple(sorted(kinds))


Tellers = Mapping[str, Sequence[tuple[Source, NeedMapping]]]


def _tellers(sources: Sequence[Source]) -> dict[str, list[tuple[Source, NeedMapping]]]:
    found: dict[str, list[tuple[Source, NeedMapping]]] = {}
    for source in sources:
        for mapping in (need for file in source.files for need in file.needs):
            for need in named_kinds(mapping.need):
                found.setdefault(need, []).append((source, mapping))
    return found


def _ids(told: Sequence[tuple[Source, NeedMapping]]) -> frozenset[str]:
    return frozenset(source.id for source, _ in told)


def _window(told: Sequence[tuple[Source, NeedMapping]]) -> str:
    """What is only ever diagnosed stays; what is reported or assessed is of its time."""
    return "ever" if all(mapping.strength == "diagnosed" for _, mapping in told) else LOOKBACK


def _need(need: str, told: Sequence[tuple[Source, NeedMapping]]) -> Sign:
    evidence: list[dict[str, Any]] = [{"need": need, "within": _window(told)}]
    if need == _ADDRESS_TELLS:
        evidence.append({"no_fixed_address": True})
    return Sign(name=need, kind="need", evidence=tuple(evidence), needs=frozenset({need}), told_by=_ids(told))


def _outside(sources: Sequence[Source], told: Tellers) -> Iterator[Sign]:
    """A need as every sector but one knows it, for the sectors that see crises or missed appointments."""
    crises = {source.sector.value for source in sources if any(_tells(source, one) for one in events_of(source))}
    for need, tellers in sorted(told.items()):
        sectors = sorted({source.sector.value for source, _ in tellers})
        for sector in sorted(crises & set(sectors)) if len(sectors) > 1 else []:
            others = [(source, mapping) for source, mapping in tellers if source.sector.value != sector]
            evidence = {
                "need": need,
                "sectors": [one for one in sectors if one != sector],
                "within": LOOKBACK,
            }
            yield Sign(
                name=short_name(f"{need}_outside_{sector}"),
                kind="wide",
                evidence=(evidence,),
                needs=frozenset({need}),
                told_by=_ids(others),
                sector=sector,
            )


def _inside(sources: Sequence[Source], told: Tellers) -> Iterator[Sign]:
    """A need that one sector alone tells, as all but one of its services know it, for those that see crises."""
    crises = {source.id for source in sources if any(one.crisis for one in events_of(source))}
    for need, tellers in sorted(told.items()):
        ids = _ids(tellers)
        if len({source.sector for source, _ in tellers}) > 1 or len(ids) < 2:
            continue
        for source in sorted(crises & ids):
            yield Sign(
                name=short_name(f"{need}_but_for_{source}"),
                kind="wide",
                evidence=({"need": need, "within": _window(tellers)},),
                needs=frozenset({need}),
                told_by=ids - {source},
                but_for=source,
            )


def _tells(source: Source, mapping: EventMapping) -> bool:
    return mapping.crisis or any(kind.partition(".")[2] in MISSED for kind in named_kinds(mapping.kind))


def _beyond(sources: Sequence[Source], told: Tellers) -> Iterator[Sign]:
    """For each sector: any need that services of other sectors are there for, as those other sectors know it."""
    sector_of = {source.id: source.sector.value for source in sources}
    for sector in sorted(set(sector_of.values())):
        there_for = [one.needs for one in responders_of(sources) if sector_of[one.source] != sector]
        tellers = {
            need: [(source, mapping) for source, mapping in told[need] if source.sector.value != sector]
            for need in sorted(frozenset().union(*there_for) & told.keys())
        }
        known = {need: ids for need, found in tellers.items() if (ids := _ids(found))}
        others = sorted(set(sector_of.values()) - {sector})
        if len(known) > 1:
            yield Sign(
                name=f"beyond_{sector}",
                kind="wide",
                evidence=tuple({"need": need, "sectors": others, "within": LOOKBACK} for need in known),
                needs=frozenset(known),
                told_by=frozenset().union(*known.values()),
                sector=sector,
            )


def _of_events(source: Source, spine: str, reached: Mapping[tuple[str, int], float]) -> Iterator[Sign]:
    seen = set()
    for kind, mapping in telling_events(source, spine):
        if kind in seen:
            continue
        seen.add(kind)
        missed = kind.partition(".")[2] in MISSED
        carried = carried_needs(source, mapping, kind)
        if mapping.crisis:
            yield _event_sign("seen", source, kind, 1, carried)
        often = [
            times
            for times in TIMES
            if times > (1 if mapping.crisis or missed else 0) and reached.get((kind, times), 0.0) <= OFTEN_SHARE
        ]
        if often:
            yield _event_sign("again", source, kind, often[0], carried)


def short_name(name: str) -> str:
    """An id of 40 characters at most; of a longer name its beginning and a digest, so that no two names become one."""
    return name if len(name) <= _LONGEST else f"{name[:33]}_{sha256(name.encode()).hexdigest()[:6]}"


def _event_sign(kind: Literal["again", "seen"], source: Source, event: str, times: int, carried: Sequence[str]) -> Sign:
    counted: dict[str, Any] = {"event": [event], "count": times, "within": RECENT}
    shown = [{"need": need, "sectors": [source.sector.value], "within": LOOKBACK} for need in carried]
    return Sign(
        name=short_name(f"{kind}_{event.replace('.', '_')}"),
        kind=kind,
        evidence=(*shown, counted),
        how="all",
        needs=frozenset(carried),
        told_by=frozenset({source.id}),
        event=event,
        times=times,
    )


def telling_events(source: Source, spine: str) -> Iterator[tuple[str, EventMapping]]:
    """Crises, contacts that were missed, and what is done by a service that is there for no need."""
    for mapping in events_of(source):
        for kind in named_kinds(mapping.kind):
            missed = kind.partition(".")[2] in MISSED
            helps = bool(source.responds_to or source.providers)
            if missed or (source.id != spine and (mapping.crisis or not (helps or mapping.planned))):
                yield kind, mapping


def carried_needs(source: Source, mapping: EventMapping, kind: str) -> list[str]:
    """Needs that every such row is evidence of by itself: an event and its own need are one sign, not two."""
    rows = {column: set(codes) for column, codes in mapping.where.items()}
    if isinstance(mapping.kind, Coded):
        rows[mapping.kind.column] = {code for code, named in mapping.kind.values.items() if named == kind}
    found = set()
    for file in source.files:
        if mapping not in file.events:
            continue
        for need in file.needs:
            implied = all(rows.get(column, {""}) <= set(codes) for column, codes in need.where.items())
            if implied and not isinstance(need.need, Coded):
                found.add(need.need)
    return sorted(found)


def _away(one: Responder) -> Sign:
    """A service that was in touch and then was not."""
    evidence = {"event": sorted(one.events), "gap": AWAY, "within": LOOKBACK}
    return Sign(
        name=f"away_{one.source}",
        kind="away",
        evidence=(evidence,),
        needs=frozenset(),
        serves=one.needs,
        told_by=frozenset({one.source}),
    )


def _ended(one: Responder, need: str, lift: float) -> Sign:
    """A service that treated somebody in need as a child and has not been there for a year."""
    events = sorted(one.events)
    return Sign(
        name=short_name(f"ended_{one.source}_{need}"),
        kind="ended",
        evidence=(
            {"need": need, "within": SINCE_BIRTHDAY},
            {"event": events, "count": SEVERAL_TIMES, "span": WHILE, "within": SINCE_BIRTHDAY},
            {"event": events, "gap": WHILE, "within": SINCE_BIRTHDAY},
        ),
        how="all",
        needs=frozenset({need}),
        told_by=frozenset({one.source}),
        lift={"adult": lift},
    )


def _at_home(need: str, told: Sequence[tuple[Source, NeedMapping]]) -> Sign:
    return Sign(
        name=short_name(f"home_{need}"),
        kind="home",
        evidence=(_others(need),),
        needs=frozenset({need}),
        told_by=_ids(told),
    )


def _of_family(need: str, told: Sequence[tuple[Source, NeedMapping]]) -> Sign:
    """A need of somebody, or of whom they live with: to a child the two come to one."""
    evidence = ({"need": need, "within": RECENT}, _others(need))
    return Sign(
        name=short_name(f"family_{need}"), kind="family", evidence=evidence, needs=frozenset({need}), told_by=_ids(told)
    )


def _others(need: str) -> dict[str, Any]:
    return {"household": {"any": {"need": need, "within": RECENT}, "age": _ADULT_AT_HOME}}


def events_of(source: Source) -> list[EventMapping]:
    """Every event mapping of a source."""
    return [mapping for file in source.files for mapping in file.events]


def named_kinds(named: str | Coded) -> list[str]:
    """The kinds, or needs, that a mapping may give."""
    return sorted(set(named.values.values())) if isinstance(named, Coded) else [named]
