"""Whom services left without an answer, candidate by candidate, of some people at a time.

Whether a service answered somebody depends on the day by which they showed enough signs, not on which signs these were:
so each day on which somebody showed any sign is asked about once. A candidate's people and their days are looked up in
what is held of a part of the people, and there never is a row for each candidate and person of all: where services know
people at random that is more than memory holds. Days have numbers that grow with the person and the day, so the day by
which three signs were shown is the third of their numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cohorts.compile.responses import ATTENDED
from cohorts.durations import Duration
from cohorts.finder.candidates import Candidate
from cohorts.finder.numbered import numbered
from cohorts.finder.signs import MOST_SIGNS
from cohorts.finder.vocabulary import LOOKBACK, Responder
from cohorts.measures.roles import role_of
from governance.in_parts import parts_for
from governance.warehouse import drop, fetch_table, load_sql, load_table, materialise

SOON_DAYS, LASTING_DAYS, SEVERAL = 84, 182, 3
"""A first response inside twelve weeks; support that lasts: three contacts, or a service, inside half a year."""

ALL = ""
"""In place of a service: none of those that are there for the needs."""

Bits = NDArray[np.bool_]
People = NDArray[np.int32]
"""Numbers of ``person_stratum``, ascending."""

_NOBODY: People = np.zeros(0, np.int32)
_EPOCH = date(1970, 1, 1)
_NEVER = np.iinfo(np.int32).max
_RESPONDER_EVENT = pa.schema(
    [
        ("source", pa.string()),
        ("source_no", pa.int16()),
        ("kind", pa.string()),
        ("has_outcome", pa.bool_()),
        ("is_service", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A candidate, and the services that are asked about."""

    candidate: Candidate
    sources: tuple[str, ...]
    """Those that are there for its needs: it is asked whether none of them responded."""
    by_itself: tuple[str, ...] = ()
    """Those of them of which each is asked about alone as well."""

    @property
    def is_lasting(self) -> bool:
        """Whether support that lasts is asked for, not a first response."""
        return self.candidate.at_least < len(self.candidate.signs)


@dataclass(slots=True)
class Silence:
    """What is known of one candidate once every part of the people was asked."""

    people: int = 0
    """Who show its signs."""
    in_touch: dict[str, int] = field(default_factory=dict)
    """Those of them who were ever in touch with each service; whether it came in time is not asked."""
    _parts: dict[str, list[People]] = field(default_factory=dict)

    def members(self, source: str) -> People:
        """For whom the time to respond is over and nothing came from a service, or from all of them."""
        return np.concatenate([_NOBODY, *self._parts.get(source, ())])

    def add(self, people: int, in_touch: Mapping[str, int], silent: Mapping[str, People]) -> None:
        """What one more part gave."""
        self.people += people
        for source, number in in_touch.items():
            self.in_touch[source] = self.in_touch.get(source, 0) + number
        for source, members in silent.items():
            if len(members):
                self._parts.setdefault(source, []).append(members)


