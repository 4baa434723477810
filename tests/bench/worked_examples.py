"""The figures of the two worked examples of docs/how-to/write_a_cohort.md, from a system made as that page says.

python -m tests.bench.worked_examples northmoor

Prints what the report published of each example, and the same with every link right and nobody opted out: a quarter of
a minute of processor time after the page's own commands.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.csv as pa_csv

from cohorts.analysis import build_analysis
from cohorts.definition import load_definitions
from cohorts.run import run_cohorts
from governance.intake.period import as_of_date
from governance.settings import load_bundle
from governance.store import current
from governance.warehouse import connect
from tests.lib.recovery import payloads_of, true_index

EXAMPLES = ("left_hospital_untold", "child_beside_drinking")
SHARED = "c00_shared_by_construction"
PERIOD = "2026-09"
_MEASURES = ("population", "met", "cannot_tell", "shared")
_COUNTED = f"""
    WITH shared AS (SELECT person_id, met FROM cohort_member WHERE cohort = '{SHARED}')
    SELECT
        count(*) FILTER (population), count(*) FILTER (cohort_member.met), count(*) FILTER (cohort_member.met IS NULL),
        count(*) FILTER (cohort_member.met AND shared.met)
    FROM cohort_member LEFT JOIN shared USING (person_id)
    WHERE cohort = $cohort AND population
"""


def published(project: Path) -> Iterator[str]:
    """What was released, one line an example: a number, or that it is hidden."""
    rows = pa_csv.read_csv(current(project / "zones/public" / PERIOD) / "safe_counts.csv").to_pylist()
    for cohort in EXAMPLES:
        own = {row["measure"]: row for row in rows if row["cohort"] == cohort and row["dimension"] == "all"}
        yield _line(cohort, [_released(own[name]) for name in _MEASURES])


def with_right_links(project: Path, truth: Path) -> Iterator[str]:
    """The same definitions over the same extracts, with true links and without opt-outs, one line an example."""
    bundle = load_bundle(project)
    payloads = payloads_of(bundle, PERIOD)
    index = true_index(truth, PERIOD, {source: one.record_person["record_id"] for source, one in payloads.items()})
    wanted = [one for one in load_definitions(bundle) if one.id in (*EXAMPLES, SHARED)]
    with connect() as con:
        build_analysis(con, bundle.sources, index, payloads, as_of_date(PERIOD), bundle.project)
        run_cohorts(con, wanted, as_of_date(PERIOD))
        for cohort in EXAMPLES:
            [counts] = con.execute(_COUNTED, {"cohort": cohort}).fetchall()
            yield _line(cohort, [f"{count:,}" for count in counts])


def _released(row: dict[str, object]) -> str:
    return f"{row['people']} ({row['low']} to {row['high']})" if row["low"] is not None else str(row["people"])


def _line(cohort: str, said: list[str]) -> str:
    return f"  {cohort}: " + "; ".join(f"{name} {value}" for name, value in zip(_MEASURES, said, strict=True))


def main() -> None:
    """Read the command line, count, print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, help="What `joinedup demo` made, after the page's last command.")
    given = arguments.parse_args()
    project, truth = given.folder / "project", given.folder / "truth"
    lines = ["Published:", *published(project), "With every link right and nobody opted out:"]
    sys.stdout.write("\n".join([*lines, *with_right_links(project, truth)]) + "\n")


if __name__ == "__main__":
    main()
