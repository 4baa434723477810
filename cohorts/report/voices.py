"""What people told us, beside each step of a group's ladder: agrees, differs, or *silent* where nobody was heard.

A joint display (Guetterman, Fetters and Creswell, 2015): a number, what people said of it, and whether the two agree.
That nobody was heard is printed, because it is a finding about those who asked.
"""

from collections.abc import Collection, Sequence

from cohorts.report.charts import Bar
from cohorts.report.page import Quote, Table, VoicePage, VoiceStep
from cohorts.report.voice_facts import VoiceFacts, VoicesFacts
from governance.disclosure import SafeCell

LEAST_PEOPLE = 50
"""In a group with fewer, whoever knows somebody in it may know who spoke: cards are kept back."""

AGREES, DIFFERS, BOTH, SILENT = "Agrees", "Differs", "Agrees and differs", "Silent"
KEPT_BACK = "Kept back"
WHOLE = "The group as a whole"
NOBODY = "No one has told us about this."
NOT_PRINTED = "What people told us is kept back: the group is so small that someone might know who spoke."
NOT_PRINTED_OF_AREAS = (
    "No one has told us about this, unless in an area where the group is so small that someone might know who spoke:"
    " what people told us there is kept back."
)


def voice_steps(
    facts: VoicesFacts, cohort: str, rungs: Sequence[tuple[str, Bar]], met: SafeCell
) -> tuple[VoiceStep, ...]:
    """The group as a whole and each step, with what was said of it.

    Args:
        facts: Every card.
        cohort: Id of the definition.
        rungs: Id and bar of each step.
        met: How many are in the group, as released.
    """
    shown = _shown(facts, cohort, met)
    steps = [("", WHOLE, met.text), *((rung, bar.label, _number(bar)) for rung, bar in rungs)]
    silent, silence = _without_quotes(facts, cohort, met)
    return tuple(
        _step(label, number, [card for card in shown if card.rung == rung], silent, silence)
        for rung, label, number in steps
    )


def _without_quotes(facts: VoicesFacts, cohort: str, met: SafeCell) -> tuple[str, str]:
    """Verdict and sentence of every step without quotes. Where cards are kept back, nobody is told on which step."""
    if not kept_back(facts, cohort, met):
        return SILENT, NOBODY
    return (SILENT, NOT_PRINTED_OF_AREAS) if is_large(met) else (KEPT_BACK, NOT_PRINTED)


def kept_back(facts: VoicesFacts, cohort: str, met: SafeCell) -> int:
    """Cards of a group that is too small to print them, here or in the area where they were told."""
    return sum(card.cohort == cohort and (card.is_kept_back or not is_large(met)) for card in facts.cards)


def is_large(met: SafeCell) -> bool:
    """Whether cards on a group may be printed: nobody who spoke can be told from its number."""
    return (met.people or 0) >= LEAST_PEOPLE


def _shown(facts: VoicesFacts, cohort: str, met: SafeCell) -> list[VoiceFacts]:
    shown = [card for card in facts.cards if card.cohort == cohort and not card.is_kept_back]
    return shown if is_large(met) else []


def _number(bar: Bar) -> str:
    return f"{bar.cell.text} ({bar.share.percent_text})" if bar.share and bar.share.low is not None else bar.cell.text


def _step(label: str, number: str, cards: Sequence[VoiceFacts], silent: str, silence: str) -> VoiceStep:
    return VoiceStep(
        label=label,
        number=number,
        verdict=verdict(cards) if cards else silent,
        silence=silence,
        quotes=quotes_of(cards),
    )


def quotes_of(cards: Sequence[VoiceFacts]) -> tuple[Quote, ...]:
    """Cards as the page shows them."""
    return tuple(
        Quote(says=card.says, stance=AGREES if card.agrees else DIFFERS, own_words=card.own_words, source=card.source)
        for card in cards
    )


def verdict(cards: Sequence[VoiceFacts]) -> str:
    """What cards together say of a number."""
    stances = {card.agrees for card in cards}
    return {frozenset({True}): AGREES, frozenset({False}): DIFFERS, frozenset({True, False}): BOTH}.get(
        frozenset(stances), SILENT
    )


def voice_page(
    facts: VoicesFacts,
    groups: Sequence[tuple[str, Sequence[VoiceStep]]],
    back: int,
    cohorts: Collection[str] = (),
    *,
    area: str = "",
) -> VoicePage:
    """The page that says where people were heard, and where nobody was.

    Args:
        facts: Every card.
        groups: Title and steps of each group.
        back: Cards that are kept back because their group is small, here or in an area.
        cohorts: Ids of the groups of this report: a comment on another one has no place in it.
        area: Where the report is on one board's area, its name: people may have been heard on the whole.
    """
    steps = [step for _, steps in groups for step in steps]
    stray = len(facts.cards) - back - sum(len(step.quotes) for step in steps)
    return VoicePage(
        heard=_heard(
            len(steps),
            sum(step.verdict == SILENT for step in steps),
            sum(bool(step.quotes) for step in steps),
            back,
            area,
        ),
        gone=_gone(facts, back, stray, sum(each.cohort not in cohorts for each in facts.comments)),
        tables=tuple(_table(title, steps) for title, steps in groups),
    )


def _table(title: str, steps: Sequence[VoiceStep]) -> Table:
    rows = tuple((step.label, step.verdict, str(len(step.quotes))) for step in steps)
    head = ("Step", "Compared with the number", "Cards")
    return Table(caption=f"{title}: who was heard", head=head, rows=rows, text_columns=frozenset({1}))


def _heard(steps: int, silent: int, told: int, back: int, area: str) -> str:
    if back and not told:
        return "What people told us is kept back: where they spoke, the group is so small that someone might know them."
    if silent == steps and area:
        return f"No one has told us about these steps in {area} alone yet. The next step is to ask here."
    if silent == steps:
        return "No one has told us about any of these steps yet. That is a finding, too. Was anyone asked?"
    if back and told < steps:  # not which of the two: nobody is told on which step a card is kept back
        return f"On {steps - told} of {steps} steps no one was heard, or what people told us is kept back."
    if silent:
        return f"On {silent} of {steps} steps no one was heard. That is a finding, too."
    return "On every step someone was heard." if told == steps else "Some of what people told us is kept back."


def _gone(facts: VoicesFacts, back: int, stray: int, comments: int) -> tuple[str, ...]:
    cards = (
        (facts.withdrawn, "withdrawn, because the people who spoke changed their mind"),
        (facts.expired, "taken out, because the time they were agreed for is over"),
        (stray, "left out, because this report has not the group or the step any more"),
        (back, "kept back, because the group is so small where people spoke that someone might know them"),
    )
    told = [(number, "card", why) for number, why in cards]
    told.append((comments, "comment", "left out, because this report has not the group any more"))
    return tuple(f"{n} {what} was {why}." if n == 1 else f"{n} {what}s were {why}." for n, what, why in told if n)
