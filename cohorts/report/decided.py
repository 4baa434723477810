"""What you decided last time: each finding with its owner and next step, and whether it is done, due or overdue."""

from collections.abc import Sequence
from datetime import date

from cohorts.report.board_facts import DecisionFacts
from cohorts.report.facts import ReportFacts, SinceFacts
from cohorts.report.page import Decided, DecidedPage
from cohorts.report.since import difference_words, then_cell
from cohorts.report.tables import anchor
from governance.disclosure import SafeFrame
from governance.english import joined, long_date, month

DONE, DUE, OVERDUE = "Done", "Not yet due", "Overdue"
_SINCE = "The number since the last report"


def state(decision: DecisionFacts, as_of: date) -> str:
    """Where a decision stands at the end of the report's period.

    Args:
        decision: One of the board's.
        as_of: First day that is not in the data: with no clock in it, the same report says the same on any day.
    """
    if decision.done_on is not None:
        return DONE
    return OVERDUE if decision.review_on < as_of else DUE


def decided_page(frame: SafeFrame, facts: ReportFacts) -> DecidedPage | None:
    """The page, in the order of the board's file; none if it decided nothing."""
    found = tuple(_decided(frame, facts, each) for each in facts.board_file.decisions)
    if not found:
        return None
    counts = {one: sum(each.state == one for each in found) for one in (OVERDUE, DUE, DONE)}
    told = [f"{number} {'is' if number == 1 else 'are'} {one.lower()}" for one, number in counts.items() if number]
    last_day = date.fromordinal(facts.as_of.toordinal() - 1)
    whole = (
        f"Of {len(found)} decisions, {joined(told)}"
        if len(found) > 1
        else f"The one decision is {found[0].state.lower()}"
    )
    return DecidedPage(
        summary=f"{whole}{_as_of(facts.board_file.decisions, last_day)}",
        decisions=found,
        note=_note(facts.since) if any(_SINCE in dict(each.facts) for each in found) else "",
    )


def _as_of(decisions: Sequence[DecisionFacts], last_day: date) -> str:
    """Until when it is told; where the board's file is newer than the records, as in a past month made again, that."""
    newer = sum(each.decided_on > last_day for each in decisions)
    ended = sum(each.done_on is not None and each.done_on > last_day for each in decisions)
    if not newer + ended:
        return f", as of {long_date(last_day)}."
    counts = {"decided": newer, "done": ended}
    told = [f"{number} {'was' if number == 1 else 'were'} {word}" for word, number in counts.items() if number]
    return (
        f". The records of this report end on {long_date(last_day)}: {joined(told)} later, so no number here can show"
        " what came of that."
    )


def _note(since: SinceFacts | None) -> str:
    """Where a reader finds what made the difference, if that was told apart anywhere."""
    told = "A number can change for reasons that have nothing to do with a decision."
    if since is None or since.why_not_split:
        return told
    if since.told_in:
        return f"{told} The report on all of {since.told_in} has more on that."
    return f"{told} The front page says what made the difference."


def _decided(frame: SafeFrame, facts: ReportFacts, each: DecisionFacts) -> Decided:
    titles = {one.id: one.title for one in facts.definitions}
    return Decided(
        group=titles.get(each.cohort, ""),
        link=anchor(each.cohort) if each.cohort in titles else "",
        finding=each.finding,
        state=state(each, facts.as_of),
        facts=tuple(
            (name, text)
            for name, text in (
                ("Next step", each.next_step),
                ("Owner", each.owner),
                ("Decided on", long_date(each.decided_on)),
                ("To be reviewed by", long_date(each.review_on)),
                ("Done on", long_date(each.done_on) if each.done_on else ""),
                ("What came back", each.came_back),
                (_SINCE, _since(frame, facts.since, facts.period, each.cohort)),
            )
            if text
        ),
    )


def _since(frame: SafeFrame, since: SinceFacts | None, period: str, cohort: str) -> str:
    """The group's released number then and now, with no more said than intervals and rounding allow."""
    if since is None or not cohort or cohort not in since.met:
        return ""
    then, now = then_cell(since, cohort), frame.cell(cohort, "met")
    told = difference_words(frame, then, now)
    return f"{then.text} people in {month(since.period)}, {now.text} in {month(period)}. {told}"
