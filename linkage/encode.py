"""A source's identities as block-salted views: the only thing about people that linkage ever sees."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.contracts import RECORD, VIEW, check_table
from governance.settings import ExtractFile, Linkage
from linkage.bands import NameBands
from linkage.blocks import Views, views_of
from linkage.columns import (
    BIRTH_LAYOUT,
    PLACE_LAYOUT,
    WHOLE_FIELDS,
    Column,
    EncodingKeys,
    Names,
    compared_bits,
    encode_rows,
    encoded_columns,
    nullable,
)
from linkage.crowds import rows_sent
from linkage.side_by_side import side_by_side
from linkage.standardise import standardise
from linkage.values import Components, components

__all__ = [
    "BIRTH_LAYOUT",
    "PLACE_LAYOUT",
    "WHOLE_FIELDS",
    "Encoded",
    "EncodingKeys",
    "Names",
    "encode",
    "encode_rows",
    "how_encoded",
    "identities",
]

_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)

_TOLD_APART = ("surname", "postcode")
"""What tells two variants of a record apart inside a block."""

SPAN_ROWS = 16384
"""Rows encoded together: small enough that what is made of them stays in the processor's cache."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One source, encoded."""

    views: pa.Table
    records: pa.Table
    with_nhs_number: int

    def counts(self) -> dict[str, int]:
        """Records in all, those that no rule or one rule can find, and those with a usable NHS number."""
        views = self.records["views"].to_numpy()
        return {
            "total": len(views),
            "no_view": int((views == 0).sum()),
            "one_view": int((views == 1).sum()),
            "with_nhs_number": self.with_nhs_number,
        }


def identities(
    con: duckdb.DuckDBPyConnection, file: ExtractFile, keys: EncodingKeys, bands: NameBands | None = None
) -> Components:
    """Standardise a source's identifiers and give their components, with the bands of names if there are any."""
    standardise(con, file)
    return components(con, keys.ids, bands)


def encode(found: Components, linkage: Linkage, keys: EncodingKeys, *, one_record_per_person: bool = False) -> Encoded:
    """Views of every record under every rule it has the components for, save of blocks with several people.

    Args:
        found: Components of the source's records, from :func:`identities`.
        linkage: Rules and compared fields.
        keys: From :meth:`EncodingKeys.derive`.
        one_record_per_person: What the source says of itself; see :mod:`linkage.crowds`.

    Returns:
        Tables ``view`` and ``record`` (see ``governance.contracts``). Views go by span of records, and in it by rule,
        for linkage takes one rule at a time; records by record id, which is a keyed pseudonym: the order of the
        extract is gone.
    """
    names = Names.of(found, keys)
    compared = compared_bits(list(linkage.compare))
    sent = [rows_sent(rule, found, linkage, one_record_per_person=one_record_per_person) for rule in linkage.rules]
    digest = np.zeros(len(found.record_id), np.uint64)
    spans = _spans(found.record_id)

    def encoded(span: slice) -> pa.Table:
        return _span_views(span, found, names, linkage, keys, compared, sent, digest)

    # The first makes every id that the others need; after that no span writes what another one reads.
    tables = [*map(encoded, spans[:1]), *side_by_side(encoded, spans[1:])]
    views = check_table(pa.concat_tables([VIEW.schema.empty_table(), *tables]), VIEW)
    numbered = found.ids("nhs_number")[1][found.variant == 0]
    return Encoded(views, _records(found, views, compared, digest, linkage), int(numbered.sum()))


def _spans(record_id: NDArray[np.int64]) -> list[slice]:
    """Spans of rows that fit a processor's cache; a record is never cut in two."""
    at = np.arange(SPAN_ROWS, len(record_id), SPAN_ROWS)
    cuts = [0, *np.unique(np.searchsorted(record_id, record_id[at])).tolist(), len(record_id)]
    return [slice(start, stop) for start, stop in pairwise(cuts) if start < stop]


def _span_views(
    span: slice,
    found: Components,
    names: Names,
    linkage: Linkage,
    keys: EncodingKeys,
    compared: np.int32,
    sent: list[NDArray[np.bool_] | None],
    digest: NDArray[np.uint64],
) -> pa.Table:
    """Views of a span of records under every rule, in the order of rule, record and variant.

    ``digest``, shape (rows of the component table,), gets the digests of each row's views added.
    """
    views = [
        views_of(rule, found, block_key=keys.block, salt_key=keys.salt, span=span, sent=rows)
        for rule, rows in zip(linkage.rules, sent, strict=True)
    ]
    parts = [_rule_views(number, views[number], found, names, linkage, keys) for number in range(len(views))]
    rows = np.concatenate([part["row"][0] for part in parts])
    columns: dict[str, Column] = {
        "record_id": (found.record_id[rows], None),
        "variant": (found.variant[rows], None),
        **{name: _together([part[name] for part in parts]) for name in parts[0] if name != "row"},
        "present": (found.present[rows] & compared, None),
    }
    np.add.at(digest, rows, _digests([columns[name][0] for name in VIEW.columns if name != "record_id"]))
    return pa.table({name: nullable(*columns[name]) for name in VIEW.columns})


