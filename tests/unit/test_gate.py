"""The gate attacks a release: naive policies must fall, the default must stand, what does not end is refused."""

from dataclasses import replace
from itertools import product
from time import sleep
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts.between import relations_between
from cohorts.evidence import InCohort
from cohorts.measures.publish import OF_PEOPLE, safe_measures_csv
from governance.contracts import COHORT_COUNT, MEASURE_COUNT
from governance.disclosure import (
    COUNTS_FILE,
    MEASURES_FILE,
    CellKey,
    CellKeyRule,
    MidpointRule,
    RoundingRule,
    SafeCell,
    Status,
    counted_together,
    release,
    release_measures,
    safe_counts_csv,
)
from governance.disclosure.gate import Published, Truth, check_release, read_releases, refuse_leaks, rule_facts, system
from governance.disclosure.gate.check import GateResult, Leak
from governance.disclosure.gate.clock import Clock
from governance.disclosure.gate.relations import Relation, at_most, equation, relations_of
from governance.disclosure.gate.system import Contradiction, System, solved
from governance.disclosure.rounding import HIDDEN
from governance.errors import InternalError, PolicyRefusal
from governance.settings import Policy
from governance.store import publish, write_file, write_manifest
from tests.lib.cohorts import definition, need, query, seen
from tests.lib.report import count_table, invented_counts

HIDE_ONLY, HES, CELL_KEY = RoundingRule(7, 1), RoundingRule(7, 5), CellKeyRule(7, 5, 2.0)
POLICY = Policy()
NO_MEASURES = MEASURE_COUNT.schema.empty_table()
TOTAL = CellKey("c", "met")


def table_of(groups, keys=None):
    """Exact counts of one breakdown with its total, contract ``cohort_count``."""
    named = {("c", "met", "sex", f"g{n}"): people for n, people in enumerate(groups)}
    table = count_table({("c", "met", "all", "all"): sum(groups), **named})
    return table if keys is None else table.set_column(6, "cell_key", pa.array(keys, pa.uint32()))


def safe(counts, profile="cell_key"):
    """A release of the board's counts, without measures."""
    return release_measures(counts, NO_MEASURES, POLICY, profile, of_people=frozenset())


def published(counts, rule, period="2025-09"):
    """Counts released one by one, with nothing hidden for another's sake: a naive release."""
    rows = counts.to_pylist()
    keys = [CellKey(r["cohort"], r["measure"], r["dimension"], r["group"]) for r in rows]
    cells = {key: rule.release(r["people"], r["cell_key"]) for key, r in zip(keys, rows, strict=True)}
    return Published(period=period, rule=rule, cells=cells, versions=dict.fromkeys(counts["cohort"].to_pylist(), "1"))


def attack(counts, rule, earlier=(), **options):
    """The gate on a naive release."""
    return check_release(published(counts, rule), list(earlier), Truth.of(counts, rule), POLICY, **options)


def test_hiding_with_exact_margins_falls():
    """One hidden group beside an exact total is the difference."""
    result = attack(table_of((120, 95, 3)), HIDE_ONLY)

    assert {leak.cell.group for leak in result.leaks} == {"g2"}
    assert "sums of one release" in {leak.how for leak in result.leaks}


def test_two_hidden_groups_whose_sum_says_both_fall():
    """Together they are 2, so each is 1."""
    assert len(attack(table_of((120, 95, 1, 1)), HIDE_ONLY).leaks) == 2


def test_rounding_closes_the_same_table():
    """As the NHS rule does: 120, 95, [c] and a total of 220."""
    assert attack(table_of((120, 95, 3)), HES).leaks == ()


def test_rounded_numbers_can_still_add_up_to_the_truth():
    """8 + 8 + 1 = 17 is shown as 10 + 10 and a total of 15."""
    assert {leak.cell.group for leak in attack(table_of((8, 8, 1)), HES).leaks} == {"g2"}


def test_cell_keys_close_it_too():
    """Whatever the noise."""
    rng = np.random.default_rng(1)
    for keys in rng.integers(0, 1 << 32, (50, 4)):
        assert attack(table_of((8, 8, 1), keys.tolist()), CELL_KEY).leaks == ()


