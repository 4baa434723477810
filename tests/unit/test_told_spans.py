"""Spans of many months: none is narrower than one that was told before, and the gate refuses one that is."""

from dataclasses import replace
from typing import get_args

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.contracts import AREA_COUNT, AREA_INTERVAL, COHORT_COUNT, COHORT_INTERVAL, MEASURE_COUNT
from governance.disclosure import MEASURES_FILE, CellKey, counts_files, release_measures
from governance.disclosure.gate import Published, Truth, check_release, read_releases, refuse_leaks, rule_facts
from governance.disclosure.gate.published import Ends
from governance.disclosure.gate.told_spans import adding_up, narrower, told_before
from governance.disclosure.protect import ALL
from governance.errors import PolicyRefusal
from governance.settings import Policy, Profile
from governance.store import publish, write_file, write_manifest

POLICY = Policy()
PROFILES = ("hide7_round5", "cell_key", "midpoint6")
TOTAL, FEMALE, MALE = CellKey("c", "met"), CellKey("c", "met", "sex", "female"), CellKey("c", "met", "sex", "male")
NORTH = TOTAL._replace(area="north")


def rows(contract, moved, told):
    """Rows of a table of the whole or of areas."""
    return pa.Table.from_pylist(
        [
            {**key._asdict(), **told(people, *draws)}
            for key, (people, *draws) in moved.items()
            if ("area" in contract.key) == (key.area != ALL)
        ],
        schema=contract.schema,
    )


def released(moved, earlier=(), *, period="2026-03", version="1", profile="hide7_round5"):
    """A release of counts, each with how many draws take off and add, and what it says beside those before it."""
    count = lambda people, *_: {"people": people, "cell_key": people * 7_919, "version": version}  # noqa: E731
    limit = lambda people, fewer, more: {  # noqa: E731
        "expected": 0.0, "low": people - fewer, "high": people + more, "per_point": 0.0
    }  # fmt: skip
    found = release_measures(
        rows(COHORT_COUNT, moved, count),
        MEASURE_COUNT.schema.empty_table(),
        POLICY,
        profile,
        of_people=frozenset(),
        intervals=rows(COHORT_INTERVAL, moved, limit),
        areas=rows(AREA_COUNT, moved, count),
        area_intervals=rows(AREA_INTERVAL, moved, limit),
        told=told_before(period, earlier),
    )
    return found, Published.of(found, period)


def test_a_span_is_no_narrower_than_one_before_it_however_the_count_has_changed():
    """Twenty fewer and ten more were told of 100; of 150 a month later as many are, though draws move it less."""
    _, first = released({TOTAL: (100, 20, 10)}, period="2026-02")
    _, alone = released({TOTAL: (150, 2, 0)})
    found, after = released({TOTAL: (150, 2, 0)}, [first])

    assert first.spans[TOTAL] == Ends(75, 115)
    assert alone.spans[TOTAL] == Ends(145, 155)
    assert after.spans[TOTAL] == Ends(75 + 50, 115 + 50)
    assert found.frame.span("c", "met").doubt == 30


def test_the_same_numbers_with_other_spans_are_the_same_numbers():
    """A report made again where only links are surer or less sure is no second look at its counts."""
    _, first = released({TOTAL: (100, 2, 10)})
    _, again = released({TOTAL: (100, 20, 10)})
    _, other = released({TOTAL: (110, 2, 10)})

    assert first != again
    assert first.has_numbers_of(again)
    assert not first.has_numbers_of(other)


def test_a_wider_span_is_told_as_it_is():
    """It was not wide enough for what links may do now."""
    _, first = released({TOTAL: (100, 2, 10)}, period="2026-02")
    _, after = released({TOTAL: (100, 20, 2)}, [first])

    assert after.spans[TOTAL] == Ends(75, 115)


@pytest.mark.parametrize(
    ("period", "version"), [("2025-12", "1"), ("2026-04", "1"), ("2026-02", "2")], ids=["spell", "later", "definition"]
)
def test_what_was_told_of_others_holds_nothing(period, version):
    """In the spell before, in a later month, or by another definition."""
    _, other = released({TOTAL: (100, 20, 10)}, period=period, version=version)
    _, alone = released({TOTAL: (100, 2, 0)})
    _, after = released({TOTAL: (100, 2, 0)}, [other])

    assert after == alone


