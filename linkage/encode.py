"""A source's identities as block-salted views: the only thing about people that linkage ever sees."""

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.contracts import RECORD, VIEW, check_table
from governance.keys import Secret
from governance.settings import BlockingRule, ExtractFile, Linkage
from linkage.bands import NameBands
from linkage.blocks import Views, views_of
from linkage.sketch import Tokens, name_tokens, prf, sketch
from linkage.standardise import standardise
from linkage.values import BAND_SHIFT, PRESENT, Coded, Components, components

BIRTH_LAYOUT = (("birth_year", 48), ("birth_month", 32), ("birth_day", 16), ("sex", 0))
"""16 bits each of the ``birth_sex`` word. Day and month share an id space so that swaps can be seen."""

PLACE_LAYOUT = (("postcode", 38, 26), ("postcode_sector", 18, 20), ("postcode_district", 0, 18))
"""Offset and width of each part of the ``place`` word."""

WHOLE_FIELDS = ("nhs_number", "phone", "email", "uprn", "birth_place", "occupation")
"""Compared for equality only: a whole word each."""

_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)

_FIELD_OF_PART = {
    "forename": "name",
    "surname": "name",
    "birth_year": "date_of_birth",
    "birth_month": "date_of_birth",
    "birth_day": "date_of_birth",
    "sex": "sex",
    "postcode": "postcode",
}

_SHARED_IDS = {"birth_day": "day_or_month", "birth_month": "day_or_month"}


@dataclass(frozen=True, slots=True)
class EncodingKeys:
    """Subkeys of the project root for one epoch; each is a different HKDF output."""

    ids: Secret
    block: Secret
    salt: Secret
    pad: Secret
    forename: Secret
    surname: Secret
    parts: Secret
    chance: Secret

    @classmethod
    def derive(cls, root: Secret, *, project: str, purpose: str, linkage: Linkage) -> "EncodingKeys":
        """Every key of the encoding from the project root.

        With ``swapped_names`` forename and surname are encoded under one key, otherwise they share nothing.
        """
        surname = "name" if linkage.swapped_names else "surname"

        def key(field: str) -> Secret:
            return root.subkey(project, purpose, "encoding", field, linkage.epoch)

        return cls(
            key("ids"), key("block"), key("salt"), key("pad"), key("name"), key(surname), key("parts"), key("chance")
        )


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


@dataclass(frozen=True, slots=True)
class Names:
    """Both name fields as codes and tokens."""

    forename: Coded
    forename_tokens: Tokens
    surname: Coded
    surname_tokens: Tokens

    @classmethod
    def of(cls, found: Components, keys: EncodingKeys) -> "Names":
        """Tokens of every distinct forename and surname."""
        forename, surname = found.coded("forename"), found.coded("surname")
        return cls(
            forename,
            name_tokens(forename.values, id_key=keys.ids, pad_key=keys.pad),
            surname,
            name_tokens(surname.values, id_key=keys.ids, pad_key=keys.pad),
        )


def identities(
    con: duckdb.DuckDBPyConnection, file: ExtractFile, keys: EncodingKeys, bands: NameBands | None = None
) -> Components:
    """Standardise a source's identifiers and give their components, with the bands of names if there are any."""
    standardise(con, file)
    return components(con, keys.ids, bands)


def encode(found: Components, linkage: Linkage, keys: EncodingKeys) -> Encoded:
    """Views of every record under every rule it has the components for.

    Args:
        found: Components of the source's records, from :func:`identities`.
        linkage: Rules and compared fields.
        keys: From :meth:`EncodingKeys.derive`.

    Returns:
        Tables ``view`` and ``record`` (see ``governance.contracts``), ordered by record id, which is a keyed
        pseudonym: the order of the extract is gone.
    """
    names = Names.of(found, keys)
    tables = [_rule_views(number, rule, found, names, linkage, keys) for number, rule in enumerate(linkage.rules)]
    views = pa.concat_tables(tables).sort_by(
        [("record_id", "ascending"), ("rule", "ascending"), ("variant", "ascending")]
    )
    numbered = found.ids("nhs_number")[1][found.variant == 0]
    return Encoded(check_table(views, VIEW), _records(found, views, list(linkage.compare)), int(numbered.sum()))


def encode_rows(
    views: Views, found: Components, names: Names, keys: EncodingKeys, *, compare: list[str], fixed: frozenset[str]
) -> dict[str, pa.Array]:
    """Everything compared inside a block, for one rule's rows.

    Args:
        views: Rows and salts.
        found: Components.
        names: Name tokens.
        keys: Encoding keys.
        compare: Fields that count as evidence (``Linkage.compare``).
        fixed: Fields that the rule fixes exactly: inside the block they are equal by construction and not encoded.
    """
    columns = _name_columns(views, names, keys, fixed if "name" in compare else frozenset({"forename", "surname"}))
    columns["birth_sex"] = pa.array(_birth_sex(views, found, keys, compare))
    columns["place"] = pa.array(_place(views, found, keys, compare))
    for field in WHOLE_FIELDS:
        ids, present = found.ids(field)
        wanted = present[views.rows] & (field in compare) & (field not in fixed)
        columns[field] = _nullable(prf(views.salt, ids[views.rows], keys.parts).view(np.int64), wanted)
    return columns


