"""Identifiers of made-up people: right in shape, nobody's in fact, and wrong as often as in life."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.demo import ethnicity, name_lists, nhs_numbers, variants
from flows.demo.languages import LANGUAGES, preferred_language
from flows.demo.layouts import LAYOUTS
from flows.demo.records import UNKNOWN_DAY, without_address

POSTCODE = re.compile(r"NM[0-9]{1,2} [0-9][ABD-HJLNP-UW-Z]{2}")


@pytest.fixture(scope="module")
def records(world):
    """What each source wrote down."""
    return {layout.source: layout.open(world).records for layout in LAYOUTS}


def missing_nhs(world, records, group):
    """Share of a source's records of a group without a number."""
    return (records.nhs_number[world.people.group[records.person] == group] == 0).mean()


def test_nhs_numbers_are_valid_different_and_from_the_test_range(world):
    """999 and nine digits whose last is the Modulus-11 check digit, computed here digit by digit."""
    for number in world.people.nhs_number[:300].tolist():
        digits = [int(digit) for digit in str(number)]
        total = sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
        assert str(number).startswith("999")
        assert digits[9] == (11 - total % 11) % 11
    assert len(np.unique(world.people.nhs_number)) == world.people.size
    assert nhs_numbers.is_valid(world.people.nhs_number).all()


def test_the_published_example_number_is_valid():
    """943 476 5870 is the NHS Data Dictionary's example; with one digit changed it is not valid."""
    assert nhs_numbers.is_valid(np.array([9434765870, 9434765871, 943476587])).tolist() == [True, False, False]


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10_000))
def test_a_slip_of_the_finger_never_makes_a_valid_number(seed):
    """Changing one digit breaks the check, whichever digit it is."""
    rng = np.random.default_rng(seed)
    numbers = nhs_numbers.draw_numbers(rng, count=50)

    assert not nhs_numbers.is_valid(nhs_numbers.with_slip(rng, numbers)).any()


