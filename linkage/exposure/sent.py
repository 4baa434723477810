"""What the linkage zone sees of sources, as the graph it could draw: blocks, and who is equal in what inside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from governance.settings import Linkage
from linkage.columns import PLACE_LAYOUT, WHOLE_FIELDS
from linkage.crowds import blocks_in, rows_sent
from linkage.exposure.graph import Membership, Rows, Words, mixed
from linkage.values import Components

_PARTS = {
    "name": ("forename", "surname"),
    "date_of_birth": ("birth_year", "birth_month", "birth_day"),
    "sex": ("sex",),
    "postcode": tuple(part for part, _, _ in PLACE_LAYOUT),
}

EQUALITY_KINDS = 1000
"""Kinds of block below this are rules; from here on they are equalities inside a rule's blocks."""


@dataclass(frozen=True, slots=True)
class Source:
    """One source's people, as :func:`linkage.encode.identities` gives them."""

    found: Components
    one_record_per_person: bool


@dataclass(frozen=True, slots=True)
class Views:
    """The views of one rule from all sources; arrays of one shape (v,)."""

    rule: int
    record: Rows
    """Records are numbered from 0 over all sources, the first source's first."""
    block: Words
    source: NDArray[np.int8]
    row: NDArray[np.intp]
    """Row of the source's component table."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Everything that the sources send under a config."""

    sources: tuple[Source, ...]
    linkage: Linkage
    number: tuple[Rows, ...]
    """For each source the number of each row's record."""
    records: int

    @classmethod
    def of(cls, sources: Sequence[Source], linkage: Linkage) -> "Sent":
        """Number the records of all sources."""
        number, offset = [], 0
        for source in sources:
            ids, place = np.unique(source.found.record_id, return_inverse=True)
            number.append(place + offset)
            offset += len(ids)
        return cls(tuple(sources), linkage, tuple(number), offset)

    def of_source(self) -> NDArray[np.int8]:
        """Source of each record, shape (records,)."""
        found = np.zeros(self.records, np.int8)
        for which, number in enumerate(self.number):
            found[number] = which
        return found

    def views(self, rule: int) -> Views:
        """What each source sends under one rule; crowds are left out as :func:`linkage.encode.encode` does."""
        settings = self.linkage.rules[rule]
        parts = []
        for which, source in enumerate(self.sources):
            rows, block = blocks_in(settings, source.found)
            single = source.one_record_per_person
            sent = rows_sent(settings, source.found, self.linkage, one_record_per_person=single)
            kept = slice(None) if sent is None else sent[rows]
            rows, block = rows[kept], block[kept]
            parts.append((self.number[which][rows], block, np.full(len(rows), which, np.int8), rows))
        return Views(rule, *(np.concatenate(one) for one in zip(*parts, strict=True)))

    def blocks(self) -> Iterator[Membership]:
        """Who stands in which block, rule by rule."""
        for rule in range(len(self.linkage.rules)):
            views = self.views(rule)
            yield Membership(rule, views.record, views.block)

    def equalities(self) -> Iterator[tuple[str, Membership]]:
        """Field by field who is equal inside each block that several records share."""
        for rule in range(len(self.linkage.rules)):
            views = _shared(self.views(rule), self.linkage.max_block_records)
            if not len(views.record):
                continue
            for place, part in enumerate(self._compared(rule)):
                ids, told = self._values(views, part)
                kind = EQUALITY_KINDS + 100 * rule + place
                yield part, Membership(kind, views.record[told], mixed(views.block[told] ^ mixed(ids[told])))

    def _compared(self, rule: int) -> list[str]:
        """Parts of which codes are sent; what the rule fixes is equal throughout a block and says nothing."""
        fixed = set(self.linkage.rules[rule].components)
        compare = self.linkage.compare
        parts = [part for field, parts in _PARTS.items() if field in compare for part in parts]
        return [part for part in (*parts, *(one for one in WHOLE_FIELDS if one in compare)) if part not in fixed]

    def _values(self, views: Views, part: str) -> tuple[Words, NDArray[np.bool_]]:
        ids, told = np.zeros(len(views.row), np.uint64), np.zeros(len(views.row), bool)
        for which, source in enumerate(self.sources):
            at = np.flatnonzero(views.source == which)
            values, present = source.found.ids(part)
            ids[at], told[at] = values[views.row[at]], present[views.row[at]]
        return ids, told


def _shared(views: Views, cap: int) -> Views:
    """Only views of blocks with several views, and no more than the cap."""
    _, where, size = np.unique(views.block, return_inverse=True, return_counts=True)
    kept = np.flatnonzero((size[where] > 1) & (size[where] <= cap))
    return Views(views.rule, views.record[kept], views.block[kept], views.source[kept], views.row[kept])
