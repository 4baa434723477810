"""Combinations of services: rare ones are put together, and the gate attacks what is shown with services and pairs."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.disclosure import CellKey, CellKeyRule, MidpointRule, RoundingRule
from governance.disclosure.combinations import (
    MOST,
    NO_SERVICE,
    OTHERS,
    SERVICE_SET,
    are_others,
    list_combinations,
    services_of,
)
from governance.disclosure.gate import Published, Truth, check_release, refuse_leaks
from governance.disclosure.gate.relations import relations_of
from governance.disclosure.protect import keys_of
from governance.errors import PolicyRefusal
from tests.lib.overlap import NAMES, counts_of, overlapping, sets_of
from tests.unit.test_gate import HIDE_ONLY, POLICY, attack, safe

SEEDS = st.integers(0, 1 << 32)
RULES = {"cell_key": CellKeyRule(7, 5, 2.0), "hide7_round5": RoundingRule(7, 5), "midpoint6": MidpointRule()}


def members(seed, people):
    """Who saw whom, and everybody's number."""
    rng = np.random.default_rng(seed)
    return overlapping(rng, people), rng.integers(0, 1 << 32, people)


def people_of(table):
    """Exact counts by key."""
    return dict(zip(keys_of(table), table["people"].to_pylist(), strict=True))


@settings(deadline=None, max_examples=60)
@given(seed=SEEDS, people=st.integers(1, 400), profile=st.sampled_from(sorted(RULES)), register=st.booleans())
def test_what_stands_by_itself_is_not_small_and_nobody_is_lost(seed, people, profile, register):
    """Every row may be shown and stands for more than a few; the rows are everybody; and so are their numbers."""
    seen, noise = members(seed, people)

    rows = list_combinations(sets_of(seen, noise, register=register), POLICY, profile).to_pylist()

    rule = RULES[profile]
    cells = [rule.release(row["people"], row["cell_key"]) for row in rows]
    assert all(cell.people and rule.bounds(cell)[0] >= 7 for cell in cells)
    assert len(rows) <= MOST + 1
    assert not rows or [are_others(row["group"]) for row in rows].count(True) == 1
    assert not rows or sum(row["people"] for row in rows) == people
    assert not rows or sum(row["cell_key"] for row in rows) % 2**32 == noise.sum() % 2**32


def test_which_combinations_are_listed_follows_from_what_is_shown():
    """Two releases that would look alike list the same combinations, whatever the exact numbers are."""
    alike = [(18, 20, 22, 9), (22, 18, 20, 8)]  # all shown as 20, and 10
    found = [
        list_combinations(_sets(dict(zip(("b", "a", "d", "c & d"), numbers, strict=True))), POLICY, "hide7_round5")
        for numbers in alike
    ]

    assert [table["group"].to_pylist() for table in found] == [["a", "b", "d", f"{OTHERS}a & b & c & d"]] * 2


def test_a_rare_remainder_takes_the_smallest_with_it():
    """Others of three people would be hidden, and worked out; with the next smallest they are not."""
    listed = list_combinations(_sets({"a": 40, "b": 30, "c": 9, NO_SERVICE: 20, "a & b": 3}), POLICY, "hide7_round5")

    assert _as_listed(listed) == {"a": 40, "b": 30, NO_SERVICE: 20, f"{OTHERS}a & b & c": 12}


def test_where_too_many_are_among_the_others_fewer_services_are_told_apart():
    """Each of c, d and e is seen with a, b or both, and every such combination is rare: of e nothing is asked."""
    rare = {f"{one} & {other}": 6 for one in ("a", "a & b", "b") for other in ("c", "d", "e")}
    listed = list_combinations(_sets({"a": 12, "b": 10, "a & b": 11, **rare}), POLICY, "hide7_round5")

    assert _as_listed(listed) == {"a": 18, "a & b": 17, "b": 16, f"{OTHERS}a & b & c & d": 36}


def _as_listed(table):
    return dict(zip(table["group"].to_pylist(), table["people"].to_pylist(), strict=True))


@pytest.mark.parametrize("sets", [{"a": 40, "b": 3}, {"a": 5, "b": 4, "a & b": 3}, {"a": 60}])
def test_of_a_cohort_with_one_common_combination_nothing_is_shown(sets):
    """It would tell what everybody has in common."""
    assert list_combinations(_sets(sets), POLICY, "hide7_round5").num_rows == 0


def _sets(people):
    rows = [
        {"cohort": "c", "version": "1", "measure": "met", "dimension": SERVICE_SET, "group": group, "people": n}
        for group, n in people.items()
    ]
    empty = sets_of(*members(1, 1)).schema
    return pa.Table.from_pylist([{**row, "cell_key": row["people"] * 7_919} for row in rows], schema=empty)


