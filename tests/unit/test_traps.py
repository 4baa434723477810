"""Traps of the libraries that linkage stands on: each is shown to be there, and that it does not bite us.

A test that fails because the trap is gone is good news: the work-round can go too.
"""

import math
import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from splink import Linker

from governance.warehouse import connect, fetch_table, load_sql, load_table, materialise
from linkage.comparisons import ALL, compared, in_play
from linkage.encode import WHOLE_FIELDS
from linkage.model import train, training_table
from tests.lib.linkage import LINKAGE, linked, shuffled

ROOT = Path(__file__).parents[2]
PACKAGES = ("linkage", "cohorts", "governance", "flows")


@pytest.fixture
def con():
    """A warehouse with linkage's macros."""
    made = connect(threads=1, lock=False)
    made.execute(load_sql("linkage", "macro"))
    return made


def answer(con, query):
    """The one value of a query."""
    ((value,),) = con.execute(query).fetchall()
    return value


def test_bit_counts_overflow_unless_cast(con):
    """bit_count of a BIGINT is a TINYINT: two full words overflow. Our weight casts each half."""
    with pytest.raises(duckdb.OutOfRangeException, match="INT8"):
        con.execute("SELECT bit_count(-1::BIGINT) + bit_count(-1::BIGINT)")

    assert answer(con, "SELECT weight(-1::BIGINT, -1::BIGINT)") == 128
    assert answer(con, "SELECT name_similarity(-1::BIGINT, -1::BIGINT, -1::BIGINT, -1::BIGINT)") == 1


def test_nought_by_nought_is_above_every_threshold(con):
    """0/0 is NaN and NaN >= 0.9 is TRUE: empty sketches would match. Ours are NULL, which reaches no level."""
    assert answer(con, "SELECT 0 * 2.0 / (0 + 0) >= 0.9") is True

    assert answer(con, "SELECT name_similarity(0::BIGINT, 0::BIGINT, 0::BIGINT, 0::BIGINT) >= 0.9") is None


def test_least_passes_over_null(con):
    """least(NULL, 127) is 127: a missing sketch would weigh as a full one. Our similarity of it is NULL."""
    assert answer(con, "SELECT least(NULL, 127)") == 127

    missing = "NULL::BIGINT, NULL::BIGINT"
    assert answer(con, f"SELECT name_similarity({missing}, {missing})") is None
    assert answer(con, f"SELECT thousandths(name_similarity(1::BIGINT, 1::BIGINT, {missing}))") is None
    assert answer(con, "SELECT thousandths(1.0::DOUBLE)") == 990


def test_shift_and_or_have_one_precedence(con):
    """1 | 2 << 3 is 24, not 17. The pattern number keeps every level where it was put."""
    assert answer(con, "SELECT 1 | 2 << 3") == 24

    names = [c.name for c in ALL]
    columns = ", ".join(["pattern", *names, "household"])
    rows = fetch_table(linked().con, f"SELECT DISTINCT {columns} FROM pattern").to_pylist()
    assert len({row["pattern"] for row in rows}) == len(rows) > 50
    for row in rows:
        levels = [row["pattern"] >> 4 * place & 15 for place in range(len(names))]
        assert levels == [0 if row[name] is None else row[name] + 1 for name in names]
        assert row["pattern"] >> 4 * len(names) == row["household"]


def test_masks_are_compared_after_they_are_taken(con):
    """Unlike in C, `flags & bit = 0` masks first; our conditions on ``present`` and ``found_by`` rely on it."""
    assert answer(con, "SELECT 5 & 2 = 0") is True
    assert answer(con, "SELECT 5 >> 2 & 1 = 1") is True


def odds(con, weights):
    """Table ``pattern_odds`` of the first two sources."""
    sources = {"source_l": [0] * len(weights), "source_r": [1] * len(weights)}
    load_table(con, "pattern_odds", pa.table(sources | {"pattern": list(weights), "weight": list(weights.values())}))


def test_odds_of_several_leave_no_double(con):
    """2 to the power of 2,000 overflows: the largest is taken out first, and the others count down to nothing."""
    con.execute(load_sql("linkage", "odds_macro"))

    assert answer(con, "SELECT against_all(2000.0::DOUBLE, 2000.0::DOUBLE, -3000.0::DOUBLE)") == -2001
    assert answer(con, "SELECT against_all(-2000.0::DOUBLE, -2005.0::DOUBLE, -2005.0::DOUBLE)") == 2000 - math.log2(
        1 + 2 * 2**-5
    )


def test_probabilities_saturate_and_weights_do_not(con):
    """Beyond 53 bits every probability is 1.0: scored pairs keep the weight, and it alone ranks them."""
    assert 1 / (1 + 2.0**-60) == 1 / (1 + 2.0**-80) == 1.0
    rows = {"pattern": [1, 2], "record_l": [1, 3], "record_r": [2, 4], "found_by": [1, 1]}
    load_table(con, "pattern", pa.table(rows))
    odds(con, {1: 60.0, 2: 80.0})
    load_table(con, "record", pa.table({"record": [1, 2, 3, 4], "source_no": pa.array([0, 1, 0, 1], pa.int8())}))

    found = fetch_table(con, load_sql("linkage", "scored_pair")).to_pydict()

    assert found["probability"] == [1.0, 1.0]
    assert found["weight"] == [60.0, 80.0]


