"""What each column's values must be, as expressions over the macros of ``sql/checks.sql``.

Only this module composes SQL for intake. Columns stand in it by number (``c3``), settings as bound parameters.
"""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from governance.errors import ConfigError
from governance.intake.header import loaded_columns
from governance.intake.reasons import Reason
from governance.settings import Column, EventMapping, ExtractFile, NeedMapping
from governance.settings.standard import SERIAL_FORMATS
from governance.warehouse import load_sql

DEFAULT_DATE_FORMAT = "%Y-%m-%d"
_FIRST_BIRTH = date(1900, 1, 1)
_DIRECTIVE_WIDTHS = {"%Y": 4, "%y": 2, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2, "%b": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnPlan:
    """How one column becomes a value and, where it cannot, a reason.

    The text of column ``number`` is ``c<number>``; ``parsed`` reads it, ``fault`` reads the result as ``p<number>``.
    """

    number: int
    name: str
    column: Column
    parsed: str
    fault: str = "NULL"
    timeless: str = ""
    """Reads a date of birth whatever the month it is read in: one after the month's end is set aside until it has come,
    and a year of two digits is of this century or the last by the month. Empty where ``parsed`` does."""
    is_date: bool = False
    params: dict[str, Any] = field(default_factory=dict)


def define_checks(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros of ``sql/checks.sql`` known to a connection."""
    con.execute(load_sql("governance.intake", "checks"))


def plan_columns(file: ExtractFile, *, as_of: date, synthetic: bool) -> list[ColumnPlan]:
    """A plan for every loaded column of a file, in the order of its description.

    Args:
        file: The description.
        as_of: First day after the period; nobody is born on or after it.
        synthetic: Test-range NHS numbers are right in synthetic data and wrong elsewhere.
    """
    dates = date_columns(file)
    return [
        _plan(number, name, _with_days(column) if file.format == "xlsx" else column, name in dates, as_of, synthetic)
        for number, (name, column) in enumerate(loaded_columns(file).items())
    ]


def _with_days(column: Column) -> Column:
    """A real date in a spreadsheet is read as its day, whatever format the texts beside it have."""
    formats = formats_of(column)
    if not column.format or DEFAULT_DATE_FORMAT in formats:
        return column
    return column.model_copy(update={"format": " | ".join([*formats, DEFAULT_DATE_FORMAT])})


def start_columns(file: ExtractFile) -> set[str]:
    """Columns that hold the start of an event or of a need."""
    return {mapping.start for mapping in _mappings(file)}


def date_columns(file: ExtractFile) -> set[str]:
    """Columns read as dates: dates of birth, any with a format, any start or end of an event, need or address."""
    ends = {mapping.end for mapping in _mappings(file) if mapping.end}
    own = {name for name, column in file.columns.items() if column.format or column.role == "date_of_birth"}
    homes = (file.addresses.start, file.addresses.end) if file.addresses else ()
    return own | ends | {name for name in homes if name} | start_columns(file)


def _mappings(file: ExtractFile) -> list[EventMapping | NeedMapping]:
    return [*file.events, *file.needs]


def formats_of(column: Column) -> list[str]:
    """The date formats of a column, in the order they are tried."""
    return [part.strip() for part in (column.format or DEFAULT_DATE_FORMAT).split(" | ")]


def _plan(number: int, name: str, column: Column, is_date: bool, as_of: date, synthetic: bool) -> ColumnPlan:
    if is_date:
        return _date_plan(number, name, column, as_of)
    if column.values:
        return _code_plan(number, name, column)
    if column.pattern:
        return _pattern_plan(number, name, column)
    if column.role == "nhs_number":
        fault = f"nhs_number_fault(p{number}, {str(synthetic).lower()})"
        return ColumnPlan(number=number, name=name, column=column, parsed=f"nhs_digits(c{number})", fault=fault)
    if column.role in ("postcode", "previous_postcode"):
        fault = _unread(number, Reason.POSTCODE_SHAPE)
        return ColumnPlan(number=number, name=name, column=column, parsed=f"postcode_text(c{number})", fault=fault)
    return ColumnPlan(number=number, name=name, column=column, parsed=f"c{number}")


def _unread(number: int, reason: Reason) -> str:
    return f"CASE WHEN c{number} IS NOT NULL AND p{number} IS NULL THEN '{reason}' END"


def _date_plan(number: int, name: str, column: Column, as_of: date) -> ColumnPlan:
    formats = formats_of(column)
    is_birth = column.role == "date_of_birth"
    read = [read_date(f"c{number}", f"format_{number}_{i}", text) for i, text in enumerate(formats)]
    parsed = ", ".join(
        _in_the_past(call, as_of) if is_birth and "%y" in text else call
        for call, text in zip(read, formats, strict=True)
    )
    unread = f"c{number} IS NOT NULL AND p{number} IS NULL"
    fault = f"WHEN {unread} AND looks_like_serial(c{number}) THEN '{Reason.DATE_SERIAL}'"
    fault += f" WHEN {unread} THEN '{Reason.DATE_UNREADABLE}'"
    if is_birth:
        fault += f" WHEN p{number} >= DATE '{as_of.isoformat()}' THEN '{Reason.BIRTH_DATE_FUTURE}'"
        earliest = (column.earliest or _FIRST_BIRTH).isoformat()
        fault += f" WHEN p{number} < DATE '{earliest}' THEN '{Reason.BIRTH_DATE_BEFORE_1900}'"
    return ColumnPlan(
        number=number,
        name=name,
        column=column,
        parsed=f"coalesce({parsed})",
        fault=f"CASE {fault} END",
        timeless=f"coalesce({', '.join(read)})" if is_birth else "",
        is_date=True,
        params={f"format_{number}_{i}": text for i, text in enumerate(formats) if text not in SERIAL_FORMATS},
    )


def _in_the_past(call: str, as_of: date) -> str:
    """A birth in a year of two digits: 45 is 1945 until 2045 has come."""
    return f"CASE WHEN {call} >= DATE '{as_of.isoformat()}' THEN ({call} - INTERVAL 100 YEAR)::DATE ELSE {call} END"


def _code_plan(number: int, name: str, column: Column) -> ColumnPlan:
    known = f"list_contains($codes_{number}, c{number})"
    return ColumnPlan(
        number=number,
        name=name,
        column=column,
        parsed=f"mapped_code(c{number}, $codes_{number}, $standards_{number})",
        fault=f"CASE WHEN NOT {known} THEN '{Reason.UNKNOWN_CODE}' END",
        params={f"codes_{number}": list(column.values), f"standards_{number}": list(column.values.values())},
    )


def _pattern_plan(number: int, name: str, column: Column) -> ColumnPlan:
    text = f"upper(c{number})" if column.role in ("postcode", "previous_postcode") else f"c{number}"
    return ColumnPlan(
        number=number,
        name=name,
        column=column,
        parsed=text,
        fault=f"CASE WHEN NOT regexp_full_match(p{number}, $pattern_{number}) THEN '{Reason.PATTERN}' END",
        params={f"pattern_{number}": column.pattern},
    )


def read_date(text: str, param: str, date_format: str) -> str:
    """A call of the macro: formats without separators also fix how long the text must be."""
    if epoch := SERIAL_FORMATS.get(date_format):
        return f"read_serial({text}, DATE '{epoch.isoformat()}')"
    return f"read_date({text}, ${param}, {_fixed_width(date_format)})"


def _fixed_width(date_format: str) -> int:
    """Length of text in a format made of directives alone, else 0."""
    if not re.fullmatch(r"(%[YymdHMSb])+", date_format):
        return 0
    return sum(_DIRECTIVE_WIDTHS[directive] for directive in re.findall(r"%.", date_format))


def check_formats(con: duckdb.DuckDBPyConnection, plans: list[ColumnPlan], source_id: str) -> None:
    """Every date format and pattern must be one the database understands.

    Raises:
        ConfigError: One is not; names the column.
    """
    for plan in plans:
        try:
            for name, value in plan.params.items():
                if name.startswith("format_"):
                    con.execute("SELECT try_strptime('', $value)", {"value": value}).fetchall()
                if name.startswith("pattern_"):
                    con.execute("SELECT regexp_full_match('', $value)", {"value": value}).fetchall()
        except duckdb.Error:
            raise ConfigError(
                f"sources/{source_id}.yaml: column `{plan.name}` has a format or pattern that cannot be used.",
                why="No value of the column could be read.",
                fix="Write formats like %d/%m/%Y, several parted by ` | `, and patterns without look-around.",
                code="E-CONFIG-FORMAT",
            ) from None
