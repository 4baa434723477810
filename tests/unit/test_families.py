"""Twins, fathers and sons of one name, couples: two people each, with and without NHS numbers."""

from functools import reduce

import numpy as np
import pyarrow as pa
import pytest

from linkage.kin import KINDS as CLASSES
from linkage.kin import kin_ratios, pattern_kin, usual_slips
from linkage.mixture import WORTH, Patterns, Shares, as_bits, expected_shares, fit
from linkage.pooled import MOST_TOLD, SourcePair, Told, told_by_others
from tests.lib.families import KINDS, Mistaken, linked_town

TOWNS, HOMES = (1, 2), 700


def mistaken(kind: str, **how: bool) -> Mistaken:
    """Both towns together: some 600 pairs of records and 150 couples of people of each kind."""
    return reduce(Mistaken.__add__, (linked_town(seed, HOMES, **how).mistaken[kind] for seed in TOWNS))


@pytest.mark.parametrize("numbers", [True, False], ids=["with numbers", "without"])
def test_where_a_source_keeps_one_record_a_person_families_are_two_people(numbers):
    """No couple of any kind ends in one person; of twins' pairs under 1% are linked, of the others none."""
    found = {kind: mistaken(kind, numbers=numbers, single=True) for kind in KINDS}

    assert [one.joined for one in found.values()] == [0, 0, 0]
    assert min(one.couples for one in found.values()) >= 150
    assert found["fathers"].linked == found["spouses"].linked == 0
    assert found["twins"].linked < 0.01 * found["twins"].pairs


def test_where_every_source_may_hold_a_person_twice_numbers_tell():
    """No source can count families there: numbers that differ, and twins of two sexes, say how many there are."""
    found = {kind: mistaken(kind, numbers=True, single=False) for kind in KINDS}

    assert found["fathers"].linked == found["fathers"].joined == found["spouses"].linked == 0
    assert found["twins"].linked < 0.01 * found["twins"].pairs
    assert found["twins"].joined <= 1


def test_a_list_of_names_tells_twins_whose_names_are_near():
    """Damien and Jamie: without a list they look like one name misspelt, with one like two names."""
    with_list, without = (mistaken("twins", numbers=False, single=True, listed=listed) for listed in (True, False))

    assert without.linked > 0
    assert with_list.pairs == without.pairs
    assert with_list.linked < 0.001 * with_list.pairs


def test_without_numbers_or_lists_of_single_records_a_son_is_taken_for_his_father():
    """A known limit: nothing then tells a wrong birth date from a second person. Twins are still told by their sex."""
    found = {kind: mistaken(kind, numbers=False, single=False) for kind in KINDS}

    assert found["fathers"].joined > 0.5 * found["fathers"].couples
    assert found["twins"].linked < 0.01 * found["twins"].pairs
    assert found["spouses"].linked == 0


@pytest.mark.parametrize("numbers", [True, False], ids=["with numbers", "without"])
def test_true_pairs_do_not_pay_for_it(numbers):
    """Of all true pairs of records, found by some rule or not, 96% and more are linked in these towns."""
    towns = [linked_town(seed, HOMES, numbers=numbers, single=True) for seed in TOWNS]

    assert sum(town.true_linked for town in towns) > 0.96 * sum(town.true_pairs for town in towns)


def test_the_report_counts_who_was_held_back():
    """Pairs that only the thought of a family keeps apart, of either kind: here hardly any of them is true."""
    found = linked_town(1, HOMES, numbers=False, single=True)

    for kind, held in (("twins", "twins"), ("fathers", "namesakes")):
        assert 0.25 * found.mistaken[kind].pairs < found.held_back[held] < found.mistaken[kind].pairs


# ------------------------------------------------------------------------------------------------- classes by hand

M = {"forename": {4: 0.9, 2: 0.06, 1: 0.02, 0: 0.02}, "sex": {1: 0.99, 0: 0.01}, "nhs_number": {1: 0.98, 0: 0.02}}
M |= {"date_of_birth": {6: 0.95, 5: 0.01, 4: 0.02, 3: 0.005, 2: 0.003, 1: 0.002, 0: 0.01}}
U = {"forename": {4: 0.01, 2: 0.01, 1: 0.03, 0: 0.95}, "sex": {1: 0.5, 0: 0.5}, "nhs_number": {1: 1e-8, 0: 1 - 1e-8}}
U |= {"date_of_birth": {6: 1e-4, 5: 1e-5, 4: 2e-3, 3: 3e-3, 2: 1e-3, 1: 5e-3, 0: 0.98889}}


def test_what_each_class_shares_with_one_person_and_what_not():
    """Ratios are of probabilities that add to 1; what is not listed, twins and namesakes share as one person does."""
    twins, namesakes = (kin_ratios(M, U)[kind] for kind in CLASSES)

    assert set(twins) == {"forename", "sex", "nhs_number"}
    assert set(namesakes) == {"date_of_birth", "nhs_number"}
    for ratios in (twins, namesakes):
        for name, by_level in ratios.items():
            assert sum(M[name][level] * ratio for level, ratio in by_level.items()) == pytest.approx(1, abs=1e-3)
    assert twins["forename"][0] > 40
    assert twins["forename"][4] < 0.01
    assert namesakes["date_of_birth"][0] > 90
    assert namesakes["date_of_birth"][6] < 1e-6
    assert usual_slips(M) == {"renamed": 0.02, "redated": 0.01}


def test_missing_evidence_says_nothing_of_families():
    """A level that is NULL adds no bits, and shows no slip either way."""
    empty = {name: pa.array([None, 0], pa.int8()) for name in M}
    found = pattern_kin(pa.table({"pattern": [1, 2], **empty}), M, U).to_pylist()

    assert (found[0]["twins_bits"], found[0]["namesakes_bits"], found[0]["renamed"]) == (0, 0, None)
    assert found[1]["renamed"] is found[1]["redated"] is True
    assert found[1]["twins_bits"] > 10


