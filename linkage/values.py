"""Component values as keyed 64-bit ids: one HMAC per distinct value, gathered by row."""

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

from governance.keys import Secret
from governance.warehouse import fetch_table, load_sql, load_table
from linkage.standardise import STANDARDISER

PRESENT = {"forename": 1, "surname": 2, "birth_year": 4, "birth_month": 8, "birth_day": 16, "sex": 32, "postcode": 64}
"""Bits of the ``present`` column: a missing value is a flag, never a code."""

BAND_SHIFT = {"forename": 8, "surname": 10}
"""Two bits each of ``present``: 0 no band, 1 common, 2 middle, 3 rare (see ``linkage.bands``)."""

Ids = NDArray[np.uint64]
Mask = NDArray[np.bool_]


def length_prefixed(*parts: str) -> bytes:
    """Parts joined so that no two lists of parts give the same bytes."""
    return b"".join(len(part.encode()).to_bytes(2) + part.encode() for part in parts)


def value_id(key: bytes, component: str, value: str) -> int:
    """HMAC-SHA256 over component, standardiser version and value, cut to 64 bits (design 3.1, step 1)."""
    return int.from_bytes(hmac.digest(key, length_prefixed(component, STANDARDISER, value), "sha256")[:8], "little")


@dataclass(frozen=True, slots=True)
class Coded:
    """A text column as codes into its distinct values."""

    codes: NDArray[np.int64]
    """Shape (n,); meaningless where ``present`` is False."""
    present: Mask
    values: list[str]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> "Coded":
        """Dictionary-encode a text column, nulls apart."""
        encoded = pc.dictionary_encode(column.combine_chunks())
        indices = encoded.indices
        return cls(
            pc.fill_null(indices, 0).to_numpy(zero_copy_only=False).astype(np.int64),
            pc.is_valid(indices).to_numpy(zero_copy_only=False),
            encoded.dictionary.to_pylist(),
        )


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
            key = self._key.reveal()
            distinct = np.fromiter((value_id(key, name, v) for v in coded.values), np.uint64, len(coded.values))
            ids = distinct[coded.codes] if len(distinct) else np.zeros(len(coded.codes), np.uint64)
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
                flags |= np.where(coded.present, self._bands.of(kind, coded.values)[coded.codes] << shift, 0)
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
    load_table(con, "name_code", pa.table({"name": pa.array(names, pa.string()), "code": pa.array(codes, pa.string())}))
    return Components(fetch_table(con, load_sql("linkage", "component")), id_key, bands)
