"""clkhash + anonlink: one Bloom filter a record, Dice similarity, no weights; the peer among encodings.

It runs in an environment of its own (``make`` makes it): its dependencies are older than joinedup's.
"""

import csv
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from governance.warehouse import fetch_table
from tests.bench.clear_rows import add_blocks, load_everyone
from tests.bench.scores import Found
from tests.bench.sets import BenchSet

DEFAULT_THRESHOLD = 0.8
"""That of anonlink's tutorial; it has no default."""
THRESHOLDS = (0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
MOST_RECORDS = 50_600
"""It compares every pair of records."""

_SCRIPT = Path(__file__).parent / "elsewhere" / "clkhash_link.py"
_FIELDS = {"name": ["forename", "surname"]}
_SECRET = "of the benchmark"


def run(bench: BenchSet, python: Path, *, same_blocking: bool) -> Found:
    """Encode and compare every pair, or only those that share one of joinedup's blocks.

    Args:
        bench: The set.
        python: Interpreter of the environment with clkhash and anonlink.
        same_blocking: Keep only pairs that joinedup's blocking brings together.
    """
    started = time.perf_counter()
    con = duckdb.connect()
    con.execute("SET threads = 2; SET enable_progress_bar = false")
    load_everyone(con, bench)
    con.execute(
        "CREATE TABLE numbered AS SELECT row_number() OVER (ORDER BY source, record_id) - 1 AS row_at, * FROM everyone"
    )
    prepared = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        ids = _write_job(con, bench, folder)
        if same_blocking:
            np.save(folder / "pairs.npy", _blocked_pairs(con, bench))
        subprocess.run([python, _SCRIPT, folder], check=True)
        return _read(folder, ids, prepared - started)


def _write_job(con: duckdb.DuckDBPyConnection, bench: BenchSet, folder: Path) -> pa.Table:
    """The rows in clear and what to do with them; gives each row's source and record id."""
    fields = [field for name in bench.linkage.compare for field in _FIELDS.get(name, [name])]
    rows = fetch_table(con, f"SELECT source, record_id, {', '.join(fields)} FROM numbered ORDER BY row_at")
    with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(fields)
        writer.writerows(zip(*(_cells(rows[field]) for field in fields), strict=True))
    order = {source.id: number for number, source in enumerate(bench.sources)}
    job = {
        "fields": fields,
        "source": [order[source] for source in rows["source"].to_pylist()],
        "single": [source.one_record_per_person for source in bench.sources],
        "thresholds": THRESHOLDS,
        "secret": _SECRET,
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    return rows.select(["source", "record_id"])


def _blocked_pairs(con: duckdb.DuckDBPyConnection, bench: BenchSet) -> Any:
    blocks = add_blocks(con, bench)
    con.execute(
        "CREATE OR REPLACE TABLE numbered AS"
        " SELECT row_at, everyone.* FROM numbered INNER JOIN everyone USING (source, record_id)"
    )
    each = [
        f"SELECT l.row_at, r.row_at AS other FROM numbered AS l INNER JOIN numbered AS r"
        f" ON l.{name} = r.{name} AND l.row_at < r.row_at"
        for name in blocks
    ]
    found = con.execute(" UNION ".join(each)).fetchnumpy()
    return np.column_stack([found["row_at"], found["other"]]).astype(np.int64)


def _read(folder: Path, ids: pa.Table, prepare_seconds: float) -> Found:
    measured = json.loads((folder / "measured.json").read_text(encoding="utf-8"))
    found = np.load(folder / "found.npy")
    sides = {side: ids.take(pa.array(found[:, n].astype(np.int64))) for n, side in enumerate("lr")}
    columns = {f"{name}_{side}": table[name] for side, table in sides.items() for name in ("source", "record_id")}
    alike = pa.array(found[:, 2])
    people = {at: ids.append_column("person_id", _text(np.load(folder / f"groups_{at}.npy"))) for at in THRESHOLDS}
    return Found(
        scored=pa.table({**columns, "weight": alike, "probability": alike}),
        index=None,
        prepare_seconds=prepare_seconds + measured["encode"],
        chance_seconds=0.0,
        link_seconds=measured["link"],
        default_threshold=DEFAULT_THRESHOLD,
        cluster_thresholds=THRESHOLDS,
        cluster_at=people.__getitem__,
        peak_mib=measured["peak_mib"],
        versions=measured["versions"],
        calibrated=False,
    )


def _text(groups: Any) -> pa.Array:
    return pa.array(groups.astype(str))


def _cells(column: pa.ChunkedArray) -> list[str]:
    """Cells of text, empty where missing; the hyphens of dates are alike in all of them and go."""
    return ["" if value is None else value.replace("-", "") for value in column.to_pylist()]