def _rule_views(
    number: int, rule: BlockingRule, found: Components, names: Names, linkage: Linkage, keys: EncodingKeys
) -> pa.Table:
    views = _distinct(views_of(rule, found, block_key=keys.block, salt_key=keys.salt), found)
    fixed = frozenset(rule.components) & {"forename", "surname", *WHOLE_FIELDS}
    encoded = encode_rows(views, found, names, keys, compare=list(linkage.compare), fixed=fixed)
    fields = {
        "record_id": pa.array(found.record_id[views.rows]),
        "variant": pa.array(found.variant[views.rows]),
        "rule": pa.array(np.full(len(views.rows), number, np.int16)),
        "block": pa.array(views.block),
        **encoded,
        "present": pa.array(found.present[views.rows] & _compared_bits(list(linkage.compare))),
    }
    return pa.table({name: fields[name] for name in VIEW.columns})


def _distinct(views: Views, found: Components) -> Views:
    """Views that differ from an earlier variant of their record in block or surname; the rest say nothing new."""
    rows = views.rows
    # Where the value is missing the id is some other value's.
    surname, postcode = (np.where(has, ids, np.uint64(0)) for ids, has in map(found.ids, ("surname", "postcode")))
    mixed = found.record_id[rows].view(np.uint64) * _ODD[0] ^ views.block.view(np.uint64) * _ODD[1]
    mixed ^= surname[rows] * _ODD[2] ^ postcode[rows] * _ODD[3]  # uint64 wraps: a 64-bit hash of the four
    _, first = np.unique(mixed, return_index=True)
    first.sort()
    return Views(rows[first], views.block[first], views.salt[first])


def _name_columns(views: Views, names: Names, keys: EncodingKeys, fixed: frozenset[str]) -> dict[str, pa.Array]:
    columns: dict[str, pa.Array] = {}
    fields = (
        ("forename", names.forename, names.forename_tokens, keys.forename),
        ("surname", names.surname, names.surname_tokens, keys.surname),
    )
    for field, coded, tokens, key in fields:
        wanted = coded.present[views.rows] if field not in fixed else np.zeros(len(views.rows), bool)
        halves = np.zeros((2, len(views.rows)), np.int64)
        halves[:, wanted] = sketch(tokens, coded.codes[views.rows[wanted]], views.salt[wanted], key)
        columns[f"{field}_lo"] = _nullable(halves[0], wanted)
        columns[f"{field}_hi"] = _nullable(halves[1], wanted)
    return columns


def _birth_sex(views: Views, found: Components, keys: EncodingKeys, compare: list[str]) -> NDArray[np.int64]:
    word = np.zeros(len(views.rows), np.uint64)
    for part, shift in BIRTH_LAYOUT:
        if _FIELD_OF_PART[part] not in compare:
            continue  # what is no evidence does not leave the source
        word |= _part(views, found, keys, part, 16, as_component=_SHARED_IDS.get(part)) << np.uint64(shift)
    return word.view(np.int64)


def _place(views: Views, found: Components, keys: EncodingKeys, compare: list[str]) -> NDArray[np.int64]:
    word = np.zeros(len(views.rows), np.uint64)
    for part, shift, width in PLACE_LAYOUT if "postcode" in compare else ():
        word |= _part(views, found, keys, part, width) << np.uint64(shift)
    return word.view(np.int64)


def _part(
    views: Views, found: Components, keys: EncodingKeys, component: str, bits: int, *, as_component: str | None = None
) -> NDArray[np.uint64]:
    """The top ``bits`` of the PRF of one part; zero where it is missing (``present`` says so)."""
    ids, present = found.ids(component, as_component=as_component)
    code = prf(views.salt, ids[views.rows], keys.parts) >> np.uint64(64 - bits)
    return np.where(present[views.rows], code, np.uint64(0))


def _records(found: Components, views: pa.Table, compare: list[str]) -> pa.Table:
    """One row per record, with how many rules can find it."""
    first = found.variant == 0
    ids = found.record_id[first]
    # Views come ordered by record and rule: a rule counts once however many variants it has.
    seen_id, seen_rule = views["record_id"].to_numpy(), views["rule"].to_numpy()
    new_rule = np.ones(len(seen_id), bool)
    new_rule[1:] = (seen_id[1:] != seen_id[:-1]) | (seen_rule[1:] != seen_rule[:-1])
    seen, counts = np.unique(seen_id[new_rule], return_counts=True)
    rules = np.zeros(len(ids), np.int16)
    order = np.argsort(ids)
    rules[order[np.searchsorted(ids[order], seen)]] = counts
    table = pa.table({"record_id": ids, "views": rules, "present": found.present[first] & _compared_bits(compare)})
    return check_table(table.sort_by("record_id"), RECORD)


def _compared_bits(compare: list[str]) -> np.int32:
    """The bits of ``present`` that belong to compared fields: of the others not even that they are filled is told."""
    bands = sum(3 << shift for shift in BAND_SHIFT.values()) if "name" in compare else 0
    return np.int32(bands + sum(bit for part, bit in PRESENT.items() if _FIELD_OF_PART[part] in compare))


def _nullable(values: NDArray[np.int64], present: NDArray[np.bool_]) -> pa.Array:
    return pa.array(values, mask=~present)


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
