"""Breakdowns that tell too much over the months are suppressed, and no more than those."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.commands.run import suppressed_line
from governance.disclosure.gate import Truth
from governance.disclosure.gate.check import Leak, in_sums_with, told_by_noise
from governance.disclosure.gate.relations import at_most, equation
from governance.disclosure.protect import ALL, EVERYONE, CellKey
from governance.disclosure.suppressed import Suppressed, to_suppress, without
from tests.lib.report import count_table
from tests.unit.test_gate import CELL_KEY, POLICY, attack, history, published, table_of


def leak(cohort="c", measure="met", dimension="sex", group="f", area=ALL):
    """A count that is told of."""
    return Leak(CellKey(cohort, measure, dimension, group, area), "noise", ())


def test_a_table_that_wore_out_is_suppressed_and_the_release_withstands():
    """The gate refuses a group that stayed the same for sixty months; without its table there is nothing to refuse."""
    rng = np.random.default_rng(3)
    now, earlier = table_of((150, 150, 4), rng.integers(0, 1 << 32, 4).tolist()), list(history(60, rng))
    leaks, tied = told_by_noise(published(now, CELL_KEY), earlier, Truth.of(now, CELL_KEY), POLICY)

    held = to_suppress(leaks, tied)

    assert {each.cell for each in leaks} == {each.cell for each in attack(now, CELL_KEY, earlier).leaks}
    assert held == {Suppressed("c", "", "sex", in_areas=False)}
    left = without(now, held)
    assert set(left["dimension"].to_pylist()) == {ALL}
    assert attack(left, CELL_KEY, earlier).leaks == ()


def test_of_each_group_of_people_the_table_that_tells_of_most_is_suppressed():
    """By cohort and measure, in areas apart from the whole; one at a time, since one may be enough."""
    told = [leak(), leak(group="m"), leak(dimension="age"), leak("d", "told_three_times:part", "age")]
    told += [leak(dimension="age", area="north")]

    assert to_suppress(told, ()) == {
        Suppressed("c", "", "sex", in_areas=False),
        Suppressed("c", "", "age", in_areas=True),
        Suppressed("d", "told_three_times", "age", in_areas=False),
    }


def test_a_total_is_told_by_its_breakdowns():
    """A total cannot be suppressed for its own sake, but what stands in a sum with it can."""
    total = leak(dimension=ALL, group=ALL)
    tied = {total.cell, CellKey("c", "met", "age", "old"), CellKey("other", "met", "age", "old")}

    assert to_suppress([total], tied) == {Suppressed("c", "", "age", in_areas=False)}
    assert to_suppress([total], {total.cell}) == frozenset()


def test_what_all_groups_are_compared_with_is_suppressed_last():
    """The register's own breakdowns: when nothing else is left, and in areas before the whole. Its measures may go."""
    everybody = [leak(EVERYONE, "population"), leak(EVERYONE, "population", area="north")]
    in_areas = Suppressed(EVERYONE, "", "sex", in_areas=True)
    whole = Suppressed(EVERYONE, "", "sex", in_areas=False)

    assert to_suppress([*everybody, leak()], ()) == {Suppressed("c", "", "sex", in_areas=False)}
    assert to_suppress(everybody, ()) == {in_areas}
    assert to_suppress(everybody, (), {in_areas}) == {whole}
    assert to_suppress(everybody, (), {in_areas, whole}) == frozenset()
    assert to_suppress([leak(EVERYONE, "told_three_times:part")], ()) == {
        Suppressed(EVERYONE, "told_three_times", "sex", in_areas=False)
    }


