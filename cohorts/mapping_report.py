"""How a source's codes meet its mapping: codes seen that no mapping lists, and codes listed that were never seen.

Of events, needs and outcomes, and of attributes: sex, ethnic group, first language, kind of address.

A code that is not listed may be anything, a name in the wrong column too. It is named only where more than a handful of
records have it and it looks like no identifier; the others are counted together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from cohorts.look_alikes import looks_like_identifier
from governance.intake.codes_seen import Counted, codes_that_stay
from governance.settings import Coded, EventMapping, ExtractFile, NeedMapping, Source
from governance.settings.standard import STANDARD_VALUES
from governance.warehouse import quote_name

FEWEST_RECORDS = 10
"""A code that is not listed is named from so many records on."""

LONGEST_CODE = 40
"""Longer texts are no codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnReport:
    """One column of codes."""

    file: str
    column: str
    is_condition: bool
    """The column only says which rows a mapping takes: codes that it does not list are often meant to be left out."""
    unmapped: tuple[tuple[str, int], ...]
    """Codes that no mapping lists, with the rows that have them."""
    other_rows: int
    """Rows with further codes that are not named here."""
    unseen: tuple[str, ...]
    """Codes that the mapping lists and that no row has."""

    def as_dict(self) -> dict[str, object]:
        """For the source's receipt."""
        return {
            "file": self.file,
            "column": self.column,
            "is_condition": self.is_condition,
            "unmapped": [{"code": code, "rows": rows} for code, rows in self.unmapped],
            "other_rows": self.other_rows,
            "unseen": list(self.unseen),
        }


def mapping_report(con: duckdb.DuckDBPyConnection, source: Source) -> list[ColumnReport]:
    """Every column whose codes a source file maps to kinds, needs, outcomes or attributes.

    Args:
        con: An intake's, after everything that is left out was: ``code_<file id>`` is gone then.
        source: Says which codes are mapped.
    """
    return events_report(con, source) + [one for file in source.files for one in _of_attributes(con, file)]


def events_report(con: duckdb.DuckDBPyConnection, source: Source) -> list[ColumnReport]:
    """The columns whose codes say what happened, what for, and how it went; ``con`` holds ``file_<file id>``."""
    return [one for file in source.files for one in _of_events(con, file)]


def _of_events(con: duckdb.DuckDBPyConnection, file: ExtractFile) -> Iterator[ColumnReport]:
    mapped = _mapped_columns(file)
    for name, listed in sorted(_listed_codes(file).items()):
        yield _column(con, file, name, listed, _seen(con, file, name), is_condition=name not in mapped)


def _of_attributes(con: duckdb.DuckDBPyConnection, file: ExtractFile) -> Iterator[ColumnReport]:
    """Columns with a map of their own; and those without one whose values have to be standard as they come."""
    came = codes_that_stay(con, file)
    for name, column in sorted(file.columns.items()):
        if name in came:
            yield _column(con, file, name, set(column.values), came[name], is_condition=False)
        elif not column.values and column.role in STANDARD_VALUES:
            standard, seen = set(STANDARD_VALUES[column.role]), _seen(con, file, name)
            # A standard value that never came was promised by nobody.
            listed = standard & {code for code, *_ in seen}
            yield _column(con, file, name, listed, seen, is_condition=False)


def _mappings(file: ExtractFile) -> list[EventMapping | NeedMapping]:
    return [*file.events, *file.needs]


def _mapped_columns(file: ExtractFile) -> set[str]:
    return {coded.column for mapping in _mappings(file) for coded in _code_maps(mapping)}


def _listed_codes(file: ExtractFile) -> dict[str, set[str]]:
    """Codes that events and needs of a file list, by column; conditions on a column list codes as well."""
    found: dict[str, set[str]] = {}
    for mapping in _mappings(file):
        listed = [(coded.column, set(coded.values)) for coded in _code_maps(mapping)]
        for name, codes in [*listed, *((name, set(codes)) for name, codes in mapping.where.items())]:
            found.setdefault(name, set()).update(codes)
    return found


def _code_maps(mapping: EventMapping | NeedMapping) -> Iterator[Coded]:
    for name in ("kind", "need", "outcome"):
        coded = getattr(mapping, name, None)
        if isinstance(coded, Coded):
            yield coded


def _seen(con: duckdb.DuckDBPyConnection, file: ExtractFile, name: str) -> Counted:
    query = f"""
        SELECT CAST({quote_name(name)} AS VARCHAR) AS code, count(*) AS rows, count(DISTINCT record_id) AS records
        FROM {quote_name(f"file_{file.id}")}
        WHERE {quote_name(name)} IS NOT NULL
        GROUP BY ALL ORDER BY rows DESC, code
    """
    return con.execute(query).fetchall()


def _column(
    con: duckdb.DuckDBPyConnection, file: ExtractFile, name: str, listed: set[str], seen: Counted, *, is_condition: bool
) -> ColumnReport:
    strange = [(code, rows, records) for code, rows, records in seen if code not in listed]
    told = [row for row in strange if row[2] >= FEWEST_RECORDS and _may_be_named(con, row[0])]
    return ColumnReport(
        file=file.id,
        column=name,
        is_condition=is_condition,
        unmapped=tuple((code, rows) for code, rows, _ in told),
        other_rows=sum(rows for _, rows, _ in strange) - sum(rows for _, rows, _ in told),
        unseen=tuple(sorted(listed - {code for code, *_ in seen})),
    )


def _may_be_named(con: duckdb.DuckDBPyConnection, code: str) -> bool:
    return len(code) <= LONGEST_CODE and not looks_like_identifier(con, code)
