"""Which rung makes the gap: each group of a slice against all others, on each cohort's ladder."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cohorts.measures.cascade import rung_parts, step_shares
from cohorts.measures.rows import Row
from cohorts.query import Definition
from governance.warehouse import load_sql, load_table

_RUNG = pa.schema([("cohort", pa.string()), ("rung", pa.string()), ("number", pa.int32())])


def cascade_rows(con: duckdb.DuckDBPyConnection, definitions: Sequence[Definition]) -> Iterator[Row]:
    """For each group and rung, the percentage points of the gap that arise there; part and whole are people.

    ``part`` of ``whole`` came as far as the rung or further. A gap above nothing means the group fares better.
    """
    ladders = {one.id: [rung.name for rung in one.query.ladder] for one in definitions if one.query.ladder}
    rungs = [
        {"cohort": cohort, "rung": rung, "number": number}
        for cohort, names in ladders.items()
        for number, rung in enumerate(names, 1)
    ]
    load_table(con, "cohort_rung", pa.Table.from_pylist(rungs, schema=_RUNG))
    reached: dict[tuple[str, str, str], NDArray[np.int64]] = defaultdict(lambda: np.zeros(0, np.int64))
    for cohort, dimension, group, stage, people in con.execute(
        load_sql("cohorts.measures", "cascade_count")
    ).fetchall():
        key = (cohort, dimension, group)
        if key not in reached:
            reached[key] = np.zeros(len(ladders[cohort]) + 1, np.int64)
        reached[key][: stage + 1] += people  # who came so far had come to every stage before
    for (cohort, dimension, group), own in sorted(reached.items()):
        rest = reached[cohort, "all", "all"] - own
        if dimension != "all" and rest[0]:
            yield from _rows(cohort, dimension, group, ladders[cohort], own, rest)


def _rows(
    cohort: str, dimension: str, group: str, rungs: list[str], own: NDArray[np.int64], rest: NDArray[np.int64]
) -> Iterator[Row]:
    parts = rung_parts(step_shares(own.tolist()), step_shares(rest.tolist()))
    for number, rung in enumerate(rungs):
        came, in_need = int(own[number + 1]), int(own[0])
        yield Row(cohort, f"cascade:{rung}", dimension, group, came, in_need, 100 * float(parts[number]))
