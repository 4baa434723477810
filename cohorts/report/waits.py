"""Waits and missed appointments: how long, for whom longer, and whether shorter waits went with wider gaps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from markupsafe import Markup

from cohorts.report.charts import Axis, Dot, dot_chart
from cohorts.report.equity import by_words
from cohorts.report.facts import DimensionFacts, ReportFacts
from cohorts.report.findings import beside_its_groups, equity_finding, quoted
from cohorts.report.labels import EQUITY_ORDER, in_order, label
from cohorts.report.page import Figure, Table, Trend, Waits
from cohorts.report.tables import with_spans
from cohorts.report.trend import TOO_FEW, trend, unbroken
from cohorts.report.weeks import Gap, ServiceWait, Weeks, service_wait, services_waited_for
from governance.disclosure import ALL, EVERYONE, SafeFrame, SafeRate
from governance.disclosure.banded import Bounded
from governance.disclosure.waits import APPOINTMENTS, MISSED
from governance.english import joined, month

_AXIS = Axis("Weeks within which half were seen", "Weeks within which half were seen,")
_TREND = Axis("Weeks until half were seen", "Weeks until half were seen,")
_SHOWN = 13
"""Reports in the table over time: a year, and the month a year ago."""
_GAP_WORDS = {
    1: "Longer in the most deprived fifth of areas",
    -1: "Shorter in the most deprived fifth of areas",
    0: "No clear difference",
}


@dataclass(frozen=True, slots=True)
class _Wait:
    """One dot of the chart."""

    label: str
    rate: Weeks


def waits(frame: SafeFrame, facts: ReportFacts) -> Waits | None:
    """What the page says of waits and missed appointments; nothing where no service counts either.

    Args:
        frame: Every number of the release, after disclosure control.
        facts: Titles of services, and the frames of earlier reports.
    """
    found = [service_wait(frame, source) for source in services_waited_for(frame)]
    missed = _missed(frame, facts)
    if not found and not missed:
        return None
    trends = tuple(_trends(frame, facts, found))
    return Waits(
        half=_half(found, facts),
        by_place=_by_place(found, facts) if found else None,
        gaps=_gaps(found, facts) if found else None,
        over_time=_over_time(frame, facts),
        trends=trends,
        short_of=_short_of([each.note for _, each in trends if each.note]),
        missed=missed,
        questions=_questions(found, facts),
    )


def _short_of(notes: list[str]) -> str:
    """Why some services have no chart over time; how many reports each has is told where it is the same for all."""
    return notes[0] if len(set(notes)) == 1 else TOO_FEW if notes else ""


def _questions(found: list[ServiceWait], facts: ReportFacts) -> tuple[str, ...]:
    longer = [quoted(facts.source_short(each.source)) for each in found if each.gap.clear == 1]
    asked = [f"What makes people in the most deprived areas wait longer for {joined(longer)}?"] if longer else []
    return (
        *asked,
        "When a service sets out to shorten its wait, how will we know who gains from it?",
        "What do people who missed an appointment say would have helped them to come?",
    )


def _half(found: list[ServiceWait], facts: ReportFacts) -> Table | None:
    """How long half of the people referred waited."""
    if not found:
        return None
    rows = tuple(
        (facts.source_short(each.source), each.people.text, each.median.text, each.median.interval_text)
        for each in found
    )
    head = ("Service", "People referred", "Weeks until half were seen", "95% interval")
    return with_spans(
        Table(caption="How long people waited, by service", head=head, rows=rows), [e.span for e in found]
    )


def _by_place(found: list[ServiceWait], facts: ReportFacts) -> Figure:
    dots = []
    for each in found:
        title = facts.source_short(each.source)
        dots += [_Wait(f"{title}: most deprived fifth", each.deprived), _Wait(f"{title}: all others", each.others)]
    rows = tuple((dot.label, dot.rate.text, dot.rate.interval_text) for dot in dots)
    head = ("Service and areas", "Weeks until half were seen", "95% interval")
    chart = _chart(dots)
    arrow = "An arrow means that the interval runs on." if chart else ""
    return Figure(
        id="waits-by-place",
        heading="Do people in the most deprived areas wait longer?",
        finding=gap_finding([(facts.source_short(each.source), each.gap) for each in found]),
        chart=chart,
        table=Table(caption="Weeks until half were seen, by place", head=head, rows=rows),
        note=f"{arrow} {_beside_its_parts(found, facts)}".strip(),
    )


def _chart(dots: list[_Wait]) -> Markup:
    """None where no median is known: an empty frame tells nobody anything."""
    if all(dot.rate.value is None for dot in dots):
        return Markup()
    return dot_chart("waits-by-place", "Waits in the most deprived fifth of areas and in all others", dots, axis=_AXIS)


def _beside_its_parts(found: list[ServiceWait], facts: ReportFacts) -> str:
    """Why the wait of everyone may be longer or shorter than both of its parts; empty where none is."""
    odd = [quoted(facts.source_short(each.source)) for each in found if not each.is_between]
    if not odd:
        return ""
    return (
        f"For {joined(odd)} the wait of everyone does not lie between these two: each is worked out from numbers that"
        " are changed and rounded on their own."
    )


def _gaps(found: list[ServiceWait], facts: ReportFacts) -> Table:
    """How much longer the wait is in the most deprived fifth of areas."""
    rows = tuple(
        (facts.source_short(each.source), each.gap.text, each.gap.interval_text, _gap_words(each.gap)) for each in found
    )
    head = ("Service", "Gap in weeks", "95% interval", "What it says")
    caption = "The wait in the most deprived fifth of areas, less that in all others"
    return Table(caption=caption, head=head, rows=rows, text_columns=frozenset({3}))


def _gap_words(gap: Gap) -> str:
    if gap.estimate:
        return _GAP_WORDS[gap.clear]
    return "Longer than we can tell" if gap.is_beyond else "Too few to compare"


def gap_finding(gaps: list[tuple[str, Gap]]) -> str:
    """What the gaps of all services say; a difference is claimed only where an interval leaves out none."""
    told = []
    for way, words in ((1, "longer"), (-1, "shorter")):
        if clear := [quoted(title) for title, gap in gaps if gap.clear == way]:
            told.append(
                f"Clear difference: waits were {words} in the most deprived fifth of areas for {joined(clear)}."
            )
    if unclear := [quoted(title) for title, gap in gaps if gap.estimate and not gap.clear]:
        told.append(f"No clear difference for {joined(unclear)}.")
    if beyond := [quoted(title) for title, gap in gaps if gap.is_beyond]:
        told.append(f"Waits are longer than we can tell for {joined(beyond)}.")
    if few := [quoted(title) for title, gap in gaps if gap.estimate is None and not gap.is_beyond]:
        told.append(f"Too few people to compare for {joined(few)}.")
    return " ".join(told)


def _trends(frame: SafeFrame, facts: ReportFacts, found: list[ServiceWait]) -> Iterator[tuple[str, Trend]]:
    """The median of each service, report by report."""
    for each in found:
        title = facts.source_short(each.source)
        levels = unbroken(frame, facts, _median_of(each.source))
        yield title, trend(f"wait-{each.source.replace('_', '-')}", f"Wait for {title}", levels, axis=_TREND)


def _median_of(source: str) -> Callable[[SafeFrame], Weeks]:
    return lambda frame: service_wait(frame, source).median


def _over_time(frame: SafeFrame, facts: ReportFacts) -> Table | None:
    """Each service and report: the wait and the gap, and how both moved; nothing in a first report."""
    reports = [*((each.period, each.frame) for each in facts.earlier), (facts.period, frame)][-_SHOWN:]
    told = [
        (
            facts.source_short(source),
            [(period, service_wait(one, source)) for period, one in reports if _has(one, source)],
        )
        for source in services_waited_for(frame)
    ]
    known = [(title, points) for title, points in told if any(one.median.estimate for _, one in points)]
    rows = [row for title, points in known if len(points) > 1 for row in _rows_over_time(title, points)]
    head = (
        "Service and month", "Weeks until half were seen", "95% interval", "Gap in weeks", "95% interval of the gap",
        "Since the report before",
    )  # fmt: skip
    caption = "Waits and gaps over time"
    return Table(caption=caption, head=head, rows=tuple(rows), text_columns=frozenset({5})) if rows else None


def _has(frame: SafeFrame, source: str) -> bool:
    return source in services_waited_for(frame)


def _rows_over_time(title: str, points: list[tuple[str, ServiceWait]]) -> Iterator[tuple[str, ...]]:
    before: ServiceWait | None = None
    for period, now in points:
        cells = (now.median.text, now.median.interval_text, now.gap.text, now.gap.interval_text)
        yield (f"{title}, {month(period)}", *cells, moved(before, now))
        before = now


def moved(before: ServiceWait | None, now: ServiceWait) -> str:
    """How a service's wait and gap moved from one report to the next: claimed only where two intervals lie apart."""
    if before is None:
        return "[z]"
    wait = _apart(before.median.estimate, now.median.estimate)
    gap = _apart(before.gap.estimate, now.gap.estimate)
    if wait is None and gap is None:
        return "Cannot be compared"
    if (wait, gap) == (-1, 1):
        return "Shorter waits went with a wider gap"
    if (wait, gap) == (0, 0):
        return "No clear change"
    same = {0: "no clear change", None: "cannot be compared"}
    words = {-1: "shorter", 1: "longer", **same}, {-1: "narrower", 1: "wider", **same}
    return f"Wait: {words[0][wait]}. Gap: {words[1][gap]}"


