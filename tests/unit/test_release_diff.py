"""What a checker is told of a draft: both numbers as released, never their difference."""

import pytest

from governance.policy.released import Released
from governance.release_diff import Change, diff_releases

_HEADER = "cohort,version,measure,dimension,group,people,status\n"


def released(rows, *, version="1.0.0", content="a" * 64, period="2026-09", rule=5, more=()):
    """A release of one cohort with these rows."""
    definitions = [{"id": "c01", "version": version, "content_sha256": content}, *more]
    record = {"period": period, "profile": "cell_key", "rule": {"base": rule}, "definitions": definitions}
    return Released(files={"safe_counts.csv": (_HEADER + rows).encode()}, record=record)


_OLD = "c01,1,met,all,all,120,shown\nc01,1,met,sex,female,65,shown\nc01,1,met,sex,male,[c],hidden\n"
_NEW = "c01,1,met,all,all,135,shown\nc01,1,met,sex,female,[c],hidden\nc01,1,met,sex,male,60,shown\n"


def test_numbers_stand_beside_each_other():
    """And what turned from shown to hidden is counted."""
    found = diff_releases(released(_OLD), released(_NEW, period="2026-10"))

    assert found.numbers[0] == Change(("c01", "met", "all", "all", "all"), "120", "135")
    assert (found.same, found.now_hidden, found.now_shown, found.policy, found.definitions) == (0, 1, 1, (), ())
    assert "  c01, in the group: was 120, is 135" in found.lines()
    assert "15" not in " ".join(found.lines()), "no difference is worked out"


def test_the_same_release_is_as_before():
    """Nothing is told that did not change."""
    found = diff_releases(released(_OLD), released(_OLD))

    assert found.lines()[1:] == [
        "Rules: as before.",
        "Definitions: as before.",
        "Tables: as before.",
        "Numbers: all 3 are as before.",
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"version": "2.0.0"}, "c01: was version 1.0.0, is version 2.0.0: not the same question."),
        ({"content": "b" * 64}, "c01: the file or a code list changed, and the version did not."),
        ({"more": [{"id": "c02", "version": "1", "content_sha256": "c" * 64}]}, "c02 is new."),
    ],
)
def test_definitions_are_told(change, says):
    """A silent change of a definition is told like an open one."""
    found = diff_releases(released(_OLD), released(_NEW, **change))

    assert found.definitions == (says,)
    assert any("(of another definition)" in line for line in found.lines()) == ("c01" in says)


def test_rules_and_tables_are_told():
    """Another rule, and a breakdown more and one fewer."""
    found = diff_releases(released(_OLD), released(_OLD.replace(",sex,", ",age_band,"), rule=10))

    assert found.policy == ("base: was 5, is 10",)
    assert found.tables == (
        "c01 by age band is published for the first time.",
        "c01 by sex is not published any more.",
    )
