"""The exposure of a config on people made up for it."""

import numpy as np
import pytest

from governance.settings import Linkage
from linkage.exposure.measure import EQUALITIES, LENGTHS, RARITY, SEED_SHARES, STRUCTURE, measure
from linkage.exposure.sent import Sent, Source
from tests.lib.linkage import found_in, rule

PAIRS = Linkage(rules=[rule("surname", "postcode", id_="home")], max_source_records=None, max_source_people=None)


def person(number, surname="Smith", forename="Ann", postcode="ZZ1 1AA", **more):
    """A row of a made-up source."""
    return {"record_id": number, "forename": forename, "surname": surname, "postcode": postcode, "sex": "F"} | more


def source(*rows, single=True):
    """These people as a source."""
    _, found = found_in(rows)
    return Source(found, single)


def shares(sources, linkage=PAIRS, seeds=(0.0,)):
    """Share of people unique, by what is seen and seeds."""
    found = measure(sources, linkage, seed=1, seeds=seeds)
    return {(cell.sees, cell.seeds): cell.unique for cell in found.cells}, found


def test_two_households_of_one_size_hide_each_other():
    """Two pairs look alike; a household of three is nobody else's shape, but its members hide among themselves."""
    people = [person(1), person(2), person(3, "Quirk"), person(4, "Quirk")]
    assert shares([source(*people)])[0][STRUCTURE, 0.0] == 0
    lonely = [*people, person(5, "Lone")]
    assert shares([source(*lonely)])[0][STRUCTURE, 0.0] == pytest.approx(1 / 5)


def test_lengths_tell_more_than_structure():
    """A long forename in one of two pairs tells all four apart."""
    people = [person(1), person(2), person(3, "Quirk"), person(4, "Quirk", "Maximiliana")]
    found, _ = shares([source(*people)])
    assert found[STRUCTURE, 0.0] == 0
    assert found[LENGTHS, 0.0] >= 0.5


def test_equalities_tell_more_than_labels():
    """Two pairs alike in everything, save that one of them shares a forename."""
    people = [
        person(1, forename="Anna"),
        person(2, forename="Anna"),
        person(3, "Quirk", "Ella"),
        person(4, "Quirk", "Lena"),
    ]
    found, _ = shares([source(*people)])
    assert found[LENGTHS, 0.0] <= found[EQUALITIES, 0.0] <= found[RARITY, 0.0]
    alike = [
        person(1, forename="Anna"),
        person(2, forename="Anna"),
        person(3, "Smyth", "Ella"),
        person(4, "Smyth", "Ella"),
    ]
    same, _ = shares([source(*alike)])
    assert same[EQUALITIES, 0.0] == 0


def test_a_chain_of_equal_codes_is_counted():
    """Equal forenames tie records from block to block, through the record that stands in both."""
    _, found = shares([source(person(1), person(2), person(3))])
    assert found.chains["forename"] == 3
    assert found.chains["sex"] == 3


def test_a_crowd_is_not_seen():
    """With limits a register sends no view of a block in which it has two records: nothing ties them."""
    limited = PAIRS.model_copy(update={"max_source_records": 1})
    sent = Sent.of([source(person(1), person(2), person(3, "Quirk"))], limited)
    assert sent.views(0).record.tolist() == [2]


def test_a_second_source_ties_what_the_register_alone_does_not():
    """Where two people of a block may be sent, two namesakes are: an edge that the register alone has not."""
    limited = PAIRS.model_copy(update={"max_source_records": 1, "max_source_people": 2})
    register = source(person(1), person(2))
    second = source(person(7), person(8), single=False)
    assert len(Sent.of([register], limited).views(0).record) == 0
    assert Sent.of([register, second], limited).views(0).record.tolist() == [2, 3]


def test_the_same_seed_gives_the_same_table():
    """Every cell of it, and one for each step and share."""
    people = [person(n, f"Name{n % 7}", "Ann" if n % 2 else "Joanna") for n in range(40)]
    first, found = shares([source(*people)], seeds=SEED_SHARES)
    again, _ = shares([source(*people)], seeds=SEED_SHARES)
    assert first == again
    assert len(found.cells) == 5 * len(SEED_SHARES)
    assert found.people == 40
    assert all(np.isfinite(share) and 0 <= share <= 1 for share in first.values())
