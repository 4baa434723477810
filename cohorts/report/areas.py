"""The report of each board's area, and where the report on the whole puts the areas side by side.

A report on an area is made as the one on the whole, from the counts of its people. What was counted of the whole only
(services, steps, other thresholds, waits, questions of the finder, change over time) it leaves to that one, and with it
what the board of the whole decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from cohorts.report.board_facts import BoardFacts
from cohorts.report.facts import ReportFacts
from cohorts.report.page import BoardLink, BoardPage, EachBoard, Table
from cohorts.report.tables import overall_rate
from governance.area_folders import folder_of
from governance.disclosure import SafeFrame
from governance.settings.project import NO_BOARD, Board


def area_facts(facts: ReportFacts, board: Board) -> ReportFacts:
    """What the report on one area says besides counts.

    Args:
        facts: Of the whole.
        board: Whose area.
    """
    return replace(
        facts,
        title=f"{facts.title}: {board.area}",
        board=board.board,
        area=board.area,
        part_of=facts.area,
        definitions=tuple(replace(each, variants=(), steps=()) for each in facts.definitions),
        questions=(),
        since=None,
        earlier=(),
        board_file=BoardFacts(),
    )


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
