"""Unit: the library finds whom the synthetic world is about; the world has never read a definition.

One small system with perfect links. `make bench-library` does the same on larger ones, and says what linkage costs.
"""

import pytest

from flows.demo.generate import make_ics
from tests.lib.recovery import PLANTED, recovered

PEOPLE, SEED, PERIOD = 12000, 5, "2026-09"
ENOUGH = 20
"""Planted people from which one cohort's share says something by itself."""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """With homes as told; with true homes; and how homes compare."""
    made = make_ics(tmp_path_factory.mktemp("whole"), people=PEOPLE, seed=SEED, periods=[PERIOD], whole=True)
    return recovered(made.project, made.truth, PERIOD)


def test_every_definition_finds_whom_it_is_about(found):
    """With perfect links and true homes: each by itself where enough are planted, and all together."""
    _, true, _ = found

    assert {one.cohort for one in true} == set(PLANTED)
    assert [one.cohort for one in true if one.planted == 0] == []
    large = [one for one in true if one.planted >= ENOUGH]
    assert len(large) >= 5
    assert [one for one in large if min(one.sensitivity, one.predictive_value) < 0.95] == []
    both = sum(one.both for one in true)
    assert both >= 0.97 * sum(one.planted for one in true)
    assert both >= 0.97 * sum(one.found for one in true)


def test_homes_as_told_miss_some_and_make_few(found):
    """Addresses go stale for one of a family before another: that costs households, and the docs say how many."""
    _, _, homes = found

    assert 0 < homes.true_pairs - homes.both < 0.08 * homes.true_pairs
    assert homes.told_pairs - homes.both < 0.02 * homes.told_pairs


def test_a_cohort_without_households_does_not_care_how_homes_are_told(found):
    """Only c07, c08, c09 and c13 ask who lives with whom."""
    told, true, _ = found
    ask_homes = ("c07", "c08", "c09", "c13")

    assert [one for one in told if not one.cohort.startswith(ask_homes)] == [
        one for one in true if not one.cohort.startswith(ask_homes)
    ]


def test_the_whole_project_may_run(tmp_path):
    """Its assessment, notice and agreements cover the nineteen sources: no rule blocks, without name bands or with."""
    from flows.checking import check_project
    from flows.demo.name_bands import use_bands
    from flows.key_desk import make_keys
    from governance.policy.assessed import assessed_digest
    from governance.settings import load_bundle

    made = make_ics(tmp_path, people=6000, seed=1, periods=[PERIOD], whole=True)
    make_keys(made.project, demo=True)
    checked = check_project(made.project, PERIOD)
    use_bands(made.project)
    bundle = load_bundle(made.project)

    assert (checked.cohorts, len(bundle.sources)) == (6, 19)
    assert assessed_digest(bundle) in {one.sha256 for one in bundle.project.governance.dpia.covers}
