"""A board's id stands for its area for good: the gate and every trend take two counts under one id for one area's."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from governance.errors import Fault, PolicyRefusal
from governance.settings.project import Board
from governance.store import read_manifest

BOARDS = "boards"
"""In a report's manifest: the districts of each board, by id."""


def districts_of(boards: Sequence[Board]) -> dict[str, list[str]]:
    """The districts of each board, in order of their names: how they are listed changes nothing."""
    return {each.id: sorted(each.districts) for each in boards}


def hold_to_their_areas(public: Path, boards: Sequence[Board]) -> None:
    """Hold boards against every report that was ever published, those replaced or withdrawn too.

    Args:
        public: The public zone, one folder a period.
        boards: As configured now.

    Raises:
        PolicyRefusal: A board has other districts than it had, or an area that had a report has another id.
    """
    faults = list(dict.fromkeys(_faults(public, districts_of(boards))))
    if faults:
        raise PolicyRefusal(
            f"{len(faults)} {'board is' if len(faults) == 1 else 'boards are'} not what was published under the same"
            " id, or not under the id it was published under.",
            why="Two reports are attacked together and compared by the id of the board. Under one id with other"
            " districts, people who never moved would look as if they had; under two ids for one area, last time's"
            " numbers would be left out of the attack.",
            fix="A board whose districts changed takes a new id, and an area that did not change keeps its own: change"
            " report.boards in project.yaml as the lines say, and have it approved again. Nothing was published.",
            code="E-BOARD-MOVED",
            faults=faults,
        )


def _faults(public: Path, now: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    for period, then in _published(public):
        ids = {tuple(districts): board for board, districts in then.items()}
        for board, districts in now.items():
            before = ids.get(tuple(districts))
            if board in then and list(then[board]) != list(districts):
                yield Fault(
                    what=f"board `{board}` had other districts in the report of {period}.", fix="Give it a new id."
                )
            elif before is not None and before != board:
                yield Fault(
                    what=f"board `{board}` has the districts that were `{before}` in the report of {period}.",
                    fix=f"Name it `{before}`.",
                )


def _published(public: Path) -> Iterator[tuple[str, Mapping[str, Sequence[str]]]]:
    """Month, and districts by board, of every report; none of those that were made before manifests said so."""
    for path in sorted(public.glob("*/[!.]*/manifest.json")):
        yield path.parts[-3], read_manifest(path.parent).get(BOARDS, {})
