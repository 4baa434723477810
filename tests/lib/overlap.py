"""Made-up members and who saw them, counted as the cohort step counts them: by service, pair, number, combination."""

from collections import Counter
from itertools import combinations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from governance.contracts import COHORT_COUNT, SERVICE_SET_COUNT
from governance.disclosure.combinations import BETWEEN, NO_SERVICE, SERVICE_SET

NAMES = ("advice", "hospital", "housing", "police", "register")
"""Services; the register is the last."""

Seen = NDArray[np.bool_]
"""Shape (people, services)."""


def overlapping(rng: np.random.Generator, people: int, services: int = 5) -> Seen:
    """Who saw whom: some services see most, some hardly anybody."""
    found: Seen = rng.random((people, services)) < rng.beta(1, 2, services)
    return found


def counts_of(seen: Seen, noise: NDArray[np.int64], cohort: str = "c") -> pa.Table:
    """Members, services, pairs and numbers of services, contract ``cohort_count``."""
    names, number = _names(seen), np.minimum(seen.sum(axis=1), 4)
    groups = {("all", "all"): np.ones(len(seen), bool)}
    groups |= {("service", name): seen[:, n] for n, name in enumerate(names)}
    groups |= {
        ("service_pair", f"{names[one]} & {names[other]}"): seen[:, one] & seen[:, other]
        for one, other in combinations(range(len(names)), 2)
    }
    groups |= {("service_count", "4+" if n == 4 else str(n)): number == n for n in range(5)}
    return _table({key: (int(who.sum()), int(noise[who].sum()) % 2**32) for key, who in groups.items()}, cohort)


def sets_of(seen: Seen, noise: NDArray[np.int64], *, register: bool = True, cohort: str = "c") -> pa.Table:
    """Members by exactly who saw them, contract ``service_set_count``.

    Args:
        seen: Who saw whom.
        noise: A number of each person.
        register: Whether the last service is one, which makes no combination.
        cohort: Whose members they are.
    """
    names = _names(seen)[: -1 if register else None]
    people, keys = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row, own in zip(seen, noise.tolist(), strict=True):
        group = BETWEEN.join(name for name, met in zip(names, row, strict=False) if met) or NO_SERVICE
        people[SERVICE_SET, group] += 1
        keys[SERVICE_SET, group] += own
    return _table({key: (n, keys[key] % 2**32) for key, n in people.items()}, cohort).cast(SERVICE_SET_COUNT.schema)


def _names(seen: Seen) -> list[str]:
    return list(NAMES[-seen.shape[1] :])


def _table(counts: dict[tuple[str, str], tuple[int, int]], cohort: str) -> pa.Table:
    rows = [
        {"cohort": cohort, "version": "1", "measure": "met", "dimension": dimension, "group": group}
        | {"people": people, "cell_key": key}
        for (dimension, group), (people, key) in sorted(counts.items())
    ]
    return pa.Table.from_pylist(rows, schema=COHORT_COUNT.schema)
