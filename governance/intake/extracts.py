"""All of a source's extract files for one period: read, checked, quarantined, ready to encode."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import pyarrow as pa

from governance.errors import ExtractError, PolicyRefusal
from governance.intake import rows
from governance.intake.checks import ColumnPlan, check_formats, define_checks, plan_columns
from governance.intake.child import memory_limit
from governance.intake.codes_seen import keep_codes
from governance.intake.content import content_hmac, content_said
from governance.intake.dates import date_faults
from governance.intake.deliver import Delivery, deliveries_ahead
from governance.intake.guard import no_library_words
from governance.intake.period import as_of_date
from governance.intake.reconcile import FileCounts, check_reconciles, check_rejected_share
from governance.intake.wording import few
from governance.keys.ring import Secret
from governance.settings import Source
from governance.warehouse import bytes_held, connect, drop, fetch_table, settle

PACKED_FROM = 1 / 3
"""Share of the memory it may have from which what the database holds is packed: a file is held as text and as values,
each about as large, and what judges its rows needs room too."""

_Plans = dict[str, list[ColumnPlan]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A source's usable rows in a locked database, and what became of the others.

    ``con`` holds ``file_<file id>`` for every file: ``row_no`` (1-based data row), ``record_id`` (pseudonym), and
    every loaded column but the source's own record id, as text or DATE; ``code_<file id>`` the delivered codes of
    columns that are mapped value by value (:mod:`governance.intake.codes_seen`). It stays inside the source zone.
    """

    con: duckdb.DuckDBPyConnection
    source: Source
    counts: dict[str, FileCounts]
    """By file id; opt-outs are filled in by :func:`governance.optout.apply_opt_outs`."""
    rejects: pa.Table
    """One row per rejected row or set-aside value: file, row_no, column, code. No value."""
    reject_rows: pa.Table
    """The rejected rows themselves (file, row_no, code, content): for the source's eyes only, to be sealed."""
    digests: dict[str, str]
    """SHA-256 of each extract file, by file id."""
    contents: dict[str, str] = field(default_factory=dict)
    """Keyed digest of what each file's rows say, by file id: see :mod:`governance.intake.content`."""
    earlier_contents: dict[str, str] = field(default_factory=dict)
    """The same under the source's key of the epoch before, while it holds that; else empty."""

    @property
    def people_file(self) -> str:
        """Id of the file that identifies people."""
        return self.source.people_file.id


def read_extracts(
    root: Path, source: Source, period: str, *, record_key: Secret, synthetic: bool, earlier_key: Secret | None = None
) -> Intake:
    """Read and check what a source delivered for a period.

    Args:
        root: The project folder.
        source: Its description.
        period: ``YYYY-MM``; data up to the end of that month.
        record_key: 256-bit key of the source's record pseudonyms.
        synthetic: Whether the project claims to hold made-up people only.
        earlier_key: The key of the epoch before, if the source holds it.

    Raises:
        ExtractError: A file is absent, unreadable or not as described, dates are in another format, or too many
            rows cannot be used.
        PolicyRefusal: A synthetic project was given real NHS numbers.
        ConfigError: A date format or pattern cannot be used.
    """
    as_of = as_of_date(period)
    with no_library_words(f"reading {source.id}"):
        con = connect(memory=f"{memory_limit() >> 20}MiB")  # what can be parsed can be judged
        define_checks(con)
        rows.start(con)
        plans = {file.id: plan_columns(file, as_of=as_of, synthetic=synthetic) for file in source.files}
        for columns in plans.values():
            check_formats(con, columns, source.id)
        deliveries = _load(con, plans, deliveries_ahead(root, source, period))
        _check_dates(con, source, deliveries, plans)
        if synthetic:
            _check_synthetic(con, source, plans)
        said = {
            one.file.id: content_said(con, one.file, plans[one.file.id], rows_in=one.raw.rows_in) for one in deliveries
        }
        return replace(
            _judge_all(con, source, deliveries, plans, record_key),
            contents=_keyed(said, record_key),
            earlier_contents=_keyed(said, earlier_key) if earlier_key else {},
        )


def _keyed(said: dict[str, bytes], key: Secret) -> dict[str, str]:
    return {file: content_hmac(one, key) for file, one in said.items()}


def local_ids(root: Path, source: Source, period: str, *, record_key: Secret) -> pa.Table:
    """Which of the source's own ids has which pseudonym: in memory only, to hold truth against results.

    A file without a record id has the local ids ``<file id>:row-<row number>``.

    Returns:
        One row per record of the people file: source, local_id, record_id; sorted by local_id.
    """
    people = source.model_copy(update={"files": [source.people_file]})
    with no_library_words(f"reading {source.id}"):
        [delivery] = deliveries_ahead(root, people, period)
        con = connect(memory=f"{memory_limit() >> 20}MiB")  # what can be parsed can be judged
        plans = plan_columns(delivery.file, as_of=as_of_date(period), synthetic=False)
        rows.load_text(con, delivery, plans)
        query = f"SELECT DISTINCT local_id FROM text_{delivery.file.id} WHERE local_id IS NOT NULL ORDER BY local_id"
        found = rows.with_pseudonyms(fetch_table(con, query), record_key, source.id)
    return found.add_column(0, "source", pa.array([source.id] * found.num_rows, pa.string()))


