"""``board.yaml``: decisions with owner, next step and review date; criteria with weights. One for each board."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from governance.settings.slip import Slip
from governance.settings.yaml_file import YamlFile

BOARD_FILE = "board.yaml"
"""Of the board of the whole."""
AREA_FOLDER = "boards"
"""Where the boards of areas have theirs, each under its id, such as ``boards/north.yaml``."""
MOST_CRITERIA = 8
"""More weights than that nobody can tell apart, and a board does not read more."""

Measure = Literal["people", "in_every_1000", "unmet_share", "deprivation_gap"]

_LATE = "The report says what is overdue, and would say it of the wrong ones."
_NOT_READ = "Nobody reads it, and whoever wrote it would believe that it stands in a report."
_NO_GROUP = "The decision would stand beside no number."
_UNMARKED = "A group without a mark would stand as if it did not matter, and a mark without a group is not read."


def _printable(text: str) -> str:
    if re.search(r"[\x00-\x1f\x7f<>]", text) or identifiers_in(text):
        raise Slip(
            "holds markup, a line break, or what looks like an identifier; it is printed for anybody to read",
            "Write one line of plain words, with no number, address or name of a person.",
            "The report is public, and what stands in it cannot be taken back from its readers.",
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
            raise Slip("review_on is before decided_on", "Give the day by which the board wants to hear.", _LATE)
        if self.done_on is not None and self.done_on < self.decided_on:
            raise Slip("done_on is before decided_on", "Correct one of the two days.", _LATE)
        if self.done_on is not None and self.came_back is None:
            raise Slip(
                "what is done needs came_back: what came of it",
                "Add came_back: with a sentence, or take done_on away.",
                "A reader of the report would see that something ended and not what it changed.",
            )
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
            raise Slip(
                "needs either a measure or marks",
                "Name a measure, or give marks from 1 to 5; not both.",
                "By what the board weighs groups could not be said.",
            )
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
                raise Slip(
                    f"two {name} have the same id",
                    "Give each an id of its own.",
                    "What a page says of one would be read as said of the other.",
                )
        if len(self.criteria) == 1:
            raise Slip(
                "one criterion weighs nothing: give two or more",
                "Add another criterion, or take this one out.",
                "Its order would be that of one number, which stands in the report already.",
            )
        return self


@dataclass(frozen=True, slots=True)
class BoardFiles:
    """The files as they were read."""

    whole: Board
    areas: Mapping[str, Board]
    """By id of the board, for every board of an area; one without a file has decided nothing."""
    sha256: str
    """Of the files' bytes; empty if there is none."""


def read_boards(root: Path, cohorts: Sequence[str], areas: Sequence[str] = ()) -> BoardFiles:
    """Every board's own file; an empty one where there is none.

    Args:
        root: The project folder.
        cohorts: Ids of the groups that are counted.
        areas: Ids of the boards that have a report of their own.

    Raises:
        ConfigError: With every fault of the files, each with its line; and where a file is no board's.
    """
    names = _names(areas)
    faults, raw = list(_strays(root, names.values())), dict[str, bytes]()
    found = {name: _read(root, name, cohorts, faults, raw) for name in (BOARD_FILE, *names.values())}
    if faults:
        raise config_error(faults)
    whole, read = found[BOARD_FILE] or Board(), {area: found[name] or Board() for area, name in names.items()}
    return BoardFiles(whole, read, _digest(raw))


def boards_digest(root: Path, areas: Sequence[str] = ()) -> str:
    """What :func:`read_boards` would say of the bytes of the same files, whether or not they can be understood.

    Args:
        root: The project folder.
        areas: Ids of the boards that have a report of their own.
    """
    paths = {name: root / name for name in (BOARD_FILE, *_names(areas).values())}
    return _digest({name: path.read_bytes() for name, path in paths.items() if path.exists()})


def _names(areas: Sequence[str]) -> dict[str, str]:
    return {area: f"{AREA_FOLDER}/{area}.yaml" for area in areas}


def _digest(raw: Mapping[str, bytes]) -> str:
    """Of files by name, in their order; empty if there is none."""
    told = [f"{name} {sha256(content).hexdigest()}" for name, content in raw.items()]
    return sha256("\n".join(told).encode()).hexdigest() if told else ""


def _read(root: Path, name: str, cohorts: Sequence[str], faults: list[Fault], raw: dict[str, bytes]) -> Board | None:
    """One file if it is there; adds its faults and its bytes."""
    path = root / name
    if not path.exists():
        return None
    file = read_yaml(path, name=name)
    raw[name] = file.raw
    board = validate_yaml(file, Board, faults)
    if board is not None:
        faults += _unknown(file, board, cohorts)
    return board


def _strays(root: Path, known: Collection[str]) -> Iterator[Fault]:
    """Files that are no board's: nobody would see that they are not read."""
    for path in sorted((root / AREA_FOLDER).glob("*.y*ml")):
        name = f"{AREA_FOLDER}/{path.name}"
        if name not in known:
            fix = f"Rename it to one of: {', '.join(known)}. Or take it away." if known else "Take it away."
            what = "is the file of no board in project.yaml (report.boards)."
            yield Fault(what=what, fix=fix, why=_NOT_READ, file=name, line=1, column=1)


def _unknown(file: YamlFile, board: Board, cohorts: Sequence[str]) -> list[Fault]:
    """Groups that are named and not counted, and groups without a mark."""
    known, faults = set(cohorts), []
    fix = f"Use one of: {', '.join(cohorts)}."
    for number, decision in enumerate(board.decisions):
        if decision.cohort is not None and decision.cohort not in known:
            what = f"decisions.{number}.cohort is no group of this project."
            faults.append(file.fault(("decisions", number, "cohort"), what, f"{fix} Or leave it out.", _NO_GROUP))
    for number, criterion in enumerate(board.criteria):
        if criterion.marks is not None and set(criterion.marks) != known:
            what = f"criteria.{number}.marks does not have one mark for each group."
            every = f"Give a mark from 1 to 5 to each of: {', '.join(cohorts)}."
            faults.append(file.fault(("criteria", number, "marks"), what, every, _UNMARKED))
    return faults
