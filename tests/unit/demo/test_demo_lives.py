"""Lives worth believing: needs hang together, contacts follow needs, and the truth says so."""

import numpy as np
import pytest

from flows.demo import service_health as health
from flows.demo import service_public as public
from flows.demo.events import first_each, make_events
from flows.demo.layouts import LAYOUTS
from flows.demo.nhs_numbers import is_valid
from flows.demo.optout import opted_out_numbers, write_cleaned_list
from flows.demo.timeline import make_timeline
from flows.demo.truth import mechanisms
from governance.settings import load_bundle


def ever(state):
    """Per person, whether a monthly state was ever on."""
    return state.any(axis=0)


@pytest.fixture(scope="module")
def adult(world):
    """Who is grown up at the end."""
    return world.people.age_at(world.timeline.stop) > 18


def test_severe_disadvantage_is_as_common_as_published(world, adult):
    """Tweed et al.: 5.2% of adults had at least one of four experiences, 1.0% more than one."""
    needs = world.needs
    opioids = ever(needs.substance) & needs.opioids
    count = np.sum([ever(needs.homeless), ever(needs.offending), opioids, needs.severe_mental], axis=0)[adult]

    assert 0.03 < (count >= 1).mean() < 0.065
    assert 0.005 < (count > 1).mean() < 0.018


@pytest.mark.parametrize("state", ["homeless", "substance", "offending", "victim", "distress"])
def test_needs_are_commoner_in_poorer_places(world, adult, state):
    """The poorest three tenths against the richest three."""
    found, decile = ever(getattr(world.needs, state)), world.people.decile

    assert found[adult & (decile <= 3)].mean() > 1.5 * found[adult & (decile >= 8)].mean()


@pytest.mark.parametrize(
    ("one", "other"), [("homeless", "substance"), ("substance", "offending"), ("homeless", "victim")]
)
def test_one_trouble_brings_another(world, adult, one, other):
    """People with one state have the other several times as often."""
    first, second = ever(getattr(world.needs, one))[adult], ever(getattr(world.needs, other))[adult]

    assert second[first].mean() > 5 * second[~first].mean()


def test_a_moderate_number_of_events_most_of_them_with_the_gp(world):
    """Four to eight a person in the window, and every source has some."""
    counts = {source: int((events.day >= world.timeline.start).sum()) for source, events in world.events.items()}

    assert 4 < sum(counts.values()) / world.people.size < 8
    assert max(counts, key=counts.get) == "gp_register"
    assert min(counts.values()) > 20


def test_nothing_happens_to_the_dead_the_absent_or_after_the_window(world):
    """Every event lies within a person's stay and life."""
    people, needs = world.people, world.needs
    for events in world.events.values():
        assert (events.day < world.timeline.stop).all()
        assert (events.day < needs.dies[events.person]).all()
        assert (events.day < people.leaves[events.person]).all()
        assert (events.day >= people.arrives[events.person]).all()


def test_a_few_people_make_many_of_the_attendances(world):
    """One in a hundred makes about a sixth (British Red Cross), not half and not a fiftieth."""
    attendances = world.events["emergency_care"]
    last_year = attendances.day >= world.timeline.stop - 365
    counts = np.bincount(attendances.person[last_year], minlength=world.people.size)

    assert 0.25 < counts.mean() < 0.5
    assert 0.08 < counts[counts >= 5].sum() / counts.sum() < 0.3


def test_responses_reach_minority_groups_less(world):
    """The chance of a response is lower for every group than for the white majority."""
    access = [world.needs.access[world.people.group == group].mean() for group in range(5)]

    assert max(access) == access[3]
    assert access[1] < 0.85 * access[3]


def test_few_police_notices_lead_to_a_service(world):
    """Most people with a notice get no service from social care within four months."""
    notices = world.events["police"].of_kind(public.POLICE_NOTICE)
    services = world.events["adult_social_care"].of_kind(public.ASC_SERVICE)
    served = {(p, d) for p, d in zip(services.person.tolist(), services.day.tolist(), strict=True)}
    followed = [
        any((person, later) in served for later in range(day + 1, day + 121))
        for person, day in zip(notices.person.tolist(), notices.day.tolist(), strict=True)
    ]

    assert 0.005 < np.mean(followed) < 0.15