def test_exact_totals_of_overlapping_services_fall():
    """An UpSet with exact sets: of 40 members 38 use one service and 40 the other, so 38 use both and 2 only one."""
    counts = count_table(
        {
            ("c", "met", "all", "all"): 40,
            ("c", "met", "service", "a"): 38,
            ("c", "met", "service", "b"): 40,
            ("c", "met", "service_count", "1"): 2,
            ("c", "met", "service_count", "2"): 38,
            ("c", "met", "service_pair", "a & b"): 38,
        }
    )

    assert {leak.cell.group for leak in attack(counts, HIDE_ONLY).leaks} == {"1"}
    assert attack(counts, CELL_KEY).leaks == ()


def test_answers_that_add_up_fall():
    """Population, met, not met and cannot tell, without rounding."""
    counts = count_table(
        {
            ("c", name, "all", "all"): n
            for name, n in (("population", 100), ("met", 2), ("not_met", 58), ("cannot_tell", 40))
        }
    )

    assert {leak.cell.measure for leak in attack(counts, HIDE_ONLY).leaks} == {"met"}


def test_a_known_joiner_does_not_undo_cell_keys():
    """Two of three groups are as they were, so one joined or left the third: neither story tells a hidden count."""
    result = attack(table_of((13, 20, 4)), CELL_KEY, [published(table_of((12, 20, 4)), CELL_KEY, "2025-06")])

    assert result.scenarios == 2
    assert result.leaks == ()


def test_somewhere_a_known_joiner_undoes_rounding():
    """The control of the last test: of small tables with one joiner, some hidden count falls under rounding to 5."""
    found = []
    for groups in product((8, 9, 12), (8, 10, 13), (1, 2, 5)):
        now = (groups[0] + 1, *groups[1:])
        found += attack(table_of(now), HES, [published(table_of(groups), HES, "2025-06")]).leaks

    assert any("joined" in leak.how for leak in found)


def test_who_saw_an_empty_group_and_knows_who_joined_learns_nothing():
    """Then the new release says what was known before it."""
    then, now = table_of((120, 95, 0)), table_of((120, 95, 1))

    assert attack(now, CELL_KEY, [published(then, CELL_KEY, "2025-06")]).leaks == ()


def test_a_group_of_whom_everybody_meets_a_definition_is_not_published():
    """A count need not be small to tell of each person in it: all 40 of a group are known to have the need."""
    cells = {("population", "a"): 40, ("met", "a"): 40, ("population", "b"): 60, ("met", "b"): 20, ("not_met", "b"): 40}
    groups = {("c", measure, "sex", group): people for (measure, group), people in cells.items()}
    totals = {("c", "population", "all", "all"): 100, ("c", "met", "all", "all"): 60}
    keys = [people * 7_919 for _, people in sorted({**groups, **totals}.items())]
    counts = count_table({**groups, **totals})
    counts = counts.set_column(counts.column_names.index("cell_key"), "cell_key", pa.array(keys, pa.uint32()))

    leaks = {leak.cell.group: leak.how for leak in attack(counts, CELL_KEY).leaks}

    assert leaks == {"a": "everybody in a group meets the definition"}


def history(releases, rng):
    """Months in which a hidden group of 4 stayed and its neighbours changed."""
    for month in range(releases):
        groups = (int(rng.integers(100, 200)), int(rng.integers(100, 200)), 4)
        yield published(table_of(groups, rng.integers(0, 1 << 32, 4).tolist()), CELL_KEY, f"{month:04}")


def test_noise_wears_out():
    """One month leaves a hidden number unsure; hundreds in which it stays the same, while others change, do not."""
    rng = np.random.default_rng(3)
    now = table_of((150, 150, 4), rng.integers(0, 1 << 32, 4).tolist())

    assert attack(now, CELL_KEY, list(history(12, rng))).leaks == ()
    worn = attack(now, CELL_KEY, list(history(60, rng)))
    assert {leak.how for leak in worn.leaks} == {"noise averaged over sums and releases"}


def test_the_same_numbers_again_wear_nothing_out():
    """The same people have the same noise, so asking again tells nothing new."""
    now = table_of((150, 150, 4))

    assert attack(now, CELL_KEY, [published(now, CELL_KEY, f"{n:04}") for n in range(60)]).leaks == ()


