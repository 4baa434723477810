"""What reviewers' answers say: the share of true pairs by weight band and source pair, weighed as they were drawn."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkage.labels import judged
from linkage.shares import share
from linkage.thresholds import suggest_threshold

YES, NO, CANNOT_TELL = "yes", "no", "cannot tell"


@dataclass(frozen=True, slots=True)
class Labels:
    """Usable answers as labels, one an item: arrays of one length."""

    is_match: NDArray[np.bool_]
    stands_for: NDArray[np.float64]
    """Pairs that each speaks for."""
    joined: NDArray[np.bool_]
    stratum: NDArray[np.int64]
    weight: NDArray[np.float64]

    def of(self, chosen: NDArray[np.bool_]) -> "Labels":
        """Some of them."""
        return Labels(
            self.is_match[chosen],
            self.stands_for[chosen],
            self.joined[chosen],
            self.stratum[chosen],
            self.weight[chosen],
        )

    def shares(self) -> dict[str, Any]:
        """Precision of joined pairs, and recall among compared ones."""
        return asdict(judged(self.joined, self.is_match, self.stands_for))


def estimate(sample: pa.Table, strata: pa.Table, answers: Mapping[str, str], threshold: float) -> dict[str, Any]:
    """Precision and recall of linkage among compared pairs, from answers.

    An answer about the two records counts before one about their pattern. Each answer stands for the pairs of its
    stratum, shared among the stratum's answers; one answer about a pattern that was drawn several times is one
    label, however many pairs it speaks for. "Cannot tell" is counted, and gives no figure.

    Args:
        sample: Pairs drawn: stratum, joined, weight, item, pattern_item.
        strata: Source pairs and weight bands: stratum, source_l, source_r, band, low, joined, size.
        answers: By item: :data:`YES`, :data:`NO` or :data:`CANNOT_TELL`.
        threshold: The run's.

    Returns:
        For the manifest and the linkage report: counts and shares, no item.
    """
    items, patterns = (np.array(sample[name].to_pylist(), object) for name in ("item", "pattern_item"))
    by_record, by_pattern = (np.array([answers.get(one, "") for one in side], object) for side in (items, patterns))
    on_record = np.isin(by_record, [YES, NO])
    said = np.where(on_record | (by_pattern == ""), by_record, by_pattern)
    usable = np.isin(said, [YES, NO])
    labels = _labels(sample, strata, np.where(on_record, items, patterns), said, usable)
    suggestion = suggest_threshold(labels.weight, labels.is_match, labels.stands_for, missed=0.0, now=threshold)
    return {
        "drawn": len(said),
        "answered": int(usable.sum()),
        "on_patterns": int((usable & ~on_record).sum()),
        "cannot_tell": int((said == CANNOT_TELL).sum()),
        "joined_pairs_covered": _covered(strata, labels),
        "overall": labels.shares(),
        "by_source_pair": _by_source_pair(labels, strata),
        "by_band": _by_band(labels, strata),
        "suggestion": asdict(suggestion) if suggestion else None,
        "threshold": threshold,
    }


def _labels(
    sample: pa.Table, strata: pa.Table, used: NDArray[np.object_], said: NDArray[np.object_], usable: NDArray[np.bool_]
) -> Labels:
    """One label an item answered."""
    stratum = sample["stratum"].to_numpy().astype(np.int64)[usable]
    sizes = strata["size"].to_numpy()
    each = sizes / np.maximum(np.bincount(stratum, minlength=len(sizes)), 1)
    _, first, inverse = np.unique(used[usable].astype(str), return_index=True, return_inverse=True)
    return Labels(
        is_match=(said[usable] == YES)[first],
        stands_for=np.bincount(inverse, weights=each[stratum], minlength=len(first)).astype(float),
        joined=sample["joined"].to_numpy(zero_copy_only=False)[usable][first],
        stratum=stratum[first],
        weight=sample["weight"].to_numpy()[usable][first],
    )


def _covered(strata: pa.Table, labels: Labels) -> float:
    """Share of joined pairs that lie in a stratum with an answer."""
    joined, sizes = strata["joined"].to_numpy(zero_copy_only=False), strata["size"].to_numpy()
    answered = np.isin(strata["stratum"].to_numpy(), labels.stratum)
    return round(float(sizes[joined & answered].sum() / max(sizes[joined].sum(), 1)), 4)


def _by_source_pair(labels: Labels, strata: pa.Table) -> list[dict[str, Any]]:
    names = [f"{a}|{b}" for a, b in zip(strata["source_l"].to_pylist(), strata["source_r"].to_pylist(), strict=True)]
    own = np.array(names, object)[labels.stratum]
    return [
        {"pair": name, "answers": int((own == name).sum()), **labels.of(own == name).shares()}
        for name in sorted(set(names))
    ]


def _by_band(labels: Labels, strata: pa.Table) -> list[dict[str, Any]]:
    """From the least weight to the most."""
    bands = strata["band"].to_pylist()
    low = dict(zip(bands, strata["low"].to_pylist(), strict=True))
    joined = dict(zip(bands, strata["joined"].to_pylist(), strict=True))
    own, all_bands, sizes = np.array(bands, object)[labels.stratum], np.array(bands, object), strata["size"].to_numpy()
    rows = []
    for band in sorted(low, key=lambda one: -np.inf if low[one] is None else low[one]):
        some = labels.of(own == band)
        rows.append(
            {
                "band": band,
                "joined": joined[band],
                "pairs": int(sizes[all_bands == band].sum()),
                "answers": len(some.is_match),
                "match": asdict(share(some.is_match, some.stands_for)),
            }
        )
    return rows