def _together(parts: list[Column]) -> Column:
    """One column of every rule's views; nought where nothing is."""
    values = np.concatenate([values for values, _ in parts])
    if all(there is None for _, there in parts):
        return values, None
    there = [np.ones(len(values), bool) if told is None else told for values, told in parts]
    return values, np.concatenate(there)


def _digests(columns: list[NDArray[Any]]) -> NDArray[np.uint64]:
    """A word for each view that another view has by chance only; what is mixed is keyed, so no key is needed here."""
    word = np.zeros(len(columns[0]), np.uint64)
    for values in columns:
        word *= _ODD[0]
        word += values.view(np.uint64) if values.dtype == np.int64 else values.astype(np.uint64)
    # Words are added up over a record: mixed first, so that two views cannot exchange values unseen.
    word ^= word >> np.uint64(32)
    word *= _ODD[1]
    return word ^ (word >> np.uint64(29))


def _rule_views(
    number: int, views: Views, found: Components, names: Names, linkage: Linkage, keys: EncodingKeys
) -> dict[str, Column]:
    views = _distinct(views, found)
    fixed = frozenset(linkage.rules[number].components) & {"forename", "surname", *WHOLE_FIELDS}
    return {
        "row": (views.rows, None),
        "rule": (np.full(len(views.rows), number, np.int16), None),
        "block": (views.block, None),
        **encoded_columns(views, found, names, keys, list(linkage.compare), fixed),
    }


def _distinct(views: Views, found: Components) -> Views:
    """Views that differ from an earlier variant of their record in block or surname; the rest say nothing new."""
    record = found.record_id[views.rows]
    again = np.zeros(len(record) + 1, bool)
    again[1:-1] = record[1:] == record[:-1]
    several = np.flatnonzero(again[1:] | again[:-1])  # most records have one variant and are left alone
    rows = views.rows[several]
    # Where the value is missing the id is some other value's.
    parts = [np.where(has[rows], ids[rows], np.uint64(0)) for ids, has in map(found.ids, _TOLD_APART)]
    parts = [record[several].view(np.uint64), views.block[several].view(np.uint64), *parts]
    mixed = np.bitwise_xor.reduce([part * odd for part, odd in zip(parts, _ODD, strict=True)])  # uint64 wraps
    _, first = np.unique(mixed, return_index=True)
    keep = np.ones(len(record), bool)
    keep[several] = False
    keep[several[first]] = True
    return Views(views.rows[keep], views.block[keep], views.salt[keep])


def _records(
    found: Components, views: pa.Table, compared: np.int32, digest: NDArray[np.uint64], linkage: Linkage
) -> pa.Table:
    """One row per record, with how many rules can find it and a digest of its views, which tells if it changed."""
    first = found.variant == 0
    ids = found.record_id[first]
    # Views come span by span, by rule and record: a rule counts once however many variants it has.
    seen_id, seen_rule = views["record_id"].to_numpy(), views["rule"].to_numpy()
    new_rule = np.ones(len(seen_id), bool)
    new_rule[1:] = (seen_id[1:] != seen_id[:-1]) | (seen_rule[1:] != seen_rule[:-1])
    counts = np.bincount(np.searchsorted(ids, seen_id[new_rule]), minlength=len(ids)).astype(np.int16)
    # A rule on the NHS number does not encode it a second time.
    fixes = np.array(["nhs_number" in rule.components for rule in linkage.rules], bool)
    numbered = np.zeros(len(ids), bool)
    has_number = fixes[seen_rule] | views["nhs_number"].is_valid().to_numpy()
    numbered[np.searchsorted(ids, seen_id[has_number])] = True
    start = np.flatnonzero(first)
    table = pa.table(
        {
            "record_id": ids,
            "views": counts,
            "present": found.present[first] & compared,
            "has_nhs_number": numbered,
            "digest": (np.add.reduceat(digest, start) if len(start) else digest).view(np.int64),
        }
    )
    return check_table(table, RECORD)


def how_encoded(linkage: Linkage) -> dict[str, str]:
    """Plain words, by compared field, for the IG lead's page."""
    named = (
        "128-bit sketch of letter pairs keyed with AES-256, comparable inside one block only; length told in four bands"
        + ("; and whether the name is common, middling or rare" if linkage.name_bands else "")
    )
    whole = "64-bit code keyed with AES-256, comparable inside one block only"
    place = (
        "codes of postcode, sector and district (64 bits in all), keyed with AES-256, comparable inside one block only"
    )
    words = {
        "name": named,
        "date_of_birth": "16-bit codes of day, month and year, keyed with AES-256, comparable inside one block only",
        "sex": "16-bit code keyed with AES-256, comparable inside one block only",
        "postcode": place,
    }
    return {field: words.get(field, whole) for field in linkage.compare}
