"""Attacks on the encoding and on the release, each beside a control that must fall.

python -m tests.bench.attacks --people 1000 --out docs/benchmarks.md
"""

import argparse
import sys
import time
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path

from governance.disclosure import CountRule
from tests.bench.page import put, table
from tests.lib.attacks.dictionary import dictionary_attack
from tests.lib.attacks.matching import attack_all
from tests.lib.attacks.patterns import pattern_attack
from tests.lib.attacks.people import OURS, SURNAMES, THEIRS, population, views
from tests.lib.attacks.probes import PERTURBED, ROUNDED, advantage

HEADING = "## Attacks"
YEARS = range(1935, 2018)
CELLS = (0.5, 3, 7, 20, 60, 200, 600, 2000)
PLANTED = (0, 7, 100)

_GRAPH = (attrgetter("graph_control"), attrgetter("graph"))
_ACROSS = (attrgetter("graph_control"), attrgetter("graph_ignoring_salt"))
_FREQUENCY = (attrgetter("frequency_control"), attrgetter("frequency"))


def main() -> None:
    """Attack, and write what came of it."""
    parser = argparse.ArgumentParser(prog="bench-attacks", description=__doc__)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--out", type=Path, help="Markdown file whose section is written; else only printed")
    options = parser.parse_args()
    text = "\n\n".join([HEADING, _how(options.people), *_keys(options.people), *_matching(options.people), *_probes()])
    if options.out:
        put(options.out, HEADING, text)
    sys.stdout.write(text + "\n")


def _how(people: int) -> str:
    return (
        "Written by `make bench-attacks`; smaller ones of the same are tests (`tests/privacy/test_attacks_*.py`)."
        f" {people:,} made-up people, all known to the attacker in clear, the rules that ship, seed 20261124."
        " A zero counts only beside a control that fell."
    )


def _keys(people: int) -> Iterator[str]:
    """With the key, and without."""
    rows = population(people)
    sent = views(rows, OURS)
    yield "### A dictionary of every surname and birth date"
    head = ["attacker", "entries", "read rightly", "seconds"]
    lines = []
    for title, key in (("has the project's key", OURS), ("has no key, makes one up", THEIRS)):
        begun = time.perf_counter()
        share, entries = dictionary_attack(rows, sent, key, YEARS)
        lines.append([title, f"{entries:,}", f"{100 * share:.1f}%", f"{time.perf_counter() - begun:.0f}"])
    yield table(head, lines)
    yield (
        f"{len(SURNAMES)} surnames. What the trust assumption is worth: whoever holds the key and the views reads"
        " everybody who has a view under that rule (1 January counts as no birth date), in seconds. Whoever has the"
        " views alone reads nobody this way."
    )


def _matching(people: int) -> Iterator[str]:
    """Without a key: graphs, frequencies, patterns."""
    plain, dense = attack_all(population(people)), attack_all(population(people, birth_dates=40, postcodes=40))
    rows = [
        ["similarity graph", "record filters (CLK, 1,024 bits)", *(f(one) for one in (plain, dense) for f in _GRAPH)],
        ["likeness across blocks", "the same", *(f(one) for one in (plain, dense) for f in _ACROSS)],
        ["frequencies", "one keyed code a field", *(f(one) for one in (plain, dense) for f in _FREQUENCY)],
    ]
    control, ours = pattern_attack(population(people))
    yield "### Matching without a key: share re-identified"
    head = ["attack", "control", "control falls", "joinedup", "control, dense", "joinedup, dense"]
    shown = [[*row[:2], *(f"{100 * float(share):.1f}%" for share in row[2:])] for row in rows]
    shown.append(
        [
            "bit patterns of surnames",
            "surname filters (1,024 bits, no salt)",
            f"{100 * control:.1f}%",
            f"{100 * ours:.1f}%",
            "",
            "",
        ]
    )
    yield table(head, shown)
    yield (
        f"Chance is {100 / people:.1f}%. Dense: 40 birth dates and 40 postcodes for everybody, so that strangers share"
        " blocks. What is read there is read from who shares blocks with whom, not from inside them: the exposure"
        " index measures that for a config and a population."
    )


def _probes() -> Iterator[str]:
    """Planted records and the release."""
    yield "### Planted records: advantage over guessing, in points"
    knowledge = {"who they are": None, "their expected number": 0.0, "that to a tenth": 0.1}
    head = ["others in the cell", "rule", *(f"{planted} planted, {how}" for how in knowledge for planted in PLANTED)]
    rows = [
        [f"{others:,}", title, *_advantages(others, rule, tuple(knowledge.values()))]
        for others in CELLS
        for title, rule in (("hide 7, round 5", ROUNDED), ("cell keys", PERTURBED))
    ]
    yield table(head, rows)
    yield (
        "Whether one person is in a cohort through another source's records, guessed from one released count; 50 is"
        " certainty, noise is about 0.1. Columns: what the attacker knows of the others in the cell. Rounding alone may"
        " give everything away; with cell keys, which are the default, planting 100 gains at most 10 points, and from"
        " 600 others whom the attacker does not know less than one. Most is gained at the edge of what is shown."
        " Made-up people who are on no register count in no cohort and gain nothing."
    )


def _advantages(others: float, rule: CountRule, knowledge: tuple[float | None, ...]) -> list[str]:
    return [f"{advantage(others, spread, planted, rule):.1f}" for spread in knowledge for planted in PLANTED]


if __name__ == "__main__":
    main()
