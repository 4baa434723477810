"""One yardstick for every method: the package's own evaluation, at the default threshold and at the best."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from linkage.evaluate import Evaluation, evaluate
from tests.bench.sets import BenchSet

CLUSTER_THRESHOLDS = (0.5, 0.8, 0.95, 0.99, 0.999, 0.9999)


@dataclass(frozen=True, slots=True)
class Found:
    """What a method found."""

    scored: pa.Table
    """source_l, record_id_l, source_r, record_id_r, weight, probability."""
    index: pa.Table | None
    """source, record_id, person_id; None where people are wanted at the best of several thresholds."""
    prepare_seconds: float
    chance_seconds: float
    link_seconds: float
    cluster_at: Callable[[float], pa.Table] | None = None
    """Index at a probability, where the method is given the best of :data:`CLUSTER_THRESHOLDS`."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of the table."""

    set: str
    method: str
    scores: Evaluation
    cluster_threshold: float
    pairs: int
    prepare_seconds: float
    chance_seconds: float
    link_seconds: float
    peak_mib: float


def outcome(bench: BenchSet, method: str, found: Found, peak_mib: float) -> Outcome:
    """Hold what a method found against the truth."""
    default = bench.linkage.threshold_probability
    if found.index is not None:
        scores, threshold = _evaluated(bench, found, found.index), default
    else:
        tried = [(_evaluated(bench, found, found.cluster_at(at)), at) for at in CLUSTER_THRESHOLDS if found.cluster_at]
        scores, threshold = max(tried, key=lambda one: one[0].b_cubed.f1)
    seconds = (found.prepare_seconds, found.chance_seconds, found.link_seconds)
    return Outcome(bench.name, method, scores, threshold, found.scored.num_rows, *seconds, peak_mib)


def _evaluated(bench: BenchSet, found: Found, index: pa.Table) -> Evaluation:
    return evaluate(index, found.scored, bench.truth(), bench.linkage.threshold_probability)
