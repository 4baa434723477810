"""What an incremental run costs beside a full one, and that both find the same people.

    python -m tests.bench.incremental [--people 20000] [--share 0.01]

One month of the synthetic ICS is linked and its model kept. In the next month a share of records changed their surname,
left or came. That month is linked in full and incrementally, with the kept model, in one process.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from governance.keys.ring import Secret
from governance.settings import Linkage
from governance.warehouse import connect
from linkage.artefact import Artefact
from linkage.chance import count_chance
from linkage.encode import EncodingKeys, encode, identities
from linkage.incremental import Before
from linkage.link import LinkResult, SourceViews, artefact_of, left_for_next, link
from linkage.person_index import PersonIndex, Previous, build_person_index
from tests.bench.prepare import load_source
from tests.bench.sets import BenchSet, synthetic_ics

_KEY = Secret(bytes(range(32)))


def main() -> None:
    """Print one line for each of three sizes of change."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--share", type=float, nargs="+", default=[0.001, 0.01, 0.1])
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = synthetic_ics(asked.people, 1, Path(folder))
        first = [_deliver(bench, source.id, None, bench.linkage) for source in bench.sources]
        trained, index, training, _ = _timed(first, bench.linkage)
        model = artefact_of(trained, bench.linkage, version=1, trained_in="2026-09")
        before, ids = left_for_next(trained), Previous(index.table)
        total = sum(sent.records.num_rows for sent in first)
        say(
            f"{asked.people:,} people, {total:,} records, {before.scored.num_rows:,} pairs; trained in {training:.1f} s"
        )
        for share in asked.share:
            changed = [_changed(bench, sent, share) for sent in first]
            _compare(changed, bench.linkage, model, before, ids, share)


def say(line: str) -> None:
    """A line of the result."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _compare(
    sent: list[SourceViews], linkage: Linkage, model: Artefact, before: Before, ids: Previous, share: float
) -> None:
    full, one, full_seconds, full_work = _timed(sent, linkage, model=model, ids=ids)
    short, other, short_seconds, short_work = _timed(sent, linkage, model=model, ids=ids, before=before)
    same = one.table.equals(other.table) and one.changes.equals(other.changes)
    say(
        f"{100 * share:5.1f}% of records changed, {short.compared.records:,} compared again:"
        f" pairs compared {short.compared.pairs:,} of {full.compared.pairs:,};"
        f" full {full_seconds:.1f} s, incremental {short_seconds:.1f} s, ratio {short_seconds / full_seconds:.2f};"
        f" processor seconds {full_work:.2f} and {short_work:.2f}, ratio {short_work / full_work:.2f};"
        f" same people: {'yes' if same else 'NO'}"
    )


def _timed(
    sent: list[SourceViews],
    linkage: Linkage,
    *,
    model: Artefact | None = None,
    ids: Previous | None = None,
    before: Before | None = None,
) -> tuple[LinkResult, PersonIndex, float, float]:
    """What was found, and how long it took: seconds, and seconds of all threads together."""
    started, work = time.perf_counter(), time.process_time()
    con: duckdb.DuckDBPyConnection = connect(memory="6GB", lock=False)
    result = link(con, sent, linkage, reuse=model, before=before)
    index = build_person_index(con, _KEY, "bench", ids)
    return result, index, time.perf_counter() - started, time.process_time() - work


def _deliver(bench: BenchSet, source: str, changed: pa.Table | None, linkage: Linkage) -> SourceViews:
    """What a source sends; chance agreement is counted for the first month only."""
    keys = EncodingKeys.derive(_KEY, project="benchmark", purpose="benchmark", linkage=linkage)
    con, file = load_source(bench, source)
    single = next(one.one_record_per_person for one in bench.sources if one.id == source)
    if changed is not None:
        con.register("changed", changed)
        con.execute("CREATE OR REPLACE TABLE file_people AS SELECT * FROM changed")
    found = identities(con, file, keys)
    package = encode(found, linkage, keys, one_record_per_person=single)
    chance = count_chance(con, found, linkage, keys, one_record_per_person=single) if changed is None else pa.table({})
    return SourceViews(source, single, package.views, package.records, chance)


def _changed(bench: BenchSet, sent: SourceViews, share: float) -> SourceViews:
    """A source a month later: of the share, half have another surname, a quarter left and a quarter came."""
    table = bench.table(sent.source)
    rng = np.random.default_rng([7, table.num_rows])
    hit = rng.permutation(table.num_rows)[: max(4, int(share * table.num_rows))]
    renamed, gone, copied = np.split(hit, [len(hit) // 2, 3 * len(hit) // 4])
    frame = table.to_pandas()
    name = "surname" if "surname" in frame else "full_name" if "full_name" in frame else "forename"
    frame.loc[renamed, name] = frame.loc[rng.permutation(renamed), name].to_numpy()
    new = frame.loc[copied].assign(record_id=frame.loc[copied, "record_id"] ^ 1)
    parts = [frame.drop(index=gone), new]
    rows = pa.concat_tables([pa.Table.from_pandas(part, schema=table.schema, preserve_index=False) for part in parts])
    return replace(_deliver(bench, sent.source, rows, bench.linkage), u_statistics=sent.u_statistics)


if __name__ == "__main__":
    main()