def _breakdowns(people, many):
    """One total broken down in many ways, each time into the first person and the others."""
    groups = {("c", "met", f"d{n}", group): each for n in range(many) for group, each in (("a", 1), ("b", people - 1))}
    counts = count_table({("c", "met", "all", "all"): people, **groups})
    keys = {"a": 11, "b": 22 * (people - 1), "all": 11 + 22 * (people - 1)}
    held = [keys[group] for group in counts["group"].to_pylist()]
    return counts.set_column(counts.column_names.index("cell_key"), "cell_key", pa.array(held, pa.uint32()))


def test_one_person_seen_in_every_breakdown_is_one_person():
    """A total that is all in one group tells nothing more in fifty breakdowns: the same people are hidden fifty times.

    The next month one person more is there. Each breakdown of the month before was once taken for a view of its own.
    """
    before = published(_breakdowns(1, 50), CELL_KEY, "2025-08")

    assert attack(_breakdowns(2, 50), CELL_KEY, [before]).leaks == ()


def test_a_table_that_was_not_there_last_month_is_set_beside_the_month_before():
    """Held back for a month it did not become unknown: what falls with the month before falls with one between."""
    rng, fell = np.random.default_rng(0), 0
    for _ in range(60):
        before = rng.integers(1, 16, 3)
        now = before + (np.arange(3) == rng.integers(3))
        then, empty = (
            published(table_of(tuple(before.tolist())), HES, "2025-07"),
            published(table_of((1, 1)), HES, "2025-08"),
        )
        between = replace(empty, cells={TOTAL: empty.cells[TOTAL]})
        beside = attack(table_of(tuple(now.tolist())), HES, [then]).leaks
        assert {leak.cell for leak in attack(table_of(tuple(now.tolist())), HES, [then, between]).leaks} >= {
            leak.cell for leak in beside
        }
        fell += any("joined" in leak.how for leak in beside)
    assert fell


def test_a_rule_that_hides_nothing_is_attacked_too():
    """Midpoints show 1 to 6 as 3: six groups shown so, in a total shown so, are one person each."""
    rule = MidpointRule()

    assert {leak.cell.group for leak in attack(table_of((1,) * 6), rule).leaks} >= {f"g{n}" for n in range(6)}
    assert attack(table_of((120, 95, 3)), rule).leaks == ()


def test_an_attack_that_does_not_end_is_a_leak():
    """Nothing is known to be safe then."""
    result = attack(table_of((120, 95, 3)), CELL_KEY, work_seconds=0)

    with pytest.raises(PolicyRefusal, match="did not end in 0 seconds of computing") as refused:
        refuse_leaks(result)
    assert refused.value.code == "E-GATE-UNFINISHED"


def test_waiting_for_a_processor_is_not_work(monkeypatch):
    """On a busy server an honest release takes longer by the clock, and is not refused for it."""
    solve = system.milp

    def waits(*arguments, **options):
        sleep(1.0)
        return solve(*arguments, **options)

    monkeypatch.setattr(system, "milp", waits)
    result = attack(table_of((120, 95, 3, 2)), HES, work_seconds=0.9)

    assert result.unfinished == ""
    assert result.seconds > 0.9


@pytest.mark.parametrize("status", [0, 1], ids=["answers late", "gives up"])
def test_a_solver_that_hangs_is_a_leak(monkeypatch, status):
    """Whether it heeds its limit and says nothing, or does not heed it and says that all is well."""
    limits = []

    def hangs(aim, *, options, **_ignored):
        limits.append(options["time_limit"])
        sleep(options["time_limit"] + 0.01)
        return SimpleNamespace(status=status, x=np.zeros(len(aim)))

    monkeypatch.setattr(system, "milp", hangs)
    result = attack(table_of((120, 95, 3, 2)), HES, wait_seconds=0.1)

    assert 0 < limits[0] <= 0.1
    assert "did not end" in result.unfinished
    with pytest.raises(PolicyRefusal):
        refuse_leaks(result)


