"""What 200 linkage draws cost beside the run they belong to: one process, so both bear the same load.

python -m tests.bench.draw_cost --people 2000 --seeds 1 2 3 --out docs/benchmarks.md
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from flows import cohorts as cohorts_flow
from flows import link as link_flow
from flows.cohorts import cohorts
from flows.demo.generate import PERIODS
from flows.link import link
from flows.pseudonymise import pseudonymise
from linkage.draws import DRAWS
from tests.bench.page import bullets, put, table
from tests.lib.recovery import whole_system

HEADING = "## What do 200 draws cost?"
PERIOD = PERIODS[-1]
MOST = 3
"""What the draws may cost, in runs."""


@dataclass
class Clock:
    """Processor seconds by step, of this process with its threads and of what it started."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Add what happens inside to a step."""
        before = _used()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + _used() - before

    def watching(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, on the clock."""

        def watched(*given: Any, **named: Any) -> Any:
            with self.of(name):
                return function(*given, **named)

        return watched


def _used() -> float:
    told = os.times()
    return told.user + told.system + told.children_user + told.children_system


def cost(seed: int, people: int) -> dict[str, float]:
    """Processor seconds of one run by step, draws told apart.

    Args:
        seed: Of the synthetic ICS.
        people: In it.
    """
    clock = Clock()
    draw = clock.watching("draw", link_flow.draw_links)
    count = clock.watching("count", cohorts_flow.linkage_intervals)
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.object(link_flow, "draw_links", draw),
        patch.object(cohorts_flow, "linkage_intervals", count),
    ):
        _, run = whole_system(Path(folder), people, seed, PERIOD)
        with clock.of("pseudonymise"):
            for source in run.bundle.sources:
                pseudonymise(run, source.id)
        with clock.of("link"):
            link(run)
        with clock.of("cohorts"):
            cohorts(run)
    told = clock.seconds
    return {**told, "link": told["link"] - told["draw"], "cohorts": told["cohorts"] - told["count"]}


def text(found: Sequence[dict[str, float]], seeds: Sequence[int], people: int) -> str:
    """The section of the page."""
    head = (
        "system",
        "link",
        "cohorts",
        "draws in linkage",
        "intervals",
        "draws to cohorts",
        "draws to link and cohorts",
    )
    rows = []
    for seed, one in zip(seeds, found, strict=True):
        steps = [f"{one[name]:.1f} s" for name in ("link", "cohorts", "draw", "count")]
        rows.append([str(seed), *steps, *(f"{ratio:.2f}" for ratio in _ratios(one))])
    alone, both = (median(each) for each in zip(*map(_ratios, found), strict=True))
    worst = max(_ratios(one)[0] for one in found)
    notes = [
        "Processor time, without what the draws took; pseudonymising comes on top and is left out.",
        f"In the middle {alone:.2f} of counting cohorts alone, {both:.2f} of linking and counting.",
        f"Asked for is less than {MOST} times one run: {'held' if worst < MOST else 'not held'}, also against counting"
        " cohorts alone.",
    ]
    lead = (
        f"{len(found)} synthetic systems of {people:,} people and 19 sources, all definitions of the library, the"
        f" rules that ship, {DRAWS} draws. Made by `make bench-draws`."
    )
    return "\n\n".join([HEADING, lead, table(head, rows), bullets(notes)])


def _ratios(one: dict[str, float]) -> tuple[float, float]:
    drawn = one["draw"] + one["count"]
    return drawn / one["cohorts"], drawn / (one["link"] + one["cohorts"])


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    section = text([cost(seed, given.people) for seed in given.seeds], given.seeds, given.people)
    sys.stdout.write(section + "\n")
    if given.out:
        put(given.out, HEADING, section)


if __name__ == "__main__":
    main()
