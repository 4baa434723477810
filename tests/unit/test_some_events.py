"""Slices of events: small groups are put together so that one of them does not withhold all, and no few are told."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.disclosure.some_events import STEPS, Events, put_together

FEW = 7


def events(people, part_people=None):
    """Ten events a person; unless told otherwise half of the people have one that counts."""
    part = people // 2 if part_people is None else part_people
    return Events((10 * part, part), (10 * people, people), part, people)


def together(dimension, **groups):
    """People behind each group that is shown."""
    named = {name.replace("_", " "): one if isinstance(one, Events) else events(one) for name, one in groups.items()}
    found = put_together(dimension, named, FEW)
    return None if found is None else {name: each.whole_people for name, each in found.items()}


def test_nothing_is_put_together_without_need():
    """Groups stay as they are."""
    groups = {"english": 900, "other": 60, "sign_language": 20, "not_recorded": 300}

    assert together("language", **groups) == {name.replace("_", " "): n for name, n in groups.items()}


def test_few_who_sign_stand_with_other_languages():
    """They hid the whole slice before."""
    found = together("language", english=900, other=60, sign_language=3, not_recorded=300)

    assert found == {"english": 900, "other or sign language": 63, "not recorded": 300}


def test_far_away_stands_with_the_next_band():
    """Distances are put together with their neighbours, and one person in two of them counts once at least."""
    near = {"0 to 2 km": 90, "2 to 5 km": 80, "5 to 10 km": 40, "over 10 km": 3, "not recorded": 50}

    shown = {"0 to 2 km": 90, "2 to 5 km": 80, "over 5 km": 40, "not recorded": 50}
    assert together("distance", **near) == shown


def test_groups_that_share_people_are_no_larger_for_being_together():
    """Two bands of six people each may be the same six; languages of six each are twelve people."""
    far = {"0 to 2 km": 90, "2 to 5 km": 80, "5 to 10 km": events(6, 6), "over 10 km": events(6, 6)}
    spoken = {"english": 90, "other": events(6, 6), "sign_language": events(6, 6)}

    assert "over 5 km" not in together("distance", **far)
    assert together("language", **spoken)["other or sign language"] == 12
    months = {"2026-01": events(60), "2026-02": events(6, 6), "2026-03": events(6, 6)}
    assert together("month", **months) is None


def test_a_few_who_are_not_recorded_stand_with_the_smallest_group():
    """Under both names: no share can be told of them alone."""
    found = together("sex", female=90, male=80, not_recorded=2)

    assert found == {"female": 90, "male, not recorded": 82}


@pytest.mark.parametrize("groups", [{"female": 90, "male": 3}, {"all": 5}], ids=["one would be left", "only one"])
def test_what_cannot_be_put_together_is_not_shown(groups):
    """A slice of one group is its total."""
    assert together("sex", **groups) is None


def test_a_total_is_one_group():
    """It is shown as it is."""
    assert together("all", all=50) == {"all": 50}


COUNTS = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda each: events(sum(each), each[0]))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(STEPS)), st.data())
def test_no_group_that_is_shown_has_few_and_nobody_is_lost(dimension, data):
    """Whatever is put together: events and keys add up to the same, and no count of people is from 1 to the limit."""
    names = {"language": ["english", "other", "sign language"], "distance": ["0 to 2 km", "5 to 10 km", "over 10 km"],
             "age_band": ["0-17", "18-34", "65-79", "80+"], "deprivation_quintile": ["1", "2", "5"],
             "ethnic_group": ["white", "asian", "black"]}  # fmt: skip
    groups = {name: data.draw(COUNTS) for name in [*names[dimension], "not recorded"]}

    if found := put_together(dimension, groups, FEW):
        for each in found.values():
            assert not any(0 < people <= FEW for people in (each.part_people, each.whole_people))
        for of in ("part", "whole"):
            for n in (0, 1):
                before, after = (sum(getattr(each, of)[n] for each in some.values()) for some in (groups, found))
                assert before == after
