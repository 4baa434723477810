"""In how many linkage draws a proposal stays: the same records joined otherwise, pair by pair in doubt.

Whoever is the same person in every draw shows the same signs in every draw. Those who are not are put through the same
tables and statements once, in a warehouse of their own (``cohorts.uncertainty.world``); a draw is then a few people
more or less of some patterns. Links that no rule could find are not drawn here: the share is of what is in doubt only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cohorts.finder.answers import Gap, members_of
from cohorts.finder.resampling import Populations, kept_in
from cohorts.finder.signs import mark_people, stage_people
from cohorts.finder.vocabulary import Responder, Sign
from cohorts.uncertainty.intervals import LinkageDraws
from cohorts.uncertainty.world import Setting, build_world
from governance.warehouse import fetch_table, load_sql, load_table, materialise

_GAP_MEMBER = pa.schema([("place", pa.int32()), ("person_no", pa.int32())])


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
    materialise(con, "redrawn", load_sql("cohorts.finder", "redrawn"))
    materialise(con, "every_pattern", load_sql("cohorts.finder", "every_pattern"))
    stages = sorted({gap.candidate.stage for gap in gaps})
    members = np.array([[len(gap.members)] for gap in gaps]) + _more_members(con, gaps, draws)
    return Redrawn({stage: Populations(*_people(con, stage, draws)) for stage in stages}, members)


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


def _people(con: duckdb.DuckDBPyConnection, stage: str, draws: int) -> tuple[pa.Table, NDArray[np.float32]]:
    """Patterns of one stage, and how many people show each in each draw; shape (patterns, draws)."""
    asked = {"stage": stage}
    patterns = con.sql(
        "SELECT stratum, people, signs FROM every_pattern WHERE stage = $stage ORDER BY pattern_no", params=asked
    ).to_arrow_table()
    more = con.sql(
        "SELECT pattern_no, draw, redrawn.people FROM redrawn JOIN every_pattern USING (stage, stratum, signs)"
        " WHERE stage = $stage",
        params=asked,
    ).to_arrow_table()
    people = np.repeat(patterns["people"].to_numpy().astype(np.float32)[:, None], draws, axis=1)
    people[more["pattern_no"].to_numpy(), more["draw"].to_numpy()] += more["people"].to_numpy()
    return patterns, people


def _more_members(con: duckdb.DuckDBPyConnection, gaps: Sequence[Gap], draws: int) -> NDArray[np.int64]:
    """How many members more or less than in the index each gap has in each draw; shape (gaps, draws)."""
    place = np.repeat(np.arange(len(gaps), dtype=np.int32), [len(gap.members) for gap in gaps])
    person = np.concatenate([gap.members for gap in gaps])
    load_table(con, "gap_member", pa.table([place, person], _GAP_MEMBER))
    more = fetch_table(con, load_sql("cohorts.finder", "redrawn_member"))
    found = np.zeros((len(gaps), draws), np.int64)
    found[more["place"].to_numpy(), more["draw"].to_numpy()] = more["people"].to_numpy()
    return found
