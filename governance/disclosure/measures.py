"""Measures that may be published: parts and wholes released as counts are, and every share computed from those.

Counts of people go through the same release as the board's own, all at once, so that a sum across the two gives
nothing away. Counts of something else (days of contact, referrals, appointments) may belong to a handful of people
however large they are: such a measure is published by a slice only if no group of it has few people. Pairs of two
slices are merged until no cell is small (:mod:`governance.disclosure.pairs`).
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import pyarrow as pa

from governance.area_folders import folder_of
from governance.contracts import AREA_COUNT, COHORT_COUNT, MEASURE_COUNT, check_table
from governance.disclosure.combinations import without_combinations
from governance.disclosure.counts_file import COUNTS_FILE, safe_counts_csv
from governance.disclosure.frame import SafeFrame, release, with_areas
from governance.disclosure.pairs import LEVELS, SLICES, Cell, Withheld, at_level, merged
from governance.disclosure.profiles import rule_of
from governance.disclosure.protect import ALL, CellKey, keys_of
from governance.disclosure.rates import SafeRate, rate_per_1000
from governance.disclosure.rounding import HIDDEN, CountRule, SafeCell, Status
from governance.disclosure.some_events import Events, put_together
from governance.disclosure.spans import Areas, SafeSpan, ToldMoves, release_spans
from governance.disclosure.waits import ADDRESS, LANGUAGE
from governance.settings import Policy, Profile

PREVALENCE = "prevalence"
_AS_COUNTED = {PREVALENCE: ("met", "population")}
"""Measures whose part and whole the board's counts hold already, under these names."""


_TOLD_BY_SLICE = (ADDRESS, LANGUAGE)
"""Slices of measures that the report tells of as well."""


class MeasureKey(NamedTuple):
    """Which measure of which cohort, in which group."""

    cohort: str
    measure: str
    dimension: str
    group: str


