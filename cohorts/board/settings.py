"""``board.yaml``: decisions with owner, next step and review date; criteria with weights."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from governance.errors import Fault
from governance.policy.scanned import identifiers_in
from governance.settings import config_error, read_yaml, validate_yaml
from governance.settings.base import Slug, Strict, Text
from governance.settings.yaml_file import YamlFile

BOARD_FILE = "board.yaml"
MOST_CRITERIA = 8
"""More weights than that nobody can tell apart, and a board does not read more."""

Measure = Literal["people", "in_every_1000", "unmet_share", "deprivation_gap"]


def _printable(text: str) -> str:
    if re.search(r"[\x00-\x1f\x7f<>]", text) or identifiers_in(text):
        raise ValueError(
            "holds markup, a line break, or what looks like an identifier; it is printed for anybody to read"
        )
    return text


Printed = Annotated[Text, Field(max_length=300), AfterValidator(_printable)]
"""One line that stands in the report."""


class Decision(Strict):
    """A finding that the board took up, and what is to follow."""

    id: Slug
    cohort: Slug | None = None
    """The group it is about; none for a matter of its own."""
    finding: Printed
    next_step: Printed
    owner: Printed
    """Who sees to it: a role rather than a name."""
    decided_on: date
    review_on: date
    """By when the board wants to hear."""
    done_on: date | None = None
    came_back: Printed | None = None
    """What came of it, in a sentence; needed once it is done."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.review_on < self.decided_on:
            raise ValueError("review_on is before decided_on")
        if self.done_on is not None and self.done_on < self.decided_on:
            raise ValueError("done_on is before decided_on")
        if self.done_on is not None and self.came_back is None:
            raise ValueError("what is done needs came_back: what came of it")
        return self


class Criterion(Strict):
    """One thing by which the board weighs groups: a released number, or marks of its own."""

    id: Slug
    title: Printed
    why: Printed
    """Why it matters to this board."""
    weight: Annotated[float, Field(gt=0, le=10)]
    measure: Measure | None = None
    """A number of the report; the larger, the more it weighs."""
    marks: dict[Slug, Annotated[int, Field(ge=1, le=5)]] | None = None
    """The board's own mark for each group, from 1 to 5."""

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.measure is None) == (self.marks is None):
            raise ValueError("needs either a measure or marks")
        return self


class Board(Strict):
    """The board's own file."""

    decisions: tuple[Decision, ...] = ()
    criteria: Annotated[tuple[Criterion, ...], Field(max_length=MOST_CRITERIA)] = ()
    vary: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """By how much each weight is moved up and down, as a share of it, to see whether places hold."""

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        for name, found in (("decisions", self.decisions), ("criteria", self.criteria)):
            if len({each.id for each in found}) != len(found):
                raise ValueError(f"two {name} have the same id")
        if len(self.criteria) == 1:
            raise ValueError("one criterion weighs nothing: give two or more")
        return self


@dataclass(frozen=True, slots=True)
class BoardFile:
    """The file as it was read."""

    board: Board
    sha256: str
    """Of its bytes; empty if there is none."""


def read_board(root: Path, cohorts: Sequence[str]) -> BoardFile:
    """The board's file; an empty one if there is none.

    Args:
        root: The project folder.
        cohorts: Ids of the groups that are counted.

    Raises:
        ConfigError: With every fault of the file, each with its line.
    """
    path = root / BOARD_FILE
    if not path.exists():
        return BoardFile(Board(), "")
    file, faults = read_yaml(path, name=BOARD_FILE), list[Fault]()
    board = validate_yaml(file, Board, faults)
    if board is not None:
        faults += _unknown(file, board, cohorts)
    if faults or board is None:
        raise config_error(faults)
    return BoardFile(board, sha256(file.raw).hexdigest())


def _unknown(file: YamlFile, board: Board, cohorts: Sequence[str]) -> list[Fault]:
    """Groups that are named and not counted, and groups without a mark."""
    known, faults = set(cohorts), []
    fix = f"Use one of: {', '.join(cohorts)}."
    for number, decision in enumerate(board.decisions):
        if decision.cohort is not None and decision.cohort not in known:
            line = file.line(("decisions", number, "cohort"))
            what = f"decisions.{number}.cohort is no group of this project."
            faults.append(Fault(what=what, fix=f"{fix} Or leave it out.", file=file.name, line=line))
    for number, criterion in enumerate(board.criteria):
        if criterion.marks is not None and set(criterion.marks) != known:
            line = file.line(("criteria", number, "marks"))
            what = f"criteria.{number}.marks does not have one mark for each group."
            faults.append(
                Fault(
                    what=what,
                    fix=f"Give a mark from 1 to 5 to each of: {', '.join(cohorts)}.",
                    file=file.name,
                    line=line,
                )
            )
    return faults
