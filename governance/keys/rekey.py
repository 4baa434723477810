"""Re-keying: records keep their people when the keys of their pseudonyms change.

A source that holds the keys of two epochs says which earlier pseudonym of a record is which new one. The linkage zone
carries its person index over with that, and counts: nothing may be lost, doubled or merged on the way.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from governance.contracts import RECORD_TRANSLATION, check_table
from governance.errors import InternalError


@dataclass(frozen=True, slots=True, kw_only=True)
class CountProof:
    """What a translation of pseudonyms came to: it is one to one if all three are equal."""

    rows: int
    distinct_before: int
    distinct_after: int

    @property
    def one_to_one(self) -> bool:
        """No two pseudonyms became one, and none became two."""
        return self.rows == self.distinct_before == self.distinct_after

    def as_dict(self) -> dict[str, int]:
        """For a manifest."""
        return asdict(self)


def translation(before: pa.Table, after: pa.Table, sent: pa.ChunkedArray) -> tuple[pa.Table, CountProof]:
    """Which earlier pseudonym is which new one.

    Args:
        before: A source's ``local_id`` and ``record_id`` under the earlier keys.
        after: The same local ids under the new keys.
        sent: New record ids that leave the source: nothing is said of anyone who was rejected or opted out.

    Returns:
        Table ``record_translation`` by record id, and the counts that prove it one to one.

    Raises:
        InternalError: It is not.
    """
    leaving = after.filter(pc.is_in(after["record_id"], value_set=sent.combine_chunks()))
    pairs = before.select(["local_id", "record_id"]).join(
        leaving.select(["local_id", "record_id"]), "local_id", join_type="inner", right_suffix="_after"
    )
    table = pa.table({"earlier_id": pairs["record_id"], "record_id": pairs["record_id_after"]}).sort_by("record_id")
    proof = _counted(table["earlier_id"], table["record_id"])
    if not proof.one_to_one or proof.rows != len(sent):
        raise _not_one_to_one()
    return check_table(table, RECORD_TRANSLATION), proof


def carried_over(index: pa.Table, translations: dict[str, pa.Table]) -> tuple[pa.Table, CountProof]:
    """A person index under new record ids; records that no source translated are gone, as if no longer supplied.

    Args:
        index: ``source``, ``record_id`` and whatever else, under earlier record ids.
        translations: By source.

    Returns:
        The index under new ids, and the counts of what was carried.

    Raises:
        InternalError: Two records would have become one.
    """
    parts = [_of_source(index.filter(pc.equal(index["source"], one)), table) for one, table in translations.items()]
    whole = pa.concat_tables([index.schema.empty_table(), *(part for part, _ in parts)])
    before = pa.chunked_array([chunk for _, one in parts for chunk in one.chunks], pa.int64())
    proof = _counted(before, whole["record_id"])
    if not proof.one_to_one:
        raise _not_one_to_one()
    return whole.sort_by([("source", "ascending"), ("record_id", "ascending")]), proof


def _of_source(own: pa.Table, table: pa.Table) -> tuple[pa.Table, pa.ChunkedArray]:
    at = pc.index_in(own["record_id"], value_set=table["earlier_id"].combine_chunks())
    known = own.filter(pc.is_valid(at))
    after = table["record_id"].combine_chunks().take(pc.drop_null(at).combine_chunks())
    place = own.schema.get_field_index("record_id")
    return known.set_column(place, own.schema.field(place), pa.chunked_array([after])), known["record_id"]


def _counted(before: pa.ChunkedArray, after: pa.ChunkedArray) -> CountProof:
    return CountProof(
        rows=len(after),
        distinct_before=len(np.unique(before.to_numpy())),
        distinct_after=len(np.unique(after.to_numpy())),
    )


def _not_one_to_one() -> InternalError:
    return InternalError(
        "Pseudonyms cannot be carried over to the new keys one to one.",
        why="Two people would become one, or one would be lost, without a trace.",
        fix="Report this; nothing was written. The earlier keys and index are as they were.",
        code="E-REKEY",
    )


def facts_of(proof: CountProof, *, from_epoch: str, sources: list[str]) -> dict[str, Any]:
    """What a manifest says of an index that was carried over."""
    return {"from_epoch": from_epoch, "sources": sources, **proof.as_dict()}
