"""Mapping presets: how a national data set, or a kind of local system, becomes events and needs.

A preset holds the files of a source and nothing of any one organisation: its legal bases, agreement and coverage are
its own. It is where a source file begins. What could not be confirmed from published documentation is listed in the
preset itself, so that nobody takes a guess for a standard.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from governance.settings.base import Slug, Strict, Text
from governance.settings.extract import Coded, Column, EventMapping, ExtractFile, NeedMapping
from governance.settings.slip import Slip
from governance.settings.source import Sector

EVERYTHING = "*"
"""In ``unconfirmed``: every name and code of the preset is a placeholder."""


class Unconfirmed(Strict):
    """A name or code that published documentation did not confirm."""

    what: Text
    """`column`, `file.column`, `column=code`, or `*` for all of them."""
    why: Text


class Preset(Strict):
    """The files of one kind of source."""

    id: Slug
    title: Text
    version: Text
    sector: Annotated[Sector, Field(strict=False)]
    one_record_per_person: bool
    based_on: Annotated[list[Text], Field(min_length=1)]
    """What it was made from."""
    files: Annotated[list[ExtractFile], Field(min_length=1)]
    unconfirmed: list[Unconfirmed] = []

    @property
    def is_placeholder(self) -> bool:
        """Whether no name in it is confirmed."""
        return any(each.what == EVERYTHING for each in self.unconfirmed)

    @model_validator(mode="after")
    def _one_file_identifies_people(self) -> Self:
        if sum(file.grain != "events" for file in self.files) != 1:
            raise Slip(
                "exactly one file must have grain people or both",
                "Set grain: events for the others.",
                "One file says who the people are, and the others what happened to them.",
            )
        return self

    @model_validator(mode="after")
    def _unconfirmed_names_exist(self) -> Self:
        known = set(names_and_codes(self.files)) | {EVERYTHING}
        if unknown := sorted(each.what for each in self.unconfirmed if each.what not in known):
            raise Slip(
                f"unconfirmed or confirmed lists what the preset does not have: {', '.join(unknown)}",
                "Correct the name there, or take it out.",
                "A renamed column would be confirmed by a slip.",
            )
        return self


def names_and_codes(files: list[ExtractFile]) -> list[str]:
    """Everything that can be unconfirmed: columns, with and without their file, and codes of columns."""
    found: dict[str, None] = {}
    for file in files:
        for name, column in file.columns.items():
            for each in (name, f"{file.id}.{name}", *(f"{name}={code}" for code in _codes(file, name, column))):
                found[each] = None
    return list(found)


def _codes(file: ExtractFile, name: str, column: Column) -> list[str]:
    """Codes that a file reads in a column: to attributes, events, needs and conditions."""
    found = [*column.values, *column.missing]
    mappings: list[EventMapping | NeedMapping] = [*file.events, *file.needs]
    for mapping in mappings:
        found += mapping.where.get(name, [])
        for part in ("kind", "need", "outcome"):
            coded = getattr(mapping, part, None)
            if isinstance(coded, Coded) and coded.column == name:
                found += coded.values
    return found
