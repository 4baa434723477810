"""What is printed of a report that was withdrawn or corrected."""

import pytest

from governance.release_notices import Notice

NOTICE = Notice(
    kind="to_correct", period="2026-10", manifest_sha256="0" * 64, on="2026-11-28", reason="A file of the wrong month"
)


def test_a_report_that_replaces_another_is_not_called_wrong():
    """It prints the notice on every page; every other report names the month alone."""
    said = "October 2026 was found to be wrong on 28 November 2026: A file of the wrong month."

    assert NOTICE.sentence_in("2026-10") == f"An earlier report of {said} This one replaces it."
    assert NOTICE.sentence_in("2026-11") == NOTICE.sentence == f"A report of {said}"


@pytest.mark.parametrize("ending", [".", "!", "?"])
def test_a_reason_that_ends_has_no_second_full_stop(ending):
    """People type reasons with and without."""
    notice = Notice(
        kind="withdrawn", period="2026-09", manifest_sha256="", on="2026-11-28", reason=f"Wrong area{ending}"
    )

    assert notice.sentence.endswith(f": Wrong area{ending}")
