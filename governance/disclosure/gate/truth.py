"""What the strongest attacker is granted about the new release: which cells hold the same people, and which are small.

Nobody outside knows either for certain; who guesses right gains by it, so the gate grants both. Of the relations that
the structure of tables suggests, those are granted that are true.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from governance.disclosure.gate.relations import Relation, relations_of
from governance.disclosure.protect import CellKey, keys_of
from governance.disclosure.rounding import CountRule, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Facts of the exact counts that make an attack stronger; no count itself."""

    relations: tuple[Relation, ...]
    """Of those that the structure suggests."""
    twin: Mapping[CellKey, CellKey]
    """For each cell, the first one that holds the same people."""
    complementary: frozenset[CellKey]
    """Cells that would be shown for themselves: if they are hidden, it is for the sake of others."""

    @classmethod
    def of(cls, counts: pa.Table, rule: CountRule) -> "Truth":
        """From exact counts, contract ``cohort_count`` or ``area_count``."""
        keys = keys_of(counts)
        people, cell_key = (dict(zip(keys, counts[name].to_pylist(), strict=True)) for name in ("people", "cell_key"))
        first: dict[tuple[int, int], CellKey] = {}
        twin = {key: first.setdefault((people[key], cell_key[key]), key) if people[key] else key for key in keys}
        shown = {key for key in keys if rule.release(people[key], cell_key[key]).status is not Status.HIDDEN}
        relations = tuple(each for each in relations_of(keys) if each.holds(people))
        return cls(relations=relations, twin=twin, complementary=frozenset(shown))