def test_multiple_disadvantage_is_counted_as_it_says(world):
    """Person by person: three of five states inside the last 24 months, an adult who is alive and here."""
    needs, people, end = world.needs, world.people, world.timeline.period_end[-1]
    found = mechanisms(world, end)["severe_multiple_disadvantage_3_of_5"]
    states = [needs.homeless, needs.substance, needs.offending, needs.victim]

    for person in [*np.flatnonzero(found)[:80], *range(0, people.size, 97)]:
        count = sum(bool(state[12:, person].any()) for state in states)
        count += bool(needs.distress[12:, person].any() or needs.severe_mental[person])
        here = people.leaves[person] >= end and needs.dies[person] >= end and people.arrives[person] < end
        grown = people.birth[person] < end - 18 * 365.25
        assert found[person] == (count >= 3 and here and grown)


def test_unanswered_notices_are_counted_as_they_say(world):
    """Person by person, from the lists of notices and responses."""
    end = world.timeline.period_end[-1]
    found = mechanisms(world, end)["repeat_police_notice_no_response"]
    notices = world.events["police"].of_kind(public.POLICE_NOTICE)
    responses = world.events["adult_social_care"].of_kind(public.ASC_ASSESSMENT, public.ASC_SERVICE)

    assert found.any()
    for person in np.flatnonzero(found):
        days = [d for d in notices.day[notices.person == person].tolist() if end - 365 <= d < end]
        last = max(d for d in days if d < end - 84)
        assert len(days) >= 2
        assert not [d for d in responses.day[responses.person == person].tolist() if last <= d < last + 84]


def test_front_door_members_were_homeless_and_seen(world):
    """Everyone in that shared need was homeless and at the hospital or in a crisis in the year."""
    end = world.timeline.period_end[-1]
    found = mechanisms(world, end)["homeless_at_health_front_door"]
    crises = world.events["mental_health"].of_kind(health.MH_CRISIS)
    seen = np.unique(np.r_[world.events["emergency_care"].person, crises.person])

    assert found.sum() > 10
    assert np.isin(np.flatnonzero(found), seen).all()
    assert ever(world.needs.homeless)[found].all()


def test_cleaned_lists_hold_what_was_sent_less_a_few(ics):
    """One valid number a line with a comma; a few in a hundred of those in the extract are not on it."""
    for source in load_bundle(ics.project).sources:
        if source.opt_outs.cleaned_list is None:
            assert not list(ics.project.glob(f"optout/*/{source.id}.dat"))
            continue
        content = (ics.project / source.opt_outs.cleaned_list.replace("{period}", "2026-09")).read_bytes()
        lines = content.decode("ascii").split("\n")
        assert lines.pop() == ""
        assert all(len(line) == 11 and line.endswith(",") for line in lines)
        assert is_valid(np.array([int(line[:-1]) for line in lines])).all()
        assert len(set(lines)) == len(lines)


def test_three_to_six_in_a_hundred_opt_out_and_are_off_the_list(world, tmp_path):
    """The list is what was sent, less invalid numbers and those of people who opted out."""
    opted_out = opted_out_numbers(world)
    sent = np.r_[world.people.nhs_number[:5000], world.people.nhs_number[:3], 9990000000 + 4, 0]

    kept = write_cleaned_list(sent, opted_out, tmp_path / "list.dat")

    listed = {int(line[:-1]) for line in (tmp_path / "list.dat").read_text().splitlines()}
    assert 0.025 < len(opted_out) / world.people.size < 0.065
    assert listed == set(world.people.nhs_number[:5000].tolist()) - set(opted_out.tolist())
    assert kept == len(listed)


def test_local_numbers_do_not_give_people_away(world):
    """A service's own numbers are in no order of people."""
    for layout in LAYOUTS:
        records = layout.open(world).records
        assert len(np.unique(records.number)) == len(records)
        assert abs(np.corrcoef(records.number, records.person)[0, 1]) < 0.2


def test_first_each_keeps_one_event_a_stretch():
    """Of two events of a person within the stretch the earlier stays."""
    person, day = np.array([1, 1, 2, 1]), np.array([110, 105, 107, 250])

    assert first_each(person, day, within=100).tolist() == [1, 2, 3]


def test_events_are_sorted_and_repeat_single_values():
    """A single kind or end stands for all rows."""
    events = make_events([5, 3], [20, 10], kind=2).in_order()

    assert events.person.tolist() == [3, 5]
    assert events.kind.tolist() == [2, 2]


def test_the_window_is_three_years_up_to_the_last_period():
    """Half-open months: the first day after September is the end."""
    timeline = make_timeline(["2026-06", "2026-09"])

    assert np.datetime64(timeline.start, "D") == np.datetime64("2023-10-01")
    assert np.datetime64(timeline.stop, "D") == np.datetime64("2026-10-01")
    assert [str(np.datetime64(end, "D")) for end in timeline.period_end] == ["2026-07-01", "2026-10-01"]
    assert timeline.month_of(np.array([timeline.start, timeline.stop - 1])).tolist() == [0, 35]
