"""Which true pairs of a labelled set a config's rules bring together, told without linking, in seconds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from governance.keys.ring import Secret
from governance.settings import Linkage
from linkage.encode import EncodingKeys, identities
from linkage.exposure.sent import Sent, Source, Views
from tests.bench.prepare import load_source
from tests.bench.sets import BenchSet

_KEY = Secret(bytes(range(32)))
_NUMBER = "nhs_number"

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A set's records as components, and its true pairs by record number (see :class:`linkage.exposure.sent.Sent`)."""

    sources: tuple[Source, ...]
    person: NDArray[np.object_]
    """By record number."""
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    number: NDArray[np.uint64]
    """The id of each record's NHS number; 0 if it has none."""

    def found(self, linkage: Linkage) -> Mask:
        """Which rule brings which true pair together, shape (rules, pairs)."""
        sent = Sent.of(self.sources, linkage)
        cap = linkage.max_block_records
        return np.stack([_together(sent.views(rule), cap, self.left, self.right) for rule in range(len(linkage.rules))])

    def with_one_number(self) -> Mask:
        """True pairs whose records have one NHS number: what a project without labels can go by."""
        left, right = self.number[self.left], self.number[self.right]
        return (left == right) & (left != 0)


def labelled(bench: BenchSet) -> Labelled:
    """Read a set once, for as many configs as wanted."""
    keys = EncodingKeys.derive(_KEY, project="benchmark", purpose="benchmark", linkage=bench.linkage)
    sources = []
    for source in bench.sources:
        con, file = load_source(bench, source.id)
        sources.append(Source(identities(con, file, keys), source.one_record_per_person))
    ids = np.concatenate([np.unique(source.found.record_id) for source in sources])
    number = np.concatenate([_numbers(source) for source in sources])
    order = np.argsort(ids)
    truth = bench.truth().to_pandas()
    place = order[np.searchsorted(ids[order], truth["record_id"])]
    rows = pd.DataFrame({"record": place, "person": truth["person"]})
    pairs = rows.merge(rows, on="person")
    pairs = pairs[pairs["record_x"] < pairs["record_y"]].sort_values(["record_x", "record_y"])
    person = rows.set_index("record")["person"].reindex(range(len(ids))).to_numpy(object)
    return Labelled(tuple(sources), person, pairs["record_x"].to_numpy(), pairs["record_y"].to_numpy(), number)


def without_numbers(linkage: Linkage) -> list[int]:
    """Places of the rules that do not ask for an NHS number."""
    return [place for place, rule in enumerate(linkage.rules) if _NUMBER not in rule.components]


def _numbers(source: Source) -> NDArray[np.uint64]:
    ids, there = source.found.ids(_NUMBER)
    records, place = np.unique(source.found.record_id, return_inverse=True)
    found = np.zeros(len(records), np.uint64)
    found[place[there]] = ids[there]
    return found


def _together(views: Views, cap: int, left: NDArray[np.int64], right: NDArray[np.int64]) -> Mask:
    """Which pairs share a block of no more than ``cap`` views."""
    _, block, size = np.unique(views.block, return_inverse=True, return_counts=True)
    kept = size[block] <= cap
    record, block = views.record[kept].astype(np.uint64), block[kept].astype(np.uint64)
    found = np.zeros(len(left), bool)
    if not len(record):
        return found
    word = np.unique(record << np.uint64(32) | block)
    record, block = word >> np.uint64(32), word & np.uint64(0xFFFFFFFF)
    start = np.searchsorted(record, left.astype(np.uint64), "left")
    stop = np.searchsorted(record, left.astype(np.uint64), "right")
    for variant in range(int((stop - start).max(initial=0))):  # a record has a handful of views under one rule
        some = np.flatnonzero(start + variant < stop)
        wanted = right[some].astype(np.uint64) << np.uint64(32) | block[start[some] + variant]
        place = np.minimum(np.searchsorted(word, wanted), len(word) - 1)
        found[some] |= word[place] == wanted
    return found


def share(found: Mask, of: Sequence[bool] | Mask) -> float:
    """Share of these pairs that any rule brings together."""
    any_rule = found.any(axis=0)[np.asarray(of, bool)]
    return float(any_rule.mean()) if len(any_rule) else float("nan")
