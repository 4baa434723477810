"""Growing sets: the synthetic ICS made larger and larger, encoded once, and beside it the same records in clear.

One synthetic ICS has at most 900,000 people, for want of NHS numbers in the test range. Larger sets are neighbouring
areas: each made from a seed of its own, with postcodes and NHS numbers (998…, never issued) of its own.
"""

import math
import pickle
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from governance.contracts import RECORD, VIEW
from governance.keys.ring import Secret
from governance.settings import Linkage
from governance.store import SealedTable, read_table, write_table
from linkage.chance import count_chance
from linkage.encode import EncodingKeys, encode, identities
from linkage.link import SourceViews
from linkage.standardise import STANDARDISER
from tests.bench import clear_rows
from tests.bench.prepare import load_source
from tests.bench.sets import BenchSet, BenchSource, synthetic_ics

SEED = 20261124
SOURCES = 8
"""The largest; the synthetic ICS has one more, of two thousand records in a million."""

_KEY = Secret(bytes(range(32)))
_RECORDS_OF_A_PERSON = 1.62
_MOST_PEOPLE = 900_000
_AT_A_TIME = 2
_U_PAIRS = 500_000
_LINKAGE_ZONE = X25519PrivateKey.from_private_bytes(bytes(range(32)))


@dataclass(frozen=True, slots=True)
class GrowingSet:
    """One size."""

    records: int
    areas: tuple[BenchSet, ...]
    folder: Path

    @property
    def linkage(self) -> Linkage:
        """Rules and settings, the same for every area."""
        return self.areas[0].linkage

    @property
    def sources(self) -> tuple[BenchSource, ...]:
        """In order of id."""
        return self.areas[0].sources

    @property
    def everyone(self) -> Path:
        """All records in clear, with joinedup's blocks as columns ``block_0`` and so on."""
        return self.folder / "everyone.parquet"

    def deliveries(self) -> list[SourceViews]:
        """What each source sent: its views still sealed."""
        return [self._delivery(source) for source in self.sources]

    def _delivery(self, source: BenchSource) -> SourceViews:
        views = _Areas([SealedTable(area.folder, f"{source.id}.view", _LINKAGE_ZONE) for area in self.areas])
        records, chance = (
            pa.concat_tables([read_table(area.folder, f"{source.id}.{name}", _LINKAGE_ZONE) for area in self.areas])
            for name in ("record", "u_statistic")
        )
        return SourceViews(source.id, source.one_record_per_person, views, records, chance)


