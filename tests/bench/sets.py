"""The sets that linkage is measured on, each brought to one shape: a Parquet file a source, and the truth beside it.

A source's file has one row a record and one column a role, as ``raw_identity`` has. Record ids are random numbers:
the sets' own ids encode the truth.
"""

import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from flows.demo.generate import PERIODS, make_ics
from governance.intake.extracts import read_extracts
from governance.keys.ring import Secret
from governance.pseudonym import record_ids
from governance.settings import Linkage, load_bundle
from governance.warehouse import fetch_table
from linkage.standardise import standardise
from tests.real.projects import FEBRL_RULES, HISTORICAL_RULES, PEOPLE_OF_A_BLOCK

SHUFFLE_SEED = 20260930
"""Order of rows and record ids of the sets that nobody here made."""

_RECORD_KEY = Secret(bytes(range(32)))


@dataclass(frozen=True, slots=True)
class BenchSource:
    """One source of a set."""

    id: str
    one_record_per_person: bool


@dataclass(frozen=True, slots=True)
class BenchSet:
    """One set on disk, with the settings that both methods take from it."""

    name: str
    title: str
    folder: Path
    sources: tuple[BenchSource, ...]
    linkage: Linkage
    kind: str
    """``febrl``, ``historical``, ``pseudo`` or ``ics``: chooses clear text's own blocking rules and comparisons."""

    def table(self, source: str) -> pa.Table:
        """One source's records, a column per role."""
        return pq.read_table(self.folder / f"{source}.parquet")

    def truth(self) -> pa.Table:
        """Columns source, record_id, person."""
        return pq.read_table(self.folder / "truth.parquet")


def febrl(data: Path, number: int, folder: Path) -> BenchSet:
    """FEBRL 1 to 4: made-up Australians with typing errors; 1 to 3 are one source with duplicates, 4 is two.

    Args:
        data: Folder with ``dataset1.csv`` … ``dataset4b.csv``.
        number: 1 to 4.
        folder: Gets the set.
    """
    files = ["dataset4a", "dataset4b"] if number == 4 else [f"dataset{number}"]
    frames = {name.removeprefix("data"): _febrl_rows(data / f"{name}.csv") for name in files}
    single = number == 4
    sources = tuple(BenchSource(source, single) for source in frames)
    write_set(folder, frames)
    linkage = linkage_of(FEBRL_RULES, ["name", "date_of_birth", "postcode"], max_source_people=PEOPLE_OF_A_BLOCK)
    copies = "two sources" if single else "one source with duplicates"
    return BenchSet(f"febrl{number}", f"FEBRL {number}, {copies}", folder, sources, linkage, "febrl")


def historical(data: Path, parts: int, folder: Path) -> BenchSet:
    """Historical figures with errors, as one source or split by a hash of the id; duplicates inside each.

    Args:
        data: ``historical_50k.parquet``.
        parts: How many sources.
        folder: Gets the set.
    """
    rows = pd.read_parquet(data)
    taken = {"forename": "first_name", "postcode": "postcode_fake", "sex": "gender", "person": "cluster"}
    rows = rows.assign(**{role: rows[column] for role, column in taken.items()})
    rows["date_of_birth"] = pd.to_datetime(rows["dob"], format="%Y-%m-%d", errors="coerce").dt.date
    part = rows["unique_id"].map(lambda text: zlib.crc32(text.encode()) % parts)
    frames = {f"figures_{number}": rows[part == number] for number in range(parts)}
    write_set(folder, frames)
    compare = ["name", "date_of_birth", "sex", "postcode", "birth_place", "occupation"]
    linkage = linkage_of(HISTORICAL_RULES, compare, max_block_records=400, max_source_people=PEOPLE_OF_A_BLOCK)
    sources = tuple(BenchSource(source, False) for source in frames)
    title = f"Historical figures, {'one source' if parts == 1 else f'{parts} sources'}"
    return BenchSet(f"historical{parts}", title, folder, sources, linkage, "historical")


