"""Clusters become people with opaque ids that last: an id follows the records it was given to."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.contracts import PERSON_INDEX, check_table
from governance.errors import InternalError
from governance.keys.ring import Secret
from governance.pseudonym import person_ids
from governance.warehouse import fetch_table, load_sql, load_table, materialise

MAX_SPLITS = 100
"""How often one record may split off from a person that it named."""

_NO_INDEX = PERSON_INDEX.schema.empty_table()
_NO_CHANGE = pa.table(
    {name: pa.array([], pa.string()) for name in ("person_id_before", "person_id_after", "reason")}
    | {"records": pa.array([], pa.int64())}
)


LEFT = "no longer supplied"
"""Why records are gone: withdrawn, opted out or deleted, which linkage cannot tell apart and nobody should."""


@dataclass(frozen=True, slots=True)
class Previous:
    """Ids before this period."""

    index: pa.Table
    """The last period's ``person_index``, or what :attr:`PersonIndex.previous` kept of it."""
    changes: pa.Table | None = None
    """Changes that an earlier run of this very period found: who left then is not in ``index`` any more."""
    epoch: str = ""
    """The epoch whose keys made the record ids in it."""


@dataclass(frozen=True, slots=True)
class PersonIndex:
    """Who is whom now, and what became of earlier ids."""

    table: pa.Table
    """``person_index``: source, record_id, person_id; ordered."""
    changes: pa.Table
    """person_id_before, person_id_after (none where records are gone), records, reason."""
    persons: int
    previous: pa.Table
    """Earlier ids of records still supplied: with it this period can be run again once the last is destroyed."""


def build_person_index(
    con: duckdb.DuckDBPyConnection, key: Secret, kid: str, previous: Previous | None = None
) -> PersonIndex:
    """Give every cluster a person id.

    A cluster keeps the earlier id with which it shares most records, if no other cluster shares more; otherwise
    it is born now, with a keyed PRF of its smallest record pseudonym. An id whose records have all gone is free again:
    should the record that gave it come back, so does the id.

    Args:
        con: Holds ``record``, ``record_cluster`` and ``source`` as linkage left them.
        key: The linkage zone's person key.
        kid: Five characters that name the key.
        previous: Ids before this period.
    """
    load_earlier(con, previous.index if previous else _NO_INDEX)
    known = previous.changes if previous else None
    load_table(con, "earlier_change", known if known is not None else _NO_CHANGE)
    materialise(con, "cluster_claim", load_sql("linkage", "cluster_claim"))
    clusters = fetch_table(con, "SELECT cluster, kept_id, birth FROM cluster_claim ORDER BY cluster")
    ids = clusters["kept_id"].to_pylist()
    born = np.flatnonzero(clusters["kept_id"].is_null().to_numpy(zero_copy_only=False))
    births = clusters["birth"].to_numpy()[born]
    taken = set(fetch_table(con, "SELECT DISTINCT person_id FROM previous_index")["person_id"].to_pylist())
    for position, new_id in zip(born, _unused_ids(births, key, kid, taken), strict=True):
        ids[position] = new_id
    named = pa.table({"cluster": clusters["cluster"], "person_id": pa.array(ids, pa.string())})
    load_table(con, "cluster_person", named)
    index = check_table(fetch_table(con, load_sql("linkage", "person_index")), PERSON_INDEX)
    changes = fetch_table(con, load_sql("linkage", "person_change"), {"left": LEFT})
    return PersonIndex(index, changes, len(ids), fetch_table(con, "SELECT * FROM previous_index"))


def load_earlier(con: duckdb.DuckDBPyConnection, index: pa.Table) -> None:
    """Tables ``earlier_index``, and ``previous_index``: the part of it whose records are still supplied."""
    load_table(con, "earlier_index", index)
    materialise(con, "previous_index", load_sql("linkage", "previous_index"))


def _unused_ids(births: NDArray[np.int64], key: Secret, kid: str, taken: set[str]) -> list[str]:
    """Ids of the newborn, none of them an id that someone had before.

    The record that gave an earlier person their id may since have split off, and more than once: its PRF is
    taken, and another key gives the newborn another.
    """
    ids = person_ids(births, key, kid)
    for split in range(1, MAX_SPLITS + 1):
        clashing = [place for place, person in enumerate(ids) if person in taken]
        if not clashing:
            return ids
        others = person_ids(births[clashing], key.subkey("person", f"after split {split}"), kid)
        for place, person in zip(clashing, others, strict=True):
            ids[place] = person
    raise InternalError(
        "A new person id was already in use.",
        why="Two people would be counted as one.",
        fix="Start a new epoch in project.yaml (linkage.epoch); nothing was written.",
        code="E-PSEUDONYM",
    )
