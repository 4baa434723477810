"""Needs that came again after a service had been there for them, and the service did not come again.

Signs that go together cannot show it: an incident and the service that had known of the last one are of one need, and
two signs of one need never stand in a set. So it is asked of every service and need whether those it had known in the
year before are told of again by *others*, more often than those of their age and sex whom it had not known. What a
service notes itself of people it knows is not held against its knowing them.

Were knowing and telling independent inside a stratum, the people told of whom it had known would be hypergeometric at
the most, for the order is asked as well; so Poisson's tail is never too small (see ``chance``). Bonferroni's limit is
held over every service, need and stage of life asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from cohorts.durations import Duration
from cohorts.finder.chance import FALSE_SHARE, upper_tail
from cohorts.finder.vocabulary import (
    LOOKBACK,
    MISSED,
    RECENT,
    Sign,
    carried_needs,
    events_of,
    named_kinds,
    responders_of,
    short_name,
    telling_events,
)
from governance.settings import Source
from governance.warehouse import load_sql, load_table

NOT_SINCE = "84d"
"""The service is not there for so long once it comes to it again."""

LEAST_RETURNED, LEAST_OFTENER = 50, 1.5
"""Of fewer people nothing is said; what is less than so many times as common as by chance says little."""

Lift = Mapping[tuple[str, str], Mapping[str, float]]
"""By source and need, by stage of life: how many times as often as by chance it came again."""

_STAGES = 2
_RETURN_KIND = pa.schema(
    [("source", pa.string()), ("need", pa.string()), ("teller", pa.string()), ("kind", pa.string())]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A need, a service that is there for it, and what tells that it has come to it again."""

    source: str
    need: str
    told: tuple[tuple[str, str], ...]
    """Source and kind of events of which every one is evidence of the need, and none is help."""
    knew: tuple[str, ...]
    """Kinds of event by which the service had known somebody."""
    helps: Mapping[str, bool]
    """Its kinds that are a response; whether an outcome says if the person was there."""


def returns_of(sources: Sequence[Source], spine: str) -> list[Return]:
    """Every service and need of which it can be asked: others than the service tell when it comes again."""
    told = list(_told(sources, spine))
    by_id = {source.id: source for source in sources}
    found = []
    for one in responders_of(sources):
        knew = _knew(by_id[one.source])
        for need in sorted(one.needs) if one.source != spine else []:
            again = tuple(sorted({(source, kind) for named, source, kind in told if named == need}))
            if any(source != one.source for source, _ in again):
                found.append(Return(source=one.source, need=need, told=again, knew=knew, helps=one.events))
    return found


def _told(sources: Sequence[Source], spine: str) -> Iterator[tuple[str, str, str]]:
    """Need, source and kind of what tells of a need without helping."""
    for source in sources:
        for kind, mapping in telling_events(source, spine):
            if kind.partition(".")[2] not in MISSED:
                for need in carried_needs(source, mapping, kind):
                    yield need, source.id, kind


def _knew(source: Source) -> tuple[str, ...]:
    kinds = {kind for one in events_of(source) if not one.crisis for kind in named_kinds(one.kind)}
    return tuple(sorted(kind for kind in kinds if kind.partition(".")[2] not in MISSED))


def returned_signs(con: duckdb.DuckDBPyConnection, sources: Sequence[Source], spine: str, as_of: date) -> list[Sign]:
    """Signs of what came again more often than by chance.

    Args:
        con: Holds ``event`` and ``person_stratum``.
        sources: Their settings.
        spine: Everybody is in contact with it, so that it knew somebody says nothing.
        as_of: First day after the period.
    """
    asked = returns_of(sources, spine)
    lift = oftener(known_and_told(con, asked, as_of), asked=len(asked))
    return [_sign(one, lift[one.source, one.need]) for one in asked if (one.source, one.need) in lift]


def known_and_told(con: duckdb.DuckDBPyConnection, asked: Sequence[Return], as_of: date) -> pa.Table:
    """Columns source, need, stage, stratum, known, told, returned, people: whom it knew, and who was told of again."""
    known = [
        {"source": one.source, "need": one.need, "teller": one.source, "kind": kind}
        for one in asked
        for kind in one.knew
    ]
    told = [
        {"source": one.source, "need": one.need, "teller": teller, "kind": kind}
        for one in asked
        for teller, kind in one.told
        if teller != one.source
    ]
    load_table(con, "known_kind", pa.Table.from_pylist(known, _RETURN_KIND))
    load_table(con, "told_kind", pa.Table.from_pylist(told, _RETURN_KIND))
    since = Duration.parse(RECENT).before(as_of)
    params = {"since": since, "known_since": Duration.parse(RECENT).before(since), "as_of": as_of}
    return con.sql(load_sql("cohorts.finder", "returned"), params=params).to_arrow_table()


def oftener(counted: pa.Table, *, asked: int) -> dict[tuple[str, str], dict[str, float]]:
    """What came again more often than by chance: see ``Lift``.

    Args:
        counted: From :func:`known_and_told`.
        asked: How many services and needs were asked.
    """
    found: dict[tuple[str, str], dict[str, float]] = {}
    for (source, need, stage), (people, chance) in sorted(_summed(counted).items()):
        if people < LEAST_RETURNED or people < LEAST_OFTENER * chance:
            continue
        tail = float(upper_tail(np.array([people]), np.array([chance]))[0])
        if tail * asked * _STAGES <= FALSE_SHARE:
            found.setdefault((source, need), {})[stage] = people / chance
    return found


def _summed(counted: pa.Table) -> dict[tuple[str, str, str], tuple[float, float]]:
    """By source, need and stage of life: people of whom both is true, and how many it would be by chance."""
    whole: dict[tuple[str, str, str], tuple[float, float]] = {}
    for row in counted.to_pylist():
        key = row["source"], row["need"], row["stage"]
        people, chance = whole.get(key, (0.0, 1e-9))
        whole[key] = people + row["returned"], chance + row["known"] * row["told"] / row["people"]
    return whole


def _sign(one: Return, lift: Mapping[str, float]) -> Sign:
    """Told of again by anybody after the service had known the person; and the service did not come again."""
    absent: dict[str, Any] = {"event": sorted(one.helps), "within": NOT_SINCE}
    again: dict[str, Any] = {
        "event": sorted({kind for _, kind in one.told}),
        "clock": "start",
        "preceded_by": {"event": list(one.knew), "within": RECENT},
        "not_followed_by": {**absent, "attended": True} if all(one.helps.values()) else absent,
        "within": RECENT,
    }
    return Sign(
        name=short_name(f"back_{one.source}_{one.need}"),
        kind="returned",
        evidence=({"need": one.need, "within": LOOKBACK}, again),
        how="all",
        needs=frozenset({one.need}),
        told_by=frozenset({one.source}),
        lift=lift,
    )