def defined(cohort, *needs):
    """A definition that asks for membership in others: (how, cohorts) a need."""
    inner = query(need("seen", seen("homelessness")))
    made = [
        need(f"n{n}", *(InCohort(id=one, version="1", query=inner) for one in cohorts), how=how)
        for n, (how, cohorts) in enumerate(needs)
    ]
    return definition(query(*made) if made else inner, cohort)


BETWEEN = {
    "a part and the rest": (
        [defined("a"), defined("b", ("any", "a")), defined("c", ("any", "a"), ("none", "b"))],
        {"a": 120, "b": 117, "c": 3},
    ),
    "those in both and those in one only": (
        [defined("a"), defined("x"), defined("b", ("all", "ax")), defined("c", ("any", "a"), ("none", "x"))],
        {"a": 120, "x": 400, "b": 117, "c": 3},
    ),
    "either and both": (
        [defined("a"), defined("x"), defined("u", ("any", "ax")), defined("b", ("all", "ax"))],
        {"a": 120, "x": 400, "u": 517, "b": 3},
    ),
    "a whole and its only other part": (
        [defined("a"), defined("x"), defined("u", ("any", "ax")), defined("d", ("any", "u"), ("none", "a"))],
        {"a": 120, "x": 100, "u": 122, "d": 2},
    ),
}


@pytest.mark.parametrize(("definitions", "people"), BETWEEN.values(), ids=BETWEEN)
def test_cohorts_that_are_defined_by_each_other_are_subtracted(definitions, people):
    """Tables that share no margin: without what definitions say of each other the gate would see nothing."""
    counts = count_table({(cohort, "met", "all", "all"): n for cohort, n in people.items()})
    exact = {CellKey(cohort, "met"): n for cohort, n in people.items()}
    suggested = relations_between(definitions, exact)
    known = [each for each in suggested if each.holds(exact)]
    small = {cohort for cohort, n in people.items() if n < 8}

    assert attack(counts, HIDE_ONLY).leaks == ()
    assert {leak.cell.cohort for leak in attack(counts, HIDE_ONLY, known=known).leaks} == small
    assert attack(counts, CELL_KEY, known=known).leaks == ()


def test_relations_between_cohorts_hold_for_sets_of_people():
    """Whoever is in which: unions, intersections and differences of random sets."""
    rng = np.random.default_rng(3)
    definitions = [one for made, _ in BETWEEN.values() for one in made]
    for _ in range(50):
        a, x = (set(np.flatnonzero(rng.random(30) < 0.5).tolist()) for _ in range(2))
        sets = {"a": a, "x": x, "u": a | x, "b": a & x, "c": a - x, "d": x - a}
        people = {CellKey(cohort, "met"): len(members) for cohort, members in sets.items()}
        relations = relations_between(list({one.id: one for one in definitions}.values()), people)
        assert len(relations) > 5
        assert [each for each in relations if not each.holds(people)] == []


def test_a_relation_needs_every_cell():
    """A cohort whose table is left out is tied to nothing."""
    definitions, people = BETWEEN["a part and the rest"]

    assert relations_between(definitions, [CellKey("c", "met"), CellKey("b", "met")]) == []
    assert {each.says for each in relations_between(definitions, [CellKey(one, "met", "sex", "f") for one in people])}


def test_a_refusal_names_tables_and_no_number():
    """What leaks together, what to do; no count and no group."""
    with pytest.raises(PolicyRefusal) as refused:
        refuse_leaks(attack(table_of((121, 95, 3)), HIDE_ONLY))

    message = str(refused.value)
    assert refused.value.code == "E-GATE"
    assert "met of c and its breakdown by sex" in message
    assert "report.leave_out" in message
    assert not {"121", "95", "219", "g2"} & set(message.replace(".", " ").replace(",", " ").split())


def test_a_refusal_of_a_hundred_ways_can_be_read():
    """The first dozen, how many more, and which tables to leave out first."""
    cells = [CellKey(f"c{n:03}", "met", "sex", "f") for n in range(100)]
    leaks = tuple(Leak(cell, "sums of one release", (f"met of {cell.cohort}",)) for cell in [*cells, cells[7]])
    with pytest.raises(PolicyRefusal) as refused:
        refuse_leaks(GateResult(attacked=200, releases=1, scenarios=0, seconds=1.0, leaks=leaks))

    said = str(refused.value)
    assert "in 100 ways" in said
    assert "and in 88 more ways" in said
    assert "Begin with {cohort: c007, dimension: sex}" in said
    assert len(refused.value.faults) == 13


