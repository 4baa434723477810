"""The same work by several threads: in order, never far ahead, and what fails is told."""

import threading

import pytest

from linkage.side_by_side import side_by_side


def test_results_come_in_the_order_of_the_things():
    """Also where the second is done long before the first."""
    second_is_done = threading.Event()

    def work(thing):
        if thing == 0:
            assert second_is_done.wait(timeout=60)
        if thing == 1:
            second_is_done.set()
        return thing * 10

    assert list(side_by_side(work, range(2))) == [0, 10]
    assert list(side_by_side(str, [])) == []


def test_things_are_not_taken_before_there_is_room():
    """Each may hold hundreds of megabytes."""
    taken = []
    results = side_by_side(str, (taken.append(thing) or thing for thing in range(1_000)))
    assert next(results) == "0"

    assert len(taken) <= 6
    assert list(results) == [str(thing) for thing in range(1, 1_000)]


def test_what_fails_in_a_thread_fails_here():
    """Nothing that came after it is given."""
    results = side_by_side(lambda thing: 1 / thing, [1, 0, 2])
    assert next(results) == 1

    with pytest.raises(ZeroDivisionError):
        list(results)
