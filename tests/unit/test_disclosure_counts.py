"""Releasing counts: what is shown, what is hidden, and that nothing exact is left behind."""

import gc

import pytest

from governance.contracts import COHORT_COUNT
from governance.disclosure import RoundingRule, Status, release, safe_counts, safe_counts_csv
from governance.errors import ContractError, InternalError
from governance.settings import Policy
from tests.lib.report import count_table

RULE = RoundingRule(hide_up_to_people=7, round_to_people=5)


def frame_of(counts, policy=None):
    """The safe frame of counts given by (measure, dimension, group) in one cohort."""
    return release(count_table({("c", *key): people for key, people in counts.items()}), policy or Policy())


@pytest.mark.parametrize(
    ("people", "text"),
    [(0, "0"), (1, "[c]"), (7, "[c]"), (8, "10"), (12, "10"), (13, "15"), (4321, "4,320")],
)
def test_small_counts_are_hidden_and_others_rounded(people, text):
    """1 to 7 never show; 8 is the first number that does, as 10."""
    assert RULE.release(people).text == text


def test_a_true_zero_differs_from_a_hidden_count():
    """Nobody and too few to say are different answers."""
    zero, hidden = RULE.release(0), RULE.release(3)

    assert (zero.status, zero.people) == (Status.SHOWN, 0)
    assert (hidden.status, hidden.people) == (Status.HIDDEN, None)


def test_a_count_that_would_round_to_a_small_number_is_hidden_too():
    """With base 6, eight people would read as 6: a reader would take it for a small count."""
    rule = RoundingRule(hide_up_to_people=7, round_to_people=6)

    assert rule.release(8).status is Status.HIDDEN
    assert rule.release(9).people == 12
    assert rule.largest_hidden == 8


def test_a_negative_count_is_refused():
    """No number of people is below zero."""
    with pytest.raises(InternalError, match="negative"):
        RULE.release(-1)


def test_totals_are_rounded_from_truth_not_summed():
    """Three groups of 12 show 10 each; 36 people show 35, not 30."""
    groups = {("met", "sex", group): 12 for group in ("a", "b", "c")}

    frame = frame_of({("met", "all", "all"): 36, **groups})

    assert frame.cell("c", "met").people == 35
    assert frame.cell("c", "met", "sex", "a").people == 10


def test_what_was_not_counted_is_not_available():
    """A measure, group or cohort that the release lacks reads [x], never 0."""
    frame = frame_of({("met", "all", "all"): 20})

    assert frame.cell("c", "not counted").text == "[x]"
    assert frame.cell("another", "met").status is Status.NOT_AVAILABLE


def test_the_same_count_is_hidden_in_every_cohort_or_in_none():
    """Two cohorts look at the same people; hiding a neighbour in one only would leave it readable in the other."""
    same = {
        ("population", "all", "all"): 17,
        **{("population", "sex", g): n for g, n in zip("abc", (8, 8, 1), strict=True)},
    }
    table = count_table({(cohort, *key): people for cohort in ("one", "two") for key, people in same.items()})

    frame = release(table, Policy())

    for group in "abc":
        assert frame.cell("one", "population", "sex", group) == frame.cell("two", "population", "sex", group)


def test_a_table_that_breaks_its_contract_is_refused():
    """A missing column stops the release."""
    with pytest.raises(ContractError, match="cohort_count"):
        release(count_table({("c", "met", "all", "all"): 9}).drop_columns(["version"]), Policy())


def test_a_count_given_twice_is_refused():
    """One count is one number wherever it appears."""
    table = count_table({("c", "met", "all", "all"): 9})
    twice = table.take([0, 0])

    with pytest.raises(ContractError, match="twice"):
        release(twice, Policy())


def test_an_empty_release_is_possible():
    """A period in which nothing could be counted still has a frame and a file."""
    frame = release(COHORT_COUNT.schema.empty_table(), Policy())

    assert safe_counts(frame).num_rows == 0
    assert safe_counts_csv(frame).decode().count("\n") == 1


EXACT = (3, 6, 4321, 77777)


def reachable(root):
    """Everything an object holds, directly or not, classes and modules left out."""
    found, waiting = {}, [root]
    while waiting:
        item = waiting.pop()
        if id(item) in found or isinstance(item, type) or callable(item):
            continue
        found[id(item)] = item
        waiting += gc.get_referents(item)
    return list(found.values())


def test_nothing_exact_survives_in_the_frame():
    """No attribute or text of the frame holds a withheld or unrounded count."""
    keys = [("met", "service", name) for name in ("a", "b", "d", "e")]

    frame = frame_of(dict(zip(keys, EXACT, strict=True)))

    held = [item for item in reachable(frame) if type(item) is int]
    assert not set(held) & {4321, 77777}
    assert {cell.people for cell in frame.cells.values()} == {None, 4320, 77775}
    assert "4321" not in repr(frame)
    assert "77777" not in repr(frame)


def test_the_csv_holds_released_counts_only():
    """Numbers without separators, symbols where nothing is shown, one status a row."""
    frame = frame_of({("met", "all", "all"): 4321, ("met", "service", "police"): 6})

    assert safe_counts_csv(frame).decode().splitlines() == [
        "cohort,version,measure,dimension,group,people,status,low,high",
        "c,1.0.0,met,all,all,4320,shown,,",
        "c,1.0.0,met,service,police,[c],hidden,,",
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_the_csv_cannot_run_in_a_spreadsheet(start):
    """A group name that starts like a formula is shown, not run."""
    frame = frame_of({("met", "district", f"{start}cmd|' /c calc'!A1"): 20})

    assert f"'{start}cmd".encode() in safe_counts_csv(frame)
