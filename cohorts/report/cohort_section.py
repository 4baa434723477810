"""One cohort of the report: its parts, the steps that led to it, and the questions it raises."""

from collections.abc import Sequence
from itertools import pairwise

from cohorts.report.certainty import direction, grade
from cohorts.report.charts import Bar, Dot
from cohorts.report.equity import by_words, equity_dots, equity_figure
from cohorts.report.facts import DefinitionFacts, DimensionFacts, ReportFacts
from cohorts.report.findings import cannot_tell_outweighs, clear_difference, left_out, quoted, widest_drop
from cohorts.report.gap import deprivation_gap
from cohorts.report.labels import breakdowns
from cohorts.report.ladder import SHARED, STEP, ladder_figure, ladder_rungs, rung_names
from cohorts.report.overlap import overlap_figures
from cohorts.report.page import CohortSection, Table
from cohorts.report.tables import OTHERWISE, anchor, overall_rate, with_spans
from cohorts.report.trend import cohort_trend
from cohorts.report.voices import voice_steps
from governance.disclosure import SafeCell, SafeFrame, SafeRate, Status

_STEPS = 2
_TOO_FEW = (
    "Too few people are in this group to say. Where a total is hidden, it is not broken down, so that no one can be"
    " recognised."
)


_MORE_LEFT = (
    "No step has more people than the one before. A number that seems larger was changed and rounded on its own."
)


def cohort_section(frame: SafeFrame, facts: ReportFacts, definition: DefinitionFacts) -> CohortSection:
    """Everything the page says about one cohort."""
    rungs = ladder_rungs(frame, definition)
    equity = {each: equity_dots(frame, facts, definition.id, each) for each in breakdowns(frame, facts, definition.id)}
    return CohortSection(
        id=anchor(definition.id),
        title=definition.title,
        why=definition.why,
        population=definition.population_english,
        english=_who(definition),
        unmet=definition.unmet_english,
        definition=anchor(definition.id, "definition"),
        evidence=definition.evidence,
        published_sources=definition.published_sources,
        summary=_summary(frame, definition),
        ladder=ladder_figure(frame, definition, rungs),
        equity=tuple(equity_figure(frame, facts, definition, each, dots) for each, dots in equity.items()),
        too_few="" if equity or frame.cell(definition.id, "met").status is not Status.HIDDEN else _TOO_FEW,
        suppressed=_suppressed(facts, definition.id),
        gap=deprivation_gap(frame, definition.id, definition.title),
        overlap=overlap_figures(frame, facts, definition),
        variants=_variants(frame, definition),
        varied=definition.varied,
        attrition=_attrition(frame, definition),
        more_left=_more_left(frame, definition),
        trend=cohort_trend(frame, facts, definition),
        voices=voice_steps(
            facts.voices,
            definition.id,
            list(zip(rung_names(frame, definition), rungs[1:], strict=True)),
            frame.cell(definition.id, "met"),
        ),
        comments=tuple(
            (each.question, each.says, each.speaker) for each in facts.voices.comments if each.cohort == definition.id
        ),
        questions=_questions(frame, definition, rungs, equity),
        caveats=definition.caveats,
    )


def _suppressed(facts: ReportFacts, cohort: str) -> tuple[str, ...]:
    """Breakdowns that are left out, each once: what the whole has not, areas have not either."""
    gone = [each for each in facts.suppressed if each.cohort == cohort and not each.measure]
    of_whole = {each.dimension for each in gone if not each.in_areas}
    return tuple(each.breakdown for each in gone if not (each.in_areas and each.dimension in of_whole))


def _summary(frame: SafeFrame, definition: DefinitionFacts) -> tuple[tuple[str, str, str], ...]:
    rate, unknown = overall_rate(frame, definition.id), frame.cell(definition.id, "cannot_tell")
    met, looked_at = frame.cell(definition.id, "met"), frame.cell(definition.id, "population")
    return (
        ("People in this group", met.text, _rounded(met)),
        ("In every 1,000", rate.text, _likely(rate)),
        ("We cannot tell for", unknown.text, _rounded(unknown, "people, rounded")),
        ("People looked at", looked_at.text, _rounded(looked_at)),
        *_shared(frame, definition),
        *_certainty(frame, definition),
    )


def _likely(rate: SafeRate) -> str:
    return f"likely {rate.interval_text}{left_out(rate)}" if rate.low is not None else "too few to say"


