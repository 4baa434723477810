"""Do intervals hold the truth? Many small synthetic systems, each linked by itself and by perfect links.

python -m tests.bench.coverage --first 2046 --systems 200 --people 2000 --out docs/benchmarks.md
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from cohorts import uncertainty
from cohorts.analysis import build_analysis
from cohorts.counts import count_cohorts
from cohorts.definition import load_definitions
from cohorts.missed.rates import rates_by_number
from cohorts.run import run_cohorts
from cohorts.uncertainty.intervals import count_intervals
from flows.cohorts import AnalysisZone, analysis_tables, linkage_intervals
from flows.demo.generate import PERIODS
from flows.link import link
from flows.pseudonymise import pseudonymise
from flows.run import Run
from governance.contracts import COHORT_COUNT
from governance.settings.linkage import STRICT_RULES
from governance.warehouse import connect
from tests.bench.page import bullets, put, table
from tests.bench.small_systems import count_together, linked_system, with_linkage
from tests.lib.recovery import perfect_index, true_records, whole_system

HEADINGS = {True: "## Do intervals hold the truth?", False: "## Do intervals hold the truth by the rules that ship?"}
PERIOD = PERIODS[-1]
FIXED = 0.9
"""A threshold as somebody might set it who wants to be sure of every link."""

HARD = {"rules": STRICT_RULES}

TUNED = range(1, 26)
"""Seeds on which guesses were set (decision 52): they measure nothing any more."""

KEY = list(COHORT_COUNT.key)
TOLD = ("population", "met", "not_met", "cannot_tell")
SERVICES = ("service", "service_pair", "service_count")
BESIDE = {"variant": "at other thresholds", "shared": "needs between services", "seen": "people seen by a service"}
GROUPS = ("all", "ethnic_group", "deprivation_quintile", "age_band", "sex", "district")


def system(seed: int, people: int, *, hard: bool = True) -> pd.DataFrame:
    """One system: every count as linked, its interval, the count at the fixed threshold, and the true one.

    Args:
        seed: Of the synthetic ICS.
        people: In it.
        hard: Link by the strict rules: by those that ship hardly a count of a small system is wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        linked = linked_system(Path(folder), people, seed, PERIOD, FIXED, HARD if hard else {})
        definitions = load_definitions(linked.run.bundle)
        counts, con = count_together(linked, definitions)
    rates_by_number(con, linked.record_quality)
    found = count_intervals(con, counts["linked"], linked.draws, linked.setting(definitions)).to_pandas()
    con.close()
    for name, column in {"linked": "people", "true": "truth", "fixed": "fixed"}.items():
        found = found.merge(_named(counts[name], column), on=KEY)
    return found.assign(seed=seed)


def by_the_flows(seed: int, people: int, *, hard: bool = True) -> pd.DataFrame:
    """The same as :func:`system`, made by the flows themselves: packages, ledger and all."""
    with tempfile.TemporaryDirectory() as folder:
        made, run = whole_system(Path(folder), people, seed, PERIOD)
        run = with_linkage(run, **HARD) if hard else run
        for source in run.bundle.sources:
            pseudonymise(run, source.id)
        link(run)
        zone = analysis_tables(run)
        counts = _counts(run, zone)
        rates_by_number(zone.con, zone.tables["record_quality"])
        found = linkage_intervals(run, zone, counts, load_definitions(run.bundle)).to_pandas()
        truth = _true_counts(run, zone, made.truth)
        link(with_linkage(run, threshold_probability=FIXED))
        fixed = _counts(run, analysis_tables(run))
        for column, table in {"people": counts, "truth": truth, "fixed": fixed}.items():
            found = found.merge(_named(table, column), on=KEY)
        return found.assign(seed=seed)


def _counts(run: Run, zone: AnalysisZone) -> pa.Table:
    results = run_cohorts(zone.con, load_definitions(run.bundle), run.as_of)
    return count_cohorts(zone.con, results, run.bundle.sources, noise_key=run.ring.release_key(run.today))


def _true_counts(run: Run, zone: AnalysisZone, folder: Path) -> pa.Table:
    """What perfect links count of the very same records."""
    index = perfect_index(true_records(run, folder), zone.tables["person_index"])
    with connect() as con:
        build_analysis(con, run.bundle.sources, index, zone.payloads, run.as_of, run.bundle.project)
        return _counts(run, replace(zone, con=con))


def _named(counts: pa.Table, name: str) -> pd.DataFrame:
    return counts.to_pandas()[[*KEY, "people"]].rename(columns={"people": name})