def test_a_release_that_withstands_is_not_refused():
    """No leak, no error."""
    refuse_leaks(attack(table_of((120, 95, 3)), CELL_KEY))


def test_numbers_that_no_counts_fit_are_our_own_fault():
    """Then the rule is not what was applied, and nobody can say what it gives away."""
    counts = table_of((120, 95, 3))
    naive = published(counts, HES)
    cells = {**naive.cells, TOTAL: SafeCell(Status.SHOWN, 900, "900", 2)}
    wrong = Published(period="2025-09", rule=HES, cells=cells, versions=naive.versions)

    with pytest.raises(InternalError):
        check_release(wrong, [], Truth.of(counts, HES), POLICY)


@pytest.mark.parametrize("people", [61_000, 8_000])
def test_a_whole_report_withstands_under_the_default(people):
    """Four cohorts, all breakdowns, services and steps, well within two minutes."""
    counts = invented_counts(people)
    result = check_release(Published.of(safe(counts), "2025-09"), [], Truth.of(counts, CELL_KEY), POLICY)

    assert result.leaks == ()
    assert result.attacked > 40
    assert result.seconds < 60


def test_a_whole_report_falls_if_small_counts_are_only_hidden():
    """The control: the same tables under a naive policy."""
    assert len(attack(invented_counts(8_000), HIDE_ONLY).leaks) > 10


CELLS = [CellKey("c", "met", "sex", str(n)) for n in range(4)]
BOUND = st.tuples(st.integers(0, 6), st.integers(0, 6)).map(lambda ends: (min(ends), max(ends)))


@settings(deadline=None, max_examples=60)
@given(
    bounds=st.lists(BOUND, min_size=4, max_size=4),
    total=st.integers(0, 16),
    ordered=st.booleans(),
    weight=st.sampled_from([1, 2]),
)
def test_the_attack_finds_what_trying_every_table_finds(bounds, total, ordered, weight):
    """Integer programs, propagation and brute force: the first and last agree, and propagation never cuts too deep."""
    relations = [
        equation(TOTAL, CELLS[:3], "sum"),
        Relation(((CELLS[3], weight), (CELLS[0], -1)), 0, None, "weighted"),
        *([at_most(CELLS[0], CELLS[1], "order")] if ordered else []),
    ]
    system = System({TOTAL: (total, total + 1), **dict(zip(CELLS, bounds, strict=True))}, relations)
    fits = [
        (*groups, sum(groups[:3]))
        for groups in product(*(range(low, high + 1) for low, high in bounds))
        if total <= sum(groups[:3]) <= total + 1
        and weight * groups[3] >= groups[0]
        and (not ordered or groups[0] <= groups[1])
    ]
    if not fits:
        with pytest.raises(Contradiction):
            solved(system, [*CELLS, TOTAL], Clock.started())
        return
    wanted = {
        key: (min(column), max(column)) for key, column in zip([*CELLS, TOTAL], zip(*fits, strict=True), strict=True)
    }
    quick = system.narrowed()

    assert solved(system, [*CELLS, TOTAL], Clock.started()) == wanted
    assert all(quick[key][0] <= low and high <= quick[key][1] for key, (low, high) in wanted.items())


def test_relations_hold_for_real_counts():
    """Structure that a reader may rely on is true of counts that were really counted."""
    counts = {
        CellKey(r["cohort"], r["measure"], r["dimension"], r["group"]): r["people"]
        for r in invented_counts(5_000).to_pylist()
    }

    relations = relations_of(counts)

    assert len(relations) > 300
    for each in relations:
        value = sum(c * counts[key] for key, c in each.terms)
        assert each.low is None or value >= each.low, each.says
        assert each.high is None or value <= each.high, each.says


