"""Of the people who show a candidate's signs: who got no response, from one service that is there or from all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cohorts.finder.candidates import Candidate, load_groups
from cohorts.finder.leading import people_nobody_leads
from cohorts.finder.silence import ALL, Asked, Silence, ask
from cohorts.finder.vocabulary import ALONE, Responder, Sign, lead_kinds
from governance.settings import Source
from governance.warehouse import fetch_table, load_sql, load_table

LEAST_REACHED = 0.02
"""A service that fewer of a candidate's people were in touch with at all is not there for people like them."""

_GAP_MEMBER = pa.schema([("place", pa.int32()), ("person_no", pa.int32())])


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
    asked = [_asked(each, signs, responders) for each in candidates]
    found = ask(con, asked, responders, as_of)
    return [gap for one, silence in zip(asked, found, strict=True) for gap in _gaps(one, silence)]


def find_families(
    con: duckdb.DuckDBPyConnection,
    candidates: Sequence[Candidate],
    signs: Sequence[Sign],
    sources: Sequence[Source],
    as_of: date,
) -> list[Gap]:
    """Children with several needs of a family, with no planned help open for them or anybody at home.

    Args:
        con: As :func:`find_gaps`.
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
    showing = _showing(con, [candidates[number] for number in asked])
    return [
        Gap(candidate=candidates[number], sources=(), members=np.intersect1d(alone, people), leads=kinds)
        for number, people in zip(asked, showing, strict=True)
    ]


def _showing(con: duckdb.DuckDBPyConnection, candidates: Sequence[Candidate]) -> list[NDArray[np.int32]]:
    """Who shows enough signs of each of a few candidates."""
    load_groups(con, [(one.stage, one.signs, one.at_least) for one in candidates])
    rows = fetch_table(con, load_sql("cohorts.finder", "group_member"))
    number, person = rows["group_no"].to_numpy(), rows["person_no"].to_numpy()
    bounds = np.searchsorted(number, np.arange(len(candidates) + 1))
    return [person[start:stop] for start, stop in pairwise(bounds)]


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
    asked = [
        Asked(candidate=gap.candidate, sources=tuple(one.source for one in responders if gap.asks(one))) for gap in gaps
    ]
    members = [one.members(ALL) for one in ask(con, asked, responders, as_of)]
    led = [place for place, gap in enumerate(gaps) if gap.leads]
    # Gaps of one project ask about the same kinds of help, so the statement is asked once.
    alone = {kinds: people_nobody_leads(con, kinds, as_of) for kinds in {gaps[place].leads for place in led}}
    for place, people in zip(led, _showing(con, [gaps[place].candidate for place in led]), strict=True):
        members[place] = np.intersect1d(alone[gaps[place].leads], people)
    load_members(con, members)
    return fetch_table(con, load_sql("cohorts.finder", "gap_member"))


def load_members(con: duckdb.DuckDBPyConnection, members: Sequence[NDArray[np.int32]]) -> None:
    """Make ``gap_member``: members by the place of their gap."""
    place = np.repeat(np.arange(len(members), dtype=np.int32), [len(one) for one in members])
    load_table(con, "gap_member", pa.table([place, np.concatenate([np.zeros(0, np.int32), *members])], _GAP_MEMBER))


def _asked(candidate: Candidate, signs: Sequence[Sign], responders: Sequence[Responder]) -> Asked:
    """Every service that is there for its needs, and those whose silence alone says something."""
    there = sorted(responders_for(candidate, signs, responders), key=lambda one: one.source)
    return Asked(
        candidate=candidate,
        sources=tuple(one.source for one in there),
        by_itself=tuple(one.source for one in there if _is_for_all(candidate, signs, one)),
    )


def _is_for_all(candidate: Candidate, signs: Sequence[Sign], responder: Responder) -> bool:
    """Whether everyone has a need that this service is there for: only then its silence says something."""
    if candidate.at_least < len(candidate.signs):
        return False
    needs = [signs[one].own_needs for one in candidate.signs]
    return any(one and one <= responder.needs for one in needs) or not any(needs)


def _gaps(asked: Asked, silence: Silence) -> Iterator[Gap]:
    """What is missing of one candidate: the whole of services first, then one by one.

    Services that hardly any of its people were ever in touch with are not there for people like them: their silence
    says nothing. Whether they came in time is not asked, or those whom hardly anybody answers would be left out.
    """
    there = [one for one in asked.sources if silence.in_touch.get(one, 0) >= max(LEAST_REACHED * silence.people, 1)]
    # One service alone is all of them.
    for named in (ALL, *(one for one in there if len(there) > 1 and one in asked.by_itself)):
        members = silence.members(named)
        if there and len(members):
            sources = tuple(there) if named == ALL else (named,)
            yield Gap(candidate=asked.candidate, sources=sources, members=members)
