"""Spans of services, pairs and other thresholds: an attacker who knows that people are in several of them at once."""

from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.contracts import COHORT_COUNT, COHORT_INTERVAL
from governance.disclosure import CellKey, release, spans
from governance.disclosure.span_overlaps import nested_of
from governance.settings import Policy
from tests.lib.span_attack import learnt, moves, refused, shares_of

POLICY = Policy()
BASE = POLICY.round_to_people
SERVICES = ("gp", "housing", "police")
MET = CellKey("c", "met")


def counted(people):
    """What a release counts of people: each the set of services that saw them, and whether a threshold is met."""
    keys = [MET, CellKey("c", "variant:times=9")]
    keys += [CellKey("c", "met", "service", one) for one in SERVICES]
    keys += [CellKey("c", "met", "service_pair", f"{a} & {b}") for a, b in combinations(SERVICES, 2)]
    keys += [CellKey("c", "met", "service_count", number) for number in ("0", "1", "2", "3", "4+")]
    found = dict.fromkeys(keys, 0)
    for (seen, strict), number in people.items():
        keys = [MET, CellKey("c", "met", "service_count", str(len(seen)))]
        keys += [CellKey("c", "met", "service", one) for one in seen]
        keys += [CellKey("c", "met", "service_pair", " & ".join(pair)) for pair in combinations(sorted(seen), 2)]
        keys += [CellKey("c", "variant:times=9")] if strict else []
        for key in keys:
            found[key] += number
    return found


def published(people, moved, *, profile="hide7_round5"):
    """The released counts and their spans, where so many of each kind leave or come."""
    exact, fewer, more = (counted(each) for each in (people, moved[0], moved[1]))
    named = [dict(zip(COHORT_COUNT.key, key[:-1], strict=True)) for key in exact]  # an area is no column of it
    counts = [
        {**name, "version": "1", "people": n, "cell_key": 0} for name, n in zip(named, exact.values(), strict=True)
    ]
    limits = [
        {**name, "expected": 0.0, "low": exact[key] - fewer[key], "high": exact[key] + more[key], "per_point": 0.0}
        for key, name in zip(exact, named, strict=True)
    ]
    table = pa.Table.from_pylist(counts, schema=COHORT_COUNT.schema)
    frame = release(table, POLICY, profile)
    intervals = pa.Table.from_pylist(limits, schema=COHORT_INTERVAL.schema)
    return frame, spans.release_spans(frame.cells, table, intervals, rule=frame.rule, base=BASE)


KINDS = [(frozenset(seen), strict) for n in range(4) for seen in combinations(SERVICES, n) for strict in (False, True)]
PEOPLE = st.fixed_dictionaries({kind: st.integers(0, 40) for kind in KINDS})
SHARES = shares_of(KINDS)


@settings(deadline=None, max_examples=60)
@given(PEOPLE, SHARES, st.sampled_from(("hide7_round5", "cell_key")))
def test_spans_of_overlapping_counts_tell_of_no_hidden_people(people, shares, profile):
    """Whatever leaves and comes: no hidden service or pair, and nobody beside a smaller count, is told by spans."""
    frame, found = published(people, moves(people, shares), profile=profile)

    assert all(more <= 0 for more in learnt(frame, found).values())
    assert not refused(frame, found)


@settings(deadline=None, max_examples=40)
@given(PEOPLE, SHARES)
def test_spans_hold_what_may_leave_and_come(people, shares):
    """A wider span is as true as a narrow one; every shown count of this kind has one."""
    exact, (fewer, more) = counted(people), map(counted, moves(people, shares))
    frame, found = published(people, moves(people, shares))

    shown = {key for key, cell in frame.cells.items() if cell.people}
    assert set(found) == shown
    assert all(found[key].low <= exact[key] - fewer[key] for key in shown)
    assert all(found[key].high >= exact[key] + more[key] for key in shown)


FEW = 7
ONLY_POLICE, GP = frozenset({"police"}), frozenset({"gp"})


@pytest.mark.parametrize(
    "people",
    [
        {(GP, True): 60, (frozenset({"gp", "housing"}), True): 20, (ONLY_POLICE, True): FEW},
        {(GP, True): 60, (frozenset({"gp", "police"}), True): FEW, (frozenset({"housing", "police"}), True): 20},
        {(GP, True): 60, (GP, False): FEW},
    ],
    ids=["a hidden service", "a hidden pair", "nobody but a few beside a threshold"],
)
def test_the_attack_breaks_spans_that_are_not_widened(people, monkeypatch):
    """The control: if nothing is known of overlaps, spans tell of people whom counts hide."""
    gone = {kind: number for kind, number in people.items() if number == FEW}
    assert not any(more > 0 for more in learnt(*published(people, (gone, {}), profile="cell_key")).values())

    monkeypatch.setattr(spans, "covers_of", lambda exact: [])
    monkeypatch.setattr(spans, "nested_of", lambda *seen: [])

    told = published(people, (gone, {}), profile="cell_key")
    assert any(more > 0 for more in learnt(*told).values())
    assert refused(*told)


def test_who_missed_an_appointment_had_one():
    """In every group: what the larger count has beside the smaller is in no table, and is taken for hidden."""
    exact = {
        CellKey("_everyone", measure, "sex", group): people
        for measure, people in (("appointments", 30), ("appointments:missed", 9))
        for group in ("female", "male")
    }

    found = {(each.total.group, each.parts[0].measure) for each in nested_of(exact)}

    assert found == {("female", "appointments:missed"), ("male", "appointments:missed")}
