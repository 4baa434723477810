"""An attacker of spans: all true counts that fit what is published, with the spans and without them.

The attacker has the policy and the code, adds up, and is granted what nobody can be sure of: that spans of sums add up
as well, so that nobody leaves a group of which he does not know. The control are spans as they would be if nothing were
widened: of those the same attack must learn something, or it proves nothing.
"""

from collections import defaultdict
from functools import cache
from itertools import product

import numpy as np
import pytest

from governance.disclosure import CellKey, SafeCell, Status, rule_of
from governance.disclosure.gate.published import Ends
from governance.disclosure.protect import Sum
from governance.disclosure.rounding import HIDDEN
from governance.disclosure.span_sums import Moves, kept_quiet, reach
from governance.settings import Policy

POLICY = Policy()
BASE = POLICY.round_to_people
HIDES = ("hide7_round5", "cell_key")
TOTAL, SMALL = CellKey("c", "met"), CellKey("c", "met", "sex", "small")


def publish(rule, shown):
    """Released cells: the total first, then the shown groups; one group is hidden."""
    keys = [TOTAL, *(CellKey("c", "met", "sex", f"group {n}") for n in range(len(shown) - 1))]
    cells = {
        key: SafeCell(Status.SHOWN, people, str(people), rule.give) for key, people in zip(keys, shown, strict=True)
    }
    return keys, cells | {SMALL: HIDDEN}


def told_by(keys, cells, rule, moves, quiet):
    """The spans that are published if draws move the shown counts so."""
    reaches = {key: reach(cells[key], *move, BASE) for key, move in zip(keys, moves, strict=True)}
    if quiet:
        reaches = kept_quiet(reaches, cells, [Sum(TOTAL, (*keys[1:], SMALL))], rule)
    return tuple((each.low, each.high) for each in reaches.values())


def possible(rule, cells, keys):
    """True numbers of the hidden group that fit the counts, and in how many ways each: whoever adds up sees them."""
    bounds = [rule.bounds(cells[key]) for key in keys]
    low, high = bounds[0]
    ways = defaultdict(int)
    for *others, small in product(*(range(a, b + 1) for a, b in bounds[1:]), range(1, rule.largest_hidden + 1)):
        ways[small] += low <= sum(others) + small <= high
    return {small: count for small, count in ways.items() if count}


def fits(small, moves):
    """Whether these moves may be: no more leave the hidden group than are in it."""
    (lost, gained), *parts = moves
    losses = [part[0] for part in parts]
    if lost > sum(losses) + small:
        return False
    return all(part[1] <= gained + small + sum(losses) - part[0] for part in parts)


def attack(profile, shown, steps, quiet):
    """What is believed of the hidden group: before spans, and for each set of spans that could be published."""
    rule = rule_of(profile, POLICY)
    keys, cells = publish(rule, shown)
    ways = possible(rule, cells, keys)
    alike = [list(product(steps, steps))] * len(keys)
    every = [(moves, told_by(keys, cells, rule, moves, quiet)) for moves in product(*alike)]
    beliefs = defaultdict(dict)
    for small, count in ways.items():
        fitting = [spans for moves, spans in every if fits(small, moves)]
        for spans in fitting:
            beliefs[spans][small] = beliefs[spans].get(small, 0.0) + count / len(fitting)
    whole = sum(ways.values())
    return {small: count / whole for small, count in ways.items()}, beliefs