def planted(twins: float, renamed: float, matches: float = 10_000) -> tuple[Patterns, float]:
    """Pairs of one birth date and address, by forename and sex, of two million possible: a share of each class."""
    bits = {(same, sex): np.log2(_twins(same, sex) / _match(same, sex, 0.02)) for same in (0, 1) for sex in (0, 1)}
    pairs = {
        at: matches * (_match(*at, renamed) + twins * _twins(*at)) for at in bits
    }  # strangers hardly ever share a birth date and an address
    count = len(pairs)
    return Patterns(
        weight=np.full(count, 30.0) + np.array([0.0 if same else -9.0 for same, _ in pairs]),
        kin_bits=np.column_stack([list(bits.values()), np.full(count, -30.0)]),
        slips=np.column_stack([[1.0 - same for same, _ in pairs], np.full(count, np.nan)]),
        pairs=np.array(list(pairs.values())),
    ), 2e6


def _match(same: int, sex: int, renamed: float) -> float:
    return (renamed, 1 - renamed)[same] * (0.01, 0.99)[sex]


def _twins(same: int, sex: int) -> float:
    return (0.998, 0.002)[same] * (1 / 3, 2 / 3)[sex]


USUAL = np.array([0.02, 0.01])


def shares_of(patterns: Patterns, possible: float, kin: float = 0.001) -> Shares:
    """What is found, with as many twins expected."""
    start = expected_shares(5000, np.array([kin, 0.001]), USUAL, namesakes_counted=False)
    return fit(patterns, possible, USUAL, start, namesakes_counted=False)


@pytest.mark.parametrize(("twins", "renamed"), [(0.1, 0.01), (0.02, 0.07), (0.0, 0.1), (0.05, 0.0)])
def test_planted_shares_come_out(twins, renamed):
    """Twins of two sexes tell how many of one sex there are; the rest of other forenames is one person renamed."""
    found = shares_of(*planted(twins, renamed))

    assert found.matches == pytest.approx(10_000, rel=0.01)
    assert found.kin[0] == pytest.approx(twins, abs=0.004)
    assert found.slips[0] == pytest.approx(renamed, abs=0.004)


def test_what_cannot_be_told_stays_as_it_was_started():
    """Without sex, another forename is a twin or not as often as was expected before."""
    patterns, possible = planted(0.1, 0.02)
    blind = Patterns(patterns.weight, patterns.kin_bits.copy(), patterns.slips, patterns.pairs)
    blind.kin_bits[:, 0] = np.where(patterns.slips[:, 0] == 1, np.log2(0.998 / 0.02), np.log2(0.002 / 0.98))

    many, few = shares_of(blind, possible, kin=0.2), shares_of(blind, possible, kin=0.001)

    assert many.kin[0] / many.slips[0] == pytest.approx(0.2 / 0.02, rel=0.1)
    assert few.kin[0] / few.slips[0] == pytest.approx(0.001 / 0.02, rel=0.1)


def test_shares_as_bits_are_what_the_weights_lack():
    """As trained, a slip gains nothing; one person against strangers is the old prior."""
    bits = as_bits(Shares(100.0, np.array([0.02, 0.01]), USUAL), 1e6, USUAL)

    assert bits[0] == pytest.approx(np.log2(100 / (1e6 - 103)))
    assert bits[1:3] == pytest.approx(np.log2([0.02, 0.01]))
    assert bits[3:] == pytest.approx([0, 0, 0, 0])


OWN_HABIT = np.array([0.002, 0.08, 0.004])
"""By source: share of records under another forename. The second writes down what people are called."""


def told(*met: tuple[int, int, float]) -> list[Told]:
    """What source pairs are told by each other: two sources and their true pairs; one twin for twenty of these."""
    pairs = []
    for a, b, matches in met:
        patterns, possible = planted(0.05, OWN_HABIT[a] + OWN_HABIT[b], matches)
        start = expected_shares(matches / 2, np.array([0.001, 0.001]), USUAL, namesakes_counted=True)
        pairs.append(SourcePair((a, b), patterns, possible, start))
    return told_by_others(pairs, USUAL, namesakes_counted=True)


def test_other_source_pairs_tell_twins_from_people_of_two_names():
    """Forty pairs inside one source begin with that source's own habit, as it shows in what it shares with others."""
    renaming, *_, inside = told((0, 1, 9_000.0), (0, 2, 6_000.0), (1, 2, 3_000.0), (2, 2, 40.0))

    assert inside.start.slips[0] == pytest.approx(2 * OWN_HABIT[2], abs=0.002)
    assert inside.renaming_worth == 200
    # Of a source with such a habit nothing is told: its own pairs do.
    assert OWN_HABIT[:2].sum() > MOST_TOLD
    assert (renaming.start.slips[0], renaming.renaming_worth) == (USUAL[0], WORTH)


def test_a_source_pair_is_not_told_of_itself():
    """What it shows counts once, in its own fit: alone it begins with what is expected of anybody."""
    (alone,) = told((0, 1, 9_000.0))

    assert alone.start.slips[0] == pytest.approx(USUAL[0])
    assert alone.renaming_worth == WORTH


def test_a_source_that_nobody_else_meets_is_told_nothing():
    """Its habit shows in its own pairs alone, so nothing is held against these."""
    _, apart = told((0, 1, 9_000.0), (2, 2, 40.0))

    assert apart.start.slips[0] == pytest.approx(USUAL[0])
    assert apart.renaming_worth == WORTH


def test_no_source_pairs_are_told_nothing():
    """One list of one record a person has nobody to meet."""
    assert told() == []
