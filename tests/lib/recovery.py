"""What the library finds in a whole synthetic ICS, held against what was planted there."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.csv as pa_csv

from cohorts.analysis import build_analysis
from cohorts.definition import load_definitions
from cohorts.events import Payload, record_tables
from cohorts.run import run_cohorts
from flows.approving import approve_demo
from flows.demo.generate import DemoReceipt, make_ics
from flows.demo.name_bands import use_bands
from flows.evaluate import _read_truth, _with_pseudonyms
from flows.key_desk import make_keys
from flows.run import Run, open_run
from governance.areas import load_area_lookup
from governance.contracts import PERSON_INDEX
from governance.intake.extracts import read_extracts
from governance.intake.period import as_of_date
from governance.intake.reconcile import check_reconciles
from governance.keys.ring import Secret
from governance.pseudonym import record_ids
from governance.settings import Bundle, load_bundle
from governance.warehouse import connect, fetch_table, load_table

LIBRARY = Path(__file__).parents[2] / "config/library"
RECORD_KEY, HOUSEHOLD_KEY = Secret(bytes([7]) * 32), Secret(bytes([8]) * 32)
PLANTED = {
    "c00_shared_by_construction": "shared_by_construction",
    "c01_severe_multiple_disadvantage": "severe_multiple_disadvantage",
    "c02_justice_to_treatment_gap": "justice_to_treatment_gap",
    "c03_high_intensity_urgent_care": "high_intensity_urgent_care",
    "c04_homeless_at_the_front_door": "homeless_at_the_front_door",
    "c05_repeat_police_vulnerability": "repeat_police_vulnerability",
    "c06_repeat_domestic_abuse": "repeat_domestic_abuse",
    "c07_family_without_a_lead": "family_without_a_lead",
    "c08_complex_household": "complex_household",
    "c09_child_was_not_brought": "child_was_not_brought",
    "c10_care_and_leaving_care_gap": "care_and_leaving_care_gap",
    "c11_camhs_cliff_edge": "camhs_cliff_edge",
    "c12_cold_home": "cold_home",
    "c13_frail_alone_unknown": "frail_alone_unknown",
    "c14_crisis_without_a_check": "crisis_without_a_check",
    "c15_missed_appointments": "missed_appointments",
    "c16_shut_out_of_place": "shut_out_of_place",
}
"""By definition: the name under which the world tells who truly has the need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """One cohort: people on the register who truly have the need, whom the definition found, and both."""

    cohort: str
    planted: int
    found: int
    both: int
    untold: int
    """Of the planted, people of whom the definition cannot tell."""

    @property
    def sensitivity(self) -> float:
        """Share of the planted who were found."""
        return self.both / self.planted if self.planted else 1.0

    @property
    def predictive_value(self) -> float:
        """Share of the found who were planted."""
        return self.both / self.found if self.found else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """Pairs of people on the register: who truly share a home, who share a token, and both."""

    true_pairs: int
    told_pairs: int
    both: int
    people: int
    """On the register and truly in a private home."""
    untold: int
    """Of those, people of whom no home is told."""


def payloads_of(bundle: Bundle, period: str) -> dict[str, Payload]:
    """What every source would send, with nobody opted out."""
    lookup = load_area_lookup(bundle.root, bundle.project.lookup)
    found = {}
    for source in bundle.sources:
        intake = read_extracts(bundle.root, source, period, record_key=RECORD_KEY, synthetic=True)
        check_reconciles(intake.counts)
        found[source.id] = record_tables(intake.con, source, lookup, HOUSEHOLD_KEY)
        intake.con.close()
    return found


def true_index(truth: Path, period: str, records: Mapping[str, pa.Array]) -> pa.Table:
    """The person index of perfect linkage, over the records that are there."""
    rows = pa_csv.read_csv(truth / "record_person.csv", convert_options=_AS_TEXT).to_pandas()
    rows = rows[rows["period"] == period]
    parts = []
    for source, kept in records.items():
        own = rows[rows["source"] == source]
        ids = record_ids(pa.chunked_array([pa.array(own["record_id"], pa.string())]), RECORD_KEY, source=source)
        table = pa.table(
            [pa.repeat(pa.scalar(source), len(own)), pa.array(ids), pa.array(own["person"], pa.string())],
            schema=PERSON_INDEX.schema,
        )
        parts.append(table.filter(pa.compute.is_in(table["record_id"], kept)))
    return pa.concat_tables(parts)


def whole_system(folder: Path, people: int, seed: int, period: str) -> tuple[DemoReceipt, Run]:
    """A system of nineteen sources with every definition of the library, approved and ready to run."""
    made = make_ics(folder, people=people, seed=seed, periods=[period], whole=True)
    shutil.copytree(LIBRARY, made.project / "cohorts", dirs_exist_ok=True)
    make_keys(made.project, demo=True)
    use_bands(made.project)
    approve_demo(made.project)
    return made, open_run(made.project, period)


def true_records(run: Run, truth: Path) -> pa.Table:
    """Who every record of a run's period is: columns source, record_id (the pseudonym), person."""
    return _with_pseudonyms(run, _read_truth(truth / "record_person.csv", run.period))


