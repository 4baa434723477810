"""Spans in the areas of boards: an attacker who knows that areas make the whole, and districts an area."""

from collections import Counter
from itertools import product

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.contracts import AREA_COUNT, AREA_INTERVAL, COHORT_COUNT, COHORT_INTERVAL
from governance.disclosure import CellKey, release, spans
from governance.disclosure.protect import ALL, sums_of, sums_that_may_hold
from governance.disclosure.span_overlaps import nested_of
from governance.disclosure.spans import Areas, release_spans
from governance.settings import Policy
from tests.lib.span_attack import learnt, moves, refused, shares_of

POLICY = Policy()
DISTRICTS = {"north": ["a", "b"], "south": ["c"]}
AREA_OF = {"a": "north", "b": "north", "c": "south", "d": "no_board"}
STEP, RUNG = "attrition:05", "rung:told"
KINDS = list(product(AREA_OF, ("female", "male"), ("judged", "met", "told")))
"""Where somebody lives, their sex, and how far they came."""


def keys_of_kind(district, sex, far):
    """Every count that such a person is in."""
    measures = [STEP, *(["met"] if far != "judged" else []), *([RUNG] if far == "told" else [])]
    for measure, area in product(measures, (ALL, AREA_OF[district])):
        yield CellKey("c", measure, area=area)
        if measure == "met":
            yield CellKey("c", measure, "sex", sex, area)
    if far != "judged":
        yield CellKey("c", "met", "district", district)


EVERY = sorted({key for kind in KINDS for key in keys_of_kind(*kind)})


def counted(people):
    """What a release counts of so many of each kind, zeros too."""
    found = Counter()
    for kind, number in people.items():
        found.update(dict.fromkeys(keys_of_kind(*kind), number))
    return {key: found[key] for key in EVERY}


def table(rows, contract):
    """Rows by key as a table; those in areas, or those of the whole."""
    names = [name for name in contract.key if name != "area"]
    in_areas = "area" in contract.key
    return pa.Table.from_pylist(
        [
            {**dict(zip(names, key, strict=False)), "area": key.area, "version": "1", **row}
            for key, row in rows.items()
            if (key.area != ALL) == in_areas
        ],
        schema=contract.schema,
    )


def published(people, moved, profile):
    """Released counts and their spans, where so many of each kind leave and come; and the sums of a reader."""
    exact, fewer, more = (counted(each) for each in (people, *moved))
    people = {key: {"people": n, "cell_key": 0} for key, n in exact.items()}
    limits = {
        key: {"expected": 0.0, "low": n - fewer[key], "high": n + more[key], "per_point": 0.0}
        for key, n in exact.items()
    }
    counts, areas = table(people, COHORT_COUNT), table(people, AREA_COUNT)
    of_areas = Areas(counts=areas, intervals=table(limits, AREA_INTERVAL), districts=DISTRICTS)
    frame = release(counts, POLICY, profile, areas)
    base = POLICY.round_to_people
    whole = table(limits, COHORT_INTERVAL)
    found = release_spans(frame.cells, counts, whole, rule=frame.rule, base=base, areas=of_areas)
    return frame, found, [*sums_of(exact), *of_areas.sums_of_districts(exact)]


PEOPLE = st.fixed_dictionaries({kind: st.integers(0, 30) for kind in KINDS})
SHARES = shares_of(KINDS)


@settings(deadline=None, max_examples=60)
@given(PEOPLE, SHARES, st.sampled_from(("hide7_round5", "cell_key")))
def test_spans_of_areas_tell_of_no_hidden_people(people, shares, profile):
    """Whatever leaves and comes: of no area, district, group or step in an area anything is told that counts hide."""
    frame, found, sums = published(people, moves(people, shares), profile)

    assert {key.area for key in found} <= {ALL, "north", "south", "no_board"}
    assert all(more <= 0 for more in learnt(frame, found, sums).values())
    assert not refused(frame, found)


@settings(deadline=None, max_examples=30)
@given(PEOPLE, SHARES)
def test_spans_of_areas_hold_what_may_leave_and_come(people, shares):
    """Every shown count of an area has one, and it is true."""
    exact, (fewer, more) = counted(people), map(counted, moves(people, shares))
    frame, found, _ = published(people, moves(people, shares), "hide7_round5")

    assert set(found) == {key for key, cell in frame.cells.items() if cell.people}
    assert all(found[key].low <= exact[key] - fewer[key] for key in found)
    assert all(found[key].high >= exact[key] + more[key] for key in found)


FEW = 7
HIDDEN_AREA = {
    ("a", "female", "met"): 60,
    ("b", "male", "met"): 40,
    ("c", "male", "met"): FEW,
    ("d", "female", "met"): 50,
}
HIDDEN_DISTRICT = {("a", "female", "met"): 60, ("b", "male", "met"): FEW, ("c", "male", "met"): 50}
FEW_JUDGED = {("a", "female", "met"): 60, ("c", "male", "met"): 40, ("c", "male", "judged"): FEW}


OF_DISTRICTS = Areas(counts=None, intervals=None, districts=DISTRICTS).sums_of_districts(dict.fromkeys(EVERY, 0))


def without_areas(sums):
    """As if nobody knew that areas make the whole."""
    return [each for each in sums if each.parts[0].area == each.total.area]


def without_districts(sums):
    """As if nobody knew that districts make the whole."""
    return [each for each in sums if each.parts[0].dimension != "district"]


def of_whole(sums):
    """As if nobody knew what lies inside what in an area."""
    return [each for each in sums if each.total.area == ALL]


@pytest.mark.parametrize(
    ("people", "unknown"),
    [
        (HIDDEN_AREA, {"sums_that_may_hold": lambda *seen: without_areas(sums_that_may_hold(*seen))}),
        (
            HIDDEN_DISTRICT,
            {"sums_that_may_hold": lambda *seen: without_districts(sums_that_may_hold(*seen)), "districts": {}},
        ),
        (FEW_JUDGED, {"nested_of": lambda *seen: of_whole(nested_of(*seen))}),
    ],
    ids=["a hidden area", "a hidden district of an area", "a few in an area who were helped"],
)
def test_the_attack_breaks_spans_of_areas_that_are_not_widened(people, unknown, monkeypatch):
    """The control: if it is not known how areas hang together, spans tell of people whom counts hide."""
    gone = {kind: number for kind, number in people.items() if number == FEW}
    reader = [*sums_of(counted(people)), *OF_DISTRICTS]
    frame, found, _ = published(people, (gone, {}), "cell_key")
    assert not any(more > 0 for more in learnt(frame, found, reader).values())

    for name, as_if in unknown.items():
        if name == "districts":
            monkeypatch.setattr(Areas, "sums_of_districts", lambda self, exact: [])
        else:
            monkeypatch.setattr(spans, name, as_if)
    frame, found, _ = published(people, (gone, {}), "cell_key")

    assert any(more > 0 for more in learnt(frame, found, reader).values())
    assert refused(frame, found)
