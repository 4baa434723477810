"""From delivered text to typed rows: loaded, read, judged, kept or left out. One file after another.

Tables, by file: ``text_<id>`` (cleaned text ``c<n>``), ``typed_<id>`` (values ``v<n>``, faults ``f<n>``) and at
last ``file_<id>`` under the columns' own names. ``people_record`` knows every usable person of the source.
"""

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from governance.intake.checks import ColumnPlan, start_columns
from governance.intake.clean import clean_text
from governance.intake.deliver import Delivery
from governance.intake.header import HIDDEN
from governance.intake.reasons import Reason
from governance.intake.table import RowAside
from governance.keys.ring import Secret
from governance.pseudonym import record_ids
from governance.settings import ExtractFile, Source
from governance.warehouse import fetch_table, load_sql, load_table, materialise, quote_name

REJECT_SCHEMA = pa.schema(
    [("file", pa.string()), ("row_no", pa.int64()), ("column", pa.string()), ("code", pa.string())]
)
REJECT_ROW_SCHEMA = pa.schema(
    [("file", pa.string()), ("row_no", pa.int64()), ("code", pa.string()), ("content", pa.string())]
)
_PEOPLE_SCHEMA = pa.schema([("local_id", pa.string()), ("record_id", pa.int64())])


def start(con: duckdb.DuckDBPyConnection) -> None:
    """Empty tables that files add to."""
    load_table(con, "reject", REJECT_SCHEMA.empty_table())
    load_table(con, "reject_row", REJECT_ROW_SCHEMA.empty_table())
    load_table(con, "people_record", _PEOPLE_SCHEMA.empty_table())


def load_text(con: duckdb.DuckDBPyConnection, delivery: Delivery, plans: list[ColumnPlan]) -> None:
    """Make ``text_<id>``: cleaned text, why cells have none (``s<n>``), the source's own record id, three hashes.

    Columns of free text and dropped columns enter the hashes only. In the two of the row's content they keep two events
    apart that differ there; in a people file they do not make two people of one. ``unused`` is of them alone.
    """
    file, raw = delivery.file, delivery.raw
    at = {name: number for number, name in enumerate(raw.header)}
    columns = {f"c{plan.number}": clean_text(raw.columns[at[plan.name]], missing=plan.column.missing) for plan in plans}
    hidden = [at[name] for name in sorted(set(raw.header)) if _is_hidden(file, name)]
    unused = {f"u{n}": clean_text(raw.columns[n], missing=[]) for n in hidden}
    hashed = {**columns, **({} if file.grain == "people" else {f"h{n}": raw.columns[n] for n in sorted(hidden)})}
    nothing = pa.nulls(len(raw.row_no), pa.string())
    spoilt = {f"s{plan.number}": raw.spoilt.get(at[plan.name], nothing) for plan in plans}
    con.register("incoming", pa.table({"row_no": pa.array(raw.row_no), **hashed, **unused, **spoilt}))
    materialise(
        con,
        f"text_{file.id}",
        f"""
        SELECT
            row_no, {", ".join([*columns, *spoilt])},
            {_local_id(file, plans)} AS local_id,
            hash({", ".join(hashed)}) AS content_a,
            hash('again', {", ".join(reversed(list(hashed)))}) AS content_b,
            hash({", ".join(["''", *unused])}) AS unused,
            {_nothing_else(plans, unused)} AS nothing_else
        FROM incoming
        """,
    )
    con.unregister("incoming")


def _nothing_else(plans: list[ColumnPlan], unused: Iterable[str]) -> str:
    """Whether a row says nothing but an id, as `Total` and `End of report` do; never of a file of ids alone."""
    said = [f"{mark}{plan.number}" for plan in plans if plan.column.role != "record_id" for mark in "cs"]
    said += unused
    return f"coalesce({', '.join(said)}) IS NULL" if said else "false"


def _is_hidden(file: ExtractFile, name: str) -> bool:
    return file.columns[name].column_class in HIDDEN


def _local_id(file: ExtractFile, plans: list[ColumnPlan]) -> str:
    """The record id as delivered; a file without one is taken to hold one record a row."""
    numbers = [plan.number for plan in plans if plan.column.role == "record_id"]
    return f"c{numbers[0]}" if numbers else f"'{file.id}:row-' || row_no"


def load_typed(con: duckdb.DuckDBPyConnection, file: ExtractFile, plans: list[ColumnPlan]) -> None:
    """Make ``typed_<id>``: each value read by its plan, or missing with a reason; ``w<n>`` as in any month.

    Rows stay in the order of the text; putting millions in order again would take as much room as they do.
    """
    timeless = "".join(f", {plan.timeless} AS w{plan.number}" for plan in plans if plan.timeless)
    parsed = ", ".join(f"{plan.parsed} AS p{plan.number}" for plan in plans)
    faults = ", ".join(f"coalesce(s{plan.number}, {plan.fault}) AS f{plan.number}" for plan in plans)
    values = ", ".join(
        f"CASE WHEN f{plan.number} IS NULL THEN p{plan.number} END AS v{plan.number}, f{plan.number}" for plan in plans
    )
    materialise(
        con,
        f"typed_{file.id}",
        f"""
        SELECT row_no, local_id, content_a, content_b, unused, nothing_else, {_undatable(file, plans)} AS undatable,
            {values}{timeless}
        FROM (SELECT *, {faults} FROM (SELECT *, {parsed} FROM text_{file.id}) AS parsed) AS judged
        """,
        {name: value for plan in plans for name, value in plan.params.items()},
    )


