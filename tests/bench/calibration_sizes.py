"""Is a probability true at 0.1, 1 and 10 million records? Generated at the level of agreement patterns, by source pair.

python -m tests.bench.calibration_sizes --out docs/benchmarks.md

Ten million records make 10^13 pairs: what is drawn is how many pairs of each kind show each pattern, Poisson around its
expectation. So chance matches grow with the square of the size and true ones with the size, and no pair is left out.
"""

import argparse
import sys
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.warehouse import connect, fetch_table, load_sql, load_table, materialise, one_thread
from linkage.calibration import Bin, calibration_error, tenths
from linkage.comparisons import ALL, SAME_NAME
from linkage.kin import KINDS, SLIPS, usual_slips
from linkage.link import MAX_TRAINING_PAIRS_PER_RULE
from linkage.mixture import Patterns, as_bits, expected_shares, fit
from linkage.model import train, weigh_patterns
from linkage.prior import COLUMNS
from tests.bench.page import bullets, put, table

HEADING = "## Calibration at three sizes"
SEED = 20261126
SIZES = (100_000, 1_000_000, 10_000_000)
WANTED = 0.02
LEAST_PAIRS = 1_000
"""Fewer pairs of 0.5 and more are not judged."""

SHARES = {"register": 0.5, "hospital": 0.3, "council": 0.2}
"""Of all records."""
IN_BOTH = 0.4
"""Of the smaller source: people who are in both."""
RENAMED = {("register", "hospital"): 0.02, ("register", "council"): 0.05, ("hospital", "council"): 0.04}
"""Of true pairs: a forename that clearly differs; training sees one figure for all."""
NUMBERED = {("register", "hospital"): 0.8, ("register", "council"): 0.0, ("hospital", "council"): 0.0}
"""Of pairs: both records have an NHS number."""
TWINS, NAMESAKES, FAMILY = 0.02, 0.008, 0.8
"""Pairs for each true pair; of the families a surname and an address are all they share."""

NAMES = ("forename", "surname", "date_of_birth", "sex", "postcode", "nhs_number")
COMPARED = tuple(c for c in ALL if c.name in NAMES)
M = {
    "forename": {4: 0.88, 2: 0.07, 1: 0.02, 0: 0.03},
    "surname": {4: 0.90, 2: 0.05, 1: 0.01, 0: 0.04},
    "date_of_birth": {6: 0.955, 5: 0.005, 4: 0.025, 3: 0.004, 2: 0.001, 1: 0.001, 0: 0.009},
    "sex": {1: 0.994, 0: 0.006},
    "postcode": {3: 0.78, 2: 0.03, 1: 0.07, 0: 0.12},
    "nhs_number": {1: 0.985, 0: 0.015},
}
U = {
    "forename": {4: 0.006, 2: 0.004, 1: 0.02, 0: 0.97},
    "surname": {4: 0.002, 2: 0.003, 1: 0.015, 0: 0.98},
    "date_of_birth": {6: 4e-5, 5: 2e-5, 4: 0.0015, 3: 0.0027, 2: 1e-4, 1: 0.0045, 0: 0.99114},
    "sex": {1: 0.5, 0: 0.5},
    "postcode": {3: 3e-5, 2: 0.0007, 1: 0.02, 0: 0.97927},
    "nhs_number": {1: 1e-8, 0: 1 - 1e-8},
}
MISSING = {"sex": 0.01, "postcode": 0.03}
RULES = (
    ("date_of_birth", "surname"),
    ("date_of_birth", "postcode"),
    ("forename", "surname", "postcode"),
    ("forename", "surname", "date_of_birth"),
    ("nhs_number",),
)
TOP = {c.name: max(U[c.name]) for c in COMPARED}