def test_postcodes_are_well_formed_and_nowhere(world):
    """All in area NM, which does not exist, with the letters that real postcodes end in; none twice."""
    codes = world.places.postcode.tolist()

    assert all(POSTCODE.fullmatch(code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_postcodes_of_an_area_lie_together(world):
    """Most neighbouring postcodes share their sector, so that a sector means a place."""
    sectors = [code[:-2] for code in world.places.postcode.tolist()]
    same = np.mean([a == b for a, b in pairwise(sectors)])

    assert same > 0.75


@pytest.mark.parametrize("source", ["emergency_care", "adult_social_care"])
@pytest.mark.parametrize("group", [ethnicity.ASIAN, ethnicity.BLACK])
def test_numbers_are_missing_more_for_minority_groups(world, records, source, group):
    """As in the published studies of missed links."""
    white = missing_nhs(world, records[source], ethnicity.WHITE)

    assert missing_nhs(world, records[source], group) > 1.2 * white


def test_numbers_are_missing_more_for_people_without_a_home(world, records):
    """People ever homeless have incomplete records more often."""
    found = records["emergency_care"]
    homeless = world.needs.homeless.any(axis=0)[found.person]

    assert (found.nhs_number[homeless] == 0).mean() > 1.5 * (found.nhs_number[~homeless] == 0).mean()


def test_sources_differ_in_how_much_they_know(records):
    """The GP has nearly every number, the hospital most, the council office few, police and charity none."""
    share = {source: (found.nhs_number > 0).mean() for source, found in records.items()}

    assert share["gp_register"] > 0.99
    assert 0.85 < share["emergency_care"] < 0.97
    assert 0.5 < share["adult_social_care"] < 0.85
    assert share["housing"] < 0.1
    assert share["police"] == share["advice_service"] == 0


def test_ethnic_group_and_birth_date_go_unrecorded(records):
    """Both are missing somewhere, and the charity knows least."""
    assert (records["advice_service"].detail < 0).mean() > (records["gp_register"].detail < 0).mean() > 0.04
    assert (records["advice_service"].birth == UNKNOWN_DAY).mean() > 0.1


def test_first_languages_are_of_the_community_and_one_a_person(world):
    """Mostly English, often another for people born abroad, sometimes signed, sometimes not asked; always the same."""
    spoken = preferred_language(world)
    other = (spoken > 0) & (spoken < len(LANGUAGES) - 1)

    assert (spoken == preferred_language(world)).all()
    assert (spoken == 0).mean() > 0.6
    assert other[world.people.born_abroad].mean() > 0.3 > 0.05 > other[~world.people.born_abroad].mean()
    assert 0.1 < (spoken < 0).mean() < 0.2


def test_some_birth_dates_are_first_of_january_for_want_of_a_better(world):
    """Far more than the 1 in 365 that chance gives, and mostly people born abroad."""
    january = world.people.birth.astype("datetime64[D]").astype(str)
    first = np.char.endswith(january.astype(str), "-01-01")

    assert first[world.people.born_abroad].mean() > 0.03
    assert first[~world.people.born_abroad].mean() < 0.01


def test_people_on_the_street_have_no_address_and_others_do(world):
    """The pseudo-postcode is for people who are homeless at that time."""
    person = np.arange(world.people.size, dtype=np.int32)
    day = np.full(len(person), world.timeline.stop - 1, np.int32)
    roofless = without_address(world, person, day)

    assert roofless.any()
    assert world.needs.homeless[-1][roofless].all()


def test_twins_share_a_birthday_and_not_a_name(world):
    """Same household and day: there are some, and few of them have one name."""
    people = world.people
    near = (people.household[1:] == people.household[:-1]) & (people.birth[1:] == people.birth[:-1])
    twins = near & (people.age_at(world.timeline.stop)[1:] < 22)
    named_alike = people.forename[1:][twins] == people.forename[:-1][twins]

    assert twins.sum() > 5
    assert named_alike.mean() < 0.2


def test_some_sons_bear_their_fathers_whole_name(world):
    """Two at one address with the same two names and birthdays a generation apart."""
    people = world.people
    order = np.lexsort((people.surname, people.forename, people.household))
    same = np.ones(len(order) - 1, bool)
    for column in (people.household, people.forename, people.surname):
        same &= column[order][1:] == column[order][:-1]
    apart = abs(people.birth[order][1:] - people.birth[order][:-1]) > 15 * 365

    assert (same & apart).sum() > 20


def test_surnames_are_as_skewed_as_in_life(world):
    """The commonest is borne by about one person in a hundred, and thousands are rare."""
    counts = np.bincount(world.people.surname)
    counts = np.sort(counts[counts > 0])[::-1] / world.people.size

    assert 0.006 < counts[0] < 0.025
    assert (counts < 0.0003).sum() > 1500


@pytest.mark.parametrize(("name", "women"), [("Kaur", True), ("Singh", False)])
def test_some_surnames_belong_to_one_sex(world, name, women):
    """A daughter of a Singh is a Kaur, and his wife mostly is."""
    bearers = world.people.surname == world.names.text.to_pylist().index(name)

    assert bearers.sum() > 20
    assert (world.people.female[bearers] == women).mean() > 0.98


@pytest.mark.parametrize(
    ("man", "woman"), [("Kowalski", "Kowalska"), ("Kazlauskas", "Kazlauskienė"), ("Brown", "Brown")]
)
def test_surnames_change_their_ending_with_the_bearer(man, woman):
    """And back."""
    assert name_lists.female_form(man) == woman
    assert name_lists.male_form(woman) == man


@settings(deadline=None)
@given(st.sampled_from(sorted(variants.short_forms())), st.randoms(use_true_random=False))
def test_a_slip_changes_a_name_a_little(name, dice):
    """One letter more, one less, or the same number; and never nothing."""
    slipped = variants.slip(dice, name)

    assert abs(len(slipped) - len(name)) <= 1
    assert slipped


@pytest.mark.parametrize(
    ("name", "plain"),
    [("Małgorzata", "Malgorzata"), ("Nguyễn", "Nguyen"), ("Y\u0131ld\u0131z", "Yildiz"), ("O'Neill", "O'Neill")],
)
def test_marks_fold_away(name, plain):
    """Letters that a plain system cannot keep lose their marks and nothing else."""
    assert variants.fold(name) == plain


@pytest.mark.parametrize(
    ("name", "other"),
    [("Smith-Jones", "Smith Jones"), ("O'Brien", "OBrien"), ("McDonald", "MacDonald"), ("Patel", "Patel")],
)
def test_names_of_several_parts_are_joined_or_parted(name, other):
    """Hyphens, apostrophes and Mc; other names stay."""
    assert variants.rejoined(name) == other


def test_spellings_go_both_ways():
    """Each spelling of a name leads to the others and never to itself."""
    listed = variants.spellings()

    assert "Mohammed" in listed["Muhammad"]
    assert "Muhammad" in listed["Mohammed"]
    assert all(name not in others for name, others in listed.items())