def covered(found: pd.DataFrame) -> dict[str, Any]:
    """Of the counts of some rows that anybody is in: how many intervals hold the truth, and how many counts are it."""
    asked = found[(found["truth"] > 0) | (found["people"] > 0)]
    moved = asked[(asked["people"] != asked["truth"]) | (asked["low"] != asked["high"])]
    holds = (asked["low"] <= asked["truth"]) & (asked["truth"] <= asked["high"])
    certain = asked["low"] == asked["high"]
    nobody = found["people"] == 0
    somebody = moved[moved["people"] > 0]
    return {
        "counts": len(asked),
        "holds": holds.mean(),
        "doubtful": len(moved),
        "holds_doubtful": holds[moved.index].mean(),
        "somebody": len(somebody),
        "holds_somebody": holds[somebody.index].mean(),
        "zeros": int(nobody.sum()),
        "zeros_wrong": int((found["truth"][nobody] > 0).sum()),
        "wide": int((~certain).sum()),
        "holds_wide": holds[~certain].mean(),
        "certain": int(certain.sum()),
        "holds_certain": holds[certain].mean(),
        "linked": (asked["people"] == asked["truth"]).mean(),
        "fixed": (asked["fixed"] == asked["truth"]).mean(),
        "off": (asked["people"] - asked["truth"]).abs().sum() / max(asked["truth"].sum(), 1),
        "off_fixed": (asked["fixed"] - asked["truth"]).abs().sum() / max(asked["truth"].sum(), 1),
        "off_expected": (asked["expected"] - asked["truth"]).abs().sum() / max(asked["truth"].sum(), 1),
        "width": (asked["high"] - asked["low"]).sum() / max(asked["truth"].sum(), 1),
    }


def slices(found: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """What the table tells apart: people found by group, ethnic groups one by one, by service, and other counts."""
    told = found[found["measure"].isin(TOLD) & found["dimension"].isin(GROUPS)]
    met = told[told["measure"] == "met"]
    rows = [("all counts by group", told), ("people who meet a definition", met)]
    rows += [(f"… by {name.replace('_', ' ')}", met[met["dimension"] == name]) for name in GROUPS]
    ethnic = met[met["dimension"] == "ethnic_group"]
    rows += [(f"… ethnic group: {name}", ethnic[ethnic["group"] == name]) for name in sorted(set(ethnic["group"]))]
    services = found[(found["measure"] == "met") & ~found["dimension"].isin(GROUPS)]
    rows += [(f"… by {name.replace('_', ' ')}", services[services["dimension"] == name]) for name in SERVICES]
    beside = found["measure"].str.split(":").str[0]
    rows += [(name, found[beside == measure]) for measure, name in BESIDE.items()]
    return [(name, part) for name, part in rows if len(part)]


def foreseen(found: pd.DataFrame) -> str:
    """Whether draws foresee as much error as there is: where they say that a count may move, and where not."""
    met = found[(found["measure"] == "met") & found["dimension"].isin(GROUPS)]
    certain, told = met["low"] == met["high"], (met["expected"] - met["people"]).abs()
    wrong = (met["truth"] - met["people"]).abs()
    parts = [
        f"{name} {wrong[rows].sum():,} people too many or too few, {told[rows].sum():,.0f} foreseen"
        for name, rows in (("of more than one number", ~certain), ("of one number", certain))
    ]
    return f"Of people who meet a definition, zeros too: beside intervals {parts[0]}; beside intervals {parts[1]}."


def widths(found: pd.DataFrame, least: int = 10) -> str:
    """How wide intervals are: in the middle, of all counts of somebody and of those of so many people or more."""
    met = found[(found["measure"] == "met") & found["dimension"].isin(GROUPS) & (found["people"] > 0)]
    wide = (met["high"] - met["low"]) / met["people"]
    large = wide[met["people"] >= least]
    return (
        f"Of people who meet a definition the interval in the middle is {wide.median():.0%} of the count wide, of"
        f" counts of {least} people or more {large.median():.0%} ({len(large):,} counts)."
    )


_HOW = {
    True: "Linked by the strict rules: by those that ship hardly a count of so small a system is wrong.",
    False: "Linked by the rules that ship.",
}


def text(found: pd.DataFrame, seeds: Sequence[int], people: int, *, hard: bool) -> str:
    """The section of the page."""
    rows = [(name, covered(part)) for name, part in slices(found)]
    head = (
        "counts", "number", "interval holds the truth", "… where there is doubt or error", "… of these, of somebody",
        "… of more than one number", "… of one number", "zeros that are wrong", "count is true", f"at {FIXED}",
        "error of the count", f"at {FIXED}", "of the expected value", "width",
    )  # fmt: skip
    percent = "{:.1%}".format
    body = [
        (
            name,
            f"{one['counts']:,}",
            percent(one["holds"]),
            f"{percent(one['holds_doubtful'])} of {one['doubtful']:,}" if one["doubtful"] else "none",
            *(
                f"{percent(one[f'holds_{kind}'])} of {one[kind]:,}" if one[kind] else "none"
                for kind in ("somebody", "wide", "certain")
            ),
            f"{one['zeros_wrong']:,} of {one['zeros']:,}",
            *(percent(one[each]) for each in ("linked", "fixed")),
            *(f"{one[each]:.2%}" for each in ("off", "off_fixed", "off_expected", "width")),
        )
        for name, one in rows
    ]
    notes = [
        "Truth is what perfect links count of the very same records, so all that differs is linkage.",
        "Counts in which nobody is and nobody was found are left out: they hold whatever one does.",
        "Doubt or error: an interval of more than one number, or a count that is wrong. Intervals of one number are"
        " among them only where they are wrong, so this column is lower than a 95% interval would have it. The two"
        " columns after it part all counts without looking at the truth.",
        "A count of nobody claims nothing: it is released without an interval, and is in the column of doubt or error"
        " only where it is wrong. So that column is told of counts of somebody as well, and all zeros beside it.",
        foreseen(found),
        widths(found),
        "Error and width are sums over counts as a share of the people truly counted.",
    ]
    return "\n\n".join(
        [
            HEADINGS[hard],
            f"{len(seeds)} synthetic systems of {people:,} people and 19 sources ({told_seeds(seeds)}), all"
            f" definitions of the library, 95% linkage intervals from 200 draws. {_HOW[hard]}"
            " Made by `make bench-cohorts`.",
            table(head, body),
            bullets(notes),
        ]
    )


def told_seeds(seeds: Sequence[int]) -> str:
    """From the first to the last, and which were not made in between."""
    without = sorted({*range(seeds[0], seeds[-1] + 1)} - {*seeds})
    return f"seeds {seeds[0]} to {seeds[-1]}" + (f" without {', '.join(map(str, without))}" if without else "")


def method() -> str:
    """Short digest of how intervals are made, so that what was measured of another way is not taken for this one."""
    folder = Path(uncertainty.__file__).parent
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in {".py", ".sql"}]
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:8]