_WHAT = (
    "Written by `make bench-calibration`. Populations generated at the level of agreement patterns: three sources"
    " with half, three and two tenths of the records; for each two of them true pairs, twins, namesakes of one"
    " family, relatives at one address and strangers, in known numbers, each with known probabilities of every"
    " level. How many pairs of each kind show each pattern is drawn (Poisson): strangers are as many as the"
    " product of the two sources leaves, so at ten million records a hundred times as many for each true pair as"
    " at a hundred thousand. Nothing is sampled but the pairs that training sees, 100,000 a rule, as in any run."
    " Training, weights, shares and probabilities are made by the functions and statements that linkage runs;"
    " chance agreement is given as planted."
)
_NOTES = (
    "Each cell: mean predicted probability → share that is one person (pairs).",
    "The council has no NHS numbers; true pairs with it bear another forename more often, which training does not"
    " know by source. Shares of twins and namesakes are expected as the sources count them.",
    "What is generated and what is assumed differ where real people would: twins' sexes and names, fathers' birth"
    f" dates, forenames by source pair. Seed {SEED}.",
)

Floats = NDArray[np.float64]
Pair = tuple[str, str]
Probability = dict[str, dict[int, float]]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Two sources' pairs."""

    one: Floats
    """Pairs of one person, by pattern."""
    two: Floats
    """All others."""
    possible: float


def every_pattern() -> dict[str, NDArray[np.int8]]:
    """Levels of every pattern that some rule finds, by comparison; -1 where there is no evidence."""
    levels = [[*M[name], -1] if name in MISSING or name == "nhs_number" else list(M[name]) for name in NAMES]
    listed = np.array(list(product(*levels)), np.int8)
    found = {name: listed[:, at] for at, name in enumerate(NAMES)}
    kept = np.logical_or.reduce([_agrees(found, rule) for rule in RULES])
    return {name: column[kept] for name, column in found.items()}