@pytest.mark.parametrize(
    ("held", "whole", "areas"),
    [
        (Suppressed("c", "", "sex", in_areas=False), {"age_band", ALL}, {"age_band", ALL}),
        (Suppressed("c", "", "sex", in_areas=True), {"age_band", "sex", "age_band_by_sex", ALL}, {"age_band", ALL}),
        (Suppressed("c", "told", "sex", in_areas=False),) + ({"age_band", "sex", "age_band_by_sex", ALL},) * 2,
        (Suppressed("d", "", "sex", in_areas=False),) + ({"age_band", "sex", "age_band_by_sex", ALL},) * 2,
    ],
    ids=["everywhere, with its pairs", "in areas", "of a measure", "of another cohort"],
)
def test_what_is_suppressed_is_gone_and_nothing_else(held, whole, areas):
    """Pairs of slices go with either slice: from age by sex one knows sex."""
    groups = {("c", "met", each, "g"): 3 for each in ("age_band", "sex", "age_band_by_sex")}
    counts = count_table({("c", "met", ALL, ALL): 9, **groups})
    in_area = counts.append_column("area", pa.array(["north"] * counts.num_rows))

    assert set(without(counts, [held])["dimension"].to_pylist()) == whole
    assert set(without(in_area, [held])["dimension"].to_pylist()) == areas


def month_of(groups, rng, seed):
    """Tables of a total that changes by the month: their first group is four people who stay, all others change."""
    total = int(rng.integers(140, 200))
    rows = {("c", "met", ALL, ALL): total}
    for n, many in enumerate(groups):
        others = rng.multinomial(total - 4, [1 / (many - 1)] * (many - 1)).tolist()
        rows |= {("c", "met", f"d{n:02}", f"g{m}"): people for m, people in enumerate([4, *others])}
    counts = count_table(rows)
    stays = [seed + 7 if people == 4 else int(rng.integers(1, 1 << 32)) for people in counts["people"].to_pylist()]
    return counts.set_column(counts.column_names.index("cell_key"), "cell_key", pa.array(stays, pa.uint32()))


@settings(max_examples=10)
@given(st.lists(st.integers(2, 3), min_size=1, max_size=4), st.integers(0, 99))
def test_holding_back_ends_with_nothing_told_by_noise(groups, seed):
    """A small group that stays while all others change, in each of several tables: round by round these go."""
    rng = np.random.default_rng(seed)
    *before, now = [month_of(groups, rng, seed) for _ in range(60)]
    earlier = [published(each, CELL_KEY, f"{n:04}") for n, each in enumerate(before)]
    held = frozenset()
    for _ in range(len(groups) + 1):
        left = without(now, held)
        leaks, tied = told_by_noise(published(left, CELL_KEY), earlier, Truth.of(left, CELL_KEY), POLICY)
        held |= to_suppress(leaks, tied)

    assert not leaks
    assert held


def test_the_same_again_holds_back_the_same():
    """A month that was published is a release before itself once its step runs again."""
    rng = np.random.default_rng(2)
    *before, now = [month_of([2, 2, 3], rng, 2) for _ in range(60)]
    earlier = [published(each, CELL_KEY, f"{n:04}") for n, each in enumerate(before)]

    def held_with(releases):
        held = frozenset()
        while more := to_suppress(
            *told_by_noise(
                published(without(now, held), CELL_KEY), releases, Truth.of(without(now, held), CELL_KEY), POLICY
            )
        ):
            held |= more
        return held

    held = held_with(earlier)
    assert held
    assert held_with([*earlier, published(without(now, held), CELL_KEY, "now")]) == held


def test_what_stands_beside_a_total_without_adding_up_to_it_is_not_suppressed_for_it():
    """Services overlap: seen by one is no more than all, which tells of no total."""
    total, women, men = CellKey("c", "met"), CellKey("c", "met", "sex", "f"), CellKey("c", "met", "sex", "m")
    seen, other = CellKey("c", "met", "service", "a"), CellKey("d", "met")
    relations = [equation(total, [women, men], "sexes"), at_most(seen, total, "services"), equation(other, [seen], "d")]

    assert in_sums_with({total}, relations) == {total, women, men}
    assert in_sums_with(frozenset(), relations) == set()


@pytest.mark.parametrize(
    ("held", "says"), [(0, ""), (1, "1 breakdown is left out, as it"), (6, "6 breakdowns are left out, as they")]
)
def test_whoever_runs_the_report_is_told(held, says):
    """Beside the times of the steps."""
    line = suppressed_line({"receipt": {"suppressed": held}})

    assert line.startswith(says)
    assert bool(line) == bool(held)
    assert suppressed_line({"receipt": {}}) == ""
