"""From a source's own columns and codes to the tables that leave it: people, dated addresses, events and needs.

Reads the typed tables ``file_<file id>`` that intake made, never the extract. What a column or code means
comes from the source file alone; nothing here knows any source by name.
"""

from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from cohorts.households import stage_homes
from cohorts.look_alikes import refuse_identifiers
from governance.contracts import RECORD_ADDRESS, RECORD_EVENT, RECORD_NEED, RECORD_PERSON, check_table
from governance.keys.ring import Secret
from governance.settings import Coded, EventMapping, ExtractFile, NeedMapping, Source
from governance.settings.standard import STANDARD_VALUES
from governance.warehouse import empty, fetch_table, load_sql, load_table, materialise, quote_name

_CODE_SCHEMA = pa.schema([("code", pa.string()), ("value", pa.string())])
_LEFT_OUT_SCHEMA = pa.schema([("file", pa.string()), ("column", pa.string()), ("row_no", pa.int64())])
_ROW_NO = pa.field("row_no", pa.int64())
_WORKING_TABLES = {
    "mapped_event": pa.schema([_ROW_NO, *(field for field in RECORD_EVENT.schema if field.name != "event_no")]),
    "mapped_need": RECORD_NEED.schema,
    "unmapped_row": _LEFT_OUT_SCHEMA,
    "undated_row": _LEFT_OUT_SCHEMA,
}

_PUBLISHED_ROLES = ("sex", "ethnic_group", "address_kind", "first_language")
"""Roles whose values become names of groups, or kinds of home: only those that are standard or approved."""

Mapping = EventMapping | NeedMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCount:
    """So many rows of a file for which one column could not be used."""

    file: str
    column: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What one source sends to the analysis zone, and value-free counts of what could not be mapped."""

    record_person: pa.Table
    record_event: pa.Table
    record_need: pa.Table
    record_address: pa.Table = field(default_factory=RECORD_ADDRESS.schema.empty_table)
    """Of files that date addresses."""
    unmapped: tuple[RowCount, ...] = ()
    """Rows with a code that no mapping of its column lists."""
    undated: tuple[RowCount, ...] = ()
    """Rows that a mapping takes for an event or need but that have no start date."""
    postcodes_unmatched: int = 0
    """Records whose postcode is not in the area look-up."""
    orphans: int = 0
    """Events and needs of records that the people file does not hold; they stay behind."""


def record_tables(
    con: duckdb.DuckDBPyConnection, source: Source, area_lookup: pa.Table, household_key: Secret | None = None
) -> Payload:
    """The payload of one source, from the tables intake made.

    Args:
        con: Holds ``file_<file id>`` for every file of the source; working tables are added.
        source: Says which columns and codes are which attributes, events and needs.
        area_lookup: Columns postcode, small_area, ward, district, deprivation_decile.
        household_key: Of the tokens that say who shares a home; without it nobody's home is told.

    Returns:
        Tables in contract order and sorted by key, so that the same input gives the same bytes.

    Raises:
        PolicyRefusal: A column that would leave as it was delivered holds identifiers.
    """
    refuse_identifiers(con, source)
    load_table(con, "area_lookup", area_lookup)
    materialise(con, "area", load_sql("cohorts", "area"))
    for table, schema in _WORKING_TABLES.items():
        load_table(con, table, schema.empty_table())
    _stage_people(con, source)
    stage_homes(con, source.id, household_key)
    for file in source.files:
        for event in file.events:
            _map_event(con, source, file, event)
        for need in file.needs:
            _map_need(con, file, need)
    return _payload(con)


def _payload(con: duckdb.DuckDBPyConnection) -> Payload:
    tables = {
        contract.name: check_table(fetch_table(con, load_sql("cohorts", contract.name)), contract)
        for contract in (RECORD_PERSON, RECORD_ADDRESS, RECORD_EVENT, RECORD_NEED)
    }
    found = Payload(
        **tables,
        unmapped=_row_counts(con, "unmapped_row"),
        undated=_row_counts(con, "undated_row"),
        postcodes_unmatched=_count(con, load_sql("cohorts", "postcodes_unmatched")),
        orphans=_count(con, load_sql("cohorts", "orphans")),
    )
    for table in _WORKING_TABLES:  # of millions of events a second copy
        empty(con, table)
    return found


# --- people -----------------------------------------------------------------------------------------------


def _stage_people(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """``person_row``: the people file's rows under the names of roles, whatever its columns are called."""
    file = source.people_file
    born, year = _role(file, "date_of_birth", "DATE"), _role(file, "birth_year", "VARCHAR")
    died = _role(file, "death_month", "VARCHAR")
    moved = file.addresses
    materialise(
        con,
        "person_row",
        f"""
        SELECT
            row_no,
            record_id,
            {_latest_date(file)} AS day,
            coalesce(TRY_CAST({year} AS SMALLINT), CAST(year({born}) AS SMALLINT)) AS birth_year,
            {_group(file, "sex")} AS sex,
            {_group(file, "ethnic_group")} AS ethnic_group,
            {_group(file, "first_language")} AS first_language,
            upper(replace({_role(file, "postcode", "VARCHAR")}, ' ', '')) AS postcode,
            {_role(file, "small_area", "VARCHAR")} AS small_area,
            regexp_replace({_role(file, "uprn", "VARCHAR")}, '[^0-9]', '', 'g') AS uprn,
            regexp_replace(upper({_role(file, "address", "VARCHAR")}), '[^A-Z0-9]', '', 'g') AS address,
            {_group(file, "address_kind")} AS address_kind,
            TRY_CAST(left({died}, 7) || '-01' AS DATE) AS death_month,
            {_day(moved.start if moved else None)} AS address_from,
            {_day(moved.end if moved else None)} AS address_to
        FROM {_table(file)}
        """,
        {f"{role}_names": _group_names(file, role) for role in _PUBLISHED_ROLES},
    )
    _leave_out_unlisted(con, file)


