"""By which rule a true pair is still found, for each error and ethnic group; writes ``docs/error-patterns.md``.

python -m tests.bench.errors --people 15000 --out docs
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from governance.settings import BlockingRule
from tests.bench import encoded, sets
from tests.bench.error_kinds import KINDS, records_with_errors
from tests.bench.page import table
from tests.bench.sets import BenchSet
from tests.bench.true_pairs import true_pairs

PAGE, RISKS = "error-patterns.md", "risks.md"
START, END = "<!-- error patterns: written by make bench-errors -->", "<!-- end of error patterns -->"
NUMBERS = ("nhs_number", "phone", "email", "uprn")
FEWEST = 10
"""Cells of fewer pairs are left empty."""

NO_ERROR = "no error in name or birth date"
CONTEXTS = {
    "same": "both records have the same postcode",
    "other": "their postcodes differ: one moved, or one is written wrongly",
    "missing": "one of them has no postcode, as without a fixed address",
}
"""By what an address says of a pair: in words."""


def pairs_with_rules(bench: BenchSet, people: int, seed: int) -> pd.DataFrame:
    """True pairs: ethnic group, context, one boolean an error, whether they share a number, and ``found_by``."""
    _, pairs = true_pairs(bench)
    records = records_with_errors(bench, people, seed).set_index("record_id")
    left, right = records.loc[pairs["record_id_l"]], records.loc[pairs["record_id_r"]]
    for kind in KINDS:
        pairs[kind] = left[kind].to_numpy() | right[kind].to_numpy()
    pairs[NO_ERROR] = ~pairs[list(KINDS)].any(axis=1)
    codes = (left["postcode"].to_numpy(object), right["postcode"].to_numpy(object))
    missing = pd.isna(codes[0]) | pd.isna(codes[1])
    pairs["context"] = np.where(missing, "missing", np.where(codes[0] == codes[1], "same", "other"))
    same = [left[name].notna().to_numpy() & (left[name].to_numpy() == right[name].to_numpy()) for name in NUMBERS]
    pairs["number"] = np.any(same, axis=0)
    return _with_found_by(bench, pairs)


def _with_found_by(bench: BenchSet, pairs: pd.DataFrame) -> pd.DataFrame:
    scored = encoded.found_by(bench).to_pandas()
    keys = np.sort(scored[["record_id_l", "record_id_r"]].to_numpy(), axis=1)
    found = pd.DataFrame({"record_id_l": keys[:, 0], "record_id_r": keys[:, 1], "found_by": scored["found_by"]})
    joined = pairs.merge(found, on=["record_id_l", "record_id_r"], how="left")
    return joined.assign(found_by=joined["found_by"].fillna(0).astype(np.int64))


def cell(found_by: NDArray[np.int64], rules: list[BlockingRule]) -> str:
    """The rule that finds most, the share that any finds, and of how many pairs; ``none`` if there is no such rule."""
    if len(found_by) < FEWEST:
        return ""
    counts = {rule.id: int(((found_by >> at) & 1).sum()) for at, rule in enumerate(rules) if not by_number(rule)}
    best = max(counts, key=lambda rule: counts[rule])
    if not counts[best]:
        return f"**none** of {len(found_by):,}"
    mask = sum(1 << at for at, rule in enumerate(rules) if not by_number(rule))
    return f"`{best}` {100 * ((found_by & mask) > 0).mean():.0f}% of {len(found_by):,}"


def by_number(rule: BlockingRule) -> bool:
    """Whether a rule asks for a number or address that belongs to a person or home: it finds whatever names say."""
    return not set(NUMBERS).isdisjoint(rule.components)


def rows_of(pairs: pd.DataFrame, rules: list[BlockingRule], groups: list[str]) -> list[list[str]]:
    """One row an error: a cell for each group, and the share of all such pairs that share a number."""
    rows = []
    for kind in (NO_ERROR, *KINDS):
        own = pairs[pairs[kind]]
        cells = [cell(own.loc[own["ethnic_group"] == group, "found_by"].to_numpy(), rules) for group in groups]
        if any(cells):
            rows.append([kind, *cells, f"{100 * own['number'].mean():.0f}%"])
    return rows


def page(pairs: pd.DataFrame, rules: list[BlockingRule], people: int, seed: int) -> str:
    """The whole page."""
    groups = sorted(pairs["ethnic_group"].unique())
    head = ["Error in either record", *(group.capitalize() for group in groups), "Share a number"]
    parts = [
        "# Errors, and the rules that still find a pair",
        f"Written by `make bench-errors` from a synthetic ICS of {people:,} people (seed {seed}) and its own rules.",
        "Each cell is about the true pairs of which at least one record has the error, whatever else they hold:"
        " the rule that brings most of them together, the share that any rule brings together, and how many pairs there"
        f" are; it is empty for fewer than {FEWEST}. Rules on a number (NHS, phone, e-mail, UPRN) are left out, as they"
        " find a pair whatever its names say; the last column tells how many of the pairs have one in common. A cell of"
        " **none** is a kind of pair that only a number can find: these are listed in [risks](risks.md).",
    ]
    for context, words in CONTEXTS.items():
        found = rows_of(pairs[pairs["context"] == context], rules, groups)
        parts += [f"## {context.capitalize()} postcode", f"Pairs of records where {words}.", table(head, found)]
    return "\n\n".join(parts) + "\n"


def nobody_finds(text: str) -> list[str]:
    """From the page: every error and context with a cell of none, and for which groups."""
    found, context, groups = [], "", []
    for line in text.splitlines():
        if line.startswith("## "):
            context = line.removeprefix("## ").lower()
        cells = [part.strip() for part in line.strip("|").split("|")]
        if line.startswith("| Error"):
            groups = cells[1:-1]
        none = [group for group, one in zip(groups, cells[1:-1], strict=False) if one.startswith("**none**")]
        if none:
            found.append(f"{cells[0]}, {context}: {', '.join(none)}")
    return found


def put_risks(risks: Path, found: list[str]) -> None:
    """Write the list between its two marks."""
    lines = [f"  - {line}." for line in found] or ["  - no pattern at present."]
    text = re.sub(
        f"{re.escape(START)}.*?{re.escape(END)}",
        lambda _: "\n".join([START, *lines, END]),
        risks.read_text("utf-8"),
        flags=re.DOTALL,
    )
    risks.write_text(text, encoding="utf-8")


def main() -> None:
    """Measure and write both pages."""
    parser = argparse.ArgumentParser(prog="bench-errors", description=__doc__)
    parser.add_argument("--people", type=int, default=15_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, help="folder of the documentation; else only printed")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        bench = sets.synthetic_ics(options.people, options.seed, Path(scratch))
        pairs = pairs_with_rules(bench, options.people, options.seed)
        text = page(pairs, list(bench.linkage.rules), options.people, options.seed)
    if options.out:
        (options.out / PAGE).write_text(text, encoding="utf-8")
        put_risks(options.out / RISKS, nobody_finds(text))
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