def _rounded(cell: SafeCell, words: str = "rounded") -> str:
    """What is said under a number; of one that is hidden not that it is small: another may be."""
    return "hidden to protect people" if cell.status is Status.HIDDEN else words


def _certainty(frame: SafeFrame, definition: DefinitionFacts) -> tuple[tuple[str, str, str], ...]:
    """Where the number lies if records are joined otherwise, and its grade."""
    graded, span = grade(frame, definition.id), frame.span(definition.id, "met")
    if graded is None or span is None:
        return ()
    note = f"people. Grade {graded.words}. {direction(frame, definition.id)}".rstrip()
    return ((OTHERWISE, span.text, note),)


def _shared(frame: SafeFrame, definition: DefinitionFacts) -> tuple[tuple[str, str, str], ...]:
    """Of the group, those for whom no one service is there for all of their needs and nobody coordinates."""
    if SHARED not in frame.measures(definition.id):
        return ()
    note, span = (
        "of them have needs that no one service is there for, and nobody coordinates",
        frame.span(definition.id, SHARED),
    )
    if span:
        note += f". If records were joined otherwise: {span.text}"
    return (("Needs between services", frame.cell(definition.id, SHARED).text, note),)


def _who(definition: DefinitionFacts) -> tuple[str, ...]:
    """The lines that say what members have in common: after the population, before the rungs and what unmet means.

    The whole definition, with every rung and parameter, stands at the end of the page.
    """
    lines, told = definition.english, (definition.population_english, definition.unmet_english)
    if definition.unmet_english in lines:
        rungs_start = lines.index(definition.unmet_english) - len(definition.rungs)
        if found := lines[1:rungs_start]:
            return found
    return tuple(line for line in lines if line not in told)


def _variants(frame: SafeFrame, definition: DefinitionFacts) -> Table | None:
    """The group at each other threshold; every row is a whole definition of its own, so rows do not add up."""
    if not definition.variants:
        return None
    asked = [("met", "as used in this report"), *definition.variants]
    rows = tuple((label, frame.cell(definition.id, measure).text) for measure, label in asked)
    caption, head = f"{definition.title}: at other thresholds", ("Threshold", "People in this group")
    table = Table(caption=caption, head=head, rows=rows)
    return with_spans(table, [frame.span(definition.id, measure) for measure, _ in asked])


def _step_numbers(frame: SafeFrame, definition: DefinitionFacts) -> list[str]:
    return sorted(m.removeprefix(STEP) for m in frame.measures(definition.id) if m.startswith(STEP))


def _more_left(frame: SafeFrame, definition: DefinitionFacts) -> str:
    """Why a step may show more people than the one before; empty where none does."""
    left = [frame.cell(definition.id, STEP + number).people for number in _step_numbers(frame, definition)]
    shown = [people for people in left if people is not None]
    return _MORE_LEFT if any(after > before for before, after in pairwise(shown)) else ""


def _attrition(frame: SafeFrame, definition: DefinitionFacts) -> Table | None:
    numbers = _step_numbers(frame, definition)
    if len(numbers) < _STEPS:
        return None  # an area has one only, of which the group is a share
    labels = dict(definition.steps)
    rows = [(labels.get(number, f"Step {number}"), frame.cell(definition.id, STEP + number).text) for number in numbers]
    caption, head = f"{definition.title}: from everyone to this group", ("Step", "People left")
    table = Table(caption=caption, head=head, rows=tuple(rows))
    return with_spans(table, [frame.span(definition.id, STEP + number) for number in numbers])


def _questions(
    frame: SafeFrame, definition: DefinitionFacts, rungs: Sequence[Bar], equity: dict[DimensionFacts, list[Dot]]
) -> tuple[str, ...]:
    """Questions that the numbers raise; one is always asked, of people who have been there."""
    found: list[str] = []
    if drop := widest_drop(rungs):
        found.append(f"What stops people from reaching {quoted(drop[1].label)}?")
    for dimension, dots in equity.items():
        if apart := clear_difference(dots):
            groups = f"{quoted(apart[0].label)} and {quoted(apart[1].label)}"
            found.append(f"By {by_words(dimension)}: what lies behind the gap between {groups}?")
    if cannot_tell_outweighs(frame.cell(definition.id, "met"), frame.cell(definition.id, "cannot_tell")):
        found.append("We cannot tell for more people than we found. Which records would tell us?")
    return (*found, "What do people in this group say they need?")
