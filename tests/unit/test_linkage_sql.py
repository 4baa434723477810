"""Every SQL file says what it asks and names the columns it gives; those of linkage give them on empty tables.

Those of cohorts are also run over nobody, in ``tests/spec/test_cohort_sql.py``.
"""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from cohorts.analysis import PAYLOAD_TABLES
from governance.contracts import CONTRACTS, U_STATISTIC, VIEW
from governance.warehouse import connect, load_sql, load_table, materialise
from linkage import labels
from linkage.arrive import SourceViews, load_deliveries, load_fields
from linkage.bridges import hold_bridges
from linkage.comparisons import ALL
from linkage.encode import WHOLE_FIELDS
from linkage.link import left_for_next, link
from linkage.pairs import compare_views
from tests.lib.linkage import LINKAGE, found_in, index_of

ROOT = Path(__file__).parents[2]
FILES = sorted(path for package in ("linkage", "cohorts", "governance") for path in (ROOT / package).rglob("sql/*.sql"))
LABELS = ("reads", "grain", "columns", "params", "changes", "defines")


def header(path: Path) -> dict[str, str]:
    """The comment a file opens with: ``purpose``, then one entry a label, continued lines joined."""
    found, label = {"purpose": ""}, "purpose"
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--"):
            break
        said = line[2:].strip()
        match = re.match(rf"({'|'.join(LABELS)})\b\s*(.*)", said)
        # A line that starts in the first column of the comment begins a new entry or a remark.
        continues = line.startswith("--   ")
        if match and not continues:
            label, said = match[1], match[2]
        elif not continues and label != "purpose":
            label = "remark"
        found[label] = f"{found.get(label, '')} {said}".strip()
    return found


