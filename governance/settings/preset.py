"""Mapping presets: how a national data set, or a kind of local system, becomes events and needs.

A preset holds the files of a source and nothing of any one organisation: its legal bases, agreement and coverage are
its own. It is where a source file begins. What could not be confirmed from published documentation is listed in the
preset itself, so that nobody takes a guess for a standard; what was looked up by itself is listed with where it stood.
"""

from typing import Annotated, Self

from pydantic import Field, model_validator

from governance.sector import Sector
from governance.settings.base import Slug, Strict, Text
from governance.settings.extract import Coded, Column, EventMapping, ExtractFile, NeedMapping
from governance.settings.slip import Slip

EVERYTHING = "*"
"""In ``unconfirmed``: every name and code of the preset is a placeholder."""


class Unconfirmed(Strict):
    """A name or code that published documentation did not confirm."""

    what: Text
    """`column`, `file.column`, `column=code`, or `*` for all of them."""
    why: Text
    ask: Text
    """Who could confirm it."""


class Confirmed(Strict):
    """A name or code that published documentation confirmed."""

    what: Text
    """`column`, `file.column`, `column=code`, or `column=*` for every code of a column that is listed."""
    by: Text
    """In which publication it was seen."""


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
    confirmed: list[Confirmed] = []
    """What was looked up by itself; of a preset of placeholders, all that is not one."""

    @property
    def is_placeholder(self) -> bool:
        """Whether nothing in it but what is listed under ``confirmed`` is confirmed."""
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
        named = [each.what for each in self.unconfirmed] + [each.what for each in self.confirmed]
        if unknown := sorted(what for what in named if what not in known):
            raise Slip(
                f"unconfirmed or confirmed lists what the preset does not have: {', '.join(unknown)}",
                "Correct the name there, or take it out.",
                "A renamed column would be confirmed by a slip.",
            )
        if twice := sorted({what for what in named if named.count(what) > 1}):
            raise Slip(
                f"listed twice under unconfirmed and confirmed: {', '.join(twice)}",
                "Keep one of the two.",
                "Nobody could tell whether it may be relied on.",
            )
        return self


def names_and_codes(files: list[ExtractFile]) -> list[str]:
    """Everything that can be unconfirmed: columns, with and without their file, and codes of columns."""
    found: dict[str, None] = {}
    for file in files:
        for name, column in file.columns.items():
            codes = _codes(file, name, column)
            for each in (
                name,
                f"{file.id}.{name}",
                *(f"{name}={code}" for code in [*codes, *([EVERYTHING] if codes else [])]),
            ):
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
