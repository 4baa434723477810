"""Since last time: the count of each group then and now, and in words what made the difference."""

from cohorts.report.facts import ReportFacts, SinceFacts
from cohorts.report.page import SinceLast, Table
from governance.disclosure import NOT_AVAILABLE, SafeCause, SafeCell, SafeFrame, Status, Way, Weight, beyond_the_rule
from governance.english import month

CAUSES = {
    "definition": "a changed definition",
    "linkage": "a change in how records were joined",
    "late_data": "late or corrected data",
    "people": "people who joined, left, or whose needs changed",
}


_NO_CAUSE = "No cause moved enough people to tell."


def since_last(frame: SafeFrame, facts: ReportFacts) -> SinceLast | None:
    """What the page says of the difference to the last report; nothing if there is none.

    Args:
        frame: Every number of the release, after disclosure control.
        facts: Holds the last report's released numbers, and words for each cause.
    """
    since = facts.since
    if since is None:
        return None
    rows = tuple(
        (each.title, then_cell(since, each.id).text, frame.cell(each.id, "met").text, _words(frame, since, each.id))
        for each in facts.definitions
    )
    head = ("Group", month(since.period), month(facts.period), _last_column(since))
    return SinceLast(
        period=month(since.period),
        note=_note(since),
        table=Table(caption="Each group then and now", head=head, rows=rows, text_columns=frozenset({3})),
    )


def _last_column(since: SinceFacts) -> str:
    return "Difference" if since.told_in else "What made the difference"


def then_cell(since: SinceFacts, cohort: str) -> SafeCell:
    """A group's number in the last report."""
    return since.met.get(cohort, NOT_AVAILABLE)


def _note(since: SinceFacts) -> str:
    if since.told_in:
        return (
            "A number can change although nobody's life did. What made the difference was told apart for all of "
            f"{since.told_in} only, and stands in that report."
        )
    if since.why_not_split:
        return "We cannot say this time what made the difference: the records of last time are not held any more."
    return (
        "A number can change although nobody's life did: data came late, records were joined otherwise, or a "
        "definition was changed. How many people each of these moved is not shown, because it may be very few. "
        "It is told of each group as a whole. If a number changed for one age, sex, area or ethnic group only, "
        "we cannot say why."
    )


def _words(frame: SafeFrame, since: SinceFacts, cohort: str) -> str:
    causes = since.causes.get(cohort)
    if causes is None:
        return "New in this report."
    then, now = then_cell(since, cohort), frame.cell(cohort, "met")
    told = [difference_words(frame, then, now)]
    if not since.why_not_split and not since.told_in:
        # Of numbers that nobody can compare, that no cause moved enough people is no news.
        told += _told(causes) or ([_NO_CAUSE] if then.people is not None and now.people is not None else [])
    return " ".join(sentence for sentence in told if sentence)


def difference_words(frame: SafeFrame, then: SafeCell, now: SafeCell) -> str:
    """Which way the released numbers differ, if by more than rounding and noise may have made."""
    if then.people is None or now.people is None:
        is_hidden = Status.HIDDEN in (then.status, now.status)
        return "Cannot be compared: a number is hidden." if is_hidden else "Cannot be compared."
    more = now.people - then.people
    if not beyond_the_rule(more, frame.rule, counts=2):
        return "No clear difference."
    return "More people." if more > 0 else "Fewer people."


def _told(causes: tuple[SafeCause, ...]) -> list[str]:
    most = [f"Most of the change is {_cause(one)}." for one in causes if one.weight is Weight.MOST]
    some = [_cause(one) for one in causes if one.weight is Weight.SOME]
    both = [one for one in causes if one.weight is Weight.LITTLE and one.way is Way.BOTH]
    told = [*most, *([f"Some of it is {' and '.join(some)}."] if some else [])]
    told += [f"{CAUSES[one.cause].capitalize()}: about as many came as went." for one in both]
    return told


def _cause(one: SafeCause) -> str:
    return f"{CAUSES[one.cause]} ({one.way.value})"
