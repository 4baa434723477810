"""Barriers of place: who misses appointments that are far away, who has no fixed address, who needs another language.

Made of released counts alone. A difference is claimed only where two 95% intervals do not overlap. What people told us
of each barrier stands beside it, or that no one was heard.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cohorts.report.facts import DefinitionFacts, DimensionFacts, ReportFacts
from cohorts.report.findings import quoted
from cohorts.report.labels import NOT_RECORDED, label
from cohorts.report.page import Barrier, Figure, PlacePage, Quote, Table
from cohorts.report.voice_facts import VoiceFacts
from cohorts.report.voices import KEPT_BACK, NOBODY, SILENT, is_large, quotes_of
from cohorts.report.waits import missed_figure
from governance.disclosure import EVERYONE, SafeFrame, SafeRate, clearly_higher, in_every, rate_per_1000
from governance.disclosure.waits import ADDRESS, APPOINTMENTS, DISTANCE, LANGUAGE, MISSED
from governance.english import joined

_HEARD = "Heard"
_MOST_UNKNOWN = 500
"""In every 1,000: where more are in no group, groups are not compared."""
_MOST_NAMED = 2
"""Of more groups that have too few people than this, it is told how many they are."""

_NOT_PRINTED = (
    "What people told us of a barrier on this page is kept back: the group is so small that someone might know who"
    " spoke. Of which barrier is not told either."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Words of one barrier."""

    dimension: DimensionFacts
    heading: str
    says: str
    question: str
    whom: str = ""
    """The first of the two groups that are compared, as a sentence says it."""
    compared: tuple[str, str] = ("", "")
    """The two groups that are compared in each cohort; none of distance, which is an appointment's."""


_ASKED = (
    _Asked(
        dimension=DimensionFacts(
            id=DISTANCE,
            title="Distance from home",
            order=("0 to 2 km", "2 to 5 km", "5 to 10 km", "over 10 km"),
        ),
        heading="How far away is it?",
        says="Each person is counted by their farthest appointment in 12 months. Distances are between the middles of"
        " two small areas, as the crow flies: a bus may take much longer.",
        question="Could appointments that are far away be nearer, or by telephone, for those who choose it?",
    ),
    _Asked(
        dimension=DimensionFacts(id=ADDRESS, title="Address", order=("no fixed address", "fixed address")),
        heading="Do they have a fixed address?",
        says="Letters do not reach someone who has no fixed address, and some services ask for one. A group that is"
        " found by homelessness has more of these people in it for that reason alone.",
        question="Which services ask for an address before they will see someone?",
        whom="people with no fixed address",
        compared=("no fixed address", "fixed address"),
    ),
    _Asked(
        dimension=DimensionFacts(id=LANGUAGE, title="First language", order=("english", "other", "sign language")),
        heading="Is it in their language?",
        says="A letter that someone cannot read is no invitation. Few sources record a first language.",
        question="Who is asked in which language they would like to be written to?",
        whom="people whose first language is not English",
        compared=("other", "english"),
    ),
)


def place_page(frame: SafeFrame, facts: ReportFacts) -> PlacePage | None:
    """What the report says of place; nothing where nothing of it was released, as in the report on an area."""
    found = [(asked, _barrier(frame, facts, asked)) for asked in _ASKED if _is_told(frame, asked)]
    if not found:
        return None
    questions = (*(asked.question for asked, _ in found), "What would people who did not come say stood in the way?")
    return PlacePage(barriers=tuple(barrier for _, barrier in found), questions=questions)


def _is_told(frame: SafeFrame, asked: _Asked) -> bool:
    return bool(_known(frame, asked)) or any(key.dimension == asked.dimension.id for key in frame.slices)


def _known(frame: SafeFrame, asked: _Asked) -> list[str]:
    """Groups other than that of whom it is not recorded, if there is anybody in them."""
    groups = frame.groups(EVERYONE, MISSED, asked.dimension.id)
    cells = {group: frame.cell(EVERYONE, APPOINTMENTS, asked.dimension.id, group) for group in groups}
    return [group for group, cell in cells.items() if group != NOT_RECORDED and cell.people != 0]


def _barrier(frame: SafeFrame, facts: ReportFacts, asked: _Asked) -> Barrier:
    known, groups = _known(frame, asked), _groups(frame, facts, asked)
    cards, back = _heard(frame, facts)
    own = [card for card in cards if card.barrier == asked.dimension.id]
    return Barrier(
        id=f"place-{asked.dimension.id}",
        heading=asked.heading,
        says=asked.says,
        missed=_missed(frame, facts, asked) if known else None,
        not_recorded=_not_recorded(frame, asked) if known else "",
        finding=_finding(frame, facts, asked) if groups else "",
        groups=groups,
        verdict=_HEARD if own else KEPT_BACK if back else SILENT,
        silence=_NOT_PRINTED if back else NOBODY,
        quotes=tuple(_quotes(facts, own)),
    )


