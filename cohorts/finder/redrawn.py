"""In how many linkage draws a proposal stays: the same records joined otherwise, pair by pair in doubt.

Whoever is the same person in every draw shows the same signs in every draw. Those who are not are put through the same
tables and statements once, in a warehouse of their own (``cohorts.uncertainty.world``); a draw is then a few people
more or less of some patterns. Links that no rule could find are not drawn here: the share is of what is in doubt only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cohorts.finder.answers import Gap, load_members, members_of
from cohorts.finder.resampling import SOME_PATTERNS, Numbers, Populations, kept_in, patterns_of
from cohorts.finder.signs import mark_people, stage_people
from cohorts.finder.vocabulary import Responder, Sign
from cohorts.uncertainty.intervals import LinkageDraws
from cohorts.uncertainty.world import Setting, build_world
from governance.warehouse import fetch_table, load_sql, load_table, materialise


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """What linkage is not sure of, and what the analysis was made of."""

    draws: LinkageDraws
    setting: Setting


@dataclass(frozen=True, slots=True)
class Redrawn:
    """The same people, joined otherwise in each draw."""

    populations: Mapping[str, Populations]
    """By stage of life."""
    members: NDArray[np.int64]
    """Of each gap in each draw; shape (gaps, draws)."""


def stays(redrawn: Redrawn, gaps: Sequence[Gap], *, least_people: int) -> list[float]:
    """The share of draws in which each gap would be proposed: its signs still go together, and its people are enough.

    Args:
        redrawn: From :func:`redraw` of the same gaps.
        gaps: Those asked about.
        least_people: Of whom a combination was looked at; of its members half as many are enough.
    """
    candidates = [gap.candidate for gap in gaps]
    kept = kept_in(redrawn.populations.__getitem__, candidates, least_people=least_people)
    enough = redrawn.members >= least_people // 2
    return [float((one & several).mean()) for one, several in zip(kept, enough, strict=True)]


def redraw(
    con: duckdb.DuckDBPyConnection,
    gaps: Sequence[Gap],
    signs: Sequence[Sign],
    responders: Sequence[Responder],
    doubt: Doubt,
) -> Redrawn:
    """Every draw's people by the signs they show, and every gap's members.

    Args:
        con: As ``answers.find_gaps`` left it; tables about drawn people are added.
        gaps: Those asked about, one or more.
        signs: The vocabulary.
        responders: Who could respond to what.
        doubt: Draws, and how to make the tables of drawn people.
    """
    draws = doubt.draws.draws
    load_table(con, "linkage_draw", doubt.draws.linkage_draw)
    _mark_drawn(con, gaps, signs, responders, doubt)
    for table in ("every_pattern", "drawn_pattern", "redrawn"):
        materialise(con, table, load_sql("cohorts.finder", table))
    stages = sorted({gap.candidate.stage for gap in gaps})
    members = np.array([[len(gap.members)] for gap in gaps]) + _more_members(con, gaps, draws)
    return Redrawn({stage: _populations(con, stage, draws) for stage in stages}, members)


def _mark_drawn(
    con: duckdb.DuckDBPyConnection,
    gaps: Sequence[Gap],
    signs: Sequence[Sign],
    responders: Sequence[Responder],
    doubt: Doubt,
) -> None:
    """Make ``drawn_shown`` and ``drawn_member``: what drawn people show, and which gaps they are in."""
    world = build_world(con, doubt.draws.drawn_person, doubt.setting)
    as_of = doubt.setting.as_of
    stage_people(world, as_of)
    known = fetch_table(con, "SELECT DISTINCT stage, band, sex, stratum FROM person_stratum ORDER BY ALL")
    load_table(world, "index_stratum", known)
    materialise(world, "person_stratum", load_sql("cohorts.finder", "stratum_of_drawn"))
    mark_people(world, signs, as_of)
    materialise(world, "person_shown", load_sql("cohorts.finder", "person_shown"))
    materialise(world, "pattern", load_sql("cohorts.finder", "pattern"))
    load_table(con, "drawn_shown", fetch_table(world, load_sql("cohorts.finder", "drawn_shown")))
    load_table(con, "drawn_member", members_of(world, gaps, responders, as_of))
    world.close()


def _populations(con: duckdb.DuckDBPyConnection, stage: str, draws: int) -> Populations:
    """Patterns of one stage, and how many people show each in each draw."""
    patterns = patterns_of(con, "every_pattern", stage)
    people, more = patterns["people"].to_numpy(), fetch_table(con, _MORE, {"stage": stage})
    return Populations(patterns, lambda: _drawn(people, more, draws))


_MORE = "SELECT pattern_no, draw, people FROM redrawn WHERE stage = $stage ORDER BY pattern_no, draw"


def _drawn(people: NDArray[np.int64], more: pa.Table, draws: int) -> Iterator[Numbers]:
    """Of some patterns after the other, the index's people and what each draw has more or less."""
    pattern, draw, change = (more[name].to_numpy() for name in ("pattern_no", "draw", "people"))
    for first in range(0, len(people), SOME_PATTERNS):
        some = people[first : first + SOME_PATTERNS]
        drawn: Numbers = np.repeat(some.astype(np.float64)[:, None], draws, axis=1)
        start, stop = np.searchsorted(pattern, (first, first + len(some)))
        drawn[pattern[start:stop] - first, draw[start:stop]] += change[start:stop]
        yield drawn


def _more_members(con: duckdb.DuckDBPyConnection, gaps: Sequence[Gap], draws: int) -> NDArray[np.int64]:
    """How many members more or less than in the index each gap has in each draw; shape (gaps, draws)."""
    load_members(con, [gap.members for gap in gaps])
    more = fetch_table(con, load_sql("cohorts.finder", "redrawn_member"))
    found = np.zeros((len(gaps), draws), np.int64)
    found[more["place"].to_numpy(), more["draw"].to_numpy()] = more["people"].to_numpy()
    return found
