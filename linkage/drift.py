"""Whether the people of this run still look like those a model was trained on: measured, not assumed."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import duckdb

from governance.warehouse import fetch_table, load_sql, materialise
from linkage.artefact import Artefact, Shares
from linkage.comparisons import Comparison, Parameters

NO_EVIDENCE = "none"

WARN_INDEX = 0.1
"""Population stability index above which a comparison is said to have drifted; the usual mark for a moderate shift."""

WARN_CHANCE = 2.0
"""How many times more, or less, often chance agreement may be seen than the model has it."""

_LEAST_SHARE = 1e-4
"""A level seen less often than this counts as seen this often: a logarithm of nothing says nothing."""

_MILLIONTHS = 1_000_000


@dataclass(frozen=True, slots=True)
class Drift:
    """One comparison, then and now."""

    comparison: str
    index: float
    """Population stability index of the levels among expected matches: 0 is no change, 0.25 much."""
    largest_shift: float
    """Largest change of one level's share."""
    level: str
    """The level that changed most."""
    chance_ratio: float
    """Largest ratio of chance agreement, now to then or then to now, over levels that both have; 1 is no change."""

    @property
    def warns(self) -> bool:
        """Whether someone should look, and train again."""
        return self.index > WARN_INDEX or self.chance_ratio > WARN_CHANCE

    def as_dict(self) -> dict[str, str | float | bool]:
        """For the manifest and the report."""
        return {**asdict(self), "warns": self.warns}


def level_shares(con: duckdb.DuckDBPyConnection, comparisons: tuple[Comparison, ...]) -> Shares:
    """Level frequencies among expected matches: every pair counts with its match probability.

    Args:
        con: Holds ``scored_pair`` and ``distinct_pattern`` as linkage left them.
        comparisons: What is compared.

    Returns:
        Shares that add to 1 for each comparison; where nothing was compared all are 0.
    """
    materialise(con, "expected_pattern", load_sql("linkage", "expected_pattern"), {"unit": _MILLIONTHS})
    found: Shares = {}
    for comparison in comparisons:  # a name fixed in code
        query = f"SELECT {comparison.name} AS level, sum(expected)::BIGINT FROM expected_pattern GROUP BY level"
        counts = dict(con.execute(query).fetchall())
        total = max(sum(counts.values()), 1)
        named = {NO_EVIDENCE: None} | {str(level.value): level.value for level in comparison.levels}
        found[comparison.name] = {name: round(counts.get(value, 0) / total, 6) for name, value in named.items()}
    return found


def expected_matches(con: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """Expected matches by source pair: the sum of match probabilities."""
    rows = fetch_table(con, load_sql("linkage", "expected_match"), {"unit": _MILLIONTHS}).to_pylist()
    return {row["source_pair"]: row["expected"] / _MILLIONTHS for row in rows}


def drift(artefact: Artefact, shares: Shares, u: Parameters) -> list[Drift]:
    """How far this run is from the one a model was trained in, by comparison.

    Args:
        artefact: The model, with the shares of its training run.
        shares: This run's, from :func:`level_shares`.
        u: Chance agreement as the sources count it now; levels the model does not have are passed over.
    """
    both = [name for name in artefact.shares if name in shares and any(shares[name].values())]
    return [_of_comparison(name, artefact, shares[name], u.get(name, {})) for name in both]


def _of_comparison(name: str, artefact: Artefact, now: Mapping[str, float], u: Mapping[int, float]) -> Drift:
    then = artefact.shares[name]
    levels = sorted({*then, *now})
    shift = {level: now.get(level, 0.0) - then.get(level, 0.0) for level in levels}
    index = sum(
        (max(now.get(level, 0.0), _LEAST_SHARE) - max(then.get(level, 0.0), _LEAST_SHARE))
        * math.log(max(now.get(level, 0.0), _LEAST_SHARE) / max(then.get(level, 0.0), _LEAST_SHARE))
        for level in levels
    )
    most = max(levels, key=lambda level: abs(shift[level]))
    ratio = max((_ratio(p, u[level]) for level, p in artefact.model.u[name].items() if level in u), default=1.0)
    return Drift(name, round(index, 4), round(shift[most], 4), most, round(ratio, 3))


def _ratio(then: float, now: float) -> float:
    """How many times the larger is the smaller; rare levels, counted in tens of pairs, count as equally rare."""
    then, now = max(then, _LEAST_SHARE), max(now, _LEAST_SHARE)
    return max(then, now) / min(then, now)
