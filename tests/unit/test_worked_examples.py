"""The worked examples of the how-to run: their files load, read as quoted, and find somebody in a synthetic system."""

import re
import shutil
from pathlib import Path

import pytest

from cohorts import analysis, run
from cohorts.analysis import build_analysis
from cohorts.definition import load_definitions
from cohorts.english import definition_english
from cohorts.homes_in_parts import looks_at_homes
from cohorts.plan import engine_plan, steps_of
from cohorts.run import explain, run_cohorts
from flows.demo.generate import make_ics
from governance.intake.period import as_of_date
from governance.settings import load_bundle
from governance.warehouse import connect, fetch_table
from tests.lib.recovery import payloads_of, true_index

PERIOD = "2026-09"
TEXT = (Path(__file__).parents[2] / "docs/how-to/write_a_cohort.md").read_text(encoding="utf-8")
EXAMPLES = {
    re.search(r"^id: (\w+)$", block, re.MULTILINE)[1]: block for block in re.findall(r"```yaml\n(.*?)```", TEXT, re.S)
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A whole system in which only the examples are asked."""
    made = make_ics(tmp_path_factory.mktemp("whole"), people=4000, seed=3, periods=[PERIOD], whole=True)
    shutil.rmtree(made.project / "cohorts")
    (made.project / "cohorts").mkdir()
    for name, block in EXAMPLES.items():
        (made.project / "cohorts" / f"{name}.yaml").write_text(block, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def definitions(project):
    """The examples as read."""
    return {one.id: one for one in load_definitions(load_bundle(project.project))}


def test_there_are_two_examples_and_both_load(definitions):
    """Without a fault, under the sources of the whole system."""
    assert set(definitions) == set(EXAMPLES) == {"left_hospital_untold", "child_beside_drinking"}


def test_what_the_page_quotes_is_what_the_definitions_say(definitions):
    """The English of the page is generated English."""
    said = " ".join(line for one in definitions.values() for line in definition_english(one))
    quoted = re.findall(r"\*(“(?:Went home|Adult drinking|No help)[^*]+?)(?:: …)?\*", " ".join(TEXT.split()))

    assert len(quoted) == 3
    assert [quote for quote in quoted if quote not in said] == []


@pytest.fixture(scope="module")
def con(project):
    """The system's people, by true links."""
    bundle = load_bundle(project.project)
    payloads = payloads_of(bundle, PERIOD)
    records = {source: one.record_person["record_id"] for source, one in payloads.items()}
    with connect() as connection:
        index = true_index(project.truth, PERIOD, records)
        build_analysis(connection, bundle.sources, index, payloads, as_of_date(PERIOD), bundle.project)
        yield connection


def test_they_find_somebody_and_somebody_else_does_not_meet_them(con, definitions):
    """A definition that everybody or nobody meets shows nothing."""
    run_cohorts(con, list(definitions.values()), as_of_date(PERIOD))
    met, others = "count(*) FILTER (met)", "count(*) FILTER (population AND NOT met)"
    found = con.execute(f"SELECT cohort, {met}, {others} FROM cohort_member GROUP BY cohort").fetchall()

    assert len(found) == len(EXAMPLES)
    assert [name for name, met, others in found if not 0 < met < others] == []


def test_homes_asked_about_in_parts_are_told_the_same(con, definitions, monkeypatch):
    """Nobody is parted from whom they live with; only definitions that look at homes are asked in parts."""
    answers = "SELECT * FROM cohort_member ORDER BY cohort, person_id"
    assert [one.id for one in definitions.values() if looks_at_homes(one.query)] == ["child_beside_drinking"]
    run_cohorts(con, list(definitions.values()), as_of_date(PERIOD))
    at_once = fetch_table(con, answers)

    monkeypatch.setattr(analysis, "PART_PEOPLE", 700)
    asked = []
    monkeypatch.setattr(run, "_judge", lambda *given, to=run._judge: asked.append(given[1]) or to(*given))
    run_cohorts(con, list(definitions.values()), as_of_date(PERIOD))

    assert asked.count("left_hospital_untold") == 1 < asked.count("child_beside_drinking")
    assert fetch_table(con, answers).equals(at_once)
    assert not con.execute("SELECT 1 FROM duckdb_tables() WHERE starts_with(table_name, 'part_')").fetchall()


def test_a_definition_is_explained_in_english_sql_and_as_a_plan(definitions):
    """One SQL file: what is not SQL is a remark."""
    text = explain(definitions["left_hospital_untold"], as_of_date(PERIOD))
    remarks = [line for line in text.splitlines() if line.startswith("--")]

    assert "-- In English:" in remarks
    assert "-- DuckDB's plan of the one statement:" in remarks
    assert any(line.startswith("--   followed_went_home_untold_1: ") for line in remarks)
    assert definitions["left_hospital_untold"].sha256 in remarks[0]


def test_steps_read_what_is_there(definitions):
    """Five tables, and steps that come before."""
    from cohorts.compile import compile_query

    statement = compile_query(definitions["child_beside_drinking"].query, as_of_date(PERIOD))
    known = {"person", "event", "need_evidence", "coverage", "provider"}
    for step in steps_of(statement):
        assert set(step.reads) <= known
        known.add(step.name)
    assert {"seq scan: person", "seq scan: need_evidence"} <= {line.strip() for line in engine_plan(statement)}
