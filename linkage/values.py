"""Component values as keyed 64-bit ids: one MAC per distinct value, gathered by row."""

import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import duckdb
import jellyfish
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from governance.keys.ring import Secret
from governance.pseudonym import cbc_mac
from governance.warehouse import fetch_table, load_sql, load_table
from linkage.standardise import STANDARDISER

PRESENT = {"forename": 1, "surname": 2, "birth_year": 4, "birth_month": 8, "birth_day": 16, "sex": 32, "postcode": 64}
"""Bits of the ``present`` column: a missing value is a flag, never a code."""

BAND_SHIFT = {"forename": 8, "surname": 10}
"""Two bits each of ``present``: 0 no band, 1 common, 2 middle, 3 rare (see ``linkage.bands``)."""

_BLOCK_BYTES = 16

Ids = NDArray[np.uint64]
Mask = NDArray[np.bool_]


def length_prefixed(*parts: str) -> bytes:
    """Parts joined so that no two lists of parts give the same bytes."""
    return b"".join(len(part.encode()).to_bytes(2) + part.encode() for part in parts)


def value_id(key: bytes, component: str, value: str) -> int:
    """HMAC-SHA256 over component, standardiser version and value, cut to 64 bits: for a few thousand values."""
    return int.from_bytes(hmac.digest(key, length_prefixed(component, STANDARDISER, value), "sha256")[:8], "little")


def value_ids(key: bytes, component: str, values: pa.StringArray) -> Ids:
    """Ids of distinct values of one component, whole arrays at a time (design 3.1, step 1; decision 18).

    An AES-256 CBC-MAC over the value's length and its bytes, filled up with noughts, under a key of its own for each
    component, version of the standardiser and number of blocks.

    Args:
        key: ``EncodingKeys.ids``.
        component: Which component, so that equal texts in two components have nothing in common.
        values: Text without nulls; shape (n,).

    Returns:
        Shape (n,).
    """
    offsets = np.frombuffer(values.buffers()[1], np.int32)[values.offset : values.offset + len(values) + 1]
    text = np.frombuffer(values.buffers()[2] or b"", np.uint8)
    lengths = np.diff(offsets).astype(np.int64)
    blocks = -(-lengths // _BLOCK_BYTES)
    found = np.zeros(len(values), np.uint64)
    for count in np.unique(blocks).tolist():
        there = np.flatnonzero(blocks == count)
        message = np.zeros((len(there), 2 + 2 * count), np.uint64)
        message[:, 0] = lengths[there]
        place = np.arange(count * _BLOCK_BYTES)
        inside = place < lengths[there, None]
        filled = message.view(np.uint8)[:, _BLOCK_BYTES:]
        filled[inside] = text[(offsets[there, None] + place)[inside]]
        found[there] = cbc_mac(message, component_key(key, component, count))[:, 0]
    return found


def component_key(key: bytes, component: str, blocks: int) -> Secret:
    """The key for one component's values of so many blocks of 16 bytes."""
    return Secret(hmac.digest(key, length_prefixed("component", component, STANDARDISER, str(blocks)), "sha256"))


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column as codes into its distinct values."""

    codes: NDArray[np.int64]
    """Shape (n,); meaningless where ``present`` is False."""
    present: Mask
    distinct: pa.StringArray

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> "Coded":
        """Dictionary-encode a text column, nulls apart."""
        encoded = pc.dictionary_encode(column.combine_chunks())
        indices = encoded.indices
        return cls(
            pc.fill_null(indices, 0).to_numpy(zero_copy_only=False).astype(np.int64),
            pc.is_valid(indices).to_numpy(zero_copy_only=False),
            encoded.dictionary.cast(pa.string()),
        )

    @property
    def values(self) -> list[str]:
        """The distinct values."""
        return [str(value) for value in self.distinct.to_pylist()]


class Components:
    """Every component of every record and variant, as ids made when first asked for."""

    def __init__(self, table: pa.Table, id_key: Secret, bands: "Bands | None" = None) -> None:
        self._table, self._key, self._bands = table, id_key, bands
        self._ids: dict[tuple[str, str], tuple[Ids, Mask]] = {}
        self.record_id: NDArray[np.int64] = table["record_id"].to_numpy()
        self.variant: NDArray[np.int8] = table["variant"].to_numpy()

    def coded(self, component: str) -> Coded:
        """A component's values as codes, for tokens of names."""
        return Coded.of(self._table[component])

    def ids(self, component: str, *, as_component: str | None = None) -> tuple[Ids, Mask]:
        """Ids (n,) and where they are present; ``as_component`` lets two columns share one id space."""
        name = as_component or component
        if (component, name) not in self._ids:
            coded = self.coded(component)
            distinct = value_ids(self._key.reveal(), name, coded.distinct)
            ids = np.take(distinct, coded.codes) if len(distinct) else np.zeros(len(coded.codes), np.uint64)
            self._ids[component, name] = (ids, coded.present)
        return self._ids[component, name]

    @cached_property
    def present(self) -> NDArray[np.int32]:
        """Bits of :data:`PRESENT` for every row, and the bands of its names."""
        flags = np.zeros(len(self.record_id), np.int32)
        for field, bit in PRESENT.items():
            flags |= np.where(self.ids(field)[1], np.int32(bit), np.int32(0))
        for kind, shift in BAND_SHIFT.items() if self._bands else ():
            coded = self.coded(kind)
            if self._bands and coded.values:
                flags |= np.where(coded.present, np.take(self._bands.of(kind, coded.values), coded.codes) << shift, 0)
        return flags


class Bands(Protocol):
    """Gives the band of each distinct name of a kind."""

    def of(self, kind: str, names: list[str]) -> NDArray[np.int32]:
        """Shape (n,): 1 common, 2 middle, 3 rare."""


def components(con: duckdb.DuckDBPyConnection, id_key: Secret, bands: Bands | None = None) -> Components:
    """Components of the table ``identity``."""
    names = fetch_table(
        con,
        "SELECT name FROM (SELECT forename AS name FROM identity UNION SELECT surname FROM identity)"
        " WHERE name IS NOT NULL ORDER BY name",
    )["name"].to_pylist()
    codes = [jellyfish.soundex(name) for name in names]
    load_table(
        con, "soundex_code", pa.table({"name": pa.array(names, pa.string()), "code": pa.array(codes, pa.string())})
    )
    return Components(fetch_table(con, load_sql("linkage", "component")), id_key, bands)
