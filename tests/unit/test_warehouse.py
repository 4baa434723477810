"""The door to DuckDB stays shut: nothing outside is read, nothing can be reconfigured."""

import duckdb
import pyarrow as pa
import pytest

from governance.warehouse import SETTINGS, connect, fetch_table, load_sql, load_table, materialise, quote_name


@pytest.fixture
def con():
    """A locked connection that may read nothing."""
    with connect() as opened:
        yield opened


@pytest.mark.parametrize(
    "statement",
    [
        "SET enable_external_access = true",
        "SET temp_directory = '/tmp'",
        "SET lock_configuration = false",
        "SET python_enable_replacements = true",
        "SET autoinstall_known_extensions = true",
        "SET allow_community_extensions = true",
        "RESET temp_directory",
    ],
)
def test_a_locked_connection_cannot_be_reconfigured(con, statement):
    """Each door that could be opened again stays shut."""
    with pytest.raises(duckdb.Error, match=r"(?i)lock|cannot"):
        con.execute(statement)


@pytest.mark.parametrize("query", ["FROM read_csv('{}')", "FROM '{}'", "COPY (SELECT 1) TO '{}.out'", "ATTACH '{}.db'"])
def test_nothing_outside_is_read_or_written(con, tmp_path, query):
    """Files are out of reach, whichever way they are asked for."""
    path = tmp_path / "people.csv"
    path.write_text("name\nZEBEDEE\n")

    with pytest.raises(duckdb.Error, match=r"(?i)permission|disabled|not allowed|does not exist"):
        con.execute(query.format(path))

    assert [found.name for found in tmp_path.iterdir()] == ["people.csv"]


def test_only_the_named_folders_are_readable(tmp_path):
    """A folder that was named opens, also with a quote in its name; its neighbour does not."""
    inside, outside = tmp_path / "o'neill", tmp_path / "other"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "a.csv").write_text("n\n1\n")

    with connect(readable=[inside]) as con:
        assert con.execute("FROM read_csv($1)", [str(inside / "a.csv")]).fetchall() == [(1,)]
        with pytest.raises(duckdb.Error, match=r"(?i)permission"):
            con.execute("FROM read_csv($1)", [str(outside / "a.csv")])


def test_a_python_variable_never_stands_in_for_a_table(con):
    """A table that is missing is an error, whatever local variables are called."""
    person = pa.table({"n": [1]})

    with pytest.raises(duckdb.CatalogException):
        con.execute("FROM person")

    assert person.num_rows == 1


def test_memory_runs_out_rather_than_spilling():
    """No temporary file: too much data is a clear error."""
    with connect(memory="50MB", threads=1) as con, pytest.raises(duckdb.OutOfMemoryException):
        con.execute("CREATE TABLE t AS SELECT range AS n, repeat('x', 100) AS s FROM range(5_000_000) ORDER BY s, n")


def test_an_unlocked_connection_still_reads_nothing(tmp_path):
    """Splink may change a setting; files stay out of reach."""
    (tmp_path / "a.csv").write_text("n\n1\n")

    with connect(lock=False) as con:
        con.execute("SET disabled_optimizers = 'join_order'")
        with pytest.raises(duckdb.Error, match=r"(?i)permission"):
            con.execute("FROM read_csv($1)", [str(tmp_path / "a.csv")])
        with pytest.raises(duckdb.Error, match=r"(?i)cannot"):
            con.execute("SET enable_external_access = true")


@pytest.mark.parametrize("name", ["plain", 'with "quotes"', "sem;icolon", "ünïcode", "select"])
def test_any_column_name_can_be_quoted(con, name):
    """A name from a config is a name, whatever it looks like."""
    con.execute(f"CREATE TABLE t AS SELECT 1 AS {quote_name(name)}")

    assert fetch_table(con, "FROM t").column_names == [name]


def test_what_is_materialised_does_not_change(con):
    """A table made from a query keeps its rows when the query's table grows."""
    load_table(con, "source", pa.table({"n": [1, 2]}))
    materialise(con, "kept", "SELECT n FROM source WHERE n >= $least", {"least": 2})

    con.execute("INSERT INTO source VALUES (3)")

    assert fetch_table(con, "FROM kept").to_pydict() == {"n": [2]}


def test_a_value_binds_and_is_never_read_as_sql(con):
    """A value that looks like SQL stays a value."""
    text = "'; DROP TABLE t; --"

    found = fetch_table(con, "SELECT $text AS text", {"text": text})

    assert found.to_pydict() == {"text": [text]}


def test_sql_is_read_from_its_package():
    """Fixed questions live in files."""
    assert "SELECT" in load_sql("linkage", "identity")


def test_every_connection_has_the_settings_that_the_rule_on_storage_reads():
    """STO-01 looks at what connections are told; this looks at whether DuckDB obeys."""
    told = dict(one.removeprefix("SET ").split(" = ") for one in SETTINGS)
    con = connect()

    obeyed = {name: con.execute("SELECT current_setting($name)", {"name": name}).fetchall()[0][0] for name in told}

    assert {name: f"'{value}'" if value == "" else str(value).lower() for name, value in obeyed.items()} == told
