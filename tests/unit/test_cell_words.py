"""Names of released counts as a checker reads them."""

import pytest

from governance.cell_words import cohort_words, measure_words
from governance.disclosure.waits import BANDS, referred, waited
from tests.lib.report import invented_frame


@pytest.mark.parametrize(
    ("measure", "told"),
    [
        ("met", "in the group"),
        ("rung:housing_told", "reached housing told"),
        ("attrition:04", "left after step 4"),
        ("variant:response_time=84d", "in the group if response time is 84d"),
        (referred("adult_social_care"), "referred to adult social care"),
        (waited("housing", "seen", BANDS[1]), f"referred to housing, seen after {BANDS[1][0]} to {BANDS[1][1]} weeks"),
        (waited("housing", "unseen", BANDS[0]), f"referred to housing, not seen for 0 to {BANDS[0][1]} weeks"),
        ("of_another_kind", "of another kind"),
    ],
)
def test_a_measure_in_words(measure, told):
    """What decides a number is said; nothing of how it is stored."""
    assert measure_words(measure) == told


def test_no_measure_of_a_release_keeps_its_code():
    """Whatever a report publishes, also of everyone."""
    found = {measure_words(key.measure) for key in invented_frame().cells}

    assert not any(mark in told for told in found for mark in ":=_")
    assert cohort_words("_everyone") == "everyone"