def _role(file: ExtractFile, role: str, kind: str) -> str:
    """SQL for the first filled column of a role, in file order; NULL where the file has none."""
    columns = [f"CAST({quote_name(name)} AS {kind})" for name in file.columns_with_role(role)]
    return f"coalesce({', '.join([*columns, f'NULL::{kind}'])})"


def _day(column: str | None) -> str:
    return f"CAST({quote_name(column)} AS DATE)" if column else "NULL::DATE"


def _group_names(file: ExtractFile, role: str) -> list[str]:
    """What may become the name of a group: a standard value, or one that the approved source file maps codes to."""
    mapped = {value for name in file.columns_with_role(role) for value in file.columns[name].values.values()}
    return sorted(mapped.union(STANDARD_VALUES[role]))


def _group(file: ExtractFile, role: str) -> str:
    """SQL for a published role: missing where it holds what nobody approved as the name of a group."""
    value = _role(file, role, "VARCHAR")
    return f"CASE WHEN list_contains(${role}_names, {value}) THEN {value} END"


def _leave_out_unlisted(con: duckdb.DuckDBPyConnection, file: ExtractFile) -> None:
    """Count the rows in which a published role holds something else."""
    for role in _PUBLISHED_ROLES:
        for name in file.columns_with_role(role):
            column = f"CAST({quote_name(name)} AS VARCHAR)"
            other = f"{column} IS NOT NULL AND NOT list_contains($names, {column})"
            query = f"SELECT row_no FROM {_table(file)} WHERE {other}"
            _leave_out(con, "unmapped_row", file, name, query, {"names": _group_names(file, role)})


def _latest_date(file: ExtractFile) -> str:
    """SQL for the latest date an events row carries: a later row knows a person's attributes better."""
    starts = dict.fromkeys(mapping.start for mapping in _mappings(file))
    return f"greatest({', '.join([*map(quote_name, starts), 'NULL::DATE'])})"


# --- events and needs -------------------------------------------------------------------------------------


def _map_event(con: duckdb.DuckDBPyConnection, source: Source, file: ExtractFile, event: EventMapping) -> None:
    """Add one mapping's events to ``mapped_event``."""
    columns = {
        "named": event.kind.column if isinstance(event.kind, Coded) else None,
        "code": event.code,
        "provider": event.provider,
        "outcome": event.outcome.column if event.outcome else None,
    }
    _stage_rows(con, file, event, columns)
    _load_codes(con, file, event, "name_code", event.kind)
    _load_codes(con, file, event, "outcome_code", event.outcome)
    values = {
        "kind": None if isinstance(event.kind, Coded) else event.kind,
        "source": source.id,
        "has_end": event.end is not None,
        "crisis": event.crisis,
        "planned": event.planned,
    }
    con.execute(f"INSERT INTO mapped_event {load_sql('cohorts', 'mapped_event')}", values)
    empty(con, "mapping_row")


