"""A dictionary of names and birth dates: with the project's key it reads everybody, without it nobody."""

import pytest

from tests.lib.attacks.dictionary import dictionary_attack
from tests.lib.attacks.people import OURS, THEIRS, population, views

YEARS = range(1935, 1938)


@pytest.fixture(scope="module")
def planted():
    """Three hundred people born in three years, and their views."""
    rows = population(300, birth_dates=1000)
    for row in rows:
        row["date_of_birth"] = row["date_of_birth"].replace(year=1935 + row["record_id"] % 3, day=2)
    return rows, views(rows, OURS)


def test_with_the_key_everybody_is_read(planted):
    """A leaked key, or a source that works with the linkage zone: what the trust assumption is worth."""
    share, entries = dictionary_attack(*planted, OURS, YEARS)

    assert share == 1.0
    assert entries > 300_000


def test_without_the_key_nobody_is_read(planted):
    """The same code, the same dictionary, another key."""
    share, _ = dictionary_attack(*planted, THEIRS, YEARS)

    assert share == 0.0
