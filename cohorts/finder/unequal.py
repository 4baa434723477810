"""Whether a gap is more common in one group of people than among all others, and surely so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cohorts.finder.answers import Gap
from cohorts.finder.numbered import numbered
from cohorts.measures.against_rest import against_rest
from governance.warehouse import fetch_table, load_sql

LEAST_MEMBERS = 10
"""Of a group, before anything is said of it."""


def most_unequal(con: duckdb.DuckDBPyConnection, gaps: Sequence[Gap]) -> NDArray[np.float64]:
    """For each gap how many times as common it surely is, at the least, in the group that has it most.

    Args:
        con: Holds ``person_stratum`` and ``person``.
        gaps: From ``answers.find_gaps``.

    Returns:
        The lower 95% limit of the largest ratio against the rest of the same stage, over deprivation and ethnic group;
        1 where nothing is sure.
    """
    groups = fetch_table(con, load_sql("cohorts.finder", "person_groups"))
    stages, stage = numbered(groups["stage"])
    everyone = {each: stage == stages.index(each) for each in {gap.candidate.stage for gap in gaps}}
    columns = [_Groups.of(groups[name], everyone) for name in ("quintile", "ethnic_group")]
    return np.array([max(_surely(gap, column) for column in columns) for gap in gaps])


@dataclass(frozen=True, slots=True)
class _Groups:
    """Which group of one dimension each person is in: numbered once, not for each of thousands of gaps."""

    number: NDArray[np.int32]
    """By person."""
    is_told: NDArray[np.bool_]
    """By group: whether it is one, or only not recorded."""
    people: Mapping[str, NDArray[np.int64]]
    """By stage and group."""

    @classmethod
    def of(cls, told: pa.ChunkedArray, everyone: Mapping[str, NDArray[np.bool_]]) -> Self:
        names, number = numbered(told)
        people = {stage: np.bincount(number[here], minlength=len(names)) for stage, here in everyone.items()}
        return cls(number, np.array(names) != "", people)


def _surely(gap: Gap, column: _Groups) -> float:
    whole = column.people[gap.candidate.stage]
    own = np.bincount(column.number[gap.members], minlength=len(whole))
    best = 1.0
    for group in np.flatnonzero(column.is_told & (own >= LEAST_MEMBERS)):
        ratio = against_rest(int(own[group]), int(whole[group]), len(gap.members), int(whole.sum()))
        best = max(best, ratio.low if ratio else 1.0)
    return best
