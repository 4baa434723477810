"""One yardstick for every method: the package's own evaluation, at the default threshold and at the best."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

from linkage.evaluate import Evaluation, evaluate
from tests.bench.sets import BenchSet


@dataclass(frozen=True, slots=True)
class Found:
    """What a method found."""

    scored: pa.Table
    """source_l, record_id_l, source_r, record_id_r, weight, probability."""
    index: pa.Table | None
    """source, record_id, person_id; None where clusters are wanted at the best threshold."""
    prepare_seconds: float
    chance_seconds: float
    link_seconds: float
    cluster_at: Callable[[float], pa.Table] | None = None
    """Index at a probability, where the method takes the best threshold as a gift."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of the table."""

    set: str
    method: str
    scores: Evaluation
    pairs: int
    prepare_seconds: float
    chance_seconds: float
    link_seconds: float
    peak_mib: float


def outcome(bench: BenchSet, method: str, found: Found, peak_mib: float) -> Outcome:
    """Hold what a method found against the truth."""
    truth, threshold = bench.truth(), bench.linkage.threshold_probability
    index = found.index
    if index is None:
        nobody = truth.rename_columns(["source", "record_id", "person_id"])
        best = evaluate(nobody, found.scored, truth, threshold).best_threshold
        index = found.cluster_at(best) if found.cluster_at else nobody
    scores = evaluate(index, found.scored, truth, threshold)
    seconds = (found.prepare_seconds, found.chance_seconds, found.link_seconds)
    return Outcome(bench.name, method, scores, found.scored.num_rows, *seconds, peak_mib)