@dataclass(frozen=True, slots=True)
class SafeMeasure:
    """Part and whole after disclosure control; the share is made of them."""

    part: SafeCell
    whole: SafeCell

    @property
    def share(self) -> SafeRate:
        """In every 1,000 of the whole."""
        return rate_per_1000(self.part, self.whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeMeasures:
    """A release: the board's frame, and the measures that were released with it."""

    frame: SafeFrame
    measures: Mapping[MeasureKey, SafeMeasure]
    everything: Mapping[CellKey, SafeCell]
    """All counts of people that are published, those of the frame among them: what the release gate attacks."""
    areas: Mapping[str, SafeFrame] = field(default_factory=dict)
    """The frame of each board's area, and of whoever is in none, in order of their ids."""


def counts_files(released: SafeMeasures) -> dict[str, bytes]:
    """The safe counts of a release by name of their file: of the whole, and of each area in its folder."""
    areas = {f"{folder_of(area)}/{COUNTS_FILE}": safe_counts_csv(frame) for area, frame in released.areas.items()}
    return {COUNTS_FILE: safe_counts_csv(released.frame), **areas}


def release_measures(
    counts: pa.Table,
    measures: pa.Table,
    policy: Policy,
    profile: Profile,
    *,
    of_people: frozenset[str],
    intervals: pa.Table | None = None,
    areas: pa.Table | None = None,
    area_intervals: pa.Table | None = None,
    districts: Mapping[str, Sequence[str]] = MappingProxyType({}),
    told: ToldMoves = MappingProxyType({}),
) -> SafeMeasures:
    """Withhold and change every count of a release, the measures' with the board's.

    Args:
        counts: Contract ``cohort_count``.
        measures: Contract ``measure_count``.
        policy: Thresholds.
        profile: Which kind of rule counts obey.
        of_people: Measures whose part and whole are people.
        intervals: Contract ``cohort_interval``; without it the frame has no spans.
        areas: Contract ``area_count``: the same counts in the areas of boards.
        area_intervals: Contract ``area_interval``; without it areas have no spans.
        districts: Of each area.
        told: What spans told before.

    Returns:
        The frame holds the board's counts and nothing of the measures.
    """
    rows = check_table(measures, MEASURE_COUNT).to_pylist()
    whole = release(_with_measures(counts, rows, of_people), policy, profile, areas)
    rule = rule_of(profile, policy)
    pairs = dict(_of_pairs(_pairs_in(rows, of_people), whole))
    found = {_key(row): _from_frame(whole, row) for row in rows if _is_counted(row, of_people)}
    found |= dict(_of_events([row for row in rows if row["measure"] not in of_people], rule)) | pairs
    if intervals is not None:
        of_areas = _with_intervals(areas, area_intervals, districts)
        spans = _spans(whole, counts, intervals, of_areas, base=policy.round_to_people, told=told)
        whole = replace(whole, spans=spans)
    together = dict(_pair_cells(pairs))
    return SafeMeasures(
        frame=_frame_of_the_board(whole, _held(counts), together),
        measures=MappingProxyType(dict(sorted(found.items()))),
        everything=MappingProxyType({**whole.cells, **together}),
        areas=MappingProxyType({area: whole.of_area(area) for area in sorted({*_areas_of(whole)})}),
    )


def _spans(
    whole: SafeFrame, counts: pa.Table, intervals: pa.Table, areas: Areas | None, *, base: int, told: ToldMoves
) -> Mapping[CellKey, SafeSpan]:
    """Spans of the board's own counts, and of those of areas where areas have intervals; measures have none."""
    held = _held(counts)
    spanned = {key: cell for key, cell in whole.cells.items() if key in held or (areas and key.area != ALL)}
    exact = without_combinations(counts)
    return release_spans(spanned, exact, intervals, rule=whole.rule, base=base, areas=areas, told=told)


def _frame_of_the_board(whole: SafeFrame, held: Set[CellKey], pairs: Mapping[CellKey, SafeCell]) -> SafeFrame:
    """The board's counts out of all that were released together, with pairs of slices and what slices tell."""
    slices = {key: cell for key, cell in whole.cells.items() if _is_told_by_slice(key) and key not in held}
    return SafeFrame(
        rule=whole.rule,
        cells=MappingProxyType({key: cell for key, cell in whole.cells.items() if key in held}),
        versions=whole.versions,
        spans={key: span for key, span in whole.spans.items() if key.area == ALL},
        pairs=MappingProxyType(dict(pairs)),
        slices=MappingProxyType(slices),
    )


def _is_told_by_slice(key: CellKey) -> bool:
    return key.dimension in _TOLD_BY_SLICE and key.measure in _AS_COUNTED[PREVALENCE] and key.area == ALL


def _with_intervals(
    areas: pa.Table | None, intervals: pa.Table | None, districts: Mapping[str, Sequence[str]]
) -> Areas | None:
    if areas is None or intervals is None:
        return None
    return Areas(counts=areas, intervals=intervals, districts=districts)


def _areas_of(frame: SafeFrame) -> Iterator[str]:
    return (key.area for key in frame.cells if key.area != ALL)


def counted_together(
    counts: pa.Table,
    measures: pa.Table,
    released: SafeMeasures,
    *,
    of_people: frozenset[str],
    areas: pa.Table | None = None,
) -> pa.Table:
    """Every exact count of people that a release shows in some form: for the gate, which must know what is true.

    Args:
        counts: Contract ``cohort_count``.
        measures: Contract ``measure_count``.
        released: What is shown of them; it says how pairs of slices were merged.
        of_people: Measures whose part and whole are people.
        areas: Contract ``area_count``.

    Returns:
        Contract ``area_count``: the board's counts, measures of people, pairs of slices as merged, and areas.
    """
    rows = check_table(measures, MEASURE_COUNT).to_pylist()
    both, versions = _with_measures(counts, rows, of_people), _versions(counts)
    merged_rows = [
        {**key._asdict(), "part": cell.part, "whole": cell.whole}
        | {"part_noise": cell.part_key, "whole_noise": cell.whole_key}
        for key, cell in _as_shown(_pairs_in(rows, of_people), released)
    ]
    added = [new for row in merged_rows for new in _as_counts(row, versions)]
    return with_areas(
        pa.concat_tables([both, _count_table(added)]), AREA_COUNT.schema.empty_table() if areas is None else areas
    )


def _with_measures(counts: pa.Table, rows: list[dict[str, Any]], of_people: frozenset[str]) -> pa.Table:
    """The board's counts and those of measures of people, each once."""
    held, versions = _held(counts), _versions(counts)
    counted = (new for row in rows if _is_counted(row, of_people) for new in _as_counts(row, versions))
    added = [new for new in counted if new[0] not in held]
    return pa.concat_tables([check_table(counts, COHORT_COUNT), _count_table(added)])


def _versions(counts: pa.Table) -> dict[str, str]:
    return dict(zip(counts["cohort"].to_pylist(), counts["version"].to_pylist(), strict=True))


def count_names(measure: str) -> tuple[str, str]:
    """Under which names part and whole of a measure of people stand among the counts."""
    return _AS_COUNTED.get(measure, (f"{measure}:part", f"{measure}:whole"))


def _held(counts: pa.Table) -> set[CellKey]:
    return set(keys_of(counts))


def _pair_cells(pairs: Mapping[MeasureKey, SafeMeasure]) -> Iterator[tuple[CellKey, SafeCell]]:
    for key, found in pairs.items():
        for name, cell in zip(count_names(key.measure), (found.part, found.whole), strict=True):
            yield CellKey(key.cohort, name, key.dimension, key.group), cell


def _key(row: Mapping[str, Any]) -> MeasureKey:
    return MeasureKey(row["cohort"], row["measure"], row["dimension"], row["group"])


def _is_counted(row: Mapping[str, Any], of_people: frozenset[str]) -> bool:
    return row["measure"] in of_people and row["dimension"] not in LEVELS


def _as_counts(row: Mapping[str, Any], versions: Mapping[str, str]) -> Iterator[tuple[CellKey, dict[str, Any]]]:
    """Part and whole as rows of ``cohort_count``, with their keys."""
    for name, of in zip(count_names(row["measure"]), ("part", "whole"), strict=True):
        key = CellKey(row["cohort"], name, row["dimension"], row["group"])
        made = dict(zip(COHORT_COUNT.key, key[:-1], strict=True))
        version = versions.get(row["cohort"], "1")
        yield key, {**made, "version": version, "people": row[of], "cell_key": row[f"{of}_noise"]}


def _count_table(added: list[tuple[CellKey, dict[str, Any]]]) -> pa.Table:
    return pa.Table.from_pylist([row for _, row in added], schema=COHORT_COUNT.schema)


def _from_frame(frame: SafeFrame, row: Mapping[str, Any]) -> SafeMeasure:
    part, whole = (
        frame.cell(row["cohort"], name, row["dimension"], row["group"]) for name in count_names(row["measure"])
    )
    return SafeMeasure(part, whole)


def _of_events(rows: list[dict[str, Any]], rule: CountRule) -> Iterator[tuple[MeasureKey, SafeMeasure]]:
    """Measures of events: a whole slice, with groups put together until none has few people, or nothing of it."""
    slices: dict[tuple[str, str, str], dict[str, Events]] = {}
    for row in rows:
        if row["dimension"] not in LEVELS:
            slices.setdefault((row["cohort"], row["measure"], row["dimension"]), {})[row["group"]] = Events.of(row)
    for (cohort, measure, dimension), groups in slices.items():
        found = put_together(dimension, groups, rule.largest_hidden)
        for group, events in (found or groups).items():
            cells = [HIDDEN if found is None else rule.release(*each) for each in (events.part, events.whole)]
            yield MeasureKey(cohort, measure, dimension, group), SafeMeasure(*cells)


Pairs = dict[tuple[str, str], dict[str, Cell]]
"""By cohort and dimension, then by group."""


def _pairs_in(rows: list[dict[str, Any]], of_people: frozenset[str]) -> Pairs:
    """Pairs of slices, of prevalence alone."""
    pairs: Pairs = {}
    for row in rows:
        if row["dimension"] in LEVELS and row["measure"] == PREVALENCE and PREVALENCE in of_people:
            cell = Cell(row["part"], row["whole"], row["part_noise"], row["whole_noise"])
            pairs.setdefault((row["cohort"], row["dimension"]), {})[row["group"]] = cell
    return pairs


def _of_pairs(pairs: Pairs, frame: SafeFrame) -> Iterator[tuple[MeasureKey, SafeMeasure]]:
    """Pairs of two slices, released: merged, or not there."""
    rule = frame.rule
    for (cohort, dimension), cells in pairs.items():
        withheld = _withheld(frame, cohort, dimension)
        for group, cell in (merged(dimension, cells, rule.largest_hidden, withheld) or {}).items():
            released = SafeMeasure(rule.release(cell.part, cell.part_key), rule.release(cell.whole, cell.whole_key))
            yield MeasureKey(cohort, PREVALENCE, dimension, group), released


def _withheld(frame: SafeFrame, cohort: str, dimension: str) -> Withheld:
    """The groups of both slices of a pair, and whether part or whole of each is hidden."""
    names = count_names(PREVALENCE)
    return {
        one: {
            group: any(frame.cell(cohort, name, one, group).status is Status.HIDDEN for name in names)
            for group in frame.groups(cohort, names[0], one)
        }
        for one in SLICES[dimension]
    }


def _as_shown(pairs: Pairs, released: SafeMeasures) -> Iterator[tuple[MeasureKey, Cell]]:
    """The exact cells of pairs at the level at which they were released."""
    for (cohort, dimension), cells in pairs.items():
        shown = set(released.frame.pair_groups(cohort, count_names(PREVALENCE)[0], dimension))
        levels = (at_level(level, cells) for level in LEVELS[dimension])
        for group, cell in next((found for found in levels if shown and set(found) == shown), {}).items():
            yield MeasureKey(cohort, PREVALENCE, dimension, group), cell
