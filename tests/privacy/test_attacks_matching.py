"""Matching without a key: classical encodings fall completely, joinedup's views hardly more than to chance."""

import pytest

from tests.lib.attacks.matching import attack_all
from tests.lib.attacks.patterns import pattern_attack
from tests.lib.attacks.people import population

PEOPLE = 400


@pytest.fixture(scope="module")
def found():
    """All attacks on one population, everybody of whom the attacker knows in clear."""
    return attack_all(population(PEOPLE))


def test_the_controls_fall(found):
    """An attack that cannot break what is known to be weak proves nothing."""
    assert found.graph_control >= 0.95
    assert found.frequency_control >= 0.95


def test_the_similarity_graph_of_views_names_nobody(found):
    """A share of one person in a hundred would be four of these; chance is one in 400."""
    assert found.graph <= 0.02


def test_sketches_of_two_blocks_say_nothing(found):
    """Whoever ignores the salt matches by chance."""
    assert found.graph_ignoring_salt <= 0.0125


def test_frequencies_of_blocks_name_nobody(found):
    """Blocks hold one person or one coincidence: there is nothing to count."""
    assert found.frequency <= 0.0125


def test_bit_patterns_are_read_in_classical_filters_only():
    """What letter pairs set is learnt from frequent names; under salt no two blocks set the same."""
    control, ours = pattern_attack(population(1000))

    assert control >= 0.95
    assert ours <= 0.0125
