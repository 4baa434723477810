"""What an attacker recovers where combinations of services are published beside services, pairs and their numbers.

python -m tests.bench.overlaps --releases 1000 --out docs/benchmarks.md
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from governance.disclosure import CellKeyRule, CountRule, RoundingRule
from governance.disclosure.combinations import list_combinations
from governance.disclosure.gate import Truth
from governance.disclosure.gate.clock import Clock
from governance.disclosure.gate.system import Interval, System, narrow_cells
from governance.disclosure.protect import keys_of
from governance.settings import Policy
from tests.bench.page import bullets, table
from tests.bench.simulated import simulate
from tests.lib.overlap import counts_of, overlapping, sets_of

HEADING = "## Combinations of services under attack"
SEED = 20261127
SMALL = 7
SERVICES = 5
NO_LIMIT = Clock.started(1e12, 1e12)


@dataclass(frozen=True, slots=True)
class Method:
    """One way to publish an UpSet."""

    title: str
    rule: CountRule
    listed: bool = False
    """Whether rare combinations are put together, as `cell_key` does; else each stands by itself, hidden if small."""


METHODS = (
    Method("every combination, 1 to 7 hidden (naive)", RoundingRule(7, 1)),
    Method("every combination, 1 to 7 hidden, round to 5 (naive)", RoundingRule(7, 5)),
    Method("every combination, cell keys", CellKeyRule(7, 5, 2.0)),
    Method("rare ones put together, cell keys (the default)", CellKeyRule(7, 5, 2.0), listed=True),
)


@dataclass(frozen=True, slots=True)
class Fallen:
    """Of all small counts that are published as hidden."""

    small: int
    exact: float
    narrow: float
    rows: float
    """Combinations with a row of their own, on average."""


def main() -> None:
    """Simulate, attack and write."""
    simulate(__doc__, HEADING, METHODS, attacked, section)


def attacked(method: Method, releases: int) -> Fallen:
    """Attack every release by itself."""
    rng = np.random.default_rng(SEED)
    found: list[Interval] = []
    listed = small = 0
    for _ in range(releases):
        people = int(rng.integers(40, 400))
        seen, noise = overlapping(rng, people, SERVICES), rng.integers(0, 1 << 32, people)
        sets = sets_of(seen, noise, register=False)
        shown = list_combinations(sets, Policy(), "cell_key") if method.listed else sets
        counts = pa.concat_tables([counts_of(seen, noise), shown])
        listed += shown.num_rows
        targets, fallen = attacked_once(counts, method.rule)
        small, found = small + targets, [*found, *fallen]
    return Fallen(
        small=small,
        exact=sum(low == high for low, high in found) / small,
        narrow=len(found) / small,
        rows=listed / releases,
    )


def attacked_once(counts: pa.Table, rule: CountRule) -> tuple[int, list[Interval]]:
    """How many small counts there are, and what is left of those of which too few values are."""
    keys = keys_of(counts)
    people, cell_keys = (dict(zip(keys, counts[name].to_pylist(), strict=True)) for name in ("people", "cell_key"))
    bounds = {key: rule.bounds(rule.release(people[key], cell_keys[key])) for key in keys}
    targets = [key for key in keys if 0 < people[key] <= SMALL]
    return len(targets), list(
        narrow_cells(System(bounds, Truth.of(counts, rule).relations), targets, NO_LIMIT).values()
    )


_HEAD = ("What is published", "rows a picture", "small counts hidden", "known exactly", "fewer than 4 values left")


def section(rows: Sequence[tuple[Method, Fallen]], releases: int, seconds: float) -> str:
    """The section of the page."""
    body = [
        (method.title, f"{each.rows:.1f}", f"{each.small:,}", f"{each.exact:.1%}", f"{each.narrow:.1%}")
        for method, each in rows
    ]
    says = [
        f"{releases:,} simulated groups of 40 to 400 people and {SERVICES} services, seed {SEED}: who was seen by"
        f" which. Each is published with the numbers of each service, each pair and each number of services. Integer"
        f" programs (HiGHS), {seconds:.0f} s in all.",
        "The attacker knows the rule, every table and every relation that holds between them. Small counts are those of"
        " 1 to 7 people: of combinations, and of services, pairs and numbers.",
    ]
    return "\n\n".join([HEADING, "Written by `python -m tests.bench.overlaps`.", bullets(says), table(_HEAD, body)])


if __name__ == "__main__":
    main()
