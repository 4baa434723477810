"""The finder: from the analysis tables of one period to proposals, with exact numbers for inside the zone only."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb
import numpy as np

from cohorts.durations import Duration
from cohorts.finder.answers import Gap, find_families, find_gaps
from cohorts.finder.candidates import find_candidates, sets_in_question
from cohorts.finder.choosing import MOST_PROPOSALS, choose
from cohorts.finder.proposal import Proposal, make_proposal, proposal_id
from cohorts.finder.redrawn import Doubt, redraw, stays
from cohorts.finder.resampling import found_again
from cohorts.finder.sets import NONE, Counted, count_sets
from cohorts.finder.signs import find_signs, show_signs, stage_people
from cohorts.finder.unequal import most_unequal
from cohorts.finder.vocabulary import RECENT, Responder, Sign, responders_of
from governance.settings import Project, Source
from governance.warehouse import load_sql

LEAST_PEOPLE = 50
"""Of whom a combination is looked at; of those without a response half as many make a proposal."""

_SEED = 6
_SPARE = 2
"""So many times as many as wanted are asked how steady they are."""
_SIGN, _CHANCE, _SIFT = "who shows which sign", "what goes together more than by chance", "who got no response"
STEPS = (_SIGN, _CHANCE, _SIFT)

Progress = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One proposal and its exact numbers, which stay in the analysis zone."""

    gap: Gap
    proposal: Proposal
    stability: float
    """Share of resampled populations in which the combination would be found again."""
    stays: float | None
    """Share of linkage draws in which it would be proposed; None where draws were not asked."""
    unequal: float
    """How many times as common it surely is in the group that has it most; 1 where nothing is sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finds:
    """What was looked at, and what is proposed, best first."""

    found: tuple[Found, ...] = ()
    signs: tuple[Sign, ...] = ()
    sets_counted: int = 0
    sets_asked: int = 0
    not_by_chance: int = 0
    """Combinations that are more common than chance has it."""
    gaps: int = 0
    """Combinations with a response that may be missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How to look, besides at what."""

    period: str
    """Its name, for the files."""
    least_people: int = LEAST_PEOPLE
    """Smaller combinations are left out."""
    most: int = MOST_PROPOSALS
    """So many are proposed."""
    doubt: Doubt | None = None
    """What linkage is not sure of; without it draws are not asked."""
    earlier: Mapping[str, int] = field(default_factory=dict)
    """In how many earlier months each proposal was found, by id."""
    months: int = 0
    """Earlier months in which there was a search."""


def find(
    con: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    project: Project,
    as_of: date,
    search: Search,
    *,
    tell: Progress = lambda _: None,
) -> Finds:
    """Proposals of one period.

    Args:
        con: Holds the analysis tables; the finder's own are added.
        sources: Their settings: the only thing the finder knows beforehand.
        project: Purpose, register, whether homes are told.
        as_of: First day after the period.
        search: How to look.
        tell: Is told each step as it begins.
    """
    least = search.least_people
    tell(_SIGN)
    stage_people(con, as_of)
    signs = show_signs(con, find_signs(con, sources, project, as_of), as_of, least_people=least)
    if not signs:  # too few people to say anything of
        return Finds()
    tell(_CHANCE)
    counted = count_sets(con, signs, least_people=least)
    asked = sets_in_question(signs, len(counted))
    candidates = find_candidates(con, counted, signs, event_counts(con, as_of), least_people=least, tests=asked)
    tell(_SIFT)
    responders = responders_of(sources)
    gaps = find_gaps(con, candidates, signs, responders, as_of)
    gaps += find_families(con, candidates, signs, sources, as_of)
    vocabulary = _Vocabulary(signs, responders, sign_sizes(counted), project.purpose)
    return Finds(
        found=tuple(_sift(con, gaps, vocabulary, search)),
        signs=tuple(signs),
        sets_counted=sum(len(one.sets) for one in counted),
        sets_asked=asked,
        not_by_chance=len(candidates),
        gaps=len(gaps),
    )


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """What gaps are made of."""

    signs: Sequence[Sign]
    responders: Sequence[Responder]
    sizes: Mapping[tuple[str, int], int]
    purpose: str


def _sift(
    con: duckdb.DuckDBPyConnection, gaps: Sequence[Gap], vocabulary: _Vocabulary, search: Search
) -> Iterator[Found]:
    """Proposals, best first: twice as many as wanted by size and inequality, and of those the steadiest.

    What is steady is asked only of the first choice: it costs as much as the search itself.
    """
    least, signs = search.least_people, vocabulary.signs
    sure = dict(zip(map(id, gaps), most_unequal(con, gaps).tolist(), strict=True))

    def chosen(among: Sequence[Gap], steady: Sequence[float], most: int) -> list[Gap]:
        weight = np.sqrt([sure[id(gap)] for gap in among]) * np.array(steady)
        return choose(among, signs, vocabulary.sizes, weight, least_people=least // 2, most=most)

    first = chosen(gaps, [1.0] * len(gaps), _SPARE * search.most)
    again = found_again(con, [gap.candidate for gap in first], least_people=least, seed=_SEED)
    drawn: Sequence[float | None] = [None] * len(first)
    if search.doubt and first:
        drawn = stays(redraw(con, first, signs, vocabulary.responders, search.doubt), first, least_people=least)
    steady = [
        steadiness(one, joined, search.earlier.get(proposal_id(gap, signs), 0), search.months)
        for gap, one, joined in zip(first, again, drawn, strict=True)
    ]
    known = {id(gap): (one, joined) for gap, one, joined in zip(first, again, drawn, strict=True)}
    for gap in chosen(first, steady, search.most):
        proposal = make_proposal(gap, signs, vocabulary.responders, purpose=vocabulary.purpose, period=search.period)
        stability, joined = known[id(gap)]
        yield Found(gap=gap, proposal=proposal, stability=stability, stays=joined, unequal=sure[id(gap)])


def steadiness(again: float, drawn: float | None, before: int, months: int) -> float:
    """How far a proposal's worth is to be believed, 0 to 1.

    Args:
        again: Share of resampled populations in which it would be found.
        drawn: Share of linkage draws in which it would be proposed; None where draws were not asked.
        before: Earlier months in which it was proposed.
        months: Earlier months in which there was a search. Of two alike the one that was there before comes first, but
            what is new counts: never found in three searches halves it.
    """
    return again * (1.0 if drawn is None else drawn) * float(np.sqrt((1 + before) / (1 + months)))


def event_counts(con: duckdb.DuckDBPyConnection, as_of: date) -> dict[str, dict[int, int]]:
    """Events of each repeated kind in the last year, by stratum."""
    params = {"since": Duration.parse(RECENT).before(as_of), "as_of": as_of}
    found: dict[str, dict[int, int]] = {}
    for kind, stratum, events in con.execute(load_sql("cohorts.finder", "event_rate"), params).fetchall():
        found.setdefault(kind, {})[stratum] = events
    return found


def sign_sizes(counted: Sequence[Counted]) -> dict[tuple[str, int], int]:
    """People who show each sign, by stage and sign."""
    found: dict[tuple[str, int], int] = {}
    for one in counted:
        single = np.flatnonzero(one.sets[:, 1] == NONE)
        people = one.people[single].sum(axis=1)
        found |= {(one.stage, int(one.sets[row, 0])): int(n) for row, n in zip(single, people, strict=True)}
    return found
