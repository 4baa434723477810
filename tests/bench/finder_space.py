"""Why the finder misses what it misses: is nothing like it looked at, is it put down to chance, or is it not chosen?

python -m tests.bench.finder_space --people 40000 --out docs/benchmarks.md
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from cohorts.finder.answers import find_families, find_gaps
from cohorts.finder.candidates import Candidate, find_candidates, sets_in_question
from cohorts.finder.chance import expected_people
from cohorts.finder.find import LEAST_PEOPLE, Search, event_counts, find
from cohorts.finder.groups import LEAST_LIFT
from cohorts.finder.sets import NONE, count_sets
from cohorts.finder.signs import find_signs, show_signs, stage_people
from cohorts.finder.vocabulary import responders_of
from tests.bench.finder import ENOUGH, FEWEST, SYSTEMS, analysed
from tests.bench.page import put, table

HEADING = "## What the finder misses, and why"
NEAREST, LEAST_SHARE = 60, 0.35
"""Of all sets counted, so many that are nearest are asked about with every missing response; of those that hold so
many of the people at least."""


class Space:
    """All that the finder looks at in one system, by stage of its work, as people."""

    def __init__(self, con, bundle, as_of, period):
        """Take the finder's steps."""
        self._con, self._as_of = con, as_of
        sources = bundle.sources
        stage_people(con, as_of)
        self._signs = show_signs(con, find_signs(con, sources, bundle.project, as_of), as_of, least_people=LEAST_PEOPLE)
        self._counted = count_sets(con, self._signs, least_people=LEAST_PEOPLE)
        self._responders = responders_of(sources)
        asked = sets_in_question(self._signs, len(self._counted))
        events = event_counts(con, as_of)
        found = find_candidates(con, self._counted, self._signs, events, least_people=LEAST_PEOPLE, tests=asked)
        self.gaps = find_gaps(con, found, self._signs, self._responders, as_of)
        self.gaps += find_families(con, found, self._signs, sources, as_of)
        self._sets = [
            (one, row, self._bits(one.stage, one.sets[row])) for one in self._counted for row in range(len(one.sets))
        ]
        self.chosen = [one.gap for one in find(con, sources, bundle.project, as_of, Search(period=period)).found]

    def _bits(self, stage, numbers):
        if not hasattr(self, "_shown"):
            self._shown = _shown(self._con, len(self._signs))
        bits, stages = self._shown
        found = stages[stage].copy()
        for number in numbers[numbers != NONE]:
            found &= bits[number]
        return found

    def nearest(self, truly):
        """Best F1 of any set that was counted, and of any of the nearest with a missing response; and why not."""
        own = np.zeros(len(self._shown[1]["adult"]) * 8, bool)
        own[list(truly)] = True
        truth = np.packbits(own)
        every = np.stack([bits for _, _, bits in self._sets])
        both = np.bitwise_count(every & truth).sum(axis=1).astype(float)
        size = np.bitwise_count(every).sum(axis=1)
        shared = 2 * both / (size + len(truly))
        order = [row for row in np.argsort(-shared)[:NEAREST] if both[row] >= LEAST_SHARE * len(truly)]
        asked = [self._candidate(row, int(size[row])) for row in order]
        gaps = find_gaps(self._con, asked, self._signs, self._responders, self._as_of) if asked else []
        best, gap = max(((overlap(truly, one), one) for one in gaps), key=lambda one: one[0], default=(0.0, None))
        return float(shared.max()), best, self._lift(gap) if gap else 0.0

    def _candidate(self, row, people):
        counted, at, _ = self._sets[row]
        named = tuple(int(one) for one in counted.sets[at] if one != NONE)
        return Candidate(
            stage=counted.stage, signs=named, at_least=len(named), people=people, expected=1.0, p_value=float(row)
        )

    def _lift(self, gap):
        counted, at, _ = self._sets[int(gap.candidate.p_value)]
        if len(gap.candidate.signs) == 1:
            return 0.0
        return float(counted.people[at].sum() / max(expected_people(counted, np.array([at]))[0], 1e-9))


def _shown(con, signs):
    rows = con.execute("SELECT person_no, sign_no FROM person_sign").fetchnumpy()
    stage = np.array([one for (one,) in con.execute("SELECT stage FROM person_stratum ORDER BY person_no").fetchall()])
    shown = np.zeros((signs, len(stage)), bool)
    shown[rows["sign_no"], rows["person_no"]] = True
    return np.packbits(shown, axis=1), {one: np.packbits(stage == one) for one in np.unique(stage)}


def overlap(truly, gap):
    """F1 between those who truly have it and the members of a gap."""
    return 2 * len(truly & set(gap.members.tolist())) / (len(truly) + len(gap.members))


def told(system, people):
    """Rows of the page: one a mechanism."""
    with analysed(system, people) as (con, bundle, as_of, truth):
        space = Space(con, bundle, as_of, system.period)
        number = dict(con.execute("SELECT person_id, person_no FROM person_stratum").fetchall())
        rows = []
        for name, planted in pd.read_csv(truth, dtype=str).groupby("cohort"):
            truly = {number[one] for one in planted.person if one in number}
            if len(truly) >= FEWEST:
                rows.append((system.name, name, f"{len(truly)}", *_row(space, truly)))
        return rows


def _row(space, truly):
    shown, with_response, lift = space.nearest(truly)
    gaps = max((overlap(truly, one) for one in space.gaps), default=0.0)
    chosen = max((overlap(truly, one) for one in space.chosen), default=0.0)
    if chosen >= ENOUGH:
        why = "proposed"
    elif gaps >= ENOUGH:
        why = "not chosen"
    elif with_response >= ENOUGH:
        why = "one sign alone" if not lift else f"{lift:.2f} times chance" if lift < LEAST_LIFT else "left out"
    else:
        why = "nothing is near"
    return (*(f"{one:.2f}" for one in (shown, with_response, gaps, chosen)), why)


def main():
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=40000)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    systems = [
        replace(one, nulls=0) for one in SYSTEMS if one.name in ("nineteen sources, seed 1", "nineteen sources, seed 2")
    ]
    rows = [row for system in systems for row in told(system, given.people)]
    head = ("system", "mechanism", "people", "any set", "any set and response", "beyond chance", "proposed", "why")
    intro = (
        f"Best F1 between the people of each mechanism and what the finder has at each step: every set it counts; the"
        f" {NEAREST} nearest of these with every missing response; what is left once chance is held against them; the"
        " 25 that it proposes. Made by `make bench-finder-space`."
    )
    text = "\n\n".join([HEADING, intro, table(head, rows)])
    sys.stdout.write(text + "\n")
    if given.out:
        put(given.out, HEADING, text)


if __name__ == "__main__":
    main()
