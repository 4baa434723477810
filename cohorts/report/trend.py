"""Change over time: a number in each report of an unbroken run of months, and where it changed beyond chance."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import sqrt

from cohorts.report.charts import Axis, Ranged
from cohorts.report.facts import DefinitionFacts, ReportFacts
from cohorts.report.page import Figure, Table, Trend
from cohorts.report.spc import FEWEST_CHANGES, Signals, signals
from cohorts.report.tables import anchor
from cohorts.report.trend_chart import Point, trend_chart
from governance.disclosure import SafeFrame, SafeRate, rate_per_1000
from governance.english import joined, month

NEEDED = FEWEST_CHANGES + 1
"""Reports of months in a row from which change is told from chance."""
_SHOWN = 25
"""Reports looked at, at most: two years of changes."""
_RATES = Axis("People in every 1,000", "Rates per 1,000 people")

_BY_CHANCE = (
    " The intervals in this table show chance only. Doubt about how records were joined is much the same in every"
    " report."
)

TOO_FEW = (
    f"Change over time can be told from chance once there are {NEEDED} monthly reports in a row with the same"
    " definition."
)
"""What stands in the place of a chart."""
Levels = list[tuple[str, Ranged]]
"""Period and level, oldest first."""


def cohort_trend(frame: SafeFrame, facts: ReportFacts, definition: DefinitionFacts) -> Trend:
    """How a group's rate moved since its definition is what it is."""

    def comparable(then: SafeFrame) -> bool:
        same = then.versions.get(definition.id) == frame.versions.get(definition.id)
        return same and then.policy_id == frame.policy_id

    levels = unbroken(frame, facts, lambda one: rate_by_chance(one, definition.id), comparable)
    population = frame.cell(definition.id, "population").people
    noise = 1000 * sqrt(frame.rule.variance) / population if population else 0.0
    name = anchor(definition.id, "trend")
    return trend(name, definition.title, levels, axis=_RATES, noise=noise, note=_BY_CHANCE)


def rate_by_chance(frame: SafeFrame, cohort: str) -> SafeRate:
    """A group's rate in one report: doubt about links is much the same in all, and is no change between two."""
    return rate_per_1000(frame.cell(cohort, "met"), frame.cell(cohort, "population"))


def unbroken(
    frame: SafeFrame,
    facts: ReportFacts,
    level: Callable[[SafeFrame], Ranged],
    comparable: Callable[[SafeFrame], bool] = lambda _: True,
) -> Levels:
    """Levels of this report and of those before it, as far back as months are in a row and a number is shown."""
    found: Levels = []
    expected = facts.period
    reports = {each.period: each.frame for each in facts.earlier} | {facts.period: frame}
    while (one := reports.get(expected)) is not None and len(found) < _SHOWN:
        here = level(one)
        if here.value is None or not comparable(one):
            break
        found.append((expected, here))
        expected = _month_before(expected)
    return found[::-1]


def trend(name: str, title: str, levels: Levels, *, axis: Axis, noise: float = 0.0, note: str = "") -> Trend:
    """What may be said of a run of reports.

    Args:
        name: Unique on the page.
        title: Of what.
        levels: Oldest first.
        axis: What the levels are.
        noise: Standard deviation that disclosure control makes in one level.
        note: What else a reader should know about the levels.
    """
    found = signals([here.value or 0.0 for _, here in levels], noise=noise)
    if found is None:
        return Trend(note=_too_few(len(levels)), figure=None)
    marked = {*found.jumps, *found.rises, *found.falls}
    points = [Point(month(period), here, number in marked) for number, (period, here) in enumerate(levels)]
    rows = tuple(
        (each.label, each.level.text, each.level.interval_text, _marks(n, found)) for n, each in enumerate(points)
    )
    short = [replace(each, label=_short(each.label)) for each in points]
    head = ("Month", axis.label, "95% interval", "What stands out")
    return Trend(
        note="",
        figure=Figure(
            id=name,
            heading="Change over time",
            finding=change_finding([each.label for each in points], found),
            chart=trend_chart(name, f"{title}: month by month", short, axis=axis),
            table=Table(caption=f"{title}: month by month", head=head, rows=rows, text_columns=frozenset({3})),
            note="Each report looks back over many months, so neighbouring numbers share most of their people. That is"
            " why we test the change from month to month, and not the level. A square marks a change that stands out."
            f" About 1 chart in 20 has one although nothing happened.{note}",
        ),
    )  # fmt: skip


def change_finding(months: Sequence[str], found: Signals) -> str:
    """Where something changed, in words; nothing is claimed of any other month."""
    if not found:
        return "No clear change: the numbers went up and down as they usually do."
    told = (
        [f"In {joined([months[n] for n in found.jumps])} the change stood out from the usual ups and downs."]
        if found.jumps
        else []
    )
    told += [f"It rose in seven reports or more in a row up to {months[n]}." for n in found.rises]
    told += [f"It fell in seven reports or more in a row up to {months[n]}." for n in found.falls]
    return " ".join(told)


def _too_few(reports: int) -> str:
    held = "1 such report" if reports == 1 else f"{reports} such reports"
    so_far = f"There {'is' if reports == 1 else 'are'} {held} so far, this one included."
    return f"{TOO_FEW} {so_far if reports else 'There is none so far: in this one the number cannot be told.'}"


def _marks(number: int, found: Signals) -> str:
    words = ((found.jumps, "Larger change"), (found.rises, "Seven rises"), (found.falls, "Seven falls"))
    return ", ".join(says for where, says in words if number in where) or "Nothing"


def _short(name: str) -> str:
    """``September 2026`` as ``Sep 2026``, for an axis."""
    return f"{name[:3]} {name.split()[-1]}"


def _month_before(period: str) -> str:
    year, number = (int(part) for part in period.split("-"))
    return f"{year - (number == 1)}-{(number - 2) % 12 + 1:02}"