PEOPLE = st.tuples(st.integers(0, 60), st.integers(0, 30), st.integers(0, 30))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(PEOPLE, PEOPLE, PEOPLE), min_size=1, max_size=4), st.sampled_from(PROFILES))
def test_a_year_of_spans_is_never_refused_for_them_and_made_again_it_is_the_same(year, profile):
    """Whatever counts and draws do from month to month."""
    earlier = []
    for month, (female, male, north) in enumerate(year, start=1):
        total = tuple(map(sum, zip(female, male, strict=True)))
        moved = {TOTAL: total, FEMALE: female, MALE: male, NORTH: north}
        _, new = released(moved, earlier, period=f"2026-{month:02}", profile=profile)
        assert list(narrower(new, earlier, POLICY.round_to_people)) == []
        assert adding_up(new, POLICY.round_to_people) == set()
        earlier.append(new)
        assert released(moved, earlier, period=new.period, profile=profile)[1] == new


@pytest.mark.parametrize("profile", get_args(Profile))
def test_a_span_does_not_grow_because_it_is_told_again(profile):
    """Two years in which links never move a count by more than two: rounding is not added to rounding."""
    earlier, widest = [], POLICY.round_to_people
    for month in range(24):
        moved = {TOTAL: (100 + month * 7 % 31, 2, 2)}
        found, new = released(moved, earlier, period=f"{2026 + month // 12}-{month % 12 + 1:02}", profile=profile)
        assert list(narrower(new, earlier, POLICY.round_to_people)) == []
        assert found.frame.span("c", "met").doubt <= 2 * widest
        earlier.append(new)


def test_the_gate_refuses_a_span_that_is_narrower():
    """Whoever made the release without looking at those before it is told; no number and no group is named."""
    counts = {TOTAL: (100, 20, 10), FEMALE: (60, 10, 5), MALE: (40, 10, 5)}
    found, first = released(counts, period="2026-02", profile="cell_key")
    _, new = released({key: (people, 0, 0) for key, (people, *_) in counts.items()}, profile="cell_key")
    exact = rows(AREA_COUNT, {key._replace(area="x"): of for key, of in counts.items()}, lambda people, *_: {
        "people": people, "cell_key": people * 7_919, "version": "1"
    })  # fmt: skip
    exact = exact.set_column(0, "area", pa.repeat(pa.scalar(ALL), exact.num_rows))
    truth = Truth.of(exact, found.frame.rule)

    result = check_release(new, [first], truth, POLICY)
    assert {leak.cell for leak in result.leaks} == {TOTAL, FEMALE, MALE}
    with pytest.raises(PolicyRefusal, match="narrower than it was") as refused:
        refuse_leaks(result)
    assert "female" not in str(refused.value)
    assert check_release(replace(new, spans=first.spans), [first], truth, POLICY).leaks == ()


def test_the_gate_refuses_spans_that_tell_of_a_hidden_group_when_added_up(monkeypatch):
    """The control: spans as they would be if nothing had widened them. Twenty leave the whole, none a shown group."""
    moved = {TOTAL: (60, 20, 0), FEMALE: (53, 0, 0), MALE: (7, 7, 0)}
    quiet = released(moved, profile="cell_key")[1]
    monkeypatch.setattr("governance.disclosure.spans.kept_quiet", lambda reaches, *_: reaches)
    loud = released(moved, profile="cell_key")[1]

    assert adding_up(quiet, POLICY.round_to_people) == set()
    assert adding_up(loud, POLICY.round_to_people) == {FEMALE}


def test_spans_are_read_back_from_what_is_public(tmp_path):
    """Of the whole and of areas; a release that tells of none has none, and one that is cut short stops the new one."""
    moved = {TOTAL: (100, 20, 10), FEMALE: (95, 20, 10), MALE: (5, 0, 0), NORTH: (50, 5, 5)}
    found, new = released(moved)
    assert set(new.spans) >= {TOTAL, NORTH}
    files = counts_files(found)
    without = {name: b"".join(_without_ends(content)) for name, content in files.items()}
    broken = {name: content.replace(b",75,", b",75x,") for name, content in files.items()}

    for at, (public, told) in enumerate([(files, new.spans), (without, {}), (broken, None)]):
        with publish(tmp_path / str(at) / "2026-03") as scratch:
            for name, content in public.items():
                write_file(scratch / name, content)
            write_file(scratch / MEASURES_FILE, b"cohort,measure,unit\n")
            write_manifest(scratch, {"rule": rule_facts(found.frame.rule)})
        if told is None:
            with pytest.raises(PolicyRefusal):
                list(read_releases(tmp_path / str(at)))
        else:
            [back] = read_releases(tmp_path / str(at))
            assert back == replace(new, spans=told)


def _without_ends(content):
    return (line.rsplit(b",", 2)[0] + b"\n" for line in content.splitlines())