def test_the_strongest_attacker_knows_who_is_hidden_for_others_sake():
    """A large count that is hidden beside a small one is no target, and its bounds are open."""
    counts = table_of((8, 8, 1))
    released = safe(counts, "hide7_round5")
    truth = Truth.of(counts, HES)

    assert sum(cell == HIDDEN for cell in released.everything.values()) == 2
    assert {key.group for key in truth.complementary} == {"all", "g0", "g1"}
    assert check_release(Published.of(released, "2025-09"), [], truth, POLICY).leaks == ()


@pytest.mark.parametrize("profile", ["hide7_round5", "cell_key", "midpoint6"])
def test_an_earlier_release_is_read_back_as_it_was(profile, tmp_path):
    """From what is public: counts, symbols, versions and the rule."""
    counts = invented_counts(8_000)
    measures = pa.Table.from_pylist(list(invented_measures()), schema=MEASURE_COUNT.schema)
    released = release_measures(counts, measures, POLICY, profile, of_people=OF_PEOPLE)
    with publish(tmp_path / "2025-09") as scratch:
        write_file(scratch / COUNTS_FILE, safe_counts_csv(released.frame))
        write_file(scratch / MEASURES_FILE, safe_measures_csv(released, "gp_register"))
        write_manifest(scratch, {"rule": rule_facts(released.frame.rule)})

    [found] = read_releases(tmp_path)

    assert found == Published.of(released, "2025-09")
    assert len(found.cells) > counts.num_rows


def test_reports_that_were_replaced_are_known_to_the_attacker(tmp_path):
    """A month that was reported three times is three releases; the same numbers again are none."""
    for people in (8_000, 9_000, 9_000, 10_000):
        frame = release(invented_counts(people), POLICY)
        with publish(tmp_path / "2025-09", keep_every=True) as scratch:
            write_file(scratch / COUNTS_FILE, safe_counts_csv(frame))
            write_file(scratch / MEASURES_FILE, b"unit\n")
            write_manifest(scratch, {"rule": rule_facts(frame.rule), "people": people})

    found = list(read_releases(tmp_path))

    assert len(found) == 3
    assert found[-1].cells == dict(release(invented_counts(10_000), POLICY).cells)


def invented_measures():
    """A measure of people, one of appointments, and a pair of slices."""
    cohort = invented_counts(8_000)["cohort"][-1].as_py()
    for measure, dimension, group, part, whole in (
        ("told_three_times", "sex", "female", 40, 90),
        ("told_three_times", "sex", "male", 3, 80),
        ("missed_appointments", "sex", "male", 300, 900),
        ("prevalence", "age_band_by_sex", "18-34 | female", 60, 700),
        ("prevalence", "age_band_by_sex", "35-49 | female", 70, 800),
    ):
        people = {"part": part, "whole": whole, "part_people": part, "whole_people": whole}
        noise = {"part_noise": part * 7_919, "whole_noise": whole * 7_919}
        yield {"cohort": cohort, "measure": measure, "dimension": dimension, "group": group, **people, **noise}


def test_every_count_behind_a_measure_is_attacked():
    """Parts and wholes of measures of people, and merged pairs of slices, are cells like all others."""
    counts = invented_counts(8_000)
    measures = pa.Table.from_pylist(list(invented_measures()), schema=MEASURE_COUNT.schema)
    released = release_measures(counts, measures, POLICY, "cell_key", of_people=OF_PEOPLE)
    exact = counted_together(counts, measures, released, of_people=OF_PEOPLE)

    keys = {CellKey(*row) for row in zip(*(exact[name].to_pylist() for name in COHORT_COUNT.key), strict=True)}

    assert keys == set(released.everything)
    assert {key.measure for key in keys} >= {"told_three_times:part", "told_three_times:whole"}
    assert "age_band_by_sex" in {key.dimension for key in keys}
    assert not any(key.measure.startswith("missed") for key in keys)


def test_an_earlier_release_that_does_not_say_its_rule_stops_the_new_one(tmp_path):
    """It cannot be attacked, so nobody knows what the two give away together."""
    with publish(tmp_path / "2025-09") as scratch:
        write_manifest(scratch, {})

    with pytest.raises(PolicyRefusal) as refused:
        list(read_releases(tmp_path))
    assert refused.value.code == "E-GATE-PAST"