def perfect_index(records: pa.Table, linked: pa.Table) -> pa.Table:
    """The person index of perfect linkage, over the records that were linked.

    Args:
        records: From :func:`true_records`.
        linked: The person index of the run.
    """
    index = pa.table([records["source"], records["record_id"], records["person"]], schema=PERSON_INDEX.schema)
    kept = linked.select(["source", "record_id"])
    return index.join(kept, ["source", "record_id"], join_type="inner").select(list(PERSON_INDEX.columns))


_AS_TEXT = pa_csv.ConvertOptions(
    column_types={name: pa.string() for name in ("period", "source", "record_id", "person", "cohort")}
)


ON_REGISTER = "SELECT person_id, person_id AS person FROM person WHERE on_spine"
"""With perfect links a person of the tables is a person of the truth."""


def recovered(project: Path, truth: Path, period: str) -> tuple[list[Recovery], list[Recovery], Homes]:
    """Every definition of a project against what was planted, with perfect links.

    Returns:
        With homes as the sources tell them; with true homes; and how the two compare.
    """
    shutil.copytree(LIBRARY, project / "cohorts", dirs_exist_ok=True)
    bundle = load_bundle(project)
    payloads = payloads_of(bundle, period)
    index = true_index(truth, period, {source: one.record_person["record_id"] for source, one in payloads.items()})
    with connect() as con:
        build_analysis(con, bundle.sources, index, payloads, as_of_date(period), bundle.project)
        as_told = compared(con, bundle, truth, period, ON_REGISTER)
        homes = homes_told(con, truth, period, ON_REGISTER)
        put_true_homes(con, period)
        return as_told, compared(con, bundle, truth, period, ON_REGISTER), homes


def put_true_homes(con: duckdb.DuckDBPyConnection, period: str) -> None:
    """Let everybody live where they truly do, so that what remains is the definitions' own doing."""
    con.execute("UPDATE person SET household = NULL, address_kind = 'unknown'")
    con.execute(
        """
        UPDATE person SET household = CAST(ltrim(home, 'H') AS BIGINT), address_kind = 'home'
        FROM true_home WHERE true_home.person = person.person_id AND period = $period
        """,
        {"period": period},
    )


def compared(con: duckdb.DuckDBPyConnection, bundle: Bundle, truth: Path, period: str, who: str) -> list[Recovery]:
    """Run every definition and hold it against the truth.

    Args:
        con: Holds the analysis tables.
        bundle: The project.
        truth: The folder beside it.
        period: ``YYYY-MM``.
        who: SQL: ``person_id`` of the tables and ``person`` of the truth, of people on the register.
    """
    definitions = load_definitions(bundle)
    run_cohorts(con, definitions, as_of_date(period))
    planted = pa_csv.read_csv(truth / "person_planted.csv", convert_options=_AS_TEXT)
    load_table(con, "planted", planted)
    load_table(con, "definition_story", pa.table({"cohort": list(PLANTED), "story": list(PLANTED.values())}))
    query = f"""
        WITH who AS ({who}),
        truly AS (SELECT cohort AS story, person FROM planted WHERE period = $period),
        verdict AS (
            SELECT story, person, bool_or(met) AS met, bool_or(met IS NULL) AS untold
            FROM cohort_member JOIN who USING (person_id) JOIN definition_story USING (cohort)
            GROUP BY story, person
        )
        SELECT
            definition_story.cohort,
            count(*) FILTER (truly.person IS NOT NULL) AS planted,
            count(*) FILTER (coalesce(met, FALSE)) AS found,
            count(*) FILTER (truly.person IS NOT NULL AND coalesce(met, FALSE)) AS both,
            count(*) FILTER (truly.person IS NOT NULL AND met IS NULL) AS untold
        FROM verdict
        JOIN definition_story USING (story)
        LEFT JOIN truly USING (story, person)
        GROUP BY definition_story.cohort
        ORDER BY definition_story.cohort
    """
    return [Recovery(**row) for row in fetch_table(con, query, {"period": period}).to_pylist()]


def homes_told(con: duckdb.DuckDBPyConnection, truth: Path, period: str, who: str) -> Homes:
    """How households by token compare with true ones, over people on the register who live in private homes."""
    load_table(con, "true_home", pa_csv.read_csv(truth / "person_home.csv", convert_options=_AS_TEXT))
    query = f"""
        WITH who AS ({who}),
        lives AS (
            SELECT DISTINCT ON (person) person, home, household
            FROM person JOIN who USING (person_id) JOIN true_home USING (person)
            WHERE period = $period
        ),
        pair AS (
            SELECT one.person, one.home = other.home AS truly, one.household = other.household AS told
            FROM lives AS one JOIN lives AS other ON one.home = other.home OR one.household = other.household
            WHERE one.person < other.person
        )
        SELECT
            (SELECT count(*) FROM pair WHERE truly) AS true_pairs,
            (SELECT count(*) FROM pair WHERE told) AS told_pairs,
            (SELECT count(*) FROM pair WHERE truly AND told) AS both,
            (SELECT count(*) FROM lives) AS people,
            (SELECT count(*) FROM lives WHERE household IS NULL) AS untold
    """
    return Homes(**fetch_table(con, query, {"period": period}).to_pylist()[0])