def synthetic_ics(people: int, seed: int, folder: Path) -> BenchSet:
    """The synthetic ICS's newest period as intake leaves it, every record kept (no opt-outs).

    Args:
        people: Everybody in the area over three years.
        seed: Of the synthetic ICS.
        folder: Gets the set; the project is made beside it.
    """
    receipt = make_ics(folder / "made", people=people, seed=seed)
    bundle, period = load_bundle(receipt.project), PERIODS[-1]
    pairs = pa_csv.read_csv(receipt.truth / "record_person.csv").to_pandas().astype(str)
    truths, sources = [], []
    for source in bundle.sources:
        intake = read_extracts(receipt.project, source, period, record_key=_RECORD_KEY, synthetic=True)
        file = next(file for file in source.files if file.id == intake.people_file)
        standardise(intake.con, file)
        table = fetch_table(
            intake.con,
            "SELECT row_number() OVER (ORDER BY record_id) AS row_no, * EXCLUDE (other_nhs_number) FROM raw_identity",
        )
        pq.write_table(table, folder / f"{source.id}.parquet")
        own = pairs[(pairs["period"] == period) & (pairs["source"] == source.id)]
        ids = record_ids(pa.chunked_array([pa.array(own["record_id"], pa.string())]), _RECORD_KEY, source=source.id)
        truth = pd.DataFrame({"source": source.id, "record_id": ids, "person": own["person"]})
        truths.append(truth[truth["record_id"].isin(table["record_id"].to_numpy())])
        sources.append(BenchSource(source.id, source.one_record_per_person))
    pq.write_table(_truth_table(pd.concat(truths)), folder / "truth.parquet")
    title = f"Synthetic ICS, {people:,} people, {len(sources)} sources"
    return BenchSet("ics", title, folder, tuple(sources), bundle.project.linkage, "ics")


def _febrl_rows(path: Path) -> pd.DataFrame:
    rows = pd.read_csv(path, skipinitialspace=True, dtype=str)
    rows["person"] = rows["rec_id"].str.split("-").str[1]
    rows["forename"] = rows["given_name"]
    rows["date_of_birth"] = pd.to_datetime(rows["date_of_birth"], format="%Y%m%d", errors="coerce").dt.date
    return rows


_ROLES = (
    "forename",
    "surname",
    "full_name",
    "previous_surname",
    "sex",
    "postcode",
    "previous_postcode",
    "nhs_number",
    "uprn",
    "phone",
    "email",
    "birth_place",
    "occupation",
)
"""Text columns of every source's file; missing ones are NULL. A birth date comes on top."""


def write_set(folder: Path, frames: dict[str, pd.DataFrame]) -> None:
    """A set's files, from a frame a source with a column ``person`` and one a role; rows are shuffled.

    Args:
        folder: Gets a Parquet file a source, and the truth.
        frames: By source; dates are dates, all else text.
    """
    folder.mkdir(parents=True, exist_ok=True)
    generator, truths = np.random.default_rng(SHUFFLE_SEED), []
    for source, frame in frames.items():
        rows = frame.sample(frac=1, random_state=SHUFFLE_SEED).reset_index(drop=True)
        # 62 random bits: like keyed pseudonyms, no two alike in any two sources.
        ids = generator.integers(0, 2**62, len(rows))
        columns = {"row_no": pa.array(np.arange(1, len(rows) + 1)), "record_id": pa.array(ids)}
        for role in _ROLES:
            values = rows[role] if role in rows else [None] * len(rows)
            columns[role] = pa.array(values, pa.string(), from_pandas=True)
        columns["date_of_birth"] = pa.array(rows["date_of_birth"], pa.date32(), from_pandas=True)
        pq.write_table(pa.table(columns), folder / f"{source}.parquet")
        truths.append(pd.DataFrame({"source": source, "record_id": ids, "person": rows["person"]}))
    pq.write_table(_truth_table(pd.concat(truths)), folder / "truth.parquet")


def _truth_table(frame: pd.DataFrame) -> pa.Table:
    kinds = pa.schema({"source": pa.string(), "record_id": pa.int64(), "person": pa.string()})
    return pa.Table.from_pandas(frame, schema=kinds, preserve_index=False)


def linkage_of(rules: list[list[str]], compare: list[str], **others: object) -> Linkage:
    """Settings with these rules and fields, and else the defaults."""
    named = [{"id": f"rule_{number:02}", "components": parts} for number, parts in enumerate(rules)]
    return Linkage.model_validate({"rules": named, "compare": compare, **others})