@dataclass(frozen=True, slots=True)
class _Areas:
    """One source's views in several areas, as if one file held them."""

    tables: list[SealedTable]

    def parts(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        for table in self.tables:
            yield from table.parts(columns)


def prepare(records: int, folder: Path, *, clear: bool) -> GrowingSet:
    """Make a set of about this many records, and encode it; what was made before is used again.

    Args:
        records: How many, of all sources.
        folder: Gets a folder for each area and each size.
        clear: Also write the records in clear, for the peer.
    """
    people = round(records / _RECORDS_OF_A_PERSON)
    number = math.ceil(people / _MOST_PEOPLE)
    areas = tuple(_area(people // number, place, folder) for place in range(number))
    made = GrowingSet(sum(area.records for area in areas), tuple(area.bench for area in areas), folder / str(records))
    of = made.folder / "everyone.code"
    if clear and not (made.everyone.exists() and of.exists() and of.read_text() == areas[0].code):
        made.folder.mkdir(exist_ok=True)
        _write_clear(made)
        of.write_text(areas[0].code)
    return made


@dataclass(frozen=True, slots=True)
class _Area:
    """One synthetic ICS, encoded."""

    bench: BenchSet
    records: int
    code: str
    """What the packages were made by (:func:`_made_by`)."""


def _area(people: int, place: int, folder: Path) -> _Area:
    here = folder / f"area_{people}_{place}"
    ready, code = here / "set.pickle", _made_by()
    area = pickle.loads(ready.read_bytes()) if ready.exists() else None  # noqa: S301 - our own file, written below
    if not isinstance(area, _Area) or area.code != code:
        here.mkdir(parents=True, exist_ok=True)
        bench = _largest_sources(synthetic_ics(people, SEED + place, here))
        for source in bench.sources if place else ():
            _settle_elsewhere(bench.folder / f"{source.id}.parquet", place)
        area = _Area(bench, _encode(bench), code)
        ready.write_bytes(pickle.dumps(area))
    return replace(area, bench=replace(area.bench, folder=here))


def _made_by() -> str:
    """Settings, spelling and columns: where one has changed, sets made before are of no use."""
    columns = " ".join(f"{name} {kind}" for one in (VIEW, RECORD) for name, kind in one.columns.items())
    return sha256(f"{Linkage().model_dump_json()} {STANDARDISER} {columns}".encode()).hexdigest()


def _largest_sources(bench: BenchSet) -> BenchSet:
    kept = sorted(bench.sources, key=lambda source: -_rows(bench, source))[:SOURCES]
    return replace(bench, sources=tuple(sorted(kept, key=lambda source: source.id)))


def _rows(bench: BenchSet, source: BenchSource) -> int:
    return int(pq.read_metadata(bench.folder / f"{source.id}.parquet").num_rows)


_ELSEWHERE = """
WITH weighed AS (
    SELECT
        *,
        list_sum([
            (11 - i) * TRY_CAST(substr('998' || substr(nhs_number, 4, 6), i::INT, 1) AS INT) FOR i IN range(1, 10)
        ]) AS sum_of_nine
    FROM read_parquet($path)
)

SELECT
    * EXCLUDE (sum_of_nine) REPLACE (
        (hash(record_id, $place) >> 1)::BIGINT AS record_id,
        regexp_replace(postcode, '^NM', $letters) AS postcode,
        regexp_replace(previous_postcode, '^NM', $letters) AS previous_postcode,
        CASE
            WHEN NOT regexp_full_match(nhs_number, '999[0-9]{7}') THEN nhs_number
            -- The check digit is worked out anew; one number in eleven has none, and is left out.
            WHEN sum_of_nine % 11 <> 1 THEN '998' || substr(nhs_number, 4, 6) || (11 - sum_of_nine % 11) % 11
        END AS nhs_number
    )
FROM weighed
"""


def _settle_elsewhere(path: Path, place: int) -> None:
    """Give an area's people record ids, postcodes and NHS numbers that no other area has."""
    letters = f"N{chr(ord('M') + place)}"
    table = duckdb.sql(_ELSEWHERE, params={"path": str(path), "place": place, "letters": letters}).to_arrow_table()
    pq.write_table(table, path)


def _encode(bench: BenchSet) -> int:
    """Two sources at a time, the largest first: each would work alone in its own zone. How many records there are."""
    largest = sorted(bench.sources, key=lambda source: -_rows(bench, source))
    with ProcessPoolExecutor(_AT_A_TIME, mp_context=get_context("spawn")) as pool:
        return sum(done.result() for done in [pool.submit(_encode_source, bench, source) for source in largest])


def _encode_source(bench: BenchSet, source: BenchSource) -> int:
    keys = EncodingKeys.derive(_KEY, project="benchmark", purpose="benchmark", linkage=bench.linkage)
    con, file = load_source(bench, source.id)
    found = identities(con, file, keys)
    single = source.one_record_per_person
    sent = encode(found, bench.linkage, keys, one_record_per_person=single)
    few = bench.linkage.model_copy(update={"max_u_pairs": _U_PAIRS})  # counted at the source, outside what is timed
    chance = count_chance(con, found, few, keys, one_record_per_person=single)
    for name, table in (("view", sent.views), ("record", sent.records), ("u_statistic", chance)):
        write_table(bench.folder, table, f"{source.id}.{name}", _LINKAGE_ZONE.public_key())
    return sent.records.num_rows


def _write_clear(made: GrowingSet) -> None:
    con = duckdb.connect()
    con.execute("SET threads = 2; SET memory_limit = '8GB'; SET enable_progress_bar = false")
    for area in made.areas:
        clear_rows.load_everyone(con, area)
        add = "INSERT INTO every_area" if area is not made.areas[0] else "CREATE TABLE every_area AS"
        con.execute(f"{add} SELECT * FROM everyone")
    con.execute("DROP TABLE everyone; ALTER TABLE every_area RENAME TO everyone")
    clear_rows.add_blocks(con, made.areas[0])
    con.execute(f"COPY everyone TO '{made.everyone}' (FORMAT parquet, COMPRESSION zstd)")
