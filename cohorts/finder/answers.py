"""Of the people who show a candidate's signs: who got no response, from one service that is there or from all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cohorts.compile.responses import ATTENDED
from cohorts.durations import Duration
from cohorts.finder.candidates import Candidate
from cohorts.finder.leading import people_nobody_leads
from cohorts.finder.vocabulary import ALONE, LOOKBACK, Responder, Sign, lead_kinds
from cohorts.measures.roles import role_of
from governance.settings import Source
from governance.warehouse import fetch_table, load_sql, load_table, materialise

SOON_DAYS, LASTING_DAYS, SEVERAL = 84, 182, 3
"""A first response inside twelve weeks; support that lasts: three contacts, or a service, inside half a year."""

_TIMES = {"soon_days": SOON_DAYS, "lasting_days": LASTING_DAYS}

ALL = ""
"""In place of a service: none of those that are there for the needs."""

LEAST_REACHED = 0.02
"""A service that fewer of a candidate's people were in touch with at all is not there for people like them."""

_RESPONDER_EVENT = pa.schema(
    [("source", pa.string()), ("kind", pa.string()), ("has_outcome", pa.bool_()), ("is_service", pa.bool_())]
)
_CANDIDATE_SIGN = pa.schema(
    [("candidate_no", pa.int32()), ("stage", pa.string()), ("sign_no", pa.int16()), ("at_least", pa.int16())]
)
_CANDIDATE_RESPONDER = pa.schema(
    [("candidate_no", pa.int32()), ("source", pa.string()), ("is_lasting", pa.bool_()), ("is_for_all", pa.bool_())]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A candidate and a response that did not come. People are numbers of ``person_stratum``."""

    candidate: Candidate
    sources: tuple[str, ...]
    """Services of which none responded."""
    members: NDArray[np.int32]
    """Ascending."""
    leads: tuple[str, ...] = ()
    """Of a family that nobody leads: kinds of planned help none of which is open. No service is asked about then."""

    @property
    def share(self) -> float:
        """Of the people who show the signs, those to whom nobody responded in time."""
        return len(self.members) / max(self.candidate.people, 1)

    @property
    def is_lasting(self) -> bool:
        """Whether support that lasts is asked for, not a first response."""
        return self.candidate.at_least < len(self.candidate.signs) and not self.leads

    def asks(self, responder: Responder) -> bool:
        """Whether it is about this service's silence."""
        return responder.source in self.sources


def responders_for(candidate: Candidate, signs: Sequence[Sign], responders: Sequence[Responder]) -> list[Responder]:
    """Services that are there for one of the person's own needs; where all is somebody else's at home, any service.

    None where several needs of a family are asked for: who is asked about is whoever might lead.

    Not one that ended at an age: it cannot come back. Nor one of which the sign says that it did not.
    """
    if any(signs[one].kind == "family" for one in candidate.signs):
        return []
    needs = frozenset().union(*(signs[one].own_needs for one in candidate.signs))
    over = frozenset().union(*(signs[one].told_by for one in candidate.signs if signs[one].kind in ALONE))
    return [one for one in responders if (one.needs & needs or not needs) and one.source not in over]


def find_gaps(
    con: duckdb.DuckDBPyConnection,
    candidates: Sequence[Candidate],
    signs: Sequence[Sign],
    responders: Sequence[Responder],
    as_of: date,
) -> list[Gap]:
    """Every candidate with every response that might be missing.

    Args:
        con: Holds the analysis tables and what ``signs`` and ``sets`` made.
        candidates: From ``candidates.find_candidates``.
        signs: The vocabulary.
        responders: Who could respond to what.
        as_of: First day after the period.

    Returns:
        In the order of candidates, then services; the whole of services first.
    """
    asked = [(number, one) for number, each in enumerate(candidates) for one in responders_for(each, signs, responders)]
    wanted = [_Wanted(number, one, _is_for_all(candidates[number], signs, one)) for number, one in asked]
    _answer(con, candidates, responders, wanted, as_of)
    con.execute(load_sql("cohorts.finder", "drop_strangers"), {"least": LEAST_REACHED})
    materialise(con, "unanswered", load_sql("cohorts.finder", "unanswered"), {**_TIMES, "as_of": as_of})
    rows = fetch_table(con, "SELECT * FROM unanswered ORDER BY candidate_no, source, person_no")
    served = con.execute("SELECT candidate_no, list(source ORDER BY source) FROM candidate_responder GROUP BY ALL")
    return _gaps(candidates, rows, dict(served.fetchall()))


def find_families(
    con: duckdb.DuckDBPyConnection,
    candidates: Sequence[Candidate],
    signs: Sequence[Sign],
    sources: Sequence[Source],
    as_of: date,
) -> list[Gap]:
    """Children with several needs of a family, with no planned help open for them or anybody at home.

    Args:
        con: As :func:`find_gaps` of the same candidates left it.
        candidates: From ``candidates.find_candidates``.
        signs: The vocabulary.
        sources: Their settings, which say what planned help has a beginning and an end.
        as_of: First day after the period.
    """
    asked = [
        number
        for number, each in enumerate(candidates)
        if each.at_least < len(each.signs) and signs[each.signs[0]].kind == "family"
    ]
    kinds = lead_kinds(sources)
    if not asked or not kinds:
        return []
    alone = people_nobody_leads(con, kinds, as_of)
    return [
        Gap(candidate=candidates[number], sources=(), members=np.intersect1d(alone, _showing(con, number)), leads=kinds)
        for number in asked
    ]


def _showing(con: duckdb.DuckDBPyConnection, number: int) -> NDArray[np.int32]:
    rows = con.sql("SELECT person_no FROM candidate_member WHERE candidate_no = $number", params={"number": number})
    found: NDArray[np.int32] = rows.to_arrow_table()["person_no"].to_numpy().astype(np.int32)
    return found


def members_of(
    con: duckdb.DuckDBPyConnection, gaps: Sequence[Gap], responders: Sequence[Responder], as_of: date
) -> pa.Table:
    """Who belongs to gaps that were found, among the people of another warehouse.

    Args:
        con: Holds analysis tables, ``person_stratum``, ``person_sign``, ``person_shown`` and ``pattern``.
        gaps: Of the very same signs.
        responders: Who could respond to what.
        as_of: First day after the period.

    Returns:
        Columns place (of the gap), person_id.
    """
    wanted = [_Wanted(place, one, False) for place, gap in enumerate(gaps) for one in responders if gap.asks(one)]
    _answer(con, [gap.candidate for gap in gaps], responders, wanted, as_of)
    materialise(con, "unanswered", load_sql("cohorts.finder", "unanswered"), {**_TIMES, "as_of": as_of})
    load_table(con, "without_lead", _without_lead(con, gaps, as_of))
    return fetch_table(con, load_sql("cohorts.finder", "gap_member"))


def _without_lead(con: duckdb.DuckDBPyConnection, gaps: Sequence[Gap], as_of: date) -> pa.Table:
    """Members of gaps that ask who leads: columns candidate_no, person_no."""
    asked = [(place, gap.leads) for place, gap in enumerate(gaps) if gap.leads]
    # Gaps of one project ask about the same kinds of help, so the statement is asked once.
    alone = {kinds: people_nobody_leads(con, kinds, as_of) for kinds in {kinds for _, kinds in asked}}
    parts = [(place, np.intersect1d(alone[kinds], _showing(con, place))) for place, kinds in asked]
    places = [np.full(len(people), place, np.int32) for place, people in parts]
    columns = [np.concatenate([np.zeros(0, np.int32), *each]) for each in (places, [one for _, one in parts])]
    return pa.table(columns, schema=pa.schema([("candidate_no", pa.int32()), ("person_no", pa.int32())]))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A service that is asked about a candidate; whether it is asked about alone as well, or with the others only."""

    number: int
    responder: Responder
    is_for_all: bool


def _answer(
    con: duckdb.DuckDBPyConnection,
    candidates: Sequence[Candidate],
    responders: Sequence[Responder],
    wanted: Sequence[_Wanted],
    as_of: date,
) -> None:
    """Make ``candidate_member`` and ``answered``."""
    _load(con, candidates, responders, wanted)
    since = Duration.parse(LOOKBACK).before(as_of)
    params = {"attended": list(ATTENDED), "since": since, "as_of": as_of}
    materialise(con, "response", load_sql("cohorts.finder", "response"), params)
    materialise(con, "candidate_member", load_sql("cohorts.finder", "candidate_member"))
    materialise(con, "answered", load_sql("cohorts.finder", "answered"), {**_TIMES, "several": SEVERAL})


def _load(
    con: duckdb.DuckDBPyConnection,
    candidates: Sequence[Candidate],
    responders: Sequence[Responder],
    wanted: Sequence[_Wanted],
) -> None:
    events = [
        {"source": one.source, "kind": kind, "has_outcome": has_outcome, "is_service": role_of(kind) == "service"}
        for one in responders
        for kind, has_outcome in one.events.items()
    ]
    shown = [
        {"candidate_no": number, "stage": each.stage, "sign_no": sign, "at_least": each.at_least}
        for number, each in enumerate(candidates)
        for sign in each.signs
    ]
    asked = [
        {
            "candidate_no": one.number,
            "source": one.responder.source,
            "is_lasting": candidates[one.number].at_least < len(candidates[one.number].signs),
            "is_for_all": one.is_for_all,
        }
        for one in wanted
    ]
    load_table(con, "responder_event", pa.Table.from_pylist(events, _RESPONDER_EVENT))
    load_table(con, "candidate_sign", pa.Table.from_pylist(shown, _CANDIDATE_SIGN))
    load_table(con, "candidate_responder", pa.Table.from_pylist(asked, _CANDIDATE_RESPONDER))


def _is_for_all(candidate: Candidate, signs: Sequence[Sign], responder: Responder) -> bool:
    """Whether everyone has a need that this service is there for: only then its silence says something."""
    if candidate.at_least < len(candidate.signs):
        return False
    needs = [signs[one].own_needs for one in candidate.signs]
    return any(one and one <= responder.needs for one in needs) or not any(needs)


def _gaps(candidates: Sequence[Candidate], rows: pa.Table, served: dict[int, list[str]]) -> list[Gap]:
    number, person = rows["candidate_no"].to_numpy(), rows["person_no"].to_numpy().astype(np.int32)
    source = np.array(rows["source"].to_pylist(), str)
    if not len(number):
        return []
    starts = np.flatnonzero(np.r_[True, (number[1:] != number[:-1]) | (source[1:] != source[:-1])])
    found = []
    for start, stop in zip(starts, np.r_[starts[1:], len(number)], strict=True):
        which, named = int(number[start]), str(source[start])
        sources = tuple(served[which]) if named == ALL else (named,)
        if named == ALL or len(served[which]) > 1:  # one service alone is all of them
            found.append(Gap(candidate=candidates[which], sources=sources, members=person[start:stop]))
    return found
