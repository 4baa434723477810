"""Records that were not there last month, held against what each source usually sends: planted ones come in numbers.

A source that adds records of its choice can probe what is released about somebody. It cannot add many without sending
more new records than it ever did, and records of made-up people are known to no other source.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import duckdb

from governance.settings import Policy
from governance.warehouse import fetch_table, load_sql

LEAST_RECORDS = 20
"""Fewer records than this beyond the usual are a source's ordinary ups and downs."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One source's records of one month."""

    records: int
    new: int
    """Not there the month before."""
    alone: int
    """New ones that were joined to no record of another source."""

    @property
    def alone_share(self) -> float:
        """Of new records."""
        return self.alone / self.new if self.new else 0.0


@dataclass(frozen=True, slots=True)
class Unusual:
    """What one source did otherwise than in any month before."""

    source: str
    what: Literal["new records", "new records that no other source knows"]
    now: float
    """Records, or a share of the new ones."""
    usual: float
    """The most of all earlier months."""


def count_arrivals(con: duckdb.DuckDBPyConnection) -> dict[str, Arrivals]:
    """By source, from what linkage and :func:`linkage.person_index.build_person_index` left in ``con``."""
    rows = fetch_table(con, load_sql("linkage", "arrival")).to_pylist()
    return {row["source"]: Arrivals(row["records"], row["new"], row["alone"]) for row in rows}


def unusual(now: Mapping[str, Arrivals], before: Iterable[Mapping[str, Arrivals]], policy: Policy) -> list[Unusual]:
    """What is beyond the bounds in policy; nothing for a source without history.

    Args:
        now: This month.
        before: Earlier months in which new records could be told.
        policy: Holds ``max_new_records_ratio`` and ``max_unmatched_rise``.
    """
    months = list(before)
    found = []
    for source, own in sorted(now.items()):
        earlier = [month[source] for month in months if source in month]
        if earlier:
            found += _of_source(source, own, earlier, policy)
    return found


def _of_source(source: str, now: Arrivals, earlier: list[Arrivals], policy: Policy) -> list[Unusual]:
    most = max(one.new for one in earlier)
    share = max(one.alone_share for one in earlier)
    found = []
    if now.new > policy.max_new_records_ratio * most and now.new - most >= LEAST_RECORDS:
        found.append(Unusual(source, "new records", now.new, most))
    rise = now.alone_share - share
    if rise > policy.max_unmatched_rise and rise * now.new >= LEAST_RECORDS:
        share_of_new: Literal["new records that no other source knows"] = "new records that no other source knows"
        found.append(Unusual(source, share_of_new, round(now.alone_share, 3), round(share, 3)))
    return found


def as_facts(now: Mapping[str, Arrivals]) -> dict[str, Any]:
    """For the manifest."""
    return {source: asdict(own) for source, own in now.items()}


def from_facts(facts: Mapping[str, Any]) -> dict[str, Arrivals]:
    """Back from a manifest; empty where an earlier version did not count."""
    return {source: Arrivals(**own) for source, own in facts.get("arrivals", {}).items()}
