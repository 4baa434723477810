"""pseudopeople's five files about the same simulated people of the United States, in joinedup's roles.

A social security number stands for the NHS number, one digit in front; number, street and unit make one address
number (so a slip in a street name makes another address: exact for every method). ZIP codes are all alike and left
out; so are middle names, ages and spouses, which no role holds.
"""

from hashlib import blake2b
from pathlib import Path

import pandas as pd

from tests.bench.sets import BenchSet, BenchSource, linkage_of, write_set
from tests.real.projects import PSEUDOPEOPLE_RULES

_FILES = {
    "census": ("%m/%d/%Y", True),
    "social_security": ("%Y%m%d", False),
    "employment_tax": ("", False),
    "income_tax": ("", True),
    "infant_nutrition": ("%m%d%Y", True),
}
"""How each writes a birth date (the tax files have none), and whether it keeps one record a person (the census has
a handful of children twice)."""

PSEUDOPEOPLE_SEED = 20261124
"""That of ``elsewhere/pseudopeople_files.py``, one more for each further file."""
COMPARE = ["name", "date_of_birth", "sex", "nhs_number", "uprn"]


def pseudopeople(data: Path, noise: int, folder: Path) -> BenchSet:
    """The five files at default noise, or with every probability of an error multiplied.

    Args:
        data: Folder with a Parquet file each, as ``elsewhere/pseudopeople_files.py`` writes them.
        noise: 1 or 3.
        folder: Gets the set.
    """
    frames = {name: _rows(data / f"{name}.parquet", written) for name, (written, _) in _FILES.items()}
    write_set(folder, frames)
    sources = tuple(BenchSource(name, single) for name, (_, single) in _FILES.items())
    title = f"pseudopeople, five files, {'default noise' if noise == 1 else f'{noise}-fold noise'}"
    return BenchSet(f"pseudopeople{noise}", title, folder, sources, linkage_of(PSEUDOPEOPLE_RULES, COMPARE), "pseudo")


def _rows(path: Path, written: str) -> pd.DataFrame:
    rows = pd.read_parquet(path)
    return pd.DataFrame(
        {
            "person": rows["simulant_id"],
            "forename": rows["first_name"],
            "surname": rows["last_name"],
            "sex": rows["sex"],
            "date_of_birth": pd.to_datetime(rows["date_of_birth"], format=written, errors="coerce").dt.date
            if written
            else None,
            "nhs_number": "0" + rows["ssn"].str.replace("-", "", regex=False),
            "uprn": _addresses(rows),
        }
    )


def _addresses(rows: pd.DataFrame) -> pd.Series:
    """A number for each address, missing where street and box are."""
    box = "box " + rows["po_box"]
    street = rows["street_number"] + " " + rows["street_name"] + " " + rows["unit_number"].fillna("")
    distinct = {text: _number(text) for text in street.fillna(box).dropna().unique()}
    return street.fillna(box).map(distinct)


def _number(text: str) -> str:
    return str(int.from_bytes(blake2b(text.lower().strip().encode(), digest_size=5).digest()) + 1)
