"""Evidence of a pair becomes levels: SQL and plain Python give one meaning."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.warehouse import connect, fetch_table, load_sql, load_table
from linkage.comparisons import ALL

SIMILARITY = st.none() | st.sampled_from(
    [-100, 0, 419, 420, 549, 550, 599, 600, 601, 990, 994, 995, 999, 1000, 1001, 1002, 1003]
)
ANSWER = st.none() | st.booleans()
NAMES = ("forename", "surname", "swapped")
BIRTH = ("birth_year", "birth_month", "birth_day", "birth_swapped")
PLACE = ("postcode", "postcode_sector", "postcode_district")
WHOLE = ("nhs_number", "phone", "email", "uprn", "birth_place", "occupation")
EVIDENCE = st.fixed_dictionaries(
    {name: SIMILARITY for name in NAMES}
    | {name: ANSWER for name in ("forenames_listed", *BIRTH, "sex", *PLACE, *WHOLE)}
)


def name_level(similarity):
    """Level of a name: the same, by rarity band, or close, near, different."""
    if similarity is None:
        return None
    return 4 + similarity - 1000 if similarity >= 1000 else 2 if similarity >= 600 else 1 if similarity >= 420 else 0


def name_order(row):
    """As written (0), swapped (2), or swapped with one of the two only near (1)."""
    names = [row[name] for name in NAMES]
    if None in names[:2]:
        return None
    best, swapped = max(names[:2]), -1000 if names[2] is None else names[2]
    return 2 if best < 600 <= swapped else 1 if best < 420 <= swapped else 0


def expected(row):
    """Levels of one pair, from the meaning of each."""
    order = name_order(row)
    forename, surname = (None if order else name_level(row[name]) for name in NAMES[:2])
    if forename == 1 and row["forename"] < 550 and row["forenames_listed"] and birth_level(row) == 6:
        forename = 0
    levels = {"forename": forename, "surname": surname, "name_order": order}
    levels |= {"date_of_birth": birth_level(row), "sex": number(row["sex"])}
    levels["postcode"] = (
        None
        if row["postcode"] is None
        else next((level for level, part in zip((3, 2, 1), PLACE, strict=True) if row[part]), 0)
    )
    levels |= {name: number(row[name]) for name in WHOLE}
    same_name = row["surname"] is not None and row["surname"] >= 1000
    birth = row["birth_year"] and row["birth_month"] and row["birth_day"]
    # Families live at one postcode, or where there are no two postcodes, at one UPRN.
    place = row["uprn"] if row["postcode"] is None else row["postcode"]
    together = place and (3 if same_name and birth else 2 if birth else 1 if same_name else 0)
    band = row["surname"] - 1000 if together in (1, 3) else 0
    return levels | {"household": (together or 0) + 4 * band}


def birth_level(row):
    """Level of a birth date: from the same day to no part in common."""
    year, month, day, turned = (row[part] for part in BIRTH)
    if year is None:
        return None
    if year and month and day:
        return 6
    if year and turned:
        return 5
    if year and (month or day):
        return 4
    if month and day:
        return 3
    if month is None:
        return 2 if year else 1
    return 0


def number(answer):
    """TRUE, FALSE and NULL as a level."""
    return None if answer is None else int(answer)


@pytest.fixture(scope="module")
def con():
    """A warehouse for all examples."""
    return connect(threads=1)


@settings(deadline=None, max_examples=40)
@given(rows=st.lists(EVIDENCE, min_size=1, max_size=40))
def test_levels_are_those_of_their_meaning(con, rows):
    """Every level of every pair, and a pattern number that is equal only where all levels are."""
    numbers = {"record_l": range(len(rows)), "record_r": range(len(rows)), "found_by": [1] * len(rows)}
    kinds = {name: pa.int16() if name in NAMES else pa.bool_() for name in rows[0]}
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()}
    load_table(con, "pair", pa.table({**numbers, **columns}))

    found = fetch_table(con, f"{load_sql('linkage', 'pattern')} ORDER BY record_l").to_pylist()

    levels = [c.name for c in ALL] + ["household"]
    seen = [{name: row[name] for name in levels} for row in found]
    assert seen == [expected(row) for row in rows]
    assert len({row["pattern"] for row in found}) == len({tuple(row.values()) for row in seen})