def _map_need(con: duckdb.DuckDBPyConnection, file: ExtractFile, need: NeedMapping) -> None:
    """Add one mapping's evidence to ``mapped_need``."""
    _stage_rows(con, file, need, {"named": need.need.column if isinstance(need.need, Coded) else None})
    _load_codes(con, file, need, "name_code", need.need)
    values = {
        "need": None if isinstance(need.need, Coded) else need.need,
        "strength": need.strength,
        "has_end": need.end is not None,
    }
    con.execute(f"INSERT INTO mapped_need {load_sql('cohorts', 'mapped_need')}", values)
    empty(con, "mapping_row")


def _stage_rows(
    con: duckdb.DuckDBPyConnection, file: ExtractFile, mapping: Mapping, columns: dict[str, str | None]
) -> None:
    """``mapping_row``: the rows a mapping speaks of, under fixed names; those without a start are counted."""
    named = {fixed: columns.get(fixed) for fixed in ("named", "code", "provider", "outcome")}
    text = [f"CAST({quote_name(name) if name else 'NULL'} AS VARCHAR) AS {fixed}" for fixed, name in named.items()]
    end = quote_name(mapping.end) if mapping.end else "NULL::DATE"
    condition, values = _where(mapping)
    materialise(
        con,
        "mapping_row",
        f"""
        SELECT row_no, record_id, {quote_name(mapping.start)} AS start, {end} AS "end", {", ".join(text)}
        FROM {_table(file)}
        WHERE {condition}
        """,
        values,
    )
    _leave_out(con, "undated_row", file, mapping.start, "SELECT row_no FROM mapping_row WHERE start IS NULL")


def _where(mapping: Mapping) -> tuple[str, dict[str, object]]:
    """The rows a mapping speaks of: each named column holds one of the listed codes."""
    listed = dict(enumerate(mapping.where.items()))
    tests = [f"list_contains($codes_{n}, CAST({quote_name(column)} AS VARCHAR))" for n, (column, _) in listed.items()]
    return " AND ".join(tests) or "TRUE", {f"codes_{n}": codes for n, (_, codes) in listed.items()}


def _load_codes(con: duckdb.DuckDBPyConnection, file: ExtractFile, mapping: Mapping, table: str, coded: object) -> None:
    """A code map as a table; rows of ``mapping_row`` whose code no map of that column lists are counted."""
    if not isinstance(coded, Coded):
        load_table(con, table, _CODE_SCHEMA.empty_table())
        return
    rows = [{"code": code, "value": value} for code, value in sorted(coded.values.items())]
    load_table(con, table, pa.Table.from_pylist(rows, schema=_CODE_SCHEMA))
    column, (condition, values) = f"CAST({quote_name(coded.column)} AS VARCHAR)", _where(mapping)
    unknown = f"{condition} AND {column} IS NOT NULL AND NOT list_contains($known, {column})"
    query = f"SELECT row_no FROM {_table(file)} WHERE {unknown}"
    _leave_out(con, "unmapped_row", file, coded.column, query, values | {"known": _known_codes(file, coded.column)})


def _known_codes(file: ExtractFile, column: str) -> list[str]:
    """Codes of a column that any mapping of the file lists; another mapping may be the one that uses a code."""
    known: set[str] = set()
    for mapping in _mappings(file):
        known.update(mapping.where.get(column, []))
        for coded in _code_maps(mapping):
            known.update(coded.values if coded.column == column else ())
    return sorted(known)


def _mappings(file: ExtractFile) -> list[Mapping]:
    return [*file.events, *file.needs]


def _code_maps(mapping: Mapping) -> list[Coded]:
    named = (mapping.kind, mapping.outcome) if isinstance(mapping, EventMapping) else (mapping.need,)
    return [coded for coded in named if isinstance(coded, Coded)]


# --- counts without values --------------------------------------------------------------------------------


def _leave_out(
    con: duckdb.DuckDBPyConnection,
    table: str,
    file: ExtractFile,
    column: str,
    query: str,
    values: dict[str, object] | None = None,
) -> None:
    """Note which rows of a file a mapping could not use, by row number; only counts ever leave."""
    insert = f'INSERT INTO {table} SELECT $file AS file, $column AS "column", row_no FROM ({query})'
    con.execute(insert, {"file": file.id, "column": column, **(values or {})})


def _row_counts(con: duckdb.DuckDBPyConnection, table: str) -> tuple[RowCount, ...]:
    query = f'SELECT file, "column", count(DISTINCT row_no) FROM {table} GROUP BY ALL ORDER BY ALL'
    return tuple(RowCount(file=file, column=column, rows=rows) for file, column, rows in con.execute(query).fetchall())


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(con.execute(query).fetchall()[0][0])


def _table(file: ExtractFile) -> str:
    return quote_name(f"file_{file.id}")
