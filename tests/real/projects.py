"""Project folders around data that nobody here made: FEBRL 4 as two sources, historical figures as five.

The rules are chosen to suit each set and say what they cost; labels go beside the project, never into it.
"""

import zlib
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import pandas as pd
import yaml

PERIOD = "2026-09"
_SHUFFLE_SEED = 20260930

FEBRL_RULES = [
    ["date_of_birth_unordered", "forename_phonetic"],
    ["date_of_birth", "postcode_district"],
    ["birth_day_month_unordered", "surname_first3"],
    ["birth_year", "birth_day", "forename_first3"],
    ["birth_year", "birth_day", "postcode_district"],
    ["birth_year", "initials"],
    ["birth_month", "phonetic_pair"],
    ["forename_first3", "surname_first3"],
    ["forename_first3", "surname_phonetic"],
    ["forename", "surname_phonetic"],
    ["forename_initial", "surname"],
    ["postcode", "birth_year"],
    ["postcode", "initials"],
    ["postcode", "forename_phonetic"],
    ["postcode", "surname_phonetic"],
    ["postcode", "surname_initial"],
    ["postcode_district", "first3_pair"],
    ["postcode_district", "surname_first3"],
]
"""Nothing but a name, a birth date and four digits of a postcode, and errors in all three: many loose rules, each kept
from tying strangers together by a limit (decision 16). Picked with the truth at hand, as clear text's
own rules were (tests/bench/clear_text_rules.py)."""

HISTORICAL_RULES = [
    ["forename_initial", "surname_phonetic"],
    ["forename_initial", "surname_first3"],
    ["forename_first3", "surname_phonetic"],
    ["forename_phonetic", "surname_last3"],
    ["forename_initial", "postcode_district"],
    ["surname_initial", "postcode_district"],
    ["forename_initial", "birth_place"],
    ["forename_first3", "birth_place"],
    ["surname_first3", "birth_place"],
    ["surname_initial", "birth_place"],
    ["forename_first3", "occupation"],
    ["surname_phonetic", "occupation"],
    ["birth_place", "occupation"],
    ["birth_year", "birth_place"],
    ["birth_year", "surname_phonetic"],
    ["birth_year", "forename_phonetic"],
    ["birth_year", "postcode_district"],
    ["birth_day_month", "forename_first3"],
    ["birth_day_month", "surname_initial"],
    ["postcode_sector", "birth_place"],
]
"""A third of these records have only a birth year or no birth date at all, and most postcodes differ in their last
letters: loose rules again."""

PSEUDOPEOPLE_RULES = [
    ["nhs_number"],
    ["date_of_birth", "surname"],
    ["date_of_birth", "forename"],
    ["date_of_birth", "forename_initial"],
    ["phonetic_pair", "birth_year", "birth_day_month_unordered"],
    ["uprn", "forename_phonetic"],
    ["uprn", "date_of_birth"],
    ["uprn", "surname_initial"],
    ["forename", "surname"],
    ["forename_initial", "surname"],
    ["forename_first3", "surname_first3"],
    ["forename_phonetic", "surname_last3"],
    ["surname", "sex"],
]
"""Tax files hold no birth date and the census no number, so a name or an address has to bring those two together. Name
with address and name alone tie strangers together at the size of an ICS: rules for 20,000 people."""

PEOPLE_OF_A_BLOCK = 2
"""People of one block whom a source with duplicates may send, on FEBRL and historical figures: as the loose preset has
it. These small files have errors in every field, so that records of one person look like several to their own source;
1, which ships, costs 1 to 4 points of blocking recall there (decision 26)."""


@dataclass(frozen=True, slots=True)
class RealSource:
    """One source of a benchmark project."""

    id: str
    rows: pd.DataFrame
    columns: dict[str, dict[str, str]]
    one_record_per_person: bool


def febrl4(data: Path, folder: Path) -> None:
    """FEBRL 4: 5,000 records and one distorted copy of each, Australian shapes.

    Args:
        data: Folder with ``dataset4a.csv`` and ``dataset4b.csv``.
        folder: Gets ``project/`` and ``truth.csv``.
    """
    sources, truths = [], []
    for letter in "ab":
        rows = pd.read_csv(data / f"dataset4{letter}.csv", skipinitialspace=True, dtype=str)
        rows["person"] = rows["rec_id"].str.split("-").str[1]
        rows = _shuffled(rows)
        columns = {
            "given_name": {"class": "direct_identifier", "role": "forename"},
            "surname": {"class": "direct_identifier", "role": "surname"},
            "postcode": {"class": "direct_identifier", "role": "postcode", "pattern": "[0-9]{4}"},
            "date_of_birth": {"class": "direct_identifier", "role": "date_of_birth", "format": "%Y%m%d"},
        }
        source = f"febrl_{letter}"
        sources.append(RealSource(source, rows[["row", *columns]], columns, True))
        truths.append(_truth(source, rows))
    _write(folder, "febrl4", sources, truths, FEBRL_RULES, ["name", "date_of_birth", "postcode"])


