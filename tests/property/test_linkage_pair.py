"""Views of a pair become one row of evidence: SQL and plain Python give one meaning."""

from math import floor
from statistics import fmean

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.warehouse import connect, fetch_table, load_sql, load_table, materialise

NAMES = ("forename", "surname", "swapped")
ANSWERS = (
    *("birth_year", "birth_month", "birth_day", "birth_swapped", "sex", "postcode", "postcode_sector"),
    *("postcode_district", "nhs_number", "phone", "email", "uprn", "birth_place", "occupation"),
)
KEYS = {
    "record_l": pa.int64(),
    "record_r": pa.int64(),
    "rule": pa.int16(),
    "variant_l": pa.int8(),
    "variant_r": pa.int8(),
}
VIEW_PAIR = st.fixed_dictionaries(
    {
        "record_l": st.integers(1, 2),
        "record_r": st.integers(3, 4),
        "rule": st.integers(0, 40),
        "variant_l": st.integers(0, 1),
        "variant_r": st.integers(0, 1),
        **{name: st.none() | st.sampled_from([-250, 0, 333, 501, 750, 990, 1000]) for name in NAMES},
        **{name: st.none() | st.booleans() for name in ANSWERS},
        "forenames_listed": st.none() | st.booleans(),
    }
)


def known(values):
    """Values that are there."""
    return [value for value in values if value is not None]


def listed(views, two):
    """Whether some view of these two variants says that both their forenames are on the list."""
    return any(v["forenames_listed"] for v in views if (v["variant_l"], v["variant_r"]) == two)


def expected(rows):
    """Evidence of each pair: names by the best pair of variants, each by the mean of its views; facts by any view."""
    pairs = {}
    for row in rows:
        pairs.setdefault((row["record_l"], row["record_r"]), []).append(row)
    found = []
    for (left, right), views in sorted(pairs.items()):
        one = {"record_l": left, "record_r": right, "found_by": 0}
        for view in views:
            one["found_by"] |= 1 << view["rule"]
        for name in NAMES:
            by_variant = {}
            for view in views:
                by_variant.setdefault((view["variant_l"], view["variant_r"]), []).append(view[name])
            means = {two: floor(fmean(known(values))) for two, values in by_variant.items() if known(values)}
            one[name] = max(means.values(), default=None)
            if name == "forename":
                best = [two for two, mean in means.items() if mean == one[name]]
                one["forenames_listed"] = any(listed(views, two) for two in best) if best else None
        one |= {name: any(known(v[name] for v in views)) if known(v[name] for v in views) else None for name in ANSWERS}
        found.append(one)
    return found


@pytest.fixture(scope="module")
def con():
    """A warehouse for all examples."""
    made = connect(threads=1)
    made.execute(load_sql("linkage", "macro"))
    return made


@settings(deadline=None, max_examples=40)
@given(rows=st.lists(VIEW_PAIR, min_size=1, max_size=12))
def test_evidence_of_all_views_is_taken_once(con, rows):
    """One row a pair of records, however many rules and variants brought it together."""
    kinds = KEYS | dict.fromkeys(NAMES, pa.int16()) | dict.fromkeys((*ANSWERS, "forenames_listed"), pa.bool_())
    load_table(
        con, "view_pair", pa.table({name: pa.array([r[name] for r in rows], kind) for name, kind in kinds.items()})
    )

    materialise(con, "narrow_pair", load_sql("linkage", "narrow_pair"))
    found = fetch_table(con, f"{load_sql('linkage', 'pair')} ORDER BY record_l, record_r").to_pylist()

    assert found == expected(rows)
