"""From the safe frame and the facts to the page."""

from datetime import date

from cohorts.report.across import across
from cohorts.report.certainty import grade
from cohorts.report.cohort_section import cohort_section
from cohorts.report.decided import decided_page
from cohorts.report.facts import DefinitionFacts, ReportFacts
from cohorts.report.findings import found_sentence, likely, unmet_sentence
from cohorts.report.ladder import unmet_rate
from cohorts.report.page import BoardPage, KeyNumber, Table
from cohorts.report.place import place_page
from cohorts.report.since import since_last
from cohorts.report.tables import anchor, overall_rate
from cohorts.report.unknowns import INTERVALS, hidden_rule, making, unknowns
from cohorts.report.voices import kept_back, voice_page
from cohorts.report.waits import waits
from cohorts.report.weighing import weigh_page
from cohorts.report.worth_asking import worth_asking
from governance.disclosure import (
    SafeFrame,
    common_base,
    in_every,
    interval_in_every,
    number_in_every,
    symbol_meanings,
)
from governance.english import long_date, month

_KEY_NUMBERS = 3
"""A board remembers three."""


def build_page(frame: SafeFrame, facts: ReportFacts) -> BoardPage:
    """The whole report.

    Args:
        frame: Every number of the release, after disclosure control.
        facts: Words, dates and definitions; no counts but those already safe.
    """
    cohorts = tuple(cohort_section(frame, facts, definition) for definition in facts.definitions)
    ids = [each.id for each in facts.definitions]
    back = sum(kept_back(facts.voices, each.id, frame.cell(each.id, "met")) for each in facts.definitions)
    return BoardPage(
        title=facts.title,
        organisation=facts.organisation,
        board=facts.board,
        area=facts.area,
        part_of=facts.part_of,
        contact=facts.contact,
        synthetic=facts.synthetic,
        notices=facts.notices,
        waivers=facts.waivers,
        late=tuple(source.late for source in facts.sources if source.late),
        period=month(facts.period),
        data_until=long_date(date.fromordinal(facts.as_of.toordinal() - 1)),
        key_numbers=_key_numbers(frame, facts),
        glance=_glance(frame, facts, _base(frame, facts)),
        asks=_asks(facts),
        worth_asking=worth_asking(frame, facts.questions),
        since=since_last(frame, facts),
        cohorts=cohorts,
        across=across(frame, facts),
        voices=voice_page(
            facts.voices,
            [(each.title, each.voices) for each in cohorts],
            back,
            ids,
            area=facts.area if facts.part_of else "",
        ),
        waits=waits(frame, facts),
        place=place_page(frame, facts),
        decided=decided_page(frame, facts),
        weighed=weigh_page(frame, facts),
        unknowns=unknowns(frame, facts),
        symbols=symbol_meanings(),
        hidden_rule=hidden_rule(frame),
        intervals=INTERVALS,
        making=making(frame, facts),
    )


def _key_numbers(frame: SafeFrame, facts: ReportFacts) -> tuple[KeyNumber, ...]:
    """The first definitions that have a rate, in the order the project lists them: people are not ranked."""
    return tuple(_key_number(frame, each, _base(frame, facts)) for each in _rated(frame, facts))


def _rated(frame: SafeFrame, facts: ReportFacts) -> list[DefinitionFacts]:
    return [each for each in facts.definitions if overall_rate(frame, each.id).per_1000 is not None][:_KEY_NUMBERS]


def _base(frame: SafeFrame, facts: ReportFacts) -> int:
    """The denominator of the front page, in its sentences and in its table."""
    return common_base(overall_rate(frame, each.id) for each in _rated(frame, facts))


def _key_number(frame: SafeFrame, definition: DefinitionFacts, base: int) -> KeyNumber:
    rate = overall_rate(frame, definition.id)
    return KeyNumber(
        title=definition.title,
        link=anchor(definition.id),
        number=_capital(in_every(rate, "people", base=base)),
        interval=likely(rate, interval_in_every(rate, base=base)),
        sentences=_sentences(frame, definition),
    )


def _sentences(frame: SafeFrame, definition: DefinitionFacts) -> tuple[str, ...]:
    met, cannot_tell = frame.cell(definition.id, "met"), frame.cell(definition.id, "cannot_tell")
    graded = grade(frame, definition.id)
    told = (
        unmet_sentence(unmet_rate(frame, definition)),
        found_sentence(met, cannot_tell),
        graded.text if graded else "",
    )
    return tuple(sentence for sentence in told if sentence)


def _glance(frame: SafeFrame, facts: ReportFacts, base: int) -> Table:
    rows = []
    for each in facts.definitions:
        rate = overall_rate(frame, each.id)
        met, unknown = frame.cell(each.id, "met").text, frame.cell(each.id, "cannot_tell").text
        interval = interval_in_every(rate, base=base) or rate.interval_text
        of_whom = frame.cell(each.id, "population").text
        rows.append((each.title, met, of_whom, number_in_every(rate, base=base), interval, unknown))
    head = ("Group", "People", "People looked at", f"In every {base:,}", "95% interval", "We cannot tell for")
    return Table(caption="Every group in this report", head=head, rows=tuple(rows))


def _asks(facts: ReportFacts) -> tuple[str, ...]:
    """What the board is asked to do; each cohort has its own questions."""
    many = len(facts.definitions)
    first = (
        f"Which of the {many} groups will the board look at first" if many > 1 else "Will the board look at this group"
    )
    return (
        f"{first}, and who will lead?",
        "For that group: what stops people getting help, and which two services will change that together?",
        "Who will ask people in that group what they need? The page on what people told us says where no one was"
        " heard.",
        "What should we find out before the next report? The page on what is not known says where to start.",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
