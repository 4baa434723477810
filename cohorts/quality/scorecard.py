"""One source's scorecard: what goes back to those who can mend its data. Safe counts only, and no value of a record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from cohorts.quality.filled import ATTRIBUTES
from governance.contracts import COHORT_COUNT
from governance.disclosure import (
    MeasureKey,
    SafeCell,
    SafeMeasure,
    SafeMeasures,
    SafeRate,
    rate_per_1000,
    release_measures,
)
from governance.disclosure.profiles import rule_of
from governance.intake.reasons import MEANINGS, Reason
from governance.settings import Policy, Profile, Source

EVENTS, ALL = "events", "all"
DIFFERING = ("birth_year", "sex", "ethnic_group", "address", "home", "death_month")
SLICES = ("deprivation_quintile", "ethnic_group", "age_band", "sex", "address")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Rows of a file with one fault of one column."""

    file: str
    column: str
    what: str
    ask: str
    rows: SafeMeasure


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What filling one field would gain. Unit: records."""

    field: str
    missing: SafeMeasure
    hard_to_find: SafeCell
    hard_if_filled: SafeCell
    rules: int
    """Rules there are; the two after it are averages, and None where few records lack the field."""
    rules_now: float | None
    rules_if_filled: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """One column of codes."""

    file: str
    column: str
    is_condition: bool
    """It only says which rows a mapping takes."""
    unmapped: tuple[tuple[str, SafeCell], ...]
    other_rows: SafeCell
    unseen: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A source's completeness in an earlier or this period, of its records."""

    period: str
    records: SafeCell
    filled: Mapping[str, SafeRate]
    faults: SafeRate
    """Rows with any fault, of all rows delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """Everything a page says of one source."""

    source: Source
    period: str
    records: SafeCell
    never_compared: SafeCell
    """Records that no rule can find."""
    filled: Mapping[tuple[str, str, str], SafeMeasure]
    """By attribute, slice and group. Unit: people."""
    differs: Mapping[tuple[str, str, str], SafeMeasure]
    joined: Mapping[str, tuple[SafeMeasure, SafeMeasure]]
    """People joined with another record, with and without an attribute."""
    events: Mapping[str, SafeCell]
    """By month."""
    gains: tuple[Gain, ...]
    faults: tuple[Fault, ...]
    codes: tuple[Codes, ...]
    trend: tuple[Month, ...]


def scorecards(
    sources: Sequence[Source],
    counts: pa.Table,
    receipts: Mapping[str, Mapping[str, Mapping[str, Any]]],
    period: str,
    policy: Policy,
    profile: Profile,
) -> list[Scorecard]:
    """A scorecard for each source.

    Args:
        sources: In the order wanted.
        counts: Of :func:`cohorts.quality.counts.quality_counts`; exact, so nothing else may reach the page.
        receipts: By source and period; those of earlier periods make the trend.
        period: The one the counts are of.
        policy: Thresholds.
        profile: Which kind of rule counts of people obey; counts of records and rows are rounded.
    """
    of_people = frozenset(counts["measure"].to_pylist()) - {EVENTS}
    safe = release_measures(COHORT_COUNT.schema.empty_table(), counts, policy, profile, of_people=of_people)
    told = _Told(policy)
    return [_scorecard(source, safe, receipts[source.id], period, told) for source in sources]


_ROLES = {
    "birth_year": ("date_of_birth", "birth_year"),
    "sex": ("sex",),
    "ethnic_group": ("ethnic_group",),
    "address": ("postcode", "small_area"),
    "nhs_number": ("nhs_number",),
}


def without_column(source: Source) -> tuple[str, ...]:
    """Attributes for which a source has no column at all: nothing it can fill."""
    held = {column.role for file in source.files for column in file.columns.values()}
    return tuple(name for name, roles in _ROLES.items() if not held & set(roles))


def has_column(source: Source, role: str) -> bool:
    """Whether any column of a source has this role, such as ``uprn``."""
    return any(column.role == role for file in source.files for column in file.columns.values())


class _Told:
    """Counts of records and rows, which have no people to sum numbers of: withheld if small, else rounded."""

    def __init__(self, policy: Policy) -> None:
        self._rule = rule_of("hide7_round5", policy)

    def cell(self, count: int) -> SafeCell:
        return self._rule.release(count, 0)

    def part(self, part: int, whole: int) -> SafeMeasure:
        return SafeMeasure(self.cell(part), self.cell(whole))


def _scorecard(
    source: Source, safe: SafeMeasures, receipts: Mapping[str, Mapping[str, Any]], period: str, told: _Told
) -> Scorecard:
    own = {key: found for key, found in safe.measures.items() if key.cohort == source.id}
    now = receipts[period]
    return Scorecard(
        source=source,
        period=period,
        records=told.cell(now["records"]["total"]),
        never_compared=told.cell(now["records"]["no_view"]),
        filled=_by_attribute(own, "filled"),
        differs=_by_attribute(own, "differs"),
        joined=_joined(own),
        events={key.group: found.part for key, found in own.items() if key.measure == EVENTS},
        gains=tuple(_gains(now, told)),
        faults=tuple(_faults(now, told)),
        codes=tuple(_codes(now, told)),
        trend=tuple(_month(each, receipts[each], told) for each in sorted(receipts)),
    )


def _by_attribute(own: Mapping[MeasureKey, SafeMeasure], what: str) -> dict[tuple[str, str, str], SafeMeasure]:
    stem = f"{what}:"
    return {
        (key.measure.removeprefix(stem), key.dimension, key.group): found
        for key, found in own.items()
        if key.measure.startswith(stem)
    }


def _joined(own: Mapping[MeasureKey, SafeMeasure]) -> dict[str, tuple[SafeMeasure, SafeMeasure]]:
    found = {}
    for name in ATTRIBUTES:
        pair = [own.get(_total(own, f"{with_or}:{name}")) for with_or in ("joined_with", "joined_without")]
        if pair[0] is not None and pair[1] is not None:
            found[name] = (pair[0], pair[1])
    return found


def _total(own: Mapping[MeasureKey, SafeMeasure], measure: str) -> MeasureKey:
    cohort = next(iter(own)).cohort if own else ""
    return MeasureKey(cohort, measure, ALL, ALL)


def _gains(now: Mapping[str, Any], told: _Told) -> list[Gain]:
    return [_gain(gain, now["records"]["total"], told) for gain in now["gains"] if gain["missing"]]


def _gain(gain: Mapping[str, Any], records: int, told: _Told) -> Gain:
    missing = told.part(gain["missing"], records)
    is_few = missing.part.people is None
    return Gain(
        field=gain["field"],
        missing=missing,
        hard_to_find=told.cell(gain["hard_to_find"]),
        hard_if_filled=told.cell(gain["hard_if_filled"]),
        rules=gain["rules"],
        rules_now=None if is_few else gain["rules_now"],
        rules_if_filled=None if is_few else gain["rules_if_filled"],
    )


def _faults(now: Mapping[str, Any], told: _Told) -> list[Fault]:
    rows_in = {file: counts["rows_in"] for file, counts in now["files"].items()}
    found = [
        Fault(
            file=each["file"],
            column=each["column"],
            what=MEANINGS[Reason(each["code"])].sentence,
            ask=MEANINGS[Reason(each["code"])].ask,
            rows=told.part(each["rows"], rows_in[each["file"]]),
        )
        for each in now["rejects"]
    ]
    undated = "Please fill the date, or leave out rows that are no events."
    found += [
        Fault(
            file=each["file"],
            column=each["column"],
            what="The row is an event or a need by its codes, and has no date.",
            ask=undated,
            rows=told.part(each["rows"], rows_in[each["file"]]),
        )
        for each in now["undated"]
    ]
    return found


def _codes(now: Mapping[str, Any], told: _Told) -> list[Codes]:
    return [
        Codes(
            file=each["file"],
            column=each["column"],
            is_condition=each["is_condition"],
            unmapped=tuple((code["code"], told.cell(code["rows"])) for code in each["unmapped"]),
            other_rows=told.cell(each["other_rows"]),
            unseen=tuple(each["unseen"]),
        )
        for each in now["mapping"]
        if each["unmapped"] or each["other_rows"] or each["unseen"]
    ]


def _month(period: str, receipt: Mapping[str, Any], told: _Told) -> Month:
    filled, records = receipt.get("filled", {}), receipt["records"]
    counted = {**filled, "nhs_number": records["with_nhs_number"]}
    shares = {
        name: rate_per_1000(told.cell(counted[name]), told.cell(records["total"]))
        for name in ATTRIBUTES
        if name in counted
    }
    bad = sum(each["rows"] for each in receipt["rejects"])
    rows = sum(counts["rows_in"] for counts in receipt["files"].values())
    faults = rate_per_1000(told.cell(min(bad, rows)), told.cell(rows))
    return Month(period=period, records=told.cell(records["total"]), filled=shares, faults=faults)