def _load(con: duckdb.DuckDBPyConnection, plans: _Plans, delivered: Iterable[Delivery]) -> list[Delivery]:
    """Every file as ``text_<id>`` and ``typed_<id>``, each while the next is parsed."""
    loaded = []
    for delivery in delivered:
        columns = plans[delivery.file.id]
        rows.load_text(con, delivery, columns)
        delivery.raw.columns.clear()  # the text is in the database now; two copies of everyone are one too many
        _pack(con)
        rows.load_typed(con, delivery.file, columns)
        _pack(con)
        loaded.append(delivery)
    return loaded


def _pack(con: duckdb.DuckDBPyConnection) -> None:
    """Rows take a quarter of the room once they are packed; packing takes longer than reading them did."""
    if bytes_held(con) > PACKED_FROM * memory_limit():
        settle(con)


def _check_dates(con: duckdb.DuckDBPyConnection, source: Source, deliveries: list[Delivery], plans: _Plans) -> None:
    faults = [
        fault
        for delivery in deliveries
        for fault in date_faults(
            con, delivery.file.id, plans[delivery.file.id], name=delivery.name, source_id=source.id
        )
    ]
    if faults:
        raise ExtractError(
            f"{source.id}: {len(faults)} date column{'s are' if len(faults) > 1 else ' is'} in another format.",
            why="Dates read in a wrong format are lost or, worse, taken for other days.",
            fix="Correct `format` in the source file, or ask the source for the agreed format. Nothing was written.",
            code="E-EXTRACT-DATES",
            faults=faults,
        )


def _check_synthetic(con: duckdb.DuckDBPyConnection, source: Source, plans: _Plans) -> None:
    real = 0
    for file, columns in plans.items():
        for plan in (plan for plan in columns if plan.column.role == "nhs_number"):
            query = f"SELECT count(*) FROM typed_{file} WHERE v{plan.number} NOT LIKE '999%'"
            real += con.execute(query).fetchall()[0][0]
    if real:
        raise PolicyRefusal(
            f"{source.id}: {few(real)} NHS numbers are not from the test range, in a project marked synthetic.",
            why="Synthetic projects run unsigned under keys that anyone can make; real people must never be in one.",
            fix="Remove `synthetic: true` from project.yaml and have the project approved, or remove the real data.",
            code="E-SYNTHETIC",
        )


def _judge_all(
    con: duckdb.DuckDBPyConnection, source: Source, deliveries: list[Delivery], plans: _Plans, record_key: Secret
) -> Intake:
    counts: dict[str, FileCounts] = {}
    rows.note_told_of(con, source)
    for delivery in deliveries:
        file, columns = delivery.file, plans[delivery.file.id]
        rows.judge(con, file)
        if file.grain != "events":
            rows.know_people(con, file, record_key, source.id)
        rows.keep(con, file, columns)
        rows.note_rejects(con, file, columns, delivery.raw.aside)
        keep_codes(con, file, columns)
        counts[file.id] = _count(con, delivery)
        drop(con, (f"typed_{file.id}", f"text_{file.id}", "row_fact", "left_out"))
        _pack(con)
    rejects = fetch_table(con, 'SELECT * FROM reject ORDER BY file, row_no, "column", code')
    reject_rows = fetch_table(con, "SELECT * FROM reject_row ORDER BY file, row_no, code")
    drop(con, ("reject", "reject_row", "people_record", "told_of"))
    check_reconciles(counts)
    check_rejected_share(source, {delivery.file.id: delivery.name for delivery in deliveries}, counts, rejects)
    return Intake(
        con=con,
        source=source,
        counts={file.id: counts[file.id] for file in source.files},
        rejects=rejects,
        reject_rows=reject_rows,
        digests={delivery.file.id: delivery.sha256 for delivery in deliveries},
    )


def _count(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> FileCounts:
    """Rows counted from the tables themselves, so that the equation can fail."""
    [(out,)] = con.execute(f"SELECT count(*) FROM file_{delivery.file.id}").fetchall()
    left = dict(con.execute("SELECT code, count(*) FROM left_out GROUP BY code ORDER BY code").fetchall())
    duplicate = left.pop("duplicate", 0)
    rejected = sum(left.values()) + len(delivery.raw.aside)
    return FileCounts(rows_in=delivery.raw.rows_in, rows_out=out, rejected=rejected, duplicate=duplicate)
