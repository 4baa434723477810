"""Barriers of place in the board report: from released counts, with intervals, and what people told us beside."""

from dataclasses import replace

import pytest

from cohorts.report.place import place_page
from cohorts.report.voice_facts import VoiceFacts
from governance.disclosure import CellKey, SafeCell, Status
from governance.disclosure.rounding import HIDDEN
from tests.lib.report import COHORTS, invented_facts, invented_frame, invented_release

LARGE, OTHER = COHORTS[0].id, COHORTS[1].id
TITLES = {each.id: each.title for each in invented_facts().definitions}


def shown(people):
    """A released count."""
    return SafeCell(Status.SHOWN, people, f"{people:,}", 10)


def sliced(**cells):
    """The invented frame with members and people asked about by address: ``cohort=(no address, address)`` pairs."""
    slices = {}
    for cohort, groups in cells.items():
        for group, pair in zip(("no fixed address", "fixed address"), groups, strict=True):
            for measure, cell in zip(("met", "population"), pair, strict=True):
                slices[CellKey(cohort, measure, "address", group)] = cell
    return replace(invented_frame(), slices=slices)


def barriers(frame, facts=None):
    """By name of the breakdown."""
    return {each.id.removeprefix("place-"): each for each in place_page(frame, facts or invented_facts()).barriers}


def test_a_difference_is_claimed_only_where_intervals_lie_apart():
    """The invented people miss more of what is over 10 km away; of address and language nothing is clear."""
    found = barriers(invented_frame())

    assert found["distance"].missed.finding.startswith("Clear difference: ")
    assert "10 km" in found["distance"].missed.finding
    assert found["address"].missed.finding == "No clear difference between groups: the intervals overlap."
    assert [row[0] for row in found["distance"].missed.table.rows] == [
        "0 to 2 km", "2 to 5 km", "5 to 10 km", "Over 10 km", "Not recorded", "Everyone",
    ]  # fmt: skip


def test_how_many_are_not_known_is_said():
    """A distance that is not recorded is no short one."""
    assert barriers(invented_frame())["distance"].not_recorded == (
        "For about 20 in every 100 people with an appointment this is not recorded."
    )


def test_nothing_is_claimed_of_a_few_of_whom_it_is_known():
    """Four of five are in no group: those who are may have been asked because they did not come."""
    frame = invented_frame()
    key = CellKey("_everyone", "appointments", "distance", "not recorded")
    everyone = frame.cell("_everyone", "appointments").people

    mostly = barriers(replace(frame, cells={**frame.cells, key: shown(everyone * 4 // 5)}))["distance"]

    assert mostly.missed.finding == "For most people this is not recorded, so the groups cannot be compared."
    assert mostly.not_recorded == "For about 80 in every 100 people with an appointment this is not recorded."


def test_half_is_not_most():
    """Of just half of the people nobody says that it is most of them."""
    frame, key = invented_frame(), CellKey("_everyone", "appointments", "distance", "not recorded")
    half = (frame.cell("_everyone", "appointments").people or 0) / 2
    cells = [{**frame.cells, key: shown(people)} for people in (half, half + 5)]

    told = [barriers(replace(frame, cells=each))["distance"].missed.finding for each in cells]

    assert ["For most people" in each for each in told] == [False, True]


def test_groups_of_the_report_by_address():
    """Clearly more, no clear difference, and too few to compare, each from the released pair."""
    frame = sliced(
        **{
            LARGE: ((shown(40), shown(100)), (shown(400), shown(20000))),
            OTHER: ((shown(10), shown(100)), (shown(2000), shown(20000))),
            COHORTS[2].id: ((HIDDEN, shown(100)), (shown(300), shown(20000))),
        }
    )

    found = barriers(frame)["address"]

    assert [row[-1] for row in found.groups.rows] == ["Clearly more", "No clear difference", "Too few to compare"]
    assert found.groups.rows[0][1:4:2] == ("400.0", "20.0")
    assert (
        f"people with no fixed address are more often in \N{LEFT SINGLE QUOTATION MARK}{TITLES[LARGE]}" in found.finding
    )
    assert found.groups.rows[2][1] == "[c]"


def test_many_groups_that_are_too_small_are_counted_not_named():
    """Their long names would bury what is clear; each has its row in the table."""
    pair = (shown(10), shown(100)), (shown(2000), shown(20000))
    small = (HIDDEN, shown(100)), (shown(300), shown(20000))
    frame = sliced(**{LARGE: pair, **dict.fromkeys([each.id for each in COHORTS[1:]], small)})

    found = barriers(frame)["address"]

    assert found.finding.endswith("Too few people to compare for the other 3 groups.")
    assert not any(TITLES[each.id] in found.finding for each in COHORTS[1:])


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [({}, "Heard"), ({"is_kept_back": True}, "Kept back"), ({"barrier": ""}, "Silent"), ({"cohort": "gone"}, "Silent")],
    ids=["heard", "kept back", "about something else", "of a group that is gone"],
)
def test_what_people_told_us_stands_beside_its_barrier(changes, verdict):
    """Under the title of its group; silence is printed."""
    card = VoiceFacts(
        cohort=LARGE,
        rung="",
        says="Two buses, and the second one does not come.",
        agrees=True,
        own_words=True,
        source="Their own words.",
        barrier="distance",
    )
    facts = replace(invented_facts(), voices=replace(invented_facts().voices, cards=(replace(card, **changes),)))

    found = barriers(invented_frame(), facts)

    assert found["distance"].verdict == verdict
    assert [quote.says for quote in found["distance"].quotes] == ([card.says] if verdict == "Heard" else [])
    # At which barrier a card was kept back would tell more of who spoke.
    assert found["language"].verdict == ("Kept back" if verdict == "Kept back" else "Silent")
    assert len({(each.verdict, each.silence) for each in found.values()}) == (2 if verdict == "Heard" else 1)


def test_a_small_group_is_not_quoted():
    """Whoever knows somebody in it may know who spoke."""
    card = VoiceFacts(cohort=LARGE, rung="", says="x", agrees=True, own_words=True, source="y", barrier="distance")
    facts = replace(invented_facts(), voices=replace(invented_facts().voices, cards=(card,)))
    cells = {**invented_frame().cells, CellKey(LARGE, "met"): HIDDEN}

    assert barriers(replace(invented_frame(), cells=cells), facts)["distance"].verdict == "Kept back"


def test_an_area_has_no_such_page():
    """Appointments are counted of the whole only."""
    for frame in invented_release().areas.values():
        assert place_page(frame, invented_facts()) is None
