"""What changed since last time: finds last time's counts and records, and splits the difference while they are there.

Once a period is done in the analysis zone, older records are destroyed. So the difference is split in the first run of
the cohort step; a later run of the same period takes the split over, if nothing that it was made of has changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from json import dumps
from typing import Any

import duckdb
import pyarrow as pa

from cohorts.analysis import PAYLOAD_TABLES
from cohorts.events import Payload
from cohorts.query import Definition
from cohorts.since.chain import Earlier, split_change, unsplit_change
from cohorts.uncertainty.world import Setting
from flows.run import Run
from governance.code_version import code_version
from governance.contracts import COHORT_CHANGE
from governance.intake.period import as_of_date
from governance.ledger import Event
from governance.package import open_package, package_digest
from governance.store import current, read_manifest

TABLE = "cohort_change"


@dataclass(frozen=True, slots=True)
class Since:
    """What changed, and for the manifest: since when, and how that is known."""

    table: pa.Table
    """Contract ``cohort_change``; empty where nothing was counted before."""
    facts: dict[str, str]
    """``against``: last time's period, empty if there is none. ``why_not_split``: empty if it was split.
    ``made_from``: digest of all that the split was made of."""


def change_since(run: Run, con: duckdb.DuckDBPyConnection, index: pa.Table, counts: pa.Table, now: Setting) -> Since:
    """Split the difference to the last period that was counted.

    Args:
        run: The period.
        con: As ``run_cohorts`` left it. It is taken over: afterwards it holds other people.
        index: Contract ``person_index``.
        counts: Contract ``cohort_count``.
        now: What the counts were made of.

    Raises:
        PolicyRefusal: Last time's records are there and are not what the ledger says was published.
    """
    period = last_counted(run)
    if not period:
        return Since(COHORT_CHANGE.schema.empty_table(), {"against": "", "why_not_split": "", "made_from": ""})
    then = _open(run, period, "cohorts", ("cohort_count",), run.published(Event.COHORTS_PUBLISHED, period=period))
    made_from = _made_from(run, period, now.definitions)
    facts = {"against": period, "made_from": made_from, "why_not_split": ""}
    if kept := _split_before(run, facts):
        return Since(kept, facts)
    if why := _why_not(run, period):
        table = unsplit_change(then["cohort_count"], counts, now)
        return Since(table, facts | {"why_not_split": why, "made_from": ""})
    earlier = _earlier(run, period, then["cohort_count"])
    return Since(split_change(con, now, index, earlier, noise_key=run.ring.release_key(run.today)), facts)


def last_counted(run: Run) -> str:
    """The newest period before this one whose counts are what the ledger says; empty if there is none."""
    found = sorted(path.parent.parent.name for path in run.zone("analysis").glob("*/cohorts/current"))
    for period in reversed([each for each in found if each < run.period]):
        recorded = run.published(Event.COHORTS_PUBLISHED, period=period)
        if package_digest(run.zone("analysis", period, "cohorts")) == recorded:
            return period
    return ""


def _why_not(run: Run, period: str) -> str:
    """Why last time's records cannot be counted again; empty if they can."""
    folders: dict[str, Sequence[str]] = {"index": ("person_index",)}
    if not (run.zone("analysis", period, "index") / "current").exists():
        return "records of that period were destroyed"
    before, now = _manifest(run, period, "index"), _manifest(run, run.period, "index")
    folders |= {f"in/{source}": PAYLOAD_TABLES for source in before["deliveries"]}
    if not all(_has(run, period, folder, table) for folder, tables in folders.items() for table in tables):
        return "records of that period were destroyed"
    if any(before[name] != now[name] for name in ("kid", "epoch")):
        return "records have had new ids since"
    return ""


def _earlier(run: Run, period: str, counts: pa.Table) -> Earlier:
    recorded = run.published(Event.PERSON_INDEX_PUBLISHED, period=period)
    index = _open(run, period, "index", ("person_index",), recorded)["person_index"]
    sources = list(_manifest(run, period, "index")["deliveries"])
    payloads = {source: _payload(run, period, source) for source in sources}
    # What packages do not say, older versions did not know: then the extract was the period's own.
    of = {source: _manifest(run, period, f"in/{source}").get("extract_period", period) for source in sources}
    until = {source: as_of_date(month) for source, month in of.items()}
    return Earlier(as_of=as_of_date(period), index=index, payloads=payloads, counts=counts, until=until)


def _payload(run: Run, period: str, source: str) -> Payload:
    recorded = run.published(Event.PACKAGE_PUBLISHED, period=period, source=source, package="payload")
    return Payload(**_open(run, period, f"in/{source}", PAYLOAD_TABLES, recorded))


def _open(run: Run, period: str, name: str, tables: Sequence[str], recorded: str) -> dict[str, pa.Table]:
    """Tables of an earlier period: made under the config of that time, and recorded then."""
    expected = {"project": run.bundle.project.id, "period": period}
    folder, key = run.zone("analysis", period, *name.split("/")), run.ring.zone_private("analysis", run.today)
    return open_package(folder, tables, key, expected, recorded=recorded)[0]


def _split_before(run: Run, facts: Mapping[str, str]) -> pa.Table | None:
    """What an earlier run of this period split, if it was made of the very same."""
    folder, recorded = run.zone("analysis", run.period, "cohorts"), run.published(Event.COHORTS_PUBLISHED)
    if not (folder / "current").exists() or package_digest(folder) != recorded:
        return None
    if read_manifest(current(folder)).get("since") != dict(facts):
        return None
    return _open(run, run.period, "cohorts", (TABLE,), recorded)[TABLE]


def _made_from(run: Run, period: str, definitions: Sequence[Definition]) -> str:
    """Names all that decides the split."""
    sources = sorted(_manifest(run, run.period, "index")["deliveries"])
    parts: dict[str, Any] = {
        "then": _digests(run, period, "cohorts", ("cohort_count",)),
        "index": _digests(run, run.period, "index", ("person_index",)),
        "records": {source: _digests(run, run.period, f"in/{source}", PAYLOAD_TABLES) for source in sources},
        "definitions": {one.id: one.sha256 for one in definitions},
        "config": run.bundle.digest,
        "code": code_version(),
    }
    return sha256(dumps(parts, sort_keys=True).encode()).hexdigest()


def _digests(run: Run, period: str, folder: str, names: Sequence[str]) -> list[str]:
    tables = _manifest(run, period, folder)["tables"]
    return [tables[name]["sha256"] for name in names]


def _manifest(run: Run, period: str, folder: str) -> dict[str, Any]:
    return read_manifest(current(run.zone("analysis", period, *folder.split("/"))))


def _has(run: Run, period: str, folder: str, table: str) -> bool:
    at = run.zone("analysis", period, *folder.split("/"))
    return (at / "current").exists() and (current(at) / f"{table}.parquet.sealed").exists()