def months(profile, shown, steps):
    """What is believed of the hidden group by counts alone; and, after any spans, which may come next month.

    Links of every month are drawn anew, which tells most: records in doubt are mostly those of the month before.

    Returns:
        The prior by true number, and a function from the spans of one month (None before the first) to those that may
        come next and how likely each is, by true number. Spans hold what was told before, unless ``held`` is False.
    """
    rule = rule_of(profile, POLICY)
    keys, cells = publish(rule, shown)
    ways = possible(rule, cells, keys)
    drawn = defaultdict(lambda: np.zeros(len(ways)))
    for moves in product(*[list(product(steps, steps))] * len(keys)):
        narrow = told_by(keys, cells, rule, moves, False)
        drawn[narrow] += [fits(small, moves) for small in ways]

    @cache
    def after(spans, held=True):
        likely = defaultdict(lambda: np.zeros(len(ways)))
        for narrow, weight in drawn.items():
            likely[quiet(narrow, spans if held else None)] += weight
        found = np.array(list(likely.values()))
        return list(likely), found / found.sum(axis=0)

    @cache
    def quiet(narrow, told):
        before = (
            [Moves()] * len(keys) if told is None else [moved(key, ends) for key, ends in zip(keys, told, strict=True)]
        )
        reaches = {
            key: reach(cells[key], *moved(key, ends), BASE, old)
            for key, ends, old in zip(keys, narrow, before, strict=True)
        }
        wide = kept_quiet(reaches, cells, [Sum(TOTAL, (*keys[1:], SMALL))], rule)
        return tuple((each.low, each.high) for each in wide.values())

    def moved(key, ends):
        return Moves.told_by(cells[key], Ends(*ends))

    prior = np.array(list(ways.values()), float)
    return prior / prior.sum(), after


def years_that_tell(prior, after, *, years=1000, length=12, held=True):
    """In how many made-up years somebody who puts all months together is ever surer than the policy allows."""
    noise = np.random.default_rng(12)
    surer = 0
    for _ in range(years):
        true = noise.choice(len(prior), p=prior)
        spans, belief, sure = None, prior, False
        for _ in range(length):
            every, likely = after(spans, held)
            now = noise.choice(len(every), p=likely[:, true])
            spans, belief = every[now], belief * likely[now]
            belief = belief / belief.sum()
            sure |= belief.max() > POLICY.max_small_probability
        surer += sure
    return surer


ENDS = {"hide7_round5": (0, 3, 4, 8, 9, 13), "cell_key": (0, 1, 5, 6, 10, 11, 15)}
"""Smallest and largest moves that are published alike: any between them tell the same."""

CASES = [
    ("hide7_round5", (25, 20), ENDS["hide7_round5"]),
    ("hide7_round5", (60, 55), ENDS["hide7_round5"]),
    ("cell_key", (60, 50), ENDS["cell_key"]),
    ("hide7_round5", (45, 25, 15), ENDS["hide7_round5"]),
    ("cell_key", (75, 45, 20), (0, 1, 5, 6, 10)),
]


@pytest.mark.parametrize(("profile", "shown", "steps"), CASES)
def test_spans_tell_no_more_of_a_hidden_count_than_the_counts(profile, shown, steps):
    """Every true number that fits the counts fits the spans, and nobody becomes surer than the policy allows."""
    before, after = attack(profile, shown, steps, quiet=True)

    assert len(before) > 3
    assert len(after) > 5
    for belief in after.values():
        assert set(belief) == set(before)
        assert max(belief.values()) / sum(belief.values()) <= POLICY.max_small_probability


@pytest.mark.parametrize(("profile", "shown", "steps"), CASES)
def test_the_attack_breaks_spans_that_are_not_widened(profile, shown, steps):
    """The control: left as they are, some spans rule out true numbers that the counts leave possible."""
    before, after = attack(profile, shown, steps, quiet=False)

    assert any(set(belief) < set(before) for belief in after.values())


@pytest.mark.parametrize(("profile", "shown", "steps"), [CASES[0], CASES[2]], ids=HIDES)
def test_months_of_spans_of_a_group_that_never_changes_tell_next_to_nothing(profile, shown, steps):
    """No span is narrower than one before it, so months are hardly more than one look (decision 118)."""
    prior, after = months(profile, shown, steps)

    assert years_that_tell(prior, after) <= 2
    assert years_that_tell(prior, after, length=24, years=500) <= 2


@pytest.mark.parametrize(("profile", "shown", "steps", "least"), [(*CASES[0], 40), (*CASES[2], 5)], ids=HIDES)
def test_the_attack_breaks_months_of_spans_that_are_drawn_anew(profile, shown, steps, least):
    """The control: spans that may narrow are another look every month."""
    prior, after = months(profile, shown, steps)

    assert years_that_tell(prior, after, held=False) >= least