def historical(data: Path, folder: Path) -> None:
    """Splink's 50,578 historical figures with errors, split into five sources with duplicates inside each.

    Args:
        data: ``historical_50k.parquet``.
        folder: Gets ``project/`` and ``truth.csv``.
    """
    rows = pd.read_parquet(data).rename(columns={"cluster": "person"})
    part = rows["unique_id"].map(lambda text: zlib.crc32(text.encode()) % 5)
    columns = {
        "first_name": {"class": "direct_identifier", "role": "forename"},
        "surname": {"class": "direct_identifier", "role": "surname"},
        "dob": {"class": "direct_identifier", "role": "date_of_birth", "earliest": "1000-01-01"},
        "postcode_fake": {"class": "direct_identifier", "role": "postcode"},
        "gender": {"class": "quasi_identifier", "role": "sex"},
        "birth_place": {"class": "direct_identifier", "role": "birth_place"},
        "occupation": {"class": "direct_identifier", "role": "occupation"},
    }
    sources, truths = [], []
    for number in range(5):
        own = _shuffled(rows[part == number])
        source = f"figures_{number}"
        sources.append(RealSource(source, own[["row", *columns]], columns, False))
        truths.append(_truth(source, own))
    compare = ["name", "date_of_birth", "sex", "postcode", "birth_place", "occupation"]
    _write(
        folder,
        "historical",
        sources,
        truths,
        HISTORICAL_RULES,
        compare,
        max_block_records=400,
        max_source_people=PEOPLE_OF_A_BLOCK,
    )


def _shuffled(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in another order under row numbers: the ids of both sets encode the truth."""
    shuffled = rows.sample(frac=1, random_state=_SHUFFLE_SEED).reset_index(drop=True)
    return shuffled.assign(row=[f"r{number}" for number in range(len(shuffled))])


def _truth(source: str, rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"source": source, "record_id": rows["row"], "person": rows["person"]})


def _write(
    folder: Path,
    project_id: str,
    sources: list[RealSource],
    truths: list[pd.DataFrame],
    rules: list[list[str]],
    compare: list[str],
    **linkage: object,
) -> None:
    root = folder / "project"
    lookup = b"postcode,small_area,ward,district,deprivation_decile\nZZ1 1ZZ,X01,Nowhere,Nowhere,5\n"
    for name in ("sources", "lookups", f"extracts/{PERIOD}"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "lookups/none.csv").write_bytes(lookup)
    settings = {
        "id": project_id,
        "title": f"Benchmark {project_id}",
        "organisation": "Benchmark",
        "purpose": "population_health_planning",
        "spine": sources[0].id,
        "lookup": {"path": "lookups/none.csv", "edition": "none", "sha256": sha256(lookup).hexdigest()},
        "linkage": {
            "rules": [{"id": f"rule_{i:02}", "components": parts} for i, parts in enumerate(rules)],
            "compare": compare,
            **linkage,
        },
        "report": {"board": "none", "area": "none", "contact": "none"},
    }
    (root / "project.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    for source in sources:
        source.rows.to_csv(root / f"extracts/{PERIOD}/{source.id}.csv", index=False)
        described = yaml.safe_dump(_source(source), sort_keys=False)
        (root / f"sources/{source.id}.yaml").write_text(described, encoding="utf-8")
    pd.concat(truths).to_csv(folder / "truth.csv", index=False)


def _source(source: RealSource) -> dict[str, object]:
    columns = {"row": {"class": "direct_identifier", "role": "record_id"}, **source.columns}
    return {
        "id": source.id,
        "title": f"Benchmark source {source.id}",
        "organisation": "Benchmark",
        "sector": "nhs",
        "one_record_per_person": source.one_record_per_person,
        "legal": {
            "article_6": "6(1)(e)",
            "statutory_function": "none: made-up or long-dead people",
            "common_law": {"basis": "not_confidential", "reference": "made-up or long-dead people"},
        },
        "agreement": {
            "id": "open data",
            "start": str(date(2026, 1, 1)),
            "end": str(date(2036, 1, 1)),
            "review": str(date(2035, 1, 1)),
            "data_items": list(columns),
        },
        "opt_outs": {
            "confidential_patient_information": False,
            "national_data_opt_out": "exempt",
            "exemption": "not_cpi",
        },
        "files": [
            {
                "id": "people",
                "path": f"extracts/{{period}}/{source.id}.csv",
                "grain": "people",
                "columns": columns,
            }
        ],
        "max_rejected_share": 0.05,
    }
