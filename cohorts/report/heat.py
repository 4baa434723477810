"""A sheet in the shape of the Health Equity Assessment Tool (HEAT), filled in as far as released numbers reach.

HEAT was made by Public Health England and is published by the Office for Health Improvement and Disparities. The sheet
follows what gov.uk says of the tool: its four stages and what it is for (what it is and how to use it, updated 23
August 2024), and the kinds and the causes of inequality that it looks through (executive summary, 25 May 2021). That
it is looked at again after six to twelve months is told by the Patient Information Forum. What each stage asks is **in
our own words**: the template itself, a file beside those pages, could not be read here, and the sheet says so. The
assessment is the board's: what this report cannot know is left for it to add.
"""

from collections.abc import Iterator

from cohorts.report.page import BoardPage, CohortSection, Decided, Table

SHEET = "HEAT"
STAGES = ("1. Prepare", "2. Assess", "3. Refine and apply", "4. Review")
NOT_HERE = "[x]"
_NOT_CONFIRMED = (
    "The four stages, the kinds of inequality and their causes are those that gov.uk names for HEAT (pages of 23 August"
    " 2024 and 25 May 2021). What each stage asks stands here in our own words and was not held against the published"
    " template (not confirmed). Use the template itself for a formal assessment."
)
_PROTECTED = {
    "age": "age",
    "disability": "disability",
    "gender reassignment": "",
    "marriage and civil partnership": "",
    "pregnancy and maternity": "",
    "race": "ethnic group",
    "religion or belief": "",
    "sex": "sex",
    "sexual orientation": "",
}
"""Characteristics that the Equality Act 2010 protects, and under which heading a breakdown by one would stand."""

_CAUSES = (
    "Do homes, money, work and places lie behind it?",
    "Do ways of living and other risks lie behind it?",
    "Do the people around them, or being alone, lie behind it?",
    "Is it harder for some to get help, or is the help worse?",
)
"""The four kinds of cause that HEAT names. No source of ours tells of causes: they are asked, and left to fill in."""

Row = tuple[str, str, str]
"""Stage, what it asks, what this report says."""


def heat_table(page: BoardPage) -> Table:
    """The sheet: a row for each group and question, in the order of the stages, and a column to fill in.

    Args:
        page: The report; only what it prints is taken over.
    """
    rows = [
        (stage, group.title, asks, says or NOT_HERE, "")
        for group in page.cohorts
        for stage, asks, says in _rows(page, group)
    ]
    head = ("Stage", "Group", "What it asks, in our words", "What this report says", "For you to add")
    return Table(
        caption="Health Equity Assessment Tool (HEAT): what this report can fill in",
        head=head,
        rows=(("About this sheet", "[z]", _NOT_CONFIRMED, "Taken from released numbers only.", ""), *rows),
        text_columns=frozenset({1, 2, 3, 4}),
    )


def _rows(page: BoardPage, group: CohortSection) -> Iterator[Row]:
    decided = [each for each in page.decided.decisions if each.link == group.id] if page.decided else []
    yield from _prepare(group)
    yield from _assess(group)
    yield from _refine(group, decided)
    yield from _review(page, group, decided)


def _prepare(group: CohortSection) -> Iterator[Row]:
    stage = STAGES[0]
    yield stage, "What is the work about, and why?", group.why
    yield stage, "Who is it for?", group.population
    yield stage, "How many people is it about?", _summary(group, "People in this group", "In every 1,000")
    yield stage, "Which services should take part?", _sentence(*(each.finding for each in group.overlap))
    yield stage, "Which senior leader stands behind this?", ""


def _assess(group: CohortSection) -> Iterator[Row]:
    stage = STAGES[1]
    for figure in group.equity:
        yield stage, f"Who is worse off, {figure.heading[:1].lower()}{figure.heading[1:]}?", figure.finding
    yield stage, "Which protected characteristics are not in the data?", _not_broken_down(group)
    yield stage, "Does it differ by income or work?", ""
    yield stage, "Are they people whom services tend to leave out?", ""
    unknown = _summary(group, "We cannot tell for")
    yield stage, "What do the data leave out?", _sentence(unknown, *group.caveats)
    yield stage, "What do people who live this say?", _voices(group)
    for cause in _CAUSES:
        yield stage, cause, ""


def _refine(group: CohortSection, decided: list[Decided]) -> Iterator[Row]:
    stage = STAGES[2]
    yield stage, "Where is need not met?", group.ladder.finding if group.ladder else ""
    yield stage, "What will be done, and who sees to it?", _told(decided, "Next step", "Owner")
    yield stage, "What should be asked before that?", " ".join(group.questions)
    yield stage, "How will it meet the duty of public bodies to promote equality?", ""


def _review(page: BoardPage, group: CohortSection, decided: list[Decided]) -> Iterator[Row]:
    stage = STAGES[3]
    yield stage, "When will it be looked at again, six to twelve months from now?", _told(decided, "To be reviewed by")
    yield stage, "What came back?", _told(decided, "What came back")
    since = [row for row in page.since.table.rows if row[0] == group.title] if page.since else []
    changed = f"{since[0][1]} people then, {since[0][2]} now. {since[0][3]}" if since else ""
    yield stage, "What changed since the last report?", changed


def _summary(group: CohortSection, *labels: str) -> str:
    """Some of the figures of a group, as its page shows them."""
    found = {
        label: f"{label}: {number}{' ' if note.startswith('people') else ', '}{note}."
        for label, number, note in group.summary
    }
    return " ".join(found[label] for label in labels if label in found)


def _not_broken_down(group: CohortSection) -> str:
    """Named, so that nobody takes silence for equality."""
    shown = {figure.heading.removeprefix("By ").lower() for figure in group.equity}
    missing = [name for name, heading in _PROTECTED.items() if heading not in shown]
    return f"{', '.join(missing).capitalize()}." if missing else "All of them are broken down."


def _voices(group: CohortSection) -> str:
    return " ".join(f"{step.label}: {step.verdict.lower()}." for step in group.voices)


def _told(decided: list[Decided], *names: str) -> str:
    """What was decided about a group, one sentence a decision."""
    told = [", ".join(dict(each.facts).get(name, "").rstrip(".") for name in names) for each in decided]
    return " ".join(f"{one.strip(', ')}." for one in told if one.strip(", "))


def _sentence(*parts: str) -> str:
    return " ".join(part for part in parts if part)
