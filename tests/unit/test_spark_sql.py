"""Linkage could move to Spark: every expression that Splink is given, and every SQL file, can be said in Spark's SQL.

Nothing is run on Spark here: what is shown is that the text transpiles, and which functions Spark lacks.
"""

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from linkage.comparisons import ALL
from linkage.model import _splink_comparison
from tests.lib.command import REPOSITORY

FILES = sorted(path for name in ("linkage", "cohorts", "governance") for path in (REPOSITORY / name).rglob("sql/*.sql"))
OURS = {"against_all", "name_similarity", "one_digit", "one_surname", "packed", "thousandths", "tokens", "unpacked"} | {
    *("weight", "postcode_text", "is_placeholder_forename", "is_placeholder_surname"),
    *("looks_like_serial", "looks_like_nhs", "looks_like_email", "looks_like_phone", "looks_like_long_number"),
    *("nhs_digits", "nhs_number_fault", "nhs_check_digit", "postcode_letters"),
}
"""Macros of ours: defined in SQL or beside the query that calls them, so they come along."""
IN_SPARK = {"bit_count", "hash", "printf"}
"""Spark has them under the same name. ``hash`` gives other numbers, which pick what trains the model."""
TO_BE_GIVEN = {"list_extract", "try_strptime", "list_position", "regexp_split_to_array", "strip_accents", "row"}
"""Spark has no such function; each would be a function of one line there."""


def in_spark(text: str) -> str:
    """A statement of DuckDB's in Spark's SQL.

    Raises:
        sqlglot.errors.SqlglotError: It cannot be said there.
    """
    said = [one.transform(_overlap) for one in sqlglot.parse(text, read="duckdb") if one]
    return ";\n".join(one.sql("spark", unsupported_level=sqlglot.ErrorLevel.RAISE) for one in said)


def _overlap(node: exp.Expression) -> exp.Expression:
    """Two lists that share something: sqlglot leaves DuckDB's operator, which Spark does not have."""
    if isinstance(node, exp.ArrayOverlaps):
        return exp.Anonymous(this="ARRAYS_OVERLAP", expressions=[node.this, node.expression])
    return node


def unknown_functions(text: str) -> set[str]:
    """What would be passed on as it is written."""
    return {
        each.name.lower()
        for statement in sqlglot.parse(text, read="duckdb")
        if statement
        for each in statement.find_all(exp.Anonymous)
    }


@pytest.mark.parametrize("comparison", ALL, ids=lambda one: one.name)
def test_every_level_that_splink_is_given(comparison):
    """Splink itself builds them for Spark, and what it builds there is what transpiling gives."""
    half = {level.value: 0.5 for level in comparison.levels}
    made = _splink_comparison(comparison, half, half)
    ours, theirs = (
        [level.sql_condition for level in made.get_comparison(name).comparison_levels] for name in ("duckdb", "spark")
    )

    assert len(ours) == len(comparison.levels) + 1
    assert [in_spark(text) for text in ours] == [
        sqlglot.transpile(text, read="spark", write="spark")[0] for text in theirs
    ]
    assert set().union(*map(unknown_functions, ours)) == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_every_file(path):
    """It transpiles, Spark's grammar reads it, and every function is one that is known here."""
    text = Path(path).read_text("utf-8")

    assert sqlglot.parse(in_spark(text), read="spark")
    assert unknown_functions(text) - OURS - IN_SPARK - TO_BE_GIVEN == set()


def test_the_lists_name_nothing_that_is_not_used():
    """A function that is gone leaves its list too."""
    used = set().union(*(unknown_functions(path.read_text("utf-8")) for path in FILES))

    assert (OURS | IN_SPARK | TO_BE_GIVEN) - used == set()


def test_what_spark_cannot_say_is_refused():
    """The control of the tests above."""
    with pytest.raises(sqlglot.errors.SqlglotError):
        in_spark("SELECT * FROM t USING SAMPLE 10 ROWS REPEATABLE (7) WHERE (")
    assert unknown_functions("SELECT no_such_function(1)") == {"no_such_function"}
