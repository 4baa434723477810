"""The frontier's own parts: recall told without linking, and a picture that says in words what it shows."""

import re
from datetime import date

import numpy as np
import pytest

from governance.settings import Linkage
from linkage.exposure.sent import Source
from tests.bench.blocking import Labelled, share, without_numbers
from tests.bench.frontier_plot import Dot, plot
from tests.lib.linkage import found_in, rule

HOME = Linkage(rules=[rule("surname", "postcode", id_="home"), rule("nhs_number", id_="nhs_number")])


def person(number, surname):
    """A row of a made-up source."""
    born = date(1980, 2, 3)
    return {"record_id": number, "forename": "Ann", "surname": surname, "postcode": "ZZ1 1AA", "date_of_birth": born}


@pytest.mark.parametrize(("cap", "together"), [(200, [True, False]), (2, [True, False])])
def test_a_pair_is_together_where_it_shares_a_block(cap, together):
    """Two records of one surname at one address are brought together, two of different surnames are not."""
    sources = (
        Source(found_in([person(1, "Smith"), person(2, "Quirk")])[1], True),
        Source(found_in([person(3, "Smith"), person(4, "Quick")])[1], True),
    )
    truth = Labelled(
        sources, np.array(list("abab"), object), np.array([0, 1]), np.array([2, 3]), np.zeros(4, np.uint64)
    )
    found = truth.found(HOME.model_copy(update={"max_block_records": cap}))

    assert found[0].tolist() == together
    assert not found[1].any()
    assert share(found, [True, True]) == 0.5
    assert without_numbers(HOME) == [0]


def test_the_picture_says_what_it_shows():
    """Every config stands in the description with its three numbers, and in the picture with a disc and a ring."""
    drawn = plot([Dot("a & b", 0.9, 0.001, 0.01, True), Dot("c", 0.98, 0.002, 0.3, False)])

    assert "a &amp; b: recall 0.900, 0.10% and 1.00%" in drawn
    assert len(re.findall("<circle", drawn)) == 4
    assert 'role="img" aria-labelledby="title desc"' in drawn
    assert "script" not in drawn
