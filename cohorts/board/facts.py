"""What the report says of the board's file."""

from cohorts.board.settings import Board, Criterion, Decision
from cohorts.report.board_facts import BoardFacts, CriterionFacts, DecisionFacts


def board_facts(board: Board) -> BoardFacts:
    """In the order of the file."""
    return BoardFacts(
        decisions=tuple(_decision(each) for each in board.decisions),
        criteria=tuple(_criterion(each) for each in board.criteria),
        vary=board.vary,
    )


def _decision(each: Decision) -> DecisionFacts:
    return DecisionFacts(
        cohort=each.cohort or "",
        finding=each.finding,
        next_step=each.next_step,
        owner=each.owner,
        decided_on=each.decided_on,
        review_on=each.review_on,
        done_on=each.done_on,
        came_back=each.came_back or "",
    )


def _criterion(each: Criterion) -> CriterionFacts:
    return CriterionFacts(
        title=each.title, why=each.why, weight=each.weight, measure=each.measure or "", marks=dict(each.marks or {})
    )
