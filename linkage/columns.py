"""Everything of a record that is compared inside a block, encoded under the block's salt."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.keys.files import Deriver, Secret
from governance.settings import Linkage
from linkage.blocks import Views
from linkage.sketch import Tokens, name_tokens, prf, sketch
from linkage.values import BAND_SHIFT, PRESENT, Coded, Components, Mask

BIRTH_LAYOUT = (("birth_year", 48), ("birth_month", 32), ("birth_day", 16), ("sex", 0))
"""16 bits each of the ``birth_sex`` word. Day and month share an id space so that swaps can be seen."""

PLACE_LAYOUT = (("postcode", 38, 26), ("postcode_sector", 18, 20), ("postcode_district", 0, 18))
"""Offset and width of each part of the ``place`` word."""

WHOLE_FIELDS = ("nhs_number", "phone", "email", "uprn", "birth_place", "occupation")
"""Compared for equality only: a whole word each."""

Column = tuple[NDArray[Any], Mask | None]
"""Values, and where there are any; None where everywhere."""

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
    def derive(cls, root: Deriver, *, project: str, purpose: str, linkage: Linkage) -> "EncodingKeys":
        """Every key of the encoding, from what a source was issued or from the root itself.

        With ``swapped_names`` forename and surname are encoded under one key, otherwise they share nothing.
        """
        surname = "name" if linkage.swapped_names else "surname"

        def key(field: str) -> Secret:
            return root.subkey(project, purpose, "encoding", field, linkage.epoch)

        return cls(
            key("ids"), key("block"), key("salt"), key("pad"), key("name"), key(surname), key("parts"), key("chance")
        )


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
    columns = encoded_columns(views, found, names, keys, compare, fixed)
    return {name: nullable(*column) for name, column in columns.items()}


def encoded_columns(
    views: Views, found: Components, names: Names, keys: EncodingKeys, compare: list[str], fixed: frozenset[str]
) -> dict[str, Column]:
    """The same as :func:`encode_rows`, still as NumPy arrays."""
    columns = _name_columns(views, names, keys, fixed if "name" in compare else frozenset({"forename", "surname"}))
    columns["birth_sex"] = (_birth_sex(views, found, keys, compare), None)
    columns["place"] = (_place(views, found, keys, compare), None)
    for field in WHOLE_FIELDS:
        columns[field] = _whole(views, found, keys, field, told=field in compare and field not in fixed)
    return columns


def _name_columns(views: Views, names: Names, keys: EncodingKeys, fixed: frozenset[str]) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    fields = (
        ("forename", names.forename, names.forename_tokens, keys.forename),
        ("surname", names.surname, names.surname_tokens, keys.surname),
    )
    for field, coded, tokens, key in fields:
        halves = np.zeros((2, len(views.rows)), np.int64)
        wanted = np.zeros(len(views.rows), bool) if field in fixed else coded.present[views.rows]
        there = np.flatnonzero(wanted)
        halves[:, there] = sketch(tokens, coded.codes[views.rows[there]], views.salt[there], key)
        columns[f"{field}_lo"], columns[f"{field}_hi"] = (halves[0], wanted), (halves[1], wanted)
    return columns


def _whole(views: Views, found: Components, keys: EncodingKeys, field: str, *, told: bool) -> Column:
    """A 64-bit code where the field is filled and told, else nothing."""
    codes, wanted = np.zeros(len(views.rows), np.int64), np.zeros(len(views.rows), bool)
    if told:
        ids, present = found.ids(field)
        wanted = present[views.rows]
        there = np.flatnonzero(wanted)
        codes[there] = prf(views.salt[there], ids[views.rows[there]], keys.parts).view(np.int64)
    return codes, wanted


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
    return code * present[views.rows]


def compared_bits(compare: list[str]) -> np.int32:
    """The bits of ``present`` that belong to compared fields: of the others not even that they are filled is told."""
    bands = sum(3 << shift for shift in BAND_SHIFT.values()) if "name" in compare else 0
    return np.int32(bands + sum(bit for part, bit in PRESENT.items() if _FIELD_OF_PART[part] in compare))


def nullable(values: NDArray[np.int64], there: Mask | None) -> pa.Array:
    """As Arrow, with nulls where nothing is."""
    return pa.array(values) if there is None else pa.array(values, mask=~there)
