"""What becomes of every column: worked out from the config, column by column."""

from dataclasses import dataclass

from governance.english import joined
from governance.settings import Coded, Column, ColumnClass, EventMapping, ExtractFile, Linkage, NeedMapping

_FIELD = {
    "full_name": "name",
    "forename": "name",
    "surname": "name",
    "previous_surname": "name",
    "previous_postcode": "postcode",
}
"""The compared field a role belongs to, where it has another name."""

_PARTS = {
    "name": ("forename", "surname", "phonetic_pair", "first3_pair", "initials"),
    "date_of_birth": ("date_of_birth", "birth_year", "birth_month", "birth_day"),
    "postcode": ("postcode",),
}
"""How the names of rule components begin that are made from a field."""

_ANALYSIS = {
    "date_of_birth": "the year of birth",
    "postcode": "small area, ward, district and deprivation tenth, looked up inside the source",
    "sex": "the category",
    "ethnic_group": "the category",
    "birth_year": "the year",
    "small_area": "the area code",
    "death_month": "the month",
    "address_kind": "the category",
    "first_language": "English, another language or sign language",
}
"""What reaches the analysis zone of a role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """Where a column goes and as what."""

    to_linkage: str = ""
    """Empty: nothing of it reaches the linkage zone."""
    to_analysis: str = ""
    remark: str = ""


_HOME = "a keyed token that says who shares a home"


def fate_of(name: str, column: Column, file: ExtractFile, linkage: Linkage, *, households: bool = False) -> Fate:
    """What becomes of one column of an extract.

    Args:
        name: The column.
        column: Its class and role.
        file: The file it stands in, whose mappings may read it.
        linkage: Says which fields are encoded.
        households: Whether the project tells who shares a home.
    """
    if column.column_class in (ColumnClass.FREE_TEXT, ColumnClass.DROP):
        return Fate(remark="Never loaded.")
    if column.role == "record_id":
        pseudonym = "a keyed pseudonym"
        return Fate(to_linkage=pseudonym, to_analysis=pseudonym, remark="The id itself stays in the source.")
    if column.role:
        return _role_fate(column.role, file, linkage, households=households)
    uses = _uses(name, file)
    if not uses:
        return Fate(remark="Read, but no event or need uses it; stays in the source.")
    return Fate(to_analysis=joined(uses))


def _role_fate(role: str, file: ExtractFile, linkage: Linkage, *, households: bool) -> Fate:
    if file.grain == "events":
        return Fate(remark="Identifiers are taken from the people file; stays in the source.")
    if role == "address" and households:
        return Fate(to_analysis=_HOME, remark="Where no property number is given; never encoded for linkage.")
    if role == "address":
        return Fate(remark="Read only to be dropped: never encoded, never sent.")
    encoded, sent = _is_encoded(role, linkage), _HOME if role == "uprn" and households else _ANALYSIS.get(role, "")
    if not encoded and not sent:
        return Fate(remark="This project's linkage settings do not use it; stays in the source.")
    return Fate(to_linkage="keyed encoding" if encoded else "", to_analysis=sent)


def _is_encoded(role: str, linkage: Linkage) -> bool:
    field = _FIELD.get(role, role)
    starts = _PARTS.get(field, (field,))
    parts = {component for rule in linkage.rules for component in rule.components}
    made = any(part == start or part.startswith(f"{start}_") for part in parts for start in starts)
    return made or field in linkage.compare


def _uses(name: str, file: ExtractFile) -> list[str]:
    """What events, needs and addresses take from a column, each said once."""
    said = [use for mapping in file.events for use in _event_uses(name, mapping)]
    said += [use for mapping in file.needs for use in _need_uses(name, mapping)]
    said += _address_uses(name, file)
    return list(dict.fromkeys(said))


def _address_uses(name: str, file: ExtractFile) -> list[str]:
    if file.addresses is None:
        return []
    uses = {"the first day of an address": file.addresses.start, "the end of an address": file.addresses.end}
    return [use for use, column in uses.items() if column == name]


def _event_uses(name: str, mapping: EventMapping) -> list[str]:
    decides = [mapping.kind.column] if isinstance(mapping.kind, Coded) else []
    uses = {
        "the start date of an event": name == mapping.start,
        "the end date of an event": name == mapping.end,
        "the kind of an event (its code decides)": name in decides,
        "the code of an event": name == mapping.code,
        "the provider of an event": name == mapping.provider,
        "the outcome of an event": mapping.outcome is not None and name == mapping.outcome.column,
        "which rows are events (its code decides)": name in mapping.where,
    }
    return [use for use, applies in uses.items() if applies]


def _need_uses(name: str, mapping: NeedMapping) -> list[str]:
    decides = [mapping.need.column] if isinstance(mapping.need, Coded) else []
    uses = {
        "the first date of a need": name == mapping.start,
        "the last date of a need": name == mapping.end,
        "the kind of a need (its code decides)": name in decides,
        "which rows show a need (its code decides)": name in mapping.where,
    }
    return [use for use, applies in uses.items() if applies]
