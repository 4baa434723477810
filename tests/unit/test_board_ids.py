"""A board whose districts change has a new id: held against all that was published."""

import pytest

from flows.releasing.board_ids import districts_of, hold_to_their_areas
from governance.errors import PolicyRefusal
from governance.store import publish, write_manifest
from tests.lib.report import BOARDS

NORTH, CARROW = BOARDS


@pytest.fixture
def public(tmp_path):
    """A report that was published, and one that replaced it; then one from before manifests named districts."""
    for period, boards in (("2026-04", BOARDS), ("2026-04", [CARROW]), ("2026-05", None)):
        with publish(tmp_path / period) as scratch:
            facts = {} if boards is None else {"boards": districts_of(boards)}
            write_manifest(scratch, {"kind": "report", "files": {}, **facts})
    return tmp_path


def renamed(one, **new):
    """A board, otherwise."""
    return one.model_copy(update=new)


@pytest.mark.parametrize(
    "boards",
    [
        BOARDS,
        [CARROW, NORTH],
        [renamed(NORTH, districts=NORTH.districts[::-1], board="Another name", area="Up there")],
        [],
        [renamed(NORTH, id="north_vale", districts=NORTH.districts[:1])],
    ],
    ids=["as it was", "another order", "other words", "no boards", "new id for new districts"],
)
def test_boards_may_change_in_all_but_id_and_districts(public, boards):
    """Names are words; a new area under a new id is a new area."""
    hold_to_their_areas(public, boards)


@pytest.mark.parametrize(
    ("board", "says"),
    [
        (
            renamed(NORTH, districts=NORTH.districts[:1]),
            "`north` had other districts in the report of 2026-04. Give it a",
        ),
        (renamed(NORTH, districts=[*NORTH.districts, "Dunsley"]), "`north` had other districts"),
        (renamed(CARROW, id="hill"), "`hill` has the districts that were `carrow` in the report of 2026-04. Name it"),
    ],
    ids=["one fewer", "one more", "another id"],
)
def test_an_id_stands_for_its_area_for_good(public, board, says):
    """Also of a report that was replaced since; and the refusal says what to do."""
    with pytest.raises(PolicyRefusal, match=says) as refused:
        hold_to_their_areas(public, [board])

    assert refused.value.code == "E-BOARD-MOVED"
    assert len(refused.value.faults) == 1
    assert not str(refused.value).count("Aldermoor")


def test_where_nothing_was_published_every_board_is_new(tmp_path):
    """The first report."""
    hold_to_their_areas(tmp_path / "none", BOARDS)
