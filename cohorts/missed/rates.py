"""Missed and wrong links by group: from the verified NHS number that linkage hid from itself, or from labels.

The NHS-number subset is the better served part of a group: what it says is a lower bound on missed links. A group of
which it covers less than half gets no rate.
"""

from dataclasses import dataclass
from typing import Any, Literal

import duckdb
import pyarrow as pa

from cohorts.analysis import parts_of
from cohorts.missed.interval import Share, share
from governance.contracts import RECORD_QUALITY, check_table
from governance.in_parts import in_parts
from governance.warehouse import load_sql, load_table, materialise, settle

Basis = Literal["number", "truth"]
"""Where the rates come from: the verified NHS number, or labels."""

FEWEST_RECORDS = 10
"""Smaller groups are not shown: a handful of records may be one family."""

FEWEST_PAIRS = 10
LEAST_COVERED = 0.5

_OF_PEOPLE = ("person_index", "person_group", "person")
"""What the groups of records are made of; by labels a person is somebody else than in these."""

DIMENSIONS = (
    "all",
    "ethnic_group",
    "deprivation_quintile",
    "age_band",
    "sex",
    "address",
    "source",
    "identifier_quality",
)
"""In the order they are shown."""

_TRUTH_SCHEMA = pa.schema([("source", pa.string()), ("record_id", pa.int64()), ("person", pa.string())])


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRates:
    """One group. A rate is None where there is too little to give one."""

    dimension: str
    group: str
    records: int
    covered: float
    """Share of its records that the subset (or the labels) speaks for."""
    covered_links: float | None
    """Pairs known to be true for every pair that was joined: how much of the linkage itself is spoken for."""
    pairs: int
    """Pairs known to be true, to the nearest one."""
    missed: Share | None
    never_compared: float | None
    """Share of the known pairs that no other rule brings together."""
    wrong: Share | None
    """Wrong pairs among those that are joined (without the number, where that is the basis)."""
    doubted: float | None
    """Share of links that the model itself expects to be wrong."""

    @property
    def is_small(self) -> bool:
        """Whether it is not to be shown."""
        return self.records < FEWEST_RECORDS

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``: rates as shares with their limits."""
        missed, wrong = ([one.value, one.low, one.high] if one else None for one in (self.missed, self.wrong))
        return {"records": self.records, "covered": round(self.covered, 4), "pairs": self.pairs} | {
            name: [round(number, 5) for number in found] if found else None
            for name, found in (("missed", missed), ("wrong", wrong))
        }


def rates_by_number(con: duckdb.DuckDBPyConnection, quality: pa.Table) -> list[GroupRates]:
    """Rates from the pairs that one verified NHS number shows to be true.

    Args:
        con: The analysis tables, and ``person_group`` of :func:`cohorts.counts.group_people`.
        quality: Contract ``record_quality``.
    """
    load_table(con, "record_quality", check_table(quality, RECORD_QUALITY))
    return _rates(con, "number")


def rates_by_truth(con: duckdb.DuckDBPyConnection, quality: pa.Table, truth: pa.Table) -> list[GroupRates]:
    """Rates of pairs in the person index, from labels.

    Args:
        con: As for :func:`rates_by_number`.
        quality: Contract ``record_quality``.
        truth: Columns source, record_id, person.
    """
    load_table(con, "record_quality", check_table(quality, RECORD_QUALITY))
    load_table(con, "truth", truth.select(_TRUTH_SCHEMA.names).cast(_TRUTH_SCHEMA))
    return _rates(con, "truth")


def _rates(con: duckdb.DuckDBPyConnection, basis: Basis) -> list[GroupRates]:
    materialise(con, "missed_record", load_sql("cohorts", f"missed_by_{basis}"))
    settle(con)
    of_people = {"missed_record": "person"} | (dict.fromkeys(_OF_PEOPLE, "person_id") if basis == "number" else {})
    in_parts(con, "missed_part", load_sql("cohorts", "missed_part"), of_people, parts_of(con))
    rows = con.sql(load_sql("cohorts", "missed_by_group")).to_arrow_table().to_pylist()
    return sorted((_group(row) for row in rows), key=lambda one: (DIMENSIONS.index(one.dimension), one.group))


def _group(row: dict[str, Any]) -> GroupRates:
    covered = row["covered"] / row["records"]
    enough = row["records"] >= FEWEST_RECORDS and covered >= LEAST_COVERED
    speaks = enough and row["pairs"] >= FEWEST_PAIRS
    return GroupRates(
        dimension=row["dimension"],
        group=row["group"],
        records=row["records"],
        covered=covered,
        covered_links=min(1.0, row["pairs"] / row["links"]) if row["links"] >= FEWEST_PAIRS else None,
        pairs=round(row["pairs"]),
        missed=_share(row, "missed", "pairs") if speaks else None,
        never_compared=row["never_compared"] / row["pairs"] if speaks and row["never_compared"] is not None else None,
        wrong=_share(row, "wrong", "joined") if enough and row["joined"] >= FEWEST_PAIRS else None,
        doubted=row["doubt"] / row["links"] if row["links"] >= FEWEST_PAIRS else None,
    )


def _share(row: dict[str, Any], part: str, whole: str) -> Share:
    squares = (row[f"{part}_{part}"], row[f"{whole}_{whole}"], row[f"{whole}_{part}"])
    return share(row[part], row[whole], squares=squares, clusters=row["people"])