def statement(path: Path) -> str:
    """A file without its comments."""
    return re.sub(r"--.*", "", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_header_is_complete(path):
    """Purpose, what it reads, its grain and its columns: what an information-governance reviewer looks for."""
    found = header(path)

    assert found["purpose"].endswith((".", ";", ":"))
    assert [label for label in _asked_of(found) if not found.get(label)] == []


def _asked_of(found: dict[str, str]) -> tuple[str, ...]:
    """A file of macros defines them; one that changes a table gives no columns, but says which table."""
    if "defines" in found:
        return ("grain",)
    return ("reads", "grain") if "changes" in found else ("reads", "grain", "columns")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_params_are_the_holes(path):
    """The parameters named are the ``$name`` holes of the statement, all of them and no others."""
    holes = set(re.findall(r"\$([a-z_]+)", statement(path)))
    named = set(re.findall(r"\$([a-z_]+)", header(path).get("params", "")))

    assert named == holes


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_one_statement_a_file(path):
    """One question a file; only the macros, which belong together, are several statements."""
    if "defines" in header(path) or (path.parts[-3] == "linkage" and path.stem in NOT_A_QUERY):
        return
    assert ";" not in statement(path).rstrip().rstrip(";")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_the_columns_named_are_those_that_are_selected(path):
    """As far as the text alone says them: a star is whatever the table has that the header refers to."""
    [*_, last] = [one for one in sqlglot.parse(path.read_text(encoding="utf-8"), read="duckdb") if one]
    said = header(path)
    if isinstance(last, exp.Delete | exp.Update):
        assert last.this.name == said["changes"].split()[0]
    elif isinstance(last, exp.Query) and not last.is_star:
        named = promised(path)
        more = re.search(r"then (one|evidence)|and (the|how many)", said["columns"])
        assert last.named_selects[: len(named)] == named
        assert (len(last.named_selects) > len(named)) == bool(more)


AS_KNOWN = {name.replace("record", "known") for name in PAYLOAD_TABLES}
"""What was known of each table, asked by ``cohorts/since/chain.py`` under the table's name."""
LINKAGE_FILES = [path.stem for path in FILES if path.parts[-3] == "linkage"]
PARAMS = {
    "identity": {"kept_apart": ["kaur"]},
    "block": {"first_rule": 0, "last_rule": 1, "part": 0, "parts": 1, "max_block_records": 200},
    "plan": {"max_block_records": 200},
    "kept_place": {"max_block_records": 200},
    "large_block": {"max_block_records": 200},
    "training": {"max_pairs": 10},
    "pair_count": {"threshold": 0.95},
    "record_quality": {
        "threshold": 0.95,
        "agree_bits": 20.0,
        "differ_bits": -5.0,
        "agree_kin_bits": -9.0,
        "differ_kin_bits": 5.0,
        "has_reference": True,
    },
    "held_back": {"threshold": 0.95},
    "contested_pair": {"threshold": 0.95},
    "person_change": {"left": "no longer supplied"},
    "expected_pattern": {"unit": 1},
    "expected_match": {"unit": 1},
    "possible_pair": {"low": 0.01, "high": 0.99},
    "chance_exact": {"one_record_per_person": True, "by_postcode": True},
}
NOT_A_QUERY = {"macro": "defines macros and returns nothing", "name_macro": "the same", "odds_macro": "the same"}


@pytest.fixture(scope="module")
def empty():
    """A warehouse with every table that linkage's SQL reads, all of them empty of people."""
    con, _ = found_in([])
    linking = connect(threads=1, lock=False)
    tables = (VIEW.schema.empty_table(), CONTRACTS["record"].schema.empty_table(), U_STATISTIC.schema.empty_table())
    nobody = [SourceViews("clinic", True, *tables), SourceViews("housing", False, *tables)]
    before = left_for_next(link(connect(threads=1, lock=False), nobody, LINKAGE))
    result = link(linking, nobody, LINKAGE, before=before)
    index = index_of(result).table
    hold_bridges(linking, index, LINKAGE.threshold_probability)
    linking.execute("CREATE TABLE record_in_doubt (record BIGINT, component BIGINT)")
    names = linking.execute(
        "SELECT table_name FROM information_schema.tables WHERE NOT starts_with(table_name, '__splink')"
    ).fetchall()
    for (name,) in names:
        load_table(con, name, linking.sql(f"SELECT * FROM {name}").to_arrow_table())
    for macros in ("macro", "odds_macro"):
        con.execute(load_sql("linkage", macros))
    load_table(con, "scored", con.sql(load_sql("linkage", "edge_out")).to_arrow_table())
    load_table(con, "person_index", index)
    con.execute("CREATE TABLE truth (source VARCHAR, record_id BIGINT, person VARCHAR)")
    con.execute("CREATE TABLE listed_name (name VARCHAR, kind VARCHAR, frequency BIGINT)")
    con.execute("CREATE TABLE name_band (record_id BIGINT, forename_level TINYINT, surname_level TINYINT)")
    con.execute("CREATE TABLE drawn (block BIGINT, position_l BIGINT, position_r BIGINT)")
    encoded = [name for name in VIEW.columns if name not in ("record_id", "variant", "rule", "block")]
    con.execute(f"CREATE TABLE sampled AS SELECT 0::BIGINT AS position, {', '.join(encoded)} FROM loaded_view")
    materialise(con, "labelled", load_sql("linkage", "labelled"))
    load_table(con, "label", labels.LABELS.empty_table())
    materialise(con, "label_in_order", load_sql("linkage", "label_in_order"))
    return con


def promised(path: Path) -> list[str]:
    """Columns that the header names first, before any remark."""
    text = header(path)["columns"]
    text = re.sub(r"\([^)]*\)", "", text)
    return [word.strip() for word in re.split(r"[,;]", text) if re.fullmatch(r"\s*[a-z][a-z0-9_]*\s*", word)]


def test_every_file_is_used():
    """No SQL file lies unused: each is named by a module of its package, or of the packages inside it."""
    unused = []
    for folder in sorted({path.parent.parent for path in FILES}):
        code = " ".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
        unused += [path for path in FILES if path.parent.parent == folder and not _is_named(path.stem, code)]

    assert [path.relative_to(ROOT).as_posix() for path in unused] == []


def _is_named(stem: str, code: str) -> bool:
    """In full, or by a name that is put together around parts that vary, of which some letters are given."""
    parts = [part for part in re.findall(r'f"([a-z_]*)\{[^{}"]+\}([a-z_]*)"', code) if len("".join(part)) > 4]
    in_full = f'"{stem}"' in code or f"'{stem}'" in code or stem in AS_KNOWN
    return in_full or any(stem.startswith(before) and stem.endswith(after) for before, after in parts)


@pytest.mark.parametrize("name", [name for name in LINKAGE_FILES if name not in NOT_A_QUERY])
def test_columns_are_those_of_the_header(empty, name):
    """Run on empty tables, a file gives the columns its header names, in that order, and no row of anybody."""
    found = empty.sql(load_sql("linkage", name), params=PARAMS.get(name))

    path = ROOT / "linkage" / "sql" / f"{name}.sql"
    text, named = header(path)["columns"], promised(path)
    if re.search(r"then (one|evidence)|and the", text):  # a family of columns follows, described in words
        assert found.columns[: len(named)] == named
        assert len(found.columns) > len(named)
    else:
        assert found.columns == named


def test_families_of_columns_are_complete():
    """What the headers only describe: a column for each comparison, and for each field a rule may fix."""
    con = connect(threads=1)
    tables = (VIEW.schema.empty_table(), CONTRACTS["record"].schema.empty_table(), U_STATISTIC.schema.empty_table())
    arrived = load_deliveries(con, [SourceViews("clinic", True, *tables)])
    materialise(con, "kept_place", "SELECT source_no, place, 0::INTEGER AS record FROM view")
    load_fields(con, arrived.deliveries)
    fixes = ", ".join(f"FALSE AS fixes_{field}" for field in ("forename", "surname", *WHOLE_FIELDS))
    materialise(con, "rule", f"SELECT 0::SMALLINT AS rule, {fixes}")

    compare_views(con)

    columns = con.sql("SELECT * FROM pattern").columns
    assert columns == ["record_l", "record_r", "found_by", *(c.name for c in ALL), "household", "pattern"]
    # Whole numbers: fractions would add to another sum in another order.
    kinds = con.sql(
        "SELECT forename, surname, swapped FROM view_pair UNION SELECT forename, surname, swapped FROM pair"
    )
    assert [str(kind) for kind in kinds.types] == ["SMALLINT"] * 3
