"""Whether a gap is more common in one group of people than among all others, and surely so."""

from collections.abc import Sequence

import duckdb
import numpy as np
from numpy.typing import NDArray

from cohorts.finder.answers import Gap
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
    stage = np.array(groups["stage"].to_pylist(), str)
    columns = [np.array(groups[name].to_pylist(), str) for name in ("quintile", "ethnic_group")]
    found = np.ones(len(gaps))
    for number, gap in enumerate(gaps):
        everyone = stage == gap.candidate.stage
        found[number] = max((_surely(gap, column, everyone) for column in columns), default=1.0)
    return found


def _surely(gap: Gap, column: NDArray[np.str_], everyone: NDArray[np.bool_]) -> float:
    names, whole = np.unique(column[everyone], return_counts=True)
    own = dict(zip(*np.unique(column[gap.members], return_counts=True), strict=True))
    best = 1.0
    for name, size in zip(names, whole, strict=True):
        members = int(own.get(name, 0))
        if name != "" and members >= LEAST_MEMBERS:
            ratio = against_rest(members, int(size), len(gap.members), int(whole.sum()))
            best = max(best, ratio.low if ratio else 1.0)
    return best