def _undatable(file: ExtractFile, plans: list[ColumnPlan]) -> str:
    """Why a row of events that has start dates is none: not one can be read. Null for every other row."""
    starts = [plan.number for plan in plans if plan.name in start_columns(file)]
    if file.grain != "events" or not starts:
        return "NULL"
    unread = " AND ".join(f"(p{number} IS NULL OR f{number} IS NOT NULL)" for number in starts)
    delivered = " OR ".join(f"c{number} IS NOT NULL" for number in starts)
    # One that is a number of days would be read if its format were given: that is the fix worth telling.
    serial = " OR ".join(f"f{number} IS NOT DISTINCT FROM '{Reason.DATE_SERIAL}'" for number in starts)
    why = f"CASE WHEN {serial} THEN '{Reason.START_DATE_SERIAL}' ELSE '{Reason.NO_READABLE_DATE}' END"
    return f"CASE WHEN ({unread}) AND ({delivered}) THEN {why} END"


def note_told_of(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Make ``told_of``: ids of which a row of people says nothing and a file of events does."""
    events = [f"SELECT local_id FROM typed_{file.id}" for file in source.files if file.grain == "events"]
    told = f" SEMI JOIN ({' UNION ALL '.join(events)}) AS told USING (local_id)" if events else " WHERE false"
    bare = f"(SELECT DISTINCT local_id FROM typed_{source.people_file.id} WHERE nothing_else AND local_id IS NOT NULL)"
    materialise(con, "told_of", f"SELECT local_id FROM {bare} AS bare{told}")


def judge(con: duckdb.DuckDBPyConnection, file: ExtractFile) -> None:
    """Make ``left_out``: the rows that do not go on; see ``sql/left_out.sql``."""
    fact = f"SELECT row_no, local_id, content_a, content_b, nothing_else, undatable FROM typed_{file.id}"
    materialise(con, "row_fact", fact)
    materialise(con, "left_out", load_sql("governance.intake", "left_out"), {"grain": file.grain})


def know_people(con: duckdb.DuckDBPyConnection, file: ExtractFile, record_key: Secret, source_id: str) -> None:
    """Fill ``people_record`` from the rows of the people file that go on, with a pseudonym each."""
    query = f"SELECT DISTINCT local_id FROM typed_{file.id} ANTI JOIN left_out USING (row_no) ORDER BY local_id"
    load_table(con, "people_record", with_pseudonyms(fetch_table(con, query), record_key, source_id))


def with_pseudonyms(local: pa.Table, record_key: Secret, source_id: str) -> pa.Table:
    """The table with a column ``record_id`` beside ``local_id``."""
    if local.num_rows == 0:
        return _PEOPLE_SCHEMA.empty_table()
    found = record_ids(local["local_id"], record_key, source=source_id)
    return local.append_column("record_id", pa.array(found))


def keep(con: duckdb.DuckDBPyConnection, file: ExtractFile, plans: list[ColumnPlan]) -> None:
    """Make ``file_<id>``: the rows that go on, typed, under the columns' own names, without the local id."""
    named = "".join(f", v{plan.number} AS {quote_name(plan.name)}" for plan in plans if plan.column.role != "record_id")
    materialise(
        con,
        f"file_{file.id}",
        f"""
        SELECT row_no, record_id{named}
        FROM typed_{file.id}
        INNER JOIN people_record USING (local_id)
        ANTI JOIN left_out USING (row_no)
        ORDER BY row_no
        """,
    )


def note_rejects(
    con: duckdb.DuckDBPyConnection, file: ExtractFile, plans: list[ColumnPlan], aside: list[RowAside]
) -> None:
    """Add the file's rejected rows to ``reject`` and ``reject_row``, and its set-aside values to ``reject``."""
    _note_aside(con, file, aside)
    for plan in plans:
        con.execute(
            f"""
            INSERT INTO reject
            SELECT $file, row_no, $name, f{plan.number}
            FROM typed_{file.id} SEMI JOIN file_{file.id} USING (row_no)
            WHERE f{plan.number} IS NOT NULL
            """,
            {"file": file.id, "name": plan.name},
        )
    id_column, date_columns = _names_in_rejects(file)
    con.execute(
        """
        INSERT INTO reject
        SELECT $file, row_no, CASE WHEN code IN ($undated, $serial) THEN $dates ELSE $id END, code
        FROM left_out WHERE code <> 'duplicate'
        """,
        {
            "file": file.id,
            "undated": Reason.NO_READABLE_DATE,
            "serial": Reason.START_DATE_SERIAL,
            "dates": date_columns,
            "id": id_column,
        },
    )
    content = ", ".join(f"{quote_name(plan.name)} := c{plan.number}" for plan in plans)
    con.execute(
        f"""
        INSERT INTO reject_row
        SELECT $file, row_no, code, CAST(to_json(struct_pack({content})) AS VARCHAR)
        FROM left_out INNER JOIN text_{file.id} USING (row_no)
        WHERE code <> 'duplicate'
        """,
        {"file": file.id},
    )


def _names_in_rejects(file: ExtractFile) -> tuple[str, str]:
    return ", ".join(file.columns_with_role("record_id")), ", ".join(sorted(start_columns(file)))


def _note_aside(con: duckdb.DuckDBPyConnection, file: ExtractFile, aside: list[RowAside]) -> None:
    if not aside:
        return
    rows = {
        "row_no": [row.row_no for row in aside],
        "code": [row.reason for row in aside],
        "content": [row.text for row in aside],
    }
    con.register("incoming", pa.table(rows))
    params = {"file": file.id}
    con.execute("INSERT INTO reject SELECT $file, row_no, '', code FROM incoming", params)
    con.execute("INSERT INTO reject_row SELECT $file, row_no, code, content FROM incoming", params)
    con.unregister("incoming")
