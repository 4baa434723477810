"""The finder: from the analysis tables of one period to proposals, with exact numbers for inside the zone only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np

from cohorts.durations import Duration
from cohorts.finder.answers import Gap, find_gaps
from cohorts.finder.candidates import find_candidates, sets_in_question
from cohorts.finder.choosing import MOST_PROPOSALS, choose
from cohorts.finder.proposal import Proposal, make_proposal
from cohorts.finder.resampling import found_again
from cohorts.finder.sets import NONE, Counted, count_sets
from cohorts.finder.signs import find_signs, show_signs, stage_people
from cohorts.finder.unequal import most_unequal
from cohorts.finder.vocabulary import RECENT, Sign, responders_of
from governance.settings import Project, Source
from governance.warehouse import load_sql

LEAST_PEOPLE = 50
"""Of whom a combination is looked at; of those without a response half as many make a proposal."""

_SEED = 6
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
    unequal: float
    """How many times as common it surely is in the group that has it most; 1 where nothing is sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finds:
    """What was looked at, and what is proposed, best first."""

    found: tuple[Found, ...]
    signs: tuple[Sign, ...]
    sets_counted: int
    sets_asked: int
    not_by_chance: int
    """Combinations that are more common than chance has it."""
    gaps: int
    """Combinations with a response that may be missing."""


def find(
    con: duckdb.DuckDBPyConnection,
    sources: Sequence[Source],
    project: Project,
    as_of: date,
    *,
    period: str,
    least_people: int = LEAST_PEOPLE,
    most: int = MOST_PROPOSALS,
    tell: Progress = lambda _: None,
) -> Finds:
    """Proposals of one period.

    Args:
        con: Holds the analysis tables; the finder's own are added.
        sources: Their settings: the only thing the finder knows beforehand.
        project: Purpose, register, whether homes are told.
        as_of: First day after the period.
        period: Its name, for the files.
        least_people: Smaller combinations are left out.
        most: So many are proposed.
        tell: Is told each step as it begins.
    """
    tell(_SIGN)
    stage_people(con, as_of)
    signs = show_signs(con, find_signs(con, sources, project, as_of), as_of, least_people=least_people)
    if not signs:  # too few people to say anything of
        return Finds(found=(), signs=(), sets_counted=0, sets_asked=0, not_by_chance=0, gaps=0)
    tell(_CHANCE)
    counted = count_sets(con, signs, least_people=least_people)
    asked = sets_in_question(signs, len(counted))
    events = event_counts(con, as_of)
    candidates = find_candidates(con, counted, signs, events, least_people=least_people, tests=asked)
    tell(_SIFT)
    responders = responders_of(sources)
    gaps = find_gaps(con, candidates, signs, responders, as_of)
    unequal = most_unequal(con, gaps)
    chosen = choose(gaps, signs, sign_sizes(counted), unequal, least_people=least_people // 2, most=most)
    again = found_again(con, [gap.candidate for gap in chosen], least_people=least_people, seed=_SEED)
    ratio = {id(gap): float(one) for gap, one in zip(gaps, unequal, strict=True)}
    return Finds(
        found=tuple(
            Found(
                gap=gap,
                proposal=make_proposal(gap, signs, responders, purpose=project.purpose, period=period),
                stability=share,
                unequal=ratio[id(gap)],
            )
            for gap, share in zip(chosen, again, strict=True)
        ),
        signs=tuple(signs),
        sets_counted=sum(len(one.sets) for one in counted),
        sets_asked=asked,
        not_by_chance=len(candidates),
        gaps=len(gaps),
    )


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
