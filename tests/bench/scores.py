"""One yardstick for every method: the package's own evaluation, at the default threshold and at the best."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from linkage.evaluate import Evaluation, Score, evaluate
from tests.bench.calibration import Bin, bins
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
    default_threshold: float
    cluster_at: Callable[[float], pa.Table] | None = None
    """Index at a probability, where the method is given the best of ``cluster_thresholds``."""
    cluster_thresholds: tuple[float, ...] = CLUSTER_THRESHOLDS
    peak_mib: float | None = None
    """Where the work was done in another process: the most memory that it held."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of packages in another environment."""
    calibrated: bool = True
    """Whether its probabilities mean to be probabilities."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One row of the tables."""

    set: str
    title: str
    method: str
    scores: Evaluation
    default_threshold: float
    cluster_threshold: float
    pairs: int
    prepare_seconds: float
    chance_seconds: float
    link_seconds: float
    peak_mib: float
    versions: Mapping[str, str]
    calibration: tuple[Bin, ...]

    def as_dict(self) -> dict[str, Any]:
        """For the store of results."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "Outcome":
        """Back from the store."""
        scores = {name: Score(**part) if isinstance(part, dict) else part for name, part in stored["scores"].items()}
        calibration = tuple(Bin(**part) for part in stored["calibration"])
        return cls(**{**stored, "scores": Evaluation(**scores), "calibration": calibration})


def outcome(bench: BenchSet, method: str, found: Found, peak_mib: float) -> Outcome:
    """Hold what a method found against the truth."""
    at = found.default_threshold
    if found.index is not None:
        scores, threshold = _evaluated(bench, found, found.index), at
    else:
        tried = [
            (_evaluated(bench, found, found.cluster_at(one)), one)
            for one in found.cluster_thresholds
            if found.cluster_at
        ]
        scores, threshold = max(tried, key=lambda one: one[0].b_cubed.f1)
    return Outcome(
        set=bench.name,
        title=bench.title,
        method=method,
        scores=scores,
        default_threshold=at,
        cluster_threshold=threshold,
        pairs=found.scored.num_rows,
        prepare_seconds=found.prepare_seconds,
        chance_seconds=found.chance_seconds,
        link_seconds=found.link_seconds,
        peak_mib=found.peak_mib or peak_mib,
        versions=found.versions,
        calibration=bins(found.scored, bench.truth()) if found.calibrated else (),
    )


def _evaluated(bench: BenchSet, found: Found, index: pa.Table) -> Evaluation:
    return evaluate(index, found.scored, bench.truth(), found.default_threshold)