def _heard(frame: SafeFrame, facts: ReportFacts) -> tuple[list[VoiceFacts], bool]:
    """Cards on a barrier that may be printed, and whether any is kept back: nobody is told at which barrier."""
    told = {each.id for each in facts.definitions}
    about = [card for card in facts.voices.cards if card.barrier and card.cohort in told]
    shown = [card for card in about if not card.is_kept_back and is_large(frame.cell(card.cohort, "met"))]
    return shown, len(shown) < len(about)


def _quotes(facts: ReportFacts, cards: Sequence[VoiceFacts]) -> Iterator[Quote]:
    """Cards under the title of their group: whether each agrees is a matter of the number it was told about."""
    titles = {each.id: each.title for each in facts.definitions}
    for card, quote in zip(cards, quotes_of(cards), strict=True):
        yield replace(quote, stance=f"On {quoted(titles[card.cohort])}")


def _missed(frame: SafeFrame, facts: ReportFacts, asked: _Asked) -> Figure:
    """Who missed an appointment; nothing is claimed where most are in no group: the few may be like one another."""
    figure, unknown = missed_figure(frame, facts, asked.dimension), _unknown(frame, asked).per_1000
    if unknown is None or unknown <= _MOST_UNKNOWN:
        return figure
    return replace(figure, finding="For most people this is not recorded, so the groups cannot be compared.")


def _unknown(frame: SafeFrame, asked: _Asked) -> SafeRate:
    """Of how many nobody knows it."""
    unknown = frame.cell(EVERYONE, APPOINTMENTS, asked.dimension.id, NOT_RECORDED)
    return rate_per_1000(unknown, frame.cell(EVERYONE, APPOINTMENTS))


def _not_recorded(frame: SafeFrame, asked: _Asked) -> str:
    rate = _unknown(frame, asked)
    if rate.per_1000 is None:
        return ""
    return f"For {in_every(rate, base=100)} people with an appointment this is not recorded."


def _rates(frame: SafeFrame, cohort: str, asked: _Asked) -> tuple[SafeRate, SafeRate]:
    """How many of each of the two groups are in a cohort."""
    one, other = (
        rate_per_1000(*(frame.slice_cell(cohort, name, asked.dimension.id, group) for name in ("met", "population")))
        for group in asked.compared
    )
    return one, other


def _groups(frame: SafeFrame, facts: ReportFacts, asked: _Asked) -> Table | None:
    """How many of each are in each cohort of the report."""
    told = [each for each in facts.definitions if _has(frame, each, asked)]
    if not told:
        return None
    one, other = (label(asked.dimension.id, group, facts) for group in asked.compared)
    rows = tuple((each.title, *_row(*_rates(frame, each.id, asked))) for each in told)
    head = (
        "Group", f"{one}: in every 1,000", f"{one}: 95% interval", f"{other}: in every 1,000", f"{other}: 95% interval",
        "What it says",
    )  # fmt: skip
    caption = f"People in each group, by {asked.dimension.title.lower()}"
    return Table(caption=caption, head=head, rows=rows, text_columns=frozenset({5}))


def _has(frame: SafeFrame, definition: DefinitionFacts, asked: _Asked) -> bool:
    return any(key.cohort == definition.id and key.dimension == asked.dimension.id for key in frame.slices)


def _row(one: SafeRate, other: SafeRate) -> Iterator[str]:
    yield from (one.text, one.interval_text, other.text, other.interval_text)
    yield {1: "Clearly more", -1: "Clearly fewer", 0: "No clear difference"}.get(_way(one, other), "Too few to compare")


def _way(one: SafeRate, other: SafeRate) -> int:
    """1 where the first is clearly higher, -1 where it is lower, 0 where nobody can say, 2 where there are too few."""
    if one.low is None or other.low is None:
        return 2
    return int(clearly_higher(one, other)) - int(clearly_higher(other, one))


def _finding(frame: SafeFrame, facts: ReportFacts, asked: _Asked) -> str:
    """In which cohorts more of the one group are; a difference is claimed only where two intervals lie apart."""
    ways = [(quoted(each.title), _way(*_rates(frame, each.id, asked))) for each in facts.definitions]
    says = {
        1: f"Clear difference: {asked.whom} are more often in {{}}.",
        -1: f"Clear difference: {asked.whom} are less often in {{}}.",
        0: "No clear difference for {}.",
        2: "Too few people to compare for {}.",
    }
    told = {way: [title for title, found in ways if found == way] for way in says}
    if len(told[2]) == len(ways):
        return "There are too few people of whom this is known to compare in any group."
    if len(told[2]) > _MOST_NAMED:
        told[2] = [f"the other {len(told[2])} groups"]
    return " ".join(says[way].format(joined(titles)) for way, titles in told.items() if titles)
