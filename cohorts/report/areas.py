"""The report of each board's area, and where the report on the whole puts the areas side by side.

A report on an area is made as the one on the whole, from the counts of its people. What was counted of the whole only
(which services see the same people, steps to the group, other thresholds, waits, questions of the finder, what made
the difference since last time) it leaves to that one, and says so. Its board has decisions, weights and voices of its
own: those of the whole are not taken for its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from cohorts.report.board_facts import NO_BOARD as NOTHING_DECIDED
from cohorts.report.board_facts import BoardFacts
from cohorts.report.facts import EarlierReport, ReportFacts, SinceFacts
from cohorts.report.page import BoardLink, BoardPage, EachBoard, Table
from cohorts.report.tables import overall_rate
from cohorts.report.voice_facts import VoiceFacts, VoicesFacts
from cohorts.report.voices import is_large
from governance.area_folders import folder_of
from governance.disclosure import NOT_AVAILABLE, SafeFrame
from governance.settings.project import NO_BOARD, Board


def area_facts(facts: ReportFacts, board: Board, own: BoardFacts = NOTHING_DECIDED) -> ReportFacts:
    """What the report on one area says besides counts.

    Args:
        facts: Of the whole.
        board: Whose area.
        own: What this board decided, and how it weighs groups.
    """
    earlier = tuple(_earlier(facts.earlier, board.id))
    return replace(
        facts,
        title=f"{facts.title}: {board.area}",
        board=board.board,
        area=board.area,
        part_of=facts.area,
        definitions=tuple(replace(each, variants=()) for each in facts.definitions),
        questions=(),
        since=_since(facts, earlier),
        earlier=earlier,
        voices=VoicesFacts(
            cards=tuple(each for each in facts.voices.cards if each.area == board.id),
            comments=tuple(each for each in facts.voices.comments if each.area == board.id),
        ),
        board_file=own,
    )


def whole_facts(facts: ReportFacts, areas: Mapping[str, SafeFrame]) -> ReportFacts:
    """What the report on the whole says besides counts: words about an area are about the whole as well.

    A card that is kept back in its area, because the group is small there, is kept back here too. Comments stand in the
    report whose question they are about.

    Args:
        facts: With the voices of every area.
        areas: The counts of each.
    """
    cards = tuple(replace(each, is_kept_back=not _may_be_printed(each, areas)) for each in facts.voices.cards)
    comments = tuple(each for each in facts.voices.comments if not each.area)
    return replace(facts, voices=replace(facts.voices, cards=cards, comments=comments))


def _may_be_printed(card: VoiceFacts, areas: Mapping[str, SafeFrame]) -> bool:
    """Not either where its area is no board's any more: nobody can say how large the group is there."""
    return not card.area or (card.area in areas and is_large(areas[card.area].cell(card.cohort, "met")))


def _earlier(reports: Sequence[EarlierReport], area: str) -> Iterator[EarlierReport]:
    """Earlier reports on an area; a month in which it had none is not among them."""
    of_area = ((each.period, each.frame.of_area(area)) for each in reports)
    return (EarlierReport(period, frame) for period, frame in of_area if frame.cells)


def _since(facts: ReportFacts, earlier: Sequence[EarlierReport]) -> SinceFacts | None:
    """The area's numbers in the last report. What made the difference is told apart in the whole only."""
    last = next((each for each in earlier if facts.since and each.period == facts.since.period), None)
    if last is None:
        return None
    met = {each.id: last.frame.cell(each.id, "met") for each in facts.definitions}
    known = {name: cell for name, cell in met.items() if cell is not NOT_AVAILABLE}
    return SinceFacts(period=last.period, met=known, causes=dict.fromkeys(known, ()), told_in=facts.area)


def each_board(
    frame: SafeFrame, areas: Mapping[str, SafeFrame], facts: ReportFacts, boards: Sequence[Board]
) -> EachBoard | None:
    """The areas side by side, with the whole, in the order of the project; None without boards.

    Args:
        frame: The counts of the whole.
        areas: Those of each area, and of whoever is in none.
        facts: Of the whole.
        boards: As the project lists them.
    """
    if not boards:
        return None
    frames = {facts.area: frame, **{each.area: areas[each.id] for each in boards}, _NOBODYS: areas[NO_BOARD]}
    head = ("Group", *frames)
    return EachBoard(
        links=tuple(BoardLink(area=each.area, board=each.board, folder=folder_of(each.id)) for each in boards),
        people=Table(
            caption="People in each group, by area",
            head=head,
            rows=tuple(
                (one.title, *(each.cell(one.id, "met").text for each in frames.values())) for one in facts.definitions
            ),
        ),
        rates=Table(
            caption="In every 1,000 people, by area",
            head=head,
            rows=tuple((one.title, *(_rate(each, one.id) for each in frames.values())) for one in facts.definitions),
        ),
    )


_NOBODYS = "In none of them"


def _rate(frame: SafeFrame, cohort: str) -> str:
    rate = overall_rate(frame, cohort)
    return rate.text if rate.low is None else f"{rate.text} ({rate.interval_text})"


def with_boards(page: BoardPage, each: EachBoard | None) -> BoardPage:
    """The report on the whole, which leads to those on areas."""
    return replace(page, boards=each)
