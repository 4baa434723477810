"""Whether anybody leads: planned help with a beginning and an end, open for a child or for whom it lives with.

A ladder of responses asks who came after the needs were known. Where several needs are a family's, no one service is
there for all of them, and what can be asked is whether anybody holds them together now.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from cohorts.compile import compile_query
from cohorts.durations import Duration
from cohorts.evidence_file import evidence_node
from cohorts.finder.vocabulary import LOOKBACK
from cohorts.query import Members, Need, Query
from cohorts.settings_evidence import EvidenceSettings


def nobody_leads(kinds: Sequence[str]) -> list[Mapping[str, Any]]:
    """Evidence, as a definition file writes it, none of which may stand."""
    is_open = {"event": list(kinds), "open_episode_at": "period_end"}
    return [is_open, {"household": {"any": dict(is_open)}}]


def people_nobody_leads(con: duckdb.DuckDBPyConnection, kinds: Sequence[str], as_of: date) -> NDArray[np.int32]:
    """Numbers of the people whom, and whose home, nobody leads for sure, ascending; by the statement of a definition.

    Args:
        con: Holds the analysis tables and ``person_stratum``.
        kinds: From ``vocabulary.lead_kinds``.
        as_of: First day after the period.
    """
    lookback = Duration.parse(LOOKBACK)
    evidence = tuple(
        evidence_node(EvidenceSettings.model_validate(dict(one)), lookback, {}) for one in nobody_leads(kinds)
    )
    statement = compile_query(
        Query(
            purpose="any",
            unit="person",
            population=(),
            lookback=lookback,
            needs=(Need(id="unled", how="none", evidence=evidence),),
            members=Members(at_least=1, of=("unled",)),
        ),
        as_of,
    )
    asked = f"SELECT person_no FROM ({statement.sql}) JOIN person_stratum USING (person_id) WHERE needs"
    rows = con.sql(f"{asked} ORDER BY person_no", params=statement.params).to_arrow_table()
    found: NDArray[np.int32] = rows["person_no"].to_numpy().astype(np.int32)
    return found
