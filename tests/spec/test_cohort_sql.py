"""Spec: every SQL file says in its header what it returns, and returns that."""

import re
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

import cohorts
from cohorts.analysis import OF_PEOPLE, build_analysis, stacked
from cohorts.board_areas import count_areas
from cohorts.combinations import count_combinations
from cohorts.counts import count_cohorts
from cohorts.events import record_tables
from cohorts.homes_in_parts import copy_homes
from cohorts.missed.rates import rates_by_truth
from cohorts.run import run_cohorts
from governance.contracts import PERSON_INDEX, RECORD_QUALITY
from governance.in_parts import span_of_hashes
from governance.keys.ring import Secret
from governance.settings import ExtractFile, Project
from governance.settings.project import Board
from governance.warehouse import load_sql, load_table
from tests.lib.cohorts import AS_OF, definition, need, query, seen, source, warehouse

FILES = sorted((Path(cohorts.__file__).parent / "sql").glob("*.sql"))
SAMPLES = {
    "VARCHAR": "some",
    "VARCHAR[]": ["some"],
    "BOOLEAN": True,
    "INT": 10,
    "UBIGINT": 10,
    "DATE": date(2025, 10, 1),
}
CONTACTS = ExtractFile.model_validate(
    {
        "id": "contacts",
        "path": "contacts.csv",
        "grain": "both",
        "columns": {"day": {"class": "event_field"}},
        "events": [{"kind": "gp.consultation", "start": "day"}],
        "needs": [{"need": "frailty", "from": "day", "strength": "reported"}],
    },
    strict=False,
)


@pytest.fixture(scope="module")
def con():
    """A connection in which every step has run once, over nobody."""
    only = source("gp", CONTACTS)
    with warehouse() as connection:
        rows = pa.schema([("row_no", pa.int64()), ("record_id", pa.int64()), ("day", pa.date32())]).empty_table()
        load_table(connection, "file_contacts", rows)
        area = {name: pa.array([], pa.string()) for name in ("postcode", "small_area", "ward", "district")}
        payload = record_tables(connection, only, pa.table({**area, "deprivation_decile": pa.array([], pa.int64())}))
        project = Project.model_construct(spine="gp")
        build_analysis(connection, [only], PERSON_INDEX.schema.empty_table(), {"gp": payload}, AS_OF, project)
        for name in OF_PEOPLE:  # read where a source sent them, and not kept
            load_table(connection, name, stacked({"gp": payload}, name))
        results = run_cohorts(connection, [definition(query(need("frailty", seen("frailty"))))], AS_OF)
        copy_homes(connection, ["gp.consultation"], span_of_hashes(0, 1))
        count_cohorts(connection, results, [only], noise_key=Secret(bytes(32)))
        count_combinations(connection, "gp")
        count_areas(connection, [Board(id="north", board="A board", area="North", districts=["north"])])
        truth = pa.schema([("source", pa.string()), ("record_id", pa.int64()), ("person", pa.string())])
        rates_by_truth(connection, RECORD_QUALITY.schema.empty_table(), truth.empty_table())
        yield connection


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_sql_file_returns_the_columns_of_its_header(con, path):
    """Purpose, reads, grain, columns and, if it takes values, params."""
    text = load_sql("cohorts", path.stem)
    header = dict(re.findall(r"^-- (reads|grain|columns|params) +(.+)$", text, re.MULTILINE))
    params = dict(re.findall(r"\$(\w+) (\w+(?:\[\])?)", header.get("params", "")))

    found = con.sql(text, params={name: SAMPLES[kind] for name, kind in params.items()} or None)

    assert found.columns == header["columns"].split(", ")
    assert text.startswith("-- ")
    assert {"reads", "grain"} <= set(header)
    assert set(re.findall(r"\$(\w+)", text.split("\nSELECT", 1)[-1])) <= set(params)