def _agrees(patterns: dict[str, NDArray[np.int8]], rule: tuple[str, ...]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.logical_and.reduce([patterns[name] == TOP[name] for name in rule])
    return found


def draw(rng: np.random.Generator, patterns: dict[str, NDArray[np.int8]], pair: Pair, records: int) -> Drawn:
    """How many pairs of each kind show each pattern."""
    a, b = (SHARES[source] * records for source in pair)
    true = IN_BOTH * min(a, b)
    kinds = kinds_of_pairs(RENAMED[pair])
    counts = {"one": 1.0, "twins": TWINS, "namesakes": NAMESAKES, "family": FAMILY, "strangers": a * b / true}
    drawn = {
        kind: rng.poisson(true * count * _share(patterns, kinds[kind], NUMBERED[pair])).astype(float)
        for kind, count in counts.items()
    }
    one = drawn.pop("one")
    return Drawn(one, sum(drawn.values(), np.zeros(len(one))), a * b)


def kinds_of_pairs(renamed: float) -> dict[str, Probability]:
    """Levels by kind of pair: the truth, which linkage is not told. It differs a little from what linkage assumes."""
    forename = {4: 0.91 - renamed, 2: 0.07, 1: 0.02, 0: renamed}
    one = M | {"forename": forename}
    numbers = {"nhs_number": {1: 0.001, 0: 0.999}}
    unlike = {4: 0.001, 2: 0.01, 1: 0.04, 0: 0.949}
    apart = {6: 0.0, 5: 0.0, 4: 0.0, 3: 0.0027, 2: 0.0, 1: 0.0046, 0: 0.9927}
    return {
        "one": one,
        "twins": one | {"forename": unlike, "sex": {1: 0.64, 0: 0.36}} | numbers,
        "namesakes": one | {"date_of_birth": apart} | numbers,
        "family": U | {"surname": {4: 0.95, 2: 0.03, 1: 0.01, 0: 0.01}, "postcode": M["postcode"]},
        "strangers": U,
    }


def _share(patterns: dict[str, NDArray[np.int8]], levels: Probability, numbered: float) -> Floats:
    """Share of a kind's pairs at each pattern."""
    known = {name: 1 - MISSING.get(name, 0.0) for name in NAMES} | {"nhs_number": numbered}
    total = np.ones(len(patterns["sex"]))
    for name, column in patterns.items():
        by_level = np.array([known[name] * levels[name].get(level, 0.0) for level in range(8)] + [1 - known[name]])
        total *= by_level[column]
    return total


def probabilities(records: int, rng: np.random.Generator) -> dict[Pair, tuple[Drawn, Floats]]:
    """By source pair what was drawn, and the probability that linkage gives each pattern."""
    patterns = every_pattern()
    drawn = {pair: draw(rng, patterns, pair, records) for pair in combinations(SHARES, 2)}
    con = connect(memory="3GB", lock=False)
    load_table(con, "distinct_pattern", _pattern_table(patterns))
    load_table(con, "training", _training(rng, patterns, drawn))
    pairs = sum(found.possible for found in drawn.values())
    families = sum(IN_BOTH * FAMILY * min(SHARES[a], SHARES[b]) * records for a, b in drawn)
    joint = families * 0.95 * M["postcode"][3] / pairs
    with one_thread(con):
        model = train(con, COMPARED, U | {"household": {3: 0.0, 2: 0.0, 1: joint, 0: 0.0}})
    weigh_patterns(con, COMPARED, model)
    usual = np.array([usual_slips(model.m)[slip] for slip in SLIPS])
    weighed = fetch_table(con, "SELECT * FROM pattern_weight ORDER BY pattern")
    bits = [_fitted(weighed, pair, found, usual, records) for pair, found in drawn.items()]  # source pairs
    return dict(zip(drawn, zip(drawn.values(), _scored(con, bits), strict=True), strict=True))


def _fitted(weighed: pa.Table, pair: Pair, found: Drawn, usual: Floats, records: int) -> Floats:
    """The shares of two sources, as :func:`linkage.prior.estimate_priors` finds them."""
    known = Patterns(
        weight=weighed["weight"].to_numpy(),
        kin_bits=np.column_stack([weighed[f"{kind}_bits"].to_numpy() for kind in KINDS]),
        slips=np.column_stack([weighed[slip].cast(pa.int8()).cast(pa.float64()).to_numpy() for slip in SLIPS]),
        pairs=found.one + found.two,
    )
    first = 0.5 * min(SHARES[source] for source in pair) * records
    start = expected_shares(first, np.array([TWINS, NAMESAKES]), usual, namesakes_counted=True)
    return as_bits(fit(known, found.possible, usual, start, namesakes_counted=True), found.possible, usual)


def _scored(con: duckdb.DuckDBPyConnection, bits: list[Floats]) -> list[Floats]:
    """Probability of every pattern, source pair by source pair, by the statement that linkage runs."""
    rows = np.array(bits)
    sides = {"source_l": pa.array([0] * len(bits), pa.int8()), "source_r": list(range(len(bits)))}
    load_table(con, "prior", pa.table(sides | {name: rows[:, at] for at, name in enumerate(COLUMNS)}))
    con.execute(load_sql("linkage", "odds_macro"))
    materialise(con, "pattern_odds", load_sql("linkage", "pattern_odds"))
    found = fetch_table(con, "SELECT * FROM pattern_odds ORDER BY source_r, pattern")
    weights = found["weight"].to_numpy().reshape(len(bits), -1)
    return list(1 / (1 + np.exp2(-np.clip(weights, -100, 100))))


def _pattern_table(patterns: dict[str, NDArray[np.int8]]) -> pa.Table:
    """Table ``distinct_pattern``: levels, and which families are corrected for."""
    same = (patterns["surname"] >= SAME_NAME) & (patterns["postcode"] == TOP["postcode"])
    twins = (patterns["postcode"] == TOP["postcode"]) & (patterns["date_of_birth"] == TOP["date_of_birth"])
    levels = {name: pa.array(column, pa.int8(), mask=column < 0) for name, column in patterns.items()}
    household = np.where(twins, np.where(same, 3, 2), np.where(same, 1, 0)).astype(np.int8)
    return pa.table({"pattern": np.arange(len(same)), **levels, "household": household})


def _training(rng: np.random.Generator, patterns: dict[str, NDArray[np.int8]], drawn: dict[Pair, Drawn]) -> pa.Table:
    """Table ``training``, as ``sql/training.sql`` makes it: so many pairs a rule, blind to what the rule fixes."""
    counts = sum((found.one + found.two for found in drawn.values()), np.zeros(len(patterns["sex"])))
    twins = (patterns["postcode"] == TOP["postcode"]) & (patterns["date_of_birth"] == TOP["date_of_birth"])
    parts = []
    for number, rule in enumerate(RULES):
        there = counts * _agrees(patterns, rule)
        sample = np.repeat(np.arange(len(there)), rng.multinomial(_sampled(there), there / there.sum()))
        columns = {}
        for name in NAMES:
            of_twins = twins[sample] & (name == "forename" and "nhs_number" not in rule)
            column = patterns[name][sample]
            columns[name] = pa.array(column, pa.int8(), mask=of_twins | (column < 0) | (name in rule))
        parts.append(pa.table({"rule": pa.array([number] * len(sample), pa.int16()), **columns}))
    rows = pa.concat_tables(parts)
    return rows.add_column(0, "pattern", pa.array(range(1, rows.num_rows + 1), pa.int64()))


def _sampled(there: Floats) -> int:
    return int(min(there.sum(), MAX_TRAINING_PAIRS_PER_RULE))


def bins_of(found: Drawn, probability: Floats) -> list[Bin]:
    """Bins of 0.05, as :func:`linkage.calibration.bins` makes them."""
    pairs = found.one + found.two
    at = np.minimum((probability * 20).astype(int), 19)
    count, predicted, true = (np.bincount(at, what, 20) for what in (pairs, pairs * probability, found.one))
    return [
        Bin(number / 20, int(count[number]), predicted[number] / count[number], true[number] / count[number])
        for number in range(20)
        if count[number]
    ]


def section(sizes: tuple[int, ...]) -> str:
    """The section of ``docs/benchmarks.md``."""
    errors, cells = [], []
    for records in sizes:
        for pair, (found, probability) in probabilities(records, np.random.default_rng(SEED)).items():
            bins = bins_of(found, probability)
            judged = sum(one.pairs for one in bins if one.low >= 0.5)
            error = calibration_error(bins)
            verdict = ("yes" if error <= WANTED else "**no**") if judged >= LEAST_PAIRS else "too few"
            name = [f"{records:,}", " and ".join(pair)]
            errors.append([*name, f"{int(found.one.sum()):,}", f"{judged:,}", f"{error:.4f}", verdict])
            cells.append(name + [_cell(one) for one in tenths(bins)])
    tenth = [f"{low / 10:.1f} to {(low + 1) / 10:.1f}" for low in range(10)]
    return "\n\n".join(
        [
            HEADING,
            _WHAT,
            table(["Records", "Sources", "True pairs compared", "Pairs at 0.5 or above", "Error", "≤ 0.02"], errors),
            "### Ten bins, by size and source pair",
            table(["Records", "Sources", *tenth], cells),
            bullets(
                [
                    *_NOTES,
                ]
            ),
        ]
    )


def _cell(one: Bin | None) -> str:
    return f"{one.predicted:.2f} → {one.true:.2f} ({one.pairs:,})" if one else "-"


def main() -> None:
    """Generate, link and write the section."""
    parser = argparse.ArgumentParser(prog="bench-calibration", description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--out", type=Path, help="Markdown file whose section is written; else only printed")
    options = parser.parse_args()
    text = section(tuple(options.records))
    if options.out:
        put(options.out, HEADING, text)
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
