"""How often two people of one family are taken for one, in many made-up towns full of such families.

python -m tests.bench.families --towns 12 --out docs/benchmarks.md
"""

import argparse
import sys
from functools import reduce
from itertools import product
from pathlib import Path

from linkage.shares import wilson
from tests.bench.page import bullets, put, table
from tests.lib.families import KINDS, Linked, Mistaken, linked_town

HEADING = "## Families"
HOMES = 700
TITLES = {"twins": "Twins", "fathers": "Fathers and sons of one name", "spouses": "Couples"}


def section(towns: int) -> str:
    """Link every town eight times, and the section of the page."""
    rows = []
    for listed, numbers, single in product((True, False), repeat=3):
        linked = [
            linked_town(seed, HOMES, numbers=numbers, single=single, listed=listed) for seed in range(1, towns + 1)
        ]
        told = (
            "yes" if listed else "no",
            "in two services of three" if numbers else "none",
            "two of three" if single else "none",
        )
        sys.stderr.write(f"{told}\n")
        rows += [[*told, TITLES[kind], *_row(linked, kind)] for kind in KINDS]
    head = ["List of names", "NHS numbers", "Services of one record a person"]
    head += ["Two people who are", "Pairs of records", "linked"]
    head += ["in one person", "Couples of people", "with records in one person"]
    how = (
        f"Written by `python -m tests.bench.families`: {towns} made-up towns of {HOMES} homes. One home in nine has"
        " twins, one a father and son of one name, one a couple: far more than anywhere. Of the three services"
        " housing may hold a person twice, and none writes another forename but by a typing error, nor another sex."
    )
    notes = [
        "Linked: scored at the threshold or above. In one person: after joining, which is what leaves linkage.",
        "In brackets the upper end of a 95% Wilson interval.",
        "List of names: `linkage.name_bands` from a list that has every name of these towns among the common ones, and"
        " no slip but by chance. A project's own list lacks the names of one person in ten or so.",
    ]
    return "\n\n".join([HEADING, how, table([*head], rows), bullets(notes)])


def _row(linked: list[Linked], kind: str) -> list[str]:
    found = reduce(Mistaken.__add__, (town.mistaken[kind] for town in linked))
    shares = [(found.linked, found.pairs), (found.together, found.pairs), (found.joined, found.couples)]
    links, together, people = (_share(*one) for one in shares)
    return [f"{found.pairs:,}", links, together, f"{found.couples:,}", people]


def _share(hits: int, of: int) -> str:
    return f"{hits} = {100 * hits / of:.2f}% ({100 * wilson(hits / of, of)[1]:.2f}%)"


def main() -> None:
    """Measure, and write."""
    parser = argparse.ArgumentParser(prog="bench-families", description=__doc__)
    parser.add_argument("--towns", type=int, default=12)
    parser.add_argument("--out", type=Path, help="page of benchmarks; else only printed")
    options = parser.parse_args()
    text = section(options.towns)
    if options.out:
        put(options.out, HEADING, text)
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
