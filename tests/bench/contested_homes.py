"""What would it give and cost if nobody said "no" of a contested home? Measured, not built (decision 115).

python -m tests.bench.contested_homes --people 20000

Whole systems with perfect links and homes as told, as in decision 121: of each definition that asks about homes, who is
found and of whom it cannot tell, as it is and under two rules. Its four systems take about a minute.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa
import pyarrow.csv as pa_csv

from cohorts.analysis import build_analysis
from cohorts.compile import evidence
from cohorts.compile.statement import Piece
from cohorts.compile.surroundings import ADULT, add_household
from cohorts.definition import load_definitions
from cohorts.run import run_cohorts
from flows.demo.generate import PERIODS, make_ics
from governance.intake.period import as_of_date
from governance.settings import load_bundle
from governance.warehouse import connect, load_table
from tests.bench.library import ALTERED, SEEDS
from tests.bench.page import table
from tests.lib.recovery import _AS_TEXT, LIBRARY, PLANTED, payloads_of, true_index

ASK_HOMES = ("c07", "c08", "c09", "c13")
COUNTS = ("planted", "found of them", "found wrongly", "planted, cannot tell", "planted, no", "everybody, cannot tell")

_TELLS = """
    CREATE TABLE tells AS
    SELECT DISTINCT person_id, household AS home
    FROM record_home JOIN person_index USING (source, record_id)
    WHERE address_kind = 'home' AND household IS NOT NULL
"""

RULES = {
    "as it is": "SELECT person_id FROM person WHERE FALSE",
    # Decision 121: any record tells a home that an adult's record tells too, and they are not counted at one home.
    "child and adult told at one home, counted at two": f"""
        SELECT DISTINCT child.person_id
        FROM tells AS of_child JOIN person AS child USING (person_id)
        JOIN tells AS of_adult USING (home) JOIN person AS adult ON adult.person_id = of_adult.person_id
        WHERE
            $year - child.birth_year < {ADULT} AND $year - adult.birth_year >= {ADULT}
            AND child.household IS NOT NULL AND adult.household IS DISTINCT FROM child.household
            AND child.death_month IS NULL AND adult.death_month IS NULL
    """,
    "somebody counted there, or told to be, is told two homes": """
        SELECT person_id FROM person WHERE household IN (
            SELECT home FROM tells WHERE person_id IN (SELECT person_id FROM tells GROUP BY ALL HAVING count(*) > 1)
        )
    """,
}

_COUNTED = """
    SELECT
        cohort, count(*) FILTER (truly), count(*) FILTER (truly AND met), count(*) FILTER (met AND NOT truly),
        count(*) FILTER (truly AND met IS NULL), count(*) FILTER (truly AND NOT met),
        count(*) FILTER (population AND met IS NULL)
    FROM (
        SELECT cohort, population, met, planted.person IS NOT NULL AS truly
        FROM cohort_member JOIN story USING (cohort) JOIN person USING (person_id)
        LEFT JOIN planted
            ON planted.cohort = story AND planted.person = person_id AND planted.period = $period
        WHERE on_spine
    )
    GROUP BY cohort
"""


def _never_no_if_contested(*asked):
    """The compiled predicate, with "no" taken back for whoever stands in the table ``contested``."""
    made = add_household(*asked)
    return Piece(made.items, f"({made.known}) AND person.person_id NOT IN (FROM contested)", made.joins)


def measured(people, seed, period):
    """By rule and definition the counts of one system, and by rule how many children of the register it is of."""
    counts, children = Counter(), Counter()
    with tempfile.TemporaryDirectory() as folder, connect() as con:
        made = make_ics(Path(folder), people=people, seed=seed, periods=[period], whole=True)
        shutil.copytree(LIBRARY, made.project / "cohorts", dirs_exist_ok=True)
        bundle, as_of = load_bundle(made.project), as_of_date(period)
        payloads = payloads_of(bundle, period)
        records = {source: one.record_person["record_id"] for source, one in payloads.items()}
        index = true_index(made.truth, period, records)
        build_analysis(con, bundle.sources, index, payloads, as_of, bundle.project)
        load_table(con, "planted", pa_csv.read_csv(made.truth / "person_planted.csv", convert_options=_AS_TEXT))
        load_table(con, "story", pa.table({"cohort": list(PLANTED), "story": list(PLANTED.values())}))
        con.execute(_TELLS)
        asked = [one for one in load_definitions(bundle) if one.id.startswith(ASK_HOMES)]
        year = {"year": int(period[:4])}
        for rule, sql in RULES.items():
            con.execute(f"CREATE OR REPLACE TABLE contested AS {sql}", year if "$year" in sql else {})
            with patch.object(evidence, "add_household", _never_no_if_contested):
                run_cohorts(con, asked, as_of)
            for cohort, *row in con.execute(_COUNTED, {"period": period}).fetchall():
                counts.update({(cohort, rule, name): one for name, one in zip(COUNTS, row, strict=True)})
            of_children = f"on_spine AND $year - birth_year < {ADULT}"
            told = con.execute(
                f"SELECT count(*) FROM person SEMI JOIN contested USING (person_id) WHERE {of_children}", year
            )
            children[rule] = told.fetchall()[0][0]
    return counts, children


def main():
    """Measure and print: the three systems together, then the one that nothing was tried on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20000)
    given = parser.parse_args()
    three = [(seed, PERIODS[-1]) for seed in SEEDS]
    for name, systems in (("Seeds 1, 2 and 3", three), (f"Seed {ALTERED[0]}, {ALTERED[1]}", [ALTERED])):
        parts = [measured(given.people, *system) for system in systems]
        counts, children = sum((one for one, _ in parts), Counter()), sum((one for _, one in parts), Counter())
        rows = [
            (cohort, rule, *(f"{counts[cohort, rule, one]:,}" for one in COUNTS))
            for cohort in sorted({key[0] for key in counts})
            for rule in RULES
        ]
        told = "; ".join(f"{rule}: {children[rule]:,}" for rule in list(RULES)[1:])
        sys.stdout.write(f"{name}\n\n{table(('definition', 'rule', *COUNTS), rows)}\n\nChildren it is of: {told}.\n\n")


if __name__ == "__main__":
    main()