@settings(deadline=None, max_examples=60)
@given(seed=SEEDS, people=st.integers(1, 200), most=st.integers(1, 20), register=st.booleans())
def test_relations_hold_for_sets_of_people(seed, people, most, register):
    """With or without others put together, and a register that makes no combination."""
    seen, noise = members(seed, people)
    apart = NAMES[: -1 if register else None]
    sets = _cut(people_of(sets_of(seen, noise, register=register)), most, apart)
    exact = people_of(counts_of(seen, noise)) | sets
    tied = [each for each in relations_of(exact) if _of_sets(each)]

    assert tied
    assert all(each.holds(exact) for each in tied)


def _of_sets(relation):
    return any(key.dimension == SERVICE_SET for key, _ in relation.terms)


def _cut(sets, most, apart):
    """The largest so many, and the others together."""
    alone = sorted(sets, key=lambda key: (-sets[key], key))[:most]
    rest, name = sum(sets.values()) - sum(sets[key] for key in alone), OTHERS + " & ".join(apart)
    return {key: sets[key] for key in alone} | ({CellKey("c", "met", SERVICE_SET, name): rest} if rest else {})


def test_of_a_register_nothing_is_suggested():
    """It makes no combination, so nothing says how many it saw of those who have one."""
    seen, noise = members(5, 200)
    exact = people_of(counts_of(seen, noise)) | people_of(sets_of(seen, noise))
    sums = [dict(each.terms) for each in relations_of(exact) if each.is_sum and _of_sets(each)]

    assert not any(CellKey("c", "met", "service", "register") in terms for terms in sums)
    assert any(CellKey("c", "met", "service", "police") in terms for terms in sums)


def test_exact_combinations_with_only_small_ones_hidden_fall():
    """The naive UpSet: two combinations, one hidden, and the exact number of each service. Nothing is published."""
    counts = pa.concat_tables([_of_services({"a": 63, "b": 43}), _sets({"a": 60, "b": 40, "a & b": 3})])

    result = attack(counts, HIDE_ONLY)

    assert CellKey("c", "met", SERVICE_SET, "a & b") in {leak.cell for leak in result.leaks}
    assert any("combinations of services" in words for leak in result.leaks for words in leak.tables)
    with pytest.raises(PolicyRefusal) as refused:
        refuse_leaks(result)
    assert refused.value.code == "E-GATE"


def test_combinations_give_a_hidden_pair_away_where_services_and_pairs_alone_do_not():
    """Sixty are seen by one alone, forty by the other, and of neither is anybody else: three are seen by both."""
    without = _of_services({"a": 63, "b": 43, "a & b": 3}, members=250)
    rows = _sets({"a": 60, "b": 40, NO_SERVICE: 147, f"{OTHERS}a & b": 3})
    pair = CellKey("c", "met", "service_pair", "a & b")

    assert attack(without, HIDE_ONLY).leaks == ()
    assert pair in {leak.cell for leak in attack(pa.concat_tables([without, rows]), HIDE_ONLY).leaks}


def _of_services(people, members=103):
    cells = {("all", "all"): members}
    cells |= {("service_pair" if "&" in name else "service", name): n for name, n in people.items()}
    rows = [
        {"cohort": "c", "version": "1", "measure": "met", "dimension": dimension, "group": group, "people": n}
        for (dimension, group), n in cells.items()
    ]
    schema = counts_of(*_MEMBERS).schema
    return pa.Table.from_pylist([{**row, "cell_key": row["people"] * 7_919} for row in rows], schema=schema)


_MEMBERS = members(1, 1)


@settings(deadline=None, max_examples=8)
@given(seed=SEEDS, people=st.integers(30, 300))
def test_what_the_default_shows_withstands_the_gate(seed, people):
    """Common combinations beside services, pairs and numbers, under cell keys: no hidden count is told."""
    seen, noise = members(seed, people)
    counts = pa.concat_tables([counts_of(seen, noise), list_combinations(sets_of(seen, noise), POLICY, "cell_key")])
    released = safe(counts)

    assert attack_of(released, counts) == ()


def attack_of(released, counts):
    """What the gate finds in a release as it would be published."""
    rule = released.frame.rule
    return check_release(Published.of(released, "2025-09"), [], Truth.of(counts, rule), POLICY).leaks


def test_services_are_read_from_the_name_of_a_combination():
    """Nobody is none of them; the others say which services are told apart."""
    assert services_of("a & b") == {"a", "b"}
    assert services_of(NO_SERVICE) == frozenset()
    assert services_of(f"{OTHERS}a & b") == {"a", "b"}


def test_two_months_with_other_rows_are_not_put_together():
    """A known limit: what stood by itself joins the others, so no sum of combinations is in both months."""
    then = pa.concat_tables([_of_services({"a": 63, "b": 50}), _sets({"a": 50, "b": 40, f"{OTHERS}a & b": 13})])
    now = pa.concat_tables([_of_services({"a": 63, "b": 50}), _sets({"a": 50, f"{OTHERS}a & b": 53})])
    sets = [each for each in relations_of(people_of(then)) if each.is_sum and _of_sets(each)]

    assert sets
    assert not [each for each in sets if all(key in people_of(now) for key, _ in each.terms)]
