"""Does the finder, without any definition, find what the synthetic world's mechanisms make?

python -m tests.bench.finder --people 40000 --out docs/benchmarks.md
"""

import argparse
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from cohorts.analysis import build_analysis
from cohorts.finder.find import Search, find
from flows.demo.generate import PERIODS, make_ics
from governance.intake.period import as_of_date
from governance.settings import load_bundle
from governance.warehouse import connect
from tests.bench.page import bullets, put, table
from tests.lib.altered import other_mechanisms
from tests.lib.finder import false_endings, false_populations, false_repeats, false_returns
from tests.lib.recovery import payloads_of, true_index

HEADING = "## The finder on synthetic systems"
NULLS, ENOUGH, FEWEST = 40, 0.5, 50
NEEDS_ONLY = ("high_intensity_ed_with_social_need", "severe_multiple_disadvantage_3_of_5")
"""Mechanisms without a missing response: held against everybody who shows the signs."""


@dataclass(frozen=True)
class System:
    """A synthetic system to look at."""

    name: str
    seed: int
    period: str = PERIODS[-1]
    whole: bool = False
    altered: bool = False
    nulls: int = 0
    times: int = 1
    """So many times as many people."""


SYSTEMS = (
    System("seed 1", 1, nulls=NULLS),
    System("seed 2", 2),
    System("seed 3", 3),
    System("twice as many people, seed 2", 2, times=2),
    System("nineteen sources, seed 1", 1, whole=True),
    System("nineteen sources, seed 5150", 5150, whole=True),
    System("nineteen sources, seed 2", 2, whole=True),
    System("another month, seed 20261", 20261, "2027-02"),
    System("other mechanisms, seed 4077", 4077, "2027-02", altered=True),
    *(
        System(f"nineteen sources, other mechanisms, seed {seed}", seed, "2027-02", whole=True, altered=True)
        for seed in (7077, 8131, 8124)
    ),
)


@dataclass(frozen=True)
class Measured:
    """By mechanism: people, first place of a proposal that overlaps enough, best F1; false populations; seconds."""

    found: dict[str, tuple[int, int | None, float]]
    false: int
    repeats: int
    endings: int
    returns: int
    seconds: float


@contextmanager
def analysed(system, people):
    """A system's analysis tables, its settings, the first day after its period, and the file of its truth."""
    made_by = other_mechanisms() if system.altered else nullcontext()
    with tempfile.TemporaryDirectory() as folder, connect() as con:
        with made_by:
            made = make_ics(Path(folder), people=people, seed=system.seed, periods=[system.period], whole=system.whole)
        bundle, as_of = load_bundle(made.project), as_of_date(system.period)
        payloads = payloads_of(bundle, system.period)
        records = {one: each.record_person["record_id"] for one, each in payloads.items()}
        index = true_index(made.truth, system.period, records)
        build_analysis(con, bundle.sources, index, payloads, as_of, bundle.project)
        yield con, bundle, as_of, made.truth / ("person_planted.csv" if system.whole else "person_cohort.csv")


def measured(system, people):
    """Make a system and look at it."""
    with analysed(system, people * system.times) as (con, bundle, as_of, truth):
        started = time.perf_counter()
        finds = find(con, bundle.sources, bundle.project, as_of, Search(period=system.period))
        seconds = time.perf_counter() - started
        found = _overlaps(con, finds, pd.read_csv(truth, dtype=str))
        repeats = false_repeats(con, finds, as_of, system.nulls, seed=6)
        endings = false_endings(con, bundle.sources, bundle.project.spine, as_of, NULLS, seed=6)
        returns = false_returns(con, bundle.sources, bundle.project.spine, as_of, NULLS, seed=6)
        false = false_populations(con, finds, as_of, system.nulls, seed=6)
        return Measured(found, false, repeats, endings, returns, seconds)


def _overlaps(con, finds, truth):
    number = dict(con.execute("SELECT person_id, person_no FROM person_stratum").fetchall())
    members = [_members(con, one) for one in finds.found]
    found = {}
    for name, rows in truth.groupby("cohort"):
        truly = {number[person] for person in rows.person if person in number}
        if len(truly) < FEWEST:
            continue
        own = [each[name in NEEDS_ONLY] for each in members]
        shared = [2 * len(truly & each) / (len(truly) + len(each)) for each in own]
        found[name] = (len(truly), next((at for at, one in enumerate(shared, 1) if one >= ENOUGH), None), max(shared))
    return found


def _members(con, one):
    """Of a proposal: those without a response, and everybody who shows the signs."""
    showing = "SELECT person_no FROM person_shown WHERE stage = ? AND len(list_intersect(signs, ?::SMALLINT[])) >= ?"
    asked = one.gap.candidate
    rows = con.execute(showing, [asked.stage, list(asked.signs), asked.at_least]).fetchall()
    return set(one.gap.members.tolist()), {person for (person,) in rows}


def written(people, results):
    """The part of the page, from what was measured of each system."""
    rows = [
        (system.name, name, f"{number}", str(place or "not found"), f"{best:.2f}")
        for system, one in results
        for name, (number, place, best) in one.found.items()
    ]
    dealt = sum(system.nulls for system, _ in results)
    false, repeats, endings, returns = (
        sum(getattr(one, what) for _, one in results) for what in ("false", "repeats", "endings", "returns")
    )
    told = [
        f"Where every sign was dealt out anew inside age and sex, {false} of {dealt} populations gave any combination;"
        " 5% is what is stated.",
        f"Where every event fell on anybody of its age and sex alike, {repeats} of {dealt} gave any repeat.",
        f"Where whom a service ended for was dealt out among children and adults, {endings} of {NULLS * len(results)}"
        " populations gave any service that ends at an age.",
        f"Where whom a service had known and who was told of again were apart, {returns} of {NULLS * len(results)}"
        " populations gave anything that came again.",
        f"The finder itself took {max(one.seconds for _, one in results):.1f} s at most, on a busy machine.",
        "Mechanisms without a missing response are held against everybody who shows the signs.",
        "Other mechanisms (`tests/lib/altered.py`): troubles begin at other rates, lead to each other otherwise, and"
        " services answer less, and other people. Nothing was tried on these systems before they were measured.",
    ]
    intro = (
        f"Systems of {people:,} people, perfect links, no definition: at which place of 25 the finder proposes each"
        f" mechanism of the world that {FEWEST} people or more have (`flows/demo/truth.py`, with nineteen sources"
        f" `flows/demo/wider/planted.py`). Found means F1 of at least {ENOUGH} between the people of a proposal and"
        " those who truly have it. Made by `make bench-finder`."
    )
    return "\n\n".join(
        [HEADING, intro, table(("system", "mechanism", "people", "place", "best F1"), rows), bullets(told)]
    )


def main():
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=40000)
    parser.add_argument("--only", type=int, nargs="*", help="numbers of systems; all are the page's")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    systems = [SYSTEMS[number] for number in given.only] if given.only else SYSTEMS
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(partial(measured, people=given.people), systems))
    text = written(given.people, list(zip(systems, found, strict=True)))
    sys.stdout.write(text + "\n")
    if given.out:
        put(given.out, HEADING, text)


if __name__ == "__main__":
    main()
