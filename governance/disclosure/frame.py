"""The safe frame: every number of one release, after disclosure control, and nothing else.

Whatever is published is computed from this object. It holds no exact count, so code that has it cannot leak one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pyarrow as pa

from governance.contracts import AREA_COUNT, COHORT_COUNT, check_table
from governance.disclosure.profiles import rule_of
from governance.disclosure.protect import ALL, CellKey, cells_to_hide, keys_of
from governance.disclosure.rates import SafeRate, rate_per_1000
from governance.disclosure.rounding import HIDDEN, NOT_AVAILABLE, CountRule, SafeCell
from governance.disclosure.spans import SafeSpan
from governance.errors import ContractError, Fault
from governance.settings import Policy, Profile

_Breakdown = tuple[str, str, str]
"""Cohort, measure and dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeFrame:
    """Counts of people that may be published, by cohort, measure, dimension and group."""

    rule: CountRule
    cells: Mapping[CellKey, SafeCell]
    """In the order of the table they came from."""
    versions: Mapping[str, str]
    """Definition version by cohort."""
    spans: Mapping[CellKey, SafeSpan] = field(default_factory=dict)
    """Of shown counts by group and by step: where they lie if records are joined otherwise."""
    pairs: Mapping[CellKey, SafeCell] = field(default_factory=dict)
    """Counts by two slices together, merged until none is small; they are published with the measures."""
    slices: Mapping[CellKey, SafeCell] = field(default_factory=dict)
    """Members and people asked about by address and language; they are published with the measures."""
    _groups: Mapping[_Breakdown, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    """The groups of each breakdown of the whole: they are asked for hundreds of times, and cells are thousands."""
    _pair_groups: Mapping[_Breakdown, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_groups", _by_breakdown(self.cells))
        object.__setattr__(self, "_pair_groups", _by_breakdown(self.pairs))

    @property
    def policy_id(self) -> str:
        """The rule the counts obey, such as ``hide7_round5``."""
        return self.rule.id

    def of_area(self, area: str) -> "SafeFrame":
        """The counts of one area, named as those of the whole are in a report on the whole."""
        cells = {key._replace(area=ALL): cell for key, cell in self.cells.items() if key.area == area}
        spans = {key._replace(area=ALL): span for key, span in self.spans.items() if key.area == area}
        return SafeFrame(rule=self.rule, cells=MappingProxyType(cells), versions=self.versions, spans=spans)

    def cell(self, cohort: str, measure: str, dimension: str = ALL, group: str = ALL) -> SafeCell:
        """One count; not available ``[x]`` where the release has none."""
        return self.cells.get(CellKey(cohort, measure, dimension, group), NOT_AVAILABLE)

    def span(self, cohort: str, measure: str, dimension: str = ALL, group: str = ALL) -> SafeSpan | None:
        """What linkage may have got wrong in one count, if that may be said."""
        return self.spans.get(CellKey(cohort, measure, dimension, group))

    def rate(self, cohort: str, part: str, whole: str, dimension: str = ALL, group: str = ALL) -> SafeRate:
        """How many of ``whole`` are ``part``, with one interval for chance and for doubt about links."""
        at = (dimension, group)
        return rate_per_1000(
            self.cell(cohort, part, *at),
            self.cell(cohort, whole, *at),
            part_span=self.span(cohort, part, *at),
            whole_span=self.span(cohort, whole, *at),
        )

    def groups(self, cohort: str, measure: str, dimension: str) -> tuple[str, ...]:
        """The groups of a breakdown, in table order."""
        return self._groups.get((cohort, measure, dimension), ())

    def pair(self, cohort: str, measure: str, dimension: str, group: str) -> SafeCell:
        """One count by two slices together; not available where the release has none."""
        return self.pairs.get(CellKey(cohort, measure, dimension, group), NOT_AVAILABLE)

    def pair_groups(self, cohort: str, measure: str, dimension: str) -> tuple[str, ...]:
        """The groups of two slices together, at the level at which they are published; none if they are not."""
        return self._pair_groups.get((cohort, measure, dimension), ())

    def slice_cell(self, cohort: str, measure: str, dimension: str, group: str) -> SafeCell:
        """One count by address or language; not available where the release has none."""
        return self.slices.get(CellKey(cohort, measure, dimension, group), NOT_AVAILABLE)

    def measures(self, cohort: str) -> tuple[str, ...]:
        """What was counted of a cohort, in table order."""
        return tuple(dict.fromkeys(key.measure for key in self.cells if key.cohort == cohort))

    def rows(self) -> Iterator[tuple[CellKey, str, SafeCell]]:
        """Every cell with its key and definition version."""
        return ((key, self.versions[key.cohort], cell) for key, cell in self.cells.items())


def release(
    counts: pa.Table, policy: Policy, profile: Profile = "hide7_round5", areas: pa.Table | None = None
) -> SafeFrame:
    """Withhold and round every count of a release.

    Args:
        counts: Exact counts, contract ``cohort_count``. Unit: people.
        policy: Thresholds: which counts are withheld, the rounding base, the noise.
        profile: Which kind of rule counts obey.
        areas: Exact counts in the areas of boards, contract ``area_count``: released with the others, since they add
            up to them.

    Returns:
        The safe frame, of all areas; :meth:`SafeFrame.of_area` parts it. Every shown count, totals too, is rounded from
        its own exact count, so parts need not add up. A true zero stays 0. A count from which a small one could be
        worked out is withheld as well.

    Raises:
        ContractError: The table is not a ``cohort_count`` table, or counts one thing twice.
        InternalError: A count is negative.

    Source:
        NHS HES and ECDS rule since September 2018 (withhold 1 to 7, round others to 5, totals rounded from truth).
    """
    table = check_table(counts, COHORT_COUNT)
    if areas is not None:
        table = with_areas(table, areas)
    rule = rule_of(profile, policy)
    keys = keys_of(table)
    exact = dict(zip(keys, table["people"].to_pylist(), strict=True))
    if len(exact) < len(keys):
        raise _counted_twice(len(keys) - len(exact))
    cell_keys = dict(zip(keys, table["cell_key"].to_pylist(), strict=True))
    safe = {key: rule.release(people, cell_keys[key]) for key, people in exact.items()}
    safe |= dict.fromkeys(cells_to_hide(exact, rule, cell_keys), HIDDEN)
    versions = dict(zip(table["cohort"].to_pylist(), table["version"].to_pylist(), strict=True))
    return SafeFrame(rule=rule, cells=MappingProxyType(safe), versions=MappingProxyType(versions))


def with_areas(counts: pa.Table, areas: pa.Table) -> pa.Table:
    """Counts of the whole and of its areas in one table, contract ``area_count``.

    Args:
        counts: Contract ``cohort_count``; their area is :data:`ALL`.
        areas: Contract ``area_count``.
    """
    whole = counts.add_column(0, "area", pa.repeat(pa.scalar(ALL), counts.num_rows))
    return pa.concat_tables([whole, check_table(areas, AREA_COUNT)])


def _by_breakdown(cells: Iterable[CellKey]) -> dict[_Breakdown, tuple[str, ...]]:
    """The groups of each breakdown of the whole, in table order."""
    found: dict[_Breakdown, list[str]] = {}
    for cohort, measure, dimension, group, area in cells:
        if area == ALL:
            found.setdefault((cohort, measure, dimension), []).append(group)
    return {breakdown: tuple(groups) for breakdown, groups in found.items()}


def _counted_twice(rows: int) -> ContractError:
    return ContractError(
        "Table `cohort_count` counts some things twice.",
        why="One count must be the same number wherever it appears.",
        fix="Report it: the cohort step should write one row per cohort, measure, dimension and group.",
        code="E-CONTRACT",
        faults=[Fault(what=f"{rows} rows repeat a cohort, measure, dimension and group")],
    )
