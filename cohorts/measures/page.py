"""The page of measures: restricted to the analysis zone, for it holds exact numbers with their intervals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from cohorts.measures.meanings import APPOINTMENTS, CONTACT_DAYS, MEANINGS, PEOPLE, POINTS, REFERRALS, meaning_of
from governance.disclosure import EVERYONE
from governance.english import month
from governance.pages import page_templates
from governance.settings import Bundle
from governance.store import write_file

PAGE_FILE = "measures.html"
FEWEST = 10
"""Groups of fewer are not shown: a handful of people may be one family."""

_KEY = ["cohort", "measure", "dimension", "group"]
_NUMBERS = ("part", "whole", "value", "low", "high")
_COUNTED = (PEOPLE, REFERRALS, CONTACT_DAYS, APPOINTMENTS)
"""Units of which a value is a share of the whole."""

_NOT_SHARES = frozenset({"age_standardised", "against_expected", "crisis_rate", "out_of_estimate"})
_SLICES = (
    "all", "deprivation_quintile", "ethnic_group", "age_band", "sex", "district", "ward", "address",
    "ethnic_group_by_deprivation", "age_band_by_sex", "age_band_by_core20", "service", "missed_before",
    "distance", "language",
)  # fmt: skip
_TITLES = {
    "all": "Everyone",
    "deprivation_quintile": "Deprivation (fifths, 1 is the most deprived)",
    "ethnic_group": "Ethnic group",
    "age_band": "Age",
    "sex": "Sex",
    "district": "District",
    "ward": "Ward",
    "address": "Address",
    "language": "First language",
    "distance": "Distance from home to the service",
    "ethnic_group_by_deprivation": "Ethnic group by deprivation",
    "age_band_by_sex": "Age by sex",
    "age_band_by_core20": "Age by deprivation",
    "service": "Service",
    "missed_before": "Missed in the year before",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureTable:
    """One measure of one cohort, in every slice."""

    title: str
    overall: str
    denominator: str
    unit: str
    rows: tuple[tuple[str, ...], ...]
    """Slice, group, part, whole, value, interval."""


def write_measures_page(
    folder: Path, bundle: Bundle, period: str, measures: pa.Table, counts: pa.Table, titles: Mapping[str, str]
) -> Path:
    """Write ``measures.html``; the same measures give the same bytes.

    Args:
        folder: The publication being made.
        bundle: Title of the project.
        period: ``YYYY-MM``.
        measures: Contract ``cohort_measure``.
        counts: Contract ``measure_count``, which says how many people days, referrals and appointments are of.
        titles: Of cohorts, by id, in the order wanted; everyone comes last.
    """
    named = {**titles, EVERYONE: "Everyone, whatever cohort they are in"}
    rows = _without_few(measures, counts).to_pylist()
    cohorts = [
        (cohort, title, list(_tables([row for row in rows if row["cohort"] == cohort])))
        for cohort, title in named.items()
    ]
    page = (
        page_templates("cohorts.measures")
        .get_template("measures.html.jinja")
        .render(project=bundle.project, month=month(period), cohorts=cohorts, fewest=FEWEST)
    )
    path = folder / PAGE_FILE
    write_file(path, page.encode())
    return path


def _without_few(measures: pa.Table, counts: pa.Table) -> pa.Table:
    """The rows, with no number in those of a handful of people, be they counted themselves, their days or referrals."""
    people = counts.select([*_KEY, "whole_people"]).rename_columns([*_KEY, "counted_people"])
    rows = measures.join(people, keys=_KEY)
    is_few = _is_few(rows["whole"])
    for name in ("whole_people", "counted_people"):
        is_few = pc.or_(is_few, _is_few(rows[name]))
    for name in _NUMBERS:
        rows = rows.set_column(rows.column_names.index(name), name, pc.if_else(is_few, None, rows[name]))
    return rows.append_column("is_few", is_few)


def _is_few(people: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether each is a handful; nobody is none, and of what is not known nothing is said."""
    return pc.fill_null(pc.and_(pc.greater(people, 0), pc.less(people, FEWEST)), False)


def _tables(rows: Sequence[Mapping[str, Any]]) -> Iterator[MeasureTable]:
    """One a measure, in the order in which measures are explained."""
    by_measure: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_measure.setdefault(row["measure"], []).append(row)
    rank = {name: number for number, name in enumerate(MEANINGS)}
    for measure, own in sorted(by_measure.items(), key=lambda each: (rank[each[0].partition(":")[0]], each[0])):
        title = meaning_of(measure).title
        detail = measure.partition(":")[2].replace("_", " ")
        everyone = next((row for row in own if row["dimension"] == "all"), None)
        yield MeasureTable(
            title=f"{title}: {detail}" if detail else title,
            overall=_value(everyone) if everyone else "",
            denominator=own[0]["denominator"],
            unit=own[0]["unit"],
            rows=tuple(_row(row) for row in sorted(own, key=_order)),
        )


def _order(row: Mapping[str, Any]) -> tuple[int, str, bool, str]:
    dimension, group = row["dimension"], row["group"]
    rank = _SLICES.index(dimension) if dimension in _SLICES else len(_SLICES)
    return rank, dimension, group == "not recorded", group


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    dimension = row["dimension"]
    named = (_TITLES.get(dimension, dimension.replace("_", " ").replace(":", ": ")), row["group"])
    if row["is_few"]:
        return (*named, f"fewer than {FEWEST}", "", "", "")
    return (*named, _number(row["part"]), _number(row["whole"]), _value(row), _interval(row))


def _number(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _value(row: Mapping[str, Any]) -> str:
    return "" if row["value"] is None else _shown(row, row["value"])


def _interval(row: Mapping[str, Any]) -> str:
    low, high = row["low"], row["high"]
    if low is None and high is None:
        return ""
    ends = (_shown(row, end) if end is not None else "longer than was watched" for end in (low, high))
    return " to ".join(ends)


def _shown(row: Mapping[str, Any], number: float) -> str:
    """A share as a percentage, days and ranks as whole numbers, anything else with two decimals."""
    if row["unit"] in _COUNTED and row["measure"].partition(":")[0] not in _NOT_SHARES:
        return f"{100 * number:.1f}%"
    if row["unit"] in ("days", "rank"):
        return f"{number:.0f}"
    return f"{number:.1f} points" if row["unit"] == POINTS else f"{number:,.2f}"
