"""Does the library find whom it is about? Measured on whole synthetic ICSs, with perfect links and with our own.

python -m tests.bench.library --people 20000 --out docs/benchmarks.md
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from cohorts.analysis import build_analysis
from flows.cohorts import analysis_tables
from flows.demo.generate import PERIODS, make_ics
from flows.engine import run_steps
from governance.warehouse import connect, load_table
from tests.bench.page import bullets, put, table
from tests.lib.recovery import (
    ON_REGISTER,
    Homes,
    Recovery,
    compared,
    perfect_index,
    recovered,
    true_records,
    whole_system,
)

HEADING = "## The library on synthetic systems"
SEEDS = (1, 2, 3)
ALTERED = (20261, "2027-02")
"""A seed and a month that nothing was tried on before; a winter month, so that other windows are cut."""

_WANTED = 0.95
"""The recovery asked for with perfect links."""


def summed(parts: Iterable[Sequence[Recovery]]) -> dict[str, Recovery]:
    """Counts of several systems together, by cohort."""
    found: dict[str, Recovery] = {}
    for one in (recovery for part in parts for recovery in part):
        held = found.get(one.cohort, Recovery(cohort=one.cohort, planted=0, found=0, both=0, untold=0))
        found[one.cohort] = Recovery(
            cohort=one.cohort,
            planted=held.planted + one.planted,
            found=held.found + one.found,
            both=held.both + one.both,
            untold=held.untold + one.untold,
        )
    return found


def perfectly(people: int, seed: int, period: str, folder: Path) -> tuple[list[Recovery], list[Recovery], Homes]:
    """One system with perfect links: homes as told, true homes, and the two compared."""
    made = make_ics(folder, people=people, seed=seed, periods=[period], whole=True)
    return recovered(made.project, made.truth, period)


def linked(people: int, seed: int, period: str, folder: Path) -> tuple[list[Recovery], list[Recovery]]:
    """One system through its own linkage, and the very same records with perfect links; opt-outs are applied."""
    made, run = whole_system(folder, people, seed, period)
    run_steps(run, [*(("pseudonymise", one.id) for one in run.bundle.sources), ("link", "")], plain=True)
    zone = analysis_tables(run)
    con = zone.con
    truth = true_records(run, made.truth)
    load_table(con, "true_record", truth)
    who = f"""
        SELECT DISTINCT ON (person_id) person_id, person
        FROM person_index JOIN true_record USING (source, record_id)
        WHERE source = '{run.bundle.project.spine}' ORDER BY person_id, record_id
    """
    ours = compared(con, run.bundle, made.truth, period, who)
    index = perfect_index(truth, zone.tables["person_index"])
    con.close()
    with connect() as other:
        build_analysis(other, run.bundle.sources, index, zone.payloads, run.as_of, run.bundle.project)
        return ours, compared(other, run.bundle, made.truth, period, ON_REGISTER)


def text(
    people: int,
    seeds: Sequence[tuple[list[Recovery], list[Recovery], Homes]],
    pairs: Sequence[tuple[list[Recovery], list[Recovery]]],
    altered: tuple[list[Recovery], list[Recovery], Homes],
    altered_pair: tuple[list[Recovery], list[Recovery]],
) -> str:
    """The section of the page."""
    told, true = summed(one[0] for one in seeds), summed(one[1] for one in seeds)
    ours, perfect = summed(one[0] for one in pairs), summed(one[1] for one in pairs)
    new_told, new, new_ours = summed([altered[0]]), summed([altered[1]]), summed([altered_pair[0]])
    rows = [
        (
            cohort,
            f"{true[cohort].planted:,}",
            _both(true[cohort]),
            _both(told[cohort]),
            _both(perfect[cohort]),
            _both(ours[cohort]),
            f"{_both(new[cohort])} of {new[cohort].planted}",
            _both(new_told[cohort]),
            _both(new_ours[cohort]),
        )
        for cohort in sorted(true)
    ]
    head = (
        "definition", "planted", "perfect links, true homes", "perfect links, homes as told",
        "the same after opt-outs", "joinedup's own links", "an untried system, true homes",
        "the same, homes as told", "the same, joinedup's own links",
    )  # fmt: skip
    homes = [one[2] for one in seeds]
    both, told_pairs = sum(one.both for one in homes), sum(one.told_pairs for one in homes)
    true_pairs, untold = sum(one.true_pairs for one in homes), sum(one.untold for one in homes)
    lived = sum(one.people for one in homes)
    missed, false = 1 - both / true_pairs, 1 - both / told_pairs
    notes = [
        f"Pairs of people on the register who truly share a private home: {true_pairs:,}. The tokens miss {missed:.1%}"
        f" of them, and {false:.1%} of the pairs that the tokens make are false. Of {lived:,} such people {untold:,}"
        " have no token. What is missed are mostly moves that the register has heard of for one of a family only.",
        *_lost_homes(told, true),
        "Counted among people on the register: whom an opt-out or an unregistered life takes off it is in neither.",
        "A definition that needs several records of one person loses by missed links; one that asks for the absence of"
        " a record gains false members, because the answer lies with somebody who seems to be another person.",
        "No claim about a real place: the world plants what it plants, and definitions were written to find it.",
    ]
    return "\n\n".join(
        [
            HEADING,
            f"Sensitivity and positive predictive value (in percent) of every library definition against what the whole"
            f" synthetic ICS plants from its own account of the world, which has never read a definition"
            f" (`flows/demo/wider/`). Three systems of {people:,} people and 19 sources together (seeds 1, 2 and 3); in"
            f" the last three columns one of another seed and month ({ALTERED[0]}, {ALTERED[1]}) that nothing was tried"
            f" on before. Made by `make bench-library`.",
            table(head, rows),
            bullets(notes),
        ]
    )


def _lost_homes(told: dict[str, Recovery], true: dict[str, Recovery]) -> list[str]:
    """For each definition that homes as told cost most: how many it loses by them, and how many with true homes."""
    return [
        f"{cohort}: of {one.planted} planted, {one.planted - one.both} are not found with homes as told (of"
        f" {one.untold} of them it cannot tell), and {true[cohort].planted - true[cohort].both} with true homes."
        " What it loses is what addresses say, not what the definition asks."
        for cohort, one in sorted(told.items())
        if one.sensitivity < _WANTED <= true[cohort].sensitivity
    ]


def _both(one: Recovery) -> str:
    return f"{100 * one.sensitivity:.0f} / {100 * one.predictive_value:.0f}"


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    seeds, pairs = [], []
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            seeds.append(perfectly(given.people, seed, PERIODS[-1], Path(folder)))
            sys.stderr.write(f"seed {seed}, perfect links: done\n")
        with tempfile.TemporaryDirectory() as folder:
            pairs.append(linked(given.people, seed, PERIODS[-1], Path(folder)))
            sys.stderr.write(f"seed {seed}, own links: done\n")
    with tempfile.TemporaryDirectory() as folder:
        altered = perfectly(given.people, *ALTERED, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        altered_pair = linked(given.people, *ALTERED, Path(folder))
    section = text(given.people, seeds, pairs, altered, altered_pair)
    sys.stdout.write(section + "\n")
    if given.out:
        put(given.out, HEADING, section)


if __name__ == "__main__":
    main()