def _apart(before: Bounded | None, now: Bounded | None) -> int | None:
    """1 if higher now, -1 if lower, 0 if the intervals meet; None where either is not known."""
    if before is None or now is None:
        return None
    return int(now.low > before.high) - int(now.high < before.low)


def _missed(frame: SafeFrame, facts: ReportFacts) -> tuple[Figure, ...]:
    """People who missed an appointment, of those who had one: for whom services fit worse."""
    named = {each.id: each for each in facts.dimensions}
    asked = [named[name] for name in EQUITY_ORDER if name in named and frame.groups(EVERYONE, MISSED, name)]
    return tuple(missed_figure(frame, facts, dimension) for dimension in asked)


def missed_figure(frame: SafeFrame, facts: ReportFacts, dimension: DimensionFacts) -> Figure:
    """People who missed an appointment, of those who had one, by one breakdown."""
    by = by_words(dimension)
    found = in_order(frame.groups(EVERYONE, MISSED, dimension.id), dimension.order)
    groups = [group for group in found if frame.cell(EVERYONE, APPOINTMENTS, dimension.id, group).people != 0]
    dots = [Dot(label(dimension.id, group, facts), _missed_rate(frame, dimension.id, group)) for group in groups]
    everyone = _missed_rate(frame, ALL, ALL)
    rows = [
        (dot.label, *_missed_row(frame, dimension.id, group), dot.rate.text, dot.rate.interval_text)
        for dot, group in zip(dots, groups, strict=True)
    ]
    rows.append(("Everyone", *_missed_row(frame, ALL, ALL), everyone.text, everyone.interval_text))
    chart_id = f"missed-{dimension.id.replace('_', '-')}"
    head = ("Group", "Missed one", "People with an appointment", "In every 1,000", "95% interval")
    spans = [frame.span(EVERYONE, MISSED, dimension.id, group) for group in groups]
    table = Table(caption=f"People who missed an appointment, by {by}", head=head, rows=tuple(rows))
    return Figure(
        id=chart_id,
        heading=f"By {by}",
        finding=equity_finding(dots),
        chart=dot_chart(chart_id, f"People who missed an appointment, by {by}", dots, everyone=everyone),
        table=with_spans(table, [*spans, frame.span(EVERYONE, MISSED)]),
        note=beside_its_groups(everyone, dots),
    )


def _missed_rate(frame: SafeFrame, dimension: str, group: str) -> SafeRate:
    return frame.rate(EVERYONE, MISSED, APPOINTMENTS, dimension, group)


def _missed_row(frame: SafeFrame, dimension: str, group: str) -> tuple[str, ...]:
    return tuple(frame.cell(EVERYONE, measure, dimension, group).text for measure in (MISSED, APPOINTMENTS))