def kept_in(folder: Path, seeds: Sequence[int], people: int, *, hard: bool) -> dict[int, Path]:
    """Where the system of each seed is, or will be, kept."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{people}_{'strict' if hard else 'shipped'}_{method()}"
    return {seed: folder / f"{name}_{seed}.parquet" for seed in seeds}


def measure(seeds: Sequence[int], people: int, workers: int, folder: Path, *, hard: bool) -> pd.DataFrame:
    """All systems, some at a time; what an interrupted measurement left in ``folder`` is not made again."""
    kept = kept_in(folder, seeds, people, hard=hard)
    wanted = [seed for seed in seeds if not kept[seed].exists()]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(system, seed, people, hard=hard): seed for seed in wanted}
        for number, future in enumerate(as_completed(waiting), 1):
            if error := future.exception():  # the others are measured before anybody looks at it
                sys.stderr.write(f"system {waiting[future]}: {error}\n")
                continue
            future.result().to_parquet(kept[waiting[future]])
            sys.stderr.write(f"{number} of {len(wanted)} systems\n")
    return pd.concat([pd.read_parquet(kept[seed]) for seed in seeds]).sort_values(["seed", *KEY], ignore_index=True)


def check(seed: int, people: int, *, hard: bool) -> None:
    """Say whether a system that is made cheaply is the one that the flows make.

    Raises:
        AssertionError: It is not.
    """
    cheap, whole = (made(seed, people, hard=hard).sort_values(KEY) for made in (system, by_the_flows))
    pd.testing.assert_frame_equal(cheap.reset_index(drop=True), whole.reset_index(drop=True), check_like=True)
    sys.stdout.write(f"system {seed}: {len(cheap):,} counts and intervals, the same both ways\n")


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=2046, help="seed of the first system; below that all were used")
    parser.add_argument("--systems", type=int, default=200)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache/joinedup-bench/coverage")
    parser.add_argument("--check", action="store_true", help="hold the first system against what the flows make of it")
    parser.add_argument("--made", action="store_true", help="tell of the systems that are made already, and make none")
    parser.add_argument("--shipped", action="store_true", help="link by the rules that ship")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    seeds: Sequence[int] = range(given.first, given.first + given.systems)
    if set(seeds) & set(TUNED):
        parser.error(f"seeds {TUNED[0]} to {TUNED[-1]} were tuned on")
    if given.check:
        check(given.first, given.people, hard=not given.shipped)
        return
    if given.made:
        kept = kept_in(given.cache, seeds, given.people, hard=not given.shipped)
        seeds = [seed for seed in seeds if kept[seed].exists()]
    found = measure(seeds, given.people, given.workers, given.cache, hard=not given.shipped)
    section = text(found, seeds, given.people, hard=not given.shipped)
    sys.stdout.write(section + "\n")
    if given.out:
        put(given.out, HEADINGS[not given.shipped], section)


if __name__ == "__main__":
    main()