def ask(
    con: duckdb.DuckDBPyConnection, asked: Sequence[Asked], responders: Sequence[Responder], as_of: date
) -> list[Silence]:
    """Who got no response in time.

    Args:
        con: Holds ``event``, ``person_stratum`` and ``person_sign``; tables of responses are made and dropped.
        asked: Candidates and services.
        responders: Who could respond to what.
        as_of: First day after the period.
    """
    _stage_responses(con, responders, as_of)
    number = {one.source: place for place, one in enumerate(responders)}
    found = [Silence() for _ in asked]
    ((people,),) = con.execute("SELECT count(*) FROM person_stratum").fetchall()
    width = -(-people // parts_for(people)) or 1
    for first in range(0, people, width):
        part = _Part.of(con, first, min(first + width, people), len(responders), as_of)
        for one, silence in zip(asked, found, strict=True):
            part.tell(one, number, silence)
    drop(con, ("response", "sign_day"))
    return found


def _stage_responses(con: duckdb.DuckDBPyConnection, responders: Sequence[Responder], as_of: date) -> None:
    """Make ``response``."""
    events = [
        {
            "source": one.source,
            "source_no": place,
            "kind": kind,
            "has_outcome": has_outcome,
            "is_service": role_of(kind) == "service",
        }
        for place, one in enumerate(responders)
        for kind, has_outcome in one.events.items()
    ]
    load_table(con, "responder_event", pa.Table.from_pylist(events, _RESPONDER_EVENT))
    params = {"attended": list(ATTENDED), "since": Duration.parse(LOOKBACK).before(as_of), "as_of": as_of}
    materialise(con, "response", load_sql("cohorts.finder", "response"), params)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Some of the people, one after the other by number: their signs, their days and what came after these."""

    first: int
    stage: Mapping[str, Bits]
    """By stage of life, who is in it."""
    shown: NDArray[np.uint8]
    """Shape (signs, people)."""
    place: NDArray[np.int32]
    """Shape (signs, people): the number of the day by which the sign was shown."""
    is_over: Mapping[bool, Bits]
    """By whether support that lasts is asked for, and by day: whether the time to respond is over."""
    came: Mapping[bool, Bits]
    """By the same; shape (services, days)."""
    in_touch: Bits
    """Shape (services, people)."""

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, first: int, after: int, services: int, as_of: date) -> Self:
        """Look them up."""
        some = {"first": first, "after": after}
        materialise(con, "sign_day", load_sql("cohorts.finder", "sign_day"), some)
        signs = fetch_table(con, load_sql("cohorts.finder", "sign_place"), some)
        shown = np.zeros((MOST_SIGNS, after - first), np.uint8)
        place = np.full(shown.shape, _NEVER, np.int32)
        where = signs["sign_no"].to_numpy(), signs["person_no"].to_numpy() - first
        shown[where], place[where] = 1, signs["place"].to_numpy()
        day = fetch_table(con, "SELECT day FROM sign_day ORDER BY place")["day"].cast(pa.int32()).to_numpy()
        today = (as_of - _EPOCH).days
        return cls(
            first=first,
            stage=_stages(con, some),
            shown=shown,
            place=place,
            is_over={False: day + SOON_DAYS <= today, True: day + LASTING_DAYS <= today},
            came=_came(con, some, (services, len(day))),
            in_touch=_in_touch(con, some, services),
        )

    def tell(self, asked: Asked, number: Mapping[str, int], silence: Silence) -> None:
        """Add to what is known of a candidate.

        Args:
            asked: The candidate and services.
            number: Of each service.
            silence: What is known of it.
        """
        candidate, stage = asked.candidate, self.stage.get(asked.candidate.stage)
        if stage is None or not asked.sources:
            return
        signs = np.array(candidate.signs)
        held = self.shown[signs].sum(axis=0, dtype=np.uint8) >= candidate.at_least
        people = np.flatnonzero(held & stage)
        crossed = np.sort(self.place[np.ix_(signs, people)], axis=0)[candidate.at_least - 1]
        services = np.array([number[source] for source in asked.sources])
        reached = self.in_touch[np.ix_(services, people)].sum(axis=1).tolist()
        came = self.came[asked.is_lasting][np.ix_(services, crossed)]
        is_over = self.is_over[asked.is_lasting][crossed]
        silent = {ALL: is_over & ~came.any(axis=0)}
        silent |= {source: is_over & ~came[asked.sources.index(source)] for source in asked.by_itself}
        numbers = (people + self.first).astype(np.int32)
        members = {source: numbers[nothing] for source, nothing in silent.items()}
        silence.add(len(people), dict(zip(asked.sources, reached, strict=True)), members)


def _stages(con: duckdb.DuckDBPyConnection, some: Mapping[str, int]) -> dict[str, Bits]:
    query = "SELECT stage FROM person_stratum WHERE person_no >= $first AND person_no < $after ORDER BY person_no"
    names, number = numbered(fetch_table(con, query, some)["stage"])
    return {name: number == place for place, name in enumerate(names)}


def _came(con: duckdb.DuckDBPyConnection, some: Mapping[str, int], shape: tuple[int, int]) -> dict[bool, Bits]:
    """By whether support that lasts is asked for: whether a service answered those who crossed on a day."""
    times = {"soon_days": SOON_DAYS, "lasting_days": LASTING_DAYS, "several": SEVERAL}
    rows = fetch_table(con, load_sql("cohorts.finder", "answered"), {**some, **times})
    where = rows["source_no"].to_numpy(), rows["place"].to_numpy()
    found = {}
    for is_lasting, name in ((False, "soon"), (True, "lasting")):
        found[is_lasting] = np.zeros(shape, bool)
        found[is_lasting][where] = rows[name].to_numpy()
    return found


def _in_touch(con: duckdb.DuckDBPyConnection, some: Mapping[str, int], services: int) -> Bits:
    rows = fetch_table(con, load_sql("cohorts.finder", "in_touch"), some)
    found = np.zeros((services, some["after"] - some["first"]), bool)
    found[rows["source_no"].to_numpy(), rows["person_no"].to_numpy() - some["first"]] = True
    return found