def test_extreme_weights_have_probabilities(con):
    """Weights far below nought would overflow pow: they are cut before, and stay possible."""
    rows = {"pattern": [1], "record_l": [1], "record_r": [2], "found_by": [1]}
    load_table(con, "pattern", pa.table(rows))
    odds(con, {1: -5020.0})
    load_table(con, "record", pa.table({"record": [1, 2], "source_no": pa.array([0, 1], pa.int8())}))

    (probability,) = fetch_table(con, load_sql("linkage", "scored_pair"))["probability"].to_pylist()

    assert 0 < probability < 1e-29


def test_a_half_read_result_blocks_splinks_next_query(con):
    """Fetchone leaves a result open, and the next con.sql, Splink's call, raises. No module of ours calls it."""
    con.execute("SELECT 1 UNION ALL SELECT 2").fetchone()

    with pytest.raises(duckdb.Error, match="unfinished result"):
        con.sql("SELECT 3").fetchall()

    modules = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    assert [path.name for path in modules if ".fetchone(" in path.read_text(encoding="utf-8")] == []


def test_arrow_lambdas_are_refused(con):
    """DuckDB 2 rejects ``x -> …``. None of our SQL has one."""
    with pytest.raises(duckdb.BinderException, match="lambda"):
        con.execute("SELECT list_transform([1], x -> x + 1)")

    files = [path for package in PACKAGES for path in (ROOT / package).rglob("sql/*.sql")]
    code = {path.name: re.sub(r"--.*", "", path.read_text(encoding="utf-8")) for path in files}
    assert [name for name, text in code.items() if "->" in text] == []


def test_splink_takes_no_raw_frames():
    """Splink 5 wants tables registered with its own API: a raw table is a TypeError, not a slow success."""
    table = pa.table({"unique_id": [1], "forename": ["x"]})

    with pytest.raises(TypeError, match="SplinkDataFrame"):
        Linker([table.to_pandas()], {"link_type": "dedupe_only", "comparisons": []})


def test_python_variables_are_not_tables(con):
    """A missing table must be an error: a local of the same name must never stand in for it."""
    person_index = pa.table({"person_id": ["p"]})

    with pytest.raises(duckdb.CatalogException):
        con.execute("SELECT * FROM person_index")
    assert person_index.num_rows == 1


def pairs_of_one_rule(agreeing, strangers):
    """Table ``pattern``: pairs that agree in everything, found by rule 0; pairs that agree in nothing, by rule 1."""
    top = {c.name: c.levels[0].value for c in in_play(ALL, banded=False)}
    rows = [dict(top, found_by=1) for _ in range(agreeing)] + [
        dict.fromkeys(top, 0) | {"found_by": 2} for _ in range(strangers)
    ]
    columns = {name: pa.array([row[name] for row in rows], pa.int8()) for name in top}
    numbers = range(1, len(rows) + 1)
    found_by = pa.array([row["found_by"] for row in rows], pa.int64())
    return pa.table(
        {
            "record_l": numbers,
            "record_r": numbers,
            "found_by": found_by,
            **columns,
            "household": [0] * len(rows),
            "pattern": numbers,
        }
    )


def test_a_rule_that_finds_only_true_pairs_does_not_break_training(con):
    """EM's chance for such a rule falls to exactly 0, which Splink refuses: two made-up pairs a rule hold it up."""
    comparisons = compared(LINKAGE)
    u = {c.name: {level.value: 1e-5 if level.value else 1.0 for level in c.levels} for c in comparisons}
    load_table(con, "pattern", pairs_of_one_rule(600, 600))
    touched = ", ".join(f"FALSE AS touches_{c.name}" for c in ALL)
    fixes = ", ".join(f"FALSE AS fixes_{field}" for field in ("forename", "surname", *WHOLE_FIELDS))
    materialise(con, "rule", f"SELECT rule::SMALLINT AS rule, {fixes}, {touched} FROM range(2) AS r (rule)")
    training_table(con, 1000)

    model = train(con, comparisons, u)

    assert model.m["forename"][4] > 0.9
    assert not any(warning.startswith("Training broke down") for warning in model.warnings)

    con.execute("DELETE FROM training WHERE rule = 0 AND (phone IS NULL OR phone = 0)")
    con.execute("DELETE FROM training WHERE rule = 1 AND phone IS NULL")
    broken = train(con, comparisons, u)  # the control: without them Splink refuses, and the starting values stand
    assert any(warning.startswith("Training broke down") for warning in broken.warnings)


def test_training_takes_at_most_so_many_pairs_a_rule(con):
    """The same pairs every time, however the table is ordered; beside them two made-up ones a rule."""
    touched = ", ".join(f"FALSE AS touches_{c.name}" for c in ALL)
    materialise(con, "rule", f"SELECT rule::SMALLINT AS rule, {touched} FROM range(2) AS r (rule)")
    pattern = pairs_of_one_rule(40, 30)
    rows = []
    for table in (pattern, shuffled(pattern)):
        load_table(con, "pattern", table)
        training_table(con, 25)
        rows.append(fetch_table(con, "SELECT * FROM training ORDER BY pattern"))

    traces = sum(len({row[c.name] for row in pattern.to_pylist()}) for c in ALL)
    assert rows[0].num_rows == 2 * (25 + 2) + traces
    assert rows[1].equals(rows[0])
